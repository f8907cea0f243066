package scheduler

import (
	"fmt"
	"strings"

	"yaohao/sampling"
)

// nextAction says in Chinese who must do what until when, so that the draw moves on.
func nextAction(d *DrawDetail) string {
	if d.Failure != "" && !d.State.Ended() {
		return fmt.Sprintf("上次推进失败：%s。请排除原因，系统会自动重试；无法排除的，两人办理作废", d.Failure)
	}
	if len(d.VoidRequests) > 0 && mayVoid(d.State) {
		return "已有作废申请：请另一名操作员或批准人确认作废；不确认则抽取照常进行"
	}
	switch d.State {
	case Planned:
		return plannedAction(d)
	case Frozen:
		return "系统自动承诺方案并公布摘要"
	case Committed:
		return committedAction(d)
	case Awaiting:
		return awaitingAction(d)
	case Drawn:
		return drawnAction(d)
	case Published:
		return "已公开，任何人可下载全部文件自行验证"
	}
	return "已作废：" + d.VoidReason + "。作废记录永久保留，需要抽取的另编计划"
}

func plannedAction(d *DrawDetail) string {
	text := "系统自动冻结名单；分期抽取的事项须等本年度较早一期抽取完成或作废"
	for _, g := range d.Plan.Given {
		if g.Draw != "" {
			text += fmt.Sprintf("；%s 沿用抽取 %s 的名单，须等其抽取完成", g.Unit, g.Draw)
		}
	}
	return text
}

func committedAction(d *DrawDetail) string {
	until := clock(*d.CutoffAt)
	if names := openNames(d, sampling.EntropyWitness); names != "" {
		return fmt.Sprintf("请两名操作员在 %s 前分别录入见证语：%s；逾期不再接受", until, names)
	}
	return fmt.Sprintf("等待截止时间 %s；公共事件 %s 以后由两名操作员分别录入", until, clock(*d.EventAt))
}

func awaitingAction(d *DrawDetail) string {
	if names := openNames(d, sampling.EntropyWitness); names != "" {
		return "见证语未在截止前录入：" + names + "。本次抽取无法完成，请两人办理作废"
	}
	if text := heldAction(d); text != "" {
		return text
	}
	names := openNames(d, sampling.EntropyPublic, sampling.EntropyBeacon)
	if names == "" {
		return fmt.Sprintf("随机数已齐，系统在公共事件 %s 后自动抽取", clock(*d.EventAt))
	}
	for _, e := range d.Entropy {
		if e.Status == EntryDiffers {
			return "两人录入不一致：" + e.Name + "。请核对公布的原始数值后重新录入"
		}
	}
	text := fmt.Sprintf("请两名操作员（非计划批准人）在公共事件 %s 后分别录入：%s", clock(*d.EventAt), names)
	for _, e := range d.Entropy {
		if e.Try != nil && !e.Settled() {
			text += fmt.Sprintf("；系统第 %d 次取公共信标失败，%s 再试", e.Try.Tries, clock(e.Try.NextAt))
		}
	}
	return text
}

// heldAction asks for the values that people outside the office hold, once everything public is
// there: what they give earlier would tell the list sooner than it must.
func heldAction(d *DrawDetail) string {
	if openNames(d, sampling.EntropyPublic, sampling.EntropyBeacon) != "" {
		return ""
	}
	for _, e := range d.Entropy {
		if e.Status == EntryHeld {
			return fmt.Sprintf("请保管人（%s）交出“%s”，由操作员录入", e.By, e.Name)
		}
	}
	return ""
}

func drawnAction(d *DrawDetail) string {
	if d.ShortUnits > 0 {
		return fmt.Sprintf("%d 个机构人员不足，请借调人员另编计划；已派发的任务在 %s 前检查、审核并公示，"+
			"期满后自动公开", d.ShortUnits, d.VisitBy)
	}
	if d.Teams == 0 {
		return "没有抽中检查对象，系统自动公开"
	}
	return fmt.Sprintf("名单密封：检查人员在 %s 前完成 %d 项任务，审核并公示后自动公开", d.VisitBy, d.Teams)
}

// openNames lists the sources of these kinds whose value does not count yet.
func openNames(d *DrawDetail, kinds ...string) string {
	var names []string
	for _, e := range d.Entropy {
		for _, kind := range kinds {
			if e.Kind == kind && !e.Settled() {
				names = append(names, e.Name)
			}
		}
	}
	return strings.Join(names, "、")
}
