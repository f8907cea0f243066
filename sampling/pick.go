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
	"strings"
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
	n int64
	// rows: in the order of the draw; their texts lie in text.
	rows []entry
	text string
	// cut: of srs the hex ticket of the n-th row, 64 zeros if n = 0; of pareto the decimal Q of the
	// n-th row, `certain` if that one is certain or n = 0.
	cut string
}

// row gives the row at a place in the order of the draw, from 0.
func (d *drawn) row(place int) row {
	id, area := d.rows[place].in(d.text)
	return row{EntityID(id), area}
}

// entry is a row as picker and drawn keep it: 16 bytes that sorting moves, and that are nothing to
// the garbage collector even in their millions.
type entry struct {
	// key: first 8 bytes of the ticket, or of pareto what paretoKey makes of Q. Keys nearly always
	// decide an order alone; the whole number is computed again from the id when somebody asks,
	// instead of being kept.
	key uint64
	// text: where the entry's text starts: length of the id (a byte), id, length of the area, area,
	// and for pareto the weight (4 bytes).
	text int
}

// appendText appends the text of an entry; weighed says that it is of pareto.
func appendText(text, id, area []byte, weight int64, weighed bool) []byte {
	text = append(append(text, uint8(len(id))), id...)
	text = append(append(text, uint8(len(area))), area...)
	if weighed {
		text = binary.BigEndian.AppendUint32(text, uint32(weight))
	}
	return text
}

// in gives id and area of the entry out of all texts.
func (e entry) in(texts string) (id, area string) {
	text := texts[e.text:]
	id, text = text[1:1+text[0]], text[1+text[0]:]
	return id, text[1 : 1+text[0]]
}

// prefix gives the first 8 bytes of a ticket.
func prefix(ticket *[hashSize]byte) uint64 { return binary.BigEndian.Uint64(ticket[:]) }

// picker keeps the rows of a stratum with the smallest tickets, or of pareto the smallest Q, while
// the population streams by.
//
// Tickets are spread evenly, so a good guess of the largest one needed is made beforehand, and
// rows above it are refused at a glance. The guess decides nothing: if too few rows were below it,
// short says so and the files are read once more without a guess. Rows that come in spite of it
// are dropped again when they fill half as much space as those kept.
//
// Workers may call judge at any time between two calls of add or count.
type picker struct {
	// ticket gives the ticket of an id, valid until the next call: ticketer.of.
	ticket func(id []byte) *[hashSize]byte
	n      int64
	// keep: n + reserve without the certain ones, as many as there are.
	keep int
	// seen: lines of the stratum so far.
	seen int64
	// limit: no larger key is needed, or guessed so.
	limit   uint64
	entries []entry
	// text: of all entries, and of those in pareto.
	text strings.Builder
	// pareto: nil for srs.
	pareto *pareto
}

const (
	// slack: entries that a picker holds beyond 3/2 of those that it keeps.
	slack = 64
	// firstSpace: most entries of an item for which space is made before any came. A plan may say
	// more than its files hold, and must not get the memory for that.
	firstSpace = 1 << 20
	// usualText: bytes that the text of an entry seldom exceeds: its area is that of a town. Space
	// for a little too much is cheaper than moving all texts when it ends.
	usualText = 1 + usccLength + 1 + 9
	// weightBytes: length of a weight in a text.
	weightBytes = 4
)

