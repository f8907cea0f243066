package inspection

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// A seat from the request to the new team: who left sees the task no more and stays on record, who
// came can enter, and the record verifies from the published bundle.
func TestRefillSeat(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	task := w.tasksOf("SPJ")[0]
	left, stays := task.Members[0].Inspector, task.Members[1].Inspector
	no := w.asked(task.ID, left, "甲")
	leaf := w.leaves(audit.KindRefillRequest, november)
	want := strings.ReplaceAll(event("甲"), "{event}", "2026-11-05 20:30（北京时间，UTC+8）")
	if no != 1 || len(leaf) != 1 || leaf[0].Fact("event") != want || leaf[0].Fact("no") != "1" ||
		leaf[0].Actor != op1 {
		t.Fatalf("request %d, leaves %+v", no, leaf)
	}
	for _, f := range leaf[0].Facts { // the list is sealed
		if strings.Contains(f.Value, string(task.Entity)) || strings.Contains(f.Value, task.ID) {
			t.Errorf("the leaf shows %s", f.Value)
		}
	}
	seed := w.text(`SELECT seed FROM draw WHERE id = $1`, november)
	text := fmt.Sprintf("yaohao refill-request/1\ndraw %s\nno 1\nseed %s\ntask %s\nunit SPJ\n"+
		"entity %s\nleft %s\nreason illness\nevent %s\n", november, seed, task.ID, task.Entity,
		left, want)
	if leaf[0].Fact("sha256") != digest(text) {
		t.Error("the leaf's digest is not that of the documented text")
	}
	leftActor := audit.Actor{Person: "P000" + string(left[1]), Post: "inspector", Unit: "SPJ"}
	_, err := w.s.EnterResult(t.Context(), leftActor, task.ID, clean("A01"), askedAt)
	wantFault(t, err, fault.Conflict, "正在递补")
	if steps := w.tick(afterAt); len(steps) != 0 {
		t.Errorf("refilled without a value: %+v", steps)
	}
	w.typed(no, "02,07,11")
	if steps := w.tick(afterAt); !slices.Equal(steps, []RefillStep{{november, 1, RefillDone}}) {
		t.Fatalf("steps %+v", steps)
	}
	d := w.task(task.ID)
	if len(d.Members) != 2 || strings.Contains(team(d), string(left)) ||
		!strings.Contains(team(d), string(stays)) || len(d.Changes) != 1 ||
		d.Changes[0].Left.Inspector != left || d.Changes[0].ReasonName != "病假" ||
		len(d.Changes[0].Came) != 1 || !strings.Contains(team(d), string(d.Changes[0].Came[0].Inspector)) {
		t.Errorf("team %s, changes %+v", team(d), d.Changes)
	}
	if _, err := TaskByID(t.Context(), w.db.Querier(), leftActor, task.ID, afterAt); !fault.Is(err,
		fault.Forbidden) {
		t.Errorf("who left still sees the task: %v", err)
	}
	w.finish()
	leftActor.Post = "reviewer"
	err = w.s.Review(t.Context(), leftActor, task.ID, Decision{1, Approve, ""}, afterAt)
	wantFault(t, err, fault.Forbidden, "不能审核")
	records := w.verifyRefills()
	if len(records) != 1 || records[0].N != 1 || records[0].Left != left ||
		fmt.Sprint(records[0].Team) != "["+team(d)+"]" {
		t.Errorf("records %+v", records)
	}
	published := w.leaves(audit.KindPublished, november)
	if len(published) != 1 ||
		published[0].Fact("refills/1.json") != digest(string(records[0].Marshal())) {
		t.Error("leaf published has not the record's digest")
	}
	done := w.leaves(audit.KindRefill, november)
	text = fmt.Sprintf("yaohao refill/1\ndraw %s\nno 1\nseed %s\nvalue 02,07,11\nrecord 1 %s\n",
		november, seed, digest(string(records[0].Marshal())))
	if len(done) != 1 || done[0].Fact("sha256") != digest(text) || done[0].Actor != audit.System {
		t.Errorf("leaves %+v", done)
	}
}

