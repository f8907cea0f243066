package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// month walks plan M from now to published, with whatever Advance is given; it gives the draw.
func (w *world) month(advance func(when string)) *DrawDetail {
	w.t.Helper()
	advance(dueAt)
	advance(cutoffAt)
	w.enter(november, eventAt)
	advance(eventAt)
	w.visited(november)
	advance(visitedAt)
	d := w.state(november, Published)
	w.verify(november)
	return d
}

// A process that dies just before or just after any COMMIT leaves rows from which the next Advance
// reaches the same end: one draw, one leaf for each step, a bundle that verifies.
func TestCrashAnywhere(t *testing.T) {
	for _, step := range []string{"fire", "freeze", "commit", "cutoff", "draw", "publish"} {
		for _, point := range []string{"before", "after"} {
			t.Run(point+" "+step, func(t *testing.T) {
				w := newWorld(t)
				w.plan(monthly(), approvedAt)
				crashes := 0
				d := w.month(func(when string) {
					ctx, die := context.WithCancel(t.Context())
					defer die()
					w.s.between = func(p, s string) error {
						if p == point && s == step && crashes == 0 {
							crashes++
							die()
							return context.Canceled
						}
						return nil
					}
					if _, err := w.s.Advance(ctx, at(when)); err != nil && crashes == 0 {
						t.Fatal(err)
					}
					w.s.between = nil
					w.advance(when)
				})
				if crashes != 1 {
					t.Fatalf("%d crashes", crashes)
				}
				if d.Failure != "" {
					t.Errorf("a crash is recorded as a failure: %q", d.Failure)
				}
				checkTimeline(t, w, d)
				if n := w.count(`SELECT count(*) FROM draw`); n != 1 {
					t.Errorf("%d draws", n)
				}
			})
		}
	}
}

// A service that stood still between freeze and commit counts cutoff and event from the commit, so
// that no plan is committed after its own event; and it does not commit what can no longer be
// visited in time.
func TestLateCommit(t *testing.T) {
	for _, c := range []struct{ when, want string }{
		{"2026-11-05 09:00", "2026-11-05 11:00"}, {"2026-11-26 13:00", ""},
	} {
		t.Run(c.when, func(t *testing.T) {
			w := newWorld(t)
			w.plan(monthly(), approvedAt)
			ctx, die := context.WithCancel(t.Context())
			defer die()
			w.s.between = func(point, step string) error {
				if point == "after" && step == "freeze" {
					die()
				}
				return nil
			}
			if _, err := w.s.Advance(ctx, at(dueAt)); err == nil {
				t.Fatal("the service did not stop")
			}
			w.state(november, Frozen)
			sum, err := w.s.Advance(t.Context(), at(c.when))
			w.ok(err)
			if c.want == "" {
				if len(sum.Failures) != 1 {
					t.Fatalf("committed: %+v", sum)
				}
				w.refused(sum.Failures[0].Err, fault.Conflict)
				w.state(november, Frozen)
				return
			}
			if d := w.state(november, Committed); !d.CutoffAt.Equal(at(c.want)) {
				t.Errorf("cutoff %s, want %s", d.CutoffAt, c.want)
			}
		})
	}
}

// A COMMIT that was carried out but whose answer was lost is neither repeated nor given up: the
// rows are read again within the same Advance.
func TestUnknownOutcome(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	lost := map[string]bool{}
	w.s.between = func(p, s string) error {
		if p == "after" && !lost[s] {
			lost[s] = true
			return fmt.Errorf("connection lost: %w", pg.ErrUnknownOutcome)
		}
		return nil
	}
	d := w.month(func(when string) {
		w.advance(when)
		if when == dueAt {
			w.advance(when) // a draw whose fire was not answered is found by the next tick
		}
	})
	if len(lost) != 6 {
		t.Errorf("lost %v", lost)
	}
	checkTimeline(t, w, d)
}

