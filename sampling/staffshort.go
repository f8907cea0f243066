package sampling

// shortage names what is missing (§7, 人员缺口) from a partial lineup that fills as many seats as
// possible; empty are its tasks with an empty seat, at least one. A and B do not depend on which
// such lineup it is.
//
// Why the numbers add up: no path leads from an empty seat to the sink, so everybody in B is at his
// cap, and B's places all serve tasks of A (an inspector of B in another team would have drawn that
// task into A). Outside B, whoever is eligible for a task of A and let in by its gates sits in its
// team already. So the teams of A hold exactly `available` people, of `needed`; the difference is
// the number of empty seats, and no other staffing can do better.
//
// Ids are in the order of the frozen files, that is sorted; lists are never nil.
func shortage(p *staffProblem, g *seating, l *lineup, empty []int) *Shortage {
	var arcs []arc
	// Costs play no part here. The sink is not passed through: no arc of it is taken.
	g.residual(l, make([]int64, len(g.who)), func(u, v int, _ Dual) {
		if u != g.sinkNode() && v != g.sinkNode() {
			arcs = append(arcs, arc{int32(u), int32(v)})
		}
	})
	// Arcs from tasks to gates and inspectors, and back where somebody is chosen.
	start := make([]int32, len(empty))
	for x, i := range empty {
		start[x] = int32(i)
	}
	seen := newDigraph(g.nodes(), arcs).reach(start)
	full := make([]bool, g.people)
	for j := range full {
		full[j] = seen[g.personNode(int32(j))]
	}

	s := &Shortage{Tasks: []EntityID{}, Full: []InspectorID{}, Inspectors: []InspectorID{}}
	// able: eligible for at least one task of A, whether in B or not, on a team or not.
	able := make([]bool, g.people)
	for i := range g.tasks {
		if !seen[i] {
			continue
		}
		s.Tasks = append(s.Tasks, p.Tasks[i].Entity)
		s.Needed += int64(g.k)
		s.Available += g.letIn(i, full)
		for _, j := range g.who[g.first[i]:g.first[i+1]] {
			able[j] = true
		}
	}
	for j := range p.Roster {
		if full[j] {
			s.Full = append(s.Full, p.Roster[j].ID)
			s.Available += p.Roster[j].Cap // never `-`: all its arcs to the sink are taken
		}
		if able[j] {
			s.Inspectors = append(s.Inspectors, p.Roster[j].ID)
		}
	}
	return s
}

// letIn is room(i) of §7: how many of the inspectors eligible for task i outside B the gates let
// into one team, not limited to k: all of those in no family, and of each family as many as its
// limit, an inner one counted as part of the one around it.
func (g *seating) letIn(i int, full []bool) int64 {
	var at [3]int // who comes as far as each node: the task, the gates
	for _, j := range g.who[g.first[i]:g.first[i+1]] {
		if !full[j] {
			at[g.class[j]]++
		}
	}
	order := g.inward()
	for n := len(order) - 1; n >= 0; n-- {
		f := order[n]
		at[g.fams[f].outer+1] += min(at[f+1], g.fams[f].limit)
	}
	return int64(at[0])
}
