package inspection

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/audittest"
	"yaohao/calendar"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// The people who handle refills. The approver of the plan holds the post operator as well.
var (
	op1      = audit.Actor{Person: "P0011", Post: "operator", Unit: "OFFICE"}
	op2      = audit.Actor{Person: "P0012", Post: "operator", Unit: "OFFICE"}
	op3      = audit.Actor{Person: "P0013", Post: "operator", Unit: "OFFICE"}
	approver = audit.Actor{Person: "P0014", Post: "approver", Unit: "OFFICE"}
	meddler  = audit.Actor{Person: "P0014", Post: "operator", Unit: "OFFICE"}
)

// Times of the refills of november: askedAt the requests, eventAt their event.
var (
	askedAt = at("2026-11-04 10:00")
	eventAt = at("2026-11-05 20:30")
	afterAt = at("2026-11-05 21:00")
)

const november = "2026-11-M"

// refillWorld is an office whose November was drawn by the scheduler itself: unit SPJ with items A01
// and A02 of one label (the same firms as far as strata allow) and six inspectors, ZJK with B01 and
// four. Every item draws from forty firms with two in reserve.
type refillWorld struct {
	*world
	plans *scheduler.Service
}

func newRefillWorld(t *testing.T) *refillWorld {
	t.Helper()
	db := pgtest.New(t)
	audittest.CheckLog(t, db)
	w := &refillWorld{world: &world{t: t, db: db, s: &Service{DB: db, Calendar: calendar.Default}}}
	seals, _, err := scheduler.OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), "")
	w.ok(err)
	w.plans = &scheduler.Service{DB: db, Seals: seals, Log: slog.New(slog.DiscardHandler)}
	for _, sql := range []string{
		`INSERT INTO unit (id, name, kind, area, import_id, updated_at) VALUES
			('OFFICE', '清河县市场监督管理局', 'office', '130534', 1, now()),
			('SPJ', '食品科', 'department', '130534', 1, now()),
			('ZJK', '质监科', 'department', '130534', 1, now())`,
		`INSERT INTO item (id, name, kind, unit_id, basis, reserve, import_id, updated_at) VALUES
			('A01', '食品销售监督检查', 'key', 'SPJ', '食品安全法第一百一十条', 2, 1, now()),
			('A02', '食品标签检查', 'routine', 'SPJ', '食品安全法第六十七条', 3, 1, now()),
			('B01', '工业产品质量检查', 'risk', 'ZJK', '产品质量法第十五条', 1, 1, now())`,
		`INSERT INTO item_ratio (item_id, class, size, num, den, valid_from, import_id) VALUES
			('A01', '*', 'ratio', 1, 10, '2020-01-01', 1),
			('A02', '*', 'ratio', 1, 20, '2020-01-01', 1),
			('B01', '*', 'ratio', 1, 40, '2020-01-01', 1)`,
		`INSERT INTO entity (id, name, area, import_id, updated_at)
			SELECT 'R.' || i, '企业' || i, '130534', 1, now() FROM generate_series(1, 40) i`,
		`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, lead, scopes,
			import_id, updated_at) SELECT 'I' || i, '检查员' || i, 'SPJ', '130534', 'C' || i,
			'2030-12-31', true, '{A01,A02}', 1, now() FROM generate_series(1, 6) i`,
		`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, lead, scopes,
			import_id, updated_at) SELECT 'J' || i, '检查员' || i, 'ZJK', '130534', 'D' || i,
			'2030-12-31', true, '{B01}', 1, now() FROM generate_series(1, 2) i`,
	} {
		w.exec(sql)
	}
	for i := range 6 {
		id := "I" + string(rune('1'+i))
		w.account("P000"+string(rune('1'+i)), "SPJ", id, "inspector", "reviewer")
	}
	w.account("P0008", "OFFICE", "", "publisher")
	w.account("P0009", "OFFICE", "", "supervisor")
	w.account("P0007", "OFFICE", "", "reviewer")
	w.drawNovember()
	return w
}

func (w *refillWorld) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// drawNovember makes and approves the plan and brings its November draw to its tasks.
func (w *refillWorld) drawNovember() {
	w.t.Helper()
	ctx := w.t.Context()
	author := audit.Actor{Person: "P0010", Post: "planner", Unit: "OFFICE"}
	w.ok(w.plans.CreatePlan(ctx, author, scheduler.PlanSpec{ID: "M", Name: "月度抽查", Year: 2026,
		Cron: "0 9 2 11 *", StartsOn: "2026-11-01", EndsOn: "2026-12-31", CutoffHours: 2,
		EventHours: 12, VisitDays: 25, Items: []scheduler.PlanItem{{Item: "A01", Label: "m"},
			{Item: "A02", Label: "m"}, {Item: "B01", Label: "m-b"}},
		Entropy: []scheduler.Source{{Name: "lottery", Kind: sampling.EntropyPublic, Bits: 80,
			Event: "双色球 {event} 后首期开奖号码（{cutoff} 截止）"}}}, at("2026-10-20 10:00")))
	w.ok(w.plans.ApprovePlan(ctx, approver, "M", at("2026-10-20 11:00")))
	w.tick(at("2026-11-02 09:00"))
	w.tick(at("2026-11-02 11:00"))
	for _, op := range []audit.Actor{op1, op2} {
		w.ok(w.plans.EnterEntropy(ctx, op, november, "lottery", "03,07,11,19,22,31+08",
			at("2026-11-02 21:30")))
	}
	w.tick(at("2026-11-02 22:00"))
}