// Two servers that advance at once, with a double tick each, make one draw of each plan (T18).
func TestConcurrentAdvance(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"M", "N", "P"} {
		spec := monthly()
		spec.ID = id
		spec.Entropy[1].Event = id + spec.Entropy[1].Event
		spec.Items = spec.Items[:1] // nothing paced: the plans do not wait for each other
		w.plan(spec, approvedAt)
	}
	second := &Service{DB: w.db, Seals: w.s.Seals, Log: slog.New(slog.DiscardHandler)}
	both := func(when string) {
		var wg sync.WaitGroup
		for _, s := range []*Service{w.s, second, w.s, second} {
			wg.Go(func() {
				sum, err := s.Advance(t.Context(), at(when))
				if err != nil || len(sum.Failures) > 0 {
					t.Errorf("%s: %v %+v", when, err, sum.Failures)
				}
			})
		}
		wg.Wait()
	}
	both(dueAt)
	for _, id := range []string{"M", "N", "P"} {
		w.state("2026-11-"+id, Committed)
	}
	both(cutoffAt)
	for _, id := range []string{"M", "N", "P"} {
		w.enter("2026-11-"+id, eventAt)
	}
	both(eventAt)
	for _, id := range []string{"M", "N", "P"} {
		w.state("2026-11-"+id, Drawn)
		w.visited("2026-11-" + id)
	}
	both(visitedAt)
	for _, id := range []string{"M", "N", "P"} {
		checkTimeline(t, w, w.state("2026-11-"+id, Published))
		w.verify("2026-11-" + id)
	}
	if n := w.count(`SELECT count(*) FROM draw`); n != 3 {
		t.Errorf("%d draws of three plans", n)
	}
}

// A freeze that takes long does not fail because others write to the log meanwhile.
func TestFreezeBesideOthers(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	n := 0
	w.s.between = func(point, step string) error {
		if point == "after" || step != "freeze" {
			return nil
		}
		n++
		return w.db.InTx(t.Context(), func(q pg.Querier) error {
			return appendLeaf(t.Context(), q, audit.KindImport, fmt.Sprint(n), audit.System, at(dueAt))
		})
	}
	w.advance(dueAt)
	w.state(november, Committed)
	if n != 1 {
		t.Errorf("%d attempts", n)
	}
}

// A step that fails is recorded with its cause, does not keep other draws from going on, and
// goes on by itself once the cause is gone (T10).
func TestFailureIsRecorded(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	other := monthly()
	other.ID, other.Items = "N", []PlanItem{{"B01", "risk"}}
	other.Entropy[1].Event = "另一" + other.Entropy[1].Event
	w.plan(other, approvedAt)
	w.exec(`UPDATE item SET published = false WHERE id = 'A01'`)
	sum, err := w.s.Advance(t.Context(), at(dueAt))
	w.ok(err)
	if len(sum.Failures) != 1 || sum.Failures[0].Draw != november {
		t.Fatalf("failures %+v", sum.Failures)
	}
	w.refused(sum.Failures[0].Err, fault.Invalid)
	d := w.state(november, Planned)
	if d.Failure == "" || d.FailedAt == nil || !d.FailedAt.Equal(at(dueAt)) {
		t.Errorf("failure %q at %v", d.Failure, d.FailedAt)
	}
	w.state("2026-11-N", Committed)
	if n := w.count(`SELECT count(*) FROM frozen_file WHERE draw_id = $1`, november); n != 0 {
		t.Errorf("%d frozen files of a freeze that failed", n)
	}
	w.exec(`UPDATE item SET published = true WHERE id = 'A01'`)
	w.advance("2026-11-02 09:01")
	d = w.state(november, Committed)
	if d.Failure != "" || d.FailedAt != nil {
		t.Errorf("failure stays after progress: %q", d.Failure)
	}
}

// A panic in a step is a failure of that step alone.
func TestPanicIsAFailure(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.s.between = func(point, step string) error {
		if point == "before" && step == "freeze" {
			panic("broken invariant")
		}
		return nil
	}
	sum, err := w.s.Advance(t.Context(), at(dueAt))
	w.ok(err)
	if len(sum.Failures) != 1 || !strings.Contains(w.log.String(), "broken invariant") {
		t.Fatalf("failures %+v", sum.Failures)
	}
	if d := w.state(november, Planned); d.Failure != "内部错误，详见日志" {
		t.Errorf("failure %q", d.Failure)
	}
	w.s.between = nil
	w.advance(dueAt)
	w.state(november, Committed)
}

// A plan whose seal cannot be made fails by itself and fires when it can.
func TestPlanFailure(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.s.between = func(point, step string) error {
		if point == "before" && step == "fire" {
			return fault.New(fault.Conflict, "磁盘已满")
		}
		return nil
	}
	sum, err := w.s.Advance(t.Context(), at(dueAt))
	w.ok(err)
	if len(sum.Failures) != 1 || sum.Failures[0].Plan != "M" {
		t.Fatalf("failures %+v", sum.Failures)
	}
	p, err := PlanByID(t.Context(), w.db.Querier(), "M")
	w.ok(err)
	if p.Failure != "磁盘已满" || !p.NextDue.Equal(at(dueAt)) {
		t.Errorf("plan after a failed fire: %q, next %v", p.Failure, p.NextDue)
	}
	w.s.between = nil
	w.advance(dueAt)
	w.state(november, Committed)
}
