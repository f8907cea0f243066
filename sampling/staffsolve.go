package sampling

import "math"

// This file is the second stage: of all most even lineups the one with the smallest sum of pair
// numbers (§7). It is a primal-dual method for minimum cost flow (Ahuja, Magnanti, Orlin: Network
// Flows, 1993, §9.8) whose nodes are the inspectors and the sink of one part, with two ideas to
// make it quick.
//
// Teams are always the best at the present prices. The potential p(v) of an inspector is minus his
// price: a team wants those with the smallest w − p. With p = 0 every team takes whom it likes
// best; that is far from legal, since some are then wanted by more teams than their share of the
// year (goal), others by fewer, but it is optimal for these prices, and for most seats final
// already. Each phase finds the cheapest ways from all who have too much to those who have too
// little, lowers p by the distances, and moves seats along one way from each source. It ends when
// loads are goals.
//
// Few pairs matter. Phases look only at short menus: the pairs of a task with the smallest numbers.
// Then one pass over all pairs compares every one with the members it could replace, at the prices
// found; who is better comes on the menu and into the team, and phases go on. When the pass finds
// nothing, all pairs have been proved not to help, and the lineup is optimal among all.
//
// The first stage says what may move: years holds the first parts of the largest potentials. An
// arc whose ends have different first parts (its cost has none) is settled: used in every optimum
// or in none. So a place passes from u to v only if years of u, of v and of the gates between are
// the same, and only an inspector whose next or last arc to the sink costs just −years may have
// one place more or less (choice); such places change hands over the sink. All other costs are the
// 48-bit numbers.
//
// Ties between ways are broken by the order of the loops. That changes which of several optimal
// lineups is found, never the optimum, and with one optimum nothing at all.

// What holds between two steps of any kind (auction, phase, pass over all pairs):
//
//	teams   have k members, within their gates, and hold the settled pairs
//	steps   u → v in a team at cost w(i,v) − w(i,u): none is negative at p, on the menus
//	sink    an optional place in goal has p ≤ p(sink), one that is not has p ≥ p(sink)
//	goals   add up to the seats there are, except within an auction
//
// so that once loads are goals and a pass finds nothing, p with years is a set of valid potentials
// of §7 (less p of the sink), and the lineup an optimum.
//
// It ends. A phase lowers the excess by at least one, or lengthens a menu. A pass that changes a
// team puts somebody on its menu who was not, and there are only so many pairs. Numbers do not
// overflow: a distance is less than 2^48 for each inspector on the way, of whom there are at most
// 10 000 (§2), and p of an inspector with too little has not moved in a phase.

// solver is the second stage.
type solver struct {
	seats
	ev *even
	w  []int64 // by pair

	// goal is the load that each inspector should have; the sum is that of the loads. choice says
	// that one place of it is optional: bit 1 it is in goal now, bit 0 it exists at all.
	goal   []int
	choice []uint8
	// p holds the second parts of the potentials, of the sink last.
	p []int64

	// menus[i*nodes+x] lists the pairs of task i that phases look at, of those who hang from node
	// x; listed says which pairs are on one. width is about how many there are on a menu, calls how
	// many calls per inspector an auction may last. Neither matters to the result.
	menus  [][]offer
	listed []bool
	width  int
	calls  int
	nodes  int

	// One phase: dist is the length of the shortest way from a source, measured with p; root the
	// source; from the last step. base is the length at which each menu was read.
	dist []int64
	root []int32
	from []step
	base []int64
	heap *nodeHeap
	// read are menus with a base, settled the nodes whose dist is final, in its order.
	read    []int32
	settled []int32
}

// offer is an eligible pair as a phase looks at it.
type offer struct {
	w         int64
	who, pair int32
}

// far is the distance of nodes that no way has reached.
const far = math.MaxInt64

// menuWidth is how many pairs a menu starts with. More make each phase dearer, fewer make passes
// over all pairs find more; the result is the same.
const menuWidth = 10

// auctionCalls is how many calls per inspector an auction may last.
const auctionCalls = 15

// menuRounds is how often menus are written anew at most.
const menuRounds = 6

// Marks in step.task: the source of a way, and an arc to or from the sink, where leave is the node
// that the way comes from.
const (
	fromSource = -1
	fromSink   = -2
)

