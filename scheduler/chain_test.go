package scheduler

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

const december = "2026-12-M"

// chained is the monthly plan of one item with a link of chain K in the place of the seal.
func chained(by string) PlanSpec {
	spec := monthly()
	spec.Items = spec.Items[:1]
	spec.Entropy[0] = Source{Name: "link", Kind: sampling.EntropyChain, Chain: "K", By: by,
		Event: "{chain}，公示后公开，64 位十六进制"}
	return spec
}

// An office's chain serves month after month without a keyboard: each plan's commit is the last
// public link, each value the next one, down from the end that the log has.
func TestChain(t *testing.T) {
	w := newWorld(t)
	w.ok(w.s.NewChain(t.Context(), op1, ChainSpec{ID: "K", Links: 3}, 1, at(approvedAt)))
	leaves, err := auditdb.Leaves(t.Context(), w.db.Querier(),
		auditdb.Filter{Kind: audit.KindSeal, Subject: "chain/K", Limit: 10})
	w.ok(err)
	tip := leaves[0].Leaf.Fact("tip/1")
	w.plan(chained(""), approvedAt)
	w.advance(dueAt)
	e := w.planOf(november).Entropy[0]
	if e.Kind != sampling.EntropyChain || e.Commit != tip || e.By != "" ||
		e.Event != "哈希链 K 第 1 条第 1 环（链端 "+tip+"），公示后公开，64 位十六进制" {
		t.Fatalf("source %+v", e)
	}
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	if d := w.state(november, Drawn); d.Entropy[0].Status != EntrySealed ||
		d.Entropy[0].Value != "" {
		t.Errorf("before the publication %+v", d.Entropy[0])
	}

	// One lane serves one draw: December's commit would be November's value, which is closed still.
	sum, err := w.s.Advance(t.Context(), at("2026-12-02 09:00"))
	w.ok(err)
	if len(sum.Failures) != 1 || sum.Failures[0].Draw != december {
		t.Fatalf("failures %+v", sum)
	}
	w.refused(sum.Failures[0].Err, fault.Conflict)
	if d := w.state(december, Planned); !strings.Contains(d.Next, november) {
		t.Errorf("next action %q", d.Next)
	}
	w.visited(november)
	steps := stepsText(w.advance("2026-12-05 09:00"))
	if !strings.Contains(steps, november+":drawn>published") ||
		!strings.Contains(steps, december+":frozen>committed") {
		t.Errorf("steps %s", steps)
	}
	w.verify(november)
	value := w.state(november, Published).Entropy[0].Value
	if digestOf([]byte(value)) != tip {
		t.Errorf("value %s does not open the end %s", value, tip)
	}
	if got := w.planOf(december).Entropy[0]; got.Commit != value ||
		!strings.Contains(got.Event, "第 2 环") {
		t.Errorf("December's source %+v", got)
	}

	// A void draw gives its link up: it is in the log, and the next draw takes the one behind it.
	w.ok(w.s.RequestVoid(t.Context(), op1, december, "名录有误", at("2026-12-05 09:30")))
	w.ok(w.s.ConfirmVoid(t.Context(), approver, december, at("2026-12-05 09:30")))
	leaves, err = auditdb.Leaves(t.Context(), w.db.Querier(),
		auditdb.Filter{Kind: audit.KindVoid, Subject: december, Limit: 1})
	w.ok(err)
	second := leaves[0].Leaf.Fact("link/link")
	if digestOf([]byte(second)) != value {
		t.Errorf("the void record reveals %q", second)
	}
	c, err := ChainByID(t.Context(), w.db.Querier(), "K")
	w.ok(err)
	if c.Left() != 1 || c.Lanes[0].Last != second || c.Lanes[0].Draw != "" {
		t.Errorf("chain %+v", c)
	}
}

