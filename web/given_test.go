package web

import (
	"testing"

	"yaohao/internal/account"
)

// A bank of experts and a batch of given tasks, from the pages where they are imported to the page of
// the draw that staffs them.
func TestGivenPages(t *testing.T) {
	w := newWorld(t, stocked)
	registrar, planner := w.session("registrar"), w.session("planner")
	for _, f := range [][2]string{
		{"units", "机构编码,机构名称,机构类型,上级机构,行政区划,席位\nEXP,清河专家库,专家库,OFFICE,130534,3\n"},
		{"inspectors", "专家编号,专家姓名,所属名录库,聘书编号,聘期至,评审事项,本系统人员\n" +
			"E1,专家某某一,EXP,Q1,2030-12-31,A01,是\nE2,专家某某二,EXP,Q2,2030-12-31,A01,是\n" +
			"E3,专家某某三,EXP,Q3,2030-12-31,A01,否\nE4,专家某某四,EXP,Q4,2030-12-31,A01,否\n"},
		{"caps", "抽查事项,计数口径,信用分类,上限\nA01,市县合计,A,4\n"},
		{"given", "批次,执法机构,检查对象,区划,抽查事项\nSJ-1,EXP,R.13053400001,,A01\n" +
			"SJ-1,EXP,R.13053400002,,A01\n"},
	} {
		w.upload(registrar, "/api/v1/staff/imports", f[0], f[1]).is(200, `"bad":0`)
	}
	w.get(registrar, "/staff/imports/10").is(200, "不足 8 户的批次：SJ-1 / EXP")
	w.get(registrar, "/staff/inspectors/E1").is(200, "本系统人员", "Q1")
	w.get("", "/items/A01").is(200, "A 类对象，市县合计每年 4 次")
	w.get(planner, "/staff/plans/new").is(200, "SJ-1（EXP，2 户）", "清河专家库")

	fields := typed("day", "3", "endsOn", "2026-11-30", "given.0.unit", "EXP", "given.0.batch", "SJ-1",
		"given.1.unit", "", "given.1.batch", "", "given.1.draw", "", "given.1.items", "")
	w.form(planner, "/staff/plans", append(typed("day", "3"), "given.0.unit", "EXP", "given.0.batch",
		"SJ-1")...).is(400, "只派一次人", "SJ-1")
	w.form(planner, "/staff/plans", append(fields[:len(fields):len(fields)], "given.0.draw",
		november)...).is(400, "要么来自交办批次")
	w.form(planner, "/staff/plans", fields...).leads("/staff/plans/Q")
	w.get(planner, "/staff/plans/Q").is(200, "交办任务与沿用名单", "清河专家库", "交办批次 SJ-1")
	w.form(w.session("approver"), "/staff/plans/Q/approve").leads("/staff/plans/Q")

	w.move("2026-11-03 10:00")
	w.get("", "/draws/2026-11-Q").is(200, "清河专家库", "每组本系统人员至多 2 人", "不少于 1/3", "另行抽取",
		"tasks.EXP.tsv")
	w.get("", "/draws/2026-11-Q/files/tasks.EXP.tsv").is(404)
	for _, login := range []string{"operator", "operator2"} {
		w.ok(w.server.Scheduler.EnterEntropy(w.Context(), w.actor(login, account.Operator),
			"2026-11-Q", "event", balls, at("2026-11-03 14:30")))
	}
	w.move("2026-11-03 14:31")
	w.get(planner, "/staff/draws/2026-11-Q").is(200, "已抽取", "已指派", "专家库")
	w.get("", "/draws/2026-11-Q/files/tasks.EXP.tsv").is(404)
	w.move("2026-11-23 14:31") // the last day of the visits
	w.get("", "/draws/2026-11-Q/files/tasks.EXP.tsv").is(404)
	w.move("2026-11-24 14:31")
	w.get("", "/draws/2026-11-Q/files/tasks.EXP.tsv").is(200, "R.13053400002\t130534\tA01")
}

// Items of one unit share tickets if the planner says so; those of others keep their own.
func TestSharedTickets(t *testing.T) {
	w := newWorld(t, stocked)
	w.upload(w.session("registrar"), "/api/v1/staff/imports", "items",
		"事项编码,抽查事项名称,任务类型,责任单位,抽查依据,专项库\nA02,食品标签检查,常规抽查,SPJ,《食品安全法》,食品\n").
		is(200, `"inserted":1`)
	planner := w.session("planner")
	w.get(planner, "/staff/plans/new").is(200, "食品科的事项共用一张票", "食品销售监督检查、食品标签检查")
	w.form(planner, "/staff/plans", typed("items", "A01", "items", "A02", "items", "B01", "shared",
		"SPJ")...).leads("/staff/plans/Q")
	w.get(planner, "/staff/plans/Q").is(200, "u-spj", "m-b01")
	w.form(planner, "/staff/plans", append(typed("items", "A01", "shared", "SPJ"), "name", "")...).
		is(400, `value="SPJ" checked`)
}
