package sampling

import (
	"fmt"
	"slices"
)

// The certificate of §7 in one paragraph. If every residual arc u → v of cost c has
// c + π(u) − π(v) ≥ (0,0), every cycle of residual arcs costs at least (0,0), since the potentials
// cancel round it; two staffings differ by such cycles, so no other one is cheaper. A cycle costs
// exactly (0,0) if all its arcs are tight; so another staffing costs the same iff the tight arcs
// have a cycle that changes a team. The two directions of a gate arc that is partly filled are a
// cycle that changes nothing: its ends count as one node.
//
// Valid potentials are many. The transcript carries the largest without a value above (0,0), so
// that its bytes do not depend on the solver. Every node then has a reason not to be higher: it is
// at (0,0), or a tight arc comes from a node that has such a reason.

// The verifier needs nothing else. It does not ask how the lineup was found, and it would accept
// one found by hand. What it must never do is to trust a number that it could compute: the pair
// numbers are hashed from its own seed, eligibility comes from the frozen files, and of the
// transcript only teams and potentials are taken, which are what is being checked.

// certificate is what potentials prove about a full lineup (§7). It says nothing about whether the
// teams are legal; that was checked when they were put into the lineup.
type certificate struct {
	invalid error // the potentials are not valid, or not the largest; nil: the lineup is optimal
	unique  bool  // no other lineup is optimal; meaningful if invalid is nil
}

// maxPart bounds both parts of a potential. A path visits an inspector once and costs less than
// 2^48 there; with at most 10 000 inspectors (§2) no largest potential is below −2^62. Below the
// bound, π + c fits 64 bits whatever a transcript claims.
const maxPart = 1 << 62

// arc is a residual arc between two nodes.
type arc struct{ from, to int32 }

// Nodes are numbered from 0: the tasks, then for each family its gates in the order of the tasks,
// then the inspectors, then the sink.

// gateNode is the gate of family f in the team of task i.
func (g *seating) gateNode(f, i int) int { return g.tasks*(1+f) + i }

// classNode is the node of task i from which inspectors of class x hang: the task or a gate.
func (g *seating) classNode(x, i int) int { return g.tasks*x + i }

// personNode is inspector j.
func (g *seating) personNode(j int32) int { return g.tasks*(1+len(g.fams)) + int(j) }

// sinkNode is the sink, the last node.
func (g *seating) sinkNode() int { return g.personNode(int32(g.people)) }

// nodes is the number of nodes.
func (g *seating) nodes() int { return g.sinkNode() + 1 }

// residual visits every residual arc of a lineup with its cost (§7): u → v at cost c where an arc
// has room left, v → u at cost −c where it carries flow. Of the arcs between an inspector and the
// sink it visits the cheapest free one and the dearest filled one. The others ask for less: they
// would be tight or violated only if these were violated.
//
// The lineup may have empty seats. It visits tasks in order, so callers can rely on the order.
func (g *seating) residual(l *lineup, w []int64, visit func(u, v int, c Dual)) {
	for i := range g.tasks {
		for f := range g.fams {
			above := g.classNode(g.fams[f].outer+1, i)
			if l.in[f][i] < g.fams[f].limit {
				visit(above, g.gateNode(f, i), Dual{})
			}
			if l.in[f][i] > 0 {
				visit(g.gateNode(f, i), above, Dual{})
			}
		}
		for q := g.first[i]; q < g.first[i+1]; q++ {
			// An inspector of a family is reached through its gate only; no arc passes it by.
			u, v := g.classNode(int(g.class[g.who[q]]), i), g.personNode(g.who[q])
			if l.used[q] {
				visit(v, u, Dual{0, -w[q]})
			} else {
				visit(u, v, Dual{0, w[q]})
			}
		}
	}
	for j := range g.people {
		v, c := g.personNode(int32(j)), l.next(g, int32(j))
		if l.load[j] < g.room[j] {
			visit(v, g.sinkNode(), Dual{Even: c})
		}
		if l.load[j] > 0 {
			visit(g.sinkNode(), v, Dual{Even: 2 - c})
		}
	}
}

// certify checks potentials against a full lineup whose teams are legal: shape, sign, validity on
// every residual arc, that they are the largest, and whether the lineup is unique. The potentials
// may be anything; the weights are those of the lineup's R. It takes one pass over the eligible
// pairs and remembers the tight arcs, which in practice are about as many as nodes.
func certify(g *seating, l *lineup, w []int64, d Duals) certificate {
	pi, err := g.potentials(d)
	if err != nil {
		return certificate{invalid: err}
	}
	// The sum c + π(u) cannot overflow: potentials is stricter than that (maxPart).
	var tight []arc
	g.residual(l, w, func(u, v int, c Dual) {
		c.Even += pi[u].Even
		c.Pair += pi[u].Pair
		switch {
		case c == pi[v]:
			tight = append(tight, arc{int32(u), int32(v)})
		case c.less(pi[v]) && err == nil:
			err = fmt.Errorf("reduced cost of %s -> %s is negative", g.node(u), g.node(v))
		}
	})
	if err != nil {
		return certificate{invalid: err}
	}
	// Valid. The largest, if every node hangs from a node at (0,0) by tight arcs.
	var top []int32
	for v := range pi {
		if pi[v] == (Dual{}) {
			top = append(top, int32(v))
		}
	}
	for v, ok := range newDigraph(g.nodes(), tight).reach(top) {
		if !ok {
			err = fmt.Errorf("potentials are not the largest: %s could be higher", g.node(v))
			return certificate{invalid: err}
		}
	}
	return certificate{unique: newDigraph(g.nodes(), g.merge(l, tight)).acyclic()}
}

