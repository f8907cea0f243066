package sampling

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/graph/network"
	"gonum.org/v1/gonum/graph/simple"
)

// counts says what kinds of problems a test saw, so that it cannot pass on easy ones alone.
type counts struct{ unique, tied, short int }

// compare staffs p and compares everything with enumeration: the optimum, R, the tied staffings,
// the potentials, the shortage; the verifier must accept the result.
func compare(t *testing.T, p *staffProblem, n *counts) {
	t.Helper()
	s := staff(p)
	if c := checkStaffing(p, &s); c.Staffing != nil || c.Optimal != nil || c.Unique != nil ||
		c.Roles != nil {
		t.Fatalf("refused: %v, %v, %v, %v\n%+v", c.Staffing, c.Optimal, c.Unique, c.Roles, p)
	}
	b := enumerate(p, 0)
	if b.seats < b.wanted() {
		n.short++
		compareShortage(t, p, b, s.Shortage)
		return
	}
	if s.Shortage != nil {
		t.Fatalf("shortage %+v of a problem that can be staffed\n%+v", s.Shortage, p)
	}
	if s.R == 0 {
		n.unique++
	} else {
		n.tied++
	}
	for r := int64(0); r <= s.R; r++ {
		if r > 0 {
			b = enumerate(p, r)
		}
		teams, duals := sorted(s.Teams), s.Duals
		if r < s.R {
			teams, duals = s.Tied[r].Teams, s.Tied[r].Duals
		}
		if one := len(b.teams) == 1; one != (r == s.R) {
			t.Fatalf("R = %d, but %d optima with R = %d\n%+v", s.R, len(b.teams), r, p)
		}
		if !slices.ContainsFunc(b.teams, func(o [][]InspectorID) bool {
			return reflect.DeepEqual(o, teams)
		}) {
			t.Fatalf("R = %d: teams %v are not optimal, %v are\n%+v", r, teams, b.teams[0], p)
		}
		pi, ok := newSpecNetwork(p, r, teams).lowered()
		if !ok {
			t.Fatalf("R = %d: a negative cycle\n%+v", r, p)
		}
		if d := diffDuals(p, duals, pi); d != "" {
			t.Fatalf("R = %d: potentials: %s\n%+v", r, d, p)
		}
	}
}

// compareShortage checks a shortage against enumeration: A are the tasks that lack somebody in some
// fullest partial staffing, B those of whom one more place would help.
func compareShortage(t *testing.T, p *staffProblem, b *brute, s *Shortage) {
	t.Helper()
	if s == nil {
		t.Fatalf("no shortage where %d of %d seats can be filled\n%+v", b.seats, b.wanted(), p)
	}
	tasks, able := []EntityID{}, map[InspectorID]bool{}
	for i := range p.Tasks {
		if b.lacking[p.Tasks[i].Entity] {
			tasks = append(tasks, p.Tasks[i].Entity)
			for _, j := range b.able[i] {
				able[p.Roster[j].ID] = true
			}
		}
	}
	if !slices.Equal(s.Tasks, tasks) {
		t.Fatalf("tasks %v, want %v\n%+v", s.Tasks, tasks, p)
	}
	if full := b.full(0); !slices.Equal(s.Full, full) {
		t.Fatalf("full %v, want %v\n%+v", s.Full, full, p)
	}
	if len(able) != len(s.Inspectors) || !slices.IsSorted(s.Inspectors) {
		t.Fatalf("inspectors %v, want %v", s.Inspectors, able)
	}
	for _, id := range s.Inspectors {
		if !able[id] {
			t.Fatalf("inspectors %v, want %v", s.Inspectors, able)
		}
	}
	if lack := int64(b.wanted() - b.seats); s.Needed-s.Available != lack {
		t.Fatalf("needed %d - available %d, want %d\n%+v", s.Needed, s.Available, lack, p)
	}
}

// sorted gives the teams with members by id.
func sorted(teams [][]InspectorID) [][]InspectorID {
	out := make([][]InspectorID, len(teams))
	for i, team := range teams {
		out[i] = slices.Clone(team)
		slices.Sort(out[i])
	}
	return out
}

