package scheduler

import (
	"time"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// commit publishes the digest of the plan before any randomness exists: the draft gets prev, the
// cutoff and the time of the event, counted from now, and becomes plan.json.
//
// Holds before: files and draft are frozen. Because the times count from this step, a commit can
// never come after its own event, however long the service stood still before.
// Holds after: plan.json, its commit and the leaves `freeze` (digests of the frozen files) and
// `plan` exist together; the plan cannot change.
// A crash before COMMIT leaves a frozen draw; the next Advance commits with later times. A crash
// after COMMIT leaves the committed plan, which only waits for its cutoff.
func (t *stepTx) commit() (bool, error) {
	plan, err := sampling.ParsePlan(t.d.Draft)
	if err != nil {
		return false, err
	}
	p, err := planOf(t.ctx, t.q, t.d.PlanID)
	if err != nil {
		return false, err
	}
	start := t.now.Truncate(time.Minute)
	e := events{period: t.d.Period, date: plan.Date,
		cutoff: start.Add(time.Duration(p.CutoffHours) * time.Hour),
		event:  start.Add(time.Duration(p.EventHours) * time.Hour)}
	if dateOf(e.event) > t.d.VisitBy {
		return false, fault.New(fault.Conflict, "抽取 %s 的检查期限 %s 早于公共事件 %s",
			t.d.ID, t.d.VisitBy, clock(e.event)).WithHint("名单冻结已久，请作废本次抽取并另编计划")
	}
	if e.links, err = linksOf(t.ctx, t.q, t.d.ID); err != nil {
		return false, err
	}
	for i, s := range p.Entropy {
		plan.Entropy[i].Event = e.spec(s).Event
	}
	rounds := e.rounds(p.Entropy)
	if err := lockChain(t.ctx, t.q); err != nil {
		return false, err
	}
	if err := freshEvents(t.ctx, t.q, t.d, plan, rounds); err != nil {
		return false, err
	}
	if plan.Prev, err = lastTranscript(t.ctx, t.q); err != nil {
		return false, err
	}
	if err := plan.Check(); err != nil {
		return false, err
	}
	if err := insertEntropy(t.ctx, t.q, t.d.ID, plan.Entropy, rounds); err != nil {
		return false, err
	}
	if err := setCommitted(t.ctx, t.q, t.d.ID, t.now, e, plan); err != nil {
		return false, err
	}
	files, err := t.fileFacts()
	if err != nil {
		return false, err
	}
	if err := t.append(audit.KindFreeze, append(files, hashFact(plan.Hash))...); err != nil {
		return false, err
	}
	return true, t.append(audit.KindPlan,
		hashFact(plan.Hash),
		audit.Fact{Key: "commit", Value: plan.Commit()},
		audit.Fact{Key: "prev", Value: plan.Prev},
		audit.Fact{Key: "cutoff", Value: e.cutoff.Format(time.RFC3339)},
		audit.Fact{Key: "event", Value: e.event.Format(time.RFC3339)},
		audit.Fact{Key: "grade", Value: sampling.Grade(plan)})
}

// await closes the time of the witnesses: from the cutoff on only the public event may arrive.
//
// Holds before: the plan is committed and its cutoff has passed.
// Holds after: no witness line is taken any more. A crash on either side leaves one of the two
// states; EnterEntropy looks at the clock and not at the state, so nothing slips in between.
func (t *stepTx) await() (bool, error) {
	if t.now.Before(*t.d.CutoffAt) {
		return false, nil
	}
	missing, err := missingValues(t.ctx, t.q, t.d.ID)
	if err != nil {
		return false, err
	}
	return true, setAwaiting(t.ctx, t.q, t.d.ID, t.now, len(missing) == 0)
}
