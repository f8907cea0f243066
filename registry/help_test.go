package registry

import (
	"context"
	"strings"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/audittest"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

// now is the time of all tests: 2 November 2026, 9:00.
var now = time.Date(2026, 11, 2, 9, 0, 0, 0, shanghai)

// registrar may import everything.
var registrar = audit.Actor{Person: "P0001", Post: postRegistrar, Unit: "SCJG"}

// newDB gives a database whose log is checked when the test ends.
func newDB(t testing.TB) *pg.DB {
	t.Helper()
	db := pgtest.New(t)
	audittest.CheckLog(t, db)
	return db
}

// request asks for the import of a text.
func request(kind Kind, text string) ImportRequest {
	return ImportRequest{Kind: kind, FileName: string(kind) + ".csv",
		Body: strings.NewReader(text), Actor: registrar, Now: now}
}

// load imports a text that must have no bad rows.
func load(t testing.TB, db *pg.DB, kind Kind, text string) *ImportReport {
	t.Helper()
	r := tryLoad(t, db, request(kind, text))
	if r.Bad != 0 {
		t.Fatalf("import of %s: %d bad rows: %+v", kind, r.Bad, r.Errors)
	}
	return r
}

// tryLoad imports a file whose rows may be bad.
func tryLoad(t testing.TB, db *pg.DB, req ImportRequest) *ImportReport {
	t.Helper()
	r, err := Import(t.Context(), db, req)
	if err != nil {
		t.Fatalf("import of %s: %v", req.Kind, err)
	}
	if r.Rows != r.Inserted+r.Updated+r.Unchanged+r.Bad {
		t.Errorf("counts do not add up: %+v", r)
	}
	return r
}

// count gives the number of rows of a table.
func count(t testing.TB, db *pg.DB, table string) int64 {
	t.Helper()
	var n int64
	if err := db.QueryRow(context.Background(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// code makes the valid 统一社会信用代码 with number n.
func code(n int) string {
	body := []byte("91350100")
	const digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	tail := make([]byte, 9)
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = digits[n%31]
		n /= 31
	}
	body = append(body, tail...)
	c := string(body) + string(checkCharacter(string(body)+"0"))
	if sampling.CheckUSCC(c) != nil {
		panic(c)
	}
	return c
}

// County files of the tests: an office, two departments, items, ratios, inspectors.
const (
	unitsFile = "机构编码,机构名称,机关代字,机构类型,上级机构,行政区划,每组人数,区域规则\n" +
		"SCJG,示例县市场监督管理局,示市监,机关,,350181,2,any\n" +
		"SPJ,食品科,,科室,SCJG,350181,2,any\n" +
		"ZLJ,质量科,,科室,SCJG,350181,2,same6\n"
	itemsFile = "事项编码,抽查事项名称,职权类别,任务类型,事项类别,责任单位,抽查依据,抽查内容,抽查方式," +
		"检查要点,专项库,分层,年度频次上限,冷却月数,候补数\n" +
		"SX-001,食品经营监督检查,行政检查,常规抽查,一般,SPJ,《食品安全法》第一百一十条,," +
		"现场检查,查许可证；查台账,食品经营,class,2,6,3\n" +
		"SX-002,电动自行车质量监督抽查,行政检查,重点产品日常抽查,重点,ZLJ,《产品质量法》第十五条,," +
		"现场检查,,,area6；class,,0,2\n"
	ratiosFile = "事项编码,分类,冷却层,方式,比例下限,比例上限,最少数,生效日期,失效日期\n" +
		"SX-001,A,否,比例,3/100,5/100,,2026-01-01,\n" +
		"SX-001,*,否,比例,10%,,1,2026-01-01,\n" +
		"SX-001,*,是,比例,1%,,,2026-01-01,\n" +
		"SX-002,*,否,分期,0.12,,,2026年1月1日,2026-12-31\n"
	inspectorsFile = "人员编号,姓名,所属机构,行政区划,执法证编号,证件有效期至,可任主办,单次任务上限," +
		"执法事项,在岗,联系电话\n" +
		"P0101,林一,SPJ,350181,Z101,2028-12-31,是,,SX-001；SX-002,是,13800000001\n" +
		"P0102,林二,SPJ,,Z102,2028/12/31,否,5,SX-001,是,\n" +
		"P0103,林三,SPJ,350181,Z103,20260630,否,,SX-001,是,\n" +
		"P0201,林四,ZLJ,350181,Z201,2027年3月1日,是,,SX-002,是,\n" +
		"P0202,林五,ZLJ,350181,Z202,2028-12-31,是,,SX-002,是,\n" +
		"P0203,林六,ZLJ,350181,Z203,2028-12-31,是,,SX-002,否,\n"
)

// smallCounty imports the lists and banks without entities.
func smallCounty(t testing.TB, db *pg.DB) {
	t.Helper()
	load(t, db, KindUnits, unitsFile)
	load(t, db, KindItems, itemsFile)
	load(t, db, KindRatios, ratiosFile)
	load(t, db, KindInspectors, inspectorsFile)
}
