package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const refillEvent = "快乐8 第2026310期，2026-11-16T21:30+08:00"

// refillOffice is the small office, drawn: 24 candidates, six inspectors I0 … I5 with carry 0 … 5,
// of whom I0, I1 and I2 may lead. Its teams are
//
//	P.01 [I2 I1]   P.04 [I1 I0]   P.05 [I0 I3]   P.08 [I0 I1]   P.14 [I0 I2]
//
// so that carry + load is 4 for all but I5, with 5.
func refillOffice(t testing.TB) (fstest.MapFS, *Plan, *Transcript) {
	t.Helper()
	files, plan, values := smallOffice().freeze(t)
	return files, plan, bundle(t, files, plan, values).Transcript
}

// illness asks for the seat of an inspector who fell ill.
func illness(entity EntityID, left InspectorID) RefillRequest {
	return RefillRequest{"HJBH", entity, left, "illness", refillEvent, "02,07,11"}
}

// closed asks for the replacement of an entity that closed down.
func closed(entity EntityID) ReplaceRequest {
	return ReplaceRequest{"HJBH", "SX-001", entity, "closed", refillEvent, "02,07,11"}
}

// TestRefillByHand repeats one refill with commands. I0 falls ill and leaves the team of P.04.
// Outside it are I2, I3 and I4 with carry + load = 4, and I5 with 5, whose hash does not matter:
//
//	SEED=798ad0042db7db0d8652cf39d3967ec1bb170b027380520575821ebb5c257a37
//	NEW=$(printf '%s|refill|HJBH|P.04|1|02,07,11' "$SEED" | sha256sum | cut -c 1-64)
//	echo $NEW         b1d5d7c65ca934efc3f1450536f8fed09679dad893e46c8d67ff417b90ccb8bc
//	printf '%s|asg-hjbh|0|P.04|I2' "$NEW" | sha256sum | cut -c 1-12     8aa8bea66ca7
//	printf '%s|asg-hjbh|0|P.04|I3' "$NEW" | sha256sum | cut -c 1-12     cd8b5ca2c7c3
//	printf '%s|asg-hjbh|0|P.04|I4' "$NEW" | sha256sum | cut -c 1-12     99ff0a1f7745
//	printf '%s|asg-hjbh|0|P.04|I5' "$NEW" | sha256sum | cut -c 1-12     857e3fe7999f
//	printf '%s|role|HJBH|P.04|I1' "$NEW" | sha256sum | cut -c 1-12      581df94cc147
//	printf '%s|role|HJBH|P.04|I2' "$NEW" | sha256sum | cut -c 1-12      ff6752262d3d
//
// I2 takes the seat; of the two, who both may lead, I1 has the smaller role hash.
func TestRefillByHand(t *testing.T) {
	files, plan, tr := refillOffice(t)
	rec, err := Refill(plan, files, tr, nil, illness("P.04", "I0"))
	if err != nil {
		t.Fatal(err)
	}
	want := &RefillRecord{Commit: plan.Commit(), N: 1, Unit: "HJBH", Entity: "P.04", Left: "I0",
		Reason: "illness", Event: refillEvent, Value: "02,07,11", Seats: []RefillSeat{{
			"b1d5d7c65ca934efc3f1450536f8fed09679dad893e46c8d67ff417b90ccb8bc", "I2"}},
		Team: []InspectorID{"I1", "I2"}}
	if !reflect.DeepEqual(rec, want) {
		t.Errorf("%+v\nwant %+v", rec, want)
	}
	bytesWanted := `{"commit":"` + plan.Commit() + `","entity":"P.04","event":"` + refillEvent +
		`","left":"I0","n":1,"reason":"illness","seats":[{"inspector":"I2","seed":` +
		`"b1d5d7c65ca934efc3f1450536f8fed09679dad893e46c8d67ff417b90ccb8bc"}],` +
		`"team":["I1","I2"],"unit":"HJBH","value":"02,07,11"}`
	if got := string(rec.Marshal()); got != bytesWanted {
		t.Errorf("%s\n%s", got, bytesWanted)
	}
}

