package sampling

import "testing"

// relation is a plan in which values contradict each other, or only just do not. With a rule the
// plan is refused at path; without one it is the legal neighbour of the case before it.
type relation struct {
	what       string
	set        []any // paths and values in turn
	path, rule string
}

// checkRelations holds ParsePlan to the cases.
func checkRelations(t *testing.T, cases []relation) {
	t.Helper()
	for _, c := range cases {
		b := planBytes(t, c.set...)
		if c.rule != "" {
			refusedPlan(t, b, c.path, c.rule, c.what)
			continue
		}
		if _, err := ParsePlan(b); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

// caps makes a list of a frame's caps from counter and class in turn.
func caps(entries ...any) []any {
	list := []any{}
	for i := 0; i < len(entries); i += 2 {
		o := object{{"counter", int64(entries[i].(int))}, {"max", int64(1)}}
		list = append(list, o.withText("class", entries[i+1].(string)))
	}
	return list
}

// TestPlanOrders: lists whose order could carry a choice have exactly one (§3, §4).
func TestPlanOrders(t *testing.T) {
	const frame = "items[0]: frame"
	sorted := "not strictly sorted by "
	checkRelations(t, []relation{
		{"an item twice", []any{"items.1.item", "SX-001"}, "items", sorted + "item"},
		{"items descending", []any{"items.1.item", "SX-000"}, "items", sorted + "item"},
		{"items by bytes: a mark before a digit", []any{"items.1.item", "SX-001-"}, "", ""},
		{"a unit twice", []any{"units.1.unit", "HJBH", "items.1.unit", "HJBH"}, "units",
			sorted + "unit"},
		{"units descending", []any{"units.1.unit", "A", "items.1.unit", "A"}, "units",
			sorted + "unit"},
		{"units ascending", []any{"units.1.unit", "HJBH0", "items.1.unit", "HJBH0"}, "", ""},
		{"a stratum twice", []any{"items.0.strata.1.id", "33/A"}, "items[0]: strata", sorted + "id"},
		{"strata descending", []any{"items.0.strata.2.id", "33/-"}, "items[0]: strata",
			sorted + "id"},
		{"the cool-down cell first", []any{"items.0.strata.0.id", "33/A~",
			"items.0.strata.1.id", "33/A"}, "items[0]: strata", sorted + "id"},
		{"no caps", []any{"items.0.frame.caps", []any{}}, frame + ": caps", "an empty list"},
		{"caps by class", []any{"items.0.frame.caps", caps(0, "", 0, "-", 0, "A", 0, "a")}, "", ""},
		{"caps by counter", []any{"items.0.frame.caps", caps(0, "D", 1, "", 3, "A")}, "", ""},
		{"a cap twice", []any{"items.0.frame.caps", caps(1, "", 1, "")}, frame + ": caps[1]",
			sorted + "counter, class"},
		{"a class twice", []any{"items.0.frame.caps", caps(1, "D", 1, "D")}, frame + ": caps[1]",
			sorted + "counter, class"},
		{"everybody after a class", []any{"items.0.frame.caps", caps(1, "D", 1, "")},
			frame + ": caps[1]", sorted + "counter, class"},
		{"counters descending", []any{"items.0.frame.caps", caps(0, "", 2, "", 1, "")},
			frame + ": caps[2]", sorted + "counter, class"},
		{"strata_by in any order", []any{"items.0.frame.strata_by",
			words("class", "area6", "area2", "area4")}, "", ""},
		{"strata_by repeats", []any{"items.0.frame.strata_by", words("class", "area6", "class")},
			frame + ": strata_by", "repeated"},
	})
}

// TestPlanReferences: units are exactly those that items name and those with given tasks, and none
// is both (§4).
func TestPlanReferences(t *testing.T) {
	const noItem = "no item names this unit, and its tasks are not given"
	checkRelations(t, []relation{
		{"an item of an unknown unit", []any{"items.1.unit", "HJ"}, "units[1]",
			noItem},
		{"no units", []any{"units", []any{}}, "units", "an empty list"},
		{"a unit without items", []any{"items.1.unit", "HJBH"}, "units[1]",
			noItem},
		{"a unit in no list", []any{"items.1.unit", "ZZ", "items.2", wholeItem(t, "ZJ")},
			"items[1]: unit", "not among the units"},
		{"two items of one unit", []any{"items.2", wholeItem(t, "ZJ")}, "", ""},
		{"no items", []any{"items", []any{}}, "units[0]", noItem},
		{"from without tasks_sha", []any{"units.0.from", hexZeros}, "units[0]: from",
			"only with tasks_sha"},
		{"from alone", []any{"units.2.tasks_sha", gone{}}, "units[2]: from", "only with tasks_sha"},
		{"tasks_sha without from", []any{"units.2.from", gone{}}, "", ""},
		{"a unit of nothing", []any{"units.2.tasks_sha", gone{}, "units.2.from", gone{}},
			"units[2]", noItem},
		{"a unit of both", []any{"units.1.tasks_sha", hexZeros}, "units[1]",
			"an item names this unit although its tasks are given"},
		{"only given tasks", []any{"items", []any{}, "units.0.tasks_sha", hexZeros,
			"units.1.tasks_sha", hexZeros}, "", ""},
		{"items of one label", []any{"items.1.label", "sel-1"}, "", ""},
		{"units of one label", []any{"units.1.label", "asg-1"}, "", ""},
	})
}

// wholeItem gives the second item of wholePlan as a third one of a unit.
func wholeItem(t *testing.T, unit string) object {
	t.Helper()
	p, err := ParsePlan(planBytes(t))
	if err != nil {
		t.Fatal(err)
	}
	it := p.Items[1]
	it.ID, it.Unit = "SX-003", UnitID(unit)
	return it.tree()
}

// TestPlanDays: no frame is dated after the freeze, no cool-down after its frame, no visit ends
// before the freeze; the same day is legal each time (§3, §4.2).
func TestPlanDays(t *testing.T) {
	frame := "items[0]: frame: "
	checkRelations(t, []relation{
		{"a frame of tomorrow", []any{"items.0.frame.date", "2026-11-02"}, frame + "date",
			"dated after the freeze"},
		{"a frame of today", []any{"items.0.frame.date", "2026-11-01"}, "", ""},
		{"cooled after the frame", []any{"items.0.frame.cooldown_from", "2026-11-01"},
			frame + "cooldown_from", "after the date of the frame"},
		{"cooled on the day of the frame", []any{"items.0.frame.cooldown_from", "2026-10-31"},
			"", ""},
		{"visits that end yesterday", []any{"units.1.visit_by", "2026-10-31"},
			"units[1]: visit_by", "before the freeze"},
		{"visits that end today", []any{"units.1.visit_by", "2026-11-01"}, "", ""},
		{"a freeze before a frame", []any{"date", "2026-10-31"}, "items[1]: frame: date",
			"dated after the freeze"},
		{"a freeze after the visits", []any{"date", "2026-11-02"}, "units[1]: visit_by",
			"before the freeze"},
	})
}

// TestPlanSizes: one size for each stratum, floors below ceilings, sums that add up (§4.1).
func TestPlanSizes(t *testing.T) {
	first, cell, census := "items.0.strata.0.", "items.0.strata.1.", "items.0.strata.2."
	ratio := func(num, den int64) object { return object{{"num", num}, {"den", den}} }
	one := "exactly one of ratio, pace, all"
	at0, at1, at2 := "items[0]: strata[0]", "items[0]: strata[1]", "items[0]: strata[2]"
	small := []any{"items.0.N", int64(25), cell + "N", int64(10), cell + "ratio", ratio(3, 100)}
	with := func(more ...any) []any { return append(small[:len(small):len(small)], more...) }
	checkRelations(t, []relation{
		{"no size", []any{first + "pace", gone{}}, at0, one},
		{"pace and ratio", []any{first + "ratio", ratio(1, 2)}, at0, one},
		{"ratio and census", []any{cell + "all", true}, at1, one},
		{"all three", []any{first + "all", true, first + "ratio", ratio(1, 2)}, at0, one},
		{"a cool-down cell exempt", []any{cell + "ratio", ratio(0, 2)}, at1,
			"a cool-down cell with ratio 0"},
		{"a cool-down cell nearly exempt", []any{cell + "ratio", ratio(1, 1_000_000)}, "", ""},
		{"a cool-down cell as a census", []any{cell + "ratio", gone{}, cell + "all", true}, "", ""},
		{"another cell exempt", []any{cell + "id", "33/AA", cell + "ratio", ratio(0, 2)}, "", ""},
		{"a cool-down cell of pace 0", []any{first + "id", "33/A0~", first + "pace.num", int64(0),
			cell + "id", "33/A1"}, at0, "a cool-down cell with ratio 0"},
		{"N below the sum", []any{"items.0.N", int64(34)}, "items[0]: N", "not the sum 35"},
		{"N above the sum", []any{"items.0.N", int64(36)}, "items[0]: N", "not the sum 35"},
		{"N without strata", []any{"items.1.N", int64(1)}, "items[1]: N", "not the sum 0"},
		{"a ceiling below the floor", with(cell+"cap", ratio(299, 10_000)), at1,
			"the floor ratio exceeds the ceiling ratio"},
		{"a ceiling equal to the floor", with(cell+"cap", ratio(300, 10_000)), "", ""},
		{"only rounding between them", with(cell+"cap", ratio(5, 100)), "", ""},
		{"min at the limit", with(cell+"cap", ratio(5, 100), cell+"min", int64(1)), "", ""},
		{"min above the limit", with(cell+"cap", ratio(5, 100), cell+"min", int64(2)), at1,
			"n is above its limit"},
		{"min below a higher ceiling", with(cell+"cap", ratio(20, 100), cell+"min", int64(2)),
			"", ""},
		{"min above N without a ceiling", with(cell+"min", int64(11)), "", ""},
		{"a census with a ceiling below", []any{census + "cap", ratio(4, 5)}, at2,
			"the floor ratio exceeds the ceiling ratio"},
		{"a census with the whole as ceiling", []any{census + "cap", ratio(1, 1)}, "", ""},
		{"min as high as what is left of the pace's ceiling", []any{first + "cap", ratio(12, 100),
			first + "min", int64(3)}, "", ""},
		{"min above what is left of the pace's ceiling", []any{first + "cap", ratio(12, 100),
			first + "min", int64(4)}, at0, "n is above its limit"},
	})
}

// TestPlanEntropy: what belongs to which kind, names and events used once, and nothing that anyone
// can choose behind the last public event (§5).
func TestPlanEntropy(t *testing.T) {
	entry := func(kind string, more ...member) object {
		return append(object{{"name", "late"}, {"kind", kind}, {"event", "后来"},
			{"bits", int64(0)}}, more...)
	}
	commit := member{"commit", hexZeros}
	checkRelations(t, []relation{
		{"no entropy", []any{"entropy", []any{}}, "entropy", "an empty list"},
		{"one entry", []any{"entropy", []any{entry(EntropyWitness)}}, "", ""},
		{"the name commit", []any{"entropy.2.name", "commit"}, "entropy[2]: name",
			"the name commit is taken"},
		{"the name commits", []any{"entropy.2.name", "commits"}, "", ""},
		{"a name twice", []any{"entropy.4.name", "seal"}, "entropy[4]: name", "name repeated"},
		{"an event twice", []any{"entropy.4.event", "链"}, "entropy[4]: event", "event repeated"},
		{"commit on public", []any{"entropy.3.commit", hexZeros}, "entropy[3]", "unknown key"},
		{"by on public", []any{"entropy.3.by", "公证处"}, "entropy[3]", "unknown key"},
		{"commit on witness", []any{"entropy.2.commit", hexZeros}, "entropy[2]", "unknown key"},
		{"by on witness", []any{"entropy.2.by", "公证处"}, "entropy[2]", "unknown key"},
		{"commit on beacon", []any{"entropy.4.commit", hexZeros}, "entropy[4]", "unknown key"},
		{"by on beacon", []any{"entropy.4.by", "公证处"}, "entropy[4]", "unknown key"},
		{"a public event that keeps its commit", []any{"entropy.1.kind", EntropyPublic},
			"entropy[1]", "unknown key"},
		{"a chain that loses its commit", []any{"entropy.1.kind", EntropyPublic,
			"entropy.1.commit", gone{}}, "", ""},
		{"a public event that becomes a seal", []any{"entropy.3.kind", EntropySeal},
			"entropy[3]", "key is missing"},
		{"a witness last", []any{"entropy.5", entry(EntropyWitness)}, "entropy[5]",
			"a witness line after the last public event"},
		{"a witness between public events", []any{"entropy.2.kind", EntropyPublic,
			"entropy.3.kind", EntropyWitness}, "", ""},
		{"a witness behind the last public event of two", []any{"entropy.4.kind",
			EntropyWitness}, "entropy[4]", "a witness line after the last public event"},
		{"a witness without public events", []any{"entropy.3.kind", EntropyWitness,
			"entropy.4.kind", EntropyWitness}, "", ""},
		{"a seal last", []any{"entropy.5", entry(EntropySeal, commit)}, "", ""},
		{"a chain last", []any{"entropy.5", entry(EntropyChain, commit)}, "", ""},
		{"a public event last", []any{"entropy.5", entry(EntropyPublic)}, "", ""},
	})
}

// TestPlanMethods: pareto has every size but the census (§4.1), and a unit's gate leaves at least
// one seat to others (§4.2).
func TestPlanMethods(t *testing.T) {
	first, cell, census := "items.0.strata.0.", "items.0.strata.1.", "items.0.strata.2."
	gate := func(most int64) object { return object{{"max", most}} }
	checkRelations(t, []relation{
		{"pareto by pace", []any{first + "method", MethodPareto}, "", ""},
		{"pareto by ratio", []any{cell + "method", MethodPareto}, "", ""},
		{"pareto in every stratum that is no census", []any{first + "method", MethodPareto,
			cell + "method", MethodPareto}, "", ""},
		{"a census by pareto", []any{census + "method", MethodPareto}, "items[0]: strata[2]",
			"a census (all) is srs"},
		{"a pareto cell exempt", []any{cell + "method", MethodPareto, cell + "ratio.num", int64(0)},
			"items[0]: strata[1]", "a cool-down cell with ratio 0"},
		{"a gate for one", []any{"units.0.gate", gate(1)}, "", ""},
		{"a gate for none", []any{"units.0.gate", gate(0)}, "", ""},
		{"a gate for all", []any{"units.0.gate", gate(2)}, "units[0]: gate: max", "not in 0…1"},
		{"a gate below none", []any{"units.0.gate", gate(-1)}, "units[0]: gate: max", "not in 0…1"},
		{"a gate of a single seat", []any{"units.1.gate", gate(0)}, "", ""},
		{"a gate that is a single seat", []any{"units.1.gate", gate(1)}, "units[1]: gate: max",
			"not in 0…0"},
		{"a gate of another shape", []any{"units.1.gate", object{{"min", int64(0)}}}, "units[1]: gate",
			"key is missing"},
	})
}
