package inspection

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/internal/fault"
)

var publishedAt = at("2026-11-20 09:00")

func (w *world) publish(now time.Time) int {
	w.t.Helper()
	n, err := w.s.Publish(w.t.Context(), publisher, "D1", now)
	if err != nil {
		w.t.Fatalf("publishing: %v", err)
	}
	return n
}

func TestPublish(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.allApproved()
	if n := w.publish(publishedAt); n != 4 {
		t.Errorf("published %d, want 4", n)
	}
	text := "yaohao publish/1\ndraw D1\n"
	for _, id := range []string{task1, task2, task3, task4} {
		text += id + " 1 " + w.text(`SELECT sha256 FROM result WHERE task_id = $1`, id) + "\n"
		if w.state(id) != Published {
			t.Errorf("task %s is %s", id, w.state(id))
		}
	}
	leaves := w.leaves(audit.KindPublish, "D1")
	want := []audit.Fact{{Key: "late", Value: "0"}, {Key: "results", Value: "4"},
		{Key: "sha256", Value: digest(text)}}
	if len(leaves) != 1 || !slices.Equal(leaves[0].Facts, want) || leaves[0].Actor != publisher {
		t.Errorf("leaves = %+v, want facts %v", leaves, want)
	}
	if n := w.publish(publishedAt); n != 0 {
		t.Errorf("publishing again gave %d, want 0", n)
	}
	if n := len(w.leaves(audit.KindPublish, "D1")); n != 1 {
		t.Errorf("%d leaves after publishing again", n)
	}
}

// Publish before review: refused with the number of open tasks and the first of them; nothing is
// published.
func TestPublishBeforeReview(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	w.enter(i3, task2, clean("A01"))
	w.approve(task2, 1)
	_, err := w.s.Publish(t.Context(), publisher, "D1", publishedAt)
	wantFault(t, err, fault.Conflict, "3 个任务", task1+" 待审核", task3+" 未录入", task4)
	if w.state(task2) != Approved || len(w.leaves(audit.KindPublish, "D1")) != 0 {
		t.Error("something was published")
	}
	for _, a := range []audit.Actor{reviewer, supervisor, i1, audit.System} {
		_, err := w.s.Publish(t.Context(), a, "D1", publishedAt)
		wantFault(t, err, fault.Forbidden, "公示员")
	}
	_, err = w.s.Publish(t.Context(), publisher, "D9", publishedAt)
	wantFault(t, err, fault.NotFound, "D9")
	w.draw("D2", "2026-11-30")
	_, err = w.s.Publish(t.Context(), publisher, "D2", publishedAt)
	wantFault(t, err, fault.Conflict, "没有任务")
}

// A refusal names at most five tasks.
func TestRefusalIsShort(t *testing.T) {
	t.Parallel()
	var tasks []taskState
	for i := range 40 {
		tasks = append(tasks, taskState{fmt.Sprintf("D1.SPJ.%04d", i+1), Returned})
	}
	err := allApproved("D1", tasks)
	wantFault(t, err, fault.Conflict, "40 个任务", "D1.SPJ.0001 审核退回", "D1.SPJ.0005", "等")
	if strings.Contains(err.Error(), "D1.SPJ.0006") {
		t.Errorf("%v names more than five", err)
	}
}

// The deadline itself is in time, the day after is late.
func TestLatePublication(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now, late string
	}{{"2026-12-03 23:59", "0"}, {"2026-12-04 00:00", "4"}} {
		w := dispatchedWorld(t)
		w.allApproved()
		w.publish(at(c.now))
		got := w.text(`SELECT count(*)::text FROM publication WHERE late`)
		leaf := w.leaves(audit.KindPublish, "D1")[0]
		stats, err := StatsOf(t.Context(), w.db.Querier(), "D1")
		if err != nil {
			t.Fatal(err)
		}
		if got != c.late || leaf.Fact("late") != c.late || fmt.Sprint(stats.Late) != c.late {
			t.Errorf("published %s: %s late, leaf %s, statistics %d; want %s", c.now, got,
				leaf.Fact("late"), stats.Late, c.late)
		}
	}
}

// Checked items become checks made, from where they count for caps; unchecked ones do not.
func TestPublishRecordsChecks(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	e := clean("A01", "A02")
	e.Items[1] = ItemEntry{Item: "A02", Category: "7", Reason: "未经营"}
	w.enter(i1, task1, e)
	w.enter(i3, task2, clean("A01"))
	w.enter(j1, task3, clean("B01"))
	w.enter(j1, task4, clean("B01"))
	for _, id := range []string{task1, task2, task3, task4} {
		w.approve(id, 1)
	}
	w.publish(publishedAt)
	got := w.text(`SELECT string_agg(entity_id || ' ' || checked_on || ' ' || level || ' ' || kind
		|| ' ' || item_id, ', ' ORDER BY entity_id, item_id) FROM entity_check`)
	want := "R.1 2026-11-05 own 日常检查 A01, R.1 2026-11-05 own 日常检查 B01, " +
		"R.2 2026-11-05 own 日常检查 A01, R.3 2026-11-05 own 日常检查 B01"
	if got != want {
		t.Errorf("checks = %s\nwant %s", got, want)
	}
}

