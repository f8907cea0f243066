package typeset

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/jung-kurt/gofpdf"
)

// PDF gives the finished document and the characters that no font had. The document is spent
// afterwards. Whatever goes wrong inside gofpdf is an error, never a panic.
func (d *Doc) PDF() (pdf []byte, missing []Missing, err error) {
	defer func() {
		if r := recover(); r != nil {
			pdf, missing, err = nil, nil, fmt.Errorf("typeset PDF: %v", r)
		}
	}()
	if d.meta.PageNumbers {
		d.pageNumbers()
	}
	if d.err != nil {
		return nil, nil, d.err
	}
	e := emitter{f: gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "pt", Size: gofpdf.SizeType{
		Wd: PageWidth.Points(), Ht: PageHeight.Points()}})}
	e.setUp(d.meta)
	if err := e.addFonts(d); err != nil {
		return nil, nil, err
	}
	for _, p := range d.pages {
		e.page(p)
	}
	var out bytes.Buffer
	if err := e.f.Output(&out); err != nil {
		return nil, nil, fmt.Errorf("gofpdf: %w", err)
	}
	pdf, err = rewrite(out.Bytes(), d.patches())
	return pdf, d.Missing(), err
}

// emitter writes pages to gofpdf and keeps what it has set, to set it only when it changes.
type emitter struct {
	f     *gofpdf.Fpdf
	face  int
	size  Unit
	space Unit
	color RGB
}

func (e *emitter) setUp(m Meta) {
	e.f.SetCatalogSort(true)
	e.f.SetCompression(false) // rewrite compresses, with one compressor for all pages
	e.f.SetAutoPageBreak(false, 0)
	e.f.SetMargins(0, 0, 0)
	e.f.SetCreationDate(m.Date)
	e.f.SetModificationDate(m.Date)
	e.f.SetTitle(m.Title, true)
	e.f.SetAuthor(m.Author, true)
	e.f.SetSubject(m.Subject, true)
	e.f.SetCreator("摇号 yaohao", true)
	e.f.SetProducer("yaohao", true)
}

// family is the name under which gofpdf knows a face; it appears in the file as /utf8faceN.
func family(index int) string { return fmt.Sprintf("face%d", index) }

func (e *emitter) addFonts(d *Doc) error {
	for i, u := range d.used {
		if u == nil {
			continue
		}
		font, err := d.fonts.faces[i].load()
		if err != nil {
			return err
		}
		data, err := font.subset(u.gids)
		if err != nil {
			return err
		}
		e.f.AddUTF8FontFromBytes(family(i), "", data)
	}
	return e.f.Error()
}

func (e *emitter) page(p *page) {
	e.f.AddPage()
	e.face, e.size, e.space = -1, 0, 0
	for _, r := range p.fills {
		e.f.SetFillColor(int(r.color.R), int(r.color.G), int(r.color.B))
		e.f.Rect(r.x.Points(), r.y.Points(), r.w.Points(), r.h.Points(), "F")
	}
	for _, r := range p.rules {
		e.f.SetDrawColor(int(r.color.R), int(r.color.G), int(r.color.B))
		e.f.SetLineWidth(r.width.Points())
		e.f.Line(r.x1.Points(), r.y1.Points(), r.x2.Points(), r.y2.Points())
	}
	for _, m := range p.qrs {
		e.qr(m)
	}
	for _, t := range p.texts {
		e.run(t)
	}
	for _, l := range p.links {
		if strings.HasPrefix(l.url, "http://") || strings.HasPrefix(l.url, "https://") {
			e.f.LinkString(l.x.Points(), l.y.Points(), l.w.Points(), l.h.Points(), l.url)
		}
	}
}

func (e *emitter) run(t run) {
	if e.face != t.face || e.size != t.size {
		e.f.SetFont(family(t.face), "", t.size.Points())
		e.face, e.size = t.face, t.size
	}
	if e.space != t.space {
		e.f.RawWriteStr(fmt.Sprintf("%.3f Tc", t.space.Points()))
		e.space = t.space
	}
	if e.color != t.color {
		e.f.SetTextColor(int(t.color.R), int(t.color.G), int(t.color.B))
		e.color = t.color
	}
	var s strings.Builder
	for _, c := range t.codes {
		s.WriteRune(rune(c))
	}
	e.f.Text(t.x.Points(), t.y.Points(), s.String())
}

// qr fills all black modules as one path, so that no seams show between them.
func (e *emitter) qr(m qrMark) {
	var path strings.Builder
	side := m.module.Points()
	for i, row := range m.rows {
		bottom := PageHeight.Points() - (m.y + Unit(i+1)*m.module).Points()
		for j := 0; j < len(row); j++ {
			if !row[j] {
				continue
			}
			first := j
			for j < len(row) && row[j] {
				j++
			}
			fmt.Fprintf(&path, "%.3f %.3f %.3f %.3f re\n", (m.x + Unit(first)*m.module).Points(),
				bottom, (Unit(j-first) * m.module).Points(), side)
		}
	}
	e.f.SetFillColor(0, 0, 0)
	e.f.RawWriteStr(path.String() + "f")
}
