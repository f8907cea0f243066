package sampling

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

// This file holds what the tests of the staffing compare with: every staffing of a small problem
// by enumeration, and the certificate by the words of §7 over nodes named by texts. Nothing here
// uses the solver, the network or the certificate under test.

// brute is what enumeration finds.
type brute struct {
	best    Dual               // smallest cost pair of a legal full staffing
	teams   [][][]InspectorID  // the optimal ones; members sorted
	seats   int                // most seats that can be filled
	lacking map[EntityID]bool  // tasks with an empty seat in some fullest partial staffing
	able    [][]int            // eligible inspectors by task
	p       *staffProblem      // the problem
	must    []int              // task and inspector that every full staffing must join; nil: none
	w       func(i, j int) int // pair number
}

// enumerate looks at every lineup of legal teams of at most k.
func enumerate(p *staffProblem, r int64, must ...int) *brute {
	b := &brute{p: p, seats: -1, must: must}
	b.w = func(i, j int) int {
		return int(p.pairNumber(r, p.Tasks[i].Entity, p.Roster[j].ID))
	}
	for i := range p.Tasks {
		var able []int
		for j := range p.Roster {
			if eligibleBySpec(p, &p.Roster[j], &p.Tasks[i]) {
				able = append(able, j)
			}
		}
		b.able = append(b.able, able)
	}
	b.visit(make([][]int, 0, len(p.Tasks)), make([]int64, len(p.Roster)))
	return b
}

// visit extends a choice of teams for the first tasks by every team of the next one.
func (b *brute) visit(teams [][]int, load []int64) {
	i := len(teams)
	if i == len(b.p.Tasks) {
		b.weigh(teams, load)
		return
	}
	for set := range 1 << len(b.able[i]) {
		var team []int
		followers, gated := 0, 0
		legal := true
		for x, j := range b.able[i] {
			if set>>x&1 == 0 {
				continue
			}
			team = append(team, j)
			if !b.p.Roster[j].Lead {
				followers++
			}
			if b.p.Roster[j].Gated {
				gated++
			}
			if c := b.p.Roster[j].Cap; c != NoCap && load[j] >= c {
				legal = false
			}
		}
		if !legal || len(team) > b.p.Seats || followers > b.p.Seats-1 ||
			b.p.Gate != nil && gated > *b.p.Gate {
			continue
		}
		for _, j := range team {
			load[j]++
		}
		b.visit(append(teams, team), load)
		for _, j := range team {
			load[j]--
		}
	}
}

// weigh counts one lineup.
func (b *brute) weigh(teams [][]int, load []int64) {
	filled := 0
	for _, team := range teams {
		filled += len(team)
	}
	if filled < b.seats {
		return
	}
	if filled > b.seats {
		b.seats, b.lacking = filled, map[EntityID]bool{}
	}
	for i, team := range teams {
		if len(team) < b.p.Seats {
			b.lacking[b.p.Tasks[i].Entity] = true
		}
	}
	if filled < b.p.Seats*len(teams) ||
		b.must != nil && !slices.Contains(teams[b.must[0]], b.must[1]) {
		return
	}
	var cost Dual
	var ids [][]InspectorID
	for i, team := range teams {
		members := []InspectorID{}
		for _, j := range team {
			cost.Pair += int64(b.w(i, j))
			members = append(members, b.p.Roster[j].ID)
		}
		ids = append(ids, members)
	}
	for j, n := range load {
		for l := int64(1); l <= n; l++ {
			cost.Even += 2*(b.p.Roster[j].Carry+l) - 1
		}
	}
	if len(b.teams) == 0 || cost.less(b.best) {
		b.best, b.teams = cost, nil
	}
	if cost == b.best {
		b.teams = append(b.teams, ids)
	}
}

// wanted is the number of seats to fill.
func (b *brute) wanted() int { return b.p.Seats * len(b.p.Tasks) }

// full lists the inspectors of whom one more place would fill one more seat: B of §7.
func (b *brute) full(r int64) []InspectorID {
	ids := []InspectorID{}
	for j := range b.p.Roster {
		if b.p.Roster[j].Cap == NoCap {
			continue
		}
		q := *b.p
		q.Roster = slices.Clone(b.p.Roster)
		q.Roster[j].Cap++
		if enumerate(&q, r).seats > b.seats {
			ids = append(ids, b.p.Roster[j].ID)
		}
	}
	return ids
}

// eligibleBySpec is the sentence of §7 for one pair.
func eligibleBySpec(p *staffProblem, l *RosterLine, t *Task) bool {
	digits := map[string]int{"any": 0, "same2": 2, "same4": 4, "same6": 6}[p.AreaRule]
	for _, c := range p.Conflicts {
		if c.Inspector == l.ID && c.Entity == t.Entity {
			return false
		}
	}
	for _, it := range t.Items {
		found := false
		for _, s := range l.Scopes {
			found = found || s == it.Item
		}
		if !found || it.Area[:digits] != l.Area[:digits] {
			return false
		}
	}
	return l.CertUntil >= p.VisitBy
}

