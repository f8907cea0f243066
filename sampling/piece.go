package sampling

// This file is what one worker does: it looks at a piece of the candidates and at the lines of the
// population with the same ids, line by line, without anything of the pieces beside it but the ids
// they end with. Everything it finds is added to the whole afterwards (scan.go), so the worker
// writes nothing that another one sees.
//
// In a right population each line is what §3 makes of its candidate, so that is what a line is
// compared with first; only a line that differs is taken apart. A line that agrees needs no check
// of its own: its id and its stratum come from a candidate that was checked.
//
// Slices of lines are kept freely while a round lasts: blocks are not written to before all pieces
// were joined. Nothing of a piece outlives that but what the pickers copy.

import "bytes"

// hit is a line of the population that may be among the rows kept: 16 bytes that are nothing to the
// garbage collector.
type hit struct {
	key uint64
	// text: where its text starts, as appendText writes it; the next hit's starts where it ends.
	text    uint32
	stratum uint32
}

// piece is a piece of both files, and what was found in it.
type piece struct {
	// sc is only read; so are its pickers, which change between rounds.
	sc *itemScanner
	// tickets, q: of this piece alone, because they have a state.
	tickets *ticketer
	q       quotient

	// cand, pop: whole lines that are still to come.
	cand, pop []byte
	// candLine, popLine: lines of the piece read so far.
	candLine, popLine int
	// lastCand, lastPop: the ids of the lines before.
	lastCand, lastPop []byte
	// final: no candidate comes after those of the piece.
	final bool

	// c: the candidate read last, with its weight.
	c      candidateView
	weight int64
	// expected: the population line that §3 makes of it, with LF; from stratum to end, the stratum.
	expected     []byte
	stratum, end int
	// v: the population line read last, if open.
	v    populationView
	open bool

	// What was found. Lines in errors count from the start of the piece.
	candError, popError, mismatch *Error
	excluded                      Excluded
	strays                        int64
	// seen: lines of each stratum.
	seen []int64
	// hits: in the order of the population.
	hits []hit
	// text: of all hits. Workers write it, so that nothing but copying is left to do in order.
	text []byte
	// tree: of the population lines of this piece.
	tree *MerkleTree
}

// newPiece makes a piece whose memory can be used again and again.
func newPiece(sc *itemScanner) *piece {
	return &piece{sc: sc, tickets: newTicketer(sc.suite, sc.seed, sc.item.Label),
		seen: make([]int64, len(sc.item.Strata)), tree: newMerkleTree(sc.suite)}
}

// start gives the piece its lines, the ids before them and the number of population lines before.
func (p *piece) start(cand, pop, lastCand, lastPop []byte, leaf int64, final bool) {
	p.cand, p.pop, p.lastCand, p.lastPop, p.final = cand, pop, lastCand, lastPop, final
	p.candLine, p.popLine, p.open = 0, 0, false
	p.candError, p.popError, p.mismatch = nil, nil, nil
	p.excluded, p.strays = Excluded{}, 0
	p.hits, p.text = p.hits[:0], p.text[:0]
	clear(p.seen)
	p.c.tail = nil // of a line that is gone
	p.tree.from(leaf)
}

// run looks at all lines of the piece, or at those up to the first mistake in the candidates. After
// a mistake in the population only the candidates are looked at.
func (p *piece) run() {
	for len(p.cand) > 0 {
		if !p.nextCandidate() {
			return
		}
		p.match()
	}
	// What is left of the population has no candidate; it is read to its end all the same, because
	// hash and root are those of the whole file.
	rule := "no eligible candidate has this id"
	if p.final {
		rule = "the population has more lines than candidates are eligible"
	}
	for p.peek() {
		p.differ(rule)
		p.takeStray()
	}
}

// nextLine cuts the first line, without its LF, from some lines.
func nextLine(lines *[]byte) []byte {
	end := bytes.IndexByte(*lines, '\n')
	line := (*lines)[:end]
	*lines = (*lines)[end+1:]
	return line
}

// nextCandidate reads and checks a line of the candidates.
func (p *piece) nextCandidate() bool {
	line := nextLine(&p.cand)
	p.candLine++
	weight, err := p.c.parse(line)
	// The rules in the order in which a reader from the start of the file would meet them.
	switch {
	case err != nil:
	case p.lastCand != nil && bytes.Compare(p.c.id, p.lastCand) <= 0:
		err = &Error{Rule: ruleNotAscending}
	case p.c.counters != p.sc.width:
		err = &Error{Column: 5, Rule: ruleWidth}
	case p.c.counters < p.sc.item.Frame.counters():
		err = &Error{Column: 5, Rule: missingCounter(&p.sc.item.Frame)}
	default:
		p.lastCand, p.weight = p.c.id, weight
		return true
	}
	p.candError = placed(err, p.sc.cand.name, p.candLine)
	return false
}

// placed adds file and line to an error of a line's reader.
func placed(err *Error, file string, line int) *Error {
	err.Check, err.File, err.Line = CheckFiles, file, line
	return err
}

