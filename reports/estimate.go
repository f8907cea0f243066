package reports

import (
	"fmt"
	"math"
	"math/big"
	"sync"

	"yaohao/sampling"
	"yaohao/sampling/fairness"
)

// Estimate 推断 says what the published results of a draw tell about everybody on the list of an
// item, the many who were not drawn included. A unit counts as found 发现问题 if the national
// category of its result for the item is one that means a problem (table result_category).
//
// With N units on the list of a stratum, n drawn by simple random sampling and x of them found,
// the rate is that of Horvitz and Thompson, Σ N·x/n over the strata divided by Σ N. Low and High
// bound how many of all have a problem, with 95 % confidence:
//
//	exact     one stratum: the exact hypergeometric interval (fairness.Interval)
//	normal    several: Σ N·x/n ± 1.96·√Var, Var = Σ N·(N−n)·x·(n−x)/(n²·(n−1)), never beyond what
//	          the visits themselves show (Cochran, Sampling Techniques, 3rd ed. 1977, §5.10)
//	summed    several, but Var cannot be estimated or is 0 (a stratum with n = 1, nothing found):
//	          the sum of the exact intervals at 5 % shared out among the strata (Bonferroni);
//	          wider, and it holds for every size
//
// It rests on this: every drawn unit has a result, the results are true, and a unit that was
// replaced from the reserve would have been like those that were not. Strata drawn by weight
// (pareto, draw/1 §6) and strata of which a result is missing tell nothing, nor does an item that
// has such a stratum.
type Estimate struct {
	Item       sampling.ItemID `json:"item"`
	Name       string          `json:"name"`
	Population int64           `json:"population"` // on the list of the item
	Drawn      int64           `json:"drawn"`      // with a published result
	Found      int64           `json:"found"`      // of these, with a problem
	Unchecked  int64           `json:"unchecked"`  // of Drawn: not checked, counted by category
	Replaced   int64           `json:"replaced"`   // of Drawn: came from the reserve

	// Why says in Chinese why nothing can be inferred; then the fields below it are 0.
	Why    string `json:"why,omitempty"`
	Tenths int64  `json:"ratePerMille"` // the rate in ‰, rounded half up
	Low    int64  `json:"low"`
	High   int64  `json:"high"`
	Method string `json:"method"` // exact, normal or summed

	Strata []StratumEstimate `json:"strata"`
}

// StratumEstimate is one stratum of an item, with its own exact interval.
type StratumEstimate struct {
	Stratum    string `json:"stratum"`
	Population int64  `json:"population"`
	Drawn      int64  `json:"drawn"`
	Found      int64  `json:"found"`
	Why        string `json:"why,omitempty"`
	Low        int64  `json:"low"`
	High       int64  `json:"high"`
}

// How the interval of an item was found.
const (
	EstimateExact  = "exact"
	EstimateNormal = "normal"
	EstimateSummed = "summed"
)

const (
	normalQuantile = 1.96 // of 97.5 %

	// maxExact is the largest sample of one stratum for which exact intervals are computed: about two
	// seconds, once. A larger one has its normal interval.
	maxExact = 10_000
)

// confidence is 95 %.
var confidence = fairness.Level{Num: 5, Den: 100}

// stratumRow is what the record says of one stratum.
type stratumRow struct {
	name, stratum                                             string
	item                                                      sampling.ItemID
	population, selected, results, found, unchecked, replaced int64
	method                                                    string // of plan.json
}

// estimates joins the strata of each item; rows come item by item.
func estimates(rows []stratumRow) ([]Estimate, error) {
	var out []Estimate
	for i := 0; i < len(rows); {
		k := i + 1
		for k < len(rows) && rows[k].item == rows[i].item {
			k++
		}
		e, err := estimateOf(rows[i:k])
		if err != nil {
			return nil, fmt.Errorf("estimate of item %s: %w", rows[i].item, err)
		}
		out = append(out, e)
		i = k
	}
	return out, nil
}

// estimateOf infers what the strata of one item tell.
func estimateOf(rows []stratumRow) (Estimate, error) {
	e := Estimate{Item: rows[0].item, Name: rows[0].name}
	var cells []fairness.Cell
	for _, r := range rows {
		if r.population == 0 {
			continue
		}
		e.Population += r.population
		e.Drawn, e.Found = e.Drawn+r.results, e.Found+r.found
		e.Unchecked, e.Replaced = e.Unchecked+r.unchecked, e.Replaced+r.replaced
		s := StratumEstimate{Stratum: r.stratum, Population: r.population, Drawn: r.results,
			Found: r.found, Why: r.why()}
		cell := fairness.Cell{Size: r.population, Drawn: r.results, Found: r.found}
		if s.Why == "" && r.results <= maxExact {
			var err error
			if s.Low, s.High, err = interval(cell, confidence); err != nil {
				return e, err
			}
		} else if s.Why == "" {
			s.Low, s.High = around(cell)
		}
		if e.Why == "" {
			e.Why = s.Why
		}
		cells = append(cells, cell)
		e.Strata = append(e.Strata, s)
	}
	if len(cells) == 0 {
		e.Why = "名单为空"
	}
	if e.Why != "" {
		return e, nil
	}
	return e, e.infer(cells)
}

// why says why a stratum tells nothing, or "".
func (r *stratumRow) why() string {
	switch {
	case r.method != sampling.MethodSRS:
		return "按权重抽取的层不作推断"
	case r.selected == 0:
		return "有的层没有抽取"
	case r.results < r.selected:
		return fmt.Sprintf("有 %d 户没有公示的结果", r.selected-r.results)
	}
	return ""
}

