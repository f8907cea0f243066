package sampling

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// clone copies a staffing so that a test may damage the copy.
func (s UnitStaffing) clone() UnitStaffing {
	s.Tasks, s.Inspectors = slices.Clone(s.Tasks), slices.Clone(s.Inspectors)
	s.Teams, s.Duals = cloneTeams(s.Teams), s.Duals.clone()
	s.Tied = slices.Clone(s.Tied)
	for r := range s.Tied {
		t := &s.Tied[r]
		t.Teams, t.Duals = cloneTeams(t.Teams), t.Duals.clone()
	}
	if s.Shortage != nil {
		x := *s.Shortage
		x.Tasks, x.Full = slices.Clone(x.Tasks), slices.Clone(x.Full)
		x.Inspectors = slices.Clone(x.Inspectors)
		s.Shortage = &x
	}
	return s
}

func (d Duals) clone() Duals {
	return Duals{
		Task: slices.Clone(d.Task), Lead: slices.Clone(d.Lead), Gated: slices.Clone(d.Gated),
		Inspector: slices.Clone(d.Inspector),
	}
}

func cloneTeams(teams [][]InspectorID) [][]InspectorID {
	out := slices.Clone(teams)
	for i := range out {
		out[i] = slices.Clone(out[i])
	}
	return out
}

// verdict names the checks that fail.
func verdict(c staffingChecks) string {
	var names []string
	for _, x := range []struct {
		name string
		err  error
	}{{"staffing", c.Staffing}, {"optimal", c.Optimal}, {"unique", c.Unique}, {"roles", c.Roles}} {
		if x.err != nil {
			names = append(names, x.name)
		}
	}
	return strings.Join(names, " ")
}

// tiedProblem has a unit with both families, one inside the other, whose staffing ties at least
// twice.
func tiedProblem(t *testing.T) (*staffProblem, UnitStaffing) {
	t.Helper()
	g := rand.New(rand.NewPCG(11, 7))
	for range 1000 {
		p := randomProblem(g, 4, 5, 3, 1)
		addGate(g, p)
		s := staff(p)
		if s.R >= 2 && s.Duals.Lead != nil && s.Duals.Gated != nil &&
			newSeating(p).fams[1].outer == 0 {
			return p, s
		}
	}
	t.Fatal("no problem that ties twice")
	return nil, UnitStaffing{}
}

