package web

import (
	"net/http"
	"strconv"
	"time"

	"yaohao/audit"
	"yaohao/calendar"
	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// refillRoutes are what follows a draw when somebody cannot go or nobody is there (draw/1 §10).
func (s *Server) refillRoutes(b both) {
	b.get("/draws/{draw}/why", s.why)
	b.file("/draws/{draw}/files/refills/{file}", s.refillFile)
	const one = "/staff/draws/{draw}/refills/{no:[0-9]{1,9}}"
	b.post("/staff/draws/{draw}/refills", need(s.requestRefill, account.Operator))
	b.post("/staff/draws/{draw}/replacements", need(s.requestReplacement, account.Operator))
	b.post(one+"/value", need(s.enterRefillValue, account.Operator))
	b.post(one+"/withdraw", need(s.withdrawRefill, account.Operator, account.Approver))
}

// refillForm asks for a refill; of a replacement Inspector is empty. EventAt is a Beijing time as
// browsers write it: 2026-11-05T20:30.
type refillForm struct {
	Task      string `json:"task"`
	Inspector string `json:"inspector"`
	Reason    string `json:"reason"`
	Event     string `json:"event"`
	EventAt   string `json:"eventAt"`
}

func (s *Server) requestRefill(r *http.Request) (*answer, error) {
	return s.askRefill(r, inspection.RefillSeat)
}

func (s *Server) requestReplacement(r *http.Request) (*answer, error) {
	return s.askRefill(r, inspection.RefillEntity)
}

func (s *Server) askRefill(r *http.Request, kind string) (*answer, error) {
	var f refillForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id := pathVar(r, "draw")
	no, err := s.sendRefill(r, id, kind, f)
	if err != nil {
		return again(r, err, func() (*answer, error) {
			return s.staffDrawPage(r, typedDraw{Kind: kind, Refill: f})
		})
	}
	return done("/staff/draws/"+id, "递补申请已公布，序号 "+strconv.Itoa(no),
		map[string]int{"no": no}), nil
}

func (s *Server) sendRefill(r *http.Request, draw, kind string, f refillForm) (int, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04", f.EventAt, calendar.Shanghai)
	switch {
	case err != nil:
		return 0, fault.New(fault.Invalid, "公共事件时间“%s”不是时间", f.EventAt).WithField("eventAt").
			WithHint("北京时间，例如 2026-11-05T20:30")
	case kind == inspection.RefillSeat && f.Inspector == "":
		return 0, fault.New(fault.Invalid, "没有填写离组人员的编号").WithField("inspector")
	case kind == inspection.RefillEntity && f.Inspector != "":
		return 0, fault.New(fault.Invalid, "递补对象不填写人员编号").WithField("inspector")
	}
	return s.Inspection.RequestRefill(r.Context(), actor(r, account.Operator),
		inspection.RefillRequest{Draw: draw, Task: f.Task,
			Inspector: sampling.InspectorID(f.Inspector), Reason: f.Reason, Event: f.Event,
			EventAt: at}, s.Now())
}

// refillNo gives the request's number in the address.
func refillNo(r *http.Request) int {
	no, _ := strconv.Atoi(pathVar(r, "no")) // the route takes digits only
	return no
}

type valueForm struct {
	Value string `json:"value"`
}

func (s *Server) enterRefillValue(r *http.Request) (*answer, error) {
	var f valueForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id, no := pathVar(r, "draw"), refillNo(r)
	err := s.Inspection.EnterRefillValue(r.Context(), actor(r, account.Operator), id, no, f.Value,
		s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) {
			return s.staffDrawPage(r, typedDraw{No: no, Value: f.Value})
		})
	}
	return done("/staff/draws/"+id, "已录入", map[string]int{"no": no}), nil
}

func (s *Server) withdrawRefill(r *http.Request) (*answer, error) {
	var f reasonForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id, no := pathVar(r, "draw"), refillNo(r)
	withdrawn, err := s.Inspection.WithdrawRefill(r.Context(),
		actor(r, account.Operator, account.Approver), id, no, f.Reason, s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) {
			return s.staffDrawPage(r, typedDraw{No: no, Reason: f.Reason})
		})
	}
	flash := "已申请撤回，待另一人确认"
	if withdrawn {
		flash = "已撤回，记录永久保留"
	}
	return done("/staff/draws/"+id, flash, map[string]bool{"withdrawn": withdrawn}), nil
}

// refillFile gives the record of a refill of a published draw.
func (s *Server) refillFile(w http.ResponseWriter, r *http.Request) {
	s.publicFile(w, r, "refills/"+pathVar(r, "file"))
}

type whyForm struct {
	Unit      string `json:"unit"`
	Entity    string `json:"entity"`
	Inspector string `json:"inspector"`
}

type whyData struct {
	Draw   string                `json:"draw"`
	Form   whyForm               `json:"-"`
	Units  []scheduler.UnitDuty  `json:"-"`
	Public bool                  `json:"-"` // everybody may ask
	Answer *inspection.WhyAnswer `json:"answer,omitempty"`
}

// why answers why an inspector is, or is not, on the team of an entity; without a question it shows
// the form.
func (s *Server) why(r *http.Request) (*answer, error) {
	var f whyForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	draw, err := scheduler.DrawByID(r.Context(), s.DB.Querier(), pathVar(r, "draw"))
	if err != nil {
		return nil, err
	}
	d := whyData{Draw: draw.ID, Form: f, Units: draw.Units,
		Public: draw.State == scheduler.Published}
	page := func() (*answer, error) { return show("why.html", "为什么是他、不是他", d), nil }
	if f == (whyForm{}) {
		return page()
	}
	var who audit.Actor // nobody
	if signedIn(r) != nil {
		who = actor(r, account.Supervisor)
	}
	d.Answer, err = inspection.Why(r.Context(), s.DB.Querier(), who, inspection.WhyQuestion{
		Draw: draw.ID, Unit: sampling.UnitID(f.Unit), Entity: sampling.EntityID(f.Entity),
		Inspector: sampling.InspectorID(f.Inspector)}, s.Now())
	if err != nil {
		return again(r, err, page)
	}
	return page()
}
