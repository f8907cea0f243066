package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

// shapes are ways to cut the work, from one worker with all in one piece to many with less than a
// line each.
var shapes = []scanShape{
	{block: 1 << 20, piece: 1 << 20, workers: 1}, {block: 1, piece: 1, workers: 3},
	{block: 70, piece: 1000, workers: 2}, {block: 500, piece: 70, workers: 8},
	{block: 333, piece: 150, workers: 2}, {block: 1 << 20, piece: 40, workers: 8},
	{block: 97, piece: 41, workers: 4},
}

// outcome is all that a scan says, as a text.
func outcome(files fs.FS, item *Item, shape scanShape) string {
	scan := scanShaped(files, sha256Suite, item, benchSeed, shape)
	var b strings.Builder
	fmt.Fprintln(&b, scan.complete, scan.files, scan.population)
	for i := range scan.drawn {
		d := &scan.drawn[i]
		for k := range d.rows {
			fmt.Fprint(&b, d.row(k), " ")
		}
		fmt.Fprintln(&b, d.n, d.cut)
	}
	return b.String()
}

// sameInAllShapes scans in all shapes and gives what they agree on.
func sameInAllShapes(t *testing.T, what string, files fs.FS, item *Item) string {
	t.Helper()
	want := outcome(files, item, shapes[0])
	for _, s := range shapes[1:] {
		if have := outcome(files, item, s); have != want {
			t.Errorf("%s: in the shape %+v\n%swant\n%s", what, s, have, want)
		}
	}
	return want
}

// TestScanShapes: what a scan finds does not depend on how the work is cut, nor on how many workers do
// it: with right files, and with every line left out, doubled, exchanged or spoiled, in one file or
// in both.
func TestScanShapes(t *testing.T) {
	office := smallOffice()
	for _, method := range []string{MethodSRS, MethodPareto} {
		office.weighted = method == MethodPareto
		for i := range office.candidates {
			office.candidates[i].Weight = int64(1 + i*i%17)
		}
		files, plan, _ := office.freeze(t)
		item := &plan.Items[0]
		for i := range item.Strata {
			item.Strata[i].Method = method
		}
		if s := sameInAllShapes(t, "right", files, item); !strings.HasPrefix(s, "true <nil> <nil>\n") {
			t.Fatal(s)
		}
		cand, pop := NameCandidates(item.ID), NamePopulation(item.ID)
		outcomes := map[string]bool{}
		for _, name := range []string{cand, pop} {
			for what, text := range spoiled(string(files[name].Data)) {
				bent := fstest.MapFS{cand: files[cand], pop: files[pop]}
				bent[name] = &fstest.MapFile{Data: []byte(text)}
				outcomes[sameInAllShapes(t, name+": "+what, bent, item)] = true
			}
		}
		if len(outcomes) < 150 {
			t.Errorf("only %d different outcomes", len(outcomes))
		}
	}
}

// spoiled gives texts with something wrong in one line.
func spoiled(text string) map[string]string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	all := map[string]string{"empty": "", "no final LF": strings.TrimSuffix(text, "\n"),
		"a line of nothing": text + "\n", "reversed": ""}
	for i, l := range lines {
		all["reversed"] = l + all["reversed"]
		for what, now := range map[string][]string{
			"left out": nil, "twice": {l, l}, "lower case": {strings.ToLower(l)},
			"a stranger behind": {l, l[:4] + "5" + l[4:]},
			"another class":     {strings.NewReplacer("\tA", "\tC", "\tB", "\tC").Replace(l)},
			"a column more":     {strings.TrimSuffix(l, "\n") + "\t1\n"},
			"another width":     {strings.Replace(l, "\tactive\t", "\tactive\t0,", 1)},
			"a CR":              {strings.TrimSuffix(l, "\n") + "\r\n"},
			"the last":          {"Z" + l},
			"no TAB":            {strings.ReplaceAll(l, "\t", "")},
		} {
			all[fmt.Sprintf("line %d %s", i+1, what)] = strings.Join(slices.Concat(lines[:i], now, lines[i+1:]), "")
		}
	}
	return all
}

// TestShapesTwoMistakes: of two mistakes the first in the candidates is told, or else the first in
// the population, wherever they lie.
func TestShapesTwoMistakes(t *testing.T) {
	files, plan, _ := smallOffice().freeze(t)
	item := &plan.Items[0]
	cand, pop := NameCandidates(item.ID), NamePopulation(item.ID)
	r := rand.New(rand.NewPCG(8, 9))
	// spoil makes the id of two lines lower case and gives the number of the first.
	spoil := func(name string, two bool) (data []byte, first int) {
		lines := bytes.SplitAfter(bytes.TrimSuffix(files[name].Data, []byte("\n")), []byte("\n"))
		i, k := r.IntN(len(lines)), r.IntN(len(lines))
		if !two {
			k = i
		}
		lines[i], lines[k] = bytes.ToLower(lines[i]), bytes.ToLower(lines[k])
		return append(bytes.Join(lines, nil), '\n'), min(i, k) + 1
	}
	for round := range 60 {
		bent, want := fstest.MapFS{cand: files[cand], pop: files[pop]}, ""
		if round%3 != 1 {
			data, line := spoil(pop, true)
			bent[pop], want = &fstest.MapFile{Data: data}, fmt.Sprintf("%s:%d: column 1", pop, line)
		}
		if round%3 != 0 {
			data, line := spoil(cand, round%2 == 0)
			bent[cand], want = &fstest.MapFile{Data: data}, fmt.Sprintf("%s:%d: column 1", cand, line)
		}
		have := sameInAllShapes(t, "two mistakes", bent, item)
		if !strings.HasPrefix(have, "false "+want) {
			t.Errorf("%s\nwant %s", have, want)
		}
	}
}

