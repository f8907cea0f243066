package registry

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"yaohao/examples/county"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// firmsHeader is the header of firms.
const firmsHeader = "统一社会信用代码,企业名称,行政区划,登记状态,信用风险分类,专项库,暂缓至\n"

// firms are entities of which each shows one rule of draw/1 §3.
func firms() (file []string, checks string) {
	file = []string{
		code(10) + ",甲,350181001,存续,A,食品经营,", // plain
		code(11) + ",乙,350181002,注销,A,食品经营,", // inactive
		code(12) + ",丙,350181,存续,A,食品经营,2026-11-03",
		code(13) + ",丁,350181,存续,A,食品经营,2026-11-02", // held until today: not held
		code(14) + ",戊,350181,存续,B,食品经营,",           // capped
		code(15) + ",己,350181,存续,B,食品经营；计量,",        // cooled
		code(16) + ",庚,350181,存续,,食品经营,",            // unrated
		code(17) + ",辛,350181,存续,D,计量,",             // of another bank
		code(18) + ",壬,350181,存续,C,食品经营,",           // checks that do not count
	}
	checks = "统一社会信用代码,检查日期,检查层级,检查类型,事项编码\n" +
		code(14) + ",2026-02-01,本机关,日常检查,SX-001\n" +
		code(14) + ",2026-02-01,本机关,日常检查,SX-002\n" + // the same visit
		code(14) + ",2026-03-01,本机关,专项检查,\n" +
		code(14) + ",2026-03-01,市级,日常检查,\n" +
		code(15) + ",2026-05-02,上级,日常检查,\n" + // the first day of the cool-down
		code(18) + ",2025-12-31,本机关,日常检查,\n" + // last year
		code(18) + ",2026-01-05,本机关,个案检查,\n" + // exempt
		code(18) + ",2026-01-06,其他,日常检查,\n"
	return file, checks
}

// candidatesWant is what candidates.SX-001.tsv must be for firms.
func candidatesWant() string {
	var b strings.Builder
	for _, l := range []string{
		code(10) + " 350181001 A active 0,0 - - 1",
		code(11) + " 350181002 A cancelled 0,0 - - 1",
		code(12) + " 350181 A active 0,0 - 2026-11-03 1",
		code(13) + " 350181 A active 0,0 - 2026-11-02 1",
		code(14) + " 350181 B active 2,3 2026-03-01 - 1",
		code(15) + " 350181 B active 0,0 2026-05-02 - 1",
		code(16) + " 350181 - active 0,0 - - 1",
		code(18) + " 350181 C active 0,0 2026-01-06 - 1",
	} {
		b.WriteString(strings.ReplaceAll(l, " ", "\t") + "\n")
	}
	return b.String()
}

// spec freezes SX-001 of the small county.
func spec() FreezeSpec {
	return FreezeSpec{Draw: "2026-11-M", Date: "2026-11-02", VisitBy: "2026-11-30",
		Items: []ItemFrame{{Item: "SX-001", Label: "m"}},
		Carry: map[sampling.InspectorID]int64{"P0101": 4}}
}

func mustFreeze(t *testing.T, db *pg.DB, s FreezeSpec) *Frozen {
	t.Helper()
	frozen, err := freeze(t, db, s)
	if err != nil {
		t.Fatal(err)
	}
	return frozen
}

