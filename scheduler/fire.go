package scheduler

import (
	"context"
	"fmt"
	"time"

	"yaohao/audit"
	"yaohao/internal/pg"
)

// fire makes the draw of a plan's due period: draw and seals in, next_due moved on.
//
// Holds before: the plan is approved, next_due has come, no draw of that period exists.
// Holds after: the draw is planned and wakes at once; its seals exist before its plan does;
// next_due is the following period, or the plan is closed.
// A crash before COMMIT leaves next_due, so the period fires again with new seals; a hand-over
// file of the lost seals stays behind, and no plan names its commit. A crash after COMMIT leaves a
// planned draw that the next Advance freezes. A second server finds the row locked, or next_due
// moved; UNIQUE (plan_id, period) stops whatever else would make a second draw.
func (s *Service) fire(ctx context.Context, planID string, now time.Time) (*Step, error) {
	var step *Step
	err := s.commit(ctx, s.DB.InTx, "fire", func(q pg.Querier) error {
		p, err := lockDuePlan(ctx, q, planID, now)
		if err != nil {
			return err
		}
		if p == nil {
			return errBusy
		}
		due := *p.NextDue
		d := &drawRow{Draw: Draw{PlanID: p.ID, Period: periodOf(due, p.periodForm),
			State: Planned, DueAt: due, Late: now.Sub(due) >= lateAfter, CreatedAt: now}}
		d.ID = d.Period + "-" + p.ID
		if err := insertDraw(ctx, q, d); err != nil {
			return err
		}
		next, err := p.dueFrom(due.Add(time.Second))
		if err != nil {
			return err
		}
		if err := movePlan(ctx, q, p.ID, next); err != nil {
			return err
		}
		step = &Step{Draw: d.ID, To: Planned, Late: d.Late}
		tx := &stepTx{ctx: ctx, q: q, svc: s, now: now, d: d, actor: audit.System}
		if err := tx.seal(p); err != nil {
			return err
		}
		if d.Late {
			tx.note = lateNote(due, now)
		}
		return tx.record("", Planned)
	})
	if err != nil {
		return nil, err
	}
	return step, nil
}

// lateNote says that a period was missed, in a line for the plan and the timeline.
func lateNote(due, now time.Time) string {
	return fmt.Sprintf("补抽：应于 %s 抽取，因系统未运行，迟至 %s", clock(due), clock(now))
}