// TestRefillTwice counts on: loads with the first refill, n, and nobody returns to a seat he left.
func TestRefillTwice(t *testing.T) {
	files, plan, tr := refillOffice(t)
	var records []RefillRecord
	gone := []InspectorID{}
	team := slices.Clone(tr.Staffing[0].Teams[1])
	for n := int64(1); n <= 4; n++ {
		// Always the newest of the team leaves; I1 stays, so that somebody leads.
		left := team[0]
		if left == "I1" {
			left = team[1]
		}
		rec, err := Refill(plan, files, tr, records, illness("P.04", left))
		if err != nil {
			t.Fatal(err)
		}
		gone = append(gone, left)
		took := rec.Seats[0].Inspector
		if rec.N != n || slices.Contains(gone, took) || !slices.Contains(rec.Team, "I1") {
			t.Errorf("refill %d: %+v", n, rec)
		}
		seed := slowHash("sha256", fmt.Sprintf("%s|refill|HJBH|P.04|%d|02,07,11", tr.Seed, n))
		if rec.Seats[0].Seed != seed {
			t.Errorf("refill %d: seed %s, want %s", n, rec.Seats[0].Seed, seed)
		}
		team = rec.Team
		records = append(records, *rec)
	}
	if err := VerifyRefills(files, tr, records); err != nil {
		t.Error(err)
	}
	// I0 and three others have left; one is still there to come, then nobody.
	_, err := Refill(plan, files, tr, records, illness("P.04", team[1]))
	var v *VacancyError
	if !errors.As(err, &v) || v.N != 5 || v.Entity != "P.04" || !strings.Contains(err.Error(),
		"nobody can take the seat") {
		t.Errorf("the sixth: %v", err)
	}
}

