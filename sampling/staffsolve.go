package sampling

import (
	"cmp"
	"math"
	"slices"
)

// solver fills the seats of a unit one after the other, each over a shortest residual path from
// its task to the sink (successive shortest paths with potentials, Ahuja/Magnanti/Orlin, Network
// Flows, 1993, §9.7; the search ends as soon as the sink is known, as Jonker and Volgenant's does).
// After each step the lineup is the cheapest of all with the same seats filled.
//
// Only inspectors are nodes of the search. A step u → v "through" task i takes u out of team i and
// puts v in, at cost w(i,v) − w(i,u); tasks and gates in between need no potential, because any
// valid potentials of inspectors and sink extend to them. All costs between inspectors have first
// component 0, so along one search only the second is counted; the first decides at the sink.
//
// What holds between two searches: the lineup is legal but for empty seats, and pi is valid, that
// is, no step between inspectors and no arc to or from the sink has a negative cost once the
// potentials are counted (c + π(u) − π(v) ≥ 0). So the search may take the nearest node as final.
//
// Why steps through the same task do not disturb each other, although a path may use a task twice:
// a node of the task (the task itself, or a gate) that was reached once offers all it leads to at
// that cost, and a later arrival is never cheaper, so a path goes through each such node once, as
// in the network. In particular the last room of a gate is not used by two steps of one path.
//
// Ties between paths are broken by the order of the loops. That changes which of several optimal
// lineups is found, never the optimum, and with one optimum nothing at all.
type solver struct {
	lineup
	g  *seating
	w  []int64   // by pair
	pi []Dual    // valid potentials of the inspectors; the sink's is (0,0)
	by [][]taken // the chosen pairs of each inspector

	// menus are the pairs of each task, one menu for those outside all families (class 0) and
	// one for each family f (class f+1): menu c of task i is menus[i*classes+c].
	menus   []menu
	classes int

	// One search: dist is the cost of the cheapest path so far from the task to each inspector
	// and from its last step, last the best end so far and cost that of its path with the arc
	// to the sink. reset clears what touched names.
	dist    []int64
	from    []step
	last    int32
	cost    Dual
	touched []int32
	read    []*menu
	settled []int32
	heap    *nodeHeap
}

// menu lists eligible pairs of one task and class, cheapest first. No potential in it is above
// top: potentials only fall, so a bound once computed holds for good. In the present search it has
// been read at cost base. Classes are kept apart because a scarce class (few may lead) has far
// lower potentials than the others, and a common bound would then be no bound at all.
type menu struct {
	offers []offer
	top    Dual
	base   int64
}

// offer is an eligible pair as a search looks at it.
type offer struct {
	w    int64
	who  int32
	pair int32
}

// taken is a chosen pair with its task; by holds them, so that a search that comes to an inspector
// finds the teams that he could leave.
type taken struct{ task, pair int }

// step enters an inspector by pair enter of a task, out of which pair leave goes; −1 says that the
// step fills an empty seat, as the first step of every path does.
type step struct{ task, enter, leave int }

// far is the distance of inspectors that no path has reached. True distances stay below 2^62: a
// path enters an inspector once, at less than 2^48, and a roster has at most 10 000 of them (§2).
const far = math.MaxInt64

// newSolver starts with nobody chosen. A potential of minus the cost of the first arc to the sink
// is valid then, because no step between inspectors exists before somebody has been chosen. It
// keeps those who carry much out of searches that do not need them.
func newSolver(g *seating, w []int64) *solver {
	s := &solver{
		lineup: g.emptyLineup(), g: g, w: w,
		pi: make([]Dual, g.people), by: make([][]taken, g.people),
		classes: 1 + len(g.fams), dist: make([]int64, g.people), from: make([]step, g.people),
		heap: newNodeHeap(g.people),
	}
	for j := range s.pi {
		s.pi[j].Even = -s.next(g, int32(j))
		s.dist[j] = far
	}
	s.writeMenus()
	s.reset()
	return s
}

// writeMenus sorts the eligible pairs into the menus of their tasks and classes. All menus share
// one array; each is cut off at its end, so that none can grow into the next. Pairs of equal cost
// are in the order of the roster, which makes the order of every menu a function of the problem.
func (s *solver) writeMenus() {
	g := s.g
	s.menus = make([]menu, g.tasks*s.classes)
	all := make([]offer, 0, len(g.who))
	for m := range s.menus {
		i, class := m/s.classes, m%s.classes
		start := len(all)
		for q := g.first[i]; q < g.first[i+1]; q++ {
			if g.familyOf(g.who[q])+1 == class {
				all = append(all, offer{s.w[q], g.who[q], int32(q)})
			}
		}
		offers := all[start:len(all):len(all)]
		slices.SortFunc(offers, func(a, b offer) int {
			return cmp.Or(cmp.Compare(a.w, b.w), cmp.Compare(a.who, b.who))
		})
		s.menus[m] = menu{offers: offers, base: far}
		s.bound(&s.menus[m])
	}
}

