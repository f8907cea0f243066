package sampling

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// districts is a problem of several parts: three districts of which nobody works in another, people
// who are qualified for nothing, and sometimes a gate.
func districts(g *rand.Rand, tasks, people int) *staffProblem {
	p := blankProblem(tasks, people, 2)
	p.AreaRule = "same6"
	areas := []string{"330102", "330105", "330203"}
	for i := range p.Tasks {
		p.Tasks[i].Items[0].Area = areas[g.IntN(3)]
	}
	for j := range p.Roster {
		l := &p.Roster[j]
		l.Area, l.Lead, l.Carry = areas[j%3], g.IntN(3) > 0, g.Int64N(4)
		if g.IntN(9) == 0 {
			l.Scopes = nil
		}
		if g.IntN(6) == 0 {
			l.Cap = g.Int64N(int64(tasks))
		}
		p.bar(g.IntN(tasks), j)
	}
	if g.IntN(2) == 0 {
		addGate(g, p)
	}
	return p
}

// TestSolverSettings solves problems with the shortest menus and with no auction, so that widening,
// passes over all pairs and phases have all the work: the same staffing and potentials.
func TestSolverSettings(t *testing.T) {
	g := rand.New(rand.NewPCG(31, 7))
	staffed := 0
	for range 60 {
		p := randomProblem(g, 10+g.IntN(40), 8+g.IntN(40), 2+g.IntN(2), 48)
		if g.IntN(2) == 0 {
			addGate(g, p)
		}
		s := newSeating(p)
		ev := newEven(s)
		if len(ev.empty) > 0 {
			continue
		}
		staffed++
		w := p.weights(s, 0)
		solved := func(width, calls int) (*solver, []Dual) {
			x := newSolver(ev, w)
			x.width, x.calls = width, calls
			x.solve()
			return x, x.largest()
		}
		want, duals := solved(menuWidth, auctionCalls)
		for _, x := range []struct{ width, calls int }{{1, 0}, {1, 40}, {2, 1}, {1000, 0}} {
			got, d := solved(x.width, x.calls)
			if !reflect.DeepEqual(got.lineup, want.lineup) || !slices.Equal(d, duals) {
				t.Fatalf("width %d, %d calls: another result\n%+v", x.width, x.calls, p)
			}
		}
		if got := newEven(s); !reflect.DeepEqual(got.lineup, ev.lineup) {
			t.Fatal("the second stage changed the first")
		}
	}
	if staffed < 30 {
		t.Errorf("only %d staffed", staffed)
	}
}

// TestSolverParts solves units of several parts as one, and part after part in the reverse order:
// the same staffing and potentials, as if there were one worker or many.
func TestSolverParts(t *testing.T) {
	g := rand.New(rand.NewPCG(32, 7))
	several, short := 0, 0
	for range 80 {
		p := districts(g, 6+g.IntN(30), 9+g.IntN(20))
		s := newSeating(p)
		parts := s.parts()
		whole := []part{{g: s}}
		ev := newEven(s)
		got := staff(p)
		if (len(ev.empty) > 0) != (got.Shortage != nil) {
			t.Fatalf("parts and whole disagree about a shortage\n%+v", p)
		}
		if got.Shortage != nil {
			short++
			if want := p.short(s, whole, []*even{ev}); !reflect.DeepEqual(got.Shortage, want) {
				t.Fatalf("shortage %+v, want %+v", got.Shortage, want)
			}
			continue
		}
		if len(parts) > 2 {
			several++
		}
		w := p.weights(s, 0)
		l := s.emptyLineup()
		duals := s.optimum(&l, w, whole, []*even{ev})
		if !reflect.DeepEqual(duals, got.Duals) ||
			!reflect.DeepEqual(p.teams(s, &l), sorted(got.Teams)) {
			t.Fatalf("parts and whole differ\n%+v", p)
		}
		slices.Reverse(parts)
		var evens []*even
		for n := range parts {
			evens = append(evens, newEven(parts[n].g))
		}
		l = s.emptyLineup()
		if d := s.optimum(&l, w, parts, evens); !reflect.DeepEqual(d, duals) {
			t.Fatalf("the order of parts matters\n%+v", p)
		}
	}
	if several < 10 || short < 10 {
		t.Errorf("%d of several parts, %d short", several, short)
	}
}