// TestRefillGates keeps the lead family's limit: when the only one who may lead leaves, only
// another such can come, however much he carries.
func TestRefillGates(t *testing.T) {
	files, plan, tr := refillOffice(t)
	rec, err := Refill(plan, files, tr, nil, illness("P.05", "I0"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains([]InspectorID{"I1", "I2"}, rec.Team[0]) || rec.Team[1] != "I3" {
		t.Errorf("%+v", rec)
	}
	// P.01 bars I0, P.02 bars I1.
	rec, err = Refill(plan, files, tr, nil, illness("P.01", "I2"))
	if err != nil || slices.Contains(rec.Team, "I0") {
		t.Errorf("%+v, %v", rec, err)
	}
}

// TestRefillCaps leaves out who has reached his cap, refills counted.
func TestRefillCaps(t *testing.T) {
	o := smallOffice()
	for j := 2; j < 6; j++ {
		o.roster[j].Cap = 3
	}
	files, plan, values := o.freeze(t)
	tr := bundle(t, files, plan, values).Transcript
	var records []RefillRecord
	for range 12 {
		e := tr.Staffing[0].Tasks[len(records)%5]
		req := RefillRequest{"HJBH", e, "", "illness", refillEvent, "1"}
		r, err := repeatRefills(plan, files, tr, records)
		if err != nil {
			t.Fatal(err)
		}
		u, err := r.unit("HJBH")
		if err != nil {
			t.Fatal(err)
		}
		req.Left = u.teams[e][1]
		rec, err := Refill(plan, files, tr, records, req)
		var v *VacancyError
		if errors.As(err, &v) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, *rec)
	}
	r, err := repeatRefills(plan, files, tr, records)
	if err != nil {
		t.Fatal(err)
	}
	u := r.units["HJBH"]
	sum := int64(0)
	for j := range o.roster {
		n := u.load[o.roster[j].ID]
		sum += n
		if c := o.roster[j].Cap; n < 0 || c != NoCap && n > c {
			t.Errorf("%s has %d tasks, cap %d", o.roster[j].ID, n, c)
		}
	}
	if sum != 10 || len(records) < 3 {
		t.Errorf("%d seats after %d refills", sum, len(records))
	}
}

// TestReplace takes the next of the reserve, fills every seat with its own n, and gives the seats of
// the replaced entity back.
func TestReplace(t *testing.T) {
	files, plan, tr := refillOffice(t)
	s := &tr.Items[0].Strata[0]
	if len(s.Selected) == 0 || len(s.Reserve) != 2 {
		t.Fatalf("%+v", s)
	}
	var records []RefillRecord
	for n, e := range s.Reserve {
		// First the selected one, then its replacement too.
		out := s.Selected[0]
		if n > 0 {
			out = s.Reserve[n-1]
		}
		rec, err := Replace(plan, files, tr, records, closed(out))
		if err != nil {
			t.Fatal(err)
		}
		if rec.Entity != e || rec.Replaces != out || rec.N != int64(2*n+1) || len(rec.Seats) != 2 ||
			len(rec.Team) != 2 || rec.Team[0] == rec.Team[1] {
			t.Errorf("%d: %+v", n, rec)
		}
		for x := range rec.Seats {
			seed := slowHash("sha256", fmt.Sprintf("%s|refill|HJBH|%s|%d|02,07,11", tr.Seed, e,
				2*n+1+x))
			if rec.Seats[x].Seed != seed {
				t.Errorf("%d: seed %s, want %s", n, rec.Seats[x].Seed, seed)
			}
		}
		p := blankProblem(0, 0, 2)
		p.Unit, p.Seed = "HJBH", rec.Seats[1].Seed
		p.Roster = smallOffice().roster
		if want := p.roles(e, rec.Team); !slices.Equal(rec.Team, want) {
			t.Errorf("roles %v, want %v", rec.Team, want)
		}
		records = append(records, *rec)
	}
	if err := VerifyRefills(files, tr, records); err != nil {
		t.Error(err)
	}
	r, err := repeatRefills(plan, files, tr, records)
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for j := range 6 {
		sum += r.units["HJBH"].load[InspectorID(fmt.Sprintf("I%d", j))]
	}
	if sum != 10 || len(r.units["HJBH"].teams) != 5 {
		t.Errorf("%d seats, %d teams", sum, len(r.units["HJBH"].teams))
	}
	_, err = Replace(plan, files, tr, records, closed(s.Reserve[1]))
	if err == nil || !strings.Contains(err.Error(), "used up") {
		t.Errorf("a third: %v", err)
	}
	// A team of the replacement can be refilled like any other.
	rec, err := Refill(plan, files, tr, records, illness(s.Reserve[1], records[1].Team[1]))
	if err != nil || rec.N != 5 {
		t.Errorf("%+v, %v", rec, err)
	}
	for _, gone := range []EntityID{s.Selected[0], s.Reserve[0]} {
		if _, err := Refill(plan, files, tr, records, illness(gone, "I0")); err == nil {
			t.Errorf("%s has no team any more", gone)
		}
		if _, err := Replace(plan, files, tr, records, closed(gone)); err == nil {
			t.Errorf("%s was replaced already", gone)
		}
	}
}

// TestReplaceSharedVisit replaces an entity by one that is a task of the unit already: the item
// joins its visit.
func TestReplaceSharedVisit(t *testing.T) {
	files, plan, tr := drawnVector(t, "shared-label-two-items")
	unit := plan.Units[0].ID
	joined, filled := 0, 0
	for i := range tr.Items {
		for k := range tr.Items[i].Strata {
			s := &tr.Items[i].Strata[k]
			for _, out := range s.Selected {
				req := ReplaceRequest{unit, tr.Items[i].Item, out, "moved", refillEvent, "1"}
				rec, err := Replace(plan, files, tr, nil, req)
				var v *VacancyError
				var e *Error
				if errors.As(err, &v) || errors.As(err, &e) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				_, visited := slices.BinarySearch(tr.Staffing[0].Tasks, rec.Entity)
				if visited != (len(rec.Seats) == 0) || int64(len(rec.Team)) != plan.Units[0].Seats {
					t.Errorf("%+v", rec)
				}
				if err := VerifyRefills(files, tr, []RefillRecord{*rec}); err != nil {
					t.Error(err)
				}
				if visited {
					joined++
				} else {
					filled++
				}
			}
		}
	}
	if filled == 0 || joined == 0 {
		t.Errorf("%d joined, %d filled", joined, filled)
	}
}

// TestRefillRefuses asks for what cannot be: nothing is filled.
func TestRefillRefuses(t *testing.T) {
	files, plan, tr := refillOffice(t)
	good := illness("P.04", "I0")
	for name, change := range map[string]func(r *RefillRequest){
		"unit":      func(r *RefillRequest) { r.Unit = "X" },
		"entity":    func(r *RefillRequest) { r.Entity = "P.99" },
		"inspector": func(r *RefillRequest) { r.Left = "I5" },
		"reason":    func(r *RefillRequest) { r.Reason = "Flu" },
		"event":     func(r *RefillRequest) { r.Event = "" },
		"value":     func(r *RefillRequest) { r.Value = "1\n2" },
	} {
		req := good
		change(&req)
		var e *Error
		if rec, err := Refill(plan, files, tr, nil, req); rec != nil || !errors.As(err, &e) {
			t.Errorf("%s: %+v, %v", name, rec, err)
		}
	}
	for name, change := range map[string]func(r *ReplaceRequest){
		"unit":   func(r *ReplaceRequest) { r.Unit = "X" },
		"item":   func(r *ReplaceRequest) { r.Item = "SX-009" },
		"entity": func(r *ReplaceRequest) { r.Replaces = "P.00" },
		"reason": func(r *ReplaceRequest) { r.Reason = "" },
	} {
		req := closed(tr.Staffing[0].Tasks[0])
		change(&req)
		var e *Error
		if rec, err := Replace(plan, files, tr, nil, req); rec != nil || !errors.As(err, &e) {
			t.Errorf("replace: %s: %+v, %v", name, rec, err)
		}
	}
	given, res := givenBundle(t)
	givenPlan, err := ParsePlan(res.Transcript.Plan)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Replace(givenPlan, given, res.Transcript, nil, ReplaceRequest{"ZZ", "A", "P.02",
		"closed", refillEvent, "1"})
	if err == nil || !strings.Contains(err.Error(), "who drew them") {
		t.Errorf("given tasks: %v", err)
	}
	team := res.Transcript.Staffing[0].Teams[0]
	if _, err = Refill(givenPlan, given, res.Transcript, nil, RefillRequest{"ZZ", "P.02", team[0],
		"kin", refillEvent, "1"}); err != nil {
		t.Errorf("a seat of a given task: %v", err)
	}
	short, shortPlan, shortTr := drawnVector(t, "infeasible")
	_, err = Refill(shortPlan, short, shortTr, nil, RefillRequest{shortPlan.Units[0].ID,
		shortTr.Items[0].Strata[0].Selected[0], "I00003", "kin", refillEvent, "1"})
	if err == nil || !strings.Contains(err.Error(), "no vacancy") {
		t.Errorf("a unit with a shortage: %v", err)
	}
}

// TestReplaceNothingHalfDone leaves the state alone when a team cannot be filled.
func TestReplaceNothingHalfDone(t *testing.T) {
	o := smallOffice()
	files, plan, values := o.freeze(t)
	tr := bundle(t, files, plan, values).Transcript
	r, err := repeatRefills(plan, files, tr, nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := r.unit("HJBH")
	if err != nil {
		t.Fatal(err)
	}
	out := tr.Items[0].Strata[0].Selected[0]
	for j := range u.read.roster {
		u.read.roster[j].Cap = 0
	}
	load, teams := fmt.Sprint(u.load), fmt.Sprint(u.teams)
	var v *VacancyError
	if _, err := r.replace(closed(out)); !errors.As(err, &v) {
		t.Fatal(err)
	}
	if fmt.Sprint(u.load) != load || fmt.Sprint(u.teams) != teams || r.next != 1 ||
		len(u.items) != 0 || len(r.drafted) != 0 {
		t.Errorf("%v, %v, %+v", u.load, u.teams, r)
	}
}

// TestVerifyRefills changes every field of a chain of records in turn.
func TestVerifyRefills(t *testing.T) {
	files, plan, tr := refillOffice(t)
	first, err := Replace(plan, files, tr, nil, closed(tr.Items[0].Strata[0].Selected[0]))
	if err != nil {
		t.Fatal(err)
	}
	second, err := Refill(plan, files, tr, []RefillRecord{*first}, illness("P.05", "I3"))
	if err != nil {
		t.Fatal(err)
	}
	if err := VerifyRefills(files, tr, []RefillRecord{*first, *second}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(a, b *RefillRecord){
		"commit":    func(_, b *RefillRecord) { b.Commit = hexZeros },
		"n":         func(_, b *RefillRecord) { b.N++ },
		"value":     func(_, b *RefillRecord) { b.Value += "1" },
		"seed":      func(a, _ *RefillRecord) { a.Seats[0].Seed = hexZeros },
		"who":       func(_, b *RefillRecord) { b.Seats[0].Inspector = "I5" },
		"team":      func(a, _ *RefillRecord) { slices.Reverse(a.Team) },
		"left":      func(_, b *RefillRecord) { b.Left = "I0" },
		"replaces":  func(a, _ *RefillRecord) { a.Replaces = "P.02" },
		"entity":    func(a, _ *RefillRecord) { a.Entity = "P.02" },
		"unit":      func(a, _ *RefillRecord) { a.Unit = "X" },
		"reason":    func(a, _ *RefillRecord) { a.Reason = "" },
		"seat more": func(_, b *RefillRecord) { b.Seats = append(b.Seats, b.Seats[0]) },
		"order":     func(a, b *RefillRecord) { *a, *b = *b, *a },
	} {
		a, b := cloneRecord(first), cloneRecord(second)
		change(a, b)
		if err := VerifyRefills(files, tr, []RefillRecord{*a, *b}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := VerifyRefills(files, tr, []RefillRecord{*second}); err == nil {
		t.Error("a record left out is not noticed")
	}
}

// cloneRecord copies a record so that a test may change the copy.
func cloneRecord(r *RefillRecord) *RefillRecord {
	c := *r
	c.Seats, c.Team = slices.Clone(r.Seats), slices.Clone(r.Team)
	return &c
}

// TestRefillRecordRoundTrip parses what Marshal writes, and refuses what it would not write.
func TestRefillRecordRoundTrip(t *testing.T) {
	files, plan, tr := refillOffice(t)
	a, err := Refill(plan, files, tr, nil, illness("P.04", "I0"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Replace(plan, files, tr, nil, closed(tr.Items[0].Strata[0].Selected[0]))
	if err != nil {
		t.Fatal(err)
	}
	joined := *b
	joined.Seats = []RefillSeat{}
	for _, r := range []*RefillRecord{a, b, &joined} {
		text := r.Marshal()
		got, err := ParseRefillRecord(text)
		if err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%+v, %v\nwant %+v", got, err, r)
		}
	}
	text := string(a.Marshal())
	for name, bad := range map[string]string{
		"empty":      "",
		"white":      text + "\n",
		"no object":  "[]",
		"both kinds": strings.Replace(text, `"left"`, `"item":"SX-001","left"`, 1),
		"no kind":    strings.Replace(text, `"left":"I0",`, "", 1),
		"no seat":    strings.Replace(text, `"inspector":"I2",`, "", 1),
		"n zero":     strings.Replace(text, `"n":1`, `"n":0`, 1),
		"n text":     strings.Replace(text, `"n":1`, `"n":"1"`, 1),
		"team":       strings.Replace(text, `["I1"`, `["i 1"`, 1),
		"entity":     strings.Replace(text, `"P.04"`, `"P04"`, 1),
		"commit":     strings.Replace(text, a.Commit, a.Commit[1:], 1),
		"key more":   strings.Replace(text, `"unit"`, `"to":1,"unit"`, 1),
	} {
		var e *Error
		if r, err := ParseRefillRecord([]byte(bad)); r != nil || !errors.As(err, &e) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if NameRefill(12) != "refills/12.json" {
		t.Error(NameRefill(12))
	}
}

// FuzzRefillRecord: what is read is written as the same bytes, and nothing panics.
func FuzzRefillRecord(f *testing.F) {
	r := RefillRecord{Commit: hexZeros, N: 7, Unit: "U", Entity: "P.1", Left: "I1", Reason: "kin",
		Event: "e", Value: "v", Seats: []RefillSeat{{hexZeros, "I2"}}, Team: []InspectorID{"I2"}}
	f.Add(r.Marshal())
	r.Left, r.Item, r.Replaces = "", "X", "P.2"
	f.Add(r.Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := ParseRefillRecord(b); err == nil && !bytes.Equal(r.Marshal(), b) {
			t.Errorf("%s\n%s", b, r.Marshal())
		}
	})
}

// TestRefillSuite uses the suite of the plan for seed′, pair numbers and roles.
func TestRefillSuite(t *testing.T) {
	files, plan, tr := drawnVector(t, "sm3")
	if plan.Hash != HashSM3 {
		t.Fatal(plan.Hash)
	}
	s := &tr.Staffing[0]
	rec, err := Refill(plan, files, tr, nil, RefillRequest{s.Unit, s.Tasks[0],
		s.Teams[0][1], "kin", refillEvent, "9"})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%s|refill|%s|%s|1|9", tr.Seed, s.Unit, s.Tasks[0])
	if want := slowHash("sm3", text); rec.Seats[0].Seed != want {
		t.Errorf("%s, want %s", rec.Seats[0].Seed, want)
	}
}
