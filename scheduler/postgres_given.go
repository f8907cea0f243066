package scheduler

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// The SQL of given tasks: units of plans, and the draws whose lists they take over.

func insertGiven(ctx context.Context, q pg.Querier, p *Plan) error {
	rows := make([][]any, len(p.Given))
	for i, g := range p.Given {
		items := make([]string, len(g.Items))
		for k, item := range g.Items {
			items[k] = string(item)
		}
		rows[i] = []any{p.ID, string(g.Unit), g.Batch, g.Draw, items}
	}
	_, err := q.CopyFrom(ctx, pgx.Identifier{"plan_given"},
		[]string{"plan_id", "unit_id", "batch", "draw_id", "items"}, pgx.CopyFromRows(rows))
	return err
}

// readGiven adds their given units to plans.
func readGiven(ctx context.Context, q pg.Querier, plans map[string]*Plan, ids []string) error {
	rows, err := q.Query(ctx, `SELECT plan_id, unit_id, batch, draw_id, items FROM plan_given
		WHERE plan_id = ANY($1) ORDER BY plan_id, unit_id COLLATE "C"`, ids)
	if err != nil {
		return err
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (_ struct{}, err error) {
		var id string
		var g GivenTasks
		if err = row.Scan(&id, &g.Unit, &g.Batch, &g.Draw, &g.Items); err != nil {
			return struct{}{}, err
		}
		if len(g.Items) == 0 {
			g.Items = nil // as it was written: the plan's digest depends on it
		}
		plans[id].Given = append(plans[id].Given, g)
		return struct{}{}, nil
	})
	return err
}

// givenOnce refuses tasks that another draw has staffed for the same unit, unless that draw is void
// or a trial run.
func givenOnce(ctx context.Context, q pg.Querier, own string, g GivenTasks) error {
	items := make([]string, len(g.Items))
	for i, item := range g.Items {
		items[i] = string(item)
	}
	var other string
	err := q.QueryRow(ctx, `SELECT d.id FROM plan_given g JOIN plan p ON p.id = g.plan_id
		JOIN draw d ON d.plan_id = p.id
		WHERE d.id <> $1 AND NOT p.label_test AND d.state NOT IN ('planned', 'void')
			AND g.unit_id = $2 AND g.batch = $3 AND g.draw_id = $4
			AND ($4 = '' OR g.items = '{}' OR $5::text[] = '{}' OR g.items && $5)
		ORDER BY d.id LIMIT 1`, own, string(g.Unit), g.Batch, g.Draw, items).Scan(&other)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking who staffed the tasks: %w", err)
	}
	return fault.New(fault.Conflict, "机构 %s 的这批任务已在抽取 %s 中派员", g.Unit, other).
		WithHint("同一批任务只派一次员；请作废本次抽取")
}

// earlierDraw gives the draw whose list is taken over, or a fault that names it.
func earlierDraw(ctx context.Context, q pg.Querier, id string) (*sourceDraw, error) {
	d := &sourceDraw{id: id}
	err := q.QueryRow(ctx, `SELECT d.state, coalesce(d.transcript_hash, ''), p.label_test
		FROM draw d JOIN plan p ON p.id = d.plan_id WHERE d.id = $1`, id).
		Scan(&d.state, &d.transcript, &d.trial)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Invalid, "没有抽取“%s”，无名单可以沿用", id).
			WithHint("该次抽取到期后系统自动重试；编号有误的，请作废本次抽取并另编计划")
	}
	return d, err
}

// selectedBy gives whom the items of a draw selected, each with the items that did; areas are open.
func selectedBy(ctx context.Context, q pg.Querier, g GivenTasks) ([]sampling.TaskLine, error) {
	items := make([]string, len(g.Items))
	for i, item := range g.Items {
		items[i] = string(item)
	}
	rows, err := q.Query(ctx, `SELECT entity_id, array_agg(item_id ORDER BY item_id COLLATE "C")
		FROM selection WHERE draw_id = $1 AND NOT reserve
			AND ($2::text[] = '{}' OR item_id = ANY($2))
		GROUP BY entity_id ORDER BY entity_id COLLATE "C"`, g.Draw, items)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l sampling.TaskLine, err error) {
		err = row.Scan(&l.Entity, &l.Items)
		return l, err
	})
}

// visitsSaved counts how many visits the draw saved because one visit serves several items: what
// the items of a unit selected, less the entities that the unit visits for them.
func visitsSaved(ctx context.Context, q pg.Querier, id string, plan *sampling.Plan) (
	saved int64, err error) {
	var items, units []string
	for i := range plan.Items {
		items = append(items, string(plan.Items[i].ID))
		units = append(units, string(plan.Items[i].Unit))
	}
	err = q.QueryRow(ctx, `SELECT count(*) - count(DISTINCT (u.unit, s.entity_id))
		FROM selection s JOIN unnest($2::text[], $3::text[]) AS u (item, unit) ON u.item = s.item_id
		WHERE s.draw_id = $1 AND NOT s.reserve`, id, items, units).Scan(&saved)
	return saved, err
}

// countTeams fills in how many tasks of each unit have a team.
func countTeams(ctx context.Context, q pg.Querier, id string, units []UnitDuty) error {
	rows, err := q.Query(ctx, `SELECT unit_id, count(*) FROM team_member
		WHERE draw_id = $1 AND pos = 1 GROUP BY 1`, id)
	if err != nil {
		return err
	}
	var unit sampling.UnitID
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&unit, &n}, func() error {
		for i := range units {
			if units[i].Unit == unit {
				units[i].Tasks = n
			}
		}
		return nil
	})
	return err
}