func TestConcurrentPublish(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.allApproved()
	var wg sync.WaitGroup
	n := make([]int, 4)
	errs := make([]error, len(n))
	for i := range n {
		wg.Go(func() {
			n[i], errs[i] = w.s.Publish(context.Background(), publisher, "D1", publishedAt)
		})
	}
	wg.Wait()
	if sum := n[0] + n[1] + n[2] + n[3]; sum != 4 || errors.Join(errs...) != nil {
		t.Errorf("published %v, errors %v; want 4 once", n, errs)
	}
}

func TestIssueNotice(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	render := func(year, number int) ([]byte, error) {
		return fmt.Appendf(nil, "%%PDF %d %d", year, number), nil
	}
	_, err := w.s.IssueNotice(t.Context(), audit.System, "D1", publishedAt, render)
	wantFault(t, err, fault.Conflict, "尚未公示")
	w.allApproved()
	w.publish(publishedAt)
	_, err = w.s.IssueNotice(t.Context(), reviewer, "D1", publishedAt, render)
	wantFault(t, err, fault.Forbidden)
	// A failing renderer takes no number.
	broken := errors.New("no font")
	_, err = w.s.IssueNotice(t.Context(), publisher, "D1", publishedAt,
		func(int, int) ([]byte, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
	_, err = NoticeOf(t.Context(), w.db.Querier(), "D1", NoticeResult)
	wantFault(t, err, fault.NotFound)
	n, err := w.s.IssueNotice(t.Context(), audit.System, "D1", publishedAt, render)
	if err != nil {
		t.Fatal(err)
	}
	if n.Year != 2026 || n.Number != 1 || n.SHA256 != digest("%PDF 2026 1") {
		t.Errorf("notice = %+v", n)
	}
	again, err := w.s.IssueNotice(t.Context(), publisher, "D1", publishedAt,
		func(int, int) ([]byte, error) { panic("rendered twice") })
	if err != nil || again.Number != 1 || !bytes.Equal(again.PDF, n.PDF) {
		t.Errorf("second issue = %+v, %v", again, err)
	}
	leaves := w.leaves(audit.KindNotice, "D1")
	if len(leaves) != 1 || leaves[0].Fact("sha256") != n.SHA256 || leaves[0].Fact("number") != "1" {
		t.Errorf("leaves = %+v", leaves)
	}
}

// Numbers run on in a year, start anew in the next, and two servers never take the same.
func TestNoticeNumbers(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	draws := []string{"E1", "E2", "E3", "E4"}
	for _, d := range draws {
		w.draw(d, "2026-11-30")
		w.exec(`INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, visit_by, state,
				version, dispatched_at, completed_on, publish_due, published_at)
			VALUES ($1 || '.SPJ.0001', $1, 'SPJ', 'R.1', '甲', '2026-11-30', 'published', 1, now(),
				'2026-11-05', '2026-12-03', now())`, d)
	}
	render := func(year, number int) ([]byte, error) { return fmt.Append(nil, year, number), nil }
	var wg sync.WaitGroup
	for _, d := range draws[:3] {
		for range 2 {
			wg.Go(func() {
				_, err := w.s.IssueNotice(context.Background(), audit.System, d,
					at("2026-12-31 23:59"), render)
				if err != nil {
					t.Errorf("draw %s: %v", d, err)
				}
			})
		}
	}
	wg.Wait()
	got := w.text(`SELECT string_agg(number::text, ',' ORDER BY number) FROM notice`)
	if got != "1,2,3" {
		t.Errorf("numbers = %s", got)
	}
	n, err := w.s.IssueNotice(t.Context(), audit.System, "E4", at("2027-01-01 00:00"), render)
	if err != nil || n.Year != 2027 || n.Number != 1 {
		t.Errorf("first notice of 2027 = %+v, %v", n, err)
	}
}

func TestMissingNotices(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.allApproved()
	w.publish(publishedAt)
	missing := func() []string {
		ids, err := MissingNotices(t.Context(), w.db.Querier())
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if ids := missing(); len(ids) != 0 {
		t.Errorf("before the draw is published: %v", ids)
	}
	w.exec(`UPDATE draw SET state = 'published', published_at = now() WHERE id = 'D1'`)
	if ids := missing(); !slices.Equal(ids, []string{"D1"}) {
		t.Errorf("missing = %v, want D1", ids)
	}
	_, err := w.s.IssueNotice(t.Context(), audit.System, "D1", publishedAt,
		func(int, int) ([]byte, error) { return []byte("x"), nil })
	if ids := missing(); err != nil || len(ids) != 0 {
		t.Errorf("after the notice: %v, %v", ids, err)
	}
}
