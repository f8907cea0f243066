package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/audit/audittest"
	"yaohao/calendar"
	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
	"yaohao/registry"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// The files of the small office. Item A01 checks all 22 firms of the bank 食品, item B01 three of
// all thirty. Personal data carries the words 某某 and 0310, so that tests can look for it.
var files = map[registry.Kind]string{
	registry.KindUnits: `机构编码,机构名称,机构类型,上级机构,行政区划,每组人数,区域规则
OFFICE,清河县市场监督管理局,机关,,130534,2,any
SPJ,食品科,科室,OFFICE,130534,2,any
ZJK,质监科,科室,OFFICE,130534,2,any
`,
	registry.KindItems: `事项编码,抽查事项名称,职权类别,任务类型,事项类别,责任单位,抽查依据,抽查内容,抽查方式,检查要点,专项库,分层,候补数
A01,食品销售监督检查,行政检查,重点产品日常抽查,重点,SPJ,《食品安全法》第一百一十条,进货查验,现场检查,查许可证；查台账,食品,class,1
B01,工业产品质量检查,行政检查,风险产品随机抽查,一般,ZJK,《产品质量法》第十五条,产品质量,现场检查,查标签,,class,1
`,
	registry.KindRatios: `事项编码,分类,冷却层,方式,比例下限,比例上限,最少数,生效日期,失效日期
A01,*,否,全查,,,,2026-01-01,
B01,*,否,比例,1/10,,,2026-01-01,
`,
	registry.KindEntities:   entitiesCSV(),
	registry.KindInspectors: inspectorsCSV(),
	registry.KindConflicts: `人员编号,统一社会信用代码,回避原因,有效至
I1,R.13053400001,近亲属,
`,
}

func entitiesCSV() string {
	var b strings.Builder
	b.WriteString("注册号,企业名称,主体类型,行政区划,住所,法定代表人,联系电话,登记状态,信用风险分类,专项库,网点数\n")
	for i := 1; i <= 30; i++ {
		bank := ""
		if i <= 22 {
			bank = "食品"
		}
		fmt.Fprintf(&b, "130534%05d,清河%02d号商行,企业,130534,长江街%d号,法人某某%d,0310-88%05d,存续,A,%s,2\n",
			i, i, i, i, i, bank)
	}
	return b.String()
}

func inspectorsCSV() string {
	var b strings.Builder
	b.WriteString("人员编号,姓名,所属机构,行政区划,执法证编号,证件有效期至,可任主办,执法事项,在岗,联系电话\n")
	for i := 1; i <= 4; i++ {
		fmt.Fprintf(&b, "I%d,食检某某%d,SPJ,130534,C%d,2030-12-31,是,A01,是,0310-77%05d\n", i, i, i, i)
		fmt.Fprintf(&b, "J%d,质检某某%d,ZJK,130534,D%d,2030-12-31,是,B01,是,0310-78%05d\n", i, i, i, i)
	}
	return b.String()
}

// staff are the accounts, login = the first post unless it says otherwise; i1…j4 are inspectors.
var staff = []account.New{
	{Login: "planner", Posts: []account.Post{account.Planner}},
	{Login: "approver", Posts: []account.Post{account.Approver}},
	{Login: "operator", Posts: []account.Post{account.Operator}},
	{Login: "operator2", Posts: []account.Post{account.Operator}},
	{Login: "reviewer", Posts: []account.Post{account.Reviewer}},
	{Login: "publisher", Posts: []account.Post{account.Publisher}},
	{Login: "registrar", Posts: []account.Post{account.Registrar}},
	{Login: "supervisor", Posts: []account.Post{account.Supervisor}},
}

const password = "correct horse 1"

// November is the draw of the world's plan; balls is what the public event shows.
const (
	november = "2026-11-M"
	balls    = "03,07,11,19,22,31+08"
)

// Stages of the world; each includes those before it.
type stage int

const (
	empty     stage = iota // units and accounts alone
	stocked                // registries imported, plan M approved
	committed              // November is due
	drawn                  // values typed, tasks dispatched
	entered                // every task has a result
	approved               // every result is reviewed
	published              // results, notice and bundle are public
)

