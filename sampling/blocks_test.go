package sampling

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// allBlocks reads a file to its end in blocks, of which each is used only up to a line's start that
// cut chooses.
func allBlocks(t *testing.T, r io.Reader, limit int, cut func(lines []byte) int) (
	text, sum string, cause error) {
	t.Helper()
	br, err := openBlocks(oneFile{r}, "x.tsv", sha256Suite, limit)
	if err != nil {
		t.Fatal(err)
	}
	defer br.Close()
	for !br.done() {
		lines := br.lines()
		if len(lines) > 0 && lines[len(lines)-1] != '\n' {
			t.Fatalf("%q are not whole lines", lines)
		}
		if len(lines) == 0 && !br.ended {
			t.Fatal("no lines before the end")
		}
		used := cut(lines)
		text += string(lines[:used])
		br.hashFresh()
		before := bytes.Clone(br.block)
		br.fill(used)
		if !bytes.Equal(before, br.block) {
			t.Fatal("the present block was written to")
		}
		br.turn()
	}
	return text, br.sum(), br.cause
}

// TestBlocks reads lines around the size of a block, in whatever pieces they come and however
// little of a block is used.
func TestBlocks(t *testing.T) {
	text := strings.Join([]string{"", "a", strings.Repeat("b", 99), strings.Repeat("c", 100),
		strings.Repeat("d", 301), "", "e", strings.Repeat("f", readSize)}, "\n") + "\n"
	cuts := map[string]func(lines []byte) int{
		"all":  func(lines []byte) int { return len(lines) },
		"one":  func(lines []byte) int { return bytes.IndexByte(lines, '\n') + 1 },
		"half": func(lines []byte) int { return wholeLines(lines, len(lines)/2) },
	}
	for name, r := range map[string]func() io.Reader{
		"whole":       func() io.Reader { return strings.NewReader(text) },
		"half":        func() io.Reader { return iotest.HalfReader(strings.NewReader(text)) },
		"byte":        func() io.Reader { return iotest.OneByteReader(strings.NewReader(text)) },
		"eof at once": func() io.Reader { return iotest.DataErrReader(strings.NewReader(text)) },
	} {
		for _, limit := range []int{1, 64, 100, 1 << 20} {
			for how, cut := range cuts {
				have, sum, cause := allBlocks(t, r(), limit, cut)
				if have != text || cause != nil || sum != sha256Suite.hex([]byte(text)) {
					t.Errorf("%s, %d, %s: %d bytes, %v", name, limit, how, len(have), cause)
				}
			}
		}
	}
	have, sum, cause := allBlocks(t, strings.NewReader(""), 100, cuts["all"])
	if have != "" || cause != nil || sum != sha256Suite.hex(nil) {
		t.Errorf("an empty file: %q, %v", have, cause)
	}
}

// idleReader gives nothing, again and again.
type idleReader struct{}

func (idleReader) Read([]byte) (int, error) { return 0, nil }

// TestBlocksRefuse: what ends a file before its time is told after the lines before it.
func TestBlocksRefuse(t *testing.T) {
	all := func(lines []byte) int { return len(lines) }
	for _, c := range []struct {
		tail io.Reader
		rule string
		is   error
	}{
		{strings.NewReader("b"), ruleNoFinalLF, nil},
		{bytes.NewReader(make([]byte, 3*maxFrozenLine)), ruleTooLong, nil},
		{iotest.ErrReader(fs.ErrInvalid), "", fs.ErrInvalid},
		{idleReader{}, "", io.ErrNoProgress},
	} {
		text, _, cause := allBlocks(t, io.MultiReader(strings.NewReader("a\n"), c.tail), 100, all)
		var e *Error
		if errors.As(cause, &e); text != "a\n" || cause == nil || e != nil && e.Rule != c.rule ||
			e == nil && !errors.Is(cause, c.is) {
			t.Errorf("%q, %v, want %s %v", text, cause, c.rule, c.is)
		}
	}
}

// TestSeek finds the place of every id among lines of different lengths.
func TestSeek(t *testing.T) {
	lines := []string{"B\tx", "BA", "C.12\t" + strings.Repeat("y", 40), "D\t1", "D0\t", "E"}
	text := []byte(strings.Join(lines, "\n") + "\n")
	for _, id := range []string{"", "A", "B", "B\x00", "BA", "BB", "C", "C.12", "C.13", "D", "D0", "D00",
		"E", "E\x00", "F"} {
		want := 0
		for _, l := range lines {
			if column, _, _ := strings.Cut(l, "\t"); column >= id {
				break
			}
			want += len(l) + 1
		}
		if have := seek(text, []byte(id)); have != want {
			t.Errorf("%q: %d, want %d", id, have, want)
		}
	}
	if seek(nil, []byte("A")) != 0 {
		t.Error("among no lines")
	}
	// Lines that do not ascend give some line's start: pieces are of whole lines in any case.
	slices.Reverse(lines)
	text = []byte(strings.Join(lines, "\n") + "\n")
	for _, id := range []string{"A", "BA", "C.13", "D0", "F"} {
		if at := seek(text, []byte(id)); at != 0 && text[at-1] != '\n' {
			t.Errorf("%q: %d", id, at)
		}
	}
}

// TestLastLine and the first column, of whole lines with and without TABs.
func TestLastLine(t *testing.T) {
	for _, c := range []struct {
		text, column string
		at           int
	}{{"a\tb\n", "a", 0}, {"a\nbc\td\te\n", "bc", 2}, {"\n", "", 0}, {"a\n\n", "", 2}, {"x\ny\n", "y", 2}} {
		at := lastLine([]byte(c.text))
		if column := firstColumn([]byte(c.text[at:])); at != c.at || string(column) != c.column {
			t.Errorf("%q: %d %q", c.text, at, column)
		}
	}
}
