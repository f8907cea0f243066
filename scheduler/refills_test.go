package scheduler

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// refill puts what the inspection part writes of a refill that ended.
func (w *world) refill(no int, event, record string) {
	w.t.Helper()
	w.exec(`INSERT INTO refill_request (draw_id, no, kind, task_id, reason, event, event_at, person,
			sha256, at)
		SELECT draw_id, $2, 'entity', min(id), 'closed', $3, now(), 'P0003', $4,
			now() - interval '1 hour' FROM task WHERE draw_id = $1 GROUP BY 1`,
		november, no, event, sampling.PrevNone)
	w.exec(`INSERT INTO refill_end VALUES ($1, $2, 'done', '', now())`, november, no)
	w.exec(`INSERT INTO refill_record VALUES ($1, $2, $2, $3, $4)`, november, no, []byte(record),
		sampling.PrevNone)
}

// The records of refills are in the bundle of a published draw, in a folder of their own; an open
// request keeps the draw closed.
func TestBundleRefills(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	w.visited(november)
	w.refill(1, "甲", `{"n":1}`)
	w.refill(2, "乙", `{"n":2}`)
	w.exec(`INSERT INTO refill_request (draw_id, no, kind, task_id, reason, event, event_at, person,
			sha256, at) SELECT draw_id, 3, kind, task_id, reason, '丙', event_at, person, sha256, at
		FROM refill_request WHERE no = 1`)
	w.advance(visitedAt)
	w.state(november, Drawn)
	w.exec(`INSERT INTO refill_end VALUES ($1, 3, 'withdrawn', '误报', now())`, november)
	w.advance(visitedAt)
	w.state(november, Published)
	w.verify(november)

	b, err := BundleFS(t.Context(), w.db.Querier(), november)
	w.ok(err)
	if err := fstest.TestFS(b, "plan.json", "refills/1.json", "refills/2.json"); err != nil {
		t.Error(err)
	}
	if text, err := fs.ReadFile(b, "refills/2.json"); err != nil || string(text) != `{"n":2}` {
		t.Errorf("record 2 is %q, %v", text, err)
	}
	if _, err := fs.Stat(b, "refills/3.json"); err == nil {
		t.Error("a withdrawn request has a record")
	}
}

// A plan cannot announce an event that a refill has announced, whatever came of that.
func TestEventOfRefill(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	w.visited(november)
	w.refill(1, "掷骰甲", `{}`)
	w.ok(freshOfRefills(t.Context(), w.db.Querier(), []string{"掷骰乙"}))
	w.refused(freshOfRefills(t.Context(), w.db.Querier(), []string{"掷骰乙", "掷骰甲"}),
		fault.Conflict)
}

// The year's load counts the present teams: who left a seat does not carry it, who came does, and
// the team of a replaced task carries nothing.
func TestCarryAfterRefill(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	other := &drawRow{Draw: Draw{ID: "X", PlanID: "M"}}
	before, err := carriedThisYear(t.Context(), w.db.Querier(), other)
	w.ok(err)
	w.visited(november)
	w.exec(`INSERT INTO dispatch VALUES ($1, 1, $2, now())`, november, sampling.PrevNone)
	w.exec(`INSERT INTO task_member (task_id, pos, inspector_id)
		SELECT draw_id || '.' || unit_id || '.' || entity_id, pos, inspector_id FROM team_member`)
	same, err := carriedThisYear(t.Context(), w.db.Querier(), other)
	w.ok(err)
	for id, n := range before {
		if same[id] != n || n == 0 {
			t.Errorf("%s carries %d, dispatched %d", id, n, same[id])
		}
	}
	w.exec(`INSERT INTO task_member (task_id, team, pos, inspector_id)
		SELECT task_id, 2, pos, CASE pos WHEN 1 THEN 'I9' ELSE inspector_id END FROM task_member
		WHERE task_id = (SELECT min(task_id) FROM task_member)`)
	var left sampling.InspectorID
	w.ok(w.db.QueryRow(t.Context(), `SELECT inspector_id FROM task_member
		WHERE task_id = (SELECT min(task_id) FROM task_member) AND team = 1 AND pos = 1`).Scan(&left))
	after, err := carriedThisYear(t.Context(), w.db.Querier(), other)
	w.ok(err)
	if after["I9"] != 1 || after[left] != before[left]-1 {
		t.Errorf("who came carries %d, who left %d of %d", after["I9"], after[left], before[left])
	}
	w.exec(`INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, visit_by, state,
			dispatched_at, origin) SELECT 'R', draw_id, unit_id, entity_id, '企业', visit_by,
			'replaced', now(), 7 FROM task WHERE draw_id = $1 LIMIT 1`, november)
	w.exec(`INSERT INTO task_member (task_id, pos, inspector_id) VALUES ('R', 1, 'I8')`)
	after, err = carriedThisYear(t.Context(), w.db.Querier(), other)
	w.ok(err)
	if after["I8"] != 0 {
		t.Error("the team of a replaced task carries it")
	}
}

// A shortage is said in words on the page of the draw.
func TestShortageWords(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE inspector SET max_tasks = 0 WHERE unit_id = 'ZJK'`)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	d := w.state(november, Drawn)
	if len(d.Shortages) != 1 || d.Shortages[0].Unit != "ZJK" || d.Shortages[0].Words == "" {
		t.Errorf("%+v", d.Shortages)
	}
}
