package sampling

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// This file is draw/1 §7 a second time, from the published files alone: columns of text, maps, all
// legal staffings one after the other, and for shortages a flow that grows by one seat at a time.
// It shares neither types nor functions with the staffing under test; only H is that of slowHash.

// textUnit is a unit of plan.json with its files as columns.
type textUnit struct {
	Unit, Label string
	Seats       int
	Gate        *struct{ Max int }
	VisitBy     string `json:"visit_by"`
	AreaRule    string `json:"area_rule"`
	TasksSHA    string `json:"tasks_sha"`

	hash, seed string
	roster     [][]string                   // columns of roster.<unit>.tsv
	conflicts  map[string]bool              // inspector TAB entity
	areas      map[string]map[string]string // by item, by entity
	tasks      []textTask                   // sorted by entity
}

// textTask is a task with its items, sorted.
type textTask struct {
	entity string
	items  []string
}

// textLines gives the columns of a frozen file.
func textLines(t *testing.T, files fs.FS, name string) (list [][]string) {
	t.Helper()
	for line := range strings.Lines(string(mustRead(t, files, name))) {
		list = append(list, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return list
}

// textUnits reads the units of a bundle.
func textUnits(t *testing.T, files fs.FS, tr *Transcript) []*textUnit {
	t.Helper()
	var plan struct {
		Hash  string
		Items []struct{ Item, Unit string }
		Units []*textUnit
	}
	if err := json.Unmarshal(mustRead(t, files, PlanFile), &plan); err != nil {
		t.Fatal(err)
	}
	for _, u := range plan.Units {
		u.hash, u.seed = plan.Hash, tr.Seed
		u.roster = textLines(t, files, "roster."+u.Unit+".tsv")
		u.conflicts, u.areas = map[string]bool{}, map[string]map[string]string{}
		for _, c := range textLines(t, files, "conflicts."+u.Unit+".tsv") {
			u.conflicts[c[0]+"\t"+c[1]] = true
		}
		items := map[string][]string{} // by entity
		put := func(item, entity, area string) {
			if u.areas[item] == nil {
				u.areas[item] = map[string]string{}
			}
			u.areas[item][entity] = area
		}
		if u.TasksSHA != "" {
			for _, c := range textLines(t, files, "tasks."+u.Unit+".tsv") {
				items[c[0]] = strings.Split(c[2], ",")
				for _, item := range items[c[0]] {
					put(item, c[0], c[1])
				}
			}
		}
		for i, it := range plan.Items {
			if it.Unit != u.Unit {
				continue
			}
			for _, c := range textLines(t, files, "candidates."+it.Item+".tsv") {
				put(it.Item, c[0], c[1])
			}
			for _, s := range tr.Items[i].Strata {
				for _, e := range s.Selected {
					items[string(e)] = append(items[string(e)], it.Item)
				}
			}
		}
		for entity, list := range items {
			u.tasks = append(u.tasks, textTask{entity, list})
		}
		slices.SortFunc(u.tasks, func(a, b textTask) int { return strings.Compare(a.entity, b.entity) })
	}
	return plan.Units
}

// columnInt reads a count; `-` is −1.
func columnInt(s string) int64 {
	if s == "-" {
		return -1
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// eligible is the sentence of §7 for a line of the roster and an entity visited for items.
func (u *textUnit) eligible(line []string, entity string, items []string) bool {
	if line[5] < u.VisitBy || u.conflicts[line[0]+"\t"+entity] {
		return false
	}
	digits := map[string]int{"any": 0, "same2": 2, "same4": 4, "same6": 6}[u.AreaRule]
	for _, item := range items {
		if !slices.Contains(strings.Split(line[2], ","), item) ||
			line[1][:digits] != u.areas[item][entity][:digits] {
			return false
		}
	}
	return true
}

// allowed says whether the gates let these lines sit together.
func (u *textUnit) allowed(lines [][]string) bool {
	followers, gated := 0, 0
	for _, l := range lines {
		if l[3] == "0" {
			followers++
		}
		if l[4] == "1" {
			gated++
		}
	}
	return followers <= u.Seats-1 && (u.Gate == nil || gated <= u.Gate.Max)
}

// number is w(i,j) of §7 with some seed.
func (u *textUnit) number(seed, r, entity, inspector string) int64 {
	n, err := strconv.ParseInt(slowHash(u.hash,
		strings.Join([]string{seed, u.Label, r, entity, inspector}, "|"))[:12], 16, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// roles orders a team: the lead first, then the members.
func (u *textUnit) roles(seed, entity string, team [][]string) (order []InspectorID) {
	key := func(l []string) string {
		return slowHash(u.hash, seed+"|role|"+u.Unit+"|"+entity+"|"+l[0])
	}
	rest := slices.SortedFunc(slices.Values(team), func(a, b []string) int {
		return strings.Compare(key(a), key(b))
	})
	lead := slices.IndexFunc(rest, func(l []string) bool { return l[3] == "1" })
	order = []InspectorID{InspectorID(rest[lead][0])}
	for _, l := range slices.Delete(rest, lead, lead+1) {
		order = append(order, InspectorID(l[0]))
	}
	return order
}

// textBest is what looking at all legal staffings with one R finds.
type textBest struct {
	found      int // staffings as good as the best
	even, pair int64
	teams      [][]int // lines of the roster by task, of one of the best
}

// best looks at every legal staffing in which line `who` sits in task `where`; −1 for all.
func (u *textUnit) best(r string, where, who int) (b textBest) {
	type seat struct {
		lines []int
		pair  int64
	}
	options := make([][]seat, len(u.tasks))
	for i, task := range u.tasks {
		for set := range 1 << len(u.roster) {
			s := seat{}
			var lines [][]string
			for j, l := range u.roster {
				if set>>j&1 == 1 {
					s.lines, lines = append(s.lines, j), append(lines, l)
				}
			}
			legal := len(lines) == u.Seats && u.allowed(lines) &&
				(i != where || slices.Contains(s.lines, who))
			for _, l := range lines {
				legal = legal && u.eligible(l, task.entity, task.items)
			}
			if !legal {
				continue
			}
			for _, l := range lines {
				s.pair += u.number(u.seed, r, task.entity, l[0])
			}
			options[i] = append(options[i], s)
		}
	}
	load := make([]int64, len(u.roster))
	teams := make([][]int, len(u.tasks))
	var visit func(i int, even, pair int64)
	visit = func(i int, even, pair int64) {
		if i == len(u.tasks) {
			better := b.found == 0 || even < b.even || even == b.even && pair < b.pair
			if better {
				b = textBest{1, even, pair, slices.Clone(teams)}
			} else if even == b.even && pair == b.pair {
				b.found++
			}
			return
		}
		for _, s := range options[i] {
			more, room := int64(0), true
			for _, j := range s.lines {
				limit := columnInt(u.roster[j][7])
				room = room && (limit < 0 || load[j] < limit)
				more += 2*(columnInt(u.roster[j][6])+load[j]+1) - 1
			}
			if !room {
				continue
			}
			for _, j := range s.lines {
				load[j]++
			}
			teams[i] = s.lines
			visit(i+1, even+more, pair+s.pair)
			for _, j := range s.lines {
				load[j]--
			}
		}
	}
	visit(0, 0, 0)
	return b
}

// chain lists the nodes from a task to an inspector: the gates, the family with more members first.
func (u *textUnit) chain(i int, line []string) []string {
	lead, gated := 0, 0
	for _, l := range u.roster {
		lead += int(1 - columnInt(l[3]))
		gated += int(columnInt(l[4]))
	}
	var gates []string
	if line[3] == "0" {
		gates = append(gates, fmt.Sprintf("lead %d", i))
	}
	if line[4] == "1" && u.Gate != nil {
		gates = append(gates, fmt.Sprintf("gated %d", i))
	}
	if len(gates) == 2 && gated > lead {
		slices.Reverse(gates)
	}
	return append(append([]string{fmt.Sprintf("task %d", i)}, gates...), "who "+line[0])
}

// textFlow is a network whose nodes are texts: room left by pairs of nodes.
type textFlow map[string]map[string]int

// arc adds an arc, once.
func (f textFlow) arc(u, v string, room int) {
	if f[u] == nil {
		f[u] = map[string]int{}
	}
	if f[v] == nil {
		f[v] = map[string]int{}
	}
	f[u][v] = room
}

// reach gives, for every node that residual arcs lead to from start, the node before it.
func (f textFlow) reach(start, stop string) map[string]string {
	from := map[string]string{start: ""}
	for list := []string{start}; len(list) > 0; list = list[1:] {
		for v, room := range f[list[0]] {
			if _, seen := from[v]; !seen && room > 0 && v != stop {
				from[v] = list[0]
				list = append(list, v)
			}
		}
	}
	return from
}

// shortage is §7's shortage by augmenting a flow from an extra source; nil if all seats are filled.
func (u *textUnit) shortage() *Shortage {
	f := textFlow{}
	for i, task := range u.tasks {
		f.arc("source", fmt.Sprintf("task %d", i), u.Seats)
		for _, l := range u.roster {
			if !u.eligible(l, task.entity, task.items) {
				continue
			}
			nodes := u.chain(i, l)
			for n := range nodes[1:] {
				room := 1
				switch v := nodes[n+1]; {
				case strings.HasPrefix(v, "lead"):
					room = u.Seats - 1
				case strings.HasPrefix(v, "gated"):
					room = u.Gate.Max
				}
				f.arc(nodes[n], nodes[n+1], room)
			}
			limit := int(columnInt(l[7]))
			if limit < 0 {
				limit = len(u.tasks)
			}
			f.arc("who "+l[0], "sink", limit)
		}
	}
	filled := 0
	for ; ; filled++ {
		from := f.reach("source", "")
		if _, ok := from["sink"]; !ok {
			break
		}
		for v := "sink"; v != "source"; v = from[v] {
			f[from[v]][v]--
			f[v][from[v]]++
		}
	}
	if filled == u.Seats*len(u.tasks) {
		return nil
	}
	seen := map[string]bool{}
	for i := range u.tasks {
		if f["source"][fmt.Sprintf("task %d", i)] > 0 {
			delete(f[fmt.Sprintf("task %d", i)], "source")
			for v := range f.reach(fmt.Sprintf("task %d", i), "sink") {
				seen[v] = true
			}
		}
	}
	s := u.countShortage(seen)
	if s.Needed-s.Available != int64(u.Seats*len(u.tasks)-filled) {
		panic("the reference does not add up")
	}
	return s
}

// countShortage counts needed and available for A and B.
func (u *textUnit) countShortage(seen map[string]bool) *Shortage {
	s := &Shortage{Tasks: []EntityID{}, Full: []InspectorID{}, Inspectors: []InspectorID{}}
	able := map[string]bool{}
	for i, task := range u.tasks {
		if !seen[fmt.Sprintf("task %d", i)] {
			continue
		}
		s.Tasks = append(s.Tasks, EntityID(task.entity))
		s.Needed += int64(u.Seats)
		var others [][]string
		for _, l := range u.roster {
			if u.eligible(l, task.entity, task.items) {
				able[l[0]] = true
				if !seen["who "+l[0]] {
					others = append(others, l)
				}
			}
		}
		room := 0
		for set := range 1 << len(others) {
			var lines [][]string
			for x, l := range others {
				if set>>x&1 == 1 {
					lines = append(lines, l)
				}
			}
			if u.allowed(lines) {
				room = max(room, len(lines))
			}
		}
		s.Available += int64(room)
	}
	for _, l := range u.roster {
		if seen["who "+l[0]] {
			s.Full = append(s.Full, InspectorID(l[0]))
			s.Available += columnInt(l[7])
		}
		if able[l[0]] {
			s.Inspectors = append(s.Inspectors, InspectorID(l[0]))
		}
	}
	return s
}

// givenUnits freezes three units of all kinds with given tasks, up to `tasks` of them and up to
// `people` on the roster: gates from 0 to k−1 or none, the four shapes of families, a pool at its
// border, scopes that make parts of their own, area rules, recusals, caps, expired certificates.
func givenUnits(r *rand.Rand, tasks, people int) (fstest.MapFS, *Plan, []EntropyValue) {
	plan := newOffice().plan(PopulationTotals{})
	plan.Hash = []string{HashSHA256, HashSM3}[r.IntN(2)]
	plan.Items, plan.Units = nil, nil
	files := fstest.MapFS{}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	scopes := [][]ItemID{{"X"}, {"Y"}, {"X", "Y"}, {"X", "Y"}, {"X", "Y"}, {"X", "Y", "Z"}}
	for _, kind := range []string{UnitExperts, UnitInspectors, UnitLabs} {
		u := Unit{ID: UnitID(strings.ToUpper(kind)), Kind: kind, Seats: 1 + r.Int64N(3),
			Label: "asg-" + kind, VisitBy: "2026-12-31", AreaRule: pick("any", "any", "any", "same2",
				"same4")}
		if kind == UnitInspectors {
			u.Seats = max(2, u.Seats)
		}
		switch r.IntN(4) {
		case 0:
			u.Gate = &Gate{0}
		case 1:
			u.Gate = &Gate{u.Seats - 1}
		case 2:
			u.Gate = &Gate{r.Int64N(u.Seats)}
		}
		var roster, given, conflicts []byte
		shape, share, free := r.IntN(5), r.IntN(4), int64(0)
		count := people - r.IntN(2)
		for j := range count {
			l := RosterLine{ID: InspectorID(fmt.Sprintf("I%02d", j)), Area: pick("330102", "330102",
				"330105", "340207"), Scopes: scopes[r.IntN(6)], Lead: r.IntN(4) > 0,
				CertUntil: Date(pick("2026-12-31", "2027-06-30", "2027-06-30", "2027-06-30",
					"2026-12-31", "2026-12-30")),
				Carry: r.Int64N(4), Cap: NoCap}
			l.Gated = []bool{false, l.Lead && r.IntN(2) == 0, !l.Lead && r.IntN(2) == 0, !l.Lead,
				!l.Lead || r.IntN(3) == 0}[shape]
			if r.IntN(6) < share {
				l.Cap = r.Int64N(int64(tasks) + 1)
			}
			if !l.Gated {
				free++
			}
			roster = l.AppendLine(roster)
			for i := range tasks {
				if r.IntN(10) == 0 {
					conflicts = ConflictLine{l.ID, EntityID(fmt.Sprintf("P.%02d", i)),
						"kin"}.AppendLine(conflicts)
				}
			}
		}
		for i := range max(r.IntN(2), tasks-r.IntN(2)) {
			given = TaskLine{EntityID(fmt.Sprintf("P.%02d", i)), pick("330102", "330102001", "330105"),
				scopes[r.IntN(3)]}.AppendLine(given)
		}
		u.Pool = &Ratio{free, int64(count)}
		s := suiteOf(plan)
		u.RosterSHA, u.ConflictsSHA, u.TasksSHA = s.hex(roster), s.hex(conflicts), s.hex(given)
		files[NameRoster(u.ID)] = &fstest.MapFile{Data: roster}
		files[NameConflicts(u.ID)] = &fstest.MapFile{Data: conflicts}
		files[NameTasks(u.ID)] = &fstest.MapFile{Data: given}
		plan.Units = append(plan.Units, u)
	}
	return files, plan, []EntropyValue{{"happy8", fmt.Sprintf("%020d", r.Int64())}}
}
