package registry

import (
	"fmt"
	"strings"
	"testing"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

const (
	banksFile = "机构编码,机构名称,机构类型,上级机构,行政区划,席位,门槛,组外比例\n" +
		"ZJK,专家库,专家库,SCJG,350181,4,,\n" +
		"JYJG,检验机构库,检验机构库,SCJG,350181,,,\n"
	expertsFile = "专家编号,专家姓名,所属名录库,聘书编号,聘期至,评审事项,本系统人员\n" +
		"E01,甲,ZJK,聘1,2028-12-31,SX-001,是\n" +
		"E02,乙,ZJK,聘2,2028-12-31,SX-001,是\n" +
		"E03,丙,ZJK,聘3,2028-12-31,SX-001,是\n" +
		"E04,丁,ZJK,聘4,2028-12-31,SX-001,否\n" +
		"E05,戊,ZJK,聘5,2028-12-31,SX-001,否\n" +
		"E06,己,ZJK,聘6,2028-12-31,SX-001,\n"
	labsFile = "检验机构编号,检验机构名称,所属名录库,CMA证书编号,资质认定有效期至,承检事项\n" +
		"L01,甲检验所,JYJG,CMA1,2028-12-31,SX-001；SX-002\n" +
		"L02,乙检测公司,JYJG,CMA2,2028-12-31,SX-001\n"
	givenHeader = "批次,执法机构,检查对象,区划,抽查事项,上级抽取摘要\n"
)

var superior = strings.Repeat("5a", 32)

// banks imports the small county with an expert bank, laboratories and a batch of given tasks.
func banks(t testing.TB, db *pg.DB) {
	t.Helper()
	smallCounty(t, db)
	load(t, db, KindUnits, banksFile)
	load(t, db, KindInspectors, expertsFile)
	load(t, db, KindInspectors, labsFile)
	file, _ := firms()
	load(t, db, KindEntities, firmsHeader+strings.Join(file, "\n"))
	load(t, db, KindGiven, givenHeader+
		"SJ-1,SPJ,"+code(13)+",,SX-001；SX-002,"+superior+"\n"+
		"SJ-1,SPJ,"+code(10)+",350181009,SX-001,"+superior+"\n"+
		"SJ-1,SPJ,R.77,350182,SX-001,"+superior+"\n"+
		"SJ-1,ZLJ,"+code(11)+",,SX-002,"+superior+"\n")
}

// givenSpec staffs given tasks only: the batch by SPJ, a draw's list by experts and laboratories.
func givenSpec() FreezeSpec {
	list := []sampling.TaskLine{
		{Entity: sampling.EntityID(code(16)), Area: "350181", Items: []sampling.ItemID{"SX-001"}},
		{Entity: sampling.EntityID(code(10)), Area: "350181001", Items: []sampling.ItemID{"SX-001"}}}
	return FreezeSpec{Draw: "2026-11-G", Date: "2026-11-02", VisitBy: "2026-11-30",
		Given: []GivenUnit{{Unit: "ZJK", Tasks: list, From: superior},
			{Unit: "SPJ", Batch: "SJ-1"}, {Unit: "JYJG", Tasks: list}}}
}

func TestFreezeGiven(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	banks(t, db)
	frozen := mustFreeze(t, db, givenSpec())
	files := readAll(t, db, "2026-11-G")
	for name, want := range map[string]string{
		"tasks.SPJ.tsv": code(10) + "\t350181009\tSX-001\n" + code(13) + "\t350181\tSX-001,SX-002\n" +
			"R.77\t350182\tSX-001\n",
		"tasks.ZJK.tsv":      code(10) + "\t350181001\tSX-001\n" + code(16) + "\t350181\tSX-001\n",
		"conflicts.JYJG.tsv": "",
		"roster.JYJG.tsv": "L01\t350181\tSX-001,SX-002\t1\t0\t2028-12-31\t0\t-\n" +
			"L02\t350181\tSX-001\t1\t0\t2028-12-31\t0\t-\n",
	} {
		if files[name] != want {
			t.Errorf("%s:\n%swant\n%s", name, files[name], want)
		}
	}
	if roster := files["roster.ZJK.tsv"]; strings.Count(roster, "\t1\t1\t2028") != 4 ||
		strings.Count(roster, "\t1\t0\t2028") != 2 {
		t.Errorf("an expert of whom the file says nothing is an insider:\n%s", roster)
	}
	if len(files) != 9 || len(frozen.Items) != 0 || len(frozen.Units) != 3 {
		t.Fatalf("%d files, %+v", len(files), frozen)
	}
	labs, spj, experts := frozen.Units[0], frozen.Units[1], frozen.Units[2]
	if labs.Kind != sampling.UnitLabs || labs.Seats != 1 || labs.Gate != nil || labs.Pool != nil ||
		labs.From != "" || labs.TasksSHA == "" || labs.TasksSHA != experts.TasksSHA {
		t.Errorf("laboratories: %+v", labs)
	}
	if spj.Kind != sampling.UnitInspectors || spj.From != superior || spj.TasksSHA == "" {
		t.Errorf("department: %+v", spj)
	}
	if experts.Kind != sampling.UnitExperts || experts.Seats != 4 || experts.Gate == nil ||
		experts.Gate.Max != 2 || experts.Pool == nil || *experts.Pool != (sampling.Ratio{Num: 1, Den: 3}) {
		t.Errorf("experts: %+v", experts)
	}
	plan := &sampling.Plan{Draw: "2026-11-G", Hash: "sha256", Prev: sampling.PrevNone,
		Date: "2026-11-02", Units: frozen.Units, Entropy: []sampling.EntropySpec{{
			Name: "dice", Kind: sampling.EntropyPublic, Event: "dice", Bits: 1}}}
	result, err := sampling.Draw(plan, FrozenFS(db, t.Context(), "2026-11-G"),
		[]sampling.EntropyValue{{Name: "dice", Value: "6"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 0, 2} { // SPJ has nobody for SX-002 beside P0101: a shortage
		u := result.Transcript.Staffing[i]
		if len(u.Teams) != want || (u.Shortage != nil) != (want == 0) {
			t.Errorf("unit %s: %d teams, shortage %+v", u.Unit, len(u.Teams), u.Shortage)
		}
	}
}

// TestBatchUsed: a batch that a draw has frozen is closed, in the import and in the database.
func TestBatchUsed(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	banks(t, db)
	mustFreeze(t, db, givenSpec())
	r := tryLoad(t, db, request(KindGiven, givenHeader+
		"SJ-1,ZLJ,"+code(11)+",,SX-002,"+superior+"\n"+ // as it is
		"SJ-1,SPJ,"+code(10)+",350181008,SX-001,"+superior+"\n"+ // another area
		"SJ-1,SPJ,"+code(14)+",,SX-001,"+superior+"\n"+ // a new one
		"SJ-2,SPJ,"+code(14)+",,SX-001,\n"))
	if r.Unchanged != 1 || r.Inserted != 1 || r.Bad != 2 ||
		!strings.Contains(r.Errors[0].Rule, "已用于抽取") || r.Errors[0].Value != "SJ-1" {
		t.Errorf("%+v", r)
	}
	for _, sql := range []string{
		`UPDATE given_task SET area = '350181' WHERE batch = 'SJ-1'`,
		`DELETE FROM given_task WHERE batch = 'SJ-1'`,
		`UPDATE given_task SET batch = 'SJ-1' WHERE batch = 'SJ-2'`,
		`INSERT INTO given_task SELECT batch, unit_id, 'R.5', area, items, from_hash, 1
			FROM given_task WHERE batch = 'SJ-1' LIMIT 1`,
		`UPDATE given_batch SET used = false WHERE id = 'SJ-1'`,
		`DELETE FROM given_batch WHERE id = 'SJ-1'`,
	} {
		if _, err := db.Exec(t.Context(), sql); err == nil {
			t.Errorf("went through: %s", sql)
		}
	}
}

// TestBatchWhileFreezing imports into a batch after a freeze has taken its snapshot: the freeze has
// to start over, or tasks of the batch would be lost.
func TestBatchWhileFreezing(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	banks(t, db)
	late := func() {
		load(t, db, KindGiven, givenHeader+"SJ-1,SPJ,"+code(14)+",,SX-001,"+superior+"\n")
	}
	err := db.InSnapshot(t.Context(), func(q pg.Querier) error {
		if _, err := Items(t.Context(), q); err != nil { // the snapshot begins here
			return err
		}
		late()
		_, err := Freeze(t.Context(), q, givenSpec())
		return err
	})
	if !pg.IsRetryable(err) {
		t.Fatalf("the freeze went on beside the import: %v", err)
	}
	mustFreeze(t, db, givenSpec())
	if text := readAll(t, db, "2026-11-G")["tasks.SPJ.tsv"]; !strings.Contains(text, code(14)) {
		t.Errorf("tasks without the late one:\n%s", text)
	}
}

func TestFreezeBanksRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql  string
		spec func(*FreezeSpec)
		says []string
	}{
		"pool": {sql: `UPDATE inspector SET gated = true WHERE id = 'E05'`,
			says: []string{"ZJK", "在册 6 人", "本系统以外的只有 1 人", "不足 1/3（至少 2 人）"}},
		"gate out of reach": {sql: `UPDATE inspector SET cert_until = '2026-11-29' WHERE id = 'E05'`,
			says: []string{"ZJK", "每组至少要有 2 名本系统以外的人员", "聘书", "只有 1 人"}},
		"families": {sql: `UPDATE inspector SET lead = false WHERE id IN ('E01', 'E04')`,
			says: []string{"ZJK", "E01 两者都是", "E04、E06 各只是其一"}},
		"gate and seats": {sql: `UPDATE unit SET seats = 2 WHERE id = 'ZJK'`,
			says: []string{"ZJK", "门槛 2 不小于每组人数 2"}},
		"one inspector a team": {sql: `UPDATE unit SET seats = 1 WHERE id = 'SPJ'`,
			says: []string{"SPJ", "至少两人"}},
		"expired laboratories": {sql: `UPDATE inspector SET cert_until = '2026-11-29'
			WHERE unit_id = 'JYJG'`, says: []string{"JYJG", "资质认定（CMA）", "只有 0 人"}},
		"no such batch": {spec: func(s *FreezeSpec) { s.Given[1].Batch = "SJ-9" },
			says: []string{"SPJ", "SJ-9"}},
		"a batch of others": {sql: `UPDATE given_task SET unit_id = 'ZLJ' WHERE unit_id = 'SPJ'`,
			says: []string{"SPJ", "SJ-1"}},
		"two superiors": {sql: `UPDATE given_task SET from_hash = '' WHERE entity_id = 'R.77'`,
			says: []string{"SJ-1", "SPJ", "2 个不同的上级抽取摘要"}},
		"a unit twice": {spec: func(s *FreezeSpec) { s.Given[0].Unit = "SPJ" },
			says: []string{"SPJ", "两份"}},
		"items and tasks": {spec: func(s *FreezeSpec) { s.Items = spec().Items },
			says: []string{"SPJ", "SX-001", "分列两个计划"}, sql: `SELECT 1`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			banks(t, db)
			s := givenSpec()
			if c.spec != nil {
				c.spec(&s)
			}
			if _, err := db.Exec(t.Context(), c.sql); c.sql != "" && err != nil {
				t.Fatal(err)
			}
			_, err := freeze(t, db, s)
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("error %v", err)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q is not in: %v", s, err)
				}
			}
			if n := count(t, db, "frozen_file"); n != 0 {
				t.Errorf("%d files are left behind", n)
			}
		})
	}
}

