package sampling

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// gone removes a key in edit.
type gone struct{}

// edit gives J of a document in which one value is replaced, added or removed. A path is keys and
// numbers joined by dots.
func edit(t testing.TB, document []byte, path string, value any) []byte {
	t.Helper()
	root, err := parseJSON(document)
	if err != nil {
		t.Fatal(err)
	}
	return appendJSON(nil, edited(t, root, strings.Split(path, "."), value))
}

func edited(t testing.TB, node any, steps []string, value any) any {
	t.Helper()
	if len(steps) == 0 {
		return value
	}
	switch node := node.(type) {
	case []any:
		i, err := strconv.Atoi(steps[0])
		if err != nil || i > len(node) {
			t.Fatalf("no element %s", steps[0])
		}
		if i == len(node) {
			return append(node, value)
		}
		node[i] = edited(t, node[i], steps[1:], value)
		return node
	case object:
		for i := range node {
			if node[i].key != steps[0] {
				continue
			}
			v := edited(t, node[i].value, steps[1:], value)
			if v == (any)(gone{}) {
				return append(node[:i:i], node[i+1:]...)
			}
			node[i].value = v
			return node
		}
		return append(node, member{steps[0], edited(t, nil, steps[1:], value)})
	}
	t.Fatalf("no way to %v", steps)
	return nil
}

// goodPlan is a plan with caps, a note, a seal, a witness and a public event.
func goodPlan(t testing.TB) []byte {
	files, _, _ := vector(t, "caps-two-counters")
	return mustRead(t, files, PlanFile)
}

// TestPlanRules changes one value of a good plan at a time. Each rule of §3 to §5 refuses it.
func TestPlanRules(t *testing.T) {
	hex64 := strings.Repeat("ab", 32)
	ratio := func(num, den int64) object { return object{{"num", num}, {"den", den}} }
	stratum, unit, frame := "items.0.strata.0.", "units.0.", "items.0.frame."
	for _, c := range []struct {
		path  string
		value any
		words string
	}{
		{"v", "draw/2", "not draw/1"},
		{"v", gone{}, "key is missing"},
		{"draw", "x", "not an identifier"},
		{"draw", int64(1), "not a string"},
		{"hash", "md5", "not one of"},
		{"prev", strings.ToUpper(hex64), ruleDigest},
		{"date", "2026-02-29", "not a date"},
		{"note", "", "not empty"},
		{"note", " x", "space"},
		{"office", "x", "unknown key"},
		{"items", true, "not a list"},
		{"items", object{}, "not a list"},
		{"items", []any{}, "no item names this unit"},
		{"items.0", []any{}, "not an object"},
		{"items.0.item", "sx", "not an identifier"},
		{"items.0.basis", gone{}, "key is missing"},
		{"items.0.kind", "other", "not one of"},
		{"items.0.unit", "OTHER", "no item names this unit"},
		{"items.0.label", "Sel", "not a label"},
		{"items.0.excluded.held", gone{}, "key is missing"},
		{"items.0.excluded.other", int64(0), "unknown key"},
		{"items.0.excluded.held", int64(-1), "not in 0…"},
		{"items.0.candidates_sha", "", ruleDigest},
		{"items.0.N", int64(35), "not the sum"},
		{"items.0.reserve", int64(1_000_000_001), "not in 0…1000000000"},
		{"items.0.strata.1.id", "-", "not strictly sorted by id"},
		{frame + "date", "2026-11-02", "dated after the freeze"},
		{frame + "cooldown_from", "2026-11-02", "after the date of the frame"},
		{frame + "strata_by.1", "class", "repeated"},
		{frame + "strata_by.0", "area5", "not one of area2"},
		{frame + "caps", []any{}, "an empty list"},
		{frame + "caps.0.counter", int64(4), "not in 0…3"},
		{frame + "caps.0.class", "", "not a class"},
		{frame + "caps.0.class", "Z", "not strictly sorted by counter, class"},
		{frame + "caps.3.counter", int64(0), "not strictly sorted by counter, class"},
		{stratum + "id", "A\r", "not a stratum"},
		{stratum + "N", int64(0), "not in 1…"},
		{stratum + "method", "systematic", "not one of"},
		{stratum + "ratio", gone{}, "exactly one of ratio, pace, all"},
		{stratum + "all", true, "exactly one of ratio, pace, all"},
		{stratum + "all", int64(1), "not true"},
		{stratum + "ratio", ratio(2, 1), "num > den"},
		{stratum + "ratio", ratio(1, 0), "not in 1…1000000"},
		{stratum + "ratio", ratio(1, 1_000_001), "not in 1…1000000"},
		{stratum + "cap", ratio(2, 1), "num > den"},
		{stratum + "cap", ratio(1, 7), "the floor ratio exceeds the ceiling ratio"},
		{stratum + "min", true, "not an integer"},
		{unit + "unit", "OTHER", "no item names this unit"},
		{unit + "kind", "robots", "not one of"},
		{unit + "seats", int64(1), "not in 2…99"},
		{unit + "seats", int64(100), "not in 2…99"},
		{unit + "visit_by", "2026-10-31", "before the freeze"},
		{unit + "area_rule", "same8", "not one of"},
		{unit + "pool", ratio(2, 1), "num > den"},
		{unit + "from", hex64, "only with tasks_sha"},
		{unit + "tasks_sha", hex64, "an item names this unit although its tasks are given"},
		{unit + "gate", object{{"max", int64(2)}}, "not in 0…1"},
		{stratum + "method", "Pareto", "not one of"},
		{"units", []any{}, "an empty list"},
		{"entropy", []any{}, "an empty list"},
		{"entropy.0.name", "commit", "the name commit is taken"},
		{"entropy.0.name", "happy8", "entropy name repeated"},
		{"entropy.0.kind", "witness", "unknown key"},
		{"entropy.0.commit", gone{}, "key is missing"},
		{"entropy.0.bits", int64(1025), "not in 0…1024"},
		{"entropy.2.kind", "witness", ""},
		{"entropy.1.by", "公证处", "unknown key"},
		{"entropy.3", object{{"name", "w2"}, {"kind", "witness"}, {"event", "x"},
			{"bits", int64(0)}}, "a witness line after the last public event"},
		{"entropy.3", object{{"name", "w2"}, {"kind", "public"}, {"bits", int64(0)},
			{"event", "32 random bytes in two sealed envelopes, opened after the visits"}},
			"entropy event repeated"},
	} {
		b := edit(t, goodPlan(t), c.path, c.value)
		_, err := ParsePlan(b)
		var e *Error
		switch {
		case c.words == "":
			if err != nil {
				t.Errorf("%s = %v: %v", c.path, c.value, err)
			}
		case !errors.As(err, &e) || e.Check != CheckPlan || e.File != PlanFile ||
			!strings.Contains(e.Rule, c.words):
			t.Errorf("%s = %v: %v, want %s", c.path, c.value, err, c.words)
		}
	}
}

