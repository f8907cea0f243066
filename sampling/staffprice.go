package sampling

// This file looks at all pairs of a unit, fifteen million of them for 10,000 tasks and 1,500
// inspectors, which is why it does so little with each: one subtraction and one comparison. It
// makes the first teams, and at the end it is the proof that no pair off the menus can help.
//
// At given potentials the teams of two tasks have nothing to do with each other. The best team of a
// task is found by single exchanges, because the legal teams of one task are the bases of a matroid
// (each gate lets in so many, gates side by side or one inside the other), and a basis to which
// no single exchange does good is the best.

import "math"

// reprice makes every team the best at the present potentials, over all its pairs and not only
// those on the menus, and reports whether any team changed. Whoever comes in is put on the menu.
func (s *solver) reprice() (changed bool) {
	for i := range s.g.tasks {
		if s.improve(int32(i)) {
			changed = true
		}
	}
	return changed
}

// noBar is the bar of a node through which nobody can come in: its gates are full and nobody who
// passes them can leave, or all who could are settled by the first stage.
const noBar = math.MinInt64

// improve exchanges members of team i one by one as long as somebody's w − p is below that of a
// member whose seat he can take. When no single exchange helps, no other team does: a cycle of
// residual arcs within one task is made of single exchanges.
func (s *solver) improve(i int32) (changed bool) {
	g := s.g
	members := s.members(i)
	bar := s.bars(i, members)
	for again := true; again; {
		again = false
		for q := int32(g.first[i]); q < int32(g.first[i+1]); q++ {
			v := g.who[q]
			x := g.class[v]
			d := s.w[q] - s.p[v]
			if d >= bar[x] || s.used[q] || !s.may(int(i), v) {
				continue
			}
			out := s.worst(i, members, x)
			s.take(i, members[out])
			s.put(i, q)
			members[out] = q
			s.enlist(int(i), int(q))
			changed = true
			old := bar
			bar = s.bars(i, members)
			// Where a bar has risen, somebody passed over may now be good enough.
			again = again || bar[0] > old[0] || bar[1] > old[1] || bar[2] > old[2]
		}
	}
	return changed
}

// members lists the chosen pairs of task i.
func (s *solver) members(i int32) []int32 {
	list := make([]int32, 0, s.g.k)
	for q := s.g.first[i]; q < s.g.first[i+1]; q++ {
		if s.used[q] {
			list = append(list, int32(q))
		}
	}
	return list
}

// bars gives for each node of task i the bar below which a newcomer there does good: the largest w
// − p of a member whose seat can pass to somebody who hangs from that node.
func (s *solver) bars(i int32, members []int32) [3]int64 {
	bar := [3]int64{noBar, noBar, noBar}
	for x := range s.nodes {
		if m := s.worst(i, members, uint8(x)); m >= 0 {
			bar[x] = s.w[members[m]] - s.p[s.g.who[members[m]]]
		}
	}
	return bar
}

// worst gives, for a newcomer who hangs from node x, whom he should replace: the place in members
// of the one with the largest w − p whose seat can pass to somebody who hangs from node x; −1 for
// none.
func (s *solver) worst(i int32, members []int32, x uint8) int {
	worst, most := -1, int64(noBar)
	for m, q := range members {
		u := s.g.who[q]
		if d := s.w[q] - s.p[u]; d > most &&
			s.spread(s.g, int(i), 1<<s.g.class[u])>>x&1 != 0 &&
			s.ev.years[u] == s.ev.nodeYears[int(i)*s.nodes+int(x)] {
			worst, most = m, d
		}
	}
	return worst
}