// TestCheckDamaged damages a good staffing in one place; at least the check named must fail.
func TestCheckDamaged(t *testing.T) {
	p, good := tiedProblem(t)
	if v := verdict(checkStaffing(p, &good)); v != "" {
		t.Fatalf("the good staffing: %s", v)
	}
	for _, x := range []struct {
		name, fails string
		damage      func(s *UnitStaffing)
	}{
		{"unit", "staffing", func(s *UnitStaffing) { s.Unit = "OTHER" }},
		{"nothing", "staffing", func(s *UnitStaffing) { *s = UnitStaffing{} }},
		{"negative R", "optimal", func(s *UnitStaffing) { s.R = -1 }},
		{"lowest R", "optimal", func(s *UnitStaffing) { s.R = math.MinInt64 }},
		{"R above", "unique", func(s *UnitStaffing) { s.R++ }},
		{"R beyond any list", "unique", func(s *UnitStaffing) { s.R = math.MaxInt64 }},
		{"R below", "unique", func(s *UnitStaffing) { s.R-- }},
		{"R = 0", "unique", func(s *UnitStaffing) { s.R, s.Tied = 0, nil }},
		{"no tasks", "staffing", func(s *UnitStaffing) { s.Tasks = nil }},
		{"task twice", "staffing", func(s *UnitStaffing) { s.Tasks[1] = s.Tasks[0] }},
		{"task less", "staffing", func(s *UnitStaffing) { s.Tasks = s.Tasks[1:] }},
		{"task unknown", "staffing", func(s *UnitStaffing) { s.Tasks[0] = "" }},
		{"roster less", "staffing", func(s *UnitStaffing) { s.Inspectors = s.Inspectors[1:] }},
		{"roster more", "staffing", func(s *UnitStaffing) {
			s.Inspectors = append(s.Inspectors, "I99999")
		}},
		{"no teams", "staffing", func(s *UnitStaffing) { s.Teams = nil }},
		{"team more", "staffing", func(s *UnitStaffing) { s.Teams = append(s.Teams, nil) }},
		{"team empty", "staffing", func(s *UnitStaffing) { s.Teams[2] = nil }},
		{"team of one more", "staffing", func(s *UnitStaffing) {
			s.Teams[0] = append(s.Teams[0], s.Teams[0][0])
		}},
		{"same twice", "staffing", func(s *UnitStaffing) { s.Teams[0][1] = s.Teams[0][0] }},
		{"unknown member", "staffing", func(s *UnitStaffing) { s.Teams[0][0] = "I99999" }},
		{"nobody as member", "staffing", func(s *UnitStaffing) { s.Teams[3][2] = "" }},
		{"roles", "roles", func(s *UnitStaffing) { slices.Reverse(s.Teams[0]) }},
		{"no potentials", "optimal", func(s *UnitStaffing) { s.Duals = Duals{} }},
		{"task potential less", "optimal", func(s *UnitStaffing) {
			s.Duals.Task = s.Duals.Task[1:]
		}},
		{"gate potential less", "optimal", func(s *UnitStaffing) {
			s.Duals.Lead = s.Duals.Lead[1:]
		}},
		{"no gate potentials", "optimal", func(s *UnitStaffing) { s.Duals.Lead = nil }},
		{"no gated potentials", "optimal", func(s *UnitStaffing) { s.Duals.Gated = nil }},
		{"gated potential more", "optimal", func(s *UnitStaffing) {
			s.Duals.Gated = append(s.Duals.Gated, Dual{})
		}},
		{"inspector potential more", "optimal", func(s *UnitStaffing) {
			s.Duals.Inspector = append(s.Duals.Inspector, Dual{})
		}},
		{"lowest potential", "optimal", func(s *UnitStaffing) {
			s.Duals.Task[0] = Dual{math.MinInt64, math.MinInt64}
		}},
		{"potential that overflows", "optimal", func(s *UnitStaffing) {
			s.Duals.Inspector[0] = Dual{-1, math.MaxInt64}
		}},
		{"positive potential", "optimal", func(s *UnitStaffing) {
			s.Duals.Task[0] = Dual{0, 1}
		}},
		{"tied less", "unique", func(s *UnitStaffing) { s.Tied = s.Tied[1:] }},
		{"tied more", "unique", func(s *UnitStaffing) { s.Tied = append(s.Tied, Tied{}) }},
		{"tied empty", "unique", func(s *UnitStaffing) { s.Tied[0] = Tied{} }},
		{"tied order", "unique", func(s *UnitStaffing) { slices.Reverse(s.Tied[1].Teams[0]) }},
		{"tied unknown member", "unique", func(s *UnitStaffing) { s.Tied[0].Teams[0][0] = "I9" }},
		{"tied potential", "unique", func(s *UnitStaffing) { s.Tied[0].Duals.Task[0].Pair-- }},
		{"tied of R in use", "unique", func(s *UnitStaffing) {
			s.Tied[1] = Tied{sorted(s.Teams), s.Duals.clone()}
		}},
		{"shortage beside", "staffing", func(s *UnitStaffing) { s.Shortage = &Shortage{} }},
		{"shortage instead", "staffing", func(s *UnitStaffing) {
			*s = UnitStaffing{Unit: s.Unit, Shortage: &Shortage{}}
		}},
	} {
		s := good.clone()
		x.damage(&s)
		if v := verdict(checkStaffing(p, &s)); !strings.Contains(v, x.fails) {
			t.Errorf("%s: fails %q, want %s", x.name, v, x.fails)
		}
	}
	if !reflect.DeepEqual(good, staff(p)) {
		t.Error("the check changed what it was given")
	}
}

