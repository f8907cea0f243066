package sampling

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// fullTranscript has every key that §8 gives: both forms of a staffing, tied ones, both families.
func fullTranscript() *Transcript {
	duals := Duals{Task: []Dual{{-3, -9223372036854775808}}, Lead: []Dual{{0, 0}},
		Gated: []Dual{}, Inspector: []Dual{{-1, 7}, {0, 0}}}
	teams := [][]InspectorID{{"I1", "I2"}}
	return &Transcript{
		Plan: []byte(`{"v":"draw/1"}`), Commit: hexZeros, Seed: hexZeros, Grade: GradeSelf,
		Entropy: []EntropyValue{{"w", "春江 = 4711 | ok"}},
		Items: []ItemResult{{"SX-001", []StratumResult{{ID: "A/33~", N: 9, Size: 2, Cut: hexZeros,
			Selected: []EntityID{"P.2", "P.1"}, Reserve: []EntityID{"P.3"}}, {ID: "B", N: 1,
			Cut: hexZeros}}}, {Item: "SX-002"}},
		Staffing: []UnitStaffing{
			{Unit: "U1", R: 1, Tasks: []EntityID{"P.1"}, Inspectors: []InspectorID{"I1", "I2"},
				Teams: teams, Duals: duals, Tied: []Tied{{teams, duals}}},
			{Unit: "U2", Shortage: &Shortage{Tasks: []EntityID{"P.1"}, Full: []InspectorID{"I1"},
				Inspectors: []InspectorID{"I1", "I2"}, Needed: 2, Available: 1}},
		},
	}
}

// TestTranscriptRoundTrip: what is written is read back the same, and empty lists are [].
func TestTranscriptRoundTrip(t *testing.T) {
	b := fullTranscript().Marshal()
	back, err := ParseTranscript(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.Marshal(), b) || back.Sum() != sha256Suite.hex(b) {
		t.Errorf("%s\n%s", b, back.Marshal())
	}
	for _, part := range []string{
		`{"item":"SX-002","strata":[]}`, `"reserve":[],"selected":[]`, `"gated":[]`,
		`"task":[["-3","-9223372036854775808"]]`, `"infeasible":{"available":1,"full":["I1"],`,
		`"tied":[{"duals":{`, `"plan":{"v":"draw/1"}`,
	} {
		if !strings.Contains(string(b), part) {
			t.Errorf("%s is not in %s", part, b)
		}
	}
	if s := back.Staffing[0]; s.Duals.Lead == nil || s.Duals.Gated == nil || len(s.Tied) != 1 {
		t.Errorf("families %+v", s.Duals)
	}
	if back.Staffing[1].Shortage == nil || back.Staffing[1].Tasks != nil {
		t.Errorf("shortage %+v", back.Staffing[1])
	}
}

// TestTranscriptTypes removes every key and gives every value the types that it must not have.
func TestTranscriptTypes(t *testing.T) {
	stratum, staffing, short := "items.0.strata.0.", "staffing.0.", "staffing.1.infeasible."
	texts := []string{"commit", "seed", "grade", "entropy.0.name", "entropy.0.value", "items.0.item",
		stratum + "id", stratum + "cut", staffing + "unit"}
	integers := []string{stratum + "N", stratum + "n", staffing + "R", short + "needed",
		short + "available"}
	lists := []string{"entropy", "items", "staffing", "items.0.strata", stratum + "selected",
		stratum + "reserve", staffing + "tasks", staffing + "inspectors", staffing + "teams",
		staffing + "duals.task", staffing + "duals.inspector", staffing + "tied.0.teams",
		short + "tasks", short + "full", short + "inspectors"}
	objects := []string{"plan", staffing + "duals", staffing + "tied.0.duals"}
	refuse := func(path string, value any, words string) {
		t.Helper()
		_, err := ParseTranscript(edit(t, fullTranscript().Marshal(), path, value))
		var e *Error
		if !errors.As(err, &e) || e.Check != CheckCanonical || e.File != TranscriptFile ||
			!strings.Contains(e.Rule, words) {
			t.Errorf("%s = %v: %v, want %s", path, value, err, words)
		}
	}
	for _, path := range slices.Concat(texts, integers, lists, objects) {
		refuse(path, gone{}, "key is missing")
	}
	for _, path := range texts {
		refuse(path, int64(1), "not a string")
		refuse(path, []any{}, "not a string")
	}
	for _, path := range integers {
		refuse(path, "1", "not an integer")
		refuse(path, true, "not an integer")
	}
	for _, path := range lists {
		refuse(path, "x", "not a list")
		refuse(path, object{}, "not a list")
	}
	for _, path := range objects {
		refuse(path, []any{}, "not an object")
	}
	for _, path := range []string{"x", "entropy.0.x", "items.0.x", stratum + "x", staffing + "x",
		staffing + "duals.x", staffing + "tied.0.x", short + "x", "staffing.1.R"} {
		refuse(path, int64(0), "unknown key")
	}
	refuse(stratum+"selected.0", int64(1), "not a string")
	refuse(staffing+"teams.0", "I1", "not a list")
	refuse(staffing+"duals.lead.0", []any{"0"}, "not a pair")
	refuse(staffing+"duals.lead.0.0", int64(0), "not a string")
	refuse(staffing+"tied.0", "x", "not an object")
}