// Requests are carried out in the order of their numbers, whatever is typed first; a later event
// may not come before an earlier one.
func TestRefillOrder(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	tasks := w.tasksOf("SPJ")
	w.asked(tasks[0].ID, tasks[0].Members[0].Inspector, "甲")
	w.asked(tasks[0].ID, tasks[0].Members[1].Inspector, "乙")
	w.asked(tasks[1].ID, tasks[1].Members[1].Inspector, "丙")
	_, err := w.ask(tasks[1].ID, tasks[1].Members[0].Inspector, "丁", eventAt.Add(-3600e9))
	wantFault(t, err, fault.Conflict, "不能早于它")
	w.typed(3, "3")
	w.typed(2, "2")
	if steps := w.tick(afterAt); len(steps) != 0 {
		t.Fatalf("out of order: %+v", steps)
	}
	w.typed(1, "1")
	steps := w.tick(afterAt)
	if fmt.Sprint(steps) != "[{2026-11-M 1 done} {2026-11-M 2 done} {2026-11-M 3 done}]" {
		t.Fatalf("steps %v", steps)
	}
	w.finish()
	for i, rec := range w.verifyRefills() {
		if rec.N != int64(i+1) || rec.Value != fmt.Sprint(i+1) {
			t.Errorf("record %d: n %d, value %s", i+1, rec.N, rec.Value)
		}
	}
	// What the next freeze counts: each seat once, for who holds it now.
	n := w.text(`SELECT count(*)::text FROM task t JOIN task_team m ON m.task_id = t.id
		WHERE t.unit_id = 'SPJ'`)
	if n != fmt.Sprint(2*len(tasks)) {
		t.Errorf("%s seats for %d tasks", n, len(tasks))
	}
}

// Two people, neither the approver, not before the event, and what differs counts for nothing.
func TestRefillValue(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	task := w.tasksOf("SPJ")[0]
	no := w.asked(task.ID, task.Members[0].Inspector, "甲")
	enter := func(a audit.Actor, value string, now string) error {
		return w.s.EnterRefillValue(t.Context(), a, november, no, value, at(now))
	}
	wantFault(t, enter(op2, "1", "2026-11-05 20:29"), fault.Conflict, "现在还不能录入")
	wantFault(t, enter(meddler, "1", "2026-11-05 21:00"), fault.Forbidden, "批准人")
	wantFault(t, enter(supervisor, "1", "2026-11-05 21:00"), fault.Forbidden, "岗位")
	wantFault(t, enter(op2, "1 ", "2026-11-05 21:00"), fault.Invalid, "一行文字")
	w.ok(enter(op2, "1", "2026-11-05 21:00"))
	wantFault(t, enter(op2, "1", "2026-11-05 21:00"), fault.Conflict, "另一人")
	wantFault(t, enter(op3, "2", "2026-11-05 21:00"), fault.Conflict, "不一致")
	if steps := w.tick(afterAt); len(steps) != 0 {
		t.Fatalf("refilled from values that differ: %+v", steps)
	}
	w.ok(enter(op2, "2", "2026-11-05 21:05"))
	wantFault(t, enter(op1, "2", "2026-11-05 21:05"), fault.Conflict, "已经确定")
	if steps := w.tick(afterAt); len(steps) != 1 {
		t.Fatalf("steps %+v", steps)
	}
	wantFault(t, enter(op1, "2", "2026-11-05 21:05"), fault.NotFound, "第 1 号")
	var outcomes []string
	for _, l := range w.leaves(audit.KindRefillValue, november) {
		outcomes = append(outcomes, l.Fact("outcome"))
	}
	if fmt.Sprint(outcomes) != "[first differs agreed]" {
		t.Errorf("leaves %v", outcomes)
	}
}

