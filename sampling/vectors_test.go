package sampling

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// vectorsDir holds the published vectors of draw/1; other languages read the same files. INDEX.md
// there says what each of them shows.
const vectorsDir = "testdata/vectors"

// bundleNames lists the directories of bundles below dir.
func bundleNames(t testing.TB, dir string) []string {
	t.Helper()
	plans, err := filepath.Glob(filepath.Join(dir, "*", PlanFile))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range plans {
		names = append(names, filepath.Base(filepath.Dir(p)))
	}
	return names
}

// mustRead reads a file of a bundle.
func mustRead(t testing.TB, files fs.FS, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vector gives the files, the plan and the values of a good bundle.
func vector(t testing.TB, name string) (fs.FS, *Plan, []EntropyValue) {
	t.Helper()
	files := os.DirFS(filepath.Join(vectorsDir, name))
	plan, err := ParsePlan(mustRead(t, files, PlanFile))
	if err != nil {
		t.Fatal(err)
	}
	transcript, err := ParseTranscript(mustRead(t, files, TranscriptFile))
	if err != nil {
		t.Fatal(err)
	}
	return files, plan, transcript.Entropy
}

func TestVectorsDraw(t *testing.T) {
	names := bundleNames(t, vectorsDir)
	if len(names) != 22 {
		t.Fatalf("only %d bundles", len(names))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			files, plan, values := vector(t, name)
			slices.Reverse(values) // they may come in any order
			res, err := Draw(plan, files, values)
			if err != nil {
				t.Fatal(err)
			}
			if want := mustRead(t, files, SeedFile); !bytes.Equal(res.SeedText, want) {
				t.Errorf("seed.txt:\n%s\nwant\n%s", res.SeedText, want)
			}
			want := mustRead(t, files, TranscriptFile)
			if have := res.Transcript.Marshal(); !bytes.Equal(have, want) {
				t.Errorf("transcript.json:\n%s\nwant\n%s", have, want)
			}
			sum := suiteOf(plan).hex(want)
			if res.Transcript.Sum() != sum {
				t.Errorf("Sum is %s, want %s", res.Transcript.Sum(), sum)
			}
		})
	}
}

func TestVectorsVerify(t *testing.T) {
	for _, name := range bundleNames(t, vectorsDir) {
		t.Run(name, func(t *testing.T) {
			files, plan, _ := vector(t, name)
			var out bytes.Buffer
			report := Verify(files, plan.Commit(), &out)
			if report.ExitCode() != ExitOK || len(report.Checks) != 14 {
				t.Errorf("exit %d:\n%s", report.ExitCode(), out.String())
			}
		})
	}
}

// rejections reads from INDEX.md which check refuses which tampered bundle.
func rejections(t *testing.T) map[string]string {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(vectorsDir, "INDEX.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^- `tamper/(.*)` — `(.*)`:").FindAllSubmatch(index, -1) {
		found[string(m[1])] = string(m[2])
	}
	return found
}

func TestVectorsTampered(t *testing.T) {
	want := rejections(t)
	names := bundleNames(t, filepath.Join(vectorsDir, "tamper"))
	if len(names) != 99 || len(want) != len(names) {
		t.Fatalf("%d tampered bundles, INDEX.md has %d", len(names), len(want))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			files := os.DirFS(filepath.Join(vectorsDir, "tamper", name))
			var out bytes.Buffer
			report := Verify(files, "", &out)
			if report.ExitCode() != ExitFailed || !slices.Contains(report.Failed(), want[name]) {
				t.Errorf("exit %d, %q did not fail:\n%s", report.ExitCode(), want[name],
					out.String())
			}
		})
	}
}

func TestVectorsOtherCommit(t *testing.T) {
	const other = "77ddfb898d260e3b10990dcc3789ea8bd9a7aba33680543f531dc7d842f55b79"
	report := Verify(os.DirFS(filepath.Join(vectorsDir, "srs-two-strata")), other, io.Discard)
	if !slices.Equal(report.Failed(), []string{CheckCommit}) {
		t.Errorf("failed are %v, want commit alone", report.Failed())
	}
}

