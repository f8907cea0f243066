package sampling

// This file is candidates.<item>.tsv (draw/1 §2), eight columns in this order:
//
//	id          entity identifier; the file ascends strictly by it
//	area        6 to 12 digits, GB/T 2260 first
//	class       A…D or another word, - for unrated
//	status      active or another word
//	visits      1 to 4 counts joined by commas, as many in every line of the file
//	last_visit  date or -
//	hold_until  date or -: a superior's recent check, an approved deferral
//	weight      1…2^31−1
//
// Nothing here says who the candidate is beyond the identifier: frozen files are published.

import (
	"bytes"
	"strconv"
)

// maxCounters is the most counts that the column visits holds (draw/1 §2).
const maxCounters = 4

// StatusActive is the status of candidates that can be drawn; any other word excludes.
const StatusActive = "active"

// maxWeight is the largest weight of a candidate (draw/1 §2).
const maxWeight = 1<<31 - 1

// candidateColumns is the number of columns of candidates.<item>.tsv.
const candidateColumns = 8

// Candidate 抽查对象 is one line of candidates.<item>.tsv (draw/1 §2).
type Candidate struct {
	ID EntityID
	// Area: 6 to 12 digits, GB/T 2260 first.
	Area string
	// Class: credit class A…D or another word; `-` unrated.
	Class string
	// Status: StatusActive or another word.
	Status string
	// Visits: 1 to 4 counts, as many in every line of the file.
	Visits []int64
	// LastVisit: empty for none.
	LastVisit Date
	// HoldUntil: empty for none.
	HoldUntil Date
	// Weight: 1…2^31−1; put 1.
	Weight int64
}

// NameCandidates gives the name of an item's candidates file.
func NameCandidates(item ItemID) string { return "candidates." + string(item) + ".tsv" }

// AppendLine appends the candidate as a line of the file, with its LF.
func (c Candidate) AppendLine(b []byte) []byte {
	b = append(append(b, c.ID...), '\t')
	b = append(append(b, c.Area...), '\t')
	b = append(append(b, c.Class...), '\t')
	b = append(append(b, c.Status...), '\t')
	for i, n := range c.Visits {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	b = append(appendOptional(append(b, '\t'), c.LastVisit), '\t')
	b = append(appendOptional(b, c.HoldUntil), '\t')
	return append(strconv.AppendInt(b, c.Weight, 10), '\n')
}

// appendOptional appends a date, or `-` for none.
func appendOptional(b []byte, d Date) []byte {
	if d == "" {
		return append(b, '-')
	}
	return append(b, d...)
}

// candidateView is a checked line of the candidates file, as slices of the line: a population of
// many million lines is read without allocating.
type candidateView struct {
	id, area, class, status, lastVisit, holdUntil []byte
	visits                                        [maxCounters]int64
	// counters: how many of visits are given.
	counters int
}

// ParseCandidate reads a line of the candidates file, without its LF. Errors are *Error with
// Column, Value and Rule.
func ParseCandidate(line []byte) (Candidate, error) {
	var v candidateView
	weight, err := v.parse(line)
	if err != nil {
		return Candidate{}, err
	}
	c := Candidate{ID: EntityID(v.id), Area: string(v.area), Class: string(v.class),
		Status: string(v.status), Weight: weight,
		Visits: append([]int64(nil), v.visits[:v.counters]...)}
	if !isNone(v.lastVisit) {
		c.LastVisit = Date(v.lastVisit)
	}
	if !isNone(v.holdUntil) {
		c.HoldUntil = Date(v.holdUntil)
	}
	return c, nil
}

// isNone reports whether a column says `-`.
func isNone(column []byte) bool { return len(column) == 1 && column[0] == '-' }

// parse fills the view from a line; it gives the weight, which only a method that weighs reads.
func (v *candidateView) parse(line []byte) (weight int64, err *Error) {
	var c [candidateColumns][]byte
	if n := splitColumns(line, c[:]); n != candidateColumns {
		return 0, wrongColumns(n, candidateColumns)
	}
	v.id, v.area, v.class, v.status, v.lastVisit, v.holdUntil = c[0], c[1], c[2], c[3], c[5], c[6]
	switch {
	case !validEntityID(string(v.id)):
		return 0, badEntity(1, v.id)
	case !ValidArea(string(v.area)):
		return 0, badColumn(2, v.area, "not an area of 6 to 12 digits")
	case !validClass(string(v.class)):
		return 0, badColumn(3, v.class, "not a class: a word or -")
	case !ValidWord(string(v.status)):
		return 0, badColumn(4, v.status, "not a status: active or another word")
	case !v.parseVisits(c[4]):
		return 0, badColumn(5, c[4], "not 1 to 4 counts joined by commas")
	case !validOptionalDate(v.lastVisit):
		return 0, badColumn(6, v.lastVisit, "not a date or -")
	case !validOptionalDate(v.holdUntil):
		return 0, badColumn(7, v.holdUntil, "not a date or -")
	}
	weight, ok := parseUpTo(string(c[7]), maxWeight)
	if !ok || weight == 0 {
		return 0, badColumn(8, c[7], "not a weight 1…2^31-1")
	}
	return weight, nil
}

// badEntity says why a column is not an entity identifier.
func badEntity(column int, value []byte) *Error {
	_, err := ParseEntityID(string(value))
	e := err.(*Error)
	e.Column = column
	return e
}

// validOptionalDate reports whether a column is a date or `-`.
func validOptionalDate(column []byte) bool {
	return isNone(column) || validDate(string(column))
}

// parseVisits reads 1 to 4 counts joined by commas.
func (v *candidateView) parseVisits(column []byte) bool {
	for n := range maxCounters {
		end := bytes.IndexByte(column, ',')
		last := end < 0
		if last {
			end = len(column)
		}
		count, ok := parseCount(string(column[:end]))
		if !ok {
			return false
		}
		v.visits[n], v.counters = count, n+1
		if last {
			return true
		}
		column = column[end+1:]
	}
	return false
}