// Requests that are refused leave nothing, and the look at the sealed list is recorded.
func TestRefillRefuses(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	task := w.tasksOf("SPJ")[0]
	seat := RefillRequest{Draw: november, Task: task.ID, Inspector: task.Members[0].Inspector,
		Reason: "recusal", Event: event("甲"), EventAt: eventAt}
	for _, c := range map[string]struct {
		actor  audit.Actor
		change func(r *RefillRequest)
		kind   fault.Kind
		words  string
	}{
		"post":      {supervisor, func(*RefillRequest) {}, fault.Forbidden, "岗位"},
		"approver":  {meddler, func(*RefillRequest) {}, fault.Forbidden, "批准人"},
		"draw":      {op1, func(r *RefillRequest) { r.Draw = "X" }, fault.NotFound, "没有抽查"},
		"task":      {op1, func(r *RefillRequest) { r.Task = "X" }, fault.NotFound, "没有任务"},
		"task line": {op1, func(r *RefillRequest) { r.Task = "X\n" }, fault.Invalid, "任务编号"},
		"reason":    {op1, func(r *RefillRequest) { r.Reason = "closed" }, fault.Invalid, "原因"},
		"team":      {op1, func(r *RefillRequest) { r.Inspector = "J1" }, fault.Invalid, "不在任务"},
		"past":      {op1, func(r *RefillRequest) { r.EventAt = askedAt }, fault.Invalid, "将来"},
		"line":      {op1, func(r *RefillRequest) { r.Event = "掷骰" }, fault.Invalid, "{event}"},
		"two lines": {op1, func(r *RefillRequest) { r.Event += "\n" }, fault.Invalid, "一行"},
	} {
		r := seat
		c.change(&r)
		_, err := w.s.RequestRefill(t.Context(), c.actor, r, askedAt)
		wantFault(t, err, c.kind, c.words)
	}
	if n := w.text(`SELECT count(*)::text FROM list_access WHERE what = $1`,
		"refill "+task.ID); n == "0" {
		t.Error("the operator's look is not recorded")
	}
	// An event that a draw has announced is not used for a refill.
	w.exec(`INSERT INTO draw_entropy (draw_id, seq, name, kind, event, bits)
		VALUES ($1, 9, 'x', 'public', $2, 0)`, november,
		strings.ReplaceAll(event("丙"), "{event}", clock(eventAt)))
	_, err := w.ask(task.ID, task.Members[1].Inspector, "丙", eventAt)
	wantFault(t, err, fault.Conflict, "已经用过")
	// One request of a seat is enough, and a task with a result takes none.
	if no := w.asked(task.ID, task.Members[1].Inspector, "乙"); no != 1 {
		t.Errorf("number %d after nothing but refusals", no)
	}
	_, err = w.ask(task.ID, task.Members[1].Inspector, "戊", eventAt)
	wantFault(t, err, fault.Conflict, "已有未完成")
	_, err = w.ask(task.ID, "", "己", eventAt)
	wantFault(t, err, fault.Conflict, "已有未完成")
	other := w.tasksOf("SPJ")[1]
	w.enter(audit.Actor{Person: "P000" + string(other.Members[0].Inspector[1]), Post: "inspector"},
		other.ID, clean(itemIDs(other)...))
	_, err = w.ask(other.ID, other.Members[0].Inspector, "庚", eventAt)
	wantFault(t, err, fault.Conflict, "待审核")
}

func itemIDs(t Task) (ids []sampling.ItemID) {
	for _, it := range t.Items {
		ids = append(ids, it.Item)
	}
	return ids
}

// Withdrawn before its event by two people, a request fills nothing; n goes on without a gap, the
// event is not used again.
func TestRefillWithdraw(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	task := w.tasksOf("SPJ")[0]
	left := task.Members[0].Inspector
	w.asked(task.ID, left, "甲")
	undo := func(a audit.Actor, reason string, now string) (bool, error) {
		return w.s.WithdrawRefill(t.Context(), a, november, 1, reason, at(now))
	}
	_, err := undo(approver, "误报", "2026-11-04 11:00")
	wantFault(t, err, fault.Forbidden, "抽取操作员")
	_, err = undo(op1, "", "2026-11-04 11:00")
	wantFault(t, err, fault.Invalid, "理由")
	if done, err := undo(op1, "误报", "2026-11-04 11:00"); done || err != nil {
		t.Fatalf("one person withdrew: %v %v", done, err)
	}
	_, err = undo(op1, "误报", "2026-11-04 11:01")
	wantFault(t, err, fault.Forbidden, "两人")
	_, err = undo(approver, "", "2026-11-05 20:30")
	wantFault(t, err, fault.Conflict, "不能撤回")
	if done, err := undo(approver, "", "2026-11-05 20:29"); !done || err != nil {
		t.Fatalf("not withdrawn: %v %v", done, err)
	}
	_, err = w.ask(task.ID, left, "甲", eventAt)
	wantFault(t, err, fault.Conflict, "已经用过")
	if no := w.asked(task.ID, left, "乙"); no != 2 {
		t.Errorf("number %d", no)
	}
	w.typed(2, "1")
	w.tick(afterAt)
	w.finish()
	if records := w.verifyRefills(); len(records) != 1 || records[0].N != 1 {
		t.Errorf("records %+v", records)
	}
	list, err := RefillsOf(t.Context(), w.db.Querier(), november, false, afterAt)
	w.ok(err)
	if len(list) != 2 || list[0].Status != RefillWithdrawn || list[0].Note != "误报" ||
		list[1].Status != RefillDone || len(list[1].Records) != 1 || list[1].Task != "" {
		t.Errorf("list %+v", list)
	}
}

