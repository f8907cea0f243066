package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// Service moves plans and draws. Its methods may be called by any number of goroutines and servers
// at once.
type Service struct {
	DB    *pg.DB
	Seals *SealBox     // may be nil only where no plan has a seal
	Log   *slog.Logger // nil: slog.Default

	// between, if set by a test, is called inside every step just before COMMIT ("before") and
	// just after it ("after"); its error takes the place of a crash there.
	between func(point, step string) error
}

// Step is one transition that Advance made.
type Step struct {
	Draw     string
	From, To State // From is empty when a plan fired
	Late     bool  // the period was missed and is caught up
}

// Failure is a step that Advance could not make; it is recorded and tried again next time.
type Failure struct {
	Plan, Draw string // one of them
	Err        error
}

// Summary is what one Advance did.
type Summary struct {
	Steps    []Step
	Failures []Failure
}

const (
	lateAfter = time.Hour // a draw made so long after its due time is late, and says so
	maxTries  = 5         // of one step after serialization failures or unknown outcomes
)

// work is one thing that is due: a plan that fires or a draw that moves on.
type work struct {
	plan bool
	id   string
}

// errBusy says that another server holds the row; errIdle that the work is not due any more.
var (
	errBusy = errors.New("another server is at it")
	errIdle = errors.New("nothing to do")
)

// Advance does everything that is due at now, step by step, each in a transaction of its own, until
// nothing is due. A step that fails stands in the Summary, in the log and in the database, and
// does not keep others from going on. The error is for what stops everything: a cancelled ctx or
// a database that cannot be asked.
//
// A crash between two steps leaves rows from which the next Advance goes on; nothing is kept in
// memory from one call to the next.
func (s *Service) Advance(ctx context.Context, now time.Time) (Summary, error) {
	var sum Summary
	now = civil(now)
	done := map[work]bool{} // not again in this call: failed, waiting, or with another server
	for {
		due, err := dueWork(ctx, s.DB.Querier(), now)
		if err != nil {
			return sum, err
		}
		progress := false
		for _, w := range due {
			if done[w] {
				continue
			}
			step, err := s.attempt(ctx, w, now)
			switch {
			case err == nil:
				progress = true
				sum.Steps = append(sum.Steps, *step)
				s.log().Info("draw moved", "draw", step.Draw, "from", step.From, "to", step.To,
					"late", step.Late)
			case ctx.Err() != nil:
				return sum, err
			case errors.Is(err, errBusy), errors.Is(err, errIdle):
				done[w] = true
			default:
				done[w] = true
				sum.Failures = append(sum.Failures, s.fail(ctx, w, now, err))
			}
		}
		if !progress {
			return sum, nil
		}
	}
}

// attempt makes one step. A serialization failure, and a COMMIT whose outcome is unknown, drop
// everything that was read; the rows are read again and say what is left to do.
func (s *Service) attempt(ctx context.Context, w work, now time.Time) (step *Step, err error) {
	for range maxTries {
		step, err = s.once(ctx, w, now)
		unknown := errors.Is(err, pg.ErrUnknownOutcome)
		if !unknown && !pg.IsRetryable(err) || ctx.Err() != nil {
			return step, err
		}
		s.log().Warn("step is read again", "plan", w.plan, "id", w.id, "error", err)
	}
	return nil, err
}

// once makes one step. A panic in it is rolled back with the transaction and becomes its error, so
// that one broken draw does not keep the others from going on.
func (s *Service) once(ctx context.Context, w work, now time.Time) (step *Step, err error) {
	defer func() {
		if p := recover(); p != nil {
			step, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if w.plan {
		return s.fire(ctx, w.id, now)
	}
	return s.move(ctx, w.id, now)
}

// fail records why a step failed. The record has its own transaction: the step's is rolled back. If
// even that fails, the log has both errors.
func (s *Service) fail(ctx context.Context, w work, now time.Time, cause error) Failure {
	f := Failure{Err: cause}
	if w.plan {
		f.Plan = w.id
	} else {
		f.Draw = w.id
	}
	s.log().Error("step failed", "plan", f.Plan, "draw", f.Draw, "error", cause)
	text := "内部错误，详见日志"
	if e, ok := fault.As(cause); ok {
		text = e.Error()
	}
	if err := recordFailure(ctx, s.DB.Querier(), w, text, now); err != nil {
		s.log().Error("failure not recorded", "plan", f.Plan, "draw", f.Draw, "error", err)
		f.Err = errors.Join(cause, err)
	}
	return f
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// stepTx is one step inside its transaction: the locked draw and what the step may use.
type stepTx struct {
	ctx   context.Context
	q     pg.Querier
	svc   *Service
	now   time.Time
	d     *drawRow
	actor audit.Actor
	note  string // for the timeline, set by the step
	leaf  *int64 // index of the step's leaf, set by the step
}

// move makes the next step of one draw, if it is due.
func (s *Service) move(ctx context.Context, id string, now time.Time) (*Step, error) {
	state, err := stateOf(ctx, s.DB.Querier(), id)
	if err != nil {
		return nil, err
	}
	t := onward(state)
	if t == nil {
		return nil, errIdle
	}
	in := inTx(s.DB.InTx)
	if t.snapshot {
		in = s.DB.InSnapshot
	}
	var step *Step
	err = s.commit(ctx, in, t.step, func(q pg.Querier) error {
		step, err = s.moveLocked(ctx, q, t, id, now)
		return err
	})
	return step, err
}

// moveLocked locks the draw, looks whether it is still where it was, and runs the step.
func (s *Service) moveLocked(ctx context.Context, q pg.Querier, t *transition, id string,
	now time.Time) (*Step, error) {
	d, err := lockDraw(ctx, q, id, true)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, errBusy
	}
	if d.State != t.from {
		return nil, errIdle
	}
	tx := &stepTx{ctx: ctx, q: q, svc: s, now: now, d: d, actor: audit.System}
	moved, err := t.run(tx)
	if err != nil {
		return nil, fmt.Errorf("draw %s, step %s: %w", id, t.step, err)
	}
	if !moved {
		return nil, errIdle
	}
	if err := tx.record(t.from, t.to); err != nil {
		return nil, err
	}
	return &Step{Draw: id, From: t.from, To: t.to, Late: d.Late}, nil
}

// inTx is one of pg's two kinds of transaction.
type inTx func(ctx context.Context, fn func(q pg.Querier) error) error

// commit runs fn in a transaction of the kind `in` with the test's crash points around COMMIT.
func (s *Service) commit(ctx context.Context, in inTx, step string,
	fn func(q pg.Querier) error) error {
	err := in(ctx, func(q pg.Querier) error {
		if err := fn(q); err != nil || s.between == nil {
			return err
		}
		return s.between("before", step)
	})
	if err != nil || s.between == nil {
		return err
	}
	return s.between("after", step)
}

// record writes the row of the timeline for a step.
func (t *stepTx) record(from, to State) error {
	return insertTransition(t.ctx, t.q, t.d.ID, from, to, t.now, t.actor.Person, t.note,
		t.leaf)
}

// append appends the step's leaf. Steps call it last: it holds the log's lock until COMMIT.
func (t *stepTx) append(kind string, facts ...audit.Fact) error {
	index, err := auditdb.Append(t.ctx, t.q, audit.Leaf{
		Kind: kind, Subject: t.d.ID, At: t.now, Actor: t.actor, Facts: facts})
	if err == nil {
		t.leaf = &index
	}
	return err
}
