package inspection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yaohao/audit"
	"yaohao/calendar"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// The kinds of a request.
const (
	RefillSeat   = "seat"   // 递补席位: one inspector leaves a team
	RefillEntity = "entity" // 递补对象: an entity is replaced by the next of the reserve
)

// Reason is a reason code (原因) with its Chinese name.
type Reason struct {
	Code string `json:"code"` // a label of draw/1 §1; stands in the record
	Name string `json:"name"`
}

var seatReasons = []Reason{{"recusal", "回避"}, {"illness", "病假"}, {"transfer", "调离"},
	{"certificate", "证件失效"}}

var entityReasons = []Reason{{"deregistered", "注销"}, {"moved", "迁出"}, {"unreachable", "失联"},
	{"closed", "停业"}, {"barred", "法定不予检查"}}

// SeatReasons gives the reasons for which an inspector may leave a team after the draw.
func SeatReasons() []Reason { return slices.Clone(seatReasons) }

// EntityReasons gives the reasons for which an entity may be replaced after the draw.
func EntityReasons() []Reason { return slices.Clone(entityReasons) }

// ReasonName gives the Chinese name of a reason code, or the code itself.
func ReasonName(code string) string {
	for _, r := range slices.Concat(seatReasons, entityReasons) {
		if r.Code == code {
			return r.Name
		}
	}
	return code
}

// RefillRequest 递补申请 asks for a seat, or for a whole task, to be filled again.
type RefillRequest struct {
	Draw string
	Task string // task number
	// Inspector leaves the team; empty to replace the entity in every item of the task.
	Inspector sampling.InspectorID
	Reason    string // code out of SeatReasons or EntityReasons
	// Event says what will happen, where it is published and how its value is written; it holds the
	// placeholder {event}, for which EventAt is put with its time zone (draw/1 §5).
	Event   string
	EventAt time.Time
}

func (r *RefillRequest) kind() string {
	if r.Inspector == "" {
		return RefillEntity
	}
	return RefillSeat
}

// eventMark stands for the time of the event in its line.
const eventMark = "{event}"

// clean checks what the request says by itself and gives the line of its event.
func (r *RefillRequest) clean(now time.Time) (line string, err error) {
	bad := func(field, format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).WithField(field)
	}
	reasons := entityReasons
	if r.kind() == RefillSeat {
		reasons = seatReasons
	}
	if !slices.ContainsFunc(reasons, func(x Reason) bool { return x.Code == r.Reason }) {
		return "", fault.New(fault.Invalid, "没有原因代码“%s”", r.Reason).WithField("reason").
			WithHint("可选：%s", reasonList(reasons))
	}
	if !r.EventAt.After(now) {
		return "", fault.New(fault.Invalid, "公共事件时间 %s 不在将来", clock(r.EventAt)).
			WithField("eventAt").WithHint("须先公布事件，再发生事件")
	}
	if !strings.Contains(r.Event, eventMark) {
		return "", fault.New(fault.Invalid, "公共事件的说明缺少 {event}").WithField("event").
			WithHint("写明事件、公布处和数值写法；{event} 处自动填入事件时间")
	}
	line = strings.ReplaceAll(r.Event, eventMark, clock(r.EventAt))
	if sampling.CheckLine(line) != nil || strings.ContainsRune(line, utf8.RuneError) {
		return "", bad("event", "公共事件的说明须是一行文字，首尾没有空格，不超过 1000 字节")
	}
	return line, nil
}

func reasonList(reasons []Reason) string {
	names := make([]string, len(reasons))
	for i, r := range reasons {
		names[i] = r.Code + " " + r.Name
	}
	return strings.Join(names, "、")
}

// clock writes a time with its zone, as an event line must name its cutoff (draw/1 §5).
func clock(t time.Time) string {
	return t.In(calendar.Shanghai).Format("2006-01-02 15:04") + "（北京时间，UTC+8）"
}

