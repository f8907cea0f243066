package inspection

import (
	"context"
	"time"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// TaskFilter selects tasks; empty fields select all.
type TaskFilter struct {
	Draw  string
	Unit  sampling.UnitID
	State State
	Query string // part of the entity's name, or the beginning of its code or of the task number
	Page  Page
}

// TaskDetail is a task with every version of its result, the latest first.
type TaskDetail struct {
	Task
	Results []Result `json:"results"`
	Changes []Change `json:"changes,omitempty"` // refills, in their order
}

// sight is which tasks an actor may see while they are sealed.
type sight struct {
	all       bool                 // the supervisor
	entered   bool                 // reviewers and publishers: from the first entry on
	inspector sampling.InspectorID // those of this inspector
}

// sightOf gives what the actor may see (design: sealed by default), or fault.Forbidden.
func sightOf(ctx context.Context, q pg.Querier, actor audit.Actor) (sight, error) {
	err := account.Require(actor, account.Inspector, account.Reviewer, account.Publisher,
		account.Supervisor)
	if err != nil {
		return sight{}, err
	}
	a, err := account.ByID(ctx, q, actor.Person)
	if err != nil {
		return sight{}, err
	}
	post := account.Post(actor.Post)
	if !a.Has(post) {
		return sight{}, fault.New(fault.Forbidden, "账号 %s 没有%s岗位或已停用", a.ID, post.Name())
	}
	switch post {
	case account.Supervisor:
		return sight{all: true}, nil
	case account.Inspector:
		return sight{inspector: a.Inspector}, nil
	default:
		return sight{entered: true}, nil
	}
}

// Tasks gives the tasks that the actor may see, the most urgent first: an inspector their own, a
// reviewer or publisher those with a result, the supervisor all. Other posts get fault.Forbidden.
// The reading is recorded for every draw of which it shows a task that is not public yet.
func Tasks(ctx context.Context, q pg.Querier, actor audit.Actor, f TaskFilter, now time.Time) (
	List[Task], error) {
	see, err := sightOf(ctx, q, actor)
	if err != nil {
		return List[Task]{}, err
	}
	list, err := selectTasks(ctx, q, &where{}, see, f)
	if err != nil {
		return List[Task]{}, err
	}
	return list, recordList(ctx, q, actor, list.Rows, "tasks", now)
}

// TasksOf gives the inspector's own tasks; see Tasks.
func TasksOf(ctx context.Context, q pg.Querier, actor audit.Actor, f TaskFilter, now time.Time) (
	List[Task], error) {
	if err := account.Require(actor, account.Inspector); err != nil {
		return List[Task]{}, err
	}
	return Tasks(ctx, q, actor, f, now)
}

// TaskByID gives a task with all versions of its result, or fault.NotFound, or fault.Forbidden if
// the actor may not see it. Public tasks are open to every post that Tasks serves. The reading of
// one that is not public is recorded.
func TaskByID(ctx context.Context, q pg.Querier, actor audit.Actor, id string, now time.Time) (
	*TaskDetail, error) {
	see, err := sightOf(ctx, q, actor)
	if err != nil {
		return nil, err
	}
	t, err := readTask(ctx, q, id)
	if err != nil {
		return nil, err
	}
	if !see.shows(t) {
		return nil, fault.New(fault.Forbidden, "任务 %s 的内容尚未公开", id).
			WithHint("结果公示前，只有该任务的检查人员、录入后的审核员和公示员、监督员可以查看")
	}
	d := &TaskDetail{Task: *t}
	if d.Results, err = resultsOf(ctx, q, id); err != nil {
		return nil, err
	}
	if d.Changes, err = changesOf(ctx, q, id); err != nil {
		return nil, err
	}
	return d, recordList(ctx, q, actor, []Task{*t}, "task "+id, now)
}

func (s sight) shows(t *Task) bool {
	if s.all || t.State == Published || s.entered && t.Version > 0 {
		return true
	}
	for _, m := range t.Members {
		if m.Inspector == s.inspector {
			return true
		}
	}
	return false
}

// Access is one recorded reading of a sealed list.
type Access struct {
	At     time.Time
	Person string // account id
	Draw   string
	What   string // tasks, task <id>, or what RecordAccess was given
}

// RecordAccess records that the actor reads a sealed list of a draw in another form, such as a
// printed task list; what is a short word for it.
func RecordAccess(ctx context.Context, q pg.Querier, actor audit.Actor, draw, what string,
	now time.Time) error {
	return insertAccess(ctx, q, actor.Person, []string{draw}, what, now)
}

// Accesses gives who read the sealed lists of a draw, the latest first, to the supervisor.
func Accesses(ctx context.Context, q pg.Querier, actor audit.Actor, draw string, p Page) (
	List[Access], error) {
	if err := account.Require(actor, account.Supervisor); err != nil {
		return List[Access]{}, err
	}
	return selectAccesses(ctx, q, draw, p.normal())
}

// recordList records the reading of those tasks that are not public yet, once for each draw.
func recordList(ctx context.Context, q pg.Querier, actor audit.Actor, tasks []Task, what string,
	now time.Time) error {
	var draws []string
	seen := map[string]bool{}
	for _, t := range tasks {
		if t.State != Published && !seen[t.Draw] {
			seen[t.Draw] = true
			draws = append(draws, t.Draw)
		}
	}
	if len(draws) == 0 {
		return nil
	}
	return insertAccess(ctx, q, actor.Person, draws, what, now)
}
