package typeset

import (
	"strings"
	"unicode/utf8"
)

// RGB is a colour, each part 0 to 255.
type RGB struct{ R, G, B uint8 }

// Colours of official papers.
var (
	Black = RGB{}
	Grey  = RGB{90, 90, 90}
	Red   = RGB{200, 16, 16} // print red of notices and warnings
)

// Style is how a piece of text looks. The zero Size is not usable.
type Style struct {
	Role  Role
	Size  Unit
	Color RGB
}

// Span is text in one style.
type Span struct {
	Style
	Text string
}

// glyph is one character as it will be placed.
type glyph struct {
	r       rune // as drawn: 〓 where the character has no glyph
	face    int
	gid     uint16
	style   Style
	natural Unit // the font's own advance
	advance Unit // the advance on the page
}

// line is a line of glyphs as broken; extra is added after every glyph but the last where
// stretchable says so.
type line struct {
	glyphs []glyph
	width  Unit // of the advances with extra, without what may hang over the end
	extra  Unit
}

// shape turns spans into glyphs, one list for each line that a line feed separates. Full-width
// characters advance by pitch where it is not 0. Runes without a glyph become 〓 and are noted.
func (d *Doc) shape(spans []Span, pitch Unit) [][]glyph {
	n := 0
	for _, s := range spans {
		n += utf8.RuneCountInString(s.Text)
	}
	out := [][]glyph{make([]glyph, 0, n)}
	for _, s := range spans {
		for _, r := range strings.ReplaceAll(s.Text, "\r\n", "\n") {
			if r == '\n' {
				out = append(out, nil)
				continue
			}
			last := len(out) - 1
			out[last] = append(out[last], d.glyph(r, s.Style, pitch))
		}
	}
	return out
}

const (
	geta        = '〓' // U+3013 stands for a character that has no glyph
	replacement = '\uFFFD'
)

func (d *Doc) glyph(r rune, style Style, pitch Unit) glyph {
	if r == '\t' {
		r = ' '
	}
	index, gid, ok, err := d.fonts.find(style.Role, r)
	if err != nil {
		d.fail(err)
	}
	if !ok || r == replacement {
		d.noteMissing(r)
		r = geta
		if index, gid, ok, err = d.fonts.find(style.Role, r); err != nil {
			d.fail(err)
		} else if !ok {
			panic("typeset: no shipped font has 〓")
		}
	}
	g := glyph{r: r, face: index, gid: gid, style: style}
	if d.err == nil {
		font, _ := d.fonts.faces[index].load()
		g.natural = font.advance(gid, style.Size)
	}
	g.advance = g.natural
	if pitch != 0 && g.natural == style.Size {
		g.advance = pitch
	}
	return g
}

// breakLines breaks glyphs into lines of width, the first one indented. Justified lines are
// stretched or tightened to the full width, except the last.
func breakLines(glyphs []glyph, width, indent Unit, justify bool) []line {
	var lines []line
	for start := 0; start < len(glyphs) || start == 0; {
		room := width
		if start == 0 {
			room -= indent
		}
		end := lineEnd(glyphs, start, room)
		last := end == len(glyphs)
		lines = append(lines, fit(glyphs[start:end], room, justify && !last))
		if last {
			break
		}
		start = end
	}
	return lines
}

// lineEnd gives the index after the last glyph of the line that begins at start.
func lineEnd(glyphs []glyph, start int, room Unit) int {
	var sum Unit
	best := start
	for i := start; i < len(glyphs); i++ {
		g := glyphs[i]
		sum += g.advance
		slack := Unit(0)
		switch {
		case g.r == ' ':
			slack = sum // blanks may stand beyond the end
		case halfBlank(g.r):
			slack = g.style.Size
		}
		if sum > room+slack {
			return overflow(glyphs, start, best, i, room)
		}
		if i+1 == len(glyphs) || canBreak(g.r, glyphs[i+1].r) {
			best = i + 1
		}
	}
	return best
}

// overflow decides where a line ends whose glyph at is too much: at the last permitted break,
// unless there is none or what follows it does not fit on a line of its own anyway.
func overflow(glyphs []glyph, start, best, at int, room Unit) int {
	forced := max(at, start+1)
	if best == start {
		return forced
	}
	var word Unit
	for i := best; i < len(glyphs); i++ {
		if word += glyphs[i].advance; word > room {
			return forced
		}
		if i+1 < len(glyphs) && canBreak(glyphs[i].r, glyphs[i+1].r) {
			break
		}
	}
	return best
}

// fit sets the widths of one line.
func fit(glyphs []glyph, room Unit, justify bool) line {
	l := line{glyphs: glyphs}
	n := len(glyphs)
	for n > 0 && glyphs[n-1].r == ' ' {
		n--
	}
	gaps := Unit(0)
	for i, g := range glyphs[:n] {
		l.width += g.advance
		if i+1 < n && stretchable(glyphs, i) {
			gaps++
		}
	}
	if n == 0 {
		return l
	}
	end := glyphs[n-1]
	if l.width > room && halfBlank(end.r) {
		l.width -= end.style.Size / 2
	}
	spare := room - l.width
	if gaps == 0 || spare == 0 || spare > 0 && !justify {
		return l
	}
	if spare < 0 {
		spare -= gaps - 1 // round away from zero: never wider than the room
	}
	if extra := spare / gaps; extra <= end.style.Size/8 {
		l.extra = extra
		l.width += extra * gaps
	}
	return l
}

// stretchable reports whether space may be added or taken after glyph i: not inside words, nor
// inside —— and ……, which would come apart.
func stretchable(glyphs []glyph, i int) bool {
	a, b := glyphs[i].r, glyphs[i+1].r
	return !inWord(a, b) && !isPair(a, b)
}
