package sampling

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// smallOffice has 24 candidates of all fates, six inspectors and two conflicts.
func smallOffice() *office {
	o := newOffice()
	o.ratio = Ratio{1, 4}
	o.frame.CooldownFrom = "2026-06-01"
	o.frame.Caps = []Cap{{0, 3, ""}}
	for i := range 24 {
		c := Candidate{ID: EntityID(fmt.Sprintf("P.%02d", i)), Area: "330102", Status: StatusActive,
			Class: string("AB"[i%2]), Visits: []int64{int64(i % 4)}, Weight: 1}
		switch i {
		case 5, 6, 8, 9:
			c.LastVisit = "2026-07-01"
		case 10:
			c.Status = "closed"
		case 12:
			c.HoldUntil = "2026-12-01"
		}
		o.candidates = append(o.candidates, c)
	}
	for j := range 6 {
		o.roster = append(o.roster, RosterLine{ID: InspectorID(fmt.Sprintf("I%d", j)),
			Area: "330105", Scopes: []ItemID{"SX-001"}, Lead: j < 3, CertUntil: "2026-12-31",
			Carry: int64(j), Cap: NoCap})
	}
	o.conflicts = []ConflictLine{{"I0", "P.01", "kin"}, {"I1", "P.02", "share"}}
	return o
}

