package sampling

// This file is the two files of a unit (draw/1 §2). roster.<unit>.tsv has eight columns:
//
//	id          inspector's identifier; the file ascends strictly by it
//	area        6 to 12 digits
//	scopes      item codes joined by commas, strictly ascending, - for none
//	lead        1 may lead a team (主办), 0 may not
//	gated       1 or 0: member of the gated family, if the unit has a gate
//	cert_until  last day of the certificate
//	carry       tasks already carried this year
//	cap         most tasks in this draw, - for no limit
//
// conflicts.<unit>.tsv has three, and ascends strictly by the first two:
//
//	inspector   identifier
//	entity      entity identifier; either id may be unknown to the other files
//	reason      a label: kin, share, employed, rotation, declared, objected, …
//
// Neither holds a name, a phone number or a reason in words.

import (
	"bytes"
	"io"
	"io/fs"
	"strconv"
)

// MaxRoster is the most lines of a roster, so that 64-bit integers suffice for staffing (§2).
const MaxRoster = 10_000

const (
	rosterColumns   = 8
	conflictColumns = 3
)

// NameRoster gives the name of a unit's roster file.
func NameRoster(unit UnitID) string { return "roster." + string(unit) + ".tsv" }

// NameConflicts gives the name of a unit's conflicts file.
func NameConflicts(unit UnitID) string { return "conflicts." + string(unit) + ".tsv" }

// AppendLine appends the line with its LF.
func (l RosterLine) AppendLine(b []byte) []byte {
	b = append(append(b, l.ID...), '\t')
	b = append(append(b, l.Area...), '\t')
	if len(l.Scopes) == 0 {
		b = append(b, '-')
	}
	b = appendCodes(b, l.Scopes)
	b = append(append(b, '\t', flag(l.Lead), '\t', flag(l.Gated), '\t'), l.CertUntil...)
	b = append(strconv.AppendInt(append(b, '\t'), l.Carry, 10), '\t')
	if l.Cap == NoCap {
		return append(b, '-', '\n')
	}
	return append(strconv.AppendInt(b, l.Cap, 10), '\n')
}

// flag writes a yes as 1 and a no as 0.
func flag(b bool) byte {
	if b {
		return '1'
	}
	return '0'
}

// ParseRosterLine reads a line of the roster file, without its LF. Errors are *Error with Column,
// Value and Rule.
func ParseRosterLine(line []byte) (RosterLine, error) {
	l, err := parseRosterLine(line)
	if err != nil {
		return RosterLine{}, err
	}
	return l, nil
}

// parseRosterLine is ParseRosterLine with the error's own type, for the reader of a whole file.
func parseRosterLine(line []byte) (l RosterLine, err *Error) {
	var c [rosterColumns][]byte
	if n := splitColumns(line, c[:]); n != rosterColumns {
		return l, wrongColumns(n, rosterColumns)
	}
	// All columns are read first and judged from left to right, so that the error names the first
	// bad column whatever the others hold.
	scopes, scopesOK := parseScopes(string(c[2]))
	cert, certErr := ParseDate(string(c[5]))
	carry, carryOK := parseCount(string(c[6]))
	limit, limitOK := parseCount(string(c[7]))
	if isNone(c[7]) {
		limit, limitOK = NoCap, true
	}
	switch {
	case !ValidIdentifier(string(c[0])):
		return l, badColumn(1, c[0], "not an identifier")
	case !ValidArea(string(c[1])):
		return l, badColumn(2, c[1], "not an area of 6 to 12 digits")
	case !scopesOK:
		return l, badColumn(3, c[2], "not item codes joined by commas, strictly ascending, or -")
	case !validFlag(c[3]):
		return l, badColumn(4, c[3], "not 1 or 0")
	case !validFlag(c[4]):
		return l, badColumn(5, c[4], "not 1 or 0")
	case certErr != nil:
		return l, badColumn(6, c[5], "not a date")
	case !carryOK:
		return l, badColumn(7, c[6], "not a count")
	case !limitOK:
		return l, badColumn(8, c[7], "not a count or -")
	}
	return RosterLine{ID: InspectorID(c[0]), Area: string(c[1]), Scopes: scopes,
		Lead: c[3][0] == '1', Gated: c[4][0] == '1', CertUntil: cert, Carry: carry,
		Cap: limit}, nil
}