// newSolver starts from the lineup of the first stage, which is left as it is.
func newSolver(ev *even, w []int64) *solver {
	g := ev.g
	n := g.people + 1
	s := &solver{
		seats: ev.seats.clone(), ev: ev, w: w, goal: append([]int(nil), ev.load...),
		choice: make([]uint8, g.people), p: make([]int64, n), width: menuWidth, calls: auctionCalls,
		nodes: ev.nodes,
		menus: make([][]offer, g.tasks*ev.nodes), listed: make([]bool, len(g.who)),
		dist: make([]int64, n), root: make([]int32, n), from: make([]step, n),
		base: make([]int64, g.tasks*ev.nodes), heap: newNodeHeap(n),
	}
	for v := range s.choice {
		switch next := ev.next(g, int32(v)); {
		case s.load[v] > 0 && next-2 == -ev.years[v]:
			s.choice[v] = 3
		case s.load[v] < g.room[v] && next == -ev.years[v]:
			s.choice[v] = 1
		}
	}
	for m := range s.base {
		s.base[m] = far
	}
	return s
}

// solve finds the optimum.
func (s *solver) solve() {
	s.reprice()
	s.list()
	// While many seats are out of place, prices are far from the last ones, and menus written at the
	// prices of the moment are better than the first.
	for range menuRounds {
		s.auction(s.calls * s.g.people)
		if s.excess() <= s.g.people/8 {
			break
		}
		s.reprice()
		s.list()
	}
	for {
		for s.excess() > 0 {
			if !s.phase() {
				// What came onto the menus must be no better than the members, as phases expect.
				s.reprice()
			}
		}
		if !s.reprice() {
			return
		}
	}
}

// excess counts the seats of those who have more than their goal; others lack as many.
func (s *solver) excess() (n int) {
	for v := range s.load {
		n += max(0, s.load[v]-s.goal[v])
	}
	return n
}

// list puts onto the menus who is close to coming in: the pairs whose w − p is at most a margin
// above that of the worst member. Numbers of a hash are spread evenly, so a margin in proportion
// gives about width pairs without sorting; where they are not, menus are longer or shorter, and
// nothing else. Members are on the menus in any case, so that who leaves can return. What is on a
// menu stays.
func (s *solver) list() {
	g := s.g
	var count [3]int64
	for i := range g.tasks {
		clear(count[:])
		worst := int64(noBar)
		for q := g.first[i]; q < g.first[i+1]; q++ {
			count[g.class[g.who[q]]]++
			if s.used[q] {
				worst = max(worst, s.w[q]-s.p[g.who[q]])
			}
		}
		var bound [3]int64
		for x, n := range count {
			bound[x] = worst + 1<<48/max(n, 1)*int64(s.width)
		}
		for q := g.first[i]; q < g.first[i+1]; q++ {
			v := g.who[q]
			if s.w[q]-s.p[v] <= bound[g.class[v]] && s.may(i, v) {
				s.enlist(i, q)
			}
		}
	}
}

// may reports whether inspector v and the node of task i from which he hangs have the same years,
// and he any place to fill: otherwise the pair is settled.
func (s *solver) may(i int, v int32) bool {
	return s.ev.nodeYears[i*s.nodes+int(s.g.class[v])] == s.ev.years[v] &&
		(s.goal[v] > 0 || s.choice[v] > 0)
}

// enlist puts pair q of task i onto its menu.
func (s *solver) enlist(i, q int) {
	if s.listed[q] {
		return
	}
	s.listed[q] = true
	m := i*s.nodes + int(s.g.class[s.g.who[q]])
	s.menus[m] = append(s.menus[m], offer{s.w[q], s.g.who[q], int32(q)})
}

// widen puts onto each menu that a search in vain has read the best pair of somebody whom it did
// not reach. Among all pairs there is a way, so at least one of them lacks on the menus.
func (s *solver) widen() {
	g := s.g
	for _, m := range s.read {
		i, x := int(m)/s.nodes, uint8(int(m)%s.nodes)
		best, least := -1, int64(far)
		for q := g.first[i]; q < g.first[i+1]; q++ {
			v := g.who[q]
			if d := s.w[q] - s.p[v]; d < least && g.class[v] == x && s.dist[v] == far &&
				s.may(i, v) {
				best, least = q, d
			}
		}
		if best >= 0 {
			s.enlist(i, best)
		}
	}
}

