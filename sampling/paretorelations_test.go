package sampling

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// Relations between pareto draws (draw/1 §6) that hold whatever the tickets are. They are facts
// about the formula, so they would also find a mistake that a second reading of it repeats.

// paretoDraw draws a stratum with these weights: the ids in the order of the draw, and the cut.
func paretoDraw(t *testing.T, seed string, weights []int64, n, reserve int) ([]string, string) {
	t.Helper()
	files, item := paretoOffice(t, weights, n, reserve)
	scan := scanItem(files, sha256Suite, item, seed)
	if scan.files != nil || scan.population != nil {
		t.Fatal(scan.files, scan.population)
	}
	return idsOf(&scan.drawn[0]), scan.drawn[0].cut
}

// anySeed is a seed made of a number.
func anySeed(n uint64) string { return slowHash("sha256", fmt.Sprint("relation ", n)) }

// anyWeights are count weights, most of them small and some heavy.
func anyWeights(r *rand.Rand, count int) []int64 {
	weights := make([]int64, count)
	for i := range weights {
		weights[i] = 1 + []int64{r.Int64N(3), r.Int64N(20), r.Int64N(20), r.Int64N(400)}[r.IntN(4)]
	}
	return weights
}

// certainOf lists who is certain, heaviest first, and gives what is left to draw and its weight.
func certainOf(weights []int64, n int) (certain []string, m, x int64) {
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
		x += weights[i]
	}
	sort.SliceStable(order, func(a, b int) bool { return weights[order[a]] > weights[order[b]] })
	m = int64(n)
	for _, i := range order {
		if m*weights[i] < x {
			break
		}
		certain = append(certain, fmt.Sprintf("P.%05d", i))
		m, x = m-1, x-weights[i]
	}
	return certain, m, x
}

// TestParetoScale: Q is a function of weights over their sum, so all weights times a number give
// the same draw, with the same cut in every digit.
func TestParetoScale(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rng(seed)
		weights := anyWeights(r, 2+r.IntN(30))
		n := r.IntN(len(weights) + 1)
		want, cut := paretoDraw(t, anySeed(seed), weights, n, 4)
		for _, times := range []int64{2, 3, 1000, (1<<31 - 1) / 403} {
			scaled := slices.Clone(weights)
			for i := range scaled {
				scaled[i] *= times
			}
			if have, c := paretoDraw(t, anySeed(seed), scaled, n, 4); !slices.Equal(have, want) ||
				c != cut {
				t.Errorf("%d of %v, times %d: %v to %s, want %v to %s", n, weights, times, have, c,
					want, cut)
			}
		}
	}
}

// TestParetoEqualWeights: with equal weights Q rises with the ticket alone, so pareto is srs: the
// order of tickets, as long as not everybody is drawn, and then the order of ids.
func TestParetoEqualWeights(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rng(seed)
		count := 1 + r.IntN(40)
		weights := slices.Repeat([]int64{1 + r.Int64N(1<<31-1)}, count)
		var byTicket, byID []string
		for i := range count {
			byID = append(byID, fmt.Sprintf("P.%05d", i))
		}
		key := func(id string) string { return slowHash("sha256", anySeed(seed)+"|sel|"+id) + id }
		byTicket = slices.SortedFunc(slices.Values(byID), func(a, b string) int {
			return slices.Compare([]byte(key(a)), []byte(key(b)))
		})
		for _, n := range []int{0, 1, count / 2, count - 1, count} {
			have, cut := paretoDraw(t, anySeed(seed), weights, n, 3)
			want := byTicket[:min(count, n+3)]
			if n == count {
				want = byID
			}
			if !slices.Equal(have, want) {
				t.Errorf("%d of %d: %v, want %v", n, count, have, want)
			}
			if (cut == cutCertain) != (n == 0 || n == count) {
				t.Errorf("%d of %d: cut %s", n, count, cut)
			}
		}
	}
}

// TestParetoBoundary: m·x = X is certain, one unit of weight less is not. The heavy one weighs as
// much as the rest divided by n − 1.
func TestParetoBoundary(t *testing.T) {
	t.Parallel()
	missed := 0
	for seed := range uint64(80) {
		r := rng(seed)
		n := 2 + r.IntN(4)
		weights := make([]int64, n+2+r.IntN(20))
		sum := int64(0)
		for i := range weights[1:] {
			weights[1+i] = 3 + r.Int64N(3)
			sum += weights[1+i]
		}
		// The rest has to be a multiple of n − 1; what lacks goes to the last.
		more := (int64(n-1) - sum%int64(n-1)) % int64(n-1)
		weights[len(weights)-1] += more
		weights[0] = (sum + more) / int64(n-1)
		if int64(n)*weights[0] != sum+more+weights[0] {
			t.Fatal("the heavy one is not at the border")
		}
		certain, m, _ := certainOf(weights, n)
		have, _ := paretoDraw(t, anySeed(seed), weights, n, 0)
		if len(certain) == 0 || !slices.Equal(have[:len(certain)], certain) || certain[0] != "P.00000" {
			t.Errorf("%d of %v: %v, certain are %v (%d left)", n, weights, have, certain, m)
		}
		// Below the border its chance is high and no longer 1: with some seeds it stays out, and it
		// never stands first as of right.
		weights[0]--
		if c, _, _ := certainOf(weights, n); slices.Contains(c, "P.00000") {
			t.Errorf("%v: certain below the border", weights)
		}
		for x := range uint64(5) {
			if have, cut := paretoDraw(t, anySeed(100*seed+x), weights, n, 0); !slices.Contains(have,
				"P.00000") {
				missed++
			} else if cut == cutCertain {
				t.Errorf("%v: everybody certain in %v", weights, have)
			}
		}
	}
	if missed == 0 {
		t.Error("the one below the border is always drawn")
	}
}

