package inspection

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// drawn is what dispatch needs of a draw: which unit has an item, and until when a unit visits.
// Both come from the committed plan, not from the registry, which may have changed since.
type drawn struct {
	id, seed      string
	items, owners []string // parallel: item, unit
	units, visits []string // parallel: unit, visit_by
	begin         []string // parallel to units: the state in which its tasks begin
	given         []sampling.UnitID
}

// undispatched gives the drawn draws without a receipt, oldest first.
func undispatched(ctx context.Context, q pg.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT d.id FROM draw d
		WHERE d.state IN ('drawn', 'published')
			AND NOT EXISTS (SELECT FROM dispatch r WHERE r.draw_id = d.id)
		ORDER BY d.due_at, d.id`)
	if err != nil {
		return nil, fmt.Errorf("looking for drawn draws: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("looking for drawn draws: %w", err)
	}
	return ids, nil
}

// lockDrawn locks the row of a drawn draw until the end of the transaction; nil if another
// transaction holds it or it is not drawn.
func lockDrawn(ctx context.Context, q pg.Querier, draw string) (*drawn, error) {
	d := &drawn{id: draw}
	var planJSON []byte
	err := q.QueryRow(ctx, `SELECT seed, plan_json FROM draw
		WHERE id = $1 AND state IN ('drawn', 'published')
		FOR NO KEY UPDATE SKIP LOCKED`, draw).Scan(&d.seed, &planJSON)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("locking the draw: %w", err)
	}
	var plan struct {
		Items []struct {
			Item string `json:"item"`
			Unit string `json:"unit"`
		} `json:"items"`
		Units []struct {
			Unit     string `json:"unit"`
			Kind     string `json:"kind"`
			VisitBy  string `json:"visit_by"`
			TasksSHA string `json:"tasks_sha"`
		} `json:"units"`
	}
	if err := json.Unmarshal(planJSON, &plan); err != nil {
		return nil, fmt.Errorf("reading the committed plan: %w", err)
	}
	for _, it := range plan.Items {
		d.items, d.owners = append(d.items, it.Item), append(d.owners, it.Unit)
	}
	for _, u := range plan.Units {
		d.units, d.visits = append(d.units, u.Unit), append(d.visits, u.VisitBy)
		state := Dispatched
		if u.Kind == sampling.UnitExperts || u.Kind == sampling.UnitLabs {
			state = Assigned
		}
		d.begin = append(d.begin, string(state))
		if u.TasksSHA != "" {
			d.given = append(d.given, sampling.UnitID(u.Unit))
		}
	}
	return d, nil
}

func isDispatched(ctx context.Context, q pg.Querier, draw string) (done bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM dispatch WHERE draw_id = $1)`,
		draw).Scan(&done)
	if err != nil {
		return false, fmt.Errorf("looking for the receipt: %w", err)
	}
	return done, nil
}

// joinLargeTables keeps the planner from nested loops until the transaction ends. Rows of this or
// the last minute are not in its statistics: it takes tables of ten thousand rows for empty ones,
// and a nested loop over them needs minutes where a hash join needs a moment.
func joinLargeTables(ctx context.Context, q pg.Querier) error {
	if _, err := q.Exec(ctx, `SET LOCAL enable_nestloop = off`); err != nil {
		return fmt.Errorf("preparing large joins: %w", err)
	}
	return nil
}

