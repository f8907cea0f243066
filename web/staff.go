package web

import (
	"fmt"
	"net/http"
	"slices"

	"yaohao/audit/auditdb"
	"yaohao/calendar"
	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/registry"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// desk are the posts that have a desk: everybody but mere inspectors.
var desk = []account.Post{account.Planner, account.Operator, account.Approver, account.Reviewer,
	account.Publisher, account.Registrar, account.Supervisor, account.Administrator}

// staffRoutes are the pages of the office. A page opens for the posts that need it; what may be
// done is decided again by the domain functions.
func (s *Server) staffRoutes(b both) {
	b.get("/staff", need(s.deskPage, desk...))

	b.get("/staff/imports", need(s.imports, desk...))
	b.get("/staff/imports/{id:[0-9]+}", need(s.importReport, desk...))
	b.post("/staff/imports", need(s.upload, account.Registrar))
	b.get("/staff/entities", need(s.entities, desk...))
	b.get("/staff/entities/{entity}", need(s.entity, desk...))
	b.get("/staff/inspectors", need(s.inspectors, desk...))
	b.get("/staff/inspectors/{inspector}", need(s.inspector, desk...))

	b.get("/staff/plans", need(s.plans, desk...))
	b.get("/staff/plans/new", need(s.newPlan, account.Planner))
	b.post("/staff/plans", need(s.createPlan, account.Planner))
	b.get("/staff/plans/{plan}", need(s.plan, desk...))
	b.post("/staff/plans/{plan}/approve", need(s.approvePlan, account.Approver))

	b.get("/staff/chains", need(s.chains, desk...))
	b.post("/staff/chains", need(s.createChain, account.Operator))

	b.get("/staff/draws", need(s.staffDraws, desk...))
	b.get("/staff/draws/{draw}", need(s.staffDraw, desk...))
	b.post("/staff/draws/{draw}/entropy", need(s.enterEntropy, account.Operator))
	b.post("/staff/draws/{draw}/void", need(s.requestVoid, account.Operator))
	b.post("/staff/draws/{draw}/void/confirm", need(s.confirmVoid, account.Operator, account.Approver))
	b.post("/staff/draws/{draw}/publish", need(s.publish, account.Publisher))
	b.post("/staff/advance", need(s.advanceNow, account.Operator, account.Planner))

	b.get("/staff/tasks", need(s.tasks, seers...))
	b.get("/staff/tasks/{task}", need(s.task, seers...))
	b.post("/staff/tasks/{task}/review", need(s.review, account.Reviewer))

	b.get("/staff/log", need(s.logPage, desk...))
	b.get("/staff/accounts", need(s.accounts, account.Administrator, account.Supervisor))
	b.post("/staff/accounts", need(s.createAccount, account.Administrator))
	b.post("/staff/accounts/{account}/disabled", need(s.disableAccount, account.Administrator))
	b.post("/staff/accounts/{account}/password", need(s.resetPassword, account.Administrator))
}

// seers are the posts that may see tasks.
var seers = []account.Post{account.Reviewer, account.Publisher, account.Supervisor}

type deskData struct {
	Posts  []string                 `json:"posts"`
	Open   []*scheduler.DrawDetail  `json:"open"`   // draws that wait for something
	Drafts []*scheduler.Plan        `json:"drafts"` // plans that wait for approval
	Alarms []inspection.OverdueTask `json:"alarms"`
	Due    int64                    `json:"due"` // tasks that wait for review, for reviewers
}

// deskPage is what waits for the person who signed in.
func (s *Server) deskPage(r *http.Request) (*answer, error) {
	ctx, q, acc := r.Context(), s.DB.Querier(), signedIn(r)
	d := deskData{Open: []*scheduler.DrawDetail{}, Drafts: []*scheduler.Plan{},
		Alarms: []inspection.OverdueTask{}}
	for _, p := range acc.Posts {
		d.Posts = append(d.Posts, p.Name())
	}
	open, _, err := scheduler.Draws(ctx, q, scheduler.DrawFilter{States: []scheduler.State{
		scheduler.Planned, scheduler.Frozen, scheduler.Committed, scheduler.Awaiting, scheduler.Drawn}})
	if err != nil {
		return nil, err
	}
	for _, draw := range open {
		detail, err := scheduler.DrawByID(ctx, q, draw.ID)
		if err != nil {
			return nil, err
		}
		d.Open = append(d.Open, detail)
	}
	plans, _, err := scheduler.Plans(ctx, q, 1)
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		if p.State == scheduler.PlanDraft {
			d.Drafts = append(d.Drafts, p)
		}
	}
	if !slices.ContainsFunc(seers, acc.Has) {
		return show("staff.html", "工作台", d), nil
	}
	who := actor(r, seers...)
	alarms, err := s.Inspection.Overdue(ctx, who, inspection.TaskFilter{}, s.Now())
	if err != nil {
		return nil, err
	}
	d.Alarms = list(alarms.Rows)
	waiting, err := inspection.Tasks(ctx, q, who,
		inspection.TaskFilter{State: inspection.Entered, Page: inspection.Page{Size: 1}}, s.Now())
	if err != nil {
		return nil, err
	}
	d.Due = waiting.Total
	return show("staff.html", "工作台", d), nil
}

