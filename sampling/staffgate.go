package sampling

import (
	"slices"
	"strconv"
)

// This file is about the two families of §7 that are limited within a team: who belongs to them,
// and how their gates lie one behind the other.
//
//	disjoint          task ─▶ L̄i ─▶ inspectors of L̄        task ─▶ Gi ─▶ inspectors of G
//	G inside L̄        task ─▶ L̄i ─▶ Gi ─▶ inspectors of G   the rest of L̄ hang from L̄i
//	L̄ inside G        task ─▶ Gi ─▶ L̄i ─▶ inspectors of L̄   the rest of G hang from Gi
//	equal             task ─▶ L̄i ─▶ Gi ─▶ inspectors of both
//
// A task and its gates are thus a tree of at most three nodes, and an inspector hangs from exactly
// one of them. Every node but the task has one arc into it, the arc of its family.

// family is a set of inspectors of whom at most limit may sit in one team. A limit of 0 keeps the
// gate and its node, although nothing ever flows through it.
type family struct {
	name  string // lead or gated, as the transcript calls its potentials
	limit int
	has   []bool // by inspector
	outer int    // the family that this one is nested in; −1: its gates hang from the tasks
}

// setFamilies finds the families of the roster that are not empty: the lead family L̄, those who
// may not lead (主办), at most k−1 of them in a team, so that one of the team can; with k = 1 none;
// and with a gate the gated family G, at most its limit.
func (g *seating) setFamilies(p *staffProblem) {
	sizes := []int{}
	add := func(name string, limit int, member func(l *RosterLine) bool) {
		f := family{name: name, limit: limit, has: make([]bool, g.people), outer: -1}
		size := 0
		for j := range p.Roster {
			if f.has[j] = member(&p.Roster[j]); f.has[j] {
				size++
			}
		}
		if size > 0 {
			g.fams, sizes = append(g.fams, f), append(sizes, size)
		}
	}
	add("lead", p.Seats-1, func(l *RosterLine) bool { return !l.Lead })
	if p.Gate != nil {
		add("gated", *p.Gate, func(l *RosterLine) bool { return l.Gated })
	}
	g.nest(sizes)
	g.class = make([]uint8, g.people)
	for f := range g.fams {
		for j, has := range g.fams[f].has {
			// The inner gate is the one that an inspector of both hangs from.
			if c := g.class[j]; has && (c == 0 || g.fams[f].outer == int(c)-1) {
				g.class[j] = uint8(f + 1)
			}
		}
	}
}

// nest says which of two families is inside the other. Since they are disjoint or nested, one
// member of both settles it: the larger is outer, L̄ if they are equal.
func (g *seating) nest(sizes []int) {
	if len(g.fams) < 2 {
		return
	}
	shared := false
	for j, has := range g.fams[0].has {
		shared = shared || has && g.fams[1].has[j]
	}
	switch {
	case !shared:
	case sizes[1] > sizes[0]:
		g.fams[0].outer = 1
	default:
		g.fams[1].outer = 0
	}
}

// inward lists the families with every outer one before the one inside it.
func (g *seating) inward() []int {
	order := make([]int, len(g.fams))
	for x := range order {
		order[x] = x
	}
	if len(g.fams) == 2 && g.fams[0].outer == 1 {
		slices.Reverse(order)
	}
	return order
}

// spread gives the nodes of task i that a seat reaches which is free at one of the nodes in mask:
// out of a gate that carries flow, into a gate that has room. Nodes are bits: 1 the task, 2<<f the
// gate of family f.
//
// An inspector of class c whose seat is free (he leaves, or the task lacks somebody) can be
// followed by those who hang from a node in spread(1<<c): the gates that both pass keep their
// count, the others that the newcomer passes must have room. With an empty seat the mask starts at
// 1.
func (l *lineup) spread(g *seating, i int, mask uint8) uint8 {
	for range g.fams { // as often as the longest way has gates
		for f := range g.fams {
			fam := &g.fams[f]
			gate, above := uint8(2)<<f, uint8(1)<<(fam.outer+1)
			if mask&gate != 0 && l.in[f][i] > 0 {
				mask |= above
			}
			if mask&above != 0 && l.in[f][i] < fam.limit {
				mask |= gate
			}
		}
	}
	return mask
}

// checkFamilies holds the roster of a unit against §7: the lead family L̄ (lead = 0) and the gated
// family G (gated = 1, only if the unit has a gate) are disjoint or nested on the whole roster,
// whoever of it is eligible for anything; equal counts as nested. Otherwise the plan is invalid:
// the limits of families that cross could not be written as a flow, so no certificate would be
// possible. The error is an *Error with Check CheckStaffing.
func checkFamilies(u *Unit, roster []RosterLine) error {
	if u.Gate == nil {
		return nil
	}
	both, leadOnly, gatedOnly := -1, -1, -1 // one line of each kind, −1 for none
	for j := range roster {
		switch l := &roster[j]; {
		case !l.Lead && l.Gated:
			both = j
		case !l.Lead:
			leadOnly = j
		case l.Gated:
			gatedOnly = j
		}
	}
	if both < 0 || leadOnly < 0 || gatedOnly < 0 {
		return nil
	}
	return &Error{Check: CheckStaffing, File: NameRoster(u.ID), Rule: "families overlap: " +
		"lead = 0 and gated = 1 are neither disjoint nor nested, as lines " +
		lineNumbers(both, leadOnly, gatedOnly) + " show"}
}

// lineNumbers writes places in a list as line numbers of its file, from 1, ascending.
func lineNumbers(places ...int) string {
	slices.Sort(places)
	text := ""
	for i, j := range places {
		if i > 0 {
			text += ", "
		}
		text += strconv.Itoa(j + 1)
	}
	return text
}