// tick does what the timer does: draws first, then tasks and refills.
func (w *refillWorld) tick(now time.Time) []RefillStep {
	w.t.Helper()
	sum, err := w.plans.Advance(w.t.Context(), now)
	w.ok(err)
	for _, f := range sum.Failures {
		w.t.Fatal(f.Err)
	}
	done, err := w.s.Advance(w.t.Context(), now)
	w.ok(err)
	return done.Refills
}

// event is an event line of its own for each call of a test.
func event(name string) string {
	return name + "：{event} 后首期快乐8开奖号码，福彩网公布"
}

// ask requests a refill of a seat, or of the entity if left is empty.
func (w *refillWorld) ask(task string, left sampling.InspectorID, name string, when time.Time) (
	int, error) {
	w.t.Helper()
	reason := "illness"
	if left == "" {
		reason = "closed"
	}
	return w.s.RequestRefill(w.t.Context(), op1, RefillRequest{Draw: november, Task: task,
		Inspector: left, Reason: reason, Event: event(name), EventAt: when}, askedAt)
}

func (w *refillWorld) asked(task string, left sampling.InspectorID, name string) int {
	w.t.Helper()
	no, err := w.ask(task, left, name, eventAt)
	w.ok(err)
	return no
}

// typed lets two operators type a value.
func (w *refillWorld) typed(no int, value string) {
	w.t.Helper()
	for _, op := range []audit.Actor{op2, op3} {
		w.ok(w.s.EnterRefillValue(w.t.Context(), op, november, no, value, afterAt))
	}
}

// tasksOf gives the tasks of a unit by number; replaced ones too.
func (w *refillWorld) tasksOf(unit string) []Task {
	w.t.Helper()
	list, err := Tasks(w.t.Context(), w.db.Querier(), supervisor,
		TaskFilter{Draw: november, Unit: sampling.UnitID(unit), Page: Page{Size: 200}}, askedAt)
	w.ok(err)
	return list.Rows
}

func (w *refillWorld) task(id string) *TaskDetail {
	w.t.Helper()
	d, err := TaskByID(w.t.Context(), w.db.Querier(), supervisor, id, askedAt)
	w.ok(err)
	return d
}

func team(t *TaskDetail) string {
	var ids []string
	for _, m := range t.Members {
		ids = append(ids, string(m.Inspector))
	}
	return strings.Join(ids, " ")
}

// finish enters, approves and publishes everything that is open and opens the draw.
func (w *refillWorld) finish() {
	w.t.Helper()
	ctx := w.t.Context()
	for _, unit := range []string{"SPJ", "ZJK"} {
		for _, task := range w.tasksOf(unit) {
			if task.State != Dispatched {
				continue
			}
			var items []sampling.ItemID
			for _, it := range task.Items {
				items = append(items, it.Item)
			}
			e := clean(items...)
			e.VisitedOn = "2026-11-06"
			who := audit.Actor{Person: w.text(`SELECT coalesce((SELECT id FROM account
				WHERE inspector_id = $1), 'P0099')`, string(task.Members[0].Inspector)),
				Post: "inspector"}
			if who.Person == "P0099" {
				w.account("P0099", unit, string(task.Members[0].Inspector), "inspector")
			}
			_, err := w.s.EnterResult(ctx, who, task.ID, e, at("2026-11-07 09:00"))
			w.ok(err)
			w.approve(task.ID, 1)
		}
	}
	_, err := w.s.Publish(ctx, publisher, november, at("2026-11-10 09:00"))
	w.ok(err)
	w.tick(at("2026-11-10 09:01"))
}

// verifyRefills repeats the records of the published bundle from its files alone.
func (w *refillWorld) verifyRefills() []sampling.RefillRecord {
	w.t.Helper()
	files, err := scheduler.BundleFS(context.Background(), w.db.Querier(), november)
	w.ok(err)
	raw, err := fs.ReadFile(files, sampling.TranscriptFile)
	w.ok(err)
	transcript, err := sampling.ParseTranscript(raw)
	w.ok(err)
	var records []sampling.RefillRecord
	for n := 1; ; n++ {
		b, err := fs.ReadFile(files, sampling.NameRefill(n))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		w.ok(err)
		rec, err := sampling.ParseRefillRecord(b)
		w.ok(err)
		records = append(records, *rec)
	}
	w.ok(sampling.VerifyRefills(files, transcript, records))
	return records
}
