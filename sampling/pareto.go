package sampling

// This file is the order of pareto (draw/1 §6), drawing with probability proportional to weight x
// (B. Rosén, On sampling with probability proportional to size, J. Stat. Planning and Inference 62,
// 1997). Units whose weight alone is their due share are certain. Of the others, those with the
// smallest
//
//	Q = floor( t·(X − m·x)·2^128 / ((2^257 − t)·m·x) )      t = 2·int(T) + 1
//
// are drawn: in real numbers, the odds of the ticket over the odds of the share m·x/X. Q has up to
// 446 bits and decides as an integer; two bounds spare most lines the division:
//
//	key     62 leading bits of Q in 64: larger keys have larger Q, equal ones are looked at again
//	floor   a key that is never above that of Q, from 64 bits of each factor

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
	"slices"
)

// cutCertain is the cut of a stratum whose last selected unit is certain, or that selects nobody.
const cutCertain = "certain"

// pareto is what the weights of a stratum decide before any ticket is looked at, and the certain
// units that were met.
type pareto struct {
	// x, m: the final X and m of §6: sum of the weights of those in play, and how many of them are
	// drawn.
	x, m int64
	// heavy, ties: certain are all units with a larger weight than heavy, and the first ties of
	// that weight: the smallest ids, as the population ascends by id.
	heavy, ties int64
	// certain: those met so far; their keys descend with the weight.
	certain []entry
	// tied: of them, those of weight heavy.
	tied int64
}

// weighs reports whether the order is that of Q. It is that of tickets for srs (no pareto at all),
// and where all that are selected are certain.
func (p *pareto) weighs() bool { return p != nil && p.m > 0 }

// isCertain reports whether the next unit of this weight is certain.
func (p *pareto) isCertain(weight int64) bool {
	return p != nil && (weight > p.heavy || weight == p.heavy && p.tied < p.ties)
}

// newParetoPicker makes a picker for the order that w found. It makes no guess: how Q is spread
// depends on the weights.
func newParetoPicker(ticket func(id []byte) *[hashSize]byte, n, reserve, all int64, w *pareto,
	space *int64) *picker {
	p := newPicker(ticket, n, reserve, all, false, space)
	p.pareto = w
	// The certain units are rows of their own; the others compete for the places behind them.
	p.keep -= int(min(n-w.m, int64(p.keep)))
	return p
}

// judgeWeighed is judge for a line with its weight; q belongs to the worker who asks.
func (p *picker) judgeWeighed(ticket *[hashSize]byte, weight int64, q *quotient) (
	key uint64, wanted bool) {
	certain := p.pareto.isCertain(weight)
	if !p.pareto.weighs() {
		key, wanted = p.judge(ticket)
		return key, wanted || certain
	}
	if p.pareto.x <= p.pareto.m*weight {
		return 0, certain // it cannot be among the others
	}
	if !certain && (p.keep == 0 || q.floor(prefix(ticket), p.pareto, weight) > p.limit) {
		return 0, false
	}
	key = paretoKey(q.of(ticket, p.pareto, weight))
	return key, certain || key <= p.limit
}

// take takes a row that judge or judgeWeighed accepted, as a certain one or as one of the others;
// its text is copied.
func (p *picker) take(key uint64, text []byte) {
	weight := int64(0)
	if p.pareto != nil {
		weight = int64(binary.BigEndian.Uint32(text[len(text)-weightBytes:]))
	}
	if !p.pareto.isCertain(weight) {
		if p.keep > 0 {
			p.add(key, text)
		}
		return
	}
	if weight == p.pareto.heavy {
		p.pareto.tied++
	}
	p.pareto.certain = append(p.pareto.certain,
		entry{math.MaxUint64 - uint64(weight), p.write(text)})
}

// q computes the Q of an entry again.
func (p *picker) q(e entry) *big.Int {
	id, area := e.in(p.text.String())
	end := e.text + 1 + len(id) + 1 + len(area)
	weight := binary.BigEndian.Uint32([]byte(p.text.String()[end : end+weightBytes]))
	return new(quotient).of(p.ticket([]byte(id)), p.pareto, int64(weight))
}

