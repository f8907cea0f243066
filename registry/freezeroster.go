package registry

import (
	"fmt"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// roster words: what the people of a unit and their certificates are called.
type rosterWords struct{ people, cert, lead string }

var rosterWordsOf = map[string]rosterWords{
	sampling.UnitInspectors: {"执法检查人员", "执法证", "主办"},
	sampling.UnitExperts:    {"专家", "聘书", "组长"},
	sampling.UnitLabs:       {"检验机构", "资质认定（CMA）", "主检"},
}

// checkRoster refuses a unit that cannot staff a single task, and one whose roster draw/1 does not
// allow (§4.2 pool, §7 families): better before the commit than at the draw.
func (f *freezing) checkRoster(u *Unit, roster []sampling.RosterLine) error {
	if len(roster) > sampling.MaxRoster {
		return fault.New(fault.Invalid, "机构 %s（%s）在岗 %d 人，超过 %d 人",
			u.ID, u.Name, len(roster), sampling.MaxRoster)
	}
	if err := checkSeats(u); err != nil {
		return err
	}
	if err := checkPool(u, roster); err != nil {
		return err
	}
	if err := f.checkCertified(u, roster); err != nil || u.GateMax == nil {
		return err
	}
	return checkFamilies(u, roster)
}

// checkSeats joins what files may bring one by one: kind, seats and gate.
func checkSeats(u *Unit) error {
	if u.Roster() == sampling.UnitInspectors && u.Seats < seatsInspectors {
		return fault.New(fault.Invalid, "机构 %s（%s）每组 %d 人：执法检查至少两人",
			u.ID, u.Name, u.Seats).WithHint("把“每组人数”改为 2 以上；专家库、检验机构库可以是 1")
	}
	if u.GateMax != nil && *u.GateMax >= u.Seats {
		return fault.New(fault.Invalid, "机构 %s（%s）的门槛 %d 不小于每组人数 %d",
			u.ID, u.Name, *u.GateMax, u.Seats).WithHint("改小“门槛”，或写“不设”")
	}
	return nil
}

// checkCertified counts who can be sent at all: enough for one team, with a lead, within the gate.
func (f *freezing) checkCertified(u *Unit, roster []sampling.RosterLine) error {
	w := rosterWordsOf[u.Roster()]
	certified, leads, outside := int64(0), 0, int64(0)
	for _, l := range roster {
		if l.CertUntil < f.spec.VisitBy {
			continue
		}
		certified++
		if l.Lead {
			leads++
		}
		if !l.Gated {
			outside++
		}
	}
	hint := fmt.Sprintf("补充%s，更新%s有效期，或调整机构的每组人数", w.people, w.cert)
	if certified < u.Seats {
		return fault.New(fault.Invalid,
			"机构 %s（%s）在岗且%s在 %s 仍有效的只有 %d 人，每组需要 %d 人",
			u.ID, u.Name, w.cert, f.spec.VisitBy, certified, u.Seats).WithHint("%s", hint)
	}
	if leads == 0 {
		return fault.New(fault.Invalid, "机构 %s（%s）没有可任%s且%s在 %s 仍有效的人员",
			u.ID, u.Name, w.lead, w.cert, f.spec.VisitBy).
			WithHint("在%s中把至少一人的“可任主办”改为“是”", w.people)
	}
	if u.GateMax != nil && outside < u.Seats-*u.GateMax {
		return fault.New(fault.Invalid,
			"机构 %s（%s）每组至少要有 %d 名本系统以外的人员，%s在 %s 仍有效的只有 %d 人",
			u.ID, u.Name, u.Seats-*u.GateMax, w.cert, f.spec.VisitBy, outside).
			WithHint("增聘本系统以外的人员，或核对“本系统人员”一列")
	}
	return nil
}

// checkPool holds the share of outsiders of the whole roster against the unit's (draw/1 §4.2).
func checkPool(u *Unit, roster []sampling.RosterLine) error {
	if u.Pool == nil {
		return nil
	}
	outside, all := int64(0), int64(len(roster))
	for _, l := range roster {
		if !l.Gated {
			outside++
		}
	}
	if outside*u.Pool.Den >= all*u.Pool.Num {
		return nil
	}
	need := (all*u.Pool.Num + u.Pool.Den - 1) / u.Pool.Den
	return fault.New(fault.Invalid,
		"机构 %s（%s）在册 %d 人，本系统以外的只有 %d 人，不足 %d/%d（至少 %d 人）",
		u.ID, u.Name, all, outside, u.Pool.Num, u.Pool.Den, need).
		WithHint("增聘本系统、本区域以外的人员，或核对“本系统人员”一列；规则见机构的“组外比例”")
}

// checkFamilies: those who cannot lead and those who are gated are disjoint, or one includes the
// other (draw/1 §7).
func checkFamilies(u *Unit, roster []sampling.RosterLine) error {
	var both, follow, gated sampling.InspectorID
	for _, l := range roster {
		switch {
		case !l.Lead && l.Gated:
			both = l.ID
		case !l.Lead:
			follow = l.ID
		case l.Gated:
			gated = l.ID
		}
	}
	if both == "" || follow == "" || gated == "" {
		return nil
	}
	w := rosterWordsOf[u.Roster()]
	return fault.New(fault.Invalid,
		"机构 %s（%s）有门槛：不可任%s的人和本系统人员必须互不重叠或一方包含另一方；%s 两者都是，%s、%s 各只是其一",
		u.ID, u.Name, w.lead, both, follow, gated).
		WithHint("把“可任主办”统一为“是”，或只让本系统以外的人任%s（draw/1 §7）", w.lead)
}
