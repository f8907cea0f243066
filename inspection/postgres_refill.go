package inspection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// head is a draw whose row is locked: what a refill needs of it.
type head struct {
	id, state, seed, approver string
	planJSON, transcript      []byte
}

const headQuery = `SELECT d.id, d.state, coalesce(d.seed, ''), coalesce(p.approver, ''),
	coalesce(d.plan_json, ''), coalesce(d.transcript, '')
	FROM draw d JOIN plan p ON p.id = d.plan_id WHERE d.id = $1 FOR NO KEY UPDATE OF d`

// lockHead locks a draw to the end of the transaction, or gives fault.NotFound. Refills of a draw
// follow each other, and its publication.
func lockHead(ctx context.Context, q pg.Querier, draw string) (*head, error) {
	d, err := scanHead(q.QueryRow(ctx, headQuery, draw))
	if err == nil && d == nil {
		return nil, noDraw(draw)
	}
	return d, err
}

func noDraw(id string) error { return fault.New(fault.NotFound, "没有抽查 %s", id) }

// tryHead is lockHead that gives nil if another transaction holds the draw.
func tryHead(ctx context.Context, q pg.Querier, draw string) (*head, error) {
	return scanHead(q.QueryRow(ctx, headQuery+` SKIP LOCKED`, draw))
}

func scanHead(row pgx.Row) (*head, error) {
	var d head
	err := row.Scan(&d.id, &d.state, &d.seed, &d.approver, &d.planJSON, &d.transcript)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("locking the draw: %w", err)
	}
	return &d, nil
}

// drawState gives a draw's state, or fault.NotFound.
func drawState(ctx context.Context, q pg.Querier, draw string) (state string, err error) {
	err = q.QueryRow(ctx, `SELECT state FROM draw WHERE id = $1`, draw).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", noDraw(draw)
	}
	if err != nil {
		return "", fmt.Errorf("reading draw %s: %w", draw, err)
	}
	return state, nil
}

// refillRow is a request with its task.
type refillRow struct {
	draw, kind, task      string
	no                    int
	unit                  sampling.UnitID
	entity                sampling.EntityID
	left                  sampling.InspectorID
	reason, event, person string
	sha256                string
	eventAt, at           time.Time
}

// lockOwnTask locks the request's task, fills in unit and entity and gives its state.
func (r *refillRow) lockOwnTask(ctx context.Context, q pg.Querier) (state State, err error) {
	err = q.QueryRow(ctx, `SELECT unit_id, entity_id, state FROM task
		WHERE id = $1 AND draw_id = $2 FOR UPDATE`, r.task, r.draw).
		Scan(&r.unit, &r.entity, &state)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.NotFound, "抽查 %s 没有任务 %s", r.draw, r.task).WithField("task")
	}
	if err != nil {
		return "", fmt.Errorf("locking task %s: %w", r.task, err)
	}
	return state, nil
}

// insertRefill writes a request under the next number of its draw.
func insertRefill(ctx context.Context, q pg.Querier, d *head, r *refillRow) error {
	err := q.QueryRow(ctx, `SELECT coalesce(max(no), 0) + 1 FROM refill_request
		WHERE draw_id = $1`, r.draw).Scan(&r.no)
	if err != nil {
		return fmt.Errorf("numbering a refill of draw %s: %w", r.draw, err)
	}
	r.sha256 = requestText(d, r).sha256()
	_, err = q.Exec(ctx, `INSERT INTO refill_request (draw_id, no, kind, task_id, inspector_id,
			reason, event, event_at, person, sha256, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, r.draw, r.no, r.kind, r.task,
		string(r.left), r.reason, r.event, r.eventAt, r.person, r.sha256, r.at)
	if err != nil {
		return fmt.Errorf("draw %s: writing refill request %d: %w", r.draw, r.no, err)
	}
	return nil
}

// openRefills gives the requests of a draw that have not ended, in the order of their numbers.
func openRefills(ctx context.Context, q pg.Querier, draw string) ([]*refillRow, error) {
	rows, err := q.Query(ctx, `SELECT r.draw_id, r.kind, r.task_id, r.no, t.unit_id, t.entity_id,
			r.inspector_id, r.reason, r.event, r.person, r.sha256, r.event_at, r.at
		FROM refill_request r JOIN task t ON t.id = r.task_id
		LEFT JOIN refill_end e ON e.draw_id = r.draw_id AND e.no = r.no
		WHERE r.draw_id = $1 AND e.no IS NULL ORDER BY r.no`, draw)
	if err != nil {
		return nil, fmt.Errorf("reading open refills of draw %s: %w", draw, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*refillRow, error) {
		r := &refillRow{}
		err := row.Scan(&r.draw, &r.kind, &r.task, &r.no, &r.unit, &r.entity, &r.left, &r.reason,
			&r.event, &r.person, &r.sha256, &r.eventAt, &r.at)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading open refills of draw %s: %w", draw, err)
	}
	return list, nil
}

// isRefilling reports whether a task has an open request.
func isRefilling(ctx context.Context, q pg.Querier, task string) (open bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM refill_request r
		LEFT JOIN refill_end e ON e.draw_id = r.draw_id AND e.no = r.no
		WHERE r.task_id = $1 AND e.no IS NULL)`, task).Scan(&open)
	if err != nil {
		return false, fmt.Errorf("looking for refills of task %s: %w", task, err)
	}
	return open, nil
}