// insertTasks writes tasks, items and teams. Serials have four digits, or as many as the largest
// of the unit needs, so that task numbers sort as text.
func insertTasks(ctx context.Context, q pg.Querier, d *drawn, now time.Time) error {
	if err := joinLargeTables(ctx, q); err != nil {
		return err
	}
	_, err := q.Exec(ctx, `INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name,
			entity_address, visit_by, state, dispatched_at)
		SELECT $1 || '.' || t.unit_id || '.' ||
				lpad(t.serial::text, greatest(4, length(t.size::text)), '0'),
			$1, t.unit_id, t.entity_id, coalesce(e.name, t.entity_id), coalesce(e.address, ''),
			u.visit_by, coalesce(u.state, 'dispatched'), $4
		FROM (SELECT unit_id, entity_id,
				row_number() OVER (PARTITION BY unit_id ORDER BY entity_id) AS serial,
				count(*) OVER (PARTITION BY unit_id) AS size
			FROM (SELECT DISTINCT unit_id, entity_id FROM team_member WHERE draw_id = $1) AS team
			) AS t
		LEFT JOIN unnest($2::text[], $3::date[], $5::text[]) AS u (unit_id, visit_by, state)
			USING (unit_id)
		LEFT JOIN entity e ON e.id = t.entity_id`, d.id, d.units, d.visits, now, d.begin)
	if err != nil {
		return fmt.Errorf("writing tasks: %w", err)
	}
	_, err = q.Exec(ctx, `INSERT INTO task_item (task_id, item_id, item_name, area)
		SELECT DISTINCT t.id, s.item_id, coalesce(i.name, s.item_id), coalesce(e.area, '')
		FROM task t
		JOIN selection s ON s.draw_id = t.draw_id AND s.entity_id = t.entity_id AND NOT s.reserve
		JOIN unnest($2::text[], $3::text[]) AS p (item_id, unit_id)
			ON p.item_id = s.item_id AND p.unit_id = t.unit_id
		LEFT JOIN item i ON i.id = s.item_id
		LEFT JOIN entity e ON e.id = t.entity_id
		WHERE t.draw_id = $1`, d.id, d.items, d.owners)
	if err != nil {
		return fmt.Errorf("writing items of tasks: %w", err)
	}
	for _, unit := range d.given {
		if err := insertGivenItems(ctx, q, d.id, unit); err != nil {
			return err
		}
	}
	_, err = q.Exec(ctx, `INSERT INTO task_member (task_id, pos, inspector_id)
		SELECT t.id, m.pos, m.inspector_id
		FROM task t JOIN team_member m USING (draw_id, unit_id, entity_id)
		WHERE t.draw_id = $1`, d.id)
	if err != nil {
		return fmt.Errorf("writing teams of tasks: %w", err)
	}
	return nil
}

// insertGivenItems writes the items of a unit whose tasks were drawn elsewhere: those of its frozen
// tasks file.
func insertGivenItems(ctx context.Context, q pg.Querier, draw string, unit sampling.UnitID) error {
	name := sampling.NameTasks(unit)
	text, err := fs.ReadFile(registry.FrozenFS(q, ctx, draw), name)
	if err != nil {
		return fmt.Errorf("reading given tasks: %w", err)
	}
	var entities, items, areas []string
	for line := range bytes.Lines(text) {
		t, err := sampling.ParseTaskLine(bytes.TrimSuffix(line, []byte{'\n'}))
		if err != nil {
			return fmt.Errorf("draw %s: %s: %w", draw, name, err)
		}
		for _, item := range t.Items {
			entities, items = append(entities, string(t.Entity)), append(items, string(item))
			areas = append(areas, t.Area)
		}
	}
	_, err = q.Exec(ctx, `INSERT INTO task_item (task_id, item_id, item_name, area)
		SELECT t.id, g.item_id, coalesce(i.name, g.item_id), g.area
		FROM task t
		JOIN unnest($3::text[], $4::text[], $5::text[]) AS g (entity_id, item_id, area)
			USING (entity_id)
		LEFT JOIN item i ON i.id = g.item_id
		WHERE t.draw_id = $1 AND t.unit_id = $2`, draw, string(unit), entities, items, areas)
	if err != nil {
		return fmt.Errorf("writing items of given tasks: %w", err)
	}
	return nil
}

// dispatchedTasks reads the tasks of a draw back as the lines of the dispatch text.
func dispatchedTasks(ctx context.Context, q pg.Querier, draw string) ([]dispatched, error) {
	rows, err := q.Query(ctx, `SELECT t.id, t.entity_id,
			coalesce((SELECT string_agg(item_id, ',' ORDER BY item_id COLLATE "C")
				FROM task_item i WHERE i.task_id = t.id), ''),
			coalesce((SELECT string_agg(inspector_id, ',' ORDER BY pos)
				FROM task_member m WHERE m.task_id = t.id), '')
		FROM task t WHERE t.draw_id = $1 ORDER BY t.id`, draw)
	if err != nil {
		return nil, fmt.Errorf("reading the tasks made: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (d dispatched, err error) {
		err = r.Scan(&d.task, &d.entity, &d.items, &d.team)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the tasks made: %w", err)
	}
	return list, nil
}

func insertDispatch(ctx context.Context, q pg.Querier, draw string, tasks int, digest string,
	now time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO dispatch (draw_id, tasks, sha256, at)
		VALUES ($1, $2, $3, $4)`, draw, tasks, digest, now)
	if err != nil {
		return fmt.Errorf("writing the receipt: %w", err)
	}
	return nil
}
