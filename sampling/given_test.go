package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// givenUnit adds a unit to a plan whose three tasks were drawn elsewhere; four inspectors can take
// any of them.
func givenUnit(files fstest.MapFS, plan *Plan, unit UnitID) {
	var roster, tasks []byte
	for j := range 4 {
		roster = RosterLine{ID: InspectorID(fmt.Sprintf("G%d", j)), Area: "330102",
			Scopes: []ItemID{"A", "B"}, Lead: true, CertUntil: "2026-12-31",
			Cap: NoCap}.AppendLine(roster)
	}
	for _, l := range []TaskLine{{"P.02", "330102", []ItemID{"A", "B"}},
		{"P.05", "330105", []ItemID{"B"}}, {"P.09", "330105001", []ItemID{"A"}}} {
		tasks = l.AppendLine(tasks)
	}
	files[NameRoster(unit)] = &fstest.MapFile{Data: roster}
	files[NameConflicts(unit)] = &fstest.MapFile{}
	files[NameTasks(unit)] = &fstest.MapFile{Data: tasks}
	s := suiteOf(plan)
	plan.Units = append(plan.Units, Unit{ID: unit, Kind: UnitInspectors, Seats: 2, Label: "asg-given",
		VisitBy: "2026-12-31", AreaRule: "any", RosterSHA: s.hex(roster), ConflictsSHA: s.hex(nil),
		TasksSHA: s.hex(tasks)})
}

// givenBundle is a bundle without items: a unit staffs what another office drew.
func givenBundle(t testing.TB) (fstest.MapFS, *Result) {
	t.Helper()
	files := fstest.MapFS{}
	plan := newOffice().plan(PopulationTotals{})
	plan.Items, plan.Units = nil, nil
	givenUnit(files, plan, "ZZ")
	plan.Units[0].From = strings.Repeat("ab", 32)
	return files, bundle(t, files, plan, []EntropyValue{{"happy8", newOffice().value}})
}

// TestGivenTasks: a unit without items staffs exactly the lines of its tasks file, every item with
// the area of its line (§7).
func TestGivenTasks(t *testing.T) {
	files, res := givenBundle(t)
	want := []Task{{"P.02", []TaskItem{{"A", "330102"}, {"B", "330102"}}},
		{"P.05", []TaskItem{{"B", "330105"}}}, {"P.09", []TaskItem{{"A", "330105001"}}}}
	if len(res.Tasks) != 1 || fmt.Sprint(res.Tasks[0]) != fmt.Sprint(want) {
		t.Errorf("tasks are %v, want %v", res.Tasks, want)
	}
	s := res.Transcript.Staffing[0]
	if !slices.Equal(s.Tasks, []EntityID{"P.02", "P.05", "P.09"}) || len(s.Teams) != 3 {
		t.Errorf("staffing is %+v", s)
	}
	if b := res.Transcript.Marshal(); !bytes.Contains(b, []byte(`"items":[],`)) {
		t.Errorf("no items must be a list: %s", b)
	}
	var out bytes.Buffer
	r := Verify(files, res.Transcript.Commit, &out)
	if r.ExitCode() != ExitOK || !strings.Contains(out.String(), "bits; staffing only\n") {
		t.Errorf("exit %d:\n%s", r.ExitCode(), out.String())
	}
}

// TestGivenBesideDrawn: an entity that is a task of both units is two tasks.
func TestGivenBesideDrawn(t *testing.T) {
	files, plan, values := smallOffice().freeze(t)
	givenUnit(files, plan, "ZZ")
	res := bundle(t, files, plan, values)
	if len(res.Tasks) != 2 || len(res.Tasks[1]) != 3 || len(res.Tasks[0]) == 0 {
		t.Fatalf("tasks are %v", res.Tasks)
	}
	var out bytes.Buffer
	if r := Verify(files, "", &out); r.ExitCode() != ExitOK ||
		strings.Contains(out.String(), "staffing only") {
		t.Errorf("exit %d:\n%s", r.ExitCode(), out.String())
	}
}

