package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
	"yaohao/sampling/fairness"
)

// Estimates gives what a published draw tells about the whole list of each of its items, in plan
// order. A draw that is not published has none: its results are not public. An unknown draw is
// fault.NotFound.
func Estimates(ctx context.Context, q pg.Querier, draw string) ([]Estimate, error) {
	var state string
	var planJSON []byte
	err := q.QueryRow(ctx, `SELECT state, plan_json FROM draw WHERE id = $1`, draw).
		Scan(&state, &planJSON)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "没有抽取 %s", draw)
	}
	if err != nil {
		return nil, fmt.Errorf("read draw %s: %w", draw, err)
	}
	if state != "published" {
		return nil, nil
	}
	methods, err := plannedMethods(planJSON)
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", draw, err)
	}
	rows, err := stratumRows(ctx, q, draw)
	if err != nil {
		return nil, fmt.Errorf("results of draw %s by stratum: %w", draw, err)
	}
	for i := range rows {
		rows[i].method = methods[[2]string{string(rows[i].item), rows[i].stratum}]
	}
	return estimates(rows)
}

// plannedMethods gives the method (draw/1 §6) of each item and stratum of plan.json.
func plannedMethods(planJSON []byte) (map[[2]string]string, error) {
	var plan struct {
		Items []struct {
			Item   string `json:"item"`
			Strata []struct {
				ID     string `json:"id"`
				Method string `json:"method"`
			} `json:"strata"`
		} `json:"items"`
	}
	if err := json.Unmarshal(planJSON, &plan); err != nil {
		return nil, fmt.Errorf("plan.json: %w", err)
	}
	out := map[[2]string]string{}
	for _, it := range plan.Items {
		for _, s := range it.Strata {
			out[[2]string{it.Item, s.ID}] = s.Method
		}
	}
	return out, nil
}

// stratumRows counts, for each stratum of a draw, the units that were drawn or came from its
// reserve and have a published result, and what these say.
func stratumRows(ctx context.Context, q pg.Querier, draw string) ([]stratumRow, error) {
	rows, err := q.Query(ctx, `
		WITH shown AS (
			SELECT t.entity_id, r.item_id, r.checked, c.problem
			FROM task t
			JOIN result v ON v.task_id = t.id AND v.version = t.version
			JOIN result_item r ON r.task_id = t.id AND r.version = t.version
			JOIN result_category c ON c.edition = v.edition AND c.code = r.category
			WHERE t.draw_id = $1 AND t.state = 'published')
		SELECT s.item_id, coalesce(i.name, s.item_id), s.stratum, s.population, s.selected,
			count(w.item_id), count(*) FILTER (WHERE w.problem),
			count(*) FILTER (WHERE NOT w.checked),
			count(*) FILTER (WHERE w.item_id IS NOT NULL AND x.reserve)
		FROM draw_stratum s
		LEFT JOIN item i ON i.id = s.item_id
		LEFT JOIN selection x ON x.draw_id = s.draw_id AND x.item_id = s.item_id
			AND x.stratum = s.stratum
		LEFT JOIN shown w ON w.entity_id = x.entity_id AND w.item_id = s.item_id
		WHERE s.draw_id = $1
		GROUP BY s.item_id, i.name, s.stratum, s.population, s.selected
		ORDER BY s.item_id COLLATE "C", s.stratum COLLATE "C"`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r stratumRow, err error) {
		err = row.Scan(&r.item, &r.name, &r.stratum, &r.population, &r.selected, &r.results, &r.found,
			&r.unchecked, &r.replaced)
		return r, err
	})
}

// Detection 发现数 helps a planner to choose a size: of Population units of which Bad have a problem,
// drawing Draw finds at least one with 95 % certainty (fairness.DetectionSize).
type Detection struct {
	Item       sampling.ItemID `json:"item"`
	Population int64           `json:"population"` // could be drawn on the day, caps aside
	Bad        int64           `json:"bad"`        // 1 in 100, rounded down; at least 1
	Draw       int64           `json:"draw"`
}

// maxDetection is the population from which the size no longer grows: 299 are enough for 1 % of
// any.
const maxDetection = 1_000_000

// DetectionOf gives the size for a population of so many units, at least one.
func DetectionOf(population int64) (d Detection, err error) {
	d = Detection{Population: population, Bad: max(1, population/100)}
	size := min(population, maxDetection)
	d.Draw, err = fairness.DetectionSize(size, max(1, size/100), confidence)
	return d, err
}

// Detections gives the sizes for items as the registry is now: those who are active, in the bank of
// the item and not held on the day (draw/1 §3). Items without anybody are left out.
func Detections(ctx context.Context, q pg.Querier, items []sampling.ItemID, day sampling.Date) (
	[]Detection, error) {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = string(item)
	}
	rows, err := q.Query(ctx, `SELECT i.id, n.size FROM item i CROSS JOIN LATERAL (
			SELECT count(*) AS size FROM entity e
			WHERE e.status = 'active' AND (i.bank = '' OR i.bank = ANY (e.banks))
				AND (e.hold_until IS NULL OR e.hold_until <= $2::text::date)) n
		WHERE i.id = ANY ($1) AND n.size > 0 ORDER BY i.id COLLATE "C"`, ids, string(day))
	if err != nil {
		return nil, fmt.Errorf("counting the entities of items: %w", err)
	}
	var out []Detection
	var item sampling.ItemID
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&item, &n}, func() error {
		d, err := DetectionOf(n)
		d.Item = item
		out = append(out, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("counting the entities of items: %w", err)
	}
	return out, nil
}
