package reports

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTaskListSaysEverything(t *testing.T) {
	v := sampleTasks(7)
	doc, err := RenderTaskList(v, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Missing) > 0 {
		t.Fatalf("missing glyphs: %v", doc.Missing)
	}
	text := words(t, doc.PDF)
	wantWords(t, text, "青山县市场监督管理局随机抽查任务清单", sealedNotice, sealedRule, "抽取编号2026-11-M任务数7户",
		"随机性等级自证（公共随机源合计16比特，不足60比特）",
		"执法检查人员欧阳𠮷（QS-0017）", "派发日期2026年11月5日", "检查截止日期2026年11月30日", "主办：欧阳𠮷协办：李晓梅")
	for i, task := range v.Tasks {
		wantWords(t, text, fmt.Sprintf("%d．%s", i+1, task.Name), task.Code, task.ID, task.Address)
		for _, it := range task.Items {
			wantWords(t, text, it.Name)
			for k, point := range it.Points {
				wantWords(t, text, fmt.Sprintf("（%d）%s", k+1, point))
			}
		}
	}
	if n := strings.Count(text, "检查对象签名"); n != 7 {
		t.Errorf("%d places to sign", n)
	}
}

// A visit with more points than a page holds goes over pages and loses nothing.
func TestTaskListWithALongCard(t *testing.T) {
	v := sampleTasks(1)
	for i := range 150 {
		v.Tasks[0].Items[0].Points = append(v.Tasks[0].Items[0].Points, fmt.Sprintf("第%d项要点，检查记录是否完整", i))
	}
	doc, err := RenderTaskList(v, Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := words(t, doc.PDF)
	for i := range 150 {
		wantWords(t, text, fmt.Sprintf("第%d项要点，检查记录是否完整", i))
	}
}

func TestEmptyTaskList(t *testing.T) {
	doc, err := RenderTaskList(sampleTasks(0), Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantWords(t, words(t, doc.PDF), "没有派发给您的检查任务")
}

// A spreadsheet reads the table back, and no cell of it is a formula.
func TestCSV(t *testing.T) {
	v := sampleTasks(3)
	v.Tasks[0].Name = `=HYPERLINK("http://evil","点击")`
	v.Tasks[1].Name, v.Tasks[1].Address = "-1+1", "@SUM(1)"
	v.Tasks[2].Name, v.Tasks[2].Address = "甲，\"乙\"\n丙", "\t=1"
	data, err := v.CSV()
	if err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(string(data), "\uFEFF")
	if !ok {
		t.Error("no BOM")
	}
	if strings.Count(text, "\r\n") < 4 || !strings.HasSuffix(text, "\r\n") {
		t.Error("lines do not end in CRLF")
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 4 {
		t.Fatalf("%d lines", len(records))
	}
	for i, want := range []string{`'=HYPERLINK("http://evil","点击")`, "'-1+1", "甲，\"乙\"\n丙"} {
		if got := records[i+1][3]; got != want {
			t.Errorf("line %d: %q, want %q", i+1, got, want)
		}
	}
	for i, want := range []string{v.Tasks[0].Address, "'@SUM(1)", "'\t=1"} {
		if got := records[i+1][5]; got != want {
			t.Errorf("line %d: %q, want %q", i+1, got, want)
		}
	}
	if records[1][8] != "欧阳𠮷" || records[1][9] != "李晓梅" || records[1][10] != "2026-11-30" {
		t.Errorf("line 1: %q", records[1])
	}
}

func TestFormulaSafe(t *testing.T) {
	for in, want := range map[string]string{"": "", "甲": "甲", "=1": "'=1", "+1": "'+1", "-": "'-",
		"@a":  "'@a",
		"\t1": "'\t1", "\r1": "'\r1", "＝1": "'＝1", "1=1": "1=1", "'=1": "'=1"} {
		if got := formulaSafe(in); got != want {
			t.Errorf("formulaSafe(%q) = %q", in, got)
		}
	}
}

// parseICS undoes folding and escaping (RFC 5545 §3.1, §3.3.11): a list of name, value.
func parseICS(t testing.TB, data []byte) [][2]string {
	t.Helper()
	for _, line := range strings.SplitAfter(string(data), "\r\n") {
		if len(strings.TrimSuffix(line, "\r\n")) > 75 {
			t.Fatalf("a line of %d octets: %q", len(line)-2, line)
		}
		if !utf8.ValidString(line) {
			t.Fatalf("a character is folded: %q", line)
		}
		if strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\r\n") {
			t.Fatalf("a line end inside %q", line)
		}
	}
	var out [][2]string
	text := strings.ReplaceAll(string(data), "\r\n ", "")
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("no property: %q", line)
		}
		value = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(value)
		out = append(out, [2]string{name, value})
	}
	return out
}

func TestICS(t *testing.T) {
	v := sampleTasks(2)
	v.Tasks[0].Name = `甲,乙;丙\丁` + strings.Repeat("很长的名称", 30)
	v.Tasks[0].Address = "一行\r\nBEGIN:VEVENT\x07"
	data, err := v.ICS()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]string{}
	for _, p := range parseICS(t, data) {
		values[p[0]] = append(values[p[0]], p[1])
	}
	for name, want := range map[string][]string{
		"BEGIN": {"VCALENDAR", "VEVENT", "VEVENT"}, "END": {"VEVENT", "VEVENT", "VCALENDAR"},
		"VERSION":            {"2.0"},
		"UID":                {"2026-11-M.SPJ.0001@yaohao", "2026-11-M.SPJ.0002@yaohao"},
		"DTSTAMP":            {"20261105T013000Z", "20261105T013000Z"},
		"DTSTART;VALUE=DATE": {"20261130", "20261130"},
		"DTEND;VALUE=DATE":   {"20261201", "20261201"}, "CLASS": {"CONFIDENTIAL", "CONFIDENTIAL"},
		"SUMMARY":  {"检查截止：" + v.Tasks[0].Name, "检查截止：" + v.Tasks[1].Name},
		"LOCATION": {"一行\nBEGIN:VEVENT ", v.Tasks[1].Address},
	} {
		if fmt.Sprint(values[name]) != fmt.Sprint(want) {
			t.Errorf("%s: %q, want %q", name, values[name], want)
		}
	}
	if d := values["DESCRIPTION"][1]; !strings.Contains(d, sealedNotice) ||
		!strings.Contains(d, "公示信息检查") {
		t.Errorf("description %q", d)
	}
	v.At = v.At.In(time.UTC)
	if again, err := v.ICS(); err != nil || string(again) != string(data) {
		t.Error("the same instant in another zone gives other bytes")
	}
	v.Tasks[0].VisitBy = "soon"
	if _, err := v.ICS(); err == nil {
		t.Error("a date that is none was taken")
	}
}

// Whatever a name holds, the file stays well-formed and the name comes back.
func FuzzICS(f *testing.F) {
	f.Add("青山县,食品;厂\\\n二行")
	f.Add(strings.Repeat("𠮷", 40))
	f.Add("\x00\r\xff:")
	f.Fuzz(func(t *testing.T, name string) {
		v := sampleTasks(1)
		v.Tasks[0].Name = name
		data, err := v.ICS()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(parseICS(t, data)); n != 18 {
			t.Fatalf("%d properties", n)
		}
	})
}
