package web

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/sampling"
)

// sick asks for a seat of a task through the form.
func (w *world) sick(token string, task inspection.Task, extra ...string) *reply {
	w.Helper()
	return w.form(token, "/staff/draws/"+november+"/refills", append([]string{"task", task.ID,
		"inspector", string(task.Members[0].Inspector), "reason", "illness",
		"event", "{event} 后首期快乐8开奖号码，福彩网公布", "eventAt", "2026-11-04T20:30"}, extra...)...)
}

// unitTask gives the first task of a unit that is still to be visited.
func (w *world) unitTask(unit sampling.UnitID) inspection.Task {
	w.Helper()
	list, err := inspection.Tasks(w.Context(), w.db.Querier(),
		w.actor("supervisor", account.Supervisor),
		inspection.TaskFilter{Draw: november, Unit: unit, State: inspection.Dispatched}, w.clock())
	w.ok(err)
	return list.Rows[0]
}

// From the form to the published record: announced for everybody, sealed as to whom, typed by two.
func TestRefillPages(t *testing.T) {
	w := newWorld(t, drawn)
	w.set("2026-11-04 09:00")
	op, op2 := w.session("operator"), w.session("operator2")
	page := "/staff/draws/" + november
	w.get(op, page).is(200, "申请递补席位", "申请递补对象", "病假", "注销")
	w.get(w.session("reviewer"), page).is(200).lacks("申请递补席位")
	task := w.unitTask("SPJ")
	// A refused form comes back with what was typed.
	w.form(op, page+"/refills", "task", task.ID, "inspector", "J1", "reason", "illness", "event",
		"{event} 后掷骰", "eventAt", "2026-11-04T20:30").is(400, "不在任务", `value="J1"`, "{event} 后掷骰", " open>")
	w.form(op, page+"/refills", "task", task.ID, "inspector", "I1", "eventAt", "morgen").
		is(400, "不是时间", `aria-invalid="true"`)
	w.form(op, page+"/replacements", "task", task.ID, "inspector", "I1", "eventAt",
		"2026-11-04T20:30").is(400, "不填写人员编号")
	w.form(op, page+"/refills", "task", task.ID, "eventAt", "2026-11-04T20:30").
		is(400, "没有填写离组人员")
	w.sick(op, task).leads(page)
	w.get(op, page).is(200, "递补申请已公布，序号 1", "第 1 号", "病假", task.ID, "撤回这项申请")

	left := string(task.Members[0].Inspector)
	w.get("", "/draws/"+november).is(200, "第 1 号", "2026-11-04 20:30（北京时间，UTC",
		"已公布，等待公共事件").lacks(task.ID, string(task.Entity), ">"+left)
	w.get("", "/api/v1/draws/"+november).is(200, `"refills":[{"no":1`, `"reasonName":"病假"`).
		lacks(task.ID, `"person":"P`)
	w.form(op, page+"/refills/1/value", "value", "1").is(409, "现在还不能录入")
	w.form(op, page+"/refills/7/value", "value", "1").is(404, "第 7 号")

	w.set("2026-11-04 20:31")
	w.get(op, page).is(200, "待录入数值", "/refills/1/value").lacks("撤回这项申请")
	w.form(op, page+"/refills/1/value", "value", " 1").is(400, "一行文字", `value=" 1"`)
	w.form(op, page+"/refills/1/value", "value", "02,07,11").leads(page)
	w.json(op2, page+"/refills/1/value", map[string]string{"value": "02,07,11"}).is(200, `{"no":1}`)
	w.move("2026-11-04 20:32")
	w.get(op, page).is(200, "已递补", "02,07,11")
	w.get(w.session("supervisor"), "/staff/tasks/"+task.ID).is(200, "离组", "病假", "递补")
	changed := w.unitTask("SPJ")
	if changed.ID != task.ID || changed.Members[0].Inspector == task.Members[0].Inspector &&
		changed.Members[1].Inspector == task.Members[1].Inspector {
		t.Errorf("the team is %+v", changed.Members)
	}
	w.get(w.session(strings.ToLower(left)), "/my/tasks/"+task.ID).is(403)
	w.get("", "/draws/"+november+"/files/refills/1.json").is(404)

	w.finishNovember()
	w.get("", "/draws/"+november).is(200, string(task.Entity), left+" → ", "种子′", "refills/1.json")
	record := w.get("", "/draws/"+november+"/files/refills/1.json").is(200)
	if _, err := sampling.ParseRefillRecord([]byte(record.body)); err != nil {
		t.Error(err)
	}
	zipped := w.get("", "/draws/"+november+"/bundle.zip").is(200)
	z, err := zip.NewReader(bytes.NewReader([]byte(zipped.body)), int64(len(zipped.body)))
	w.ok(err)
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == "refills/1.json" })
	if i < 0 {
		t.Fatal("no record in the bundle")
	}
	f, err := z.File[i].Open()
	w.ok(err)
	if text, err := io.ReadAll(f); err != nil || string(text) != record.body {
		t.Errorf("the bundle's record is %q, %v", text, err)
	}
	w.sick(op, task, "eventAt", "2026-11-08T20:30").is(409, "不在检查阶段")
}