// specNetwork is the flow network of §7 with a full staffing, its nodes named by texts.
type specNetwork struct {
	residual []specArc
	merged   map[string]string
	nodes    []string
}

type specArc struct {
	u, v string
	c    Dual
}

// specGate is a gate of one task on the way to an inspector.
type specGate struct {
	family string
	limit  int
}

// specGates gives the gates that lead to an inspector, the outer one first: the words of §7, with
// the sizes of the families counted on the whole roster.
func specGates(p *staffProblem, l *RosterLine) []specGate {
	lead, gated := 0, 0
	for j := range p.Roster {
		if !p.Roster[j].Lead {
			lead++
		}
		if p.Gate != nil && p.Roster[j].Gated {
			gated++
		}
	}
	var gates []specGate
	if !l.Lead {
		gates = append(gates, specGate{"lead", p.Seats - 1})
	}
	if p.Gate != nil && l.Gated {
		gates = append(gates, specGate{"gated", *p.Gate})
	}
	if len(gates) == 2 && gated > lead {
		slices.Reverse(gates)
	}
	return gates
}

func newSpecNetwork(p *staffProblem, r int64, teams [][]InspectorID) *specNetwork {
	n := &specNetwork{merged: map[string]string{}, nodes: []string{"sink"}}
	load := map[InspectorID]int64{}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		type way struct {
			above       string
			limit, flow int
		}
		gates := map[string]*way{}
		for j := range p.Roster {
			l := &p.Roster[j]
			flow := 0
			if slices.Contains(teams[i], l.ID) {
				flow = 1
				load[l.ID]++
			}
			u := "task " + string(t.Entity)
			for _, gate := range specGates(p, l) {
				v := gate.family + " " + string(t.Entity)
				if gates[v] == nil {
					gates[v] = &way{limit: gate.limit}
				}
				// Of an inspector in both families, not of one in the inner one's outer alone: an
				// inner gate hangs from the outer gate for all its members.
				gates[v].above = u
				gates[v].flow += flow
				u = v
			}
			if eligibleBySpec(p, l, t) {
				c := Dual{0, int64(p.number(r, t.Entity, l.ID))}
				n.arc(u, "person "+string(l.ID), c, flow, 1)
			}
		}
		n.nodes = append(n.nodes, "task "+string(t.Entity))
		for _, family := range []string{"lead", "gated"} {
			gate := family + " " + string(t.Entity)
			if g := gates[gate]; g != nil {
				n.nodes = append(n.nodes, gate)
				n.arc(g.above, gate, Dual{}, g.flow, g.limit)
				if g.flow > 0 && g.flow < g.limit {
					n.merged[gate] = g.above
				}
			}
		}
	}
	for j := range p.Roster {
		l := &p.Roster[j]
		n.nodes = append(n.nodes, "person "+string(l.ID))
		last := int64(len(p.Tasks))
		if l.Cap != NoCap {
			last = min(last, l.Cap)
		}
		for x := int64(1); x <= last; x++ {
			flow := 0
			if x <= load[l.ID] {
				flow = 1
			}
			n.arc("person "+string(l.ID), "sink", Dual{2*(l.Carry+x) - 1, 0}, flow, 1)
		}
	}
	return n
}

func (n *specNetwork) arc(u, v string, c Dual, flow, limit int) {
	if flow < limit {
		n.residual = append(n.residual, specArc{u, v, c})
	}
	if flow > 0 {
		n.residual = append(n.residual, specArc{v, u, Dual{-c.Even, -c.Pair}})
	}
}

// lowered is the rule of §7: (0,0) everywhere, lowered while a residual arc asks for it. A node
// lowered more often than a shortest path has arcs shows a negative cycle: ok is false.
func (n *specNetwork) lowered() (pi map[string]Dual, ok bool) {
	pi = map[string]Dual{}
	for _, v := range n.nodes {
		pi[v] = Dual{}
	}
	for range len(n.nodes) + 1 {
		changed := false
		for _, a := range n.residual {
			d := Dual{pi[a.u].Even + a.c.Even, pi[a.u].Pair + a.c.Pair}
			if d.less(pi[a.v]) {
				pi[a.v], changed = d, true
			}
		}
		if !changed {
			return pi, true
		}
	}
	return nil, false
}

// cyclic looks for a directed cycle of tight arcs by following every path (merged ends first).
func (n *specNetwork) cyclic(pi map[string]Dual) bool {
	next := map[string][]string{}
	name := func(v string) string {
		for n.merged[v] != "" {
			v = n.merged[v] // an inner gate may be merged with an outer one that is merged
		}
		return v
	}
	for _, a := range n.residual {
		if (Dual{pi[a.u].Even + a.c.Even, pi[a.u].Pair + a.c.Pair}) != pi[a.v] {
			continue
		}
		if u, v := name(a.u), name(a.v); u != v {
			next[u] = append(next[u], v)
		}
	}
	state := map[string]int{} // 1: on the path, 2: done
	var walk func(u string) bool
	walk = func(u string) bool {
		state[u] = 1
		for _, v := range next[u] {
			if state[v] == 1 || state[v] == 0 && walk(v) {
				return true
			}
		}
		state[u] = 2
		return false
	}
	for _, u := range n.nodes {
		if state[u] == 0 && walk(u) {
			return true
		}
	}
	return false
}

