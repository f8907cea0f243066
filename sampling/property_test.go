package sampling

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Properties of draws, over offices, values and damages that fixed seeds choose: a failure can be
// repeated, and none comes by chance once the test has passed.

// rng is the source of one case.
func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(20261101, seed)) }

// pieces is a file system whose files come in pieces as a network or a pipe gives them: of any
// size, sometimes none, the last one with or without io.EOF.
type pieces struct {
	fs.FS
	r *rand.Rand
}

func (p pieces) Open(name string) (fs.File, error) {
	f, err := p.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return pieceFile{f, p.r}, nil
}

// pieceFile is a file of pieces.
type pieceFile struct {
	fs.File
	r *rand.Rand
}

func (f pieceFile) Read(b []byte) (int, error) {
	n, err := f.File.Read(b[:min(len(b), f.r.IntN(40))])
	if n == 0 && err == io.EOF && f.r.IntN(2) == 0 {
		return 0, nil // the end is said the next time or the one after
	}
	return n, err
}

// TestPropertyPieces: how the bytes of the files arrive changes nothing.
func TestPropertyPieces(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rng(seed)
		files, plan := randomOffice(t, r)
		values := []EntropyValue{{"w", "风"}, {"d", "0123456789abcdef"}}
		whole := bundle(t, files, plan, values)
		torn, err := Draw(plan, pieces{files, r}, values)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(torn.Transcript.Marshal(), whole.Transcript.Marshal()) ||
			!bytes.Equal(torn.SeedText, whole.SeedText) {
			t.Errorf("office %d: another draw from the same bytes", seed)
		}
		if v := Verify(pieces{files, r}, plan.Commit(), io.Discard); v.ExitCode() != ExitOK {
			t.Errorf("office %d: %v", seed, v)
		}
	}
}

// classes gives n candidates in classes A and B, without those that leave tells.
func classes(n int, leave func(i int) bool) (list []Candidate) {
	for i := range n {
		if leave != nil && leave(i) {
			continue
		}
		c := eligible(EntityID(fmt.Sprintf("P.%03d", i)))
		c.Class = string("AB"[i%2])
		list = append(list, c)
	}
	return list
}

// drawnFrom scans an item of candidates with benchSeed and gives what each stratum drew.
func drawnFrom(t *testing.T, candidates []Candidate, label string, s Stratum, reserve int64) (
	rows map[string][]EntityID, cuts map[string]string) {
	t.Helper()
	o := newOffice()
	o.candidates, o.reserve = candidates, reserve
	files, plan, _ := o.freeze(t)
	item := &plan.Items[0]
	item.Label = label
	for i := range item.Strata {
		s.ID, s.N = item.Strata[i].ID, item.Strata[i].N
		item.Strata[i] = s
	}
	scan := scanItem(files, sha256Suite, item, benchSeed)
	if scan.files != nil || scan.population != nil {
		t.Fatal(scan.files, scan.population)
	}
	rows, cuts = map[string][]EntityID{}, map[string]string{}
	for i, d := range scan.drawn {
		id := item.Strata[i].ID
		cuts[id] = d.cut
		for k := range d.rows {
			rows[id] = append(rows[id], d.row(k).id)
		}
	}
	return rows, cuts
}

// TestPropertyReserve: selected and reserve are together the beginning of the one order that a
// census shows, however many of each there are, and the cut is the ticket of the last selected.
func TestPropertyReserve(t *testing.T) {
	t.Parallel()
	candidates := classes(80, nil)
	order, _ := drawnFrom(t, candidates, "sel", Stratum{All: true}, 0)
	for seed := range uint64(60) {
		r := rng(seed)
		ratio, reserve := Ratio{r.Int64N(41), 40}, r.Int64N(50)
		rows, cuts := drawnFrom(t, candidates, "sel", Stratum{Ratio: &ratio}, reserve)
		for stratum, all := range order {
			n := int(ratio.Num) // of 40 in each class
			want := all[:min(len(all), n+int(reserve))]
			if !slices.Equal(rows[stratum], want) {
				t.Errorf("%d + %d of %s: %v, want %v", n, reserve, stratum, rows[stratum], want)
			}
			cut := hexZeros
			if n > 0 {
				ticket := Ticket(HashSHA256, benchSeed, "sel", all[n-1])
				cut = hexOf(ticket[:])
			}
			if cuts[stratum] != cut {
				t.Errorf("%d of %s: cut %s, want %s", n, stratum, cuts[stratum], cut)
			}
		}
	}
}

// TestPropertyNewcomer: one more candidate changes nothing in another stratum, and in its own only
// takes its place: the others keep their order, so at most the last one drawn leaves.
func TestPropertyNewcomer(t *testing.T) {
	t.Parallel()
	census, quarter := Stratum{All: true}, Stratum{Ratio: &Ratio{1, 4}}
	with, _ := drawnFrom(t, classes(60, nil), "sel", census, 0)
	more, _ := drawnFrom(t, classes(60, nil), "sel", quarter, 0)
	for i := range 60 {
		others := classes(60, func(k int) bool { return k == i })
		without, _ := drawnFrom(t, others, "sel", census, 0)
		id, own, other := EntityID(fmt.Sprintf("P.%03d", i)), "AB"[i%2:i%2+1], "BA"[i%2:i%2+1]
		rest := slices.DeleteFunc(slices.Clone(with[own]), func(e EntityID) bool { return e == id })
		if !slices.Equal(rest, without[own]) || !slices.Equal(with[other], without[other]) {
			t.Errorf("%s changes the order of others", id)
		}
		few, _ := drawnFrom(t, others, "sel", quarter, 0)
		if !slices.Equal(few[other], more[other]) {
			t.Errorf("%s changes who is drawn from %s", id, other)
		}
	}
}

