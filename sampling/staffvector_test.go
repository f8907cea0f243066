package sampling

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The vectors of draw/1 carry whole bundles. These tests read their staffing with a small reader
// of their own (encoding/json, strings.Split), so that they hold whatever the package's parsers do.

// vectorJSON is what the tests need of plan and transcript.
type vectorJSON struct {
	Seed string
	Plan struct {
		Hash  string
		Items []struct{ Item, Unit string }
		Units []struct {
			Unit, Label string
			Seats       int
			VisitBy     string `json:"visit_by"`
			AreaRule    string `json:"area_rule"`
			Gate        *struct{ Max int }
			TasksSHA    string `json:"tasks_sha"`
		}
	}
	Items []struct {
		Item   string
		Strata []struct{ Selected []string }
	}
	Staffing []struct {
		Unit              string
		R                 int64
		Tasks, Inspectors []string
		Teams             [][]string
		Duals             struct{ Task, Lead, Gated, Inspector [][2]string }
		Tied              []struct{}
		Infeasible        *struct {
			Tasks, Full, Inspectors []string
			Needed, Available       int64
		}
	}
}

// readVector reads a bundle.
func readVector(t *testing.T, dir string) (v vectorJSON) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "transcript.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return v
}

// rows splits a TSV file.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		if line != "" {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

// vectorProblem builds the problem of unit number u from the frozen files and the selection.
func vectorProblem(t *testing.T, dir string, v *vectorJSON, u int) *staffProblem {
	t.Helper()
	unit := v.Plan.Units[u]
	p := &staffProblem{
		Unit: UnitID(unit.Unit), Seats: unit.Seats, Label: unit.Label, VisitBy: Date(unit.VisitBy),
		AreaRule: unit.AreaRule, Seed: v.Seed, Suite: suiteNamed(v.Plan.Hash),
	}
	if unit.Gate != nil {
		p.Gate = &unit.Gate.Max
	}
	items := map[EntityID][]TaskItem{}
	if unit.TasksSHA != "" {
		for _, row := range rows(t, filepath.Join(dir, "tasks."+unit.Unit+".tsv")) {
			for _, it := range strings.Split(row[2], ",") {
				e := EntityID(row[0])
				items[e] = append(items[e], TaskItem{ItemID(it), row[1]})
			}
		}
	}
	for i, it := range v.Plan.Items {
		if it.Unit != unit.Unit {
			continue
		}
		area := map[string]string{}
		for _, row := range rows(t, filepath.Join(dir, "candidates."+it.Item+".tsv")) {
			area[row[0]] = row[1]
		}
		for _, s := range v.Items[i].Strata {
			for _, id := range s.Selected {
				e := EntityID(id)
				items[e] = append(items[e], TaskItem{ItemID(it.Item), area[id]})
			}
		}
	}
	for e, list := range items {
		p.Tasks = append(p.Tasks, Task{e, list})
	}
	slices.SortFunc(p.Tasks, func(a, b Task) int {
		return strings.Compare(string(a.Entity), string(b.Entity))
	})
	for _, row := range rows(t, filepath.Join(dir, "roster."+unit.Unit+".tsv")) {
		l := RosterLine{
			ID: InspectorID(row[0]), Area: row[1], Lead: row[3] == "1", Gated: row[4] == "1",
			CertUntil: Date(row[5]), Cap: NoCap,
		}
		if row[2] != "-" {
			for _, s := range strings.Split(row[2], ",") {
				l.Scopes = append(l.Scopes, ItemID(s))
			}
		}
		l.Carry, _ = strconv.ParseInt(row[6], 10, 64)
		if row[7] != "-" {
			l.Cap, _ = strconv.ParseInt(row[7], 10, 64)
		}
		p.Roster = append(p.Roster, l)
	}
	for _, row := range rows(t, filepath.Join(dir, "conflicts."+unit.Unit+".tsv")) {
		p.Conflicts = append(p.Conflicts,
			ConflictLine{InspectorID(row[0]), EntityID(row[1]), row[2]})
	}
	return p
}

// vectorStaffing is what the transcript says about unit number u.
func vectorStaffing(t *testing.T, v *vectorJSON, u int) UnitStaffing {
	t.Helper()
	j := v.Staffing[u]
	s := UnitStaffing{Unit: UnitID(j.Unit), R: j.R}
	if x := j.Infeasible; x != nil {
		s.Shortage = &Shortage{
			Tasks: typed[EntityID](x.Tasks), Full: typed[InspectorID](x.Full),
			Inspectors: typed[InspectorID](x.Inspectors), Needed: x.Needed, Available: x.Available,
		}
		return s
	}
	s.Tasks, s.Inspectors = typed[EntityID](j.Tasks), typed[InspectorID](j.Inspectors)
	s.Teams = [][]InspectorID{}
	for _, team := range j.Teams {
		s.Teams = append(s.Teams, typed[InspectorID](team))
	}
	s.Duals = Duals{
		Task: duals(t, j.Duals.Task), Lead: duals(t, j.Duals.Lead),
		Gated: duals(t, j.Duals.Gated), Inspector: duals(t, j.Duals.Inspector),
	}
	if j.Tied != nil {
		s.Tied = make([]Tied, len(j.Tied))
	}
	return s
}

