package inspection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// locked is what a step needs of the task whose row it holds.
type locked struct {
	entity, seed string
	state        State
	version      int
	sha256       string // of the latest version, or ""
	dispatchedAt time.Time
	items        []TaskItem
}

// lockTask locks the row of a task to the end of the transaction, or gives fault.NotFound.
func lockTask(ctx context.Context, q pg.Querier, id string) (*locked, error) {
	var t locked
	err := q.QueryRow(ctx, `SELECT entity_id, state, version, dispatched_at FROM task
		WHERE id = $1 FOR UPDATE`, id).Scan(&t.entity, &t.state, &t.version, &t.dispatchedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "没有任务 %s", id)
	}
	if err != nil {
		return nil, fmt.Errorf("locking task %s: %w", id, err)
	}
	// A second statement: a first one that waited for the lock has looked before it.
	err = q.QueryRow(ctx, `SELECT d.seed, coalesce(r.sha256, '') FROM task t
		JOIN draw d ON d.id = t.draw_id
		LEFT JOIN result r ON r.task_id = t.id AND r.version = t.version
		WHERE t.id = $1`, id).Scan(&t.seed, &t.sha256)
	if err != nil {
		return nil, fmt.Errorf("reading task %s: %w", id, err)
	}
	byTask, err := itemsOf(ctx, q, []string{id})
	t.items = byTask[id]
	return &t, err
}

func teamOf(ctx context.Context, q pg.Querier, id string) ([]sampling.InspectorID, error) {
	rows, err := q.Query(ctx, `SELECT inspector_id FROM task_team WHERE task_id = $1
		ORDER BY pos`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the team of task %s: %w", id, err)
	}
	team, err := pgx.CollectRows(rows, pgx.RowTo[sampling.InspectorID])
	if err != nil {
		return nil, fmt.Errorf("reading the team of task %s: %w", id, err)
	}
	return team, nil
}

func entrantsOf(ctx context.Context, q pg.Querier, id string) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT entrant FROM result WHERE task_id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the entrants of task %s: %w", id, err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reading the entrants of task %s: %w", id, err)
	}
	return people, nil
}

func insertResult(ctx context.Context, q pg.Querier, r *Result) error {
	_, err := q.Exec(ctx, `INSERT INTO result (task_id, version, entrant, visited_on, edition,
			categories, methods, follow_up, remark, sha256, at)
		VALUES ($1, $2, $3, $4::date, $5, $6, $7, $8, $9, $10, $11)`,
		r.Task, r.Version, r.Entrant, string(r.VisitedOn), r.Edition, r.Categories, r.Methods,
		r.FollowUp, r.Remark, r.SHA256, r.At)
	if err != nil {
		return fmt.Errorf("task %s: writing version %d: %w", r.Task, r.Version, err)
	}
	for _, it := range r.Items {
		_, err := q.Exec(ctx, `INSERT INTO result_item (task_id, version, item_id, checked,
				reason, category, finding, disposal)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.Task, r.Version, string(it.Item), it.Checked, it.Reason, it.Category, it.Finding,
			it.Disposal)
		if err != nil {
			return fmt.Errorf("task %s: writing version %d, item %s: %w", r.Task, r.Version,
				it.Item, err)
		}
	}
	return nil
}

func setEntered(ctx context.Context, q pg.Querier, r *Result, to State, due sampling.Date,
	provisional bool) error {
	_, err := q.Exec(ctx, `UPDATE task SET state = $2, version = $3, completed_on = $4::date,
			publish_due = $5::date, due_provisional = $6 WHERE id = $1`,
		r.Task, to, r.Version, string(r.VisitedOn), string(due), provisional)
	if err != nil {
		return fmt.Errorf("task %s: moving to %s: %w", r.Task, to, err)
	}
	return nil
}

func setState(ctx context.Context, q pg.Querier, id string, to State) error {
	_, err := q.Exec(ctx, `UPDATE task SET state = $2 WHERE id = $1`, id, to)
	if err != nil {
		return fmt.Errorf("task %s: moving to %s: %w", id, to, err)
	}
	return nil
}

func insertReview(ctx context.Context, q pg.Querier, id, reviewer string, d Decision,
	now time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO review (task_id, version, reviewer, decision, opinion, at)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		id, d.Version, reviewer, verdicts[d.Verdict], d.Opinion, now)
	if err != nil {
		return fmt.Errorf("task %s: writing the review of version %d: %w", id, d.Version, err)
	}
	return nil
}

type taskState struct {
	id    string
	state State
}

// lockTasksOf locks the draw, so that publications of it follow each other, and its tasks.
func lockTasksOf(ctx context.Context, q pg.Querier, draw string) ([]taskState, error) {
	var id string
	err := q.QueryRow(ctx, `SELECT id FROM draw WHERE id = $1 FOR NO KEY UPDATE`, draw).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "没有抽查 %s", draw)
	}
	if err != nil {
		return nil, fmt.Errorf("locking draw %s: %w", draw, err)
	}
	rows, err := q.Query(ctx, `SELECT id, state FROM task WHERE draw_id = $1 ORDER BY id
		FOR UPDATE`, draw)
	if err != nil {
		return nil, fmt.Errorf("locking the tasks of draw %s: %w", draw, err)
	}
	tasks, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t taskState, err error) {
		err = r.Scan(&t.id, &t.state)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("locking the tasks of draw %s: %w", draw, err)
	}
	return tasks, nil
}

// insertPublications writes the publication of every approved task of a draw and gives them in the
// order of task numbers.
func insertPublications(ctx context.Context, q pg.Querier, draw, publisher string,
	today sampling.Date, now time.Time) ([]approved, error) {
	rows, err := q.Query(ctx, `WITH made AS (
			INSERT INTO publication (task_id, version, publisher, due_on, late, at)
			SELECT id, version, $2, publish_due, publish_due < $3::date, $4 FROM task
			WHERE draw_id = $1 AND state = 'approved'
			RETURNING task_id, version, late)
		SELECT m.task_id, m.version, r.sha256, m.late
		FROM made m JOIN result r USING (task_id, version)
		ORDER BY m.task_id COLLATE "C"`, draw, publisher, string(today), now)
	if err != nil {
		return nil, fmt.Errorf("draw %s: writing publications: %w", draw, err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (a approved, err error) {
		err = r.Scan(&a.task, &a.version, &a.sha256, &a.late)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("draw %s: writing publications: %w", draw, err)
	}
	return list, nil
}

func setPublished(ctx context.Context, q pg.Querier, draw string, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE task SET state = 'published', published_at = $2
		WHERE draw_id = $1 AND state = 'approved'`, draw, now)
	if err != nil {
		return fmt.Errorf("draw %s: publishing its tasks: %w", draw, err)
	}
	return nil
}

// checksOf gives the checks that the latest versions of tasks state.
func checksOf(ctx context.Context, q pg.Querier, tasks []string) ([]registry.Check, error) {
	rows, err := q.Query(ctx, `SELECT t.entity_id, t.completed_on, i.item_id, t.id
		FROM task t JOIN result_item i ON i.task_id = t.id AND i.version = t.version
		WHERE t.id = ANY ($1) AND i.checked ORDER BY t.id, i.item_id`, tasks)
	if err != nil {
		return nil, fmt.Errorf("reading the checks made: %w", err)
	}
	checks, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (registry.Check, error) {
		c := registry.Check{Level: registry.LevelOwn, Kind: registry.CheckRoutine}
		var on time.Time
		err := r.Scan(&c.Entity, &on, &c.Item, &c.Source)
		c.On = dateOf(&on)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the checks made: %w", err)
	}
	return checks, nil
}
