package sampling

// This file gives the JSON trees of a plan and its parts. Lists that are empty are written as [],
// optional keys that have no value are left out, and the order of keys does not matter here:
// appendJSON sorts them.

// tree gives the plan as canonical JSON holds it.
func (p *Plan) tree() object {
	items, units, entropy := []any{}, []any{}, []any{}
	for i := range p.Items {
		items = append(items, p.Items[i].tree())
	}
	for i := range p.Units {
		units = append(units, p.Units[i].tree())
	}
	for i := range p.Entropy {
		entropy = append(entropy, p.Entropy[i].tree())
	}
	// Every list is there even if it is empty: a nil slice must not become null, which the profile
	// of §1 does not have.
	o := object{{"v", Version}, {"draw", p.Draw}, {"hash", p.Hash}, {"prev", p.Prev},
		{"date", string(p.Date)}, {"items", items}, {"units", units}, {"entropy", entropy}}
	return o.withText("note", p.Note)
}

// withText adds a key unless its text is empty.
func (o object) withText(key, text string) object {
	if text == "" {
		return o
	}
	return append(o, member{key, text})
}

// tree gives an element of `items`.
func (it *Item) tree() object {
	strata := []any{}
	for i := range it.Strata {
		strata = append(strata, it.Strata[i].tree())
	}
	// All three exclusion counts stand there with their zeros: an office cannot leave one unsaid.
	return object{{"item", string(it.ID)}, {"basis", it.Basis}, {"kind", it.Kind},
		{"unit", string(it.Unit)}, {"label", it.Label}, {"frame", it.Frame.tree()},
		{"excluded", object{{"inactive", it.Excluded.Inactive}, {"held", it.Excluded.Held},
			{"capped", it.Excluded.Capped}}},
		{"candidates_sha", it.CandidatesSHA}, {"population_sha", it.PopulationSHA},
		{"population_root", it.PopulationRoot}, {"N", it.N}, {"reserve", it.Reserve},
		{"strata", strata}}
}

// tree gives the `frame` of an item.
func (f *Frame) tree() object {
	by := []any{}
	for _, s := range f.StrataBy {
		by = append(by, s)
	}
	o := object{{"date", string(f.Date)}, {"strata_by", by}}
	o = o.withText("cooldown_from", string(f.CooldownFrom))
	if len(f.Caps) == 0 {
		return o
	}
	caps := []any{}
	for _, c := range f.Caps {
		entry := object{{"counter", c.Counter}, {"max", c.Max}}
		caps = append(caps, entry.withText("class", c.Class))
	}
	return append(o, member{"caps", caps})
}

// tree gives an element of `strata`.
func (s *Stratum) tree() object {
	o := object{{"id", s.ID}, {"N", s.N}, {"method", s.Method}}
	if s.Ratio != nil {
		o = append(o, member{"ratio", s.Ratio.tree()})
	}
	if p := s.Pace; p != nil {
		o = append(o, member{"pace", object{{"num", p.Num}, {"den", p.Den}, {"part", p.Part},
			{"of", p.Of}, {"base", p.Base}, {"done", p.Done}}})
	}
	if s.All {
		o = append(o, member{"all", true})
	}
	// A min of 0 is written: it is another plan, with another commit, than one without min.
	if s.Min != nil {
		o = append(o, member{"min", *s.Min})
	}
	if s.Cap != nil {
		o = append(o, member{"cap", s.Cap.tree()})
	}
	return o
}

// tree gives {num, den}.
func (r *Ratio) tree() object { return object{{"num", r.Num}, {"den", r.Den}} }

// tree gives an element of `units`.
func (u *Unit) tree() object {
	o := object{{"unit", string(u.ID)}, {"kind", u.Kind}, {"seats", u.Seats},
		{"label", u.Label}, {"visit_by", string(u.VisitBy)}, {"roster_sha", u.RosterSHA},
		{"conflicts_sha", u.ConflictsSHA}, {"area_rule", u.AreaRule}}
	if u.Gate != nil {
		o = append(o, member{"gate", object{{"max", u.Gate.Max}}})
	}
	if u.Pool != nil {
		o = append(o, member{"pool", u.Pool.tree()})
	}
	// A digest is never empty, so an empty text is a key that is left out.
	return o.withText("tasks_sha", u.TasksSHA).withText("from", u.From)
}

// tree gives an element of `entropy`.
func (e *EntropySpec) tree() object {
	o := object{{"name", e.Name}, {"kind", e.Kind}, {"event", e.Event}, {"bits", e.Bits}}
	return o.withText("commit", e.Commit).withText("by", e.By)
}
