package inspection

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Search selects published results; empty fields select all.
type Search struct {
	Query string // part of the entity's name, or the beginning of its code
	Draw  string
	Page  Page
}

// PublicResult is the published result of a task as everybody may see it. It names no inspector,
// reviewer or publisher.
type PublicResult struct {
	Task        string            `json:"task"`
	Draw        string            `json:"draw"`
	Unit        sampling.UnitID   `json:"unit"`
	UnitName    string            `json:"unitName"`
	Entity      sampling.EntityID `json:"entity"`
	EntityName  string            `json:"entityName"`
	CompletedOn sampling.Date     `json:"completedOn"` // 检查完成日期
	// 检查结果: exact national wording, in the order of codes
	Labels      []string     `json:"labels"`
	FollowUp    string       `json:"followUp"` // 后续处置措施
	Items       []PublicItem `json:"items"`
	PublishedAt time.Time    `json:"publishedAt"`
	Late        bool         `json:"late"` // published after the deadline
}

// PublicItem is the published result of one item.
type PublicItem struct {
	Item     sampling.ItemID `json:"item"`
	Name     string          `json:"name"`
	Checked  bool            `json:"checked"`
	Reason   string          `json:"reason"` // why it was not checked
	Label    string          `json:"label"`  // exact national wording
	Finding  string          `json:"finding"`
	Disposal string          `json:"disposal"`
}

// PublicResults gives published results, the latest publication first. Nothing else is found.
func PublicResults(ctx context.Context, q pg.Querier, s Search) (List[PublicResult], error) {
	w := &where{}
	if s.Draw != "" {
		w.add(`t.draw_id = ?`, s.Draw)
	}
	w.search(s.Query)
	return selectPublic(ctx, q, w, s.Page.normal())
}

// PublicResultOf gives the published result of a task, or fault.NotFound if there is no such task
// or it is not public: the answer does not tell which.
func PublicResultOf(ctx context.Context, q pg.Querier, task string) (*PublicResult, error) {
	w := &where{}
	w.add(`t.id = ?`, task)
	list, err := selectPublic(ctx, q, w, Page{}.normal())
	if err != nil {
		return nil, err
	}
	if len(list.Rows) == 0 {
		return nil, fault.New(fault.NotFound, "没有已公示的结果 %s", task)
	}
	return &list.Rows[0], nil
}

const publicTables = ` FROM publication p JOIN task t ON t.id = p.task_id
	JOIN unit u ON u.id = t.unit_id
	JOIN result r ON r.task_id = p.task_id AND r.version = p.version WHERE `

func selectPublic(ctx context.Context, q pg.Querier, w *where, p Page) (
	List[PublicResult], error) {
	list := List[PublicResult]{Page: p}
	err := q.QueryRow(ctx, `SELECT count(*)`+publicTables+w.String(), w.args...).
		Scan(&list.Total)
	if err != nil {
		return list, fmt.Errorf("counting published results: %w", err)
	}
	limit := w.page(p)
	rows, err := q.Query(ctx, `SELECT t.id, t.draw_id, t.unit_id, u.name, t.entity_id,
			t.entity_name, t.completed_on, r.edition, r.categories, r.follow_up, p.at, p.late`+
		publicTables+w.String()+` ORDER BY p.at DESC, t.id`+limit, w.args...)
	if err != nil {
		return list, fmt.Errorf("reading published results: %w", err)
	}
	if list.Rows, err = pgx.CollectRows(rows, scanPublic); err != nil {
		return list, fmt.Errorf("reading published results: %w", err)
	}
	return list, addPublicItems(ctx, q, list.Rows)
}

func scanPublic(row pgx.CollectableRow) (PublicResult, error) {
	var r PublicResult
	var completed time.Time
	var edition string
	err := row.Scan(&r.Task, &r.Draw, &r.Unit, &r.UnitName, &r.Entity, &r.EntityName, &completed,
		&edition, &r.Labels, &r.FollowUp, &r.PublishedAt, &r.Late)
	r.CompletedOn = dateOf(&completed)
	for i, code := range r.Labels {
		r.Labels[i] = CategoryLabel(edition, code)
	}
	return r, err
}

func addPublicItems(ctx context.Context, q pg.Querier, results []PublicResult) error {
	at := map[string]int{}
	ids := make([]string, len(results))
	for i, r := range results {
		ids[i], at[r.Task] = r.Task, i
	}
	rows, err := q.Query(ctx, `SELECT p.task_id, r.edition, i.item_id, n.item_name, i.checked,
			i.reason, i.category, i.finding, i.disposal
		FROM publication p JOIN result r USING (task_id, version)
		JOIN result_item i USING (task_id, version) JOIN task_item n USING (task_id, item_id)
		WHERE p.task_id = ANY ($1) ORDER BY p.task_id, i.item_id COLLATE "C"`, ids)
	if err != nil {
		return fmt.Errorf("reading items of published results: %w", err)
	}
	var task, edition string
	var it PublicItem
	_, err = pgx.ForEachRow(rows, []any{&task, &edition, &it.Item, &it.Name, &it.Checked,
		&it.Reason, &it.Label, &it.Finding, &it.Disposal}, func() error {
		it.Label = CategoryLabel(edition, it.Label)
		r := &results[at[task]]
		r.Items = append(r.Items, it)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading items of published results: %w", err)
	}
	return nil
}