// With two lanes two draws are open at once; used up, a chain says so.
func TestChainLanes(t *testing.T) {
	w := newWorld(t)
	w.ok(w.s.NewChain(t.Context(), op1, ChainSpec{ID: "K", Links: 1}, 2, at(approvedAt)))
	a, b, c := chained(""), chained(""), chained("")
	a.ID, b.ID, c.ID = "M", "N", "O"
	a.Items, b.Items, c.Items = monthly().Items[:1], monthly().Items[2:], monthly().Items[:1]
	for _, p := range []PlanSpec{a, b} {
		w.plan(p, approvedAt)
	}
	w.advance(dueAt)
	if x, y := w.planOf(november).Entropy[0], w.planOf("2026-11-N").Entropy[0]; x.Commit == y.Commit ||
		!strings.Contains(x.Event, "第 1 条") || !strings.Contains(y.Event, "第 2 条") {
		t.Errorf("two draws took %q and %q", x.Event, y.Event)
	}
	for _, draw := range []string{november, "2026-11-N"} {
		w.ok(w.s.RequestVoid(t.Context(), op1, draw, "演练", at(dueAt)))
		w.ok(w.s.ConfirmVoid(t.Context(), op2, draw, at(dueAt)))
	}
	w.plan(c, "2026-11-03 09:00")
	sum, err := w.s.Advance(t.Context(), at("2026-12-02 09:00"))
	w.ok(err)
	if len(sum.Failures) != 3 {
		t.Fatalf("failures %+v", sum)
	}
	w.refused(sum.Failures[0].Err, fault.Conflict)
	if !strings.Contains(sum.Failures[0].Err.Error(), "已用完") {
		t.Errorf("used up: %v", sum.Failures[0].Err)
	}
}

// A chain that somebody outside made: the office knows its end alone, the holder's link is typed
// once, the grade is `sealed`, and nobody reads the link before the publication.
func TestHeldChain(t *testing.T) {
	w := newWorld(t)
	const by = "县纪委监委驻局纪检监察组"
	links, err := NewLane(sampling.HashSHA256, 12)
	w.ok(err)
	w.ok(w.s.RegisterChain(t.Context(), op1, ChainSpec{ID: "K", Links: 12}, by, links[:1], at(approvedAt)))
	spec := chained(by)
	spec.Entropy[1].Bits = 20
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	if e := w.planOf(november).Entropy[0]; e.By != by || e.Commit != links[0] {
		t.Fatalf("source %+v", e)
	}
	w.advance(cutoffAt)
	enter := func(value string) error {
		return w.s.EnterEntropy(t.Context(), op1, november, "link", value, at(eventAt))
	}
	w.enter(november, eventAt)
	w.advance(eventAt)
	d := w.state(november, Awaiting)
	if d.Entropy[0].Status != EntryHeld || !strings.Contains(d.Next, by) {
		t.Errorf("status %s, next %q", d.Entropy[0].Status, d.Next)
	}
	w.refused(enter(links[2]), fault.Invalid)
	w.refused(enter(links[0]), fault.Invalid)
	w.ok(enter(links[1]))
	w.refused(enter(links[1]), fault.Conflict)
	if e := w.detail(november).Entropy[0]; e.Status != EntryHanded || e.Value != "" {
		t.Errorf("handed over: %+v", e)
	}
	w.advance(eventAt)
	if d := w.state(november, Drawn); d.Grade != sampling.GradeSealed ||
		!strings.Contains(d.GradeText, "合计 20 比特，不足 60 比特") {
		t.Errorf("grade %s: %s", d.Grade, d.GradeText)
	}
	w.visited(november)
	w.advance(visitedAt)
	w.verify(november)

	// A void draw whose link nobody gave leaves it to the next one; one that was given is used.
	w.advance("2026-12-02 09:00")
	if e := w.planOf(december).Entropy[0]; e.Commit != links[1] {
		t.Fatalf("December's source %+v", e)
	}
	w.ok(w.s.RequestVoid(t.Context(), op1, december, "演练", at("2026-12-02 09:30")))
	w.ok(w.s.ConfirmVoid(t.Context(), op2, december, at("2026-12-02 09:30")))
	c, err := ChainByID(t.Context(), w.db.Querier(), "K")
	w.ok(err)
	if c.Lanes[0].Last != links[1] || c.Left() != 11 || c.Holder() != by {
		t.Errorf("chain %+v", c)
	}
}