type entityForm struct {
	Q      string `json:"q"`
	Area   string `json:"area"`
	Status string `json:"status"`
	Class  string `json:"class"`
	Bank   string `json:"bank"`
	Page   int    `json:"page"`
}

type formed[F, T any] struct {
	listing[T]
	Form F `json:"-"`
}

func registryListing[T any](r *http.Request, l *registry.List[T]) listing[T] {
	return listing[T]{list(l.Rows), l.Total, int(l.Number), int(l.Pages()), r.URL.Query()}
}

func (s *Server) entities(r *http.Request) (*answer, error) {
	var f entityForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	list, err := registry.Entities(r.Context(), s.DB.Querier(), registry.EntityFilter{Query: f.Q,
		Area: f.Area, Status: f.Status, Class: f.Class, Bank: f.Bank,
		Page: registry.Page{Number: int64(f.Page)}})
	if err != nil {
		return nil, err
	}
	return show("entities.html", "检查对象名录库",
		formed[entityForm, registry.Entity]{registryListing(r, list), f}), nil
}

type entityData struct {
	*registry.Entity
	Checks []registry.Check `json:"checks"`
}

func (s *Server) entity(r *http.Request) (*answer, error) {
	id := sampling.EntityID(pathVar(r, "entity"))
	e, err := registry.EntityByID(r.Context(), s.DB.Querier(), id)
	if err != nil {
		return nil, err
	}
	checks, err := registry.Checks(r.Context(), s.DB.Querier(), id)
	if err != nil {
		return nil, err
	}
	return show("entity.html", e.Name, entityData{e, checks}), nil
}

type inspectorForm struct {
	Q    string `json:"q"`
	Unit string `json:"unit"`
	Page int    `json:"page"`
}

type inspectorsData struct {
	formed[inspectorForm, registry.Inspector]
	Units []registry.Unit `json:"units"`
	Today sampling.Date   `json:"-"`
}

func (s *Server) inspectors(r *http.Request) (*answer, error) {
	var f inspectorForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	list, err := registry.Inspectors(r.Context(), s.DB.Querier(), registry.InspectorFilter{Query: f.Q,
		Unit: sampling.UnitID(f.Unit), Page: registry.Page{Number: int64(f.Page)}})
	if err != nil {
		return nil, err
	}
	units, err := registry.Units(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	return show("inspectors.html", "执法检查人员名录库", inspectorsData{
		formed[inspectorForm, registry.Inspector]{registryListing(r, list), f}, units,
		s.today()}), nil
}

// today gives the day in Shanghai.
func (s *Server) today() sampling.Date {
	return sampling.Date(s.Now().In(calendar.Shanghai).Format("2006-01-02"))
}

type inspectorData struct {
	*registry.Inspector
	Conflicts []registry.Conflict `json:"conflicts"`
}

func (s *Server) inspector(r *http.Request) (*answer, error) {
	id := sampling.InspectorID(pathVar(r, "inspector"))
	i, err := registry.InspectorByID(r.Context(), s.DB.Querier(), id)
	if err != nil {
		return nil, err
	}
	conflicts, err := registry.Conflicts(r.Context(), s.DB.Querier(), id)
	if err != nil {
		return nil, err
	}
	return show("inspector.html", i.Name, inspectorData{i, conflicts}), nil
}

type logForm struct {
	Subject string `json:"subject"`
	Before  int64  `json:"before"`
}

type logData struct {
	Entries []auditdb.Entry `json:"entries"`
	Size    int64           `json:"size"`
	Next    int64           `json:"next"` // index to stay below for the next page; 0 at the end
	Form    logForm         `json:"-"`
}

// logRows is how many records a page of the log shows.
const logRows = 30

func (s *Server) logPage(r *http.Request) (*answer, error) {
	var f logForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	head, err := auditdb.Head(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	entries, err := auditdb.Leaves(r.Context(), s.DB.Querier(), auditdb.Filter{Subject: f.Subject,
		From: f.Before, Limit: logRows, Newest: true})
	if err != nil {
		return nil, err
	}
	d := logData{Entries: entries, Size: head.Size, Form: f}
	if n := len(entries); n == logRows {
		d.Next = entries[n-1].Index
	}
	return show("log.html", fmt.Sprintf("日志（%d 条）", head.Size), d), nil
}
