package fairness

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"yaohao/sampling"
)

// skipDraw is the arithmetic of a draw that a province used and published: with `skip` = N div n one
// random start below skip, then every skip-th row of the sorted list; for more than half of the
// list the rows not to be drawn are chosen in the same way. Lists of one page (up to 5,000 rows).
func skipDraw(d, n, size int) []int {
	rows, wanted := n, true
	if 2*n > size {
		rows, wanted = size-n, false
	}
	skip := size / rows
	start := rand.New(rand.NewPCG(uint64(d), 5)).IntN(skip)
	hit := make([]bool, size)
	for x := range rows {
		hit[start+x*skip] = true
	}
	var drawn []int
	for i, h := range hit {
		if h == wanted {
			drawn = append(drawn, i)
		}
	}
	return drawn
}

// ticketDraw is the selection of draw/1 §6 with the seed of the d-th draw.
func ticketDraw(d, n, size int) []int {
	counts := make([]int, size)
	byTicket(d, n, counts)
	var drawn []int
	for i, c := range counts {
		if c > 0 {
			drawn = append(drawn, i)
		}
	}
	return drawn
}

// tableDraws is how many draws stand behind every line of the table; tableLevel is the false-alarm
// rate of each of its tests: a fair draw is called unfair by one of them once in 10,000 times.
const (
	tableDraws = 400
	tableLevel = 0.0001
)

// tableLine tests one way to draw n of size and gives its line; fair says what the tests found.
func tableLine(t *testing.T, name string, draw func(d, n, size int) []int, n, size int) (
	line string, fair bool) {
	t.Helper()
	counts, draws := make([]int, size), make([][]int, tableDraws)
	results := map[string]bool{}
	for d := range draws {
		draws[d] = draw(d, n, size)
		results[fmt.Sprint(draws[d])] = true
		for _, i := range draws[d] {
			counts[i]++
		}
	}
	inclusion, err := Inclusion(n, tableDraws, counts)
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := Pairs(n, size, draws)
	if err != nil {
		t.Fatal(err)
	}
	never, always := 0, 0
	for _, c := range counts {
		if c == 0 {
			never++
		}
		if c == tableDraws {
			always++
		}
	}
	fair = inclusion.PUneven >= tableLevel && inclusion.PEven >= tableLevel &&
		inclusion.PGap >= tableLevel && pairs.PGap >= tableLevel
	verdict := map[bool]string{true: "通过", false: "**不通过**"}[fair]
	return fmt.Sprintf("| %s | %d / %d | %d | %d | %d | %s | %s | %s | %s |", name, n, size,
		len(results), never, always, chance(inclusion.PUneven), chance(inclusion.PGap),
		chance(pairs.PGap), verdict), fair
}

// chance prints a probability.
func chance(p float64) string {
	if p < 1e-9 {
		return "< 10⁻⁹"
	}
	return fmt.Sprintf("%.2g", p)
}

// TestSkipTable: the skip draw fails at every size that its province used it for, draw/1 passes at
// all of them. The lines stand in README.zh-CN.md; this test keeps them true.
func TestSkipTable(t *testing.T) {
	lines := []string{
		"| 抽法 | n / N | 不同结果 | 从未抽中 | 每次抽中 | χ² 检验 P | 单户偏差 P | 两户同抽 P | 结论 |",
		"|---|---|---|---|---|---|---|---|---|",
	}
	for _, c := range []struct{ n, size int }{{100, 299}, {500, 999}, {30, 1000}, {350, 1000},
		{600, 1000}, {700, 1000}} {
		skip, skipFair := tableLine(t, "等距跳号", skipDraw, c.n, c.size)
		ours, oursFair := tableLine(t, "draw/1", ticketDraw, c.n, c.size)
		if skipFair || !oursFair {
			t.Errorf("%s\n%s", skip, ours)
		}
		lines = append(lines, skip, ours)
	}
	readme, err := os.ReadFile("../../README.zh-CN.md")
	if err != nil {
		t.Fatal(err)
	}
	if table := strings.Join(lines, "\n"); !strings.Contains(string(readme), table) {
		t.Errorf("README.zh-CN.md does not hold this table:\n%s", table)
	}
}

// panel draws teams of k out of people inspectors, who differ in nothing but their ids, for tasks
// entities, and gives the places of the members of every team.
type panel struct {
	plan  *sampling.Plan
	files fstest.MapFS
	place map[sampling.InspectorID]int
}

