package typeset

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func sampleTable(rows int) Table {
	t := Table{Style: small, Line: MM(5), PadX: MM(1), PadY: MM(1), Columns: []Column{
		{"序号", MM(14), AlignCenter}, {"抽查市场主体名称", MM(70), AlignLeft},
		{"统一社会信用代码", MM(42), AlignCenter}, {"检查结果", MM(30), AlignLeft}}}
	for i := range rows {
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: fmt.Sprint(i + 1)},
			{Text: fmt.Sprintf("青山县东门镇老街口第%d粮油食品商行（个体工商户）", i)}, {Text: "91350100M000100Y43"},
			{Text: "未发现问题"}}})
	}
	return t
}

// A long table has its head on every page and every row once.
func TestTableHeadIsRepeated(t *testing.T) {
	d := newDoc(t)
	d.Paragraph(Text(body, "前言"))
	d.Table(sampleTable(200))
	d.Paragraph(Text(body, "后记"))
	text := textOf(t, finish(t, d))
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	if len(pages) != len(d.pages) || len(pages) < 5 {
		t.Fatalf("%d pages of text, %d pages", len(pages), len(d.pages))
	}
	for i, page := range pages {
		if n := strings.Count(page, "抽查市场主体名称"); n != 1 {
			t.Errorf("page %d has %d heads", i+1, n)
		}
	}
	for i := range 200 {
		if n := strings.Count(solid(text), fmt.Sprintf("第%d粮油", i)); n != 1 {
			t.Errorf("row %d stands %d times", i, n)
		}
	}
}

// Nothing is drawn below or above the 版心.
func TestTableStaysInTheBlock(t *testing.T) {
	d := newDoc(t)
	table := sampleTable(100)
	table.Rows[30].Cells[3].Text = strings.Repeat("通过登记的住所（经营场所）无法联系；", 120)
	table.Rows[31].Min = MM(20)
	d.Skip(MM(30))
	d.Table(table)
	for i, p := range d.pages {
		for _, r := range p.rules {
			if r.y1 < BlockTop || r.y2 > BlockTop+BlockHeight {
				t.Fatalf("page %d: a rule from %d to %d", i+1, r.y1, r.y2)
			}
		}
		for _, r := range p.texts {
			if r.y < BlockTop || r.y > BlockTop+BlockHeight {
				t.Fatalf("page %d: text at %d", i+1, r.y)
			}
		}
	}
	if len(d.pages) < 8 {
		t.Fatalf("%d pages", len(d.pages))
	}
}

func TestSpannedCells(t *testing.T) {
	d := newDoc(t)
	table := sampleTable(0)
	table.NoHead = true
	table.Rows = []Row{{Cells: []Cell{{Text: "甲", Shaded: true}, {Text: "乙", Span: 3}}}}
	if h := d.TableHeight(table); h != MM(5)+2*MM(1) {
		t.Errorf("height %d", h)
	}
	d.Table(table)
	var right Unit
	for _, r := range d.page().rules {
		right = max(right, r.x2)
	}
	if right != BlockLeft+MM(14)+MM(70)+MM(42)+MM(30) {
		t.Errorf("right edge at %d", right)
	}
	table.Rows[0].Cells[1].Span = 4
	defer func() {
		if recover() == nil {
			t.Error("a row with too many cells was taken")
		}
	}()
	d.Table(table)
}

// Page numbers: "— 1 —", odd pages right, even pages left, 7 mm below the 版心.
func TestPageNumbers(t *testing.T) {
	d := newDoc(t)
	d.meta.PageNumbers = true
	d.NewPage()
	d.NewPage()
	pdf := finish(t, d)
	if got := solid(textOf(t, pdf)); got != "—1——2——3—" {
		t.Fatalf("numbers %q", got)
	}
	boxes := runTool(t, pdf, "pdftotext", "-bbox", "PDF", "-")
	word := regexp.MustCompile(`xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)"[^>]*>[^<]*(\d)`)
	found := word.FindAllStringSubmatch(boxes, -1)
	if len(found) != 3 {
		t.Fatalf("%d numbers in %s", len(found), boxes)
	}
	for i, m := range found {
		left, _ := strconv.ParseFloat(m[1], 64)
		top, _ := strconv.ParseFloat(m[2], 64)
		if odd := i%2 == 0; odd != (left > PageWidth.Points()/2) {
			t.Errorf("page %d: number at %.1f", i+1, left)
		}
		if block := (BlockTop + BlockHeight).Points(); top < block || top > block+MM(10).Points() {
			t.Errorf("page %d: number %.1f pt from the top", i+1, top)
		}
	}
}

