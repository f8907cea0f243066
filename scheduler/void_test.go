package scheduler

import (
	"slices"
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
)

// A void needs a reason and two different people.
func TestVoidNeedsTwo(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	ctx := t.Context()
	w.refused(w.s.ConfirmVoid(ctx, op2, november, at(dueAt)), fault.Conflict) // nobody asked
	w.refused(w.s.RequestVoid(ctx, planner, november, "理由", at(dueAt)), fault.Forbidden)
	w.refused(w.s.RequestVoid(ctx, op1, november, "", at(dueAt)), fault.Invalid)
	w.refused(w.s.RequestVoid(ctx, op1, "2099-01-M", "理由", at(dueAt)), fault.NotFound)
	w.ok(w.s.RequestVoid(ctx, op1, november, "名录导入有误", at(dueAt)))
	w.refused(w.s.RequestVoid(ctx, op1, november, "再来", at(dueAt)), fault.Conflict)
	w.refused(w.s.ConfirmVoid(ctx, op1, november, at(dueAt)), fault.Forbidden) // the same person
	w.refused(w.s.ConfirmVoid(ctx, planner, november, at(dueAt)), fault.Forbidden)
	leaves, err := auditdb.Leaves(ctx, w.db.Querier(),
		auditdb.Filter{Kind: audit.KindVoidRequest, Limit: 10})
	w.ok(err)
	if len(leaves) != 1 { // refused requests leave none
		t.Fatalf("%d leaves of requests", len(leaves))
	}
	leaf := leaves[0].Leaf
	if leaf.Subject != november || leaf.Actor != op1 || !leaf.At.Equal(at(dueAt)) ||
		leaf.Fact("reason_sha256") != digestOf([]byte("名录导入有误")) ||
		leaf.Fact("from") != string(Committed) {
		t.Errorf("leaf of the request %+v", leaf)
	}
	d := w.state(november, Committed)
	if !strings.Contains(d.Next, "作废申请") || len(d.VoidRequests) != 1 {
		t.Errorf("next %q, requests %+v", d.Next, d.VoidRequests)
	}
	w.ok(w.s.ConfirmVoid(ctx, approver, november, at(dueAt)))
	d = w.state(november, Void)
	if d.VoidReason != "名录导入有误" || d.Seed != "" {
		t.Errorf("void: reason %q seed %q", d.VoidReason, d.Seed)
	}
	last := d.Timeline[len(d.Timeline)-1]
	if last.To != Void || last.Actor != approver.Person || last.Leaf == nil {
		t.Errorf("timeline %+v", last)
	}
	w.refused(w.s.ConfirmVoid(ctx, op2, november, at(dueAt)), fault.Conflict) // ended
	w.refused(w.s.EnterEntropy(ctx, op1, november, "lottery", balls, at(eventAt)), fault.Conflict)
	if steps := w.advance(visitedAt); steps != nil {
		t.Errorf("a void draw moved: %s", stepsText(steps))
	}
	if names := w.files(november); !slices.Equal(names, []string{"plan.json"}) {
		t.Errorf("files of a void draw: %v", names)
	}
	// The period has had its draw; the next one has its own.
	w.advance("2026-12-02 09:00")
	w.state("2026-12-M", Committed)
}

// A void after the last cutoff with the values there carries seed.txt, so that all can see what was
// thrown away.
func TestVoidShowsSeed(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.ok(w.s.RequestVoid(t.Context(), op1, november, "公共事件有争议", at(eventAt)))
	w.enter(november, eventAt)
	w.ok(w.s.ConfirmVoid(t.Context(), op2, november, at(eventAt)))
	d := w.state(november, Void)
	if len(d.Seed) != 64 || d.Entropy[0].Status != EntryOpened {
		t.Errorf("seed %q, seal %+v", d.Seed, d.Entropy[0])
	}
	names := w.files(november)
	if !slices.Contains(names, "seed.txt") || !slices.Contains(names, "candidates.A01.tsv") ||
		slices.Contains(names, "transcript.json") {
		t.Errorf("files %v", names)
	}
	leaves, err := auditdb.Leaves(t.Context(), w.db.Querier(),
		auditdb.Filter{Kind: audit.KindVoid, Subject: november, Limit: 10})
	w.ok(err)
	if len(leaves) != 1 || leaves[0].Leaf.Fact("seed") != d.Seed ||
		leaves[0].Leaf.Fact("requested_by") != op1.Person {
		t.Errorf("leaf %+v", leaves)
	}
}

// Every state before the draw can be made void; a drawn draw cannot.
func TestVoidStates(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.exec(`UPDATE item SET published = false WHERE id = 'A01'`)
	_, err := w.s.Advance(t.Context(), at(dueAt))
	w.ok(err)
	w.state(november, Planned)
	w.ok(w.s.RequestVoid(t.Context(), op1, november, "事项已撤", at(dueAt)))
	w.ok(w.s.ConfirmVoid(t.Context(), op2, november, at(dueAt)))
	if names := w.files(november); names != nil {
		t.Errorf("files of a draw that was never committed: %v", names)
	}
	w.exec(`UPDATE item SET published = true WHERE id = 'A01'`)
	w.advance("2026-12-02 09:00")
	w.advance("2026-12-02 11:00")
	w.enter("2026-12-M", "2026-12-04 09:00")
	w.advance("2026-12-04 09:00")
	w.state("2026-12-M", Drawn)
	w.refused(w.s.RequestVoid(t.Context(), op1, "2026-12-M", "不满意", at("2026-12-04 10:00")),
		fault.Conflict)
}