// drawsToRefill gives the draws with an open request whose event has come.
func drawsToRefill(ctx context.Context, q pg.Querier, now time.Time) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT r.draw_id FROM refill_request r
		LEFT JOIN refill_end e ON e.draw_id = r.draw_id AND e.no = r.no
		WHERE e.no IS NULL AND r.event_at <= $1 ORDER BY 1`, now)
	if err != nil {
		return nil, fmt.Errorf("looking for refills: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("looking for refills: %w", err)
	}
	return list, nil
}

// freshEvent refuses an event that a draw or a refill has announced before, in whatever state.
func freshEvent(ctx context.Context, q pg.Querier, line string) error {
	var used bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM refill_request WHERE event = $1)
		OR EXISTS (SELECT FROM draw_entropy WHERE event = $1)`, line).Scan(&used)
	if err != nil {
		return fmt.Errorf("looking for the event: %w", err)
	}
	if !used {
		return nil
	}
	return fault.New(fault.Conflict, "公共事件“%s”已经用过", line).WithField("event").
		WithHint("每次递补须用一个新的公共事件")
}

// refillEntry is a value that somebody typed.
type refillEntry struct{ person, value string }

// refillEntries gives what was typed for a request, in the order of typing.
func refillEntries(ctx context.Context, q pg.Querier, draw string, no int) ([]refillEntry, error) {
	rows, err := q.Query(ctx, `SELECT person, value FROM refill_entry
		WHERE draw_id = $1 AND no = $2 ORDER BY seq`, draw, no)
	if err != nil {
		return nil, fmt.Errorf("reading values of refill %d of %s: %w", no, draw, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e refillEntry, err error) {
		err = row.Scan(&e.person, &e.value)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading values of refill %d of %s: %w", no, draw, err)
	}
	return list, nil
}

func insertRefillEntry(ctx context.Context, q pg.Querier, r *refillRow, seq int, e refillEntry,
	now time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO refill_entry (draw_id, no, seq, person, value, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, r.draw, r.no, seq, e.person, e.value, now)
	if err != nil {
		return fmt.Errorf("writing a value of refill %d of %s: %w", r.no, r.draw, err)
	}
	return nil
}

// Withdrawal is one person's request to withdraw a refill.
type Withdrawal struct {
	Person string    `json:"person"` // account id
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

func insertWithdrawal(ctx context.Context, q pg.Querier, r *refillRow, w Withdrawal) error {
	_, err := q.Exec(ctx, `INSERT INTO refill_withdrawal (draw_id, no, person, reason, at)
		VALUES ($1, $2, $3, $4, $5)`, r.draw, r.no, w.Person, w.Reason, w.At)
	if err != nil {
		return fmt.Errorf("writing the withdrawal of refill %d of %s: %w", r.no, r.draw, err)
	}
	return nil
}

// withdrawalsOf gives who asked to withdraw the requests of a draw, by number, in order.
func withdrawalsOf(ctx context.Context, q pg.Querier, draw string) (map[int][]Withdrawal, error) {
	rows, err := q.Query(ctx, `SELECT no, person, reason, at FROM refill_withdrawal
		WHERE draw_id = $1 ORDER BY at, person`, draw)
	if err != nil {
		return nil, fmt.Errorf("reading withdrawals of draw %s: %w", draw, err)
	}
	out := map[int][]Withdrawal{}
	var no int
	var w Withdrawal
	_, err = pgx.ForEachRow(rows, []any{&no, &w.Person, &w.Reason, &w.At}, func() error {
		out[no] = append(out[no], w)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading withdrawals of draw %s: %w", draw, err)
	}
	return out, nil
}

func insertRefillEnd(ctx context.Context, q pg.Querier, r *refillRow, outcome, note string,
	now time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO refill_end (draw_id, no, outcome, note, at)
		VALUES ($1, $2, $3, $4, $5)`, r.draw, r.no, outcome, note, now)
	if err != nil {
		return fmt.Errorf("ending refill %d of %s: %w", r.no, r.draw, err)
	}
	return nil
}

// storedRecord is a record as it was written.
type storedRecord struct {
	serial, no int
	bytes      []byte
	sha256     string
}

// recordsOf gives the records of a draw in their order.
func recordsOf(ctx context.Context, q pg.Querier, draw string) ([]storedRecord, error) {
	rows, err := q.Query(ctx, `SELECT serial, no, record, sha256 FROM refill_record
		WHERE draw_id = $1 ORDER BY serial`, draw)
	if err != nil {
		return nil, fmt.Errorf("reading refill records of draw %s: %w", draw, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r storedRecord, err error) {
		err = row.Scan(&r.serial, &r.no, &r.bytes, &r.sha256)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading refill records of draw %s: %w", draw, err)
	}
	return list, nil
}

func insertRecord(ctx context.Context, q pg.Querier, draw string, r storedRecord) error {
	_, err := q.Exec(ctx, `INSERT INTO refill_record (draw_id, serial, no, record, sha256)
		VALUES ($1, $2, $3, $4, $5)`, draw, r.serial, r.no, r.bytes, r.sha256)
	if err != nil {
		return fmt.Errorf("draw %s: writing refill record %d: %w", draw, r.serial, err)
	}
	return nil
}
