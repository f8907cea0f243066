package inspection

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/audit"
	"yaohao/calendar"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// soonDays is how many working days before its deadline a publication shows up as due.
const soonDays = 5

// Stats 统计 of a draw, in tasks. The states add up to Expected, Assigned
// and Replaced. A firm that carries two
// categories counts in both, so categories may add up to more than the tasks with a result.
type Stats struct {
	Expected int64           `json:"expected"` // 应检查: tasks that are to have a result
	Assigned int64           `json:"assigned"` // 已指派: tasks of experts and laboratories
	Replaced int64           `json:"replaced"` // 已递补: another entity is inspected instead
	ByState  map[State]int64 `json:"byState"`  // every state, 0 included
	Late     int64           `json:"late"`     // published after the deadline
	// of the latest versions; every category of the edition
	Categories []CategoryCount `json:"categories"`
}

// CategoryCount is how many tasks carry a category.
type CategoryCount struct {
	Category
	Edition string `json:"edition"`
	Tasks   int64  `json:"tasks"`
}

// StatsOf gives the statistics of a draw; numbers only, so they are not sealed.
func StatsOf(ctx context.Context, q pg.Querier, draw string) (*Stats, error) {
	s := &Stats{ByState: map[State]int64{}}
	for _, state := range States() {
		s.ByState[state] = 0
	}
	rows, err := q.Query(ctx, `SELECT state, count(*) FROM task WHERE draw_id = $1
		GROUP BY state`, draw)
	if err != nil {
		return nil, fmt.Errorf("counting the tasks of draw %s: %w", draw, err)
	}
	var state State
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		s.ByState[state] = n
		switch state {
		case Assigned:
			s.Assigned = n
		case Replaced:
			s.Replaced = n
		default:
			s.Expected += n
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("counting the tasks of draw %s: %w", draw, err)
	}
	err = q.QueryRow(ctx, `SELECT count(*) FROM publication p JOIN task t ON t.id = p.task_id
		WHERE t.draw_id = $1 AND p.late`, draw).Scan(&s.Late)
	if err != nil {
		return nil, fmt.Errorf("counting late publications of draw %s: %w", draw, err)
	}
	s.Categories, err = countCategories(ctx, q, draw)
	return s, err
}

// countCategories counts every category of each edition that the draw's results use.
func countCategories(ctx context.Context, q pg.Querier, draw string) ([]CategoryCount, error) {
	rows, err := q.Query(ctx, `WITH latest AS (
			SELECT r.edition, r.categories FROM task t
			JOIN result r ON r.task_id = t.id AND r.version = t.version WHERE t.draw_id = $1)
		SELECT c.edition, c.code, c.label, c.problem,
			(SELECT count(*) FROM latest l
				WHERE l.edition = c.edition AND c.code = ANY (l.categories))
		FROM result_category c WHERE c.edition IN (SELECT edition FROM latest)
		ORDER BY c.valid_from, c.edition, c.code COLLATE "C"`, draw)
	if err != nil {
		return nil, fmt.Errorf("counting the categories of draw %s: %w", draw, err)
	}
	counts, err := pgx.CollectRows(rows,
		func(r pgx.CollectableRow) (c CategoryCount, err error) {
			err = r.Scan(&c.Edition, &c.Code, &c.Label, &c.Problem, &c.Tasks)
			return c, err
		})
	if err != nil {
		return nil, fmt.Errorf("counting the categories of draw %s: %w", draw, err)
	}
	return counts, nil
}

// Alarm says what is due of a task.
type Alarm string

// The alarms, the gravest first.
const (
	PublishPassed Alarm = "publish-passed" // 公示已超期
	VisitPassed   Alarm = "visit-passed"   // 检查已超期
	PublishSoon   Alarm = "publish-soon"   // 公示将到期: within five working days
)

var alarmNames = map[Alarm]string{
	PublishPassed: "公示已超期", VisitPassed: "检查已超期", PublishSoon: "公示将到期",
}

// Name gives the Chinese name of the alarm.
func (a Alarm) Name() string { return alarmNames[a] }

// OverdueTask is a task with what is due of it.
type OverdueTask struct {
	Task
	Alarm Alarm `json:"alarm"`
}

// Overdue gives the tasks among those that the actor may see whose last day of visit has passed
// without an entry, or whose last day of publication has passed or is at most five working days
// away; f narrows them down. The reading is recorded as that of Tasks.
func (s *Service) Overdue(ctx context.Context, actor audit.Actor, f TaskFilter, now time.Time) (
	List[OverdueTask], error) {
	q := s.DB.Querier()
	see, err := sightOf(ctx, q, actor)
	if err != nil {
		return List[OverdueTask]{}, err
	}
	today := day(now)
	last, _ := s.Calendar.AddWorkingDays(calendar.Day(now), soonDays)
	w := &where{}
	w.due(today, day(last))
	found, err := selectTasks(ctx, q, w, see, f)
	if err != nil {
		return List[OverdueTask]{}, err
	}
	list := List[OverdueTask]{Total: found.Total, Page: found.Page}
	for _, t := range found.Rows {
		list.Rows = append(list.Rows, OverdueTask{t, alarmOf(&t, today)})
	}
	return list, recordList(ctx, q, actor, found.Rows, "overdue", now)
}

func alarmOf(t *Task, today sampling.Date) Alarm {
	switch {
	case t.State == Dispatched:
		return VisitPassed
	case t.PublishDue < today:
		return PublishPassed
	default:
		return PublishSoon
	}
}