func newPanel(t *testing.T, people, tasks, k int) *panel {
	t.Helper()
	p := &panel{place: map[sampling.InspectorID]int{}}
	var roster, given []byte
	for j := range people {
		id := sampling.InspectorID(fmt.Sprintf("I%03d", j))
		p.place[id] = j
		roster = sampling.RosterLine{ID: id, Area: "330105", Scopes: []sampling.ItemID{"SX-001"},
			Lead: true, CertUntil: "2030-12-31", Cap: sampling.NoCap}.AppendLine(roster)
	}
	for i := range tasks {
		given = fmt.Appendf(given, "R.%06d\t330105\tSX-001\n", i)
	}
	p.files = fstest.MapFS{"roster.U.tsv": {Data: roster}, "conflicts.U.tsv": {},
		"tasks.U.tsv": {Data: given}}
	sum := func(name string) string {
		d := sha256.Sum256(p.files[name].Data)
		return hex.EncodeToString(d[:])
	}
	p.plan = &sampling.Plan{Draw: "T", Hash: sampling.HashSHA256, Prev: sampling.PrevNone,
		Date: "2026-11-01",
		Units: []sampling.Unit{{ID: "U", Kind: sampling.UnitInspectors, Seats: int64(k), Label: "asg",
			VisitBy: "2026-12-31", AreaRule: "any", RosterSHA: sum("roster.U.tsv"),
			ConflictsSHA: sum("conflicts.U.tsv"), TasksSHA: sum("tasks.U.tsv")}},
		Entropy: []sampling.EntropySpec{{Name: "x", Kind: sampling.EntropyPublic, Event: "x"}}}
	return p
}

// draw staffs the panel with the d-th value.
func (p *panel) draw(t *testing.T, d int) [][]int {
	t.Helper()
	r, err := sampling.Draw(p.plan, p.files,
		[]sampling.EntropyValue{{Name: "x", Value: fmt.Sprint(d)}})
	if err != nil {
		t.Fatal(err)
	}
	var teams [][]int
	for _, team := range r.Transcript.Staffing[0].Teams {
		var places []int
		for _, id := range team {
			places = append(places, p.place[id])
		}
		teams = append(teams, places)
	}
	return teams
}

// TestTeamsAreFair: of 12 exchangeable inspectors every pair is as likely to be the team of a task.
// A round-robin deal from one random offset, as the skip draw's system has it, forms 12 of the 66
// pairs and never the others.
func TestTeamsAreFair(t *testing.T) {
	p := newPanel(t, 12, 1, 2)
	var ours, dealt [][]int
	pairs := make([]int, 66)
	for d := range 1500 {
		team := p.draw(t, d)[0]
		slices.Sort(team)
		pairs[pairNumber(team, 12)]++
		ours = append(ours, team)
		offset := rand.New(rand.NewPCG(uint64(d), 7)).IntN(12)
		dealt = append(dealt, []int{offset, (offset + 1) % 12})
	}
	if r, err := Outcomes(pairs); err != nil || r.P < 0.001 {
		t.Errorf("teams: %+v, %v", r, err)
	}
	if r, err := Pairs(2, 12, ours); err != nil || r.PGap < 0.001 || r.Never != 0 {
		t.Errorf("teams: %+v, %v", r, err)
	}
	if r, err := Pairs(2, 12, dealt); err != nil || r.PGap > 1e-12 || r.Never != 54 {
		t.Errorf("dealt in turns: %+v, %v", r, err)
	}
}

// pairNumber numbers the pairs a < b of size places from 0.
func pairNumber(pair []int, size int) int {
	a, b := pair[0], pair[1]
	return a*size - a*(a+1)/2 + b - a - 1
}

// TestLoadsAreFair: five teams of two out of eight make ten seats. Everybody gets one or two, and
// who gets two is a simple random sample of two out of eight.
func TestLoadsAreFair(t *testing.T) {
	const people, draws = 8, 1200
	p := newPanel(t, people, 5, 2)
	twice := make([]int, people)
	for d := range draws {
		load := make([]int, people)
		for _, team := range p.draw(t, d) {
			for _, j := range team {
				load[j]++
			}
		}
		for j, l := range load {
			switch l {
			case 1:
			case 2:
				twice[j]++
			default:
				t.Fatalf("draw %d: a load of %d", d, l)
			}
		}
	}
	r, err := Inclusion(2, draws, twice)
	if err != nil || r.PUneven < 0.001 || r.PEven < 0.001 || r.PGap < 0.001 {
		t.Errorf("loads: %+v, %v", r, err)
	}
}