// infer fills in rate and interval from strata that all tell something.
func (e *Estimate) infer(cells []fairness.Cell) error {
	total := new(big.Rat)
	for _, c := range cells {
		share := big.NewRat(c.Found, c.Drawn)
		total.Add(total, share.Mul(share, big.NewRat(c.Size, 1)))
	}
	e.Tenths = perMille(total, e.Population)
	if len(cells) == 1 {
		e.Method, e.Low, e.High = EstimateExact, e.Strata[0].Low, e.Strata[0].High
		if cells[0].Drawn > maxExact {
			e.Method = EstimateNormal
		}
		return nil
	}
	ht, err := fairness.HorvitzThompson(cells)
	if err == nil && (ht.Error > 0 || e.Drawn == e.Population) {
		e.Method = EstimateNormal
		e.Low, e.High = e.bounded(ht)
		return nil
	}
	e.Method = EstimateSummed
	level := fairness.Level{Num: confidence.Num, Den: confidence.Den * int64(len(cells))}
	for _, c := range cells {
		if c.Drawn > maxExact {
			low, high := around(c)
			e.Low, e.High = e.Low+low, e.High+high
			continue
		}
		low, high, err := interval(c, level)
		if err != nil {
			return err
		}
		e.Low, e.High = e.Low+low, e.High+high
	}
	return nil
}

// bounded is the normal interval in whole units, outwards; the visits themselves bound it: what was
// found is there, and what was found without a problem is not among the others.
func (e *Estimate) bounded(ht fairness.Estimate) (low, high int64) {
	size := float64(ht.Size)
	low = int64(math.Floor((ht.Rate - normalQuantile*ht.Error) * size))
	high = int64(math.Ceil((ht.Rate + normalQuantile*ht.Error) * size))
	return max(low, ht.Found), min(high, ht.Size-(ht.Drawn-ht.Found))
}

// around is the normal interval of one large stratum. Where nothing, or everybody, was found it is
// the rule of three: up to 3 in n would still have shown itself with 95 %.
func around(c fairness.Cell) (low, high int64) {
	low, high = c.Found, c.Size-(c.Drawn-c.Found)
	three := (3*c.Size + c.Drawn - 1) / c.Drawn
	switch {
	case c.Found == 0:
		return low, min(high, three)
	case c.Found == c.Drawn:
		return max(low, c.Size-three), high
	}
	ht, err := fairness.HorvitzThompson([]fairness.Cell{c})
	if err != nil {
		return low, high
	}
	return (&Estimate{}).bounded(ht)
}

// perMille is total/size in ‰, rounded half up.
func perMille(total *big.Rat, size int64) int64 {
	r := new(big.Rat).Mul(total, big.NewRat(2000, size))
	r.Add(r, big.NewRat(1, 1))
	r.Quo(r, big.NewRat(2, 1))
	return new(big.Int).Div(r.Num(), r.Denom()).Int64()
}

// intervals keeps exact intervals: the results of a published draw do not change, and its page is
// asked for again and again.
var intervals sync.Map // intervalKey → [2]int64

type intervalKey struct {
	cell  fairness.Cell
	level fairness.Level
}

func interval(c fairness.Cell, level fairness.Level) (low, high int64, err error) {
	key := intervalKey{c, level}
	if known, ok := intervals.Load(key); ok {
		both := known.([2]int64)
		return both[0], both[1], nil
	}
	low, high, err = fairness.Interval(c.Size, c.Drawn, c.Found, level)
	if err == nil {
		intervals.Store(key, [2]int64{low, high})
	}
	return low, high, err
}

// RateText writes the rate with one decimal: 5.3%.
func (e Estimate) RateText() string { return fmt.Sprintf("%d.%d%%", e.Tenths/10, e.Tenths%10) }

// IntervalText writes the interval: 34 至 240.
func (e Estimate) IntervalText() string { return fmt.Sprintf("%d 至 %d", e.Low, e.High) }

// EstimateNotes says in Chinese, a sentence each, what estimates mean and what not; none for none.
func EstimateNotes(list []Estimate) []string {
	var unchecked, replaced, inferred int64
	approximate, summed := false, false
	for _, e := range list {
		if e.Why != "" {
			continue
		}
		inferred++
		unchecked, replaced = unchecked+e.Unchecked, replaced+e.Replaced
		approximate = approximate || e.Method == EstimateNormal
		summed = summed || e.Method == EstimateSummed
	}
	if inferred == 0 {
		return nil
	}
	notes := []string{"推断以随机抽取为根据，假定抽中的每一户都已检查，结果属实。",
		"95%置信区间的意思是：照同样办法反复抽查，一百次里约有九十五次，所得区间包含名单中实际有问题的户数；" +
			"它不说明未被抽中的某一户有没有问题。"}
	if unchecked > 0 {
		notes = append(notes, fmt.Sprintf("其中%d户次未能实施检查，按录入的结果类别计。", unchecked))
	}
	if replaced > 0 {
		notes = append(notes, fmt.Sprintf("其中%d户次由候补替换，视同被替换的对象与其余对象没有差别。",
			replaced))
	}
	if approximate {
		notes = append(notes, "分层的事项按各层户数加权，区间为近似值（±1.96倍标准误）；单层的区间按超几何分布精确计算。")
	}
	if summed {
		notes = append(notes, "分层的事项没有发现问题，或者有的层只抽取一户的，区间由各层的精确区间相加，偏宽。")
	}
	return notes
}
