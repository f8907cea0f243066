package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"
)

// textDraw is the last paragraph of draw/1 §10 a second time, over the columns of a unit's files:
// who is where after some refills.
type textDraw struct {
	*textUnit
	tr      *Transcript
	n       int64 // number of the next seat
	teams   map[string][]string
	items   map[string][]string // of every entity that has a team
	load    map[string]int64
	left    map[string]map[string]bool // by entity
	drafted map[string]bool            // item TAB entity
}

// newTextDraw begins with the staffing of the transcript.
func newTextDraw(t *testing.T, files fs.FS, tr *Transcript) *textDraw {
	t.Helper()
	d := &textDraw{textUnit: textUnits(t, files, tr)[0], tr: tr, n: 1, teams: map[string][]string{},
		items: map[string][]string{}, load: map[string]int64{}, left: map[string]map[string]bool{},
		drafted: map[string]bool{}}
	for i, task := range d.tasks {
		d.items[task.entity] = task.items
		for _, id := range tr.Staffing[0].Teams[i] {
			d.teams[task.entity] = append(d.teams[task.entity], string(id))
			d.load[string(id)]++
		}
	}
	return d
}

// line finds a line of the roster.
func (d *textDraw) line(id string) []string {
	return d.roster[slices.IndexFunc(d.roster, func(l []string) bool { return l[0] == id })]
}

// lines gives the lines of a team, and of somebody more.
func (d *textDraw) lines(team []string, more ...string) (lines [][]string) {
	for _, id := range slices.Concat(team, more) {
		lines = append(lines, d.line(id))
	}
	return lines
}

// seat fills one seat: who has the least carry + load, then the smallest w, then the smallest id.
func (d *textDraw) seat(seed, entity string, items, team []string, gone map[string]bool) string {
	best, bestYear, bestNumber := "", int64(0), int64(0)
	for _, l := range d.roster {
		limit := columnInt(l[7])
		if !d.eligible(l, entity, items) || slices.Contains(team, l[0]) || gone[l[0]] ||
			limit >= 0 && d.load[l[0]] >= limit || !d.allowed(d.lines(team, l[0])) {
			continue
		}
		year, number := columnInt(l[6])+d.load[l[0]], d.number(seed, "0", entity, l[0])
		if best == "" || year < bestYear || year == bestYear && number < bestNumber {
			best, bestYear, bestNumber = l[0], year, number
		}
	}
	return best
}

// fill fills seats one after the other; false, with nothing changed, if nobody can take one.
func (d *textDraw) fill(rec *RefillRecord, items, team []string, gone map[string]bool,
	seats int) bool {
	entity, seed := string(rec.Entity), ""
	for x := range seats {
		seed = slowHash(d.hash, fmt.Sprintf("%s|refill|%s|%s|%d|%s", d.seed, d.Unit, entity,
			d.n+int64(x), rec.Value))
		who := d.seat(seed, entity, items, team, gone)
		if who == "" {
			return false
		}
		team = append(slices.Clone(team), who)
		rec.Seats = append(rec.Seats, RefillSeat{seed, InspectorID(who)})
	}
	rec.Team = d.roles(seed, entity, d.lines(team))
	for _, s := range rec.Seats {
		d.load[string(s.Inspector)]++
	}
	d.n += int64(seats)
	d.teams[entity], d.items[entity] = typedTexts(rec.Team), items
	return true
}

// typedTexts gives ids as texts.
func typedTexts(ids []InspectorID) (list []string) {
	for _, id := range ids {
		list = append(list, string(id))
	}
	return list
}

// refill is a seat left by somebody; nil for a vacancy.
func (d *textDraw) refill(commit string, req RefillRequest) *RefillRecord {
	entity, left := string(req.Entity), string(req.Left)
	rec := &RefillRecord{Commit: commit, N: d.n, Unit: req.Unit, Entity: req.Entity, Left: req.Left,
		Reason: req.Reason, Event: req.Event, Value: req.Value}
	gone := map[string]bool{left: true}
	maps.Copy(gone, d.left[entity])
	stays := slices.Clone(d.teams[entity])
	at := slices.Index(stays, left)
	rest := slices.Delete(stays, at, at+1)
	if !d.fill(rec, d.items[entity], rest, gone, 1) {
		return nil
	}
	d.load[left]--
	d.left[entity] = gone
	return rec
}

