package registry

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

func errorsIsNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func TestLookups(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	ctx := t.Context()
	if _, err := Office(ctx, db); !fault.Is(err, fault.NotFound) {
		t.Errorf("office of an empty registry: %v", err)
	}
	smallCounty(t, db)
	if o, err := Office(ctx, db); err != nil || o.ID != "SCJG" || o.ShortName != "示市监" {
		t.Errorf("office %+v %v", o, err)
	}
	if u, err := Units(ctx, db); err != nil || len(u) != 3 || u[1].Parent != "SCJG" ||
		u[2].AreaRule != "same6" {
		t.Errorf("units %+v %v", u, err)
	}
	if i, err := ItemByID(ctx, db, "SX-002"); err != nil || i.Kind != sampling.KindKey ||
		strings.Join(i.StrataBy, " ") != "area6 class" || i.YearlyCap != nil || i.Grade != "重点" {
		t.Errorf("item %+v %v", i, err)
	}
	if i, err := ItemByID(ctx, db, "SX-001"); err != nil || *i.YearlyCap != 2 ||
		strings.Join(i.Checklist, "|") != "查许可证|查台账" {
		t.Errorf("item %+v %v", i, err)
	}
	if r, err := Rules(ctx, db, "SX-001"); err != nil || len(r) != 3 || *r[0].Min != 1 ||
		*r[2].Cap != (sampling.Ratio{Num: 5, Den: 100}) || r[2].From != "2026-01-01" || r[2].To != "" {
		t.Errorf("rules %+v %v", r, err)
	}
	i, err := InspectorByID(ctx, db, "P0102")
	if err != nil || i.Area != "350181" || *i.MaxTasks != 5 || i.CertUntil != "2028-12-31" || i.Lead {
		t.Errorf("inspector %+v %v", i, err)
	}
	for query, want := range map[string]int64{"": 6, "林": 6, "林二": 1, "p01": 3, "%": 0, "_": 0} {
		l, err := Inspectors(ctx, db, InspectorFilter{Query: query})
		if err != nil || l.Total != want {
			t.Errorf("inspectors %q: %+v %v", query, l, err)
		}
	}
	if l, err := Inspectors(ctx, db, InspectorFilter{Unit: "ZLJ"}); err != nil || l.Total != 3 {
		t.Errorf("inspectors of a unit: %+v %v", l, err)
	}
	for _, err := range []error{
		second(UnitByID(ctx, db, "NIX")), second(ItemByID(ctx, db, "NIX")),
		second(EntityByID(ctx, db, "R.NIX")), second(InspectorByID(ctx, db, "NIX")),
		second(ImportByID(ctx, db, 99)),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("error %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestEntities(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	ctx := t.Context()
	load(t, db, KindEntities, entitiesText(45))
	load(t, db, KindEntities, "注册号,企业名称,行政区划,登记状态\nAB-7,100%_公司ab,350182,注销\n")
	for _, c := range []struct {
		filter EntityFilter
		total  int64
	}{
		{EntityFilter{}, 46}, {EntityFilter{Query: "示例1"}, 11}, {EntityFilter{Query: " 例12公 "}, 1},
		{EntityFilter{Query: code(3)}, 1}, {EntityFilter{Query: strings.ToLower(code(33))}, 1},
		{EntityFilter{Query: code(3)[:8]}, 45}, {EntityFilter{Query: "ab-7"}, 1},
		{EntityFilter{Query: "r.ab-7"}, 1}, {EntityFilter{Query: "AB"}, 1},
		{EntityFilter{Query: "0%_"}, 1}, {EntityFilter{Query: "%"}, 1}, {EntityFilter{Query: "'"}, 0},
		{EntityFilter{Class: "A"}, 12}, {EntityFilter{Status: "cancelled"}, 1},
		{EntityFilter{Area: "350182"}, 1}, {EntityFilter{Area: "35018"}, 46},
		{EntityFilter{Bank: "食品经营", Class: "B"}, 11}, {EntityFilter{Bank: "食品"}, 0},
	} {
		l, err := Entities(ctx, db, c.filter)
		if err != nil || l.Total != c.total || int64(len(l.Rows)) != min(20, c.total) {
			t.Errorf("%+v: %d rows of %d, want %d: %v", c.filter, len(l.Rows), l.Total, c.total, err)
		}
	}
	var ids []string
	for page := int64(1); page <= 3; page++ {
		l, err := Entities(ctx, db, EntityFilter{Page: Page{Number: page}})
		if err != nil || l.Pages() != 3 {
			t.Fatal(l, err)
		}
		for _, e := range l.Rows {
			if len(ids) > 0 && string(e.ID) <= ids[len(ids)-1] {
				t.Errorf("%s after %s", e.ID, ids[len(ids)-1])
			}
			ids = append(ids, string(e.ID))
		}
	}
	if len(ids) != 46 {
		t.Errorf("%d entities on all pages", len(ids))
	}
	if l, err := Entities(ctx, db, EntityFilter{Page: Page{Number: -1, Size: 9999}}); err != nil ||
		l.Size != 50 || l.Number != 1 || l.Pages() != 1 {
		t.Errorf("page %+v %v", l, err)
	}
}

func TestRecordChecks(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	ctx := t.Context()
	made := []Check{
		{code1(), "2026-11-10", LevelOwn, CheckRoutine, "SX-001", "2026-11-M.SPJ.0001"},
		{code1(), "2026-11-10", LevelOwn, CheckRoutine, "SX-002", "2026-11-M.SPJ.0001"},
		{code1(), "2026-11-12", LevelOwn, CheckCase, "", "x"},
	}
	for range 2 { // twice is once
		if err := RecordChecks(ctx, db, made); err != nil {
			t.Fatal(err)
		}
	}
	if err := RecordChecks(ctx, db, nil); err != nil {
		t.Error(err)
	}
	list, err := Checks(ctx, db, code1())
	if err != nil || len(list) != 3 || list[0] != made[2] || list[1] != made[0] || list[2] != made[1] {
		t.Errorf("checks %+v %v", list, err)
	}
	if err := RecordChecks(ctx, db, []Check{{code1(), "2026-11-10", "street", CheckRoutine, "", "x"}}); err == nil {
		t.Error("an unknown level went in")
	}
}

func code1() sampling.EntityID { return sampling.EntityID(code(1)) }
