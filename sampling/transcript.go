package sampling

// This file is transcript.json (draw/1 §8), the record of everything a draw decided, in plan order:
//
//	{"commit": …, "entropy": [{"name","value"}…], "grade": …,
//	 "items": [{"item", "strata": [{"N","cut","id","n","reserve","selected"}…]}…],
//	 "plan": {…}, "seed": …,
//	 "staffing": [{"R","duals","inspectors","tasks","teams","unit"[,"tied"]} …
//	              or {"infeasible": {…}, "unit"}]}
//
// and in it
//
//	"duals": {"gated"?, "inspector", "lead"?, "task"}    lists of ["even", "pair"]
//	"tied": [{"duals", "teams"}…]                        as many as R, absent if R is 0
//	"infeasible": {"available", "full", "inspectors", "needed", "tasks"}
//
// The reader checks keys and types alone. What the values are is never trusted: Verify computes
// them again and compares. So the reader takes a list of 10 million ids, a negative N or an R
// without ties; the check that such a thing breaks comes later and has a name of its own.
//
// A list of potentials that is absent differs from one that is empty: absent is a family without
// members, empty is a family of a unit without tasks. In Go they are nil and [].

import "strconv"

// Transcript 抽查记录 is everything a draw decided (draw/1 §8), in plan order.
type Transcript struct {
	// Plan: J(plan), the bytes of plan.json.
	Plan []byte
	// Commit: hex H(J(plan)).
	Commit  string
	Entropy []EntropyValue
	// Seed: hex H(seed.txt).
	Seed     string
	Grade    string
	Items    []ItemResult
	Staffing []UnitStaffing
}

// ItemResult is what was drawn for an item.
type ItemResult struct {
	Item   ItemID
	Strata []StratumResult
}

// StratumResult is what was drawn from a stratum. Selected and Reserve are in the order of the
// draw; a replacement is the next of Reserve.
type StratumResult struct {
	ID string
	// N: lines of the population in this stratum.
	N int64
	// Size: n of draw/1, how many are selected.
	Size     int64
	Cut      string
	Selected []EntityID
	Reserve  []EntityID
}

// Marshal gives J(transcript), the bytes of transcript.json. Plan must be canonical JSON.
func (t *Transcript) Marshal() []byte { return appendJSON(nil, t.tree()) }

// Sum gives H(J(transcript)) in hex, with the suite of the plan: what the log stores when the draw
// is drawn, and what the next plan of the office names as Prev.
func (t *Transcript) Sum() string {
	name := HashSHA256
	if plan, ok := t.planTree().(object); ok && plan.has("hash", HashSM3) {
		name = HashSM3
	}
	return suiteNamed(name).hex(t.Marshal())
}

// planTree gives the plan as JSON. One that is not canonical cannot come from Draw: panic.
func (t *Transcript) planTree() any {
	plan, err := parseJSON(t.Plan)
	if err != nil {
		panic("sampling: plan of a transcript: " + err.Error())
	}
	return plan
}

// tree gives the document.
func (t *Transcript) tree() object {
	entropy, items, staffing := []any{}, []any{}, []any{}
	for _, v := range t.Entropy {
		entropy = append(entropy, object{{"name", v.Name}, {"value", v.Value}})
	}
	for i := range t.Items {
		items = append(items, t.Items[i].tree())
	}
	for i := range t.Staffing {
		staffing = append(staffing, t.Staffing[i].tree())
	}
	return object{{"plan", t.planTree()}, {"commit", t.Commit}, {"entropy", entropy}, {"seed", t.Seed},
		{"grade", t.Grade}, {"items", items}, {"staffing", staffing}}
}

// tree gives an element of `items`.
func (r *ItemResult) tree() object {
	strata := []any{}
	for _, s := range r.Strata {
		strata = append(strata, object{{"id", s.ID}, {"N", s.N}, {"n", s.Size}, {"cut", s.Cut},
			{"selected", texts(s.Selected)}, {"reserve", texts(s.Reserve)}})
	}
	return object{{"item", string(r.Item)}, {"strata", strata}}
}

// texts gives a list of identifiers as a JSON list, [] for none.
func texts[T ~string](ids []T) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = string(id)
	}
	return list
}