// world is a small office behind a real HTTP server and a real database.
type world struct {
	*testing.T
	db     *pg.DB
	server *Server
	http   *httptest.Server
	log    *safeBuffer
	signer note.Signer

	mu    sync.Mutex
	now   time.Time
	tick  func(ctx context.Context, now time.Time) error // what the server's Advance does
	first inspection.Task                                // kept by address
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) set(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = at(s)
}

func (w *world) setTick(tick func(ctx context.Context, now time.Time) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tick = tick
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// newWorld starts an office that has come to a stage.
func newWorld(t *testing.T, to stage) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, db: pgtest.New(t), log: &safeBuffer{}, now: at("2026-10-20 10:00")}
	audittest.CheckLog(t, w.db)
	var err error
	var public string
	w.signer, public, _, err = auditdb.LoadKey(filepath.Join(t.TempDir(), "log.key"), "test.local")
	w.ok(err)
	w.ok(w.db.InTx(t.Context(), func(q pg.Querier) error {
		return auditdb.RegisterKey(t.Context(), q, public)
	}))
	log := slog.New(slog.NewTextHandler(w.log, nil))
	seals, _, err := scheduler.OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), "")
	w.ok(err)
	w.server = &Server{DB: w.db, Scheduler: &scheduler.Service{DB: w.db, Seals: seals, Log: log},
		Inspection: &inspection.Service{DB: w.db, Calendar: calendar.Default},
		Calendar:   calendar.Default, BaseURL: "http://yaohao.test", LogKey: public,
		Version: "test", Now: w.clock, Log: log}
	w.server.Reports.BaseURL = w.server.BaseURL
	w.setTick(w.advance)
	w.server.Advance = func(ctx context.Context, now time.Time) error {
		w.mu.Lock()
		tick := w.tick
		w.mu.Unlock()
		return tick(ctx, now)
	}
	handler, err := w.server.Handler()
	w.ok(err)
	w.http = httptest.NewServer(handler)
	t.Cleanup(w.http.Close)
	w.http.Client().CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}
	w.reach(to)
	return w
}

// advance is the glue of cmd: draws, tasks, notices.
func (w *world) advance(ctx context.Context, now time.Time) error {
	sum, err := w.server.Scheduler.Advance(ctx, now)
	if err != nil {
		return err
	}
	for _, f := range sum.Failures {
		return f.Err
	}
	if _, err := w.server.Inspection.Advance(ctx, now); err != nil {
		return err
	}
	missing, err := inspection.MissingNotices(ctx, w.db.Querier())
	for _, draw := range missing {
		_, err = w.server.Inspection.IssueNotice(ctx, audit.System, draw, now,
			func(int, int) ([]byte, error) { return []byte("%PDF-1.4 公告"), nil })
	}
	return errors.Join(err, w.db.InTx(ctx, func(q pg.Querier) error {
		_, err := auditdb.Checkpoint(ctx, q, w.signer, now)
		return err
	}))
}

func (w *world) move(when string) {
	w.Helper()
	w.set(when)
	w.ok(w.advance(w.Context(), w.clock()))
}

func (w *world) reach(to stage) {
	w.Helper()
	w.load(registry.KindUnits)
	w.hire()
	if to >= stocked {
		for _, k := range registry.Kinds()[1:] {
			w.load(k)
		}
		w.plan()
	}
	if to >= committed {
		w.move("2026-11-02 09:00")
	}
	if to >= drawn {
		w.reachDrawn()
	}
	if to >= entered {
		w.set("2026-11-06 16:00")
		for _, task := range w.tasks() {
			w.enterTask(task)
		}
	}
	if to >= approved {
		w.set("2026-11-09 10:00")
		for _, task := range w.tasks() {
			w.ok(w.server.Inspection.Review(w.Context(), w.actor("reviewer", account.Reviewer),
				task.ID, inspection.Decision{Version: 1, Verdict: inspection.Approve}, w.clock()))
		}
	}
	if to >= published {
		w.set("2026-11-10 10:00")
		_, err := w.server.Inspection.Publish(w.Context(), w.actor("publisher", account.Publisher),
			november, w.clock())
		w.ok(err)
		w.move("2026-11-10 10:01")
	}
}

