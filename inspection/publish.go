package inspection

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/registry"
)

// namedTasks is how many task numbers a refusal to publish names.
const namedTasks = 5

// approved is an approved version that becomes public.
type approved struct {
	task    string
	version int
	sha256  string
	late    bool
}

// Publish 公示 makes the results of a draw public and gives how many: all at once, when every task
// is approved. A draw whose results are public already gives 0. The visits enter the checks made
// (检查记录), where they count for yearly caps and cool-downs. Errors: fault.Forbidden,
// fault.NotFound, fault.Conflict that says how many tasks are open and names the first.
func (s *Service) Publish(ctx context.Context, actor audit.Actor, draw string, now time.Time) (
	n int, err error) {
	if err := account.Require(actor, account.Publisher); err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(q pg.Querier) (err error) {
		n, err = publish(ctx, q, actor, draw, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func publish(ctx context.Context, q pg.Querier, actor audit.Actor, draw string, now time.Time) (
	int, error) {
	tasks, err := lockTasksOf(ctx, q, draw)
	if err != nil {
		return 0, err
	}
	if err := allApproved(draw, tasks); err != nil {
		return 0, err
	}
	if err := joinLargeTables(ctx, q); err != nil {
		return 0, err
	}
	today := day(now)
	list, err := insertPublications(ctx, q, draw, actor.Person, today, now)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	if err := setPublished(ctx, q, draw, now); err != nil {
		return 0, err
	}
	late := 0
	ids := make([]string, len(list))
	for i, t := range list {
		ids[i] = t.task
		if t.late {
			late++
		}
	}
	if err := recordChecks(ctx, q, ids); err != nil {
		return 0, err
	}
	return len(list), appendLeaf(ctx, q, audit.KindPublish, draw, actor, now,
		audit.Fact{Key: "late", Value: fmt.Sprint(late)},
		audit.Fact{Key: "results", Value: fmt.Sprint(len(list))},
		audit.Fact{Key: "sha256", Value: publishText(draw, list).sha256()})
}

// allApproved refuses a draw that has no tasks, or one that is neither approved nor public. Tasks
// of experts and laboratories, and those whose entity was replaced, have nothing to publish.
func allApproved(draw string, tasks []taskState) error {
	var open []string
	results := 0
	for _, t := range tasks {
		if t.state == Assigned || t.state == Replaced {
			continue
		}
		results++
		if t.state != Approved && t.state != Published {
			open = append(open, t.id+" "+t.state.Name())
		}
	}
	switch {
	case len(tasks) == 0:
		return fault.New(fault.Conflict, "抽查 %s 没有任务可以公示", draw).
			WithHint("抽取并派发之后才有任务")
	case results == 0:
		return fault.New(fault.Conflict, "抽查 %s 只有专家或检验机构的任务，没有检查结果可以公示", draw).
			WithHint("检查期限过后，抽取自动公开")
	case len(open) == 0:
		return nil
	}
	named, more := open, ""
	if len(open) > namedTasks {
		named, more = open[:namedTasks], " 等"
	}
	return fault.New(fault.Conflict, "抽查 %s 有 %d 个任务尚未审核通过：%s%s", draw, len(open),
		strings.Join(named, "、"), more).WithHint("全部任务审核通过后才能一并公示")
}

// recordChecks writes the checked items of published tasks into the checks made. An item that was
// not checked is no check.
func recordChecks(ctx context.Context, q pg.Querier, tasks []string) error {
	checks, err := checksOf(ctx, q, tasks)
	if err != nil {
		return err
	}
	if err := registry.RecordChecks(ctx, q, checks); err != nil {
		return fmt.Errorf("recording the checks made: %w", err)
	}
	return nil
}
