package sampling

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// A draw from beginning to end, frozen, drawn and verified, on each border that implementations of
// draw/1 have got wrong. The functions that decide them have tests of their own; these show that
// nothing between the files and the transcript moves a border again.

// eligible is a candidate of class A whom no rule leaves out.
func eligible(id EntityID) Candidate {
	return Candidate{ID: id, Area: "330102", Class: "A", Status: StatusActive,
		Visits: []int64{0, 0}, Weight: 1}
}

// crew gives n inspectors who may lead and take everything.
func crew(n int) (roster []RosterLine) {
	for j := range n {
		roster = append(roster, RosterLine{ID: InspectorID(fmt.Sprintf("I%03d", j)), Area: "330102",
			Scopes: []ItemID{"SX-001"}, Lead: true, CertUntil: "2026-12-31", Cap: NoCap})
	}
	return roster
}

// published freezes, draws and verifies an office and gives its only item and unit.
func (o *office) published(t *testing.T) (*Plan, *Transcript) {
	t.Helper()
	files, plan, values := o.freeze(t)
	res := bundle(t, files, plan, values)
	if r := Verify(files, plan.Commit(), io.Discard); r.ExitCode() != ExitOK {
		t.Fatal(r)
	}
	return plan, res.Transcript
}

// TestBorderDays: hold_until = D is not held, visits = max is capped, last_visit = F is in the
// cool-down cell; a day or a visit beside it is the other side.
func TestBorderDays(t *testing.T) {
	for _, c := range []struct {
		what    string
		bend    func(c *Candidate)
		stratum string // or the exclusion
	}{
		{"nothing", func(*Candidate) {}, "A"},
		{"held until the day before", func(c *Candidate) { c.HoldUntil = "2026-10-31" }, "A"},
		{"held until the day itself", func(c *Candidate) { c.HoldUntil = "2026-11-01" }, "A"},
		{"held until the day after", func(c *Candidate) { c.HoldUntil = "2026-11-02" }, "held"},
		{"one visit below max", func(c *Candidate) { c.Visits[0] = 1 }, "A"},
		{"as many visits as max", func(c *Candidate) { c.Visits[0] = 2 }, "capped"},
		{"more visits than max", func(c *Candidate) { c.Visits[0] = maxCount }, "capped"},
		{"visits on another counter", func(c *Candidate) { c.Visits[1] = 5 }, "A"},
		{"as many as max there", func(c *Candidate) { c.Visits[1] = 6 }, "capped"},
		{"visited the day before the cool-down", func(c *Candidate) { c.LastVisit = "2026-05-31" },
			"A"},
		{"visited on its first day", func(c *Candidate) { c.LastVisit = "2026-06-01" }, "A~"},
		{"visited after the freeze", func(c *Candidate) { c.LastVisit = "2026-11-30" }, "A~"},
		{"another status", func(c *Candidate) { c.Status = "ACTIVE" }, "inactive"},
		{"all reasons at once: status first", func(c *Candidate) {
			c.Status, c.HoldUntil, c.Visits[0] = "closed", "2026-12-01", 9
		}, "inactive"},
		{"held and capped: held first", func(c *Candidate) {
			c.HoldUntil, c.Visits[0] = "2026-12-01", 9
		}, "held"},
	} {
		o := newOffice()
		o.frame.CooldownFrom, o.ratio = "2026-06-01", Ratio{1, 1}
		o.frame.Caps = []Cap{{0, 2, ""}, {1, 6, ""}}
		bent := eligible("P.2")
		c.bend(&bent)
		o.candidates, o.roster = []Candidate{eligible("P.1"), bent, eligible("P.3")}, crew(2)
		plan, tr := o.published(t)
		x := plan.Items[0].Excluded
		excluded := map[string]int64{"inactive": x.Inactive, "held": x.Held, "capped": x.Capped}
		found := ""
		for _, s := range tr.Items[0].Strata {
			if slices.Contains(s.Selected, "P.2") {
				found = s.ID
			}
		}
		if code, out := excluded[c.stratum]; out && (code != 1 || found != "") ||
			!out && found != c.stratum {
			t.Errorf("%s: excluded %+v, drawn from %q, want %s", c.what, x, found, c.stratum)
		}
	}
}

// TestBorderCertificate: a certificate that ends on visit_by is good for the draw; one that ends
// the day before leaves the unit short of one inspector, which the transcript says.
func TestBorderCertificate(t *testing.T) {
	for until, short := range map[Date]bool{"2027-01-01": false, "2026-12-31": false,
		"2026-12-30": true} {
		o := newOffice()
		o.candidates, o.roster = []Candidate{eligible("P.1")}, crew(2)
		o.roster[1].CertUntil = until
		_, tr := o.published(t)
		s := tr.Staffing[0].Shortage
		if (s != nil) != short {
			t.Errorf("until %s: %+v", until, tr.Staffing[0])
		}
		if s != nil && (s.Needed != 2 || s.Available != 1 || len(s.Full) != 0 ||
			!slices.Equal(s.Inspectors, []InspectorID{"I000"})) {
			t.Errorf("until %s: %+v", until, s)
		}
	}
}