// TestCheckPotentials moves every single potential by one in either part, either way: only the one
// largest set passes.
func TestCheckPotentials(t *testing.T) {
	p, good := tiedProblem(t)
	for _, list := range []func(*Duals) []Dual{
		func(d *Duals) []Dual { return d.Task },
		func(d *Duals) []Dual { return d.Lead },
		func(d *Duals) []Dual { return d.Gated },
		func(d *Duals) []Dual { return d.Inspector },
	} {
		for i := range list(&good.Duals) {
			for _, by := range []Dual{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, -1 << 40}} {
				s := good.clone()
				d := &list(&s.Duals)[i]
				d.Even, d.Pair = d.Even+by.Even, d.Pair+by.Pair
				if c := checkStaffing(p, &s); c.Optimal == nil {
					t.Fatalf("potential %d moved by %v is accepted", i, by)
				}
			}
		}
	}
}

// TestCheckOtherTeams exchanges members in all ways that stay legal: none of them passes as
// optimal with the potentials of the optimum, or with its own lowered potentials.
func TestCheckOtherTeams(t *testing.T) {
	p := blankProblem(4, 6, 2)
	p.Roster[0].Lead, p.Roster[1].Lead, p.Roster[5].Lead = false, false, false
	p.pairNumber = numbersOf(20, 3)
	good := staff(p)
	tried := 0
	for i := range good.Teams {
		for x := range p.Seats {
			for _, l := range p.Roster {
				s := good.clone()
				if slices.Contains(s.Teams[i], l.ID) {
					continue
				}
				s.Teams[i][x] = l.ID
				s.Teams[i] = p.roles(s.Tasks[i], s.Teams[i])
				c := checkStaffing(p, &s)
				if c.Staffing != nil {
					continue
				}
				tried++
				if c.Optimal == nil {
					t.Fatalf("%s in place %d of team %d passes", l.ID, x, i)
				}
				if _, ok := newSpecNetwork(p, 0, s.Teams).lowered(); ok {
					t.Fatalf("%s in place %d of team %d: valid potentials exist", l.ID, x, i)
				}
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d legal exchanges", tried)
	}
}

// TestCheckTiedIsFree accepts any optimal staffing of an earlier R in `tied`, as §7 says.
func TestCheckTiedIsFree(t *testing.T) {
	p, good := tiedProblem(t)
	others := 0
	for r := range good.Tied {
		for _, teams := range enumerate(p, int64(r)).teams {
			pi, ok := newSpecNetwork(p, int64(r), teams).lowered()
			if !ok {
				t.Fatal("negative cycle at an optimum")
			}
			s := good.clone()
			d := &s.Tied[r].Duals
			for i := range p.Tasks {
				d.Task[i] = pi["task "+string(p.Tasks[i].Entity)]
				d.Lead[i] = pi["lead "+string(p.Tasks[i].Entity)]
				d.Gated[i] = pi["gated "+string(p.Tasks[i].Entity)]
			}
			for j := range p.Roster {
				d.Inspector[j] = pi["person "+string(p.Roster[j].ID)]
			}
			s.Tied[r].Teams = teams
			if v := verdict(checkStaffing(p, &s)); v != "" {
				t.Errorf("R = %d, teams %v: %s", r, teams, v)
			}
			others++
		}
	}
	if others <= len(good.Tied) {
		t.Errorf("only %d tied staffings for R = %d", others, good.R)
	}
}

// TestCheckShortage damages a true shortage in every field.
func TestCheckShortage(t *testing.T) {
	p := blankProblem(4, 4, 2)
	p.Roster[0].Cap, p.Roster[1].Cap = 1, 1
	p.bar(0, 2)
	p.bar(1, 2)
	p.bar(1, 3)
	p.Roster[3].Lead = false
	good := staff(p)
	if good.Shortage == nil || len(good.Shortage.Full) == 0 {
		t.Fatalf("no shortage: %+v", good)
	}
	if v := verdict(checkStaffing(p, &good)); v != "" {
		t.Fatalf("the good shortage: %s", v)
	}
	for name, damage := range map[string]func(s *UnitStaffing){
		"unit":       func(s *UnitStaffing) { s.Unit = "" },
		"R":          func(s *UnitStaffing) { s.R = 1 },
		"task less":  func(s *UnitStaffing) { s.Shortage.Tasks = s.Shortage.Tasks[1:] },
		"all tasks":  func(s *UnitStaffing) { s.Shortage.Tasks = append(s.Shortage.Tasks, "R.9") },
		"full less":  func(s *UnitStaffing) { s.Shortage.Full = nil },
		"inspectors": func(s *UnitStaffing) { s.Shortage.Inspectors = s.Shortage.Full },
		"needed":     func(s *UnitStaffing) { s.Shortage.Needed = math.MinInt64 },
		"available":  func(s *UnitStaffing) { s.Shortage.Available-- },
		"tasks":      func(s *UnitStaffing) { s.Tasks = p.entities() },
		"teams":      func(s *UnitStaffing) { s.Teams = [][]InspectorID{} },
		"potentials": func(s *UnitStaffing) { s.Duals.Inspector = []Dual{{}} },
		"gated":      func(s *UnitStaffing) { s.Duals.Gated = []Dual{{}} },
		"tied":       func(s *UnitStaffing) { s.Tied = []Tied{} },
		"nothing":    func(s *UnitStaffing) { s.Shortage = &Shortage{} },
		"staffing":   func(s *UnitStaffing) { s.Shortage = nil },
	} {
		s := good.clone()
		damage(&s)
		if c := checkStaffing(p, &s); c.Staffing == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestCheckCounts counts tasks with exactly k eligible inspectors.
func TestCheckCounts(t *testing.T) {
	p := blankProblem(3, 3, 2)
	p.bar(0, 1)
	p.bar(2, 0)
	p.bar(2, 1)
	s := staff(p)
	c := checkStaffing(p, &s)
	if c.Tight != 1 || c.Tasks != 3 || c.Inspectors != 3 || c.Conflicts != 3 {
		t.Errorf("counts %+v", c)
	}
}

// TestCertificateEdges checks the graph helpers on shapes that staffings rarely have.
func TestCertificateEdges(t *testing.T) {
	if !newDigraph(3, []arc{{0, 1}, {1, 2}, {0, 2}}).acyclic() {
		t.Error("two paths are no cycle")
	}
	if newDigraph(4, []arc{{0, 1}, {1, 2}, {2, 1}, {2, 3}}).acyclic() {
		t.Error("a cycle behind a path")
	}
	if !newDigraph(0, nil).acyclic() {
		t.Error("no nodes")
	}
	seen := newDigraph(4, []arc{{0, 1}, {1, 0}, {3, 2}}).reach([]int32{1, 1})
	if !slices.Equal(seen, []bool{true, true, false, false}) {
		t.Errorf("reached %v", seen)
	}
}

// TestHeap takes random numbers out in order, with some lowered on the way.
func TestHeap(t *testing.T) {
	g := rand.New(rand.NewPCG(6, 7))
	for range 50 {
		n := 1 + g.IntN(60)
		h := newNodeHeap(n)
		best := make([]int64, n)
		for v := range n {
			best[v] = g.Int64N(60)
			h.lower(int32(v), best[v])
		}
		for range n {
			v := g.IntN(n)
			if d := best[v] - g.Int64N(5); d < best[v] {
				best[v] = d
				h.lower(int32(v), d)
			}
		}
		last := int64(math.MinInt64)
		for range n {
			v, ok := h.pop()
			if !ok || best[v] < last {
				t.Fatalf("%d at %v after %v, %v", v, best[v], last, ok)
			}
			last = best[v]
		}
		if _, ok := h.pop(); ok {
			t.Fatal("a node too many")
		}
		h.lower(0, 0)
		h.clear()
		if _, ok := h.pop(); ok {
			t.Fatal("clear left a node")
		}
	}
}

// FuzzCheckStaffing damages a staffing as the bytes say, several places at once: the check must not
// panic, and must not accept anything but the staffing itself.
func FuzzCheckStaffing(f *testing.F) {
	f.Add(uint64(1), []byte{})
	f.Add(uint64(2), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	f.Add(uint64(9), []byte("\x03\xff\xff\xff\xff\xff\xff\xff\xff\x05\x7f\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, salt uint64, b []byte) {
		g := rand.New(rand.NewPCG(salt, 7))
		p := randomProblem(g, 1+g.IntN(4), 1+g.IntN(5), 1+g.IntN(3), 4+g.IntN(8))
		good := staff(p)
		s := good.clone()
		for len(b) > 0 {
			b = damage(&s, b)
		}
		if v := verdict(checkStaffing(p, &s)); v == "" && !equivalent(&s, &good) {
			t.Fatalf("accepted %+v\ninstead of %+v", s, good)
		}
	})
}

// equivalent ignores `tied`, of which any will do, and whether an empty list is nil.
func equivalent(a, b *UnitStaffing) bool {
	if a.Shortage != nil && b.Shortage != nil {
		return fmt.Sprintf("%+v", *a.Shortage) == fmt.Sprintf("%+v", *b.Shortage)
	}
	x, y := *a, *b
	x.Tied, y.Tied = nil, nil
	return fmt.Sprintf("%+v", x) == fmt.Sprintf("%+v", y)
}

// damage does to s what the first bytes of b say and returns the rest.
func damage(s *UnitStaffing, b []byte) []byte {
	op := b[0]
	b = b[1:]
	var eight [8]byte
	n := copy(eight[:], b)
	x := int64(binary.BigEndian.Uint64(eight[:]))
	at := func(n int) int { return int(uint64(x) >> 8 % uint64(n)) }
	id := InspectorID(fmt.Sprintf("I%05d", uint8(x)%8))
	switch {
	case op%12 == 0:
		s.R = x
	case op%12 == 1 && len(s.Teams) > 0:
		s.Teams = s.Teams[:at(len(s.Teams))]
	case op%12 == 2 && len(s.Teams) > 0:
		i := at(len(s.Teams))
		s.Teams[i] = append(s.Teams[i], id)
	case op%12 == 3 && len(s.Duals.Task) > 0:
		s.Duals.Task[at(len(s.Duals.Task))].Pair = x
	case op%12 == 4 && len(s.Duals.Lead) > 0:
		s.Duals.Lead[at(len(s.Duals.Lead))].Even = x
	case op%12 == 5 && len(s.Duals.Inspector) > 0:
		s.Duals.Inspector[at(len(s.Duals.Inspector))] = Dual{x, -x}
	case op%12 == 6 && len(s.Teams) > 0:
		if team := s.Teams[at(len(s.Teams))]; len(team) > 0 {
			team[int(op/12)%len(team)] = id
		}
	case op%12 == 7:
		s.Tied = append(s.Tied, Tied{cloneTeams(s.Teams), s.Duals.clone()})
	case op%12 == 8 && len(s.Tied) > 0:
		s.Tied[at(len(s.Tied))].Duals.Task = nil
	case op%12 == 9 && s.Shortage != nil:
		s.Shortage.Needed, s.Shortage.Available = x, -x
	case op%12 == 10:
		s.Shortage = &Shortage{Tasks: s.Tasks, Full: s.Inspectors, Needed: x}
	case op%12 == 11 && len(s.Tasks) > 0:
		s.Tasks[at(len(s.Tasks))] = EntityID(id)
	}
	return b[n:]
}
