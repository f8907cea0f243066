package fairness

import (
	"math"
	"math/big"
	"testing"
)

// tail sums hypergeometric probabilities as fractions, one binomial coefficient at a time: the
// slow way that Interval is compared with.
func tail(size, n, m, from, to int64) *big.Rat {
	sum := new(big.Int)
	for i := max(from, 0); i <= min(to, n); i++ {
		if i > m || n-i > size-m {
			continue
		}
		a := new(big.Int).Binomial(m, i)
		sum.Add(sum, a.Mul(a, new(big.Int).Binomial(size-m, n-i)))
	}
	return new(big.Rat).SetFrac(sum, new(big.Int).Binomial(size, n))
}

// TestIntervalDefinition compares both ends with their definition, for everything that can be found
// in every sample of every population of up to 12 units.
func TestIntervalDefinition(t *testing.T) {
	for _, alpha := range []Level{{1, 20}, {1, 10}, {1, 3}} {
		half := big.NewRat(alpha.Num, 2*alpha.Den)
		for size := int64(1); size <= 12; size++ {
			for n := int64(0); n <= size; n++ {
				for x := int64(0); x <= n; x++ {
					low, high, err := Interval(size, n, x, alpha)
					if err != nil {
						t.Fatal(err)
					}
					wantLow, wantHigh := int64(-1), int64(-1)
					for m := x; m <= size-n+x; m++ {
						if wantLow < 0 && tail(size, n, m, x, n).Cmp(half) > 0 {
							wantLow = m
						}
						if tail(size, n, m, 0, x).Cmp(half) > 0 {
							wantHigh = m
						}
					}
					if low != wantLow || high != wantHigh {
						t.Fatalf("%d in %d of %d at %v: %d…%d, want %d…%d",
							x, n, size, alpha, low, high, wantLow, wantHigh)
					}
				}
			}
		}
	}
}

// TestIntervalCovers: whatever the truth is, the interval covers it with at least 95 %.
func TestIntervalCovers(t *testing.T) {
	const size, n = 60, 15
	level := big.NewRat(95, 100)
	for m := range int64(size + 1) {
		covered := new(big.Rat)
		for x := range int64(n + 1) {
			low, high, err := Interval(size, n, x, Level{5, 100})
			if err != nil {
				t.Fatal(err)
			}
			if low <= m && m <= high {
				covered.Add(covered, tail(size, n, m, x, x))
			}
		}
		if covered.Cmp(level) < 0 {
			share, _ := covered.Float64()
			t.Errorf("%d of %d have it: covered with %.4f", m, size, share)
		}
	}
}

// TestIntervalPublished: for populations far larger than the sample the interval is that of Clopper
// and Pearson. Their values for 95 %, as printed in many tables (for instance Diem and Seldrup,
// Geigy Scientific Tables 2, 8th ed. 1982, 89–102), in percent: 0 of 10 gives 0 to 30.85, 1 of 10
// 0.25 to 44.50, 5 of 10 18.71 to 81.29, 10 of 100 4.90 to 17.62, 0 of 50 0 to 7.11.
func TestIntervalPublished(t *testing.T) {
	const size = 10_000_000
	for _, c := range []struct {
		n, x      int64
		low, high float64
	}{
		{10, 0, 0, 30.85}, {10, 1, 0.25, 44.50}, {10, 5, 18.71, 81.29}, {10, 10, 69.15, 100},
		{50, 0, 0, 7.11}, {100, 10, 4.90, 17.62}, {100, 50, 39.83, 60.17},
	} {
		low, high, err := Interval(size, c.n, c.x, Level{5, 100})
		if err != nil {
			t.Fatal(err)
		}
		l, h := float64(low)/size*100, float64(high)/size*100
		if math.Abs(l-c.low) > 0.006 || math.Abs(h-c.high) > 0.006 {
			t.Errorf("%d of %d: %.3f to %.3f, want %.2f to %.2f", c.x, c.n, l, h, c.low, c.high)
		}
	}
	// Cochran (1977, §3.6): 37 of a sample of 100 out of 500. The normal approximation with its
	// correction gives 140 to 230 of the 500; the exact interval is close by.
	low, high, err := Interval(500, 100, 37, Level{5, 100})
	if err != nil || low < 138 || low > 144 || high < 226 || high > 233 {
		t.Errorf("37 of 100 out of 500: %d to %d, %v", low, high, err)
	}
}

// TestDetectionPublished compares with the table of Cannon and Roe (1982) for 95 % certainty. The
// table rounds an approximation up; an exact size is at most that, and at most 1 below.
func TestDetectionPublished(t *testing.T) {
	for _, c := range []struct{ size, bad, table int64 }{
		{100, 10, 25}, {100, 5, 45}, {100, 2, 78}, {100, 1, 96}, {500, 50, 28}, {500, 25, 56},
		{500, 10, 129}, {500, 5, 225}, {1000, 100, 29}, {1000, 50, 58}, {1000, 20, 138},
		{1000, 10, 258},
	} {
		n, err := DetectionSize(c.size, c.bad, Level{5, 100})
		if err != nil || n > c.table || n < c.table-1 {
			t.Errorf("%d bad of %d: %d, %v; the table has %d", c.bad, c.size, n, err, c.table)
		}
	}
	// With 10 million units it is the 299 of the binomial: 0.99^299 < 0.05 < 0.99^298.
	if n, _ := DetectionSize(10_000_000, 100_000, Level{5, 100}); n != 299 {
		t.Errorf("1 %% of 10 million: %d, want 299", n)
	}
}

// TestDetectionDefinition: n misses all with at most α, n−1 with more.
func TestDetectionDefinition(t *testing.T) {
	alpha := Level{1, 20}
	bound := big.NewRat(1, 20)
	for size := int64(1); size <= 40; size++ {
		for bad := int64(1); bad <= size; bad++ {
			n, err := DetectionSize(size, bad, alpha)
			if err != nil {
				t.Fatal(err)
			}
			if tail(size, n, bad, 0, 0).Cmp(bound) > 0 ||
				n > 0 && tail(size, n-1, bad, 0, 0).Cmp(bound) <= 0 {
				t.Errorf("%d bad of %d: %d", bad, size, n)
			}
		}
	}
}

// TestIntervalErrors: arguments that cannot be are named, not computed with.
func TestIntervalErrors(t *testing.T) {
	ok := Level{1, 20}
	for _, c := range []struct {
		size, n, x int64
		alpha      Level
	}{
		{0, 0, 0, ok}, {5, 6, 0, ok}, {5, 3, 4, ok}, {5, 3, -1, ok}, {5, -1, 0, ok},
		{5, 3, 1, Level{0, 10}}, {5, 3, 1, Level{10, 10}}, {5, 3, 1, Level{1, -2}},
	} {
		if _, _, err := Interval(c.size, c.n, c.x, c.alpha); err == nil {
			t.Errorf("Interval(%d, %d, %d, %v) is no error", c.size, c.n, c.x, c.alpha)
		}
	}
	for _, c := range []struct{ size, bad int64 }{{5, 0}, {5, 6}, {0, 0}} {
		if _, err := DetectionSize(c.size, c.bad, ok); err == nil {
			t.Errorf("DetectionSize(%d, %d) is no error", c.size, c.bad)
		}
	}
	if _, err := DetectionSize(5, 1, Level{}); err == nil {
		t.Error("a level of 0/0 is no error")
	}
}
