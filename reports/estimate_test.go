package reports

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// tail is P(from ≤ X ≤ to) for n drawn out of size of which m have a problem, by its definition.
func tail(size, n, m, from, to int64) *big.Rat {
	sum := new(big.Int)
	for i := from; i <= to; i++ {
		if i <= m && n-i <= size-m {
			a := new(big.Int).Binomial(m, i)
			sum.Add(sum, a.Mul(a, new(big.Int).Binomial(size-m, n-i)))
		}
	}
	return new(big.Rat).SetFrac(sum, new(big.Int).Binomial(size, n))
}

// wantExact checks both ends of an exact interval by their definition at α/2.
func wantExact(t *testing.T, size, n, x, low, high int64, half *big.Rat) {
	t.Helper()
	if tail(size, n, low, x, n).Cmp(half) <= 0 || low > x && tail(size, n, low-1, x, n).Cmp(half) > 0 ||
		tail(size, n, high, 0, x).Cmp(half) <= 0 ||
		high < size-n+x && tail(size, n, high+1, 0, x).Cmp(half) > 0 {
		t.Errorf("%d of %d out of %d: %d to %d is not the exact interval", x, n, size, low, high)
	}
}

// finding is a stratum of an item of the test office.
type finding struct {
	item, stratum                       string
	population, selected                int
	found, unchecked, replaced, missing int
	method                              string // srs if empty
}

// visited fills the database of a published draw with strata whose results say what they say.
func visited(t *testing.T, strata ...finding) pg.Querier {
	t.Helper()
	q := office(t, false)
	var items []string
	for _, f := range strata {
		items = append(items, fmt.Sprintf(`{"item":%q,"strata":[{"id":%q,"method":%q}]}`, f.item,
			f.stratum, cmp.Or(f.method, sampling.MethodSRS)))
	}
	insert(t, q, `INSERT INTO draw (id, plan_id, period, state, due_at, created_at, frozen_at,
			committed_at, cutoff_at, event_at, drawn_at, published_at, visit_by, draft, plan_json,
			commit_hash, prev_hash, seed_txt, seed, grade, transcript, transcript_hash)
		SELECT '2026-12-M', plan_id, '2026-12', 'published', due_at, created_at, frozen_at,
			committed_at, cutoff_at, event_at, drawn_at, $1, visit_by, draft, $2, commit_hash,
			prev_hash, seed_txt, seed, grade, transcript, transcript_hash FROM draw`,
		at(20, 9), []byte(`{"items":[`+strings.Join(items, ",")+`]}`))
	for i, f := range strata {
		insert(t, q, `INSERT INTO draw_stratum VALUES ('2026-12-M', $1, $2, $3, $4, '0')`, f.item,
			f.stratum, f.population, f.selected)
		insert(t, q, `INSERT INTO selection SELECT '2026-12-M', $1, $2, n, n > $3,
			'R.' || $5::int * 100000 + n FROM generate_series(1, $3::int + $4::int) n`,
			f.item, f.stratum, f.selected, f.replaced, i)
		insert(t, q, `INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, visit_by, state,
			version, dispatched_at, completed_on, publish_due, published_at)
			SELECT '2026-12-M.' || entity_id, '2026-12-M', 'SPJ', entity_id, '某店', '2026-12-30',
				CASE WHEN pos <= $3 THEN 'replaced' WHEN pos <= $3 + $4 THEN 'approved'
					ELSE 'published' END,
				(pos > $3)::int, $5, '2026-11-10', '2026-12-08',
				CASE WHEN pos > $3 + $4 THEN $5::timestamptz END
			FROM selection WHERE draw_id = '2026-12-M' AND item_id = $1 AND stratum = $2`,
			f.item, f.stratum, f.replaced, f.missing, at(20, 9))
	}
	insert(t, q, `INSERT INTO task_item SELECT t.id, s.item_id, '名称', '360826' FROM task t
		JOIN selection s ON s.draw_id = t.draw_id AND s.entity_id = t.entity_id
		WHERE t.draw_id = '2026-12-M'`)
	insert(t, q, `INSERT INTO result (task_id, version, entrant, visited_on, categories, sha256, at)
		SELECT id, 1, 'P0003', '2026-11-10', '{1}', $1, $2 FROM task
		WHERE draw_id = '2026-12-M' AND version = 1`, hex64, at(10, 17))
	insert(t, q, `INSERT INTO publication SELECT id, 1, 'P0004', '2026-12-08', false, $1 FROM task
		WHERE draw_id = '2026-12-M' AND state = 'published'`, at(20, 9))
	for _, f := range strata { // the last ones are found, those before them not checked
		insert(t, q, `INSERT INTO result_item (task_id, version, item_id, checked, reason, category)
			SELECT i.task_id, 1, i.item_id, back > $3::int + $4 OR back <= $3,
				CASE WHEN back BETWEEN $3::int + 1 AND $3::int + $4 THEN '查无下落' ELSE '' END,
				CASE WHEN back <= $3 THEN '5' WHEN back <= $3::int + $4 THEN '7' ELSE '1' END
			FROM (SELECT i.*, $5::int + 1 - s.pos AS back FROM task_item i
				JOIN task t ON t.id = i.task_id AND t.version = 1
				JOIN selection s ON s.draw_id = t.draw_id AND s.entity_id = t.entity_id
					AND s.item_id = i.item_id
				WHERE s.draw_id = '2026-12-M' AND s.item_id = $1 AND s.stratum = $2) i`,
			f.item, f.stratum, f.found, f.unchecked, f.selected+f.replaced)
	}
	return q
}

