package sampling

// This file turns the frozen files of a unit into its flow network (§7): the pairs of tasks and
// inspectors who are eligible for each other, what each inspector can take, and the families. It is
// where the rules of law come in: a valid certificate (执法证), the scopes of the item (执法类别),
// the area, recusal (回避). Everything after it is arithmetic.

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
	// potentials: lead, gated. An empty family has no gate (§7). class is, by inspector, the node
	// of a task's gates that he hangs from: 0 the task, f+1 the gate of family f.
	fams  []family
	class []uint8

	// needs are the different lists of who is qualified, conflicts aside; need names that of each
	// task. Everything that two tasks compete for comes from lists that share somebody.
	needs [][]int32
	need  []int32
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
// same areas share one scan of the roster, so the cost is about one copy per eligible pair: an
// office has few combinations of items and areas, and thousands of tasks.
func newSeating(p *staffProblem) *seating {
	g := &seating{k: p.Seats, tasks: len(p.Tasks), people: len(p.Roster)}
	pairs := g.findNeeds(p)
	barred := p.barred()
	g.first = make([]int, g.tasks+1)
	g.who = make([]int32, 0, pairs)
	for i := range p.Tasks {
		able := g.needs[g.need[i]]
		// Conflicts are about one entity each; they are few, so they come last.
		if out := barred[p.Tasks[i].Entity]; len(out) == 0 {
			g.who = append(g.who, able...)
		} else {
			for _, j := range able {
				if !slices.Contains(out, j) {
					g.who = append(g.who, j)
				}
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
	g.setFamilies(p)
	return g
}

// findNeeds finds who is qualified for each task and gives the number of pairs, conflicts aside.
func (g *seating) findNeeds(p *staffProblem) (pairs int) {
	known := map[string]int32{}
	var sign []byte
	g.need = make([]int32, g.tasks)
	for i := range p.Tasks {
		t := &p.Tasks[i]
		sign = p.signature(sign[:0], t)
		n, ok := known[string(sign)]
		if !ok {
			n = int32(len(g.needs))
			g.needs = append(g.needs, p.qualified(t))
			known[string(sign)] = n
		}
		g.need[i] = n
		pairs += len(g.needs[n])
	}
	return pairs
}

// Conflicts are looked up the other way round: by entity, since a task asks who is out.

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
		if _, ok := slices.BinarySearch(l.Scopes, it.Item); !ok ||
			areaPrefix(p.AreaRule, it.Area) != home {
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
	for f := int(g.class[g.who[q]]) - 1; f >= 0; f = g.fams[f].outer {
		l.in[f][i] += by
	}
}

// next is the first part of the cost of the next arc from inspector j to the sink, 2(carry + l) − 1
// with l one above the present load (§7); the arc filled last costs 2 less. Squares of the year's
// loads grow by just these odd numbers, so the least sum is the most even year.
func (l *lineup) next(g *seating, j int32) int64 {
	return 2*(g.carry[j]+int64(l.load[j])+1) - 1
}
