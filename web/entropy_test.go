package web

import (
	"context"
	"errors"
	"strings"
	"testing"

	"yaohao/internal/drand"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// A plan with a chain that others hold, a witness, and public sources that carry too little: the
// planner, the approver, the staff and the public all read the bits.
func TestEntropyPages(t *testing.T) {
	w := newWorld(t, stocked)
	planner, operator := w.session("planner"), w.session("operator")
	const by = "县纪委监委驻局纪检监察组"
	links, err := scheduler.NewLane(sampling.HashSHA256, 3)
	w.ok(err)
	w.get(planner, "/staff/chains").is(200, "还没有哈希链").lacks("建立</h2>")
	w.form(operator, "/staff/chains", "id", "k", "links", "3").is(400, `value="k"`, "不合规则")
	w.form(operator, "/staff/chains", "id", "H", "links", "3", "by", by, "tips", "abc").
		is(400, "第 1 个链端不是", by)
	w.form(operator, "/staff/chains", "id", "H", "links", "3", "by", by, "tips", links[0]).
		leads("/staff/chains")
	w.form(operator, "/staff/chains", "id", "K", "links", "2", "lanes", "2").leads("/staff/chains")
	w.get(operator, "/staff/chains").is(200, by+"保管，剩余 3 环", "本机关保管，剩余 4 环", links[0])
	w.get(planner, "/staff/plans/new").is(200, "哈希链 H（"+by+"，剩余 3 环，SHA-256）", "drand quicknet")

	fields := typed("items", "A01", "secret", "H", "witness", "县政协委员一名于 {cutoff} 前宣读的一句话")
	for i := range fields {
		if fields[i] == "bits" {
			fields[i+1] = "20"
		}
	}
	w.form(planner, "/staff/plans", append(fields, "holder", "公证处")...).
		is(400, "保管人是", `value="H" selected`, `value="公证处"`)
	w.form(planner, "/staff/plans", append(fields, "witness", "宣读一句话")...).is(400, "缺少 {cutoff}")
	w.form(planner, "/staff/plans", fields...).leads("/staff/plans/Q")
	w.get(planner, "/staff/plans/Q").is(200, "见证级：", "公共随机源合计 20 比特，不足 60 比特",
		"每次抽取的页面、任务清单和公告都会写明", "由"+by+"保管", `href="/staff/chains#H"`)
	w.get(planner, "/api/v1/staff/plans/Q").is(200, `"bits":20`, "不足 60 比特", `"chain":"H"`)
	w.form(planner, "/staff/plans", "id", "P", "name", "不知道的链", "year", "2026", "every", "month",
		"day", "16", "hour", "10", "startsOn", "2026-11-01", "endsOn", "2026-12-31", "cutoffHours", "2",
		"eventHours", "4", "visitDays", "20", "event", "{event} {cutoff}", "bits", "0", "items", "A01",
		"secret", "Z").is(404, "没有哈希链")

	w.form(w.session("approver"), "/staff/plans/Q/approve").leads("/staff/plans/Q")
	w.move("2026-11-16 10:00")
	const id = "2026-11-Q"
	w.get("", "/draws/"+id).is(200, "公共随机源合计 20 比特，不足 60 比特", "20 比特，不足 60", "哈希链 H 第 1 条第 1 环",
		"保管人", by).lacks(links[1])
	w.get("", "/api/v1/draws/"+id).is(200, `"bits":20`, `"gradeText":"见证级：`)
	for _, who := range []string{"operator", "operator2"} {
		w.form(w.session(who), "/staff/draws/"+id+"/entropy", "name", "witness",
			"value", "公道自在人心").leads("/staff/draws/" + id)
	}
	w.get("", "/draws/"+id).is(200, "公道自在人心")
	w.move("2026-11-16 14:00")
	w.get(operator, "/staff/draws/"+id).is(200, "录入保管人交出的数值", "一人录入即可", "录入公布的数值")
	w.form(operator, "/staff/draws/"+id+"/entropy", "name", "chain", "value", links[2]).
		is(400, "与方案中承诺的密封值不符")
	w.form(operator, "/staff/draws/"+id+"/entropy", "name", "chain", "value", links[1]).
		leads("/staff/draws/" + id)
	w.get("", "/draws/"+id).is(200, "保管人已交出，公示前不公开").lacks(links[1])
	w.get(operator, "/api/v1/staff/draws/"+id).is(200, `"status":"handed"`).lacks(links[1])
}

// A round of the beacon: the plan names it, the office sees why it could not be fetched, the public
// sees the value, its address and how to verify it.
func TestBeaconPages(t *testing.T) {
	w := newWorld(t, stocked)
	planner, operator := w.session("planner"), w.session("operator")
	fields := typed("items", "A01", "beacon", "true", "event", "")
	for i := range fields {
		if fields[i] == "event" {
			fields[i+1] = ""
		}
	}
	w.form(planner, "/staff/plans", fields...).leads("/staff/plans/Q")
	w.get(planner, "/staff/plans/Q").is(200, "公开级：", "合计 120 比特", "{round}", "公共信标")
	w.form(w.session("approver"), "/staff/plans/Q/approve").leads("/staff/plans/Q")
	w.move("2026-11-16 10:00")
	const id = "2026-11-Q"
	w.get("", "/draws/"+id).is(200, "公开级：", "drand quicknet（链 "+drand.ChainHash+"）第 ",
		"2026-11-16 14:00:00 公布")
	w.move("2026-11-16 14:00")
	w.ok(w.server.Scheduler.FetchBeacons(t.Context(), w.clock(),
		func(context.Context, uint64) (string, string, error) {
			return "", "", errors.New("no route to host")
		}))
	w.get(operator, "/staff/draws/"+id).is(200, "第 1 次失败", "no route to host",
		"系统第 1 次取公共信标失败")
	w.get("", "/draws/"+id).is(200).lacks("no route to host")
	w.get("", "/api/v1/draws/"+id).is(200).lacks("no route to host")
	w.form(operator, "/staff/draws/"+id+"/entropy", "name", "beacon", "value",
		strings.Repeat("0f", 48)).is(400, "曲线上的点", "不是 randomness")
}
