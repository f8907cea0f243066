package registry

import (
	"fmt"
	"slices"
	"strings"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// sizing turns the ratios of an item into the sizes of its strata (draw/1 §4.1).
type sizing struct {
	item  *Item
	frame ItemFrame
	rules []Rule
	date  sampling.Date
}

// strata gives a stratum for each one that occurs. A stratum without a rule, and one whose size is
// above its cap, is a *fault.Error that names both sources.
func (z *sizing) strata(counts []sampling.StratumCount) ([]sampling.Stratum, error) {
	list := make([]sampling.Stratum, 0, len(counts))
	for _, c := range counts {
		r, err := z.rule(c.ID)
		if err != nil {
			return nil, err
		}
		s, err := z.stratum(c, r)
		if err != nil {
			return nil, err
		}
		list = append(list, *s)
	}
	return list, nil
}

// methods reports whether some, and whether every rule in force has a method (draw/1 §6).
func (z *sizing) methods(method string) (some, every bool) {
	every = true
	for i := range z.rules {
		if r := &z.rules[i]; r.inForce(z.date) {
			some = some || r.Method == method
			every = every && r.Method == method
		}
	}
	return some, some && every
}

func (r *Rule) inForce(on sampling.Date) bool {
	return r.From <= on && (r.To == "" || r.To >= on)
}

// rule finds the rule of a stratum: the one for its class, else the one for `*`; the one in force
// with the latest first day.
func (z *sizing) rule(stratum string) (*Rule, error) {
	id, cooled := strings.CutSuffix(stratum, "~")
	class := "*"
	if i := slices.Index(z.item.StrataBy, "class"); i >= 0 {
		class = strings.Split(id, "/")[i]
	}
	for _, want := range []string{class, "*"} {
		var best *Rule
		for i := range z.rules {
			r := &z.rules[i]
			if r.Class == want && r.Cooled == cooled && r.inForce(z.date) &&
				(best == nil || r.From > best.From) {
				best = r
			}
		}
		if best != nil {
			return best, nil
		}
	}
	cell, hint := "", "导入抽查比例：为该分类或 * 补一条在该日有效的规则"
	if cooled {
		cell = "（冷却层）"
		hint = "导入抽查比例：补一条“冷却层”为“是”的规则，或把事项的冷却月数改为 0"
	}
	return nil, fault.New(fault.Invalid, "事项 %s（%s）的分层 %s%s 在 %s 没有有效的抽查比例",
		z.item.ID, z.item.Name, stratum, cell, z.date).WithHint("%s", hint)
}

// stratum applies a rule to a stratum.
func (z *sizing) stratum(c sampling.StratumCount, r *Rule) (*sampling.Stratum, error) {
	s := &sampling.Stratum{ID: c.ID, N: c.N, Method: r.Method, Min: r.Min, Cap: r.Cap}
	switch r.Size {
	case SizeAll:
		s.All = true
	case SizePace:
		p := &sampling.Pace{Num: r.Floor.Num, Den: r.Floor.Den, Part: z.frame.Part,
			Of: z.frame.Of, Done: z.frame.Done[c.ID]}
		if p.Part == 0 && p.Of == 0 {
			p.Part, p.Of = 1, 1
		}
		if p.Part < 1 || p.Part > p.Of || p.Of > 1000 || p.Done < 0 {
			return nil, fault.New(fault.Invalid, "事项 %s 的分期 %d/%d（已抽 %d）无效",
				z.item.ID, p.Part, p.Of, p.Done)
		}
		var given bool
		if p.Base, given = z.frame.Base[c.ID]; !given {
			p.Base = c.N + p.Done
		}
		s.Pace = p
	default:
		s.Ratio = &sampling.Ratio{Num: r.Floor.Num, Den: r.Floor.Den}
	}
	if n, err := s.Size(); err != nil {
		return nil, z.aboveCap(s, r, n)
	}
	return s, nil
}

// aboveCap names both sides of a contradiction between a floor or least number and a cap.
func (z *sizing) aboveCap(s *sampling.Stratum, r *Rule, n int64) error {
	low := fmt.Sprintf("比例下限 %d/%d", r.Floor.Num, r.Floor.Den)
	if r.Size == SizeAll {
		low = "全查"
	}
	if r.Min != nil {
		low += fmt.Sprintf("、最少数 %d", *r.Min)
	}
	return fault.New(fault.Invalid,
		"事项 %s（%s）的分层 %s 共 %d 户：%s 要求抽 %d 户，超过比例上限 %d/%d",
		z.item.ID, z.item.Name, s.ID, s.N, low, n, r.Cap.Num, r.Cap.Den).
		WithHint("两者都来自 %s 起生效的规则（第 %d 号导入）；核对各自的依据后更正其一", r.From, r.Import)
}
