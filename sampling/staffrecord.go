package sampling

// This file is the record of a refill or a replacement: canonical JSON (§1), to be logged and kept
// in the bundle as refills/1.json, refills/2.json, … in the order in which they were made.
//
//	{"commit": …, "entity": …, "event": …, "left": …, "n": 1, "reason": …,
//	 "seats": [{"inspector": …, "seed": …}…], "team": [lead, member…], "unit": …, "value": …}
//
// A replacement has `item` and `replaces` in the place of `left`.

import "strconv"

// A record repeats its request in full, so that VerifyRefills needs nothing beside records, files
// and transcript. That one was left out at the end only the log can show, as of a transcript.

// RefillRecord says how empty seats were filled after the draw.
type RefillRecord struct {
	// Commit: hex H(J(plan)) of the draw.
	Commit string
	// N: number of the first seat filled here; seats of a draw are counted from 1. Without seats,
	// the number that the next will have.
	N    int64
	Unit UnitID
	// Entity: whose team it is.
	Entity EntityID
	// Left: the inspector whose seat was refilled; empty for a replacement.
	Left InspectorID
	// Item and Replaces: for which item and which entity Entity was taken from the reserve.
	Item     ItemID
	Replaces EntityID
	// Reason: a label.
	Reason string
	// Event and Value: lines.
	Event, Value string
	// Seats: filled in this order, numbers N, N+1, …
	Seats []RefillSeat
	// Team: the whole team afterwards, in the order of roles, the lead first.
	Team []InspectorID
}

// RefillSeat is a seat with its seed′ in hex and who took it.
type RefillSeat struct {
	Seed      string
	Inspector InspectorID
}

// NameRefill gives the name of a draw's k-th record in its bundle, k = 1, 2, … A record without
// seats shares N with the next, so names count records and not seats.
func NameRefill(k int) string { return "refills/" + strconv.Itoa(k) + ".json" }

// Marshal gives J(record).
func (r *RefillRecord) Marshal() []byte {
	seats := []any{}
	for _, s := range r.Seats {
		seats = append(seats, object{{"inspector", string(s.Inspector)}, {"seed", s.Seed}})
	}
	o := object{{"commit", r.Commit}, {"n", r.N}, {"unit", string(r.Unit)},
		{"entity", string(r.Entity)}, {"reason", r.Reason}, {"event", r.Event},
		{"value", r.Value}, {"seats", seats}, {"team", texts(r.Team)}}
	if r.Left != "" {
		o = append(o, member{"left", string(r.Left)})
	} else {
		o = append(o, member{"item", string(r.Item)}, member{"replaces", string(r.Replaces)})
	}
	return appendJSON(nil, o)
}

// ParseRefillRecord reads a record: canonical JSON with these keys, of these types and patterns.
// Whether it is true is for VerifyRefills. Errors are *Error.
func ParseRefillRecord(b []byte) (*RefillRecord, error) {
	const name = "refill.json"
	v, err := parseDocument(name, b)
	if err != nil {
		return nil, err
	}
	d := &decoder{file: name, check: CheckStaffing}
	f := d.object("", v)
	r := &RefillRecord{Commit: f.digest("commit"), N: f.integer("n", 1, maxInteger),
		Unit: UnitID(f.identifier("unit")), Entity: EntityID(f.entity("entity")),
		Reason: f.label("reason"), Event: f.line("event"), Value: f.line("value"),
		Seats: []RefillSeat{}, Team: []InspectorID{}}
	kind := []string{"left"}
	if f.o.find("left") {
		r.Left = InspectorID(f.identifier("left"))
	} else {
		kind = []string{"item", "replaces"}
		r.Item, r.Replaces = ItemID(f.identifier("item")), EntityID(f.entity("replaces"))
	}
	for i, v := range d.list("seats", f.required("seats")) {
		s := d.object(at("seats", i), v)
		r.Seats = append(r.Seats,
			RefillSeat{s.digest("seed"), InspectorID(s.identifier("inspector"))})
		s.done("inspector", "seed")
	}
	for i, v := range d.list("team", f.required("team")) {
		id := d.text(at("team", i), v)
		if !ValidIdentifier(id) {
			d.fail(at("team", i), id, "not an identifier")
		}
		r.Team = append(r.Team, InspectorID(id))
	}
	f.done(append(kind, "commit", "n", "unit", "entity", "reason", "event", "value", "seats",
		"team")...)
	if d.err != nil {
		return nil, d.err
	}
	return r, nil
}

// entity gives an entity identifier.
func (f *fields) entity(key string) string {
	return f.match(key, validEntityID, "not an entity identifier")
}

// find reports, without asking for it as fields do, whether the object has a key.
func (o object) find(key string) bool {
	for _, m := range o {
		if m.key == key {
			return true
		}
	}
	return false
}
