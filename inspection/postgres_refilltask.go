package inspection

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/sampling"
)

// The SQL with which a refill changes tasks.

// openTasks locks and gives the tasks of an entity in a unit that have no result yet.
func openTasks(ctx context.Context, q pg.Querier, r *refillRow, entity sampling.EntityID) (
	[]string, error) {
	rows, err := q.Query(ctx, `SELECT id FROM task WHERE draw_id = $1 AND unit_id = $2
		AND entity_id = $3 AND state IN ('dispatched', 'assigned') ORDER BY id FOR UPDATE`,
		r.draw, string(r.unit), string(entity))
	if err != nil {
		return nil, fmt.Errorf("looking for tasks of %s: %w", entity, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("looking for tasks of %s: %w", entity, err)
	}
	return list, nil
}

// everInTeam gives everybody who is or was on a task's team.
func everInTeam(ctx context.Context, q pg.Querier, task string) ([]sampling.InspectorID, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT inspector_id FROM task_member WHERE task_id = $1`,
		task)
	if err != nil {
		return nil, fmt.Errorf("reading the teams of task %s: %w", task, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[sampling.InspectorID])
	if err != nil {
		return nil, fmt.Errorf("reading the teams of task %s: %w", task, err)
	}
	return list, nil
}

// insertTeam writes the next team of a task, in the order of roles.
func insertTeam(ctx context.Context, q pg.Querier, task string, team []sampling.InspectorID) error {
	_, err := q.Exec(ctx, `INSERT INTO task_member (task_id, team, pos, inspector_id)
		SELECT $1, (SELECT coalesce(max(team), 0) + 1 FROM task_member WHERE task_id = $1),
			m.pos, m.id FROM unnest($2::text[]) WITH ORDINALITY AS m (id, pos)`, task, team)
	if err != nil {
		return fmt.Errorf("writing the team of task %s: %w", task, err)
	}
	return nil
}

// insertReplacement makes the task of an entity that replaces the one of r and gives its number:
// the unit's next serial, so that numbers of tasks already printed stay.
func insertReplacement(ctx context.Context, q pg.Querier, r *refillRow, entity sampling.EntityID,
	now time.Time) (id string, err error) {
	err = q.QueryRow(ctx, `INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name,
			entity_address, visit_by, state, dispatched_at, origin)
		SELECT $1 || '.' || $2 || '.' || lpad((n.serial + 1)::text, n.width, '0'), $1, $2,
			$3, coalesce(e.name, $3), coalesce(e.address, ''), o.visit_by, 'dispatched', $5, $6
		FROM (SELECT max(substring(id FROM '[0-9]+$')::bigint) AS serial,
				max(length(substring(id FROM '[0-9]+$'))) AS width
			FROM task WHERE draw_id = $1 AND unit_id = $2) AS n
		JOIN task o ON o.id = $4
		LEFT JOIN entity e ON e.id = $3
		RETURNING id`, r.draw, string(r.unit), string(entity), r.task, now, r.no).Scan(&id)
	if err != nil {
		return "", fmt.Errorf("making the task that replaces %s: %w", r.task, err)
	}
	return id, nil
}

// insertTaskItem adds an item of the replaced task r.task to another task.
func insertTaskItem(ctx context.Context, q pg.Querier, r *refillRow, task string,
	item sampling.ItemID) error {
	_, err := q.Exec(ctx, `INSERT INTO task_item (task_id, item_id, item_name, area)
		SELECT t.id, o.item_id, o.item_name, coalesce(e.area, '')
		FROM task t JOIN task_item o ON o.task_id = $2 AND o.item_id = $3
		LEFT JOIN entity e ON e.id = t.entity_id
		WHERE t.id = $1`, task, r.task, string(item))
	if err != nil {
		return fmt.Errorf("adding item %s to task %s: %w", item, task, err)
	}
	return nil
}
