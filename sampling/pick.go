package sampling

// This file is the selection of draw/1 §6: of a stratum's lines in the order of (T, id), the first
// n are selected and the next are the reserve. Nothing is ever sorted but the lines that may be
// among them, and nothing else is kept.

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/bits"
	"slices"
)

// row is a line of the population that was drawn.
type row struct {
	id EntityID
	// area: in the item's candidates.
	area string
}

// drawn is what was drawn from a stratum: the first n rows are selected, the others are the
// reserve (draw/1 §6).
type drawn struct {
	n    int64
	rows []row
	// cut: hex ticket of the n-th row; 64 zeros if n = 0.
	cut string
}

// entry is a row while the population streams by. Its text lies in the picker, so that millions of
// entries are nothing to the garbage collector.
type entry struct {
	ticket [hashSize]byte
	// text: start of id and area in picker.text.
	text int
	// id, area: the lengths of both.
	id, area uint8
}

// prefix gives the first 8 bytes of a ticket, which nearly always decide an order alone.
func prefix(ticket *[hashSize]byte) uint64 { return binary.BigEndian.Uint64(ticket[:]) }

// picker keeps the rows of a stratum with the smallest tickets while the population streams by.
//
// Tickets are spread evenly, so a good guess of the largest one needed is made beforehand, and
// rows above it are refused at a glance. The guess decides nothing: if too few rows were below it,
// short says so and the files are read once more without a guess. Rows that come in spite of it
// are dropped again when they fill half as much space as those kept.
type picker struct {
	n int64
	// keep: n + reserve, as many as there are.
	keep int
	// seen: lines of the stratum so far.
	seen int64
	// limit: no ticket with a larger prefix is needed, or guessed so.
	limit   uint64
	entries []entry
	// text: id and area of each entry.
	text []byte
}

const (
	// slack: entries that a picker holds beyond 3/2 of those that it keeps.
	slack = 64
	// firstSpace: most entries of an item for which space is made before any came. A plan may say
	// more than its files hold, and must not get the memory for that.
	firstSpace = 1 << 20
	// usualText: bytes that id and area of an entry usually have.
	usualText = usccLength + 6
)

// newPicker makes a picker for n selected and some in reserve out of all rows of a stratum; guess
// allows to refuse rows by a guess. Space for entries is made as far as *space allows, which is
// reduced by it.
func newPicker(n, reserve, all int64, guess bool, space *int64) *picker {
	keep := min(n+reserve, all)
	p := &picker{n: n, keep: int(keep), limit: math.MaxUint64}
	// Memory for the rows follows the plan only as far as the item's space goes.
	//
	// The number of tickets below a share of all is binomial; 8 standard deviations are enough
	// for the guess to fail less than once in 10^12 strata (Chernoff).
	likely := keep + 8*sqrt(keep) + 32
	if guess && likely < all {
		p.limit, _ = bits.Div64(uint64(likely), 0, uint64(all))
	}
	first := min(likely, all, *space)
	*space -= first
	p.entries = make([]entry, 0, first)
	p.text = make([]byte, 0, first*usualText)
	return p
}

// sqrt gives the integer square root of n ≥ 0, rounded up, by Newton's method.
func sqrt(n int64) int64 {
	if n < 2 {
		return n
	}
	x := int64(1) << ((bits.Len64(uint64(n)) + 1) / 2)
	for {
		y := (x + n/x) / 2
		if y >= x {
			return x + 1
		}
		x = y
	}
}

// wants counts a line of the stratum and reports whether it may be among the rows kept.
func (p *picker) wants(ticket *[hashSize]byte) bool {
	p.seen++
	return prefix(ticket) <= p.limit && p.keep > 0
}

// add takes a row that wants accepted.
func (p *picker) add(ticket *[hashSize]byte, id, area []byte) {
	p.entries = append(p.entries, entry{*ticket, len(p.text), uint8(len(id)), uint8(len(area))})
	p.text = append(append(p.text, id...), area...)
	if len(p.entries) >= p.keep+p.keep/2+slack {
		p.shrink()
	}
}

