package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestVisits: what a draw and its transcript count is what can be counted by hand, and a shared
// label saves visits that labels of their own do not.
func TestVisits(t *testing.T) {
	for _, name := range bundleNames(t, vectorsDir) {
		files, plan, values := vector(t, name)
		res, err := Draw(plan, files, values)
		if err != nil {
			t.Fatal(err)
		}
		from, err := res.Transcript.Visits()
		if err != nil {
			t.Fatal(err)
		}
		saved := int64(0)
		for i, have := range res.Visits() {
			u := &plan.Units[i]
			want := UnitVisits{Unit: u.ID}
			firms := map[EntityID]bool{}
			for k, it := range res.Transcript.Items {
				for _, s := range it.Strata {
					for _, id := range s.Selected {
						if plan.Items[k].Unit == u.ID {
							want.Selections++
							firms[id] = true
						}
					}
				}
			}
			want.Visits = int64(len(firms))
			if u.TasksSHA != "" {
				text := string(mustRead(t, files, NameTasks(u.ID)))
				want.Visits = int64(strings.Count(text, "\n"))
				want.Selections = want.Visits + int64(strings.Count(text, ","))
			}
			if have != want {
				t.Errorf("%s: %+v, want %+v", name, have, want)
			}
			if u.TasksSHA != "" {
				want.Selections = want.Visits // the transcript does not say more
			}
			if from[i] != want {
				t.Errorf("%s: the transcript gives %+v, want %+v", name, from[i], want)
			}
			saved += have.Saved()
		}
		if res.SavedVisits() != saved {
			t.Errorf("%s: %d visits saved, want %d", name, res.SavedVisits(), saved)
		}
		if name == "shared-label-two-items" && saved == 0 {
			t.Error("a shared label saves nothing")
		}
	}
}

// TestVisitsRefused: a transcript whose lists are not those of its plan is not counted.
func TestVisitsRefused(t *testing.T) {
	_, res := smallBundle(t)
	for what, bend := range map[string]func(tr *Transcript){
		"an item less":  func(tr *Transcript) { tr.Items = nil },
		"a unit less":   func(tr *Transcript) { tr.Staffing = nil },
		"no plan in it": func(tr *Transcript) { tr.Plan = []byte("{}") },
	} {
		tr := *res.Transcript
		bend(&tr)
		var e *Error
		if list, err := tr.Visits(); !errors.As(err, &e) || list != nil {
			t.Errorf("%s: %v, %v", what, list, err)
		}
	}
}

// TestVisitsShortage: the draw stands, and its visits are counted, where nobody can be staffed.
func TestVisitsShortage(t *testing.T) {
	files, plan, values := vector(t, "infeasible")
	res, err := Draw(plan, files, values)
	if err != nil || res.Transcript.Staffing[0].Shortage == nil {
		t.Fatalf("%v", err)
	}
	v, err := res.Transcript.Visits()
	if err != nil || v[0] != res.Visits()[0] || v[0].Visits == 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestVerifyVisits: the line of the check staffing says how many visits were saved, if any.
func TestVerifyVisits(t *testing.T) {
	for name, want := range map[string]bool{"shared-label-two-items": true, "sm3": false} {
		files, plan, values := vector(t, name)
		res, err := Draw(plan, files, values)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		Verify(files, "", &out)
		line := fmt.Sprintf(", %d visits saved by items that selected the same\n", res.SavedVisits())
		if strings.Contains(out.String(), line) != want {
			t.Errorf("%s: %s", name, out.String())
		}
	}
}

// TestTrial: a trial run is one whose labels are all `test` (§10); the line of the check plan says
// so, and of no other draw.
func TestTrial(t *testing.T) {
	for _, c := range []struct {
		item, unit string
		want       bool
	}{{"test", "test", true}, {"test", "asg", false}, {"sel", "test", false}, {"sel", "asg", false}} {
		files, plan, values := smallOffice().freeze(t)
		plan.Items[0].Label, plan.Units[0].Label = c.item, c.unit
		if plan.Trial() != c.want {
			t.Errorf("%+v: Trial is %v", c, plan.Trial())
		}
		bundle(t, files, plan, values)
		var out bytes.Buffer
		if r := Verify(files, "", &out); r.ExitCode() != ExitOK ||
			strings.Contains(out.String(), "\nok plan draw 2026-11-T1; a trial run: every label "+
				"is test\n") != c.want {
			t.Errorf("%+v: %s", c, out.String())
		}
	}
	files, res := givenBundle(t)
	if slices.Contains(Verify(files, "", io.Discard).Failed(), CheckPlan) {
		t.Error("given tasks")
	}
	plan, err := ParsePlan(res.Transcript.Plan)
	if err != nil || plan.Trial() {
		t.Errorf("a staffing with a label of its own is a trial: %v", err)
	}
	plan.Units[0].Label = TrialLabel
	if !plan.Trial() {
		t.Error("a trial without items is none")
	}
}