// TestTranscriptDuals has the borders of `0` and `-?[1-9][0-9]*` within signed 64 bits.
func TestTranscriptDuals(t *testing.T) {
	for value, ok := range map[string]bool{
		"0": true, "1": true, "-1": true, "9223372036854775807": true,
		"-9223372036854775808": true, "9223372036854775808": false,
		"-9223372036854775809": false, "-0": false, "00": false, "01": false, "-01": false,
		"+1": false, "": false, "-": false, "1.0": false, "1e3": false, " 1": false, "0x1": false,
		"1_000": false, "１": false,
	} {
		b := edit(t, fullTranscript().Marshal(), "staffing.0.duals.task.0.1", value)
		if _, err := ParseTranscript(b); (err == nil) != ok {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// FuzzVerify: whatever stands in one of the files, Verify ends with a verdict, and only the real
// bundle passes.
func FuzzVerify(f *testing.F) {
	good, plan, values := smallOffice().freeze(f)
	givenUnit(good, plan, "ZZ")
	bundle(f, good, plan, values)
	order := []string{PlanFile, TranscriptFile, SeedFile, candFile, popFile, rostFile, confFile,
		taskFile, NameRoster("ZZ"), NameConflicts("ZZ")}
	for i, name := range order {
		f.Add(uint8(i), good[name].Data)
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		name := order[int(which)%len(order)]
		r := Verify(with(good, name, data), "", io.Discard)
		if (r.ExitCode() == ExitOK) != bytes.Equal(data, good[name].Data) {
			t.Errorf("%s %q: exit %d", name, data, r.ExitCode())
		}
	})
}

// TestVerifyManyFindings: a line stays one line and names the first few of many findings.
func TestVerifyManyFindings(t *testing.T) {
	var f findings
	f.add(nil)
	for _, s := range []string{"one", "two\nlines", "three", "four"} {
		f.add(errors.New(s))
	}
	if have := f.text(); have != "one; two lines; three; …" || f.missing {
		t.Errorf("%q, %v", have, f.missing)
	}
	f.add(&MissingError{"x", errors.New("y")})
	if !f.missing || len(f.list) != 5 {
		t.Errorf("%+v", f)
	}
	for _, c := range []struct {
		check Check
		want  string
	}{
		{Check{CheckSize, true, ""}, "ok size"}, {Check{CheckSize, true, "3"}, "ok size 3"},
		{Check{CheckSize, false, ""}, "FAIL size"}, {Check{CheckSize, false, "x"}, "FAIL size x"},
	} {
		if c.check.String() != c.want {
			t.Errorf("%q, want %q", c.check, c.want)
		}
	}
	for _, c := range []struct {
		report Report
		want   int
	}{
		{Report{}, 1}, {Report{Checks: []Check{{OK: true}}}, 0},
		{Report{Checks: []Check{{OK: true}, {}}}, 1},
		{Report{Checks: []Check{{}}, Missing: true}, 2},
		{Report{Checks: []Check{{OK: true}}, Missing: true}, 2},
	} {
		if c.report.ExitCode() != c.want {
			t.Errorf("%+v: %d, want %d", c.report, c.report.ExitCode(), c.want)
		}
	}
}