// short reports whether the guess refused rows that are needed.
func (p *picker) short() bool { return int64(len(p.entries)) < min(int64(p.keep), p.seen) }

// idOf gives the id of an entry.
func (p *picker) idOf(e *entry) []byte { return p.text[e.text : e.text+int(e.id)] }

// compare orders entries by (T, id) bytes (draw/1 §6).
func (p *picker) compare(a, b *entry) int {
	if x, y := prefix(&a.ticket), prefix(&b.ticket); x != y {
		return cmp.Compare(x, y)
	}
	if c := bytes.Compare(a.ticket[:], b.ticket[:]); c != 0 {
		return c
	}
	return bytes.Compare(p.idOf(a), p.idOf(b))
}

// shrink drops all but the keep smallest entries, with their texts.
func (p *picker) shrink() {
	p.selectSmallest()
	p.entries = p.entries[:p.keep]
	old, largest := p.text, &p.entries[0]
	p.text = make([]byte, 0, len(old))
	for i := range p.entries {
		e := &p.entries[i]
		if prefix(&e.ticket) > prefix(&largest.ticket) {
			largest = e
		}
		start := len(p.text)
		p.text = append(p.text, old[e.text:e.text+int(e.id)+int(e.area)]...)
		e.text = start
	}
	p.limit = min(p.limit, prefix(&largest.ticket))
}

// inOrder gives the places of the entries in the order of the draw. Tickets are spread evenly, so
// each is thrown into the bucket where it should end up, and the few of a bucket are sorted.
func (p *picker) inOrder() []int32 {
	m := len(p.entries)
	top := uint64(0)
	for i := range p.entries {
		top = max(top, prefix(&p.entries[i].ticket))
	}
	width := top/uint64(m+1) + 1
	ends := make([]int32, m+2) // ends[b+1] counts bucket b, then becomes where the next one goes
	for i := range p.entries {
		ends[prefix(&p.entries[i].ticket)/width+1]++
	}
	for b := range m + 1 {
		ends[b+1] += ends[b]
	}
	places := make([]int32, m)
	for i := range p.entries {
		end := &ends[prefix(&p.entries[i].ticket)/width]
		places[*end] = int32(i)
		*end++
	}
	start := int32(0)
	for _, end := range ends[:m+1] {
		if end-start > 1 {
			slices.SortFunc(places[start:end], func(a, b int32) int {
				return p.compare(&p.entries[a], &p.entries[b])
			})
		}
		start = end
	}
	return places
}

// finish ends the stratum and gives what was drawn from it.
func (p *picker) finish() drawn {
	places := p.inOrder()
	text := string(p.text)
	d := drawn{n: p.n, cut: hexZeros, rows: make([]row, min(p.keep, len(places)))}
	for i := range d.rows {
		e := &p.entries[places[i]]
		end := e.text + int(e.id)
		d.rows[i] = row{EntityID(text[e.text:end]), text[end : end+int(e.area)]}
		if int64(i) == p.n-1 {
			d.cut = hex.EncodeToString(e.ticket[:])
		}
	}
	p.entries, p.text = nil, nil
	return d
}

// selectSmallest reorders the entries so that the keep smallest come first, in any order
// (quickselect, Hoare 1961, CACM algorithm 65). Tickets are digests, so their order is no one's to
// choose and the middle entry is a good pivot.
func (p *picker) selectSmallest() {
	rows, k := p.entries, p.keep
	for lo, hi := 0, len(rows); hi-lo > 1; {
		pivot := rows[lo+(hi-lo)/2]
		i, j := lo, hi-1
		for i <= j {
			for p.compare(&rows[i], &pivot) < 0 {
				i++
			}
			for p.compare(&rows[j], &pivot) > 0 {
				j--
			}
			if i <= j {
				rows[i], rows[j] = rows[j], rows[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j + 1
		case k >= i:
			lo = i
		default:
			return
		}
	}
}
