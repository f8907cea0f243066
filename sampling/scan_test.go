package sampling

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// forged gives the item and files of smallOffice with its population replaced, and with hash, root
// and N of the plan made to agree: the office lies consistently, and only §3 can show it.
func forged(t *testing.T, bend func(lines []string) []string) (fstest.MapFS, *Item) {
	t.Helper()
	files, plan, _ := smallOffice().freeze(t)
	item := &plan.Items[0]
	name := NamePopulation(item.ID)
	lines := bend(strings.SplitAfter(strings.TrimSuffix(string(files[name].Data), "\n"), "\n"))
	text := strings.Join(lines, "")
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	files[name] = &fstest.MapFile{Data: []byte(text)}
	tree := NewMerkleTree(HashSHA256)
	count := map[string]int64{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		tree.Add([]byte(line))
		_, stratum, _ := strings.Cut(line, "\t")
		count[stratum]++
	}
	item.PopulationSHA = sha256Suite.hex([]byte(text))
	item.PopulationRoot, item.N = tree.Root(), tree.N()
	for i := range item.Strata {
		item.Strata[i].N = count[item.Strata[i].ID]
	}
	return files, item
}

// TestForgedPopulation: each way in which a population can differ from its candidates is found by
// itself, also where all counts agree.
func TestForgedPopulation(t *testing.T) {
	// Eligible are P.00, P.01, P.02, P.04, …; P.03 is capped, P.10 closed, P.12 held.
	for _, c := range []struct {
		name  string
		bend  func(l []string) []string
		words string
	}{
		{"untouched", func(l []string) []string { return l }, ""},
		{"a line left out", func(l []string) []string { return append(l[:2], l[3:]...) },
			"candidates.SX-001.tsv:3: \"P.02 A\": this eligible candidate is not in the population"},
		{"an excluded one added", func(l []string) []string {
			return append([]string{l[0], l[1], l[2], "P.03\tB\n"}, l[3:]...)
		}, "population.SX-001.tsv:4: \"P.03 B\": the candidate of this id is excluded: capped"},
		{"an eligible one exchanged for an excluded one", func(l []string) []string {
			l[1] = "P.03\tB\n" // P.01 is in B too: N of every stratum stays
			l[1], l[2] = l[2], l[1]
			return l
		}, "\"P.01 B\": this eligible candidate is not in the population"},
		{"a stranger", func(l []string) []string {
			return append([]string{l[0], "P.005\tA\n"}, l[1:]...)
		}, "population.SX-001.tsv:2: \"P.005 A\": no eligible candidate has this id"},
		{"a stranger at the end", func(l []string) []string {
			return append(l[:len(l):len(l)], "\nP.99\tA\n")
		}, "\"P.99 A\": the population has more lines than candidates are eligible"},
		{"another stratum", func(l []string) []string {
			l[0] = "P.00\tB\n"
			return l
		}, "population.SX-001.tsv:1: \"P.00 B\": its stratum is A"},
		{"a warm cell", func(l []string) []string {
			for i := range l {
				l[i] = strings.Replace(l[i], "~", "", 1)
			}
			return l
		}, "its stratum is B~"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, item := forged(t, c.bend)
			scan := scanItem(files, sha256Suite, item, benchSeed)
			if scan.files != nil || !scan.complete {
				t.Fatalf("check files: %v", scan.files)
			}
			var e *Error
			if c.words == "" && scan.population == nil {
				return
			}
			if !errors.As(scan.population, &e) || e.Check != CheckPopulation ||
				c.words == "" || !strings.Contains(e.Error(), c.words) {
				t.Errorf("%v, want %s", scan.population, c.words)
			}
		})
	}
}

