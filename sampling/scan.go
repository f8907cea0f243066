package sampling

// This file is the one pass over an item's two files that both Draw and Verify make. It answers
// four questions at once, each with an error of its own:
//
//   - are the files well formed, and those of the plan (check files)?
//   - is the population what §3 makes of the candidates (check population)?
//   - who has the smallest tickets of each stratum (check selection)?
//   - in which area does each of them lie (for staffing)?
//
// Candidates and population ascend by the same ids, so they are merged like two sorted lists. Both
// are read in blocks, in step; each block is cut into pieces with the same ids of both files, which
// workers look at while the next blocks are read (piece.go). What they find is put
// together in the order of the files: no result depends on how the files were cut or on who was
// faster. Memory holds two blocks of each file beside the rows that the pickers keep.
//
// A round goes like this:
//
//	cut        whole lines of both blocks up to the smaller of their last ids, in pieces
//	parallel   read the next blocks · hash the candidates · hash the population · look at pieces
//	join       errors, counts, Merkle subtrees and wanted rows of each piece, in order
//	turn       what was not cut and what was read become the present blocks

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
)

// itemScan is what one pass over an item's two files found. Draw and Verify share it, so that
// what is checked is what was drawn.
type itemScan struct {
	// files: first thing wrong with the files themselves (check files). A mistake in the candidates
	// comes before any in the population, which is derived from them.
	files error
	// population: first place where the population is not what §3 makes of the candidates.
	population error
	// complete: both files were read to their ends; drawn holds only then.
	complete bool
	drawn    []drawn
}

// scanShape says how the work is cut. It changes the speed and nothing else.
type scanShape struct {
	// block: bytes of a file that are held at a time, twice.
	block int
	// piece: bytes of the candidates, or of the population alone, that a worker looks at in one go.
	piece int
	// workers at a time.
	workers int
}

// usualShape makes blocks large enough that workers seldom wait for each other, and pieces small
// enough to be spread evenly.
var usualShape = scanShape{block: 4 << 20, piece: 32 << 10, workers: workers}

// itemScanner reads candidates and population side by side: both ascend by id, so each line of
// the population meets its candidate without anything being kept.
type itemScanner struct {
	item  *Item
	shape scanShape
	suite *suite
	seed  string

	// cand, pop: the present blocks of the two files.
	cand, pop *blockReader
	// tree: of the population lines before them.
	tree *MerkleTree
	// pickers: parallel to item.Strata.
	pickers []*picker
	// space: entries that the pickers made space for beforehand.
	space int64
	// index: stratum → its place in item.Strata.
	index map[string]int
	// weighted: lines of the population have the third column.
	weighted bool
	// width: counts in each visits, as in the first line; 0 without any.
	width int

	// pieces: of the present blocks; their memory serves every round.
	pieces []*piece
	// candLines, popLines: lines before the present blocks.
	candLines, popLines int
	// lastCand, lastPop: first columns of the lines before the present blocks.
	lastCand, lastPop []byte

	// strays: lines of strata that the plan does not have.
	strays   int64
	excluded Excluded
	mismatch error
	// popError: first thing wrong with the population, while the candidates are read to their end.
	popError error
}

// errChanged says that two passes over a file did not find the same.
var errChanged = errors.New("it was changed while it was read")

// scanItem reads the files of an item, compares them with the plan and with each other, and
// keeps the rows that the seed selects or holds in reserve.
func scanItem(files fs.FS, s *suite, item *Item, seed string) itemScan {
	return scanShaped(files, s, item, seed, usualShape)
}

// scanShaped is scanItem with the work cut in another way.
func scanShaped(files fs.FS, s *suite, item *Item, seed string, shape scanShape) itemScan {
	scan, short := scanOnce(files, s, item, seed, shape, true)
	if short {
		scan, _ = scanOnce(files, s, item, seed, shape, false)
	}
	return scan
}

