// Package reports makes the papers of a draw from its record: the announcement of results
// 检查结果公告 as PDF, and an inspector's task list 任务清单 as PDF, CSV and iCalendar.
//
// It reads tables and owns none. Every paper is made in two steps: SQL fills a view
// (AnnouncementView, TaskListView), and a pure function renders the view (RenderAnnouncement,
// RenderTaskList, TaskListView.CSV, TaskListView.ICS). The same view gives the same bytes: dates
// in a file are those of the record, never the clock's.
//
// The text on the PDF pages is set by reports/typeset, which loses no character and reports those
// for which no font has a glyph (Document.Missing). The page is that of GB/T 9704-2012; the order
// of the announcement follows the result announcements of the national publicity system
// (国家企业信用信息公示系统): title, head fields, text, 特此公告, signature, date, and the table of
// results as attachment 附件.
//
// Task lists are sealed until the visits: the functions here do not ask who reads. The caller
// checks the right and records the access.
package reports

import (
	"fmt"
	"strings"
	"sync"

	"yaohao/reports/typeset"
)

// Options are the office's own settings for its papers.
type Options struct {
	BaseURL string    // public address of the service, e.g. https://yh.example.gov.cn
	Office  string    // name of the authority 机关 on papers; empty takes it from the units
	Fonts   FontFiles // the office's own fonts; the zero value takes the shipped ones
	Year    int       // of the announcement's number
	Number  int       // 第NNN号 within the year; 0 leaves the number out
}

// FontFiles names TrueType files by role; an empty path takes the shipped font. The fonts usual in
// official papers (仿宋_GB2312, 方正小标宋) are proprietary, so an office brings its own.
type FontFiles struct {
	Song, Title, Hei, Kai, FangSong string
}

// Check reads every named file. A file that is no usable TrueType font (a collection, CFF
// outlines, embedding forbidden) gives a *fault.Error that names it.
func (f FontFiles) Check() error {
	_, err := f.load()
	return err
}

// loaded keeps the fonts of each FontFiles once parsed: fonts do not change while we run.
var loaded sync.Map // FontFiles → *typeset.Fonts

func (f FontFiles) load() (*typeset.Fonts, error) {
	if fonts, ok := loaded.Load(f); ok {
		return fonts.(*typeset.Fonts), nil
	}
	fonts, err := typeset.NewFonts(map[typeset.Role]string{
		typeset.Song: f.Song, typeset.Title: f.Title, typeset.Hei: f.Hei,
		typeset.Kai: f.Kai, typeset.FangSong: f.FangSong,
	})
	if err != nil {
		return nil, err
	}
	loaded.Store(f, fonts)
	return fonts, nil
}

// Document is a finished paper.
type Document struct {
	PDF []byte
	// Missing lists the characters for which no font has a glyph; they stand as 〓 in the PDF. Do
	// not issue such a paper without telling somebody.
	Missing []typeset.Missing
}

// MissingRunes names the missing characters for the log: U+1F600 U+202E.
func (d *Document) MissingRunes() string {
	names := make([]string, len(d.Missing))
	for i, m := range d.Missing {
		names[i] = fmt.Sprintf("%U", m.Rune)
	}
	return strings.Join(names, " ")
}

// DrawURL is the public address of a draw's page, which the QR codes carry.
func DrawURL(base, draw string) string {
	return strings.TrimRight(base, "/") + "/draws/" + draw
}