// TestDrawRefuses: nothing is drawn from a plan, files or values that break a rule, and the error
// names the place.
func TestDrawRefuses(t *testing.T) {
	const cand, pop = "candidates.SX-001.tsv", "population.SX-001.tsv"
	for _, c := range []struct {
		name  string
		bend  func(files fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue
		check string
		words string
	}{
		{"an invalid plan", func(_ fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue {
			p.Units[0].Seats = 1
			return v
		}, CheckPlan, "plan.json: units[0]: seats: \"1\": not in 2…99"},
		{"a value missing", func(_ fstest.MapFS, _ *Plan, _ []EntropyValue) []EntropyValue {
			return nil
		}, CheckEntropy, "happy8: the value is missing"},
		{"a value twice", func(_ fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
			return append(v, v[0])
		}, CheckEntropy, "happy8: the value is given twice"},
		{"an unknown value", func(_ fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
			return append(v, EntropyValue{"other", "1"})
		}, CheckEntropy, "other: the plan has no entropy entry"},
		{"a short value", func(_ fstest.MapFS, _ *Plan, _ []EntropyValue) []EntropyValue {
			return []EntropyValue{{"happy8", "1234567"}}
		}, CheckEntropy, "does not hold 61 bits"},
		{"a changed file", func(f fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
			f[cand].Data = slices.Concat([]byte("P.00\t330103"), f[cand].Data[len("P.00\t330102"):])
			return v
		}, CheckFiles, cand + ": "},
		{"a wrong root", func(_ fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue {
			p.Items[0].PopulationRoot = hexZeros
			return v
		}, CheckFiles, "root of the plan"},
		{"wrong exclusions", func(_ fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue {
			p.Items[0].Excluded.Held++
			return v
		}, CheckPopulation, "excluded are"},
		{"a torn file", func(f fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
			f[pop].Data = f[pop].Data[:len(f[pop].Data)-1]
			return v
		}, CheckFiles, "no final LF"},
		{"a small pool", func(_ fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue {
			p.Units[0].Pool = &Ratio{1, 1}
			return v
		}, CheckStaffing, "pool: 5 of 6 are not gated, the plan wants 1/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := smallOffice()
			o.roster[5].Gated = true
			files, plan, values := o.freeze(t)
			values = c.bend(files, plan, values)
			res, err := Draw(plan, files, values)
			var e *Error
			if res != nil || !errors.As(err, &e) || e.Check != c.check ||
				!strings.Contains(err.Error(), c.words) {
				t.Errorf("%v, want %s: %s", err, c.check, c.words)
			}
		})
	}
}

// TestDrawMissingFile: a file that is not there is no rule broken.
func TestDrawMissingFile(t *testing.T) {
	full, plan, values := smallOffice().freeze(t)
	for name := range full {
		files := fstest.MapFS{}
		for other, f := range full {
			if other != name {
				files[other] = f
			}
		}
		_, err := Draw(plan, files, values)
		var missing *MissingError
		if !errors.As(err, &missing) || missing.File != name || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// TestDrawTasks: the tasks are those of the transcript, with the areas of the candidates.
func TestDrawTasks(t *testing.T) {
	files, plan, values := vector(t, "shared-label-two-items")
	res, err := Draw(plan, files, values)
	if err != nil {
		t.Fatal(err)
	}
	selected := map[EntityID]int{}
	for _, it := range res.Transcript.Items {
		for _, s := range it.Strata {
			for _, id := range s.Selected {
				selected[id]++
			}
		}
	}
	two := 0
	for i, task := range res.Tasks[0] {
		if task.Entity != res.Transcript.Staffing[0].Tasks[i] ||
			len(task.Items) != selected[task.Entity] {
			t.Errorf("task %+v of %d items", task, selected[task.Entity])
		}
		for _, it := range task.Items {
			text := string(mustRead(t, files, NameCandidates(it.Item)))
			if !strings.Contains(text, string(task.Entity)+"\t"+it.Area+"\t") {
				t.Errorf("%s has not the area %s", task.Entity, it.Area)
			}
		}
		if len(task.Items) == 2 {
			two++
		}
	}
	if len(res.Tasks[0]) != len(selected) || two == 0 {
		t.Errorf("%d tasks, %d of two items", len(res.Tasks[0]), two)
	}
}

// TestDrawRemovedEntity: whoever is not drawn can leave the population without a ticket changing:
// the others keep their order (no skips, no pages: faults of peers that draw by position).
func TestDrawRemovedEntity(t *testing.T) {
	o := newOffice()
	for i := range 60 {
		o.candidates = append(o.candidates, Candidate{ID: EntityID(fmt.Sprintf("P.%02d", i)),
			Area: "330102", Class: "A", Status: StatusActive, Visits: []int64{0}, Weight: 1})
	}
	order := func(without int) []EntityID {
		lines := []ticketed(nil)
		for i, c := range o.candidates {
			if i != without {
				lines = append(lines, ticketed{Ticket(HashSHA256, benchSeed, "x", c.ID), string(c.ID)})
			}
		}
		ids, _, _ := picked(testPicker(int64(len(lines)), 0, int64(len(lines)), true), lines)
		out := make([]EntityID, len(ids))
		for i := range ids {
			out[i] = EntityID(ids[i])
		}
		return out
	}
	all := order(-1)
	for i, c := range o.candidates {
		want := slices.DeleteFunc(slices.Clone(all), func(id EntityID) bool { return id == c.ID })
		if !slices.Equal(order(i), want) {
			t.Errorf("without %s the others change places", c.ID)
		}
	}
}

// manyDraws selects n of N entities with so many different seeds and gives each selection.
func manyDraws(draws, all, n int, use func(selected []int)) {
	ids := make([][]byte, all)
	for i := range ids {
		ids[i] = fmt.Appendf(nil, "P.%04d", i)
	}
	for d := range draws {
		tickets := newTicketer(sha256Suite, sha256Suite.hex(fmt.Appendf(nil, "seed %d", d)), "sel")
		p := testPicker(int64(n), 0, int64(all), true)
		p.ticket = tickets.of
		for _, id := range ids {
			showLine(p, tickets.of(id), id, nil)
		}
		if p.short() {
			panic("a guess 8 standard deviations too low")
		}
		var selected []int
		drawn := p.finish()
		for i := range drawn.rows {
			selected = append(selected, atoi(string(drawn.row(i).id[2:])))
		}
		slices.Sort(selected)
		use(selected)
	}
}

// TestInclusion: N = 299, n = 100, where drawing by a fixed skip leaves 99 entities without any
// chance. Over 4,000 seeds every frequency lies within 4σ of n/N. A fair draw fails that for one
// of 299 with probability 299 · 6.3e-5 = 1.9 % (normal tail); the seeds are fixed, so it cannot
// fail by chance once it has passed.
func TestInclusion(t *testing.T) {
	const draws, all, n = 4000, 299, 100
	var count [all]int
	manyDraws(draws, all, n, func(selected []int) {
		for _, i := range selected {
			count[i]++
		}
	})
	const p = float64(n) / all
	variance := draws * p * (1 - p)
	for i, c := range count {
		if d := float64(c) - draws*p; d*d > 16*variance {
			t.Errorf("entity %d was selected %d times of %d, expected %.0f", i, c, draws, draws*p)
		}
	}
}

// TestSubsets: all 20 subsets of 3 out of 6 are equally likely. χ² with 19 degrees of freedom is
// above 43.82 with probability 0.001 (Abramowitz and Stegun, table 26.8).
func TestSubsets(t *testing.T) {
	const draws = 20_000
	count := map[string]int{}
	manyDraws(draws, 6, 3, func(selected []int) { count[fmt.Sprint(selected)]++ })
	chi := 0.0
	for _, c := range count {
		d := float64(c) - draws/20
		chi += d * d / (draws / 20)
	}
	if len(count) != 20 || chi > 43.82 {
		t.Errorf("%d subsets, χ² = %.1f", len(count), chi)
	}
}

// TestOutcomes: 5 out of 200 by 2,000 seeds gives 2,000 outcomes. Two fair draws would agree by
// chance once with probability 2000²/2 / C(200,5) = 0.08 %.
func TestOutcomes(t *testing.T) {
	seen := map[string]bool{}
	manyDraws(2000, 200, 5, func(selected []int) { seen[fmt.Sprint(selected)] = true })
	if len(seen) != 2000 {
		t.Errorf("%d different outcomes", len(seen))
	}
}

// TestRounding: the floor is rounded up, in integers.
func TestRounding(t *testing.T) {
	for _, c := range []struct{ percent, all, want int64 }{
		{3, 116, 4}, {3, 33, 1}, {7, 100, 7}, {5, 1, 1}, {5, 20, 1}, {5, 21, 2}, {0, 9, 0},
	} {
		s := &Stratum{ID: "A", N: c.all, Ratio: &Ratio{c.percent, 100}}
		if n, err := s.Size(); n != c.want || err != nil {
			t.Errorf("%d %% of %d: %d, %v", c.percent, c.all, n, err)
		}
	}
}
