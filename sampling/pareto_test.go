package sampling

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// weighed is a unit of a stratum that uses pareto.
type weighed struct {
	id     string
	weight int64
	ticket [hashSize]byte
}

// qByDefinition is Q of §6 in big integers.
func qByDefinition(u weighed, x, m int64) *big.Int {
	t := new(big.Int).SetBytes(u.ticket[:])
	t.Add(t.Mul(t, big.NewInt(2)), big.NewInt(1))
	share := new(big.Int).Mul(big.NewInt(m), big.NewInt(u.weight))
	num := new(big.Int).Sub(big.NewInt(x), share)
	num.Mul(num, t).Mul(num, new(big.Int).Exp(big.NewInt(2), big.NewInt(128), nil))
	den := new(big.Int).Exp(big.NewInt(2), big.NewInt(257), nil)
	den.Sub(den, t).Mul(den, share)
	return num.Div(num, den)
}

// paretoByDefinition draws as §6 says it, sentence by sentence: ids in the order of the draw, and
// the cut.
func paretoByDefinition(units []weighed, n, reserve int) (ids []string, cut string) {
	play := slices.Clone(units)
	x, m := int64(0), int64(n)
	for _, u := range play {
		x += u.weight
	}
	var certain []weighed
	for {
		best := -1
		for i, u := range play {
			if m*u.weight >= x && (best < 0 || u.weight > play[best].weight ||
				u.weight == play[best].weight && u.id < play[best].id) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		certain = append(certain, play[best])
		x, m = x-play[best].weight, m-1
		play = slices.Delete(play, best, best+1)
	}
	slices.SortFunc(certain, func(a, b weighed) int {
		return cmp.Or(-cmp.Compare(a.weight, b.weight), cmp.Compare(a.id, b.id))
	})
	slices.SortFunc(play, func(a, b weighed) int {
		order := slices.Compare(a.ticket[:], b.ticket[:])
		if m > 0 {
			order = qByDefinition(a, x, m).Cmp(qByDefinition(b, x, m))
		}
		return cmp.Or(order, cmp.Compare(a.id, b.id))
	})
	for _, u := range certain {
		ids = append(ids, u.id)
	}
	for _, u := range play[:min(len(play), int(m)+reserve)] {
		ids = append(ids, u.id)
	}
	cut = "certain"
	if m > 0 {
		cut = qByDefinition(play[m-1], x, m).String()
	}
	return ids, cut
}

// paretoOffice gives the files and the item of candidates with these weights in one stratum.
func paretoOffice(t testing.TB, weights []int64, n, reserve int) (fstest.MapFS, *Item) {
	t.Helper()
	b, err := NewPopulationBuilder(HashSHA256, "SX-001", Frame{Date: "2026-11-01"}, true)
	if err != nil {
		t.Fatal(err)
	}
	var cand, pop strings.Builder
	for i, w := range weights {
		p, err := b.Add(&Candidate{ID: EntityID(fmt.Sprintf("P.%05d", i)), Area: "350181", Class: "A",
			Status: StatusActive, Visits: []int64{0}, Weight: w})
		if err != nil {
			t.Fatal(err)
		}
		cand.Write(p.CandidateLine)
		pop.Write(p.PopulationLine)
	}
	totals, size := b.Totals(), int64(n)
	item := &Item{ID: "SX-001", Label: "sel", Frame: Frame{Date: "2026-11-01"}, N: totals.N,
		Reserve: int64(reserve), CandidatesSHA: totals.CandidatesSHA,
		PopulationSHA: totals.PopulationSHA, PopulationRoot: totals.PopulationRoot}
	if totals.N > 0 {
		item.Strata = []Stratum{{ID: "all", N: totals.N, Method: MethodPareto, Ratio: &Ratio{0, 1},
			Min: &size}}
	}
	return fstest.MapFS{NameCandidates("SX-001"): {Data: []byte(cand.String())},
		NamePopulation("SX-001"): {Data: []byte(pop.String())}}, item
}

// idsOf gives who was drawn.
func idsOf(d *drawn) (ids []string) {
	for i := range d.rows {
		ids = append(ids, string(d.row(i).id))
	}
	return ids
}

// sameAsDefinition draws a stratum with these weights both ways.
func sameAsDefinition(t *testing.T, weights []int64, n, reserve int, seed string, shape scanShape) {
	t.Helper()
	files, item := paretoOffice(t, weights, n, reserve)
	units := make([]weighed, len(weights))
	for i, w := range weights {
		id := fmt.Sprintf("P.%05d", i)
		units[i] = weighed{id, w, Ticket(HashSHA256, seed, "sel", EntityID(id))}
	}
	want, cut := paretoByDefinition(units, n, reserve)
	scan := scanShaped(files, sha256Suite, item, seed, shape)
	if scan.files != nil || scan.population != nil {
		t.Fatal(scan.files, scan.population)
	}
	d := &scan.drawn[0]
	if have := idsOf(d); !slices.Equal(have, want) || d.cut != cut || d.n != int64(n) {
		t.Fatalf("%d+%d of %v: %v to %s, want %v to %s", n, reserve, weights, have, d.cut, want, cut)
	}
}

// TestParetoExhaustive draws every n and reserve out of all small strata with weights 1, 2, 5: with
// none, some and all of them certain, and with equal weights of which some are.
func TestParetoExhaustive(t *testing.T) {
	for count := 1; count <= 5; count++ {
		weights := make([]int64, count)
		for code := range pow(3, count) {
			for i, rest := 0, code; i < count; i, rest = i+1, rest/3 {
				weights[i] = []int64{1, 2, 5}[rest%3]
			}
			seed := sha256Suite.hex([]byte(strconv.Itoa(code)))
			for n := range count + 1 {
				sameAsDefinition(t, weights, n, code%3, seed, usualShape)
			}
		}
	}
}

// pow gives a to the power of b.
func pow(a, b int) int {
	if b == 0 {
		return 1
	}
	return a * pow(a, b-1)
}

// TestParetoRandom draws from larger strata, with weights of all sizes, cut into pieces in all ways.
func TestParetoRandom(t *testing.T) {
	for round := range uint64(120) {
		r := rand.New(rand.NewPCG(7, round))
		weights := make([]int64, 1+r.IntN(400))
		top := []int64{1, 3, 50, 1_000_000, maxWeight}[r.IntN(5)]
		for i := range weights {
			weights[i] = 1 + r.Int64N(top)
			if r.IntN(9) == 0 {
				weights[i] = min(maxWeight, weights[i]*100)
			}
		}
		shape := scanShape{block: 1 + r.IntN(5000), piece: 1 + r.IntN(900), workers: 1 + r.IntN(4)}
		sameAsDefinition(t, weights, r.IntN(len(weights)+1), r.IntN(9),
			sha256Suite.hex([]byte{byte(round)}), shape)
	}
}

// TestParetoVectors draws the cases of pareto.tsv.
func TestParetoVectors(t *testing.T) {
	type one struct {
		n        int
		seed     string
		label    string
		rows     [][]string
		reserves int
	}
	cases := map[string]*one{}
	for _, r := range table(t, "pareto.tsv") {
		c := cases[r[0]]
		if c == nil {
			n, _ := strconv.Atoi(r[1])
			c = &one{n: n, seed: r[2], label: r[3]}
			cases[r[0]] = c
		}
		c.rows = append(c.rows, r)
		if r[6] == "reserve" {
			c.reserves++
		}
	}
	for name, c := range cases {
		units := make([]weighed, len(c.rows))
		w := weighing{n: int64(c.n)}
		var weights []uint32
		for i, r := range c.rows {
			x, _ := strconv.ParseInt(r[5], 10, 64)
			units[i] = weighed{r[4], x, Ticket(HashSHA256, c.seed, c.label, EntityID(r[4]))}
			w.sum += x
			weights = append(weights, uint32(x))
		}
		w.add(weights)
		found, space := w.certain(), int64(firstSpace)
		slices.SortFunc(units, func(a, b weighed) int { return cmp.Compare(a.id, b.id) })
		p := newParetoPicker(newTicketer(sha256Suite, c.seed, c.label).of, int64(c.n),
			int64(c.reserves), int64(len(units)), found, &space)
		var q quotient
		for _, u := range units {
			p.count(1)
			if key, wanted := p.judgeWeighed(&u.ticket, u.weight, &q); wanted {
				p.take(key, appendText(nil, []byte(u.id), nil, u.weight, true))
			}
		}
		d := p.finish()
		for i, r := range c.rows {
			if i >= len(d.rows) || string(d.row(i).id) != r[4] {
				t.Fatalf("case %s: %v", name, idsOf(&d))
			}
			if r[7] == "-" {
				continue
			}
			u := units[slices.IndexFunc(units, func(u weighed) bool { return u.id == r[4] })]
			if have := q.of(&u.ticket, found, u.weight).String(); have != r[7] {
				t.Errorf("case %s: Q of %s is %s, want %s", name, r[4], have, r[7])
			}
			if r[6] == "selected" && i == c.n-1 && d.cut != r[7] {
				t.Errorf("case %s: cut %s", name, d.cut)
			}
		}
	}
	if len(cases) < 6 {
		t.Errorf("%d cases", len(cases))
	}
}

// TestParetoTies: units whose Q agree in all 64 bits of the key are ordered by Q, then by id.
func TestParetoTies(t *testing.T) {
	tickets := map[string][hashSize]byte{}
	w := &pareto{x: 60, m: 2, heavy: maxWeight + 1}
	for i, last := range []byte{9, 3, 3, 7, 1, 9} {
		var ticket [hashSize]byte
		ticket[0], ticket[12], ticket[31] = 0x70, last, 1
		tickets[fmt.Sprintf("P.%d", i)] = ticket
	}
	space := int64(100)
	p := newParetoPicker(func(id []byte) *[hashSize]byte { ticket := tickets[string(id)]; return &ticket },
		2, 4, 6, w, &space)
	var q quotient
	for i := range 6 {
		id := fmt.Sprintf("P.%d", i)
		ticket := tickets[id]
		p.count(1)
		key, wanted := p.judgeWeighed(&ticket, 10, &q)
		if !wanted || i > 0 && key != p.entries[0].key {
			t.Fatalf("%s: key %x", id, key)
		}
		p.take(key, appendText(nil, []byte(id), []byte("350181"), 10, true))
	}
	d := p.finish()
	if have := idsOf(&d); !slices.Equal(have, []string{"P.4", "P.1", "P.2", "P.3", "P.0", "P.5"}) {
		t.Errorf("order %v", have)
	}
}

// TestParetoFloor: the bound that spares the division is never above the key of Q, and so close
// below it that few lines are divided in vain. Keys never fall while Q rises.
func TestParetoFloor(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var q quotient
	var last *big.Int
	for round := range 200_000 {
		var ticket [hashSize]byte
		for i := range ticket {
			ticket[i] = byte(r.Uint32())
		}
		if round%3 == 0 { // near the ends, where the odds are extreme
			for i := range 1 + r.IntN(hashSize) {
				ticket[i] = byte(-(round / 3 % 2))
			}
		}
		weight := 1 + r.Int64N(1<<(1+r.IntN(31))-1)
		p := &pareto{m: 1 + r.Int64N(1<<(1+r.IntN(29)))}
		p.x = p.m*weight + 1 + r.Int64N(1<<(1+r.IntN(60)))
		exact := q.of(&ticket, p, weight)
		key, low := paretoKey(exact), new(quotient).floor(prefix(&ticket), p, weight)
		if low > key {
			t.Fatalf("floor %x is above %x: ticket %x, %+v, weight %d", low, key, ticket, p, weight)
		}
		if round%3 > 0 && exact.BitLen() > 70 && ticket[0] > 0 && ticket[0] < 255 && key-low > 2 {
			t.Fatalf("floor %x is far below %x: ticket %x, %+v, weight %d", low, key, ticket, p, weight)
		}
		if last != nil && (last.Cmp(exact) < 0) && paretoKey(last) > key {
			t.Fatalf("keys of %v and %v", last, exact)
		}
		last = new(big.Int).Set(exact)
	}
	for i := range int64(5000) { // neighbours, also of few bits
		for shift := range uint(8) {
			a := new(big.Int).Lsh(big.NewInt(i), 55*shift)
			if b := new(big.Int).Add(a, big.NewInt(1)); paretoKey(a) > paretoKey(b) {
				t.Fatalf("keys of %v and %v", a, b)
			}
		}
	}
	if paretoKey(new(big.Int)) != 0 || paretoKey(big.NewInt(1)) == 0 {
		t.Error("keys of 0 and 1")
	}
}

// TestParetoFirstPass: memory for the heaviest follows n, and what is certain does not depend on the
// order in which weights come.
func TestParetoFirstPass(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	weights := make([]uint32, 20_000)
	sum := int64(0)
	for i := range weights {
		weights[i] = 1 + r.Uint32N(1000)
		if i%50 == 0 {
			weights[i] *= 5000
		}
		sum += int64(weights[i])
	}
	var first *pareto
	for range 5 {
		w := &weighing{n: 600, sum: sum}
		for i := range weights {
			w.add(weights[i : i+1])
			if len(w.heaviest) > 900+slack {
				t.Fatalf("%d weights at once", len(w.heaviest))
			}
		}
		p := w.certain()
		if first == nil {
			first = p
		}
		if p.m == 0 || p.m == 600 || *first.sums() != *p.sums() {
			t.Fatalf("%+v, %+v", first, p)
		}
		r.Shuffle(len(weights), func(i, j int) { weights[i], weights[j] = weights[j], weights[i] })
	}
}

// sums gives the numbers of a pareto.
func (p *pareto) sums() *[4]int64 { return &[4]int64{p.x, p.m, p.heavy, p.ties} }

// TestParetoInclusion: over 4,000 seeds, units are drawn about in proportion to their weights: the
// inclusion probability of pareto is m·x/X up to a small error that vanishes for large strata
// (Rosén 1997). Every frequency lies within 4σ and 2 % of it; the seeds are fixed.
func TestParetoInclusion(t *testing.T) {
	const draws, n = 4000, 12
	weights := make([]int64, 40)
	sum := int64(0)
	for i := range weights {
		weights[i] = int64(10 + 3*i)
		sum += weights[i]
	}
	files, item := paretoOffice(t, weights, n, 0)
	count := make([]float64, len(weights))
	for d := range draws {
		seed := sha256Suite.hex(fmt.Appendf(nil, "seed %d", d))
		scan := scanItem(files, sha256Suite, item, seed)
		if len(scan.drawn[0].rows) != n {
			t.Fatal(scan.files, scan.population)
		}
		for _, id := range idsOf(&scan.drawn[0]) {
			count[atoi(id[2:])]++
		}
	}
	for i, have := range count {
		p := n * float64(weights[i]) / float64(sum)
		off, variance := have-draws*p, draws*p*(1-p)
		if limit := 0.02 * draws * p; off > limit || off < -limit {
			if off*off > 16*variance {
				t.Errorf("unit %d is drawn %v times, expected %.0f", i, have, draws*p)
			}
		}
	}
}

// TestParetoForged: the weight that a firm is drawn with is its candidate's, and every line has it.
func TestParetoForged(t *testing.T) {
	for _, c := range []struct {
		old, now, words string
		check           string
	}{
		{"P.00002\tall\t30", "P.00002\tall\t31",
			"population.SX-001.tsv:3: \"P.00002 all\": the weight of the candidate is 30", CheckPopulation},
		{"P.00002\tall\t30", "P.00002\tall", "population.SX-001.tsv:3: 2 columns, expected 3", CheckFiles},
		{"P.00002\tall\t30", "P.00002\tall\t030",
			"population.SX-001.tsv:3: column 3: \"030\": not a weight", CheckFiles},
		{"P.00002\tall\t30", "P.00002\tall\t", "population.SX-001.tsv:3: column 3: not a weight", CheckFiles},
		{"P.00002\tall\t30", "P.00002\tall\t30\t1", "population.SX-001.tsv:3: 4 columns", CheckFiles},
	} {
		files, item := paretoOffice(t, []int64{10, 20, 30, 40}, 2, 1)
		name := NamePopulation("SX-001")
		files[name].Data = bytes.Replace(files[name].Data, []byte(c.old), []byte(c.now), 1)
		scan := scanItem(files, sha256Suite, item, benchSeed)
		err := scan.files
		if c.check == CheckPopulation {
			err = scan.population
		}
		if err == nil || !strings.Contains(err.Error(), c.words) || err.(*Error).Check != c.check {
			t.Errorf("%q: %v, want %s", c.now, err, c.words)
		}
	}
	// Without a pareto stratum nobody has the column.
	files, item := paretoOffice(t, []int64{10, 20, 30, 40}, 2, 1)
	item.Strata[0].Method = MethodSRS
	scan := scanItem(files, sha256Suite, item, benchSeed)
	if scan.files == nil || !strings.Contains(scan.files.Error(), ":1: 3 columns, expected 2") {
		t.Errorf("weights for srs: %v", scan.files)
	}
}

// TestParetoOfFewer: a plan that says a stratum has more units than its file is refused, whatever
// the sizes; nothing panics on the way.
func TestParetoOfFewer(t *testing.T) {
	files, item := paretoOffice(t, []int64{10, 20, 30, 40}, 2, 1)
	for n := range int64(9) {
		item.Strata[0].N, item.Strata[0].Min = 8, &n
		scan := scanItem(files, sha256Suite, item, benchSeed)
		if !scan.complete || scan.population == nil {
			t.Errorf("n %d: %v", n, scan.population)
		}
	}
}

// TestParetoCut is readable by others: the decimal digits of Q, no sign, no zeros before.
func TestParetoCut(t *testing.T) {
	files, item := paretoOffice(t, []int64{10, 20, 30, 40}, 1, 3)
	scan := scanItem(files, sha256Suite, item, benchSeed)
	d := &scan.drawn[0]
	last := weighed{string(d.row(0).id), 10 * int64(1+atoi(string(d.row(0).id)[2:])),
		Ticket(HashSHA256, benchSeed, "sel", d.row(0).id)}
	if want := qByDefinition(last, 100, 1).String(); d.cut != want {
		t.Errorf("cut %s, want %s (ticket %s)", d.cut, want, hex.EncodeToString(last.ticket[:]))
	}
}
