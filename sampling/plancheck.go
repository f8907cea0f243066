package sampling

import "strings"

// This file holds the rules of draw/1 §3 to §5 that join several values of a plan: orders, sums,
// dates that must not follow each other, references between items and units, sizes. Breaking one
// leaves the plan readable, so they are soft: Verify reports the check `plan` as failed and still
// repeats the draw, which often shows more of what was done.

// checkPlan applies the rules of draw/1 §3 to §5 that join several values of a plan.
func (d *decoder) checkPlan(p *Plan) {
	d.checkItems(p)
	d.checkUnits(p)
	d.checkEntropy(p)
}

// A plan comes from whoever wants it checked, so no rule here takes time that grows faster than
// the plan: what is compared with everything before it is looked up in a set.

// checkItems: items and their strata are sorted, N is the sum of the strata, every size is legal,
// and no cool-down cell is exempt (§4.1).
func (d *decoder) checkItems(p *Plan) {
	for i := range p.Items {
		it, path := &p.Items[i], at("items", i)
		if i > 0 && it.ID <= p.Items[i-1].ID {
			d.soft("items", string(it.ID), "not strictly sorted by item")
		}
		// The order is strict, so no item occurs twice: with two entries of one id the same candidates
		// would be drawn twice, and the files of the two would have one name.
		d.checkFrame(p, &it.Frame, join(path, "frame"))
		sum := int64(0)
		for k := range it.Strata {
			s := &it.Strata[k]
			where := at(join(path, "strata"), k)
			if k > 0 && s.ID <= it.Strata[k-1].ID {
				d.soft(join(path, "strata"), s.ID, "not strictly sorted by id")
			}
			sum += s.N
			// Whoever was visited lately is drawn at a lower ratio, never at none (§3): an exemption
			// would be something that one can arrange for.
			if num, _ := s.floorRatio(); strings.HasSuffix(s.ID, "~") && !s.All && num < 1 {
				d.soft(where, s.ID, "a cool-down cell with ratio 0")
			}
			if _, err := s.Size(); err != nil {
				d.soft(where, s.ID, "%s", err.(*Error).Rule)
			}
		}
		// Each N is a count and strata are few, so the sum cannot overflow before it differs.
		if sum != it.N {
			d.soft(join(path, "N"), "", "N is %d, not the sum %d over the strata", it.N, sum)
		}
	}
}

// checkFrame: the frame is not dated after the freeze, nor the cool-down after the frame; strata_by
// repeats nothing; caps are sorted (§3).
func (d *decoder) checkFrame(p *Plan, f *Frame, path string) {
	if f.Date > p.Date {
		d.soft(join(path, "date"), string(f.Date), "the frame is dated after the freeze")
	}
	if f.CooldownFrom > f.Date {
		d.soft(join(path, "cooldown_from"), string(f.CooldownFrom), "after the date of the frame")
	}
	by := map[string]bool{}
	for _, s := range f.StrataBy {
		if by[s] {
			d.soft(join(path, "strata_by"), s, "repeated")
		}
		by[s] = true
	}
	for i := 1; i < len(f.Caps); i++ {
		a, b := &f.Caps[i-1], &f.Caps[i]
		if a.Counter > b.Counter || a.Counter == b.Counter && a.Class >= b.Class {
			d.soft(at(join(path, "caps"), i), b.Class, "not strictly sorted by counter, class")
		}
	}
}

// checkUnits: units are sorted, not empty, exactly those that items name and those with given
// tasks, and none is both; visits do not end before the freeze (§4, §4.2).
func (d *decoder) checkUnits(p *Plan) {
	if len(p.Units) == 0 {
		d.soft("units", "", "an empty list")
	}
	named, units := p.itemsOfUnits(), map[UnitID]bool{}
	for i := range p.Units {
		u, path := &p.Units[i], at("units", i)
		if i > 0 && u.ID <= p.Units[i-1].ID {
			d.soft("units", string(u.ID), "not strictly sorted by unit")
		}
		if u.VisitBy < p.Date {
			d.soft(join(path, "visit_by"), string(u.VisitBy), "before the freeze")
		}
		// A unit that nothing is drawn for would only carry a roster into the commit. One with both
		// would have two lists of tasks, and nobody could say which of them counts.
		switch {
		case len(named[u.ID]) == 0 && u.TasksSHA == "":
			d.soft(path, string(u.ID), "no item names this unit, and its tasks are not given")
		case len(named[u.ID]) > 0 && u.TasksSHA != "":
			d.soft(path, string(u.ID), "an item names this unit although its tasks are given")
		}
		units[u.ID] = true
	}
	for i := range p.Items {
		if !units[p.Items[i].Unit] {
			d.soft(join(at("items", i), "unit"), string(p.Items[i].Unit), "not among the units")
		}
	}
}

// itemsOfUnits gives the places of the items that name each unit.
func (p *Plan) itemsOfUnits() map[UnitID][]int {
	of := map[UnitID][]int{}
	for i := range p.Items {
		of[p.Items[i].Unit] = append(of[p.Items[i].Unit], i)
	}
	return of
}

// checkEntropy: names and events are unique, and nothing that anyone can choose comes after the
// last public event: whoever spoke a witness line then would choose the seed (§5).
func (d *decoder) checkEntropy(p *Plan) {
	if len(p.Entropy) == 0 {
		d.soft("entropy", "", "an empty list")
	}
	names, events := map[string]bool{}, map[string]bool{}
	last := -1 // the last public event
	for i := range p.Entropy {
		e, path := &p.Entropy[i], at("entropy", i)
		if e.Name == "commit" {
			d.soft(join(path, "name"), e.Name, "the name commit is taken")
		}
		// With one name twice the line of seed.txt could belong to either value; with one event twice
		// the bits of a single event would be counted twice for the grade.
		if names[e.Name] {
			d.soft(join(path, "name"), e.Name, "entropy name repeated")
		}
		if events[e.Event] {
			d.soft(join(path, "event"), e.Event, "entropy event repeated")
		}
		names[e.Name], events[e.Event] = true, true
		if e.public() {
			last = i
		}
	}
	// Seals and chains may stand anywhere: their values are fixed by the plan's commits to them.
	for i := range p.Entropy {
		if last >= 0 && i > last && p.Entropy[i].Kind == EntropyWitness {
			d.soft(at("entropy", i), p.Entropy[i].Name,
				"a witness line after the last public event")
		}
	}
}
