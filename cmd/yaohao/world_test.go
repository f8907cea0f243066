package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"yaohao/audit/auditdb"
	"yaohao/audit/audittest"
	"yaohao/examples/county"
	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/internal/pg/pgtest"
	"yaohao/registry"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// world is an office with the sample county and an approved plan of one item, whose draw other
// processes move. The test itself plays the people.
type world struct {
	*demo
	testing *testing.T
	set     map[string]string // environment of the processes
}

// worldItem is the item of the plan: a few dozen visits.
const worldItem = "SP-002"

func newWorld(t *testing.T) *world {
	t.Helper()
	set := map[string]string{"DATABASE_URL": pgtest.URL(t), "YAOHAO_STATE": t.TempDir(),
		"YAOHAO_LISTEN": "127.0.0.1:0", "YAOHAO_TICK": "1"}
	cfg, err := loadConfig(func(name string) string { return set[name] })
	if err != nil {
		t.Fatal(err)
	}
	o, err := openOffice(t.Context(), cfg, true, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	audittest.CheckLog(t, o.db)
	w := &world{testing: t, set: set, demo: &demo{office: o, people: map[string]*account.Account{},
		t: &terminal{out: io.Discard, err: io.Discard}}}
	w.ok(w.importFiles(t.Context()))
	for _, n := range staff {
		n.Unit = "LXSJ"
		w.ok(w.hire(t.Context(), n))
	}
	w.plan()
	return w
}

func (w *world) ok(err error) {
	w.testing.Helper()
	if err != nil {
		w.testing.Fatal(err)
	}
}

// plan makes and approves the plan of November with one item.
func (w *world) plan() {
	w.testing.Helper()
	data, err := county.Files.ReadFile("plan-2026-11.json")
	w.ok(err)
	spec, err := parsePlan(data)
	w.ok(err)
	spec.Items = slices.DeleteFunc(spec.Items, func(i scheduler.PlanItem) bool {
		return i.Item != worldItem
	})
	ctx := w.testing.Context()
	w.ok(w.scheduler.CreatePlan(ctx, w.as("planner", account.Planner), spec, demoDay(1, 11, 0)))
	w.ok(w.scheduler.ApprovePlan(ctx, w.as("approver", account.Approver), spec.ID,
		demoDay(1, 15, 0)))
}

// visit has the leads enter results and the others review and publish them.
func (w *world) visit() {
	w.testing.Helper()
	ctx := w.testing.Context()
	tasks, err := inspection.Tasks(ctx, w.db.Querier(), w.as("supervisor", account.Supervisor),
		inspection.TaskFilter{Draw: demoDraw, Page: inspection.Page{Size: 50}}, demoDay(2, 22, 0))
	w.ok(err)
	if tasks.Total == 0 || tasks.Pages() > 1 {
		w.testing.Fatalf("%d tasks", tasks.Total)
	}
	for _, task := range tasks.Rows {
		lead := task.Members[0].Inspector
		person, err := registry.InspectorByID(ctx, w.db.Querier(), lead)
		w.ok(err)
		w.ok(w.hire(ctx, account.New{Login: strings.ToLower(string(lead)), Name: person.Name,
			Unit: string(person.Unit), Inspector: lead, Posts: []account.Post{account.Inspector}}))
	}
	w.ok(w.enterResults(ctx))
	w.ok(w.review(ctx))
	_, err = w.inspection.Publish(ctx, w.as("publisher", account.Publisher), demoDraw,
		demoDay(18, 10, 0))
	w.ok(err)
}

// until waits for a state of the draw that other processes bring about.
func (w *world) until(state scheduler.State) {
	w.testing.Helper()
	ctx, cancel := context.WithTimeout(w.testing.Context(), waiting)
	defer cancel()
	for ; ctx.Err() == nil; pause() {
		var n int
		w.ok(w.db.QueryRow(ctx, `SELECT count(*) FROM draw WHERE state = $1`, state).Scan(&n))
		if n == 1 {
			return
		}
	}
	w.testing.Fatalf("no draw is %s", state)
}

// timeline wants exactly these states, each entered once, by one draw of the plan, with one leaf
// per step.
func (w *world) timeline(states ...scheduler.State) {
	w.testing.Helper()
	ctx := w.testing.Context()
	var draws int
	w.ok(w.db.QueryRow(ctx, `SELECT count(*) FROM draw WHERE id <> $1`, demoGiven).Scan(&draws))
	steps, err := scheduler.Transitions(ctx, w.db.Querier(), demoDraw)
	w.ok(err)
	var got []scheduler.State
	leaves := map[int64]bool{}
	for _, s := range steps {
		got = append(got, s.To)
		if s.Leaf != nil {
			if leaves[*s.Leaf] {
				w.testing.Errorf("leaf %d belongs to two steps", *s.Leaf)
			}
			leaves[*s.Leaf] = true
		}
	}
	if draws != 1 || !slices.Equal(got, states) {
		w.testing.Errorf("%d draws, states %v, want %v", draws, got, states)
	}
}

// logged counts the leaves of the draw by kind.
func (w *world) logged() map[string]int {
	w.testing.Helper()
	list, err := auditdb.Leaves(w.testing.Context(), w.db.Querier(),
		auditdb.Filter{Subject: demoDraw, Limit: 1000})
	w.ok(err)
	count := map[string]int{}
	for _, e := range list {
		count[e.Leaf.Kind]++
	}
	return count
}

// published checks everything that a published draw has: its bundle verifies, every task of the
// draw is there once, and the notices of all draws have the first numbers.
func (w *world) published() {
	w.testing.Helper()
	ctx, q := w.testing.Context(), w.db.Querier()
	w.timeline(scheduler.Planned, scheduler.Frozen, scheduler.Committed, scheduler.Awaiting,
		scheduler.Drawn, scheduler.Published)
	for kind, n := range w.logged() {
		// Of the demonstration two refills, each typed by two people.
		if want := map[string]int{"entropy": 2, "refill-request": 2, "refill-value": 4,
			"refill": 2}[kind]; n != max(want, 1) {
			w.testing.Errorf("%d leaves of kind %s", n, kind)
		}
	}
	draw, err := scheduler.DrawByID(ctx, q, demoDraw)
	w.ok(err)
	files, err := scheduler.BundleFS(ctx, q, demoDraw)
	w.ok(err)
	var lines strings.Builder
	report := sampling.Verify(files, draw.Commit, &lines)
	if report.ExitCode() != sampling.ExitOK {
		w.testing.Errorf("the bundle does not verify:\n%s", &lines)
	}
	stats, err := inspection.StatsOf(ctx, q, demoDraw)
	w.ok(err)
	if n := stats.ByState[inspection.Published]; n == 0 || int(n) != draw.Teams {
		w.testing.Errorf("%d published tasks of %d", n, draw.Teams)
	}
	notice, err := inspection.NoticeOf(ctx, q, demoDraw, inspection.NoticeResult)
	w.ok(err)
	var draws, notices, last int
	w.ok(w.db.QueryRow(ctx, `SELECT (SELECT count(*) FROM draw), count(*), max(number) FROM notice`).
		Scan(&draws, &notices, &last))
	if notices != draws || last != draws || notice.Number > last {
		w.testing.Errorf("%d draws, %d notices up to %d, number %d", draws, notices, last, notice.Number)
	}
	if _, err := auditdb.Verify(ctx, q, []string{w.logKey}, nil); err != nil {
		w.testing.Error(err)
	}
}

// Two servers on one database, with the clock pushed over the end of a period: one draw, one chain
// of leaves. Both go on serving and stop cleanly.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	servers := make([]*server, 2)
	for i := range servers {
		servers[i] = start(t, w.set, "serve", "--clock", "2026-11-02T08:59:56+08:00")
	}
	for _, s := range servers {
		s.serving()
	}
	w.until(scheduler.Committed)
	time.Sleep(2 * time.Second) // two more ticks of each
	for _, s := range servers {
		s.get("/draws/" + demoDraw)
		s.stop()
		if strings.Contains(s.output.String(), `"level":"ERROR"`) {
			t.Errorf("errors in the log:\n%s", s.output)
		}
	}
	w.timeline(scheduler.Planned, scheduler.Frozen, scheduler.Committed)
	count := w.logged()
	for _, kind := range []string{"seal", "freeze", "plan"} {
		if count[kind] != 1 {
			t.Errorf("%d leaves of kind %s: %v", count[kind], kind, count)
		}
	}
	if len(count) != 3 {
		t.Errorf("leaves %v", count)
	}
	report, err := auditdb.Verify(t.Context(), w.db.Querier(), []string{w.logKey}, nil)
	w.ok(err)
	if report.Checkpoints == 0 || report.Leaves == 0 {
		t.Errorf("log %+v", report)
	}
}
