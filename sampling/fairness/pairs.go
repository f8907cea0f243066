package fairness

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// PairReport says how often two units were drawn together, against n(n−1)/(N(N−1)).
type PairReport struct {
	Pairs    int     // N(N−1)/2
	Expected float64 // how often each pair is drawn together on average
	Never    int     // pairs that never were

	A, B  int     // places of the pair farthest from Expected, A < B, the first of equals
	Count int     // how often it was drawn together
	Gap   float64 // how far that is off, in standard deviations
	// PGap bounds the probability that the farthest of all pairs is this far off or farther: exact
	// binomial tails, times the number of pairs (Bonferroni). Its false-alarm rate at PGap < α is
	// at most α, for any number of draws.
	PGap float64
}

// Pairs tests whether every two of size units were drawn together as often as a simple random
// sample of n does it; draws holds the places of those drawn. Equal inclusion probabilities are not
// enough for a fair draw: a fixed skip draws neighbours never together and others always.
//
// It is an error if nothing is left to chance (fewer than two of fewer than all, no draws), or if a
// draw does not hold n different places.
func Pairs(n, size int, draws [][]int) (PairReport, error) {
	if n < 2 || n >= size || len(draws) == 0 {
		return PairReport{}, fmt.Errorf("fairness: pairs of %d drawn of %d, %d draws",
			n, size, len(draws))
	}
	together := make([]int, size*size)
	for d, draw := range draws {
		if err := distinct(draw, n, size); err != nil {
			return PairReport{}, fmt.Errorf("fairness: draw %d: %w", d, err)
		}
		for _, a := range draw {
			for _, b := range draw {
				if a < b {
					together[a*size+b]++
				}
			}
		}
	}
	r := PairReport{Pairs: size * (size - 1) / 2}
	p := float64(n) * float64(n-1) / (float64(size) * float64(size-1))
	d := float64(len(draws))
	r.Expected = d * p
	far := -1.0
	for a := range size {
		for b := a + 1; b < size; b++ {
			c := together[a*size+b]
			if c == 0 {
				r.Never++
			}
			if off := math.Abs(float64(c) - r.Expected); off > far {
				far, r.A, r.B, r.Count = off, a, b, c
			}
		}
	}
	r.Gap = (float64(r.Count) - r.Expected) / math.Sqrt(d*p*(1-p))
	r.PGap = math.Min(1, float64(r.Pairs)*binomialTails(len(draws), p, r.Count))
	return r, nil
}

// distinct checks that a draw holds n different places below size.
func distinct(draw []int, n, size int) error {
	seen := make([]bool, size)
	for _, a := range draw {
		if a < 0 || a >= size || seen[a] {
			return fmt.Errorf("place %d is out of range or drawn twice", a)
		}
		seen[a] = true
	}
	if len(draw) != n {
		return fmt.Errorf("%d drawn, not %d", len(draw), n)
	}
	return nil
}

// binomialTails is the probability that a binomial (draws, p) count is as far from its mean as
// count or farther, to either side.
func binomialTails(draws int, p float64, count int) float64 {
	b := distuv.Binomial{N: float64(draws), P: p}
	off := math.Abs(float64(count) - float64(draws)*p)
	below := math.Floor(float64(draws)*p - off + 1e-9)
	above := math.Ceil(float64(draws)*p + off - 1e-9)
	tails := 0.0
	if below >= 0 {
		tails += b.CDF(below)
	}
	if above <= float64(draws) {
		tails += b.Survival(above - 1)
	}
	return math.Min(1, tails)
}

// OutcomeReport is Pearson's test of equally likely outcomes.
type OutcomeReport struct {
	Outcomes, Trials int
	Expected         float64 // trials per outcome
	Never            int     // outcomes that never occurred
	ChiSquare        float64
	P                float64 // probability of a χ² this large or larger: the false-alarm rate
}

// Outcomes tests whether independent trials had equally likely outcomes; counts[i] is how often
// outcome i occurred. It serves for the team of one task: inspectors who differ in nothing but
// their names are exchangeable, so every team of k of them is equally likely (draw/1 §7). The
// probability is approximate and wants Expected ≥ 5.
func Outcomes(counts []int) (OutcomeReport, error) {
	r := OutcomeReport{Outcomes: len(counts)}
	for i, c := range counts {
		if c < 0 {
			return OutcomeReport{}, fmt.Errorf("fairness: outcome %d occurred %d times", i, c)
		}
		if c == 0 {
			r.Never++
		}
		r.Trials += c
	}
	if len(counts) < 2 || r.Trials == 0 {
		return OutcomeReport{}, errors.New("fairness: nothing is left to chance")
	}
	r.Expected = float64(r.Trials) / float64(len(counts))
	for _, c := range counts {
		off := float64(c) - r.Expected
		r.ChiSquare += off * off / r.Expected
	}
	r.P = distuv.ChiSquared{K: float64(len(counts) - 1)}.Survival(r.ChiSquare)
	return r, nil
}

// Waits tests how many draws pass between two in which a unit is drawn. If draws are independent
// and each takes the unit with probability n/N, a wait of w draws has probability p(1−p)^(w−1)
// (the geometric distribution): who was drawn last month is drawn this month as likely as anybody.
//
// history[d][i] says whether draw d took unit i. After every draw that took a unit, the next
// `within` draws are looked at; the wait falls into one of the classes 1, 2, … within, or into the
// class of all longer ones. Draws too near to the end of the history start no wait. P is Pearson's:
// approximate, for at least 5 expected waits in each class. Waits of units of the same draws are
// slightly dependent; TestWaitsLevel measures how often a fair history is called unfair.
func Waits(n, size, within int, history [][]bool) (OutcomeReport, error) {
	if n < 1 || n >= size || within < 1 || len(history) <= within {
		return OutcomeReport{}, fmt.Errorf("fairness: waits of at most %d in %d draws of %d of %d",
			within, len(history), n, size)
	}
	counts := make([]int, within+1)
	for d := 0; d+within < len(history); d++ {
		if len(history[d]) != size {
			return OutcomeReport{}, fmt.Errorf("fairness: draw %d has %d units, not %d",
				d, len(history[d]), size)
		}
		for i, drawn := range history[d] {
			if !drawn {
				continue
			}
			w := 1
			for w <= within && !history[d+w][i] {
				w++
			}
			counts[w-1]++
		}
	}
	r := OutcomeReport{Outcomes: within + 1}
	for _, c := range counts {
		r.Trials += c
		if c == 0 {
			r.Never++
		}
	}
	p := float64(n) / float64(size)
	r.Expected = float64(r.Trials) / float64(within+1)
	rest := 1.0
	for w, c := range counts {
		share := rest * p
		if w == within {
			share = rest
		}
		rest -= share
		off := float64(c) - share*float64(r.Trials)
		r.ChiSquare += off * off / (share * float64(r.Trials))
	}
	r.P = distuv.ChiSquared{K: float64(within)}.Survival(r.ChiSquare)
	return r, nil
}
