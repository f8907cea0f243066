package fairness

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

// TestHorvitzThompsonPublished repeats two examples of Cochran, Sampling Techniques, 3rd ed. 1977,
// chapter 3: 38 wrong addresses in a sample of 200 out of 3,042 give a total of 578 with a standard
// error of 81.8; 37 of 100 out of 500 a share of 0.37 with 0.0434.
func TestHorvitzThompsonPublished(t *testing.T) {
	e, err := HorvitzThompson([]Cell{{3042, 200, 38}})
	if err != nil {
		t.Fatal(err)
	}
	total, _ := e.Total.Float64()
	variance, _ := e.Variance.Float64()
	if math.Round(total) != 578 || math.Abs(math.Sqrt(variance)-81.8) > 0.05 {
		t.Errorf("total %.2f ± %.2f, want 578 ± 81.8", total, math.Sqrt(variance))
	}
	e, err = HorvitzThompson([]Cell{{500, 100, 37}})
	if err != nil || math.Abs(e.Rate-0.37) > 1e-12 || math.Abs(e.Error-0.0434) > 5e-5 {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestHorvitzThompsonUnbiased enumerates every sample of two strata: the mean of the estimates is
// the true total, the mean of the variance estimates their true variance, both exactly.
func TestHorvitzThompsonUnbiased(t *testing.T) {
	// Stratum 0 has 5 units of which 2 have the property, 3 are drawn; stratum 1 has 4, 1, 2.
	a, b := samples(5, 3, 2), samples(4, 2, 1)
	mean, square, variance := new(big.Rat), new(big.Rat), new(big.Rat)
	share := big.NewRat(1, int64(len(a)*len(b)))
	for _, x := range a {
		for _, y := range b {
			e, err := HorvitzThompson([]Cell{{5, 3, x}, {4, 2, y}})
			if err != nil {
				t.Fatal(err)
			}
			w := new(big.Rat).Mul(e.Total, share)
			mean.Add(mean, w)
			square.Add(square, w.Mul(w, e.Total))
			variance.Add(variance, new(big.Rat).Mul(e.Variance, share))
		}
	}
	if mean.Cmp(big.NewRat(3, 1)) != 0 {
		t.Errorf("mean %v, want 3", mean)
	}
	if square.Sub(square, big.NewRat(9, 1)).Cmp(variance) != 0 {
		t.Errorf("variance of the estimates %v, mean of their variances %v", square, variance)
	}
}

// samples gives, for every sample of n out of size, how many of the first m units are in it.
func samples(size, n, m int) (found []int64) {
	for set := range 1 << size {
		drawn, x := 0, int64(0)
		for i := range size {
			if set>>i&1 == 1 {
				drawn++
				if i < m {
					x++
				}
			}
		}
		if drawn == n {
			found = append(found, x)
		}
	}
	return found
}

// TestHorvitzThompsonCensus: who is drawn as a whole is known.
func TestHorvitzThompsonCensus(t *testing.T) {
	e, err := HorvitzThompson([]Cell{{7, 7, 3}, {1, 1, 1}})
	if err != nil || e.Total.Cmp(big.NewRat(4, 1)) != 0 || e.Variance.Sign() != 0 || e.Error != 0 ||
		e.Rate != 0.5 || e.Size != 8 || e.Drawn != 8 || e.Found != 4 {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestHorvitzThompsonErrors names the stratum from which nothing can be learnt.
func TestHorvitzThompsonErrors(t *testing.T) {
	for _, c := range []struct {
		cells []Cell
		want  string
	}{
		{nil, "no strata"},
		{[]Cell{{10, 5, 1}, {10, 0, 0}}, "stratum 1: nobody was drawn"},
		{[]Cell{{10, 1, 0}}, "stratum 0: one unit drawn has no variance"},
		{[]Cell{{10, 5, 6}}, "stratum 0: 6 found in 5 of 10"},
		{[]Cell{{4, 5, 1}}, "stratum 0: 1 found in 5 of 4"},
		{[]Cell{{4, 2, -1}}, "stratum 0: -1 found in 2 of 4"},
	} {
		if _, err := HorvitzThompson(c.cells); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.cells, err, c.want)
		}
	}
}