// replace is an entity replaced for an item. refused says that the reserve is used up, or that a
// team cannot take the item; nil without refused is a vacancy.
func (d *textDraw) replace(commit string, req ReplaceRequest) (rec *RefillRecord, refused bool) {
	item, out, in := string(req.Item), string(req.Replaces), ""
	for _, it := range d.tr.Items {
		for _, s := range it.Strata {
			if it.Item != req.Item || !slices.Contains(s.Selected, req.Replaces) &&
				!slices.Contains(s.Reserve, req.Replaces) {
				continue
			}
			for _, e := range slices.Backward(s.Reserve) {
				if !d.drafted[item+"\t"+string(e)] {
					in = string(e)
				}
			}
		}
	}
	if in == "" {
		return nil, true
	}
	rec = &RefillRecord{Commit: commit, N: d.n, Unit: req.Unit, Entity: EntityID(in), Item: req.Item,
		Replaces: req.Replaces, Reason: req.Reason, Event: req.Event, Value: req.Value,
		Seats: []RefillSeat{}}
	rest := slices.DeleteFunc(slices.Clone(d.items[out]), func(i string) bool { return i == item })
	loads := maps.Clone(d.load)
	if len(rest) == 0 {
		for _, id := range d.teams[out] {
			d.load[id]--
		}
	}
	if team := d.teams[in]; team != nil {
		items := slices.Sorted(slices.Values(append(slices.Clone(d.items[in]), item)))
		for _, id := range team {
			if !d.eligible(d.line(id), in, items) {
				d.load = loads
				return nil, true
			}
		}
		d.items[in] = items
		for _, id := range team {
			rec.Team = append(rec.Team, InspectorID(id))
		}
	} else if !d.fill(rec, []string{item}, nil, d.left[in], d.Seats) {
		d.load = loads
		return nil, false
	}
	d.items[out] = rest
	if len(rest) == 0 {
		delete(d.teams, out)
	}
	d.drafted[item+"\t"+in] = true
	return rec, false
}

// refillCounts says what random chains met.
type refillCounts struct{ refills, replaced, joined, vacant, refused int }

// randomChain asks for up to `wishes` refills and replacements of a bundle, compares every answer
// with the reference and gives the records.
func randomChain(t *testing.T, r *rand.Rand, files fs.FS, plan *Plan, tr *Transcript, wishes int,
	n *refillCounts) (records []RefillRecord) {
	t.Helper()
	d := newTextDraw(t, files, tr)
	for x := range wishes {
		entities := slices.Sorted(maps.Keys(d.teams))
		entity := entities[r.IntN(len(entities))]
		value := fmt.Sprintf("%02d,%d", x, r.IntN(100))
		var rec, want *RefillRecord
		var err error
		refused := false
		if r.IntN(3) > 0 {
			req := RefillRequest{UnitID(d.Unit), EntityID(entity),
				InspectorID(d.teams[entity][r.IntN(d.Seats)]), "illness", refillEvent, value}
			rec, err = Refill(plan, files, tr, records, req)
			want = d.refill(plan.Commit(), req)
		} else {
			item := d.items[entity][r.IntN(len(d.items[entity]))]
			req := ReplaceRequest{UnitID(d.Unit), ItemID(item), EntityID(entity), "closed", refillEvent,
				value}
			rec, err = Replace(plan, files, tr, records, req)
			want, refused = d.replace(plan.Commit(), req)
		}
		var vacancy *VacancyError
		var wrong *Error
		switch {
		case want != nil:
			if err != nil || !reflect.DeepEqual(rec, want) {
				t.Fatalf("wish %d: %+v, %v\nwant %+v", x, rec, err, want)
			}
			records = append(records, *rec)
			switch {
			case rec.Left != "":
				n.refills++
			case len(rec.Seats) > 0:
				n.replaced++
			default:
				n.joined++
			}
		case refused:
			n.refused++
			if rec != nil || !errors.As(err, &wrong) {
				t.Fatalf("wish %d: %+v, %v, want a refusal", x, rec, err)
			}
		default:
			n.vacant++
			if rec != nil || !errors.As(err, &vacancy) || vacancy.N < d.n ||
				vacancy.N >= d.n+int64(d.Seats) || string(vacancy.Unit) != d.Unit {
				t.Fatalf("wish %d: %+v, %v, want a vacancy from %d on", x, rec, err, d.n)
			}
		}
	}
	return records
}

