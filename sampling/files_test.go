package sampling

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

const (
	goodCandidate  = "91350100M000100Y43\t350100\tA\tactive\t1,0\t2026-03-22\t-\t1"
	goodPopulation = "91350100M000100Y43\tA/35~"
	goodWeighted   = goodPopulation + "\t2147483647"
	goodRoster     = "I00010\t330105\tSX-001,ZZ-9\t1\t0\t2026-12-31\t0\t-"
	goodConflict   = "I00003\t91350100M000100Y43\tkin"
	goodTask       = "91350100M000100Y43\t330105\tSX-001,ZZ-9"
)

// TestColumns puts each bad value into its column of a good line of each file.
func TestColumns(t *testing.T) {
	parse := map[string]func([]byte) error{
		"candidate":  func(b []byte) error { _, err := ParseCandidate(b); return err },
		"population": func(b []byte) error { _, err := ParsePopulationLine(b); return err },
		"weighted":   func(b []byte) error { _, err := ParsePopulationLine(b); return err },
		"roster":     func(b []byte) error { _, err := ParseRosterLine(b); return err },
		"conflict":   func(b []byte) error { _, err := ParseConflictLine(b); return err },
		"task":       func(b []byte) error { _, err := ParseTaskLine(b); return err },
	}
	good := map[string]string{"candidate": goodCandidate, "population": goodPopulation,
		"weighted": goodWeighted, "roster": goodRoster, "conflict": goodConflict, "task": goodTask}
	for _, c := range []struct {
		file   string
		column int
		values []string // each of them is refused
	}{
		{"candidate", 1, []string{"", "-", "91350100M000100Y44", "R.91350100M000100Y43", "x"}},
		{"candidate", 2, []string{"", "-", "35010", "3501001234567", "35010a"}},
		{"candidate", 3, []string{"", "--", "中", "A~"}},
		{"candidate", 4, []string{"", "-", "in active"}},
		{"candidate", 5, []string{"", "-", "1,", ",1", "1,0,0,0,0", "01", "1;0", "1000000001"}},
		{"candidate", 6, []string{"", "2026-02-29", "2026-3-22", "1899-12-31"}},
		{"candidate", 7, []string{"", "2026-11-31", "--"}},
		{"candidate", 8, []string{"", "0", "-", "01", "2147483648", "1\r"}},
		{"population", 1, []string{"", "91350100m000100Y43"}},
		{"population", 2, []string{"", "A\r", "~", "A//B", "A/B/C/D/E", "A~~", "/A", "A/"}},
		{"weighted", 1, []string{"", "P."}},
		{"weighted", 2, []string{"", "A/", "1~~"}},
		{"weighted", 3, []string{"", "0", "-", "-1", "01", "2147483648", "1.0", "1\r"}},
		{"roster", 1, []string{"", "-1", "i1"}},
		{"roster", 2, []string{"", "-", "3301"}},
		{"roster", 3, []string{"", "A,A", "B,A", "A,", ",A", "a", "-,A"}},
		{"roster", 4, []string{"", "2", "true", "-"}},
		{"roster", 5, []string{"", "2", "01"}},
		{"roster", 6, []string{"", "-", "2026-13-01"}},
		{"roster", 7, []string{"", "-", "-1", "00"}},
		{"roster", 8, []string{"", "--", "-1", "1.5"}},
		{"conflict", 1, []string{"", "-"}},
		{"conflict", 2, []string{"", "-", "I00003"}},
		{"conflict", 3, []string{"", "-", "ROTATION", strings.Repeat("a", 33)}},
		{"task", 1, []string{"", "-", "I00003"}},
		{"task", 2, []string{"", "-", "3301"}},
		{"task", 3, []string{"", "-", "A,A", "B,A", "A,", ",A", "a", "-,A"}},
	} {
		columns := strings.Split(good[c.file], "\t")
		if err := parse[c.file]([]byte(good[c.file])); err != nil {
			t.Fatalf("%s: %v", c.file, err)
		}
		for _, v := range c.values {
			bent := slices.Clone(columns)
			bent[c.column-1] = v
			var e *Error
			err := parse[c.file]([]byte(strings.Join(bent, "\t")))
			if !errors.As(err, &e) || e.Column != c.column || e.Value != v || e.Rule == "" {
				t.Errorf("%s column %d %q: %v", c.file, c.column, v, err)
			}
		}
		for _, line := range []string{good[c.file] + "\t1\t1", strings.Join(columns[1:], "\t"), ""} {
			if err := parse[c.file]([]byte(line)); err == nil {
				t.Errorf("%s: %q is accepted", c.file, line)
			}
		}
	}
}