// TestStaffExhaustive staffs every problem of 2 tasks and 3 inspectors: each eligibility, each set
// of leads, caps of 0, 1 and none, k from 1 to 3; pair numbers of 2 bits.
func TestStaffExhaustive(t *testing.T) {
	const tasks, people = 2, 3
	caps := []int64{0, 1, NoCap}
	var n counts
	for seats := 1; seats <= 3; seats++ {
		for eligible := range 1 << (tasks * people) {
			for leads := range 1 << people {
				for c := range 27 {
					if testing.Short() && (eligible+leads+c)%7 != 0 {
						continue
					}
					p := blankProblem(tasks, people, seats)
					for x := range tasks * people {
						if eligible>>x&1 == 0 {
							p.bar(x/people, x%people)
						}
					}
					for j := range p.Roster {
						p.Roster[j].Lead = leads>>j&1 == 1
						p.Roster[j].Cap = caps[c/[]int{1, 3, 9}[j]%3]
						p.Roster[j].Carry = int64(eligible+leads*j) % 2
					}
					p.pairNumber = numbersOf(2, uint64(eligible*8+leads))
					compare(t, p, &n)
				}
			}
		}
	}
	if n.unique == 0 || n.tied == 0 || n.short == 0 {
		t.Errorf("kinds of problems seen: %+v", n)
	}
}

// TestStaffRandom staffs random problems of up to 3 tasks and 4 inspectors, and some of 4 and 5,
// with pair numbers of 1 and 2 bits (ties on ties) and of 10.
func TestStaffRandom(t *testing.T) {
	var n counts
	g := rand.New(rand.NewPCG(1, 7))
	for x := range 2500 {
		bits := []int{1, 2, 10}[x%3]
		seats := 1 + g.IntN(3)
		tasks, people := 1+g.IntN(3), min(4, seats+g.IntN(4))
		if x%80 == 0 {
			tasks, people = 4, 5
		}
		p := randomProblem(g, tasks, people, seats, bits)
		if x%2 == 0 {
			addGate(g, p)
		}
		compare(t, p, &n)
	}
	if n.unique < 300 || n.tied < 100 || n.short < 300 {
		t.Errorf("kinds of problems seen: %+v", n)
	}
}

// TestStaffMiddling goes beyond enumeration: the potentials computed by the words of §7 show that
// the staffing is optimal, and a path-following search that no other is.
func TestStaffMiddling(t *testing.T) {
	g := rand.New(rand.NewPCG(2, 7))
	var n counts
	for x := range 200 {
		p := randomProblem(g, 5+g.IntN(20), 4+g.IntN(12), 1+g.IntN(4), 3+x%3*20)
		if x%4 > 0 {
			addGate(g, p)
		}
		s := staff(p)
		if s.Shortage != nil {
			n.short++
			continue
		}
		for r := int64(0); r <= s.R; r++ {
			teams, duals := s.Teams, s.Duals
			if r < s.R {
				teams, duals = s.Tied[r].Teams, s.Tied[r].Duals
				n.tied++
			}
			net := newSpecNetwork(p, r, teams)
			pi, ok := net.lowered()
			if !ok {
				t.Fatalf("R = %d: a negative cycle", r)
			}
			if d := diffDuals(p, duals, pi); d != "" {
				t.Fatalf("R = %d: potentials: %s", r, d)
			}
			if net.cyclic(pi) != (r < s.R) {
				t.Fatalf("R = %d of %d: cyclic is wrong", r, s.R)
			}
		}
		if c := checkStaffing(p, &s); c.Staffing != nil || c.Optimal != nil || c.Unique != nil {
			t.Fatalf("refused: %v, %v, %v", c.Staffing, c.Optimal, c.Unique)
		}
		n.unique++
	}
	if n.unique < 20 || n.tied < 20 {
		t.Errorf("kinds of problems seen: %+v", n)
	}
}

// TestStaffFeasible compares who can be staffed with a maximum flow of gonum (Dinic's algorithm).
func TestStaffFeasible(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 7))
	short := 0
	for range 120 {
		p := randomProblem(g, 3+g.IntN(6), 2+g.IntN(7), 1+g.IntN(4), 48)
		if short%2 == 0 {
			addGate(g, p)
		}
		s := staff(p)
		lack := int64(0)
		if s.Shortage != nil {
			lack = s.Shortage.Needed - s.Shortage.Available
			short++
		}
		want := int64(p.Seats*len(p.Tasks)) - maximumFlow(p)
		if lack != want {
			t.Fatalf("%d seats left empty, want %d\n%+v", lack, want, p)
		}
	}
	if short < 20 || short > 100 {
		t.Errorf("%d of 120 problems are short", short)
	}
}

