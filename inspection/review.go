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

// Decision 审核结果 is what a reviewer decides about the version of a result that they read.
type Decision struct {
	Version int    // the version that the reviewer had before them
	Verdict Step   // Approve, Return or Reject
	Opinion string // 审核意见; required for Return and Reject
}

// verdicts are the words of table review and of the log.
var verdicts = map[Step]string{Approve: "approved", Return: "returned", Reject: "rejected"}

// Review decides about the latest version of a task's result. The actor is a reviewer who is no
// member of the task's team and has entered no version of the result (录入员 ≠ 审核员). Errors:
// fault.Forbidden, fault.NotFound, fault.Invalid for a decision without its opinion, fault.Conflict
// when nothing waits for review or a newer version has arrived.
func (s *Service) Review(ctx context.Context, actor audit.Actor, taskID string, d Decision,
	now time.Time) error {
	if err := account.Require(actor, account.Reviewer); err != nil {
		return err
	}
	if _, ok := verdicts[d.Verdict]; !ok {
		return fault.New(fault.Invalid, "没有审核结果“%s”", d.Verdict).WithField("verdict").
			WithHint("通过、退回修改或不通过")
	}
	var err error
	if d.Opinion, err = cleanText("opinion", "审核意见", d.Opinion); err != nil {
		return err
	}
	if d.Opinion == "" && d.Verdict != Approve {
		return fault.New(fault.Invalid, "退回或不通过须填写审核意见").WithField("opinion")
	}
	return s.DB.InTx(ctx, func(q pg.Querier) error {
		return review(ctx, q, actor, taskID, d, now)
	})
}

func review(ctx context.Context, q pg.Querier, actor audit.Actor, taskID string, d Decision,
	now time.Time) error {
	t, err := lockTask(ctx, q, taskID)
	if err != nil {
		return err
	}
	if err := refuseOwn(ctx, q, actor, taskID); err != nil {
		return err
	}
	to, ok := t.state.Next(d.Verdict)
	if !ok {
		return fault.New(fault.Conflict, "任务 %s 的结果%s，没有待审核的版本", taskID, t.state.Name())
	}
	if d.Version != t.version {
		return fault.New(fault.Conflict, "审核的是第 %d 版，任务 %s 的最新结果是第 %d 版",
			d.Version, taskID, t.version).WithHint("请查看最新版本后再审核")
	}
	if err := insertReview(ctx, q, taskID, actor.Person, d, now); err != nil {
		return err
	}
	if err := setState(ctx, q, taskID, to); err != nil {
		return err
	}
	return appendLeaf(ctx, q, audit.KindReview, taskID, actor, now,
		audit.Fact{Key: "decision", Value: verdicts[d.Verdict]},
		audit.Fact{Key: "sha256", Value: t.sha256},
		audit.Fact{Key: "version", Value: fmt.Sprint(d.Version)})
}

// refuseOwn refuses a reviewer who entered any version or belongs to the team.
func refuseOwn(ctx context.Context, q pg.Querier, actor audit.Actor, taskID string) error {
	entrants, err := entrantsOf(ctx, q, taskID)
	if err != nil {
		return err
	}
	if slices.Contains(entrants, actor.Person) {
		return fault.New(fault.Forbidden, "录入过任务 %s 结果的人不能审核它", taskID).
			WithHint("请由另一名审核员审核")
	}
	a, err := account.ByID(ctx, q, actor.Person)
	if err != nil {
		return err
	}
	if !a.Has(account.Reviewer) {
		return fault.New(fault.Forbidden, "账号 %s 没有审核员岗位或已停用", a.ID)
	}
	team, err := everInTeam(ctx, q, taskID)
	if err != nil {
		return err
	}
	if a.Inspector != "" && slices.Contains(team, a.Inspector) {
		return fault.New(fault.Forbidden, "任务 %s 的检查人员不能审核它的结果", taskID).
			WithHint("请由检查组以外的审核员审核")
	}
	return nil
}
