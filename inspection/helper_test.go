package inspection

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/audit/audittest"
	"yaohao/calendar"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

// World is a small office: units SPJ (items A01, A02) and ZJK (item B01), inspectors I1 to I4 of
// SPJ and J1, J2 of ZJK, and an account for everybody who acts. Draw D1 is drawn: R.1 by A01, A02
// and B01, R.2 by A01, R.3 by B01; R.9 is a reserve.
type world struct {
	t  *testing.T
	db *pg.DB
	s  *Service
}

// The accounts of the world.
var (
	i1         = audit.Actor{Person: "P0001", Post: "inspector", Unit: "SPJ"}
	i2         = audit.Actor{Person: "P0002", Post: "inspector", Unit: "SPJ"}
	i3         = audit.Actor{Person: "P0003", Post: "inspector", Unit: "SPJ"}
	j1         = audit.Actor{Person: "P0005", Post: "inspector", Unit: "ZJK"}
	reviewer   = audit.Actor{Person: "P0007", Post: "reviewer", Unit: "OFFICE"}
	publisher  = audit.Actor{Person: "P0008", Post: "publisher", Unit: "OFFICE"}
	supervisor = audit.Actor{Person: "P0009", Post: "supervisor", Unit: "OFFICE"}
	planner    = audit.Actor{Person: "P0010", Post: "planner", Unit: "OFFICE"}
	// i1Review is the account of I1 in its second post.
	i1Review = audit.Actor{Person: "P0001", Post: "reviewer", Unit: "SPJ"}
)

// drawnAt is when draws of the world are drawn and dispatched.
var drawnAt = at("2026-11-03 10:00")

// Task numbers of draw D1.
const (
	task1 = "D1.SPJ.0001" // R.1, items A01 and A02, team I1, I2
	task2 = "D1.SPJ.0002" // R.2, item A01, team I3, I4
	task3 = "D1.ZJK.0001" // R.1, item B01, team J1, J2
	task4 = "D1.ZJK.0002" // R.3, item B01, team J2, J1
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// newWorld makes the world without advancing it.
func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	audittest.CheckLog(t, db)
	w := &world{t: t, db: db, s: &Service{DB: db, Calendar: calendar.Default}}
	w.exec(`INSERT INTO unit (id, name, kind, area, import_id, updated_at) VALUES
		('OFFICE', '清河县市场监督管理局', 'office', '130534', 1, now()),
		('SPJ', '食品科', 'department', '130534', 1, now()),
		('ZJK', '质监科', 'department', '130534', 1, now())`)
	w.exec(`INSERT INTO item (id, name, kind, unit_id, basis, import_id, updated_at) VALUES
		('A01', '食品销售监督检查', 'key', 'SPJ', '食品安全法第一百一十条', 1, now()),
		('A02', '食品标签检查', 'routine', 'SPJ', '食品安全法第六十七条', 1, now()),
		('B01', '工业产品质量检查', 'risk', 'ZJK', '产品质量法第十五条', 1, now())`)
	w.exec(`INSERT INTO entity (id, name, area, address, import_id, updated_at) VALUES
		('R.1', '清河甲食品有限公司', '130534', '长江街1号', 1, now()),
		('R.2', '清河乙百货_50%店', '130534', '黄山街2号', 1, now()),
		('R.3', '清河丙制品厂', '130534', '太行路3号', 1, now()),
		('R.9', '清河候补商行', '130534', '武松街9号', 1, now())`)
	for i, id := range []string{"I1", "I2", "I3", "I4", "J1", "J2"} {
		unit := "SPJ"
		if id[0] == 'J' {
			unit = "ZJK"
		}
		w.exec(`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, import_id,
			updated_at) VALUES ($1, $2, $3, '130534', $1, '2027-12-31', 1, now())`,
			id, "检查员"+id, unit)
		posts := []string{"inspector"}
		if id == "I1" || id == "I2" {
			posts = append(posts, "reviewer")
		}
		w.account(fmt.Sprintf("P%04d", i+1), unit, id, posts...)
	}
	w.account("P0007", "OFFICE", "", "reviewer")
	w.account("P0008", "OFFICE", "", "publisher")
	w.account("P0009", "OFFICE", "", "supervisor")
	w.account("P0010", "OFFICE", "", "planner")
	w.exec(`INSERT INTO plan (id, name, year, cron, starts_on, ends_on, cutoff_hours, event_hours,
			visit_days, entropy, state, author, created_at)
		VALUES ('M', '月度抽查', 2026, '0 9 2 * *', '2026-01-01', '2026-12-31', 1, 2, 20, '[]',
			'draft', 'P0010', now())`)
	w.draw("D1", "2026-11-30")
	w.selected("D1", "A01", "R.1", "R.2")
	w.selected("D1", "A02", "R.1")
	w.selected("D1", "B01", "R.1", "R.3")
	w.exec(`INSERT INTO selection VALUES ('D1', 'A01', 'all', 1, true, 'R.9')`)
	w.team("D1", "SPJ", "R.1", "I1", "I2")
	w.team("D1", "SPJ", "R.2", "I3", "I4")
	w.team("D1", "ZJK", "R.1", "J1", "J2")
	w.team("D1", "ZJK", "R.3", "J2", "J1")
	return w
}

