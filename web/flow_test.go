package web

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"strings"
	"testing"

	"yaohao/inspection"
	"yaohao/scheduler"
)

// upload sends a registry file as the form of /staff/imports does.
func (w *world) upload(token, path, kind, text string, fields ...string) *reply {
	w.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		w.ok(m.WriteField(fields[i], fields[i+1]))
	}
	w.ok(m.WriteField("kind", kind))
	if text != "" {
		part, err := m.CreateFormFile("file", kind+".csv")
		w.ok(err)
		_, err = part.Write([]byte(text))
		w.ok(err)
	}
	w.ok(m.Close())
	return w.do(token, "POST", path, m.FormDataContentType(), &b)
}

func TestUpload(t *testing.T) {
	w := newWorld(t, empty)
	token := w.session("registrar")
	w.get(token, "/staff/imports").is(200, "units.csv", "命令行", "上传并导入")
	bad := "注册号,企业名称,行政区划,备注列\n1305340000001,清河甲,130534,x\n,清河乙,130534,y\n"
	w.upload(token, "/staff/imports", "entities", bad, "dry", "yes").
		is(200, "试导入报告（未写入）", "统一社会信用代码和注册号都为空", "备注列", "有误的行")
	w.get(token, "/staff/entities").is(200, "没有符合条件的检查对象")
	r := w.upload(token, "/staff/imports", "entities", bad)
	r.leads("/staff/imports/2")
	w.get(token, "/staff/imports/2").is(200, "第 2 次导入", "统一社会信用代码和注册号都为空", "至少填写一个")
	w.get(token, "/staff/entities?q=R.13053").is(200, "清河甲", "共 1 条")
	w.get(token, "/staff/entities/R.1305340000001").is(200, "备注列", "没有检查记录")
	w.upload(token, "/api/v1/staff/imports", "entities", bad).is(200, `"bad":1`, `"unchanged":1`)

	w.upload(token, "/staff/imports", "nothing", bad).is(400, "没有选择登记文件的类别")
	w.upload(token, "/staff/imports", "entities", "").is(400, "没有选择文件")
	w.upload(token, "/staff/imports", "entities", "甲,乙\n1,2\n").is(400)
	w.form(token, "/staff/imports", "kind", "entities").is(400, "上传的表单无法读取")
	w.get(token, "/staff/imports/77").is(404)
	w.get(token, "/staff/imports/99999999999999999999").is(404)
}

// typed is a plan as the form sends it.
func typed(extra ...string) []string {
	return append([]string{"id", "Q", "name", "季度抽查", "number", "清市监抽查〔2026〕9号", "year", "2026",
		"every", "month", "day", "16", "hour", "10", "startsOn", "2026-11-01", "endsOn", "2026-12-31",
		"cutoffHours", "2", "eventHours", "4", "visitDays", "20", "event", "快乐8 {event} 开奖，{cutoff} 截止", "bits", "61",
		"note", "说明一句"}, extra...)
}