// TestPlanBorders changes one value to the last one that is allowed.
func TestPlanBorders(t *testing.T) {
	for _, c := range []struct {
		path  string
		value any
	}{
		{"items.0.frame.date", "2026-10-31"},
		{"items.0.frame.cooldown_from", "2026-11-01"},
		{"units.0.visit_by", "2026-11-01"},
		{"units.0.seats", int64(99)},
		{"units.0.pool", object{{"num", int64(0)}, {"den", int64(1_000_000)}}},
		{"items.0.strata.0.min", int64(0)},
		{"items.0.strata.0.cap", object{{"num", int64(1)}, {"den", int64(6)}}},
		{"entropy.0.by", "公证处"},
		{"entropy.0.bits", int64(1024)},
		{"note", gone{}},
	} {
		if _, err := ParsePlan(edit(t, goodPlan(t), c.path, c.value)); err != nil {
			t.Errorf("%s = %v: %v", c.path, c.value, err)
		}
	}
	b := edit(t, goodPlan(t), "units.0.kind", UnitLabs)
	if _, err := ParsePlan(edit(t, b, "units.0.seats", int64(1))); err != nil {
		t.Error(err)
	}
}

// TestCoolDownRatio: a cool-down cell must not be exempt.
func TestCoolDownRatio(t *testing.T) {
	files, _, _ := vector(t, "cooldown-and-caps")
	b := mustRead(t, files, PlanFile)
	plan, err := ParsePlan(b)
	if err != nil {
		t.Fatal(err)
	}
	cells := 0
	for i, s := range plan.Items[0].Strata {
		path := "items.0.strata." + strconv.Itoa(i) + ".ratio.num"
		_, err := ParsePlan(edit(t, b, path, int64(0)))
		cell := strings.HasSuffix(s.ID, "~")
		if cell {
			cells++
		}
		if cell != (err != nil) {
			t.Errorf("%s with ratio 0: %v", s.ID, err)
		}
	}
	if cells == 0 {
		t.Error("the vector has no cool-down cell")
	}
}