// Where nobody can come, the request is refused with words and stays as a failed one.
func TestRefillNobody(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	task := w.tasksOf("ZJK")[0] // two inspectors, both on it
	no, err := w.ask(task.ID, task.Members[0].Inspector, "甲", eventAt)
	wantFault(t, err, fault.Conflict, "无人可以递补")
	list, err := RefillsOf(t.Context(), w.db.Querier(), november, true, askedAt)
	w.ok(err)
	if no != 1 || len(list) != 1 || list[0].Status != RefillFailed || list[0].Note == "" {
		t.Errorf("number %d, list %+v", no, list)
	}
	if l := w.leaves(audit.KindRefill, november); len(l) != 1 || l[0].Fact("outcome") != "failed" {
		t.Errorf("leaves %+v", l)
	}
	w.finish() // and nothing is held up
}

// An entity is replaced by the next of the reserve in every item of its task, until the reserve is
// used up; the old task is closed, the new one dispatched.
func TestReplacement(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	task := w.tasksOf("ZJK")[0]
	reserve := w.text(`SELECT entity_id FROM selection WHERE draw_id = $1 AND item_id = 'B01'
		AND reserve ORDER BY pos LIMIT 1`, november)
	no := w.asked(task.ID, "", "甲")
	w.typed(no, "1")
	w.tick(afterAt)
	tasks := w.tasksOf("ZJK")
	if len(tasks) != 2 || w.state(task.ID) != Replaced {
		t.Fatalf("tasks %+v", tasks)
	}
	made := w.task("2026-11-M.ZJK.0002")
	if string(made.Entity) != reserve || made.State != Dispatched || len(made.Items) != 1 ||
		len(made.Members) != 2 || made.Changes[0].Replaces != task.ID {
		t.Errorf("new task %+v", made)
	}
	if old := w.task(task.ID); len(old.Changes) != 1 || old.Changes[0].By[0] != made.ID {
		t.Errorf("old task %+v", old.Changes)
	}
	_, err := w.ask(made.ID, "", "乙", at("2026-11-06 20:00"))
	wantFault(t, err, fault.Conflict, "用完")
	_, err = w.ask(task.ID, "", "丙", at("2026-11-06 20:00"))
	wantFault(t, err, fault.Conflict, "已递补")
	_, err = w.s.EnterResult(t.Context(), audit.Actor{Person: "P0001", Post: "inspector"}, task.ID,
		clean("B01"), afterAt)
	if err == nil {
		t.Error("a replaced task takes a result")
	}
	stats, err := StatsOf(t.Context(), w.db.Querier(), november)
	w.ok(err)
	if stats.Replaced != 1 {
		t.Errorf("stats %+v", stats)
	}
	w.finish()
	records := w.verifyRefills()
	if len(records) != 1 || string(records[0].Entity) != reserve || records[0].N != 1 ||
		len(records[0].Seats) != 2 {
		t.Errorf("records %+v", records)
	}
}