// typed converts a list of texts, nil to nil.
func typed[T ~string](in []string) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(in))
	for i, s := range in {
		out[i] = T(s)
	}
	return out
}

func duals(t *testing.T, in [][2]string) []Dual {
	t.Helper()
	if in == nil {
		return nil
	}
	out := make([]Dual, len(in))
	for i, d := range in {
		var err1, err2 error
		out[i].Even, err1 = strconv.ParseInt(d[0], 10, 64)
		out[i].Pair, err2 = strconv.ParseInt(d[1], 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
	}
	return out
}

// TestStaffVectors staffs every vector: the result is the transcript's, and
// the verifier accepts it.
func TestStaffVectors(t *testing.T) {
	dirs, err := filepath.Glob("testdata/vectors/*/transcript.json")
	if err != nil {
		t.Fatal(err)
	}
	staffed, short := 0, 0
	for _, f := range dirs {
		dir := filepath.Dir(f)
		v := readVector(t, dir)
		for u := range v.Plan.Units {
			p, want := vectorProblem(t, dir, &v, u), vectorStaffing(t, &v, u)
			got := staff(p)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\n got %+v\nwant %+v", dir, got, want)
			}
			c := checkStaffing(p, &want)
			if c.Staffing != nil || c.Optimal != nil || c.Unique != nil || c.Roles != nil {
				t.Errorf("%s: refused: %+v", dir, c)
			}
			if c.Tasks != len(p.Tasks) || c.Inspectors != len(p.Roster) ||
				c.Conflicts != len(p.Conflicts) {
				t.Errorf("%s: counts: %+v", dir, c)
			}
			if got.Shortage == nil {
				staffed++
			} else {
				short++
			}
		}
	}
	if staffed < 22 || short < 1 {
		t.Errorf("only %d staffed and %d short vectors", staffed, short)
	}
}

// TestStaffTampered gives the verifier the tampered staffings; the check that the index of the
// vectors names fails, with its message.
func TestStaffTampered(t *testing.T) {
	for _, x := range []struct{ dir, check, message string }{
		{"same-inspector-twice", "staffing", "91330106EKJNUKK28F: 2 different inspectors"},
		{"team-too-small", "staffing", "91330106EKJNUKK28F: 2 different inspectors"},
		{"team-too-large", "staffing", "91330102XTK2HJE192: 2 different inspectors"},
		{"recused-inspector", "staffing", `92340207G3T4YX3HY5: "I00052" is not eligible`},
		{"expired-certificate", "staffing", `12330106WUR41LY52X: "I00059" is not eligible`},
		{"cap-ignored", "staffing", "I00080: above his cap"},
		{"gate-ignored", "staffing", "91330203MW18EBJQMQ: too many of family gated"},
		{"scope-ignored", "staffing", `91330105BYUM6MCEW9: "I00038" is not eligible`},
		{"given-task-dropped-redrawn", "staffing", "tasks"},
		{"lead-family-ignored", "staffing", "12330212LU2F60NPXT: too many of family lead"},
		{"false-shortage", "staffing", "every seat can be filled"},
		{"shortage-without-a-task", "staffing", "not those of a maximum partial staffing"},
		{"shortage-wrong-needed", "staffing", "needed 33, available 26, but they are 32, 26"},
		{"carry-ignored", "optimal", "reduced cost of sink -> inspector 1 is negative"},
		{"members-of-two-teams-exchanged", "optimal", "is negative"},
		{"valid-but-not-largest-dual", "optimal", "potentials are not the largest"},
		{"positive-dual", "optimal", "a potential above (0,0)"},
		{"tied-with-r-0", "unique", "R without ties"},
		{"r-raised-without-a-tie", "unique", "R without ties"},
		{"wrong-role-order", "roles", "12330106WUR41LY52X: order of roles"},
	} {
		dir := filepath.Join("testdata/vectors/tamper", x.dir)
		v := readVector(t, dir)
		s := vectorStaffing(t, &v, 0)
		c := checkStaffing(vectorProblem(t, dir, &v, 0), &s)
		err := map[string]error{
			"staffing": c.Staffing, "optimal": c.Optimal, "unique": c.Unique, "roles": c.Roles,
		}[x.check]
		if err == nil || !strings.Contains(err.Error(), x.message) {
			t.Errorf("%s: %s: %v; all: %+v", x.dir, x.check, err, c)
		}
	}
}