// TestForgedNumbers: population and candidates agree, the plan says something else about them.
func TestForgedNumbers(t *testing.T) {
	for _, c := range []struct {
		name  string
		bend  func(it *Item)
		check string
		words string
	}{
		{"N too large", func(it *Item) { it.N++ }, CheckFiles, "the file has 16 lines, N of the plan is 17"},
		{"N too small", func(it *Item) { it.N-- }, CheckFiles, "the file has 16 lines, N of the plan is 15"},
		{"candidates hash", func(it *Item) { it.CandidatesSHA = hexZeros }, CheckFiles,
			"candidates.SX-001.tsv: "},
		{"population hash", func(it *Item) { it.PopulationSHA = hexZeros }, CheckFiles,
			"population.SX-001.tsv: "},
		{"stratum N too large", func(it *Item) { it.Strata[0].N++ }, CheckPopulation,
			"\"A\": the stratum has"},
		{"stratum N too small", func(it *Item) { it.Strata[0].N-- }, CheckPopulation,
			"\"A\": the stratum has"},
		{"a stratum left out", func(it *Item) { it.Strata = it.Strata[1:] }, CheckPopulation,
			"lines are in strata that the plan does not have"},
		{"a stratum of nobody", func(it *Item) {
			it.Strata = append(it.Strata, Stratum{ID: "Z", N: 1, Ratio: &Ratio{1, 2}})
		}, CheckPopulation, "\"Z\": the stratum has 0 lines"},
		{"exclusions", func(it *Item) { it.Excluded.Capped-- }, CheckPopulation, "excluded are"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, plan, _ := smallOffice().freeze(t)
			item := &plan.Items[0]
			c.bend(item)
			scan := scanItem(files, sha256Suite, item, benchSeed)
			err := scan.files
			if c.check == CheckPopulation {
				err = scan.population
			}
			var e *Error
			if !errors.As(err, &e) || e.Check != c.check || !strings.Contains(e.Error(), c.words) {
				t.Errorf("%v, want %s: %s", err, c.check, c.words)
			}
		})
	}
}

// TestScanMalformed: the first malformed line is named, a mistake in the candidates before the one
// that follows from it in the population; nothing is drawn then.
func TestScanMalformed(t *testing.T) {
	const cand, pop = "candidates.SX-001.tsv", "population.SX-001.tsv"
	for _, c := range []struct {
		file, old, now string
		words          string
	}{
		{cand, "P.04\t", "P.03\t", cand + ":5: not strictly ascending"},
		{cand, "P.04\t330102", "P.04\t33", cand + ":5: column 2: \"33\""},
		{cand, "P.04\t330102\tA\tactive\t0\t", "P.04\t330102\tA\tactive\t0,0\t",
			cand + ":5: column 5: not as many counts"},
		{pop, "P.04\t", "P.02\t", pop + ":4: not strictly ascending"},
		{pop, "P.04\tA\n", "P.04\tA\t1\n", pop + ":4: 3 columns, expected 2"},
		{pop, "P.04\tA\n", "\n", pop + ":4: 1 columns, expected 2"},
	} {
		files, plan, _ := smallOffice().freeze(t)
		text := string(files[c.file].Data)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%q is not in %s", c.old, c.file)
		}
		files[c.file].Data = []byte(strings.Replace(text, c.old, c.now, 1))
		scan := scanItem(files, sha256Suite, &plan.Items[0], benchSeed)
		if scan.complete || scan.drawn != nil || scan.files == nil ||
			!strings.Contains(scan.files.Error(), c.words) {
			t.Errorf("%q: %v, want %s", c.now, scan.files, c.words)
		}
	}
	files, plan, _ := smallOffice().freeze(t)
	for _, name := range []string{cand, pop} {
		text := string(files[name].Data)
		files[name].Data = []byte(strings.Replace(text, "P.20\t", "p.20\t", 1))
	}
	scan := scanItem(files, sha256Suite, &plan.Items[0], benchSeed)
	if scan.files == nil || !strings.HasPrefix(scan.files.Error(), cand+":21: column 1: ") {
		t.Errorf("%v", scan.files)
	}
}

// TestVerifyPool: the share of inspectors that are not gated is a rule on plan and roster (§4.2).
func TestVerifyPool(t *testing.T) {
	o := smallOffice()
	o.roster[4].Gated, o.roster[5].Gated = true, true
	files, plan, values := o.freeze(t)
	plan.Units[0].Pool = &Ratio{2, 3}
	bundle(t, files, plan, values)
	var out strings.Builder
	if r := Verify(files, "", &out); r.ExitCode() != ExitOK {
		t.Fatalf("4 of 6 are 2/3:\n%s", out.String())
	}
	b := edit(t, files[PlanFile].Data, "units.0.pool", object{{"num", int64(5)}, {"den", int64(7)}})
	out.Reset()
	r := Verify(with(files, PlanFile, b), "", &out)
	if r.ExitCode() != ExitFailed || !strings.Contains(out.String(), "\nFAIL staffing") ||
		!strings.Contains(out.String(), "pool: 4 of 6 are not gated, the plan wants 5/7") {
		t.Errorf("5/7:\n%s", out.String())
	}
}
