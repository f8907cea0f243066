package inspection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/calendar"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// publishDays is how many working days after the visit a result becomes public: 企业信息公示暂行条例
// 第六条, 食品生产经营监督检查管理办法 第三十九条.
const publishDays = 20

// Service changes tasks. Its methods may run at the same time, in several servers.
type Service struct {
	DB       *pg.DB
	Calendar *calendar.Calendar

	// between, if set by a test, is called inside every step of a refill just before COMMIT
	// ("before") and just after it ("after"); its error takes the place of a crash there.
	between func(point, step string) error
}

// Summary says what one Advance did.
type Summary struct {
	Draws []string // draws whose tasks were made, also those without any task
	Tasks int      // tasks made
	// Refills are the requests that were carried out or found impossible.
	Refills []RefillStep
}

// Advance makes the tasks of every drawn draw that has none yet: one transaction for each draw, so
// a crash or an error leaves each draw with all of its tasks or none, and the next Advance goes on.
// A draw that another server holds is left to it. An error of one draw does not stop the others;
// the errors come back joined. Refills whose value is there are carried out after that.
func (s *Service) Advance(ctx context.Context, now time.Time) (Summary, error) {
	var sum Summary
	waiting, err := undispatched(ctx, s.DB.Querier())
	if err != nil {
		return sum, err
	}
	var errs []error
	for _, draw := range waiting {
		var tasks int
		var made bool
		err := s.DB.InTx(ctx, func(q pg.Querier) (err error) {
			tasks, made, err = dispatchDraw(ctx, q, draw, now)
			return err
		})
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("draw %s: dispatching its tasks: %w", draw, err))
		case made:
			sum.Draws = append(sum.Draws, draw)
			sum.Tasks += tasks
		}
	}
	var failed []error
	sum.Refills, failed = s.advanceRefills(ctx, now)
	return sum, errors.Join(append(errs, failed...)...)
}

// dispatchDraw makes the tasks of one draw. made is false if another server has made them or is
// about to. The receipt is looked up after the lock is held: a look before could be stale.
func dispatchDraw(ctx context.Context, q pg.Querier, draw string, now time.Time) (
	tasks int, made bool, err error) {
	d, err := lockDrawn(ctx, q, draw)
	if err != nil || d == nil {
		return 0, false, err
	}
	if done, err := isDispatched(ctx, q, draw); err != nil || done {
		return 0, false, err
	}
	if err := insertTasks(ctx, q, d, now); err != nil {
		return 0, false, err
	}
	list, err := dispatchedTasks(ctx, q, draw)
	if err != nil {
		return 0, false, err
	}
	for _, t := range list {
		if t.items == "" || t.team == "" {
			return 0, false, fmt.Errorf("task %s (entity %s): staffed, but no item of its unit "+
				"selected it", t.task, t.entity)
		}
	}
	digest := dispatchText(draw, d.seed, list).sha256()
	if err := insertDispatch(ctx, q, draw, len(list), digest, now); err != nil {
		return 0, false, err
	}
	return len(list), true, appendLeaf(ctx, q, audit.KindDispatch, draw, audit.System, now,
		audit.Fact{Key: "sha256", Value: digest},
		audit.Fact{Key: "tasks", Value: fmt.Sprint(len(list))})
}

// due gives the last day of publication for a visit, and whether it is provisional.
func (s *Service) due(visited sampling.Date) (sampling.Date, bool, error) {
	t, err := calendar.ParseDate(string(visited))
	if err != nil {
		return "", false, fmt.Errorf("day of a visit: %w", err)
	}
	last, provisional := s.Calendar.AddWorkingDays(t, publishDays)
	return day(last), provisional, nil
}

func appendLeaf(ctx context.Context, q pg.Querier, kind, subject string, actor audit.Actor,
	now time.Time, facts ...audit.Fact) error {
	_, err := auditdb.Append(ctx, q, audit.Leaf{Kind: kind, Subject: subject, At: now,
		Actor: actor, Facts: facts})
	if err != nil {
		return fmt.Errorf("appending leaf %s of %s: %w", kind, subject, err)
	}
	return nil
}
