package sampling

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// Relations between staffings (draw/1 §7): what may change in a unit without another team, and what
// follows from the objective whatever the pair numbers are.

// relationProblems gives problems beyond enumeration that can be staffed: gates, caps, recusals.
func relationProblems(t *testing.T, salt uint64, count int, use func(g *rand.Rand, p *staffProblem,
	s *UnitStaffing)) {
	t.Helper()
	g := rand.New(rand.NewPCG(salt, 7))
	for found, tries := 0, 0; found < count; tries++ {
		if tries > 50*count {
			t.Fatalf("only %d of %d problems can be staffed", found, count)
		}
		p := randomProblem(g, 3+g.IntN(8), 5+g.IntN(6), 1+g.IntN(3), 40)
		if g.IntN(3) > 0 {
			addGate(g, p)
		}
		if s := staff(p); s.Shortage == nil && s.R == 0 {
			found++
			use(g, p, &s)
		}
	}
}

// changed copies a problem so that a test may change the copy.
func changed(p *staffProblem, change func(q *staffProblem)) *staffProblem {
	q := *p
	q.Roster, q.Conflicts = slices.Clone(p.Roster), slices.Clone(p.Conflicts)
	if p.Gate != nil {
		most := *p.Gate
		q.Gate = &most
	}
	change(&q)
	return &q
}

// sameTeams staffs a problem and compares its teams.
func sameTeams(t *testing.T, what string, q *staffProblem, want *UnitStaffing) UnitStaffing {
	t.Helper()
	s := staff(q)
	if !reflect.DeepEqual(s.Teams, want.Teams) {
		t.Errorf("%s: teams %v, want %v", what, s.Teams, want.Teams)
	}
	if v := verdict(checkStaffing(q, &s)); v != "" {
		t.Errorf("%s: fails %s", what, v)
	}
	return s
}

// TestRelationUnit: another name of the unit changes roles and nothing else; another label changes
// pair numbers only, so the work stays as even as it was.
func TestRelationUnit(t *testing.T) {
	t.Parallel()
	roles, teams := 0, 0
	relationProblems(t, 51, 40, func(_ *rand.Rand, p *staffProblem, _ *UnitStaffing) {
		p = changed(p, func(q *staffProblem) { q.pairNumber = nil })
		s := staff(p)
		if s.Shortage != nil {
			t.Fatal("pair numbers decide whether there is a shortage")
		}
		named := staff(changed(p, func(q *staffProblem) { q.Unit = "ELSE" }))
		if !reflect.DeepEqual(sorted(named.Teams), sorted(s.Teams)) ||
			!reflect.DeepEqual(named.Duals, s.Duals) || named.R != s.R {
			t.Errorf("%+v\n%+v", named, s)
		}
		if !reflect.DeepEqual(named.Teams, s.Teams) {
			roles++
		}
		labelled := staff(changed(p, func(q *staffProblem) { q.Label = "asg-else" }))
		if evenOf(p, labelled.Teams) != evenOf(p, s.Teams) {
			t.Errorf("another label, another sum: %v, %v", labelled.Teams, s.Teams)
		}
		if !reflect.DeepEqual(sorted(labelled.Teams), sorted(s.Teams)) {
			teams++
		}
	})
	if roles < 10 || teams < 10 {
		t.Errorf("%d with other roles, %d with other teams", roles, teams)
	}
}

// evenOf is the first part of the objective.
func evenOf(p *staffProblem, teams [][]InspectorID) (sum int64) {
	load := map[InspectorID]int64{}
	for _, team := range teams {
		for _, id := range team {
			load[id]++
		}
	}
	for i := range p.Roster {
		l := &p.Roster[i]
		for x := int64(1); x <= load[l.ID]; x++ {
			sum += 2*(l.Carry+x) - 1
		}
	}
	return sum
}