// TestBorderNothingDrawn: with n = 0 the cut is 64 zeros, nobody is selected, and the reserve is
// the beginning of the order all the same.
func TestBorderNothingDrawn(t *testing.T) {
	o := newOffice()
	o.ratio, o.reserve = Ratio{0, 1}, 3
	for i := range 5 {
		o.candidates = append(o.candidates, eligible(EntityID(fmt.Sprintf("P.%d", i))))
	}
	_, tr := o.published(t)
	s := tr.Items[0].Strata[0]
	if s.Size != 0 || s.Cut != strings.Repeat("0", 64) || len(s.Selected) != 0 ||
		len(s.Reserve) != 3 {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(string(tr.Marshal()), `"n":0,"reserve":["P.`) ||
		!strings.Contains(string(tr.Marshal()), `"selected":[]`) ||
		!strings.Contains(string(tr.Marshal()), `"tasks":[],"teams":[]`) {
		t.Errorf("%s", tr.Marshal())
	}
}

// TestBorderNobody: candidates of whom nobody is eligible, and no candidates at all. The files that
// are empty have the root H(""), the strata are [], and `excluded` has its three keys with zeros.
func TestBorderNobody(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for closed, excluded := range map[int]string{
		0: `"excluded":{"capped":0,"held":0,"inactive":0}`,
		2: `"excluded":{"capped":0,"held":0,"inactive":2}`,
	} {
		o := newOffice()
		for i := range closed {
			c := eligible(EntityID(fmt.Sprintf("P.%d", i)))
			c.Status = "closed"
			o.candidates = append(o.candidates, c)
		}
		plan, tr := o.published(t)
		text := string(plan.Marshal())
		for _, part := range []string{excluded, `"population_root":"` + empty, `"N":0,`,
			`"population_sha":"` + empty, `"strata":[]`, `"conflicts_sha":"` + empty,
			`"roster_sha":"` + empty} {
			if !strings.Contains(text, part) {
				t.Errorf("%d closed: no %s in %s", closed, part, text)
			}
		}
		if strings.Contains(text, `"candidates_sha":"`+empty) != (closed == 0) {
			t.Errorf("%d closed: candidates_sha in %s", closed, text)
		}
		if !strings.Contains(string(tr.Marshal()), `"items":[{"item":"SX-001","strata":[]}]`) {
			t.Errorf("%s", tr.Marshal())
		}
	}
}

// TestBorderSizes draws strata in which rounding, floors and ceilings meet (§4.1).
func TestBorderSizes(t *testing.T) {
	least := func(n int64) *int64 { return &n }
	for _, c := range []struct {
		what string
		n    int // candidates
		s    Stratum
		want int64
	}{
		{"the floor wins over a ceiling below one", 10, Stratum{Ratio: &Ratio{3, 100},
			Cap: &Ratio{5, 100}}, 1},
		{"exactly the ceiling", 20, Stratum{Ratio: &Ratio{5, 100}, Cap: &Ratio{5, 100}}, 1},
		{"one above a whole", 21, Stratum{Ratio: &Ratio{5, 100}, Cap: &Ratio{5, 100}}, 2},
		{"min above N is N", 4, Stratum{Ratio: &Ratio{1, 100}, Min: least(5)}, 4},
		{"min = N", 4, Stratum{Ratio: &Ratio{1, 100}, Min: least(4)}, 4},
		{"min = 0 is no floor", 4, Stratum{Ratio: &Ratio{0, 100}, Min: least(0)}, 0},
		// 7 % of 100 a year in 12 parts: part 1 is 0.58…, part 11 is 6.41…, each rounded up once.
		{"pace, first part", 9, Stratum{Pace: &Pace{7, 100, 1, 12, 100, 0}}, 1},
		{"pace, done after the ceil", 9, Stratum{Pace: &Pace{7, 100, 11, 12, 100, 6}}, 1},
		{"pace, nothing left to do", 9, Stratum{Pace: &Pace{7, 100, 11, 12, 100, 7}}, 0},
		{"pace, more done than due", 9, Stratum{Pace: &Pace{7, 100, 11, 12, 100, 99}}, 0},
		{"pace, more due than there are", 9, Stratum{Pace: &Pace{7, 10, 11, 12, 100, 0}}, 9},
		{"pace, last part is the ratio", 9, Stratum{Pace: &Pace{7, 100, 12, 12, 100, 0}}, 7},
		{"a census", 9, Stratum{All: true}, 9},
	} {
		o := newOffice()
		o.roster = crew(2)
		for i := range c.n {
			o.candidates = append(o.candidates, eligible(EntityID(fmt.Sprintf("P.%02d", i))))
		}
		files, plan, values := o.freeze(t)
		c.s.ID, c.s.N, c.s.Method = "A", int64(c.n), MethodSRS
		plan.Items[0].Strata[0] = c.s
		res := bundle(t, files, plan, values)
		s := res.Transcript.Items[0].Strata[0]
		if s.Size != c.want || int64(len(s.Selected)) != c.want ||
			int64(len(res.Tasks[0])) != c.want {
			t.Errorf("%s: n = %d, %d selected, want %d", c.what, s.Size, len(s.Selected), c.want)
		}
		if r := Verify(files, "", io.Discard); r.ExitCode() != ExitOK {
			t.Errorf("%s: %v", c.what, r)
		}
	}
}

// TestBorderReserve: a reserve ends where the stratum ends, and each stratum has its own.
func TestBorderReserve(t *testing.T) {
	for reserve, want := range map[int64]string{0: "0 0", 1: "1 1", 2: "2 2", 3: "3 2", 4: "3 2",
		maxCount: "3 2"} {
		o := newOffice()
		o.ratio, o.reserve, o.roster = Ratio{1, 10}, reserve, crew(2)
		for i := range 7 {
			c := eligible(EntityID(fmt.Sprintf("P.%d", i)))
			c.Class = string("AB"[i%2]) // 4 and 3, of each 1 is selected
			o.candidates = append(o.candidates, c)
		}
		_, tr := o.published(t)
		strata := tr.Items[0].Strata
		if have := fmt.Sprint(len(strata[0].Reserve), len(strata[1].Reserve)); have != want {
			t.Errorf("reserve %d: %s, want %s", reserve, have, want)
		}
	}
}

// TestBorderAreas: an area rule compares leading digits, and no more of them than it says.
func TestBorderAreas(t *testing.T) {
	for home, rules := range map[string]string{
		"330102": "any same2 same4 same6", "330102999999": "any same2 same4 same6",
		"330103": "any same2 same4", "330202": "any same2", "320102": "any",
	} {
		for _, rule := range []string{"any", "same2", "same4", "same6"} {
			o := newOffice()
			o.candidates, o.roster = []Candidate{eligible("P.1")}, crew(2)
			o.candidates[0].Area = "330102001"
			o.roster[0].Area, o.roster[1].Area = home, home
			files, plan, values := o.freeze(t)
			plan.Units[0].AreaRule = rule
			res := bundle(t, files, plan, values)
			legal := slices.Contains(strings.Fields(rules), rule)
			if (res.Transcript.Staffing[0].Shortage == nil) != legal {
				t.Errorf("%s at %s: %+v", home, rule, res.Transcript.Staffing[0])
			}
			if r := Verify(files, "", io.Discard); r.ExitCode() != ExitOK {
				t.Errorf("%s at %s: %v", home, rule, r)
			}
		}
	}
}

// TestBorderTeams: gates and caps at their last legal value. A team of k has at most k − 1 who may
// not lead; an inspector takes as many tasks as his cap and not one more.
func TestBorderTeams(t *testing.T) {
	for _, c := range []struct {
		what  string
		tasks int
		bend  func(r []RosterLine)
		short string // needed and available, "" if there are teams
	}{
		{"one of two may lead", 1, func(r []RosterLine) { r[0].Lead = false }, ""},
		{"nobody may lead", 1, func(r []RosterLine) { r[0].Lead, r[1].Lead = false, false }, "2 1"},
		{"caps that just suffice", 3, func(r []RosterLine) { r[0].Cap, r[1].Cap = 3, 3 }, ""},
		{"a cap one too small", 3, func(r []RosterLine) { r[0].Cap, r[1].Cap = 2, 3 }, "6 5"},
		{"a cap of 0", 1, func(r []RosterLine) { r[0].Cap = 0 }, "2 1"},
		{"a cap of 10^9", 3, func(r []RosterLine) { r[0].Cap = maxCount }, ""},
		{"a carry of 10^9", 3, func(r []RosterLine) { r[0].Carry = maxCount }, ""},
		{"another scope only", 1, func(r []RosterLine) { r[0].Scopes = []ItemID{"SX-0010"} }, "2 1"},
		{"no scope", 1, func(r []RosterLine) { r[0].Scopes = nil }, "2 1"},
		{"a scope more", 1, func(r []RosterLine) {
			r[0].Scopes = []ItemID{"SX-000", "SX-001", "SX-002"}
		}, ""},
		{"gated without a gate", 1, func(r []RosterLine) {
			r[0].Gated, r[1].Gated = true, true
		}, ""},
	} {
		o := newOffice()
		o.ratio, o.roster = Ratio{1, 1}, crew(2)
		for i := range c.tasks {
			o.candidates = append(o.candidates, eligible(EntityID(fmt.Sprintf("P.%d", i))))
		}
		c.bend(o.roster)
		_, tr := o.published(t)
		have := ""
		if s := tr.Staffing[0].Shortage; s != nil {
			have = fmt.Sprint(s.Needed, s.Available)
		}
		if have != c.short {
			t.Errorf("%s: %+v, want %q", c.what, tr.Staffing[0], c.short)
		}
	}
}
