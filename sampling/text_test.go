package sampling

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestDates compares every day of some years, and their neighbours, with package time.
func TestDates(t *testing.T) {
	for _, year := range []int{1899, 1900, 1999, 2000, 2024, 2026, 2100, 9999} {
		for month := range 14 {
			for day := range 33 {
				s := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				_, timeErr := time.Parse(time.DateOnly, s)
				_, err := ParseDate(s)
				if want := timeErr == nil && year >= 1900; want != (err == nil) {
					t.Errorf("%s: %v", s, err)
				}
			}
		}
	}
	for _, s := range []string{"", "2026-1-01", "20260101", "2026-01-01 ", "2026/01/01",
		"-026-01-01", "2026-01-0a", "２０２６-01-01"} {
		if _, err := ParseDate(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		s    string
		want int64
		ok   bool
	}{
		{"0", 0, true}, {"7", 7, true}, {"1000000000", 1_000_000_000, true},
		{"1000000001", 0, false}, {"10000000000", 0, false}, {"00", 0, false}, {"01", 0, false},
		{"", 0, false}, {"-1", 0, false}, {"+1", 0, false}, {"1.0", 0, false}, {" 1", 0, false},
		{"１", 0, false},
	} {
		n, ok := parseCount(c.s)
		if ok != c.ok || ok && n != c.want {
			t.Errorf("%q: %d, %v", c.s, n, ok)
		}
	}
}

// TestShapes has the borders of identifiers, labels, words and areas.
func TestShapes(t *testing.T) {
	long := func(n int) string { return strings.Repeat("1", n) }
	for _, c := range []struct {
		s                       string
		identifier, label, word bool
	}{
		{"", false, false, false}, {"A", true, false, true}, {"a", false, true, true},
		{"0", true, true, true}, {"-a", false, false, false}, {"_", false, false, false},
		{"A.-_9", true, false, true}, {"a.-_9", false, true, true}, {"Aa", false, false, true},
		{"a b", false, false, false}, {"é", false, false, false}, {"A\n", false, false, false},
		{long(32), true, true, true}, {long(33), true, false, false},
		{long(64), true, false, false}, {long(65), false, false, false},
	} {
		have := []bool{ValidIdentifier(c.s), ValidLabel(c.s), ValidWord(c.s)}
		if have[0] != c.identifier || have[1] != c.label || have[2] != c.word {
			t.Errorf("%q is identifier, label, word: %v", c.s, have)
		}
		if _, err := ParseInspectorID(c.s); (err == nil) != c.identifier {
			t.Errorf("ParseInspectorID(%q): %v", c.s, err)
		}
		if _, err := ParseLabel(c.s); (err == nil) != c.label {
			t.Errorf("ParseLabel(%q): %v", c.s, err)
		}
	}
	for s, want := range map[string]bool{"33010": false, "330102": true, "330102001002": true,
		"3301020010021": false, "33010a": false, "": false} {
		if ValidArea(s) != want {
			t.Errorf("ValidArea(%q) is %v", s, !want)
		}
	}
}

// TestUSCCReasons: every way to be wrong has its own words, and one changed character is seen
// wherever it is, because 31 is prime and no weight is a multiple of it.
func TestUSCCReasons(t *testing.T) {
	const good = "91350100M000100Y43"
	if err := CheckUSCC(good); err != nil {
		t.Fatal(err)
	}
	for s, words := range map[string]string{
		"91350100M000100Y4":  "18 characters",
		"91350100m000100Y43": "character 9",
		"9I350100M000100Y43": "character 2",
		"91350100M000100Y44": "check character",
		"９1350100M000100Y":   "character 1",
	} {
		if err := CheckUSCC(s); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %s", s, err, words)
		}
	}
	for i := range good {
		for _, c := range usccAlphabet {
			s := good[:i] + string(c) + good[i+1:]
			if (CheckUSCC(s) == nil) != (s == good) {
				t.Errorf("%s: %v", s, CheckUSCC(s))
			}
		}
	}
}

// FuzzEntityID: the fast test and the one with reasons agree.
func FuzzEntityID(f *testing.F) {
	for _, s := range []string{"91350100M000100Y43", "R.91350100M000100Y43", "P.XM-1", "R.", ".",
		"A-B.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseEntityID(s)
		if (err == nil) != validEntityID(s) || err == nil && (string(id) != s || len(s) > maxID) {
			t.Errorf("%q: %v, %v", s, err, validEntityID(s))
		}
	})
}

// TestErrorText is the line that an operator reads.
func TestErrorText(t *testing.T) {
	e := &Error{File: "roster.HJBH.tsv", Line: 3, Column: 6, Value: "2026-02-29", Rule: "not a date"}
	if want := `roster.HJBH.tsv:3: column 6: "2026-02-29": not a date`; e.Error() != want {
		t.Errorf("%s, want %s", e, want)
	}
	if got := broken(strings.Repeat("中", 100), "r").Value; len(got) > maxShown+3 ||
		!strings.HasSuffix(got, "中…") {
		t.Errorf("shown as %q", got)
	}
	if CheckLine(strings.Repeat("a", 1001)) == nil || CheckLine(strings.Repeat("a", 1000)) != nil {
		t.Error("a line has at most 1000 bytes")
	}
}
