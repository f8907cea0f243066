package sampling

import "math"

// Costs of §7 are compared lexicographically, so the staffing is found in two stages. This file is
// the first: the most seats that can be filled and, if that is all of them, the most even year. No
// pair number enters, so a shortage shows here, and a higher R does not repeat it. The second
// stage, staffsolve.go, moves among the lineups that are equally even.
//
// Filling seats is a maximum flow by augmenting paths (Ford and Fulkerson). Evening out takes
// seats from those who carry much, over paths of exchanges, to those who carry less: an optimum is
// reached when no such path is left, because a convex cost on the arcs to the sink leaves no other
// cycle of negative cost (Harvey, Ladner, Lovász, Tamir: Semi-matchings for bipartite graphs and
// load balancing, Journal of Algorithms 59, 2006; gates and caps change nothing in the argument).

// taken is a chosen pair with its task.
type taken struct{ task, pair int32 }

// seats is a lineup that also knows the chosen pairs of each inspector, so that a search that comes
// to an inspector finds the teams that he could leave.
type seats struct {
	lineup
	g  *seating
	by [][]taken
}

// put seats pair q in team i.
func (s *seats) put(i, q int32) {
	s.choose(s.g, int(i), int(q), +1)
	v := s.g.who[q]
	s.by[v] = append(s.by[v], taken{i, q})
}

// take takes pair q out of team i. The order of an inspector's list does not matter.
func (s *seats) take(i, q int32) {
	s.choose(s.g, int(i), int(q), -1)
	v := s.g.who[q]
	list := s.by[v]
	for x := range list {
		if list[x].pair == q {
			list[x] = list[len(list)-1]
			s.by[v] = list[:len(list)-1]
			return
		}
	}
	panic("sampling: staffing: a pair that is not chosen")
}

// clone copies what put and take change.
func (s *seats) clone() seats {
	c := seats{lineup: lineup{used: append([]bool(nil), s.used...),
		load: append([]int(nil), s.load...)}, g: s.g, by: make([][]taken, len(s.by))}
	for _, list := range s.in {
		c.in = append(c.in, append([]int(nil), list...))
	}
	for v, list := range s.by {
		c.by[v] = append([]taken(nil), list...)
	}
	return c
}

// step enters an inspector by pair enter of a task, out of which pair leave goes; leave is −1 where
// an empty seat is filled.
type step struct{ task, enter, leave int32 }

// Searches go from inspector to inspector as in staffsolve.go: who could take a seat in a team
// that somebody leaves. Gates come in by spread (staffgate.go): a seat that is free at one node of
// a task is free at all that its gates let it pass to. A node of a task is looked at once in a
// search; what it leads to does not depend on how it was reached. Nobody is entered twice, so that
// a path takes each arc at most once.

// even is the first stage. Its result is one of the most even lineups, not a distinguished one; the
// years of the potentials are the same for all of them.
type even struct {
	seats
	// empty are the tasks with an empty seat, ascending, in a lineup that fills as many seats as
	// possible.
	empty []int

	// years holds the first parts of the largest potentials (§7) of a full lineup: of inspectors,
	// and of the nodes of each task (node x of task i is years of i·nodes+x in nodeYears).
	years     []int64
	nodeYears []int64
	nodes     int

	// met says which inspectors, seen which nodes of each task the present search has reached.
	// What a search without success reached stays marked: no residual arc leads out of it, so no
	// later search can profit by it, and no later exchange touches it.
	met     []bool
	seen    []uint8
	from    []step
	queue   []int32
	touched []int32 // tasks whose nodes this search was the first to reach, with the mask before
	before  []uint8
}

// newEven fills seats of g and, if all are filled, makes the year as even as possible.
func newEven(g *seating) *even {
	e := &even{
		seats: seats{lineup: g.emptyLineup(), g: g, by: make([][]taken, g.people)},
		years: make([]int64, g.people), nodes: 1 + len(g.fams),
		met: make([]bool, g.people), seen: make([]uint8, g.tasks), from: make([]step, g.people),
	}
	e.nodeYears = make([]int64, g.tasks*e.nodes)
	for i := range g.tasks {
		e.greedy(i)
	}
	e.fill()
	if len(e.empty) == 0 {
		e.level()
	}
	return e
}

// greedy fills seats of task i with those who carry least, as far as gates and caps allow it
// without moving anybody. It is a good start, nothing more.
func (e *even) greedy(i int) {
	g := e.g
	for range g.k {
		open := e.spread(g, i, 1)
		best, least := -1, int64(math.MaxInt64)
		for q := g.first[i]; q < g.first[i+1]; q++ {
			v := g.who[q]
			if c := e.next(g, v); c < least && open>>g.class[v]&1 != 0 && !e.used[q] &&
				e.load[v] < g.room[v] {
				best, least = q, c
			}
		}
		if best < 0 {
			return
		}
		e.put(int32(i), int32(best))
	}
}

