package sampling

// This file brings the second stage near its end cheaply. An example: three teams have A as their
// favourite, but A may have one seat. Their next best choices are dearer by 2, 5 and 9 than A is.
// A raises his price by 9, the largest of the slacks that he may not exceed to keep one team, and
// the teams with 2 and 5 turn to their second choices, who may be wanted too much now and call in
// their turn. Each call costs a look at the menus of one inspector's tasks; a phase would have
// looked at all menus.
//
// The invariant is that of phases: no step on the menus has a negative cost at the potentials. It
// holds after a call, since those who left have found somebody at most as dear as A has become, and
// those who stayed have not.

import (
	"cmp"
	"slices"
)

// auction lowers the potentials of those who are wanted by too many teams, one inspector at a time,
// until the teams for which he is the closest choice turn to others: Bertsekas's auction, with the
// inspectors calling their prices (Annals of Operations Research 14, 1988). Teams stay the best at
// the prices throughout, so it may stop at any time. It stops after a number of calls, because
// close calls can go back and forth for long, and leaves the last few seats to phases, which end.
type auction struct {
	*solver
	queue []int32 // who has too much, in the order in which it showed
	waits []bool  // by node: in the queue
	// spare is how many places more than seats there are in all goals: what the sink has too much.
	spare int
	ways  []relief
}

// relief is a way to lose a place too many: pair enter takes the place of pair leave in a task, or,
// with task fromSink, an optional place goes into a goal or, of inspector enter, out of it. It
// costs slack at the present prices, never below 0.
type relief struct {
	slack int64
	step
}

// auction runs an auction of at most so many calls.
func (s *solver) auction(calls int) {
	a := &auction{solver: s, waits: make([]bool, s.g.people+1)}
	for v := range int32(s.g.people) {
		a.queueUp(v)
	}
	for ; calls > 0 && len(a.queue) > 0; calls-- {
		u := a.queue[0]
		a.queue = a.queue[1:]
		a.waits[u] = false
		a.call(u)
		a.queueUp(u)
	}
	a.settleSink()
}

// over is how much node v has too much: places above the goal, or goals above the seats there are.
func (a *auction) over(v int32) int {
	if int(v) == a.g.people {
		return a.spare
	}
	return a.load[v] - a.goal[v]
}

// queueUp queues v if it has too much.
func (a *auction) queueUp(v int32) {
	if !a.waits[v] && a.over(v) > 0 {
		a.waits[v] = true
		a.queue = append(a.queue, v)
	}
}

// call lets node u raise its price. The cheapest reliefs, as many as it has too much, are taken;
// the potential falls by the slack of the next one, or of the last if there is no next: those
// taken are then at least as good as u, those not taken at most.
func (a *auction) call(u int32) {
	n := a.over(u)
	a.findWays(u)
	if n <= 0 || len(a.ways) == 0 {
		return
	}
	slices.SortFunc(a.ways, func(x, y relief) int {
		return cmp.Or(cmp.Compare(x.slack, y.slack), cmp.Compare(x.enter, y.enter))
	})
	a.p[u] -= a.ways[min(n, len(a.ways)-1)].slack
	for _, way := range a.ways[:min(n, len(a.ways))] {
		switch {
		case int(u) == a.g.people:
			a.unfillOne(way.enter)
			a.queueUp(way.enter)
		case way.task == fromSink:
			a.goal[u]++
			a.choice[u] = 3
			a.spare++
			a.queueUp(int32(a.g.people))
		default:
			a.take(way.task, way.leave)
			a.put(way.task, way.enter)
			a.queueUp(a.g.who[way.enter])
		}
	}
}

// unfillOne takes the optional place of inspector v out of his goal. The sink has one less then.
func (a *auction) unfillOne(v int32) {
	a.goal[v]--
	a.choice[v] = 1
	a.spare--
}

// findWays lists the reliefs of node u: one for each of an inspector's tasks, by the best on the
// menus, and those over the sink.
func (a *auction) findWays(u int32) {
	a.ways = a.ways[:0]
	sink := int32(a.g.people)
	if u == sink {
		for v, c := range a.choice {
			if c == 3 {
				a.ways = append(a.ways,
					relief{a.p[sink] - a.p[v], step{fromSink, int32(v), 0}})
			}
		}
		return
	}
	if a.choice[u] == 1 {
		a.ways = append(a.ways, relief{a.p[u] - a.p[sink], step{fromSink, 0, 0}})
	}
	for _, t := range a.by[u] {
		open := a.spread(a.g, int(t.task), 1<<a.g.class[u])
		best, enter := int64(far), int32(-1)
		for x := range a.nodes {
			m := t.task*int32(a.nodes) + int32(x)
			if open>>x&1 == 0 || a.ev.nodeYears[m] != a.ev.years[u] {
				continue
			}
			for _, o := range a.menus[m] {
				if d := o.w - a.p[o.who]; d < best && !a.used[o.pair] {
					best, enter = d, o.pair
				}
			}
		}
		if enter >= 0 {
			slack := best - (a.w[t.pair] - a.p[u])
			a.ways = append(a.ways, relief{slack, step{t.task, enter, t.pair}})
		}
	}
}

// settleSink gives back what the sink has too much when the calls are over: the highest potentials
// with an optional place lose it, and the sink comes down to them.
func (a *auction) settleSink() {
	sink := a.g.people
	for a.spare > 0 {
		best := -1
		for v, c := range a.choice {
			if c == 3 && (best < 0 || a.p[v] > a.p[best]) {
				best = v
			}
		}
		a.p[sink] = min(a.p[sink], a.p[best])
		a.unfillOne(int32(best))
	}
}
