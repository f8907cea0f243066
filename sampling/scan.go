package sampling

// This file is the one pass over an item's two files that both Draw and Verify make. It answers
// four questions at once, each with an error of its own:
//
//   - are the files well formed, and those of the plan (check files)?
//   - is the population what §3 makes of the candidates (check population)?
//   - who has the smallest tickets of each stratum (check selection)?
//   - in which area does each of them lie (for staffing)?
//
// Candidates and population ascend by the same ids, so they are merged like two sorted lists, and
// memory holds one line of each beside the rows that the pickers keep.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// itemScan is what one pass over an item's two files found. Draw and Verify share it, so that
// what is checked is what was drawn.
type itemScan struct {
	// files: first thing wrong with the files themselves (check files).
	files error
	// population: first place where the population is not what §3 makes of the candidates.
	population error
	// complete: both files were read to their ends; drawn holds only then.
	complete bool
	drawn    []drawn
}

// itemScanner reads candidates and population side by side: both ascend by id, so each line of
// the population meets its candidate without anything being kept.
//
// A line is valid until the next one of the same file is read, so at any time c belongs to the last
// line of cand and id, stratum to the last line of pop; what must outlive that is copied.
type itemScanner struct {
	item    *Item
	cand    *lineReader
	pop     *lineReader
	tree    *MerkleTree
	tickets *ticketer
	// pickers: parallel to item.Strata.
	pickers []*picker
	// index: stratum → its place in item.Strata.
	index map[string]int
	// strays: lines of strata that the plan does not have.
	strays   int64
	excluded Excluded
	mismatch error

	// the candidate and the population line read last; their slices are valid until the next
	c candidateView
	// width: counts in each visits.
	width       int
	id, stratum []byte
	// popOpen: id and stratum hold a line.
	popOpen bool
	// expected: the stratum that §3 gives the candidate.
	expected         []byte
	lastCand, lastID []byte
}

// scanItem reads the files of an item, compares them with the plan and with each other, and
// keeps the rows that the seed selects or holds in reserve.
func scanItem(files fs.FS, s *suite, item *Item, seed string) itemScan {
	scan, short := scanOnce(files, s, item, seed, true)
	if short {
		scan, _ = scanOnce(files, s, item, seed, false)
	}
	return scan
}

// scanOnce is one pass of scanItem; short says that a picker's guess was too low.
func scanOnce(files fs.FS, s *suite, item *Item, seed string, guess bool) (
	scan itemScan, short bool) {
	cand, err := openLines(files, NameCandidates(item.ID), s)
	if err != nil {
		return itemScan{files: err}, false
	}
	defer cand.Close()
	pop, err := openLines(files, NamePopulation(item.ID), s)
	if err != nil {
		return itemScan{files: err}, false
	}
	defer pop.Close()
	sc := &itemScanner{item: item, cand: cand, pop: pop, tree: newMerkleTree(s),
		tickets: newTicketer(s, seed, item.Label), index: map[string]int{}}
	space := int64(firstSpace)
	for i := range item.Strata {
		n, _ := item.Strata[i].Size()
		p := newPicker(sc.tickets.of, n, item.Reserve, item.Strata[i].N, guess, &space)
		sc.pickers = append(sc.pickers, p)
		sc.index[item.Strata[i].ID] = i
	}
	if err := sc.run(); err != nil {
		return itemScan{files: sc.cause(err)}, false
	}
	// Both verdicts are kept: a file that is not the plan's can still be told to differ from §3.
	scan = itemScan{files: sc.checkFiles(), population: sc.checkPopulation(), complete: true}
	for _, p := range sc.pickers {
		short = short || p.short()
		scan.drawn = append(scan.drawn, p.finish())
	}
	return scan, short
}

// run merges the two files to their ends. Its error is a malformed or unreadable line.
func (sc *itemScanner) run() error {
	if err := sc.nextPopulation(); err != nil {
		return err
	}
	for {
		err := sc.nextCandidate()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := sc.match(); err != nil {
			return err
		}
	}
	// What is left of the population has no candidate either; it is read to its end all the same,
	// because hash and root are those of the whole file.
	if sc.popOpen {
		sc.differ("the population has more lines than candidates are eligible")
	}
	for sc.popOpen {
		sc.take(nil)
		if err := sc.nextPopulation(); err != nil {
			return err
		}
	}
	return nil
}

// cause prefers a mistake in the candidates to the one that it led to in the population, which is
// derived from them.
func (sc *itemScanner) cause(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.File != sc.pop.name {
		return err
	}
	for {
		switch earlier := sc.nextCandidate(); {
		case errors.Is(earlier, io.EOF):
			return err
		case earlier != nil:
			return earlier
		}
	}
}

// match places the present candidate and consumes the population lines up to it. In a population
// that is right each eligible candidate meets its own line; otherwise the first difference is kept
// and the merge goes on, so that later checks still have rows to look at.
func (sc *itemScanner) match() error {
	code, stratum := sc.item.Frame.place(&sc.c, sc.expected[:0])
	if code != "" {
		sc.excluded.count(code)
	} else {
		sc.expected = stratum
	}
	// Population lines before this candidate belong to no candidate at all.
	for sc.popOpen && bytes.Compare(sc.id, sc.c.id) < 0 {
		sc.differ("no eligible candidate has this id")
		sc.take(nil)
		if err := sc.nextPopulation(); err != nil {
			return err
		}
	}
	present := sc.popOpen && bytes.Equal(sc.id, sc.c.id)
	switch {
	case code == "" && !present:
		sc.lacks()
	case code != "" && present:
		sc.differ("the candidate of this id is excluded: " + code)
	case present && !bytes.Equal(sc.stratum, stratum):
		sc.differ("its stratum is " + string(stratum))
	}
	if !present {
		return nil
	}
	sc.take(sc.c.area)
	return sc.nextPopulation()
}

