package typeset

import (
	"fmt"
	"image/color"

	"github.com/boombuler/barcode/qr"
)

// qrMark is a QR code: black modules in rows, from the top.
type qrMark struct {
	x, y   Unit
	module Unit
	rows   [][]bool
}

// quiet is the blank margin of a QR code in modules (ISO/IEC 18004).
const quiet = 4

// QR draws content as a QR code in a square whose side is size, its top left corner at x from
// the left edge of the 版心 and at y from the top of the paper; the current place does not move.
// The square is a link when content is an http address. Content that does not fit is an error.
func (d *Doc) QR(content string, x, y, size Unit) {
	code, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		d.fail(fmt.Errorf("QR code of %d bytes: %w", len(content), err))
		return
	}
	n := code.Bounds().Dx()
	m := qrMark{module: size / Unit(n+2*quiet)}
	m.x = BlockLeft + x + (size-m.module*Unit(n))/2
	m.y = y + (size-m.module*Unit(n))/2
	for row := range n {
		line := make([]bool, n)
		for column := range n {
			line[column] = code.At(column, row) == color.Black
		}
		m.rows = append(m.rows, line)
	}
	p := d.page()
	p.qrs = append(p.qrs, m)
	p.links = append(p.links, link{BlockLeft + x, y, size, size, content})
}

// Rule draws a horizontal line across the 版心 at the current place.
func (d *Doc) Rule(width Unit, c RGB) {
	right := BlockLeft + BlockWidth
	d.page().rules = append(d.page().rules, rule{BlockLeft, d.y, right, d.y, width, c})
}

// Frame draws a rectangle around height of the 版心 from the current place down.
func (d *Doc) Frame(height, width Unit, c RGB) {
	left, right, top, bottom := BlockLeft, BlockLeft+BlockWidth, d.y, d.y+height
	for _, r := range []rule{
		{left, top, right, top, width, c}, {right, top, right, bottom, width, c},
		{right, bottom, left, bottom, width, c}, {left, bottom, left, top, width, c},
	} {
		d.page().rules = append(d.page().rules, r)
	}
}

// pageNumbers puts the number below every page as GB/T 9704-2012 §7.5 says: 4号 宋体, a 一字线
// on each side whose upper edge is 7 mm below the 版心, odd pages right, even pages left, one
// character in.
func (d *Doc) pageNumbers() {
	style := Style{Role: Song, Size: Size4}
	// The dash of the shipped 宋体 lies 0.36 em above the baseline.
	y := BlockTop + BlockHeight + MM(7) + style.Size*36/100
	for i, p := range d.pages {
		text := fmt.Sprintf("— %d —", i+1)
		l := fit(d.shape([]Span{{style, text}}, 0)[0], BlockWidth, false)
		x := BlockLeft + style.Size
		if i%2 == 0 {
			x = BlockLeft + BlockWidth - style.Size - l.width
		}
		d.place(p, l, x, y)
	}
}
