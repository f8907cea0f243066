package reports

import (
	"yaohao/reports/typeset"
)

// paper is a document with the parts that our papers share.
type paper struct{ *typeset.Doc }

// Styles of GB/T 9704-2012 §7.3: body 3号仿宋, first-level headings 3号黑体, title 2号小标宋.
var (
	bodyStyle  = typeset.Style{Role: typeset.FangSong, Size: typeset.Size3}
	headStyle  = typeset.Style{Role: typeset.Hei, Size: typeset.Size3}
	titleStyle = typeset.Style{Role: typeset.Title, Size: typeset.Size2}
	tableStyle = typeset.Style{Role: typeset.Song, Size: 10 * typeset.PT}
	noteStyle  = typeset.Style{Role: typeset.Kai, Size: typeset.Size4Small}
	labelStyle = typeset.Style{Role: typeset.Hei, Size: 10 * typeset.PT}
)

func (p paper) document() (*Document, error) {
	pdf, missing, err := p.PDF()
	if err != nil {
		return nil, err
	}
	return &Document{PDF: pdf, Missing: missing}, nil
}

// title sets a centred title and leaves a line below it.
func (p paper) title(text string) {
	p.Paragraph(typeset.Paragraph{Align: typeset.AlignCenter, Line: typeset.MM(11.3),
		Spans: []typeset.Span{{Style: titleStyle, Text: text}}})
	p.Skip(typeset.LinePitch * 3 / 4)
}

// heading sets a first-level heading that does not stand alone at the foot of a page.
func (p paper) heading(text string) {
	p.Need(2 * typeset.LinePitch)
	p.Paragraph(typeset.Text(headStyle, text))
}

// text sets a paragraph of the body.
func (p paper) text(text string) { p.Paragraph(typeset.Text(bodyStyle, text)) }

// labelled sets a paragraph whose first words stand out.
func (p paper) labelled(strong, text string) {
	para := typeset.Text(headStyle, strong)
	para.Spans = append(para.Spans, typeset.Span{Style: bodyStyle, Text: text})
	p.Paragraph(para)
}

// table makes an empty table in the style of our papers.
func (p paper) table(columns []typeset.Column) typeset.Table {
	return typeset.Table{Columns: columns, Style: tableStyle, Line: typeset.MM(4.8),
		PadX: typeset.MM(1), PadY: typeset.MM(1.1)}
}

func textRow(texts ...string) typeset.Row {
	r := typeset.Row{Cells: make([]typeset.Cell, len(texts))}
	for i, t := range texts {
		r.Cells[i].Text = t
	}
	return r
}

// together sets a table on one page if it takes at most half of one.
func (p paper) together(t typeset.Table) {
	if height := p.TableHeight(t); height <= typeset.BlockHeight/2 {
		p.Need(height)
	}
	p.Table(t)
}

// form sets rows of a label and a value, or of two such pairs, across the 版心.
func (p paper) form(rows ...[]string) {
	t := p.table([]typeset.Column{
		{Width: typeset.MM(28), Align: typeset.AlignCenter},
		{Width: typeset.MM(50), Align: typeset.AlignLeft},
		{Width: typeset.MM(28), Align: typeset.AlignCenter},
		{Width: typeset.MM(50), Align: typeset.AlignLeft},
	})
	t.NoHead = true
	for _, texts := range rows {
		var r typeset.Row
		for i, text := range texts {
			cell := typeset.Cell{Text: text}
			if i%2 == 0 {
				cell.Style, cell.Shaded = labelStyle, true
			} else if len(texts) == 2 {
				cell.Span = 3
			}
			r.Cells = append(r.Cells, cell)
		}
		t.Rows = append(t.Rows, r)
	}
	p.Table(t)
}

// signature sets the authority's name and the date where the seal will be put over both
// (GB/T 9704-2012 §7.3.5.1): the date four characters from the right, the name centred over it.
func (p paper) signature(office, date string) {
	right := 4 * typeset.CharPitch
	name := typeset.Paragraph{Align: typeset.AlignRight, Pitch: typeset.CharPitch,
		Spans: []typeset.Span{{Style: bodyStyle, Text: office}}}
	day := name
	day.Spans = []typeset.Span{{Style: bodyStyle, Text: date}}
	nameWidth, dayWidth := p.Width(name), p.Width(day)
	// A name much wider than the date would run into the right edge: then it stands there and
	// the date is centred under it.
	over := max(0, (nameWidth-dayWidth)/2)
	name.Right = max(0, right-over)
	day.Right = name.Right + (min(nameWidth, typeset.BlockWidth)-dayWidth)/2
	if nameWidth < dayWidth {
		name.Right, day.Right = right+(dayWidth-nameWidth)/2, right
	}
	p.Paragraph(name)
	p.Paragraph(day)
}

// attachmentHead sets 附件 at the top left and the attachment's title centred below it.
func (p paper) attachmentHead(mark, title string) {
	p.Paragraph(typeset.Paragraph{Align: typeset.AlignLeft, Pitch: typeset.CharPitch,
		Spans: []typeset.Span{{Style: headStyle, Text: mark}}})
	p.Paragraph(typeset.Paragraph{Align: typeset.AlignCenter, Line: typeset.MM(13),
		Spans: []typeset.Span{{Style: titleStyle, Text: title}}})
	p.Skip(typeset.MM(2))
}
