// Package fairness asks of many draws whether they behave as the rules promise.
//
// A single draw/1 draw needs no statistics: sampling.Verify repeats it. Over months somebody will
// still ask whether certain firms are drawn more often than chance allows, whatever the program
// says of itself. Inclusion answers for simple random samples: given how often each unit of one
// population was drawn, it tells counts that chance explains from counts that it does not.
//
// # The test
//
// D independent draws take n of the same N units without replacement, each set of n equally
// likely (draw/1 §6, srs). X(i) counts the draws that took unit i, and p = n/N. With the
// indicators of the sample as in Cochran, Sampling Techniques, 3rd ed. 1977, §2.9,
//
//	E X(i)          =  D·p
//	Var X(i)        =  D·p·(1−p)
//	Cov(X(i), X(j)) = −D·p·(1−p)/(N−1)          i ≠ j
//
// The counts always add up to D·n, so the covariance matrix has rank N−1; on the vectors that add
// up to 0 it is D·p·(1−p)·N/(N−1) times the identity. The quadratic form with its inverse there is
//
//	χ² = (N−1)/N · Σ (X(i) − D·p)² / (D·p·(1−p))
//
// whose expectation is exactly N−1 for every D, and whose distribution tends to χ² with N−1
// degrees of freedom as D grows (multivariate central limit theorem; Rao, Linear Statistical
// Inference, 2nd ed. 1973, §3b.4). Pearson's Σ (X(i) − D·p)²/(D·p) is not it: it takes the counts
// for multinomial and calls a draw too even, the more so the larger p is.
//
// χ² spreads its attention over all units. For a single unit that is treated unfairly the second
// number is better: the count farthest from D·p, in standard deviations, with the probability of
// one as far or farther. Each X(i) is exactly binomial (D, p), so that probability is exact; times
// N (Bonferroni) it bounds the probability that any of the N units is that far off. The bound holds
// whatever the dependence between units.
//
// # More questions about many draws
//
// Equal chances for each unit are not enough. Pairs asks whether every two units are drawn together
// as often as they should be, n(n−1)/(N(N−1)) of the draws; a fixed skip fails it even where it
// gives each unit its chance. Waits asks how long units wait from one draw to the next (a geometric
// number of draws). Outcomes asks whether equally likely outcomes occurred equally often: the
// teams of inspectors who differ in nothing but their names. Loads are Inclusion once more: who
// carries the odd seat is a simple random sample. Every report says how likely chance alone is to
// go as far; whoever acts on P < α is wrong about a fair draw with probability α: exactly, or at
// most where the report calls it a bound, approximately for χ².
//
// # What one draw tells
//
// HorvitzThompson estimates from the results how many of the whole population have a property,
// with its standard error; Interval gives the exact range of that number that the results leave
// possible at a level, and DetectionSize how many have to be drawn to find at least one of so many.
//
// # What it is not
//
// The tests see frequencies. A draw can pass and still be predictable or chosen by somebody; the
// commitment and the public seed answer that. Draws that share tickets or use a changed population
// are not independent draws from one population: do not add them up.
package fairness
