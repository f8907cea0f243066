package sampling

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// drawnVector gives a good bundle with its transcript.
func drawnVector(t testing.TB, name string) (fs.FS, *Plan, *Transcript) {
	t.Helper()
	files, plan, _ := vector(t, name)
	tr, err := ParseTranscript(mustRead(t, files, TranscriptFile))
	if err != nil {
		t.Fatal(err)
	}
	return files, plan, tr
}

// TestWhyVectors asks about every inspector and every task of every vector with a unit of few: the
// verdict agrees with the teams and with the sentence of §7, and costs are never below (0,0).
func TestWhyVectors(t *testing.T) {
	seen := map[string]int{}
	for _, name := range []string{"shared-label-two-items", "two-units", "gated-experts",
		"nested-families", "one-laboratory", "given-and-drawn", "infeasible", "sm3",
		"cooldown-and-caps"} {
		files, plan, tr := drawnVector(t, name)
		dir := "testdata/vectors/" + name
		v := readVector(t, dir)
		for u := range plan.Units {
			p := vectorProblem(t, dir, &v, u)
			for i := 0; i < len(p.Tasks); i += 3 {
				for j := range p.Roster {
					a, err := Why(plan, files, tr, p.Unit, p.Tasks[i].Entity, p.Roster[j].ID)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					seen[a.Verdict]++
					checkAnswer(t, p, &tr.Staffing[u], a, i, j)
				}
			}
		}
	}
	for _, v := range []string{WhyLead, WhyMember, WhyIneligible, WhyGate, WhyNotChosen,
		WhyShortage} {
		if seen[v] == 0 {
			t.Errorf("no answer %q in %v", v, seen)
		}
	}
}

// checkAnswer holds an answer against problem and staffing.
func checkAnswer(t *testing.T, p *staffProblem, s *UnitStaffing, a *Answer, i, j int) {
	t.Helper()
	able := eligibleBySpec(p, &p.Roster[j], &p.Tasks[i])
	if able == (a.Verdict == WhyIneligible) || able == (len(a.Reasons) > 0) {
		t.Errorf("eligible: %v, answer %+v", able, a)
	}
	place := -1
	if s.Shortage == nil {
		place = slices.Index(s.Teams[i], a.Inspector)
	}
	if (place == 0) != (a.Verdict == WhyLead) || (place > 0) != (a.Verdict == WhyMember) {
		t.Errorf("place %d, answer %+v", place, a)
	}
	if (Dual{a.Even, a.Pair}).less(Dual{}) {
		t.Errorf("reduced cost below (0,0): %+v", a)
	}
	words := a.Words()
	if !strings.HasSuffix(words, "。") || !strings.Contains(words, string(a.Inspector)) ||
		!strings.Contains(words, string(a.Entity)) {
		t.Errorf("words: %s", words)
	}
}

// TestWhyBound compares reduced costs with enumeration: no legal staffing with the pair costs less
// than the optimum and the reduced cost, and for some pairs the bound is exact.
func TestWhyBound(t *testing.T) {
	g := rand.New(rand.NewPCG(41, 7))
	bounded, exact := 0, 0
	for range 250 {
		p := randomProblem(g, 1+g.IntN(3), 3+g.IntN(2), 1+g.IntN(2), 8)
		if g.IntN(2) == 0 {
			addGate(g, p)
		}
		s := staff(p)
		if s.Shortage != nil {
			continue
		}
		seats := newSeating(p)
		best := enumerate(p, s.R).best
		for i := range p.Tasks {
			for j := range p.Roster {
				w := int64(p.number(s.R, p.Tasks[i].Entity, p.Roster[j].ID))
				cost, _ := s.Duals.reduced(seats, i, j, w)
				b := enumerate(p, s.R, i, j)
				if !eligibleBySpec(p, &p.Roster[j], &p.Tasks[i]) || len(b.teams) == 0 ||
					slices.Contains(s.Teams[i], p.Roster[j].ID) {
					continue
				}
				more := Dual{b.best.Even - best.Even, b.best.Pair - best.Pair}
				if more.less(cost) || cost.less(Dual{}) {
					t.Fatalf("costs %v more, reduced cost %v\n%+v", more, cost, p)
				}
				bounded++
				if more == cost {
					exact++
				}
			}
		}
	}
	if bounded < 200 || exact < 25 {
		t.Errorf("%d bounded, %d exactly", bounded, exact)
	}
}