// A seal for somebody outside the office stays with nobody else: its only copy is the hand-over
// file, and the draw waits for it.
func TestHeldSeal(t *testing.T) {
	w := newWorld(t)
	spec := monthly()
	spec.Items = spec.Items[:1]
	spec.Entropy[0].By = "公证处"
	spec.Entropy[1].Bits = 0
	err := w.s.CreatePlan(t.Context(), planner, spec, at(approvedAt))
	w.refused(err, fault.Invalid) // no hand-over folder
	hand := t.TempDir()
	box, _, err := OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), hand)
	w.ok(err)
	w.s.Seals = box
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	if n := w.count(`SELECT count(*) FROM draw_seal WHERE sealed <> ''`); n != 0 {
		t.Error("the office keeps a copy of the seal")
	}
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	d := w.state(november, Awaiting)
	if d.Grade != sampling.GradeSealed || d.Entropy[0].Status != EntryHeld {
		t.Errorf("grade %s, status %s", d.Grade, d.Entropy[0].Status)
	}
	w.ok(w.s.CheckSeals(t.Context()))
	files, err := filepath.Glob(filepath.Join(hand, "*"))
	w.ok(err)
	text, err := os.ReadFile(files[0])
	w.ok(err)
	value := strings.Split(string(text), "\n")[2]
	w.ok(w.s.EnterEntropy(t.Context(), op1, november, "office", value, at(eventAt)))
	w.advance(eventAt)
	w.state(november, Drawn)
	w.visited(november)
	w.advance(visitedAt)
	w.verify(november)
}

