package scheduler

import (
	"context"
	"slices"
	"time"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// RequestVoid asks to make a draw void (作废), with a reason that everybody will read: a line
// without personal data. The actor is an operator. Nothing changes until another person confirms,
// and a draw that is drawn meanwhile can no longer be made void.
//
// The request and its leaf `void-request` are one transaction: a crash leaves both or nothing.
func (s *Service) RequestVoid(ctx context.Context, actor audit.Actor, draw, reason string,
	now time.Time) error {
	if err := account.Require(actor, account.Operator); err != nil {
		return err
	}
	if err := sampling.CheckLine(reason); err != nil {
		return invalid("reason", "作废理由不合规则：%s", ruleText(err)).
			WithHint("一行文字，不能为空，不写个人信息").Wrap(err)
	}
	now = civil(now)
	return s.DB.InTx(ctx, func(q pg.Querier) error {
		d, err := lockDraw(ctx, q, draw, false)
		if err != nil {
			return err
		}
		if !mayVoid(d.State) {
			return cannotVoid(d)
		}
		if err := insertVoidRequest(ctx, q, draw,
			VoidRequest{actor.Person, reason, now}); err != nil {
			return err
		}
		return appendLeaf(ctx, q, audit.KindVoidRequest, draw, actor, now,
			audit.Fact{Key: "reason_sha256", Value: digestOf([]byte(reason))},
			audit.Fact{Key: "from", Value: string(d.State)})
	})
}

// ConfirmVoid makes a draw void that somebody else asked to make void. The actor is an operator or
// an approver. After the cutoff, with every value there, the record carries seed.txt, seals
// opened, so that all can see what was thrown away (draw/1 §10); the leaf names what is missing
// otherwise.
//
// State, reason, seed.txt and the leaf `void` are one transaction: a crash leaves the draw as it
// was or void for ever.
func (s *Service) ConfirmVoid(ctx context.Context, actor audit.Actor, draw string,
	now time.Time) error {
	if err := account.Require(actor, account.Operator, account.Approver); err != nil {
		return err
	}
	now = civil(now)
	return s.commit(ctx, s.DB.InTx, "void", func(q pg.Querier) error {
		d, err := lockDraw(ctx, q, draw, false)
		if err != nil {
			return err
		}
		if !mayVoid(d.State) {
			return cannotVoid(d)
		}
		request, err := otherRequest(ctx, q, draw, actor.Person)
		if err != nil {
			return err
		}
		t := &stepTx{ctx: ctx, q: q, svc: s, now: now, d: d, actor: actor}
		facts := []audit.Fact{{Key: "reason_sha256", Value: digestOf([]byte(request.Reason))},
			{Key: "requested_by", Value: request.Person}, {Key: "from", Value: string(d.State)}}
		seedText, seedFacts, err := t.thrownAway()
		if err != nil {
			return err
		}
		linkFacts, err := t.giveUpLinks()
		if err != nil {
			return err
		}
		facts = slices.Concat(facts, seedFacts, linkFacts)
		err = setVoid(ctx, q, draw, now, request.Reason, seedText, factOf(facts, "seed"))
		if err != nil {
			return err
		}
		if err := t.append(audit.KindVoid, facts...); err != nil {
			return err
		}
		t.note = "申请人 " + request.Person + "：" + request.Reason
		return t.record(d.State, Void)
	})
}

func cannotVoid(d *drawRow) error {
	return fault.New(fault.Conflict, "抽取“%s”%s，不能作废", d.ID, d.State.Name()).
		WithHint("抽取结果产生以后不能作废，也不能重抽")
}

// otherRequest gives the first request of somebody else.
func otherRequest(ctx context.Context, q pg.Querier, draw, person string) (VoidRequest, error) {
	requests, err := voidRequests(ctx, q, draw)
	if err != nil {
		return VoidRequest{}, err
	}
	for _, r := range requests {
		if r.Person != person {
			return r, nil
		}
	}
	if len(requests) > 0 {
		return VoidRequest{}, fault.New(fault.Forbidden, "作废须由两人办理，申请人不能自己确认").
			WithHint("请由另一名操作员或批准人确认")
	}
	return VoidRequest{}, fault.New(fault.Conflict, "抽取“%s”没有作废申请", draw).
		WithHint("先由一名操作员申请作废并写明理由")
}

// thrownAway gives seed.txt of a draw that ends after its cutoff, and the facts that go with it:
// the seed among them, if there is one. The text is nil before the cutoff, when nobody could know
// a result, and when a value is missing.
func (t *stepTx) thrownAway() ([]byte, []audit.Fact, error) {
	if t.d.CutoffAt == nil || t.now.Before(*t.d.CutoffAt) {
		return nil, nil, nil
	}
	missing, err := missingValues(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, nil, err
	}
	if len(missing) > 0 {
		return nil, []audit.Fact{{Key: "seed_missing", Value: missing[0]}}, nil
	}
	plan, err := sampling.ParsePlan(t.d.PlanJSON)
	if err != nil {
		return nil, nil, err
	}
	values, err := t.values(plan)
	if fault.Is(err, fault.Conflict) { // the key file is lost: the draw must still be able to end
		return nil, []audit.Fact{{Key: "seed_missing", Value: "seal"}}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	text := sampling.SeedText(plan.Commit(), values)
	return text, []audit.Fact{hashFact(plan.Hash),
		{Key: "seed", Value: sampling.Digest(plan.Hash, text)}}, nil
}