// differ records the first difference, at the present line of the population.
func (sc *itemScanner) differ(rule string) {
	if sc.mismatch == nil {
		sc.mismatch = &Error{Check: CheckPopulation, File: sc.pop.name, Line: sc.pop.number,
			Value: string(sc.id) + " " + string(sc.stratum), Rule: rule}
	}
}

// lacks records the first difference, at the present line of the candidates.
func (sc *itemScanner) lacks() {
	if sc.mismatch == nil {
		sc.mismatch = &Error{Check: CheckPopulation, File: sc.cand.name, Line: sc.cand.number,
			Value: string(sc.c.id) + " " + string(sc.expected),
			Rule:  "this eligible candidate is not in the population"}
	}
}

// take offers the present line of the population to its stratum.
func (sc *itemScanner) take(area []byte) {
	// The conversion does not allocate: it is only a key to look up.
	i, ok := sc.index[string(sc.stratum)]
	if !ok {
		sc.strays++
		return
	}
	ticket := sc.tickets.of(sc.id)
	if p := sc.pickers[i]; p.wants(ticket) {
		p.add(ticket, sc.id, area)
	}
}

// nextCandidate reads and checks a line of the candidates, or gives io.EOF.
func (sc *itemScanner) nextCandidate() error {
	line, err := sc.cand.next()
	if err != nil {
		return err
	}
	if _, err := sc.c.parse(line); err != nil {
		return sc.cand.placed(err)
	}
	if sc.lastCand != nil && bytes.Compare(sc.c.id, sc.lastCand) <= 0 {
		return sc.cand.errorf(ruleNotAscending)
	}
	sc.lastCand = append(sc.lastCand[:0], sc.c.id...)
	// The first line sets the width for the file; a file without lines has none, so it satisfies
	// any caps.
	if sc.width == 0 {
		sc.width = sc.c.counters
	}
	if sc.c.counters != sc.width {
		return sc.cand.placed(&Error{Column: 5, Rule: ruleWidth})
	}
	if sc.width < sc.item.Frame.counters() {
		return sc.cand.placed(&Error{Column: 5, Rule: missingCounter(&sc.item.Frame)})
	}
	return nil
}

// nextPopulation reads and checks a line of the population; at the end popOpen becomes false.
func (sc *itemScanner) nextPopulation() error {
	line, err := sc.pop.next()
	if errors.Is(err, io.EOF) {
		sc.popOpen = false
		return nil
	}
	if err != nil {
		return err
	}
	id, stratum, bad := splitPopulation(line)
	if bad != nil {
		return sc.pop.placed(bad)
	}
	if sc.lastID != nil && bytes.Compare(id, sc.lastID) <= 0 {
		return sc.pop.errorf(ruleNotAscending)
	}
	// Copied, because the slice dies with the next line; the copy reuses its own memory.
	sc.lastID = append(sc.lastID[:0], id...)
	sc.id, sc.stratum, sc.popOpen = id, stratum, true
	sc.tree.Add(line)
	return nil
}

// checkFiles compares the hashes, the root and N with the plan.
func (sc *itemScanner) checkFiles() error {
	it := sc.item
	if err := wrongHash(sc.cand.name, sc.cand.sum(), it.CandidatesSHA); err != nil {
		return err
	}
	if err := wrongHash(sc.pop.name, sc.pop.sum(), it.PopulationSHA); err != nil {
		return err
	}
	if root := sc.tree.Root(); root != it.PopulationRoot {
		return &Error{Check: CheckFiles, File: sc.pop.name, Value: root,
			Rule: "the file does not have the root of the plan, " + it.PopulationRoot}
	}
	if n := sc.tree.N(); n != it.N {
		return &Error{Check: CheckFiles, File: sc.pop.name,
			Rule: fmt.Sprintf("the file has %d lines, N of the plan is %d", n, it.N)}
	}
	return nil
}

// checkPopulation compares what §3 makes of the candidates with the population and the plan.
func (sc *itemScanner) checkPopulation() error {
	// A difference between the files comes first: it names a firm. Numbers only say that something
	// is wrong somewhere.
	if sc.mismatch != nil {
		return sc.mismatch
	}
	wrong := func(value, format string, args ...any) error {
		return &Error{Check: CheckPopulation, File: sc.pop.name, Value: value,
			Rule: fmt.Sprintf(format, args...)}
	}
	if sc.excluded != sc.item.Excluded {
		return wrong("", "excluded are %+v, the plan says %+v", sc.excluded, sc.item.Excluded)
	}
	if sc.strays > 0 {
		return wrong("", "%d lines are in strata that the plan does not have", sc.strays)
	}
	for i, p := range sc.pickers {
		if s := &sc.item.Strata[i]; p.seen != s.N {
			return wrong(s.ID, "the stratum has %d lines, N of the plan is %d", p.seen, s.N)
		}
	}
	return nil
}
