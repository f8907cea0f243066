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

// EnterRefillValue takes the value of a refill's public event as one operator types it. The rules
// are those of a draw's values: not before the event, two different people alike, and neither is
// the approver of the plan; what differs is kept, counts for nothing and gives fault.Conflict.
// The refill itself is the work of Advance.
//
// Entry and leaf are one transaction, also when it differs.
func (s *Service) EnterRefillValue(ctx context.Context, actor audit.Actor, draw string, no int,
	value string, now time.Time) error {
	if err := account.Require(actor, account.Operator); err != nil {
		return err
	}
	if err := sampling.CheckLine(value); err != nil {
		return fault.New(fault.Invalid, "数值须是一行文字，首尾没有空格").WithField("value").
			WithHint("按公布的原样录入").Wrap(err)
	}
	now = now.Truncate(time.Second)
	var differs error
	err := s.inStep(ctx, "value", func(q pg.Querier) error {
		r, err := lockRefill(ctx, q, actor, draw, no)
		if err != nil {
			return err
		}
		if now.Before(r.eventAt) {
			return fault.New(fault.Conflict, "第 %d 号递补的公共事件时间是 %s，现在还不能录入", no,
				clock(r.eventAt)).WithHint("公共事件发生之后再录入")
		}
		differs, err = r.storeValue(ctx, q, actor, value, now)
		return err
	})
	if err != nil {
		return err
	}
	return differs
}

