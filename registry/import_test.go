package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// tables are all that an import may write.
var tables = []string{"unit", "item", "item_ratio", "entity", "entity_check", "inspector", "conflict",
	"import_run", "import_error", "log_leaf"}

func TestImportTwiceIsUnchanged(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	load(t, db, KindEntities, entitiesText(20))
	load(t, db, KindConflicts, "人员编号,统一社会信用代码,回避原因,有效至\nP0101,"+code(3)+",近亲属,\n")
	load(t, db, KindChecks, "统一社会信用代码,检查日期,检查层级\n"+code(3)+",2026-03-01,本机关\n")
	for _, again := range []struct {
		kind Kind
		text string
	}{{KindUnits, unitsFile}, {KindItems, itemsFile}, {KindRatios, ratiosFile},
		{KindInspectors, inspectorsFile}, {KindEntities, entitiesText(20)},
		{KindConflicts, "人员编号,统一社会信用代码,回避原因,有效至\nP0101," + code(3) + ",kin,\n"},
		{KindChecks, "统一社会信用代码,检查日期,检查层级\n" + code(3) + ",2026/3/1,own\n"}} {
		r := load(t, db, again.kind, again.text)
		if r.Unchanged != r.Rows || r.Rows == 0 {
			t.Errorf("second import of %s: %+v", again.kind, r)
		}
	}
	var old, all int64
	err := db.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE import_id = 5), count(*)
		FROM entity`).Scan(&old, &all)
	if err != nil || old != all || all != 20 {
		t.Errorf("%d of %d entities still as import 5 wrote them: %v", old, all, err)
	}
}

// entitiesText is an entities file of n rows with the codes 0…n−1.
func entitiesText(n int) string {
	var b strings.Builder
	b.WriteString("统一社会信用代码,企业名称,行政区划,信用风险分类,专项库\n")
	for i := range n {
		fmt.Fprintf(&b, "%s,示例%d公司,350181,%c,食品经营\n", code(i), i, "ABCD"[i%4])
	}
	return b.String()
}

func TestImportUpdates(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	load(t, db, KindEntities, "统一代码,主体名称,行政区划,法人代表,经营范围,注册资金\n"+
		code(1)+",甲公司,350181,赵某,食品,100\n"+code(2)+",乙公司,350181,钱某,药品,\n")
	// The second file has other columns: what it does not name stays, what it empties goes.
	r := load(t, db, KindEntities, "社会信用代码,名称,信用风险分类,经营范围\n"+
		code(1)+",甲公司,B,\n"+code(2)+",乙公司,,药品\n"+code(3)+",丙公司,,\n")
	if r.Updated != 1 || r.Unchanged != 1 || r.Inserted != 1 {
		t.Errorf("report %+v", r)
	}
	e, err := EntityByID(t.Context(), db, sampling.EntityID(code(1)))
	if err != nil {
		t.Fatal(err)
	}
	if e.Class != "B" || e.LegalRep != "赵某" || e.Area != "350181" || e.Import != 2 ||
		len(e.Extra) != 1 || e.Extra["注册资金"] != "100" {
		t.Errorf("entity %+v", e)
	}
	if e, err = EntityByID(t.Context(), db, sampling.EntityID(code(2))); err != nil ||
		e.Import != 1 || e.Extra["经营范围"] != "药品" {
		t.Errorf("unchanged entity %+v %v", e, err)
	}
}

// TestImportEntityColumns reads one row with everything that a public export has.
func TestImportEntityColumns(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	text := "企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,注册地址," +
		"经营状态,信用风险分类,,\r\n" +
		"\"示例,贸易\"\"大\"\"公司\"," + code(7) + ",2009/5/20,有限责任公司,N/A,N/A," +
		"\"食品,酒\n类\",福建省,\"某县,一号\",存续（在营、开业、在册）,c类,x,\r\n" +
		"丁公司," + code(8) + ",不详,,,,,,,吊销，未注销,,,\r\n"
	r := load(t, db, KindEntities, text)
	if want := []string{"注册资金", "经营范围", "所在省份"}; !slices.Equal(r.Unknown, want) {
		t.Errorf("unknown %q, want %q", r.Unknown, want)
	}
	if len(r.Warnings) != 2 || !strings.Contains(r.Warnings[0], "成立日期") ||
		!strings.Contains(r.Warnings[1], "没有行政区划的 2 行（首见第 2 行）") {
		t.Errorf("warnings %q", r.Warnings)
	}
	e, err := EntityByID(t.Context(), db, sampling.EntityID(code(7)))
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != `示例,贸易"大"公司` || e.Established != "2009-05-20" || e.LegalRep != "" ||
		e.Kind != "有限责任公司" || e.Address != "某县,一号" || e.Status != "active" ||
		e.Class != "C" || e.Area != "350100" || e.Extra["经营范围"] != "食品,酒\n类" ||
		e.Extra["第12列"] != "x" || len(e.Extra) != 3 {
		t.Errorf("entity %+v", e)
	}
	if e, err = EntityByID(t.Context(), db, sampling.EntityID(code(8))); err != nil ||
		e.Status != "revoked" || e.Extra["注册日期"] != "不详" || e.Class != "-" {
		t.Errorf("entity %+v %v", e, err)
	}
}

// badRow is a row that is refused: the error must name this column and contain these words.
type badRow struct{ name, row, column, value, rule, hint string }

func TestImportBadEntities(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	good := code(1)
	wrong := good[:17] + string("0123456789"[(strings.IndexByte("0123456789", good[17])+1)%10])
	rows := []badRow{
		{"wrong check character", wrong + ",,甲,350181,,", "统一社会信用代码", wrong, "校验位错误",
			"校验位应为 " + good[17:]},
		{"lower case", strings.ToLower(code(40)) + ",,甲,350181,,", "统一社会信用代码", "",
			"不是统一社会信用代码", "规范写法为 " + code(40)},
		{"full width", "９" + good[1:] + ",,甲,350181,,", "统一社会信用代码", "９" + good[1:],
			"不是统一社会信用代码", "规范写法为 " + good},
		{"old number", "350181100012345,,甲,350181,,", "统一社会信用代码", "350181100012345",
			"不是统一社会信用代码", "--old-numbers"},
		{"damaged code", "****,,甲,350181,,", "统一社会信用代码", "****", "不是统一社会信用代码", "18 位"},
		{"no number at all", ",N/A,甲,350181,,", "统一社会信用代码", "", "都为空", "至少填写一个"},
		{"code as 注册号", "," + good + ",甲,350181,,", "注册号", good, "不是注册号", "移到"},
		{"bad 注册号", ",某县第3号,甲,350181,,", "注册号", "某县第3号", "注册号为", ""},
		{"empty name", code(2) + ",, 　,350181,,", "企业名称", "", "不能为空", ""},
		{"name N/A", code(2) + ",,N/A,350181,,", "企业名称", "", "不能为空", ""},
		{"long name", code(2) + ",," + strings.Repeat("甲", 301) + ",350181,,", "企业名称",
			strings.Repeat("甲", 200) + "…", "超过 300 个字", ""},
		{"area", code(2) + ",,甲,35018,,", "行政区划", "35018", "6 至 12 位", ""},
		{"no area", ",A-1,甲,,,", "行政区划", "", "不能为空", ""},
		{"status", code(2) + ",,甲,350181,随便,", "登记状态", "随便", "不认识的登记状态", "存续"},
		{"hold", code(2) + ",,甲,350181,,明年", "暂缓至", "明年", "不是日期", "2026-11-02"},
		{"ragged", code(2) + ",,甲", "", "", "应有 6 列，实有 3 列", "引号"},
		{"damaged character", code(2) + ",,甲�,350181,,", "企业名称", "甲�", ruleDamaged, "重新导出"},
		{"not UTF-8", code(2) + ",,甲\xe4\xb8,350181,,", "企业名称", "甲�", "不是有效的 UTF-8", "重新导出"},
		{"NUL", code(2) + ",,甲\x00,350181,,", "企业名称", "甲�", "NUL", ""},
		{"40 MB", strings.Repeat("x", 40<<20), "", "", ruleTooLong, "换行"},
		{"duplicate", good + ",,乙,350181,,", "统一社会信用代码", good, "与第 2 行重复", "第 2 行"},
	}
	text := "统一社会信用代码,注册号,企业名称,行政区划,登记状态,暂缓至\n" + good + ",,首行,350181,,\n"
	for _, row := range rows {
		text += row.row + "\n"
	}
	text += ",R-9,末行,350181,,\n"
	r := tryLoad(t, db, request(KindEntities, text))
	checkBadRows(t, r, rows, 3)
	if r.Inserted != 2 || count(t, db, "entity") != 2 {
		t.Errorf("good rows: %+v", r)
	}
	if e, err := EntityByID(t.Context(), db, "R.R-9"); err != nil || e.RegNo != "R-9" || e.USCC != "" {
		t.Errorf("row behind the bad ones: %+v %v", e, err)
	}
	stored, err := RowErrors(t.Context(), db, r.ID, Page{Size: 50})
	if err != nil || !slices.Equal(stored.Rows, r.Errors) || stored.Total != int64(len(r.Errors)) {
		t.Errorf("stored errors differ: %v\n%+v", err, stored)
	}
	again, err := ImportByID(t.Context(), db, r.ID)
	if err != nil || again.Bad != r.Bad || !slices.Equal(again.Errors, r.Errors) ||
		again.SHA256 != r.SHA256 || !again.At.Equal(r.At) {
		t.Errorf("stored report differs: %v\n%+v\n%+v", err, again, r)
	}
}

// checkBadRows compares a report with rows that begin at a line; each has exactly one error.
func checkBadRows(t *testing.T, r *ImportReport, rows []badRow, line int64) {
	t.Helper()
	if r.Bad != int64(len(rows)) || len(r.Errors) != len(rows) {
		t.Errorf("%d bad rows, %d errors, want %d", r.Bad, len(r.Errors), len(rows))
	}
	for i, want := range rows {
		if i >= len(r.Errors) {
			break
		}
		e := r.Errors[i]
		if e.Line != line+int64(i) || e.Column != want.column ||
			want.value != "" && e.Value != want.value ||
			!strings.Contains(e.Rule, want.rule) || !strings.Contains(e.Hint, want.hint) {
			t.Errorf("%s: line %d: %+v", want.name, line+int64(i), e)
		}
	}
}

func TestImportBadLists(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	for _, c := range []struct {
		kind   Kind
		header string
		rows   []badRow
	}{
		{KindUnits, "机构编码,机构名称,机构类型,上级机构,行政区划,每组人数", []badRow{
			{"second office", "X1,甲局,机关,,350181,2", "机构类型", "机关", "只能有一个机关", ""},
			{"unknown parent", "X2,甲科,科室,X3,350181,2", "上级机构", "X3", "没有这个上级机构", ""},
			{"parent of that one", "X4,乙科,科室,X2,350181,2", "上级机构", "X2", "没有这个上级机构", ""},
			{"own parent", "X5,丙科,科室,X5,350181,2", "上级机构", "X5", "不能是自己", ""},
			{"one seat", "X6,丁科,科室,,350181,1", "每组人数", "1", "2 至 99", ""},
			{"kind", "X7,戊科,处室,,350181,2", "机构类型", "处室", "机关、科室、所", ""},
			{"lower-case id", "x8,己科,科室,,350181,2", "机构编码", "x8", "大写字母", "X8"}}},
		{KindItems, "事项编码,抽查事项名称,任务类型,责任单位,抽查依据,分层", []badRow{
			{"unknown unit", "Y1,甲,常规抽查,NIX,某法第一条,", "责任单位", "NIX", "没有这个机构", "先导入"},
			{"kind", "Y2,甲,突击抽查,SPJ,某法第一条,", "任务类型", "突击抽查", "常规抽查", ""},
			{"no basis", "Y3,甲,常规抽查,SPJ,,", "抽查依据", "", "不能为空", ""},
			{"invisible in basis", "Y4,甲,常规抽查,SPJ,某\u200b法,", "抽查依据", "某�法", "第 2 个字是不可见字符 U+200B", "删除"},
			{"strata", "Y5,甲,常规抽查,SPJ,某法第一条,class；class", "分层", "", "不同的几个", ""}}},
		{KindRatios, "事项编码,分类,冷却层,方式,比例下限,比例上限,生效日期,失效日期", []badRow{
			{"floor above cap", "SX-001,B,否,比例,5/100,3/100,2026-01-01,", "比例下限", "5/100",
				"比例下限 5/100 高于比例上限 3/100", "依据"},
			{"unknown item", "NIX,B,否,比例,5/100,,2026-01-01,", "事项编码", "NIX", "没有这个抽查事项", ""},
			{"no ratio", "SX-001,B,否,比例,五成,,2026-01-01,", "比例下限", "五成", "不是 0 至 1", "3/100"},
			{"zero cooled", "SX-001,B,是,比例,0,,2026-01-01,", "比例下限", "0", "冷却层", ""},
			{"backwards", "SX-001,B,否,比例,1%,,2026-01-01,2025-12-31", "失效日期", "2025-12-31",
				"早于生效日期", ""},
			{"no date", "SX-001,B,否,比例,1%,,,", "生效日期", "", "不能为空", ""}}},
		{KindInspectors, "人员编号,姓名,所属机构,执法证编号,证件有效期至,执法事项", []badRow{
			{"unknown unit", "Z1,甲,NIX,1,2028-01-01,", "所属机构", "NIX", "没有这个机构", ""},
			{"unknown item", "Z2,甲,SPJ,1,2028-01-01,SX-001；NIX", "执法事项", "NIX", "没有这个抽查事项", ""},
			{"no certificate", "Z3,甲,SPJ,,2028-01-01,", "执法证编号", "", "不能为空", ""},
			{"no end", "Z4,甲,SPJ,1,,", "证件有效期至", "", "不能为空", ""}}},
		{KindConflicts, "人员编号,统一社会信用代码,回避原因", []badRow{
			{"unknown inspector", "NIX," + code(1) + ",持股", "人员编号", "NIX", "没有这名执法检查人员", ""},
			{"reason", "P0101," + code(1) + ",不想去", "回避原因", "不想去", "近亲属", ""},
			{"bad code", "P0101,123,持股", "统一社会信用代码", "123", "不是统一社会信用代码", "18 位"}}},
		{KindChecks, "统一社会信用代码,检查日期,检查层级", []badRow{
			{"future", code(1) + ",2026-11-03,本机关", "检查日期", "2026-11-03", "晚于今天", ""},
			{"level", code(1) + ",2026-11-01,街道", "检查层级", "街道", "本机关、市级", ""}}},
	} {
		text := c.header + "\n"
		for _, row := range c.rows {
			text += row.row + "\n"
		}
		r := tryLoad(t, db, request(c.kind, text))
		t.Run(string(c.kind), func(t *testing.T) { checkBadRows(t, r, c.rows, 2) })
	}
}

func TestImportEncodings(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	text := "企业名称,统一社会信用代码\r\n㐀某食品公司," + code(1) + "\r\n示例公司," + code(2) + "\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	if r := load(t, db, KindEntities, gb); r.Encoding != encodingGB18030 || r.Inserted != 2 {
		t.Errorf("GB18030: %+v", r)
	}
	if r := load(t, db, KindEntities, "\ufeff"+text); r.Encoding != encodingBOM || r.Unchanged != 2 {
		t.Errorf("UTF-8 with BOM: %+v", r)
	}
	// A damaged byte pair in GB18030 costs its row only.
	damaged := strings.Replace(gb, "\xca\xbe\xc0\xfd", "\xca\xbe\xff\xff", 1)
	r := tryLoad(t, db, request(KindEntities, damaged))
	if r.Bad != 1 || r.Unchanged != 1 || r.Errors[0].Line != 3 || r.Errors[0].Rule != ruleDamaged {
		t.Errorf("damaged GB18030: %+v", r)
	}
	// A file that ends in the middle of a character: the last row is bad, the others come in.
	cut := "企业名称,统一社会信用代码,住所\n甲公司," + code(3) + ",某县\n乙公司," + code(4) + ",某县"
	r = tryLoad(t, db, request(KindEntities, cut[:len(cut)-1]))
	if r.Inserted != 1 || r.Bad != 1 || r.Errors[0].Line != 3 || r.Errors[0].Rule != ruleUTF8 ||
		r.Errors[0].Column != "住所" {
		t.Errorf("truncated: %+v", r)
	}
}

func TestImportOldNumbers(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	req := request(KindEntities, "统一社会信用代码,企业名称\n350181100012345,甲公司\n35018110001234X,乙公司\n")
	req.AcceptOldNumbers = true
	r := tryLoad(t, db, req)
	if r.Inserted != 1 || r.Bad != 1 || len(r.Warnings) != 2 {
		t.Errorf("report %+v", r)
	}
	e, err := EntityByID(t.Context(), db, "R.350181100012345")
	if err != nil || e.RegNo != "350181100012345" || e.Area != "350181" || e.USCC != "" {
		t.Errorf("entity %+v %v", e, err)
	}
	r = load(t, db, KindEntities, "统一社会信用代码,注册号,企业名称\n"+code(1)+",350181100012345,甲公司\n")
	if len(r.Warnings) != 2 || !strings.Contains(r.Warnings[0], "1 户既有统一社会信用代码") {
		t.Errorf("a firm that is there twice: %q", r.Warnings)
	}
}

func TestImportRefused(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	broken := errors.New("connection of the upload broke")
	for name, c := range map[string]struct {
		req  ImportRequest
		kind fault.Kind
		says []string
	}{
		"no header": {request(KindEntities, code(1)+",甲公司\n"), fault.Invalid,
			[]string{"entities.csv", "缺少列：企业名称、统一社会信用代码", code(1), "法定代表人"}},
		"wrong file": {request(KindRatios, unitsFile), fault.Invalid,
			[]string{"ratios.csv", "事项编码", "机构名称"}},
		"empty":      {request(KindUnits, ""), fault.Invalid, []string{"units.csv", "是空的"}},
		"damaged":    {request(KindUnits, "机构编码,机构名称\x00\n"), fault.Invalid, []string{"第一行不是列名"}},
		"other kind": {request("firms", "a\n"), fault.Invalid, []string{"firms", "entities"}},
		"wrong post": {ImportRequest{Kind: KindEntities, Body: strings.NewReader("a"),
			Actor: audit.Actor{Person: "P2", Post: "planner"}, Now: now}, fault.Forbidden,
			[]string{"名录管理员"}},
		"broken": {ImportRequest{Kind: KindUnits, FileName: "u.csv", Actor: registrar, Now: now,
			Body: io.MultiReader(strings.NewReader(unitsFile), failing{broken})}, 0, nil},
	} {
		_, err := Import(t.Context(), db, c.req)
		if c.kind == 0 && (!errors.Is(err, broken) || fault.Is(err, fault.Invalid)) ||
			c.kind != 0 && !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
		for _, s := range c.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %q is not in: %v", name, s, err)
			}
		}
	}
	for _, table := range tables {
		if n := count(t, db, table); n != 0 {
			t.Errorf("%d rows of %s are left behind", n, table)
		}
	}
}

// failing is a body that breaks off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestImportDryRun(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	load(t, db, KindEntities, entitiesText(5))
	before := map[string]int64{}
	for _, table := range tables {
		before[table] = count(t, db, table)
	}
	text := entitiesText(8) + code(9) + ",,350181,,\n"
	req := request(KindEntities, strings.Replace(text, "示例1公司", "改名公司", 1))
	req.DryRun = true
	dry := tryLoad(t, db, req)
	for _, table := range tables {
		if n := count(t, db, table); n != before[table] {
			t.Errorf("dry run: %s had %d rows, has %d", table, before[table], n)
		}
	}
	req.DryRun, req.Body = false, strings.NewReader(strings.Replace(text, "示例1公司", "改名公司", 1))
	real := tryLoad(t, db, req)
	if dry.Inserted != 3 || dry.Updated != 1 || dry.Unchanged != 4 || dry.Bad != 1 {
		t.Errorf("dry run: %+v", dry)
	}
	if real.ID == 0 || dry.ID != 0 {
		t.Errorf("ids %d and %d", real.ID, dry.ID)
	}
	dry.ID, dry.DryRun = real.ID, false
	if fmt.Sprintf("%+v", *dry) != fmt.Sprintf("%+v", *real) {
		t.Errorf("reports differ:\n%+v\n%+v", *dry, *real)
	}
}

// TestImportLeaf: the log holds digest and counts, and no names.
func TestImportLeaf(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	r := load(t, db, KindEntities, entitiesText(3))
	leaves, err := auditdb.Leaves(t.Context(), db, auditdb.Filter{Kind: audit.KindImport, Limit: 10})
	if err != nil || len(leaves) != 1 {
		t.Fatal(leaves, err)
	}
	l := leaves[0].Leaf
	if l.Subject != "import/1" || l.Fact("sha256") != r.SHA256 || l.Fact("inserted") != "3" ||
		l.Actor != registrar || strings.Contains(string(l.Marshal()), "公司") {
		t.Errorf("leaf %s", l.Marshal())
	}
}

// TestImportTogether starts imports while one runs: of its kind they are refused at once, of
// another kind they are not; when it has ended they are taken.
func TestImportTogether(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	told := 0
	req := request(KindEntities, entitiesText(50))
	req.Progress = func(int64, int64) {
		told++
		_, err := Import(t.Context(), db, request(KindEntities, entitiesText(50)))
		if !fault.Is(err, fault.Conflict) ||
			err.Error() != "另一个检查对象导入正在进行（等它结束后再导入）" {
			t.Errorf("second import of entities: %v", err)
		}
		load(t, db, KindUnits, unitsFile)
	}
	if r := tryLoad(t, db, req); r.Inserted != 50 || told != 1 {
		t.Errorf("first import, told %d times: %+v", told, r)
	}
	if r := load(t, db, KindEntities, entitiesText(50)); r.Unchanged != 50 {
		t.Errorf("import after it: %+v", r)
	}
	const n = 3
	list, err := Imports(context.Background(), db, Page{Size: 2})
	if err != nil || list.Total != n || len(list.Rows) != 2 || list.Pages() != 2 ||
		list.Rows[0].ID != 3 {
		t.Errorf("imports %+v %v", list, err)
	}
}
