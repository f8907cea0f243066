package typeset

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// randomText makes a paragraph of n pieces: common and rare characters, also above U+FFFF,
// words, numbers, dashes, dots, and every mark with a rule of its own. Marks never follow each
// other more than twice, as in real text.
func randomText(t testing.TB, rnd *rand.Rand, n int) string {
	t.Helper()
	font, err := shipped(t).faces[0].load()
	if err != nil {
		t.Fatal(err)
	}
	closing := []rune(noStart[:strings.Index(noStart, ",")])
	opening := []rune(noEnd[:strings.Index(noEnd, "(")])
	pick := func(from, to rune) rune {
		for {
			r := from + rune(rnd.IntN(int(to-from)))
			if _, ok := font.glyphOf(r); ok {
				return r
			}
		}
	}
	var b strings.Builder
	for range n {
		switch k := rnd.IntN(40); {
		case k < 24:
			b.WriteRune(pick(0x4E00, 0x9FA5))
		case k < 26:
			b.WriteRune(pick(0x3400, 0x4DB5))
		case k < 28:
			b.WriteRune(pick(0x20000, 0x2A6DF))
		case k < 32:
			b.WriteRune(pick(0x4E00, 0x9FA5))
			b.WriteRune(closing[rnd.IntN(len(closing))])
		case k < 34:
			b.WriteRune(opening[rnd.IntN(len(opening))])
			b.WriteRune(pick(0x4E00, 0x9FA5))
		case k < 35:
			b.WriteString([]string{"——", "……"}[rnd.IntN(2)])
			b.WriteRune(pick(0x4E00, 0x9FA5))
		case k < 37:
			fmt.Fprintf(&b, "%d.%02d%%", rnd.IntN(1000), rnd.IntN(100))
			b.WriteRune(pick(0x4E00, 0x9FA5))
		case k < 38:
			b.WriteString("yaohao-verify ")
		default:
			b.WriteString("91350100M000100Y43")
			b.WriteRune(pick(0x4E00, 0x9FA5))
		}
	}
	return b.String()
}

// Every rune that goes in comes out of the PDF, in order.
func TestNoRuneIsLost(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	d := newDoc(t)
	var want strings.Builder
	for i := range 60 {
		text := randomText(t, rnd, 20+rnd.IntN(300))
		want.WriteString(text)
		style := Style{Role: []Role{FangSong, Kai, Hei, Title}[i%4],
			Size: []Unit{Size3, Size4Small, Size5}[i%3]}
		p := Text(style, text)
		if i%2 == 1 {
			p.Align, p.Pitch = AlignLeft, 0
		}
		d.Paragraph(p)
	}
	compareRunes(t, textOf(t, finish(t, d)), want.String())
}

// Cells of a table lose nothing either, also over pages and when a row is longer than a page.
func TestNoRuneIsLostInTables(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var want strings.Builder
	table := Table{NoHead: true, Style: small, Line: MM(5), PadX: MM(1), PadY: MM(1),
		Columns: []Column{{Width: MM(156)}}}
	for i := range 40 {
		n := 5 + rnd.IntN(60)
		if i == 20 {
			n = 2500 // more than a page
		}
		text := randomText(t, rnd, n)
		want.WriteString(text)
		table.Rows = append(table.Rows, Row{Cells: []Cell{{Text: text}}})
	}
	d := newDoc(t)
	d.Table(table)
	compareRunes(t, textOf(t, finish(t, d)), want.String())
}

// No line begins or ends with a forbidden mark, no word, number, —— or …… is broken, and no line
// is wider than its room.
func TestLinesKeepTheRules(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	d := newDoc(t)
	broken := 0
	for range 300 {
		text := randomText(t, rnd, 200)
		room := MM(90) + Unit(rnd.IntN(int(MM(66))))
		pitch := CharPitch * Unit(rnd.IntN(2))
		glyphs := d.shape([]Span{{body, text}}, pitch)[0]
		lines := breakLines(glyphs, room, 2*CharPitch, rnd.IntN(2) == 0)
		var all []rune
		for i, l := range lines {
			first, last := l.glyphs[0].r, l.glyphs[len(l.glyphs)-1].r
			if i > 0 {
				prev := all[len(all)-1]
				if forbiddenStart[first] || forbiddenEnd[prev] || !canBreak(prev, first) {
					t.Fatalf("break between %q and %q", prev, first)
				}
				broken++
			}
			limit := room
			if i == 0 {
				limit -= 2 * CharPitch
			}
			if last != ' ' && l.width > limit+Unit(len(l.glyphs)) {
				t.Fatalf("line %q is %d wide, room %d", last, l.width, limit)
			}
			for _, g := range l.glyphs {
				all = append(all, g.r)
			}
		}
		if string(all) != text {
			t.Fatal("the lines together are not the text")
		}
	}
	if broken < 2000 {
		t.Fatalf("only %d breaks tried", broken)
	}
}