// A plan that is refused comes back with everything that was typed.
func TestPlanForm(t *testing.T) {
	w := newWorld(t, stocked)
	planner, approver := w.session("planner"), w.session("approver")
	w.get(planner, "/staff/plans/new").is(200, "快乐8", "食品销售监督检查", `value="2026-12-31"`)
	w.form(planner, "/staff/plans", typed()...).is(400, "至少要有一个抽查事项", `value="季度抽查"`,
		`value="16"`, "快乐8 {event} 开奖，{cutoff} 截止", `value="说明一句"`, `role="alert"`)
	w.form(planner, "/staff/plans", typed("items", "A01", "year", "zwei")...).
		is(400, "字段 year 的值有误", `value="A01" checked`, `value="季度抽查"`)
	w.form(planner, "/staff/plans", typed("items", "A01", "event", "掷骰没有说明")...).
		is(400, "缺少", `aria-invalid="true">掷骰没有说明`)
	w.form(planner, "/staff/plans", typed("items", "A01", "trial", "true")...).leads("/staff/plans/Q")
	w.get(planner, "/staff/plans/Q").is(200, "计划已建立", "每月 16 日 10 时", "待批准", "试运行", "工作某某planner").
		lacks("批准这个计划")
	w.form(planner, "/staff/plans", typed("items", "A01")...).is(409, `value="Q"`)
	w.get(planner, "/staff").is(200, "计划等待批准", "新建计划")
	w.get(approver, "/staff").is(200, "请核对后批准")
	w.get(approver, "/staff/plans/Q").is(200, "批准这个计划")
	w.form(planner, "/staff/plans/Q/approve").is(403)
	w.form(approver, "/staff/plans/Q/approve").leads("/staff/plans/Q")
	w.get(approver, "/staff/plans/Q").is(200, "2026-11-16 10:00", "已批准，到期自动抽取")
	w.form(approver, "/staff/plans/Q/approve").is(409, "季度抽查")
	w.get(approver, "/staff/plans").is(200, "季度抽查", "每月 16 日 10 时")
	w.form(approver, "/staff/plans/nothing/approve").is(404)

	r := w.json(planner, "/staff/plans", map[string]any{"id": "R", "name": "接口计划", "year": 2026,
		"cron": "0 9 1 1,4,7,10 *", "startsOn": "2026-01-01", "endsOn": "2026-12-31", "cutoffHours": 2,
		"eventHours": 4, "visitDays": 20, "items": []string{"A01", "B01"}, "sharedLabel": true,
		"event": "掷骰 {event}，{cutoff} 截止", "bits": 0})
	r.is(200, `{"id":"R"}`)
	w.get(planner, "/staff/plans/R").is(200, "每季度首月 1 日 9 时")
}

// A trial run says so wherever its draw is shown.
func TestTrialDraw(t *testing.T) {
	w := newWorld(t, stocked)
	planner, approver := w.session("planner"), w.session("approver")
	w.form(planner, "/staff/plans", typed("items", "A01", "trial", "true")...).leads("/staff/plans/Q")
	w.form(approver, "/staff/plans/Q/approve").leads("/staff/plans/Q")
	w.move("2026-11-16 10:00")
	w.get(planner, "/staff/draws/2026-11-Q").is(200, "这是一次试运行")
	w.get("", "/draws/2026-11-Q").is(200, "这是一次试运行", "不作为正式抽取")
	w.get("", "/draws/2026-11-M").lacks("试运行")
}

func TestCronText(t *testing.T) {
	for expr, want := range map[string]string{"0 9 2 * *": "每月 2 日 9 时",
		"0 9 2 1,4,7,10 *": "每季度首月 2 日 9 时", "0 9 2 5 *": "每年 5 月的 2 日 9 时",
		"30 9 2 * *": "30 9 2 * *", "0 9 * * 1": "0 9 * * 1", "": "", "0 9 2 * 1": "0 9 2 * 1"} {
		if got := cronText(expr); got != want {
			t.Errorf("%q reads %q, want %q", expr, got, want)
		}
	}
}