// number is w(i,j) with the injected numbers.
func (p *staffProblem) number(r int64, e EntityID, j InspectorID) uint64 {
	return p.pairNumber(r, e, j)
}

// diff names the first potential in d that differs from pi; empty if none does.
func diffDuals(p *staffProblem, d Duals, pi map[string]Dual) string {
	for i := range p.Tasks {
		e := string(p.Tasks[i].Entity)
		if d.Task[i] != pi["task "+e] {
			return fmt.Sprintf("task %s: %v, want %v", e, d.Task[i], pi["task "+e])
		}
		for _, x := range []struct {
			family string
			list   []Dual
		}{{"lead", d.Lead}, {"gated", d.Gated}} {
			want, ok := pi[x.family+" "+e]
			if !ok && x.list == nil {
				continue
			}
			if ok != (x.list != nil) || x.list[i] != want {
				return fmt.Sprintf("gate %s %s: %v, want %v", x.family, e, x.list, want)
			}
		}
	}
	for j := range p.Roster {
		v := string(p.Roster[j].ID)
		if d.Inspector[j] != pi["person "+v] {
			return fmt.Sprintf("inspector %s: %v, want %v", v, d.Inspector[j], pi["person "+v])
		}
	}
	return ""
}

// testSeed is a seed for problems of tests.
const testSeed = "b5ad45dc932b245a2f88f729ce30a4a098c868bd549de8bf8d8641b37a5e8501"

// blankProblem has everybody eligible for everything, everybody a lead, no caps.
func blankProblem(tasks, people, seats int) *staffProblem {
	p := &staffProblem{
		Unit: "SCJG", Seats: seats, Label: "asg", VisitBy: "2026-12-31", AreaRule: "any",
		Seed: testSeed, Suite: sha256Suite,
	}
	for i := range tasks {
		p.Tasks = append(p.Tasks, Task{
			Entity: EntityID(fmt.Sprintf("R.%05d", i)),
			Items:  []TaskItem{{"SX-001", "330102"}},
		})
	}
	for j := range people {
		p.Roster = append(p.Roster, RosterLine{
			ID: InspectorID(fmt.Sprintf("I%05d", j)), Area: "330102",
			Scopes: []ItemID{"SX-001"}, Lead: true, CertUntil: "2026-12-31", Cap: NoCap,
		})
	}
	return p
}

// numbersOf gives pair numbers of a few bits that depend on R, task and inspector.
func numbersOf(bits int, salt uint64) func(int64, EntityID, InspectorID) uint64 {
	return func(r int64, e EntityID, j InspectorID) uint64 {
		i, _ := strconv.Atoi(string(e[2:]))
		x, _ := strconv.Atoi(string(j[1:]))
		g := rand.New(rand.NewPCG(salt, uint64(r)<<40|uint64(i)<<20|uint64(x)))
		return g.Uint64() >> (64 - bits)
	}
}

// bar makes inspector j ineligible for task i.
func (p *staffProblem) bar(i, j int) {
	p.Conflicts = append(p.Conflicts, ConflictLine{p.Roster[j].ID, p.Tasks[i].Entity, "kin"})
}

// randomProblem draws every choice of a problem: eligibility, leads, caps, carry, pair numbers.
func randomProblem(g *rand.Rand, tasks, people, seats, bits int) *staffProblem {
	p := blankProblem(tasks, people, seats)
	share := g.IntN(4)
	for i := range tasks {
		for j := range people {
			if g.IntN(6) < share {
				p.bar(i, j)
			}
		}
	}
	capped, follow := g.IntN(3), g.IntN(3)
	for j := range p.Roster {
		p.Roster[j].Lead = g.IntN(4) >= follow
		p.Roster[j].Carry = int64(g.IntN(3))
		if g.IntN(3) < capped {
			p.Roster[j].Cap = int64(g.IntN(tasks + 2))
		}
	}
	p.pairNumber = numbersOf(bits, g.Uint64())
	return p
}

// addGate gives a problem a gate and a gated family: disjoint from the lead family, inside it,
// around it or equal to it.
func addGate(g *rand.Rand, p *staffProblem) {
	most := g.IntN(p.Seats)
	p.Gate = &most
	kind := g.IntN(4)
	for j := range p.Roster {
		l := &p.Roster[j]
		switch some := g.IntN(2) == 0; kind {
		case 0:
			l.Gated = l.Lead && some
		case 1:
			l.Gated = !l.Lead && some
		case 2:
			l.Gated = !l.Lead || some
		default:
			l.Gated = !l.Lead
		}
	}
}