// finishNovember enters, reviews and publishes what is left of November.
func (w *world) finishNovember() {
	w.Helper()
	w.set("2026-11-06 16:00")
	list, err := inspection.Tasks(w.Context(), w.db.Querier(),
		w.actor("supervisor", account.Supervisor), inspection.TaskFilter{Draw: november,
			State: inspection.Dispatched, Page: inspection.Page{Size: 200}}, w.clock())
	w.ok(err)
	for _, task := range list.Rows {
		w.enterTask(task)
		w.ok(w.server.Inspection.Review(w.Context(), w.actor("reviewer", account.Reviewer), task.ID,
			inspection.Decision{Version: 1, Verdict: inspection.Approve}, w.clock()))
	}
	_, err = w.server.Inspection.Publish(w.Context(), w.actor("publisher", account.Publisher),
		november, w.clock())
	w.ok(err)
	w.move("2026-11-06 16:01")
}

// A replacement through the API, withdrawn by two, and asked for again.
func TestReplacementPages(t *testing.T) {
	w := newWorld(t, drawn)
	w.set("2026-11-04 09:00")
	op, page := w.session("operator"), "/staff/draws/"+november
	task := w.unitTask("ZJK")
	ask := map[string]string{"task": task.ID, "reason": "deregistered",
		"event": "掷骰甲 {event}", "eventAt": "2026-11-04T20:30"}
	w.json(op, page+"/replacements", ask).is(200, `{"no":1}`)
	w.form(op, page+"/refills/1/withdraw", "reason", "企业仍在").leads(page)
	w.form(op, page+"/refills/1/withdraw").is(403, "两人")
	w.get(w.session("approver"), page).is(200, "企业仍在", "确认撤回")
	w.json(w.session("approver"), page+"/refills/1/withdraw", nil).is(200, `{"withdrawn":true}`)
	w.get("", "/draws/"+november).is(200, "已撤回", "企业仍在")
	ask["event"] = "掷骰乙 {event}"
	w.json(op, page+"/replacements", ask).is(200, `{"no":2}`)
	w.set("2026-11-04 20:31")
	w.form(op, page+"/refills/2/value", "value", "361245").leads(page)
	w.form(w.session("operator2"), page+"/refills/2/value", "value", "361246").is(409, "不一致")
	w.get(op, page).is(200, "两人录入不一致")
	w.form(w.session("operator2"), page+"/refills/2/value", "value", "361245").leads(page)
	w.move("2026-11-04 20:32")
	supervisor := w.session("supervisor")
	w.get(supervisor, "/staff/tasks?draw="+november+"&state=replaced").is(200, task.ID, "已递补")
	w.get(supervisor, "/staff/tasks/"+task.ID).is(200, "检查对象已由")
	w.finishNovember()
	var d struct {
		Refills []inspection.Refill `json:"refills"`
	}
	w.ok(json.Unmarshal([]byte(w.get("", "/api/v1/draws/"+november).is(200).body), &d))
	if len(d.Refills) != 2 || len(d.Refills[1].Records) != 1 ||
		d.Refills[1].Records[0].Replaces != task.Entity || len(d.Refills[1].Records[0].Seats) != 2 {
		t.Errorf("%+v", d.Refills)
	}
	w.get("", "/draws/"+november).is(200, string(task.Entity)+" → ", "已递补</span> 1")
}

// Why not he: the supervisor before the draw is public, everybody after it.
func TestWhyPages(t *testing.T) {
	w := newWorld(t, drawn)
	task := w.unitTask("SPJ")
	q := url.Values{"unit": {"SPJ"}, "entity": {string(task.Entity)},
		"inspector": {string(task.Members[0].Inspector)}}.Encode()
	path := "/draws/" + november + "/why"
	w.get("", path).is(200, "只有监督员", "食品科")
	w.get("", path+"?"+q).is(403, "尚未公开", string(task.Entity))
	w.get(w.session("operator"), path+"?"+q).is(403, "尚未公开")
	w.get("", "/api/v1"+path+"?"+q).is(403)
	supervisor := w.session("supervisor")
	w.get(supervisor, path+"?"+q).is(200, "答复", "他就是这个任务的主办")
	w.get(supervisor, path+"?unit=SPJ&entity=R.1&inspector=I9").is(404, "没有这样的")
	w.get(supervisor, "/staff/draws/"+november).is(200, path)
	w.get("", "/draws/"+november).is(200).lacks(path)
	w.finishNovember()
	w.get("", path+"?"+q).is(200, "他就是这个任务的主办")
	w.get("", "/api/v1"+path+"?"+q).is(200, `"verdict":"lead"`)
	w.get("", "/draws/"+november).is(200, path)
}
