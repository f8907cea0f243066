package sampling

// This file reads plan.json: keys, types, patterns and ranges of draw/1 §3 to §5, one function per
// object of the document. Rules that join several values are in plancheck.go; the tree that
// printing uses is in planjson.go. A key that is in one and not in the other fails the test that
// prints and parses a plan with every option.
//
// What is wrong with one value alone is hard: there is nothing to compute with. What is wrong
// between values that are all there is soft, and Verify goes on (decoder says more). Where a rule
// could be read either way it is soft, so that a published draw is looked at as far as possible.
//
// Optional keys have no default that could also be written: without `caps`, `min`, `cap`, `gate`,
// `pool`, `tasks_sha`, `from`, `by` or `note` the key is absent, and each plan has one form.

// PlanFile, SeedFile and TranscriptFile are the files of a bundle that are not frozen (§9).
const (
	PlanFile       = "plan.json"
	SeedFile       = "seed.txt"
	TranscriptFile = "transcript.json"
)

// Limits of draw/1 §4 and §5.
const (
	maxDen   = 1_000_000 // largest denominator of a ratio
	maxParts = 1000      // most parts of a pace
	maxSeats = 99        // most inspectors of a team
	maxBits  = 1024      // most bits that an entropy entry may claim
)

// ParsePlan reads plan.json: canonical JSON that keeps every rule of draw/1 §3 to §5 that can be
// seen without the other files. Errors are *Error with Check CheckCanonical or CheckPlan.
func ParsePlan(b []byte) (*Plan, error) {
	p, _, err := readPlan(b)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// readPlan is ParsePlan for Verify: usable says that the plan holds all it needs although it
// breaks a rule, so that later checks can still be run.
func readPlan(b []byte) (p *Plan, usable bool, err error) {
	v, err := parseDocument(PlanFile, b)
	if err != nil {
		return nil, false, err
	}
	d := &decoder{file: PlanFile, check: CheckPlan}
	p = d.plan(v)
	if !d.hard {
		d.checkPlan(p)
	}
	return p, !d.hard, d.err
}

// parseDocument is parseJSON with the file in its error.
func parseDocument(file string, b []byte) (any, error) {
	v, err := parseJSON(b)
	if err != nil {
		err.(*Error).File = file
		return nil, err
	}
	return v, nil
}

// plan reads the document itself (§4).
func (d *decoder) plan(v any) *Plan {
	f := d.object("", v)
	p := &Plan{}
	if s := f.str("v"); s != Version {
		f.fail("v", s, "not "+Version)
	}
	p.Draw = f.identifier("draw")
	p.Hash = f.oneOf("hash", HashSHA256, HashSM3)
	// The first plan of an office says so with 64 zeros. That an earlier one is named here is for the
	// log to compare: nobody can see from a bundle that a draw was left out between.
	p.Prev = f.digest("prev")
	p.Date = f.date("date")
	p.Note = f.optionalLine("note")
	for i, v := range d.list("items", f.required("items")) {
		p.Items = append(p.Items, d.item(at("items", i), v))
	}
	for i, v := range d.list("units", f.required("units")) {
		p.Units = append(p.Units, d.unit(at("units", i), v))
	}
	for i, v := range d.list("entropy", f.required("entropy")) {
		p.Entropy = append(p.Entropy, d.entropy(at("entropy", i), v))
	}
	f.done("v", "draw", "hash", "prev", "date", "note", "items", "units", "entropy")
	return p
}

// item reads an element of `items` (§4.1). `excluded` always has its three keys.
func (d *decoder) item(path string, v any) Item {
	f := d.object(path, v)
	it := Item{
		ID:             ItemID(f.identifier("item")),
		Basis:          f.line("basis"),
		Kind:           f.oneOf("kind", KindKey, KindSeasonal, KindRisk, KindRoutine),
		Unit:           UnitID(f.identifier("unit")),
		Label:          f.label("label"),
		Frame:          d.frame(f.where("frame"), f.required("frame")),
		CandidatesSHA:  f.digest("candidates_sha"),
		PopulationSHA:  f.digest("population_sha"),
		PopulationRoot: f.digest("population_root"),
		N:              f.count("N"),
		Reserve:        f.count("reserve"),
	}
	x := d.object(f.where("excluded"), f.required("excluded"))
	it.Excluded = Excluded{x.count("inactive"), x.count("held"), x.count("capped")}
	x.done("inactive", "held", "capped")
	for i, v := range d.list(f.where("strata"), f.required("strata")) {
		it.Strata = append(it.Strata, d.stratum(at(f.where("strata"), i), v))
	}
	f.done("item", "basis", "kind", "unit", "label", "frame", "excluded", "candidates_sha",
		"population_sha", "population_root", "N", "reserve", "strata")
	return it
}

// frame reads the `frame` of an item (§3).
func (d *decoder) frame(path string, v any) Frame {
	f := d.object(path, v)
	fr := Frame{Date: f.date("date"), CooldownFrom: f.optionalDate("cooldown_from")}
	for i, v := range d.list(f.where("strata_by"), f.required("strata_by")) {
		where := at(f.where("strata_by"), i)
		s := d.text(where, v)
		switch s {
		case "area2", "area4", "area6", "class":
		default:
			d.fail(where, s, "not one of area2, area4, area6, class")
		}
		fr.StrataBy = append(fr.StrataBy, s)
	}
	// Without caps the key is absent. An empty list would say the same in other bytes, and so give
	// one plan two commits.
	if caps := f.optional("caps"); caps != nil {
		list := d.list(f.where("caps"), caps)
		if len(list) == 0 {
			d.soft(f.where("caps"), "", "an empty list; leave the key out")
		}
		for i, v := range list {
			fr.Caps = append(fr.Caps, d.frameCap(at(f.where("caps"), i), v))
		}
	}
	f.done("date", "cooldown_from", "strata_by", "caps")
	return fr
}

// frameCap reads an element of a frame's `caps` (§3).
func (d *decoder) frameCap(path string, v any) Cap {
	f := d.object(path, v)
	// The counter indexes the visits of a candidate, so its range is a matter of safety too.
	c := Cap{Counter: f.integer("counter", 0, maxCounters-1), Max: f.count("max")}
	if v := f.optional("class"); v != nil {
		c.Class = d.text(f.where("class"), v)
		if !validClass(c.Class) {
			f.fail(f.where("class"), c.Class, "not a class: a word or -")
		}
	}
	f.done("counter", "max", "class")
	return c
}

// stratum reads an element of an item's `strata` (§4.1). That its id is one the frame can make is
// left to the check `population`; here it only has to look like one.
func (d *decoder) stratum(path string, v any) Stratum {
	f := d.object(path, v)
	s := Stratum{ID: f.str("id"), N: f.integer("N", 1, maxCount),
		Method: f.oneOf("method", MethodSRS, MethodPareto)}
	if !validStratum(s.ID) {
		f.soft(f.where("id"), s.ID, "not a stratum")
	}
	rules := 0
	if v := f.optional("ratio"); v != nil {
		s.Ratio = d.ratio(f.where("ratio"), v)
		rules++
	}
	if v := f.optional("pace"); v != nil {
		s.Pace = d.pace(f.where("pace"), v)
		rules++
	}
	// `all` has one value only; false would be a second way to leave it out.
	if v := f.optional("all"); v != nil {
		if v != true {
			f.fail(f.where("all"), describe(v), "not true")
		}
		s.All = true
		rules++
		// With everybody drawn nothing is left for a weight to decide; the order is that of tickets.
		if s.Method != MethodSRS {
			f.soft(path, s.Method, "a census (all) is srs")
		}
	}
	// Without exactly one rule there is no size to go on with.
	if rules != 1 {
		f.fail(path, "", "exactly one of ratio, pace, all")
	}
	// 0 is a min of its own and not the absence of one: the bytes differ, so the commits do.
	// min and cap may stand with any of the three; Size says which combinations have no legal n.
	if v := f.optional("min"); v != nil {
		least := f.toInteger("min", v, 0, maxCount)
		s.Min = &least
	}
	if v := f.optional("cap"); v != nil {
		s.Cap = d.ratio(f.where("cap"), v)
	}
	f.done("id", "N", "method", "ratio", "pace", "all", "min", "cap")
	return s
}

// ratio reads {num, den}; it serves `ratio`, `cap` and `pool` (§4.1, §4.2).
func (d *decoder) ratio(path string, v any) *Ratio {
	// num and den need not be in lowest terms: 7/100 and 14/200 are two ways to write a document's
	// words, with two commits, and one size.
	f := d.object(path, v)
	r := &Ratio{Num: f.integer("num", 0, maxDen), Den: f.integer("den", 1, maxDen)}
	if r.Num > r.Den {
		f.fail(path, "", "num > den")
	}
	f.done("num", "den")
	return r
}

// pace reads a `pace` (§4.1). With the ranges checked here every product of Size fits 64 bits.
func (d *decoder) pace(path string, v any) *Pace {
	f := d.object(path, v)
	p := &Pace{Num: f.integer("num", 0, maxDen), Den: f.integer("den", 1, maxDen),
		Part: f.integer("part", 1, maxParts), Of: f.integer("of", 1, maxParts),
		Base: f.count("base"), Done: f.count("done")}
	if p.Num > p.Den {
		f.fail(path, "", "num > den")
	}
	if p.Part > p.Of {
		f.fail(path, "", "part > of")
	}
	f.done("num", "den", "part", "of", "base", "done")
	return p
}

// unit reads an element of `units` (§4.2).
func (d *decoder) unit(path string, v any) Unit {
	f := d.object(path, v)
	u := Unit{ID: UnitID(f.identifier("unit")),
		Kind: f.oneOf("kind", UnitInspectors, UnitExperts, UnitLabs)}
	fewest := int64(1)
	if u.Kind == UnitInspectors {
		fewest = 2 // an inspection needs two people: draw/1 §4.2
	}
	u.Seats = f.integer("seats", fewest, maxSeats)
	u.Label = f.label("label")
	u.VisitBy = f.date("visit_by")
	u.RosterSHA = f.digest("roster_sha")
	u.ConflictsSHA = f.digest("conflicts_sha")
	u.AreaRule = f.oneOf("area_rule", "any", "same2", "same4", "same6")
	if v := f.optional("pool"); v != nil {
		u.Pool = d.ratio(f.where("pool"), v)
	}
	// A gate that lets a whole team in would be none.
	if v := f.optional("gate"); v != nil {
		g := d.object(f.where("gate"), v)
		u.Gate = &Gate{Max: g.integer("max", 0, u.Seats-1)}
		g.done("max")
	}
	// Which units may have given tasks depends on the items (checkUnits). `from` names a transcript
	// that this bundle does not hold, so there is nothing to compare it with here.
	u.TasksSHA = f.optionalDigest("tasks_sha")
	u.From = f.optionalDigest("from")
	if u.From != "" && u.TasksSHA == "" {
		f.soft(f.where("from"), u.From, "only with tasks_sha")
	}
	f.done("unit", "kind", "seats", "label", "visit_by", "roster_sha", "conflicts_sha",
		"area_rule", "pool", "gate", "tasks_sha", "from")
	return u
}

// entropy reads an element of `entropy` (§5). `commit` and `by` belong to the kinds whose value
// exists before the plan; with any other kind they are unknown keys.
func (d *decoder) entropy(path string, v any) EntropySpec {
	f := d.object(path, v)
	e := EntropySpec{Name: f.label("name"),
		Kind: f.oneOf("kind", EntropyPublic, EntropyBeacon, EntropyWitness, EntropySeal,
			EntropyChain),
		Event: f.line("event"), Bits: f.integer("bits", 0, maxBits)}
	// A commit on a public event would suggest that somebody knew its value before.
	known := []string{"name", "kind", "event", "bits"}
	if e.hidden() {
		e.Commit = f.digest("commit")
		e.By = f.optionalLine("by")
		known = append(known, "commit", "by")
	}
	f.done(known...)
	return e
}

// hidden reports whether the value exists before the plan and is committed to (seal, chain).
func (e *EntropySpec) hidden() bool { return e.Kind == EntropySeal || e.Kind == EntropyChain }

// public reports whether the value comes from an event that nobody controls (public, beacon).
func (e *EntropySpec) public() bool { return e.Kind == EntropyPublic || e.Kind == EntropyBeacon }