// maximumFlow is the number of seats that gonum can fill in the network of §7.
func maximumFlow(p *staffProblem) int64 {
	g := simple.NewWeightedDirectedGraph(0, 0)
	arc := func(u, v int, c int64) {
		if c > 0 {
			g.SetWeightedEdge(simple.WeightedEdge{
				F: simple.Node(u), T: simple.Node(v), W: float64(c),
			})
		}
	}
	n, m := len(p.Tasks), len(p.Roster)
	source, sink := 3*n+m, 3*n+m+1
	for v := range sink + 1 {
		g.AddNode(simple.Node(v)) // MaxFlowDinic wants numbers without a gap
	}
	for i := range p.Tasks {
		arc(source, i, int64(p.Seats))
		for j := range p.Roster {
			u := i
			for _, gate := range specGates(p, &p.Roster[j]) {
				v := n + i
				if gate.family == "gated" {
					v = 2*n + i
				}
				arc(u, v, int64(gate.limit))
				u = v
			}
			if eligibleBySpec(p, &p.Roster[j], &p.Tasks[i]) {
				arc(u, 3*n+j, 1)
			}
		}
	}
	for j := range p.Roster {
		limit := int64(n)
		if c := p.Roster[j].Cap; c != NoCap {
			limit = min(limit, c)
		}
		arc(3*n+j, sink, limit)
	}
	return int64(network.MaxFlowDinic(g, simple.Node(source), simple.Node(sink), 1e-9) + 0.5)
}

// TestStaffExample is the example at the head of staff.go.
func TestStaffExample(t *testing.T) {
	p := blankProblem(2, 3, 2)
	p.Roster[1].Lead, p.Roster[2].Lead = false, false
	a, b, c := p.Roster[0].ID, p.Roster[1].ID, p.Roster[2].ID
	w := map[EntityID]map[InspectorID]uint64{
		p.Tasks[0].Entity: {a: 5, b: 1, c: 2},
		p.Tasks[1].Entity: {a: 4, b: 7, c: 3},
	}
	p.pairNumber = func(_ int64, e EntityID, j InspectorID) uint64 { return w[e][j] }
	want := UnitStaffing{
		Unit: "SCJG", Tasks: p.entities(), Inspectors: p.inspectors(),
		Teams: [][]InspectorID{{a, b}, {a, c}},
		Duals: Duals{
			Task: []Dual{{-3, -5}, {-3, -4}}, Lead: []Dual{{-1, -1}, {-1, -3}},
			Inspector: []Dual{{-3, 0}, {-1, 0}, {-1, 0}},
		},
	}
	if got := staff(p); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestStaffEven spells the first objective out: nobody carries two tasks more over the year than
// somebody who could take one of them.
func TestStaffEven(t *testing.T) {
	p := blankProblem(30, 7, 2)
	carry := []int64{0, 0, 3, 3, 9, 20, 1}
	for j := range p.Roster {
		p.Roster[j].Carry = carry[j]
	}
	s := staff(p)
	load := map[InspectorID]int64{}
	for _, team := range s.Teams {
		for _, id := range team {
			load[id]++
		}
	}
	// 60 seats over 0 0 3 3 9 20 1 level out at 12 and 13; the one with 20 gets none.
	for j, l := range p.Roster {
		year := carry[j] + load[l.ID]
		if carry[j] == 20 && load[l.ID] != 0 || carry[j] < 20 && (year < 12 || year > 13) {
			t.Errorf("%s: carried %d, now %d", l.ID, carry[j], load[l.ID])
		}
	}
}

// TestStaffNobody has no tasks, or nobody on the roster.
func TestStaffNobody(t *testing.T) {
	p := blankProblem(0, 2, 2)
	p.Roster[0].Lead = false
	s := staff(p)
	if s.Teams == nil || s.Tasks == nil || s.Duals.Task == nil || s.Duals.Lead == nil {
		t.Errorf("lists without elements must be there: %+v", s)
	}
	if !slices.Equal(s.Duals.Inspector, []Dual{{}, {}}) || s.Shortage != nil {
		t.Errorf("staffing without tasks: %+v", s)
	}
	p = blankProblem(2, 0, 2)
	s = staff(p)
	want := Shortage{
		Tasks: p.entities(), Full: []InspectorID{}, Inspectors: []InspectorID{}, Needed: 4,
	}
	if s.Shortage == nil || !reflect.DeepEqual(*s.Shortage, want) {
		t.Errorf("shortage %+v, want %+v", s.Shortage, want)
	}
	if c := checkStaffing(p, &s); c.Staffing != nil {
		t.Error(c.Staffing)
	}
	p = blankProblem(0, 0, 2)
	s = staff(p)
	if c := checkStaffing(p, &s); c.Staffing != nil || c.Optimal != nil || c.Unique != nil {
		t.Errorf("nobody and nothing: %+v", c)
	}
}

// TestStaffOrder shuffles the conflicts, the only list without a required order here: no change.
func TestStaffOrder(t *testing.T) {
	g := rand.New(rand.NewPCG(4, 7))
	p := randomProblem(g, 12, 9, 2, 48)
	p.Roster[0].Lead, p.Roster[1].Lead, p.Roster[2].Lead = true, true, true
	want := staff(p)
	for range 5 {
		g.Shuffle(len(p.Conflicts), func(a, b int) {
			p.Conflicts[a], p.Conflicts[b] = p.Conflicts[b], p.Conflicts[a]
		})
		if got := staff(p); !reflect.DeepEqual(got, want) {
			t.Fatal("the order of conflicts changed the staffing")
		}
	}
}

// TestEligible draws certificates, scopes, areas and conflicts near their boundaries.
func TestEligible(t *testing.T) {
	g := rand.New(rand.NewPCG(5, 7))
	areas := []string{"330102", "330102001", "330103", "330203", "340102", "330102001999"}
	scopes := [][]ItemID{nil, {"SX-001"}, {"SX-002"}, {"SX-001", "SX-002"}, {"A", "SX-001"}}
	dates := []Date{"2026-12-30", "2026-12-31", "2027-01-01"}
	yes, no := 0, 0
	for x := range 400 {
		p := blankProblem(5, 6, 2)
		p.AreaRule = []string{"any", "same2", "same4", "same6"}[x%4]
		for i := range p.Tasks {
			p.Tasks[i].Items[0].Area = areas[g.IntN(len(areas))]
			if g.IntN(2) == 0 {
				area := areas[g.IntN(len(areas))]
				p.Tasks[i].Items = append(p.Tasks[i].Items, TaskItem{"SX-002", area})
			}
		}
		for j := range p.Roster {
			l := &p.Roster[j]
			l.Area = areas[g.IntN(len(areas))]
			l.Scopes, l.CertUntil = scopes[g.IntN(len(scopes))], dates[g.IntN(len(dates))]
			p.bar(g.IntN(5), j)
		}
		// Lines about people and entities that nobody knows are allowed (§2).
		p.Conflicts = append(p.Conflicts, ConflictLine{"I99999", "R.00000", "kin"},
			ConflictLine{"I00000", "R.99999", "kin"}, ConflictLine{"A", "R.00001", "kin"})
		s := newSeating(p)
		for i := range p.Tasks {
			for j := range p.Roster {
				_, got := p.pair(s, i, p.Roster[j].ID)
				if got != eligibleBySpec(p, &p.Roster[j], &p.Tasks[i]) {
					t.Fatalf("task %+v, inspector %+v: %v", p.Tasks[i], p.Roster[j], got)
				}
				if got {
					yes++
				} else {
					no++
				}
			}
		}
	}
	if yes < 300 || no < 300 {
		t.Errorf("%d eligible, %d not", yes, no)
	}
}

// TestAreaRuleUnknown panics: the plan was checked before.
func TestAreaRuleUnknown(t *testing.T) {
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "same8") {
			t.Errorf("recovered %v", r)
		}
	}()
	areaPrefix("same8", "330102")
}

