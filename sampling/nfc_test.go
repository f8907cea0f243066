package sampling

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TestIsNFC has the forms of Unicode's NormalizationTest, and runs of marks that are longer than
// package norm leaves alone; the answers are those of Python's unicodedata.is_normalized.
func TestIsNFC(t *testing.T) {
	below, above := "\u0316", "\u0301" // classes 220 and 230
	for _, c := range []struct {
		s    string
		want bool
	}{
		{"", true}, {"é", true}, {"e\u0301", false}, {"가", true}, {"\u1100\u1161", false},
		{"각", true}, {"가\u11a8", false}, {"\u0958", false}, {"中文", true}, {"\uf900", false},
		{"x" + strings.Repeat(below, 30), true},
		{"x" + strings.Repeat(below, 31), true},
		{"x" + strings.Repeat(below, 400), true},
		{strings.Repeat(below, 31), true},
		{strings.Repeat(below, 31) + "e" + above, false},
		{"x" + strings.Repeat(below, 31) + above, true},
		{"x" + above + strings.Repeat(below, 31), false},
		{"á" + strings.Repeat(above, 31), true},
		{"a" + strings.Repeat(above, 32), false},
		{"a" + strings.Repeat(below, 32) + above, false},
		{"á" + strings.Repeat(below, 32), true},
		{"각" + strings.Repeat(below, 32), true},
		{"가\u11a8" + strings.Repeat(below, 32), false},
	} {
		if isNFC(c.s) != c.want {
			t.Errorf("isNFC(%+q) is %v", c.s, !c.want)
		}
	}
}

// FuzzNFC compares the slow path with package norm where runs of marks are short.
func FuzzNFC(f *testing.F) {
	for _, s := range []string{"e\u0301", "\u0316\u0301a", "가\u11a8", "\u1e9b\u0323", "\u0344"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		marks := strings.IndexFunc(s, func(r rune) bool { return combining(r) != 0 })
		if !utf8.ValidString(s) || marks >= 0 && len(s) > 2*streamSafe {
			t.Skip()
		}
		if have, want := string(compose(decompose(s))), norm.NFC.String(s); have != want {
			t.Errorf("%+q composes to %+q, want %+q", s, have, want)
		}
	})
}
