package sampling

// This file is draw/1 §10, last paragraph: seats that become empty after a draw. A late recusal or
// illness (临时回避、因病) refills only the seat left; an entity that cannot be visited is replaced by
// the next of the reserve (递补), with a team of its own. Nothing else of the draw moves.
//
//	seed′ = H(seed + "|refill|" + unit + "|" + entity + "|" + n + "|" + value)
//
// with n = 1, 2, … counting the seats refilled in this draw and value a new public event. Of the
// eligible inspectors outside the team whom gates and cap allow, the one with the least
// carry + load takes the seat, then the smallest w with seed′ and R = 0, then the smallest id.
//
// An example, which TestRefillByHand repeats with commands: I0 falls ill and leaves P.04, where I1
// stays. Of the others I2, I3 and I4 carry 4 tasks with this draw, I5 five; so the smallest pair
// number of the three with the new seed decides, and the role hashes say who leads.
//
// Every refill depends on all before it, by n and by loads. So records form a list, and whoever
// checks or adds one repeats the list from its beginning; that costs reading the roster once.
//
// What §10 leaves open is settled like this, and is part of what VerifyRefills repeats. Who left a
// seat of an entity does not return to it. A task whose last item was replaced gives the seats of
// its team back, before the new team is filled. If the next of the reserve is a task of the unit
// already, by another item, the item joins that visit: no seat is filled, and its team must be
// eligible for the item as well.

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
)

// RefillRequest asks for a seat that an inspector left to be filled.
type RefillRequest struct {
	Unit   UnitID
	Entity EntityID
	Left   InspectorID // of the entity's present team
	Reason string      // a label: kin, declared, objected, illness, …
	Event  string      // a line: the new public event, as it was announced
	Value  string      // a line: its value
}

// ReplaceRequest asks for an entity to be replaced, for one item, by the next of the reserve.
type ReplaceRequest struct {
	Unit     UnitID
	Item     ItemID
	Replaces EntityID // selected for the item, or itself from the reserve
	Reason   string   // a label: closed, moved, absent, …
	Event    string   // a line: the new public event, as it was announced
	Value    string   // a line: its value
}

// VacancyError says that a seat cannot be filled: nobody is eligible, outside the team, and let in
// by gates and cap. Nothing has been filled then; rules are never relaxed.
type VacancyError struct {
	Unit   UnitID
	Entity EntityID
	N      int64 // the number that the refill would have had
}

// Error names the seat.
func (e *VacancyError) Error() string {
	return fmt.Sprintf("unit %s: %s: refill %d: nobody can take the seat", e.Unit, e.Entity, e.N)
}

// Refill fills the seat that an inspector left. Plan, files and transcript are those of a bundle
// that Verify accepts; earlier are all records of this draw so far, in their order, and are
// repeated first. The result is to be appended to them. Errors are *Error for a request or a record
// that is wrong, *VacancyError, *MissingError.
func Refill(plan *Plan, files fs.FS, t *Transcript, earlier []RefillRecord, req RefillRequest) (
	*RefillRecord, error) {
	r, err := repeatRefills(plan, files, t, earlier)
	if err != nil {
		return nil, err
	}
	return r.refill(req)
}

// Replace replaces an entity by the next of the reserve and gives it a team: every seat is filled
// like a refill, in the order n, n+1, …, all with one value. Otherwise as Refill. A unit whose
// tasks were given has no reserve here: who drew them replaces them.
func Replace(plan *Plan, files fs.FS, t *Transcript, earlier []RefillRecord, req ReplaceRequest) (
	*RefillRecord, error) {
	r, err := repeatRefills(plan, files, t, earlier)
	if err != nil {
		return nil, err
	}
	return r.replace(req)
}

// VerifyRefills repeats all records of a draw, in their order, from the files and the transcript of
// a bundle that Verify accepts. nil says that every one of them is what §10 gives for its request.
// Whether the values are those of the events, and the reasons true, no bundle can show.
func VerifyRefills(files fs.FS, t *Transcript, records []RefillRecord) error {
	plan, err := ParsePlan(t.Plan)
	if err != nil {
		return err
	}
	_, err = repeatRefills(plan, files, t, records)
	return err
}

// refills is the state of a draw after some refills.
type refills struct {
	plan   *Plan
	files  fs.FS
	t      *Transcript
	commit string
	next   int64 // n of the next refill
	units  map[UnitID]*refillUnit
	// drafted lists, by item, the entities of the reserve that are in use or were.
	drafted map[ItemID][]EntityID
}

// refillUnit is the present staffing of a unit.
type refillUnit struct {
	*drawnUnit
	teams map[EntityID][]InspectorID
	items map[EntityID][]ItemID // where they differ from the transcript
	load  map[InspectorID]int64
	left  map[EntityID][]InspectorID
}

// repeatRefills repeats records from the first on.
func repeatRefills(plan *Plan, files fs.FS, t *Transcript, records []RefillRecord) (
	*refills, error) {
	r := &refills{plan: plan, files: files, t: t, commit: plan.Commit(), next: 1,
		units: map[UnitID]*refillUnit{}, drafted: map[ItemID][]EntityID{}}
	for i := range records {
		x := &records[i]
		var again *RefillRecord
		var err error
		if x.Left != "" {
			again, err = r.refill(RefillRequest{x.Unit, x.Entity, x.Left, x.Reason, x.Event, x.Value})
		} else {
			again, err = r.replace(ReplaceRequest{x.Unit, x.Item, x.Replaces, x.Reason, x.Event,
				x.Value})
		}
		if err != nil {
			return nil, fmt.Errorf("refill record %d: %w", i+1, err)
		}
		if !bytes.Equal(again.Marshal(), x.Marshal()) {
			return nil, &Error{Check: CheckStaffing, File: NameRefill(i + 1), Rule: fmt.Sprintf(
				"refill record %d is not what its request gives: %s", i+1, again.Marshal())}
		}
	}
	return r, nil
}

