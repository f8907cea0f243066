package registry

import (
	"fmt"

	"yaohao/sampling"
)

// The usual numbers of seats: inspectors come in twos, a panel has three, one laboratory tests.
const (
	seatsInspectors = 2
	seatsExperts    = 3
	seatsLabs       = 1
)

func readUnit(r *row, out []any) {
	id := r.identifier(unitID)
	var parent any
	if p := r.cell(unitParent); p != "" {
		parent = r.identifier(unitParent)
		if p == id {
			r.fail(unitParent, p, "上级机构不能是自己", "")
		}
	}
	area := r.area(unitArea)
	if area == "" {
		r.fail(unitArea, "", "不能为空", "")
	}
	kind := r.choice(unitKind, unitKinds, "科室")
	fewest, usual := int64(seatsInspectors), int64(seatsInspectors)
	switch kind {
	case UnitExperts:
		fewest, usual = 1, seatsExperts
	case UnitLabs:
		fewest, usual = 1, seatsLabs
	}
	seats := r.count(unitSeats, fewest, 99, usual)
	out[0], out[1], out[2] = id, r.required(unitName), r.oneLine(unitShort)
	out[3], out[4], out[5] = kind, parent, area
	out[6], out[7] = seats, r.choice(unitAreaRule, areaRules, "any")
	out[8] = r.gate(kind, seats)
	out[9], out[10] = r.pool(kind)
}

// outsiders is the share of outsiders that panels of experts and their bank have unless the file
// says otherwise: 专家库中要有不少于 1/3 的系统外、区域外专家.
var outsiders = sampling.Ratio{Num: 1, Den: 3}

// wordNone says that a unit has no gate, or no share to keep.
const wordNone = "不设"

// gate gives how many 本系统人员 a team may have at most: a number below the seats, or a fraction such
// as 1/3, which is the least share of outsiders in each team. Empty is 1/3 for experts, else none.
func (r *row) gate(kind string, seats int64) any {
	s := r.cell(unitGate)
	switch {
	case s == wordNone, s == "" && kind != UnitExperts:
		return nil
	case s == "":
		return gateOf(seats, outsiders)
	}
	if n, ok := parseCount(s); ok && n < seats {
		return n
	}
	share, ok := parseRatio(s)
	if _, number := parseCount(s); !ok || number || share.Num == 0 {
		r.fail(unitGate, s, fmt.Sprintf("应为小于每组人数 %d 的整数（每组本系统人员至多几人），或每组组外人员至少占的比例",
			seats), "写作 1 或 1/3；没有门槛的写“不设”")
		return nil
	}
	return gateOf(seats, share)
}

// gateOf gives the gate by which at least share of k seats go to outsiders: k − ⌈k·share⌉; with 1/3
// that is k − (k+2) div 3 (draw/1 §7).
func gateOf(k int64, share sampling.Ratio) int64 {
	return k - (k*share.Num+share.Den-1)/share.Den
}

// pool gives the least share of the roster that is not 本系统人员. Empty is 1/3 for experts, else none.
func (r *row) pool(kind string) (num, den any) {
	s := r.cell(unitPool)
	switch {
	case s == wordNone, s == "" && kind != UnitExperts:
		return nil, nil
	case s == "":
		return outsiders.Num, outsiders.Den
	}
	share := r.ratio(unitPool, s)
	return share.Num, share.Den
}
