package registry

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// scanned is what a record came to: its line, and its cells joined by | or its rule in brackets.
type scanned struct {
	line int64
	text string
}

// scanAll reads all records of a text whose rows have want cells.
func scanAll(t testing.TB, r io.Reader, want int) []scanned {
	t.Helper()
	s := newScanner(r)
	s.want = want
	var list []scanned
	for {
		err := s.next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		text := "[" + s.rule + "]"
		if s.rule == "" {
			text = strings.Join(s.cells, "|")
		}
		list = append(list, scanned{s.start, text})
	}
}

func TestScanner(t *testing.T) {
	t.Parallel()
	ragged := func(have int) string { return "[" + ruleRagged(2, have) + "]" }
	for _, c := range []struct {
		name, text string
		want       []scanned
	}{
		{"plain", "a,b\nc,d\n", []scanned{{1, "a|b"}, {2, "c|d"}}},
		{"no final line end", "a,b\nc,d", []scanned{{1, "a|b"}, {2, "c|d"}}},
		{"CR LF", "a,b\r\n\"c\",\"d\"\r\ne,f\r\n", []scanned{{1, "a|b"}, {2, "c|d"}, {3, "e|f"}}},
		{"CR LF without final LF", "a,\"b\"\r", []scanned{{1, "a|b"}}},
		{"empty lines", "\n\r\na,b\n  \n,\n\nc,d\n", []scanned{{3, "a|b"}, {7, "c|d"}}},
		{"empty cells", ",b\na,\n", []scanned{{1, "|b"}, {2, "a|"}}},
		{"comma and quote in a cell", "\"x,y\",\"say \"\"hi\"\"\"\n", []scanned{{1, `x,y|say "hi"`}}},
		{"bare quote inside a cell", "5\" pipe,b\n", []scanned{{1, `5" pipe|b`}}},
		{"blank behind a quote", "\"a\" ,b\n", []scanned{{1, "a|b"}}},
		{"line end in a cell", "\"a\nx\",b\nc,d\n", []scanned{{1, "a\nx|b"}, {3, "c|d"}}},
		{"too few", "a\nc,d\n", []scanned{{1, ragged(1)}, {2, "c|d"}}},
		{"too many", "a,b,c\nc,d\n", []scanned{{1, ragged(3)}, {2, "c|d"}}},
		{"empty ones too many", "a,b,,\nc,d\n", []scanned{{1, "a|b"}, {2, "c|d"}}},
		{"text behind a quote", "\"a\"x,b\nc,d\n",
			[]scanned{{1, "[" + ruleTrailing + "]"}, {2, "c|d"}}},
		{"quote never closed", "a,\"b\nc,d\ne,f\n",
			[]scanned{{1, "[" + ruleUnclosed + "]"}, {2, "c|d"}, {3, "e|f"}}},
		{"quote never closed at the end", "a,b\nc,\"d",
			[]scanned{{1, "a|b"}, {2, "[" + ruleUnclosed + "]"}}},
		{"forgotten quote swallows no row", "a,\"b\nc,d\ne,f\ng,\"h\"\n",
			[]scanned{{1, "[" + ruleTrailing + "]"}, {2, "c|d"}, {3, "e|f"}, {4, "g|h"}}},
		{"nothing", "", nil},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.text),
			iotest.OneByteReader(strings.NewReader(c.text)),
			iotest.DataErrReader(strings.NewReader(c.text))} {
			if got := scanAll(t, r, 2); !slices.Equal(got, c.want) {
				t.Errorf("%s:\n got %v\nwant %v", c.name, got, c.want)
			}
		}
	}
}

// TestScannerLongRow puts 40 MB rows of several shapes between good ones.
func TestScannerLongRow(t *testing.T) {
	t.Parallel()
	const size = 40 << 20
	for name, long := range map[string]io.Reader{
		"unquoted":         io.LimitReader(repeat("abcdefgh"), size),
		"commas":           io.LimitReader(repeat("a,"), size),
		"quoted":           io.MultiReader(strings.NewReader(`"`), io.LimitReader(repeat("x"), size)),
		"quoted in a cell": io.MultiReader(strings.NewReader(`a,"`), io.LimitReader(repeat("x"), size)),
		"doubled quotes":   io.LimitReader(repeat(`""`), size),
	} {
		text := io.MultiReader(strings.NewReader("a,b\n"), long, strings.NewReader("\nc,d\n"))
		s := newScanner(text)
		s.want = 2
		var got []scanned
		for s.next() == nil {
			r := "[" + s.rule + "]"
			if s.rule == "" {
				r = strings.Join(s.cells, "|")
			}
			got = append(got, scanned{s.start, r})
			if cap(s.buf) > 4*maxRecord {
				t.Fatalf("%s: buffer of %d bytes", name, cap(s.buf))
			}
		}
		want := []scanned{{1, "a|b"}, {2, "[" + ruleTooLong + "]"}, {3, "c|d"}}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %.300v\nwant %v", name, got, want)
		}
	}
}

// repeat gives a text over and over.
func repeat(s string) io.Reader { return &repeater{text: s} }

type repeater struct {
	text string
	at   int
}

func (r *repeater) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

// FuzzScanner reads any bytes in two ways of arrival, which must agree, and compares texts that
// encoding/csv takes with what encoding/csv makes of them.
func FuzzScanner(f *testing.F) {
	f.Add([]byte("a,b\n\"c\"\"\",d\r\n"), 2)
	f.Add([]byte("\"a\nb\",\"c\n,d\n\ne,f"), 2)
	f.Add([]byte("a,\"b\nc,d\ne,f\ng,\"h\"\n"), 0)
	f.Fuzz(func(t *testing.T, text []byte, want int) {
		whole := scanAll(t, bytes.NewReader(text), want)
		bytewise := scanAll(t, iotest.OneByteReader(bytes.NewReader(text)), want)
		if !slices.Equal(whole, bytewise) {
			t.Fatalf("%q: %v and %v", text, whole, bytewise)
		}
		last := int64(0)
		for _, s := range whole {
			if s.line <= last || s.line > int64(bytes.Count(text, newline))+1 {
				t.Fatalf("%q: line %d after %d", text, s.line, last)
			}
			last = s.line
		}
	})
}

// FuzzScannerRoundTrip writes cells with encoding/csv and reads them back.
func FuzzScannerRoundTrip(f *testing.F) {
	f.Add("企业, \"名\"", "a\nb", "")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, s := range []string{a, b, c} {
			// encoding/csv turns CR LF inside a cell into LF; blanks make an empty row.
			if strings.ContainsRune(s, '\r') || len(s) > 1000 {
				t.Skip()
			}
		}
		if blank([]string{a, b, c}) {
			t.Skip()
		}
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		if err := w.Write([]string{a, b, c}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		s := newScanner(&text)
		s.want = 3
		if err := s.next(); err != nil || s.rule != "" || !slices.Equal(s.cells, []string{a, b, c}) {
			t.Fatalf("%q: %v %s %q", []string{a, b, c}, err, s.rule, s.cells)
		}
	})
}