// reachDrawn takes the committed draw through the cutoff, has two people type the value and draws.
func (w *world) reachDrawn() {
	w.Helper()
	w.move("2026-11-02 11:00")
	for _, login := range []string{"operator", "operator2"} {
		w.ok(w.server.Scheduler.EnterEntropy(w.Context(), w.actor(login, account.Operator), november,
			"lottery", balls, at("2026-11-03 21:30")))
	}
	w.move("2026-11-03 21:31")
}

func (w *world) load(kind registry.Kind) {
	w.Helper()
	text := files[kind]
	if text == "" {
		return
	}
	report, err := registry.Import(w.Context(), w.db, registry.ImportRequest{Kind: kind,
		FileName: string(kind) + ".csv", Body: strings.NewReader(text),
		Actor: audit.Actor{Person: "console", Post: "registrar"}, Now: w.clock()})
	w.ok(err)
	if report.Bad != 0 {
		w.Fatalf("%s: %+v", kind, report.Errors)
	}
}

// hire makes the accounts. One password is hashed; the others are copies of it, because a hash
// takes 64 MiB and long under the race detector.
func (w *world) hire() {
	w.Helper()
	w.ok(w.db.InTx(w.Context(), func(q pg.Querier) error {
		_, err := account.Create(w.Context(), q, audit.System, account.New{Login: "admin",
			Name: "管理某某", Unit: "OFFICE", Password: password,
			Posts: []account.Post{account.Administrator}}, w.clock())
		return err
	}))
	for _, n := range staff {
		w.copyAccount(n)
	}
}

func (w *world) copyAccount(n account.New) {
	w.Helper()
	unit, inspector := "OFFICE", any(nil)
	if n.Inspector != "" {
		unit, inspector = n.Unit, n.Inspector
	}
	_, err := w.db.Exec(w.Context(), `
		INSERT INTO account (id, login, name, unit_id, inspector_id, posts, password, created_at)
		SELECT 'P' || lpad((SELECT count(*) + 1 FROM account)::text, 4, '0'), $1, $2, $3, $4, $5,
			password, created_at FROM account WHERE login = 'admin'`,
		n.Login, "工作某某"+n.Login, unit, inspector, n.Posts)
	w.ok(err)
}

func (w *world) plan() {
	w.Helper()
	for i, unit := range []string{"SPJ", "ZJK"} {
		for n := 1; n <= 4; n++ {
			id := fmt.Sprintf("%c%d", "IJ"[i], n)
			w.copyAccount(account.New{Login: strings.ToLower(id), Unit: unit,
				Inspector: sampling.InspectorID(id), Posts: []account.Post{account.Inspector}})
		}
	}
	w.ok(w.server.Scheduler.CreatePlan(w.Context(), w.actor("planner", account.Planner),
		scheduler.PlanSpec{ID: "M", Name: "月度双随机抽查", Year: 2026, Cron: "0 9 2 * *",
			StartsOn: "2026-01-01", EndsOn: "2026-12-31", CutoffHours: 2, EventHours: 36, VisitDays: 25,
			Items: []scheduler.PlanItem{{Item: "A01", Label: "m-a01"}, {Item: "B01", Label: "m-b01"}},
			Entropy: []scheduler.Source{
				{Name: "office-seal", Kind: sampling.EntropySeal, Event: "本机关密封值"},
				{Name: "lottery", Kind: sampling.EntropyPublic, Bits: 80,
					Event: "双色球 {event} 后首期开奖号码（{cutoff} 截止），红球六个+蓝球"},
			}}, w.clock()))
	w.ok(w.server.Scheduler.ApprovePlan(w.Context(), w.actor("approver", account.Approver), "M",
		w.clock()))
}

func (w *world) account(login string) *account.Account {
	w.Helper()
	list, err := account.Accounts(w.Context(), w.db.Querier())
	w.ok(err)
	for _, a := range list {
		if a.Login == login {
			return a
		}
	}
	w.Fatalf("no account %s", login)
	return nil
}

func (w *world) actor(login string, post account.Post) audit.Actor {
	w.Helper()
	return w.account(login).Actor(post)
}

