package scheduler

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// A whole month, through every state, with what is public in each.
func TestMonth(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	if steps := w.advance("2026-11-02 08:59"); steps != nil {
		t.Fatalf("moved before the due time: %s", stepsText(steps))
	}
	got := stepsText(w.advance(dueAt))
	want := "2026-11-M:>planned 2026-11-M:planned>frozen 2026-11-M:frozen>committed "
	if got != want {
		t.Fatalf("steps %q, want %q", got, want)
	}
	d := w.state(november, Committed)
	if d.Late || d.Grade != sampling.GradePublic || d.Prev != sampling.PrevNone ||
		!d.CutoffAt.Equal(at(cutoffAt)) || !d.EventAt.Equal(at(eventAt)) ||
		d.VisitBy != "2026-11-27" {
		t.Errorf("committed draw: %+v", d.Draw)
	}
	if want := "双色球 2026-11-03 21:00（北京时间，UTC+8） 后首期开奖号码（2026-11-02 11:00（北京时间，UTC+8） 截止），" +
		"按中国福彩网公布写作红球六个+蓝球"; d.Entropy[1].Event != want {
		t.Errorf("event %q", d.Entropy[1].Event)
	}
	if len(d.Items) != 3 || d.Items[0].N != 40 || d.Items[0].Size != 4 {
		t.Errorf("sizes %+v", d.Items)
	}
	if names := w.files(november); !slices.Equal(names, []string{"plan.json"}) {
		t.Errorf("public before the draw: %v", names)
	}
	w.advance(cutoffAt)
	w.state(november, Awaiting)
	w.enter(november, eventAt)
	w.state(november, Awaiting) // typing does not draw
	w.advance(eventAt)
	d = w.state(november, Drawn)
	if d.Seed != "" || d.Entropy[0].Value != "" || d.Entropy[1].Value != balls {
		t.Errorf("a sealed draw shows seed %q, entropy %+v", d.Seed, d.Entropy)
	}
	if d.Teams == 0 || d.Teams != w.count(`SELECT count(*) FROM team_member WHERE pos = 1`) {
		t.Errorf("%d teams", d.Teams)
	}
	if steps := w.advance(visitedAt); steps != nil {
		t.Fatalf("published before the tasks exist: %s", stepsText(steps))
	}
	w.visited(november)
	w.advance(visitedAt)
	d = w.state(november, Published)
	if len(d.Seed) != 64 || len(d.Entropy[0].Value) != 64 {
		t.Errorf("a published draw hides seed %q, seal %q", d.Seed, d.Entropy[0].Value)
	}
	if n := len(w.files(november)); n != 3+2*3+2*2 {
		t.Errorf("%d files: %v", n, w.files(november))
	}
	w.verify(november)
	checkTimeline(t, w, d)
	if steps := w.advance("2026-11-30 10:00"); steps != nil {
		t.Errorf("moved after the end: %s", stepsText(steps))
	}
	w.refused(w.s.ConfirmVoid(t.Context(), op1, november, at(visitedAt)), fault.Conflict)
}

// checkTimeline compares the timeline with the log: each leaf is where the timeline says.
func checkTimeline(t *testing.T, w *world, d *DrawDetail) {
	t.Helper()
	kinds := []string{audit.KindSeal, "", audit.KindPlan, "", audit.KindTranscript,
		audit.KindPublished}
	if len(d.Timeline) != len(kinds) {
		t.Fatalf("timeline %+v", d.Timeline)
	}
	freezes, err := auditdb.Leaves(t.Context(), w.db.Querier(),
		auditdb.Filter{Subject: d.ID, Kind: audit.KindFreeze, Limit: 10})
	w.ok(err)
	if len(freezes) != 1 || len(freezes[0].Leaf.Facts) != 1+w.count( // and the suite
		`SELECT count(*) FROM frozen_file WHERE draw_id = $1`, d.ID) {
		t.Errorf("leaves freeze: %+v", freezes)
	}
	for i, line := range d.Timeline {
		if line.Seq != i+1 || line.Actor != "system" || (line.Leaf == nil) != (kinds[i] == "") {
			t.Errorf("timeline %+v", line)
		}
		if line.Leaf == nil {
			continue
		}
		leaves, err := auditdb.Leaves(t.Context(), w.db.Querier(),
			auditdb.Filter{Subject: d.ID, Kind: kinds[i], Limit: 10})
		w.ok(err)
		if len(leaves) != 1 || leaves[0].Index != *line.Leaf {
			t.Errorf("leaf %s: %+v, timeline says %d", kinds[i], leaves, *line.Leaf)
		}
		digest := leaves[0].Leaf.Fact(sampling.TranscriptFile)
		if kinds[i] == audit.KindPublished && digest != d.TranscriptHash {
			t.Errorf("published digest %q", digest)
		}
	}
}

