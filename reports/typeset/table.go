package typeset

// Column is a column of a table.
type Column struct {
	Head  string
	Width Unit
	Align Align // of its cells; Justify counts as AlignLeft
}

// Cell is one cell. The zero Style means the table's; Span is the number of columns it covers, 0
// counts as 1.
type Cell struct {
	Text   string
	Style  Style
	Span   int
	Align  Align // Justify means the column's
	Shaded bool
}

// Row is a row of cells. Its height is at least Min.
type Row struct {
	Cells []Cell
	Min   Unit
}

// Table is a ruled table in the 版心. When it goes over a page its head is repeated. A row that
// does not fit goes to the next page; one higher than a page is broken between its lines.
type Table struct {
	Columns []Column
	NoHead  bool // the columns have no heads
	Style   Style
	Line    Unit // distance of baselines in a cell
	PadX    Unit // room between the rules and the text
	PadY    Unit
	Left    Unit // from the left edge of the 版心
	Rows    []Row
}

// ruleWidth is 0.2 mm, a hairline that photocopies.
const ruleWidth Unit = 567

var headFill = RGB{240, 240, 240}

// TextRows makes rows of plain cells.
func TextRows(rows [][]string) []Row {
	out := make([]Row, len(rows))
	for i, texts := range rows {
		cells := make([]Cell, len(texts))
		for j, t := range texts {
			cells[j].Text = t
		}
		out[i].Cells = cells
	}
	return out
}

// laidCell is a cell whose text is broken into lines.
type laidCell struct {
	x, width Unit
	align    Align
	shaded   bool
	lines    []line
}

// laidRow is a row ready to be placed.
type laidRow struct {
	cells  []laidCell
	lines  int // of its longest cell
	height Unit
}

// Table sets t at the current place.
func (d *Doc) Table(t Table) {
	head := laidRow{}
	if !t.NoHead {
		head = d.layRow(t, t.headRow())
	}
	atTop := true // the head is still to be drawn
	for _, r := range t.Rows {
		row := d.layRow(t, r)
		if atTop {
			d.Need(head.height + min(row.height, t.minRow()))
			d.drawRow(t, head)
			atTop = false
		}
		for row.lines > 0 {
			switch {
			case row.height <= d.Left():
				d.drawRow(t, row)
				row.lines = 0
				continue
			case row.height > BlockHeight-head.height:
				var first laidRow
				if first, row = t.split(row, d.Left()); first.lines > 0 {
					d.drawRow(t, first)
				}
			}
			d.NewPage()
			d.drawRow(t, head)
		}
	}
}

// TableHeight is the height of t on a page that has room for all of it.
func (d *Doc) TableHeight(t Table) Unit {
	probe := *d
	probe.missing = map[rune]int{}
	var height Unit
	if !t.NoHead {
		height = probe.layRow(t, t.headRow()).height
	}
	for _, r := range t.Rows {
		height += probe.layRow(t, r).height
	}
	return height
}

func (t Table) minRow() Unit { return t.Line + 2*t.PadY }

func (t Table) headRow() Row {
	r := Row{}
	for _, c := range t.Columns {
		r.Cells = append(r.Cells, Cell{Text: c.Head, Align: AlignCenter, Shaded: true,
			Style: Style{Role: Hei, Size: t.Style.Size}})
	}
	return r
}

func (d *Doc) layRow(t Table, r Row) laidRow {
	row := laidRow{lines: 1}
	x := BlockLeft + t.Left
	column := 0
	for _, c := range r.Cells {
		cell := laidCell{x: x, align: c.Align, shaded: c.Shaded}
		for range max(1, c.Span) {
			if column >= len(t.Columns) {
				panic("typeset: a row has more cells than its table has columns")
			}
			cell.width += t.Columns[column].Width
			if cell.align == Justify {
				cell.align = t.Columns[column].Align
			}
			column++
		}
		style := c.Style
		if style.Size == 0 {
			style = t.Style
		}
		for _, glyphs := range d.shape([]Span{{style, c.Text}}, 0) {
			cell.lines = append(cell.lines, breakLines(glyphs, cell.width-2*t.PadX, 0, false)...)
		}
		row.lines = max(row.lines, len(cell.lines))
		row.cells = append(row.cells, cell)
		x += cell.width
	}
	row.height = max(r.Min, Unit(row.lines)*t.Line+2*t.PadY)
	return row
}

// split takes as many lines as fit into room off the row. first has no lines if none fits.
func (t Table) split(row laidRow, room Unit) (first, rest laidRow) {
	n := min(int((room-2*t.PadY)/t.Line), row.lines)
	if n <= 0 {
		return laidRow{}, row
	}
	for _, c := range row.cells {
		k := min(n, len(c.lines))
		head, tail := c, c
		head.lines, tail.lines = c.lines[:k], c.lines[k:]
		first.cells = append(first.cells, head)
		rest.cells = append(rest.cells, tail)
	}
	first.lines, rest.lines = n, row.lines-n
	first.height = Unit(n)*t.Line + 2*t.PadY
	rest.height = Unit(rest.lines)*t.Line + 2*t.PadY
	return first, rest
}

// drawRow places a row and its rules at the current place.
func (d *Doc) drawRow(t Table, row laidRow) {
	if row.height == 0 {
		return
	}
	p := d.page()
	top, bottom := d.y, d.y+row.height
	for i, c := range row.cells {
		if c.shaded {
			p.fills = append(p.fills, rect{c.x, top, c.width, row.height, headFill})
		}
		if i == 0 {
			p.rules = append(p.rules, rule{c.x, top, c.x, bottom, ruleWidth, Black})
		}
		right := c.x + c.width
		p.rules = append(p.rules, rule{right, top, right, bottom, ruleWidth, Black},
			rule{c.x, top, right, top, ruleWidth, Black},
			rule{c.x, bottom, right, bottom, ruleWidth, Black})
		y := top + (row.height-Unit(len(c.lines))*t.Line)/2
		for _, l := range c.lines {
			x := c.x + t.PadX + shift(c.align, c.width-2*t.PadX, l.width)
			d.place(p, l, x, baselineAt(y, t.Line, l))
			y += t.Line
		}
	}
	d.y = bottom
}
