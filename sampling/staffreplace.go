package sampling

// This file is the replacement of an entity by the next of the reserve (递补, draw/1 §10): one that
// has closed down, moved away, or was drawn by mistake. Which one comes is settled since the draw:
// the reserve of its stratum has an order. Only the reason is somebody's word, so it is recorded.
//
// An entity may be selected by several items of a unit, and is then one task (§7). It is replaced
// for one item at a time, each from that item's own reserve. As long as an item is left, its visit
// and its team stay; when the last is gone the task is gone, and its seats are free again.

import "slices"

// replace carries out a request. On an error the state is as before.
func (r *refills) replace(req ReplaceRequest) (*RefillRecord, error) {
	if err := checkWords(req.Reason, req.Event, req.Value); err != nil {
		return nil, err
	}
	u, err := r.unit(req.Unit)
	if err != nil {
		return nil, err
	}
	if u.read.given != nil {
		return nil, unknown(string(req.Unit), "given tasks are replaced by who drew them")
	}
	was, err := u.presentItems(req.Replaces)
	if err != nil {
		return nil, err
	}
	at := slices.Index(was, req.Item)
	if at < 0 {
		return nil, unknown(string(req.Replaces), "not in the draw for item "+string(req.Item))
	}
	entity, err := r.nextReserve(u, req.Item, req.Replaces)
	if err != nil {
		return nil, err
	}
	rec := &RefillRecord{Commit: r.commit, N: r.next, Unit: req.Unit, Entity: entity,
		Item: req.Item, Replaces: req.Replaces, Reason: req.Reason, Event: req.Event,
		Value: req.Value, Seats: []RefillSeat{}}
	rest := slices.Delete(slices.Clone(was), at, at+1)
	// Freed seats count for the new team: whoever has one task less is the first to take another.
	// They are taken back if the team cannot be filled.
	var freed []InspectorID
	if len(rest) == 0 {
		freed = u.teams[req.Replaces]
	}
	for _, id := range freed {
		u.load[id]--
	}
	if err := r.staffReplacement(u, rec); err != nil {
		for _, id := range freed {
			u.load[id]++
		}
		return nil, err
	}
	u.items[req.Replaces] = rest
	if len(rest) == 0 {
		delete(u.teams, req.Replaces)
	}
	r.drafted[req.Item] = append(r.drafted[req.Item], entity)
	return rec, nil
}

// staffReplacement fills the team of the record's entity, or adds the item to the visit that it
// has: an entity is visited once by a unit, whatever the number of items.
func (r *refills) staffReplacement(u *refillUnit, rec *RefillRecord) error {
	items := []ItemID{}
	team, visited := u.teams[rec.Entity]
	if visited {
		have, err := u.presentItems(rec.Entity)
		if err != nil {
			return err
		}
		items = slices.Clone(have)
	}
	items = append(items, rec.Item)
	slices.Sort(items)
	task, err := u.taskOf(rec.Entity, items)
	if err != nil {
		return err
	}
	if !visited {
		err = r.fill(u, rec, task, nil, u.left[rec.Entity], int(u.unit.Seats))
	} else {
		err = u.join(rec, task, team)
	}
	if err != nil {
		return err
	}
	u.items[rec.Entity] = items
	return nil
}

// join lets a team take an item more at its entity. Everybody in it must be eligible for the task
// with that item; who is not has to be refilled first, which is a request of its own with a reason
// of its own.
func (u *refillUnit) join(rec *RefillRecord, task Task, team []InspectorID) error {
	p := u.problem(task, u.t.Seed)
	g := newSeating(p)
	for _, id := range team {
		if _, ok := p.pair(g, 0, id); !ok {
			return unknown(string(id), "is on the team of "+string(task.Entity)+
				" but not eligible for item "+string(rec.Item)+" there: refill his seat first")
		}
	}
	rec.Team = team
	return nil
}

// nextReserve gives the first of the reserve, in the stratum of an entity, that no earlier record
// has taken for this item. One that was taken and replaced in its turn does not come again.
func (r *refills) nextReserve(u *refillUnit, item ItemID, replaced EntityID) (EntityID, error) {
	for i := range r.t.Items {
		if r.t.Items[i].Item != item || r.plan.Items[i].Unit != u.unit.ID {
			continue
		}
		for k := range r.t.Items[i].Strata {
			s := &r.t.Items[i].Strata[k]
			if !slices.Contains(s.Selected, replaced) && !slices.Contains(s.Reserve, replaced) {
				continue
			}
			for _, e := range s.Reserve {
				if !slices.Contains(r.drafted[item], e) {
					return e, nil
				}
			}
			return "", unknown(string(replaced), "the reserve of its stratum is used up")
		}
	}
	return "", unknown(string(replaced), "not in the draw for item "+string(item))
}

// present gives the task of an entity as it is after the refills so far.
func (u *refillUnit) present(entity EntityID) (Task, error) {
	items, changed := u.items[entity]
	if !changed {
		return u.task(entity)
	}
	return u.taskOf(entity, items)
}

// presentItems gives the items for which an entity is visited now, sorted; none is left of an
// entity that was replaced for all of them.
func (u *refillUnit) presentItems(entity EntityID) ([]ItemID, error) {
	if items, changed := u.items[entity]; changed {
		return items, nil
	}
	task, err := u.task(entity)
	if err != nil {
		return nil, err
	}
	items := make([]ItemID, len(task.Items))
	for i := range task.Items {
		items[i] = task.Items[i].Item
	}
	return items, nil
}