// match places the present candidate and consumes the population lines up to it. In a population
// that is right each eligible candidate meets its own line; otherwise the first difference is kept
// and the merge goes on, so that later checks still have rows to look at.
func (p *piece) match() {
	code := p.expect()
	if code != "" {
		p.excluded.count(code)
	} else if !p.open && bytes.HasPrefix(p.pop, p.expected) {
		p.takeExpected()
		return
	}
	// Population lines before this candidate belong to no candidate at all.
	for p.peek() && bytes.Compare(p.v.id, p.c.id) < 0 {
		p.differ("no eligible candidate has this id")
		p.takeStray()
	}
	// Now the open line has the id of the candidate or a larger one, or there is none.
	present := p.open && bytes.Equal(p.v.id, p.c.id)
	stratum := p.expected[p.stratum:p.end]
	switch {
	case code == "" && !present:
		p.lacks(stratum)
	case code != "" && present:
		p.differ("the candidate of this id is excluded: " + code)
	case present && !bytes.Equal(p.v.stratum, stratum):
		p.differ("its stratum is " + string(stratum))
	case present && p.sc.weighted && p.v.weight != p.weight:
		p.differ("the weight of the candidate is " + string(appendWeight(nil, p.weight)[1:]))
	}
	if present {
		p.takeOpen(p.c.area)
	}
}

// expect makes the line of the population that the candidate should have; or it gives the code by
// which he is excluded, and only the id stands there.
func (p *piece) expect() (excluded string) {
	line := append(append(p.expected[:0], p.c.id...), '\t')
	p.stratum = len(line)
	// What place gives may lie in new memory; it is kept for the next candidate.
	code, full := p.sc.item.Frame.place(&p.c, line)
	if code == "" {
		line = full
	}
	p.end = len(line)
	if p.sc.weighted {
		line = appendWeight(line, p.weight)
	}
	p.expected = append(line, '\n')
	return code
}

// takeExpected takes the next line of the population, which is just what was expected.
func (p *piece) takeExpected() {
	line := p.pop[:len(p.expected)-1]
	p.pop = p.pop[len(p.expected):]
	p.popLine++
	// The ids of candidates ascend; those of lines without a candidate between them may not.
	id := line[:p.stratum-1]
	if !p.ascends(id) {
		return
	}
	p.take(line, populationView{id, line[p.stratum:p.end], p.weight}, p.c.area)
}

// ascends checks the order of the population.
func (p *piece) ascends(id []byte) bool {
	if p.lastPop != nil && bytes.Compare(id, p.lastPop) <= 0 {
		p.spoiled(&Error{Rule: ruleNotAscending})
		return false
	}
	p.lastPop = id
	return true
}

// spoiled keeps the first mistake in the population; the rest of it is not looked at. With such a
// mistake nothing is drawn, so it does not matter that the tree and the counts end here.
func (p *piece) spoiled(err *Error) {
	p.popError = placed(err, p.sc.pop.name, p.popLine)
	p.open, p.pop = false, nil
}

// peek opens the next line of the population, unless one is open, and reports whether there is one.
func (p *piece) peek() bool {
	if p.open {
		return true
	}
	if len(p.pop) == 0 {
		return false
	}
	p.popLine++
	line := p.pop[:bytes.IndexByte(p.pop, '\n')]
	v, err := splitPopulation(line, p.sc.weighted)
	if err != nil {
		p.spoiled(err)
		return false
	}
	if !p.ascends(v.id) {
		return false
	}
	p.v, p.open = v, true
	return true
}

// takeOpen takes the open line, which is still the first of pop; area is nil if it has no
// candidate.
func (p *piece) takeOpen(area []byte) {
	line := nextLine(&p.pop)
	p.open = false
	p.take(line, p.v, area)
}

// takeStray takes the open line of nobody.
func (p *piece) takeStray() { p.takeOpen(nil) }

// makeSpace makes space for some hits, unless there was some before.
func (p *piece) makeSpace(hits int) {
	if p.hits == nil {
		p.hits, p.text = make([]hit, 0, hits), make([]byte, 0, hits*usualText)
	}
}

// take hashes a line of the population and offers it to its stratum.
func (p *piece) take(line []byte, v populationView, area []byte) {
	p.tree.Add(line)
	// The conversion does not allocate: it is only a key to look up.
	i, ok := p.sc.index[string(v.stratum)]
	if !ok {
		p.strays++
		return
	}
	p.seen[i]++
	// Each line needs its ticket, also of a stratum that is drawn as a whole: it gives the order.
	picker, ticket := p.sc.pickers[i], p.tickets.of(v.id)
	var key uint64
	var wanted bool
	if picker.pareto == nil {
		key, wanted = picker.judge(ticket)
	} else {
		key, wanted = picker.judgeWeighed(ticket, v.weight, &p.q)
	}
	// Some of these are refused when the pieces are joined, after others before them came in.
	if wanted {
		p.hits = append(p.hits, hit{key, uint32(len(p.text)), uint32(i)})
		p.text = appendText(p.text, v.id, area, v.weight, picker.pareto != nil)
	}
}

// differ records the first difference, at the present line of the population.
func (p *piece) differ(rule string) {
	if p.mismatch == nil {
		p.mismatch = &Error{Check: CheckPopulation, File: p.sc.pop.name, Line: p.popLine,
			Value: string(p.v.id) + " " + string(p.v.stratum), Rule: rule}
	}
}

// lacks records the first difference, at the present line of the candidates.
func (p *piece) lacks(stratum []byte) {
	if p.mismatch == nil {
		p.mismatch = &Error{Check: CheckPopulation, File: p.sc.cand.name, Line: p.candLine,
			Value: string(p.c.id) + " " + string(stratum),
			Rule:  "this eligible candidate is not in the population"}
	}
}