// tree gives an element of `staffing`: teams with their certificate, or a shortage.
func (s *UnitStaffing) tree() object {
	if sh := s.Shortage; sh != nil {
		return object{{"unit", string(s.Unit)}, {"infeasible", object{
			{"tasks", texts(sh.Tasks)}, {"full", texts(sh.Full)},
			{"inspectors", texts(sh.Inspectors)}, {"needed", sh.Needed},
			{"available", sh.Available}}}}
	}
	o := object{{"unit", string(s.Unit)}, {"R", s.R}, {"tasks", texts(s.Tasks)},
		{"inspectors", texts(s.Inspectors)}, {"teams", teamsTree(s.Teams)},
		{"duals", s.Duals.tree()}}
	if s.Tied == nil {
		return o
	}
	tied := []any{}
	for i := range s.Tied {
		tied = append(tied, object{{"teams", teamsTree(s.Tied[i].Teams)},
			{"duals", s.Tied[i].Duals.tree()}})
	}
	return append(o, member{"tied", tied})
}

// teamsTree gives teams as lists of ids, in the order of roles.
func teamsTree(teams [][]InspectorID) []any {
	list := make([]any, len(teams))
	for i, team := range teams {
		list[i] = texts(team)
	}
	return list
}

// tree gives the potentials of a unit; a family that is empty has no key.
func (d *Duals) tree() object {
	o := object{{"task", dualsTree(d.Task)}, {"inspector", dualsTree(d.Inspector)}}
	if d.Lead != nil {
		o = append(o, member{"lead", dualsTree(d.Lead)})
	}
	if d.Gated != nil {
		o = append(o, member{"gated", dualsTree(d.Gated)})
	}
	return o
}

// dualsTree gives potentials as pairs of decimal strings: a part may need all of 64 bits, where the
// integers of canonical JSON end at 2^53−1.
func dualsTree(duals []Dual) []any {
	list := make([]any, len(duals))
	for i, d := range duals {
		list[i] = []any{strconv.FormatInt(d.Even, 10), strconv.FormatInt(d.Pair, 10)}
	}
	return list
}

