package scheduler

import (
	"slices"
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

const novemberGiven = "2026-11-G"

// banks adds to the world a bank of experts (EXP, panels of three of whom one at least comes from
// outside), a laboratory bank (LAB) and a batch of tasks that a superior gave to SPJ.
func (w *world) banks() {
	w.t.Helper()
	for _, sql := range []string{
		`INSERT INTO unit (id, name, kind, area, seats, gate_max, pool_num, pool_den, import_id,
				updated_at) VALUES
			('EXP', '专家库', 'experts', '130534', 3, 2, 1, 3, 1, now()),
			('LAB', '检验机构库', 'labs', '130534', 1, NULL, NULL, NULL, 1, now())`,
		`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, lead, gated, scopes,
			import_id, updated_at) SELECT 'E' || i, '专家', 'EXP', '130534', 'Q' || i, '2030-12-31',
			true, i > 3, '{A01}', 1, now() FROM generate_series(1, 6) i`,
		`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, lead, scopes,
			import_id, updated_at) SELECT 'L' || i, '检验所', 'LAB', '130534', 'Q' || i, '2030-12-31',
			true, '{A01,A02,B01}', 1, now() FROM generate_series(1, 3) i`,
		`INSERT INTO given_batch (id, import_id) VALUES ('SJ-1', 1)`,
		`INSERT INTO given_task (batch, unit_id, entity_id, area, items, from_hash, import_id)
			SELECT 'SJ-1', 'SPJ', 'R.' || i, '130534', '{A01,A02}', repeat('5a', 32), 1
			FROM generate_series(100, 104) i`,
	} {
		w.exec(sql)
	}
}

// given is plan G: it fires once, with plan M's November draw, and takes over its list.
func given() PlanSpec {
	p := monthly()
	p.ID, p.Name, p.Items = "G", "专家、送检与交办派员", nil
	p.StartsOn, p.EndsOn = "2026-11-01", "2026-11-30"
	p.Given = []GivenTasks{{Unit: "SPJ", Batch: "SJ-1"}, {Unit: "LAB", Draw: november},
		{Unit: "EXP", Draw: november, Items: []sampling.ItemID{"A01"}}}
	p.Entropy[1].Event = strings.Replace(p.Entropy[1].Event, "双色球", "大乐透", 1)
	return p
}

// dispatched makes the tasks of a draw as the inspection part does: those of experts and
// laboratories are assigned, the others published.
func (w *world) dispatched(draw string) {
	w.t.Helper()
	w.exec(`INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, visit_by, state,
			version, dispatched_at, completed_on, publish_due, published_at)
		SELECT draw_id || '.' || unit_id || '.' || entity_id, draw_id, unit_id, entity_id, '企业',
			'2026-11-28', CASE WHEN bank THEN 'assigned' ELSE 'published' END, (NOT bank)::int, now(),
			'2026-11-20', '2026-12-18', CASE WHEN NOT bank THEN now() END
		FROM (SELECT *, unit_id IN ('EXP', 'LAB') AS bank FROM team_member) m
		WHERE draw_id = $1 AND pos = 1`, draw)
}

// Panels of experts, laboratories and the inspectors of a batch, from plan to publication.
func TestGivenDraw(t *testing.T) {
	w := newWorld(t)
	w.banks()
	w.plan(monthly(), approvedAt)
	w.plan(given(), approvedAt)
	w.advance(dueAt)
	w.state(november, Committed)
	if d := w.state(novemberGiven, Planned); !strings.Contains(d.Next, november) {
		t.Errorf("next: %s", d.Next)
	}
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	m := w.state(november, Drawn)
	w.advance("2026-11-03 21:01")
	g := w.state(novemberGiven, Committed) // M's list exists: G goes on by itself
	checkUnits(t, w, g, m.TranscriptHash)
	w.advance("2026-11-03 23:00")
	for _, op := range []audit.Actor{op1, op2} {
		w.ok(w.s.EnterEntropy(t.Context(), op, novemberGiven, "lottery", balls,
			at("2026-11-05 10:00")))
	}
	w.advance("2026-11-05 10:01")
	g = w.state(novemberGiven, Drawn)
	if g.ShortUnits != 0 || g.Saved != 0 {
		t.Fatalf("shortages %+v, saved %d", g.Shortages, g.Saved)
	}
	checkGivenTeams(t, w)
	if names := w.files(novemberGiven); !slices.Equal(names, []string{"plan.json"}) {
		t.Errorf("public while sealed: %v", names)
	}
	w.dispatched(novemberGiven)
	if open, err := stillOpen(t.Context(), w.db.Querier(), novemberGiven, "2026-11-29"); !open {
		t.Errorf("open while M's list is sealed: %v, %v", open, err)
	}
	w.visited(november)
	w.advance("2026-11-27 10:00") // M is public; the visits of G end on the 28th
	w.state(november, Published)
	w.state(novemberGiven, Drawn)
	w.advance("2026-11-29 10:01")
	w.state(novemberGiven, Published)
	if names := w.files(novemberGiven); len(names) != 3+3*3 ||
		!slices.Contains(names, "tasks.EXP.tsv") {
		t.Errorf("files %v", names)
	}
	w.verify(november)
	w.verify(novemberGiven)
}

// checkUnits compares the plan's units with what they were to be.
func checkUnits(t *testing.T, w *world, d *DrawDetail, from string) {
	t.Helper()
	if len(d.Items) != 0 || len(d.Units) != 3 {
		t.Fatalf("items %+v, units %+v", d.Items, d.Units)
	}
	exp, lab, spj := d.Units[0], d.Units[1], d.Units[2]
	if exp.Kind != sampling.UnitExperts || exp.Seats != 3 || exp.GateMax == nil ||
		*exp.GateMax != 2 || *exp.Pool != (sampling.Ratio{Num: 1, Den: 3}) || exp.From != from {
		t.Errorf("experts %+v", exp)
	}
	if lab.Kind != sampling.UnitLabs || lab.Seats != 1 || lab.GateMax != nil || lab.From != from {
		t.Errorf("laboratories %+v", lab)
	}
	if !spj.Given || spj.From != strings.Repeat("5a", 32) || spj.Kind != sampling.UnitInspectors {
		t.Errorf("department %+v", spj)
	}
	if n := w.count(`SELECT count(*) FROM given_batch WHERE used`); n != 1 {
		t.Errorf("%d used batches", n)
	}
}

// checkGivenTeams compares the tasks with what item and batch give, and the panels with the gate.
func checkGivenTeams(t *testing.T, w *world) {
	t.Helper()
	for unit, want := range map[string]int{
		"EXP": w.count(`SELECT count(*) FROM selection WHERE draw_id = $1 AND item_id = 'A01'
			AND NOT reserve`, november),
		"LAB": w.count(`SELECT count(DISTINCT entity_id) FROM selection WHERE draw_id = $1
			AND NOT reserve`, november),
		"SPJ": 5,
	} {
		n := w.count(`SELECT count(*) FROM team_member WHERE draw_id = $1 AND unit_id = $2
			AND pos = 1`, novemberGiven, unit)
		if n != want || n == 0 {
			t.Errorf("unit %s has %d tasks, want %d", unit, n, want)
		}
	}
	if n := w.count(`SELECT count(*) FROM (SELECT entity_id FROM team_member JOIN inspector
			ON id = inspector_id WHERE draw_id = $1 AND team_member.unit_id = 'EXP'
		GROUP BY 1 HAVING count(*) <> 3 OR count(*) FILTER (WHERE gated) > 2) x`,
		novemberGiven); n != 0 {
		t.Errorf("%d panels without an outsider", n)
	}
}

func TestGivenPlanRefused(t *testing.T) {
	w := newWorld(t)
	w.banks()
	for name, change := range map[string]func(*PlanSpec){
		"nothing":          func(p *PlanSpec) { p.Given = nil },
		"no such unit":     func(p *PlanSpec) { p.Given[0].Unit = "XXX" },
		"bad unit":         func(p *PlanSpec) { p.Given[0].Unit = "spj" },
		"unit twice":       func(p *PlanSpec) { p.Given[0].Unit = "LAB" },
		"both sources":     func(p *PlanSpec) { p.Given[0].Draw = november },
		"no source":        func(p *PlanSpec) { p.Given[0].Batch = "" },
		"bad batch":        func(p *PlanSpec) { p.Given[0].Batch = "一" },
		"bad draw":         func(p *PlanSpec) { p.Given[1].Draw = "十一月" },
		"items of a batch": func(p *PlanSpec) { p.Given[0].Items = []sampling.ItemID{"A01"} },
		"item twice":       func(p *PlanSpec) { p.Given[2].Items = []sampling.ItemID{"A01", "A01"} },
		"its own list":     func(p *PlanSpec) { p.Given[1].Draw = novemberGiven },
		"fires twice":      func(p *PlanSpec) { p.EndsOn = "2026-12-31" },
		"unit of an item":  func(p *PlanSpec) { p.Items = []PlanItem{{"A01", "day"}} },
	} {
		spec := given()
		change(&spec)
		err := w.s.CreatePlan(t.Context(), planner, spec, at(approvedAt))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	spec := given()
	w.ok(w.s.CreatePlan(t.Context(), planner, spec, at(approvedAt)))
	p, err := PlanByID(t.Context(), w.db.Querier(), "G")
	w.ok(err)
	want := spec.normal()
	if p.digest() != want.digest() || p.Given[2].Unit != "SPJ" {
		t.Errorf("read back: %+v", p.PlanSpec)
	}
}

// failure advances and gives why the draw stays where it is.
func (w *world) failure(draw, when string) string {
	w.t.Helper()
	_, err := w.s.Advance(w.t.Context(), at(when))
	w.ok(err)
	return w.state(draw, Planned).Failure
}

// Lists that cannot be taken over: of a void draw, of a trial run, of no draw, of nobody, and a
// batch that has its teams already.
func TestGivenSourceRefused(t *testing.T) {
	w := newWorld(t)
	w.banks()
	trial := monthly()
	trial.ID, trial.Trial = "T", true
	for i := range trial.Items {
		trial.Items[i].Label = trialLabel
	}
	w.plan(trial, approvedAt)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.ok(w.s.RequestVoid(t.Context(), op1, november, "演练", at(cutoffAt)))
	w.ok(w.s.ConfirmVoid(t.Context(), op2, november, at(cutoffAt)))
	for i, c := range []struct{ draw, says string }{
		{november, "已作废"}, {"2026-11-T", "试运行"}, {"2026-11-X", "没有抽取"},
	} {
		spec := given()
		spec.ID, spec.Given = string(rune('A'+i)), []GivenTasks{{Unit: "LAB", Draw: c.draw}}
		spec.Cron = "0 9 3 * *"
		w.plan(spec, "2026-11-02 20:00")
		if got := w.failure("2026-11-"+spec.ID, "2026-11-03 09:00"); !strings.Contains(got, c.says) {
			t.Errorf("%s: %q", c.draw, got)
		}
	}
	batch := []GivenTasks{{Unit: "SPJ", Batch: "SJ-1"}}
	first, second := given(), given()
	first.ID, first.Cron, first.Given = "P", "0 9 4 * *", batch
	second.ID, second.Cron, second.Given = "Q", "0 9 5 * *", batch
	w.plan(first, "2026-11-03 20:00")
	w.plan(second, "2026-11-03 20:00")
	_, err := w.s.Advance(t.Context(), at("2026-11-04 09:00"))
	w.ok(err)
	w.state("2026-11-P", Committed)
	if got := w.failure("2026-11-Q", "2026-11-05 09:00"); !strings.Contains(got, "2026-11-P 中派员") {
		t.Errorf("a batch twice: %q", got)
	}
	w.ok(w.s.RequestVoid(t.Context(), op1, "2026-11-P", "演练", at("2026-11-05 09:01")))
	w.ok(w.s.ConfirmVoid(t.Context(), op2, "2026-11-P", at("2026-11-05 09:01")))
	_, err = w.s.Advance(t.Context(), at("2026-11-05 09:02"))
	w.ok(err)
	w.state("2026-11-Q", Committed) // the first is void: the batch is free again
}

// Cool-down cells from the registry to the bundle: who was checked lately is drawn on its own, at
// its own ratio.
func TestCooldownDraw(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE item SET cooldown_months = 6, strata_by = '{}' WHERE id = 'A01'`)
	w.exec(`INSERT INTO item_ratio (item_id, class, cooled, size, num, den, valid_from, import_id)
		VALUES ('A01', '*', true, 'ratio', 1, 4, '2020-01-01', 1)`)
	w.exec(`INSERT INTO entity_check (entity_id, checked_on, level, kind, source)
		SELECT 'R.' || i, CASE WHEN i < 8 THEN '2026-05-02' ELSE '2026-05-01' END::date, 'superior',
			'日常检查', 'import/1' FROM generate_series(1, 12) i`)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	d := w.state(november, Drawn)
	if got := d.Items[0].Strata; len(got) != 2 || got[0] != (StratumSize{"all", 33, 4}) ||
		got[1] != (StratumSize{"all~", 7, 2}) {
		t.Errorf("strata %+v", got)
	}
	if n := w.count(`SELECT count(*) FROM selection WHERE item_id = 'A01' AND NOT reserve
		AND (stratum = 'all~') <> (substr(entity_id, 3)::int < 8)`); n != 0 {
		t.Errorf("%d rows in the wrong cell", n)
	}
	w.visited(november)
	w.advance(visitedAt)
	w.state(november, Published)
	w.verify(november)
}

// Items of one unit with one label: what the page says of saved visits is what the tables say.
func TestVisitsSaved(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE item_ratio SET num = 1, den = 2, size = 'ratio'`)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	if d := w.state(november, Committed); d.Saved != 0 {
		t.Errorf("%d visits saved before the draw", d.Saved)
	}
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	d := w.state(november, Drawn)
	var selected int64
	for _, it := range d.Items {
		selected += it.Size
	}
	if d.Saved != selected-int64(d.Teams) || d.Saved == 0 {
		t.Errorf("%d saved, %d selected, %d tasks", d.Saved, selected, d.Teams)
	}
	var raw []byte
	w.ok(w.db.QueryRow(t.Context(), `SELECT transcript FROM draw WHERE id = $1`, november).Scan(&raw))
	tr, err := sampling.ParseTranscript(raw)
	w.ok(err)
	visits, err := tr.Visits()
	w.ok(err)
	for i, v := range visits {
		selected -= v.Saved()
		if d.Units[i].Unit != v.Unit || d.Units[i].Tasks != v.Visits {
			t.Errorf("unit %+v, the transcript says %+v", d.Units[i], v)
		}
	}
	if selected != int64(d.Teams) {
		t.Errorf("the page says %d saved, the transcript says otherwise: %+v", d.Saved, visits)
	}
}
