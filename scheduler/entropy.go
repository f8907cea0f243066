package scheduler

import (
	"context"
	"slices"
	"time"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/drand"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// EnterEntropy takes a value that a person typed for an announced source. The actor is an operator
// who did not approve the plan.
//
// A value counts when two different people typed exactly the same. The first entry waits for the
// second. If they differ, both are kept, nothing is drawn, and the error is a fault.Conflict
// that does not tell either value; each of them, or a third person, may type again, and each
// person's latest entry counts. Witness lines are taken until the cutoff, values of public and
// beacon sources from the time of the public event on (Draw.EventAt, to the second): a value that
// exists earlier is not the event's. A beacon's value is taken only if it is the signature of the
// round that the plan names. Seals and links of the office are normally opened by the program; a
// person may type one from its hand-over file while the draw awaits values, and must where
// somebody outside holds it. Its commit proves it, so one person is enough.
//
// The entry and its leaf `entropy` are one transaction, also when it differs. A crash leaves the
// entry or nothing. Drawing is Advance's work: the last value only wakes the draw.
func (s *Service) EnterEntropy(ctx context.Context, actor audit.Actor, draw, name, value string,
	now time.Time) error {
	if err := account.Require(actor, account.Operator); err != nil {
		return err
	}
	now = civil(now)
	var differs error
	err := s.DB.InTx(ctx, func(q pg.Querier) error {
		d, err := lockDraw(ctx, q, draw, false)
		if err != nil {
			return err
		}
		if err := checkEntrant(ctx, q, d, actor); err != nil {
			return err
		}
		e := entry{name: name, person: actor.Person, value: value, at: now}
		src, err := checkEntry(ctx, q, d, e)
		if err != nil {
			return err
		}
		differs, err = storeEntry(ctx, q, d, actor, src, e)
		return err
	})
	if err != nil {
		return err
	}
	return differs
}

// checkEntrant refuses the approver of the plan: who decided about the draw does not feed it.
func checkEntrant(ctx context.Context, q pg.Querier, d *drawRow, actor audit.Actor) error {
	p, err := planOf(ctx, q, d.PlanID)
	if err != nil {
		return err
	}
	if p.Approver == actor.Person {
		return fault.New(fault.Forbidden, "计划的批准人不能录入本次抽取的随机数").
			WithHint("请由未批准该计划的操作员录入")
	}
	return nil
}

// checkEntry applies draw/1 §5 to the value, the clock to its kind and, for a round of the beacon,
// the signature. It gives the source that the value is for.
func checkEntry(ctx context.Context, q pg.Querier, d *drawRow, e entry) (*announcement, error) {
	if d.State != Committed && d.State != Awaiting {
		return nil, fault.New(fault.Conflict, "抽取“%s”%s，现在不能录入随机数", d.ID, d.State.Name())
	}
	plan, err := sampling.ParsePlan(d.PlanJSON)
	if err != nil {
		return nil, err
	}
	sources, err := announced(ctx, q, d.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(sources, func(a announcement) bool { return a.Name == e.name })
	if i < 0 {
		return nil, fault.New(fault.Invalid, "抽取“%s”没有随机源“%s”", d.ID, e.name).WithField("name")
	}
	src := &sources[i]
	if err := checkClock(d, &src.EntropySpec, e.at); err != nil {
		return nil, err
	}
	if err := sampling.CheckValue(plan, &src.EntropySpec, e.value); err != nil {
		return nil, valueFault(e.name, err)
	}
	if src.round != 0 {
		if err := drand.Verify(src.round, e.value); err != nil {
			return nil, err
		}
	}
	return src, nil
}

// checkClock asks whether a value of this source may be typed now: a witness line before the
// cutoff, a seal or a link while the draw awaits values, everything else at the public event or
// later. The plan's check keeps the event from lying before the cutoff.
func checkClock(d *drawRow, spec *sampling.EntropySpec, now time.Time) error {
	switch spec.Kind {
	case sampling.EntropyWitness:
		if d.State != Committed || !now.Before(*d.CutoffAt) {
			return fault.New(fault.Conflict, "见证语“%s”的截止时间 %s 已过",
				spec.Name, clock(*d.CutoffAt)).WithHint("逾期不再接受；缺少见证语的抽取只能作废")
		}
	case sampling.EntropySeal, sampling.EntropyChain:
		if d.State != Awaiting {
			return fault.New(fault.Conflict, "密封值“%s”要到等待公共事件时才能录入", spec.Name)
		}
	default:
		if now.Before(*d.EventAt) {
			return fault.New(fault.Conflict, "公共随机数“%s”的公共事件时间是 %s，现在还不能录入",
				spec.Name, clock(*d.EventAt)).WithHint("公共事件发生之后再录入")
		}
	}
	return nil
}

// storeEntry writes the entry and its leaf. differs is the answer to a person whose entry is kept
// but disagrees with another's.
func storeEntry(ctx context.Context, q pg.Querier, d *drawRow, actor audit.Actor,
	src *announcement, e entry) (differs, err error) {
	earlier, err := entriesOf(ctx, q, d.ID)
	if err != nil {
		return nil, err
	}
	if _, ok := src.settled(earlier); ok {
		return nil, fault.New(fault.Conflict, "“%s”的数值已经确定，不再接受录入", e.name)
	}
	latest := latestOf(earlier, e.name)
	if latest[e.person] == e.value {
		return nil, fault.New(fault.Conflict, "您已录入过“%s”的同一数值，须由另一人录入", e.name).
			WithHint("两名不同的操作员各录入一次，完全一致才算数")
	}
	if err := insertEntry(ctx, q, d.ID, e); err != nil {
		return nil, err
	}
	facts := []audit.Fact{{Key: "name", Value: e.name}, {Key: "outcome", Value: "first"}}
	if _, ok := src.settled(append(earlier, e)); ok {
		facts[1].Value = "agreed"
		if e.from != "" {
			facts[1].Value = "fetched"
			facts = append(facts, audit.Fact{Key: "from_sha256", Value: digestOf([]byte(e.from))})
		}
		facts = append(facts, audit.Fact{Key: "value_sha256", Value: digestOf([]byte(e.value))})
	} else if latest[e.person] = e.value; len(latest) > 1 {
		facts[1].Value = "differs"
		differs = fault.New(fault.Conflict, "“%s”两人录入的数值不一致，均已保留，尚未采用", e.name).
			WithField("value").WithHint("请双方核对公布的原始数值后，由录错的一方重新录入")
	}
	missing, err := missingValues(ctx, q, d.ID)
	if err != nil {
		return nil, err
	}
	if len(missing) == 0 && d.State == Awaiting {
		if err := wakeDraw(ctx, q, d.ID, e.at); err != nil {
			return nil, err
		}
	}
	return differs, appendLeaf(ctx, q, audit.KindEntropy, d.ID, actor, e.at, facts...)
}

// opinions holds the latest value of each person for one source.
type opinions map[string]string

func latestOf(entries []entry, name string) opinions {
	out := opinions{}
	for _, e := range entries {
		if e.name == name && e.from == "" {
			out[e.person] = e.value
		}
	}
	return out
}

// agreed gives the value that two different people typed last. There is at most one: once two
// agree, no further entry is taken.
func (o opinions) agreed() (string, bool) {
	count := map[string]int{}
	for _, v := range o {
		count[v]++
		if count[v] > 1 {
			return v, true
		}
	}
	return "", false
}

// settled gives the value of a source that counts, if the entries hold one: what two people typed
// alike; a verified round that was fetched; what opens the commit of a seal or a link. Values that
// prove themselves need no second person: checkEntry took nothing else.
func (a *announcement) settled(entries []entry) (string, bool) {
	hidden := a.Kind == sampling.EntropySeal || a.Kind == sampling.EntropyChain
	for _, e := range entries {
		if e.name == a.Name && (hidden || e.from != "") {
			return e.value, true
		}
	}
	return latestOf(entries, a.Name).agreed()
}

// agreedValues gives the values of a draw that count without the program's own, by name.
func agreedValues(ctx context.Context, q pg.Querier, draw string) (map[string]string, error) {
	sources, err := announced(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	entries, err := entriesOf(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i := range sources {
		if v, ok := sources[i].settled(entries); ok {
			out[sources[i].Name] = v
		}
	}
	return out, nil
}

// missingValues names the sources of a committed draw whose value has to come from outside the
// program and does not count yet.
func missingValues(ctx context.Context, q pg.Querier, draw string) ([]string, error) {
	sources, err := announced(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	values, err := agreedValues(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range sources {
		if _, ok := values[sources[i].Name]; !ok && !own(&sources[i].EntropySpec) {
			out = append(out, sources[i].Name)
		}
	}
	return out, nil
}
