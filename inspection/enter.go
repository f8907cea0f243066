package inspection

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// EnterResult saves a new version of a task's result and gives its number. The actor is an
// inspector of the task's team. Entering again what the actor entered last gives the version that
// is there, so a form sent twice does no harm. Errors: fault.Forbidden for anybody else,
// fault.NotFound, fault.Conflict when the state does not allow it, fault.Invalid with the field
// for an entry that breaks a rule. Whatever the error, nothing is written.
func (s *Service) EnterResult(ctx context.Context, actor audit.Actor, taskID string, e Entry,
	now time.Time) (version int, err error) {
	if err := account.Require(actor, account.Inspector); err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(q pg.Querier) (err error) {
		version, err = s.enter(ctx, q, actor, taskID, e, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	return version, nil
}

func (s *Service) enter(ctx context.Context, q pg.Querier, actor audit.Actor, taskID string,
	e Entry, now time.Time) (int, error) {
	t, err := lockTask(ctx, q, taskID)
	if err != nil {
		return 0, err
	}
	if err := requireTeam(ctx, q, actor, taskID); err != nil {
		return 0, err
	}
	if t.state == Assigned {
		return 0, fault.New(fault.Conflict, "任务 %s 是专家或检验机构的任务，不录入检查结果", taskID).
			WithHint("检查结果由执法检查人员在自己的任务中录入")
	}
	to, ok := t.state.Next(Enter)
	if !ok {
		return 0, fault.New(fault.Conflict, "任务 %s 的结果%s，不能再录入", taskID,
			t.state.Name()).WithHint("审核通过的结果不能更改")
	}
	if err := refuseRefilling(ctx, q, taskID); err != nil {
		return 0, err
	}
	today := day(now)
	edition := EditionOn(today)
	e, err = e.clean(t.items, edition, day(t.dispatchedAt), today)
	if err != nil {
		return 0, err
	}
	r := &Result{Entry: e, Task: taskID, Version: t.version, Entrant: actor.Person,
		Edition: edition.ID, At: now}
	if t.state == Entered && resultText(r, t.entity, t.seed).sha256() == t.sha256 {
		return t.version, nil
	}
	r.Version++
	r.SHA256 = resultText(r, t.entity, t.seed).sha256()
	due, provisional, err := s.due(e.VisitedOn)
	if err != nil {
		return 0, err
	}
	if err := insertResult(ctx, q, r); err != nil {
		return 0, err
	}
	if err := setEntered(ctx, q, r, to, due, provisional); err != nil {
		return 0, err
	}
	return r.Version, appendLeaf(ctx, q, audit.KindResult, taskID, actor, now,
		audit.Fact{Key: "sha256", Value: r.SHA256},
		audit.Fact{Key: "version", Value: fmt.Sprint(r.Version)})
}

// requireTeam refuses whoever is not an inspector of the task's team. What the account says counts,
// not what the page says.
func requireTeam(ctx context.Context, q pg.Querier, actor audit.Actor, taskID string) error {
	a, err := account.ByID(ctx, q, actor.Person)
	if err != nil {
		return err
	}
	team, err := teamOf(ctx, q, taskID)
	if err != nil {
		return err
	}
	if !a.Has(account.Inspector) || !slices.Contains(team, a.Inspector) {
		return fault.New(fault.Forbidden, "您不是任务 %s 的检查人员", taskID).
			WithHint("结果只能由抽取到该任务的检查人员录入")
	}
	return nil
}

// refuseRefilling refuses entries while somebody of the team is to be replaced, or the entity.
func refuseRefilling(ctx context.Context, q pg.Querier, taskID string) error {
	open, err := isRefilling(ctx, q, taskID)
	if err != nil || !open {
		return err
	}
	return fault.New(fault.Conflict, "任务 %s 正在递补，现在不能录入", taskID).
		WithHint("递补完成或撤回之后再录入")
}
