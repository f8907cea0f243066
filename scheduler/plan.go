package scheduler

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// PlanSpec is what a planner writes: one plan (抽查计划) of one year that fires draws.
type PlanSpec struct {
	// code, ends every draw's id: [A-Z][0-9A-Z._-]{0,31}, e.g. M
	ID       string        `json:"id"`
	Name     string        `json:"name"`     // 抽查活动名称
	Number   string        `json:"number"`   // 计划编号; may be empty
	Year     int           `json:"year"`     // 工作计划年度; StartsOn and EndsOn lie in it
	Directed bool          `json:"directed"` // 定向 or 不定向
	Cron     string        `json:"cron"`     // five fields, Asia/Shanghai; at most one fire a day
	StartsOn sampling.Date `json:"startsOn"`
	EndsOn   sampling.Date `json:"endsOn"`
	// CutoffHours and EventHours count from the commit: witnesses' lines until the cutoff, the
	// public event's values from the event on. 1 ≤ CutoffHours ≤ EventHours ≤ 720.
	CutoffHours int `json:"cutoffHours"`
	EventHours  int `json:"eventHours"`
	VisitDays   int `json:"visitDays"` // visits end so many days after the freeze; 1…366
	// 杂凑算法 of every draw (draw/1 §1): sampling.HashSHA256, also for empty, or sampling.HashSM3
	Hash  string     `json:"hash,omitempty"`
	Trial bool       `json:"trial"` // 试运行: every label is `test` (draw/1 §10)
	Items []PlanItem `json:"items"` // may be empty if Given is not
	// units whose tasks were drawn elsewhere; the plan then fires once
	Given   []GivenTasks `json:"given,omitempty"`
	Entropy []Source     `json:"entropy"` // in the order in which values enter the seed
	Note    string       `json:"note"`    // a line that every draw's plan carries; may be empty
}

// PlanItem is an item of a plan with its label (draw/1 §6: equal labels share tickets).
type PlanItem struct {
	Item  sampling.ItemID `json:"item"`
	Label string          `json:"label"`
}

// Plan is a stored plan.
type Plan struct {
	PlanSpec
	State      string     `json:"state"`    // draft, approved or closed
	Author     string     `json:"author"`   // account id
	Approver   string     `json:"approver"` // account id; empty while draft
	CreatedAt  time.Time  `json:"createdAt"`
	ApprovedAt *time.Time `json:"approvedAt,omitempty"`
	NextDue    *time.Time `json:"nextDue,omitempty"` // next fire; nil while draft and when closed
	Failure    string     `json:"failure"`           // why the last fire failed; empty if it did not
	FailedAt   *time.Time `json:"failedAt,omitempty"`
	periodForm string
}

// The states of a plan.
const (
	PlanDraft    = "draft"    // 待批准
	PlanApproved = "approved" // 已批准: fires
	PlanClosed   = "closed"   // 已完结: no period is left
)

// StateName gives the Chinese name of the plan's state.
func (p *Plan) StateName() string {
	return map[string]string{
		PlanDraft: "待批准", PlanApproved: "已批准", PlanClosed: "已完结",
	}[p.State]
}

// CreatePlan stores a draft and appends its leaf. The actor is a planner. Errors: fault.Invalid
// with the field, fault.Conflict when the code is taken.
//
// A crash leaves no plan or a whole draft; a draft never fires.
func (s *Service) CreatePlan(ctx context.Context, actor audit.Actor, spec PlanSpec,
	now time.Time) error {
	if err := account.Require(actor, account.Planner); err != nil {
		return err
	}
	spec = spec.normal()
	fires, form, err := spec.check()
	if err != nil {
		return err
	}
	now = civil(now)
	return s.DB.InTx(ctx, func(q pg.Querier) error {
		if err := checkItems(ctx, q, spec.Items); err != nil {
			return err
		}
		if err := checkGivenUnits(ctx, q, &spec); err != nil {
			return err
		}
		if err := s.checkSecrets(ctx, q, &spec); err != nil {
			return err
		}
		p := &Plan{PlanSpec: spec, Author: actor.Person, CreatedAt: now, periodForm: form}
		if err := insertPlan(ctx, q, p); err != nil {
			return err
		}
		return appendLeaf(ctx, q, audit.KindPlan, "plan/"+spec.ID, actor, now,
			audit.Fact{Key: "step", Value: "created"},
			audit.Fact{Key: "spec_sha256", Value: spec.digest()},
			audit.Fact{Key: "periods", Value: fmt.Sprint(len(fires))})
	})
}