// reservedOffice is a restricted office with a reserve in every stratum that was staffed; nil for a
// shortage.
func reservedOffice(t *testing.T, seed uint64) (fs.FS, *Plan, *Transcript) {
	t.Helper()
	files, plan := restrictedOffice(t, rng(seed))
	for i := range plan.Items {
		plan.Items[i].Reserve = 1 + int64(seed%3)
	}
	res := bundle(t, files, plan, []EntropyValue{{"w", strconv.FormatUint(seed, 10)},
		{"d", "0123456789abcdef"}})
	if res.Transcript.Staffing[0].Shortage != nil || len(res.Tasks[0]) == 0 {
		return nil, nil, nil
	}
	return files, plan, res.Transcript
}

// TestReferenceRefills walks random chains of refills and replacements through offices with gates,
// caps, areas, recusals and two items, beside the reference.
func TestReferenceRefills(t *testing.T) {
	t.Parallel()
	var n refillCounts
	offices, longest := 0, 0
	for seed := range uint64(60) {
		files, plan, tr := reservedOffice(t, seed)
		if tr == nil {
			continue
		}
		offices++
		records := randomChain(t, rng(3000+seed), files, plan, tr, 12, &n)
		longest = max(longest, len(records))
		if err := VerifyRefills(files, tr, records); err != nil {
			t.Errorf("office %d: %v", seed, err)
		}
		if len(records) > 1 {
			if err := VerifyRefills(files, tr, records[1:]); err == nil {
				t.Errorf("office %d: a chain without its first record is accepted", seed)
			}
			if err := VerifyRefills(files, tr, append(records, records[0])); err == nil {
				t.Errorf("office %d: a record twice is accepted", seed)
			}
		}
	}
	if offices < 15 || longest < 8 || n.refills < 60 || n.replaced < 15 || n.joined < 1 ||
		n.vacant < 10 || n.refused < 5 {
		t.Errorf("%d offices, chains up to %d: %+v", offices, longest, n)
	}
}

// TestReferenceTamperedRefills changes one value of one record of a chain. Only what is somebody's
// word (reason and event, and the value where no seat was drawn with it) can be another one.
func TestReferenceTamperedRefills(t *testing.T) {
	t.Parallel()
	r := rng(4000)
	unread, read, word := 0, 0, 0
	for seed := uint64(0); seed < 12; seed++ {
		files, plan, tr := reservedOffice(t, seed)
		if tr == nil {
			continue
		}
		records := randomChain(t, rng(3000+seed), files, plan, tr, 5, new(refillCounts))
		for i := range records {
			good := records[i].Marshal()
			document, err := parseJSON(good)
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range jsonPaths(document, "", nil) {
				for range 2 {
					value := otherValue(r)
					if r.IntN(2) == 0 {
						value = []any{"illness2", "I03", "SX-1", "R.00003", "U0", int64(i + 2)}[r.IntN(6)]
					}
					forged := edit(t, good, path, value)
					if bytes.Equal(forged, good) {
						continue
					}
					rec, err := ParseRefillRecord(forged)
					if err != nil {
						unread++
						continue
					}
					chain := slices.Clone(records)
					chain[i] = *rec
					err = VerifyRefills(files, tr, chain)
					free := path == "reason" || path == "event" ||
						path == "value" && len(rec.Seats) == 0
					if free != (err == nil) {
						t.Errorf("office %d, record %d, %s = %v: %v", seed, i+1, path, value, err)
					}
					if free {
						word++
					} else {
						read++
					}
				}
			}
		}
	}
	if unread < 100 || read < 100 || word < 10 {
		t.Errorf("%d not read, %d refused, %d words", unread, read, word)
	}
}