// potentials puts the potentials into node order, the sink's (0,0) last. It refuses lists of the
// wrong length, values above (0,0), and values that no path reaches. A list for a family that is
// empty must be nil, not just empty: §8 has no key for it then.
func (g *seating) potentials(d Duals) ([]Dual, error) {
	// The order of the lists is the order of the nodes.
	lists := [][]Dual{d.Task}
	for f := range g.fams {
		list := *d.family(g.fams[f].name)
		if list == nil { // missing, which is not the same as a list of no tasks
			return nil, fmt.Errorf("no potentials of the family %s", g.fams[f].name)
		}
		lists = append(lists, list)
	}
	for _, name := range []string{"lead", "gated"} {
		if *d.family(name) != nil && !slices.ContainsFunc(g.fams, func(f family) bool {
			return f.name == name
		}) {
			return nil, fmt.Errorf("potentials of the family %s, which is empty or has no gate",
				name)
		}
	}
	pi := make([]Dual, 0, g.nodes())
	for _, list := range lists {
		if len(list) != g.tasks {
			return nil, fmt.Errorf("%d potentials for %d tasks", len(list), g.tasks)
		}
		pi = append(pi, list...)
	}
	if len(d.Inspector) != g.people {
		return nil, fmt.Errorf("%d potentials for %d inspectors", len(d.Inspector), g.people)
	}
	// The sink is not in the transcript; its potential is (0,0) by definition, not by claim.
	pi = append(append(pi, d.Inspector...), Dual{})
	for v, p := range pi {
		if (Dual{}).less(p) {
			return nil, fmt.Errorf("a potential above (0,0): %s", g.node(v))
		}
		if p.Even < -maxPart || p.Pair < -maxPart || p.Pair > maxPart {
			return nil, fmt.Errorf("potentials are not the largest: %s could be higher", g.node(v))
		}
	}
	return pi, nil
}

// merge joins the ends of each partly filled gate arc into the node above and drops the arcs that
// become loops: the two directions between the ends are no cycle (§7). A full or an empty gate arc
// is residual in one direction only and stays as it is. Of nested gates that are both partly filled
// all three nodes become one.
func (g *seating) merge(l *lineup, arcs []arc) []arc {
	rep := make([]int32, g.nodes())
	for v := range rep {
		rep[v] = int32(v)
	}
	for _, f := range g.inward() {
		for i, n := range l.in[f] {
			if n > 0 && n < g.fams[f].limit {
				rep[g.gateNode(f, i)] = rep[g.classNode(g.fams[f].outer+1, i)]
			}
		}
	}
	var out []arc
	for _, a := range arcs {
		if a = (arc{rep[a.from], rep[a.to]}); a.from != a.to {
			out = append(out, a)
		}
	}
	return out
}

// node names a node in messages, by its place in the lists tasks or inspectors of the transcript,
// counted from 0.
func (g *seating) node(v int) string {
	switch {
	case v == g.sinkNode():
		return "sink"
	case v >= g.personNode(0):
		return fmt.Sprintf("inspector %d", v-g.personNode(0))
	case v >= g.tasks:
		return fmt.Sprintf("gate %s of task %d", g.fams[v/g.tasks-1].name, v%g.tasks)
	}
	return fmt.Sprintf("task %d", v)
}

// digraph is a directed graph: the heads of node u's arcs are heads[first[u]:first[u+1]].
// Numbers of 32 bits do: a network of more nodes would not fit into memory.
type digraph struct{ first, heads []int32 }

// newDigraph sorts arcs by their tails, keeping the order of those with one tail.
func newDigraph(nodes int, arcs []arc) digraph {
	d := digraph{make([]int32, nodes+1), make([]int32, len(arcs))}
	for _, a := range arcs {
		d.first[a.from+1]++
	}
	for u := range nodes {
		d.first[u+1] += d.first[u]
	}
	place := append([]int32(nil), d.first...)
	for _, a := range arcs {
		d.heads[place[a.from]] = a.to
		place[a.from]++
	}
	return d
}

// reach marks the nodes that paths from the given ones reach, themselves included. Nodes may be
// given more than once.
func (d digraph) reach(from []int32) []bool {
	seen := make([]bool, len(d.first)-1)
	queue := append([]int32(nil), from...)
	for _, v := range from {
		seen[v] = true
	}
	for len(queue) > 0 {
		u := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, v := range d.heads[d.first[u]:d.first[u+1]] {
			if !seen[v] {
				seen[v] = true
				queue = append(queue, v)
			}
		}
	}
	return seen
}

// acyclic reports whether there is no directed cycle: every node can be removed in an order in
// which no arc is left to lead into it (Kahn, Communications of the ACM 5, 1962). Several arcs
// between the same two nodes do no harm; a loop would be a cycle.
func (d digraph) acyclic() bool {
	nodes := len(d.first) - 1
	into := make([]int32, nodes)
	for _, v := range d.heads {
		into[v]++
	}
	var free []int32
	for v, n := range into {
		if n == 0 {
			free = append(free, int32(v))
		}
	}
	removed := 0
	for len(free) > 0 {
		u := free[len(free)-1]
		free = free[:len(free)-1]
		removed++
		for _, v := range d.heads[d.first[u]:d.first[u+1]] {
			if into[v]--; into[v] == 0 {
				free = append(free, v)
			}
		}
	}
	return removed == nodes
}