// ApprovePlan lets a draft fire from now on: periods before the approval are not made up for. The
// actor is an approver and not the author.
//
// A crash leaves a draft or an approved plan with its first due time.
func (s *Service) ApprovePlan(ctx context.Context, actor audit.Actor, planID string,
	now time.Time) error {
	if err := account.Require(actor, account.Approver); err != nil {
		return err
	}
	now = civil(now)
	return s.DB.InTx(ctx, func(q pg.Querier) error {
		p, err := lockPlan(ctx, q, planID)
		if err != nil {
			return err
		}
		if p.State != PlanDraft {
			return fault.New(fault.Conflict, "计划“%s”%s，不能再次批准", planID, p.StateName())
		}
		if p.Author == actor.Person {
			return fault.New(fault.Forbidden, "计划的编制人不能批准自己的计划").
				WithHint("请由另一名批准人批准")
		}
		if err := checkItems(ctx, q, p.Items); err != nil {
			return err
		}
		if err := checkGivenUnits(ctx, q, &p.PlanSpec); err != nil {
			return err
		}
		due, err := p.dueFrom(now)
		if err != nil {
			return err
		}
		if due.IsZero() {
			return fault.New(fault.Conflict, "计划“%s”在 %s 以前已没有抽取时间", planID, p.EndsOn).
				WithHint("请检查抽取时间表和起止日期，另编计划")
		}
		if err := approvePlan(ctx, q, planID, actor.Person, now, due); err != nil {
			return err
		}
		return appendLeaf(ctx, q, audit.KindPlan, "plan/"+planID, actor, now,
			audit.Fact{Key: "step", Value: "approved"},
			audit.Fact{Key: "spec_sha256", Value: p.digest()},
			audit.Fact{Key: "author", Value: p.Author})
	})
}

// normal gives the plan as it will be read back: items and given units by id, labels of a trial.
func (p PlanSpec) normal() PlanSpec {
	p.Items = slices.Clone(p.Items)
	p.Entropy = slices.Clone(p.Entropy)
	if p.Hash == "" {
		p.Hash = sampling.HashSHA256
	}
	if p.Trial {
		for i := range p.Items {
			p.Items[i].Label = trialLabel
		}
	}
	slices.SortFunc(p.Items, func(a, b PlanItem) int { return cmp.Compare(a.Item, b.Item) })
	p.Given = slices.Clone(p.Given)
	slices.SortFunc(p.Given, func(a, b GivenTasks) int { return cmp.Compare(a.Unit, b.Unit) })
	for i := range p.Given {
		if len(p.Given[i].Items) == 0 {
			p.Given[i].Items = nil
		}
	}
	return p
}

// digest gives the hex SHA-256 of the plan's JSON: what was written is what was approved. It is the
// log's own, whatever the plan's suite; the default suite is left out, as before plans named one.
func (p *PlanSpec) digest() string {
	spec := *p
	if spec.Hash == sampling.HashSHA256 {
		spec.Hash = ""
	}
	b, err := json.Marshal(&spec)
	if err != nil {
		panic(fmt.Sprintf("scheduler: plan %s is no JSON: %v", p.ID, err))
	}
	d := sha256.Sum256(b)
	return hex.EncodeToString(d[:])
}

// appendLeaf appends one leaf that needs no index; call it last, it holds the log's lock.
func appendLeaf(ctx context.Context, q pg.Querier, kind, subject string, actor audit.Actor,
	at time.Time, facts ...audit.Fact) error {
	_, err := auditdb.Append(ctx, q, audit.Leaf{
		Kind: kind, Subject: subject, At: at, Actor: actor, Facts: facts})
	return err
}