// TestGivenRefused: a tasks file that is missing, malformed or not the plan's is refused by Draw and
// by Verify, by name.
func TestGivenRefused(t *testing.T) {
	name := NameTasks("ZZ")
	for _, c := range []struct {
		what string
		bend func(data []byte) []byte
		want string // beginning of the error
	}{
		{"a line less", func(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] },
			name + `: "`},
		{"a line twice", func(b []byte) []byte { return append(bytes.Clone(b), b...) },
			name + ":4: not strictly ascending"},
		{"no items", func(b []byte) []byte {
			return bytes.Replace(b, []byte("\tB\n"), []byte("\t-\n"), 1)
		}, name + `:2: column 3: "-": not a list of item codes`},
		{"another area", func(b []byte) []byte {
			return bytes.Replace(b, []byte("330105\t"), []byte("330106\t"), 1)
		}, name + `: "`},
		{"half a line", func(b []byte) []byte { return b[:len(b)-1] }, name + ":3: no final LF"},
	} {
		files, res := givenBundle(t)
		plan, err := ParsePlan(res.Transcript.Plan)
		if err != nil {
			t.Fatal(err)
		}
		files = with(files, name, c.bend(files[name].Data))
		_, err = Draw(plan, files, res.Transcript.Entropy)
		var e *Error
		if !errors.As(err, &e) || e.Check != CheckFiles || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.what, err, c.want)
		}
		if r := Verify(files, "", io.Discard); !slices.Contains(r.Failed(), CheckFiles) ||
			r.ExitCode() != ExitFailed {
			t.Errorf("%s: %+v", c.what, r)
		}
		delete(files, name)
		var missing *MissingError
		if _, err := Draw(plan, files, res.Transcript.Entropy); !errors.As(err, &missing) ||
			missing.File != name {
			t.Errorf("without the file: %v", err)
		}
		if r := Verify(files, "", io.Discard); r.ExitCode() != ExitMissing {
			t.Errorf("without the file: %+v", r)
		}
	}
}

// TestGivenMissingEarly: the tasks file is looked for even where checking stops at the plan.
func TestGivenMissingEarly(t *testing.T) {
	files, _ := givenBundle(t)
	files = with(files, TranscriptFile, []byte("{}"))
	if code := Verify(files, "", io.Discard).ExitCode(); code != ExitFailed {
		t.Errorf("exit %d", code)
	}
	delete(files, NameTasks("ZZ"))
	if code := Verify(files, "", io.Discard).ExitCode(); code != ExitMissing {
		t.Errorf("exit %d", code)
	}
}

// TestGivenEveryByte changes each byte of the tasks file: none of it is unread.
func TestGivenEveryByte(t *testing.T) {
	files, _ := givenBundle(t)
	name := NameTasks("ZZ")
	good := files[name].Data
	for i := range good {
		b := bytes.Clone(good)
		b[i] ^= 1
		if r := Verify(with(files, name, b), "", io.Discard); r.ExitCode() != ExitFailed {
			t.Errorf("byte %d: exit %d", i, r.ExitCode())
		}
	}
}

// TestTaskDropped: an office that leaves out a given task in the transcript, and staffs only the
// others, fails the check staffing.
func TestTaskDropped(t *testing.T) {
	files, res := givenBundle(t)
	tr := *res.Transcript
	s := tr.Staffing[0]
	s.Tasks, s.Teams, s.Duals.Task = s.Tasks[1:], s.Teams[1:], s.Duals.Task[1:]
	tr.Staffing = []UnitStaffing{s}
	r := Verify(with(files, TranscriptFile, tr.Marshal()), "", io.Discard)
	if !slices.Contains(r.Failed(), CheckStaffing) {
		t.Errorf("failed are %v", r.Failed())
	}
}

// TestTaskLine: a line and the task that it stands for.
func TestTaskLine(t *testing.T) {
	l, err := ParseTaskLine([]byte(goodTask))
	if err != nil || string(l.AppendLine(nil)) != goodTask+"\n" {
		t.Fatalf("%+v, %v", l, err)
	}
	want := Task{"91350100M000100Y43", []TaskItem{{"SX-001", "330105"}, {"ZZ-9", "330105"}}}
	if have := l.Task(); fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", have, want)
	}
}
