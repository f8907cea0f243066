package inspection

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// taskColumns is what scanTask reads; table task is t, table unit is u.
const taskColumns = `t.id, t.draw_id, t.unit_id, u.name, t.entity_id, t.entity_name,
	t.entity_address, t.visit_by, t.state, t.version, t.dispatched_at, t.completed_on,
	t.publish_due, t.due_provisional, t.published_at`

func scanTask(r pgx.CollectableRow) (Task, error) {
	var t Task
	var visitBy, completed, due, published *time.Time
	err := r.Scan(&t.ID, &t.Draw, &t.Unit, &t.UnitName, &t.Entity, &t.EntityName,
		&t.EntityAddress, &visitBy, &t.State, &t.Version, &t.DispatchedAt, &completed, &due,
		&t.DueProvisional, &published)
	t.VisitBy, t.CompletedOn, t.PublishDue = dateOf(visitBy), dateOf(completed), dateOf(due)
	if published != nil {
		t.PublishedAt = *published
	}
	return t, err
}

// where collects conditions with numbered parameters.
type where struct {
	conditions []string
	args       []any
}

// add takes a condition in which ? stands for arg.
func (w *where) add(condition string, arg any) {
	w.conditions = append(w.conditions, strings.ReplaceAll(condition, "?", w.arg(arg)))
}

// arg adds a parameter and gives the number under which SQL refers to it.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

// page gives the end of a query that reads one page.
func (w *where) page(p Page) string {
	return ` LIMIT ` + w.arg(p.Size) + ` OFFSET ` + w.arg(p.offset())
}

func (w *where) String() string {
	if len(w.conditions) == 0 {
		return "true"
	}
	return "(" + strings.Join(w.conditions, ") AND (") + ")"
}

// search adds the condition of a person's query on tasks t.
func (w *where) search(query string) {
	if query = strings.TrimSpace(query); query == "" {
		return
	}
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(query)
	w.add(`t.entity_name LIKE '%' || ? || '%' OR t.entity_id LIKE upper(?) || '%'
		OR t.id LIKE upper(?) || '%'`, escaped)
}

// see adds which tasks may be seen.
func (w *where) see(s sight) {
	switch {
	case s.all:
	case s.entered:
		w.add(`t.version >= ?`, 1)
	default:
		w.add(`EXISTS (SELECT FROM task_team m WHERE m.task_id = t.id AND m.inspector_id = ?)`,
			string(s.inspector))
	}
}

// due adds that something of the task is due: its visit before today, or its publication up to
// the day last.
func (w *where) due(today, last sampling.Date) {
	w.conditions = append(w.conditions, `t.state = 'dispatched' AND t.visit_by < `+
		w.arg(string(today))+`::date OR t.state NOT IN ('dispatched', 'published')
		AND t.publish_due <= `+w.arg(string(last))+`::date`)
}

// selectTasks gives a page of the tasks of w that may be seen and fit the filter.
func selectTasks(ctx context.Context, q pg.Querier, w *where, s sight, f TaskFilter) (
	List[Task], error) {
	w.see(s)
	if f.Draw != "" {
		w.add(`t.draw_id = ?`, f.Draw)
	}
	if f.Unit != "" {
		w.add(`t.unit_id = ?`, string(f.Unit))
	}
	if f.State != "" {
		w.add(`t.state = ?`, string(f.State))
	}
	w.search(f.Query)
	return pageOfTasks(ctx, q, w, f.Page.normal())
}

func pageOfTasks(ctx context.Context, q pg.Querier, w *where, p Page) (List[Task], error) {
	list := List[Task]{Page: p}
	err := q.QueryRow(ctx, `SELECT count(*) FROM task t WHERE `+w.String(), w.args...).
		Scan(&list.Total)
	if err != nil {
		return list, fmt.Errorf("counting tasks: %w", err)
	}
	limit := w.page(p)
	rows, err := q.Query(ctx, `SELECT `+taskColumns+`
		FROM task t JOIN unit u ON u.id = t.unit_id WHERE `+w.String()+
		` ORDER BY (t.state = 'published'), t.visit_by, t.id`+limit, w.args...)
	if err != nil {
		return list, fmt.Errorf("reading tasks: %w", err)
	}
	if list.Rows, err = pgx.CollectRows(rows, scanTask); err != nil {
		return list, fmt.Errorf("reading tasks: %w", err)
	}
	return list, addDetails(ctx, q, list.Rows)
}

