package sampling

// This file makes a draw: plan and values are checked, the seed computed, each item scanned and
// drawn, each unit staffed. Nothing here has a state: the same files and values give the same bytes
// on every machine and in every year. Draws of the same plan with other values differ, which is why
// values are checked against the plan before anything is read.

import (
	"cmp"
	"fmt"
	"io/fs"
	"iter"
	"slices"
)

// Result is a finished draw.
type Result struct {
	Transcript *Transcript
	SeedText   []byte // the bytes of seed.txt
	// Tasks holds the tasks of each unit, parallel to Plan.Units: what its staffing assigns, with
	// the items that selected each entity. They are there even if the staffing is a shortage.
	Tasks [][]Task
}

// Draw repeats or makes the draw of a plan: a pure function of the plan, its frozen files and the
// values that arrived after the commit (draw/1). Values may come in any order, one for each
// entropy entry. The files are read as streams, the two files of an item alternately; memory
// grows with the rows selected and held in reserve, not with the population.
//
// Nothing is drawn from a plan that is invalid or does not match its files, or from values that
// §5 does not allow: the error is then an *Error. A *MissingError says that a file could not be
// read. A shortage of inspectors is no error: the transcript names it.
func Draw(plan *Plan, files fs.FS, values []EntropyValue) (*Result, error) {
	scan := func(item *Item, seed string) (ItemResult, selectedRows, error) {
		sc := scanItem(files, suiteOf(plan), item, seed)
		if err := cmp.Or(sc.files, sc.population); err != nil {
			return ItemResult{}, nil, err
		}
		return sc.result(item), sc.selected(), nil
	}
	return drawWith(plan, files, values, scan)
}

// selectedRows gives the rows that an item selected, in the order of the draw: each entity with
// its area in the item's candidates. It is nil for an item that could not be repeated.
type selectedRows = iter.Seq2[EntityID, string]

// drawWith is a draw whose selection is made by choose, called once per item in plan order.
func drawWith(plan *Plan, files fs.FS, values []EntropyValue,
	choose func(*Item, string) (ItemResult, selectedRows, error)) (*Result, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	ordered, err := OrderValues(plan, values)
	if err != nil {
		return nil, err
	}
	if err := checkValues(plan, ordered); err != nil {
		return nil, err
	}
	s := suiteOf(plan)
	t := &Transcript{Plan: plan.Marshal(), Entropy: ordered, Grade: Grade(plan)}
	// Draw computes the commit itself. That it is the one that was published before the event is for
	// the caller to see (yaohao draw prints it), and for whoever runs yaohao-verify --commit.
	t.Commit = s.hex(t.Plan)
	res := &Result{Transcript: t, SeedText: SeedText(t.Commit, ordered)}
	t.Seed = s.hex(res.SeedText)
	// Items are drawn one after the other: what is kept of each are the rows drawn.
	selected := make([]selectedRows, len(plan.Items))
	for i := range plan.Items {
		r, rows, err := choose(&plan.Items[i], t.Seed)
		if err != nil {
			return nil, err
		}
		t.Items, selected[i] = append(t.Items, r), rows
	}
	// Units are independent: a shortage in one leaves the staffing of the others as it is.
	of := plan.itemsOfUnits()
	for i := range plan.Units {
		u := &plan.Units[i]
		read := readUnit(files, s, u)
		if err := read.err(); err != nil {
			return nil, err
		}
		if err := checkRoster(u, read.roster); err != nil {
			return nil, err
		}
		p := newStaffProblem(plan, u, &read, read.tasksOf(plan, of[u.ID], selected), t.Seed)
		t.Staffing = append(t.Staffing, staff(p))
		res.Tasks = append(res.Tasks, p.Tasks)
	}
	return res, nil
}

// result gives what the scan drew for its item.
func (sc *itemScan) result(item *Item) ItemResult {
	r := ItemResult{Item: item.ID}
	for i := range item.Strata {
		r.Strata = append(r.Strata, sc.drawn[i].result(&item.Strata[i]))
	}
	return r
}