// finishPareto gives all rows in the order of the draw, and the cut.
func (p *picker) finishPareto(rest []entry) (rows []entry, cut string) {
	// Texts were written in the order of ids, so those of equal weight stand by id.
	slices.SortFunc(p.pareto.certain, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.text, b.text))
	})
	cut = cutCertain
	if m := p.pareto.m; 0 < m && m <= int64(len(rest)) {
		cut = p.q(rest[m-1]).String()
	}
	return slices.Concat(p.pareto.certain, rest), cut
}

// quotient computes Q; its numbers keep their memory.
type quotient struct {
	ticket, num, den, q big.Int
}

// two257 is 2^257, which t stays below.
var two257 = new(big.Int).Lsh(big.NewInt(1), 257)

// of gives the Q of a unit that is not certain, so X > m·x; it is valid until the next call.
func (c *quotient) of(ticket *[hashSize]byte, p *pareto, weight int64) *big.Int {
	// t = 2·int(T) + 1 is odd, so neither it nor 2^257 − t is 0.
	t := c.ticket.SetBytes(ticket[:])
	t.Lsh(t, 1).SetBit(t, 0, 1)
	share := p.m * weight // below X, which is below 2^61
	c.den.Sub(two257, t)
	c.den.Mul(&c.den, c.q.SetInt64(share))
	c.num.Mul(t, c.q.SetInt64(p.x-share))
	c.num.Lsh(&c.num, 128)
	// All is positive, so Quo rounds down.
	return c.q.Quo(&c.num, &c.den)
}

// paretoKey gives the length of Q in bits and the 55 bits behind the first. It never falls while Q
// rises.
func paretoKey(q *big.Int) uint64 {
	n := q.BitLen()
	if n <= 64 {
		return scaled{q.Uint64(), 0}.normal().key()
	}
	var top big.Int
	return scaled{top.Rsh(q, uint(n-64)).Uint64(), n - 64}.key()
}

// floor gives a key that is not above that of Q: t is rounded down to the first 8 bytes of the
// ticket, 2^257 − t accordingly up, and so is every product.
func (c *quotient) floor(prefix uint64, p *pareto, weight int64) uint64 {
	if prefix == 0 {
		return 0
	}
	share := p.m * weight
	num := scaled{prefix, 0}.normal().times(scaled{uint64(p.x - share), 0}.normal())
	// 2^64 − prefix, since prefix is not 0; both factors times 2^193 are bounds of t and 2^257 − t.
	den := scaled{-prefix, 0}.normal().times(scaled{uint64(share), 0}.normal())
	if den.m++; den.m == 0 {
		den = scaled{1 << 63, den.e + 1}
	}
	// num.m/2 < 2^63 ≤ den.m: the quotient fits. It is at least 2^62.
	m, _ := bits.Div64(num.m>>1, num.m<<63, den.m)
	low := scaled{m, num.e - den.e - 63 + 128}.normal()
	if low.e < 0 {
		return 0 // Q has less than 64 bits: too rare to be worth a bound
	}
	return low.key()
}

// scaled is the number m·2^e.
type scaled struct {
	m uint64
	e int
}

// normal moves the first bit of m to the top; 0 stays.
func (s scaled) normal() scaled {
	shift := bits.LeadingZeros64(s.m)
	return scaled{s.m << shift, s.e - shift}
}

// times multiplies two normal numbers and rounds down, by less than one in the last place.
func (s scaled) times(o scaled) scaled {
	high, low := bits.Mul64(s.m, o.m)
	if high>>63 == 0 {
		return scaled{high<<1 | low>>63, s.e + o.e + 63}
	}
	return scaled{high, s.e + o.e + 64}
}

// key gives the key of a normal number whose first bit stands in the place of 2^(e+63) ≥ 1.
func (s scaled) key() uint64 {
	if s.m == 0 {
		return 0
	}
	// 64 + e is the length in bits, at most 446: 9 bits. The first bit of m says nothing.
	return uint64(64+s.e)<<55 | s.m<<1>>9
}
