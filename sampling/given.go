package sampling

// This file is tasks.<unit>.tsv (draw/1 §2), the tasks of a unit that were drawn elsewhere: by a
// superior (上级抽取，下级派员), in a joint draw, or in an earlier draw of the office whose teams
// fell through. Three columns:
//
//	entity  entity identifier; the file ascends strictly by it
//	area    6 to 12 digits, GB/T 2260 first; it holds for every item of the task
//	items   item codes joined by commas, strictly ascending, at least one; in the plan or not
//
// The plan names its hash as tasks_sha, and as `from` what the log stores for the transcript that
// the tasks come from. Only the log and the earlier bundle can show that they do come from there.

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
)

// taskColumns is the number of columns of tasks.<unit>.tsv.
const taskColumns = 3

// NameTasks gives the name of the given tasks of a unit that has tasks_sha.
func NameTasks(unit UnitID) string { return "tasks." + string(unit) + ".tsv" }

// TaskLine is one line of tasks.<unit>.tsv (draw/1 §2): a task drawn elsewhere.
type TaskLine struct {
	Entity EntityID
	// Area: 6 to 12 digits, of every item.
	Area string
	// Items: strictly ascending, at least one.
	Items []ItemID
}

// AppendLine appends the line with its LF.
func (l TaskLine) AppendLine(b []byte) []byte {
	b = append(append(b, l.Entity...), '\t')
	b = append(append(b, l.Area...), '\t')
	return append(appendCodes(b, l.Items), '\n')
}

// Task gives the task that the line stands for: every item with the area of the line (§7).
func (l TaskLine) Task() Task {
	t := Task{Entity: l.Entity, Items: make([]TaskItem, len(l.Items))}
	for i, item := range l.Items {
		t.Items[i] = TaskItem{item, l.Area}
	}
	return t
}

// ParseTaskLine reads a line of the tasks file, without its LF. Errors are *Error with Column,
// Value and Rule.
func ParseTaskLine(line []byte) (TaskLine, error) {
	l, err := parseTaskLine(line)
	if err != nil {
		return TaskLine{}, err
	}
	return l, nil
}

// parseTaskLine is ParseTaskLine with the error's own type.
func parseTaskLine(line []byte) (l TaskLine, err *Error) {
	var c [taskColumns][]byte
	if n := splitColumns(line, c[:]); n != taskColumns {
		return l, wrongColumns(n, taskColumns)
	}
	items, ok := parseCodes(string(c[2]))
	switch {
	case !validEntityID(string(c[0])):
		return l, badEntity(1, c[0])
	case !ValidArea(string(c[1])):
		return l, badColumn(2, c[1], "not an area of 6 to 12 digits")
	case !ok:
		return l, badColumn(3, c[2], "not a list of item codes joined by commas, strictly ascending")
	}
	return TaskLine{EntityID(c[0]), string(c[1]), items}, nil
}

// appendCodes appends item codes joined by commas.
func appendCodes(b []byte, codes []ItemID) []byte {
	for i, code := range codes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, code...)
	}
	return b
}

// parseCodes reads item codes joined by commas, strictly ascending, at least one.
func parseCodes(s string) ([]ItemID, bool) {
	parts := strings.Split(s, ",")
	codes := make([]ItemID, len(parts))
	for i, p := range parts {
		if !ValidIdentifier(p) || i > 0 && p <= parts[i-1] {
			return nil, false
		}
		codes[i] = ItemID(p)
	}
	return codes, true
}

// readTasks reads the given tasks of a unit and compares their hash with the plan's. The list is
// never nil, which would say that no tasks are given.
func readTasks(files fs.FS, s *suite, unit *Unit) ([]Task, error) {
	tasks := []Task{}
	last := []byte(nil)
	err := eachLine(files, NameTasks(unit.ID), s, unit.TasksSHA, func(line []byte) *Error {
		l, err := parseTaskLine(line)
		if err != nil {
			return err
		}
		// An entity twice would be two teams on one visit.
		if last != nil && bytes.Compare([]byte(l.Entity), last) <= 0 {
			return &Error{Rule: ruleNotAscending}
		}
		last = append(last[:0], l.Entity...)
		tasks = append(tasks, l.Task())
		return nil
	})
	return tasks, err
}

// unitFiles is what was read of a unit's frozen files, each with the first thing that is wrong
// with it. Draw and Verify share it.
type unitFiles struct {
	roster    []RosterLine
	conflicts []ConflictLine
	// given: the tasks of a unit with tasks_sha; nil for any other.
	given []Task
	// errs: of roster, conflicts and tasks; nil where the file is that of the plan.
	errs [3]error
}

// readUnit reads the frozen files of a unit.
func readUnit(files fs.FS, s *suite, unit *Unit) (u unitFiles) {
	u.roster, u.errs[0] = readRoster(files, s, unit)
	u.conflicts, u.errs[1] = readConflicts(files, s, unit)
	if unit.TasksSHA != "" {
		u.given, u.errs[2] = readTasks(files, s, unit)
	}
	return u
}

// err gives the first thing that is wrong with the files.
func (f *unitFiles) err() error {
	for _, err := range f.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// complete reports whether all files were read to their ends: only their hashes may be wrong.
func (f *unitFiles) complete() bool {
	return readable(f.errs[0]) && readable(f.errs[1]) && readable(f.errs[2])
}

// readable reports whether a file was read to its end: only its hash may be wrong.
func readable(err error) bool {
	// Mistakes within a file name a line; a hash that differs belongs to the file as a whole.
	var e *Error
	return err == nil || errors.As(err, &e) && e.Line == 0
}