// TestRoles puts the smallest hash among the leads first and the rest by hash.
func TestRoles(t *testing.T) {
	p := blankProblem(20, 6, 3)
	p.Roster[0].Lead, p.Roster[1].Lead, p.Roster[2].Lead = false, false, false
	moved := 0
	for i := range p.Tasks {
		e := p.Tasks[i].Entity
		team := []InspectorID{"I00000", "I00001", "I00003", "I00004"}
		got := p.roles(e, team)
		text := func(j InspectorID) string {
			return sha256Suite.hex([]byte(testSeed + "|role|SCJG|" + string(e) + "|" + string(j)))
		}
		lead, other := "I00003", "I00004"
		if text("I00004") < text("I00003") {
			lead, other = other, lead
		}
		rest := []InspectorID{"I00000", "I00001", InspectorID(other)}
		slices.SortFunc(rest, func(a, b InspectorID) int {
			return strings.Compare(text(a), text(b))
		})
		if want := append([]InspectorID{InspectorID(lead)}, rest...); !slices.Equal(got, want) {
			t.Fatalf("%s: %v, want %v", e, got, want)
		}
		if text(rest[0]) < text(got[0]) {
			moved++
		}
	}
	if moved == 0 {
		t.Error("no team in which a member has the smallest hash")
	}
	if got := p.roles("R.1", []InspectorID{"I00001", "X"}); len(got) != 2 {
		t.Errorf("team without a lead: %v", got)
	}
}
