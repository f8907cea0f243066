package sampling

// This file is the writing side of §2 and §3: it turns candidates into the two frozen files of an
// item and into everything that the plan says about them. It uses the code by which Draw and Verify
// read the files, so a freeze cannot produce what they refuse.

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
)

// PopulationBuilder makes an item's candidates and population files from candidates that come in
// the order of their ids. It keeps some thousand lines at a time, which several workers then hash
// together, so a freeze of any size runs in flat memory.
type PopulationBuilder struct {
	item  ItemID
	frame Frame
	suite *suite
	// weighted: the population has the third column.
	weighted bool
	// last: id of the candidate added last.
	last  EntityID
	lines int
	// width: counts in each visits; 0 before the first line.
	width    int
	excluded Excluded
	strata   []StratumCount
	// index: stratum → its place in strata.
	index map[string]int
	// candidateLine, populationLine: memory for the lines of a Placement, which stay as they are
	// until the next Add even if everything before them is hashed meanwhile.
	candidateLine, populationLine []byte

	// candidates, population: hash the files.
	candidates, population waitingLines
	tree                   *MerkleTree
	// pieces: trees of pieces of the population; their memory serves again.
	pieces []*MerkleTree
}

const (
	// hashSome: bytes of candidates that are hashed together.
	hashSome = 1 << 20
	// hashPiece: bytes of the population whose leaves one worker hashes in one go.
	hashPiece = 32 << 10
)

// waitingLines are lines of a file that are still to be hashed, with the hash of those before.
type waitingLines struct {
	lines []byte
	hash  hash.Hash
}

// flush hashes the lines. A hash takes whatever it is given.
func (w *waitingLines) flush() { _, _ = w.hash.Write(w.lines) }

// sum gives the hash of the lines so far in hex, after flush.
func (w *waitingLines) sum() string { return hex.EncodeToString(w.hash.Sum(nil)) }

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
// must be one that a plan may hold; the error names what is wrong with it. weighted says that some
// stratum of the item will use MethodPareto: then every line of the population has a third column,
// the candidate's weight (draw/1 §2).
func NewPopulationBuilder(hash string, item ItemID, frame Frame, weighted bool) (
	*PopulationBuilder, error) {
	d := &decoder{file: PlanFile, check: CheckPlan}
	d.frame("frame", frame.tree())
	if !d.hard {
		d.checkFrame(&Plan{Date: frame.Date}, &frame, "frame")
	}
	if d.err != nil {
		return nil, d.err
	}
	s := suiteNamed(hash)
	return &PopulationBuilder{item: item, frame: frame, suite: s, weighted: weighted,
		tree: newMerkleTree(s), candidates: waitingLines{hash: s.new()},
		population: waitingLines{hash: s.new()}, index: map[string]int{}}, nil
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
	// Lines wait until there are so many that hashing them together pays. The order of the hashes is
	// that of the lines: the workers divide the work by file and by piece, never within a hash.
	if len(b.candidates.lines) >= hashSome {
		b.flush()
	}
	b.candidates.lines = append(b.candidates.lines, b.candidateLine...)
	p := Placement{CandidateLine: b.candidateLine}
	line := append(append(b.populationLine[:0], c.ID...), '\t')
	start := len(line)
	excluded, line := b.frame.place(&v, line)
	if excluded != "" {
		b.excluded.count(excluded)
		p.Excluded = excluded
		return p, nil
	}
	p.Stratum = b.countStratum(line[start:])
	if b.weighted {
		line = appendWeight(line, c.Weight)
	}
	line = append(line, '\n')
	b.population.lines = append(b.population.lines, line...)
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

// flush hashes the lines that wait: both files, each from its start to its end, and the leaves and
// nodes of pieces of the population.
func (b *PopulationBuilder) flush() {
	// Each piece knows how many leaves come before it, so its subtrees are those of the whole tree.
	var pieces [][]byte
	first := b.tree.N()
	for lines := b.population.lines; len(lines) > 0; {
		end := wholeLines(lines, hashPiece)
		if len(pieces) == len(b.pieces) {
			b.pieces = append(b.pieces, newMerkleTree(b.suite))
		}
		b.pieces[len(pieces)].from(first)
		first += int64(bytes.Count(lines[:end], []byte{'\n'}))
		pieces = append(pieces, lines[:end])
		lines = lines[end:]
	}
	parallel(2+len(pieces), func(i int) {
		switch i {
		case 0:
			b.candidates.flush()
		case 1:
			b.population.flush()
		default:
			// A leaf of the Merkle tree is the line without its LF, the hash of the file includes it.
			for lines := pieces[i-2]; len(lines) > 0; {
				b.pieces[i-2].Add(nextLine(&lines))
			}
		}
	})
	for i := range pieces {
		b.tree.absorb(b.pieces[i])
	}
	b.candidates.lines, b.population.lines = b.candidates.lines[:0], b.population.lines[:0]
}

// Totals gives what the plan states about the files made so far.
func (b *PopulationBuilder) Totals() PopulationTotals {
	b.flush() // Add may go on afterwards
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
