package fairness

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"yaohao/sampling"
)

// drawer takes n of size units in draw number d and marks them in counts.
type drawer func(d, n int, counts []int)

// run counts many draws and reports.
func run(t *testing.T, draw drawer, n, size, draws int) InclusionReport {
	t.Helper()
	counts := make([]int, size)
	for d := range draws {
		draw(d, n, counts)
	}
	r, err := Inclusion(n, draws, counts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// byTicket is the draw of draw/1 §6: the n smallest tickets of a seed.
func byTicket(d, n int, counts []int) {
	type unit struct {
		ticket [32]byte
		place  int
	}
	seed := fmt.Sprintf("%064x", d)
	units := make([]unit, len(counts))
	for i := range units {
		id := sampling.EntityID(fmt.Sprintf("R.%06d", i))
		units[i] = unit{sampling.Ticket(sampling.HashSHA256, seed, "sel", id), i}
	}
	slices.SortFunc(units, func(a, b unit) int { return bytes.Compare(a.ticket[:], b.ticket[:]) })
	for _, u := range units[:n] {
		counts[u.place]++
	}
}

// byFixedSkip is a draw that has really been used: one random start, then every (N div n)-th row.
// The rows behind (N div n)·n can never be drawn.
func byFixedSkip(d, n int, counts []int) {
	skip := len(counts) / n
	start := rand.New(rand.NewPCG(uint64(d), 5)).IntN(skip)
	for x := range n {
		counts[start+x*skip]++
	}
}

// byShuffle is a simple random sample from another source than tickets.
func byShuffle(salt uint64) drawer {
	g := rand.New(rand.NewPCG(salt, 9))
	return func(_, n int, counts []int) {
		for _, i := range g.Perm(len(counts))[:n] {
			counts[i]++
		}
	}
}

// byTurns works a list off in order: perfectly even, and not chance.
func byTurns(d, n int, counts []int) {
	for x := range n {
		counts[(d*n+x)%len(counts)]++
	}
}

// TestTicketsPass draws with tickets at two ratios; the level of each test is 1 in 1,000.
func TestTicketsPass(t *testing.T) {
	for _, x := range []struct{ n, size, draws int }{{100, 299, 2000}, {30, 1000, 1000}} {
		r := run(t, byTicket, x.n, x.size, x.draws)
		if r.PUneven < 0.001 || r.PEven < 0.001 || r.PGap < 0.001 {
			t.Errorf("%d of %d: %+v", x.n, x.size, r)
		}
		if math.Abs(r.Gap) > 4 {
			t.Errorf("%d of %d: unit %d is %.2f deviations off", x.n, x.size, r.Unit, r.Gap)
		}
	}
}

// TestFixedSkipFails finds the units that a fixed skip never draws (299: one in three; 1,000: the
// last ten) and the unevenness of the rest.
func TestFixedSkipFails(t *testing.T) {
	r := run(t, byFixedSkip, 100, 299, 1000)
	if r.PUneven > 1e-9 || r.PGap > 1e-9 || r.Count != 0 || r.Unit < 200 || r.Gap > -20 {
		t.Errorf("100 of 299: %+v", r)
	}
	r = run(t, byFixedSkip, 30, 1000, 2000)
	if r.PUneven > 1e-9 || r.PGap > 1e-8 || r.Count != 0 || r.Unit != 990 {
		t.Errorf("30 of 1000: %+v", r)
	}
}

// TestTurnsFail finds counts that are too even.
func TestTurnsFail(t *testing.T) {
	r := run(t, byTurns, 10, 200, 500)
	if r.PEven > 1e-9 || r.PUneven < 0.999 || r.ChiSquare != 0 || r.PGap != 1 || r.Gap != 0 {
		t.Errorf("in turns: %+v", r)
	}
}

// TestOneUnitFavoured slips one unit into every third draw that left it out: χ² over 2,000 units
// hardly notices, the largest gap does.
func TestOneUnitFavoured(t *testing.T) {
	fair := byShuffle(3)
	draw := func(d, n int, counts []int) {
		had := slices.Clone(counts)
		fair(d, n, counts)
		if d%3 == 0 && counts[7] == had[7] {
			out := slices.IndexFunc(counts, func(c int) bool { return c > 0 })
			for counts[out] == had[out] {
				out++
			}
			counts[out]--
			counts[7]++
		}
	}
	r := run(t, draw, 60, 2000, 300)
	if r.Unit != 7 || r.Gap < 8 || r.PGap > 1e-9 {
		t.Errorf("favoured unit: %+v", r)
	}
}

// TestExact enumerates all 6^3 outcomes of 3 draws of 2 out of 4. The mean of χ² is exactly N−1,
// each outcome's PGap bounds the share of outcomes as extreme, and a single count is binomial.
func TestExact(t *testing.T) {
	pairs := [][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}
	var gaps, bounds []float64
	mean := 0.0
	for x := range 216 {
		counts := make([]int, 4)
		for _, y := range []int{x % 6, x / 6 % 6, x / 36} {
			counts[pairs[y][0]]++
			counts[pairs[y][1]]++
		}
		r, err := Inclusion(2, 3, counts)
		if err != nil {
			t.Fatal(err)
		}
		mean += r.ChiSquare / 216
		gaps, bounds = append(gaps, math.Abs(r.Gap)), append(bounds, r.PGap)
	}
	if math.Abs(mean-3) > 1e-12 {
		t.Errorf("mean of χ² is %v, want N−1 = 3", mean)
	}
	for x := range gaps {
		as := 0
		for _, g := range gaps {
			if g >= gaps[x]-1e-9 {
				as++
			}
		}
		if share := float64(as) / 216; share > bounds[x]+1e-9 {
			t.Errorf("gap %v: %v of the outcomes, bound %v", gaps[x], share, bounds[x])
		}
	}
	// 3 draws, p = 1/2, counts 0 or 3: probability 1/8 each side, four units.
	if r, _ := Inclusion(2, 3, []int{3, 1, 1, 1}); math.Abs(r.PGap-1) > 1e-12 {
		t.Errorf("PGap %v", r.PGap)
	}
	// 10 draws of 1 in 2: 10 to 0 has probability 2/1024, two units.
	r, _ := Inclusion(1, 10, []int{10, 0})
	if math.Abs(r.PGap-4.0/1024) > 1e-12 || r.Unit != 0 || math.Abs(r.Gap-math.Sqrt(10)) > 1e-12 {
		t.Errorf("10 to 0: %+v", r)
	}
	// Two units, one degree of freedom: χ² is the square of the gap.
	if math.Abs(r.ChiSquare-10) > 1e-12 || r.Freedom != 1 {
		t.Errorf("10 to 0: χ² %v with %d", r.ChiSquare, r.Freedom)
	}
}

// TestLevel repeats fair draws 400 times at a ratio of 60 %, where Pearson's form would be far off:
// one in twenty is beyond the 5 % point at either end, and χ² is N−1 on average.
func TestLevel(t *testing.T) {
	const n, size, draws, times = 30, 50, 60, 400
	uneven, even, mean := 0, 0, 0.0
	draw := byShuffle(17)
	for range times {
		r := run(t, draw, n, size, draws)
		if r.PUneven < 0.05 {
			uneven++
		}
		if r.PEven < 0.05 {
			even++
		}
		mean += r.ChiSquare / times
	}
	// Binomial (400, 0.05): mean 20, standard deviation 4.4; four of them allowed.
	if uneven > 38 || uneven < 3 || even > 38 || even < 3 {
		t.Errorf("%d too uneven, %d too even of %d", uneven, even, times)
	}
	// Standard deviation of the mean: √(2·49/400) = 0.49.
	if math.Abs(mean-(size-1)) > 2 {
		t.Errorf("mean of χ² is %v, want %d", mean, size-1)
	}
}

// TestInclusionErrors names counts that no draws can give.
func TestInclusionErrors(t *testing.T) {
	for _, x := range []struct {
		n, draws int
		counts   []int
		want     string
	}{
		{1, 0, []int{0, 0}, "0 draws"},
		{1, -3, []int{0, 0}, "-3 draws"},
		{0, 2, []int{0, 0}, "leaves nothing to chance"},
		{2, 2, []int{2, 2}, "leaves nothing to chance"},
		{1, 2, nil, "leaves nothing to chance"},
		{1, 2, []int{3, -1}, "unit 0 was drawn 3 times in 2 draws"},
		{1, 2, []int{2, -1}, "unit 1 was drawn -1 times in 2 draws"},
		{1, 2, []int{2, 1}, "add up to 3"},
		{1, math.MaxInt, []int{2, 1}, "more draws than can be counted"},
	} {
		_, err := Inclusion(x.n, x.draws, x.counts)
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("Inclusion(%d, %d, %v): %v, want %q", x.n, x.draws, x.counts, err, x.want)
		}
	}
}