// No outcome can be previewed and no seed changed (T14): before publication nothing that this
// package gives out holds a seal, and without the public value nothing is drawn.
func TestNoPreview(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.advance(eventAt)
	w.state(november, Awaiting)
	if n := w.count(`SELECT count(*) FROM selection`); n != 0 {
		t.Fatalf("%d rows are selected before the seed exists", n)
	}
	var sealed []byte
	w.ok(w.db.QueryRow(t.Context(), `SELECT sealed FROM draw_seal`).Scan(&sealed))
	value, err := w.s.Seals.open(november, "office", sealed)
	w.ok(err)
	if strings.Contains(string(sealed), value) {
		t.Error("the seal is in the database in clear")
	}
	w.enter(november, eventAt)
	w.advance(eventAt)
	d := w.state(november, Drawn)
	page, err := json.Marshal(d)
	w.ok(err)
	var seed string
	w.ok(w.db.QueryRow(t.Context(), `SELECT seed FROM draw`).Scan(&seed))
	for _, secret := range []string{value, seed} {
		if strings.Contains(string(page), secret) || strings.Contains(w.log.String(), secret) {
			t.Error("page or log show a secret before publication")
		}
	}
	b, err := BundleFS(t.Context(), w.db.Querier(), november)
	w.ok(err)
	for _, name := range []string{"seed.txt", "transcript.json", "candidates.A01.tsv",
		"population.A01.tsv", "roster.SPJ.tsv", "conflicts.SPJ.tsv"} {
		if _, err := fs.ReadFile(b, name); err == nil {
			t.Errorf("%s is readable before publication", name)
		}
	}
	for _, sql := range []string{`UPDATE draw SET seed = repeat('0', 64)`,
		`UPDATE draw SET plan_json = ''`, `UPDATE draw SET state = 'awaiting'`,
		`UPDATE draw SET transcript = ''`, `UPDATE draw SET cutoff_at = now()`,
		`UPDATE draw SET prev_hash = ''`, `UPDATE draw SET teams = 0`,
		`DELETE FROM draw`, `DELETE FROM selection`,
		`UPDATE entropy_entry SET value = ''`, `UPDATE plan SET cron = '* * * * *'`,
		`UPDATE plan SET approver = 'P0009'`} {
		if _, err := w.db.Exec(t.Context(), sql); err == nil {
			t.Errorf("accepted: %s", sql)
		}
	}
}

// A second draw of one period is refused by the database, whatever the program does (T3).
func TestOneDrawPerPeriod(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	_, err := w.db.Exec(t.Context(), `INSERT INTO draw (id, plan_id, period, state, due_at,
		created_at) VALUES ('2026-11-M2', 'M', '2026-11', 'planned', now(), now())`)
	if !isUnique(err) {
		t.Errorf("a second draw of the period: %v", err)
	}
	w.advance(dueAt)
	if n := w.count(`SELECT count(*) FROM draw`); n != 1 {
		t.Errorf("%d draws", n)
	}
}