// readTask gives one task, or fault.NotFound.
func readTask(ctx context.Context, q pg.Querier, id string) (*Task, error) {
	rows, err := q.Query(ctx, `SELECT `+taskColumns+`
		FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("reading task %s: %w", id, err)
	}
	found, err := pgx.CollectRows(rows, scanTask)
	if err != nil {
		return nil, fmt.Errorf("reading task %s: %w", id, err)
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "没有任务 %s", id)
	}
	return &found[0], addDetails(ctx, q, found)
}

// addDetails fills items and members of tasks, two queries for all of them.
func addDetails(ctx context.Context, q pg.Querier, tasks []Task) error {
	ids := make([]string, len(tasks))
	for i := range tasks {
		ids[i] = tasks[i].ID
	}
	items, err := itemsOf(ctx, q, ids)
	if err != nil {
		return err
	}
	members, err := membersOf(ctx, q, ids)
	if err != nil {
		return err
	}
	for i := range tasks {
		tasks[i].Items, tasks[i].Members = items[tasks[i].ID], members[tasks[i].ID]
	}
	return nil
}

// itemsOf gives the items of tasks, each list in the order of item codes.
func itemsOf(ctx context.Context, q pg.Querier, ids []string) (map[string][]TaskItem, error) {
	rows, err := q.Query(ctx, `SELECT task_id, item_id, item_name, area FROM task_item
		WHERE task_id = ANY ($1) ORDER BY task_id, item_id COLLATE "C"`, ids)
	if err != nil {
		return nil, fmt.Errorf("reading items of tasks: %w", err)
	}
	out := map[string][]TaskItem{}
	var id string
	var t TaskItem
	_, err = pgx.ForEachRow(rows, []any{&id, &t.Item, &t.Name, &t.Area}, func() error {
		out[id] = append(out[id], t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading items of tasks: %w", err)
	}
	return out, nil
}

// membersOf gives the teams of tasks, lead first.
func membersOf(ctx context.Context, q pg.Querier, ids []string) (map[string][]Member, error) {
	rows, err := q.Query(ctx, `SELECT m.task_id, m.inspector_id,
			coalesce(i.name, m.inspector_id), m.pos = 1
		FROM task_team m LEFT JOIN inspector i ON i.id = m.inspector_id
		WHERE m.task_id = ANY ($1) ORDER BY m.task_id, m.pos`, ids)
	if err != nil {
		return nil, fmt.Errorf("reading teams of tasks: %w", err)
	}
	out := map[string][]Member{}
	var id string
	var m Member
	_, err = pgx.ForEachRow(rows, []any{&id, &m.Inspector, &m.Name, &m.Lead}, func() error {
		out[id] = append(out[id], m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading teams of tasks: %w", err)
	}
	return out, nil
}

func insertAccess(ctx context.Context, q pg.Querier, person string, draws []string, what string,
	now time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO list_access (at, person, draw_id, what)
		SELECT $1, $2, d, $4 FROM unnest($3::text[]) AS d`, now, person, draws, what)
	if err != nil {
		return fmt.Errorf("recording the reading of a list: %w", err)
	}
	return nil
}

func selectAccesses(ctx context.Context, q pg.Querier, draw string, p Page) (
	List[Access], error) {
	list := List[Access]{Page: p}
	err := q.QueryRow(ctx, `SELECT count(*) FROM list_access WHERE draw_id = $1`, draw).
		Scan(&list.Total)
	if err != nil {
		return list, fmt.Errorf("counting readings of lists: %w", err)
	}
	rows, err := q.Query(ctx, `SELECT at, person, draw_id, what FROM list_access
		WHERE draw_id = $1 ORDER BY at DESC, person, what LIMIT $2 OFFSET $3`,
		draw, p.Size, p.offset())
	if err != nil {
		return list, fmt.Errorf("reading readings of lists: %w", err)
	}
	list.Rows, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (a Access, err error) {
		err = r.Scan(&a.At, &a.Person, &a.Draw, &a.What)
		return a, err
	})
	if err != nil {
		return list, fmt.Errorf("reading readings of lists: %w", err)
	}
	return list, nil
}
