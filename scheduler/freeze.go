package scheduler

import (
	"strings"

	"yaohao/internal/fault"
	"yaohao/registry"
	"yaohao/sampling"
)

// freeze fixes who can be drawn, at which ratios, and who can be sent: the frozen files and the
// draft of the plan, all from one snapshot. Only prev and the times of the events are open.
//
// Holds before: the draw is planned. It waits while an earlier period of a paced item is still
// to be drawn, because what that period draws counts as done here, and while a draw whose list a
// given unit takes over is still to be drawn.
// Holds after: frozen files and draft exist together and never change. Their leaf `freeze` is
// appended by the next step: a REPEATABLE READ transaction that takes long could not append to a
// log that others write meanwhile (40001 each time).
// A crash before COMMIT leaves a planned draw without any frozen file; the next Advance freezes the
// registries as they are then. A crash after COMMIT leaves a frozen draw that is committed next.
func (t *stepTx) freeze() (bool, error) {
	p, err := planOf(t.ctx, t.q, t.d.PlanID)
	if err != nil {
		return false, err
	}
	spec, err := t.freezeSpec(p)
	if err != nil {
		return false, err
	}
	wait, err := paceWaits(t.ctx, t.q, t.d, spec.Date)
	if err != nil || wait != "" {
		return false, err
	}
	if err := checkItems(t.ctx, t.q, p.Items); err != nil {
		return false, err
	}
	given, later, err := t.givenSpec(p)
	if err != nil || later {
		return false, err
	}
	spec.Given = given
	frozen, err := registry.Freeze(t.ctx, t.q, spec)
	if err != nil {
		return false, err
	}
	plan := &sampling.Plan{Draw: t.d.ID, Hash: p.Hash, Prev: sampling.PrevNone, Date: spec.Date,
		Items: frozen.Items, Units: frozen.Units, Note: t.planNote(p)}
	if plan.Entropy, err = t.draftEntropy(p); err != nil {
		return false, err
	}
	if err := plan.Check(); err != nil {
		return false, fault.New(fault.Invalid, "抽取 %s 的方案不合规则：%s", t.d.ID, planRuleText(err)).
			WithHint("请更正抽查比例、名录或计划，系统会自动重试").Wrap(err)
	}
	return true, setFrozen(t.ctx, t.q, t.d.ID, t.now, spec.VisitBy, plan.Marshal())
}

// freezeSpec tells the registry what this draw needs: which part of the year it is, what earlier
// parts drew, and how many tasks each inspector carries already.
func (t *stepTx) freezeSpec(p *Plan) (registry.FreezeSpec, error) {
	spec := registry.FreezeSpec{Draw: t.d.ID, Hash: p.Hash, Date: dateOf(t.now),
		VisitBy: dateOf(t.now.AddDate(0, 0, p.VisitDays))}
	if p.Trial {
		spec.UnitLabel = trialLabel
	}
	part, of, err := p.part(t.d.DueAt)
	if err != nil {
		return spec, err
	}
	done, err := drawnThisYear(t.ctx, t.q, t.d)
	if err != nil {
		return spec, err
	}
	for _, it := range p.Items {
		spec.Items = append(spec.Items, registry.ItemFrame{Item: it.Item, Label: it.Label,
			Part: part, Of: of, Done: done[it.Item]})
	}
	spec.Carry, err = carriedThisYear(t.ctx, t.q, t.d)
	return spec, err
}

// planNote is the note of the plan with what the office has to say by itself.
func (t *stepTx) planNote(p *Plan) string {
	var parts []string
	if p.Note != "" {
		parts = append(parts, p.Note)
	}
	if t.d.Late {
		parts = append(parts, lateNote(t.d.DueAt, t.now))
	}
	if p.Trial {
		parts = append(parts, "试运行")
	}
	return strings.Join(parts, "；")
}