// Missed periods run once each, late, and say so; a paced item waits for the earlier period and
// counts what it drew.
func TestCatchUp(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), "2026-09-15 10:00")
	w.advance("2026-11-02 09:30")
	var got []string
	draws, total, err := Draws(t.Context(), w.db.Querier(), DrawFilter{Plan: "M"})
	w.ok(err)
	for _, d := range draws {
		got = append(got, d.ID+" "+string(d.State)+map[bool]string{true: " late"}[d.Late])
	}
	want := []string{"2026-11-M planned", "2026-10-M committed late"}
	if total != 2 || !slices.Equal(got, want) {
		t.Fatalf("draws %v, want %v", got, want)
	}
	d := w.state("2026-10-M", Committed)
	if !strings.Contains(d.Timeline[0].Note, "补抽") {
		t.Errorf("timeline does not say that it is late: %+v", d.Timeline[0])
	}
	october := w.planOf("2026-10-M")
	if !strings.Contains(october.Note, "补抽：应于 2026-10-02 09:00") {
		t.Errorf("note of a late plan: %q", october.Note)
	}
	w.advance("2026-11-02 11:30")
	w.enter("2026-10-M", "2026-11-03 21:30")
	w.advance("2026-11-03 21:30")
	w.state("2026-10-M", Drawn)
	w.state(november, Committed)
	p := w.planOf(november)
	if p.Note != "" || p.Prev != w.detail("2026-10-M").TranscriptHash {
		t.Errorf("november: note %q, prev %s", p.Note, p.Prev)
	}
	drawn := w.count(`SELECT coalesce(sum(selected), 0) FROM draw_stratum WHERE item_id = 'A02'`)
	pace := int64(0)
	for _, s := range p.Items[1].Strata {
		if s.Pace.Part != 11 || s.Pace.Of != 12 {
			t.Errorf("pace %+v", s.Pace)
		}
		pace += s.Pace.Done
	}
	if drawn == 0 || pace != int64(drawn) {
		t.Errorf("done %d, drawn %d", pace, drawn)
	}
	if n := w.count(`SELECT count(*) FROM frozen_chunk WHERE draw_id = $1 AND name LIKE 'roster.%'
		AND encode(data, 'escape') ~ E'\t[1-9][0-9]*\t-\n'`, november); n != 2 {
		t.Errorf("%d rosters carry october's tasks", n)
	}
}

// planOf reads a committed plan as the public does.
func (w *world) planOf(draw string) *sampling.Plan {
	w.t.Helper()
	b, err := BundleFS(w.t.Context(), w.db.Querier(), draw)
	w.ok(err)
	data, err := fs.ReadFile(b, sampling.PlanFile)
	w.ok(err)
	p, err := sampling.ParsePlan(data)
	w.ok(err)
	return p
}

// A plan closes after its last period, a unit without enough people gives a named shortage, and
// such a draw waits for the end of the visits.
func TestShortageAndEnd(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE inspector SET scopes = '{}' WHERE unit_id = 'ZJK' AND id <> 'J1'`)
	spec := monthly()
	spec.StartsOn, spec.EndsOn = "2026-11-01", "2026-11-30"
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	p, err := PlanByID(t.Context(), w.db.Querier(), "M")
	w.ok(err)
	if p.State != PlanClosed || p.NextDue != nil {
		t.Errorf("plan after its last period: %s, next %v", p.State, p.NextDue)
	}
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	d := w.state(november, Drawn)
	if d.ShortUnits != 1 || len(d.Shortages) != 1 || d.Shortages[0].Unit != "ZJK" ||
		d.Shortages[0].Needed <= d.Shortages[0].Available || !strings.Contains(d.Next, "人员不足") {
		t.Errorf("shortage %+v, next %q", d.Shortages, d.Next)
	}
	w.visited(november)
	w.advance("2026-11-27 23:00")
	w.state(november, Drawn)
	w.advance("2026-11-28 00:00")
	w.state(november, Published)
	w.verify(november)
}

// A draw that selects nobody has nothing to visit and is published at once.
func TestNobodySelected(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE entity SET status = 'cancelled'`)
	w.drawnOrPublished(monthly())
	w.state(november, Published)
	w.verify(november)
}

func (w *world) drawnOrPublished(spec PlanSpec) {
	w.t.Helper()
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
}