// FuzzLines: what a parser of a frozen file accepts, the formatter writes back.
func FuzzLines(f *testing.F) {
	for _, s := range []string{goodCandidate, goodPopulation, goodWeighted, goodRoster, goodConflict, goodTask} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		check := func(kind string, err error, printed []byte) {
			if err == nil && string(printed) != string(line)+"\n" {
				t.Errorf("%s %q prints as %q", kind, line, printed)
			}
		}
		c, err := ParseCandidate(line)
		check("candidate", err, c.AppendLine(nil))
		p, err := ParsePopulationLine(line)
		check("population", err, p.AppendLine(nil))
		r, err := ParseRosterLine(line)
		check("roster", err, r.AppendLine(nil))
		x, err := ParseConflictLine(line)
		check("conflict", err, x.AppendLine(nil))
		g, err := ParseTaskLine(line)
		check("task", err, g.AppendLine(nil))
	})
}

// ascending reports whether ids are identifiers in strictly ascending order.
func ascending(ids []ItemID) bool {
	for i, id := range ids {
		if !ValidIdentifier(string(id)) || i > 0 && id <= ids[i-1] {
			return false
		}
	}
	return true
}

// FuzzLineValues is the other way round: a value whose fields are all legal prints to a line that is
// read back as the same value, and no other value does.
func FuzzLineValues(f *testing.F) {
	f.Add("91350100M000100Y43", "I1", "330102", "active", "A,B", "2026-12-31", int64(0), int64(1), true)
	f.Add("P.1\t2", "I\n1", "33", "", "", "-", int64(-1), int64(1)<<31, false)
	f.Fuzz(func(t *testing.T, entity, id, area, word, items, day string, n, m int64, yes bool) {
		var codes []ItemID
		if items != "" {
			for code := range strings.SplitSeq(items, ",") {
				codes = append(codes, ItemID(code))
			}
		}
		check := func(kind string, legal bool, have, value any, err error) {
			if same := err == nil && reflect.DeepEqual(have, value); same != legal {
				t.Errorf("%s %+v (legal: %v) comes back as %+v, %v", kind, value, legal, have, err)
			}
		}
		line := func(b []byte) []byte { return b[:len(b)-1] }
		_, err := ParseEntityID(entity)
		firm, inspector, place := err == nil, ValidIdentifier(id), ValidArea(area)
		count := func(n int64) bool { return 0 <= n && n <= maxCount }
		date := day == "" || validDate(day)
		weight := 1 <= m && m <= maxWeight

		c := Candidate{ID: EntityID(entity), Area: area, Class: word, Status: word,
			Visits: []int64{n, n}, LastVisit: Date(day), HoldUntil: Date(day), Weight: m}
		have, err := ParseCandidate(line(c.AppendLine(nil)))
		check("candidate", firm && place && ValidWord(word) && count(n) && date && weight, have, c, err)

		p := PopulationLine{ID: EntityID(entity), Stratum: word, Weight: m}
		line2, err := ParsePopulationLine(line(p.AppendLine(nil)))
		check("population", firm && validStratum(word) && (m == 0 || weight), line2, p, err)

		r := RosterLine{ID: InspectorID(id), Area: area, Scopes: codes, Lead: yes, Gated: !yes,
			CertUntil: Date(day), Carry: n, Cap: m}
		line3, err := ParseRosterLine(line(r.AppendLine(nil)))
		check("roster", inspector && place && ascending(codes) && validDate(day) && count(n) &&
			(m == NoCap || count(m)), line3, r, err)

		x := ConflictLine{Inspector: InspectorID(id), Entity: EntityID(entity), Reason: word}
		line4, err := ParseConflictLine(line(x.AppendLine(nil)))
		check("conflict", inspector && firm && ValidLabel(word), line4, x, err)

		g := TaskLine{Entity: EntityID(entity), Area: area, Items: codes}
		line5, err := ParseTaskLine(line(g.AppendLine(nil)))
		check("task", firm && place && len(codes) > 0 && ascending(codes), line5, g, err)
	})
}

// readerFile is an fs.File over a reader that reads as it likes.
type readerFile struct{ io.Reader }

func (readerFile) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }
func (readerFile) Close() error               { return nil }

// oneFile is a file system whose every file reads from r.
type oneFile struct{ r io.Reader }

func (f oneFile) Open(string) (fs.File, error) { return readerFile{f.r}, nil }

// allLines reads a file to its end.
func allLines(t *testing.T, r io.Reader) ([]string, string, error) {
	t.Helper()
	lr, err := openLines(oneFile{r}, "x.tsv", sha256Suite)
	if err != nil {
		t.Fatal(err)
	}
	defer lr.Close()
	var lines []string
	for {
		line, err := lr.next()
		if err == io.EOF {
			return lines, lr.sum(), nil
		}
		if err != nil {
			return lines, "", err
		}
		lines = append(lines, string(line))
	}
}

