package sampling

// This file splits a unit into pieces that have nothing to do with each other: districts under an
// area rule, or crafts whose scopes nobody shares. A city office with eight districts has eight
// small problems instead of one large one, and they can be solved on eight processors.
//
// Nothing is lost by it. A legal staffing of the unit is one of each piece; its cost is the sum of
// theirs, so it is optimal iff each of them is, and unique iff each of them is. Potentials too are
// those of the pieces: a potential comes from the sink over residual arcs, and a way that leaves a
// piece leads into the sink, whose own potential is (0,0) in all of them.

// part is a piece of a unit's network that shares no inspector with any other, with the numbers
// that its tasks and inspectors have in the whole. Nothing passes between parts, since each fills
// its own seats and the flow over the sink is settled by that; so they are solved one by one, at
// the same time where there are processors, and put together in the order of their numbers. Tasks
// and inspectors keep their order within a part.
type part struct {
	g      *seating
	tasks  []int32 // nil: the part is the whole
	people []int32
}

// parts splits a seating by the lists of who is qualified: lists that share an inspector belong
// together. Conflicts could split a part further; that is rare, and splitting is never necessary.
func (g *seating) parts() []part {
	// find gives the first of those whom lists tie to inspector j.
	up := make([]int32, g.people)
	for j := range up {
		up[j] = int32(j)
	}
	find := func(j int32) int32 {
		for up[j] != j {
			up[j] = up[up[j]]
			j = up[j]
		}
		return j
	}
	for _, able := range g.needs {
		for _, j := range able {
			if a, b := find(able[0]), find(j); a != b {
				up[max(a, b)] = min(a, b)
			}
		}
	}
	// Tasks for which nobody is qualified make a part of their own, −1: it is short of all its
	// seats. Inspectors who are qualified for nothing are in none. Parts are numbered in the order
	// of their first tasks; the map is only ever asked, never walked.
	number := map[int32]int{}
	var parts []part
	at := make([]int, g.people)
	for i := range g.tasks {
		root := int32(-1)
		if able := g.needs[g.need[i]]; len(able) > 0 {
			root = find(able[0])
		}
		n, ok := number[root]
		if !ok {
			n = len(parts)
			number[root] = n
			parts = append(parts, part{})
		}
		parts[n].tasks = append(parts[n].tasks, int32(i))
	}
	// One part is the usual case of a small office, and the largest problems are of one part too:
	// nothing is copied then.
	if len(parts) <= 1 {
		return []part{{g: g}}
	}
	for j := range int32(g.people) {
		if n, ok := number[find(j)]; ok {
			at[j] = len(parts[n].people)
			parts[n].people = append(parts[n].people, j)
		}
	}
	for n := range parts {
		parts[n].g = g.cut(&parts[n], at)
	}
	return parts
}

// cut makes the seating of a part. at gives the number of each inspector within his part. Rooms
// stay those of the whole unit, so that the arcs to the sink, and with them the potentials, are the
// same in the part and in the whole.
func (g *seating) cut(p *part, at []int) *seating {
	c := &seating{k: g.k, tasks: len(p.tasks), people: len(p.people),
		first: make([]int, len(p.tasks)+1), fams: make([]family, len(g.fams))}
	for n, i := range p.tasks {
		for _, j := range g.who[g.first[i]:g.first[i+1]] {
			c.who = append(c.who, int32(at[j]))
		}
		c.first[n+1] = len(c.who)
	}
	for _, j := range p.people {
		c.carry, c.room = append(c.carry, g.carry[j]), append(c.room, g.room[j])
		c.class = append(c.class, g.class[j])
	}
	copy(c.fams, g.fams)
	for f := range c.fams {
		c.fams[f].has = nil // class says all that the solver needs
	}
	return c
}

// numbers gives the pair numbers of a part.
func (p *part) numbers(whole *seating, w []int64) []int64 {
	if p.tasks == nil {
		return w
	}
	out := make([]int64, 0, len(p.g.who))
	for _, i := range p.tasks {
		out = append(out, w[whole.first[i]:whole.first[i+1]]...)
	}
	return out
}

// join adds the lineup of a part to that of the whole.
func (p *part) join(whole *seating, l, own *lineup) {
	if p.tasks == nil {
		*l = *own
		return
	}
	for n, i := range p.tasks {
		copy(l.used[whole.first[i]:whole.first[i+1]], own.used[p.g.first[n]:p.g.first[n+1]])
		for f := range l.in {
			l.in[f][i] = own.in[f][n]
		}
	}
	for n, j := range p.people {
		l.load[j] = own.load[n]
	}
}

// task gives the number in the whole of task n of the part.
func (p *part) task(n int) int {
	if p.tasks == nil {
		return n
	}
	return int(p.tasks[n])
}

// person gives the number in the whole of inspector n of the part.
func (p *part) person(n int) int {
	if p.people == nil {
		return n
	}
	return int(p.people[n])
}
