package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Source announces one value of the seed for every draw of a plan (draw/1 §5). Kinds:
//
//	public   公共事件   typed by two people after the event
//	beacon   公共信标   a round of drand's quicknet: fetched, or typed by two people; verified
//	witness  见证语     a line read out, typed by two people before the cutoff
//	seal     密封值     made by this program before the freeze
//	chain    哈希链     the next link of a chain whose end is in the log
//
// The event may hold the placeholders {period} {date} {event} {cutoff}, of a beacon {round} and of
// a chain {chain}.
type Source struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Event string `json:"event"`
	Bits  int64  `json:"bits"`
	// By says who outside the office holds the value of a seal or a chain; the office keeps no copy
	// of it, and somebody types it when it is handed over. Of a chain it is what the chain says.
	By string `json:"by,omitempty"`
	// Chain is the code of a chain, with kind chain only.
	Chain string `json:"chain,omitempty"`
}

// hidden reports whether the value exists before the plan and is committed to.
func (s *Source) hidden() bool {
	return s.Kind == sampling.EntropySeal || s.Kind == sampling.EntropyChain
}

// own reports whether the program itself holds the value and opens it: an unattended month needs
// nobody for it.
func own(e *sampling.EntropySpec) bool {
	return (e.Kind == sampling.EntropySeal || e.Kind == sampling.EntropyChain) && e.By == ""
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// The placeholders that every event line may hold.
var placeholders = []string{"{period}", "{date}", "{event}", "{cutoff}"}

// needed gives the placeholders that the event line of a kind must hold, and whether the program
// knows the kind.
func needed(kind string) (needs []string, known bool) {
	switch kind {
	case sampling.EntropyPublic:
		return []string{"{cutoff}", "{event}"}, true
	case sampling.EntropyBeacon:
		return []string{"{cutoff}", "{round}"}, true
	case sampling.EntropyWitness:
		return []string{"{cutoff}"}, true
	case sampling.EntropySeal:
		return nil, true
	case sampling.EntropyChain:
		return []string{"{chain}"}, true
	}
	return nil, false
}

// checkSources applies draw/1 §5 to the announced sources as a draw would hold them, and what this
// version asks beyond it.
func (p *PlanSpec) checkSources() error {
	public := false
	for i := range p.Entropy {
		s := &p.Entropy[i]
		if err := s.check(fmt.Sprintf("entropy.%d", i+1)); err != nil {
			return err
		}
		public = public || s.Kind == sampling.EntropyPublic || s.Kind == sampling.EntropyBeacon
	}
	if !public {
		return invalid("entropy", "计划至少要有一个公共随机源").
			WithHint("加入 public（公共事件）或 beacon（公共信标）")
	}
	probe := probePlan(p)
	if err := probe.Check(); err != nil {
		return invalid("entropy", "随机源不合规则：%s", planRuleText(err)).Wrap(err)
	}
	return nil
}

// check applies what a source must say whatever the draw: its kind, placeholders and holder.
func (s *Source) check(field string) error {
	needs, known := needed(s.Kind)
	if !known {
		return invalid(field, "随机源“%s”的类型“%s”不认识", s.Name, s.Kind).
			WithHint("可用：public、beacon、witness、seal、chain")
	}
	for _, need := range needs {
		if !strings.Contains(s.Event, need) {
			return invalid(field, "随机源“%s”的说明缺少 %s", s.Name, need).
				WithHint("说明须写明事件、公布处、截止时间和数值写法")
		}
	}
	for _, used := range placeholder.FindAllString(s.Event, -1) {
		if !slices.Contains(placeholders, used) && !slices.Contains(needs, used) {
			return invalid(field, "随机源“%s”的说明有不认识的占位符 %s", s.Name, used).
				WithHint("可用：%s；beacon 另有 {round}，chain 另有 {chain}",
					strings.Join(placeholders, " "))
		}
	}
	if s.By != "" && !s.hidden() {
		return invalid(field, "随机源“%s”的类型是 %s，没有保管人", s.Name, s.Kind).
			WithHint("只有 seal 和 chain 可以写保管人")
	}
	if (s.Chain != "") != (s.Kind == sampling.EntropyChain) {
		return invalid(field, "随机源“%s”：类型 chain 要写明哈希链的代号，别的类型不写", s.Name)
	}
	return nil
}

// checkSecrets looks whether the seals and chains that the sources name can be had: a chain
// exists and is held by whom the source says and hashed as the plan says, and a seal for somebody
// outside has a way to get there.
func (s *Service) checkSecrets(ctx context.Context, q pg.Querier, p *PlanSpec) error {
	for i := range p.Entropy {
		src := &p.Entropy[i]
		field := fmt.Sprintf("entropy.%d", i+1)
		switch {
		case src.Kind == sampling.EntropySeal && src.By != "" && !s.Seals.handsOver():
			return invalid(field, "没有设置移交目录，密封值“%s”不能由“%s”保管", src.Name, src.By).
				WithHint("请管理员设置 YAOHAO_SEAL_DIR；或改用保管人自己生成的哈希链")
		case src.Kind == sampling.EntropyChain:
			c, err := ChainByID(ctx, q, src.Chain)
			if fault.Is(err, fault.NotFound) {
				return invalid(field, "没有哈希链“%s”", src.Chain).
					WithHint("先用 yaohao chain new 或 chain register 建立")
			}
			if err != nil {
				return err
			}
			if c.By != src.By {
				return invalid(field, "哈希链“%s”的保管人是“%s”，计划写的是“%s”", src.Chain,
					holderName(c.By), holderName(src.By))
			}
			if c.Hash != p.Hash {
				return invalid(field, "哈希链“%s”用的是 %s，计划用的是 %s", src.Chain,
					HashName(c.Hash), HashName(p.Hash)).
					WithHint("改选同一杂凑算法的哈希链，或改计划的杂凑算法")
			}
		}
	}
	return nil
}

// holderName says who holds a value.
func holderName(by string) string {
	if by == "" {
		return "本机关"
	}
	return by
}

// probePlan is a smallest plan that carries the sources, so that the rules of draw/1 §5 are asked
// of the package that owns them.
func probePlan(p *PlanSpec) *sampling.Plan {
	date := p.StartsOn
	when := midnight(date).AddDate(0, 0, 1)
	plan := &sampling.Plan{
		Draw: "X", Hash: cmp.Or(p.Hash, sampling.HashSHA256), Prev: sampling.PrevNone, Date: date,
		Items: []sampling.Item{{
			ID: "X", Basis: "x", Kind: sampling.KindRoutine, Unit: "X", Label: trialLabel,
			Frame:         sampling.Frame{Date: date},
			CandidatesSHA: sampling.PrevNone, PopulationSHA: sampling.PrevNone,
			PopulationRoot: sampling.PrevNone,
		}},
		Units: []sampling.Unit{{
			ID: "X", Kind: sampling.UnitInspectors, Seats: 2, Label: trialLabel, VisitBy: date,
			RosterSHA: sampling.PrevNone, ConflictsSHA: sampling.PrevNone, AreaRule: "any",
		}},
	}
	e := events{period: string(date[:7]), date: date, cutoff: when, event: when}
	for _, s := range p.Entropy {
		spec := e.spec(s)
		if s.hidden() {
			spec.Commit = sampling.PrevNone
		}
		plan.Entropy = append(plan.Entropy, spec)
	}
	return plan
}

// Bits adds up what the public sources carry, as the plan states it.
func (p *PlanSpec) Bits() int64 {
	var bits int64
	for i := range p.Entropy {
		if k := p.Entropy[i].Kind; k == sampling.EntropyPublic || k == sampling.EntropyBeacon {
			bits += p.Entropy[i].Bits
		}
	}
	return bits
}

// Grade gives the grade that every draw of the plan will have (draw/1 §5).
func (p *PlanSpec) Grade() string {
	plan := &sampling.Plan{}
	for _, s := range p.Entropy {
		plan.Entropy = append(plan.Entropy, sampling.EntropySpec{Kind: s.Kind, Bits: s.Bits, By: s.By})
	}
	return sampling.Grade(plan)
}

// GradeName explains the plan's grade in Chinese, with the bits.
func (p *PlanSpec) GradeName() string { return gradeName(p.Grade(), p.Bits()) }

// EnoughBits is what the public sources must add up to for the grade `public` (draw/1 §5).
const EnoughBits = 60

// Weak reports whether the public sources carry too little: every page and notice then says so.
func (p *PlanSpec) Weak() bool { return p.Bits() < EnoughBits }

// gradeName explains a grade in Chinese, always with the bits and with what they fall short of.
func gradeName(grade string, bits int64) string {
	sum := fmt.Sprintf("公共随机源合计 %d 比特，不足 %d 比特", bits, EnoughBits)
	switch grade {
	case sampling.GradePublic:
		return fmt.Sprintf("公开级：随机数由公共事件决定（公共随机源合计 %d 比特）", bits)
	case sampling.GradeSealed:
		return "见证级：机关以外的人持有随机数的一部分（" + sum + "；如与本机关串通，不能排除操纵的可能）"
	case sampling.GradeSelf:
		return "自证级：随机数实际由本机关决定（" + sum + "；不能排除机关自行操纵的可能）"
	}
	return ""
}

// seal makes the office's seals of a new draw and logs their commits. Of a seal that somebody
// outside holds nothing but the commit is kept: its only copy is the hand-over file.
func (t *stepTx) seal(p *Plan) error {
	var facts []audit.Fact
	for _, src := range p.Entropy {
		if src.Kind != sampling.EntropySeal {
			continue
		}
		commit, sealed, err := t.svc.Seals.make(p.Hash, t.d.ID, src.Name, src.By)
		if err != nil {
			return err
		}
		if err := insertSeal(t.ctx, t.q, t.d.ID, src.Name, commit, sealed); err != nil {
			return err
		}
		facts = append(facts, audit.Fact{Key: "commit/" + src.Name, Value: commit})
	}
	if facts == nil {
		return nil
	}
	return t.append(audit.KindSeal, append(facts, hashFact(p.Hash))...)
}

// draftEntropy lists the sources with the commits of the seals and of the links that the draw
// takes; their placeholders are filled in at the commit, when the times are known.
func (t *stepTx) draftEntropy(p *Plan) ([]sampling.EntropySpec, error) {
	seals, err := sealsOf(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, err
	}
	var out []sampling.EntropySpec
	for _, src := range p.Entropy {
		e := sampling.EntropySpec{Name: src.Name, Kind: src.Kind, Event: src.Event, Bits: src.Bits,
			By: src.By}
		switch src.Kind {
		case sampling.EntropySeal:
			seal, ok := seals[src.Name]
			if !ok {
				return nil, fmt.Errorf("draw %s has no seal %q", t.d.ID, src.Name)
			}
			e.Commit = seal.commit
		case sampling.EntropyChain:
			if e.Commit, err = t.takeLink(&src); err != nil {
				return nil, err
			}
		}
		out = append(out, e)
	}
	return out, nil
}
