package sampling

// This file is the first pass over a population with pareto strata: which units are certain, and X
// and m of the others (draw/1 §6). The largest x stays in play as soon as m·x < X, so whoever is
// certain stands among the n heaviest; only their weights are kept, 4 bytes each. Which of several
// units of the lightest certain weight are certain needs no ids either: it is those with the
// smallest, and the population ascends by id, so the second pass takes the first so many it meets.
//
// Mistakes in the file are left to the second pass, which has the last word on every line. What is
// found here from a spoiled file is never used: the second pass then gives an error. That both
// passes read the same bytes is seen from the hash that each of them computes.

import (
	"bytes"
	"io/fs"
	"slices"
)

// weighing collects the weights of one stratum.
type weighing struct {
	// n: how many the stratum selects.
	n int64
	// sum of all weights: X before anybody is certain. At most 10^9 weights below 2^31 fit.
	sum int64
	// heaviest: the n largest weights and perhaps some more.
	heaviest []uint32
	// floor: smaller and equal weights are not needed: n others are at least as large.
	floor uint32
}

// add takes weights above the floor that it had a moment ago: workers compare with the floor of
// the round before, which can only have been lower.
func (w *weighing) add(weights []uint32) {
	for _, x := range weights {
		if x <= w.floor {
			continue
		}
		w.heaviest = append(w.heaviest, x)
		if n := int(w.n); len(w.heaviest) >= n+n/2+slack {
			w.shrink()
		}
	}
}

// shrink sorts the weights, the largest first, and drops all but n. Fewer than n leave the floor
// where it is: all of them are needed.
func (w *weighing) shrink() {
	slices.Sort(w.heaviest)
	slices.Reverse(w.heaviest)
	// With n = 0 nobody is certain, and the floor keeps all weights out.
	if int64(len(w.heaviest)) >= w.n {
		w.heaviest = w.heaviest[:w.n]
		w.floor = maxWeight
		if w.n > 0 {
			w.floor = w.heaviest[w.n-1]
		}
	}
}

// certain takes the certain units out: while one in play has m·x ≥ X, the heaviest. Of equals it
// is the one with the smallest id, so a number of them says who.
func (w *weighing) certain() *pareto {
	w.shrink()
	p := &pareto{x: w.sum, m: w.n, heavy: maxWeight + 1}
	for _, x := range w.heaviest {
		// m ≤ 10^9 and x < 2^31: the product fits. With m = 0 the condition of §6 is met by no
		// weight, as X is the sum of those that are left.
		if p.m*int64(x) < p.x {
			break
		}
		if int64(x) != p.heavy {
			p.heavy, p.ties = int64(x), 0
		}
		p.m, p.x, p.ties = p.m-1, p.x-int64(x), p.ties+1
	}
	return p
}

// weigh reads the population of an item and gives what its weights decide, parallel to the strata,
// nil for srs; sum is the hash of the file as it was read. Its error says that the file cannot be
// opened.
func weigh(files fs.FS, s *suite, item *Item, shape scanShape) (
	found []*pareto, sum string, err error) {
	r, err := openBlocks(files, NamePopulation(item.ID), s, shape.block)
	if err != nil {
		return nil, "", err
	}
	defer r.Close()
	// Lines of other strata, also of those that the plan does not have, are passed over.
	strata := make([]weighing, len(item.Strata))
	index := map[string]int{}
	for i := range item.Strata {
		strata[i].n, _ = item.Strata[i].Size()
		if item.Strata[i].Method == MethodPareto {
			index[item.Strata[i].ID] = i
		}
	}
	var pieces []weighPiece
	for !r.done() {
		lines := r.lines()
		pieces = pieces[:0]
		for len(lines) > 0 {
			end := wholeLines(lines, shape.piece)
			pieces = append(pieces, weighPiece{lines: lines[:end]})
			lines = lines[end:]
		}
		// The next block is read and the present one hashed while its pieces are weighed.
		parallelOn(shape.workers, 2+len(pieces), func(i int) {
			switch i {
			case 0:
				r.fill(r.whole)
			case 1:
				r.hashFresh()
			default:
				pieces[i-2].run(index, strata)
			}
		})
		// Sums and largest weights do not depend on the order; only this loop writes them.
		for i := range pieces {
			pieces[i].addTo(strata)
		}
		r.turn()
	}
	found = make([]*pareto, len(strata))
	for i := range strata {
		if item.Strata[i].Method == MethodPareto {
			found[i] = strata[i].certain()
		}
	}
	return found, r.sum(), nil
}

// wholeLines gives the length of a piece of some whole lines that has about size bytes.
func wholeLines(lines []byte, size int) int {
	if size >= len(lines) {
		return len(lines)
	}
	return size + bytes.IndexByte(lines[size:], '\n') + 1
}

// weighPiece is a piece of the population and what it adds to each stratum.
type weighPiece struct {
	// lines: whole lines, each with its LF.
	lines []byte
	// sums, heavy: parallel to the strata; heavy are weights above the stratum's floor.
	sums  []int64
	heavy [][]uint32
}

// run weighs the lines of the piece; strata are only read.
func (p *weighPiece) run(index map[string]int, strata []weighing) {
	p.sums, p.heavy = make([]int64, len(strata)), make([][]uint32, len(strata))
	var c [3][]byte
	for lines := p.lines; len(lines) > 0; {
		end := bytes.IndexByte(lines, '\n')
		line := lines[:end]
		lines = lines[end+1:]
		// The id is of no interest here. A line that breaks a rule adds nothing.
		if splitColumns(line, c[:]) != len(c) {
			continue
		}
		i, ok := index[string(c[1])]
		weight, good := parseWeight(c[2])
		if !ok || !good {
			continue
		}
		p.sums[i] += weight
		if uint32(weight) > strata[i].floor {
			p.heavy[i] = append(p.heavy[i], uint32(weight))
		}
	}
}

// addTo adds the piece to the strata.
func (p *weighPiece) addTo(strata []weighing) {
	for i := range strata {
		strata[i].sum += p.sums[i]
		strata[i].add(p.heavy[i])
	}
}
