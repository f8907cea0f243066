package fairness

import (
	"fmt"
	"math/big"
	"sort"
)

// Level is a probability num/den of error, written as two integers so that a comparison with it is
// exact: {5, 100} is 5 %.
type Level struct{ Num, Den int64 }

// check refuses what is no probability of error.
func (l Level) check() error {
	if l.Num < 1 || l.Den <= l.Num {
		return fmt.Errorf("fairness: a level of %d/%d", l.Num, l.Den)
	}
	return nil
}

// Interval gives the exact two-sided confidence interval for how many of a population have a
// property, after x were found with it among n drawn without replacement from size units:
//
//	low   the smallest M with P(X ≥ x | M) > α/2
//	high  the largest  M with P(X ≤ x | M) > α/2
//
// where X is hypergeometric, P(X = i | M) = C(M,i)·C(N−M,n−i) / C(N,n). It covers the true M with
// probability at least 1−α whatever M is. This is the form that Clopper and Pearson gave for the
// binomial (Biometrika 26, 1934, 404–413), carried over to finite populations by Konijn,
// Statistical Theory of Sample Survey Design and Analysis, 1973, and Buonaccorsi, The American
// Statistician 41, 1987, 215–218. All comparisons are between integers; nothing is rounded.
//
// The cost is O(min(x, n−x)·log N) operations on integers of about n·log₂(N/n) bits. Errors name
// the argument that cannot be.
func Interval(size, n, x int64, alpha Level) (low, high int64, err error) {
	if err := alpha.check(); err != nil {
		return 0, 0, err
	}
	if size < 1 || n < 0 || n > size || x < 0 || x > n {
		return 0, 0, fmt.Errorf("fairness: %d found in %d of %d", x, n, size)
	}
	h := newUrn(size, n, Level{alpha.Num, 2 * alpha.Den})
	// At least x units have the property, and at least n−x have it not: M lies in [x, N−n+x].
	// P(X ≥ x | M) grows and P(X ≤ x | M) falls with M, so both ends are found by halving.
	span := int(size - n)
	low = x + int64(sort.Search(span, func(i int) bool { return h.likely(x+int64(i), x, n) }))
	high = x + int64(sort.Search(span, func(i int) bool { return !h.likely(x+int64(i)+1, 0, x) }))
	return low, high, nil
}

// urn compares hypergeometric tails of one sample size with one probability.
type urn struct {
	size, n int64
	// bar: a tail of more than bar/den weight is likely; den is the weight of all outcomes, C(N,n).
	level Level
	bar   *big.Int
	all   *big.Int
}

func newUrn(size, n int64, level Level) *urn {
	all := new(big.Int).Binomial(size, n)
	return &urn{size, n, level, new(big.Int).Mul(all, big.NewInt(level.Num)), all}
}

// likely reports whether P(from ≤ X ≤ to | m) is above the level. One of the two is an end: from is
// 0, or to is n. The weight of the longer tail is what the shorter one leaves of all.
func (u *urn) likely(m, from, to int64) bool {
	var weight *big.Int
	switch {
	case from == 0 && to > u.n/2:
		weight = new(big.Int).Sub(u.all, u.weight(m, to+1, u.n))
	case to == u.n && from <= u.n/2:
		weight = new(big.Int).Sub(u.all, u.weight(m, 0, from-1))
	default:
		weight = u.weight(m, from, to)
	}
	return weight.Mul(weight, big.NewInt(u.level.Den)).Cmp(u.bar) > 0
}

// weight is Σ C(m,i)·C(N−m,n−i) over i = from…to. The first term is computed, each other from the
// one before by a multiplication and an exact division.
func (u *urn) weight(m, from, to int64) *big.Int {
	from, to = max(from, u.n-(u.size-m)), min(to, m, u.n)
	sum := new(big.Int)
	if from > to {
		return sum
	}
	term := new(big.Int).Binomial(m, from)
	term.Mul(term, new(big.Int).Binomial(u.size-m, u.n-from))
	var f big.Int
	for i := from; ; i++ {
		sum.Add(sum, term)
		if i == to {
			return sum
		}
		// C(m,i+1)·C(N−m,n−i−1) = C(m,i)·C(N−m,n−i) · (m−i)(n−i) / ((i+1)(N−m−n+i+1))
		term.Mul(term, f.SetInt64(m-i)).Mul(term, f.SetInt64(u.n-i))
		term.Quo(term, f.SetInt64(i+1)).Quo(term, f.SetInt64(u.size-m-u.n+i+1))
	}
}

// DetectionSize gives the smallest sample that misses all of `bad` units out of size with a
// probability of at most alpha: the least n with C(N−bad, n) / C(N, n) ≤ α, in integers. It is the
// size for "if five firms in a hundred break the rule, find one with 95 % certainty"; Cannon and
// Roe, Livestock Disease Surveys, 1982, tabulate an approximation of it.
//
// It is an error if bad is not in 1…size.
func DetectionSize(size, bad int64, alpha Level) (int64, error) {
	if err := alpha.check(); err != nil {
		return 0, err
	}
	if bad < 1 || bad > size {
		return 0, fmt.Errorf("fairness: %d to be found among %d", bad, size)
	}
	// C(N−bad, n)/C(N, n) = (N−n)…(N−n−bad+1) / (N…(N−bad+1)): products of bad factors.
	all := falling(size, bad)
	all.Mul(all, big.NewInt(alpha.Num))
	n := sort.Search(int(size-bad)+1, func(n int) bool {
		missed := falling(size-int64(n), bad)
		return missed.Mul(missed, big.NewInt(alpha.Den)).Cmp(all) <= 0
	})
	return int64(n), nil
}

// falling is the product of count factors from n downwards; 0 if it reaches below 1.
func falling(n, count int64) *big.Int {
	if count > n {
		return new(big.Int)
	}
	return new(big.Int).MulRange(n-count+1, n)
}