// brokenFS is a file system on which reading one file fails after some bytes.
type brokenFS struct {
	fstest.MapFS
	name  string
	after int
}

func (b brokenFS) Open(name string) (fs.File, error) {
	if name != b.name {
		return b.MapFS.Open(name)
	}
	return readerFile{io.MultiReader(bytes.NewReader(b.MapFS[name].Data[:b.after]),
		iotest.ErrReader(fs.ErrPermission))}, nil
}

// TestShapesBroken: a disk that fails half-way is a missing file, in every shape and for both
// methods; a mistake in the lines before it comes first.
func TestShapesBroken(t *testing.T) {
	for _, weighted := range []bool{false, true} {
		o := smallOffice()
		o.weighted = weighted
		files, plan, _ := o.freeze(t)
		item := &plan.Items[0]
		if weighted {
			item.Strata[0].Method = MethodPareto
		}
		for _, name := range []string{NameCandidates(item.ID), NamePopulation(item.ID)} {
			for _, after := range []int{0, 1, 20, 300, len(files[name].Data)} {
				after = min(after, len(files[name].Data))
				have := sameInAllShapes(t, "broken", brokenFS{files, name, after}, item)
				if !strings.HasPrefix(have, "false "+name+" cannot be read: permission denied") {
					t.Errorf("%s after %d: %s", name, after, have)
				}
				scan := scanItem(brokenFS{files, name, after}, sha256Suite, item, benchSeed)
				var missing *MissingError
				if !errors.As(scan.files, &missing) || missing.File != name {
					t.Errorf("%s after %d: %v", name, after, scan.files)
				}
			}
		}
	}
	files, plan, _ := smallOffice().freeze(t)
	name := NameCandidates("SX-001")
	files[name] = &fstest.MapFile{Data: append([]byte("p.00\n"), files[name].Data...)}
	have := sameInAllShapes(t, "both", brokenFS{files, name, 200}, &plan.Items[0])
	if !strings.HasPrefix(have, "false "+name+":1: 1 columns") {
		t.Error(have)
	}
}

// changingFS gives another population each time it is opened.
type changingFS struct {
	fstest.MapFS
	opened *int
}

func (c changingFS) Open(name string) (fs.File, error) {
	if name == NamePopulation("SX-001") {
		*c.opened++
		data := bytes.ReplaceAll(c.MapFS[name].Data, []byte("\t30\n"), fmt.Appendf(nil, "\t%d\n", 30+*c.opened))
		return readerFile{bytes.NewReader(data)}, nil
	}
	return c.MapFS.Open(name)
}

// TestShapesChanging: the pass that weighs and the pass that draws must see the same file.
func TestShapesChanging(t *testing.T) {
	files, item := paretoOffice(t, []int64{10, 20, 30, 40}, 2, 1)
	scan := scanItem(changingFS{files, new(int)}, sha256Suite, item, benchSeed)
	if !errors.Is(scan.files, errChanged) || scan.complete {
		t.Errorf("%v", scan.files)
	}
}

// TestSmallMemory: a small item does not cost the blocks of a large one, and a large one costs
// them once.
func TestSmallMemory(t *testing.T) {
	held := func(n int) int {
		big := bigFiles{n: n}
		r, err := openBlocks(big, NameCandidates("SX-001"), sha256Suite, usualShape.block)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for most := 0; ; r.turn() {
			most = max(most, cap(r.block)+cap(r.next))
			if r.done() {
				return most
			}
			r.fill(r.whole)
		}
	}
	if small, large := held(100), held(400_000); small > 3*readSize || large > 3*usualShape.block {
		t.Errorf("%d and %d bytes", small, large)
	}
}

// TestParseTail: that columns are not looked at again if they are those of the line before changes
// no verdict and no value.
func TestParseTail(t *testing.T) {
	heads := []string{"P.1\t330102\tA", "P.1\t330102\t-", "P.1\t330102", "P.1\t330102\tA\tactive", "",
		"P.1\t330102\tA\t", "P.1\t330102\tAactive", "p.1\t330102\tA", "P.1\t33\tA", "P.1\t330102\tA\t0"}
	tails := []string{"\tactive\t0\t-\t-\t1", "\tactive\t0,10\t2026-01-02\t2026-12-31\t12", "\tactive\t10\t-\t-\t1",
		"\tactive\t0\t-\t-\t0", "\tactive\t0\t-\t-", "\tactive\t0\t-\t-\t1\t1", "active\t0\t-\t-\t1", "",
		"\tclosed\t0\t-\t-\t11", "\tactive\t0\t2026-02-30\t-\t1", "\t\tactive\t0\t-\t-\t1", "\t1"}
	r := rand.New(rand.NewPCG(4, 2))
	var used candidateView
	good := 0
	for range 50_000 {
		line := []byte(heads[r.IntN(len(heads))] + tails[r.IntN(len(tails))])
		if r.IntN(3) == 0 {
			line = []byte(heads[0] + tails[r.IntN(2)])
		}
		var fresh candidateView
		want, wantErr := fresh.parse(line)
		have, err := used.parse(line)
		if have != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%q: %d %v, want %d %v", line, have, err, want, wantErr)
		}
		if err == nil {
			good++
			clear(used.visits[used.counters:]) // of other lines
			if !reflect.DeepEqual(used, fresh) {
				t.Fatalf("%q: %+v, want %+v", line, used, fresh)
			}
		}
	}
	if good < 10_000 {
		t.Errorf("only %d lines were right", good)
	}
}
