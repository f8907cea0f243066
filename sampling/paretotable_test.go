package sampling

import (
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// slowUnit is a unit of a stratum: what §6 says about pareto, in the slow and obvious way.
type slowUnit struct {
	id, ticket string
	weight     int64
	q          *big.Int // nil for a certain unit, and with m = 0
	certain    bool
}

// slowPareto brings units into the order of §6: certain ones, then the rest by Q. It also gives m.
func slowPareto(units []slowUnit, n int64) ([]slowUnit, int64) {
	sort.Slice(units, func(i, j int) bool { return units[i].id < units[j].id })
	sum, m := big.NewInt(0), n
	for _, u := range units {
		sum.Add(sum, big.NewInt(u.weight))
	}
	for m > 0 {
		largest := -1
		for i, u := range units {
			if !u.certain && (largest < 0 || u.weight > units[largest].weight) {
				largest = i
			}
		}
		x := big.NewInt(units[largest].weight)
		if new(big.Int).Mul(big.NewInt(m), x).Cmp(sum) < 0 {
			break
		}
		units[largest].certain = true
		sum.Sub(sum, x)
		m--
	}
	two257 := new(big.Int).Exp(big.NewInt(2), big.NewInt(257), nil)
	two128 := new(big.Int).Exp(big.NewInt(2), big.NewInt(128), nil)
	for i := range units {
		u := &units[i]
		if u.certain || m == 0 {
			continue
		}
		t, _ := new(big.Int).SetString(u.ticket, 16)
		t.Add(t.Mul(t, big.NewInt(2)), big.NewInt(1))
		share := new(big.Int).Mul(big.NewInt(m), big.NewInt(u.weight))
		above := new(big.Int).Sub(sum, share)
		above.Mul(above, t).Mul(above, two128)
		below := new(big.Int).Sub(two257, t)
		u.q = above.Div(above, below.Mul(below, share))
	}
	sort.Slice(units, func(i, j int) bool {
		a, b := units[i], units[j]
		switch {
		case a.certain != b.certain:
			return a.certain
		case a.certain && a.weight != b.weight:
			return a.weight > b.weight
		case a.certain:
			return a.id < b.id
		case m == 0:
			return a.ticket+a.id < b.ticket+b.id
		case a.q.Cmp(b.q) != 0:
			return a.q.Cmp(b.q) < 0
		}
		return a.id < b.id
	})
	return units, m
}

// slowCut is the cut of the first n units.
func slowCut(units []slowUnit, n int64) string {
	if n == 0 || units[n-1].certain {
		return "certain"
	}
	return units[n-1].q.String()
}

// TestTablePareto holds both the slow pareto and the scan of a population to pareto.tsv: order,
// certain units, and Q.
func TestTablePareto(t *testing.T) {
	cases := map[string][][]string{}
	for _, r := range table(t, "pareto.tsv") {
		cases[r[0]] = append(cases[r[0]], r)
	}
	if len(cases) != 7 {
		t.Fatalf("%d cases", len(cases))
	}
	for name, rows := range cases {
		n, seed, label := *optionalNumber(t, rows[0][1]), rows[0][2], rows[0][3]
		var units []slowUnit
		for _, r := range rows {
			ticket := slowHash(HashSHA256, seed+"|"+label+"|"+r[4])
			units = append(units, slowUnit{id: r[4], ticket: ticket, weight: *optionalNumber(t, r[5])})
		}
		units, m := slowPareto(units, n)
		var order []EntityID
		for i, r := range rows {
			u := units[i]
			place, q := "reserve", "-"
			if u.certain {
				place = "certain"
			} else if int64(i) < n {
				place = "selected"
			}
			if u.q != nil {
				q = u.q.String()
			}
			if u.id != r[4] || place != r[6] || q != r[7] {
				t.Errorf("case %s, place %d: %s %s %s, want %v", name, i, u.id, place, q, r[4:])
			}
			order = append(order, EntityID(u.id))
		}
		if m < 0 || m > n {
			t.Errorf("case %s: m = %d", name, m)
		}
		drawn := scanUnits(t, units, n, seed, label)
		have := append(slices.Clone(drawn.Selected), drawn.Reserve...)
		if !slices.Equal(have, order) || drawn.Cut != slowCut(units, n) || drawn.Size != n {
			t.Errorf("case %s: drawn %+v, want %v, cut %s", name, drawn, order, slowCut(units, n))
		}
	}
}

// scanUnits draws n of the units by the files of an item, with all others in reserve.
func scanUnits(t *testing.T, units []slowUnit, n int64, seed, label string) StratumResult {
	t.Helper()
	lines := make([]string, len(units))
	for i, u := range units {
		lines[i] = u.id + "\t" + strconv.FormatInt(u.weight, 10)
	}
	slices.Sort(lines)
	var candidates, population strings.Builder
	tree := NewMerkleTree(HashSHA256)
	for _, line := range lines {
		id, weight, _ := strings.Cut(line, "\t")
		fmt.Fprintf(&candidates, "%s\t330102\tA\tactive\t0\t-\t-\t%s\n", id, weight)
		fmt.Fprintf(&population, "%s\tall\t%s\n", id, weight)
		tree.Add([]byte(id + "\tall\t" + weight))
	}
	files := fstest.MapFS{candFile: {Data: []byte(candidates.String())},
		popFile: {Data: []byte(population.String())}}
	all := int64(len(units))
	item := &Item{ID: "SX-001", Label: label, Frame: Frame{Date: "2026-11-01"}, N: all, Reserve: all,
		CandidatesSHA: slowHash(HashSHA256, candidates.String()), PopulationRoot: tree.Root(),
		PopulationSHA: slowHash(HashSHA256, population.String()),
		Strata:        []Stratum{{ID: "all", N: all, Method: MethodPareto, Ratio: &Ratio{0, 1}, Min: &n}}}
	sc := scanItem(files, suiteNamed(HashSHA256), item, seed)
	if sc.files != nil || sc.population != nil || !sc.complete {
		t.Fatal(sc.files, sc.population)
	}
	return sc.result(item).Strata[0]
}