// TestWhyReasons has an inspector against whom everything speaks.
func TestWhyReasons(t *testing.T) {
	o := smallOffice()
	o.roster[1].CertUntil = "2026-12-30"
	o.roster[1].Scopes = nil
	files, plan, values := o.freeze(t)
	plan.Units[0].AreaRule = "same6"
	var res *Result
	// Areas of roster and candidates differ: nobody is eligible, and the draw names a shortage.
	res = bundle(t, files, plan, values)
	e := res.Tasks[0][0].Entity
	conflict := ConflictLine{"I1", e, "kin"}.AppendLine(nil)
	files[NameConflicts("HJBH")] = &fstest.MapFile{Data: conflict}
	plan.Units[0].ConflictsSHA = suiteOf(plan).hex(conflict)
	for {
		res = bundle(t, files, plan, values)
		if slices.ContainsFunc(res.Tasks[0], func(t Task) bool { return t.Entity == e }) {
			break
		}
		values[0].Value += "0"
	}
	a, err := Why(plan, files, res.Transcript, "HJBH", e, "I1")
	if err != nil {
		t.Fatal(err)
	}
	want := []Reason{{Kind: ReasonCertificate, Date: "2026-12-30", Other: "2026-12-31"},
		{Kind: ReasonConflict, Text: "kin"}, {Kind: ReasonScope, Item: "SX-001"},
		{Kind: ReasonArea, Item: "SX-001", Text: "330105", Other: "330102"}}
	if !reflect.DeepEqual(a.Reasons, want) {
		t.Errorf("%+v", a.Reasons)
	}
	words := "I1 与 " + string(e) + "：他不符合条件：证件 2026-12-30 到期，检查到 2026-12-31 才结束；" +
		"应当回避（近亲属关系）；不具备事项 SX-001 的资格；事项 SX-001 的地区 330102 与他的地区 330105 " +
		"不同（计划要求前 6 位一致）。"
	if a.Words() != words {
		t.Errorf("%s\n%s", a.Words(), words)
	}
}

// TestWhyWords goes through the other sentences.
func TestWhyWords(t *testing.T) {
	a := Answer{Entity: "P.1", Inspector: "I1", Verdict: WhyNotChosen, Cap: NoCap}
	for _, x := range []struct {
		change func()
		words  string
	}{
		{func() {}, "他符合条件，但最优方案只有一个，其中没有他。凭公布的抽查记录即可复算。"},
		{func() { a.Pair = 12 }, "抽签数之和却至少大 12，"},
		{func() { a.Even, a.Pair = 4, -7 }, "平方和至少增加 4。"},
		{func() { a.Load, a.Cap = 3, 3 }, "他的任务已达上限 3 个。"},
		{func() { a.Verdict, a.Family = WhyGate, "lead" }, "他不能主办，而每组只有一席"},
		{func() { a.Family = "gated" }, "一组中限额人员为 0"},
		{func() { a.Verdict = WhyLead }, "主办"},
		{func() { a.Verdict = WhyMember }, "协办"},
		{func() { a.Verdict = WhyShortage }, "人员不足"},
	} {
		x.change()
		if got := a.Words(); !strings.HasPrefix(got, "I1 与 P.1：") ||
			!strings.Contains(got, x.words) {
			t.Errorf("%s, want %s", got, x.words)
		}
	}
	for reason, words := range map[string]string{"share": "持股", "employed": "任职",
		"rotation": "轮换", "declared": "申报", "objected": "异议", "flood": "flood"} {
		if !strings.Contains(conflictWords(reason), words) {
			t.Errorf("%s: %s", reason, conflictWords(reason))
		}
	}
}

// TestWhyRefuses asks about what is not there.
func TestWhyRefuses(t *testing.T) {
	files, plan, tr := drawnVector(t, "given-and-drawn")
	drawn, given := plan.Units[0], plan.Units[1]
	if drawn.TasksSHA != "" {
		drawn, given = given, drawn
	}
	task := func(u UnitID) EntityID {
		for i := range tr.Staffing {
			if tr.Staffing[i].Unit == u {
				return tr.Staffing[i].Tasks[0]
			}
		}
		return ""
	}
	who := tr.Staffing[0].Inspectors[0]
	for _, x := range []struct {
		unit   UnitID
		entity EntityID
		who    InspectorID
		words  string
	}{
		{"NONE", task(drawn.ID), who, "no unit of the plan"},
		{drawn.ID, "R.NONE", tr.Staffing[0].Inspectors[0], "no task of the unit"},
		{given.ID, "R.NONE", tr.Staffing[1].Inspectors[0], "no task of the unit"},
		{drawn.ID, task(drawn.ID), "I99999", "not on the roster"},
	} {
		for _, id := range []InspectorID{x.who, tr.Staffing[0].Inspectors[0],
			tr.Staffing[1].Inspectors[0]} {
			_, err := Why(plan, files, tr, x.unit, x.entity, id)
			if x.who == "I99999" {
				_, err = Why(plan, files, tr, x.unit, x.entity, x.who)
			}
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Rule, x.words) &&
				!strings.Contains(e.Rule, "not on the roster") {
				t.Errorf("%+v: %v", x, err)
			}
		}
	}
	other := *plan
	other.Note = "changed"
	if _, err := Why(&other, files, tr, drawn.ID, task(drawn.ID), who); err == nil {
		t.Error("a transcript of another plan is accepted")
	}
	var missing *MissingError
	if _, err := Why(plan, fstest.MapFS{}, tr, drawn.ID, task(drawn.ID), who); !errors.As(err,
		&missing) {
		t.Errorf("without files: %v", err)
	}
}
