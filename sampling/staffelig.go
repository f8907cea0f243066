package sampling

import "slices"

// seating is the fixed part of a unit's flow network (§7): which inspector may sit in which team,
// how many tasks each may take, and which families are limited within a team. Tasks and inspectors
// are numbered as in the problem; an eligible pair is numbered by its place in who.
type seating struct {
	k, tasks, people int

	// first has tasks+1 entries: the eligible pairs of task i are first[i] to first[i+1], their
	// inspectors are who[q], ascending within the task.
	first []int
	who   []int32

	// carry is how many tasks each inspector has carried this year. room is how many arcs lead from
	// him to the sink, min(cap, tasks): nobody sits twice in one team, so no cap above the number
	// of tasks binds, and the potentials of the transcript depend on there being no arc more.
	carry []int64
	room  []int

	// fams are the families that are not empty, in the order in which the transcript lists their
	// potentials. An empty family has no gate (§7).
	fams []family
}

// family is a set of inspectors of whom at most limit may sit in one team. Families of one seating
// are disjoint: an inspector is reached from a task through one gate at most. A limit of 0 keeps
// the gate and its node, although nothing ever flows through it.
type family struct {
	limit int
	has   []bool // by inspector
}

// lineup is a choice of eligible pairs, whole or partial, with the counts that follow from it:
// used by pair, load by inspector, in by family and task. In the network these are the flows on
// the arcs into inspectors, the arcs to the sink that are filled (the cheapest ones, so a count
// says all), and the arcs into the gates.
type lineup struct {
	used []bool
	load []int
	in   [][]int
}

// newSeating computes eligibility and families of p. Tasks that ask for the same scopes in the
// same areas share one scan of the roster, so the cost is about one step per eligible pair: an
// office has few combinations of items and areas, and thousands of tasks.
func newSeating(p *staffProblem) *seating {
	g := &seating{k: p.Seats, tasks: len(p.Tasks), people: len(p.Roster)}
	barred := p.barred()
	known := map[string][]int32{}
	var sign []byte
	g.first = make([]int, g.tasks+1)
	for i := range p.Tasks {
		t := &p.Tasks[i]
		sign = p.signature(sign[:0], t)
		able, ok := known[string(sign)]
		if !ok {
			able = p.qualified(t)
			known[string(sign)] = able
		}
		// Conflicts are about one entity each; they are few, so they come last.
		out := barred[t.Entity]
		for _, j := range able {
			if len(out) == 0 || !slices.Contains(out, j) {
				g.who = append(g.who, j)
			}
		}
		g.first[i+1] = len(g.who)
	}
	g.carry, g.room = make([]int64, g.people), make([]int, g.people)
	for j := range p.Roster {
		g.carry[j], g.room[j] = p.Roster[j].Carry, g.tasks
		if c := p.Roster[j].Cap; c != NoCap && c < int64(g.tasks) {
			g.room[j] = int(c)
		}
	}
	if f := p.leadFamily(); slices.Contains(f.has, true) {
		g.fams = append(g.fams, f)
	}
	return g
}

// leadFamily is L̄ of §7: those who may not lead (主办), at most k−1 of them in a team, so that one
// of the team can; with k = 1 none.
func (p *staffProblem) leadFamily() family {
	f := family{limit: p.Seats - 1, has: make([]bool, len(p.Roster))}
	for j := range p.Roster {
		f.has[j] = !p.Roster[j].Lead
	}
	return f
}

// barred lists, for each entity, the roster numbers of the inspectors in conflict (回避) with it.
// Lines whose ids are not in the roster are allowed (§2) and say nothing here; nor do lines about
// entities that were not drawn. The reason of a line does not matter.
func (p *staffProblem) barred() map[EntityID][]int32 {
	m := make(map[EntityID][]int32)
	for i := range p.Conflicts {
		if j, ok := p.find(p.Conflicts[i].Inspector); ok {
			e := p.Conflicts[i].Entity
			m[e] = append(m[e], int32(j))
		}
	}
	return m
}

// signature appends what of a task decides who is qualified for it: items and area prefixes. None
// of them holds a TAB or LF (§1), so different needs have different signatures.
func (p *staffProblem) signature(b []byte, t *Task) []byte {
	for _, it := range t.Items {
		b = append(b, it.Item...)
		b = append(b, '\t')
		b = append(b, areaPrefix(p.AreaRule, it.Area)...)
		b = append(b, '\n')
	}
	return b
}

// qualified lists who is eligible for a task by certificate, scopes and area (§7), conflicts aside.
func (p *staffProblem) qualified(t *Task) []int32 {
	var able []int32
	for j := range p.Roster {
		if p.isQualified(&p.Roster[j], t) {
			able = append(able, int32(j))
		}
	}
	return able
}

// isQualified applies §7 to one pair: the certificate is valid on visit_by itself; scopes and
// area must hold for every item of the task, each with the entity's area in that item. An entity
// may stand in two candidate lists with two areas; then a task may have nobody by area alone.
func (p *staffProblem) isQualified(l *RosterLine, t *Task) bool {
	if l.CertUntil < p.VisitBy {
		return false
	}
	home := areaPrefix(p.AreaRule, l.Area)
	for _, it := range t.Items {
		if !slices.Contains(l.Scopes, it.Item) || areaPrefix(p.AreaRule, it.Area) != home {
			return false
		}
	}
	return true
}

// areaPrefix is the part of an area code (GB/T 2260 first) that an area rule of §4.2 compares.
// The plan has been checked, so an unknown rule is a broken invariant.
func areaPrefix(rule, area string) string {
	n := 0
	switch rule {
	case "any":
	case "same2":
		n = 2
	case "same4":
		n = 4
	case "same6":
		n = 6
	default:
		panic("sampling: area rule " + rule)
	}
	return area[:min(n, len(area))]
}

// emptyLineup is the lineup of a seating in which nobody has been chosen.
func (g *seating) emptyLineup() lineup {
	l := lineup{used: make([]bool, len(g.who)), load: make([]int, g.people)}
	for range g.fams {
		l.in = append(l.in, make([]int, g.tasks))
	}
	return l
}

// choose puts pair q of task i into the lineup (by = 1) or takes it out (by = −1). It keeps the
// counts right and looks at no limit.
func (l *lineup) choose(g *seating, i, q, by int) {
	l.used[q] = by > 0
	l.load[g.who[q]] += by
	for f := range g.fams {
		if g.fams[f].has[g.who[q]] {
			l.in[f][i] += by
		}
	}
}

// gates reports whether the gates of team i let inspector v in when inspector out leaves it; out is
// −1 when a seat is filled that was empty. A family that both belong to keeps its count.
func (l *lineup) gates(g *seating, i int, out, v int32) bool {
	for f := range g.fams {
		fam := &g.fams[f]
		if fam.has[v] && l.in[f][i] >= fam.limit && (out < 0 || !fam.has[out]) {
			return false
		}
	}
	return true
}

// next is the first part of the cost of the next arc from inspector j to the sink, 2(carry + l) − 1
// with l one above the present load (§7); the arc filled last costs 2 less. Squares of the year's
// loads grow by just these odd numbers, so the least sum is the most even year.
func (l *lineup) next(g *seating, j int32) int64 {
	return 2*(g.carry[j]+int64(l.load[j])+1) - 1
}
