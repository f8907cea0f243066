package inspection

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
)

// resultsOf gives every version of a task's result with its review, the latest first.
func resultsOf(ctx context.Context, q pg.Querier, id string) ([]Result, error) {
	rows, err := q.Query(ctx, `SELECT r.task_id, r.version, r.entrant, r.visited_on, r.edition,
			r.categories, r.methods, r.follow_up, r.remark, r.sha256, r.at,
			v.reviewer, v.decision, v.opinion, v.at
		FROM result r LEFT JOIN review v USING (task_id, version)
		WHERE r.task_id = $1 ORDER BY r.version DESC`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the results of task %s: %w", id, err)
	}
	results, err := pgx.CollectRows(rows, scanResult)
	if err != nil {
		return nil, fmt.Errorf("reading the results of task %s: %w", id, err)
	}
	for i := range results {
		if results[i].Items, err = resultItems(ctx, q, id, results[i].Version); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func scanResult(row pgx.CollectableRow) (Result, error) {
	var r Result
	var visited time.Time
	var reviewer, decision, opinion *string
	var at *time.Time
	err := row.Scan(&r.Task, &r.Version, &r.Entrant, &visited, &r.Edition, &r.Categories,
		&r.Methods, &r.FollowUp, &r.Remark, &r.SHA256, &r.At, &reviewer, &decision, &opinion, &at)
	if err != nil {
		return r, err
	}
	r.VisitedOn = dateOf(&visited)
	if decision == nil {
		return r, nil
	}
	r.Review = &Review{Reviewer: *reviewer, Opinion: *opinion, At: *at}
	for step, word := range verdicts {
		if word == *decision {
			r.Review.Verdict = step
		}
	}
	return r, nil
}

func resultItems(ctx context.Context, q pg.Querier, id string, version int) ([]ItemEntry, error) {
	rows, err := q.Query(ctx, `SELECT item_id, checked, reason, category, finding, disposal
		FROM result_item WHERE task_id = $1 AND version = $2 ORDER BY item_id COLLATE "C"`,
		id, version)
	if err != nil {
		return nil, fmt.Errorf("reading version %d of task %s: %w", version, id, err)
	}
	items, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (e ItemEntry, err error) {
		err = r.Scan(&e.Item, &e.Checked, &e.Reason, &e.Category, &e.Finding, &e.Disposal)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading version %d of task %s: %w", version, id, err)
	}
	return items, nil
}