// bound computes top of a menu anew.
func (s *solver) bound(m *menu) {
	m.top = Dual{math.MinInt64, math.MinInt64}
	for _, o := range m.offers {
		if m.top.less(s.pi[o.who]) {
			m.top = s.pi[o.who]
		}
	}
}

// fill fills as many seats as possible and returns the tasks that have an empty one, ascending.
// One pass is enough. What a failed search could reach is closed: no residual arc leads out of it,
// and no room is left in it. A later path that entered it could not leave it again, so it never
// changes, and a second try would fail as well.
func (s *solver) fill() (empty []int) {
	for i := range s.g.tasks {
		for range s.g.k {
			if !s.fillOne(i) {
				empty = append(empty, i)
				break
			}
		}
	}
	return empty
}

// fillOne fills one more seat of task i by the cheapest exchange. It is false if nobody can be
// found; lineup and potentials are then as before.
func (s *solver) fillOne(i int) bool {
	defer s.reset()
	s.relax(i, -1, 0)
	for {
		v, ok := s.heap.pop()
		if !ok || !s.heap.dist[v].less(s.cost) {
			break
		}
		s.settled = append(s.settled, v)
		for _, t := range s.by[v] {
			s.relax(t.task, t.pair, s.dist[v]-s.w[t.pair])
		}
	}
	if s.last < 0 {
		return false
	}
	// The nodes nearer than the sink come down by what they are nearer; all others keep their
	// potentials, the sink its (0,0). Along the path all arcs are tight after that, so the arcs
	// that turn round with the exchange are valid too.
	for _, v := range s.settled {
		s.pi[v] = Dual{-s.cost.Even, s.dist[v] - s.cost.Pair}
	}
	s.exchange(s.last)
	return true
}

// relax looks at every inspector who could take a place in team i, the one of pair leave going out
// (−1: none), at cost base so far: those of the classes whose gate has room, or whose own member
// goes out. A menu once read at the same cost or less has nothing to add. (The task's own members
// are on the menu as well; they are used, and nobody takes a place twice.)
func (s *solver) relax(i, leave int, base int64) {
	out := -1
	if leave >= 0 {
		out = s.g.familyOf(s.g.who[leave])
	}
	for c := range s.classes {
		m := &s.menus[i*s.classes+c]
		if base >= m.base || c > 0 && c-1 != out && s.in[c-1][i] >= s.g.fams[c-1].limit {
			continue
		}
		if m.base == far {
			s.read = append(s.read, m)
		}
		m.base = base
		s.scan(m, step{i, 0, leave})
	}
}

// scan reads a menu. A path that, measured with potentials, is not shorter than the best end is of
// no use; by top, neither is any offer behind the first that is too dear. An eighth of the menu is
// the sign that top has grown old; computing it anew costs one look at each offer.
func (s *solver) scan(m *menu, by step) {
	if len(m.offers) == 0 {
		return
	}
	for x, o := range m.offers {
		d := m.base + o.w
		if !(Dual{-m.top.Even, d - m.top.Pair}).less(s.cost) {
			return
		}
		if x == len(m.offers)/8 {
			s.bound(m)
		}
		v := o.who
		if d >= s.dist[v] || s.used[o.pair] {
			continue
		}
		near := Dual{-s.pi[v].Even, d - s.pi[v].Pair}
		if !near.less(s.cost) {
			continue
		}
		if s.dist[v] == far {
			s.touched = append(s.touched, v)
		}
		by.enter = int(o.pair)
		s.dist[v], s.from[v] = d, by
		s.heap.lower(v, near)
		if s.load[v] < s.g.room[v] {
			if c := (Dual{s.next(s.g, v), d}); c.less(s.cost) {
				s.last, s.cost = v, c
			}
		}
	}
}

// exchange carries out the path that ends at inspector v, from its end to the empty seat: each step
// puts the next inspector in and takes out the one before, who then enters by his own step.
func (s *solver) exchange(v int32) {
	for {
		t := s.from[v]
		s.choose(s.g, t.task, t.enter, +1)
		s.by[v] = append(s.by[v], taken{t.task, t.enter})
		if t.leave < 0 {
			return
		}
		v = s.g.who[t.leave]
		s.choose(s.g, t.task, t.leave, -1)
		s.drop(v, t.leave)
	}
}

// drop takes a pair from the list of inspector v, whose order does not matter.
func (s *solver) drop(v int32, pair int) {
	list := s.by[v]
	for x := range list {
		if list[x].pair == pair {
			list[x] = list[len(list)-1]
			s.by[v] = list[:len(list)-1]
			return
		}
	}
	panic("sampling: staffing: a pair that is not chosen")
}

// reset forgets the last search, in as many steps as it took.
func (s *solver) reset() {
	for _, v := range s.touched {
		s.dist[v] = far
	}
	for _, m := range s.read {
		m.base = far
	}
	s.read, s.touched, s.settled = s.read[:0], s.touched[:0], s.settled[:0]
	s.last, s.cost = -1, Dual{math.MaxInt64, math.MaxInt64}
	s.heap.clear()
}