// phase moves seats along cheapest ways, at most one from each source, and reports whether it
// moved any. A way to everybody with too little exists among all pairs, so it fails only because
// of menus that are too short; they are longer then.
func (s *solver) phase() bool {
	ends := s.search()
	if len(ends) > 0 {
		// Who is nearer than the last end comes down by the difference. All arcs of the ways are
		// tight after that, and no arc is violated; ways from different sources do not meet.
		reach := s.dist[ends[len(ends)-1]]
		for _, v := range s.settled {
			s.p[v] += min(s.dist[v]-reach, 0)
		}
		for _, v := range ends {
			s.move(v)
		}
	} else {
		s.widen()
	}
	for _, m := range s.read {
		s.base[m] = far
	}
	s.read, s.settled = s.read[:0], s.settled[:0]
	s.heap.clear()
	return len(ends) > 0
}

// Why ways from different sources do not meet: each inspector has one source, that of his shortest
// way, and so has each node of a task, since a menu is read again only at a smaller length, and
// then all that it offers comes nearer by it. So the ways are apart in inspectors and in nodes of
// tasks, and no gate and no arc to the sink is used by two of them.

// search runs Dijkstra's algorithm from all who have too much and gives the nearest inspector with
// too little for each of those sources that reaches one first, in the order of distance.
func (s *solver) search() (ends []int32) {
	sources, lacking := 0, 0
	for v := range s.dist {
		s.dist[v] = far
	}
	for v, n := range s.load {
		switch {
		case n > s.goal[v]:
			sources++
			s.from[v], s.root[v], s.dist[v] = step{fromSource, 0, 0}, int32(v), 0
			s.heap.lower(int32(v), 0)
		case n < s.goal[v]:
			lacking++
		}
	}
	for sources > 0 && lacking > 0 {
		v, ok := s.heap.pop()
		if !ok {
			break
		}
		s.settled = append(s.settled, v)
		if int(v) == s.g.people {
			s.unfill(v)
			continue
		}
		if s.load[v] < s.goal[v] {
			lacking--
			// A source gives one seat in a phase: a second way might use the first one's arcs.
			if r := s.root[v]; s.from[r].enter == 0 {
				s.from[r].enter = 1
				sources--
				ends = append(ends, v)
			}
		}
		s.vacate(v)
	}
	return ends
}

// lower gives node v a shorter way of length d from the source of node u.
func (s *solver) lower(v int32, d int64, u int32, by step) {
	s.dist[v], s.root[v], s.from[v] = d, s.root[u], by
	s.heap.lower(v, d)
}

// unfill lengthens ways from the sink: to inspectors whose optional place is in their goal.
func (s *solver) unfill(sink int32) {
	for v, c := range s.choice {
		if d := s.dist[sink] + s.p[sink] - s.p[v]; c == 3 && d < s.dist[v] {
			s.lower(int32(v), d, sink, step{fromSink, 0, sink})
		}
	}
}

// vacate lengthens ways from inspector u: to the sink, if he could have a place more, and to all on
// the menus who could take one of his seats. A menu that was read at the same length or less has
// nothing to add; node after node of a task is thus read along one way only.
func (s *solver) vacate(u int32) {
	g := s.g
	sum := s.dist[u] + s.p[u]
	sink := int32(g.people)
	if d := sum - s.p[sink]; s.choice[u] == 1 && d < s.dist[sink] {
		s.lower(sink, d, u, step{fromSink, 0, u})
	}
	for _, t := range s.by[u] {
		base := sum - s.w[t.pair]
		open := s.spread(g, int(t.task), 1<<g.class[u])
		for x := range s.nodes {
			m := t.task*int32(s.nodes) + int32(x)
			if open>>x&1 == 0 || base >= s.base[m] || s.ev.nodeYears[m] != s.ev.years[u] {
				continue
			}
			if s.base[m] == far {
				s.read = append(s.read, m)
			}
			s.base[m] = base
			for _, o := range s.menus[m] {
				d := base + o.w - s.p[o.who]
				if d < s.dist[o.who] && !s.used[o.pair] {
					s.lower(o.who, d, u, step{t.task, o.pair, t.pair})
				}
			}
		}
	}
}

// move carries out the way that ends at inspector v, from its end to its source: who comes in takes
// the place of the one before, who takes the place of the one before him in another team. Over the
// sink a place in a goal changes hands instead.
func (s *solver) move(v int32) {
	sink := int32(s.g.people)
	for {
		t := s.from[v]
		switch {
		case t.task == fromSource:
			return
		case v == sink:
			v = t.leave
			s.goal[v]++
			s.choice[v] = 3
		case t.task == fromSink:
			s.goal[v]--
			s.choice[v] = 1
			v = sink
		default:
			s.put(t.task, t.enter)
			v = s.g.who[t.leave]
			s.take(t.task, t.leave)
		}
	}
}
