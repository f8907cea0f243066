package sampling

// This file counts visits. Items with one label share the ticket of an entity (draw/1 §6), so whom
// one item selects is likely to be selected by the others too; all of them are then one task, one
// visit (进一次门、查多项事). The transcript has no key for what that saves: it follows from the plan
// and the selected entities, and anybody can count it.

// UnitVisits says how many visits of a unit stand for how many selections.
type UnitVisits struct {
	Unit UnitID
	// Selections counts each entity once for every item that selected it.
	Selections int64
	// Visits counts each entity once: the tasks of the unit.
	Visits int64
}

// Saved gives how many visits were saved because items selected the same entities.
func (v UnitVisits) Saved() int64 { return v.Selections - v.Visits }

// Visits counts the visits of each unit, in plan order. Of given tasks it counts the items that
// their file names.
func (r *Result) Visits() []UnitVisits {
	list := make([]UnitVisits, len(r.Tasks))
	for i, tasks := range r.Tasks {
		list[i] = visitsOf(r.Transcript.Staffing[i].Unit, tasks)
	}
	return list
}

// SavedVisits gives how many visits all units together are spared.
func (r *Result) SavedVisits() int64 {
	saved := int64(0)
	for _, v := range r.Visits() {
		saved += v.Saved()
	}
	return saved
}

// visitsOf counts the visits of one unit.
func visitsOf(unit UnitID, tasks []Task) UnitVisits {
	v := UnitVisits{Unit: unit, Visits: int64(len(tasks))}
	for i := range tasks {
		v.Selections += int64(len(tasks[i].Items))
	}
	return v
}

// Visits counts the visits of each unit, in plan order, from the transcript alone. The items of
// given tasks are not in it: of such a unit every task counts as one selection. The error is that
// of ParsePlan, or an *Error of CheckSize for items or units that are not those of the plan.
func (t *Transcript) Visits() ([]UnitVisits, error) {
	plan, err := ParsePlan(t.Plan)
	if err != nil {
		return nil, err
	}
	if len(t.Items) != len(plan.Items) || len(t.Staffing) != len(plan.Units) {
		return nil, &Error{Check: CheckSize, File: TranscriptFile,
			Rule: "items or units are not those of the plan"}
	}
	of := plan.itemsOfUnits()
	list := make([]UnitVisits, len(plan.Units))
	for i := range plan.Units {
		v := UnitVisits{Unit: plan.Units[i].ID}
		if plan.Units[i].TasksSHA != "" {
			v.Visits = t.Staffing[i].tasks()
			v.Selections = v.Visits
		}
		seen := map[EntityID]bool{}
		for _, k := range of[v.Unit] {
			for _, s := range t.Items[k].Strata {
				v.Selections += int64(len(s.Selected))
				for _, id := range s.Selected {
					seen[id] = true
				}
			}
		}
		v.Visits += int64(len(seen))
		list[i] = v
	}
	return list, nil
}

// tasks counts the tasks that a staffing names: with a shortage only those that lack somebody.
func (s *UnitStaffing) tasks() int64 {
	if s.Shortage != nil {
		return int64(len(s.Shortage.Tasks))
	}
	return int64(len(s.Tasks))
}
