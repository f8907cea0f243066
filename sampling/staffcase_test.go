package sampling

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// ids makes inspector ids of numbers, for cases written out by hand.
func ids(p *staffProblem, numbers ...int) []InspectorID {
	out := []InspectorID{}
	for _, j := range numbers {
		out = append(out, p.Roster[j].ID)
	}
	return out
}

// TestShortageCases has shortages that can be counted on one's fingers.
func TestShortageCases(t *testing.T) {
	for _, x := range []struct {
		name          string
		tasks, people int
		seats         int
		set           func(p *staffProblem)
		a, full, able []int
		needed, have  int64
	}{
		// One person for two seats: T8 of the negative tests, no empty team.
		{"one inspector", 1, 1, 2, func(*staffProblem) {}, []int{0}, []int{}, []int{0}, 2, 1},
		{"nobody may lead", 2, 3, 2, func(p *staffProblem) {
			for j := range p.Roster {
				p.Roster[j].Lead = false
			}
		}, []int{0, 1}, []int{}, []int{0, 1, 2}, 4, 2},
		{"laboratory without a lead", 1, 2, 1, func(p *staffProblem) {
			p.Roster[0].Lead, p.Roster[1].Lead = false, false
		}, []int{0}, []int{}, []int{0, 1}, 1, 0},
		{"caps", 3, 3, 2, func(p *staffProblem) {
			p.Roster[0].Cap, p.Roster[1].Cap, p.Roster[2].Cap = 2, 2, 1
		}, []int{0, 1, 2}, []int{0, 1, 2}, []int{0, 1, 2}, 6, 5},
		{"cap of none", 2, 3, 2, func(p *staffProblem) {
			p.Roster[0].Cap, p.Roster[1].Cap = 0, 1
		}, []int{0, 1}, []int{0, 1}, []int{0, 1, 2}, 4, 3},
		// Task 0 lacks somebody, task 1 is staffed by others and is no part of it.
		{"one of two", 2, 4, 2, func(p *staffProblem) {
			p.bar(0, 1)
			p.bar(0, 2)
			p.bar(0, 3)
			p.bar(1, 0)
		}, []int{0}, []int{}, []int{0}, 2, 1},
		// The seat of task 0 can only be filled by taking inspector 0 out of task 1.
		{"passed on", 2, 3, 2, func(p *staffProblem) {
			p.Roster[0].Cap = 1
			p.bar(0, 1)
			p.bar(1, 2)
		}, []int{0, 1}, []int{0}, []int{0, 1, 2}, 4, 3},
		{"all certificates expired", 1, 2, 2, func(p *staffProblem) {
			p.VisitBy = "2027-01-01"
		}, []int{0}, []int{}, []int{}, 2, 0},
	} {
		p := blankProblem(x.tasks, x.people, x.seats)
		x.set(p)
		s := staff(p)
		want := Shortage{
			Tasks: []EntityID{}, Full: ids(p, x.full...), Inspectors: ids(p, x.able...),
			Needed: x.needed, Available: x.have,
		}
		for _, i := range x.a {
			want.Tasks = append(want.Tasks, p.Tasks[i].Entity)
		}
		if s.Shortage == nil || !reflect.DeepEqual(*s.Shortage, want) {
			t.Errorf("%s: %+v, want %+v", x.name, s.Shortage, want)
		}
		if c := checkStaffing(p, &s); c.Staffing != nil {
			t.Errorf("%s: %v", x.name, c.Staffing)
		}
	}
}

// TestStaffTie has one task, two inspectors and one seat: equal numbers with R = 0 and 1, different
// ones with R = 2.
func TestStaffTie(t *testing.T) {
	p := blankProblem(1, 2, 1)
	p.pairNumber = func(r int64, _ EntityID, j InspectorID) uint64 {
		if r < 2 || j == "I00000" {
			return 7
		}
		return 3
	}
	s := staff(p)
	if s.R != 2 || len(s.Tied) != 2 || !slices.Equal(s.Teams[0], ids(p, 1)) {
		t.Fatalf("%+v", s)
	}
	// The number of a task's one member is all that its potential holds, with the year's first arc.
	for r, d := range []Duals{s.Tied[0].Duals, s.Tied[1].Duals, s.Duals} {
		if want := []Dual{{-1, -[]int64{7, 7, 3}[r]}}; !slices.Equal(d.Task, want) {
			t.Errorf("R = %d: %v, want %v", r, d.Task, want)
		}
	}
	if v := verdict(checkStaffing(p, &s)); v != "" {
		t.Errorf("refused: %s", v)
	}
	// Stopping at R = 0, or starting at R = 2 without its reasons, is refused.
	early := UnitStaffing{
		Unit: s.Unit, Tasks: s.Tasks, Inspectors: s.Inspectors, Teams: s.Tied[0].Teams,
		Duals: s.Tied[0].Duals,
	}
	if v := verdict(checkStaffing(p, &early)); v != "unique" {
		t.Errorf("R = 0: %q", v)
	}
	late := s.clone()
	late.Tied = late.Tied[:0]
	if v := verdict(checkStaffing(p, &late)); v != "unique" {
		t.Errorf("R = 2 without ties: %q", v)
	}
}

