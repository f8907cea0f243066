package sampling

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestPlace has the borders of §3: each rule on its day and the day beside it, and their order.
func TestPlace(t *testing.T) {
	frame := Frame{Date: "2026-11-01", CooldownFrom: "2026-01-01",
		StrataBy: []string{"area2", "class", "area6", "area4"},
		Caps:     []Cap{{0, 2, ""}, {0, 1, "D"}, {1, 4, "-"}}}
	for _, c := range []struct {
		columns, want string
	}{
		{"A\tactive\t0,9\t-\t-", "33/A/330102/3301"},
		{"-\tactive\t0,3\t-\t-", "33/-/330102/3301"},
		{"A\tactive\t0,0\t2025-12-31\t-", "33/A/330102/3301"},
		{"A\tactive\t0,0\t2026-01-01\t-", "33/A/330102/3301~"},
		{"A\tactive\t0,0\t-\t2026-11-01", "33/A/330102/3301"},
		{"A\tactive\t0,0\t-\t2026-11-02", ExcludedHeld},
		{"A\tactive\t9,9\t-\t2026-11-02", ExcludedHeld},
		{"A\tclosed\t9,9\t-\t2026-11-02", ExcludedInactive},
		{"A\tActive\t0,0\t-\t-", ExcludedInactive},
		{"A\tactive\t1,9\t-\t-", "33/A/330102/3301"},
		{"A\tactive\t2,0\t-\t-", ExcludedCapped},
		{"D\tactive\t1,0\t-\t-", ExcludedCapped},
		{"D\tactive\t0,9\t-\t-", "33/D/330102/3301"},
		{"-\tactive\t0,4\t-\t-", ExcludedCapped},
	} {
		var v candidateView
		if _, err := v.parse([]byte("P.1\t330102001\t" + c.columns + "\t1")); err != nil {
			t.Fatal(err)
		}
		excluded, stratum := frame.place(&v, nil)
		if have := excluded + string(stratum); have != c.want {
			t.Errorf("%q: %s, want %s", c.columns, have, c.want)
		}
		if excluded == "" && !validStratum(string(stratum)) {
			t.Errorf("%q is no stratum", stratum)
		}
	}
	var v candidateView
	if _, err := v.parse([]byte(goodCandidate)); err != nil {
		t.Fatal(err)
	}
	if _, s := (&Frame{Date: "2026-11-01"}).place(&v, nil); string(s) != "all" {
		t.Errorf("without strata_by: %s", s)
	}
	cooled := &Frame{Date: "2026-11-01", CooldownFrom: "2026-03-22"}
	if _, s := cooled.place(&v, nil); string(s) != "all~" {
		t.Errorf("without strata_by, cooled: %s", s)
	}
}

// TestBuilderVectors rebuilds the population of every vector from its candidates.
func TestBuilderVectors(t *testing.T) {
	for _, name := range bundleNames(t, vectorsDir) {
		files, plan, _ := vector(t, name)
		for _, it := range plan.Items {
			b, err := NewPopulationBuilder(plan.Hash, it.ID, it.Frame, it.weighted())
			if err != nil {
				t.Fatal(err)
			}
			var population []byte
			text := string(mustRead(t, files, NameCandidates(it.ID)))
			for line := range strings.Lines(text) {
				c, err := ParseCandidate([]byte(strings.TrimSuffix(line, "\n")))
				if err != nil {
					t.Fatal(err)
				}
				placed, err := b.Add(&c)
				if err != nil {
					t.Fatal(err)
				}
				if string(placed.CandidateLine) != line ||
					(placed.Excluded == "") != (placed.Stratum != "") {
					t.Errorf("%s: %+v", line, placed)
				}
				population = append(population, placed.PopulationLine...)
			}
			if string(population) != string(mustRead(t, files, NamePopulation(it.ID))) {
				t.Errorf("%s: population of %s differs", name, it.ID)
			}
			want := PopulationTotals{it.CandidatesSHA, it.PopulationSHA, it.PopulationRoot,
				int64(strings.Count(text, "\n")), it.N, it.Excluded, nil}
			for _, s := range it.Strata {
				want.Strata = append(want.Strata, StratumCount{s.ID, s.N})
			}
			if have := b.Totals(); !reflect.DeepEqual(have, want) {
				t.Errorf("%s: %+v, want %+v", name, have, want)
			}
		}
	}
}