// tasks gives every task of November.
func (w *world) tasks() []inspection.Task {
	w.Helper()
	list, err := inspection.Tasks(w.Context(), w.db.Querier(),
		w.actor("supervisor", account.Supervisor),
		inspection.TaskFilter{Draw: november, Page: inspection.Page{Size: 200}}, w.clock())
	w.ok(err)
	if len(list.Rows) != 25 {
		w.Fatalf("%d tasks, want 25", len(list.Rows))
	}
	return list.Rows
}

// lead gives the login of a task's lead inspector.
func lead(task inspection.Task) string {
	return strings.ToLower(string(task.Members[0].Inspector))
}

func (w *world) enterTask(task inspection.Task) {
	w.Helper()
	w.enterOn(task, "2026-11-05", "1")
}

// enterOn enters a task's result: every item has the same category.
func (w *world) enterOn(task inspection.Task, day sampling.Date, category string) {
	w.Helper()
	e := inspection.Entry{VisitedOn: day, Methods: inspection.Methods()[:1],
		FollowUp: inspection.FollowUps()[0]}
	for _, i := range task.Items {
		e.Items = append(e.Items, inspection.ItemEntry{Item: i.Item, Checked: true,
			Category: category})
	}
	_, err := w.server.Inspection.EnterResult(w.Context(), w.actor(lead(task), account.Inspector),
		task.ID, e, w.clock())
	w.ok(err)
}

// reply is an answer, read to its end.
type reply struct {
	*testing.T
	*http.Response
	body string
}

// session signs somebody in without the password, which is for TestLogin; empty is the public.
func (w *world) session(login string) string {
	w.Helper()
	if login == "" {
		return ""
	}
	ctx, err := w.server.sessions.Load(w.Context(), "")
	w.ok(err)
	w.server.sessions.Put(ctx, "account", w.account(login).ID)
	token, _, err := w.server.sessions.Commit(ctx)
	w.ok(err)
	return token
}

// do sends a request with a session token.
func (w *world) do(token, method, path, kind string, body io.Reader, head ...string) *reply {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.http.URL+path, body)
	w.ok(err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: "yaohao", Value: token})
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	resp, err := w.http.Client().Do(r)
	w.ok(err)
	text, err := io.ReadAll(resp.Body)
	w.ok(err)
	w.ok(resp.Body.Close())
	return &reply{w.T, resp, string(text)}
}

func (w *world) get(token, path string) *reply {
	w.Helper()
	return w.do(token, http.MethodGet, path, "", nil)
}

// form sends fields as a page does.
func (w *world) form(token, path string, fields ...string) *reply {
	w.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return w.do(token, http.MethodPost, path, "application/x-www-form-urlencoded",
		strings.NewReader(v.Encode()))
}

// json sends a value to the API.
func (w *world) json(token, path string, value any) *reply {
	w.Helper()
	data, err := json.Marshal(value)
	w.ok(err)
	return w.do(token, http.MethodPost, "/api/v1"+path, "application/json", bytes.NewReader(data))
}

// is checks the status and that the body holds all of the words.
func (r *reply) is(status int, words ...string) *reply {
	r.Helper()
	if r.StatusCode != status {
		r.Errorf("%s %s: status %d, want %d\n%.2000s", r.Request.Method, r.Request.URL.Path,
			r.StatusCode, status, r.body)
	}
	for _, word := range words {
		if !strings.Contains(r.body, word) {
			r.Errorf("%s %s: no %q in\n%.6000s", r.Request.Method, r.Request.URL.Path, word, r.body)
		}
	}
	return r
}

// lacks checks that the body holds none of the words.
func (r *reply) lacks(words ...string) *reply {
	r.Helper()
	for _, word := range words {
		if strings.Contains(r.body, word) {
			r.Errorf("%s %s shows %q", r.Request.Method, r.Request.URL, word)
		}
	}
	return r
}

// leads checks a redirect.
func (r *reply) leads(to string) *reply {
	r.Helper()
	if got := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || got != to {
		r.Errorf("%s %s: %d to %q, want 303 to %q\n%.2000s", r.Request.Method, r.Request.URL.Path,
			r.StatusCode, got, to, r.body)
	}
	return r
}
