package fairness

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// shuffled gives independent simple random samples.
func shuffled(salt uint64, n, size, draws int) [][]int {
	g := rand.New(rand.NewPCG(salt, 11))
	out := make([][]int, draws)
	for d := range out {
		out[d] = g.Perm(size)[:n]
	}
	return out
}

// TestPairsPass and its failing siblings: samples by chance are fine; a fixed skip draws most pairs
// never although each unit (of those it can reach) has its chance; twins that come together stick
// out at once.
func TestPairs(t *testing.T) {
	r, err := Pairs(20, 60, shuffled(1, 20, 60, 500))
	if err != nil || r.PGap < 0.001 || r.Never != 0 || r.Pairs != 60*59/2 {
		t.Errorf("chance: %+v, %v", r, err)
	}
	skip := make([][]int, 500)
	for d := range skip {
		start := rand.New(rand.NewPCG(uint64(d), 5)).IntN(3)
		for x := range 20 {
			skip[d] = append(skip[d], start+3*x)
		}
	}
	// Of each unit's 59 pairs only the 19 in its own third ever occur.
	r, err = Pairs(20, 60, skip)
	if err != nil || r.PGap > 1e-12 || r.Never != 60*40/2 {
		t.Errorf("fixed skip: %+v, %v", r, err)
	}
	twins := shuffled(2, 20, 60, 500)
	for d := range twins {
		swap := func(have, want int) {
			for i, a := range twins[d] {
				if a == have {
					twins[d][i] = want
					return
				}
			}
		}
		has := func(x int) bool {
			for _, a := range twins[d] {
				if a == x {
					return true
				}
			}
			return false
		}
		if has(4) && !has(5) {
			for _, a := range twins[d] {
				if a > 10 {
					swap(a, 5)
					break
				}
			}
		}
	}
	r, err = Pairs(20, 60, twins)
	if err != nil || r.A != 4 || r.B != 5 || r.PGap > 1e-12 {
		t.Errorf("twins: %+v, %v", r, err)
	}
}

// TestPairsExact: two draws of two out of three, all nine outcomes. A pair is drawn with 1/3.
func TestPairsExact(t *testing.T) {
	sets := [][]int{{0, 1}, {0, 2}, {1, 2}}
	for x := range 9 {
		r, err := Pairs(2, 3, [][]int{sets[x%3], sets[x/3]})
		if err != nil || math.Abs(r.Expected-2.0/3) > 1e-12 {
			t.Fatalf("%+v, %v", r, err)
		}
		// The same pair twice has 1/9; nothing is as far off as its distance of 4/3 below 0.
		if x%3 == x/3 && (r.Count != 2 || math.Abs(r.PGap-3.0/9) > 1e-12 || r.Never != 2) {
			t.Errorf("the same twice: %+v", r)
		}
	}
}

// TestOutcomesLevel: of 400 fair series one in twenty is below 5 %.
func TestOutcomesLevel(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 3))
	low := 0
	for range 400 {
		counts := make([]int, 45)
		for range 900 {
			counts[g.IntN(45)]++
		}
		r, err := Outcomes(counts)
		if err != nil {
			t.Fatal(err)
		}
		if r.P < 0.05 {
			low++
		}
	}
	// Binomial (400, 0.05): mean 20, standard deviation 4.4; four of them allowed.
	if low < 3 || low > 38 {
		t.Errorf("%d of 400 below 5 %%", low)
	}
	// 10, 20, 30 against 20 each: χ² = 10 with two degrees of freedom, exp(−5).
	r, err := Outcomes([]int{10, 20, 30})
	if err != nil || r.ChiSquare != 10 || math.Abs(r.P-math.Exp(-5)) > 1e-12 || r.Trials != 60 {
		t.Errorf("%+v, %v", r, err)
	}
}

// history draws n of size, draws times.
func history(salt uint64, n, size, draws int) [][]bool {
	out := make([][]bool, draws)
	for d, draw := range shuffled(salt, n, size, draws) {
		out[d] = make([]bool, size)
		for _, i := range draw {
			out[d][i] = true
		}
	}
	return out
}

// TestWaitsLevel measures the false-alarm rate of Waits on 300 fair histories, and that working a
// list off in turns, which spares whoever was drawn last, is found.
func TestWaitsLevel(t *testing.T) {
	low := 0
	for s := range uint64(300) {
		r, err := Waits(10, 50, 8, history(s, 10, 50, 60))
		if err != nil {
			t.Fatal(err)
		}
		if r.P < 0.05 {
			low++
		}
	}
	// Binomial (300, 0.05): mean 15, standard deviation 3.8; four of them allowed.
	if low > 30 || low < 1 {
		t.Errorf("%d of 300 below 5 %%", low)
	}
	turns := make([][]bool, 60)
	for d := range turns {
		turns[d] = make([]bool, 50)
		for x := range 10 {
			turns[d][(d*10+x)%50] = true
		}
	}
	if r, err := Waits(10, 50, 8, turns); err != nil || r.P > 1e-12 {
		t.Errorf("in turns: %+v, %v", r, err)
	}
}

// TestPairErrors names draws that cannot be.
func TestPairErrors(t *testing.T) {
	for _, c := range []struct {
		n, size int
		draws   [][]int
		want    string
	}{
		{1, 5, [][]int{{0}}, "pairs of 1"},
		{5, 5, [][]int{{0, 1, 2, 3, 4}}, "pairs of 5"},
		{2, 5, nil, "0 draws"},
		{2, 5, [][]int{{0, 1}, {1, 1}}, "draw 1: place 1"},
		{2, 5, [][]int{{0, 5}}, "draw 0: place 5"},
		{2, 5, [][]int{{0, -1}}, "draw 0: place -1"},
		{2, 5, [][]int{{0}}, "1 drawn, not 2"},
	} {
		if _, err := Pairs(c.n, c.size, c.draws); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c, err, c.want)
		}
	}
	for _, counts := range [][]int{nil, {3}, {0, 0}, {1, -1, 4}} {
		if _, err := Outcomes(counts); err == nil {
			t.Errorf("Outcomes(%v) is no error", counts)
		}
	}
	for _, c := range []struct{ n, size, within, draws int }{{0, 5, 2, 9}, {5, 5, 2, 9}, {1, 5, 0, 9},
		{1, 5, 9, 9}} {
		if _, err := Waits(c.n, c.size, c.within, make([][]bool, c.draws)); err == nil {
			t.Errorf("Waits %+v is no error", c)
		}
	}
	if _, err := Waits(1, 5, 1, [][]bool{{true}, {true}}); err == nil {
		t.Error("draws of one unit instead of five are no error")
	}
}
