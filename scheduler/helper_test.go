package scheduler

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/audittest"
	"yaohao/calendar"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

// The people of the world.
var (
	planner  = audit.Actor{Person: "P0001", Post: "planner", Unit: "OFFICE"}
	approver = audit.Actor{Person: "P0002", Post: "approver", Unit: "OFFICE"}
	op1      = audit.Actor{Person: "P0003", Post: "operator", Unit: "OFFICE"}
	op2      = audit.Actor{Person: "P0004", Post: "operator", Unit: "OFFICE"}
	op3      = audit.Actor{Person: "P0005", Post: "operator", Unit: "OFFICE"}
)

// Times of the November draw of plan M: cutoff 2 hours and event 36 hours after the commit.
const (
	approvedAt = "2026-10-20 10:00"
	dueAt      = "2026-11-02 09:00"
	cutoffAt   = "2026-11-02 11:00"
	eventAt    = "2026-11-03 21:00"
	visitedAt  = "2026-11-20 10:00"
	november   = "2026-11-M"
	balls      = "03,07,11,19,22,31+08"
)

// world is a small office with a database of its own: units SPJ (items A01, A02) and ZJK (B01),
// forty entities, six and four inspectors.
type world struct {
	t   *testing.T
	db  *pg.DB
	s   *Service
	log *bytes.Buffer
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{t: t, db: pgtest.New(t), log: &bytes.Buffer{}}
	t.Cleanup(func() { audittest.CheckLog(t, w.db) })
	seals, _, err := OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	w.s = &Service{DB: w.db, Seals: seals, Log: slog.New(slog.NewTextHandler(w.log, nil))}
	fill(t, w.db)
	return w
}

// fill puts the world's registries in.
func fill(t testing.TB, db *pg.DB) {
	t.Helper()
	for _, sql := range []string{
		`INSERT INTO unit (id, name, kind, area, import_id, updated_at) VALUES
			('OFFICE', '清河县市场监督管理局', 'office', '130534', 1, now()),
			('SPJ', '食品科', 'department', '130534', 1, now()),
			('ZJK', '质监科', 'department', '130534', 1, now())`,
		`INSERT INTO item (id, name, kind, unit_id, basis, reserve, import_id, updated_at) VALUES
			('A01', '食品销售监督检查', 'key', 'SPJ', '食品安全法第一百一十条', 2, 1, now()),
			('A02', '食品标签检查', 'routine', 'SPJ', '食品安全法第六十七条', 2, 1, now()),
			('B01', '工业产品质量检查', 'risk', 'ZJK', '产品质量法第十五条', 2, 1, now())`,
		`INSERT INTO item_ratio (item_id, class, size, num, den, valid_from, import_id) VALUES
			('A01', '*', 'ratio', 1, 10, '2020-01-01', 1),
			('A02', '*', 'pace', 6, 10, '2020-01-01', 1),
			('B01', '*', 'ratio', 1, 20, '2020-01-01', 1)`,
		`INSERT INTO entity (id, name, area, class, import_id, updated_at)
			SELECT 'R.' || i, '企业' || i, '130534', CASE i % 2 WHEN 0 THEN 'A' ELSE 'B' END, 1, now()
			FROM generate_series(1, 40) i`,
		`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, lead, scopes,
			import_id, updated_at) SELECT 'I' || i, '检查员', 'SPJ', '130534', 'C' || i,
			'2030-12-31', i < 4, '{A01,A02}', 1, now() FROM generate_series(1, 6) i`,
		`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, lead, scopes,
			import_id, updated_at) SELECT 'J' || i, '检查员', 'ZJK', '130534', 'D' || i,
			'2030-12-31', true, '{B01}', 1, now() FROM generate_series(1, 4) i`,
	} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
}

