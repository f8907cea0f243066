package reports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/calendar"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// TaskListPDF makes the task list of an inspector in a draw as PDF. A draw or inspector that does
// not exist is NotFound, a draw whose tasks are not dispatched is Conflict. The list is sealed:
// the caller has checked that the reader may see it.
func TaskListPDF(ctx context.Context, q pg.Querier, draw, inspector string, o Options) (
	*Document, error) {
	v, err := taskListView(ctx, q, draw, inspector, o)
	if err != nil {
		return nil, err
	}
	return RenderTaskList(v, o)
}

// TaskListCSV makes the same list as a table for WPS or Excel (TaskListView.CSV).
func TaskListCSV(ctx context.Context, q pg.Querier, draw, inspector string, o Options) (
	[]byte, error) {
	v, err := taskListView(ctx, q, draw, inspector, o)
	if err != nil {
		return nil, err
	}
	return v.CSV()
}

// TaskListICS makes the same list as an iCalendar file (TaskListView.ICS).
func TaskListICS(ctx context.Context, q pg.Querier, draw, inspector string, o Options) (
	[]byte, error) {
	v, err := taskListView(ctx, q, draw, inspector, o)
	if err != nil {
		return nil, err
	}
	return v.ICS()
}

func taskListView(ctx context.Context, q pg.Querier, draw, inspector string, o Options) (
	v TaskListView, err error) {
	d, err := readDraw(ctx, q, draw)
	if err != nil {
		return v, err
	}
	v = TaskListView{Office: officeName(o, d.Office), Draw: d.ID, PlanName: d.PlanName,
		InspectorID: sampling.InspectorID(inspector)}
	if d.Grade != nil {
		v.Grade = *d.Grade
	}
	if v.Bits, err = publicBits(ctx, q, draw); err != nil {
		return v, err
	}
	err = q.QueryRow(ctx, `
		SELECT i.name, u.name FROM inspector i JOIN unit u ON u.id = i.unit_id WHERE i.id = $1`,
		inspector).Scan(&v.Inspector, &v.Unit)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, fault.New(fault.NotFound, "没有执法检查人员 %s", inspector)
	}
	if err != nil {
		return v, fmt.Errorf("read inspector %s: %w", inspector, err)
	}
	var at time.Time
	err = q.QueryRow(ctx, `SELECT at FROM dispatch WHERE draw_id = $1`, draw).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, fault.New(fault.Conflict, "抽取 %s 的任务尚未派发", draw).
			WithHint("抽取完成并派发之后才有任务清单")
	}
	if err != nil {
		return v, fmt.Errorf("read dispatch of %s: %w", draw, err)
	}
	v.At = at.In(calendar.Shanghai)
	if err := readTasks(ctx, q, &v); err != nil {
		return v, fmt.Errorf("task list of %s in %s: %w", inspector, draw, err)
	}
	return v, nil
}

// publicBits adds up what the public sources of a draw carry, as its plan states it.
func publicBits(ctx context.Context, q pg.Querier, draw string) (bits int64, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce(sum(bits), 0) FROM draw_entropy
		WHERE draw_id = $1 AND kind IN ('public', 'beacon')`, draw).Scan(&bits)
	if err != nil {
		return 0, fmt.Errorf("bits of %s: %w", draw, err)
	}
	return bits, nil
}

// readTasks reads the visits, then all their items and members in one query each.
func readTasks(ctx context.Context, q pg.Querier, v *TaskListView) error {
	rows, err := q.Query(ctx, `
		SELECT t.id, t.entity_name, t.entity_id, t.entity_address, t.visit_by
		FROM task t JOIN task_team m ON m.task_id = t.id
		WHERE t.draw_id = $1 AND m.inspector_id = $2 AND t.state <> 'replaced'
		ORDER BY t.id`, v.Draw, string(v.InspectorID))
	if err != nil {
		return err
	}
	v.Tasks, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t TaskView, err error) {
		var visitBy time.Time
		err = row.Scan(&t.ID, &t.Name, &t.Code, &t.Address, &visitBy)
		t.Code, t.VisitBy = entityCode(t.Code), dateOf(visitBy)
		return t, err
	})
	if err != nil {
		return err
	}
	ids := make([]string, len(v.Tasks))
	byID := make(map[string]*TaskView, len(v.Tasks))
	for i := range v.Tasks {
		ids[i] = v.Tasks[i].ID
		byID[ids[i]] = &v.Tasks[i]
	}
	if err := readTaskItems(ctx, q, ids, byID); err != nil {
		return err
	}
	return readTeams(ctx, q, ids, byID)
}

func readTaskItems(ctx context.Context, q pg.Querier, ids []string,
	byID map[string]*TaskView) error {
	rows, err := q.Query(ctx, `
		SELECT t.task_id, t.item_name, coalesce(i.checklist, '{}')
		FROM task_item t LEFT JOIN item i ON i.id = t.item_id
		WHERE t.task_id = ANY($1) ORDER BY t.task_id, t.item_id`, ids)
	if err != nil {
		return err
	}
	var id, name string
	var points []string
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &points}, func() error {
		byID[id].Items = append(byID[id].Items, TaskItemView{name, append([]string(nil), points...)})
		return nil
	})
	return err
}

func readTeams(ctx context.Context, q pg.Querier, ids []string, byID map[string]*TaskView) error {
	rows, err := q.Query(ctx, `
		SELECT m.task_id, coalesce(i.name, m.inspector_id), m.pos = 1
		FROM task_team m LEFT JOIN inspector i ON i.id = m.inspector_id
		WHERE m.task_id = ANY($1) ORDER BY m.task_id, m.pos`, ids)
	if err != nil {
		return err
	}
	var id string
	var m Member
	_, err = pgx.ForEachRow(rows, []any{&id, &m.Name, &m.Lead}, func() error {
		byID[id].Team = append(byID[id].Team, m)
		return nil
	})
	return err
}