func estimated(t *testing.T, q pg.Querier) []Estimate {
	t.Helper()
	list, err := Estimates(t.Context(), q, "2026-12-M")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var half = big.NewRat(25, 1000)

// Cochran (1977, §3.6): 37 of a sample of 100 out of 500; his normal approximation is 140 to 230. Two
// units were replaced, three could not be checked.
func TestEstimateOneStratum(t *testing.T) {
	t.Parallel()
	q := visited(t, finding{item: "SP01", stratum: "all", population: 500, selected: 100, found: 37,
		unchecked: 3, replaced: 2})
	list := estimated(t, q)
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	e := list[0]
	if e.Why != "" || e.Item != "SP01" || e.Name != "食品销售经营监督检查" || e.Population != 500 ||
		e.Drawn != 100 || e.Found != 37 || e.Unchecked != 3 || e.Replaced != 2 ||
		e.RateText() != "37.0%" || e.Method != EstimateExact {
		t.Errorf("%+v", e)
	}
	if e.Low < 138 || e.Low > 144 || e.High < 226 || e.High > 233 {
		t.Errorf("interval %s", e.IntervalText())
	}
	wantExact(t, 500, 100, 37, e.Low, e.High, half)
	notes := strings.Join(EstimateNotes(list), "")
	for _, want := range []string{"假定抽中的每一户都已检查", "3户次未能实施检查", "2户次由候补替换", "不说明未被抽中的某一户"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q", want)
		}
	}
	if strings.Contains(notes, "1.96") {
		t.Error("an exact interval is called approximate")
	}
}