// TestSolverPermuted gives tasks and inspectors other places in the lists, while pair numbers follow
// the people: the same people sit in the same teams, with the same potentials.
func TestSolverPermuted(t *testing.T) {
	g := rand.New(rand.NewPCG(33, 7))
	for range 60 {
		p := districts(g, 5+g.IntN(20), 9+g.IntN(12))
		number := numbersOf(40, g.Uint64())
		tasks, people := g.Perm(len(p.Tasks)), g.Perm(len(p.Roster))
		q := *p
		q.Tasks, q.Roster = make([]Task, len(p.Tasks)), make([]RosterLine, len(p.Roster))
		entity, person := map[EntityID]EntityID{}, map[InspectorID]InspectorID{} // of q to p
		for i, to := range tasks {
			q.Tasks[to] = Task{p.Tasks[to].Entity, p.Tasks[i].Items}
			entity[p.Tasks[to].Entity] = p.Tasks[i].Entity
		}
		for j, to := range people {
			q.Roster[to] = p.Roster[j]
			q.Roster[to].ID = p.Roster[to].ID
			person[p.Roster[to].ID] = p.Roster[j].ID
		}
		q.Conflicts = nil
		for _, c := range p.Conflicts {
			i, _ := slices.BinarySearchFunc(p.Tasks, c.Entity, func(t Task, e EntityID) int {
				return slices.Compare([]byte(t.Entity), []byte(e))
			})
			j, _ := p.find(c.Inspector)
			q.Conflicts = append(q.Conflicts,
				ConflictLine{q.Roster[people[j]].ID, q.Tasks[tasks[i]].Entity, "kin"})
		}
		p.pairNumber = number
		q.pairNumber = func(r int64, e EntityID, j InspectorID) uint64 {
			return number(r, entity[e], person[j])
		}
		a, b := staff(p), staff(&q)
		if (a.Shortage == nil) != (b.Shortage == nil) || a.R != b.R {
			t.Fatalf("%+v\n%+v", a, b)
		}
		if a.Shortage != nil {
			continue
		}
		for i, to := range tasks {
			team := []InspectorID{}
			for _, id := range b.Teams[to] {
				team = append(team, person[id])
			}
			slices.Sort(team)
			if want := sorted(a.Teams)[i]; !slices.Equal(team, want) ||
				a.Duals.Task[i] != b.Duals.Task[to] {
				t.Fatalf("task %d: %v, want %v", i, team, want)
			}
		}
	}
}

// TestEvenIsEnough compares the first stage with enumeration: seats filled, and the year's cost.
func TestEvenIsEnough(t *testing.T) {
	g := rand.New(rand.NewPCG(34, 7))
	for range 300 {
		p := randomProblem(g, 1+g.IntN(3), 2+g.IntN(3), 1+g.IntN(3), 2)
		addGate(g, p)
		b, s := enumerate(p, 0), newSeating(p)
		e := newEven(s)
		filled, cost := 0, int64(0)
		for j, n := range e.load {
			filled += n
			for l := range int64(n) {
				cost += 2*(s.carry[j]+l+1) - 1
			}
		}
		if filled != b.seats || b.seats == b.wanted() && cost != b.best.Even {
			t.Fatalf("%d seats at %d, want %d at %d\n%+v", filled, cost, b.seats, b.best.Even, p)
		}
	}
}

// TestEvenMoves has a year that only a chain of exchanges makes even: everybody may take his own
// task and the next one's, and the first has carried much.
func TestEvenMoves(t *testing.T) {
	const n = 9
	p := blankProblem(n, n+1, 1)
	for i := range n {
		for j := range n + 1 {
			if j != i && j != i+1 {
				p.bar(i, j)
			}
		}
	}
	p.Roster[0].Carry = 1
	s := staff(p)
	for i, team := range s.Teams {
		if want := InspectorID(fmt.Sprintf("I%05d", i+1)); team[0] != want {
			t.Errorf("task %d: %s, want %s", i, team[0], want)
		}
	}
	if v := verdict(checkStaffing(p, &s)); v != "" {
		t.Error(v)
	}
}

// TestStaffLarge staffs a unit with longer rosters than menus, gates and several scopes; the
// certificate, which is computed over all pairs, says that it is the optimum.
func TestStaffLarge(t *testing.T) {
	g := rand.New(rand.NewPCG(35, 7))
	for x := range 4 {
		p := benchProblem(300, 90, x%2 == 0)
		p.Seats = 3
		if x >= 2 {
			limit := 1
			p.Gate = &limit
			for j := range p.Roster {
				p.Roster[j].Gated = !p.Roster[j].Lead && g.IntN(2) == 0
			}
		}
		s := staff(p)
		if s.Shortage != nil || s.R != 0 {
			t.Fatalf("%d: R = %d, shortage %+v", x, s.R, s.Shortage)
		}
		if v := verdict(checkStaffing(p, &s)); v != "" {
			t.Errorf("%d: %s", x, v)
		}
	}
}