// TestParetoCertain: who is certain does not depend on the seed, comes first by weight and then by
// id, and the cut says whether anybody else was drawn.
func TestParetoCertain(t *testing.T) {
	t.Parallel()
	some := 0
	for seed := range uint64(60) {
		r := rng(seed)
		weights := anyWeights(r, 3+r.IntN(25))
		for i := range weights {
			if r.IntN(5) == 0 {
				weights[i] = 500 // ties among the heavy
			}
		}
		n := 1 + r.IntN(len(weights))
		certain, m, _ := certainOf(weights, n)
		some += len(certain)
		for x := range uint64(3) {
			have, cut := paretoDraw(t, anySeed(7*seed+x), weights, n, 2)
			if !slices.Equal(have[:len(certain)], certain) || (m == 0) != (cut == cutCertain) ||
				len(have) != min(len(weights), n+2) {
				t.Errorf("%d of %v: %v to %s, certain %v", n, weights, have, cut, certain)
			}
			for _, id := range have[len(certain):] {
				if slices.Contains(certain, id) {
					t.Errorf("%s twice in %v", id, have)
				}
			}
		}
	}
	if some < 100 {
		t.Errorf("%d certain units", some)
	}
}

// TestParetoHeavier: with nobody certain, more weight for one unit lowers its Q and raises all
// others: who is drawn stays drawn, and no later than before.
func TestParetoHeavier(t *testing.T) {
	t.Parallel()
	earlier := 0
	for seed := range uint64(60) {
		r := rng(seed)
		weights := make([]int64, 10+r.IntN(30))
		for i := range weights {
			weights[i] = 5 + r.Int64N(6)
		}
		n := 1 + r.IntN(len(weights)/6)
		before, _ := paretoDraw(t, anySeed(seed), weights, n, len(weights))
		for range 4 {
			i := r.IntN(len(weights))
			heavier := slices.Clone(weights)
			heavier[i] += 1 + r.Int64N(5)
			if certain, _, _ := certainOf(heavier, n); certain != nil {
				continue
			}
			after, _ := paretoDraw(t, anySeed(seed), heavier, n, len(weights))
			id := fmt.Sprintf("P.%05d", i)
			was, is := slices.Index(before, id), slices.Index(after, id)
			if is > was {
				t.Errorf("%v: %s from place %d to %d with %d more", weights, id, was, is,
					heavier[i]-weights[i])
			}
			if is < was {
				earlier++
			}
		}
	}
	if earlier < 20 {
		t.Errorf("only %d came earlier", earlier)
	}
}

// TestParetoReserve: how many are held in reserve changes neither who is selected nor the cut, and
// a longer reserve continues a shorter one.
func TestParetoReserve(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rng(seed)
		weights := anyWeights(r, 1+r.IntN(40))
		n := r.IntN(len(weights) + 1)
		all, cut := paretoDraw(t, anySeed(seed), weights, n, len(weights))
		if len(all) != len(weights) {
			t.Fatalf("%d of %d", len(all), len(weights))
		}
		for _, reserve := range []int{0, 1, 2, 5, len(weights) - n} {
			have, c := paretoDraw(t, anySeed(seed), weights, n, reserve)
			if !slices.Equal(have, all[:min(len(all), n+reserve)]) || c != cut {
				t.Errorf("%d + %d of %v: %v to %s, want %v to %s", n, reserve, weights, have, c, all,
					cut)
			}
		}
	}
}

// TestParetoStrata: strata do not know of each other. Candidates of class B come, go and change
// their weights, and of class A everything stays as it is, cut included.
func TestParetoStrata(t *testing.T) {
	t.Parallel()
	stratumA := func(others []int64, seed string) ([]EntityID, string) {
		o := newOffice()
		o.weighted, o.reserve = true, 3
		for i := range 20 + len(others) {
			c := eligible(EntityID(fmt.Sprintf("P.%03d", i)))
			c.Class, c.Weight = "A", int64(1+i*i%17)
			if i >= 20 {
				c.Class, c.Weight = "B", others[i-20]
			}
			o.candidates = append(o.candidates, c)
		}
		files, plan, _ := o.freeze(t)
		item := &plan.Items[0]
		for k := range item.Strata {
			item.Strata[k].Method, item.Strata[k].Ratio = MethodPareto, &Ratio{1, 4}
		}
		scan := scanItem(files, sha256Suite, item, seed)
		if scan.files != nil || scan.population != nil {
			t.Fatal(scan.files, scan.population)
		}
		d := &scan.drawn[0]
		return d.result(&item.Strata[0]).Selected, d.cut
	}
	for seed := range uint64(20) {
		want, cut := stratumA(nil, anySeed(seed))
		r := rng(seed)
		for range 3 {
			have, c := stratumA(anyWeights(r, 1+r.IntN(30)), anySeed(seed))
			if !slices.Equal(have, want) || c != cut {
				t.Errorf("%v to %s, alone %v to %s", have, c, want, cut)
			}
		}
	}
}
