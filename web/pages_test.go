package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// suspicious finds what a template leaves behind when something is missing.
var suspicious = regexp.MustCompile(`<no value>|%!|&lt;nil&gt;|<nil>|ZgotmplZ|0001-01-01`)

// Every page of the table of access, as somebody who may open it, in each stage of a draw.
func TestEveryPage(t *testing.T) {
	for to, name := range map[stage]string{committed: "committed", drawn: "drawn", entered: "entered",
		published: "published"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, to)
			if to == committed {
				w.pages(map[string]string{"planner": w.session("planner"), "": ""}, "")
				return
			}
			w.pages(map[string]string{"": "", "+": w.session("planner"), "planner": w.session("planner"),
				"reviewer": w.session("supervisor"), "admin": w.session("admin"),
				"inspector": w.session(lead(w.tasks()[0]))}, w.tasks()[0].ID)
		})
	}
}

func (w *world) pages(who map[string]string, task string) {
	w.Helper()
	opened := 0
	for _, a := range access {
		token, known := who[strings.Fields(a.who)[0]]
		if a.who == "*" {
			token, known = "", true
		}
		if a.method != http.MethodGet || !known || strings.Contains(a.path, ".") ||
			strings.Contains(a.path, "{file}") || strings.HasPrefix(a.path, "/log/") ||
			strings.HasSuffix(a.path, "z") || a.path == "/metrics" {
			continue
		}
		if strings.Contains(a.path, "{task}") && (task == "" ||
			a.path == "/results/{task}" && w.get("", "/results/"+task).StatusCode == 404) {
			continue
		}
		path := a.path
		for from, to := range map[string]string{"{draw}": november, "{task}": task, "{plan}": "M",
			"{entity}": "R.13053400001", "{inspector}": "I1", "{id:[0-9]+}": "1", "{item}": "A01"} {
			path = strings.ReplaceAll(path, from, to)
		}
		r := w.get(token, path).is(200, "<h1>", "</html>")
		if found := suspicious.FindString(r.body); found != "" {
			w.Errorf("%s shows %q", path, found)
		}
		if n := strings.Count(r.body, "<h1"); n != 1 {
			w.Errorf("%s has %d headings", path, n)
		}
		opened++
	}
	if opened < 12 {
		w.Errorf("only %d pages", opened)
	}
}

