package reports

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// runTool runs a program on a PDF; a machine without the program skips the test.
func runTool(t testing.TB, pdf []byte, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (Debian: poppler-utils, zbar-tools)", name)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "PDF", file)
	}
	out, err := exec.Command(path, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// words is the text of a PDF without white space and page numbers.
func words(t testing.TB, pdf []byte) string {
	t.Helper()
	pages := strings.Split(runTool(t, pdf, "pdftotext", "-raw", "-enc", "UTF-8", "PDF", "-"), "\f")
	for i, page := range pages {
		pages[i] = strings.TrimSuffix(solid(page), fmt.Sprintf("—%d—", i+1))
	}
	return strings.Join(pages, "")
}

func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func wantWords(t testing.TB, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, solid(w)) {
			t.Errorf("the paper has no %q", w)
		}
	}
}

// Everything of the view stands on the paper, in the words and places of the field's rules.
func TestAnnouncementSaysEverything(t *testing.T) {
	v := sampleAnnouncement(69)
	doc := mustRender(t, v)
	if len(doc.Missing) > 0 {
		t.Fatalf("missing glyphs: %v", doc.Missing)
	}
	text := words(t, doc.PDF)
	wantWords(t, text, "青山县市场监督管理局2026年度第011号抽查任务检查结果公告", "抽查计划编号"+v.PlanNo,
		"抽查任务编号"+v.TaskNo, "抽查计划名称"+v.PlanName, "抽查任务名称"+v.TaskName, "抽查类型不定向",
		"检查机关食品安全监督管理股、特种设备安全监察股", "抽取编号2026-11-M", "锁定校验值"+hex64, "公共随机源不足",
		"不能排除机关自行操纵的可能", "3.04%", "1840", "本次共检查69户", "特此公告。附件：抽查结果明细表",
		"青山县市场监督管理局2026年11月20日附件抽查结果明细表", "yaohao-verify 2026-11-M", v.URL)
	for _, c := range nationalCategories {
		wantWords(t, text, c.Label)
	}
	at := strings.Index(text, "附件抽查结果明细表")
	for i, r := range v.Results {
		row := solid(fmt.Sprintf("%s%s", r.Code, r.CheckedOn))
		next := strings.Index(text[at:], row)
		if next < 0 {
			t.Fatalf("row %d (%s) is not in its place", i+1, row)
		}
		at += next
	}
	if n := strings.Count(text, "抽查市场主体名称"); n < 3 {
		t.Errorf("%d heads of the table", n)
	}
}

// The table of results is read back rune by rune.
func TestResultNamesAreWhole(t *testing.T) {
	v := sampleAnnouncement(0)
	v.Results = []ResultRow{{Name: "𠮷㐂䶮商行〔分店〕·“老字号”、《甲》——乙……", Code: "X1", CheckedOn: "2026-11-08",
		Categories: []string{"1"}, Note: "逾期公示"}}
	wantWords(t, words(t, mustRender(t, v).PDF), v.Results[0].Name, "逾期公示")
}

// Summary of Huangshan 2015 (黄山): 363 drawn, one firm carries two labels, so the labels sum to
// 364; 18 were listed as abnormal (7 + 1 + 10).
func TestTallyOfHuangshan(t *testing.T) {
	v := AnnouncementView{Classes: nationalCategories}
	add := func(n int, codes ...string) {
		for range n {
			v.Results = append(v.Results, ResultRow{Code: fmt.Sprint(len(v.Results)), Categories: codes})
		}
	}
	add(340, "1")
	add(7, "3")
	add(1, "2", "4") // two labels
	add(9, "4")
	add(1, "6")
	add(5, "9") // deregistered and others: no national code
	tally := v.Tally()
	want := Tally{Entities: 363, Counts: []int64{340, 1, 7, 10, 0, 1, 0, 0, 5}, Labels: 364}
	if fmt.Sprint(tally) != fmt.Sprint(want) {
		t.Errorf("tally %v, want %v", tally, want)
	}
	if n := tally.Counts[1] + tally.Counts[2] + tally.Counts[3]; n != 18 {
		t.Errorf("%d listed, want 18", n)
	}
	text := words(t, mustRender(t, func() AnnouncementView {
		s := sampleAnnouncement(0)
		s.Results = v.Results
		for i := range s.Results {
			s.Results[i].Name, s.Results[i].CheckedOn = "甲", "2026-11-08"
		}
		return s
	}()).PDF)
	wantWords(t, text, "本次共检查363户", "各类结果合计364户次", "合计大于检查户数", "其他（9）", "其他5")
}

// One firm visited by two departments is one firm, and its label counts once.
func TestTallyCountsEntitiesOnce(t *testing.T) {
	v := AnnouncementView{Classes: nationalCategories, Results: []ResultRow{
		{Code: "A", Categories: []string{"1"}}, {Code: "A", Categories: []string{"1", "5"}}}}
	if got := v.Tally(); got.Entities != 1 || got.Counts[0] != 1 || got.Labels != 2 {
		t.Errorf("tally %v", got)
	}
}

