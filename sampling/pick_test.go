package sampling

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// ticketed is a line with its ticket.
type ticketed struct {
	ticket [hashSize]byte
	id     string
}

// byDefinition draws as §6 says it: sort everything, cut.
func byDefinition(lines []ticketed, n, reserve int) (ids []string, cut string) {
	sorted := slices.Clone(lines)
	slices.SortFunc(sorted, func(a, b ticketed) int {
		return cmp.Or(bytes.Compare(a.ticket[:], b.ticket[:]), cmp.Compare(a.id, b.id))
	})
	cut = hexZeros
	for i, l := range sorted[:min(len(sorted), n+reserve)] {
		ids = append(ids, l.id)
		if i == n-1 {
			cut = hexOf(l.ticket[:])
		}
	}
	return ids, cut
}

// testPicker is a picker with all the space it wants. Who finishes it gives it its tickets.
func testPicker(n, reserve, all int64, guess bool) *picker {
	space := int64(firstSpace)
	return newPicker(nil, n, reserve, all, guess, &space)
}

// showLine shows a picker one line as a scan does; it reports whether the line is wanted.
func showLine(p *picker, ticket *[hashSize]byte, id, area []byte) bool {
	p.count(1)
	key, wanted := p.judge(ticket)
	if wanted {
		p.add(key, appendText(nil, id, area, 0, false))
	}
	return wanted
}

// picked draws the same lines with a picker.
func picked(p *picker, lines []ticketed) (ids []string, cut string, short bool) {
	p.ticket = func(id []byte) *[hashSize]byte {
		for i := range lines {
			if lines[i].id == string(id) {
				return &lines[i].ticket
			}
		}
		panic("no line has the id " + string(id))
	}
	for _, l := range lines {
		showLine(p, &l.ticket, []byte(l.id), []byte("330102"))
	}
	short = p.short()
	d := p.finish()
	for i := range d.rows {
		r := d.row(i)
		if r.area != "330102" {
			return nil, "", short
		}
		ids = append(ids, string(r.id))
	}
	return ids, d.cut, short
}

func testLines(count int, label string) []ticketed {
	lines := make([]ticketed, count)
	for i := range lines {
		id := fmt.Sprintf("P.%06d", i)
		lines[i] = ticketed{Ticket(HashSHA256, benchSeed, label, EntityID(id)), id}
	}
	return lines
}

// TestPickExhaustive draws every n and reserve out of every small stratum, with and without the
// guess, forwards and backwards.
func TestPickExhaustive(t *testing.T) {
	for count := range 13 {
		lines := testLines(count, "x")
		for n := range count + 1 {
			for reserve := range 4 {
				want, wantCut := byDefinition(lines, n, reserve)
				for _, guess := range []bool{true, false} {
					p := testPicker(int64(n), int64(reserve), int64(count), guess)
					slices.Reverse(lines)
					ids, cut, short := picked(p, lines)
					if short || !slices.Equal(ids, want) || cut != wantCut {
						t.Fatalf("%d+%d of %d: %v %s, want %v %s", n, reserve, count, ids, cut,
							want, wantCut)
					}
				}
			}
		}
	}
}

// TestPickLarge shrinks many times, in three orders of the lines.
func TestPickLarge(t *testing.T) {
	lines := testLines(20_000, "y")
	ascending := slices.Clone(lines)
	slices.SortFunc(ascending, func(a, b ticketed) int { return bytes.Compare(a.ticket[:], b.ticket[:]) })
	descending := slices.Clone(ascending)
	slices.Reverse(descending)
	for _, n := range []int{0, 1, 7, 200, 5_000, 20_000} {
		want, wantCut := byDefinition(lines, n, 3)
		for i, order := range [][]ticketed{lines, ascending, descending} {
			for _, guess := range []bool{true, false} {
				p := testPicker(int64(n), 3, int64(len(lines)), guess)
				ids, cut, short := picked(p, order)
				if short || !slices.Equal(ids, want) || cut != wantCut {
					t.Errorf("n %d, order %d, guess %v: short %v, cut %s", n, i, guess, short, cut)
				}
			}
		}
	}
}

// TestPickMemory: without the guess a picker holds at most half as much again as it keeps.
func TestPickMemory(t *testing.T) {
	p := testPicker(1000, 0, 100_000, false)
	most := 0
	for _, l := range testLines(100_000, "z") {
		showLine(p, &l.ticket, []byte(l.id), nil)
		most = max(most, len(p.entries))
	}
	if most > 1500+slack {
		t.Errorf("%d entries at once", most)
	}
}

// TestPickShort: a guess that was too low is noticed, never believed.
func TestPickShort(t *testing.T) {
	p := testPicker(100, 0, 10_000, true)
	if p.limit == math.MaxUint64 {
		t.Fatal("no guess was made")
	}
	high := ticketed{id: "P.1"}
	for i := range 200 {
		binary.BigEndian.PutUint64(high.ticket[:], math.MaxUint64-uint64(i))
		if showLine(p, &high.ticket, []byte(high.id), nil) {
			t.Fatal("a ticket above the guess is wanted")
		}
	}
	if !p.short() {
		t.Error("the picker does not say that rows are missing")
	}
}