// fill fills the seats that greedy left empty, as many as possible. One pass is enough: what a
// failed search could reach is closed (no residual arc leads out) and full for good, because a
// later path that came in could not get out again. The marks of such a search stay, and later ones
// stop at them.
func (e *even) fill() {
	g := e.g
	filled := make([]int, g.tasks)
	for _, list := range e.by {
		for _, t := range list {
			filled[t.task]++
		}
	}
	for i := range g.tasks {
		for ; filled[i] < g.k; filled[i]++ {
			v, ok := e.reach(int32(i))
			if !ok {
				e.empty = append(e.empty, i)
				break
			}
			e.exchange(v)
			e.forget()
		}
	}
}

// level makes a full lineup as even as possible. It takes seats from those who carry most as long
// as somebody who can be reached would carry less by it. Going from the heaviest years down, what
// a search in vain reached has nobody below the present year, nor then below any later one. The
// year at which a node is first reached in vain is the largest of those whose last place leads to
// it: minus the first part of its potential.
func (e *even) level() {
	clear(e.met)
	clear(e.seen)
	for {
		u, last := int32(-1), int64(0)
		for v := range int32(e.g.people) {
			if c := e.next(e.g, v) - 2; !e.met[v] && e.load[v] > 0 && c > last {
				u, last = v, c
			}
		}
		if u < 0 {
			return
		}
		e.met[u] = true
		e.from[u] = step{-1, -1, -1}
		e.queue = append(e.queue[:0], u)
		if v, ok := e.search(last); ok {
			e.exchange(v)
			e.forget()
			continue
		}
		for _, v := range e.queue {
			e.years[v] = -last
		}
		for x, i := range e.touched {
			for n := range e.nodes {
				if (e.seen[i]&^e.before[x])>>n&1 != 0 {
					e.nodeYears[int(i)*e.nodes+n] = -last
				}
			}
		}
		e.touched, e.before = e.touched[:0], e.before[:0]
	}
}

// search follows exchanges from the inspectors in the queue, in breadth, to somebody who has room
// and whose next place costs less than limit. In breadth, because short paths move few people.
func (e *even) search(limit int64) (v int32, ok bool) {
	for x := 0; x < len(e.queue); x++ {
		u := e.queue[x]
		for _, t := range e.by[u] {
			if v, ok = e.offer(t.task, uint8(1)<<e.g.class[u], t.pair, limit); ok {
				return v, true
			}
		}
	}
	return 0, false
}

// reach looks for somebody to fill an empty seat of task i. A failed search leaves its marks.
func (e *even) reach(i int32) (v int32, ok bool) {
	e.queue = e.queue[:0]
	if v, ok = e.offer(i, 1, -1, math.MaxInt64); ok {
		return v, true
	}
	if v, ok = e.search(math.MaxInt64); ok {
		return v, true
	}
	e.touched, e.before = e.touched[:0], e.before[:0]
	return 0, false
}

// offer marks and queues all who can take a seat of task i that is free at the nodes of mask, and
// stops at the first whose next place costs less than limit.
func (e *even) offer(i int32, mask uint8, leave int32, limit int64) (v int32, ok bool) {
	g := e.g
	fresh := e.spread(g, int(i), mask) &^ e.seen[i]
	if fresh == 0 {
		return 0, false
	}
	e.touched, e.before = append(e.touched, i), append(e.before, e.seen[i])
	e.seen[i] |= fresh
	for q := g.first[i]; q < g.first[i+1]; q++ {
		v := g.who[q]
		if e.met[v] || fresh>>g.class[v]&1 == 0 || e.used[q] {
			continue
		}
		e.met[v] = true
		e.from[v] = step{i, int32(q), leave}
		e.queue = append(e.queue, v)
		if e.load[v] < g.room[v] && e.next(g, v) < limit {
			return v, true
		}
	}
	return 0, false
}

// exchange carries out the path that ends at inspector v: each step puts the next one in and takes
// out the one before, until an empty seat is filled or the one who started the search has left.
func (e *even) exchange(v int32) {
	for {
		t := e.from[v]
		if t.task < 0 {
			return
		}
		e.put(t.task, t.enter)
		if t.leave < 0 {
			return
		}
		v = e.g.who[t.leave]
		e.take(t.task, t.leave)
	}
}

// forget takes back the marks of a search that found somebody, last first, so that the nodes of a
// task are marked as they were before it. Exchanges have changed the arcs that it went by.
func (e *even) forget() {
	for _, v := range e.queue {
		e.met[v] = false
	}
	for x := len(e.touched) - 1; x >= 0; x-- {
		e.seen[e.touched[x]] = e.before[x]
	}
	e.touched, e.before = e.touched[:0], e.before[:0]
}