// TestImportGates reads what the cells of 门槛 and 组外比例 mean for each kind of unit.
func TestImportGates(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	for i, c := range []struct{ kind, seats, gate, pool, want string }{
		{"专家库", "3", "", "", "3 2 1/3"}, {"专家库", "", "", "", "3 2 1/3"},
		{"专家库", "4", "1/3", "40%", "4 2 40/100"}, {"专家库", "5", "1/2", "不设", "5 2 -"},
		{"专家库", "7", "3", "0.5", "7 3 5/10"}, {"专家库", "1", "", "", "1 0 1/3"},
		{"专家库", "3", "不设", "", "3 - 1/3"}, {"专家库", "3", "0", "", "3 0 1/3"},
		{"检验机构库", "", "", "", "1 - -"}, {"检验机构库", "2", "1", "1/2", "2 1 1/2"},
		{"科室", "", "", "", "2 - -"}, {"科室", "3", "2", "", "3 2 -"},
		{"专家库", "3", "3", "", "门槛"}, {"专家库", "3", "0/3", "", "门槛"},
		{"专家库", "3", "半数", "", "门槛"}, {"专家库", "0", "", "", "席位"},
		{"专家库", "3", "", "4/3", "组外比例"}, {"科室", "1", "", "", "席位"},
	} {
		id := fmt.Sprintf("U%d", i)
		r := tryLoad(t, db, request(KindUnits, "机构编码,机构名称,机构类型,行政区划,席位,门槛,组外比例\n"+
			id+",某,"+c.kind+",350181,"+c.seats+","+c.gate+","+c.pool+"\n"))
		if r.Bad > 0 {
			if got := r.Errors[0].Column; got != c.want {
				t.Errorf("%+v: error in %s: %+v", c, got, r.Errors)
			}
			continue
		}
		u, err := UnitByID(t.Context(), db, sampling.UnitID(id))
		if err != nil {
			t.Fatal(err)
		}
		gate, pool := "-", "-"
		if u.GateMax != nil {
			gate = fmt.Sprint(*u.GateMax)
		}
		if u.Pool != nil {
			pool = fmt.Sprintf("%d/%d", u.Pool.Num, u.Pool.Den)
		}
		if got := fmt.Sprint(u.Seats, " ", gate, " ", pool); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestGateRule holds the rule of a third outsiders against the formula of draw/1 §7.
func TestGateRule(t *testing.T) {
	t.Parallel()
	for k := int64(1); k <= 99; k++ {
		if got, want := gateOf(k, outsiders), k-(k+2)/3; got != want {
			t.Errorf("k = %d: %d, want %d", k, got, want)
		}
	}
}

// TestFreezeCaps: caps by counter and class are frozen in the order of draw/1 §3 and count.
func TestFreezeCaps(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	load(t, db, KindCaps, "抽查事项,计数口径,信用分类,上限\nSX-001,市县合计,,3\nSX-001,本机关,C,0\n"+
		"SX-001,本机关,未分类,5\nSX-001,本机关,,4\nSX-001,市县合计,A,9\n")
	file, checks := firms()
	load(t, db, KindEntities, firmsHeader+strings.Join(file, "\n"))
	load(t, db, KindChecks, checks)
	item := mustFreeze(t, db, spec()).Items[0]
	if got := fmt.Sprint(item.Frame.Caps); got != "[{0 2 } {0 5 -} {0 0 C} {1 3 } {1 9 A}]" {
		t.Errorf("caps %s", got)
	}
	if item.Excluded.Capped != 2 { // 戊 by the item's own cap, 壬 by that of class C
		t.Errorf("excluded %+v", item.Excluded)
	}
	r := tryLoad(t, db, request(KindCaps, "抽查事项,计数口径,信用分类,上限\nSX-001,全国,,3\n"+
		"SX-009,,,3\nSX-001,,其他,3\nSX-001,,,\nSX-001,,A,-1\nSX-001,,*,2\nSX-001,,D,2\n"))
	if r.Bad != 5 || r.Inserted != 1 || r.Updated != 1 {
		t.Errorf("%+v", r)
	}
}

// TestFreezeWeights: an item with a rule by weight freezes weights, others do not; whether a stratum
// by weight occurs decides.
func TestFreezeWeights(t *testing.T) {
	t.Parallel()
	header := "事项编码,分类,冷却层,方式,比例下限,生效日期,抽样方法\n"
	for name, c := range map[string]struct {
		rules    string
		weighted bool
	}{
		"none":      {"", false},
		"one class": {"SX-001,A,否,比例,50%,2026-11-02,按权重\n", true},
		"no such":   {"SX-001,D,否,比例,50%,2026-11-02,按权重\n", false},
		"tomorrow":  {"SX-001,A,否,比例,50%,2026-11-03,按权重\n", false},
		"everything": {"SX-001,A,否,比例,50%,2026-11-02,按权重\n" +
			"SX-001,*,否,比例,50%,2026-11-02,按权重\nSX-001,*,是,比例,50%,2026-11-02,按权重\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			smallCounty(t, db)
			if c.rules != "" {
				load(t, db, KindRatios, header+c.rules)
			}
			load(t, db, KindEntities, "统一社会信用代码,企业名称,行政区划,信用风险分类,专项库,权重\n"+
				code(1)+",甲,350181,A,食品经营,7\n"+code(2)+",乙,350181,A,食品经营,2147483647\n"+
				code(3)+",丙,350181,C,食品经营,\n")
			frozen := mustFreeze(t, db, spec())
			files := readAll(t, db, "2026-11-M")
			want := code(1) + "\tA\n" + code(2) + "\tA\n" + code(3) + "\tC\n"
			weight := "1"
			if c.weighted {
				want = code(1) + "\tA\t7\n" + code(2) + "\tA\t2147483647\n" + code(3) + "\tC\t1\n"
				weight = "7"
			}
			if files["population.SX-001.tsv"] != want {
				t.Errorf("population:\n%swant\n%s", files["population.SX-001.tsv"], want)
			}
			if !strings.HasPrefix(files["candidates.SX-001.tsv"],
				code(1)+"\t350181\tA\tactive\t0,0\t-\t-\t"+weight+"\n") {
				t.Errorf("candidates:\n%s", files["candidates.SX-001.tsv"])
			}
			if got := frozen.Items[0].Strata[0].Method == sampling.MethodPareto; got != c.weighted {
				t.Errorf("strata %+v", frozen.Items[0].Strata)
			}
		})
	}
}

func TestImportWeightsRefused(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	r := tryLoad(t, db, request(KindEntities, "统一社会信用代码,企业名称,风险权重\n"+code(1)+",甲,0\n"+
		code(2)+",乙,2147483648\n"+code(3)+",丙,1.5\n"))
	if r.Bad != 3 || r.Errors[0].Column != "风险权重" {
		t.Errorf("%+v", r)
	}
	r = tryLoad(t, db, request(KindRatios, "事项编码,分类,方式,比例下限,生效日期,抽样方法\n"+
		"SX-001,A,全查,,2026-11-02,按权重\nSX-001,A,比例,1%,2026-11-02,抓阄\n"))
	if r.Bad != 2 || r.Errors[0].Column != "抽样方法" {
		t.Errorf("%+v", r)
	}
}

func TestImportGivenRefused(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	rows := []badRow{
		{"batch", "sj,SPJ,R.1,350181,SX-001,", "批次", "sj", "编码为", "SJ"},
		{"no unit", "B,XXX,R.1,350181,SX-001,", "执法机构", "XXX", "没有这个机构", ""},
		{"no item", "B,SPJ,R.1,350181,SX-001；SX-009,", "抽查事项", "SX-009", "没有这个抽查事项", ""},
		{"items", "B,SPJ,R.1,350181,,", "抽查事项", "", "不能为空", ""},
		{"area", "B,SPJ,R.1,,SX-001,", "区划", "", "须写明行政区划", ""},
		{"digest", "B,SPJ,R.1,350181,SX-001,5A", "上级抽取摘要", "5A", "64 位", ""},
		{"code", "B,SPJ,9135,350181,SX-001,", "检查对象", "9135", "统一社会信用代码", ""},
	}
	for _, row := range rows {
		r := tryLoad(t, db, request(KindGiven, givenHeader+row.row+"\n"))
		if r.Bad != 1 || r.Errors[0].Column != row.column ||
			!strings.Contains(r.Errors[0].Rule, row.rule) || !strings.Contains(r.Errors[0].Hint, row.hint) {
			t.Errorf("%s: %+v", row.name, r.Errors)
		}
	}
	r := tryLoad(t, db, request(KindGiven, givenHeader+"B,SPJ,R.1,350181,SX-001,\n"))
	if len(r.Warnings) != 2 || !strings.Contains(r.Warnings[0], "没有的 1 户") ||
		!strings.Contains(r.Warnings[1], "B / SPJ") {
		t.Errorf("warnings %v", r.Warnings)
	}
}
