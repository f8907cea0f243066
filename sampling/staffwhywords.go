package sampling

// This file says an Answer in Chinese, for the page on which an enterprise or an inspector asks.
// The sentences promise no more than the numbers prove: a reduced cost is a bound ("至少"), and what
// a staffing with him would cost exactly is nowhere claimed.

import (
	"strconv"
	"strings"
)

// Words gives the answer as a Chinese sentence, without a line break at the end. It names people
// and entities by identifier only; the names behind them are not in any frozen file.
func (a *Answer) Words() string {
	head := string(a.Inspector) + " 与 " + string(a.Entity) + "："
	switch a.Verdict {
	case WhyLead:
		return head + "他就是这个任务的主办。"
	case WhyMember:
		return head + "他就是这个任务的协办。"
	case WhyShortage:
		return head + "他符合条件，但本单位人员不足，这次抽查没有派员，见人员缺口说明。"
	case WhyGate:
		if a.Family == "lead" {
			return head + "他不能主办，而每组只有一席，必须由能主办的人承担。"
		}
		return head + "他属限额人员，计划规定一组中限额人员为 0。"
	case WhyIneligible:
		parts := make([]string, len(a.Reasons))
		for i := range a.Reasons {
			parts[i] = a.Reasons[i].words(a.unit)
		}
		return head + "他不符合条件：" + strings.Join(parts, "；") + "。"
	}
	return head + "他符合条件，但" + a.costWords()
}

// words says a reason, without a stop. The unit's area rule says how many digits were compared.
func (r *Reason) words(u *Unit) string {
	switch r.Kind {
	case ReasonCertificate:
		return "证件 " + string(r.Date) + " 到期，检查到 " + r.Other + " 才结束"
	case ReasonConflict:
		return "应当回避（" + conflictWords(r.Text) + "）"
	case ReasonScope:
		return "不具备事项 " + string(r.Item) + " 的资格"
	}
	return "事项 " + string(r.Item) + " 的地区 " + r.Other + " 与他的地区 " + r.Text +
		" 不同（计划要求前 " + strings.TrimPrefix(u.AreaRule, "same") + " 位一致）"
}

// conflictWords says the reason of a conflict (回避事由); reasons that draw/1 §2 does not name stay as
// they were written.
func conflictWords(reason string) string {
	switch reason {
	case "kin":
		return "近亲属关系"
	case "share":
		return "持股或利害关系"
	case "employed":
		return "曾任职或兼职"
	case "rotation":
		return "轮换"
	case "declared":
		return "本人申报"
	case "objected":
		return "当事人提出异议"
	}
	return reason
}

// costWords says what the reduced cost proves. The first part is a growth of Σ (tasks of the
// year)², because 1 + 3 + … + (2n − 1) = n² makes the costs of §7 add up to differences of
// squares; the second part is one of the sum of pair numbers (抽签数), and counts only where the
// first is 0. Who has reached his cap is told so: it is the usual reason why his potential is low.
func (a *Answer) costWords() string {
	cost := ""
	switch {
	case a.Even > 0:
		cost = "派他会使工作量更不均衡：各人全年任务数的平方和至少增加 " +
			strconv.FormatInt(a.Even, 10) + "。"
	case a.Pair > 0:
		cost = "派他虽可同样均衡，抽签数之和却至少大 " + strconv.FormatInt(a.Pair, 10) +
			"，而抽签数之和最小的方案才是结果。"
	default:
		cost = "最优方案只有一个，其中没有他。"
	}
	if a.Cap != NoCap && a.Load >= a.Cap {
		cost += "他的任务已达上限 " + strconv.FormatInt(a.Cap, 10) + " 个。"
	}
	return cost + "凭公布的抽查记录即可复算。"
}