// table reads a table of the vectors: lines of columns separated by TABs.
func table(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(vectorsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var rows [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		rows = append(rows, strings.Split(s.Text(), "\t"))
	}
	if len(rows) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return rows
}

// fromHex decodes a column of bytes; `-` is none.
func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	if s == "-" {
		return nil
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTableCanonical(t *testing.T) {
	for _, r := range table(t, "canonical.tsv") {
		b := fromHex(t, r[1])
		v, err := parseJSON(b)
		if (err == nil) != (r[0] == "accept") {
			t.Errorf("%s %q (%s): error %v", r[0], b, r[2], err)
		}
		if err == nil && !bytes.Equal(appendJSON(nil, v), b) {
			t.Errorf("%q is printed as %q", b, appendJSON(nil, v))
		}
	}
}

func TestTableLines(t *testing.T) {
	for _, r := range table(t, "lines.tsv") {
		if b := fromHex(t, r[1]); ValidLine(string(b)) != (r[0] == "accept") {
			t.Errorf("%s %q (%s): %v", r[0], b, r[2], CheckLine(string(b)))
		}
	}
}

func TestTableIDs(t *testing.T) {
	for _, r := range table(t, "ids.tsv") {
		_, err := ParseEntityID(r[1])
		if (err == nil) != (r[0] == "accept") || validEntityID(r[1]) != (err == nil) {
			t.Errorf("%s %q: error %v, valid %v", r[0], r[1], err, validEntityID(r[1]))
		}
	}
}

func TestTableMerkle(t *testing.T) {
	for _, r := range table(t, "merkle.tsv") {
		n, err := strconv.Atoi(r[0])
		if err != nil {
			t.Fatal(err)
		}
		tree := NewMerkleTree(HashSHA256)
		for i := range n {
			tree.Add([]byte("line " + strconv.Itoa(i)))
		}
		if tree.Root() != r[1] || tree.N() != int64(n) {
			t.Errorf("%d lines: root %s, want %s", n, tree.Root(), r[1])
		}
	}
}

func TestTableTickets(t *testing.T) {
	for _, r := range table(t, "tickets.txt") {
		ticket := Ticket(HashSHA256, r[0], r[1], EntityID(r[2]))
		if hex.EncodeToString(ticket[:]) != r[3] {
			t.Errorf("ticket of %v is %x", r, ticket)
		}
	}
}

// optionalNumber reads a column of sizes.tsv; `-` is none.
func optionalNumber(t *testing.T, s string) *int64 {
	t.Helper()
	if s == "-" {
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return &n
}

func TestTableSizes(t *testing.T) {
	for _, r := range table(t, "sizes.tsv") {
		num := func(column int) int64 {
			if n := optionalNumber(t, r[column]); n != nil {
				return *n
			}
			return 0
		}
		s := &Stratum{ID: "A", N: num(0), Method: MethodSRS, Min: optionalNumber(t, r[8])}
		switch r[1] {
		case "ratio":
			s.Ratio = &Ratio{num(2), num(3)}
		case "pace":
			s.Pace = &Pace{num(2), num(3), num(4), num(5), num(6), num(7)}
		case "all":
			s.All = true
		}
		if r[9] != "-" {
			s.Cap = &Ratio{num(9), num(10)}
		}
		n, err := s.Size()
		if have := strconv.FormatInt(n, 10); err == nil && have != r[11] ||
			err != nil && r[11] != "invalid" {
			t.Errorf("%v: %d, %v", r, n, err)
		}
	}
}

// TestTableNumbers reads the pair numbers and role hashes of §7.
func TestTableNumbers(t *testing.T) {
	for _, r := range table(t, "numbers.tsv") {
		var have string
		switch r[0] {
		case "pair":
			p := onePair(r[1], r[2], EntityID(r[4]), InspectorID(r[5]))
			have = fmt.Sprintf("%012x", p.weights(newSeating(p), *optionalNumber(t, r[3]))[0])
		case "role":
			p := &staffProblem{Unit: UnitID(r[2]), Seed: r[1], Suite: sha256Suite}
			have = fmt.Sprintf("%x", p.role(EntityID(r[3]), InspectorID(r[4])))
		}
		if have != r[len(r)-1] {
			t.Errorf("%v: %s", r, have)
		}
	}
}

// onePair is a unit with one task and one inspector who may take it.
func onePair(seed, label string, e EntityID, j InspectorID) *staffProblem {
	return &staffProblem{Unit: "U", Seats: 1, Label: label, VisitBy: "2026-12-31",
		AreaRule: "any", Seed: seed, Suite: sha256Suite,
		Roster: []RosterLine{{ID: j, Area: "330102", Scopes: []ItemID{"X"}, Lead: true,
			CertUntil: "2026-12-31", Cap: NoCap}},
		Tasks: []Task{{Entity: e, Items: []TaskItem{{Item: "X", Area: "330102"}}}}}
}
