package sampling

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Relations between whole draws: what a change of files, plan or values must leave alone, and what
// it must change.

// TestRelationExcluded: candidates who are not eligible change the counts of exclusions and the
// hash of their file; population, selection, reserve and cuts stay.
func TestRelationExcluded(t *testing.T) {
	t.Parallel()
	base := func() *office {
		o := newOffice()
		o.frame.Caps = []Cap{{0, 2, ""}}
		o.candidates, o.ratio = classes(50, nil), Ratio{1, 5}
		return o
	}
	drawn := func(o *office) (ItemResult, *Item) {
		files, plan, _ := o.freeze(t)
		scan := scanItem(files, sha256Suite, &plan.Items[0], benchSeed)
		if scan.files != nil || scan.population != nil {
			t.Fatal(scan.files, scan.population)
		}
		return scan.result(&plan.Items[0]), &plan.Items[0]
	}
	want, before := drawn(base())
	for what, change := range map[string]func(c *Candidate){
		"inactive": func(c *Candidate) { c.Status = "revoked" },
		"held":     func(c *Candidate) { c.HoldUntil = "2026-11-02" },
		"capped":   func(c *Candidate) { c.Visits = append([]int64{2}, c.Visits[1:]...) },
	} {
		o := base()
		for i := range 9 {
			c := eligible(EntityID(fmt.Sprintf("P.%03dX", 5*i)))
			c.Class = string("ABC"[i%3])
			change(&c)
			o.candidates = append(o.candidates, c)
		}
		slices.SortFunc(o.candidates, func(a, b Candidate) int {
			return strings.Compare(string(a.ID), string(b.ID))
		})
		have, item := drawn(o)
		if fmt.Sprint(have) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", what, have, want)
		}
		counts := map[string]int64{"inactive": item.Excluded.Inactive, "held": item.Excluded.Held,
			"capped": item.Excluded.Capped}
		if counts[what] != 9 || item.Excluded.Inactive+item.Excluded.Held+item.Excluded.Capped != 9 {
			t.Errorf("%s: %+v", what, item.Excluded)
		}
		if item.PopulationSHA != before.PopulationSHA || item.CandidatesSHA == before.CandidatesSHA ||
			item.PopulationRoot != before.PopulationRoot {
			t.Errorf("%s: hashes of files", what)
		}
	}
}

// TestRelationOrder: any two neighbouring lines of a frozen file exchanged, or one line twice, and
// the plan's hashes made to agree: refused, never sorted.
func TestRelationOrder(t *testing.T) {
	t.Parallel()
	good, plan, _ := smallOffice().freeze(t)
	givenUnit(good, plan, "ZZ")
	for _, name := range []string{candFile, popFile, rostFile, confFile, taskFile} {
		lines := slices.Collect(strings.Lines(string(good[name].Data)))
		if len(lines) < 2 {
			t.Fatalf("%s has %d lines", name, len(lines))
		}
		for i := range lines[1:] {
			exchanged := slices.Clone(lines)
			exchanged[i], exchanged[i+1] = lines[i+1], lines[i]
			for _, list := range [][]string{exchanged, slices.Insert(slices.Clone(lines), i, lines[i])} {
				files, plan, values := refrozen(t, name, strings.Join(list, ""))
				err := refusedDraw(t, name, plan, files, values)
				// A line more of the population is seen in the plan already: N is a sum.
				if !strings.Contains(err.Error(), "not strictly ascending") &&
					(name != popFile || len(list) == len(lines)) {
					t.Errorf("%s, line %d: %v", name, i+1, err)
				}
			}
		}
	}
}