// The QR code is read from the rendered page by another program.
func TestQRIsReadable(t *testing.T) {
	const url = "https://yh.qingshan.example.gov.cn/draws/2026-11-M"
	d := newDoc(t)
	d.QR(url, MM(100), d.Y(), MM(30))
	d.Paragraph(Text(body, "扫描二维码核验"))
	pdf := finish(t, d)
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is not installed (Debian: zbar-tools)")
	}
	out := filepath.Join(t.TempDir(), "page")
	runTool(t, pdf, "pdftoppm", "-r", "110", "-png", "-singlefile", "PDF", out)
	got, err := exec.Command("zbarimg", "-q", "--raw", out+".png").Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	if strings.TrimSpace(string(got)) != url {
		t.Errorf("read %q", got)
	}
	if !strings.Contains(string(pdf), "/URI ("+url+")") {
		t.Error("the code is no link")
	}
}

func TestQRTooLong(t *testing.T) {
	d := newDoc(t)
	d.QR(strings.Repeat("长", 3000), 0, d.Y(), MM(30))
	if _, _, err := d.PDF(); err == nil {
		t.Error("9,000 bytes went into a QR code")
	}
}

// The file tells its title and language, its fonts carry real names, and none is left with
// gofpdf's map.
func TestFile(t *testing.T) {
	d := newDoc(t)
	d.Paragraph(Text(body, "宋𠮷"))
	d.Paragraph(Text(Style{Role: Kai, Size: Size3}, "楷"))
	pdf := finish(t, d)
	info := runTool(t, pdf, "pdfinfo", "PDF")
	for _, want := range []string{"测试", "Pages:           1", "A4"} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo has no %q:\n%s", want, info)
		}
	}
	list := runTool(t, pdf, "pdffonts", "PDF")
	for _, want := range []string{"YAOHAA+NotoSerifSC-Regular", "YAOHAD+LXGWWenKai-Regular"} {
		if !strings.Contains(list, want) {
			t.Errorf("pdffonts has no %q:\n%s", want, list)
		}
	}
	if strings.Contains(string(pdf), "utf8face") || !strings.Contains(string(pdf), "/Lang (zh-CN)") {
		t.Error("the file was not put right")
	}
}

func TestRewriteRefusesOtherFiles(t *testing.T) {
	for _, s := range []string{"", "startxref\n", "startxref\n5\n", "xref\n0 1\nstartxref\n0\n",
		"xref\n0 2\n0000000000 65535 f \n0000000099 00000 n \nstartxref\n0\n"} {
		if _, err := rewrite([]byte(s), nil); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
	d := newDoc(t)
	d.Paragraph(Text(body, "甲"))
	if _, err := rewrite(finish(t, d), []facePatch{{index: 9}}); err == nil {
		t.Error("a patch for a font that is not there was taken")
	}
}

func TestBaseFontNames(t *testing.T) {
	for in, want := range map[string]string{
		"NotoSerifSC-Regular": "YAOHAA+NotoSerifSC-Regular", "/usr/share/方正 (GBK)小标宋.ttf": "YAOHAA+GBK",
		`C:\fonts\simfang.ttf`: "YAOHAA+simfang"} {
		if got := baseFont(0, in); got != want {
			t.Errorf("baseFont(%q) = %q", in, got)
		}
	}
}

func BenchmarkTable10k(b *testing.B) {
	fonts := shipped(b)
	table := sampleTable(10000)
	b.ReportAllocs()
	for b.Loop() {
		d := NewDoc(fonts, Meta{PageNumbers: true})
		d.Table(table)
		pdf, _, err := d.PDF()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(pdf)), "bytes")
		b.ReportMetric(peakMB(b), "MB-peak-RSS")
	}
}

// peakMB is the peak resident memory of this process.
func peakMB(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kb, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// Many documents are set at once with one Fonts value.
func TestFontsAreShared(t *testing.T) {
	fonts := shipped(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			d := NewDoc(fonts, Meta{PageNumbers: true})
			for role := range roles {
				d.Paragraph(Text(Style{Role: role, Size: Size3}, "一单两库 𠮷 123"))
			}
			if _, missing, err := d.PDF(); err != nil || len(missing) > 0 {
				t.Errorf("%v %v", missing, err)
			}
		})
	}
	wg.Wait()
}
