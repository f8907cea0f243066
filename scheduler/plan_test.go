package scheduler

import (
	"testing"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// Each bad plan is refused with the field that is wrong, and nothing is left.
func TestPlanRefusals(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE item SET published = false WHERE id = 'A02'`)
	w.exec(`UPDATE item SET category = '行政处罚' WHERE id = 'B01'`)
	public := monthly().Entropy[1]
	witness := Source{Name: "witness", Kind: sampling.EntropyWitness, Event: "见证语 {cutoff}"}
	for _, c := range []struct {
		name, field string
		change      func(p *PlanSpec)
	}{
		{"code", "id", func(p *PlanSpec) { p.ID = "2026-11-M" }},
		{"name", "name", func(p *PlanSpec) { p.Name = "" }},
		{"note", "note", func(p *PlanSpec) { p.Note = "两\n行" }},
		{"cron syntax", "cron", func(p *PlanSpec) { p.Cron = "每月二日" }},
		{"cron time zone", "cron", func(p *PlanSpec) { p.Cron = "TZ=Asia/Shanghai" }},
		{"cron never", "cron", func(p *PlanSpec) { p.Cron = "0 9 30 2 *" }},
		{"twice a day", "cron", func(p *PlanSpec) { p.Cron = "0 9,10 2 * *" }},
		{"no fire", "cron", func(p *PlanSpec) {
			p.StartsOn, p.EndsOn = "2026-03-03", "2026-03-04"
		}},
		{"start", "starts_on", func(p *PlanSpec) { p.StartsOn = "2026-02-30" }},
		{"other year", "ends_on", func(p *PlanSpec) { p.EndsOn = "2027-01-31" }},
		{"order", "ends_on", func(p *PlanSpec) {
			p.StartsOn, p.EndsOn = "2026-03-03", "2026-02-03"
		}},
		{"cutoff", "cutoff_hours", func(p *PlanSpec) { p.CutoffHours = 0 }},
		{"event", "event_hours", func(p *PlanSpec) { p.EventHours = 1 }},
		{"visits", "visit_days", func(p *PlanSpec) { p.VisitDays = 1 }},
		{"no items", "items", func(p *PlanSpec) { p.Items = nil }},
		{"item twice", "items", func(p *PlanSpec) { p.Items = append(p.Items, p.Items[0]) }},
		{"label", "items", func(p *PlanSpec) { p.Items[0].Label = "Day" }},
		{"label test", "items", func(p *PlanSpec) { p.Items[0].Label = "test" }},
		{"no such item", "items", func(p *PlanSpec) { p.Items[0].Item = "Z99" }},
		{"unpublished", "items", func(p *PlanSpec) { p.Items[0].Item = "A02" }},
		{"no 行政检查", "items", func(p *PlanSpec) { p.Items[0].Item = "B01" }},
		{"no public", "entropy", func(p *PlanSpec) { p.Entropy = p.Entropy[:1] }},
		{"name twice", "entropy", func(p *PlanSpec) { p.Entropy[0].Name = "lottery" }},
		{"event twice", "entropy", func(p *PlanSpec) {
			p.Entropy = append(p.Entropy, Source{Name: "second", Kind: public.Kind,
				Event: public.Event, Bits: 1})
		}},
		{"name commit", "entropy", func(p *PlanSpec) { p.Entropy[0].Name = "commit" }},
		{"bits", "entropy", func(p *PlanSpec) { p.Entropy[1].Bits = 1025 }},
		{"witness last", "entropy", func(p *PlanSpec) { p.Entropy = append(p.Entropy, witness) }},
		{"chain", "entropy.1", func(p *PlanSpec) { p.Entropy[0].Kind = sampling.EntropyChain }},
		{"no cutoff", "entropy.2", func(p *PlanSpec) { p.Entropy[1].Event = "掷骰子 {event}" }},
		{"no event", "entropy.2", func(p *PlanSpec) { p.Entropy[1].Event = "掷骰子 {cutoff}" }},
		{"placeholder", "entropy.1", func(p *PlanSpec) { p.Entropy[0].Event = "{seed}" }},
	} {
		spec := monthly()
		spec.Items = spec.Items[:1]
		c.change(&spec)
		err := w.s.CreatePlan(t.Context(), planner, spec, at(approvedAt))
		if e, ok := fault.As(err); !ok || e.Kind != fault.Invalid || e.Field != c.field {
			t.Errorf("%s: got %v, want field %s", c.name, err, c.field)
		}
	}
	if n := w.count(`SELECT count(*) FROM plan`); n != 0 {
		t.Errorf("%d plans are left", n)
	}
}

// Author and approver are two people with their posts, and only an approved plan fires.
func TestApproval(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.refused(w.s.CreatePlan(ctx, approver, monthly(), at(approvedAt)), fault.Forbidden)
	w.ok(w.s.CreatePlan(ctx, planner, monthly(), at(approvedAt)))
	w.refused(w.s.CreatePlan(ctx, planner, monthly(), at(approvedAt)), fault.Conflict)
	if steps := w.advance(dueAt); steps != nil {
		t.Fatalf("a draft fired: %s", stepsText(steps))
	}
	self := approver
	self.Person = planner.Person
	w.refused(w.s.ApprovePlan(ctx, self, "M", at(approvedAt)), fault.Forbidden)
	w.refused(w.s.ApprovePlan(ctx, planner, "M", at(approvedAt)), fault.Forbidden)
	w.refused(w.s.ApprovePlan(ctx, approver, "X", at(approvedAt)), fault.NotFound)
	w.refused(w.s.ApprovePlan(ctx, approver, "M", at("2027-01-01 00:00")), fault.Conflict)
	w.ok(w.s.ApprovePlan(ctx, approver, "M", at(approvedAt)))
	w.refused(w.s.ApprovePlan(ctx, approver, "M", at(approvedAt)), fault.Conflict)
	plans, total, err := Plans(ctx, w.db.Querier(), 1)
	w.ok(err)
	if total != 1 || !plans[0].NextDue.Equal(at(dueAt)) || plans[0].Approver != approver.Person {
		t.Errorf("plans %+v", plans)
	}
	if got := plans[0].digest(); got != specDigest(monthly()) {
		t.Errorf("the approved plan %s is not the written one", got)
	}
}

func specDigest(p PlanSpec) string {
	p = p.normal()
	return p.digest()
}

// A trial run carries label test everywhere and counts for nothing.
func TestTrial(t *testing.T) {
	w := newWorld(t)
	spec := monthly()
	spec.Trial = true
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	p := w.planOf(november)
	for _, it := range p.Items {
		if it.Label != trialLabel {
			t.Errorf("item %s has label %s", it.ID, it.Label)
		}
	}
	for _, u := range p.Units {
		if u.Label != trialLabel {
			t.Errorf("unit %s has label %s", u.ID, u.Label)
		}
	}
	if p.Note != "试运行" {
		t.Errorf("note %q", p.Note)
	}
}

// One public event serves one draw of an item: the same words are refused, and the draw goes on
// with the event of a later minute.
func TestEventServesOnce(t *testing.T) {
	w := newWorld(t)
	a, b := monthly(), monthly()
	a.Items, b.Items = a.Items[:1], b.Items[:1]
	b.ID = "N"
	w.plan(a, approvedAt)
	w.plan(b, approvedAt)
	sum, err := w.s.Advance(t.Context(), at(dueAt))
	w.ok(err)
	if len(sum.Failures) != 1 || sum.Failures[0].Draw != "2026-11-N" {
		t.Fatalf("failures %+v", sum.Failures)
	}
	w.refused(sum.Failures[0].Err, fault.Conflict)
	w.state("2026-11-N", Frozen)
	w.advance("2026-11-02 09:01")
	w.state("2026-11-N", Committed)
}

// A plan that fires more than once a month names its periods by day.
func TestDailyPeriods(t *testing.T) {
	w := newWorld(t)
	spec := monthly()
	spec.Cron, spec.VisitDays = "0 9 * * 1", 10
	spec.Items = spec.Items[:1]
	w.plan(spec, approvedAt)
	w.advance("2026-10-26 09:00")
	w.state("2026-10-26-M", Committed)
}
