package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// The SQL of plans and of what is due. Dates travel as text so that no time zone touches them.

const planColumns = `id, name, number, year, directed, cron, starts_on::text, ends_on::text,
	cutoff_hours, event_hours, visit_days, hash, label_test, entropy, note,
	period_form, state, author, coalesce(approver, ''), created_at, approved_at, next_due,
	failure, failed_at`

func scanPlan(row pgx.CollectableRow) (*Plan, error) {
	p := &Plan{}
	var sources []byte
	err := row.Scan(&p.ID, &p.Name, &p.Number, &p.Year, &p.Directed, &p.Cron, &p.StartsOn,
		&p.EndsOn, &p.CutoffHours, &p.EventHours, &p.VisitDays, &p.Hash, &p.Trial, &sources,
		&p.Note, &p.periodForm, &p.State, &p.Author, &p.Approver, &p.CreatedAt, &p.ApprovedAt, &p.NextDue,
		&p.Failure, &p.FailedAt)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(sources, &p.Entropy); err != nil {
		return nil, fmt.Errorf("plan %s: entropy: %w", p.ID, err)
	}
	return p, nil
}

// queryPlans reads plans and their items; tail is what follows FROM plan.
func queryPlans(ctx context.Context, q pg.Querier, tail string, args ...any) ([]*Plan, error) {
	rows, err := q.Query(ctx, `SELECT `+planColumns+` FROM plan `+tail, args...)
	if err != nil {
		return nil, err
	}
	plans, err := pgx.CollectRows(rows, scanPlan)
	if err != nil {
		return nil, err
	}
	byID := map[string]*Plan{}
	ids := make([]string, 0, len(plans))
	for _, p := range plans {
		byID[p.ID] = p
		ids = append(ids, p.ID)
	}
	rows, err = q.Query(ctx, `SELECT plan_id, item_id, label FROM plan_item
		WHERE plan_id = ANY($1) ORDER BY plan_id, item_id COLLATE "C"`, ids)
	if err != nil {
		return nil, err
	}
	var id string
	var it PlanItem
	_, err = pgx.ForEachRow(rows, []any{&id, &it.Item, &it.Label}, func() error {
		byID[id].Items = append(byID[id].Items, it)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return plans, readGiven(ctx, q, byID, ids)
}

func insertPlan(ctx context.Context, q pg.Querier, p *Plan) error {
	sources, err := json.Marshal(p.Entropy)
	if err != nil {
		return fmt.Errorf("plan %s: entropy: %w", p.ID, err)
	}
	_, err = q.Exec(ctx, `INSERT INTO plan (id, name, number, year, directed, cron, starts_on,
		ends_on, period_form, cutoff_hours, event_hours, visit_days, label_test, entropy, note,
		state, author, created_at, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7::text::date, $8::text::date, $9, $10, $11, $12, $13, $14,
			$15, 'draft', $16, $17, $18)`,
		p.ID, p.Name, p.Number, p.Year, p.Directed, p.Cron, string(p.StartsOn), string(p.EndsOn),
		p.periodForm, p.CutoffHours, p.EventHours, p.VisitDays, p.Trial, sources, p.Note, p.Author,
		p.CreatedAt, p.Hash)
	if isUnique(err) {
		return fault.New(fault.Conflict, "计划代号“%s”已经使用", p.ID).WithField("id").
			WithHint("请换一个代号")
	}
	if err != nil {
		return err
	}
	rows := make([][]any, len(p.Items))
	for i, it := range p.Items {
		rows[i] = []any{p.ID, string(it.Item), it.Label}
	}
	_, err = q.CopyFrom(ctx, pgx.Identifier{"plan_item"}, []string{"plan_id", "item_id", "label"},
		pgx.CopyFromRows(rows))
	if err != nil {
		return err
	}
	return insertGiven(ctx, q, p)
}

func isUnique(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}

// onePlan gives the only plan, or fault.NotFound.
func onePlan(id string, plans []*Plan, err error) (*Plan, error) {
	if err != nil {
		return nil, err
	}
	if len(plans) == 0 {
		return nil, fault.New(fault.NotFound, "没有计划“%s”", id)
	}
	return plans[0], nil
}

func planOf(ctx context.Context, q pg.Querier, id string) (*Plan, error) {
	plans, err := queryPlans(ctx, q, `WHERE id = $1`, id)
	return onePlan(id, plans, err)
}

func lockPlan(ctx context.Context, q pg.Querier, id string) (*Plan, error) {
	plans, err := queryPlans(ctx, q, `WHERE id = $1 FOR UPDATE`, id)
	return onePlan(id, plans, err)
}

// lockDuePlan gives the plan if it is still due and nobody else holds it, or nil.
func lockDuePlan(ctx context.Context, q pg.Querier, id string, now time.Time) (*Plan, error) {
	plans, err := queryPlans(ctx, q, `WHERE id = $1 AND state = 'approved' AND next_due <= $2
		FOR UPDATE SKIP LOCKED`, id, now)
	if err != nil || len(plans) == 0 {
		return nil, err
	}
	return plans[0], nil
}

func approvePlan(ctx context.Context, q pg.Querier, id, approver string, now, due time.Time) error {
	_, err := q.Exec(ctx, `UPDATE plan SET state = 'approved', approver = $2, approved_at = $3,
		next_due = $4 WHERE id = $1`, id, approver, now, due)
	return err
}

// movePlan sets the next due time; a zero time closes the plan.
func movePlan(ctx context.Context, q pg.Querier, id string, next time.Time) error {
	if next.IsZero() {
		_, err := q.Exec(ctx, `UPDATE plan SET state = 'closed', next_due = NULL, failure = '',
			failed_at = NULL WHERE id = $1`, id)
		return err
	}
	_, err := q.Exec(ctx, `UPDATE plan SET next_due = $2, failure = '', failed_at = NULL
		WHERE id = $1`, id, next)
	return err
}

// anyDue asks over three partial indexes whether something is due at $1. It is the whole cost of an
// Advance with nothing due: the first entry of each index answers, however many plans there are.
// (min, because EXISTS with a parameter is planned as a scan of the table.)
const anyDue = `SELECT
	coalesce((SELECT min(next_due) FROM plan
		WHERE state = 'approved' AND next_due IS NOT NULL) <= $1, false)
	OR coalesce((SELECT min(wake_at) FROM draw WHERE wake_at IS NOT NULL) <= $1, false)
	OR EXISTS (SELECT FROM draw d WHERE d.state = 'drawn' AND ` + tasksDone + `)`

// allDue lists what is due: plans first, each kind in the order of its time.
const allDue = `
	SELECT true AS plan, id, next_due AS at FROM plan
		WHERE state = 'approved' AND next_due <= $1
	UNION ALL
	SELECT false, id, due_at FROM draw WHERE wake_at <= $1
	UNION ALL
	SELECT false, d.id, d.due_at FROM draw d WHERE d.state = 'drawn' AND ` + tasksDone + `
	ORDER BY plan DESC, at, id`

func dueWork(ctx context.Context, q pg.Querier, now time.Time) ([]work, error) {
	today := string(dateOf(now))
	var any bool
	if err := q.QueryRow(ctx, anyDue, now, today).Scan(&any); err != nil {
		return nil, fmt.Errorf("asking whether anything is due: %w", err)
	}
	if !any {
		return nil, nil
	}
	rows, err := q.Query(ctx, allDue, now, today)
	if err != nil {
		return nil, fmt.Errorf("asking what is due: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (w work, err error) {
		var at time.Time
		err = row.Scan(&w.plan, &w.id, &at)
		return w, err
	})
}

// tasksDone is true for a drawn draw d when nothing of it is open on day $2: every team has its
// task, every task is published, and with a shortage the visits are over. Tasks of experts and
// laboratories have no results to wait for (已指派): they too are over when the visits are. A draw
// that takes over the list of another waits until that one is public, and every draw for its open
// refills. A task whose entity was replaced is over; those made for a replacement (origin above 0)
// are waited for like the others. It reads the committed rows of the inspection part.
const tasksDone = `(d.visit_by < $2::text::date OR d.shortages = 0 AND NOT EXISTS
		(SELECT FROM task t WHERE t.draw_id = d.id AND t.state = 'assigned'))
	AND NOT EXISTS (SELECT FROM task t
		WHERE t.draw_id = d.id AND t.state NOT IN ('published', 'assigned', 'replaced'))
	AND (SELECT count(*) FROM task t WHERE t.draw_id = d.id AND t.origin = 0) = d.teams
	AND NOT EXISTS (SELECT FROM refill_request r LEFT JOIN refill_end e USING (draw_id, no)
		WHERE r.draw_id = d.id AND e.no IS NULL)
	AND NOT EXISTS (SELECT FROM plan_given g JOIN draw f ON f.id = g.draw_id
		WHERE g.plan_id = d.plan_id AND f.state <> 'published')`

// stillOpen reports whether the draw has something open; see tasksDone.
func stillOpen(ctx context.Context, q pg.Querier, id string, today sampling.Date) (bool, error) {
	var done bool
	err := q.QueryRow(ctx, `SELECT `+tasksDone+` FROM draw d WHERE d.id = $1`, id, string(today)).
		Scan(&done)
	return !done, err
}

func recordFailure(ctx context.Context, q pg.Querier, w work, text string, now time.Time) error {
	sql := `UPDATE draw SET failure = $2, failed_at = $3
		WHERE id = $1 AND state NOT IN ('published', 'void')`
	if w.plan {
		sql = `UPDATE plan SET failure = $2, failed_at = $3 WHERE id = $1`
	}
	_, err := q.Exec(ctx, sql, w.id, text, now)
	return err
}
