package typeset

import (
	"cmp"
	"slices"
	"time"
)

// Meta is what a PDF says about itself. Date is the document's own date from the record: two
// renders of one record carry the same.
type Meta struct {
	Title   string
	Author  string
	Subject string
	Date    time.Time
	// PageNumbers puts "— 1 —" below every page.
	PageNumbers bool
}

// Missing is a character that no font has; it was drawn as 〓.
type Missing struct {
	Rune  rune
	Count int
}

// Doc is a document being set, from top to bottom. It is not safe for concurrent use. The first
// error stops it and is returned by PDF.
type Doc struct {
	fonts   *Fonts
	meta    Meta
	pages   []*page
	y       Unit // where the next thing goes, from the top of the paper
	used    []*usedFace
	missing map[rune]int
	err     error
}

// page holds what is drawn, fills first, then lines, then text.
type page struct {
	fills []rect
	rules []rule
	texts []run
	links []link
	qrs   []qrMark
}

type rect struct {
	x, y, w, h Unit
	color      RGB
}

type rule struct {
	x1, y1, x2, y2, width Unit
	color                 RGB
}

type run struct {
	x, y  Unit // of the baseline
	face  int
	size  Unit
	space Unit // added after each glyph
	color RGB
	codes []uint16
}

type link struct {
	x, y, w, h Unit
	url        string
}

// usedFace collects the characters of one face that a document uses.
type usedFace struct {
	code  map[rune]uint16
	runes []rune   // runes[i] has codeOf(i)
	gids  []uint16 // and the glyph gids[i]
}

// NewDoc starts a document with one empty page.
func NewDoc(fonts *Fonts, meta Meta) *Doc {
	d := &Doc{fonts: fonts, meta: meta, missing: map[rune]int{}}
	d.used = make([]*usedFace, len(fonts.faces))
	d.NewPage()
	return d
}

// NewPage ends the page.
func (d *Doc) NewPage() {
	d.pages = append(d.pages, &page{})
	d.y = BlockTop
}

// Y is the distance of the next thing from the top of the paper.
func (d *Doc) Y() Unit { return d.y }

// Left is the room that is left on the page.
func (d *Doc) Left() Unit { return BlockTop + BlockHeight - d.y }

// Need begins a new page unless height still fits on this one or the page is empty.
func (d *Doc) Need(height Unit) {
	// A line of the grid may miss the edge by the rounding of 22 pitches.
	if d.y > BlockTop && height > d.Left()+22 {
		d.NewPage()
	}
}

// Skip leaves height empty; at the foot of a page it ends there.
func (d *Doc) Skip(height Unit) { d.y += min(height, max(0, d.Left())) }

// MoveTo sets the place of the next thing on this page, from the top of the paper.
func (d *Doc) MoveTo(y Unit) { d.y = y }

func (d *Doc) page() *page { return d.pages[len(d.pages)-1] }

func (d *Doc) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *Doc) noteMissing(r rune) { d.missing[r]++ }

// Missing lists the characters drawn as 〓 so far, by code point.
func (d *Doc) Missing() []Missing {
	out := make([]Missing, 0, len(d.missing))
	for r, n := range d.missing {
		out = append(out, Missing{Rune: r, Count: n})
	}
	slices.SortFunc(out, func(a, b Missing) int { return cmp.Compare(a.Rune, b.Rune) })
	return out
}

// code gives the character code of a glyph in this document.
func (d *Doc) code(g glyph) uint16 {
	u := d.used[g.face]
	if u == nil {
		u = &usedFace{code: map[rune]uint16{}}
		d.used[g.face] = u
	}
	c, ok := u.code[g.r]
	if !ok {
		c = codeOf(len(u.gids) % maxCodes) // more than maxCodes is refused by subset
		u.code[g.r] = c
		u.runes = append(u.runes, g.r)
		u.gids = append(u.gids, g.gid)
	}
	return c
}

// place puts the glyphs of a line on page p with the baseline at y, beginning at x. Neighbours
// in one face, style and spacing become one run.
func (d *Doc) place(p *page, l line, x, y Unit) {
	var cur *run
	for i, g := range l.glyphs {
		space := g.advance - g.natural
		if i+1 < len(l.glyphs) && stretchable(l.glyphs, i) {
			space += l.extra
		}
		if cur == nil || cur.face != g.face || cur.size != g.style.Size ||
			cur.space != space || cur.color != g.style.Color {
			p.texts = append(p.texts, run{x: x, y: y, face: g.face, size: g.style.Size,
				space: space, color: g.style.Color})
			cur = &p.texts[len(p.texts)-1]
		}
		cur.codes = append(cur.codes, d.code(g))
		x += g.natural + space
	}
}