// unit gives the present staffing of a unit. The first time it is that of the transcript; a unit
// with a shortage has none, and what it needs is an amended plan (§7), not a refill.
func (r *refills) unit(id UnitID) (*refillUnit, error) {
	if u := r.units[id]; u != nil {
		return u, nil
	}
	d, err := openDrawn(r.plan, r.files, r.t, id)
	if err != nil {
		return nil, err
	}
	s := d.staffing
	if s.Shortage != nil || len(s.Teams) != len(s.Tasks) {
		return nil, unknown(string(id), "the unit was not staffed: a shortage is no vacancy")
	}
	u := &refillUnit{drawnUnit: d, teams: map[EntityID][]InspectorID{},
		items: map[EntityID][]ItemID{}, load: map[InspectorID]int64{},
		left: map[EntityID][]InspectorID{}}
	for i, e := range s.Tasks {
		u.teams[e] = s.Teams[i]
		for _, id := range s.Teams[i] {
			u.load[id]++
		}
	}
	r.units[id] = u
	return u, nil
}

// checkWords checks the parts of a request that are somebody's word: the reason is only recorded,
// the value enters the seed as it is written, without what §1 keeps out of a line.
func checkWords(reason, event, value string) error {
	if !ValidLabel(reason) {
		return unknown(reason, "the reason is not a label")
	}
	for _, s := range []string{event, value} {
		if err := CheckLine(s); err != nil {
			return err
		}
	}
	return nil
}

// refill carries out a request.
func (r *refills) refill(req RefillRequest) (*RefillRecord, error) {
	if err := checkWords(req.Reason, req.Event, req.Value); err != nil {
		return nil, err
	}
	u, err := r.unit(req.Unit)
	if err != nil {
		return nil, err
	}
	team := u.teams[req.Entity]
	at := slices.Index(team, req.Left)
	if at < 0 {
		return nil, unknown(string(req.Left), "not on the present team of "+string(req.Entity))
	}
	task, err := u.present(req.Entity)
	if err != nil {
		return nil, err
	}
	rest := slices.Delete(slices.Clone(team), at, at+1)
	gone := append(slices.Clone(u.left[req.Entity]), req.Left)
	rec := &RefillRecord{Commit: r.commit, N: r.next, Unit: req.Unit, Entity: req.Entity,
		Left: req.Left, Reason: req.Reason, Event: req.Event, Value: req.Value}
	if err := r.fill(u, rec, task, rest, gone, 1); err != nil {
		return nil, err
	}
	u.load[req.Left]--
	u.left[req.Entity] = gone
	return rec, nil
}

// fill fills seats of a task whose team is team, none of them by somebody in gone, and completes
// the record. The state changes only if all are filled.
func (r *refills) fill(u *refillUnit, rec *RefillRecord, task Task, team, gone []InspectorID,
	seats int) error {
	var p *staffProblem
	for n := range int64(seats) {
		text := r.t.Seed + "|refill|" + string(u.unit.ID) + "|" + string(task.Entity) + "|" +
			strconv.FormatInt(r.next+n, 10) + "|" + rec.Value
		p = u.problem(task, suiteOf(r.plan).hex([]byte(text)))
		id, ok := u.choose(p, team, gone)
		if !ok {
			return &VacancyError{u.unit.ID, task.Entity, r.next + n}
		}
		rec.Seats = append(rec.Seats, RefillSeat{p.Seed, id})
		team = append(team, id)
	}
	rec.Team = p.roles(task.Entity, team)
	for _, s := range rec.Seats {
		u.load[s.Inspector]++
	}
	u.teams[task.Entity] = rec.Team
	r.next += int64(seats)
	return nil
}

// choose gives who takes an empty seat of the only task of p beside team: the least carry + load,
// then the smallest w, then the smallest id (§10). The families of all present members count, also
// of one who was eligible at the draw for items that have since been replaced. ok is false if
// nobody can.
func (u *refillUnit) choose(p *staffProblem, team, gone []InspectorID) (id InspectorID, ok bool) {
	g := newSeating(p)
	l := g.emptyLineup()
	for _, member := range team {
		j, _ := p.find(member)
		for f := int(g.class[j]) - 1; f >= 0; f = g.fams[f].outer {
			l.in[f][0]++
		}
	}
	open := l.spread(g, 0, 1)
	w := p.weights(g, 0)
	var year, least int64
	for q, j := range g.who {
		x := &p.Roster[j]
		load := u.load[x.ID]
		if open>>g.class[j]&1 == 0 || x.Cap != NoCap && load >= x.Cap ||
			slices.Contains(team, x.ID) || slices.Contains(gone, x.ID) {
			continue
		}
		// The roster ascends by id, so the first of equals has the smallest.
		if y := x.Carry + load; !ok || y < year || y == year && w[q] < least {
			id, year, least, ok = x.ID, y, w[q], true
		}
	}
	return id, ok
}