// Two strata by hand: 2 of 10 out of 100 and 1 of 10 out of 50. Total 100·2/10 + 50·1/10 = 25 of 150;
// variance 100·90·0.16/9 + 50·40·0.09/9 = 180, so 25 ± 1.96·13.416 = −1.3 to 51.3, and at least the 3
// that were found.
func TestEstimateStrata(t *testing.T) {
	t.Parallel()
	q := visited(t, finding{item: "SP01", stratum: "A", population: 100, selected: 10, found: 2},
		finding{item: "SP01", stratum: "B", population: 50, selected: 10, found: 1},
		finding{item: "SP01", stratum: "C"})
	e := estimated(t, q)[0]
	if e.Why != "" || e.Population != 150 || e.Drawn != 20 || e.Found != 3 ||
		e.RateText() != "16.7%" || e.Method != EstimateNormal || e.Low != 3 || e.High != 52 ||
		len(e.Strata) != 2 {
		t.Errorf("%+v", e)
	}
	wantExact(t, 100, 10, 2, e.Strata[0].Low, e.Strata[0].High, half)
	wantExact(t, 50, 10, 1, e.Strata[1].Low, e.Strata[1].High, half)
	if !strings.Contains(strings.Join(EstimateNotes([]Estimate{e}), ""), "±1.96倍标准误") {
		t.Error("the notes do not call the interval approximate")
	}
}

// Where the variance cannot be estimated, or would be 0, the interval is the sum of exact ones at
// 2.5 % each; a census leaves nothing open.
func TestEstimateSummed(t *testing.T) {
	t.Parallel()
	quarter := big.NewRat(125, 10000)
	for _, c := range []struct{ n, x int }{{1, 1}, {5, 0}} {
		q := visited(t, finding{item: "SP01", stratum: "A", population: 60, selected: c.n, found: c.x},
			finding{item: "SP01", stratum: "B", population: 40, selected: 8})
		e := estimated(t, q)[0]
		if e.Method != EstimateSummed || e.Tenths != int64(60*c.x*10) {
			t.Errorf("%+v", e)
		}
		var low, high int64
		for _, s := range []struct{ size, n, x int64 }{{60, int64(c.n), int64(c.x)}, {40, 8, 0}} {
			m := s.x
			for tail(s.size, s.n, m, s.x, s.n).Cmp(quarter) <= 0 {
				m++
			}
			low += m
			for m = s.size - s.n + s.x; tail(s.size, s.n, m, 0, s.x).Cmp(quarter) <= 0; {
				m--
			}
			high += m
		}
		if e.Low != low || e.High != high {
			t.Errorf("%s, want %d to %d", e.IntervalText(), low, high)
		}
		if !strings.Contains(strings.Join(EstimateNotes([]Estimate{e}), ""), "各层的精确区间相加") {
			t.Error("the notes do not say how the interval was found")
		}
	}
	q := visited(t, finding{item: "SP01", stratum: "A", population: 6, selected: 6, found: 2},
		finding{item: "SP01", stratum: "B", population: 3, selected: 3})
	if e := estimated(t, q)[0]; e.Low != 2 || e.High != 2 || e.RateText() != "22.2%" {
		t.Errorf("a census: %+v", e)
	}
}

// What is not known is not inferred: a missing result, a weighted stratum, an empty one.
func TestEstimateNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    finding
		want string
	}{
		{finding{item: "SP01", stratum: "A", population: 100, selected: 10, missing: 2},
			"有 2 户没有公示的结果"},
		{finding{item: "SP01", stratum: "A", population: 100, selected: 10, method: "pareto"},
			"按权重抽取的层不作推断"},
		{finding{item: "SP01", stratum: "A", population: 100}, "有的层没有抽取"},
		{finding{item: "SP01", stratum: "A"}, "名单为空"},
	} {
		q := visited(t, c.f, finding{item: "TZ01", stratum: "A", population: 9, selected: 9, found: 1})
		list := estimated(t, q)
		if list[0].Why != c.want || list[0].High != 0 || list[1].Why != "" || list[1].High != 1 {
			t.Errorf("%+v: %+v", c.f, list)
		}
		if EstimateNotes(list[:1]) != nil {
			t.Error("notes without an estimate")
		}
	}
	q := office(t, false)
	if list, err := Estimates(t.Context(), q, "2026-11-M"); list != nil || err != nil {
		t.Errorf("a draw that is not published: %+v, %v", list, err)
	}
	if _, err := Estimates(t.Context(), q, "2027-01-M"); !fault.Is(err, fault.NotFound) {
		t.Errorf("no draw: %v", err)
	}
}

