package sampling

// This file reads what a finished draw says about one unit, for those who ask afterwards: Why and
// the refills. It takes the transcript at its word and reads of the large files only as far as it
// must; whether transcript and files are those of the plan is the business of Verify.

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
)

// Taking it at its word is what makes an answer quick: the tasks of a unit are known from the lists
// of the transcript, and of a candidates file only the lines up to one entity are read, not two
// hundred million. So whoever answers a citizen first runs Verify, once, and then answers as often
// as he is asked.

// drawnUnit is a unit of a finished draw, as plan, files and transcript describe it. It is read
// once and not changed.
type drawnUnit struct {
	plan  *Plan
	unit  *Unit
	files fs.FS
	t     *Transcript
	// read: roster, conflicts and given tasks.
	read unitFiles
	// staffing: the unit's element of the transcript.
	staffing *UnitStaffing
}

// openDrawn finds a unit in plan and transcript and reads its roster, conflicts and given tasks,
// which must have the hashes of the plan. Errors are *Error or *MissingError. Of the transcript it
// is checked that its shape can be used, and its commit, so that nobody mixes up two bundles.
func openDrawn(plan *Plan, files fs.FS, t *Transcript, unit UnitID) (*drawnUnit, error) {
	d := &drawnUnit{plan: plan, files: files, t: t}
	for i := range plan.Units {
		if plan.Units[i].ID == unit && i < len(t.Staffing) && t.Staffing[i].Unit == unit {
			d.unit, d.staffing = &plan.Units[i], &t.Staffing[i]
		}
	}
	if d.unit == nil {
		return nil, unknown(string(unit), "no unit of the plan and the transcript")
	}
	if t.Commit != plan.Commit() || len(t.Items) != len(plan.Items) {
		return nil, unknown(t.Commit, "the transcript is not that of the plan")
	}
	d.read = readUnit(files, suiteOf(plan), d.unit)
	if err := d.read.err(); err != nil {
		return nil, err
	}
	if err := checkRoster(d.unit, d.read.roster); err != nil {
		return nil, err
	}
	return d, nil
}

// unknown says that somebody asks about what is not there: an *Error that a person can mend, with
// the value that he gave.
func unknown(value, rule string) error {
	return &Error{Check: CheckStaffing, Value: shown(value), Rule: rule}
}

// problem is the staffing problem of the unit with one task only, for eligibility, pair numbers and
// roles. What a whole problem needs of the other tasks is in the transcript.
func (d *drawnUnit) problem(task Task, seed string) *staffProblem {
	return newStaffProblem(d.plan, d.unit, &d.read, []Task{task}, seed)
}

// task gives the task of an entity of the transcript, with the items that selected it: of a unit
// with given tasks the line of its file, of any other the unit's items that have the entity among
// their selected (§7).
func (d *drawnUnit) task(entity EntityID) (Task, error) {
	if d.read.given != nil {
		for i := range d.read.given {
			if d.read.given[i].Entity == entity {
				return d.read.given[i], nil
			}
		}
		return Task{}, unknown(string(entity), "no task of the unit")
	}
	var items []ItemID
	for i := range d.plan.Items {
		if d.plan.Items[i].Unit != d.unit.ID {
			continue
		}
		for k := range d.t.Items[i].Strata {
			if slices.Contains(d.t.Items[i].Strata[k].Selected, entity) {
				items = append(items, d.plan.Items[i].ID)
			}
		}
	}
	return d.taskOf(entity, items)
}

// taskOf gives an entity's task for some items, each with the entity's area in its candidates.
func (d *drawnUnit) taskOf(entity EntityID, items []ItemID) (Task, error) {
	if len(items) == 0 {
		return Task{}, unknown(string(entity), "no task of the unit")
	}
	t := Task{Entity: entity}
	for _, item := range items {
		area, err := d.area(item, entity)
		if err != nil {
			return Task{}, err
		}
		t.Items = append(t.Items, TaskItem{item, area})
	}
	return t, nil
}

// area reads candidates.<item>.tsv as far as the entity and gives its area there (§7: the entity's
// area in that item's candidates; another item may have another). The file ascends by entity, so
// the search can stop early. Its hash is not compared: that would mean reading all of it.
func (d *drawnUnit) area(item ItemID, entity EntityID) (string, error) {
	name := NameCandidates(item)
	r, err := openLines(d.files, name, suiteOf(d.plan))
	if err != nil {
		return "", err
	}
	defer r.Close()
	for {
		line, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		id, _, _ := bytes.Cut(line, []byte("\t"))
		if c := bytes.Compare(id, []byte(entity)); c > 0 {
			break
		} else if c < 0 {
			continue
		}
		x, err := ParseCandidate(line)
		if err != nil {
			return "", r.placed(err.(*Error))
		}
		return x.Area, nil
	}
	return "", &Error{Check: CheckFiles, File: name, Value: string(entity), Rule: "no such candidate"}
}