// monthly is plan M with a seal and a public event; A02 is paced over the year's twelve parts.
func monthly() PlanSpec {
	return PlanSpec{ID: "M", Name: "月度双随机抽查", Year: 2026, Cron: "0 9 2 * *",
		StartsOn: "2026-01-01", EndsOn: "2026-12-31", CutoffHours: 2, EventHours: 36, VisitDays: 25,
		Items: []PlanItem{{"A01", "day"}, {"A02", "day"}, {"B01", "risk"}},
		Entropy: []Source{
			{Name: "office", Kind: sampling.EntropySeal,
				Event: "本机关密封值，检查结果公示后启封，64 位十六进制"},
			{Name: "lottery", Kind: sampling.EntropyPublic, Bits: 80,
				Event: "双色球 {event} 后首期开奖号码（{cutoff} 截止），按中国福彩网公布写作红球六个+蓝球"},
		}}
}

// plan creates and approves a plan.
func (w *world) plan(spec PlanSpec, approved string) {
	w.t.Helper()
	w.ok(w.s.CreatePlan(w.t.Context(), planner, spec, at(approved)))
	w.ok(w.s.ApprovePlan(w.t.Context(), approver, spec.ID, at(approved)))
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused checks the kind of a fault, and that it carries a message.
func (w *world) refused(err error, kind fault.Kind) {
	w.t.Helper()
	if e, ok := fault.As(err); !ok || e.Kind != kind || e.Message == "" {
		w.t.Fatalf("got %v, want a fault of kind %d", err, kind)
	}
}

// advance runs Advance and wants no failure; it gives the steps.
func (w *world) advance(when string) []Step {
	w.t.Helper()
	sum, err := w.s.Advance(w.t.Context(), at(when))
	w.ok(err)
	for _, f := range sum.Failures {
		w.t.Fatalf("plan %q draw %q: %v", f.Plan, f.Draw, f.Err)
	}
	return sum.Steps
}

func (w *world) detail(id string) *DrawDetail {
	w.t.Helper()
	d, err := DrawByID(w.t.Context(), w.db.Querier(), id)
	w.ok(err)
	if d.Next == "" {
		w.t.Fatalf("draw %s in state %s has no next action", id, d.State)
	}
	return d
}

func (w *world) state(id string, want State) *DrawDetail {
	w.t.Helper()
	d := w.detail(id)
	if d.State != want {
		w.t.Fatalf("draw %s is %s, want %s (failure %q)", id, d.State, want, d.Failure)
	}
	return d
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatalf("%v\n%s", err, sql)
	}
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	w.ok(w.db.QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

// enter lets two operators type the lottery.
func (w *world) enter(draw, when string) {
	w.t.Helper()
	w.ok(w.s.EnterEntropy(w.t.Context(), op1, draw, "lottery", balls, at(when)))
	w.ok(w.s.EnterEntropy(w.t.Context(), op2, draw, "lottery", balls, at(when)))
}

// visited makes the tasks of a draw as the inspection part does, all published.
func (w *world) visited(draw string) {
	w.t.Helper()
	w.exec(`INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, visit_by, state,
			version, dispatched_at, completed_on, publish_due, published_at)
		SELECT draw_id || '.' || unit_id || '.' || entity_id, draw_id, unit_id, entity_id, '企业',
			'2026-11-27', 'published', 1, now(), '2026-11-20', '2026-12-18', now()
		FROM team_member WHERE draw_id = $1 AND pos = 1`, draw)
}

// files lists the bundle of a draw as it is public now.
func (w *world) files(draw string) []string {
	w.t.Helper()
	b, err := BundleFS(w.t.Context(), w.db.Querier(), draw)
	w.ok(err)
	list, err := fs.ReadDir(b, ".")
	w.ok(err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
		if _, err := fs.ReadFile(b, e.Name()); err != nil {
			w.t.Fatal(err)
		}
	}
	return names
}

// verify repeats a published draw from its bundle alone.
func (w *world) verify(draw string) {
	w.t.Helper()
	b, err := BundleFS(context.Background(), w.db.Querier(), draw)
	w.ok(err)
	var out bytes.Buffer
	if code := sampling.Verify(b, w.detail(draw).Commit, &out).ExitCode(); code != 0 {
		w.t.Fatalf("the bundle of %s does not verify:\n%s", draw, out.String())
	}
}

func stepsText(steps []Step) string {
	s := ""
	for _, st := range steps {
		s += fmt.Sprintf("%s:%s>%s ", st.Draw, st.From, st.To)
	}
	return s
}