// TestPlanMarshal: a plan built as a struct and one parsed print the same, with every option.
func TestPlanMarshal(t *testing.T) {
	least := int64(3)
	o := newOffice()
	o.frame.CooldownFrom = "2026-01-01"
	o.frame.Caps = []Cap{{0, 2, ""}, {0, 1, "D"}}
	p := o.plan(PopulationTotals{N: 40, CandidatesSHA: hexZeros, PopulationSHA: hexZeros,
		PopulationRoot: hexZeros, Strata: []StratumCount{{"-", 10}, {"A", 10}, {"A~", 20}}})
	p.Items[0].Strata[1] = Stratum{ID: "A", N: 10, Method: MethodSRS, Min: &least,
		Pace: &Pace{1, 10, 11, 12, 100, 9}, Cap: &Ratio{1, 2}}
	p.Items[0].Strata[0].Method = MethodPareto
	p.Items[0].Strata[2] = Stratum{ID: "A~", N: 20, Method: MethodSRS, All: true}
	p.Units[0].RosterSHA, p.Units[0].ConflictsSHA = hexZeros, hexZeros
	p.Units[0].Pool = &Ratio{1, 3}
	p.Units[0].Gate = &Gate{Max: 1}
	p.Units = append(p.Units, Unit{ID: "ZJ", Kind: UnitLabs, Seats: 1, Label: "asg-zj",
		VisitBy: "2026-12-31", RosterSHA: hexZeros, ConflictsSHA: hexZeros, AreaRule: "any",
		TasksSHA: hexZeros, From: hexZeros})
	p.Entropy = append(p.Entropy, EntropySpec{Name: "chain", Kind: EntropyChain, Event: "链",
		Commit: hexZeros, By: "公证处"})
	p.Note = `一次抽、一次查 "\`
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	back, err := ParsePlan(p.Marshal())
	if err != nil || !bytes.Equal(back.Marshal(), p.Marshal()) || back.Commit() != p.Commit() {
		t.Errorf("%v:\n%s\n%s", err, p.Marshal(), back.Marshal())
	}
	p.Items[0].N++
	if p.Check() == nil {
		t.Error("Check accepts a wrong sum")
	}
}

// FuzzPlan: no bytes make the reader panic, and what it accepts prints to the same bytes.
func FuzzPlan(f *testing.F) {
	for _, name := range bundleNames(f, vectorsDir) {
		files, _, _ := vector(f, name)
		f.Add(mustRead(f, files, PlanFile))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePlan(b)
		if err == nil && !bytes.Equal(p.Marshal(), b) {
			t.Errorf("%q prints as %q", b, p.Marshal())
		}
	})
}

// FuzzTranscript: the same for transcripts.
func FuzzTranscript(f *testing.F) {
	for _, name := range bundleNames(f, vectorsDir) {
		files, _, _ := vector(f, name)
		f.Add(mustRead(f, files, TranscriptFile))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tr, err := ParseTranscript(b)
		if err == nil && !bytes.Equal(tr.Marshal(), b) {
			t.Errorf("%q prints as %q", b, tr.Marshal())
		}
	})
}

// TestSizeExhaustive compares Size with the formulas of §4.1 in another form: ceil by counting up,
// floors by counting down, for all small values.
func TestSizeExhaustive(t *testing.T) {
	for n := int64(1); n <= 12; n++ {
		for den := int64(1); den <= 6; den++ {
			for num := int64(0); num <= den; num++ {
				for part := int64(1); part <= 3; part++ {
					checkSmallSizes(t, n, &Pace{num, den, part, 3, 2 * n, 1})
				}
			}
		}
	}
}

func checkSmallSizes(t *testing.T, n int64, p *Pace) {
	t.Helper()
	floor := int64(0)
	for (floor+p.Done)*p.Den*p.Of < p.Base*p.Num*p.Part {
		floor++
	}
	for least := int64(-1); least <= n+1; least++ {
		for num := int64(-1); num <= 4; num++ {
			s := &Stratum{ID: "A", N: n, Pace: p}
			want, limit, bad := min(n, max(least, floor)), n, false
			if least >= 0 {
				s.Min = &least
			}
			if num >= 0 {
				s.Cap = &Ratio{num, 4}
				ceiling := p.Base
				for ceiling*4 > p.Base*num {
					ceiling--
				}
				limit = min(n, max(floor, ceiling-p.Done))
				bad = p.Num*4 > num*p.Den
			}
			have, err := s.Size()
			if bad || want > limit {
				if err == nil {
					t.Fatalf("%+v %+v cap %d/4 min %d: no error", n, *p, num, least)
				}
			} else if err != nil || have != want {
				t.Fatalf("N %d %+v cap %d/4 min %d: %d, %v; want %d", n, *p, num, least,
					have, err, want)
			}
		}
	}
}

// TestSizeNoOverflow has the largest values that a plan may hold.
func TestSizeNoOverflow(t *testing.T) {
	s := &Stratum{ID: "A", N: maxCount, Pace: &Pace{maxDen, maxDen, maxParts, maxParts, maxCount, 0},
		Cap: &Ratio{maxDen, maxDen}}
	if n, err := s.Size(); n != maxCount || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
