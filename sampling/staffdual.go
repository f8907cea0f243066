package sampling

// largest gives the one set of largest valid potentials without a value above (0,0) (§7) of a full
// lineup. §7 puts (0,0) everywhere and lowers π(v) to π(u) + c while a residual arc asks for it;
// the end is a shortest distance from "anywhere at (0,0)", which the solver's own potentials turn
// into one run of Dijkstra's algorithm over inspectors and sink.
//
// Two things keep the run small. A task or a gate that starts at (0,0) lowers nobody, since the
// arcs out of it cost w ≥ 0. The sink stays at (0,0), since every path to it ends with an arc of
// first component ≥ 1 and no other arc but those out of the sink has one; through the sink a path
// only returns to it, by a cycle, and an optimal lineup has no cycle of negative cost.
//
// Distances in the heap are measured with the solver's potentials φ, as c + φ(u) − φ(v) ≥ 0; a node
// that starts at (0,0) starts there at −φ. Those of the inspectors are below (0,0) by at least the
// cost of one arc to the sink, so the sink comes out of the heap first.
func (s *solver) largest() Duals {
	g := s.g
	end := int32(g.people) // the sink's number here
	pi := make([]Dual, g.people+1)
	h := newNodeHeap(g.people + 1)
	for j, phi := range s.pi {
		h.lower(int32(j), Dual{-phi.Even, -phi.Pair})
	}
	h.lower(end, Dual{})
	for {
		u, ok := h.pop()
		if !ok {
			break
		}
		if u != end {
			// A place that u holds could be given to somebody else.
			for _, t := range s.by[u] {
				s.pull(h, pi, t, u)
			}
			continue
		}
		// The dearest filled arc of each inspector, turned round.
		for v := range s.load {
			if s.load[v] > 0 {
				last := s.next(g, int32(v)) - 2
				s.lower(h, pi, int32(v), Dual{Even: -last})
			}
		}
	}
	return s.extend(pi[:g.people])
}

// pull lowers the potentials of all who could take the place of inspector u in the task of t: the
// residual arcs u → task (or gate) → v, at cost −w(i,u) + w(i,v).
func (s *solver) pull(h *nodeHeap, pi []Dual, t taken, u int32) {
	base := Dual{pi[u].Even, pi[u].Pair - s.w[t.pair]}
	for q := s.g.first[t.task]; q < s.g.first[t.task+1]; q++ {
		d := Dual{base.Even, base.Pair + s.w[q]}
		v := s.g.who[q]
		if d.less(pi[v]) && !s.used[q] && s.gates(s.g, t.task, u, v) {
			s.lower(h, pi, v, d)
		}
	}
}

// lower sets the potential of v to d if that is lower, and queues v to hand it on.
func (s *solver) lower(h *nodeHeap, pi []Dual, v int32, d Dual) {
	if d.less(pi[v]) {
		pi[v] = d
		h.lower(v, Dual{d.Even - s.pi[v].Even, d.Pair - s.pi[v].Pair})
	}
}

// extend computes the largest potentials of tasks and gates from those of the inspectors: each
// is lowered by the arcs into it, which come from the team's members and, between a task and its
// gate, from the gate where it carries flow and from the task where it has room. The ends of a gate
// arc that is partly filled have arcs both ways, so they end up with the same potential.
func (s *solver) extend(inspector []Dual) Duals {
	g := s.g
	d := Duals{Task: make([]Dual, g.tasks), Inspector: inspector}
	gate := make([][]Dual, len(g.fams))
	for f := range gate {
		gate[f] = make([]Dual, g.tasks)
	}
	for i := range d.Task {
		for q := g.first[i]; q < g.first[i+1]; q++ {
			if !s.used[q] {
				continue
			}
			v := g.who[q]
			c := Dual{inspector[v].Even, inspector[v].Pair - s.w[q]}
			if f := g.familyOf(v); f >= 0 {
				gate[f][i] = lesser(gate[f][i], c)
			}
			// Of a family's member too: the gate carries his flow, so the arc from the gate back
			// to the task is residual and hands his potential on.
			d.Task[i] = lesser(d.Task[i], c)
		}
		for f := range gate {
			if s.in[f][i] < g.fams[f].limit {
				gate[f][i] = lesser(gate[f][i], d.Task[i])
			}
		}
	}
	// Where nobody is in the lead family there are no gates, and Lead stays nil (§8).
	if len(gate) > 0 {
		d.Lead = gate[0]
	}
	return d
}

// familyOf is the family of inspector v, −1 for none.
func (g *seating) familyOf(v int32) int {
	for f := range g.fams {
		if g.fams[f].has[v] {
			return f
		}
	}
	return -1
}

// lesser is the smaller of two pairs.
func lesser(a, b Dual) Dual {
	if b.less(a) {
		return b
	}
	return a
}