// No template carries a script or a style of its own: the policy would refuse it.
func TestTemplatesKeepThePolicy(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(names) < 25 {
		t.Fatalf("%d templates, %v", len(names), err)
	}
	inline := regexp.MustCompile(`(?i)<script|\sstyle=|\son[a-z]+=|javascript:|https?://`)
	post := regexp.MustCompile(`<form[^>]*>`)
	for _, name := range names {
		text, err := fs.ReadFile(templateFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "templates/verify.html" { // the one page with scripts: files of this site
			text = bytes.Replace(text, []byte(`<script defer src="/static/`), nil, 1)
		}
		if found := inline.Find(text); found != nil {
			t.Errorf("%s holds %q", name, found)
		}
		for _, form := range post.FindAllString(string(text), -1) {
			if !strings.Contains(form, `method="post"`) && !strings.Contains(form, `method="get"`) {
				t.Errorf("%s: %s has no method", name, form)
			}
		}
	}
}

// An office that has just begun sees what comes next instead of empty tables.
func TestEmptyStates(t *testing.T) {
	w := newWorld(t, empty)
	w.get("", "/").is(200, "还没有抽取", "清河县市场监督管理局")
	w.get("", "/draws").is(200, "还没有抽取", "共 0 条")
	w.get("", "/results").is(200, "还没有公示的检查结果")
	w.get("", "/results?q=x").is(200, "没有符合条件的公示结果")
	w.get("", "/items").is(200, "清单尚未公布")
	planner := w.session("planner")
	w.get(planner, "/staff").is(200, "没有进行中的抽取")
	w.get(planner, "/staff/plans").is(200, "还没有计划")
	w.get(planner, "/staff/plans/new").is(200, "请先导入")
	w.get(planner, "/staff/inspectors").is(200, "没有符合条件的检查人员")
	w.get(w.session("reviewer"), "/staff/tasks").is(200, "没有符合条件的任务")
	w.get(planner, "/staff/log?subject=nothing").is(200, "没有记录")

	for _, path := range []string{"/draws/2026-01-X", "/items/X", "/results/X", "/nowhere",
		"/draws/2026-01-X/notice.pdf", "/draws/%00", "/items/%ff"} {
		r := w.get("", path).is(404, "未能完成", "回到首页")
		if strings.Contains(r.body, "共 ") {
			t.Errorf("%s shows a list", path)
		}
	}
	for _, path := range []string{"/staff/plans/X", "/staff/draws/X", "/staff/entities/X",
		"/staff/inspectors/X"} {
		w.get(planner, path).is(404, "回到工作台")
	}
}

func TestPagingAndSearch(t *testing.T) {
	w := newWorld(t, published)
	first := w.get("", "/results").is(200, "第 1 / 2 页，共 25 条", "下一页").lacks("上一页")
	second := w.get("", "/results?page=2").is(200, "第 2 / 2 页", "上一页").lacks("下一页")
	link := regexp.MustCompile(`/results/([^"]+)"`)
	seen := map[string]bool{}
	for _, m := range append(link.FindAllStringSubmatch(first.body, -1),
		link.FindAllStringSubmatch(second.body, -1)...) {
		seen[m[1]] = true
	}
	if len(seen) != 25 {
		t.Errorf("the pages show %d results", len(seen))
	}
	name := w.tasks()[3].EntityName
	w.get("", "/results?q="+url.QueryEscape(name)).is(200, name)
	w.get("", "/results?q=R.13053400001").is(200, "清河01号商行")
	w.get("", "/results?draw="+november).is(200, "只看抽取", "draw=2026-11-M&amp;page=2")
	w.get("", "/results?q=%25").is(200, "没有符合条件") // a wildcard of SQL is a character here
	w.get("", "/results?q="+url.QueryEscape(`"><b>'`)).is(200, `&#34;&gt;&lt;b&gt;&#39;`)
	w.get("", "/results?page=99").is(404, "没有第 99 页")
	w.get("", "/draws?page=99").is(404, "没有第 99 页")
	w.get("", "/results?page=-3").is(200)
	w.get("", "/results?page=zwei").is(400, "字段 page 的值有误")
	w.get("", "/results?nonsense=1").is(400)

	sup := w.session("supervisor")
	w.get(sup, "/staff/tasks?unit=ZJK").is(200, "共 3 条", "质监科")
	w.get(sup, "/staff/tasks?state=dispatched").is(200, "没有符合条件的任务")
	w.get(sup, "/staff/entities?page=2").is(200, "第 2 / 2 页，共 30 条")
	w.get(sup, "/staff/entities?bank="+url.QueryEscape("食品")).is(200, "共 22 条")
	w.get(sup, "/staff/inspectors?unit=SPJ").is(200, "共 4 条").lacks("质检某某")
	w.get(sup, "/staff/inspectors/I1").is(200, "食检某某1", "近亲属", "R.13053400001")
	w.get(sup, "/staff/log").is(200, "更早的记录", "结果公示")
	w.get(sup, "/staff/log?before=3").is(200, "名录导入").lacks("更早的记录")
	w.get(sup, "/staff/log?subject="+november).is(200, "方案承诺", "抽取记录")
}

// lowerCamel is the form of every key of the API but for keys that are data.
var lowerCamel = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// Every answer of the API is JSON with keys in one form.
func TestAPIKeys(t *testing.T) {
	w := newWorld(t, published)
	who := map[string]string{"planner": w.session("planner"), "reviewer": w.session("supervisor"),
		"admin": w.session("admin"), "inspector": w.session(lead(w.tasks()[0])), "*": ""}
	for _, a := range access {
		if a.method != http.MethodGet || filesOnly(a.path) || a.path == "/login" {
			continue
		}
		path := "/api/v1" + w.address(a.path)
		r := w.get(who[strings.Fields(a.who)[0]], path).is(200)
		if got := r.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("%s is %s", path, got)
		}
		var v any
		if err := json.Unmarshal([]byte(r.body), &v); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, bad := range badKeys(path, v) {
			t.Error(bad)
		}
	}
}

// badKeys looks for keys in another form; `extra` and `points` are maps whose keys are data.
func badKeys(at string, v any) (bad []string) {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			return badKeys(at+"[]", v[0])
		}
	case map[string]any:
		for key, inner := range v {
			if !lowerCamel.MatchString(key) {
				bad = append(bad, fmt.Sprintf("%s.%s", at, key))
			}
			if key != "extra" && key != "points" {
				bad = append(bad, badKeys(at+"."+key, inner)...)
			}
		}
	}
	return bad
}