func TestBreaks(t *testing.T) {
	for _, c := range []struct {
		a, b rune
		want bool
	}{
		{'检', '查', true}, {'查', '。', false}, {'（', '查', false}, {'查', '（', true},
		{'”', '查', true}, {'查', '”', false}, {'—', '—', false}, {'…', '…', false},
		{'查', '—', true}, {'a', 'b', false}, {'1', '2', false}, {'2', '年', true},
		{'1', '%', false}, {'5', '％', false}, {' ', '查', true}, {'查', ' ', false},
		{'a', ' ', false}, {' ', 'a', true}, {'é', 'a', false}, {'葛', '\u0301', false},
	} {
		if got := canBreak(c.a, c.b); got != c.want {
			t.Errorf("canBreak(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

// A mark that would begin a line is pulled in when a little tightening makes room for it.
func TestMarkIsPulledIn(t *testing.T) {
	d := newDoc(t)
	line, rest := strings.Repeat("查", 28), strings.Repeat("查", 5)
	glyphs := d.shape([]Span{{body, line + "。" + rest}}, CharPitch)[0]
	lines := breakLines(glyphs, BlockWidth, 0, true)
	if n := len(lines[0].glyphs); n != 29 {
		t.Fatalf("first line has %d characters, want 28 and the mark", n)
	}
	if w := lines[0].width; w > BlockWidth || w < BlockWidth-100 {
		t.Fatalf("first line is %d wide, want %d", w, BlockWidth)
	}
	// Two marks need more than one character of tightening: the last character goes down.
	glyphs = d.shape([]Span{{body, line + "。”" + rest}}, CharPitch)[0]
	if n := len(breakLines(glyphs, BlockWidth, 0, true)[0].glyphs); n != 27 {
		t.Fatalf("first line has %d characters, want 27", n)
	}
}

// A word longer than the line is broken rather than lost, and fills the line it begins on.
func TestLongWord(t *testing.T) {
	d := newDoc(t)
	text := "校验值为" + strings.Repeat("0123456789abcdef", 20)
	lines := breakLines(d.shape([]Span{{body, text}}, CharPitch)[0], BlockWidth, 0, true)
	if len(lines) < 3 || len(lines[0].glyphs) < 30 {
		t.Fatalf("%d lines, %d characters in the first", len(lines), len(lines[0].glyphs))
	}
	// Nothing fits at all: one character a line.
	if n := len(breakLines(d.shape([]Span{{body, "检查"}}, 0)[0], 1, 0, false)); n != 2 {
		t.Fatalf("%d lines, want 2", n)
	}
}

// The grid of GB/T 9704: 22 lines of 28 characters fill a page, one more begins another.
func TestGrid(t *testing.T) {
	for n, pages := range map[int]int{22 * 28: 1, 22*28 + 1: 2} {
		d := newDoc(t)
		p := Text(body, strings.Repeat("查", n))
		p.Indent = 0
		d.Paragraph(p)
		pdf := finish(t, d)
		if len(d.pages) != pages {
			t.Errorf("%d characters take %d pages, want %d", n, len(d.pages), pages)
		}
		lines := strings.Fields(textOf(t, pdf))
		if len([]rune(lines[0])) != 28 || len(lines) != (n+27)/28 {
			t.Errorf("%d lines, %d characters in the first", len(lines), len([]rune(lines[0])))
		}
	}
}

func TestMissingGlyphIsReportedAndDrawn(t *testing.T) {
	d := newDoc(t)
	d.Paragraph(Text(body, "王\U0010FFFD甲\uE123乙\uE123丙\x01丁\xff戊"))
	_ = d.Height(Text(body, "\uE123")) // measuring reports nothing
	pdf, missing, err := d.PDF()
	if err != nil {
		t.Fatal(err)
	}
	want := []Missing{{'\x01', 1}, {'\uE123', 2}, {'\uFFFD', 1}, {'\U0010FFFD', 1}}
	if fmt.Sprint(missing) != fmt.Sprint(want) {
		t.Errorf("missing %v, want %v", missing, want)
	}
	compareRunes(t, textOf(t, pdf), "王〓甲〓乙〓丙〓丁〓戊")
}

// sampleDigest is the hash of a document with everything in it.
func sampleDigest(t testing.TB) string {
	d := newDoc(t)
	d.meta.PageNumbers = true
	rnd := rand.New(rand.NewPCG(7, 8))
	for i := range 12 {
		style := Style{Role: Role(i % int(roles)), Size: Size3, Color: Red}
		d.Paragraph(Text(style, randomText(t, rnd, 120)))
	}
	d.QR("https://example.gov.cn/draws/2026-11-M", 0, d.Y(), MM(30))
	d.Rule(MM(0.3), Red)
	d.Table(Table{Columns: []Column{{"名称", MM(100), AlignLeft}}, Style: small, Line: MM(5),
		Rows: TextRows([][]string{{"甲"}, {"乙"}})})
	return fmt.Sprintf("%x", sha256.Sum256(finish(t, d)))
}

const childVariable = "YAOHAO_TYPESET_CHILD"

// The same document has the same bytes, in one process and in others.
func TestSameBytes(t *testing.T) {
	want := sampleDigest(t)
	if os.Getenv(childVariable) != "" {
		fmt.Println("digest " + want)
		return
	}
	if got := sampleDigest(t); got != want {
		t.Error("two renders in one process differ")
	}
	for range 2 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSameBytes$", "-test.v")
		cmd.Env = append(os.Environ(), childVariable+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if !strings.Contains(string(out), "digest "+want) {
			t.Errorf("another process rendered other bytes:\n%s", out)
		}
	}
}
