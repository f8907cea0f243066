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
	// tail: the columns behind class, with the TAB before them; weight: the last of them.
	tail   []byte
	weight int64
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

// parse fills the view from a line; it gives the weight, which only a method that weighs reads. The
// view must be new, or have been filled by parse from a line that is still there.
func (v *candidateView) parse(line []byte) (weight int64, err *Error) {
	// Most candidates were never visited and have the same columns behind their class as the line
	// before, whose columns were found to be right.
	head := line
	same := len(v.tail) > 0 && bytes.HasSuffix(line, v.tail)
	if same {
		head = line[:len(line)-len(v.tail)]
	}
	var c [candidateColumns]classed
	n := splitClassed(head, c[:])
	same = same && n == headColumns
	if len(head) < len(line) && !same {
		n = splitClassed(line, c[:]) // the tail only looked like one
	}
	if !same && n != candidateColumns {
		return 0, wrongColumns(n, candidateColumns)
	}
	v.id, v.area, v.class = c[0].text, c[1].text, c[2].text
	switch {
	case !validEntityID(v.id):
		return 0, badEntity(1, v.id)
	case !c[1].isArea():
		return 0, badColumn(2, v.area, "not an area of 6 to 12 digits")
	case !isNone(v.class) && !c[2].isWord():
		return 0, badColumn(3, v.class, "not a class: a word or -")
	}
	if !same {
		// A tail that breaks a rule must not serve the next line.
		v.tail = nil
		if err := v.parseTail(c[headColumns:]); err != nil {
			return 0, err
		}
		v.tail = line[len(line)-tailLength(c[headColumns:]):]
	}
	return v.weight, nil
}

// headColumns is the number of columns that say who it is: id, area, class.
const headColumns = 3

// tailLength gives the length of columns with the TABs before them.
func tailLength(c []classed) (n int) {
	for i := range c {
		n += 1 + len(c[i].text)
	}
	return n
}

// parseTail reads the columns behind class.
func (v *candidateView) parseTail(c []classed) *Error {
	v.status, v.lastVisit, v.holdUntil = c[0].text, c[2].text, c[3].text
	switch {
	case !c[0].isWord():
		return badColumn(4, v.status, "not a status: active or another word")
	case !v.parseVisits(c[1].text):
		return badColumn(5, c[1].text, "not 1 to 4 counts joined by commas")
	case !isNone(v.lastVisit) && !validDate(v.lastVisit):
		return badColumn(6, v.lastVisit, "not a date or -")
	case !isNone(v.holdUntil) && !validDate(v.holdUntil):
		return badColumn(7, v.holdUntil, "not a date or -")
	}
	weight, ok := parseWeight(c[4].text)
	if !ok {
		return badColumn(8, c[4].text, ruleWeight)
	}
	v.weight = weight
	return nil
}

const ruleWeight = "not a weight 1…2^31-1"

// parseWeight reads a weight as TSV writes it.
func parseWeight(column []byte) (int64, bool) {
	weight, ok := parseUpTo(column, maxWeight)
	return weight, ok && weight > 0
}

// badEntity says why a column is not an entity identifier.
func badEntity(column int, value []byte) *Error {
	_, err := ParseEntityID(string(value))
	e := err.(*Error)
	e.Column = column
	return e
}

// parseVisits reads 1 to 4 counts joined by commas.
func (v *candidateView) parseVisits(column []byte) bool {
	for n := range maxCounters {
		end := bytes.IndexByte(column, ',')
		last := end < 0
		if last {
			end = len(column)
		}
		count, ok := parseCount(column[:end])
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
