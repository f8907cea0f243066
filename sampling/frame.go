package sampling

// This file is draw/1 §3 and population.<item>.tsv. For each candidate the first rule that applies
// decides:
//
//	1. status ≠ active                                          → excluded as inactive
//	2. hold_until is a date after the date of the frame         → excluded as held
//	3. an entry of caps for everybody or for its class is met   → excluded as capped
//	4. otherwise eligible, in the stratum that strata_by names,
//	   with ~ behind it if last visited on cooldown_from or later
//
// All borders belong to the drawn side of a day: hold_until on the date of the frame holds nobody,
// a visit on cooldown_from itself cools, visits equal to max are capped.
//
// population.<item>.tsv is exactly the eligible candidates: id and stratum, and in a third column
// the candidate's weight if some stratum of the item uses pareto.

import (
	"strconv"
	"strings"
)

// The exclusion codes of draw/1 §3, in the order in which the rules apply.
const (
	ExcludedInactive = "inactive" // status ≠ active
	ExcludedHeld     = "held"     // hold_until after the date of the frame
	ExcludedCapped   = "capped"   // checked often enough this year
)

// everybody is the stratum of a frame that does not stratify.
const everybody = "all"

// cooled ends the name of a stratum of those visited since cooldown_from.
const cooled = '~'

// place applies draw/1 §3 to a candidate: it gives the exclusion code, or "" and the stratum,
// appended to b.
func (f *Frame) place(c *candidateView, b []byte) (excluded string, stratum []byte) {
	if string(c.status) != StatusActive {
		return ExcludedInactive, nil
	}
	if !isNone(c.holdUntil) && string(c.holdUntil) > string(f.Date) {
		return ExcludedHeld, nil
	}
	for i := range f.Caps {
		limit := &f.Caps[i]
		if (limit.Class == "" || limit.Class == string(c.class)) &&
			c.visits[limit.Counter] >= limit.Max {
			return ExcludedCapped, nil
		}
	}
	if len(f.StrataBy) == 0 {
		b = append(b, everybody...)
	}
	for i, by := range f.StrataBy {
		if i > 0 {
			b = append(b, '/')
		}
		b = append(b, c.stratumPart(by)...)
	}
	if f.CooldownFrom != "" && !isNone(c.lastVisit) &&
		string(c.lastVisit) >= string(f.CooldownFrom) {
		b = append(b, cooled)
	}
	return "", b
}

// stratumPart gives the value by which a frame stratifies.
func (v *candidateView) stratumPart(by string) []byte {
	switch by {
	case "area2":
		return v.area[:2]
	case "area4":
		return v.area[:4]
	case "area6":
		return v.area[:6]
	}
	return v.class
}

// counters gives how many counts each visits must have for the caps of the frame.
func (f *Frame) counters() int {
	n := 0
	for i := range f.Caps {
		n = max(n, int(f.Caps[i].Counter)+1)
	}
	return n
}

// count adds one to the exclusion with that code.
func (x *Excluded) count(code string) {
	switch code {
	case ExcludedInactive:
		x.Inactive++
	case ExcludedHeld:
		x.Held++
	case ExcludedCapped:
		x.Capped++
	}
}

// add adds the counts of another part of the same file.
func (x *Excluded) add(o Excluded) {
	x.Inactive += o.Inactive
	x.Held += o.Held
	x.Capped += o.Capped
}

// validStratum reports whether s can be the stratum of a frame: up to four words or `-` joined by
// `/`, and perhaps `~` at the end.
func validStratum(s string) bool {
	s = strings.TrimSuffix(s, string(cooled))
	for range 4 {
		part, rest, more := strings.Cut(s, "/")
		if !validClass(part) {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
	return false
}

// PopulationLine is one line of population.<item>.tsv (draw/1 §2): an eligible candidate.
type PopulationLine struct {
	ID      EntityID
	Stratum string
	// Weight is the candidate's, 1…2^31−1; 0 in a file without that column. Every line of a file
	// has it, or none.
	Weight int64
}

// NamePopulation gives the name of an item's population file.
func NamePopulation(item ItemID) string { return "population." + string(item) + ".tsv" }

// AppendLine appends the line with its LF.
func (l PopulationLine) AppendLine(b []byte) []byte {
	b = append(append(b, l.ID...), '\t')
	b = append(b, l.Stratum...)
	if l.Weight != 0 {
		b = appendWeight(b, l.Weight)
	}
	return append(b, '\n')
}

// appendWeight appends the third column with the TAB before it.
func appendWeight(b []byte, weight int64) []byte {
	return strconv.AppendInt(append(b, '\t'), weight, 10)
}

// ParsePopulationLine reads a line of the population file, without its LF, with or without the
// third column. Errors are *Error with Column, Value and Rule.
func ParsePopulationLine(line []byte) (PopulationLine, error) {
	v, err := splitPopulation(line, strings.Count(string(line), "\t") == 2)
	if err != nil {
		return PopulationLine{}, err
	}
	return PopulationLine{EntityID(v.id), string(v.stratum), v.weight}, nil
}

// populationView is a line of the population as slices of it; weight is 0 where the file has none.
type populationView struct {
	id, stratum []byte
	weight      int64
}

// splitPopulation checks a population line, with the third column if weighted.
func splitPopulation(line []byte, weighted bool) (v populationView, err *Error) {
	var c [3][]byte
	columns := 2
	if weighted {
		columns = 3
	}
	if n := splitColumns(line, c[:columns]); n != columns {
		return v, wrongColumns(n, columns)
	}
	if !validEntityID(c[0]) {
		return v, badEntity(1, c[0])
	}
	if !validStratum(string(c[1])) {
		return v, badColumn(2, c[1], "not a stratum")
	}
	v.id, v.stratum = c[0], c[1]
	if !weighted {
		return v, nil
	}
	weight, ok := parseWeight(c[2])
	if !ok {
		return v, badColumn(3, c[2], ruleWeight)
	}
	v.weight = weight
	return v, nil
}

// weighted reports whether the lines of the item's population have the third column.
func (it *Item) weighted() bool {
	for i := range it.Strata {
		if it.Strata[i].Method == MethodPareto {
			return true
		}
	}
	return false
}
