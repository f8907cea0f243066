package sampling

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// bigFiles is a file system of the two files of item SX-001 with n candidates, all eligible, in
// four strata. Nothing is kept: lines are made while they are read, so that a population of any
// size can be drawn from without a disk.
type bigFiles struct {
	n int
	// weighted: the population has the third column.
	weighted bool
}

// Open starts one of the files.
func (b bigFiles) Open(name string) (fs.File, error) {
	f := &bigFile{bigFiles: b, candidates: strings.HasPrefix(name, "candidates")}
	copy(f.id[:], "9135")
	return f, nil
}

// bigFile makes one file.
type bigFile struct {
	bigFiles
	candidates bool
	next       int
	id         [usccLength]byte
	line       []byte
	rest       []byte
}

func (*bigFile) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }
func (*bigFile) Close() error               { return nil }

// bigAreas and bigVisits give the lines some variety.
var (
	bigAreas  = []string{"350181", "350181102", "350102001", "350181"}
	bigVisits = []string{"\tactive\t1,1\t2025-03-14\t-\t", "\tactive\t0,1\t2025-11-30\t-\t",
		"\tactive\t0,0\t-\t-\t"}
)

// make makes the next line: the i-th 统一社会信用代码 and what follows from i.
func (f *bigFile) make() {
	i := f.next
	f.next++
	sum := uint32(0)
	for k, rest := usccLength-2, i; k >= 4; k, rest = k-1, rest/31 {
		f.id[k] = usccAlphabet[rest%31]
		sum += uint32(rest%31) * usccWeight[k]
	}
	for k := range 4 {
		sum += uint32(usccValue[f.id[k]]) * usccWeight[k]
	}
	f.id[usccLength-1] = usccAlphabet[(31-sum%31)%31]
	f.line = append(append(f.line[:0], f.id[:]...), '\t')
	weight := "1"
	if f.weighted {
		weight = strconv.Itoa(1 + i*i%997)
	}
	if !f.candidates {
		f.line = append(f.line, "ABCD"[i%4])
		if f.weighted {
			f.line = append(append(f.line, '\t'), weight...)
		}
		f.line = append(f.line, '\n')
		return
	}
	visited := min(2, i*2654435761>>20%16) // one of eight, in no order
	f.line = append(append(f.line, bigAreas[i/4%4]...), '\t', "ABCD"[i%4])
	f.line = append(append(append(f.line, bigVisits[visited]...), weight...), '\n')
}

// Read gives whole lines as far as they fit.
func (f *bigFile) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(f.rest) == 0 {
			if f.next == f.n {
				break
			}
			f.make()
			f.rest = f.line
		}
		k := copy(p[n:], f.rest)
		n, f.rest = n+k, f.rest[k:]
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// item gives an item of these files; hashes and root are missing, and nothing else.
func (b bigFiles) item(ratio Ratio, method string) *Item {
	it := &Item{ID: "SX-001", Label: "sel-sx-001", N: int64(b.n), Reserve: 5,
		Frame: Frame{Date: "2026-11-01", StrataBy: []string{"class"}, Caps: []Cap{{1, 4, ""}}}}
	for i := range min(4, b.n) {
		it.Strata = append(it.Strata, Stratum{ID: "ABCD"[i : i+1], N: int64((b.n + 3 - i) / 4),
			Method: method, Ratio: &ratio})
	}
	return it
}

