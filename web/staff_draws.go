package web

import (
	"net/http"
	"strconv"

	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/scheduler"
)

func (s *Server) staffDraws(r *http.Request) (*answer, error) {
	var f pageForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	draws, total, err := scheduler.Draws(r.Context(), s.DB.Querier(),
		scheduler.DrawFilter{Page: f.Page})
	if err != nil {
		return nil, err
	}
	return show("staff_draws.html", "抽取", newListing(r, draws, int64(total), f.Page,
		scheduler.PageSize)), nil
}

func (s *Server) staffDraw(r *http.Request) (*answer, error) {
	return s.staffDrawPage(r, typedDraw{})
}

// typedDraw is what somebody typed on the page of a draw and that was refused.
type typedDraw struct {
	Entropy entropyForm
	Reason  string
	Kind    string // of the refill that was asked for
	Refill  refillForm
	No      int // of the refill that Value is for
	Value   string
}

type staffDrawData struct {
	*drawData
	Typed         typedDraw           `json:"-"`
	SeatReasons   []inspection.Reason `json:"seatReasons"`
	EntityReasons []inspection.Reason `json:"entityReasons"`
}

func (s *Server) staffDrawPage(r *http.Request, typed typedDraw) (*answer, error) {
	d, err := s.drawData(r, pathVar(r, "draw"))
	if err != nil {
		return nil, err
	}
	return show("staff_draw.html", "抽取 "+d.ID, staffDrawData{d, typed,
		inspection.SeatReasons(), inspection.EntityReasons()}), nil
}

type entropyForm struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (s *Server) enterEntropy(r *http.Request) (*answer, error) {
	var f entropyForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id := pathVar(r, "draw")
	err := s.Scheduler.EnterEntropy(r.Context(), actor(r, account.Operator), id, f.Name, f.Value,
		s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) {
			return s.staffDrawPage(r, typedDraw{Entropy: f})
		})
	}
	return done("/staff/draws/"+id, "已录入", map[string]string{"draw": id, "name": f.Name}), nil
}

type reasonForm struct {
	Reason string `json:"reason"`
}

func (s *Server) requestVoid(r *http.Request) (*answer, error) {
	var f reasonForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id := pathVar(r, "draw")
	err := s.Scheduler.RequestVoid(r.Context(), actor(r, account.Operator), id, f.Reason, s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) {
			return s.staffDrawPage(r, typedDraw{Reason: f.Reason})
		})
	}
	return done("/staff/draws/"+id, "已申请作废，待另一人确认", map[string]string{"draw": id}), nil
}

func (s *Server) confirmVoid(r *http.Request) (*answer, error) {
	id := pathVar(r, "draw")
	who := actor(r, account.Approver, account.Operator)
	if err := s.Scheduler.ConfirmVoid(r.Context(), who, id, s.Now()); err != nil {
		return again(r, err, func() (*answer, error) { return s.staffDraw(r) })
	}
	return done("/staff/draws/"+id, "已作废，记录永久保留", map[string]string{"draw": id}), nil
}

func (s *Server) publish(r *http.Request) (*answer, error) {
	id := pathVar(r, "draw")
	n, err := s.Inspection.Publish(r.Context(), actor(r, account.Publisher), id, s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) { return s.staffDraw(r) })
	}
	flash := "已公示 " + strconv.Itoa(n) + " 项结果"
	if err := s.Advance(r.Context(), s.Now()); err != nil {
		// The results are public; what failed stands in the rows and the timer tries it again.
		s.Log.ErrorContext(r.Context(), "advance after publication", "draw", id, "error", err)
		flash += "；公告和核验包稍后自动生成"
	}
	return done("/staff/draws/"+id, flash, map[string]int{"published": n}), nil
}

// advanceNow is the button that does at once what the timer does every minute.
func (s *Server) advanceNow(r *http.Request) (*answer, error) {
	if err := s.Advance(r.Context(), s.Now()); err != nil {
		return nil, err
	}
	return done("/staff/draws", "已推进到期的各步", nil), nil
}