// dispatchedWorld is newWorld after its first Advance.
func dispatchedWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	if _, err := w.s.Advance(t.Context(), drawnAt); err != nil {
		t.Fatalf("Advance: %v", err)
	}
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatalf("%v\n%s", err, sql)
	}
}

func (w *world) account(id, unit, inspector string, posts ...string) {
	w.t.Helper()
	w.exec(`INSERT INTO account (id, login, name, unit_id, inspector_id, posts, password,
		created_at) VALUES ($1, lower($1), '某人', $2, nullif($3, ''), $4, '-', now())`,
		id, unit, inspector, posts)
}

// draw inserts a drawn draw of plan M whose plan has the world's items and units.
func (w *world) draw(id, visitBy string) {
	w.t.Helper()
	plan := fmt.Sprintf(`{"items":[{"item":"A01","unit":"SPJ"},{"item":"A02","unit":"SPJ"},`+
		`{"item":"B01","unit":"ZJK"}],"units":[{"unit":"SPJ","visit_by":"%[1]s"},`+
		`{"unit":"ZJK","visit_by":"%[1]s"}]}`, visitBy)
	w.exec(`INSERT INTO draw (id, plan_id, period, state, due_at, created_at, frozen_at,
			committed_at, cutoff_at, event_at, drawn_at, plan_json, commit_hash, seed_txt, seed,
			grade, transcript, transcript_hash)
		VALUES ($1, 'M', $1, 'drawn', $2, $2, $2, $2, $2, $2, $2, $3, 'c', 's', $4, 'public',
			't', 'h')`, id, drawnAt, []byte(plan), strings.Repeat("5e", 32))
}

func (w *world) selected(draw, item string, entities ...string) {
	w.t.Helper()
	for i, e := range entities {
		w.exec(`INSERT INTO selection VALUES ($1, $2, 'all', $3, false, $4)`, draw, item, i+1, e)
	}
}

func (w *world) team(draw, unit, entity string, inspectors ...string) {
	w.t.Helper()
	for i, id := range inspectors {
		w.exec(`INSERT INTO team_member VALUES ($1, $2, $3, $4, $5)`, draw, unit, entity, i+1, id)
	}
}

// clean is an entry without problems for the items, visited on 2026-11-05.
func clean(items ...sampling.ItemID) Entry {
	e := Entry{VisitedOn: "2026-11-05", Methods: []string{"实地检查"}, FollowUp: followNone}
	for _, it := range items {
		e.Items = append(e.Items, ItemEntry{Item: it, Checked: true, Category: "1"})
	}
	return e
}

func (w *world) enter(a audit.Actor, task string, e Entry) int {
	w.t.Helper()
	v, err := w.s.EnterResult(w.t.Context(), a, task, e, at("2026-11-06 09:00"))
	if err != nil {
		w.t.Fatalf("entering %s: %v", task, err)
	}
	return v
}

func (w *world) approve(task string, version int) {
	w.t.Helper()
	err := w.s.Review(w.t.Context(), reviewer, task, Decision{Version: version, Verdict: Approve},
		at("2026-11-09 09:00"))
	if err != nil {
		w.t.Fatalf("approving %s: %v", task, err)
	}
}

// allApproved enters and approves the results of all four tasks.
func (w *world) allApproved() {
	w.t.Helper()
	problem := clean("B01")
	problem.Items[0] = ItemEntry{Item: "B01", Checked: true, Category: "5", Finding: "标识不全",
		Disposal: "当场改正"}
	w.enter(i1, task1, clean("A01", "A02"))
	w.enter(i3, task2, clean("A01"))
	w.enter(j1, task3, problem)
	w.enter(j1, task4, clean("B01"))
	for _, id := range []string{task1, task2, task3, task4} {
		w.approve(id, 1)
	}
}

func (w *world) state(task string) State {
	w.t.Helper()
	return State(w.text(`SELECT state FROM task WHERE id = $1`, task))
}

// text gives the one value of a query as text.
func (w *world) text(sql string, args ...any) string {
	w.t.Helper()
	var s string
	if err := w.db.QueryRow(w.t.Context(), sql, args...).Scan(&s); err != nil {
		w.t.Fatalf("%v\n%s", err, sql)
	}
	return s
}

// leaves gives the log's leaves of a kind and subject.
func (w *world) leaves(kind, subject string) []audit.Leaf {
	w.t.Helper()
	entries, err := auditdb.Leaves(context.Background(), w.db.Querier(),
		auditdb.Filter{Kind: kind, Subject: subject, Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []audit.Leaf
	for _, e := range entries {
		out = append(out, e.Leaf)
	}
	return out
}

// wantFault fails the test unless err is a fault of the kind whose text has every word.
func wantFault(t *testing.T, err error, kind fault.Kind, words ...string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind {
		t.Fatalf("error = %v, want a fault of kind %d", err, kind)
	}
	for _, word := range words {
		if !strings.Contains(f.Error(), word) {
			t.Errorf("error %q does not say %q", f.Error(), word)
		}
	}
}
