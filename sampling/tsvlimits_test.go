package sampling

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// The names of the frozen files of frozenOffice.
const (
	candFile = "candidates.SX-001.tsv"
	popFile  = "population.SX-001.tsv"
	rostFile = "roster.HJBH.tsv"
	confFile = "conflicts.HJBH.tsv"
	taskFile = "tasks.ZZ.tsv"
)

// frozenLines holds three good lines of each file; the ids of the first and the third leave room
// between them for nearly any other.
var frozenLines = map[string][]string{
	candFile: {goodCandidate, "P.1\t330102\t-\tclosed\t0,0\t-\t-\t1",
		"ZZ.Z\t330102\tB\tactive\t0,0\t-\t-\t1"},
	popFile: {goodPopulation, "P.1\tA/35~", "ZZ.Z\tall"},
	rostFile: {"0\t330105\t-\t1\t0\t2026-12-31\t0\t-", goodRoster,
		"ZZ\t330105\t-\t1\t0\t2026-12-31\t0\t-"},
	confFile: {"0\t91350100M000100Y43\tkin", "I1\tP.1\tkin", "ZZ\tP.1\tkin"},
	taskFile: {goodTask, "P.1\t330102\tA,B", "ZZ.Z\t330102001\tSX-001"},
}

// refrozen gives the files of a small bundle and its plan with one frozen file replaced, and the
// hashes, root and N of the plan made to agree, so that only the lines themselves can be refused.
func refrozen(t *testing.T, name, text string) (fstest.MapFS, *Plan, []EntropyValue) {
	t.Helper()
	files, plan, values := smallOffice().freeze(t)
	if name == taskFile {
		givenUnit(files, plan, "ZZ")
	}
	if files[name] == nil {
		t.Fatalf("no file %s", name)
	}
	files[name] = &fstest.MapFile{Data: []byte(text)}
	item, unit, sum := &plan.Items[0], &plan.Units[0], sha256Suite.hex([]byte(text))
	switch name {
	case candFile:
		item.CandidatesSHA = sum
	case popFile:
		tree := NewMerkleTree(HashSHA256)
		for line := range strings.Lines(text) {
			tree.Add([]byte(strings.TrimSuffix(line, "\n")))
		}
		item.PopulationSHA, item.PopulationRoot, item.N = sum, tree.Root(), tree.N()
	case rostFile:
		unit.RosterSHA = sum
	case confFile:
		unit.ConflictsSHA = sum
	case taskFile:
		plan.Units[1].TasksSHA = sum
	}
	return files, plan, values
}

// readFrozen reads one file as Draw and Verify do and gives what the check files says about it.
func readFrozen(t *testing.T, name, text string) (err error) {
	t.Helper()
	files, plan, _ := refrozen(t, name, text)
	switch name {
	case rostFile:
		_, err = readRoster(files, sha256Suite, &plan.Units[0])
	case confFile:
		_, err = readConflicts(files, sha256Suite, &plan.Units[0])
	case taskFile:
		_, err = readTasks(files, sha256Suite, &plan.Units[1])
	default:
		err = scanItem(files, sha256Suite, &plan.Items[0], benchSeed).files
	}
	return err
}

