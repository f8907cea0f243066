package sampling

// This file computes the potentials that the transcript publishes (§7, §8). The solver has valid
// ones already, but which ones depends on how it went; published are the largest, of which there
// is only one set. They say how far each inspector is from being exchanged: staffwhy.go reads them
// so.

// largest gives the inspectors' part of the one set of largest valid potentials without a value
// above (0,0) (§7) of an optimal lineup. §7 puts (0,0) everywhere and lowers π(v) to π(u) + c
// while a residual arc asks for it; the end is a shortest distance from "anywhere at (0,0)".
//
// The first stage has the first parts already: they are the same for every optimal lineup. What is
// left are shortest distances by the second parts over the arcs that are tight by the first, for
// which the potentials p of the second stage turn one run of Dijkstra's algorithm into the answer.
//
// Where does a distance start? A node whose first part is 0 keeps (0,0), since every other start
// lowers the first part too, and no pair number is below 0. A node with a smaller first part owes
// it to the dearest filled arc of some inspector, turned round, which gives that inspector a
// second part of 0. A task or a gate that starts at (0,0) lowers nobody, since the arcs out of it
// cost w ≥ 0. The sink stays at (0,0): every way into it ends with an arc of first component ≥ 1.
func (s *solver) largest() []Dual {
	g := s.g
	sink := g.people
	for v := range s.dist {
		s.dist[v] = far // here the second parts themselves
	}
	// The heap measures with p, as w + p(u) − p(v) ≥ 0 on all arcs that count.
	lower := func(v int32, z int64) {
		if z < s.dist[v] {
			s.dist[v] = z
			s.heap.lower(v, z-(s.p[v]-s.p[sink]))
		}
	}
	for v := range g.people {
		if s.ev.years[v] == 0 || s.choice[v] == 3 {
			lower(int32(v), 0)
		}
	}
	for {
		u, ok := s.heap.pop()
		if !ok {
			break
		}
		// A place that u holds could be given to somebody else.
		for _, t := range s.by[u] {
			base := s.dist[u] - s.w[t.pair]
			open := s.spread(g, int(t.task), 1<<g.class[u])
			for q := g.first[t.task]; q < g.first[t.task+1]; q++ {
				v := g.who[q]
				if z := base + s.w[q]; z < s.dist[v] && open>>g.class[v]&1 != 0 &&
					s.ev.years[v] == s.ev.years[u] && !s.used[q] {
					lower(v, z)
				}
			}
		}
	}
	pi := make([]Dual, g.people)
	for v := range pi {
		pi[v] = Dual{s.ev.years[v], s.dist[v]}
	}
	return pi
}

// extend computes the largest potentials of tasks and gates from those of the inspectors: each is
// lowered by the arcs into it. A member's potential less his number goes to the node that he
// hangs from; from a gate that carries flow to the node above it; and down again into every gate
// that has room. The ends of a gate arc that is partly filled thus end up with the same potential.
func (g *seating) extend(l *lineup, w []int64, inspector []Dual) Duals {
	d := Duals{Task: make([]Dual, g.tasks), Inspector: inspector}
	// node[0] are the tasks, node[f+1] the gates of family f.
	node := [][]Dual{d.Task}
	for range g.fams {
		node = append(node, make([]Dual, g.tasks))
	}
	order := g.inward()
	for i := range g.tasks {
		for q := g.first[i]; q < g.first[i+1]; q++ {
			if l.used[q] {
				v := g.who[q]
				x := &node[g.class[v]][i]
				*x = lesser(*x, Dual{inspector[v].Even, inspector[v].Pair - w[q]})
			}
		}
		for n := len(order) - 1; n >= 0; n-- {
			f := order[n]
			if above := &node[g.fams[f].outer+1][i]; l.in[f][i] > 0 {
				*above = lesser(*above, node[f+1][i])
			}
		}
		for _, f := range order {
			if l.in[f][i] < g.fams[f].limit {
				node[f+1][i] = lesser(node[f+1][i], node[g.fams[f].outer+1][i])
			}
		}
	}
	// A family without members has no gates, and its list stays nil (§8).
	for f := range g.fams {
		*d.family(g.fams[f].name) = node[f+1]
	}
	return d
}

// family is the list of potentials of the gates of a family.
func (d *Duals) family(name string) *[]Dual {
	if name == "lead" {
		return &d.Lead
	}
	return &d.Gated
}

// lesser is the smaller of two pairs.
func lesser(a, b Dual) Dual {
	if b.less(a) {
		return b
	}
	return a
}
