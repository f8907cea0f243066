package inspection

import (
	"slices"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
)

var reviewedAt = at("2026-11-09 09:00")

func TestReview(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	w.approve(task1, 1)
	if w.state(task1) != Approved {
		t.Errorf("state = %s", w.state(task1))
	}
	leaves := w.leaves(audit.KindReview, task1)
	want := []audit.Fact{{Key: "decision", Value: "approved"},
		{Key: "sha256", Value: w.text(`SELECT sha256 FROM result WHERE task_id = $1`, task1)},
		{Key: "version", Value: "1"}}
	if len(leaves) != 1 || !slices.Equal(leaves[0].Facts, want) || leaves[0].Actor != reviewer {
		t.Errorf("leaves = %+v, want facts %v", leaves, want)
	}
}

// A review by the entrant, by another member of the team, or by whoever has no such post is
// refused.
func TestReviewByTheEntrant(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	approve := Decision{Version: 1, Verdict: Approve}
	err := w.s.Review(t.Context(), i1Review, task1, approve, reviewedAt)
	wantFault(t, err, fault.Forbidden, "录入过")
	i2Review := audit.Actor{Person: "P0002", Post: "reviewer", Unit: "SPJ"}
	err = w.s.Review(t.Context(), i2Review, task1, approve, reviewedAt)
	wantFault(t, err, fault.Forbidden, "检查人员不能审核")
	for _, a := range []audit.Actor{i1, publisher, supervisor, audit.System,
		{Person: "P0008", Post: "reviewer"}} {
		err = w.s.Review(t.Context(), a, task1, approve, reviewedAt)
		wantFault(t, err, fault.Forbidden)
	}
	if w.state(task1) != Entered || len(w.leaves(audit.KindReview, task1)) != 0 {
		t.Errorf("task is %s", w.state(task1))
	}
	// I1 is not in the team of task 2 and may review it.
	w.enter(i3, task2, clean("A01"))
	if err := w.s.Review(t.Context(), i1Review, task2, approve, reviewedAt); err != nil {
		t.Errorf("review by a reviewer of another team: %v", err)
	}
}

// Who entered an earlier version stays its entrant, whatever their account says later.
func TestReviewByAnEarlierEntrant(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	w.enter(i2, task1, clean("A01", "A02"))
	w.exec(`UPDATE account SET inspector_id = NULL, posts = '{reviewer}' WHERE id = 'P0001'`)
	err := w.s.Review(t.Context(), i1Review, task1, Decision{Version: 2, Verdict: Approve},
		reviewedAt)
	wantFault(t, err, fault.Forbidden, "录入过")
}

// A reviewer's edit leaves the inspector's version readable (T12): a reviewer cannot write into
// the result at all, what they send back becomes a second version, and the first one stays as it
// was, with its review.
func TestReviewersEditLeavesTheVersion(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	changed := clean("A01", "A02")
	changed.Remark = "审核员改写"
	_, err := w.s.EnterResult(t.Context(), reviewer, task1, changed, reviewedAt)
	wantFault(t, err, fault.Forbidden)
	before, err := resultsOf(t.Context(), w.db.Querier(), task1)
	if err != nil {
		t.Fatal(err)
	}
	err = w.s.Review(t.Context(), reviewer, task1,
		Decision{Version: 1, Verdict: Return, Opinion: "请补充备注"}, reviewedAt)
	if err != nil {
		t.Fatal(err)
	}
	if w.state(task1) != Returned {
		t.Errorf("state = %s, want returned", w.state(task1))
	}
	if v := w.enter(i1, task1, changed); v != 2 {
		t.Errorf("version %d, want 2", v)
	}
	d, err := TaskByID(t.Context(), w.db.Querier(), supervisor, task1, reviewedAt)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Results) != 2 || d.State != Entered {
		t.Fatalf("%d versions in state %s", len(d.Results), d.State)
	}
	first := d.Results[1]
	if first.SHA256 != before[0].SHA256 || first.Remark != "" || first.Entrant != "P0001" ||
		first.Review == nil || first.Review.Verdict != Return ||
		first.Review.Opinion != "请补充备注" || first.Review.Reviewer != "P0007" {
		t.Errorf("first version = %+v, review %+v", first, first.Review)
	}
}

// After 不通过 the team enters anew.
func TestReject(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	err := w.s.Review(t.Context(), reviewer, task1,
		Decision{Version: 1, Verdict: Reject, Opinion: "未见检查记录"}, reviewedAt)
	if err != nil || w.state(task1) != Rejected {
		t.Fatalf("reject: %v, state %s", err, w.state(task1))
	}
	// The same words again are a new version here: the old one was not accepted.
	if v := w.enter(i1, task1, clean("A01", "A02")); v != 2 || w.state(task1) != Entered {
		t.Errorf("version %d, state %s; want 2, entered", v, w.state(task1))
	}
}

func TestReviewRefused(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	for _, verdict := range []Step{Return, Reject} {
		err := w.s.Review(t.Context(), reviewer, task1,
			Decision{Version: 1, Verdict: verdict, Opinion: " 无 "}, reviewedAt)
		wantFault(t, err, fault.Invalid, "须填写审核意见")
	}
	for _, verdict := range []Step{"", Enter, Publish, "approved"} {
		err := w.s.Review(t.Context(), reviewer, task1,
			Decision{Version: 1, Verdict: verdict}, reviewedAt)
		wantFault(t, err, fault.Invalid, "没有审核结果")
	}
	approve := Decision{Version: 1, Verdict: Approve}
	wantFault(t, w.s.Review(t.Context(), reviewer, task1, approve, reviewedAt), fault.Conflict,
		"没有待审核的版本")
	wantFault(t, w.s.Review(t.Context(), reviewer, "D1.X.1", approve, reviewedAt), fault.NotFound)
}

// The version that the reviewer read must be the latest.
func TestReviewOfAnOldVersion(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	w.enter(i2, task1, clean("A01", "A02"))
	err := w.s.Review(t.Context(), reviewer, task1, Decision{Version: 1, Verdict: Approve},
		reviewedAt)
	wantFault(t, err, fault.Conflict, "第 1 版", "第 2 版")
	if w.state(task1) != Entered {
		t.Errorf("state = %s", w.state(task1))
	}
	w.approve(task1, 2)
	err = w.s.Review(t.Context(), reviewer, task1, Decision{Version: 2, Verdict: Reject,
		Opinion: "反悔"}, reviewedAt)
	wantFault(t, err, fault.Conflict)
}
