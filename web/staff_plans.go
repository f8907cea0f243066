package web

import (
	"fmt"
	"net/http"
	"strings"

	"yaohao/calendar"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/registry"
	"yaohao/sampling"
	"yaohao/scheduler"
)

func (s *Server) plans(r *http.Request) (*answer, error) {
	var f pageForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	plans, total, err := scheduler.Plans(r.Context(), s.DB.Querier(), f.Page)
	if err != nil {
		return nil, err
	}
	return show("plans.html", "抽查计划", newListing(r, plans, int64(total), f.Page,
		scheduler.PageSize)), nil
}

func (s *Server) plan(r *http.Request) (*answer, error) {
	p, err := scheduler.PlanByID(r.Context(), s.DB.Querier(), pathVar(r, "plan"))
	if err != nil {
		return nil, err
	}
	return show("plan.html", p.Name, p), nil
}

func (s *Server) newPlan(r *http.Request) (*answer, error) {
	year := s.Now().In(calendar.Shanghai).Year()
	return s.planPage(r, planForm{Year: year, StartsOn: fmt.Sprintf("%d-01-01", year),
		EndsOn: fmt.Sprintf("%d-12-31", year), Every: everyMonth, Day: 2, Hour: 9, CutoffHours: 8,
		EventHours: 13, VisitDays: 21, Bits: happy8Bits, Event: happy8})
}

// The public event that the form proposes: 20 of 80 balls carry log2 C(80,20) = 61.6 bits.
const (
	happy8 = "中国福利彩票快乐8，{event} 当日开奖，中国福彩网公布，" +
		"20个号码升序、两位、逗号；{cutoff} 截止"
	happy8Bits = 61
)

type planPageData struct {
	Items []registry.Item `json:"items"`
	Form  planForm        `json:"form"`
}

func (s *Server) planPage(r *http.Request, f planForm) (*answer, error) {
	items, err := publishedItems(r, s)
	if err != nil {
		return nil, err
	}
	return show("plan_new.html", "新建计划", planPageData{items, f}), nil
}

// How often a plan fires, for people who do not write cron.
const (
	everyMonth   = "month"
	everyQuarter = "quarter" // in its first month
)

// planForm is a plan as the form gives it. Items are codes; every item has a label of its own
// unless SharedLabel joins them all (one visit, several items). Every, Day and Hour say when the
// plan fires; without Every, Cron does.
type planForm struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Number      string   `json:"number"`
	Year        int      `json:"year"`
	Directed    bool     `json:"directed"`
	Every       string   `json:"every"`
	Day         int      `json:"day"`
	Hour        int      `json:"hour"`
	Cron        string   `json:"cron"`
	StartsOn    string   `json:"startsOn"`
	EndsOn      string   `json:"endsOn"`
	CutoffHours int      `json:"cutoffHours"`
	EventHours  int      `json:"eventHours"`
	VisitDays   int      `json:"visitDays"`
	Trial       bool     `json:"trial"`
	Items       []string `json:"items"`
	SharedLabel bool     `json:"sharedLabel"`
	Event       string   `json:"event"`
	Bits        int64    `json:"bits"`
	Note        string   `json:"note"`
}

// spec gives the plan with the office's seal first and the public event last (draw/1 §5).
func (f planForm) spec() scheduler.PlanSpec {
	p := scheduler.PlanSpec{ID: strings.TrimSpace(f.ID), Name: f.Name, Number: f.Number, Year: f.Year,
		Directed: f.Directed, Cron: f.schedule(), StartsOn: sampling.Date(f.StartsOn),
		EndsOn: sampling.Date(f.EndsOn), CutoffHours: f.CutoffHours, EventHours: f.EventHours,
		VisitDays: f.VisitDays, Trial: f.Trial, Note: f.Note,
		Entropy: []scheduler.Source{
			{Name: "office-seal", Kind: sampling.EntropySeal,
				Event: "本机关封存值，{date} 冻结前生成，公示后公开"},
			{Name: "event", Kind: sampling.EntropyPublic, Event: f.Event, Bits: f.Bits},
		}}
	for _, item := range f.Items {
		label := "m-" + strings.ToLower(item)
		if f.SharedLabel {
			label = "m"
		}
		p.Items = append(p.Items, scheduler.PlanItem{Item: sampling.ItemID(item), Label: label})
	}
	return p
}

// schedule gives the cron expression of the form.
func (f planForm) schedule() string {
	switch f.Every {
	case everyMonth:
		return fmt.Sprintf("0 %d %d * *", f.Hour, f.Day)
	case everyQuarter:
		return fmt.Sprintf("0 %d %d 1,4,7,10 *", f.Hour, f.Day)
	}
	return f.Cron
}

// cronText says in words what the form's schedules mean; others stand as they are.
func cronText(expr string) string {
	var hour, day int
	var months string
	n, err := fmt.Sscanf(expr, "0 %d %d %s *", &hour, &day, &months)
	if n != 3 || err != nil || !strings.HasSuffix(expr, " "+months+" *") {
		return expr
	}
	switch months {
	case "*":
		return fmt.Sprintf("每月 %d 日 %d 时", day, hour)
	case "1,4,7,10":
		return fmt.Sprintf("每季度首月 %d 日 %d 时", day, hour)
	}
	return fmt.Sprintf("每年 %s 月的 %d 日 %d 时", strings.ReplaceAll(months, ",", "、"), day, hour)
}

func (s *Server) createPlan(r *http.Request) (*answer, error) {
	var f planForm
	err := decode(r, &f)
	spec := f.spec()
	if err == nil {
		err = s.Scheduler.CreatePlan(r.Context(), actor(r, account.Planner), spec, s.Now())
	}
	if err != nil {
		if e, ok := fault.As(err); ok && strings.HasPrefix(e.Field, "entropy") {
			e.Field = "event" // the form's name of the only source that is typed
		}
		return again(r, err, func() (*answer, error) { return s.planPage(r, f) })
	}
	return done("/staff/plans/"+spec.ID, "计划已建立，待另一人批准", map[string]string{"id": spec.ID}), nil
}

func (s *Server) approvePlan(r *http.Request) (*answer, error) {
	id := pathVar(r, "plan")
	err := s.Scheduler.ApprovePlan(r.Context(), actor(r, account.Approver), id, s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) { return s.plan(r) })
	}
	return done("/staff/plans/"+id, "已批准，到期自动抽取", map[string]string{"id": id}), nil
}
