package fairness

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// InclusionReport says how the counts of many draws compare with equal inclusion probabilities.
type InclusionReport struct {
	Population int // N: units in the population
	Sample     int // n: units in each draw
	Draws      int // D

	Expected float64 // D·n/N, what each count is on average
	Deviance float64 // standard deviation of one count, √(D·p·(1−p))

	ChiSquare float64 // the quadratic form of the package documentation
	Freedom   int     // its degrees of freedom, N−1
	// PUneven is the probability of a χ² this large or larger: small means some units are favoured.
	PUneven float64
	// PEven is the probability of a χ² this small or smaller: small means that the counts are
	// more even than chance makes them, as when a list is worked off in turns.
	PEven float64

	Unit  int     // place (from 0) of the unit farthest from Expected, the first of equals
	Count int     // its count
	Gap   float64 // how far it is off, in standard deviations; negative when drawn too rarely
	// PGap bounds the probability that the farthest of all N units is this far off or farther.
	PGap float64
}

// Inclusion tests whether draws samples of n units, out of a population of len(counts), gave every
// unit its equal chance; counts[i] is how often unit i was drawn. See the package documentation for
// the formulas. The two χ² probabilities are approximate: they want several draws, and counts
// whose expectation Expected, and Draws − Expected, are not below about 5. PGap is a bound that
// holds for any number of draws.
//
// It is an error if nothing is left to chance (no draws, n of 0 or of the whole population), if a
// count cannot be (negative, above the number of draws), or if the counts do not add up to n times
// draws.
func Inclusion(n, draws int, counts []int) (InclusionReport, error) {
	r := InclusionReport{Population: len(counts), Sample: n, Draws: draws, Freedom: len(counts) - 1}
	if err := check(n, draws, counts); err != nil {
		return InclusionReport{}, err
	}
	d, p := float64(draws), float64(n)/float64(len(counts))
	r.Expected, r.Deviance = d*p, math.Sqrt(d*p*(1-p))

	// Deviations are kept as integers times 1/N: exact, and compared without rounding.
	far, squares := -1, 0.0
	for i, c := range counts {
		off := deviation(n, draws, len(counts), c)
		if off < 0 {
			off = -off
		}
		if off > far {
			far, r.Unit, r.Count = off, i, c
		}
		x := float64(off) / float64(len(counts))
		squares += x * x
	}
	size := float64(r.Population)
	r.ChiSquare = squares / (r.Deviance * r.Deviance) * (size - 1) / size
	chi := distuv.ChiSquared{K: float64(r.Freedom)}
	r.PUneven, r.PEven = chi.Survival(r.ChiSquare), chi.CDF(r.ChiSquare)

	r.Gap = float64(deviation(n, draws, len(counts), r.Count)) / size / r.Deviance
	r.PGap = math.Min(1, size*asFar(n, draws, len(counts), far))
	return r, nil
}

// check refuses counts that no draws can give.
func check(n, draws int, counts []int) error {
	switch {
	case draws < 1:
		return fmt.Errorf("fairness: %d draws", draws)
	case n < 1 || n >= len(counts):
		return fmt.Errorf("fairness: %d of %d units leaves nothing to chance", n, len(counts))
	case draws > math.MaxInt/len(counts)/4:
		return errors.New("fairness: more draws than can be counted")
	}
	sum := 0
	for i, c := range counts {
		if c < 0 || c > draws {
			return fmt.Errorf("fairness: unit %d was drawn %d times in %d draws", i, c, draws)
		}
		sum += c
	}
	if sum != n*draws {
		return fmt.Errorf("fairness: counts add up to %d, not to %d draws of %d", sum, draws, n)
	}
	return nil
}

// deviation is N times (count − D·n/N), an integer.
func deviation(n, draws, size, count int) int { return count*size - draws*n }

// asFar is the probability that a binomial (D, n/N) count deviates from its mean by off/N or more,
// to either side.
func asFar(n, draws, size, off int) float64 {
	if off <= 0 {
		return 1
	}
	b := distuv.Binomial{N: float64(draws), P: float64(n) / float64(size)}
	below, above := 0.0, 0.0
	if low := draws*n - off; low >= 0 {
		below = b.CDF(float64(low / size)) // counts c with c·N ≤ D·n − off
	}
	if high := (draws*n + off + size - 1) / size; high <= draws {
		above = b.Survival(float64(high - 1)) // counts c with c·N ≥ D·n + off
	}
	return math.Min(1, below+above)
}
