package sampling

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGateExhaustive staffs problems of 2 tasks and 3 inspectors with every lead family, every gated
// family that is disjoint from it or nested with it, every limit, k = 2 and 3, each eligibility;
// pair numbers of 2 bits. Caps and carry vary with the number of the problem.
func TestGateExhaustive(t *testing.T) {
	const tasks, people = 2, 3
	var n counts
	x := 0
	for seats := 2; seats <= 3; seats++ {
		for limit := range seats {
			for families := range 1 << (2 * people) {
				for eligible := range 1 << (tasks * people) {
					x++
					if testing.Short() && x%7 != 0 {
						continue
					}
					p := blankProblem(tasks, people, seats)
					p.Gate = &limit
					for j := range p.Roster {
						l := &p.Roster[j]
						l.Lead, l.Gated = families>>(2*j)&1 == 0, families>>(2*j+1)&1 == 1
						l.Carry = int64(x>>j) % 2
						if x>>j%5 == 0 {
							l.Cap = 1
						}
					}
					if checkFamilies(&Unit{ID: "U", Gate: &Gate{int64(limit)}}, p.Roster) != nil {
						continue
					}
					for y := range tasks * people {
						if eligible>>y&1 == 0 {
							p.bar(y/people, y%people)
						}
					}
					p.pairNumber = numbersOf(2, uint64(x))
					compare(t, p, &n)
				}
			}
		}
	}
	if n.unique == 0 || n.tied == 0 || n.short == 0 {
		t.Errorf("kinds of problems seen: %+v", n)
	}
}

// TestGateShapes counts which nestings random problems have, and that each of them is staffed.
func TestGateShapes(t *testing.T) {
	g := rand.New(rand.NewPCG(21, 7))
	seen := map[string]int{}
	var n counts
	for range 800 {
		p := randomProblem(g, 1+g.IntN(3), 3+g.IntN(2), 2+g.IntN(2), 10)
		addGate(g, p)
		compare(t, p, &n)
		s := newSeating(p)
		shape := ""
		for f := range s.fams {
			shape += s.fams[f].name
			if o := s.fams[f].outer; o >= 0 {
				shape += "-in-" + s.fams[o].name
			}
			shape += " "
		}
		seen[strings.TrimSpace(shape)]++
	}
	for _, shape := range []string{"", "lead", "gated", "lead gated", "lead gated-in-lead",
		"lead-in-gated gated"} {
		if seen[shape] < 10 {
			t.Errorf("%q: %d of %v", shape, seen[shape], seen)
		}
	}
	if n.short < 50 || n.unique < 200 {
		t.Errorf("%+v", n)
	}
}

// TestCheckFamilies is the rule of §7 on four kinds of roster lines.
func TestCheckFamilies(t *testing.T) {
	line := func(kind byte) RosterLine { return RosterLine{Lead: kind&1 == 0, Gated: kind&2 != 0} }
	gate := &Unit{ID: "U", Gate: &Gate{1}}
	// Kinds: 0 in no family, 1 lead only, 2 gated only, 3 both. Only 1, 2 and 3 together cross.
	for set := range 16 {
		var roster []RosterLine
		for kind := range byte(4) {
			if set>>kind&1 == 1 {
				roster = append(roster, line(kind))
			}
		}
		err := checkFamilies(gate, roster)
		if crosses := set&14 == 14; crosses != (err != nil) {
			t.Errorf("kinds %04b: %v", set, err)
		}
		if err := checkFamilies(&Unit{ID: "U"}, roster); err != nil {
			t.Errorf("kinds %04b without a gate: %v", set, err)
		}
	}
	err := checkFamilies(gate, []RosterLine{line(0), line(3), line(2), line(3), line(1)})
	var e *Error
	if !errors.As(err, &e) || e.Check != CheckStaffing || e.File != "roster.U.tsv" ||
		!strings.Contains(e.Rule, "families overlap") || !strings.Contains(e.Rule, "3, 4, 5") {
		t.Errorf("%+v", err)
	}
}

// TestFamiliesOverlap takes the tampered bundle of the vectors.
func TestFamiliesOverlap(t *testing.T) {
	dir := filepath.Join("testdata/vectors/tamper/families-overlap-redrawn")
	v := readVector(t, dir)
	p := vectorProblem(t, dir, &v, 0)
	u := &Unit{ID: p.Unit, Gate: &Gate{int64(*p.Gate)}}
	if err := checkFamilies(u, p.Roster); err == nil {
		t.Error("families overlap, but no error")
	}
}

// TestGateWithoutGate ignores the flag gated where the unit has no gate.
func TestGateWithoutGate(t *testing.T) {
	p := blankProblem(8, 5, 2)
	want := staff(p)
	for j := range p.Roster {
		p.Roster[j].Gated = j%2 == 0
	}
	got := staff(p)
	if !slices.EqualFunc(got.Teams, want.Teams, slices.Equal[[]InspectorID]) ||
		got.Duals.Gated != nil {
		t.Errorf("%+v\n%+v", got, want)
	}
}

// TestSpread goes through the moves between the nodes of one task by hand: gated inside lead, the
// lead gate partly filled, the gated gate full.
func TestSpread(t *testing.T) {
	p := blankProblem(1, 6, 4)
	limit := 1
	p.Gate = &limit
	for j := range p.Roster {
		p.Roster[j].Lead, p.Roster[j].Gated = j < 2, j >= 4
	}
	g := newSeating(p)
	if g.fams[1].outer != 0 || !slices.Equal(g.class, []uint8{0, 0, 1, 1, 2, 2}) {
		t.Fatalf("%+v", g)
	}
	l := g.emptyLineup()
	for _, x := range []struct {
		name   string
		choose []int
		from   uint8
		want   uint8
	}{
		{"empty seat of an empty team", nil, 1, 7},
		{"empty seat, gated full", []int{0, 2, 4}, 1, 3},
		{"a gated member leaves", []int{0, 2, 4}, 4, 7},
		{"a lead member leaves", []int{0, 2, 4}, 2, 3},
		{"lead full: who may lead leaves", []int{0, 2, 3, 4}, 1, 1},
		{"lead full: a gated member leaves", []int{0, 2, 3, 4}, 4, 7},
		{"lead full: a lead member leaves", []int{0, 2, 3, 4}, 2, 3},
	} {
		for _, q := range x.choose {
			l.choose(g, 0, q, +1)
		}
		if got := l.spread(g, 0, x.from); got != x.want {
			t.Errorf("%s: nodes %03b, want %03b", x.name, got, x.want)
		}
		for _, q := range x.choose {
			l.choose(g, 0, q, -1)
		}
	}
	if slices.Contains(l.used, true) || l.in[0][0] != 0 || l.in[1][0] != 0 {
		t.Errorf("counts after taking everybody out: %+v", l)
	}
}
