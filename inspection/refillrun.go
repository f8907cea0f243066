package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"yaohao/audit"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// How a request ended.
const (
	RefillDone      = "done"      // 已完成
	RefillFailed    = "failed"    // 无法完成
	RefillWithdrawn = "withdrawn" // 已撤回
)

// RefillStep is a refill that Advance carried out or found impossible.
type RefillStep struct {
	Draw    string
	No      int
	Outcome string // RefillDone or RefillFailed
}

// inStep runs fn in a transaction with the test's crash points around COMMIT.
func (s *Service) inStep(ctx context.Context, step string, fn func(q pg.Querier) error) error {
	err := s.DB.InTx(ctx, func(q pg.Querier) error {
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

// advanceRefills carries out what is due, draw by draw and strictly in the order of the requests.
func (s *Service) advanceRefills(ctx context.Context, now time.Time) ([]RefillStep, []error) {
	draws, err := drawsToRefill(ctx, s.DB.Querier(), now)
	if err != nil {
		return nil, []error{err}
	}
	var steps []RefillStep
	var errs []error
	for _, draw := range draws {
		for {
			var step *RefillStep
			err := s.inStep(ctx, "refill", func(q pg.Querier) (err error) {
				step, err = completeNext(ctx, q, draw, now)
				return err
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("draw %s: refilling: %w", draw, err))
			}
			if err != nil || step == nil {
				break
			}
			steps = append(steps, *step)
		}
	}
	return steps, errs
}

// completeNext carries out the first open request of a draw, if two people agree on its value.
//
// Holds before: every earlier request has ended; the event has come.
// Holds after: the records are stored and the task has its new team, or the next of the reserve has
// its task, or the request is recorded as failed; with the leaf `refill`, all together.
// A crash before COMMIT leaves the request open, and the next Advance gives the same result, a
// function of the draw's files, the earlier records and the value; after COMMIT it is over.
func completeNext(ctx context.Context, q pg.Querier, draw string, now time.Time) (
	*RefillStep, error) {
	d, err := tryHead(ctx, q, draw)
	if err != nil || d == nil {
		return nil, err
	}
	open, err := openRefills(ctx, q, draw)
	if err != nil || len(open) == 0 || now.Before(open[0].eventAt) {
		return nil, err
	}
	r := open[0]
	entries, err := refillEntries(ctx, q, draw, r.no)
	if err != nil {
		return nil, err
	}
	value, ok := agreed(entries)
	if !ok {
		return nil, nil
	}
	if _, err := r.lockOwnTask(ctx, q); err != nil {
		return nil, err
	}
	done, err := d.run(ctx, q, r, value)
	if err != nil {
		reason := refusal(r, err)
		if reason == nil {
			return nil, err
		}
		return &RefillStep{draw, r.no, RefillFailed}, fail(ctx, q, r, reason, audit.System, now)
	}
	if err := r.apply(ctx, q, done, now); err != nil {
		return nil, err
	}
	if err := d.store(ctx, q, r, value, done, now); err != nil {
		return nil, err
	}
	return &RefillStep{draw, r.no, RefillDone}, nil
}

// fail ends a request that cannot be carried out.
func fail(ctx context.Context, q pg.Querier, r *refillRow, reason error, actor audit.Actor,
	now time.Time) error {
	if err := insertRefillEnd(ctx, q, r, RefillFailed, reason.Error(), now); err != nil {
		return err
	}
	return r.append(ctx, q, audit.KindRefill, actor, now,
		audit.Fact{Key: "outcome", Value: RefillFailed})
}

// run computes the records that a request gives with a value (draw/1 §10): one for a seat, one for
// each item of a task that is replaced, in the order of item codes.
func (d *head) run(ctx context.Context, q pg.Querier, r *refillRow, value string) (
	[]sampling.RefillRecord, error) {
	plan, err := sampling.ParsePlan(d.planJSON)
	if err != nil {
		return nil, fmt.Errorf("reading the committed plan: %w", err)
	}
	transcript, err := sampling.ParseTranscript(d.transcript)
	if err != nil {
		return nil, fmt.Errorf("reading the transcript: %w", err)
	}
	stored, err := recordsOf(ctx, q, d.id)
	if err != nil {
		return nil, err
	}
	earlier, err := parseRecords(stored)
	if err != nil {
		return nil, err
	}
	files := registry.FrozenFS(q, ctx, d.id)
	if r.kind == RefillSeat {
		rec, err := sampling.Refill(plan, files, transcript, earlier, sampling.RefillRequest{
			Unit: r.unit, Entity: r.entity, Left: r.left, Reason: r.reason, Event: r.event,
			Value: value})
		if err != nil {
			return nil, err
		}
		return []sampling.RefillRecord{*rec}, nil
	}
	items, err := itemsOf(ctx, q, []string{r.task})
	if err != nil {
		return nil, err
	}
	var out []sampling.RefillRecord
	for _, it := range items[r.task] {
		rec, err := sampling.Replace(plan, files, transcript, slices.Concat(earlier, out),
			sampling.ReplaceRequest{Unit: r.unit, Item: it.Item, Replaces: r.entity,
				Reason: r.reason, Event: r.event, Value: value})
		if err != nil {
			return nil, err
		}
		out = append(out, *rec)
	}
	return out, nil
}

func parseRecords(stored []storedRecord) ([]sampling.RefillRecord, error) {
	var out []sampling.RefillRecord
	for _, s := range stored {
		rec, err := sampling.ParseRefillRecord(s.bytes)
		if err != nil {
			return nil, fmt.Errorf("refill record %d: %w", s.serial, err)
		}
		out = append(out, *rec)
	}
	return out, nil
}

// apply changes the tasks. A seat: the team of every task that the unit still has with the entity.
// An entity: its task is closed; what took its place joins a visit that has no result yet, or
// gets a task of its own.
func (r *refillRow) apply(ctx context.Context, q pg.Querier, done []sampling.RefillRecord,
	now time.Time) error {
	if r.kind == RefillSeat {
		tasks, err := openTasks(ctx, q, r, r.entity)
		if err != nil {
			return err
		}
		for _, id := range tasks {
			if err := insertTeam(ctx, q, id, done[0].Team); err != nil {
				return err
			}
		}
		return nil
	}
	if err := setState(ctx, q, r.task, Replaced); err != nil {
		return err
	}
	for i := range done {
		if err := r.place(ctx, q, &done[i], now); err != nil {
			return err
		}
	}
	return nil
}

// place gives an item of the replaced task to the entity that the record took from the reserve.
func (r *refillRow) place(ctx context.Context, q pg.Querier, rec *sampling.RefillRecord,
	now time.Time) error {
	tasks, err := openTasks(ctx, q, r, rec.Entity)
	if err != nil {
		return err
	}
	if len(tasks) > 0 {
		return insertTaskItem(ctx, q, r, tasks[len(tasks)-1], rec.Item)
	}
	id, err := insertReplacement(ctx, q, r, rec.Entity, now)
	if err != nil {
		return err
	}
	if err := insertTaskItem(ctx, q, r, id, rec.Item); err != nil {
		return err
	}
	return insertTeam(ctx, q, id, rec.Team)
}

// store writes the records, the end of the request and the leaf.
func (d *head) store(ctx context.Context, q pg.Querier, r *refillRow, value string,
	done []sampling.RefillRecord, now time.Time) error {
	stored, err := recordsOf(ctx, q, d.id)
	if err != nil {
		return err
	}
	var added []storedRecord
	for i := range done {
		b := done[i].Marshal()
		rec := storedRecord{len(stored) + i + 1, r.no, b, digestOf(b)}
		if err := insertRecord(ctx, q, d.id, rec); err != nil {
			return err
		}
		added = append(added, rec)
	}
	if err := insertRefillEnd(ctx, q, r, RefillDone, "", now); err != nil {
		return err
	}
	return r.append(ctx, q, audit.KindRefill, audit.System, now,
		audit.Fact{Key: "outcome", Value: RefillDone},
		audit.Fact{Key: "records", Value: fmt.Sprint(len(added))},
		audit.Fact{Key: "sha256", Value: refillText(d, r, value, added).sha256()})
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// requestText gives the text of the package comment whose SHA-256 stands in leaf `refill-request`.
func requestText(d *head, r *refillRow) *lines {
	var l lines
	l.put("yaohao refill-request/1", "")
	l.put("draw", d.id)
	l.put("no", fmt.Sprint(r.no))
	l.put("seed", d.seed)
	l.put("task", r.task)
	l.put("unit", string(r.unit))
	l.put("entity", string(r.entity))
	l.put("left", string(r.left))
	l.put("reason", r.reason)
	l.put("event", r.event)
	return &l
}

// refillText gives the text of the package comment whose SHA-256 stands in leaf `refill`.
func refillText(d *head, r *refillRow, value string, records []storedRecord) *lines {
	var l lines
	l.put("yaohao refill/1", "")
	l.put("draw", d.id)
	l.put("no", fmt.Sprint(r.no))
	l.put("seed", d.seed)
	l.put("value", value)
	for _, rec := range records {
		l.put("record", fmt.Sprintf("%d %s", rec.serial, rec.sha256))
	}
	return &l
}
