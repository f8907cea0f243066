package sampling

// This file is the writing side of §2 and §3: it turns candidates into the two frozen files of an
// item and into everything that the plan says about them. It uses the code by which Draw and Verify
// read the files, so a freeze cannot produce what they refuse.

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
)

// PopulationBuilder makes an item's candidates and population files from candidates that come in
// the order of their ids. It keeps one line at a time, so a freeze of any size runs in flat memory.
type PopulationBuilder struct {
	item  ItemID
	frame Frame
	// last: id of the candidate added last.
	last  EntityID
	lines int
	// width: counts in each visits; 0 before the first line.
	width    int
	excluded Excluded
	tree     *MerkleTree
	strata   []StratumCount
	// index: stratum → its place in strata.
	index map[string]int

	// candidates, population: hash the files, many lines at a time.
	candidates, population        *hashWriter
	candidateLine, populationLine []byte
}

// hashWriter hashes a file in pieces of many lines.
type hashWriter struct {
	buffer *bufio.Writer
	hash   hash.Hash
}

func newHashWriter(s *suite) *hashWriter {
	h := s.new()
	return &hashWriter{bufio.NewWriterSize(h, readSize), h}
}

// add takes a line. A hash takes whatever it is given: there is no error to look at, here or in
// sum.
func (w *hashWriter) add(line []byte) { _, _ = w.buffer.Write(line) }

// sum gives the hash of the lines so far in hex.
func (w *hashWriter) sum() string {
	_ = w.buffer.Flush()
	return hex.EncodeToString(w.hash.Sum(nil))
}

// StratumCount is a stratum that occurs in a population, with the number of its lines.
type StratumCount struct {
	ID string
	N  int64
}

// Placement says what the frame makes of one candidate. The lines end in LF and are valid until
// the next Add.
type Placement struct {
	// CandidateLine: the line of candidates.<item>.tsv.
	CandidateLine []byte
	// PopulationLine: the line of population.<item>.tsv; nil if excluded.
	PopulationLine []byte
	// Excluded: ExcludedInactive, ExcludedHeld, ExcludedCapped; "" if eligible.
	Excluded string
	// Stratum: "" if excluded.
	Stratum string
}

// PopulationTotals is what the plan states about an item's files (draw/1 §4.1).
type PopulationTotals struct {
	// CandidatesSHA: hex H of the candidates file.
	CandidatesSHA string
	// PopulationSHA: hex H of the population file.
	PopulationSHA string
	// PopulationRoot: hex Merkle root of the population file.
	PopulationRoot string
	// Candidates: lines of the candidates file.
	Candidates int64
	// N: lines of the population file.
	N        int64
	Excluded Excluded
	// Strata: ascending by ID; those that occur.
	Strata []StratumCount
}

// NewPopulationBuilder starts the files of an item with the suite HashSHA256 or HashSM3. The frame
// must be one that a plan may hold; the error names what is wrong with it.
func NewPopulationBuilder(hash string, item ItemID, frame Frame) (*PopulationBuilder, error) {
	d := &decoder{file: PlanFile, check: CheckPlan}
	d.frame("frame", frame.tree())
	if !d.hard {
		d.checkFrame(&Plan{Date: frame.Date}, &frame, "frame")
	}
	if d.err != nil {
		return nil, d.err
	}
	s := suiteNamed(hash)
	return &PopulationBuilder{item: item, frame: frame, tree: newMerkleTree(s),
		candidates: newHashWriter(s), population: newHashWriter(s), index: map[string]int{}}, nil
}

// Add places the next candidate. Ids must ascend strictly. An *Error names file, line, column,
// value and rule; nothing is added then.
func (b *PopulationBuilder) Add(c *Candidate) (Placement, error) {
	b.lines++
	b.candidateLine = c.AppendLine(b.candidateLine[:0])
	// The line is read back by the parser of the file: what Add accepts, Draw accepts.
	var v candidateView
	_, err := v.parse(b.candidateLine[:len(b.candidateLine)-1])
	switch {
	case err != nil:
	case b.last != "" && c.ID <= b.last:
		err = &Error{Column: 1, Value: shown(string(c.ID)), Rule: ruleNotAscending}
	case b.width != 0 && v.counters != b.width:
		err = &Error{Column: 5, Rule: ruleWidth}
	case v.counters < b.frame.counters():
		err = &Error{Column: 5, Rule: missingCounter(&b.frame)}
	}
	if err != nil {
		err.Check, err.File, err.Line = CheckFiles, NameCandidates(b.item), b.lines
		b.lines--
		return Placement{}, err
	}
	b.last, b.width = c.ID, v.counters
	b.candidates.add(b.candidateLine)
	p := Placement{CandidateLine: b.candidateLine}
	line := append(append(b.populationLine[:0], c.ID...), '\t')
	start := len(line)
	excluded, line := b.frame.place(&v, line)
	if excluded != "" {
		b.excluded.count(excluded)
		p.Excluded = excluded
		return p, nil
	}
	// A leaf of the Merkle tree is the line without its LF, the hash of the file includes it.
	p.Stratum = b.countStratum(line[start:])
	b.tree.Add(line)
	line = append(line, '\n')
	b.population.add(line)
	b.populationLine, p.PopulationLine = line, line
	return p, nil
}

// countStratum counts a line of a stratum and gives the stratum's name.
func (b *PopulationBuilder) countStratum(id []byte) string {
	i, ok := b.index[string(id)]
	if !ok {
		i = len(b.strata)
		b.strata = append(b.strata, StratumCount{ID: string(id)})
		b.index[string(id)] = i
	}
	b.strata[i].N++
	return b.strata[i].ID
}

// Totals gives what the plan states about the files made so far.
func (b *PopulationBuilder) Totals() PopulationTotals {
	strata := slices.Clone(b.strata)
	slices.SortFunc(strata, func(x, y StratumCount) int { return cmp.Compare(x.ID, y.ID) })
	return PopulationTotals{
		CandidatesSHA:  b.candidates.sum(),
		PopulationSHA:  b.population.sum(),
		PopulationRoot: b.tree.Root(),
		Candidates:     int64(b.lines),
		N:              b.tree.N(),
		Excluded:       b.excluded,
		Strata:         strata,
	}
}

const ruleWidth = "not as many counts as in the line above"

// missingCounter says that visits lack a counter that the frame's caps name.
func missingCounter(f *Frame) string {
	return fmt.Sprintf("counter %d of caps is missing", f.counters()-1)
}