// A large sample has the normal interval: 40,000 ± 1.96·√(400000·380000·0.09/19999) = ± 1621.05. Where
// nothing, or everybody, was found it is the rule of three: 3·400000/20000 = 60.
func TestEstimateLarge(t *testing.T) {
	for _, c := range []struct{ found, low, high int64 }{
		{0, 0, 60}, {20_000, 399_940, 400_000}, {2_000, 38_378, 41_622},
	} {
		list, err := estimates([]stratumRow{{item: "X", stratum: "all", population: 400_000,
			selected: 20_000, results: 20_000, found: c.found, method: sampling.MethodSRS}})
		if err != nil || list[0].Method != EstimateNormal || list[0].Low != c.low ||
			list[0].High != c.high {
			t.Errorf("%d found: %+v, %v, want %d to %d", c.found, list, err, c.low, c.high)
		}
	}
}

// The sizes of Cannon and Roe (1982), from the registry: who is inactive, held or in no bank of the
// item does not count.
func TestDetections(t *testing.T) {
	t.Parallel()
	q := office(t, false)
	insert(t, q, `INSERT INTO item (id, name, kind, unit_id, basis, bank, import_id, updated_at)
		VALUES ('BK01', '专项', 'key', 'SPJ', '依据', '食品', 1, $1),
			('BK02', '空库', 'key', 'SPJ', '依据', '没有', 1, $1)`, at(1, 9))
	insert(t, q, `INSERT INTO entity (id, name, area, banks, status, hold_until, import_id, updated_at)
		SELECT 'R.' || n, '店', '360826', CASE WHEN n <= 100 THEN '{食品}'::text[] ELSE '{}' END,
			CASE WHEN n > 1000 THEN 'revoked' ELSE 'active' END,
			CASE WHEN n = 1000 THEN '2026-12-02'::date WHEN n = 999 THEN '2026-12-01' END, 1, $1
		FROM generate_series(1, 1010) n`, at(1, 9))
	list, err := Detections(t.Context(), q, []sampling.ItemID{"SP01", "BK02", "BK01"}, "2026-12-01")
	if err != nil || len(list) != 2 || list[0] != (Detection{"BK01", 100, 1, 95}) ||
		list[1].Population != 999 || list[1].Bad != 9 {
		t.Errorf("%+v, %v", list, err)
	}
	for _, c := range []struct{ size, bad, draw int64 }{{1, 1, 1}, {1000, 10, 258},
		{500_000_000, 5_000_000, 299}} {
		if d, err := DetectionOf(c.size); err != nil || d.Bad != c.bad || d.Draw != c.draw {
			t.Errorf("%+v, %v, want %+v", d, err, c)
		}
	}
}

// The announcement says what the results tell, and what it means.
func TestAnnouncementInfers(t *testing.T) {
	t.Parallel()
	q := visited(t, finding{item: "SP01", stratum: "A", population: 100, selected: 10, found: 2},
		finding{item: "SP01", stratum: "B", population: 50, selected: 10, found: 1, unchecked: 1},
		finding{item: "TZ01", stratum: "A", population: 9, selected: 9, missing: 1})
	doc, err := Announcement(t.Context(), q, "2026-12-M", Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := words(t, doc.PDF)
	wantWords(t, text, "根据抽查结果，对各事项检查对象名单的总体推断如下：", "食品销售经营监督检查15020316.7%3 至 52",
		"假定抽中的每一户都已检查，结果属实。", "其中1户次未能实施检查", "±1.96倍标准误")
	if strings.Contains(text, "特种设备使用单位监督检查9") {
		t.Error("an item with a missing result is inferred")
	}
	if v := sampleAnnouncement(3); strings.Contains(words(t, mustRender(t, v).PDF), "推断") {
		t.Error("an announcement without estimates infers")
	}
}