// TestPropertySharedLabel: items with one label agree about the order of those who are in both, and
// items with different labels do not.
func TestPropertySharedLabel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		r := rng(seed)
		in := make([]bool, 90)
		for i := range in {
			in[i] = r.IntN(3) > 0
		}
		census := Stratum{All: true}
		everybody, _ := drawnFrom(t, classes(90, nil), "shared", census, 0)
		some, _ := drawnFrom(t, classes(90, func(i int) bool { return !in[i] }), "shared", census, 0)
		apart, _ := drawnFrom(t, classes(90, nil), "own", census, 0)
		for stratum, order := range everybody {
			common := slices.DeleteFunc(slices.Clone(order), func(id EntityID) bool {
				return !in[atoi(string(id[2:]))]
			})
			if !slices.Equal(common, some[stratum]) {
				t.Errorf("%s: %v and %v", stratum, common, some[stratum])
			}
			if slices.Equal(order, apart[stratum]) {
				t.Errorf("%s: one order for two labels", stratum)
			}
		}
	}
}

// TestPropertySeedText: seed.txt can be read back: split after the first line at LF and each line
// at its first `=`. So one seed.txt belongs to one commit and one list of values.
func TestPropertySeedText(t *testing.T) {
	t.Parallel()
	alphabet := []rune("=|,. 0aA中\u3000😀-~")
	for seed := range uint64(200) {
		r := rng(seed)
		var values []EntropyValue
		p := &Plan{Hash: "sha256"}
		for i := range 1 + r.IntN(5) {
			text := "x"
			for range r.IntN(12) {
				text += string(alphabet[r.IntN(len(alphabet))])
			}
			values = append(values, EntropyValue{fmt.Sprintf("v.%d", i), text + "x"})
			p.Entropy = append(p.Entropy, EntropySpec{Name: values[i].Name, Kind: EntropyWitness})
		}
		given := slices.Clone(values)
		r.Shuffle(len(given), func(i, j int) { given[i], given[j] = given[j], given[i] })
		ordered, err := OrderValues(p, given)
		if err != nil || !slices.Equal(ordered, values) {
			t.Fatalf("%v: %v", ordered, err)
		}
		if err := checkValues(p, ordered); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(SeedText(hexZeros, ordered)), "\n")
		if lines[0] != "draw/1 seed" || lines[1] != "commit="+hexZeros ||
			lines[len(lines)-1] != "" || len(lines) != len(values)+3 {
			t.Fatalf("%q", lines)
		}
		for i, v := range values {
			name, value, _ := strings.Cut(lines[i+2], "=")
			if (EntropyValue{name, value}) != v {
				t.Errorf("%q is not %v", lines[i+2], v)
			}
		}
	}
}

// TestPropertySizeMonotone: more entities, a higher ratio, a higher min, a later part and a larger
// base never give a smaller n, more done never a larger one; n is at most N and at least the floor.
func TestPropertySizeMonotone(t *testing.T) {
	t.Parallel()
	size := func(n int64, p Pace, least int64) int64 {
		s := Stratum{ID: "A", N: n, Pace: &p, Min: &least}
		have, err := s.Size()
		if err != nil || have > n || have < min(n, least) {
			t.Fatalf("%d, %v: %d of %d, min %d", have, err, have, n, least)
		}
		return have
	}
	for seed := range uint64(20_000) {
		r := rng(seed)
		den, of := 1+r.Int64N(maxDen-1), 1+r.Int64N(maxParts)
		p := Pace{r.Int64N(den), den, 1 + r.Int64N(of), of, r.Int64N(maxCount), r.Int64N(1000)}
		n, least := 1+r.Int64N(maxCount-1), r.Int64N(100)
		have := size(n, p, least)
		more := []struct {
			what string
			size int64
		}{
			{"N", size(n+1, p, least)},
			{"num", size(n, Pace{p.Num + 1, den, p.Part, of, p.Base, p.Done}, least)},
			{"part", size(n, Pace{p.Num, den, min(of, p.Part+1), of, p.Base, p.Done}, least)},
			{"base", size(n, Pace{p.Num, den, p.Part, of, p.Base + 1, p.Done}, least)},
			{"min", size(n, p, least+1)},
		}
		for _, m := range more {
			if m.size < have {
				t.Errorf("%s one higher: %d instead of %d for %+v", m.what, m.size, have, p)
			}
		}
		if less := size(n, Pace{p.Num, den, p.Part, of, p.Base, p.Done + 1}, least); less > have {
			t.Errorf("one more done: %d instead of %d for %+v", less, have, p)
		}
	}
}

// TestPropertyPaceAddsUp: an annual floor drawn in parts, each with what was done before, comes to
// the floor of the year exactly, and after each part to that part's share rounded up.
func TestPropertyPaceAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rng(seed)
		den, of, base := 1+r.Int64N(1000), 1+r.Int64N(52), r.Int64N(100_000)
		num, done := r.Int64N(den+1), int64(0)
		for part := int64(1); part <= of; part++ {
			s := Stratum{ID: "A", N: maxCount, Pace: &Pace{num, den, part, of, base, done}}
			n, err := s.Size()
			if err != nil {
				t.Fatal(err)
			}
			done += n
			if due := done * den * of; due < base*num*part || due-den*of >= base*num*part {
				t.Fatalf("%d/%d of %d, part %d of %d: %d done", num, den, base, part, of, done)
			}
		}
		year := Stratum{ID: "A", N: base, Ratio: &Ratio{num, den}}
		if want, _ := year.Size(); done != want {
			t.Errorf("%d/%d of %d in %d parts: %d, want %d", num, den, base, of, done, want)
		}
	}
}
