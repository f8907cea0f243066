package registry

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// TestImportCutOff ends a file at every byte of its last row. A character cut in two is named as
// that, never as a wrong number of columns, and the row before it comes in.
func TestImportCutOff(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	text := "统一社会信用代码,企业名称,住所,行政区划,专项库\n" + code(1) + ",甲公司,某县,350181,食品\n"
	last := code(2) + ",乙㐀公司,某镇,350181,药品"
	gb := func(s string) string {
		s, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		rule   string
		encode func(string) string
	}{{ruleUTF8, func(s string) string { return s }}, {ruleDamaged, gb}} {
		columns := map[string]int{}
		head, row := c.encode(text), c.encode(last)
		whole := map[int]bool{} // lengths of row at which a character ends
		for i := range last + "\n" {
			whole[len(c.encode(last[:i]))] = true
		}
		for n := len(code(2)); n < len(row); n++ {
			r := tryLoad(t, db, request(KindEntities, head+row[:n]))
			if whole[n] {
				continue
			}
			if r.Bad != 1 || len(r.Errors) != 1 {
				t.Fatalf("%s, cut at %d: %+v", c.rule, n, r)
			}
			e := r.Errors[0]
			columns[e.Column]++
			if e.Line != 3 || e.Rule != c.rule || !strings.Contains(e.Hint, "可能被截断") ||
				!strings.Contains(e.Value, "�") {
				t.Errorf("%s, cut at %d: %+v", c.rule, n, e)
			}
		}
		for _, name := range []string{"企业名称", "住所", "专项库"} {
			if columns[name] == 0 {
				t.Errorf("%s: no error names %s: %v", c.rule, name, columns)
			}
		}
		if len(columns) != 3 {
			t.Errorf("%s: errors name %v", c.rule, columns)
		}
	}
}

// TestImportDamagedAndRagged: what is no character also wins over quotes and over cells too many,
// and a long row of several lines is not taken for damaged where the report shortens it.
func TestImportDamagedAndRagged(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	rows := []badRow{
		{"open quote", code(2) + ",\"甲\xe4\xb8", "", "", ruleUTF8, "截断"},
		{"too many", code(3) + ",甲,b,\xe4", "", "", ruleUTF8, "截断"},
		{"text behind a quote", code(4) + ",\"甲\"\xff", "", "", ruleUTF8, "截断"},
	}
	for _, row := range rows {
		r := tryLoad(t, db, request(KindEntities, "统一社会信用代码,企业名称\n"+row.row))
		checkBadRows(t, r, []badRow{row}, 2)
	}
	for _, x := range []string{"", "x", "xx"} {
		long := code(5) + "," + x + strings.Repeat("甲", 400) + ",\"b\nc\"\n"
		r := tryLoad(t, db, request(KindEntities, "统一社会信用代码,企业名称\n"+long))
		if len(r.Errors) == 0 || r.Errors[0].Rule != ruleRagged(2, 3) {
			t.Errorf("long ragged row: %+v", r.Errors)
		}
	}
}

// TestIsInvisible compares with the set of draw/1, character by character.
func TestIsInvisible(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		err := sampling.CheckLine("x" + string(r) + "x")
		want := err != nil && strings.Contains(err.Error(), fmt.Sprintf("must not contain %U", r))
		if isInvisible(r) != want {
			t.Errorf("%U: %v, want %v", r, !want, want)
		}
		if got := ruleInvisible("甲" + string(r)); (got != "") != want ||
			want && got != fmt.Sprintf("第 2 个字是不可见字符 %U", r) {
			t.Errorf("%U: rule %q", r, got)
		}
	}
}

func TestImportInvisible(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	for _, c := range []struct {
		kind              Kind
		header, row, name string // %s of the row takes the character
	}{
		{KindUnits, "机构编码,机构名称,行政区划", "X1,甲%s科,350181", "机构名称"},
		{KindUnits, "机构编码,机构名称,行政区划,机关代字", "X1,甲科,350181,甲%s", "机关代字"},
		{KindItems, "事项编码,抽查事项名称,任务类型,责任单位,抽查依据", "Y1,甲%s查,常规抽查,SPJ,某法", "抽查事项名称"},
		{KindInspectors, "人员编号,姓名,所属机构,执法证编号,证件有效期至", "Z1,甲%s,SPJ,1,2028-01-01", "姓名"},
		{KindEntities, "统一社会信用代码,企业名称", code(1) + ",甲%s公司", "企业名称"},
		{KindEntities, "统一社会信用代码,企业名称,住所", code(1) + ",甲公司,某%s县", "住所"},
		{KindEntities, "统一社会信用代码,企业名称,法定代表人", code(1) + ",甲公司,林%s一", "法定代表人"},
		{KindEntities, "统一社会信用代码,企业名称,专项库", code(1) + ",甲公司,药品；食%s品", "专项库"},
	} {
		for _, r := range "\x01\x7f\u0085\u00ad\u061c\u180e\u200b\u200f\u2028\u202e\u2066\ufeff\U000e0041" {
			row := fmt.Sprintf(c.row, string(r))
			rep := tryLoad(t, db, request(c.kind, c.header+"\n"+row+"\n"))
			checkBadRows(t, rep, []badRow{{fmt.Sprintf("%s %U", c.name, r), "", c.name, "",
				fmt.Sprintf("不可见字符 %U", r), "删除该字符"}}, 2)
		}
	}
	// At the ends of a cell as well, and what can be seen comes in.
	r := tryLoad(t, db, request(KindEntities, "统一社会信用代码,企业名称\n"+code(1)+",\ufeff甲公司\n"+
		code(2)+",甲公司\u200b\n"+code(3)+",“甲”（Éß）﨑・㐀𠮷😀é公司\n"))
	if r.Bad != 2 || r.Inserted != 1 {
		t.Errorf("at the ends: %+v", r)
	}
}

func TestImportLineEnds(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	for name, text := range map[string]string{
		"CR":        "统一社会信用代码,企业名称\r" + code(1) + ",甲公司\r" + code(2) + ",乙公司\r",
		"quoted":    "\"统一社会信用代码\",\"企业名称\"\r\"" + code(1) + "\",\"甲公司\"\r",
		"long":      "统一社会信用代码,企业名称\r" + strings.Repeat(code(1)+",甲公司\r", 40_000),
		"CR first":  "统一社会信用代码,企业名称\r" + code(1) + ",甲公司\n",
		"CR, no LF": "统一社会信用代码,企业名称\r" + code(1) + ",甲公司",
	} {
		_, err := Import(t.Context(), db, request(KindEntities, text))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "旧 Mac 格式") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := count(t, db, "entity"); n != 0 {
		t.Errorf("%d rows came in", n)
	}
	load(t, db, KindEntities, "统一社会信用代码,企业名称\r\r\n"+code(1)+",甲公司\r\r\n")
	load(t, db, KindEntities, "统一社会信用代码,\"企业\r\n名称\"\r\n"+code(1)+",甲公司\r\n")
}

func TestImportHeaderOnly(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	const header = "统一社会信用代码,企业名称"
	for _, text := range []string{header, header + "\n", header + "\r", header + "\r\n\r\n,\r\n"} {
		r := load(t, db, KindEntities, text)
		if r.Rows != 0 || len(r.Warnings) != 1 || r.Warnings[0] != "文件只有表头，没有数据行" {
			t.Errorf("%q: %+v", text, r)
		}
	}
	if r := load(t, db, KindEntities, header+"\n"+code(1)+",甲公司\n"); len(r.Warnings) != 1 ||
		strings.Contains(r.Warnings[0], "表头") {
		t.Errorf("one row: %+v", r)
	}
}