// validFlag reports whether a column says 1 or 0.
func validFlag(c []byte) bool { return len(c) == 1 && (c[0] == '0' || c[0] == '1') }

// parseScopes reads item codes joined by commas, strictly ascending; `-` is none.
func parseScopes(s string) ([]ItemID, bool) {
	if s == "-" {
		return nil, true
	}
	return parseCodes(s)
}

// AppendLine appends the line with its LF.
func (l ConflictLine) AppendLine(b []byte) []byte {
	b = append(append(b, l.Inspector...), '\t')
	b = append(append(b, l.Entity...), '\t')
	return append(append(b, l.Reason...), '\n')
}

// ParseConflictLine reads a line of the conflicts file, without its LF. Errors are *Error with
// Column, Value and Rule.
func ParseConflictLine(line []byte) (ConflictLine, error) {
	l, err := parseConflictLine(line)
	if err != nil {
		return ConflictLine{}, err
	}
	return l, nil
}

// parseConflictLine is ParseConflictLine with the error's own type.
func parseConflictLine(line []byte) (l ConflictLine, err *Error) {
	var c [conflictColumns][]byte
	if n := splitColumns(line, c[:]); n != conflictColumns {
		return l, wrongColumns(n, conflictColumns)
	}
	switch {
	case !ValidIdentifier(string(c[0])):
		return l, badColumn(1, c[0], "not an identifier")
	case !validEntityID(string(c[1])):
		return l, badEntity(2, c[1])
	case !ValidLabel(string(c[2])):
		return l, badColumn(3, c[2], "not a label")
	}
	return ConflictLine{InspectorID(c[0]), EntityID(c[1]), string(c[2])}, nil
}

// readRoster reads a unit's roster and compares its hash with the plan's.
func readRoster(files fs.FS, s *suite, unit *Unit) ([]RosterLine, error) {
	var roster []RosterLine
	last := []byte(nil)
	err := eachLine(files, NameRoster(unit.ID), s, unit.RosterSHA, func(line []byte) *Error {
		l, err := parseRosterLine(line)
		if err != nil {
			return err
		}
		// A line twice would be one person on two seats of a team.
		if last != nil && bytes.Compare([]byte(l.ID), last) <= 0 {
			return &Error{Rule: ruleNotAscending}
		}
		// The bound is kept before memory is taken for the line, not after.
		if len(roster) == MaxRoster {
			return &Error{Rule: "a roster has at most " + strconv.Itoa(MaxRoster) + " lines"}
		}
		last = append(last[:0], l.ID...)
		roster = append(roster, l)
		return nil
	})
	return roster, err
}

// readConflicts reads a unit's conflicts and compares their hash with the plan's.
func readConflicts(files fs.FS, s *suite, unit *Unit) ([]ConflictLine, error) {
	var conflicts []ConflictLine
	name := NameConflicts(unit.ID)
	err := eachLine(files, name, s, unit.ConflictsSHA, func(line []byte) *Error {
		l, err := parseConflictLine(line)
		if err != nil {
			return err
		}
		if n := len(conflicts); n > 0 {
			// By the first column, then by the second. TAB is below every byte of an id, so this is
			// also the order in which `LC_ALL=C sort` puts the lines.
			p := conflicts[n-1]
			if l.Inspector < p.Inspector || l.Inspector == p.Inspector && l.Entity <= p.Entity {
				return &Error{Rule: ruleNotAscending}
			}
		}
		conflicts = append(conflicts, l)
		return nil
	})
	return conflicts, err
}

// eachLine gives every line of a frozen file to use and compares the file's hash with want.
func eachLine(files fs.FS, name string, s *suite, want string, use func([]byte) *Error) error {
	r, err := openLines(files, name, s)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		line, err := r.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := use(line); err != nil {
			return r.placed(err)
		}
	}
	return wrongHash(name, r.sum(), want)
}

// wrongHash compares the hash of a file with that of the plan.
func wrongHash(name, have, want string) error {
	if have == want {
		return nil
	}
	return &Error{Check: CheckFiles, File: name, Value: have,
		Rule: "the file does not have the hash of the plan, " + want}
}