// A list without rows is an empty list to a program.
func TestAPIEmptyLists(t *testing.T) {
	w := newWorld(t, empty)
	w.get("", "/api/v1/results").is(200, `{"rows":[],"total":0,"page":1,"pages":1}`)
	w.get("", "/api/v1/draws").is(200, `{"rows":[],"total":0,"page":1,"pages":1}`)
	w.get("", "/api/v1/items").is(200, "[]")
	w.get("", "/api/v1/").is(200, `"draws":[]`, `"results":[]`)
	w.get(w.session("planner"), "/api/v1/staff").is(200, `"open":[]`, `"drafts":[]`, `"alarms":[]`)
	w.get(w.session("reviewer"), "/api/v1/staff/tasks").is(200, `"rows":[]`)
	w.get(w.session("planner"), "/api/v1/staff/entities").is(200, `"rows":[]`)
}

func TestAPIErrors(t *testing.T) {
	w := newWorld(t, stocked)
	planner := w.session("planner")
	failures := map[string]*reply{
		`{"status":404,"message":`:                w.get("", "/api/v1/draws/x"),
		`{"status":404,"message":"没有这个`:           w.get("", "/api/v1/nowhere"),
		`{"status":405,"message":`:                w.get("", "/api/v1/staff/advance"),
		`{"status":401,"message":"请先登录"`:          w.json("", "/staff/advance", nil),
		`{"status":403,"message":"您的岗位`:           w.json(w.session("admin"), "/staff/advance", nil),
		`{"status":400,"field":"page","message":`: w.get("", "/api/v1/results?page=x"),
		`{"status":400,"message":"请求的 JSON 有误`:    w.json(planner, "/staff/plans", map[string]int{"nix": 1}),
		`{"status":400,"field":"cron","message":`: w.json(planner, "/staff/plans", map[string]any{
			"id": "Z", "name": "计划", "year": 2026, "cron": "x", "startsOn": "2026-01-01",
			"endsOn": "2026-12-31", "cutoffHours": 1, "eventHours": 2, "visitDays": 3,
			"items": []string{"A01"}, "event": "{event} {cutoff}"}),
		`{"status":413,"message":`: w.json(planner, "/staff/plans",
			map[string]string{"name": strings.Repeat("长", 1<<19)}),
	}
	for want, got := range failures {
		if !strings.HasPrefix(got.body, want) ||
			got.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: %d %.300s, want %s", got.Request.URL.Path, got.StatusCode, got.body, want)
		}
	}
	w.form(planner, "/staff/plans", "name", strings.Repeat("长", 1<<19)).is(413)
	w.json(planner, "/staff/plans", "text").is(400)
	w.do(planner, "POST", "/api/v1/staff/advance", "application/json", strings.NewReader("")).is(200)
}

// What goes wrong inside is logged whole and shown as internal.
func TestInternalError(t *testing.T) {
	w := newWorld(t, empty)
	token := w.session("planner")
	w.setTick(func(context.Context, time.Time) error { return errors.New("disk full") })
	w.form(token, "/staff/advance").is(500, internalMessage, "回到工作台").lacks("disk full")
	w.json(token, "/staff/advance", nil).is(500, `{"status":500,"message":"`+internalMessage)
	if !strings.Contains(w.log.String(), "disk full") {
		t.Error("the error is not logged")
	}
	w.setTick(func(context.Context, time.Time) error { panic("broken") })
	w.form(token, "/staff/advance").is(500, internalMessage).lacks("broken")
	if !strings.Contains(w.log.String(), "broken") {
		t.Error("the panic is not logged")
	}
}

// Bytes that the database cannot hold are refused at the edge.
func TestUnstorableText(t *testing.T) {
	w := newWorld(t, stocked)
	w.get("", "/results?q=%00").is(400, "不能使用的字符")
	w.get("", "/results?q=%ff").is(400, "不能使用的字符")
	w.form("", "/login", "login", "a\x00", "password", "x").is(400, "不能使用的字符")
	w.json(w.session("planner"), "/staff/plans", map[string]any{"name": "a\x00", "items": []string{}}).
		is(400, "不能使用的字符")
	w.json(w.session("planner"), "/staff/plans", map[string]any{"items": []string{"\x00"}}).
		is(400, "不能使用的字符")
}