// labelledOffice has several items of one unit over the same 60 candidates, of which item i
// selects every ratio-th.
func labelledOffice(t *testing.T, labels []string, ratios []Ratio) (fstest.MapFS, *Plan) {
	t.Helper()
	o := newOffice()
	o.frame.StrataBy = nil
	o.candidates, o.roster = classes(60, nil), crew(8)
	files, plan, _ := o.freeze(t)
	first := plan.Items[0]
	plan.Items = nil
	for i, label := range labels {
		it := first
		it.ID, it.Label = ItemID(fmt.Sprintf("SX-%03d", i+1)), label
		it.Strata = []Stratum{{ID: "all", N: 60, Method: MethodSRS, Ratio: &ratios[i]}}
		files[NameCandidates(it.ID)] = files[NameCandidates("SX-001")]
		files[NamePopulation(it.ID)] = files[NamePopulation("SX-001")]
		plan.Items = append(plan.Items, it)
	}
	var roster []byte
	for j := range 12 {
		l := RosterLine{ID: InspectorID(fmt.Sprintf("I%02d", j)), Area: "330102", Lead: true,
			CertUntil: "2026-12-31", Cap: NoCap}
		for i := range labels {
			l.Scopes = append(l.Scopes, ItemID(fmt.Sprintf("SX-%03d", i+1)))
		}
		roster = l.AppendLine(roster)
	}
	files[NameRoster("HJBH")] = &fstest.MapFile{Data: roster}
	plan.Units[0].RosterSHA = suiteOf(plan).hex(roster)
	return files, plan
}

// TestRelationUnion: with one label the samples of one population lie in each other, so the union
// is the largest of them; with labels of their own they hardly overlap. Each item's sample has its
// size all the same.
func TestRelationUnion(t *testing.T) {
	t.Parallel()
	ratios := []Ratio{{1, 10}, {1, 4}, {1, 6}, {1, 4}}
	one, own := 0, 0
	for seed := range 12 {
		values := []EntropyValue{{"happy8", fmt.Sprintf("%08d", seed)}}
		for _, labels := range [][]string{{"s", "s", "s", "s"}, {"a", "b", "c", "d"}} {
			files, plan := labelledOffice(t, labels, ratios)
			res := bundle(t, files, plan, values)
			if v := Verify(files, plan.Commit(), io.Discard); v.ExitCode() != ExitOK {
				t.Fatal(v)
			}
			strata := make([]StratumResult, 4)
			for i := range strata {
				strata[i] = res.Transcript.Items[i].Strata[0]
				if n := []int{6, 15, 10, 15}[i]; len(strata[i].Selected) != n {
					t.Errorf("item %d selects %d, want %d", i, len(strata[i].Selected), n)
				}
			}
			if labels[0] != labels[1] {
				own += len(res.Tasks[0])
				continue
			}
			one += len(res.Tasks[0])
			largest := strata[1].Selected
			for i := range strata {
				if n := len(strata[i].Selected); !slices.Equal(strata[i].Selected, largest[:n]) {
					t.Errorf("item %d: %v is not the beginning of %v", i, strata[i].Selected, largest)
				}
			}
			if len(res.Tasks[0]) != 15 || res.SavedVisits() != 6+15+10+15-15 {
				t.Errorf("%d tasks, %d visits saved", len(res.Tasks[0]), res.SavedVisits())
			}
		}
	}
	if one != 12*15 || own < 12*25 {
		t.Errorf("%d tasks with one label, %d with labels of their own", one, own)
	}
}

// TestRelationTickets: one character of seed, label or suite, and every ticket is another.
func TestRelationTickets(t *testing.T) {
	t.Parallel()
	for i := range 200 {
		id := EntityID(fmt.Sprintf("R.%03d", i))
		seen := map[[32]byte]string{}
		for _, hash := range []string{HashSHA256, HashSM3} {
			for _, seed := range []string{benchSeed, strings.Replace(benchSeed, "5a", "5b", 1)} {
				for _, label := range []string{"sel", "sel2", "se"} {
					what := hash + " " + seed + " " + label
					ticket := Ticket(hash, seed, label, id)
					if other := seen[ticket]; other != "" {
						t.Errorf("%s: one ticket for %s and %s", id, what, other)
					}
					seen[ticket] = what
					if want := slowHash(hash, seed+"|"+label+"|"+string(id)); hexOf(ticket[:]) != want {
						t.Errorf("%s, %s: %x, want %s", id, what, ticket, want)
					}
				}
			}
		}
	}
}