// readAll reads the frozen files of a draw.
func readAll(t *testing.T, db *pg.DB, draw string) map[string]string {
	t.Helper()
	files := map[string]string{}
	fsys := FrozenFS(db, t.Context(), draw)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		files[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFreezeFiles(t *testing.T) {
	t.Parallel()
	file, checks := firms()
	var first map[string]string
	var firstFrozen *Frozen
	for round := range 4 {
		db := newDB(t)
		smallCounty(t, db)
		rows := file
		if round > 0 { // the order of rows must not matter, nor that they came in two files
			rows = append([]string(nil), file...)
			r := rand.New(rand.NewPCG(1, uint64(round)))
			r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			load(t, db, KindEntities, firmsHeader+strings.Join(rows[:round], "\n"))
		}
		load(t, db, KindEntities, firmsHeader+strings.Join(rows, "\n"))
		load(t, db, KindChecks, checks)
		load(t, db, KindConflicts, "人员编号,统一社会信用代码,回避原因,有效至\n"+
			"P0102,"+code(10)+",持股,2026-11-02\nP0101,"+code(11)+",近亲属,\nP0101,"+code(10)+
			",曾任职,2026-11-01\nP0201,"+code(10)+",轮换,\n")
		frozen := mustFreeze(t, db, spec())
		files := readAll(t, db, "2026-11-M")
		if round == 0 {
			first, firstFrozen = files, frozen
			continue
		}
		for name, text := range files {
			if text != first[name] {
				t.Errorf("round %d: %s differs:\n%s\n%s", round, name, text, first[name])
			}
		}
		if !reflect.DeepEqual(frozen, firstFrozen) || len(files) != len(first) {
			t.Errorf("round %d: %+v, first %+v", round, frozen, firstFrozen)
		}
	}
	want := map[string]string{
		"candidates.SX-001.tsv": candidatesWant(),
		"population.SX-001.tsv": code(10) + "\tA\n" + code(13) + "\tA\n" + code(15) + "\tB~\n" +
			code(16) + "\t-\n" + code(18) + "\tC\n",
		"roster.SPJ.tsv": "P0101\t350181\tSX-001,SX-002\t1\t0\t2028-12-31\t4\t-\n" +
			"P0102\t350181\tSX-001\t0\t0\t2028-12-31\t0\t5\n" +
			"P0103\t350181\tSX-001\t0\t0\t2026-06-30\t0\t-\n",
		"conflicts.SPJ.tsv": "P0101\t" + code(11) + "\tkin\nP0102\t" + code(10) + "\tshare\n",
	}
	for name, text := range want {
		if first[name] != text {
			t.Errorf("%s:\n%swant\n%s", name, first[name], text)
		}
	}
	if len(first) != len(want) {
		t.Errorf("%d files", len(first))
	}
}

// TestFreezePlan checks what a plan gets, by drawing from it and verifying the bundle.
func TestFreezePlan(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	for _, kind := range Kinds() {
		text, err := county.Files.ReadFile(string(kind) + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		load(t, db, kind, string(text))
	}
	items, err := Items(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	s := spec()
	s.Items, s.Carry = nil, nil
	for _, item := range items {
		s.Items = append(s.Items, ItemFrame{Item: item.ID, Label: "m", Part: 11, Of: 12})
	}
	frozen := mustFreeze(t, db, s)
	plan := &sampling.Plan{Draw: s.Draw, Hash: "sha256", Prev: sampling.PrevNone, Date: s.Date,
		Items: frozen.Items, Units: frozen.Units, Entropy: []sampling.EntropySpec{{
			Name: "dice", Kind: sampling.EntropyPublic, Event: "dice", Bits: 1}}}
	values := []sampling.EntropyValue{{Name: "dice", Value: "6"}}
	result, err := sampling.Draw(plan, FrozenFS(db, t.Context(), s.Draw), values)
	if err != nil {
		t.Fatal(err)
	}
	bundle := fstest.MapFS{"plan.json": {Data: plan.Marshal()},
		"seed.txt":        {Data: result.SeedText},
		"transcript.json": {Data: result.Transcript.Marshal()}}
	for name, text := range readAll(t, db, s.Draw) {
		bundle[name] = &fstest.MapFile{Data: []byte(text)}
	}
	var out bytes.Buffer
	if report := sampling.Verify(bundle, plan.Commit(), &out); report.ExitCode() != 0 {
		t.Errorf("the bundle does not verify:\n%s", out.String())
	}
	stored, err := FrozenFiles(t.Context(), db, s.Draw)
	if err != nil || fmt.Sprint(stored) != fmt.Sprint(frozen.Files) {
		t.Errorf("files %+v, stored %+v, %v", frozen.Files, stored, err)
	}
}

// TestFreezeSizes reads the sizes of the strata that rules give.
func TestFreezeSizes(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	load(t, db, KindRatios, "事项编码,分类,冷却层,方式,比例下限,比例上限,最少数,生效日期,失效日期\n"+
		"SX-001,A,否,比例,50%,,,2026-11-02,\n"+ // newer than the county's, from today
		"SX-001,A,否,比例,90%,,,2026-11-03,\n"+ // from tomorrow
		"SX-001,B,否,全查,,,,2026-01-01,2026-11-01\n"+ // until yesterday
		"SX-001,C,否,全查,,,,2026-01-01,2026-11-02\n") // until today
	file, checks := firms()
	load(t, db, KindEntities, firmsHeader+strings.Join(file, "\n"))
	load(t, db, KindChecks, checks)
	s := spec()
	s.UnitLabel = "test"
	s.Items = append(s.Items, ItemFrame{Item: "SX-002", Label: "z", Part: 3, Of: 12,
		Base: map[string]int64{"350181/A": 100}, Done: map[string]int64{"350181/A": 2, "350181/B": 1}})
	frozen := mustFreeze(t, db, s)
	food, bikes := frozen.Items[0], frozen.Items[1]
	if f := food.Frame; f.Date != "2026-11-02" || f.CooldownFrom != "2026-05-02" ||
		fmt.Sprint(f.StrataBy, f.Caps) != "[class] [{0 2 }]" {
		t.Errorf("frame %+v", f)
	}
	if food.Excluded != (sampling.Excluded{Inactive: 1, Held: 1, Capped: 1}) || food.N != 5 ||
		food.Unit != "SPJ" || food.Reserve != 3 || food.Basis != "《食品安全法》第一百一十条" {
		t.Errorf("item %+v", food)
	}
	sizes := map[string]string{}
	for _, item := range frozen.Items {
		for _, st := range item.Strata {
			text := fmt.Sprintf("%d %v %v %v", st.N, st.Ratio, st.Pace, st.All)
			if st.Min != nil {
				text += fmt.Sprint(" min ", *st.Min)
			}
			sizes[string(item.ID)+" "+st.ID] = text
		}
	}
	for id, want := range map[string]string{
		"SX-001 A": "2 &{50 100} <nil> false", "SX-001 -": "1 &{10 100} <nil> false min 1",
		"SX-001 B~": "1 &{1 100} <nil> false", "SX-001 C": "1 <nil> <nil> true",
		"SX-002 350181/A": "2 <nil> &{12 100 3 12 100 2} false",
		"SX-002 350181/B": "2 <nil> &{12 100 3 12 3 1} false",
	} {
		if sizes[id] != want {
			t.Errorf("%s: %q, want %q", id, sizes[id], want)
		}
	}
	if u := frozen.Units; len(u) != 2 || u[0].ID != "SPJ" || u[1].ID != "ZLJ" || u[0].Label != "test" ||
		u[1].AreaRule != "same6" || u[0].VisitBy != "2026-11-30" || u[0].Seats != 2 ||
		bikes.Unit != "ZLJ" {
		t.Errorf("units %+v", u)
	}
}

func TestFreezeRefused(t *testing.T) {
	t.Parallel()
	ratios := "事项编码,分类,冷却层,方式,比例下限,比例上限,最少数,生效日期,失效日期\n"
	for name, c := range map[string]struct {
		sql  string // what is changed in the registry
		file string // ratios that are imported
		kind fault.Kind
		says []string
	}{
		"not published": {sql: `UPDATE item SET published = false`, kind: fault.Invalid,
			says: []string{"SX-001", "没有公布"}},
		"no such item": {sql: `DELETE FROM item_ratio; DELETE FROM item`, kind: fault.NotFound,
			says: []string{"SX-001"}},
		"no ratio": {sql: `DELETE FROM item_ratio WHERE NOT cooled`, kind: fault.Invalid,
			says: []string{"SX-001", "分层 -", "没有有效的抽查比例"}},
		"no cooled ratio": {sql: `DELETE FROM item_ratio WHERE cooled`, kind: fault.Invalid,
			says: []string{"SX-001", "B~", "冷却层"}},
		"least number above the cap": {file: ratios + "SX-001,A,否,比例,1%,2/100,2,2026-02-01,\n",
			kind: fault.Invalid, says: []string{"SX-001", "分层 A 共 2 户", "比例下限 1/100、最少数 2",
				"比例上限 2/100", "2026-02-01", "第 7 号导入"}},
		"one inspector": {sql: `UPDATE inspector SET active = false WHERE id <> 'P0101'`,
			kind: fault.Invalid, says: []string{"SPJ", "食品科", "只有 1 人", "需要 2 人"}},
		"expired certificates": {sql: `UPDATE inspector SET cert_until = '2026-11-29'
			WHERE id = 'P0102'`, kind: fault.Invalid, says: []string{"SPJ", "2026-11-30", "只有 1 人"}},
		"no lead": {sql: `UPDATE inspector SET lead = false`, kind: fault.Invalid,
			says: []string{"SPJ", "可任主办"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			smallCounty(t, db)
			file, checks := firms()
			load(t, db, KindEntities, firmsHeader+strings.Join(file, "\n"))
			load(t, db, KindChecks, checks)
			if c.file != "" {
				load(t, db, KindRatios, c.file)
			}
			if _, err := db.Exec(t.Context(), c.sql); err != nil {
				t.Fatal(err)
			}
			_, err := freeze(t, db, spec())
			if !fault.Is(err, c.kind) {
				t.Fatalf("error %v", err)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q is not in: %v", s, err)
				}
			}
			if n := count(t, db, "frozen_file") + count(t, db, "frozen_chunk"); n != 0 {
				t.Errorf("%d rows are left behind", n)
			}
		})
	}
}

func TestFreezeOnce(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	mustFreeze(t, db, spec())
	if _, err := freeze(t, db, spec()); !fault.Is(err, fault.Conflict) {
		t.Errorf("second freeze: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a freeze outside a snapshot went through")
		}
	}()
	other := spec()
	other.Draw = "2026-12-M"
	err := db.InTx(t.Context(), func(q pg.Querier) error {
		_, err := Freeze(t.Context(), q, other)
		return err
	})
	t.Errorf("freeze in READ COMMITTED: %v", err)
}

// TestFreezeSnapshot changes the registry while a freeze runs: nothing of it may show.
func TestFreezeSnapshot(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	file, checks := firms()
	load(t, db, KindEntities, firmsHeader+strings.Join(file, "\n"))
	load(t, db, KindChecks, checks)
	err := db.InSnapshot(t.Context(), func(q pg.Querier) error {
		if _, err := Items(t.Context(), q); err != nil { // the snapshot begins here
			return err
		}
		load(t, db, KindEntities, firmsHeader+code(10)+",甲,350181001,注销,A,食品经营,\n"+
			code(99)+",新,350181001,存续,A,食品经营,\n")
		load(t, db, KindChecks, "统一社会信用代码,检查日期,检查层级\n"+code(10)+",2026-06-01,本机关\n")
		load(t, db, KindInspectors, strings.Replace(inspectorsFile, "2028-12-31", "2029-12-31", 1))
		load(t, db, KindConflicts, "人员编号,统一社会信用代码,回避原因\nP0101,"+code(10)+",持股\n")
		_, err := Freeze(t.Context(), q, spec())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files := readAll(t, db, "2026-11-M")
	if files["candidates.SX-001.tsv"] != candidatesWant() {
		t.Errorf("candidates show a later change:\n%s", files["candidates.SX-001.tsv"])
	}
	if files["conflicts.SPJ.tsv"] != "" || strings.Contains(files["roster.SPJ.tsv"], "2029") {
		t.Errorf("unit files show a later change:\n%q", files)
	}
}

// TestFrozenFS walks files of several pieces through the rules of io/fs.
func TestFrozenFS(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	load(t, db, KindItems, strings.ReplaceAll(itemsFile, "食品经营,class", ",class"))
	importRows(t.Context(), t, db, 30_000)
	frozen := mustFreeze(t, db, spec())
	files := FrozenFS(db, t.Context(), "2026-11-M")
	var names []string
	for _, f := range frozen.Files {
		names = append(names, f.Name)
	}
	if err := fstest.TestFS(files, names...); err != nil {
		t.Error(err)
	}
	if n := count(t, db, "frozen_chunk"); n < 4 {
		t.Errorf("only %d pieces", n)
	}
	if _, err := files.Open("candidates.SX-009.tsv"); !errorsIsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := FrozenFS(db, ctx, "2026-11-M")
	cancel()
	if _, err := fs.ReadFile(gone, names[0]); err == nil || errorsIsNotExist(err) {
		t.Errorf("a read that was given up: %v", err)
	}
}