// lockRefill locks a draw and gives one of its open requests to an actor who may act on it.
func lockRefill(ctx context.Context, q pg.Querier, actor audit.Actor, draw string, no int) (
	*refillRow, error) {
	d, err := lockHead(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	open, err := openRefills(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	for _, r := range open {
		if r.no == no {
			return r, d.mayAct(actor)
		}
	}
	return nil, fault.New(fault.NotFound, "抽查 %s 没有第 %d 号未完成的递补", draw, no)
}

// storeValue writes an entry and its leaf. differs is the answer to a person whose entry is kept
// but disagrees with another's.
func (r *refillRow) storeValue(ctx context.Context, q pg.Querier, actor audit.Actor, value string,
	now time.Time) (differs, err error) {
	entries, err := refillEntries(ctx, q, r.draw, r.no)
	if err != nil {
		return nil, err
	}
	if _, ok := agreed(entries); ok {
		return nil, fault.New(fault.Conflict, "第 %d 号递补的数值已经确定，不再接受录入", r.no)
	}
	if latest(entries)[actor.Person] == value {
		return nil, fault.New(fault.Conflict, "您已录入过同一数值，须由另一人录入").
			WithHint("两名不同的操作员各录入一次，完全一致才算数")
	}
	e := refillEntry{actor.Person, value}
	if err := insertRefillEntry(ctx, q, r, len(entries)+1, e, now); err != nil {
		return nil, err
	}
	entries = append(entries, e)
	facts := []audit.Fact{{Key: "outcome", Value: "first"}}
	if _, ok := agreed(entries); ok {
		facts[0].Value = "agreed"
		facts = append(facts, audit.Fact{Key: "value_sha256", Value: digestOf([]byte(value))})
	} else if len(latest(entries)) > 1 {
		facts[0].Value = "differs"
		differs = fault.New(fault.Conflict, "第 %d 号递补两人录入的数值不一致，均已保留，尚未采用", r.no).
			WithField("value").WithHint("请双方核对公布的原始数值后，由录错的一方重新录入")
	}
	return differs, r.append(ctx, q, audit.KindRefillValue, actor, now, facts...)
}

// latest gives the value that each person typed last.
func latest(entries []refillEntry) map[string]string {
	out := map[string]string{}
	for _, e := range entries {
		out[e.person] = e.value
	}
	return out
}

// agreed gives the value that two different people typed last. There is at most one: once two
// agree, no further entry is taken.
func agreed(entries []refillEntry) (string, bool) {
	count := map[string]int{}
	for _, v := range latest(entries) {
		if count[v]++; count[v] > 1 {
			return v, true
		}
	}
	return "", false
}

// WithdrawRefill asks to withdraw a request whose event has not come or, called by a second
// person, withdraws it (撤回, two people). The first is an operator, the second another operator or
// an approver. The reason is a line that everybody will read, without personal data; the second
// person need not give one. done says that the request is withdrawn.
//
// Row and leaf are one transaction. A request that is withdrawn fills no seat: the seats of the
// draw are counted on as if it had never been made, and its event is not used again. Nobody can
// steer with that, because no value of this or a later request is known before its event.
func (s *Service) WithdrawRefill(ctx context.Context, actor audit.Actor, draw string, no int,
	reason string, now time.Time) (done bool, err error) {
	if err := account.Require(actor, account.Operator, account.Approver); err != nil {
		return false, err
	}
	now = now.Truncate(time.Second)
	err = s.inStep(ctx, "withdraw", func(q pg.Querier) error {
		done, err = withdraw(ctx, q, actor, draw, no, reason, now)
		return err
	})
	return done && err == nil, err
}

func withdraw(ctx context.Context, q pg.Querier, actor audit.Actor, draw string, no int,
	reason string, now time.Time) (done bool, err error) {
	if _, err := lockHead(ctx, q, draw); err != nil {
		return false, err
	}
	open, err := openRefills(ctx, q, draw)
	if err != nil {
		return false, err
	}
	var r *refillRow
	for _, o := range open {
		if o.no == no {
			r = o
		}
	}
	if r == nil {
		return false, fault.New(fault.NotFound, "抽查 %s 没有第 %d 号未完成的递补", draw, no)
	}
	if !now.Before(r.eventAt) {
		return false, fault.New(fault.Conflict, "第 %d 号递补的公共事件时间 %s 已到，不能撤回", no,
			clock(r.eventAt)).WithHint("数值公布后撤回等于挑选结果；请录入数值，完成递补")
	}
	asked, err := withdrawalsOf(ctx, q, draw)
	if err != nil {
		return false, err
	}
	if before := asked[no]; len(before) > 0 {
		if before[0].Person == actor.Person {
			return false, fault.New(fault.Forbidden, "撤回须由两人办理，申请人不能自己确认").
				WithHint("请由另一名操作员或批准人确认")
		}
		return true, r.confirmWithdrawal(ctx, q, actor, before[0], now)
	}
	if err := account.Require(actor, account.Operator); err != nil {
		return false, err
	}
	if err := sampling.CheckLine(reason); err != nil {
		return false, fault.New(fault.Invalid, "撤回理由须是一行文字，不能为空").WithField("reason").
			WithHint("将永久公开，不写个人信息").Wrap(err)
	}
	w := Withdrawal{actor.Person, reason, now}
	if err := insertWithdrawal(ctx, q, r, w); err != nil {
		return false, err
	}
	return false, r.append(ctx, q, audit.KindRefillWithdraw, actor, now,
		audit.Fact{Key: "outcome", Value: "asked"},
		audit.Fact{Key: "reason_sha256", Value: digestOf([]byte(reason))})
}

func (r *refillRow) confirmWithdrawal(ctx context.Context, q pg.Querier, actor audit.Actor,
	first Withdrawal, now time.Time) error {
	second := Withdrawal{actor.Person, first.Reason, now}
	if err := insertWithdrawal(ctx, q, r, second); err != nil {
		return err
	}
	if err := insertRefillEnd(ctx, q, r, RefillWithdrawn, first.Reason, now); err != nil {
		return err
	}
	return r.append(ctx, q, audit.KindRefillWithdraw, actor, now,
		audit.Fact{Key: "outcome", Value: "withdrawn"},
		audit.Fact{Key: "requested_by", Value: first.Person},
		audit.Fact{Key: "reason_sha256", Value: digestOf([]byte(first.Reason))})
}
