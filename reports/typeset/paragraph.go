package typeset

// Align says how the lines of a paragraph or cell stand between its edges.
type Align int

// The alignments. Justify fills every line but the last.
const (
	Justify Align = iota
	AlignLeft
	AlignCenter
	AlignRight
)

// Paragraph is a block of text. Its zero values mean: justified, no indent, the line pitch of
// GB/T 9704, as wide as the 版心, characters at the font's own advance.
type Paragraph struct {
	Spans  []Span
	Align  Align
	Indent Unit // of the first line
	Pitch  Unit // advance of full-width characters; 0 for the font's own
	Line   Unit // distance of baselines; 0 for LinePitch
	Left   Unit // room kept free at the left edge of the 版心
	Right  Unit // and at the right edge
}

// baseline is the height of the em box above the baseline, in 1/100 em: the usual metrics of
// Chinese fonts put 0.88 em above and 0.12 em below.
const baseline = 88

// Text is a paragraph of the body: 28 characters on a line of the grid.
func Text(style Style, text string) Paragraph {
	return Paragraph{Spans: []Span{{style, text}}, Pitch: CharPitch, Indent: 2 * CharPitch}
}

// Paragraph sets p at the current place; lines that do not fit go on to the next page.
func (d *Doc) Paragraph(p Paragraph) {
	pitch := p.pitch()
	for _, l := range d.layout(p) {
		d.Need(pitch)
		d.placeLine(p, l, d.y)
		d.y += pitch
	}
}

// Height is the height of p when set.
func (d *Doc) Height(p Paragraph) Unit {
	probe := *d // measuring notes no missing characters
	probe.missing = map[rune]int{}
	return Unit(len(probe.layout(p))) * p.pitch()
}

// Width is the width of the widest line of p when set.
func (d *Doc) Width(p Paragraph) Unit {
	probe := *d
	probe.missing = map[rune]int{}
	var widest Unit
	for _, l := range probe.layout(p) {
		widest = max(widest, l.width)
	}
	return widest
}

func (p Paragraph) pitch() Unit {
	if p.Line != 0 {
		return p.Line
	}
	return LinePitch
}

func (p Paragraph) width() Unit { return BlockWidth - p.Left - p.Right }

// indented is a line and the indent it begins with.
type indented struct {
	line
	indent Unit
}

func (d *Doc) layout(p Paragraph) []indented {
	var out []indented
	for _, glyphs := range d.shape(p.Spans, p.Pitch) {
		for i, l := range breakLines(glyphs, p.width(), p.Indent, p.Align == Justify) {
			indent := Unit(0)
			if i == 0 {
				indent = p.Indent
			}
			out = append(out, indented{l, indent})
		}
	}
	return out
}

func (d *Doc) placeLine(p Paragraph, l indented, top Unit) {
	x := BlockLeft + p.Left + l.indent + shift(p.Align, p.width()-l.indent, l.width)
	d.place(d.page(), l.line, x, baselineAt(top, p.pitch(), l.line))
}

// shift is how far a line of width stands from the left edge of room.
func shift(a Align, room, width Unit) Unit {
	switch a {
	case AlignCenter:
		return (room - width) / 2
	case AlignRight:
		return room - width
	}
	return 0
}

// baselineAt centres the em box of the line's largest glyph in the height that begins at top.
func baselineAt(top, height Unit, l line) Unit {
	var size Unit
	for _, g := range l.glyphs {
		size = max(size, g.style.Size)
	}
	return top + (height-size)/2 + size*baseline/100
}