// TestStaffExtremes uses the largest counts of §1 and pair numbers of 48 bits that are all ones or
// all zeros: sums fit, and the verifier agrees.
func TestStaffExtremes(t *testing.T) {
	p := blankProblem(40, 12, 3)
	for j := range p.Roster {
		p.Roster[j].Carry = 1e9 - int64(j%3)
		p.Roster[j].Lead = j%2 == 0
		if j%4 == 0 {
			p.Roster[j].Cap = 1e9
		}
	}
	noise := numbersOf(20, 5)
	p.pairNumber = func(r int64, e EntityID, j InspectorID) uint64 {
		w := noise(r, e, j)
		if w&1 == 0 {
			return w >> 4
		}
		return 1<<48 - 1 - w>>4
	}
	s := staff(p)
	if s.Shortage != nil || s.R != 0 {
		t.Fatalf("R = %d, shortage %+v", s.R, s.Shortage)
	}
	pi, ok := newSpecNetwork(p, 0, s.Teams).lowered()
	if !ok {
		t.Fatal("a negative cycle")
	}
	if d := diffDuals(p, s.Duals, pi); d != "" {
		t.Error(d)
	}
	if v := verdict(checkStaffing(p, &s)); v != "" {
		t.Errorf("refused: %s", v)
	}
}

// TestStaffFollowers never puts somebody who may not lead alone, or in a team of his like.
func TestStaffFollowers(t *testing.T) {
	for seats := 1; seats <= 4; seats++ {
		p := blankProblem(20, 9, seats)
		for j := range p.Roster {
			p.Roster[j].Lead = j < 2
		}
		s := staff(p)
		if s.Shortage != nil {
			t.Fatalf("%d seats: %+v", seats, s.Shortage)
		}
		alone := 0
		for i, team := range s.Teams {
			if team[0] != "I00000" && team[0] != "I00001" {
				t.Errorf("%d seats: task %d is led by %s", seats, i, team[0])
			}
			if slices.Contains(team[1:], "I00000") || slices.Contains(team[1:], "I00001") {
				alone++
			}
		}
		// Leads are scarce: with 2 of 9 nobody leads and follows in one team.
		if alone > 0 {
			t.Errorf("%d seats: %d teams have both leads", seats, alone)
		}
	}
}

// TestStaffAnotherSeed gives a good staffing to a verifier that knows another seed, label or unit,
// or files that say something else: every one of them refuses it.
func TestStaffAnotherSeed(t *testing.T) {
	make30 := func() *staffProblem { return blankProblem(30, 8, 2) }
	p := make30()
	s := staff(p)
	if v := verdict(checkStaffing(p, &s)); v != "" {
		t.Fatal(v)
	}
	j := slices.IndexFunc(p.Roster, func(l RosterLine) bool { return l.ID == s.Teams[4][1] })
	for _, x := range []struct {
		name, fails string
		change      func(p *staffProblem)
	}{
		{"seed", "optimal roles", func(p *staffProblem) { p.Seed = strings.Repeat("0", 64) }},
		{"label", "optimal", func(p *staffProblem) { p.Label = "asg2" }},
		{"unit", "staffing", func(p *staffProblem) { p.Unit = "SCJG2" }},
		{"seats", "staffing", func(p *staffProblem) { p.Seats = 3 }},
		{"recusal", "staffing", func(p *staffProblem) { p.bar(4, j) }},
		{"scope", "staffing", func(p *staffProblem) { p.Roster[j].Scopes = nil }},
		{"certificate", "staffing", func(p *staffProblem) { p.Roster[j].CertUntil = "2026-12-30" }},
		{"visit", "staffing", func(p *staffProblem) { p.VisitBy = "2027-01-01" }},
		{"cap", "staffing", func(p *staffProblem) { p.Roster[j].Cap = 1 }},
		{"carry", "optimal", func(p *staffProblem) { p.Roster[j].Carry = 5 }},
		{"area", "staffing", func(p *staffProblem) {
			p.AreaRule, p.Roster[j].Area = "same6", "330103"
		}},
		{"task more", "staffing", func(p *staffProblem) {
			p.Tasks = append(p.Tasks, Task{"R.99999", p.Tasks[0].Items})
		}},
		{"inspector more", "staffing", func(p *staffProblem) {
			p.Roster = append(p.Roster, p.Roster[0])
			p.Roster[8].ID = "I99999"
		}},
		{"followers", "staffing", func(p *staffProblem) {
			for j := range p.Roster {
				p.Roster[j].Lead = j == 0
			}
		}},
	} {
		other := make30()
		x.change(other)
		v := verdict(checkStaffing(other, &s))
		for _, name := range strings.Fields(x.fails) {
			if !strings.Contains(v, name) {
				t.Errorf("%s: fails %q, want %s", x.name, v, x.fails)
			}
		}
	}
}

// TestStaffOutsiders adds people who may take nothing: teams and everybody else's potentials stay.
func TestStaffOutsiders(t *testing.T) {
	p := blankProblem(15, 6, 2)
	before := staff(p)
	p.Roster = append(p.Roster, p.Roster[5])
	p.Roster[6].ID, p.Roster[6].Scopes = "I00006", []ItemID{"SX-009"}
	after := staff(p)
	if !reflect.DeepEqual(before.Teams, after.Teams) ||
		!reflect.DeepEqual(before.Duals.Task, after.Duals.Task) ||
		!reflect.DeepEqual(before.Duals.Inspector, after.Duals.Inspector[:6]) {
		t.Errorf("teams or potentials changed:\n%+v\n%+v", before, after)
	}
	if after.Duals.Inspector[6] != (Dual{}) {
		t.Errorf("potential of the outsider: %v", after.Duals.Inspector[6])
	}
}
