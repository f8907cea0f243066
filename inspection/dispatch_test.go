package inspection

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"yaohao/audit"
)

// One task a unit and entity with all items of the unit that selected it: R.1 has two tasks (T17).
func TestAdvanceMakesTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sum, err := w.s.Advance(t.Context(), drawnAt)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(sum.Draws, []string{"D1"}) || sum.Tasks != 4 {
		t.Errorf("summary = %+v, want draw D1 with 4 tasks", sum)
	}
	list, err := Tasks(t.Context(), w.db.Querier(), supervisor, TaskFilter{}, drawnAt)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range list.Rows {
		line := task.ID + " " + string(task.Entity) + " " + task.EntityName + " " +
			string(task.VisitBy) + " " + string(task.State)
		for _, it := range task.Items {
			line += " " + string(it.Item)
		}
		for _, m := range task.Members {
			line += " " + string(m.Inspector)
		}
		got = append(got, line)
	}
	want := []string{
		task1 + " R.1 清河甲食品有限公司 2026-11-30 dispatched A01 A02 I1 I2",
		task2 + " R.2 清河乙百货_50%店 2026-11-30 dispatched A01 I3 I4",
		task3 + " R.1 清河甲食品有限公司 2026-11-30 dispatched B01 J1 J2",
		task4 + " R.3 清河丙制品厂 2026-11-30 dispatched B01 J2 J1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("tasks:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The leaf holds number and digest of the tasks; the digest is that of the documented text.
func TestDispatchLeaf(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	text := "yaohao dispatch/1\ndraw D1\nseed " + strings.Repeat("5e", 32) + "\n" +
		"D1.SPJ.0001 R.1 A01,A02 I1,I2\nD1.SPJ.0002 R.2 A01 I3,I4\n" +
		"D1.ZJK.0001 R.1 B01 J1,J2\nD1.ZJK.0002 R.3 B01 J2,J1\n"
	leaves := w.leaves(audit.KindDispatch, "D1")
	if len(leaves) != 1 {
		t.Fatalf("%d leaves, want 1", len(leaves))
	}
	want := []audit.Fact{{Key: "sha256", Value: digest(text)}, {Key: "tasks", Value: "4"}}
	if !slices.Equal(leaves[0].Facts, want) || leaves[0].Actor != audit.System {
		t.Errorf("leaf = %+v, want facts %v by the system", leaves[0], want)
	}
}

func TestAdvanceTwiceIsOnce(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	sum, err := w.s.Advance(t.Context(), drawnAt)
	if err != nil || len(sum.Draws) != 0 || sum.Tasks != 0 {
		t.Errorf("second Advance = %+v, %v; want nothing", sum, err)
	}
}

// Several servers that advance at the same moment make the tasks once.
func TestConcurrentAdvance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	sums := make([]Summary, 6)
	errs := make([]error, len(sums))
	for i := range sums {
		wg.Go(func() { sums[i], errs[i] = w.s.Advance(t.Context(), drawnAt) })
	}
	wg.Wait()
	made := 0
	for i := range sums {
		if errs[i] != nil {
			t.Errorf("server %d: %v", i, errs[i])
		}
		made += sums[i].Tasks
	}
	if n := w.text(`SELECT count(*)::text FROM task`); made != 4 || n != "4" {
		t.Errorf("servers made %d tasks, the table has %s; want 4", made, n)
	}
	if n := len(w.leaves(audit.KindDispatch, "D1")); n != 1 {
		t.Errorf("%d leaves, want 1", n)
	}
}

// A draw whose tasks cannot be made is left without any, is named, and does not stop the others.
func TestAdvanceLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draw("D0", "2026-11-30")
	w.selected("D0", "A01", "R.1")
	w.team("D0", "SPJ", "R.1", "I1", "I2")
	w.team("D0", "ZJK", "R.2", "J1", "J2") // staffed, but selected by no item of ZJK
	sum, err := w.s.Advance(t.Context(), drawnAt)
	if err == nil || !strings.Contains(err.Error(), "draw D0") ||
		!strings.Contains(err.Error(), "R.2") {
		t.Errorf("error = %v, want one that names draw D0 and entity R.2", err)
	}
	if !slices.Equal(sum.Draws, []string{"D1"}) {
		t.Errorf("advanced %v, want D1", sum.Draws)
	}
	n := w.text(`SELECT (SELECT count(*) FROM task WHERE draw_id = 'D0')
		+ (SELECT count(*) FROM dispatch WHERE draw_id = 'D0') || ''`)
	if n != "0" || len(w.leaves(audit.KindDispatch, "D0")) != 0 {
		t.Errorf("draw D0 left %s rows or a leaf", n)
	}
}

// A drawn draw without teams (nobody selected, or a shortage) gets its receipt too.
func TestAdvanceWithoutTasks(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.draw("D2", "2026-11-30")
	sum, err := w.s.Advance(t.Context(), drawnAt)
	if err != nil || !slices.Equal(sum.Draws, []string{"D2"}) || sum.Tasks != 0 {
		t.Errorf("Advance = %+v, %v; want draw D2 without tasks", sum, err)
	}
	if got := w.text(`SELECT tasks::text FROM dispatch WHERE draw_id = 'D2'`); got != "0" {
		t.Errorf("receipt says %s tasks", got)
	}
}

// Draws before their drawing have no tasks.
func TestAdvanceOnlyDrawn(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.exec(`INSERT INTO draw (id, plan_id, period, state, due_at, created_at)
		VALUES ('D3', 'M', '2026-12', 'planned', now(), now())`)
	w.team("D3", "SPJ", "R.1", "I1", "I2")
	if sum, err := w.s.Advance(t.Context(), drawnAt); err != nil || len(sum.Draws) != 0 {
		t.Errorf("Advance = %+v, %v; want nothing", sum, err)
	}
}

// A unit with more than 9,999 tasks: numbers sort as text in the order of their serials. (With a
// nested loop over the freshly written rows this test takes minutes: joinLargeTables.)
func TestManyTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draw("D4", "2026-11-30")
	w.exec(`INSERT INTO selection SELECT 'D4', 'A01', 'all', n, false, 'R.' || n + 100000
		FROM generate_series(1, 10001) AS n`)
	w.exec(`INSERT INTO team_member SELECT 'D4', 'SPJ', 'R.' || n + 100000, 1, 'I1'
		FROM generate_series(1, 10001) AS n`)
	if _, err := w.s.Advance(t.Context(), drawnAt); err != nil {
		t.Fatal(err)
	}
	got := w.text(`SELECT min(id) || ' ' || max(id) FROM task WHERE draw_id = 'D4'`)
	if got != "D4.SPJ.00001 D4.SPJ.10001" {
		t.Errorf("first and last task: %s", got)
	}
}
