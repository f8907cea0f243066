package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"yaohao/audit"
	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/reports"
	"yaohao/sampling"
)

// myRoutes are the pages of inspectors, made for a phone.
func (s *Server) myRoutes(b both) {
	b.get("/my", need(s.myTasks, account.Inspector))
	b.get("/my/tasks/{task}", need(s.myTask, account.Inspector))
	b.post("/my/tasks/{task}/result", need(s.enterResult, account.Inspector))
	b.file("/my/draws/{draw}/tasks.pdf", s.taskListFile("pdf"))
	b.file("/my/draws/{draw}/tasks.csv", s.taskListFile("csv"))
	b.file("/my/draws/{draw}/tasks.ics", s.taskListFile("ics"))
	b.pageOnly("/my/password", need(s.passwordPage, account.Posts()...))
	b.post("/my/password", need(s.changePassword, account.Posts()...))
}

func (s *Server) myTasks(r *http.Request) (*answer, error) {
	return s.taskList(r, "my.html", "我的任务", account.Inspector)
}

func (s *Server) myTask(r *http.Request) (*answer, error) {
	d, err := s.taskData(r, account.Inspector)
	if err != nil {
		return nil, err
	}
	return show("my_task.html", d.EntityName, d), nil
}

// resultForm is an entry as the phone gives it: items in the order of the task.
type resultForm struct {
	VisitedOn  string     `json:"visitedOn"`
	Items      []itemForm `json:"items"`
	Categories []string   `json:"categories"`
	Methods    []string   `json:"methods"`
	FollowUp   string     `json:"followUp"`
	Remark     string     `json:"remark"`
}

type itemForm struct {
	Item     string `json:"item"`
	Checked  bool   `json:"checked"`
	Reason   string `json:"reason"`
	Category string `json:"category"`
	Finding  string `json:"finding"`
	Disposal string `json:"disposal"`
}

func (f resultForm) entry() inspection.Entry {
	e := inspection.Entry{VisitedOn: sampling.Date(f.VisitedOn), Categories: f.Categories,
		Methods: f.Methods, FollowUp: f.FollowUp, Remark: f.Remark}
	for _, i := range f.Items {
		e.Items = append(e.Items, inspection.ItemEntry{Item: sampling.ItemID(i.Item),
			Checked: i.Checked, Reason: i.Reason, Category: i.Category, Finding: i.Finding,
			Disposal: i.Disposal})
	}
	return e
}

func (s *Server) enterResult(r *http.Request) (*answer, error) {
	var f resultForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id := pathVar(r, "task")
	version, err := s.Inspection.EnterResult(r.Context(), actor(r, account.Inspector), id, f.entry(),
		s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) {
			d, err := s.taskData(r, account.Inspector)
			if err != nil {
				return nil, err
			}
			d.Form = f.entry()
			return show("my_task.html", d.EntityName, d), nil
		})
	}
	return done("/my/tasks/"+id, "结果已提交，待审核", map[string]int{"version": version}), nil
}

// listMakers give an inspector's list of one draw in each form.
var listMakers = map[string]struct {
	kind string
	make func(ctx context.Context, q pg.Querier, draw, inspector string,
		o reports.Options) ([]byte, error)
}{
	"pdf": {"application/pdf", func(ctx context.Context, q pg.Querier, draw, inspector string,
		o reports.Options) ([]byte, error) {
		doc, err := reports.TaskListPDF(ctx, q, draw, inspector, o)
		if err != nil {
			return nil, err
		}
		if len(doc.Missing) > 0 {
			slog.WarnContext(ctx, "glyphs missing in task list", "draw", draw,
				"runes", doc.MissingRunes())
		}
		return doc.PDF, nil
	}},
	"csv": {"text/csv; charset=utf-8", reports.TaskListCSV},
	"ics": {"text/calendar; charset=utf-8", reports.TaskListICS},
}

// taskListFile gives the signed-in inspector's own list; the reading of a sealed list is recorded
// before the list is made.
func (s *Server) taskListFile(form string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		acc, draw := signedIn(r), pathVar(r, "draw")
		if acc == nil || !acc.Has(account.Inspector) {
			s.fail(w, r, fault.New(fault.Unauthorized, "请先以检查人员身份登录"))
			return
		}
		data, err := s.taskListBytes(r.Context(), acc.Actor(account.Inspector), draw,
			string(acc.Inspector), form, s.Now())
		if err != nil {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Content-Type", listMakers[form].kind)
		w.Header().Set("Content-Disposition", `attachment; filename="tasks-`+draw+"."+form+`"`)
		w.Header().Set("Cache-Control", "no-store")
		if _, err := w.Write(data); err != nil {
			s.Log.WarnContext(r.Context(), "task list not delivered", "error", err)
		}
	}
}

func (s *Server) taskListBytes(ctx context.Context, who audit.Actor, draw, inspector, form string,
	now time.Time) ([]byte, error) {
	if err := inspection.RecordAccess(ctx, s.DB.Querier(), who, draw, "list "+form, now); err != nil {
		return nil, err
	}
	return listMakers[form].make(ctx, s.DB.Querier(), draw, inspector, s.Reports)
}

func (s *Server) passwordPage(*http.Request) (*answer, error) {
	return show("password.html", "修改口令", nil), nil
}

type newPasswordForm struct {
	Present string `json:"present"`
	New     string `json:"new"`
	Again   string `json:"again"`
}

// changePassword asks for the present password first.
func (s *Server) changePassword(r *http.Request) (*answer, error) {
	var f newPasswordForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	if err := s.setOwnPassword(r, f); err != nil {
		return again(r, err, func() (*answer, error) { return s.passwordPage(r) })
	}
	return done("/my/password", "口令已修改", nil), nil
}

func (s *Server) setOwnPassword(r *http.Request, f newPasswordForm) error {
	acc := signedIn(r)
	if f.New != f.Again {
		return fault.New(fault.Invalid, "两次输入的新口令不同").WithField("again")
	}
	_, err := account.Authenticate(r.Context(), s.DB.Querier(), acc.Login, f.Present, s.Now())
	if fault.Is(err, fault.Unauthorized) {
		return fault.New(fault.Invalid, "现在的口令不正确").WithField("present").Wrap(err)
	}
	if err != nil {
		return err
	}
	err = s.DB.InTx(r.Context(), func(q pg.Querier) error {
		return account.SetPassword(r.Context(), q, acc.Actor(acc.Posts[0]), acc.ID, f.New, s.Now())
	})
	if err != nil {
		return err
	}
	if err := s.endSessions(r.Context(), acc.ID); err != nil {
		return err
	}
	return s.sessions.RenewToken(r.Context()) // this session goes on, under a token of its own
}