// kept reads the files into memory, for benchmarks of the draw alone.
func (b bigFiles) kept(tb testing.TB) fstest.MapFS {
	tb.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{NameCandidates("SX-001"), NamePopulation("SX-001")} {
		f, _ := b.Open(name)
		data, err := io.ReadAll(bufio.NewReaderSize(f, 1<<20))
		if err != nil {
			tb.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// scanBig scans and wants everything right but the hashes, which the item does not have.
func scanBig(tb testing.TB, files fs.FS, item *Item) itemScan {
	tb.Helper()
	scan := scanItem(files, sha256Suite, item, benchSeed)
	e, ok := scan.files.(*Error)
	if !scan.complete || scan.population != nil || !ok ||
		!strings.Contains(e.Rule, "hash of the plan") {
		tb.Fatal(scan.files, scan.population)
	}
	return scan
}

// hashBig does the hashing that a draw cannot avoid, and nothing else: both files, leaves and nodes
// of the Merkle tree, a ticket for each line, all with the functions of the standard library.
func hashBig(cand, pop []byte) (out byte) {
	for _, file := range [][]byte{cand, pop} {
		h := sha256.New()
		h.Write(file)
		out ^= h.Sum(nil)[0]
	}
	h := sha256.New()
	h.Write([]byte(benchSeed))
	state, _ := h.(encoding.BinaryMarshaler).MarshalBinary()
	restore := h.(encoding.BinaryUnmarshaler)
	node, text, sum := make([]byte, 65), []byte("|sel-sx-001|"), make([]byte, 0, 32)
	for len(pop) > 0 {
		end := bytes.IndexByte(pop, '\n')
		leaf := sha256.Sum256(pop[:end])
		copy(node[1:], leaf[:])
		parent := sha256.Sum256(node) // as many nodes as leaves, but one
		_ = restore.UnmarshalBinary(state)
		text = append(text[:12], pop[:usccLength]...)
		h.Write(text)
		sum = h.Sum(sum[:0])
		out ^= parent[0] ^ sum[0]
		pop = pop[end+1:]
	}
	return out
}

// hashParts is hashBig with the lines spread over all processors.
func hashParts(cand, pop []byte) {
	parts := runtime.GOMAXPROCS(0)
	c, p := cand, pop
	pieces := make([][2][]byte, parts)
	for i := range pieces {
		endC, endP := wholeLines(c, len(cand)/parts), wholeLines(p, len(pop)/parts)
		pieces[i] = [2][]byte{c[:endC], p[:endP]}
		c, p = c[endC:], p[endP:]
	}
	parallelOn(parts, parts, func(i int) { hashBig(pieces[i][0], pieces[i][1]) })
}

// BenchmarkDraw reports a whole draw from files (their hashes, Merkle root, tickets, selection)
// over the hashing that it cannot avoid, with all processors for both: budget 1.4 (design §8).
func BenchmarkDraw(b *testing.B) {
	const n = 200_000
	for _, c := range []struct {
		name   string
		ratio  Ratio
		method string
	}{
		{"1%", Ratio{1, 100}, MethodSRS}, {"30%", Ratio{30, 100}, MethodSRS},
		{"pareto 1%", Ratio{1, 100}, MethodPareto},
	} {
		b.Run(c.name, func(b *testing.B) {
			big := bigFiles{n: n, weighted: c.method == MethodPareto}
			files, item := big.kept(b), big.item(c.ratio, c.method)
			cand, pop := files[NameCandidates("SX-001")].Data, files[NamePopulation("SX-001")].Data
			bare, draw := versus(b, func() { hashParts(cand, pop) }, func() { scanBig(b, files, item) })
			b.ReportMetric(float64(draw)/float64(bare), "×hashing")
			b.ReportMetric(float64(draw)/n, "ns/row")
		})
	}
}

// peakMemory gives the most memory that this process ever had, in MB; 0 if nobody says.
func peakMemory() int {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			return atoi(f[1]) >> 10
		}
	}
	return 0
}

// BenchmarkBig draws 1 % of YAOHAO_BENCH_BIG lines (4,000,000) that are made while they are read,
// and reports the most memory that the process ever had. The budget for 190,000,000 is 150 MB and
// 120 bytes for each row drawn.
func BenchmarkBig(b *testing.B) {
	n := 4_000_000
	if text := os.Getenv("YAOHAO_BENCH_BIG"); text != "" {
		n = atoi(text)
	}
	big := bigFiles{n: n}
	item := big.item(Ratio{1, 100}, MethodSRS)
	rows := 0
	for b.Loop() {
		rows = 0
		for _, d := range scanBig(b, big, item).drawn {
			rows += len(d.rows)
		}
	}
	peak := peakMemory()
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n), "ns/row")
	b.ReportMetric(float64(peak), "MB")
	b.ReportMetric(float64(peak)/(150+float64(rows)*120/(1<<20)), "×memory")
}

// TestBig draws from files that are made while they are read: the same as from files in memory.
func TestBig(t *testing.T) {
	for _, method := range []string{MethodSRS, MethodPareto} {
		big := bigFiles{n: 30_000, weighted: method == MethodPareto}
		item := big.item(Ratio{1, 50}, method)
		streamed, kept := scanBig(t, big, item), scanBig(t, big.kept(t), item)
		for i := range item.Strata {
			if d, e := streamed.drawn[i], kept.drawn[i]; d.cut != e.cut || len(d.rows) != 155 {
				t.Errorf("%s stratum %d: %d rows to %s, %s", method, i, len(d.rows), d.cut, e.cut)
			}
		}
	}
}
