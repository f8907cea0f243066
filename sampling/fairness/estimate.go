package fairness

import (
	"errors"
	"fmt"
	"math"
	"math/big"
)

// Cell is what was found in one stratum of a draw: Size units, of which Drawn were drawn by simple
// random sampling and Found of these have the property (a problem found, say).
type Cell struct{ Size, Drawn, Found int64 }

// Estimate says what a draw tells about its whole population.
type Estimate struct {
	Size, Drawn, Found int64 // of all strata

	// Total is the Horvitz–Thompson estimate of how many units have the property, Σ x/π with
	// π = n/N in each stratum: unbiased, exact.
	Total *big.Rat
	// Variance is the unbiased estimate of Total's variance, with finite-population correction.
	Variance *big.Rat

	// Rate is Total/Size, Error its standard error √Variance/Size; both lie in 0…1.
	Rate, Error float64
}

// HorvitzThompson estimates the share of a population with a property from what was found in each
// stratum (Horvitz and Thompson, Journal of the American Statistical Association 47, 1952,
// 663–685; for strata Cochran, Sampling Techniques, 3rd ed. 1977, §3.2, §5.10). With p = x/n
//
//	Total    = Σ N·p
//	Variance = Σ N·(N−n)·p·(1−p)/(n−1)
//
// over the strata. A stratum drawn as a whole adds no variance. Where a single unit out of several
// was drawn the variance cannot be estimated, where none was drawn nothing can: both are errors
// that name the stratum by its place from 0.
func HorvitzThompson(cells []Cell) (Estimate, error) {
	e := Estimate{Total: new(big.Rat), Variance: new(big.Rat)}
	if len(cells) == 0 {
		return Estimate{}, errors.New("fairness: no strata")
	}
	for i, c := range cells {
		switch {
		case c.Found < 0 || c.Found > c.Drawn || c.Drawn > c.Size:
			return Estimate{}, fmt.Errorf("fairness: stratum %d: %d found in %d of %d",
				i, c.Found, c.Drawn, c.Size)
		case c.Drawn == 0:
			return Estimate{}, fmt.Errorf("fairness: stratum %d: nobody was drawn", i)
		case c.Drawn == 1 && c.Size > 1:
			return Estimate{}, fmt.Errorf("fairness: stratum %d: one unit drawn has no variance", i)
		}
		e.Size, e.Drawn, e.Found = e.Size+c.Size, e.Drawn+c.Drawn, e.Found+c.Found
		e.Total.Add(e.Total, ratio(c.Size, c.Found, c.Drawn, 1))
		if c.Drawn < c.Size {
			// N(N−n)·x(n−x) / (n²(n−1))
			v := ratio(c.Size, c.Size-c.Drawn, c.Drawn, c.Drawn)
			e.Variance.Add(e.Variance, v.Mul(v, ratio(c.Found, c.Drawn-c.Found, c.Drawn-1, 1)))
		}
	}
	total, _ := e.Total.Float64()
	variance, _ := e.Variance.Float64()
	e.Rate, e.Error = total/float64(e.Size), math.Sqrt(variance)/float64(e.Size)
	return e, nil
}

// ratio is a·b/(c·d).
func ratio(a, b, c, d int64) *big.Rat {
	r := big.NewRat(a, c)
	return r.Mul(r, big.NewRat(b, d))
}