// ParseTranscript reads transcript.json: canonical JSON with the keys and types of draw/1 §8. The
// plan inside is not read further. Errors are *Error with Check CheckCanonical.
func ParseTranscript(b []byte) (*Transcript, error) {
	t, _, err := readTranscript(b)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// readTranscript is ParseTranscript for Verify: usable says that nothing is missing, only a key
// too much is there.
func readTranscript(b []byte) (t *Transcript, usable bool, err error) {
	v, err := parseDocument(TranscriptFile, b)
	if err != nil {
		return nil, false, err
	}
	d := &decoder{file: TranscriptFile, check: CheckCanonical}
	t = d.transcript(v)
	return t, !d.hard, d.err
}

// transcript reads the document itself; of the plan inside only its bytes are kept.
func (d *decoder) transcript(v any) *Transcript {
	f := d.object("", v)
	t := &Transcript{Commit: f.str("commit"), Seed: f.str("seed"), Grade: f.str("grade")}
	// The plan is kept as bytes, not as values: the check canonical compares them with plan.json, and
	// everything later is computed from plan.json alone.
	plan := f.required("plan")
	if _, ok := plan.(object); plan != nil && !ok {
		f.fail("plan", describe(plan), "not an object")
	} else if ok {
		t.Plan = appendJSON(nil, plan)
	}
	for i, v := range d.list("entropy", f.required("entropy")) {
		e := d.object(at("entropy", i), v)
		t.Entropy = append(t.Entropy, EntropyValue{e.str("name"), e.str("value")})
		e.done("name", "value")
	}
	for i, v := range d.list("items", f.required("items")) {
		t.Items = append(t.Items, d.itemResult(at("items", i), v))
	}
	for i, v := range d.list("staffing", f.required("staffing")) {
		t.Staffing = append(t.Staffing, d.staffing(at("staffing", i), v))
	}
	f.done("plan", "commit", "entropy", "seed", "grade", "items", "staffing")
	return t
}

// itemResult reads an element of `items`.
func (d *decoder) itemResult(path string, v any) ItemResult {
	f := d.object(path, v)
	r := ItemResult{Item: ItemID(f.str("item"))}
	for i, v := range d.list(f.where("strata"), f.required("strata")) {
		s := d.object(at(f.where("strata"), i), v)
		r.Strata = append(r.Strata, StratumResult{ID: s.str("id"), N: s.number("N"),
			Size: s.number("n"), Cut: s.str("cut"), Selected: idList[EntityID](s, "selected"),
			Reserve: idList[EntityID](s, "reserve")})
		s.done("id", "N", "n", "cut", "selected", "reserve")
	}
	f.done("item", "strata")
	return r
}

// number gives an integer of any size that canonical JSON has.
func (f *fields) number(key string) int64 { return f.integer(key, -maxInteger, maxInteger) }

// idList gives a list of strings; what they are is compared with the draw later.
func idList[T ~string](f *fields, key string) []T {
	return toIDs[T](f.decoder, f.where(key), f.required(key))
}

// toIDs gives the strings of a list.
func toIDs[T ~string](d *decoder, path string, v any) []T {
	list := d.list(path, v)
	ids := make([]T, len(list))
	for i, v := range list {
		ids[i] = T(d.text(path, v))
	}
	return ids
}

// staffing reads an element of `staffing`, in either of its two forms.
func (d *decoder) staffing(path string, v any) UnitStaffing {
	f := d.object(path, v)
	s := UnitStaffing{Unit: UnitID(f.str("unit"))}
	// Whether there really is a shortage, the check staffing finds out.
	// One form or the other: teams beside a shortage are unknown keys.
	if v := f.optional("infeasible"); v != nil {
		x := d.object(f.where("infeasible"), v)
		s.Shortage = &Shortage{Tasks: idList[EntityID](x, "tasks"),
			Full: idList[InspectorID](x, "full"), Inspectors: idList[InspectorID](x, "inspectors"),
			Needed: x.number("needed"), Available: x.number("available")}
		x.done("tasks", "full", "inspectors", "needed", "available")
		f.done("unit", "infeasible")
		return s
	}
	s.R = f.number("R")
	s.Tasks = idList[EntityID](f, "tasks")
	s.Inspectors = idList[InspectorID](f, "inspectors")
	s.Teams = d.teams(f.where("teams"), f.required("teams"))
	s.Duals = d.duals(f.where("duals"), f.required("duals"))
	if v := f.optional("tied"); v != nil {
		s.Tied = []Tied{} // a list without entries is kept: the check unique refuses it
		for i, v := range d.list(f.where("tied"), v) {
			x := d.object(at(f.where("tied"), i), v)
			s.Tied = append(s.Tied, Tied{d.teams(x.where("teams"), x.required("teams")),
				d.duals(x.where("duals"), x.required("duals"))})
			x.done("teams", "duals")
		}
	}
	f.done("unit", "R", "tasks", "inspectors", "teams", "duals", "tied")
	return s
}

// teams reads a list of lists of ids.
func (d *decoder) teams(path string, v any) [][]InspectorID {
	list := d.list(path, v)
	teams := make([][]InspectorID, len(list))
	for i, v := range list {
		teams[i] = toIDs[InspectorID](d, at(path, i), v)
	}
	return teams
}

// duals reads potentials; `lead` and `gated` stand there only for families with members.
func (d *decoder) duals(path string, v any) Duals {
	f := d.object(path, v)
	x := Duals{Task: d.dualList(f.where("task"), f.required("task")),
		Inspector: d.dualList(f.where("inspector"), f.required("inspector"))}
	if v := f.optional("lead"); v != nil {
		x.Lead = d.dualList(f.where("lead"), v)
	}
	if v := f.optional("gated"); v != nil {
		x.Gated = d.dualList(f.where("gated"), v)
	}
	f.done("task", "lead", "gated", "inspector")
	return x
}

// dualList reads a list of pairs of decimal strings.
func (d *decoder) dualList(path string, v any) []Dual {
	list := d.list(path, v)
	duals := make([]Dual, len(list))
	for i, v := range list {
		pair := toIDs[string](d, at(path, i), v)
		if len(pair) != 2 {
			d.fail(at(path, i), "", "not a pair of strings")
			continue
		}
		duals[i] = Dual{d.int64(at(path, i), pair[0]), d.int64(at(path, i), pair[1])}
	}
	return duals
}

// int64 reads `0` or `-?[1-9][0-9]*` within signed 64 bits (draw/1 §8).
func (d *decoder) int64(path, s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	// Printing it again is the simplest way to be sure of the one form.
	if err != nil || strconv.FormatInt(n, 10) != s {
		d.fail(path, s, "not an integer of 64 bits")
	}
	return n
}
