package sampling

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// smallBundle is the published draw of smallOffice.
func smallBundle(t testing.TB) (fstest.MapFS, *Result) {
	t.Helper()
	files, plan, values := smallOffice().freeze(t)
	res := bundle(t, files, plan, values)
	if r := Verify(files, plan.Commit(), io.Discard); r.ExitCode() != ExitOK {
		t.Fatal(r)
	}
	return files, res
}

// with gives the files with one of them replaced.
func with(files fstest.MapFS, name string, data []byte) fstest.MapFS {
	changed := maps.Clone(files)
	changed[name] = &fstest.MapFile{Data: data}
	return changed
}

// TestVerifyEveryByte flips a bit of every byte of every file of a bundle: nothing can be changed
// unseen, and nothing makes the verifier panic.
func TestVerifyEveryByte(t *testing.T) {
	files, _ := smallBundle(t)
	for name, f := range files {
		for i := range f.Data {
			data := slices.Clone(f.Data)
			data[i] ^= 1
			// A changed item or unit in the plan names files that are not there: exit code 2.
			r := Verify(with(files, name, data), "", io.Discard)
			if r.ExitCode() == ExitOK || r.ExitCode() == ExitMissing && name != PlanFile {
				t.Errorf("%s with byte %d changed: exit %d", name, i, r.ExitCode())
			}
		}
	}
}

// TestVerifyEveryLine removes, repeats and exchanges lines of the text files.
func TestVerifyEveryLine(t *testing.T) {
	files, _ := smallBundle(t)
	for name, f := range files {
		lines := bytes.SplitAfter(f.Data, []byte("\n"))
		for i := range lines {
			without := slices.Concat(slices.Concat(lines[:i]...), slices.Concat(lines[i+1:]...))
			twice := slices.Concat(slices.Concat(lines[:i+1]...), slices.Concat(lines[i:]...))
			for _, data := range [][]byte{without, twice} {
				if bytes.Equal(data, f.Data) {
					continue // the empty rest behind the last LF
				}
				if r := Verify(with(files, name, data), "", io.Discard); r.ExitCode() != ExitFailed {
					t.Errorf("%s with line %d removed or repeated: exit %d", name, i+1, r.ExitCode())
				}
			}
		}
	}
}

// TestVerifyMissing: without any one of its files a bundle gives exit code 2.
func TestVerifyMissing(t *testing.T) {
	files, _ := smallBundle(t)
	for name := range files {
		less := maps.Clone(files)
		delete(less, name)
		r := Verify(less, "", io.Discard)
		if r.ExitCode() != ExitMissing || len(r.Failed()) == 0 {
			t.Errorf("without %s: exit %d", name, r.ExitCode())
		}
	}
	more := with(files, "README.txt", []byte("others are ignored"))
	if r := Verify(more, "", io.Discard); r.ExitCode() != ExitOK {
		t.Errorf("with another file: %v", r)
	}
}

// TestVerifyTranscript forges one value of the transcript at a time, in canonical form.
func TestVerifyTranscript(t *testing.T) {
	files, _ := smallBundle(t)
	good := files[TranscriptFile].Data
	for _, c := range []struct {
		path  string
		value any
		check string
	}{
		{"commit", hexZeros, CheckCommit},
		{"commit", "x", CheckCommit},
		{"seed", hexZeros, CheckSeed},
		{"grade", GradeSealed, CheckGrade},
		{"entropy.0.value", "1234567", CheckEntropy}, // 56 bits
		{"entropy.0.value", "09,18,20,22,23,29", CheckSeed},
		{"entropy.1", object{{"name", "x"}, {"value", "y"}}, CheckEntropy},
		{"entropy", []any{}, CheckEntropy},
		{"items", []any{}, CheckSize},
		{"items.0.item", "SX-002", CheckSize},
		{"items.0.strata", []any{}, CheckSize},
		{"items.0.strata.0.id", "B", CheckSize},
		{"items.0.strata.0.N", int64(1), CheckSize},
		{"items.0.strata.0.n", int64(1), CheckSize},
		{"items.0.strata.0.cut", hexZeros, CheckSelection},
		{"items.0.strata.0.selected", []any{}, CheckSelection},
		{"items.0.strata.0.reserve.0", "P.00", CheckSelection},
		{"items.1", object{{"item", "X"}, {"strata", []any{}}}, CheckSize},
		{"staffing", []any{}, CheckStaffing},
		{"staffing.0.unit", "X", CheckStaffing},
		{"staffing.0.tasks.0", "P.99", CheckStaffing},
		{"staffing.0.inspectors.0", "I9", CheckStaffing},
		{"staffing.0.teams.0.0", "I9", CheckStaffing},
		{"staffing.0.teams.0", []any{}, CheckStaffing},
		{"staffing.0.duals.task.0.0", "1", CheckOptimal},
		{"staffing.0.duals.task", []any{}, CheckOptimal},
		{"staffing.0.duals.gated", []any{}, CheckOptimal},
		{"staffing.0.duals.lead", gone{}, CheckOptimal},
		{"staffing.0.R", int64(1), CheckUnique},
		{"staffing.0.R", int64(-1), CheckOptimal},
		{"staffing.0.tied", []any{}, CheckUnique},
		{"staffing.1", object{{"unit", "X"}, {"infeasible", object{{"tasks", []any{}},
			{"full", []any{}}, {"inspectors", []any{}}, {"needed", int64(0)},
			{"available", int64(0)}}}}, CheckStaffing},
		{"plan.note", "x", CheckCanonical},
		{"plan", "x", CheckCanonical},
		{"extra", int64(1), CheckCanonical},
		{"grade", true, CheckCanonical},
		{"items.0.strata.0.n", true, CheckCanonical},
		{"items.0.strata.0.n", "2", CheckCanonical},
		{"staffing.0.R", gone{}, CheckCanonical},
		{"staffing.0.duals.task.0.0", "-0", CheckCanonical},
		{"staffing.0.duals.task.0.0", "01", CheckCanonical},
		{"staffing.0.duals.task.0.0", "9223372036854775808", CheckCanonical},
		{"staffing.0.duals.task.0.2", "0", CheckCanonical},
		{"staffing.0.duals.other", []any{}, CheckCanonical},
		{"staffing.0.infeasible", object{}, CheckCanonical},
	} {
		forged := edit(t, slices.Clone(good), c.path, c.value)
		var out bytes.Buffer
		r := Verify(with(files, TranscriptFile, forged), "", &out)
		if r.ExitCode() != ExitFailed || !slices.Contains(r.Failed(), c.check) {
			t.Errorf("%s = %v: %s did not fail:\n%s", c.path, c.value, c.check, out.String())
		}
	}
}