// newPicker makes a picker for n selected and some in reserve out of all rows of a stratum; guess
// allows to refuse rows by a guess. Space for entries is made as far as *space allows, which is
// reduced by it.
func newPicker(ticket func(id []byte) *[hashSize]byte, n, reserve, all int64, guess bool,
	space *int64) *picker {
	keep := min(n+reserve, all)
	p := &picker{ticket: ticket, n: n, keep: int(keep), limit: math.MaxUint64}
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
	p.text.Grow(int(first * usualText))
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

// judge gives the key of a line and reports whether the line may be among those kept.
func (p *picker) judge(ticket *[hashSize]byte) (key uint64, wanted bool) {
	key = prefix(ticket)
	return key, key <= p.limit && p.keep > 0
}

// count counts lines of the stratum.
func (p *picker) count(lines int64) { p.seen += lines }

// add takes a row that judge accepted; its text is copied.
func (p *picker) add(key uint64, text []byte) {
	if key > p.limit {
		return // the limit fell after judge
	}
	p.entries = append(p.entries, entry{key, p.write(text)})
	if len(p.entries) >= p.keep+p.keep/2+slack {
		p.shrink()
	}
}

// write adds to the text and gives the place.
func (p *picker) write(text []byte) int {
	start := p.text.Len()
	p.text.Write(text)
	return start
}

// short reports whether the guess refused rows that are needed.
func (p *picker) short() bool { return int64(len(p.entries)) < min(int64(p.keep), p.seen) }

// compare orders entries by (T, id) bytes, or by (Q, id) (draw/1 §6).
func (p *picker) compare(a, b entry) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	texts := p.text.String()
	idA, _ := a.in(texts)
	idB, _ := b.in(texts)
	if p.pareto.weighs() {
		return cmp.Or(p.q(a).Cmp(p.q(b)), cmp.Compare(idA, idB))
	}
	ticketA, ticketB := *p.ticket([]byte(idA)), *p.ticket([]byte(idB))
	return cmp.Or(bytes.Compare(ticketA[:], ticketB[:]), cmp.Compare(idA, idB))
}

// shrink drops all but the keep smallest entries, with their texts.
func (p *picker) shrink() {
	p.sort()
	p.entries = p.entries[:p.keep]
	p.limit = 0
	if p.keep > 0 {
		p.limit = p.entries[p.keep-1].key
	}
	old := p.text.String()
	p.text = strings.Builder{}
	p.text.Grow(len(old))
	p.rewrite(p.entries, old)
	if p.pareto != nil {
		p.rewrite(p.pareto.certain, old)
	}
}

// rewrite moves the texts of entries.
func (p *picker) rewrite(entries []entry, old string) {
	for i, e := range entries {
		id, area := e.in(old)
		end := e.text + 1 + len(id) + 1 + len(area)
		if p.pareto != nil {
			end += weightBytes
		}
		entries[i].text = p.text.Len()
		p.text.WriteString(old[e.text:end])
	}
}

// sort brings the entries into the order of the draw: first by the leading bits of their keys,
// then the few that agree in those.
func (p *picker) sort() {
	top := uint64(0)
	for i := range p.entries {
		top = max(top, p.entries[i].key)
	}
	// All keys begin with the zeros of the largest; leadingBits behind them are looked at.
	low := max(0, 64-leadingBits-bits.LeadingZeros64(top))
	radixSort(p.entries, low)
	for start, end := 0, 0; start < len(p.entries); start = end {
		leading := p.entries[start].key >> low
		for end < len(p.entries) && p.entries[end].key>>low == leading {
			end++
		}
		if end-start > 1 {
			slices.SortFunc(p.entries[start:end], p.compare)
		}
	}
}

const (
	// digitBits is the size of a digit of radixSort: its 2^11 counters fit the nearest cache.
	digitBits = 11
	// leadingBits is how many bits radixSort looks at: of a million entries few agree in them all,
	// of a hundred million some 24.
	leadingBits = 2 * digitBits
)

// radixSort sorts entries by leadingBits of their keys from bit low on (Knuth, The Art of
// Computer Programming 3, 5.2.5): each entry is moved twice, where a sort that compares would look
// at it some twenty times.
func radixSort(entries []entry, low int) {
	const mask = 1<<digitBits - 1
	from, to := entries, make([]entry, len(entries))
	for shift := low; shift < low+leadingBits; shift += digitBits {
		var next [mask + 1]int // where the next entry with a digit goes
		for i := range from {
			next[from[i].key>>shift&mask]++
		}
		start := 0
		for d, n := range next {
			next[d] = start
			start += n
		}
		for _, e := range from {
			d := e.key >> shift & mask
			to[next[d]] = e
			next[d]++
		}
		from, to = to, from
	}
}

// finish ends the stratum and gives what was drawn from it.
func (p *picker) finish() drawn {
	p.sort()
	rest := p.entries[:min(p.keep, len(p.entries))]
	d := drawn{n: p.n, rows: rest, text: p.text.String(), cut: hexZeros}
	if p.pareto != nil {
		d.rows, d.cut = p.finishPareto(rest)
	} else if 0 < p.n && p.n <= int64(len(rest)) {
		last := d.row(int(p.n) - 1)
		d.cut = hex.EncodeToString(p.ticket([]byte(last.id))[:])
	}
	p.entries, p.text = nil, strings.Builder{}
	return d
}