// From the due day to the drawn list through the pages: values that differ draw nothing.
func TestEntropyForm(t *testing.T) {
	w := newWorld(t, committed)
	one, two := w.session("operator"), w.session("operator2")
	page, send := "/staff/draws/"+november, "/staff/draws/"+november+"/entropy"
	w.get(one, page).is(200, "方案已承诺", "下一步").lacks("录入公布的数值")
	w.form(one, send, "name", "lottery", "value", balls).is(409) // before the cutoff
	w.move("2026-11-02 11:00")
	w.get(one, page).is(200, "录入公布的数值", "已有 0 人录入")
	w.set("2026-11-03 21:30")
	w.form(one, send, "name", "lottery", "value", balls).leads(page)
	w.form(two, send, "name", "lottery", "value", "03,07,11,19,22,31+09").
		is(409, "不一致", `value="03,07,11,19,22,31&#43;09"`).lacks(balls)
	w.get(one, page).is(200, "两人录入不一致")
	w.form(two, send, "name", "nothing", "value", balls).is(400, "nothing")
	w.form(two, send, "name", "lottery", "value", "").is(400)
	w.form(one, "/staff/advance").leads("/staff/draws")
	if d := w.detail(); d.State != scheduler.Awaiting {
		t.Fatalf("differing values led to %s", d.State)
	}
	w.json(two, send, entropyForm{"lottery", balls}).is(200, `"draw":"2026-11-M"`)
	w.json(one, "/staff/advance", nil).is(200, "已推进")
	if d := w.detail(); d.State != scheduler.Drawn {
		t.Fatalf("two equal values led to %s", d.State)
	}
	w.get(one, page).is(200, "名单密封", "两人录入一致", "任务进度", "25").lacks("申请作废")
	w.get("", "/draws/"+november).is(200, "已抽取（密封）", "检查进度", "25", "密封").lacks("核验包")
	w.json(one, "/staff/draws/"+november+"/void", reasonForm{"晚了"}).is(409)
}

func (w *world) detail() *scheduler.DrawDetail {
	w.Helper()
	d, err := scheduler.DrawByID(w.Context(), w.db.Querier(), november)
	w.ok(err)
	return d
}

// A draw becomes void by two people, and the record stays for everybody to see.
func TestVoid(t *testing.T) {
	w := newWorld(t, committed)
	one, two, approver := w.session("operator"), w.session("operator2"), w.session("approver")
	page := "/staff/draws/" + november
	w.form(one, page+"/void/confirm").is(409)
	w.form(one, page+"/void", "reason", "").is(400)
	w.form(one, page+"/void", "reason", strings.Repeat("长", 2000)).is(400, "长长长")
	w.form(one, page+"/void", "reason", "名单有误").leads(page)
	w.get(two, page).is(200, "工作某某operator", "名单有误", "确认作废")
	w.form(one, page+"/void/confirm").is(403, "确认作废")
	w.form(approver, page+"/void/confirm").leads(page)
	w.get("", "/draws/"+november).is(200, "本次抽取已作废", "名单有误")
	w.get("", "/draws").is(200, "已作废")
	w.get(two, page).is(200, "已作废").lacks("申请作废", "确认作废")
	if d := w.detail(); d.State != scheduler.Void {
		t.Errorf("the draw is %s", d.State)
	}
}

// result is the entry form of a task with one item.
func result(item string, extra ...string) []string {
	return append([]string{"visitedOn", "2026-11-05", "items.0.item", item, "items.0.checked", "true",
		"methods", inspection.Methods()[0], "followUp", inspection.FollowUps()[0]}, extra...)
}

