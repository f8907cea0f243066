package sampling

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// restrictedOffice has two items of one unit, and a roster with all kinds of limits: followers,
// caps, areas, scopes, certificates near the end of visits, conflicts. Whether it can be staffed is
// left to chance, and so is a gate.
func restrictedOffice(t *testing.T, r *rand.Rand) (fstest.MapFS, *Plan) {
	t.Helper()
	files, plan := randomOffice(t, r)
	for len(plan.Items) < 2 {
		files, plan = randomOffice(t, r)
	}
	plan.Items = plan.Items[:2]
	for i := range plan.Items {
		it := &plan.Items[i]
		it.Unit, it.Label = "U0", "shared"
		for k := range it.Strata {
			it.Strata[k] = Stratum{ID: it.Strata[k].ID, N: it.Strata[k].N,
				Method: it.Strata[k].Method, Ratio: &Ratio{1, 8}}
		}
	}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	// A gated family, if any, lies beside the lead family or within it.
	gate := r.IntN(3)
	var roster, conflicts []byte
	for j := range 10 + r.IntN(8) {
		l := RosterLine{ID: InspectorID(fmt.Sprintf("I%02d", j)), Area: pick("330102", "330105",
			"340207"), Scopes: []ItemID{"SX-0", "SX-1"}, Lead: r.IntN(3) > 0,
			CertUntil: Date(pick("2026-12-30", "2026-12-31", "2027-06-30", "2027-06-30")),
			Carry:     r.Int64N(6), Cap: NoCap}
		l.Gated = gate > 0 && l.Lead == (gate == 1) && r.IntN(2) == 0
		if r.IntN(8) == 0 {
			l.Scopes = l.Scopes[1:]
		}
		if r.IntN(3) == 0 {
			l.Cap = r.Int64N(6)
		}
		roster = l.AppendLine(roster)
		for e := r.IntN(20); e < 300; e += 1 + r.IntN(60) {
			conflicts = ConflictLine{l.ID, EntityID(fmt.Sprintf("R.%05d", e)),
				"kin"}.AppendLine(conflicts)
		}
	}
	files[NameRoster("U0")] = &fstest.MapFile{Data: roster}
	files[NameConflicts("U0")] = &fstest.MapFile{Data: conflicts}
	plan.Units = []Unit{{ID: "U0", Kind: UnitInspectors, Seats: 2 + r.Int64N(2), Label: "asg",
		VisitBy: "2026-12-31", AreaRule: pick("any", "any", "same2"),
		RosterSHA:    slowHash(plan.Hash, string(roster)),
		ConflictsSHA: slowHash(plan.Hash, string(conflicts))}}
	if u := &plan.Units[0]; gate > 0 {
		u.Gate = &Gate{Max: r.Int64N(u.Seats)}
	}
	return files, plan
}

// TestPropertyTeams reads the rules of §7 off a published transcript and the frozen files as an
// auditor would, with text and maps: everybody eligible, different, led, within caps; nobody twice
// ahead of somebody who could have come instead. A shortage lacks at least one seat.
func TestPropertyTeams(t *testing.T) {
	t.Parallel()
	staffed, short, gated := 0, 0, 0
	for seed := range uint64(120) {
		files, plan := restrictedOffice(t, rng(seed))
		res := bundle(t, files, plan, []EntropyValue{{"w", fmt.Sprint(seed)},
			{"d", "0123456789abcdef"}})
		if v := Verify(files, plan.Commit(), io.Discard); v.ExitCode() != ExitOK {
			t.Fatalf("office %d: %v", seed, v)
		}
		s := &res.Transcript.Staffing[0]
		if s.Shortage != nil {
			short++
			if s.Shortage.Needed <= s.Shortage.Available || len(s.Shortage.Tasks) == 0 {
				t.Errorf("office %d: %+v", seed, s.Shortage)
			}
			continue
		}
		staffed++
		if plan.Units[0].Gate != nil {
			gated++
		}
		auditTeams(t, newAuditor(t, files, &plan.Units[0]), s, res.Tasks[0])
	}
	if staffed < 20 || short < 10 || gated < 10 {
		t.Errorf("%d staffed, %d of them gated, %d short", staffed, gated, short)
	}
}

