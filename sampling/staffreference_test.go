package sampling

import (
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestReferenceStaffing draws small units of all kinds from files and compares every one with the
// best of all legal staffings, found by looking at each, and shortages with a flow of texts.
func TestReferenceStaffing(t *testing.T) {
	t.Parallel()
	staffed, short := map[string]int{}, map[string]int{}
	zero, most := 0, 0 // staffed with gate 0 and with gate k−1
	for seed := range uint64(70) {
		files, plan, values := givenUnits(rng(seed), 1+int(seed%4), 4+int(seed%3))
		tr := bundle(t, files, plan, values).Transcript
		if v := Verify(files, plan.Commit(), io.Discard); v.ExitCode() != ExitOK {
			t.Fatalf("office %d: %v", seed, v)
		}
		for i, u := range textUnits(t, files, tr) {
			s, kind := &tr.Staffing[i], plan.Units[i].Kind
			b := u.best("0", -1, -1)
			if (b.found == 0) != (s.Shortage != nil) {
				t.Fatalf("office %d, %s: %d staffings, shortage %v", seed, u.Unit, b.found, s.Shortage)
			}
			if want := u.shortage(); !reflect.DeepEqual(s.Shortage, want) {
				t.Fatalf("office %d, %s: %+v, want %+v", seed, u.Unit, s.Shortage, want)
			}
			if b.found == 0 {
				short[kind]++
				continue
			}
			staffed[kind]++
			if g := plan.Units[i].Gate; g != nil && g.Max == 0 {
				zero++
			} else if g != nil && g.Max == plan.Units[i].Seats-1 {
				most++
			}
			compareText(t, u, &b, s)
		}
	}
	for _, kind := range []string{UnitExperts, UnitInspectors, UnitLabs} {
		if staffed[kind] < 15 || short[kind] < 8 {
			t.Errorf("%s: %d staffed, %d short", kind, staffed[kind], short[kind])
		}
	}
	if zero < 8 || most < 8 {
		t.Errorf("%d with gate 0, %d with gate k−1", zero, most)
	}
}

// compareText holds a staffing against the only best one.
func compareText(t *testing.T, u *textUnit, b *textBest, s *UnitStaffing) {
	t.Helper()
	if b.found != 1 || s.R != 0 || s.Tied != nil || len(s.Tasks) != len(u.tasks) {
		t.Fatalf("%s: %d best staffings, R = %d, %d tasks", u.Unit, b.found, s.R, len(s.Tasks))
	}
	for j, l := range u.roster {
		if string(s.Inspectors[j]) != l[0] {
			t.Errorf("%s: inspectors %v", u.Unit, s.Inspectors)
		}
	}
	for i, lines := range b.teams {
		var team [][]string
		for _, j := range lines {
			team = append(team, u.roster[j])
		}
		if string(s.Tasks[i]) != u.tasks[i].entity {
			t.Errorf("%s: task %d is %s", u.Unit, i, s.Tasks[i])
		}
		if want := u.roles(u.seed, u.tasks[i].entity, team); !slices.Equal(s.Teams[i], want) {
			t.Errorf("%s: %s has %v, want %v", u.Unit, s.Tasks[i], s.Teams[i], want)
		}
	}
}

// TestReferenceShortage goes beyond enumeration: a dozen tasks and people, where only the flow of
// texts says what is missing. The sentence names the numbers, and one place more for anybody in B
// is one seat more, for anybody else none.
func TestReferenceShortage(t *testing.T) {
	t.Parallel()
	short, full := 0, 0
	for seed := range uint64(60) {
		files, plan, values := givenUnits(rng(1000+seed), 6+int(seed%7), 6+int(seed%5))
		tr := bundle(t, files, plan, values).Transcript
		for i, u := range textUnits(t, files, tr) {
			have, want := tr.Staffing[i].Shortage, u.shortage()
			if !reflect.DeepEqual(have, want) {
				t.Fatalf("office %d, %s: %+v, want %+v", seed, u.Unit, have, want)
			}
			if want == nil {
				continue
			}
			short++
			roster, err := readRoster(files, suiteOf(plan), &plan.Units[i])
			if err != nil {
				t.Fatal(err)
			}
			auditWords(t, have.Words(&plan.Units[i], roster), have, &plan.Units[i])
			for j, l := range u.roster {
				if l[7] == "-" {
					if slices.Contains(have.Full, InspectorID(l[0])) {
						t.Errorf("office %d, %s: %s has no cap and is full", seed, u.Unit, l[0])
					}
					continue
				}
				u.roster[j] = slices.Clone(l)
				u.roster[j][7] = strconv.FormatInt(columnInt(l[7])+1, 10)
				lacking := int64(0)
				if s := u.shortage(); s != nil {
					lacking = s.Lacking()
				}
				u.roster[j] = l
				less := int64(0)
				if slices.Contains(have.Full, InspectorID(l[0])) {
					full++
					less = 1
				}
				if have.Lacking()-lacking != less {
					t.Errorf("office %d, %s: %s with one place more: %d seats lack, before %d",
						seed, u.Unit, l[0], lacking, have.Lacking())
				}
			}
		}
	}
	if short < 40 || full < 20 {
		t.Errorf("%d short, %d full inspectors", short, full)
	}
}

// auditWords looks for the numbers of a shortage in its sentence.
func auditWords(t *testing.T, words string, s *Shortage, u *Unit) {
	t.Helper()
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	measure := map[string]string{UnitLabs: "家", UnitExperts: "人", UnitInspectors: "人"}[u.Kind]
	parts := []string{"这 " + number(int64(len(s.Tasks))) + " 个任务共需 " + number(s.Needed) +
		" 个席位；", "可用 " + number(s.Available) + " 席，尚缺 " + number(s.Needed-s.Available) + " 席。"}
	if n := int64(len(s.Inspectors)); n > 0 {
		parts = append(parts, "只有这 "+number(n)+" "+measure)
	} else {
		parts = append(parts, "一"+measure+"也没有")
	}
	if len(s.Full) > 0 && len(s.Full) < len(s.Inspectors) {
		parts = append(parts, "其中 "+number(int64(len(s.Full)))+" "+measure)
	}
	for _, part := range parts {
		if !strings.Contains(words, part) {
			t.Errorf("%s\nlacks %s", words, part)
		}
	}
	for _, id := range s.Inspectors {
		if strings.Contains(words, string(id)) {
			t.Errorf("%s names %s", words, id)
		}
	}
}

// TestReferenceWhy asks about every pair of small units, most of them gated: the reduced cost is a
// lower bound for every staffing with the pair, a closed gate is one, a team is what it is.
func TestReferenceWhy(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	exact, gated := 0, 0
	for seed := range uint64(50) {
		files, plan, values := givenUnits(rng(2000+seed), 1+int(seed%3), 5+int(seed%3))
		tr := bundle(t, files, plan, values).Transcript
		for n, u := range textUnits(t, files, tr) {
			best := u.best("0", -1, -1)
			for i, task := range u.tasks {
				for j, l := range u.roster {
					a, err := Why(plan, files, tr, UnitID(u.Unit), EntityID(task.entity),
						InspectorID(l[0]))
					if err != nil {
						t.Fatal(err)
					}
					seen[a.Verdict]++
					able := u.eligible(l, task.entity, task.items)
					if able == (a.Verdict == WhyIneligible) {
						t.Errorf("office %d: eligible %v: %+v", seed, able, a)
					}
					if a.Verdict == WhyGate && (u.allowed([][]string{l}) || !able) {
						t.Errorf("office %d: the gates let %v in: %+v", seed, l, a)
					}
					if able && best.found == 0 && a.Verdict != WhyShortage && a.Verdict != WhyGate {
						t.Errorf("office %d: a shortage: %+v", seed, a)
					}
					if a.Verdict != WhyNotChosen {
						continue
					}
					if limit := columnInt(l[7]); a.Cap != limit || a.Load != textLoad(best.teams, j) {
						t.Errorf("office %d: cap %d, %+v", seed, limit, a)
					}
					other := u.best("0", i, j)
					if other.found == 0 {
						continue // no legal staffing has him there: any bound holds
					}
					more := Dual{other.even - best.even, other.pair - best.pair}
					bound := Dual{a.Even, a.Pair}
					if more.less(bound) || bound.less(Dual{}) || more == (Dual{}) {
						t.Errorf("office %d, %s: costs %v more, bound %v", seed, u.Unit, more, bound)
					}
					if more == bound {
						exact++
					}
					if plan.Units[n].Gate != nil && l[4] == "1" {
						gated++
					}
				}
			}
		}
	}
	for _, v := range []string{WhyLead, WhyMember, WhyIneligible, WhyGate, WhyNotChosen,
		WhyShortage} {
		if seen[v] < 5 {
			t.Errorf("%d answers %q of %v", seen[v], v, seen)
		}
	}
	if exact < 5 || gated < 5 {
		t.Errorf("%d exact bounds, %d of gated people", exact, gated)
	}
}

// textLoad counts the tasks of a line of the roster.
func textLoad(teams [][]int, j int) (n int64) {
	for _, team := range teams {
		if slices.Contains(team, j) {
			n++
		}
	}
	return n
}