// TestBuilderRefuses: a candidate that breaks a rule is named, and nothing of it is kept.
func TestBuilderRefuses(t *testing.T) {
	good := Candidate{ID: "P.2", Area: "330102", Class: "A", Status: StatusActive,
		Visits: []int64{0}, Weight: 1}
	bend := func(f func(c *Candidate)) *Candidate {
		c := good
		f(&c)
		return &c
	}
	for _, c := range []struct {
		candidate *Candidate
		column    int
		rule      string
	}{
		{bend(func(c *Candidate) { c.ID = "P.2" }), 1, ruleNotAscending},
		{bend(func(c *Candidate) { c.ID = "P.1" }), 1, ruleNotAscending},
		{bend(func(c *Candidate) { c.ID = "p.3" }), 1, "not an entity identifier"},
		{bend(func(c *Candidate) { c.ID = "P.3\tx" }), 0, "9 columns, expected 8"},
		{bend(func(c *Candidate) { c.ID, c.Area = "P.3", "33" }), 2, "not an area of 6 to 12 digits"},
		{bend(func(c *Candidate) { c.ID, c.Visits = "P.3", []int64{0, 0} }), 5, ruleWidth},
		{bend(func(c *Candidate) { c.ID, c.Visits = "P.3", nil }), 5, "not 1 to 4 counts joined by commas"},
		{bend(func(c *Candidate) { c.ID, c.Weight = "P.3", 0 }), 8, "not a weight 1…2^31-1"},
	} {
		b, err := NewPopulationBuilder(HashSHA256, "SX-001", Frame{Date: "2026-11-01"}, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Add(&good); err != nil {
			t.Fatal(err)
		}
		before := b.Totals()
		_, err = b.Add(c.candidate)
		var e *Error
		if !errors.As(err, &e) || e.File != "candidates.SX-001.tsv" || e.Line != 2 ||
			e.Column != c.column || e.Rule != c.rule {
			t.Errorf("%+v: %v, want column %d: %s", c.candidate, err, c.column, c.rule)
		}
		if !reflect.DeepEqual(b.Totals(), before) {
			t.Errorf("%v changed the totals", err)
		}
	}
	b, err := NewPopulationBuilder(HashSHA256, "SX-001", Frame{Date: "2026-11-01", Caps: []Cap{{1, 3, ""}}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Add(&good); err == nil || !strings.Contains(err.Error(), "counter 1 of caps") {
		t.Errorf("a missing counter: %v", err)
	}
}

func TestBuilderFrame(t *testing.T) {
	for _, f := range []Frame{
		{}, {Date: "2026-11-31"}, {Date: "2026-11-01", CooldownFrom: "2026-11-02"},
		{Date: "2026-11-01", StrataBy: []string{"area"}},
		{Date: "2026-11-01", StrataBy: []string{"class", "class"}},
		{Date: "2026-11-01", Caps: []Cap{{4, 1, ""}}},
		{Date: "2026-11-01", Caps: []Cap{{0, 1, "A"}, {0, 1, ""}}},
	} {
		if _, err := NewPopulationBuilder(HashSHA256, "SX-001", f, false); err == nil {
			t.Errorf("%+v is accepted", f)
		}
	}
}

// TestBuilderEmpty: nobody eligible is legal; the root is H of the empty string.
func TestBuilderEmpty(t *testing.T) {
	b, err := NewPopulationBuilder(HashSHA256, "SX-001", Frame{Date: "2026-11-01"}, false)
	if err != nil {
		t.Fatal(err)
	}
	have := b.Totals()
	empty := sha256Suite.hex(nil)
	if have.N != 0 || len(have.Strata) != 0 ||
		!slices.Equal([]string{have.CandidatesSHA, have.PopulationSHA, have.PopulationRoot},
			[]string{empty, empty, empty}) {
		t.Errorf("%+v", have)
	}
}

// TestMerkleRecursive compares the streaming tree with the definition of RFC 6962 §2.1.
func TestMerkleRecursive(t *testing.T) {
	var root func(lines []string) []byte
	root = func(lines []string) []byte {
		if len(lines) == 1 {
			h := sha256Suite.sum([]byte("\x00" + lines[0]))
			return h[:]
		}
		k := 1
		for 2*k < len(lines) {
			k *= 2
		}
		node := append([]byte{1}, root(lines[:k])...)
		h := sha256Suite.sum(append(node, root(lines[k:])...))
		return h[:]
	}
	tree, lines := NewMerkleTree(HashSHA256), []string(nil)
	for i := range 130 {
		line := strings.Repeat("x", i)
		tree.Add([]byte(line))
		lines = append(lines, line)
		if want := hexOf(root(lines)); tree.Root() != want {
			t.Fatalf("%d lines: %s, want %s", i+1, tree.Root(), want)
		}
	}
}