func TestGradesAreHonest(t *testing.T) {
	public := []EntropyView{{Kind: "beacon", Bits: 64}}
	for _, c := range []struct {
		draw DrawView
		want string
	}{
		{DrawView{Grade: "public", Entropy: public}, "有公共随机源。随机数取自本机关以外公开产生的事件（合计64比特）"},
		{DrawView{Grade: "sealed"}, "没有足够的公共随机源。公共随机源合计0比特，不足60比特"},
		{DrawView{Grade: "sealed"}, "如本机关与其串通，不能排除操纵的可能"},
		{DrawView{Grade: "self"}, "自证，仅由本机关提供随机数，本次抽取不能排除机关自行操纵的可能。公共随机源合计0比特，不足60比特"},
		{DrawView{Grade: "self", Entropy: []EntropyView{{Kind: "public", Bits: 16}}}, "合计16比特，不足60比特"},
		{DrawView{Grade: "?"}, "不能据此认定抽取的公正性"},
	} {
		strong, rest := gradeWords(c.draw)
		if !strings.Contains(strong+rest, c.want) {
			t.Errorf("grade %q: %s", c.draw.Grade, strong+rest)
		}
		v := sampleAnnouncement(3)
		v.Draw.Grade, v.Draw.Entropy = c.draw.Grade, c.draw.Entropy
		wantWords(t, words(t, mustRender(t, v).PDF), "随机性等级："+strong+rest)
	}
}

func TestAnnouncementWithoutResults(t *testing.T) {
	v := sampleAnnouncement(0)
	v.URL, v.Number, v.Draw.Shortages = "", 0, []string{"特种设备安全监察股"}
	v.Items[1].Population, v.Items[1].Drawn = 0, 0
	text := words(t, mustRender(t, v).PDF)
	wantWords(t, text, "2026年度抽查任务检查结果公告", "没有检查结果", "人员缺口：特种设备安全监察股。", "可以申请查阅")
	if strings.Contains(text, "附件") {
		t.Error("an attachment without results")
	}
}

func TestSameRecordSameBytes(t *testing.T) {
	a, b := mustRender(t, sampleAnnouncement(69)), mustRender(t, sampleAnnouncement(69))
	if !bytes.Equal(a.PDF, b.PDF) {
		t.Error("two announcements of one record differ")
	}
	l, err := RenderTaskList(sampleTasks(5), Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := RenderTaskList(sampleTasks(5), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(l.PDF, m.PDF) {
		t.Error("two task lists of one record differ")
	}
}

func TestMissingGlyphIsReported(t *testing.T) {
	v := sampleAnnouncement(2)
	v.Results[0].Name = "青山县\uE123商行"
	doc := mustRender(t, v)
	if len(doc.Missing) != 1 || doc.Missing[0].Rune != '\uE123' || doc.Missing[0].Count != 1 {
		t.Errorf("missing %v", doc.Missing)
	}
	wantWords(t, words(t, doc.PDF), "青山县〓商行")
}

// The QR code on the rendered page leads to the public page of the draw.
func TestAnnouncementQR(t *testing.T) {
	v := sampleAnnouncement(3)
	pdf := mustRender(t, v).PDF
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is not installed (Debian: zbar-tools)")
	}
	dir := t.TempDir()
	runTool(t, pdf, "pdftoppm", "-r", "100", "-png", "PDF", filepath.Join(dir, "p"))
	pages, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", append([]string{"-q", "--raw"}, pages...)...).Output()
	if len(out) == 0 {
		t.Fatalf("zbarimg: %v", err)
	}
	if strings.TrimSpace(string(out)) != v.URL {
		t.Errorf("the code says %q", out)
	}
}

// The signature never stands on a page without text, whatever the length of what is before it.
func TestSignatureIsNotAlone(t *testing.T) {
	for n := range 8 {
		v := sampleAnnouncement(3)
		for range n {
			v.Items = append(v.Items, v.Items[0])
		}
		pages := strings.Split(runTool(t, mustRender(t, v).PDF, "pdftotext", "PDF", "-"), "\f")
		for _, page := range pages {
			if s := solid(page); strings.Contains(s, "特此公告。") && !strings.Contains(s, "核验方法") {
				t.Errorf("%d items: the signature stands alone:\n%s", n, page)
			}
		}
	}
}

func TestBadFontFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "song.ttc")
	if err := os.WriteFile(path, []byte("ttcf0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := FontFiles{Song: path}
	_, err := RenderAnnouncement(sampleAnnouncement(1), Options{Fonts: files})
	for _, err := range []error{err, files.Check()} {
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "字体集合") {
			t.Errorf("%v", err)
		}
	}
	if err := (FontFiles{}).Check(); err != nil {
		t.Error(err)
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{"2026-11-05": "2026年11月5日",
		"2026": "2026", "x-y-z": "x-y-z"} {
		if got := zhDate(sampling.Date(in)); got != want {
			t.Errorf("zhDate(%q) = %q", in, got)
		}
	}
	for _, c := range []struct {
		n, total int64
		want     string
	}{{1, 3, "33.33%"}, {2, 3, "66.67%"}, {0, 5, "0.00%"}, {5, 5, "100.00%"}, {1, 0, "—"},
		{1 << 60, 1 << 61, "50.00%"}} {
		if got := percent(c.n, c.total); got != c.want {
			t.Errorf("percent(%d, %d) = %q", c.n, c.total, got)
		}
	}
	for in, want := range map[string]string{"2026-11": "2026年11月", "2026-11-03": "2026年11月3日"} {
		if got := periodWords(in); got != want {
			t.Errorf("periodWords(%q) = %q", in, got)
		}
	}
}

func BenchmarkAnnouncement10k(b *testing.B) {
	v := sampleAnnouncement(10000)
	for b.Loop() {
		b.ReportMetric(float64(len(mustRender(b, v).PDF)), "bytes")
	}
}
