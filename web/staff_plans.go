package web

import (
	"fmt"
	"net/http"
	"strings"

	"yaohao/calendar"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/registry"
	"yaohao/reports"
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
	detections, err := s.detections(r, p)
	if err != nil {
		return nil, err
	}
	return show("plan.html", p.Name, planData{p, p.Bits(), p.GradeName(), detections}), nil
}

// planData is a plan with the grade that its draws will have.
type planData struct {
	*scheduler.Plan
	Bits      int64  `json:"bits"` // of the public sources
	GradeText string `json:"gradeText"`
	// what sizes would find, as the registry is now
	Detections []reports.Detection `json:"detections"`
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

	// A round's signature is a group element that nobody knows before; BLS12-381 is held for at
	// least 117 bits of security (draft-irtf-cfrg-pairing-friendly-curves), in round figures 120.
	quicknet = "{round}，{event} 或其后首轮；值为该轮签名的 96 位小写十六进制，" +
		"公布于 api.drand.sh 等；{cutoff} 截止"
	quicknetBits = 120
)

type planPageData struct {
	Items   []registry.Item   `json:"items"`
	Shares  []shareChoice     `json:"-"`
	Units   []registry.Unit   `json:"units"`
	Batches []registry.Batch  `json:"batches"`
	Chains  []scheduler.Chain `json:"chains"` // with links left
	Form    planForm          `json:"form"`
}

func (s *Server) planPage(r *http.Request, f planForm) (*answer, error) {
	items, err := publishedItems(r, s)
	if err != nil {
		return nil, err
	}
	all, err := scheduler.Chains(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	chains := []scheduler.Chain{}
	for _, c := range all {
		if c.Left() > 0 {
			chains = append(chains, c)
		}
	}
	units, err := registry.Units(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	batches, err := registry.Batches(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	for len(f.Given) < givenRows {
		f.Given = append(f.Given, givenForm{})
	}
	return show("plan_new.html", "新建计划", planPageData{items, shareChoices(units, items, f), units,
		batches, chains, f}), nil
}

// How often a plan fires, for people who do not write cron.
const (
	everyMonth   = "month"
	everyQuarter = "quarter" // in its first month
)

// planForm is a plan as the form gives it. Items are codes; every item has a label of its own
// unless Shared names its unit or SharedLabel joins them all (one visit, several items). Every, Day
// and Hour say when the plan fires; without Every, Cron does.
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
	Hash        string   `json:"hash"` // suite of draw/1 §1; empty for sha256
	Items       []string `json:"items"`
	Shared      []string `json:"shared"` // units whose items share tickets
	SharedLabel bool     `json:"sharedLabel"`
	// units whose tasks were drawn elsewhere; rows without a unit and a source are none
	Given   []givenForm `json:"given"`
	Secret  string      `json:"secret"`  // code of a chain; empty for the office's seal
	Holder  string      `json:"holder"`  // who outside the office holds the seal
	Witness string      `json:"witness"` // what a witness reads out; empty for none
	Beacon  bool        `json:"beacon"`  // a round of drand quicknet as well
	Event   string      `json:"event"`
	Bits    int64       `json:"bits"`
	Note    string      `json:"note"`
}

// entropy gives the sources with what is sealed first and what is public last (draw/1 §5). The
// holder of a chain is what the chain says.
func (f planForm) entropy(holder string) []scheduler.Source {
	list := []scheduler.Source{{Name: "office-seal", Kind: sampling.EntropySeal, By: f.Holder,
		Event: "本机关封存值，{date} 冻结前生成，公示后公开"}}
	if f.Secret != "" {
		if f.Holder != "" {
			holder = f.Holder // refused if the chain says another
		}
		list[0] = scheduler.Source{Name: "chain", Kind: sampling.EntropyChain, Chain: f.Secret,
			By: holder, Event: "{chain}，公示后公开，64 位十六进制"}
	}
	if f.Witness != "" {
		list = append(list, scheduler.Source{Name: "witness", Kind: sampling.EntropyWitness,
			Event: f.Witness})
	}
	if f.Event != "" || !f.Beacon {
		list = append(list, scheduler.Source{Name: "event", Kind: sampling.EntropyPublic,
			Event: f.Event, Bits: f.Bits})
	}
	if f.Beacon {
		list = append(list, scheduler.Source{Name: "beacon", Kind: sampling.EntropyBeacon,
			Event: quicknet, Bits: quicknetBits})
	}
	return list
}

// sourceField gives the form's field behind a fault in a source of the plan: "entropy.2".
func sourceField(field string, sources []scheduler.Source) string {
	fields := map[string]string{"office-seal": "holder", "chain": "secret", "witness": "witness"}
	for i, src := range sources {
		if field == fmt.Sprintf("entropy.%d", i+1) && fields[src.Name] != "" {
			return fields[src.Name]
		}
	}
	return "event"
}

// spec gives the plan; holder is who holds the chain that it names, and units says which unit an
// item belongs to.
func (f planForm) spec(holder string, units map[string]string) scheduler.PlanSpec {
	p := scheduler.PlanSpec{ID: strings.TrimSpace(f.ID), Name: f.Name, Number: f.Number, Year: f.Year,
		Directed: f.Directed, Cron: f.schedule(), StartsOn: sampling.Date(f.StartsOn),
		EndsOn: sampling.Date(f.EndsOn), CutoffHours: f.CutoffHours, EventHours: f.EventHours,
		VisitDays: f.VisitDays, Hash: f.Hash, Trial: f.Trial, Note: f.Note,
		Entropy: f.entropy(holder)}
	for _, item := range f.Items {
		p.Items = append(p.Items, scheduler.PlanItem{Item: sampling.ItemID(item),
			Label: f.label(item, units[item])})
	}
	for _, g := range f.Given {
		if given, ok := g.tasks(); ok {
			p.Given = append(p.Given, given)
		}
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
	holder := ""
	if err == nil && f.Secret != "" {
		chain, missing := scheduler.ChainByID(r.Context(), s.DB.Querier(), f.Secret)
		if missing != nil {
			err = missing
		} else {
			holder = chain.By
		}
	}
	units := map[string]string{}
	if err == nil && len(f.Shared) > 0 {
		units, err = s.unitsOfItems(r)
	}
	spec := f.spec(holder, units)
	if err == nil {
		err = s.Scheduler.CreatePlan(r.Context(), actor(r, account.Planner), spec, s.Now())
	}
	if err != nil {
		if e, ok := fault.As(err); ok && strings.HasPrefix(e.Field, "entropy") {
			e.Field = sourceField(e.Field, spec.Entropy)
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