// scanOnce is one pass of scanItem, or two where there are weights; short says that a picker's
// guess was too low.
func scanOnce(files fs.FS, s *suite, item *Item, seed string, shape scanShape, guess bool) (
	scan itemScan, short bool) {
	cand, err := openBlocks(files, NameCandidates(item.ID), s, shape.block)
	if err != nil {
		return itemScan{files: err}, false
	}
	defer cand.Close()
	sc := &itemScanner{item: item, shape: shape, suite: s, seed: seed, cand: cand,
		tree: newMerkleTree(s), index: map[string]int{}, weighted: item.weighted()}
	weights, weighed := make([]*pareto, len(item.Strata)), ""
	if sc.weighted {
		if weights, weighed, err = weigh(files, s, item, shape); err != nil {
			return itemScan{files: err}, false
		}
	}
	// Lines of the population have less than half the length of the candidates'.
	sc.pop, err = openBlocks(files, NamePopulation(item.ID), s, max(1, shape.block/2))
	if err != nil {
		return itemScan{files: err}, false
	}
	defer sc.pop.Close()
	sc.makePickers(weights, guess)
	if err := sc.run(); err != nil {
		return itemScan{files: err}, false
	}
	// X and m must be those of the lines that were drawn from.
	if sc.weighted && weighed != sc.pop.sum() {
		return itemScan{files: &MissingError{sc.pop.name, errChanged}}, false
	}
	// Both verdicts are kept: a file that is not the plan's can still be told to differ from §3.
	scan = itemScan{files: sc.checkFiles(), population: sc.checkPopulation(), complete: true}
	for _, p := range sc.pickers {
		short = short || p.short()
		scan.drawn = append(scan.drawn, p.finish())
	}
	return scan, short
}

// makePickers makes a picker for each stratum; weights are parallel to them, nil for srs.
func (sc *itemScanner) makePickers(weights []*pareto, guess bool) {
	tickets := newTicketer(sc.suite, sc.seed, sc.item.Label)
	space := int64(firstSpace)
	for i := range sc.item.Strata {
		s := &sc.item.Strata[i]
		n, _ := s.Size()
		var p *picker
		if weights[i] != nil {
			p = newParetoPicker(tickets.of, n, sc.item.Reserve, s.N, weights[i], &space)
		} else {
			p = newPicker(tickets.of, n, sc.item.Reserve, s.N, guess, &space)
		}
		sc.pickers = append(sc.pickers, p)
		sc.space += int64(cap(p.entries))
		sc.index[s.ID] = i
	}
}

// run merges the two files to their ends. Its error is a malformed or unreadable line.
func (sc *itemScanner) run() error {
	// The first line sets the width for the file; a file without lines has none, so it satisfies
	// any caps. A first line that is malformed is found by whoever looks at it next.
	if first := sc.cand.lines(); len(first) > 0 {
		var v candidateView
		if _, err := v.parse(first[:bytes.IndexByte(first, '\n')]); err == nil {
			sc.width = v.counters
		}
	}
	for !sc.cand.done() || !sc.pop.done() {
		cand, pop, count := sc.cut()
		parallelOn(sc.shape.workers, 3+count, func(i int) {
			switch i {
			case 0:
				// One after the other: not every file system reads two files at a time.
				sc.cand.fill(cand)
				sc.pop.fill(pop)
			case 1:
				sc.cand.hashFresh()
			case 2:
				sc.pop.hashFresh()
			default:
				sc.pieces[i-3].run()
			}
		})
		// From here on nobody else runs. The first mistake in the candidates ends the scan.
		for _, p := range sc.pieces[:count] {
			if err := sc.join(p); err != nil {
				return err
			}
		}
		sc.lastCand = lastColumn(sc.lastCand, sc.cand.lines()[:cand])
		sc.lastPop = lastColumn(sc.lastPop, sc.pop.lines()[:pop])
		sc.cand.turn()
		sc.pop.turn()
		if sc.popError != nil {
			sc.pop.abandon()
		}
	}
	// What ended a file before its time comes after all its lines.
	if sc.cand.cause != nil {
		return sc.placed(sc.cand, sc.candLines, sc.cand.cause)
	}
	if sc.popError == nil && sc.pop.cause != nil {
		sc.popError = sc.placed(sc.pop, sc.popLines, sc.pop.cause)
	}
	return sc.popError
}

// placed adds file and line to what ended a file before its time, after so many lines.
func (sc *itemScanner) placed(r *blockReader, lines int, cause error) error {
	var e *Error
	if errors.As(cause, &e) {
		return &Error{Check: CheckFiles, File: r.name, Line: lines + 1, Rule: e.Rule}
	}
	return cause
}