// selected gives the rows that the scan selected; nil if it is not complete.
func (sc *itemScan) selected() selectedRows {
	if !sc.complete {
		return nil
	}
	return func(yield func(EntityID, string) bool) {
		for k := range sc.drawn {
			d := &sc.drawn[k]
			for j := range min(int(d.n), len(d.rows)) {
				if r := d.row(j); !yield(r.id, r.area) {
					return
				}
			}
		}
	}
}

// result gives what was drawn from a stratum as the transcript says it.
func (d *drawn) result(s *Stratum) StratumResult {
	r := StratumResult{ID: s.ID, N: s.N, Size: d.n, Cut: d.cut}
	for i := range d.rows {
		if id := d.row(i).id; int64(i) < d.n {
			r.Selected = append(r.Selected, id)
		} else {
			r.Reserve = append(r.Reserve, id)
		}
	}
	return r
}

// newStaffProblem joins what §7 needs of a unit.
func newStaffProblem(plan *Plan, u *Unit, files *unitFiles, tasks []Task,
	seed string) *staffProblem {
	p := &staffProblem{Unit: u.ID, Seats: int(u.Seats), Label: u.Label, VisitBy: u.VisitBy,
		AreaRule: u.AreaRule, Seed: seed, Suite: suiteOf(plan), Roster: files.roster,
		Conflicts: files.conflicts, Tasks: tasks}
	if u.Gate != nil {
		most := int(u.Gate.Max)
		p.Gate = &most
	}
	return p
}

// checkRoster holds a well-formed roster against what the plan and §7 want of it.
func checkRoster(u *Unit, roster []RosterLine) error {
	if err := checkPool(u, roster); err != nil {
		return err
	}
	return checkFamilies(u, roster)
}

// checkPool holds the roster against the unit's pool (draw/1 §4.2): lines that are not gated,
// times den, are at least all lines times num.
func checkPool(u *Unit, roster []RosterLine) error {
	if u.Pool == nil {
		return nil
	}
	free := int64(0)
	for i := range roster {
		if !roster[i].Gated {
			free++
		}
	}
	// At most 10 000 lines times 10^6: no overflow.
	if all := int64(len(roster)); free*u.Pool.Den < all*u.Pool.Num {
		return &Error{Check: CheckStaffing, File: NameRoster(u.ID), Rule: fmt.Sprintf(
			"pool: %d of %d are not gated, the plan wants %d/%d",
			free, all, u.Pool.Num, u.Pool.Den)}
	}
	return nil
}

// tasksOf gives the tasks of a unit: those given, or what its items selected.
func (f *unitFiles) tasksOf(plan *Plan, items []int, selected []selectedRows) []Task {
	if f.given != nil {
		return f.given
	}
	return unitTasks(plan, items, selected)
}

// unitTasks gives the tasks of a unit (draw/1 §7): the entities that at least one of its items
// selected, sorted, each with those items and the entity's area in their candidates.
func unitTasks(plan *Plan, items []int, selected []selectedRows) []Task {
	type part struct {
		entity EntityID
		item   TaskItem
	}
	var parts []part
	for _, i := range items {
		if selected[i] == nil {
			continue
		}
		for entity, area := range selected[i] {
			parts = append(parts, part{entity, TaskItem{plan.Items[i].ID, area}})
		}
	}
	// An entity that several items selected is one task, visited once. Sorting brings its parts
	// together without a map, so the order of tasks cannot depend on anything else.
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.entity, b.entity), cmp.Compare(a.item.Item, b.item.Item))
	})
	tasks := []Task{}
	for _, p := range parts {
		if n := len(tasks); n == 0 || tasks[n-1].Entity != p.entity {
			tasks = append(tasks, Task{Entity: p.entity})
		}
		last := &tasks[len(tasks)-1]
		last.Items = append(last.Items, p.item)
	}
	return tasks
}