// TestPickTies: equal tickets are ordered by id. SHA-256 never gives them; the rule is §6's.
func TestPickTies(t *testing.T) {
	lines := []ticketed{{id: "P.3"}, {id: "P.1"}, {id: "P.10"}, {id: "P.2"}}
	ids, _, _ := picked(testPicker(2, 1, 4, false), lines)
	if !slices.Equal(ids, []string{"P.1", "P.10", "P.2"}) {
		t.Errorf("order %v", ids)
	}
	other := slices.Clone(lines)
	other[3].ticket[hashSize-1] = 1 // differs in the last byte only
	ids, _, _ = picked(testPicker(4, 0, 4, false), other)
	if !slices.Equal(ids, []string{"P.1", "P.10", "P.3", "P.2"}) {
		t.Errorf("order %v", ids)
	}
}

// TestPickLeadingBits: tickets that agree in the bits by which they are sorted first, wherever
// those lie, and differ in the prefix behind them or not at all.
func TestPickLeadingBits(t *testing.T) {
	for shift := range 57 {
		lines := make([]ticketed, 120)
		for i := range lines {
			lines[i].id = fmt.Sprintf("P.%03d", len(lines)-i)
			binary.BigEndian.PutUint64(lines[i].ticket[:], 1<<shift|uint64(i%7)<<(shift/2)|uint64(i%5))
			lines[i].ticket[hashSize-1] = byte(i % 3)
		}
		for _, n := range []int{1, 50, 120} {
			want, wantCut := byDefinition(lines, n, 0)
			ids, cut, _ := picked(testPicker(int64(n), 0, int64(len(lines)), false), lines)
			if !slices.Equal(ids, want) || cut != wantCut {
				t.Errorf("bit %d, n %d: %v %s, want %v %s", shift, n, ids, cut, want, wantCut)
			}
		}
	}
}

// TestPickTieAtLimit: after shrinking, a ticket that agrees with the largest one kept in its first 8
// bytes and is smaller behind them still gets in.
func TestPickTieAtLimit(t *testing.T) {
	lines := make([]ticketed, 2*slack)
	for i := range lines {
		lines[i].id = fmt.Sprintf("P.%03d", i)
		lines[i].ticket[7], lines[i].ticket[hashSize-1] = 1, byte(200-i)
	}
	want, _ := byDefinition(lines, 2, 0)
	ids, _, _ := picked(testPicker(2, 0, int64(len(lines)), false), lines)
	if !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
}

// TestSqrt: rounded up, for all that a count can be.
func TestSqrt(t *testing.T) {
	for n := range int64(10_000) {
		if x := sqrt(n); x*x < n || n > 0 && (x-2)*(x-2) >= n && x > 2 {
			t.Errorf("sqrt(%d) = %d", n, x)
		}
	}
	if x := sqrt(maxCount); x < 31_623 || x > 31_624 {
		t.Errorf("sqrt(10^9) = %d", x)
	}
}

// TestTicketIsSHA256 computes a ticket as the command line of §6 does.
func TestTicketIsSHA256(t *testing.T) {
	tickets := newTicketer(sha256Suite, benchSeed, "sel")
	for _, id := range []string{"P.1", "91350100M000100Y43", "R.11111111111111111111111111111111111"} {
		want := sha256Suite.sum([]byte(benchSeed + "|sel|" + id))
		if *tickets.of([]byte(id)) != want || Ticket(HashSHA256, benchSeed, "sel", EntityID(id)) != want {
			t.Errorf("ticket of %s", id)
		}
	}
}

// TestAppendText: texts behind each other are read back, each from its start; only those of pareto
// carry the weight.
func TestAppendText(t *testing.T) {
	for _, weighed := range []bool{false, true} {
		var texts []byte
		var starts []int
		ids := []string{"P.1", "91350100M000100Y43", "R." + string(bytes.Repeat([]byte{'1'}, maxID-2))}
		areas := []string{"", "350181", "350181102001"}
		for i, id := range ids {
			starts = append(starts, len(texts))
			texts = appendText(texts, []byte(id), []byte(areas[i]), maxWeight, weighed)
		}
		for i, start := range starts {
			if id, area := (entry{text: start}).in(string(texts)); id != ids[i] || area != areas[i] {
				t.Errorf("weighed %v: %q %q, want %q %q", weighed, id, area, ids[i], areas[i])
			}
		}
		want := len("\x03P.1\x00")
		if weighed {
			want += weightBytes
		}
		if starts[1] != want {
			t.Errorf("weighed %v: the first text has %d bytes, want %d", weighed, starts[1], want)
		}
	}
}