// TestVerifyRedrawn breaks a rule of the plan and draws again by hand, as an office would that
// hopes nobody reads the rule: later checks hold, and the plan alone shows it.
func TestVerifyRedrawn(t *testing.T) {
	files, res := smallBundle(t)
	for _, c := range []struct {
		path  string
		value any
	}{
		{"items.0.frame.date", "2026-11-02"},
		{"entropy.0.name", "commit"},
		{"units.0.visit_by", "2026-10-31"},
		{"office", "x"},
	} {
		b := edit(t, files[PlanFile].Data, c.path, c.value)
		tr := *res.Transcript
		tr.Plan, tr.Commit = b, sha256Suite.hex(b)
		tr.Entropy = slices.Clone(tr.Entropy)
		if c.path == "entropy.0.name" {
			tr.Entropy[0].Name = "commit"
		}
		text := SeedText(tr.Commit, tr.Entropy)
		tr.Seed = sha256Suite.hex(text)
		forged := with(with(files, PlanFile, b), SeedFile, text)
		r := Verify(with(forged, TranscriptFile, tr.Marshal()), "", io.Discard)
		for _, name := range []string{CheckCanonical, CheckCommit, CheckSeed, CheckFiles} {
			if slices.Contains(r.Failed(), name) {
				t.Errorf("%s: %s fails", c.path, name)
			}
		}
		if len(r.Checks) != 14 || !slices.Contains(r.Failed(), CheckPlan) {
			t.Errorf("%s: failed are %v", c.path, r.Failed())
		}
	}
}

// TestVerifyPrints: one line per check, in the order of §9, the same as in the report.
func TestVerifyPrints(t *testing.T) {
	files, _ := smallBundle(t)
	var out bytes.Buffer
	r := Verify(files, "", &out)
	order := []string{CheckCanonical, CheckPlan, CheckCommit, CheckEntropy, CheckSeed, CheckGrade,
		CheckFiles, CheckPopulation, CheckSize, CheckSelection, CheckStaffing, CheckOptimal,
		CheckUnique, CheckRoles}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for i, name := range order {
		if r.Checks[i].Name != name || lines[i] != r.Checks[i].String() ||
			!strings.HasPrefix(lines[i], "ok "+name) {
			t.Errorf("line %d: %s", i+1, lines[i])
		}
	}
	if len(lines) != len(order) {
		t.Errorf("%d lines", len(lines))
	}
	if (Report{}).ExitCode() != ExitFailed {
		t.Error("an empty report is a success")
	}
}

// openCounter is a file system that counts how often files are opened.
type openCounter struct {
	fs.FS
	opened map[string]int
}

func (c openCounter) Open(name string) (fs.File, error) {
	c.opened[name]++
	return c.FS.Open(name)
}

// TestVerifyReadsOnce: each frozen file is read once. A plan whose N is far too small makes the
// guess fail; the files are then read a second time and the selection is still the right one.
func TestVerifyReadsOnce(t *testing.T) {
	o := newOffice()
	for i := range 400 {
		o.candidates = append(o.candidates, Candidate{ID: EntityID("P." + string(rune('A'+i/20)) +
			string(rune('A'+i%20))), Area: "330102", Class: "A", Status: StatusActive,
			Visits: []int64{0}, Weight: 1})
	}
	files, plan, values := o.freeze(t)
	bundle(t, files, plan, values)
	counter := openCounter{files, map[string]int{}}
	if r := Verify(counter, "", io.Discard); r.ExitCode() != ExitOK {
		t.Fatal(r)
	}
	for name, n := range counter.opened {
		if n != 1 {
			t.Errorf("%s is opened %d times", name, n)
		}
	}
	item := plan.Items[0]
	item.Strata = []Stratum{{ID: "A", N: maxCount, Method: MethodSRS, Ratio: &Ratio{1, 1_000_000}}}
	counter.opened = map[string]int{}
	scan := scanItem(counter, sha256Suite, &item, benchSeed)
	if counter.opened[NameCandidates("SX-001")] != 2 || len(scan.drawn[0].rows) != 400 {
		t.Errorf("opened %v, %d rows", counter.opened, len(scan.drawn[0].rows))
	}
}