// lastColumn gives the first column of the last of some lines, in the memory of old, or old.
func lastColumn(old, lines []byte) []byte {
	if len(lines) == 0 {
		return old
	}
	return append(old[:0], firstColumn(lines[lastLine(lines):])...)
}

// cut decides how much of the present blocks is looked at in this round, and makes the pieces. Of
// the file that is behind it takes the whole block, so every round gets on.
func (sc *itemScanner) cut() (cand, pop, count int) {
	c, p := sc.cand.lines(), sc.pop.lines()
	// A file without lines here has none at all any more: then the other one is taken as it is. If
	// both end here, all is taken.
	if len(c) > 0 && len(p) > 0 && !(sc.cand.ended && sc.pop.ended) {
		lastC, lastP := firstColumn(c[lastLine(c):]), firstColumn(p[lastLine(p):])
		if !sc.cand.ended && (sc.pop.ended || bytes.Compare(lastC, lastP) <= 0) {
			p = p[:seek(p, after(lastC))]
		} else {
			c = c[:seek(c, after(lastP))]
		}
	}
	// Whatever of the candidates is not in this round comes later.
	final := sc.cand.ended && len(c) == sc.cand.whole
	cand, pop = len(c), len(p)
	lastC, lastP, leaf := sc.lastCand, sc.lastPop, int64(sc.popLines)
	for len(c) > 0 || len(p) > 0 {
		endC := wholeLines(c, sc.shape.piece)
		endP := len(p)
		// A piece has the population lines below the first candidate of the next piece: those of its
		// own candidates, and those of nobody between or behind them.
		switch {
		case endC < len(c):
			endP = seek(p, firstColumn(c[endC:]))
		case endC == 0:
			endP = wholeLines(p, sc.shape.piece)
		}
		if count == len(sc.pieces) {
			sc.pieces = append(sc.pieces, newPiece(sc))
		}
		next := sc.pieces[count]
		next.start(c[:endC], p[:endP], lastC, lastP, leaf, final && endC == len(c))
		if endC > 0 {
			lastC = firstColumn(c[lastLine(c[:endC]):])
		}
		if endP > 0 {
			lastP = firstColumn(p[lastLine(p[:endP]):])
		}
		// Where its leaves stand in the Merkle tree a worker must know beforehand.
		leaves := int64(bytes.Count(p[:endP], []byte{'\n'}))
		leaf += leaves
		next.makeSpace(sc.likelyHits(leaves))
		c, p = c[endC:], p[endP:]
		count++
	}
	return cand, pop, count
}

// likelyHits gives how many of some lines of the population are wanted, and some more, as far as
// the pickers made space for them. It decides nothing but the memory made at once.
func (sc *itemScanner) likelyHits(lines int64) int {
	likely := lines * sc.space / max(1, sc.item.N)
	return int(min(lines, likely+likely/8+8))
}

// after gives the smallest first column that is larger.
func after(id []byte) []byte { return append(bytes.Clone(id), 0) }

// join adds what was found in a piece to what was found before it. Its error is a mistake in the
// candidates.
func (sc *itemScanner) join(p *piece) error {
	if p.candError != nil {
		p.candError.Line += sc.candLines
		return p.candError
	}
	// Lines of the piece count from its start; those before it are known only now.
	if p.mismatch != nil && sc.mismatch == nil {
		p.mismatch.Line += sc.popLines
		if p.mismatch.File == sc.cand.name {
			p.mismatch.Line += sc.candLines - sc.popLines
		}
		sc.mismatch = p.mismatch
	}
	// After a mistake in the population only the candidates are still of interest.
	sc.candLines += p.candLine
	sc.excluded.add(p.excluded)
	if sc.popError != nil {
		return nil
	}
	if p.popError != nil {
		p.popError.Line += sc.popLines
		sc.popError = p.popError
		return nil
	}
	sc.popLines += p.popLine
	sc.strays += p.strays
	sc.tree.absorb(p.tree)
	for i, n := range p.seen {
		sc.pickers[i].count(n)
	}
	// Rows come to a picker in the order of the file, whoever found them first.
	for i := range p.hits {
		h := &p.hits[i]
		end := len(p.text)
		if i+1 < len(p.hits) {
			end = int(p.hits[i+1].text)
		}
		sc.pickers[h.stratum].take(h.key, p.text[h.text:end])
	}
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