// auditor holds a unit's files as text.
type auditor struct {
	unit      *Unit
	roster    map[InspectorID][]string // the columns
	conflicts string
}

// newAuditor reads the files of a unit.
func newAuditor(t *testing.T, files fstest.MapFS, u *Unit) *auditor {
	t.Helper()
	a := &auditor{unit: u, roster: map[InspectorID][]string{},
		conflicts: "\n" + string(mustRead(t, files, NameConflicts(u.ID)))}
	for line := range strings.Lines(string(mustRead(t, files, NameRoster(u.ID)))) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		a.roster[InspectorID(columns[0])] = columns
	}
	return a
}

// eligible applies the words of §7 to a pair.
func (a *auditor) eligible(id InspectorID, task *Task) bool {
	columns := a.roster[id]
	if columns == nil || columns[5] < string(a.unit.VisitBy) ||
		strings.Contains(a.conflicts, "\n"+string(id)+"\t"+string(task.Entity)+"\t") {
		return false
	}
	digits := map[string]int{"any": 0, "same2": 2, "same4": 4, "same6": 6}[a.unit.AreaRule]
	for _, it := range task.Items {
		if !strings.Contains(","+columns[2]+",", ","+string(it.Item)+",") ||
			columns[1][:digits] != it.Area[:digits] {
			return false
		}
	}
	return true
}

// gated counts the gated members of a team, 0 without a gate; the team may have one exchanged.
func (a *auditor) gated(team []InspectorID, out, in InspectorID) (n int64) {
	for _, id := range team {
		if id == out {
			id = in
		}
		if a.unit.Gate != nil && a.roster[id][4] == "1" {
			n++
		}
	}
	return n
}

// most is the limit of the gate.
func (a *auditor) most() int64 {
	if a.unit.Gate == nil {
		return a.unit.Seats
	}
	return a.unit.Gate.Max
}

// auditTeams holds a staffing against the files.
func auditTeams(t *testing.T, a *auditor, s *UnitStaffing, tasks []Task) {
	t.Helper()
	load := map[InspectorID]int{}
	for i, team := range s.Teams {
		if int64(len(team)) != a.unit.Seats || a.roster[team[0]][3] != "1" {
			t.Errorf("%s: team %v", s.Tasks[i], team)
		}
		if n := a.gated(team, "", ""); n > a.most() {
			t.Errorf("%s: %d gated in %v", s.Tasks[i], n, team)
		}
		for k, id := range team {
			load[id]++
			if !a.eligible(id, &tasks[i]) || slices.Contains(team[:k], id) {
				t.Errorf("%s: %s in %v", s.Tasks[i], id, team)
			}
		}
	}
	year := func(id InspectorID) int { return atoi(a.roster[id][6]) + load[id] }
	for id, columns := range a.roster {
		if columns[7] != "-" && load[id] > atoi(columns[7]) {
			t.Errorf("%s has %d tasks, cap %s", id, load[id], columns[7])
		}
	}
	// Evenness: no member with another who may lead beside him could hand his seat to somebody
	// with room whose year is two tasks lighter.
	for i, team := range s.Teams {
		for _, out := range team {
			for in, columns := range a.roster {
				free := columns[7] == "-" || load[in] < atoi(columns[7])
				led := columns[3] == "1" || slices.ContainsFunc(team, func(id InspectorID) bool {
					return id != out && a.roster[id][3] == "1"
				})
				if free && led && a.gated(team, out, in) <= a.most() && !slices.Contains(team, in) && a.eligible(in, &tasks[i]) &&
					year(out) >= year(in)+2 {
					t.Errorf("%s: %s carries %d, %s only %d", s.Tasks[i], out, year(out), in,
						year(in))
				}
			}
		}
	}
}