// What is wrong with a chain, or with a plan that names one, is said before anything is stored.
func TestChainRefusals(t *testing.T) {
	w := newWorld(t)
	ctx, when := t.Context(), at(approvedAt)
	links, err := NewLane(sampling.HashSHA256, 3)
	w.ok(err)
	w.refused(w.s.NewChain(ctx, planner, ChainSpec{ID: "K", Links: 3}, 1, when), fault.Forbidden)
	w.refused(w.s.NewChain(ctx, op1, ChainSpec{ID: "k", Links: 3}, 1, when), fault.Invalid)
	w.refused(w.s.NewChain(ctx, op1, ChainSpec{ID: "K", Links: 0}, 1, when), fault.Invalid)
	w.refused(w.s.NewChain(ctx, op1, ChainSpec{ID: "K", Links: maxLinks + 1}, 1, when), fault.Invalid)
	w.refused(w.s.NewChain(ctx, op1, ChainSpec{ID: "K", Links: 3}, 0, when), fault.Invalid)
	w.refused(w.s.NewChain(ctx, op1, ChainSpec{ID: "K", Links: 3}, maxLanes+1, when), fault.Invalid)
	register := func(by string, tips ...string) error {
		return w.s.RegisterChain(ctx, op1, ChainSpec{ID: "K", Links: 3}, by, tips, when)
	}
	w.refused(register("", links[0]), fault.Invalid)
	w.refused(register("纪检组"), fault.Invalid)
	w.refused(register("纪检组", strings.ToUpper(links[0])), fault.Invalid)
	w.refused(register("纪检组", links[0], links[0]), fault.Conflict)
	w.ok(register("纪检组", links[0]))
	w.refused(register("纪检组", links[1]), fault.Conflict)
	w.refused(w.s.RegisterChain(ctx, op1, ChainSpec{ID: "L", Links: 3}, "纪检组", links[:1], when), fault.Conflict)
	if _, err := NewLane(sampling.HashSHA256, 0); err == nil {
		t.Error("a lane without links")
	}
	for name, change := range map[string]func(*Source){
		"no such chain":  func(s *Source) { s.Chain = "Z" },
		"no chain":       func(s *Source) { s.Chain = "" },
		"another holder": func(s *Source) { s.By = "公证处" },
		"no holder":      func(s *Source) { s.By = "" },
		"no placeholder": func(s *Source) { s.Event = "一环" },
		"round":          func(s *Source) { s.Event += "{round}" },
		"seal and chain": func(s *Source) { s.Kind = sampling.EntropySeal },
		"witness and by": func(s *Source) { s.Kind, s.Event = sampling.EntropyWitness, "{cutoff}" },
		"by with lines":  func(s *Source) { s.By = "两\n行" },
	} {
		spec := chained("纪检组")
		change(&spec.Entropy[0])
		if err := w.s.CreatePlan(ctx, planner, spec, when); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, event := range []string{"信标 {event} {cutoff}", "{round}", "{round} {cutoff} {chain}"} {
		spec := withBeacon()
		spec.Entropy[1].Event = event
		if err := w.s.CreatePlan(ctx, planner, spec, when); !fault.Is(err, fault.Invalid) {
			t.Errorf("beacon %q: %v", event, err)
		}
	}
	if n := w.count(`SELECT count(*) FROM plan`); n != 0 {
		t.Errorf("%d plans are left", n)
	}
}

// With another key file an office's chain gives nothing, and the draw says so before its freeze.
func TestChainLostKey(t *testing.T) {
	w := newWorld(t)
	hand := t.TempDir()
	box, _, err := OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), hand)
	w.ok(err)
	w.s.Seals = box
	w.ok(w.s.NewChain(t.Context(), op1, ChainSpec{ID: "K", Links: 3}, 1, at(approvedAt)))
	w.plan(chained(""), approvedAt)
	other, _, err := OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), "")
	w.ok(err)
	w.s.Seals = other
	sum, err := w.s.Advance(t.Context(), at(dueAt))
	w.ok(err)
	if len(sum.Failures) != 1 {
		t.Fatalf("frozen with another key: %+v", sum)
	}
	w.refused(sum.Failures[0].Err, fault.Conflict)
	w.state(november, Planned)
	w.s.Seals = box
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.ok(w.s.CheckSeals(t.Context()))
	w.s.Seals = other
	w.refused(w.s.CheckSeals(t.Context()), fault.Conflict)

	// The escrow file has every link; the next one is typed by hand.
	w.enter(november, eventAt)
	files, err := filepath.Glob(filepath.Join(hand, "chain.K.1.*.txt"))
	w.ok(err)
	text, err := os.ReadFile(files[0])
	w.ok(err)
	_, value, _ := strings.Cut(strings.Split(string(text), "\n")[2], "\t")
	w.ok(w.s.EnterEntropy(t.Context(), op1, november, "link", value, at(eventAt)))
	w.advance(eventAt)
	w.state(november, Drawn)
}

// The grade's words always name the bits, and what they fall short of.
func TestGradeName(t *testing.T) {
	for _, c := range []struct {
		by   string
		bits int64
		want string
	}{
		{"", 60, "公开级：随机数由公共事件决定（公共随机源合计 60 比特）"},
		{"公证处", 59, "见证级：机关以外的人持有随机数的一部分（公共随机源合计 59 比特，不足 60 比特；"},
		{"", 20, "自证级：随机数实际由本机关决定（公共随机源合计 20 比特，不足 60 比特；不能排除机关自行操纵的可能）"},
	} {
		spec := monthly()
		spec.Entropy[0].By, spec.Entropy[1].Bits = c.by, c.bits
		if got := spec.GradeName(); !strings.HasPrefix(got, c.want) || spec.Weak() != (c.bits < 60) {
			t.Errorf("%d bits: %q", c.bits, got)
		}
	}
}