// RequestRefill asks for a seat or a task to be filled and gives the request's number in the draw.
// The actor is an operator who did not approve the plan. The package comment says how the number
// keeps anybody from steering. Where nobody can take the seat now, the request is recorded as
// failed and refused with fault.Conflict. Other errors leave nothing: fault.Invalid with the
// field, fault.NotFound, fault.Conflict when results have been entered, the reserve is used up,
// the event was used before or does not come after the events that are open.
//
// Request and leaf are one transaction: a crash leaves both or nothing. What the operator looked
// for is recorded like the reading of a sealed list, whatever comes of it.
func (s *Service) RequestRefill(ctx context.Context, actor audit.Actor, r RefillRequest,
	now time.Time) (no int, err error) {
	if err := account.Require(actor, account.Operator); err != nil {
		return 0, err
	}
	now = now.Truncate(time.Second)
	r.EventAt = r.EventAt.Truncate(time.Second)
	line, err := r.clean(now)
	if err != nil {
		return 0, err
	}
	var vacancy error
	if err := s.noteLook(ctx, actor, &r, now); err != nil {
		return 0, err
	}
	err = s.inStep(ctx, "request", func(q pg.Querier) (err error) {
		no, vacancy, err = requestRefill(ctx, q, actor, r, line, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	return no, vacancy
}

// noteLook records that the operator asks about a task: the answer tells something of the list.
func (s *Service) noteLook(ctx context.Context, actor audit.Actor, r *RefillRequest,
	now time.Time) error {
	state, err := drawState(ctx, s.DB.Querier(), r.Draw)
	if err != nil {
		return err
	}
	if state != "drawn" {
		return fault.New(fault.Conflict, "抽查 %s 不在检查阶段，不能递补", r.Draw).
			WithHint("抽取之后、公开之前才能递补")
	}
	if !sampling.ValidLine(r.Task) {
		return fault.New(fault.Invalid, "任务编号“%s”不合规则", r.Task).WithField("task")
	}
	return insertAccess(ctx, s.DB.Querier(), actor.Person, []string{r.Draw}, "refill "+r.Task, now)
}

func requestRefill(ctx context.Context, q pg.Querier, actor audit.Actor, r RefillRequest,
	line string, now time.Time) (no int, vacancy, err error) {
	d, err := lockHead(ctx, q, r.Draw)
	if err != nil {
		return 0, nil, err
	}
	if err := d.mayAct(actor); err != nil {
		return 0, nil, err
	}
	row := &refillRow{draw: r.Draw, kind: r.kind(), task: r.Task, left: r.Inspector,
		reason: r.Reason, event: line, eventAt: r.EventAt, person: actor.Person, at: now}
	if err := row.checkTask(ctx, q); err != nil {
		return 0, nil, err
	}
	if err := checkOrder(ctx, q, row); err != nil {
		return 0, nil, err
	}
	if err := freshEvent(ctx, q, line); err != nil {
		return 0, nil, err
	}
	// Whether somebody is eligible does not depend on the value: a trial with any value tells it.
	if _, err := d.run(ctx, q, row, "0"); err != nil {
		if vacancy = refusal(row, err); vacancy == nil {
			return 0, nil, err
		}
		if _, ok := errors.AsType[*sampling.VacancyError](err); !ok {
			return 0, nil, vacancy
		}
	}
	if err := insertRefill(ctx, q, d, row); err != nil {
		return 0, nil, err
	}
	if err := row.append(ctx, q, audit.KindRefillRequest, actor, now,
		audit.Fact{Key: "event", Value: row.event},
		audit.Fact{Key: "event_at", Value: row.eventAt.In(calendar.Shanghai).Format(time.RFC3339)},
		audit.Fact{Key: "kind", Value: row.kind},
		audit.Fact{Key: "reason", Value: row.reason},
		audit.Fact{Key: "sha256", Value: row.sha256}); err != nil {
		return 0, nil, err
	}
	if vacancy != nil {
		err = fail(ctx, q, row, vacancy, actor, now)
	}
	return row.no, vacancy, err
}

// mayAct refuses the approver of the plan: who decided about the draw does not feed it.
func (d *head) mayAct(actor audit.Actor) error {
	if d.state != "drawn" {
		return fault.New(fault.Conflict, "抽查 %s 不在检查阶段，不能递补", d.id).
			WithHint("抽取之后、公开之前才能递补")
	}
	if d.approver == actor.Person {
		return fault.New(fault.Forbidden, "计划的批准人不能申请递补或录入其随机数").
			WithHint("请由未批准该计划的操作员办理")
	}
	return nil
}

// checkTask locks the task and looks whether a refill of it is possible now.
func (r *refillRow) checkTask(ctx context.Context, q pg.Querier) error {
	state, err := r.lockOwnTask(ctx, q)
	if err != nil {
		return err
	}
	seat := r.kind == RefillSeat
	if state != Dispatched && !(seat && state == Assigned) {
		return fault.New(fault.Conflict, "任务 %s %s，不能再递补", r.task, state.Name()).
			WithHint("录入检查结果之前才能换人或递补对象")
	}
	if seat {
		team, err := teamOf(ctx, q, r.task)
		if err != nil {
			return err
		}
		if !slices.Contains(team, r.left) {
			return fault.New(fault.Invalid, "人员 %s 不在任务 %s 的检查组中", r.left, r.task).
				WithField("inspector")
		}
	}
	open, err := openRefills(ctx, q, r.draw)
	if err != nil {
		return err
	}
	for _, o := range open {
		same := o.task == r.task
		if same && (o.kind == RefillEntity || !seat || o.left == r.left) {
			return fault.New(fault.Conflict, "任务 %s 已有未完成的递补申请（第 %d 号）", r.task, o.no)
		}
	}
	return nil
}

// checkOrder keeps the events of open requests in the order of their numbers: while a request may
// still be withdrawn, no value of a later one is known.
func checkOrder(ctx context.Context, q pg.Querier, r *refillRow) error {
	open, err := openRefills(ctx, q, r.draw)
	if err != nil {
		return err
	}
	for _, o := range open {
		if r.eventAt.Before(o.eventAt) {
			return fault.New(fault.Conflict, "第 %d 号递补申请的公共事件在 %s，本次事件不能早于它",
				o.no, clock(o.eventAt)).WithField("eventAt").WithHint("请选同一时间或以后的事件")
		}
	}
	return nil
}

// refusal says in Chinese why a refill cannot be carried out, or gives nil where the error is ours.
func refusal(r *refillRow, err error) error {
	if _, ok := errors.AsType[*sampling.VacancyError](err); ok {
		return fault.New(fault.Conflict, "任务 %s 无人可以递补：没有符合条件、未达任务上限且不在检查组内的人",
			r.task).Wrap(err).WithHint("法定条件不放宽；可借调人员后另编计划补做")
	}
	// An error without a file is about the request; one with a file is a broken record of ours.
	e, ok := errors.AsType[*sampling.Error](err)
	if !ok || e.File != "" {
		return nil
	}
	if r.kind == RefillSeat {
		return fault.New(fault.Conflict, "任务 %s 不能递补席位：%s", r.task, e.Rule).Wrap(err)
	}
	switch {
	case strings.Contains(e.Rule, "used up"):
		return fault.New(fault.Conflict, "任务 %s 不能递补：该事项本层的候补对象已经用完", r.task).Wrap(err).
			WithHint("按原任务如实录入检查结果；需要补查的另编计划")
	case strings.Contains(e.Rule, "given tasks"):
		return fault.New(fault.Conflict, "任务 %s 是另行抽取交办的，由抽取机关递补", r.task).Wrap(err)
	case strings.Contains(e.Rule, "refill his seat first"):
		return fault.New(fault.Conflict, "任务 %s 不能递补：候补对象已有检查任务，其检查组有人不具备本事项资格",
			r.task).Wrap(err).
			WithHint("先递补该组的席位，再申请递补对象")
	}
	return fault.New(fault.Conflict, "任务 %s 不能递补：%s", r.task, e.Rule).Wrap(err)
}

// append appends a leaf about the request to the log.
func (r *refillRow) append(ctx context.Context, q pg.Querier, kind string, actor audit.Actor,
	now time.Time, facts ...audit.Fact) error {
	return appendLeaf(ctx, q, kind, r.draw, actor, now,
		append(facts, audit.Fact{Key: "no", Value: fmt.Sprint(r.no)})...)
}