// joined makes a file of lines.
func joined(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

// columnLimit is what a column takes to the last value, and what it refuses from the first.
type columnLimit struct {
	file           string
	column         int
	legal, illegal []string
}

// columnLimits has every column of every frozen file (§2).
func columnLimits() []columnLimit {
	x := strings.Repeat
	entity := []string{"P.2", "A.1", "A0.-", "R.1", "R.91350100M000100Y44", "R." + x("9", 62),
		"P.91350100M000100Y43", "Z..", "P.__"}
	noEntity := []string{"P." + x("9", 63), "P.", ".1", "1.1", "A-B.1", "a.1", "P.中", "P.a", "P 1",
		"91350100M000100Y4", "91350100M000100Y4X", "R.91350100M000100Y43", "\xff.1"}
	area := []string{"000000", "330102", "3301020", "330102001002"}
	noArea := []string{"33010", "3301020010021", "33010x", "３３０１０２", "330102 ", "+330102"}
	word := []string{"a", "Z", "0", "A._-", x("w", 32)}
	noWord := []string{x("w", 33), "_", ".a", "a/b", "a~", "级"}
	date := []string{"1900-01-01", "2028-02-29", "9999-12-31"}
	noDate := []string{"1899-12-31", "2027-02-29", "2026-04-31", "2026-00-10", "10000-01-01",
		"2026-12-1", "2026/12/01", "+026-12-01"}
	count := []string{"0", "9", "999999999", "1000000000"}
	noCount := []string{"1000000001", "9223372036854775808", "-1", "+1", "00", "01", "1.0", "1e3",
		"0x1", " 1", "１"}
	id := []string{"1", "A", "I.-_9", x("A", 64)}
	noID := []string{x("A", 65), "a", "_A", ".A", "A/B", "I 1", "姓名"}
	flags := []string{"0", "1"}
	noFlags := []string{"2", "00", "-", "y", "true", "１"}
	none := []string{"-"}
	return []columnLimit{
		{candFile, 1, entity, noEntity},
		{candFile, 2, area, slices.Concat(noArea, none)},
		{candFile, 3, slices.Concat(word, none), noWord},
		{candFile, 4, word, slices.Concat(noWord, none)},
		{candFile, 6, slices.Concat(date, none), noDate},
		{candFile, 7, slices.Concat(date, none), noDate},
		{candFile, 8, []string{"1", "2147483647"}, []string{"0", "2147483648", "-1", "01", "-", "1.5",
			"99999999999"}},
		{popFile, 1, entity, noEntity},
		{popFile, 2, []string{"all", "-", "33/-", "a/b/c/d", "a/b/c/d~", "-~", x("w", 32) + "/A"},
			[]string{"", "~", "a/", "/a", "a//b", "a/b/c/d/e", "a~b", "a~~", "33/级", x("w", 33)}},
		{rostFile, 1, id, noID},
		{rostFile, 2, area, slices.Concat(noArea, none)},
		{rostFile, 3, []string{"-", "A", "A,B", "A,AA", "A-,A0", x("A", 64) + ",B"},
			[]string{"A,A", "B,A", "AA,A", ",", "A,", ",A", "A,,B", "A, B", "a", "-,A", "A,-",
				x("A", 65)}},
		{rostFile, 4, flags, noFlags},
		{rostFile, 5, flags, noFlags},
		{rostFile, 6, date, slices.Concat(noDate, none)},
		{rostFile, 7, count, slices.Concat(noCount, none)},
		{rostFile, 8, slices.Concat(count, none), noCount},
		{confFile, 1, id, noID},
		{confFile, 2, append([]string{"91350100M000100Y43"}, entity...), noEntity},
		{confFile, 3, []string{"a", "0", "a._-", x("a", 32)}, []string{x("a", 33), "-", "A", "_a", ".a",
			"a b", "亲属"}},
		{taskFile, 1, entity, noEntity},
		{taskFile, 2, area, slices.Concat(noArea, none)},
		{taskFile, 3, []string{"A", "A,B", "A,AA", "A-,A0", x("A", 64) + ",B"},
			[]string{"-", "A,A", "B,A", "AA,A", ",", "A,", ",A", "A,,B", "A, B", "a", "-,A", "A,-",
				x("A", 65)}},
	}
}

// TestTSVColumns puts values into a column of the second of three lines and reads the whole file:
// the last legal ones pass, the first illegal ones, an empty column and one with a CR are refused
// at line 2 and that column.
func TestTSVColumns(t *testing.T) {
	t.Parallel()
	for _, c := range columnLimits() {
		bent := func(v string) string {
			lines := slices.Clone(frozenLines[c.file])
			columns := strings.Split(lines[1], "\t")
			columns[c.column-1] = v
			lines[1] = strings.Join(columns, "\t")
			return joined(lines...)
		}
		for _, v := range c.legal {
			if err := readFrozen(t, c.file, bent(v)); err != nil {
				t.Errorf("column %d %q: %v", c.column, v, err)
			}
		}
		for _, v := range append(c.illegal, "", c.legal[0]+"\r", " "+c.legal[0], "\x00") {
			err := readFrozen(t, c.file, bent(v))
			var e *Error
			if !errors.As(err, &e) || e.Check != CheckFiles || e.File != c.file || e.Line != 2 ||
				e.Column != c.column || e.Value != shown(v) {
				t.Errorf("%s column %d %q: %v", c.file, c.column, v, err)
			}
		}
	}
}

// TestTSVVisits has the fifth column of candidates alone: 1 to 4 counts, as many in every line, and
// at least as many as the caps of the frame name.
func TestTSVVisits(t *testing.T) {
	t.Parallel()
	file := func(visits ...string) string {
		var b strings.Builder
		for i, v := range visits {
			b.WriteString("P." + strconv.Itoa(i) + "\t330102\tA\tactive\t" + v + "\t-\t-\t1\n")
		}
		return b.String()
	}
	for _, c := range []struct {
		visits   []string
		counters int64 // the frame's caps name counters below this
		line     int   // 0: accepted
		rule     string
	}{
		{[]string{"0"}, 1, 0, ""},
		{[]string{"0,0,0,0", "1000000000,1000000000,1000000000,1000000000"}, 4, 0, ""},
		{[]string{"0", "1", "2"}, 0, 0, ""},
		{nil, 4, 0, ""},
		{[]string{"0,0,0,0,0"}, 0, 1, "not 1 to 4 counts"},
		{[]string{"0", "1000000001"}, 0, 2, "not 1 to 4 counts"},
		{[]string{"0,0", "0,"}, 0, 2, "not 1 to 4 counts"},
		{[]string{"0,0", ",0"}, 0, 2, "not 1 to 4 counts"},
		{[]string{"0,0", "0,,0"}, 0, 2, "not 1 to 4 counts"},
		{[]string{"0,0", "-"}, 0, 2, "not 1 to 4 counts"},
		{[]string{"0,0", "0, 0"}, 0, 2, "not 1 to 4 counts"},
		{[]string{"0,0", "0,0", "0"}, 0, 3, ruleWidth},
		{[]string{"0", "0,0"}, 0, 2, ruleWidth},
		{[]string{"0"}, 2, 1, "counter 1 of caps is missing"},
		{[]string{"0,0,0"}, 4, 1, "counter 3 of caps is missing"},
	} {
		files, plan, _ := refrozen(t, candFile, file(c.visits...))
		item := &plan.Items[0]
		item.Frame.Caps = nil
		if c.counters > 0 {
			item.Frame.Caps = []Cap{{Counter: c.counters - 1, Max: maxCount}}
		}
		err := scanItem(files, sha256Suite, item, benchSeed).files
		var e *Error
		switch {
		case c.rule == "":
			if err != nil {
				t.Errorf("%q: %v", c.visits, err)
			}
		case !errors.As(err, &e) || e.File != candFile || e.Line != c.line || e.Column != 5 ||
			!strings.Contains(e.Rule, c.rule):
			t.Errorf("%q: %v, want line %d: %s", c.visits, err, c.line, c.rule)
		}
	}
}

// tsvForm is a way to spoil a file of three good lines.
type tsvForm struct {
	what         string
	bend         func(l []string) string
	line, column int
	rule         string
}

// tsvForms are what editors, spreadsheets and databases make of a file.
var tsvForms = []tsvForm{
	{"no final LF", func(l []string) string { return strings.TrimSuffix(joined(l...), "\n") }, 3, 0,
		"no final LF"},
	{"an empty last line", func(l []string) string { return joined(l...) + "\n" }, 4, 0, "1 columns"},
	{"an empty first line", func(l []string) string { return "\n" + joined(l...) }, 1, 0,
		"1 columns"},
	{"a lone LF", func([]string) string { return "\n" }, 1, 0, "1 columns"},
	{"a BOM", func(l []string) string { return "\ufeff" + joined(l...) }, 1, 1, ""},
	{"CR LF", func(l []string) string { return strings.Join(l, "\r\n") + "\r\n" }, 1, -1, "not a"},
	{"CR alone", func(l []string) string { return strings.Join(l, "\r") + "\n" }, 1, 0, "columns"},
	{"a TAB behind", func(l []string) string { return joined(l[0], l[1]+"\t", l[2]) }, 2, 0,
		"columns"},
	{"a TAB before", func(l []string) string { return joined(l[0], "\t"+l[1], l[2]) }, 2, 0,
		"columns"},
	{"two TABs", func(l []string) string {
		return joined(l[0], strings.Replace(l[1], "\t", "\t\t", 1), l[2])
	}, 2, 0, "columns"},
	{"a space for a TAB", func(l []string) string {
		return joined(l[0], strings.Replace(l[1], "\t", " ", 1), l[2])
	}, 2, 0, "columns"},
	{"a comma for each TAB", func(l []string) string {
		return joined(l[0], strings.ReplaceAll(l[1], "\t", ","), l[2])
	}, 2, 0, "1 columns"},
	{"a line twice", func(l []string) string { return joined(l[0], l[1], l[1], l[2]) }, 3, 0,
		ruleNotAscending},
	{"two lines exchanged", func(l []string) string { return joined(l[0], l[2], l[1]) }, 3, 0,
		ruleNotAscending},
	{"the first line last", func(l []string) string { return joined(l[1], l[2], l[0]) }, 3, 0,
		ruleNotAscending},
	{"a NUL", func(l []string) string { return joined(l[0], "\x00", l[2]) }, 2, 0, "1 columns"},
	{"a header", func(l []string) string {
		return joined("id"+strings.Repeat("\tx", strings.Count(l[0], "\t"))) + joined(l...)
	}, 1, 1, ""},
}

// TestTSVForms spoils each file in each way. Draw refuses to draw, Verify fails the check files,
// and both name file, line and rule; column −1 is the last one.
func TestTSVForms(t *testing.T) {
	t.Parallel()
	small, _ := smallBundle(t)
	published, err := ParseTranscript(small[TranscriptFile].Data)
	if err != nil {
		t.Fatal(err)
	}
	for name, lines := range frozenLines {
		for _, c := range tsvForms {
			files, plan, values := refrozen(t, name, c.bend(lines))
			last := strings.Count(lines[0], "\t") + 1
			column := c.column
			if column < 0 {
				column = last
			}
			if name == popFile { // N has to be the sum for the plan to be read at all
				plan.Items[0].Strata = []Stratum{{ID: "A", N: plan.Items[0].N, Method: MethodSRS,
					Ratio: &Ratio{1, 4}}}
			}
			res, err := Draw(plan, files, values)
			var e *Error
			if res != nil || !errors.As(err, &e) || e.Check != CheckFiles || e.File != name ||
				e.Line != c.line || e.Column != column || !strings.Contains(e.Rule, c.rule) {
				t.Errorf("%s with %s: %v, want line %d column %d: %s", name, c.what, err, c.line,
					column, c.rule)
				continue
			}
			forged := *published
			forged.Plan = plan.Marshal()
			files[PlanFile] = &fstest.MapFile{Data: forged.Plan}
			files[SeedFile], files[TranscriptFile] = small[SeedFile],
				&fstest.MapFile{Data: forged.Marshal()}
			var out bytes.Buffer
			r := Verify(files, "", &out)
			if r.ExitCode() != ExitFailed || !slices.Contains(r.Failed(), CheckFiles) ||
				!strings.Contains(out.String(), "\nFAIL files "+e.Error()) {
				t.Errorf("%s with %s: exit %d\n%s", name, c.what, r.ExitCode(), out.String())
			}
		}
	}
}

// TestTSVEmpty: a file without lines has zero bytes and is legal everywhere.
func TestTSVEmpty(t *testing.T) {
	for name := range frozenLines {
		if err := readFrozen(t, name, ""); err != nil {
			t.Error(err)
		}
	}
}

// TestTSVBytesDecide: ids ascend by bytes, whatever a collation of some locale would say.
func TestTSVBytesDecide(t *testing.T) {
	ascending := []string{"P.-", "P..", "P.0", "P.00", "P.1", "P.10", "P.2", "P.A", "P.Z", "P._",
		"P0.1", "PA.1"}
	for i, a := range ascending {
		for k, b := range ascending {
			err := readFrozen(t, popFile, a+"\tall\n"+b+"\tall\n")
			if (err == nil) != (i < k) {
				t.Errorf("%s before %s: %v", a, b, err)
			}
			err = readFrozen(t, confFile, "I1\t"+a+"\tkin\nI1\t"+b+"\tkin\n")
			if (err == nil) != (i < k) {
				t.Errorf("conflicts: %s before %s: %v", a, b, err)
			}
		}
	}
}