// TestRelationUnused: what the only optimum does not use can go. A recusal for a pair that is not
// on a team, an inspector without a task, room of a cap or of a gate that nobody needs.
func TestRelationUnused(t *testing.T) {
	t.Parallel()
	idle := 0
	relationProblems(t, 52, 60, func(g *rand.Rand, p *staffProblem, s *UnitStaffing) {
		load := map[InspectorID]int64{}
		gated := map[InspectorID]bool{}
		for j := range p.Roster {
			gated[p.Roster[j].ID] = p.Roster[j].Gated
		}
		most := 0
		for _, team := range s.Teams {
			n := 0
			for _, id := range team {
				load[id]++
				if gated[id] {
					n++
				}
			}
			most = max(most, n)
		}
		sameTeams(t, "recusals", changed(p, func(q *staffProblem) {
			for range 8 {
				i, j := g.IntN(len(q.Tasks)), g.IntN(len(q.Roster))
				if !slices.Contains(s.Teams[i], q.Roster[j].ID) {
					q.bar(i, j)
				}
			}
			g.Shuffle(len(q.Conflicts), func(a, b int) {
				q.Conflicts[a], q.Conflicts[b] = q.Conflicts[b], q.Conflicts[a]
			})
		}), s)
		sameTeams(t, "caps", changed(p, func(q *staffProblem) {
			for j := range q.Roster {
				q.Roster[j].Cap = load[q.Roster[j].ID]
			}
		}), s)
		sameTeams(t, "more room", changed(p, func(q *staffProblem) {
			for j := range q.Roster {
				if l := &q.Roster[j]; l.Cap > load[l.ID] {
					l.Cap = NoCap
				}
			}
		}), s)
		if p.Gate != nil && most < *p.Gate {
			sameTeams(t, "gate", changed(p, func(q *staffProblem) { *q.Gate = most }), s)
		}
		for j := range p.Roster {
			if load[p.Roster[j].ID] == 0 {
				idle++
				sameTeams(t, "idle", changed(p, func(q *staffProblem) {
					q.Roster = slices.Delete(q.Roster, j, j+1)
				}), s)
				break
			}
		}
	})
	if idle < 5 {
		t.Errorf("only %d problems with somebody idle", idle)
	}
}

// TestRelationCarry: a year that was the same heavier for everybody costs every staffing the same
// more. A cap of as many tasks as there are is no cap, down to the potentials.
func TestRelationCarry(t *testing.T) {
	t.Parallel()
	relationProblems(t, 53, 60, func(_ *rand.Rand, p *staffProblem, s *UnitStaffing) {
		const more = 1000
		heavy := changed(p, func(q *staffProblem) {
			for j := range q.Roster {
				q.Roster[j].Carry += more
			}
		})
		h := sameTeams(t, "carry", heavy, s)
		seats := int64(len(p.Tasks) * p.Seats)
		if evenOf(heavy, h.Teams) != evenOf(p, s.Teams)+2*more*seats {
			t.Errorf("%d, before %d", evenOf(heavy, h.Teams), evenOf(p, s.Teams))
		}
		capped := sameTeams(t, "wide caps", changed(p, func(q *staffProblem) {
			for j := range q.Roster {
				if q.Roster[j].Cap == NoCap {
					q.Roster[j].Cap = int64(len(q.Tasks) + j%2)
				}
			}
		}), s)
		if !reflect.DeepEqual(capped.Duals, s.Duals) {
			t.Errorf("wide caps change potentials: %+v\n%+v", capped.Duals, s.Duals)
		}
	})
}

// TestRelationParts: two units on one roster sheet, whose people and tasks have nothing to do with
// each other, are staffed as if each were alone.
func TestRelationParts(t *testing.T) {
	t.Parallel()
	var earlier *staffProblem
	var first UnitStaffing
	pairs := 0
	relationProblems(t, 54, 200, func(_ *rand.Rand, p *staffProblem, s *UnitStaffing) {
		q, one := earlier, first
		earlier, first = p, *s
		if q == nil || q.Seats != p.Seats || q.Gate != nil || p.Gate != nil {
			return
		}
		pairs++
		both := changed(p, func(b *staffProblem) {
			b.Tasks = slices.Clone(p.Tasks)
			for j := range q.Roster {
				l := q.Roster[j]
				l.ID, l.Scopes = "J"+l.ID[1:], []ItemID{"SX-002"}
				b.Roster = append(b.Roster, l)
			}
			for i := range q.Tasks {
				e := "S" + q.Tasks[i].Entity[1:]
				b.Tasks = append(b.Tasks, Task{e, []TaskItem{{"SX-002", "330102"}}})
			}
			for _, c := range q.Conflicts {
				b.Conflicts = append(b.Conflicts,
					ConflictLine{"J" + c.Inspector[1:], "S" + c.Entity[1:], c.Reason})
			}
			b.pairNumber = func(r int64, e EntityID, j InspectorID) uint64 {
				if e[0] == 'S' {
					return q.pairNumber(r, "R"+e[1:], "I"+j[1:])
				}
				return p.pairNumber(r, e, j)
			}
		})
		joint := sorted(staff(both).Teams)
		other := sorted(one.Teams)
		for i := range other {
			for k := range other[i] {
				other[i][k] = "J" + other[i][k][1:]
			}
		}
		if want := slices.Concat(sorted(s.Teams), other); !reflect.DeepEqual(joint, want) {
			t.Errorf("together %v, apart %v", joint, want)
		}
	})
	if pairs < 3 {
		t.Errorf("%d pairs of problems", pairs)
	}
}