// A task with two items is replaced in both, in the order of item codes; what the records say is
// what the tasks are, and a refill after it counts on.
func TestReplacementOfTwoItems(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	var task *Task
	for _, x := range w.tasksOf("SPJ") {
		if len(x.Items) == 2 {
			task = &x
			break
		}
	}
	if task == nil {
		t.Fatal("no task with two items")
	}
	w.typed(w.asked(task.ID, "", "甲"), "1")
	w.tick(afterAt)
	var next *Task
	for _, x := range w.tasksOf("SPJ") {
		if x.State == Dispatched {
			next = &x
			break
		}
	}
	no, err := w.s.RequestRefill(t.Context(), op1, RefillRequest{Draw: november, Task: next.ID,
		Inspector: next.Members[1].Inspector, Reason: "transfer", Event: event("乙"),
		EventAt: at("2026-11-05 22:00")}, afterAt)
	w.ok(err)
	for _, op := range []audit.Actor{op1, op2} {
		w.ok(w.s.EnterRefillValue(t.Context(), op, november, no, "9", at("2026-11-05 22:00")))
	}
	w.tick(at("2026-11-05 22:01"))
	// What the records say of a task is what it is.
	w.finish()
	records := w.verifyRefills()
	if len(records) != 3 || records[0].Item != "A01" || records[1].Item != "A02" ||
		records[2].Left == "" {
		t.Fatalf("records %+v", records)
	}
	for _, rec := range records[:2] {
		var found bool
		for _, x := range w.tasksOf("SPJ") {
			found = found || x.Entity == rec.Entity && slices.Contains(itemIDs(x), rec.Item)
		}
		if !found {
			t.Errorf("no task of %s has item %s", rec.Entity, rec.Item)
		}
	}
	if got := team(w.task(next.ID)); fmt.Sprint(records[2].Team) != "["+got+"]" {
		t.Errorf("team %s, record %v", got, records[2].Team)
	}
}

// A process that dies just before or just after a COMMIT leaves rows from which the next call, or
// the next Advance, reaches the same end.
func TestRefillCrash(t *testing.T) {
	for _, point := range []string{"before", "after"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newRefillWorld(t)
			task := w.tasksOf("SPJ")[0]
			crash := func(step string) {
				w.s.between = func(p, s string) error {
					if p == point && s == step {
						w.s.between = nil
						return context.Canceled
					}
					return nil
				}
			}
			crash("request")
			if _, err := w.ask(task.ID, task.Members[0].Inspector, "甲", eventAt); err == nil {
				t.Fatal("no crash")
			}
			if point == "before" {
				w.asked(task.ID, task.Members[0].Inspector, "甲")
			}
			w.ok(w.s.EnterRefillValue(t.Context(), op2, november, 1, "5", afterAt))
			crash("value")
			if w.s.EnterRefillValue(t.Context(), op3, november, 1, "5", afterAt) == nil {
				t.Fatal("no crash")
			}
			if point == "before" {
				w.ok(w.s.EnterRefillValue(t.Context(), op3, november, 1, "5", afterAt))
			}
			crash("refill")
			if _, err := w.s.Advance(t.Context(), afterAt); err == nil {
				t.Fatal("no crash")
			}
			w.tick(afterAt)
			w.finish()
			if n := len(w.leaves(audit.KindRefill, november)); n != 1 {
				t.Errorf("%d leaves", n)
			}
			if len(w.verifyRefills()) != 1 {
				t.Error("no record")
			}
		})
	}
}

// Why answers the supervisor before the draw is public, with a trace, and everybody after it.
func TestWhy(t *testing.T) {
	t.Parallel()
	w := newRefillWorld(t)
	task := w.tasksOf("SPJ")[0]
	ask := WhyQuestion{november, "SPJ", task.Entity, task.Members[0].Inspector}
	_, err := Why(t.Context(), w.db.Querier(), audit.Actor{}, ask, askedAt)
	wantFault(t, err, fault.Forbidden, "尚未公开")
	_, err = Why(t.Context(), w.db.Querier(), op1, ask, askedAt)
	wantFault(t, err, fault.Forbidden, "尚未公开")
	a, err := Why(t.Context(), w.db.Querier(), supervisor, ask, askedAt)
	w.ok(err)
	if a.Verdict != sampling.WhyLead || !strings.Contains(a.Words, "主办") || a.Refilled {
		t.Errorf("%+v", a)
	}
	if n := w.text(`SELECT count(*)::text FROM list_access WHERE what = 'why'`); n != "1" {
		t.Errorf("%s questions recorded", n)
	}
	for _, bad := range []WhyQuestion{{november, "X", ask.Entity, ask.Inspector},
		{november, "SPJ", "R.99", ask.Inspector}, {november, "SPJ", ask.Entity, "J1"},
		{"X", "SPJ", ask.Entity, ask.Inspector}} {
		_, err := Why(t.Context(), w.db.Querier(), supervisor, bad, askedAt)
		wantFault(t, err, fault.NotFound, "没有")
	}
	w.finish()
	if _, err := Why(t.Context(), w.db.Querier(), audit.Actor{}, ask, afterAt); err != nil {
		t.Errorf("the public: %v", err)
	}
}
