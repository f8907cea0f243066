package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestEnterResult(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	if v := w.enter(i2, task1, clean("A02", "A01")); v != 1 {
		t.Errorf("version %d, want 1", v)
	}
	d, err := TaskByID(t.Context(), w.db.Querier(), i2, task1, drawnAt)
	if err != nil {
		t.Fatal(err)
	}
	// 20 working days after Thursday 2026-11-05.
	if d.State != Entered || d.Version != 1 || d.CompletedOn != "2026-11-05" ||
		d.PublishDue != "2026-12-03" || d.DueProvisional {
		t.Errorf("task = %+v", d.Task)
	}
	if len(d.Results) != 1 || d.Results[0].Entrant != "P0002" || len(d.Results[0].Items) != 2 {
		t.Fatalf("results = %+v", d.Results)
	}
	leaves := w.leaves(audit.KindResult, task1)
	want := []audit.Fact{{Key: "sha256", Value: d.Results[0].SHA256}, {Key: "version", Value: "1"}}
	if len(leaves) != 1 || !slices.Equal(leaves[0].Facts, want) || leaves[0].Actor != i2 {
		t.Errorf("leaves = %+v, want facts %v", leaves, want)
	}
	r := d.Results[0]
	seed := w.text(`SELECT seed FROM draw WHERE id = 'D1'`)
	if got := resultText(&r, "R.1", seed).sha256(); got != r.SHA256 {
		t.Errorf("digest of what is read back is %s, the log has %s", got, r.SHA256)
	}
}

// The deadline counts working days with 调休, and says when a year has no official data.
func TestPublishDue(t *testing.T) {
	t.Parallel()
	s := newWorld(t).s
	for _, c := range []struct {
		visited, due sampling.Date
		provisional  bool
	}{
		{"2026-02-11", "2026-03-17", false}, // across 春节
		{"2025-09-26", "2025-10-30", false}, // 09-28 and 10-11 are worked
		{"2026-12-10", "2027-01-08", true},  // 2027 has no notice yet; 元旦 is a fixed holiday
	} {
		due, provisional, err := s.due(c.visited)
		if err != nil || due != c.due || provisional != c.provisional {
			t.Errorf("visit %s: due %s, provisional %v, %v; want %s, %v", c.visited, due,
				provisional, err, c.due, c.provisional)
		}
	}
}

// A result entered by someone else's inspector is refused and leaves nothing.
func TestResultBySomeoneElsesInspector(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	for name, actor := range map[string]audit.Actor{
		"inspector of another team": i3, "inspector of another unit": j1,
		"reviewer": reviewer, "the team's inspector as reviewer": i1Review,
		"supervisor": supervisor, "system": audit.System,
		"claimed post": {Person: "P0007", Post: "inspector", Unit: "SPJ"},
	} {
		_, err := w.s.EnterResult(t.Context(), actor, task1, clean("A01", "A02"),
			at("2026-11-06 09:00"))
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: error %v, want Forbidden", name, err)
		}
	}
	w.wantUntouched(task1)
}

func (w *world) wantUntouched(task string) {
	w.t.Helper()
	rows := w.text(`SELECT count(*)::text FROM result WHERE task_id = $1`, task)
	if w.state(task) != Dispatched || rows != "0" || len(w.leaves(audit.KindResult, task)) != 0 {
		w.t.Errorf("task %s is %s with %s results", task, w.state(task), rows)
	}
}

func TestDisabledInspector(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.exec(`UPDATE account SET disabled = true WHERE id = 'P0001'`)
	_, err := w.s.EnterResult(t.Context(), i1, task1, clean("A01", "A02"), at("2026-11-06 09:00"))
	wantFault(t, err, fault.Forbidden)
	w.wantUntouched(task1)
}

func TestBadEntryLeavesNothing(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	e := clean("A01", "A02")
	e.Items[1].Category = "3" // a problem without a finding
	_, err := w.s.EnterResult(t.Context(), i1, task1, e, at("2026-11-06 09:00"))
	wantFault(t, err, fault.Invalid, "A02", "食品标签检查")
	_, err = w.s.EnterResult(t.Context(), i1, task1, clean("A01", "A02"), at("2026-11-04 09:00"))
	wantFault(t, err, fault.Invalid, "晚于今天 2026-11-04")
	w.wantUntouched(task1)
	_, err = w.s.EnterResult(t.Context(), i1, "D1.SPJ.0099", e, at("2026-11-06 09:00"))
	wantFault(t, err, fault.NotFound, "D1.SPJ.0099")
}

// A form sent twice is one version; a change before the review is a new one and the old stays.
func TestVersionsBeforeReview(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	e := clean("A01", "A02")
	w.enter(i1, task1, e)
	if v := w.enter(i1, task1, e); v != 1 {
		t.Errorf("the same entry again gave version %d", v)
	}
	if v := w.enter(i2, task1, e); v != 2 {
		t.Errorf("the same words of another inspector gave version %d, want 2", v)
	}
	e.Remark = "补充"
	if v := w.enter(i2, task1, e); v != 3 {
		t.Errorf("a changed entry gave version %d, want 3", v)
	}
	d, err := TaskByID(t.Context(), w.db.Querier(), i1, task1, drawnAt)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Results) != 3 || d.Results[0].Remark != "补充" || d.Results[2].Entrant != "P0001" {
		t.Errorf("versions = %+v", d.Results)
	}
	if n := len(w.leaves(audit.KindResult, task1)); n != 3 {
		t.Errorf("%d leaves, want 3", n)
	}
}

// Both members save at the same moment: two versions, none lost.
func TestConcurrentEntries(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, a := range []audit.Actor{i1, i2} {
		wg.Go(func() {
			_, errs[i] = w.s.EnterResult(context.Background(), a, task1, clean("A01", "A02"),
				at("2026-11-06 09:00"))
		})
	}
	wg.Wait()
	got := w.text(`SELECT count(*) || ' ' || max(version) FROM result WHERE task_id = $1`, task1)
	if errs[0] != nil || errs[1] != nil || got != "2 2" {
		t.Errorf("errors %v, versions %s; want 2 2", errs, got)
	}
}

func TestNoEntryAfterApproval(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.allApproved()
	e := clean("A01", "A02")
	e.Remark = "再改"
	_, err := w.s.EnterResult(t.Context(), i1, task1, e, at("2026-11-10 09:00"))
	wantFault(t, err, fault.Conflict, task1, "通过")
	if w.state(task1) != Approved {
		t.Errorf("state = %s", w.state(task1))
	}
}
