package sampling

// Mistakes in what comes from outside. Every one of them names the rule that was broken and where,
// because the person who reads it has to mend a file of perhaps a million lines. What only our own
// code can get wrong panics instead.

import (
	"fmt"
	"strconv"
	"strings"
)

// The names of the checks of draw/1 §9, in the order in which Verify runs them.
const (
	CheckCanonical  = "canonical"
	CheckPlan       = "plan"
	CheckCommit     = "commit"
	CheckEntropy    = "entropy"
	CheckSeed       = "seed"
	CheckGrade      = "grade"
	CheckFiles      = "files"
	CheckPopulation = "population"
	CheckSize       = "size"
	CheckSelection  = "selection"
	CheckStaffing   = "staffing"
	CheckOptimal    = "optimal"
	CheckUnique     = "unique"
	CheckRoles      = "roles"
)

// Error says that something given from outside (a plan, a frozen file, an entropy value) breaks a
// rule of draw/1. Zero fields are unknown or do not apply.
type Error struct {
	// Check: the check of §9 that fails, one of CheckCanonical … CheckRoles.
	Check string
	// File of the bundle, e.g. "candidates.SX-001.tsv".
	File string
	// Line of a text file, from 1.
	Line int
	// Column of a TSV file, from 1.
	Column int
	// Path: place in a JSON file, e.g. "items: strata: ratio".
	Path string
	// Value: the offending value as written, shortened.
	Value string
	// Rule: the rule that it breaks.
	Rule string
}

// Error gives one line `file:line: column n: path: "value": rule` without the parts that are
// unknown.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			b.WriteString(":" + strconv.Itoa(e.Line))
		}
		b.WriteString(": ")
	}
	if e.Column > 0 {
		b.WriteString("column " + strconv.Itoa(e.Column) + ": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	if e.Value != "" {
		b.WriteString(strconv.Quote(e.Value) + ": ")
	}
	return b.String() + e.Rule
}

// maxShown is how many bytes of an offending value an Error repeats.
const maxShown = 80

// shown shortens a value for an Error, at a rune's border.
func shown(v string) string {
	if len(v) <= maxShown {
		return v
	}
	return strings.ToValidUTF8(v[:maxShown], "") + "…"
}

// broken makes an Error about one value; the reader of the file adds where it stands.
func broken(value, format string, args ...any) *Error {
	return &Error{Value: shown(value), Rule: fmt.Sprintf(format, args...)}
}