// TestLineReader reads lines around the size of the buffer, in whatever pieces they come.
func TestLineReader(t *testing.T) {
	want := []string{"", "a", strings.Repeat("b", readSize-1), strings.Repeat("c", readSize),
		strings.Repeat("d", 3*readSize+1), "", "e"}
	text := strings.Join(want, "\n") + "\n"
	for name, r := range map[string]io.Reader{
		"whole":       strings.NewReader(text),
		"half":        iotest.HalfReader(strings.NewReader(text)),
		"byte":        iotest.OneByteReader(strings.NewReader(text)),
		"eof at once": iotest.DataErrReader(strings.NewReader(text)),
	} {
		lines, sum, err := allLines(t, r)
		if err != nil || !slices.Equal(lines, want) || sum != sha256Suite.hex([]byte(text)) {
			t.Errorf("%s: %d lines, %s, %v", name, len(lines), sum, err)
		}
	}
	if lines, _, err := allLines(t, strings.NewReader("")); len(lines) != 0 || err != nil {
		t.Errorf("an empty file: %q, %v", lines, err)
	}
}

func TestLineReaderRefuses(t *testing.T) {
	var e *Error
	_, _, err := allLines(t, strings.NewReader("a\nb"))
	if !errors.As(err, &e) || e.Line != 2 || e.Rule != "no final LF" {
		t.Errorf("without final LF: %v", err)
	}
	_, _, err = allLines(t, io.MultiReader(strings.NewReader("a\n"),
		bytes.NewReader(make([]byte, 3*maxFrozenLine))))
	if !errors.As(err, &e) || e.Line != 2 || e.Rule != "the line is too long" {
		t.Errorf("an endless line: %v", err)
	}
	var missing *MissingError
	_, _, err = allLines(t, io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(fs.ErrInvalid)))
	if !errors.As(err, &missing) || !errors.Is(err, fs.ErrInvalid) || missing.File != "x.tsv" {
		t.Errorf("a broken disk: %v", err)
	}
}

// TestRosterFile: order, number of lines and hash.
func TestRosterFile(t *testing.T) {
	read := func(data []byte) error {
		files := fstest.MapFS{"roster.U.tsv": {Data: data}}
		_, err := readRoster(files, sha256Suite, &Unit{ID: "U", RosterSHA: sha256Suite.hex(data)})
		return err
	}
	line := func(i int) []byte {
		l := RosterLine{ID: InspectorID("I" + string(rune('A'+i/676)) + string(rune('A'+i/26%26)) +
			string(rune('A'+i%26))), Area: "330102", CertUntil: "2026-12-31", Cap: 3}
		return l.AppendLine(nil)
	}
	var all []byte
	for i := range MaxRoster {
		all = append(all, line(i)...)
	}
	var e *Error
	if err := read(all); err != nil {
		t.Error(err)
	}
	if err := read(append(all, line(MaxRoster)...)); !errors.As(err, &e) || e.Line != MaxRoster+1 {
		t.Errorf("a line too many: %v", err)
	}
	if err := read(append(line(1), line(1)...)); !errors.As(err, &e) || e.Rule != ruleNotAscending {
		t.Errorf("a line twice: %v", err)
	}
	files := fstest.MapFS{"roster.U.tsv": {Data: line(1)}}
	_, err := readRoster(files, sha256Suite, &Unit{ID: "U", RosterSHA: hexZeros})
	if !errors.As(err, &e) || e.Line != 0 || !strings.Contains(e.Rule, "hash of the plan") {
		t.Errorf("a wrong hash: %v", err)
	}
}

// TestConflictsOrder: by inspector, then by entity; an inspector may have many.
func TestConflictsOrder(t *testing.T) {
	a := "I1\tP.1\tkin\n"
	for data, ok := range map[string]bool{
		"": true, a: true, a + "I1\tP.2\tkin\n": true, a + "I2\tP.1\tkin\n": true,
		a + a: false, a + "I1\tP.1\tshare\n": false, "I1\tP.2\tkin\n" + a: false,
		"I2\tP.1\tkin\n" + a: false, "I1-\tP.1\tkin\nI10\tP.1\tkin\n": true,
	} {
		files := fstest.MapFS{"conflicts.U.tsv": {Data: []byte(data)}}
		_, err := readConflicts(files, sha256Suite,
			&Unit{ID: "U", ConflictsSHA: sha256Suite.hex([]byte(data))})
		if (err == nil) != ok {
			t.Errorf("%q: %v", data, err)
		}
	}
}