// From the visit to the published result through the pages of inspector, reviewer and publisher.
func TestResultForms(t *testing.T) {
	w := newWorld(t, drawn)
	w.set("2026-11-06 16:00")
	task := w.tasks()[0]
	item := string(task.Items[0].Item)
	me, other := w.session(lead(task)), ""
	for _, id := range []string{"j1", "j2", "j3", "j4"} {
		if task.Unit == "SPJ" {
			other = w.session(id)
		}
	}
	mine, send := "/my/tasks/"+task.ID, "/my/tasks/"+task.ID+"/result"
	w.get(me, mine).is(200, task.EntityName, "录入结果", "检查要点", "查许可证", "长江街")
	w.form(me, send, result(item, "items.0.category", "5", "remark", "备注<b>")...).
		is(400, "须填写发现问题情况", `value="5" selected`, "备注&lt;b&gt;", "aria-invalid", `role="alert"`)
	w.form(me, send, result("B99", "items.0.category", "1")...).is(400)
	w.form(me, send, "visitedOn", "2026-13-40").is(400, `value="2026-13-40"`)
	w.form(other, send, result(item, "items.0.category", "1")...).is(403)
	w.form(me, "/my/tasks/nothing/result").is(404)
	w.form(me, send, result(item, "items.0.category", "5", "items.0.finding", "台账不全",
		"items.0.disposal", "责令改正")...).leads(mine)
	w.get(me, mine).is(200, "结果已提交，待审核", "待审核", "第 1 版", "审核之前还可以修改结果")

	reviewer, at := w.session("reviewer"), "/staff/tasks/"+task.ID
	w.get(reviewer, "/staff").is(200, "1 项结果等待审核")
	w.get(reviewer, "/staff/tasks?state=entered").is(200, task.EntityName, "共 1 条")
	w.get(reviewer, at).is(200, "台账不全", "审核第 1 版")
	w.form(reviewer, at+"/review", "version", "1", "verdict", "return").is(400, "须填写审核意见")
	w.form(reviewer, at+"/review", "version", "9", "verdict", "return", "opinion", "留着的意见").
		is(409, "留着的意见")
	w.form(reviewer, at+"/review", "version", "1", "verdict", "perhaps").is(400)
	w.form(reviewer, at+"/review", "version", "1", "verdict", "return", "opinion", "补照片").
		leads("/staff/tasks?state=entered")
	w.get(me, mine).is(200, "审核退回", "补照片", "修改结果（第 2 版，旧版保留）", ">台账不全</textarea>")
	w.json(me, send, map[string]any{"visitedOn": "2026-11-05", "items": []map[string]any{{"item": item,
		"checked": true, "category": "5", "finding": "台账不全", "disposal": "已补照片"}},
		"methods": inspection.Methods()[:1], "followUp": inspection.FollowUps()[0]}).is(200, `{"version":2}`)
	w.json(reviewer, at+"/review", reviewForm{2, "approve", ""}).is(200, task.ID)
	w.get(me, mine).is(200, "第 2 版", "第 1 版", "审核通过").lacks("提交结果")

	publisher := w.session("publisher")
	draw := "/staff/draws/" + november
	w.get(publisher, draw).is(200, "全部审核通过之后才能公示").lacks("公示全部结果")
	w.form(publisher, draw+"/publish").is(409, "24 个任务尚未审核通过", "下一步")
	w.get("", "/results").is(200, "还没有公示的检查结果")
	w.get("", "/results/"+task.ID).is(404)
}

// Who entered a result cannot review it, though their account holds the post.
func TestEntrantDoesNotReview(t *testing.T) {
	w := newWorld(t, entered)
	task := w.tasks()[0]
	_, err := w.db.Exec(t.Context(), `UPDATE account SET posts = '{inspector,reviewer}'
		WHERE login = $1`, lead(task))
	w.ok(err)
	token := w.session(lead(task))
	w.form(token, "/staff/tasks/"+task.ID+"/review", "version", "1", "verdict", "approve").
		is(403, "审核第 1 版")
}

func TestPublish(t *testing.T) {
	w := newWorld(t, approved)
	w.set("2026-11-10 10:00")
	publisher := w.session("publisher")
	draw := "/staff/draws/" + november
	w.get(publisher, draw).is(200, "公示全部结果")
	w.form(publisher, draw+"/publish").leads(draw)
	w.get(publisher, draw).is(200, "已公示 25 项结果", "已公开")
	w.json(publisher, draw+"/publish", nil).is(200, `"published":0`)
	page := w.get("", "/draws/"+november).is(200, "下载核验包", "结果公告", "亲手算一张票", "未发现问题")
	page.lacks("密封，公示后")
	var d map[string]any
	w.ok(json.Unmarshal([]byte(w.get("", "/api/v1/draws/"+november).is(200).body), &d))
	if d["seed"] == "" || d["notice"] != true || d["state"] != "published" {
		t.Errorf("the API says seed %v notice %v state %v", d["seed"], d["notice"], d["state"])
	}
	w.get("", "/").is(200, "清河县市场监督管理局", "<b>25</b>", "最新检查结果")
}