// TestRelationPlan: a change of the plan that selection does not read, of the value or of the suite
// gives another commit or seed, and so another draw, each of which verifies by itself and under no
// other commit.
func TestRelationPlan(t *testing.T) {
	t.Parallel()
	commits, seeds, orders := map[string]string{}, map[string]string{}, map[string]string{}
	var last string
	for _, c := range []struct {
		name string
		hash string
		bend func(p *Plan, v []EntropyValue)
	}{
		{"as it is", HashSHA256, func(*Plan, []EntropyValue) {}},
		{"sm3", HashSM3, func(*Plan, []EntropyValue) {}},
		{"note", HashSHA256, func(p *Plan, _ []EntropyValue) { p.Note = "。" }},
		{"draw", HashSHA256, func(p *Plan, _ []EntropyValue) { p.Draw += "2" }},
		{"prev", HashSHA256, func(p *Plan, _ []EntropyValue) { p.Prev = benchSeed }},
		{"event", HashSHA256, func(p *Plan, _ []EntropyValue) { p.Entropy[0].Event += "。" }},
		{"basis", HashSHA256, func(p *Plan, _ []EntropyValue) { p.Items[0].Basis += "。" }},
		{"visit_by", HashSHA256, func(p *Plan, _ []EntropyValue) { p.Units[0].VisitBy = "2026-12-30" }},
		{"value", HashSHA256, func(_ *Plan, v []EntropyValue) { v[0].Value += " " + v[0].Value }},
	} {
		o := smallOffice()
		o.hash = c.hash
		files, plan, values := o.freeze(t)
		c.bend(plan, values)
		tr := bundle(t, files, plan, values).Transcript
		if v := Verify(files, plan.Commit(), io.Discard); v.ExitCode() != ExitOK {
			t.Errorf("%s: %v", c.name, v)
		}
		if v := Verify(files, last, io.Discard); last != "" && last != plan.Commit() &&
			!slices.Contains(v.Failed(), CheckCommit) {
			t.Errorf("%s: verifies under another commit", c.name)
		}
		last = plan.Commit()
		if other, twice := commits[last]; twice != (c.name == "value") {
			t.Errorf("%s: the commit of %q", c.name, other)
		}
		order := fmt.Sprint(tr.Items[0].Strata)
		if seeds[tr.Seed] != "" || orders[order] != "" {
			t.Errorf("%s: the draw of %q", c.name, seeds[tr.Seed]+orders[order])
		}
		commits[last], seeds[tr.Seed], orders[order] = c.name, c.name, c.name
	}
}

// TestRelationSuites: a bundle of one suite is none of the other, even if the plan says so and
// everything that the office can hash again is hashed again.
func TestRelationSuites(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{HashSHA256, HashSM3}, {HashSM3, HashSHA256}} {
		o := smallOffice()
		o.hash = pair[0]
		files, plan, values := o.freeze(t)
		tr := bundle(t, files, plan, values).Transcript
		forged := *plan
		forged.Hash = pair[1]
		other := *tr
		other.Plan, other.Commit = forged.Marshal(), forged.Commit()
		text := SeedText(other.Commit, other.Entropy)
		other.Seed = suiteOf(&forged).hex(text)
		bent := with(with(files, PlanFile, forged.Marshal()), SeedFile, text)
		bent = with(bent, TranscriptFile, other.Marshal())
		v := Verify(bent, forged.Commit(), io.Discard)
		for _, check := range []string{CheckFiles, CheckSelection} {
			if !slices.Contains(v.Failed(), check) {
				t.Errorf("%s as %s: %s holds", pair[0], pair[1], check)
			}
		}
		if _, err := Draw(&forged, files, values); err == nil {
			t.Errorf("%s as %s: drawn", pair[0], pair[1])
		}
	}
}

// TestRelationAgain: the same plan, files and values give the same bytes, whatever was drawn in
// between and beside.
func TestRelationAgain(t *testing.T) {
	t.Parallel()
	files, plan, values := smallOffice().freeze(t)
	want := bundle(t, files, plan, values).Transcript.Marshal()
	other, otherPlan := randomOffice(t, rng(9))
	texts := make([][]byte, 8)
	parallel(len(texts), func(i int) {
		_, err := Draw(otherPlan, other, []EntropyValue{{"w", "风"}, {"d", "0123456789abcdef"}})
		if err != nil {
			return // texts[i] stays empty, which the comparison shows
		}
		if res, err := Draw(plan, files, values); err == nil {
			texts[i] = res.Transcript.Marshal()
		}
	})
	for i := range texts {
		if !bytes.Equal(texts[i], want) {
			t.Errorf("draw %d: %s", i, texts[i])
		}
	}
}
