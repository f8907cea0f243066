package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yaohao/internal/account"
	"yaohao/internal/pg"
)

// cookie gives the session cookie that an answer sets, or nil.
func (r *reply) cookie() *http.Cookie {
	for _, c := range r.Cookies() {
		if c.Name == "yaohao" {
			return c
		}
	}
	return nil
}

func TestLogin(t *testing.T) {
	w := newWorld(t, stocked)
	if c := w.get("", "/login").cookie(); c != nil {
		t.Error("looking at the login page starts a session")
	}
	r := w.form("", "/login", "login", "planner", "password", "wrong password", "next", "/staff/plans")
	r.is(401, `value="planner"`, "登录名或密码不正确", `value="/staff/plans"`, `role="alert"`).
		lacks("wrong password")
	r = w.form("", "/login", "login", "planner", "password", password).leads("/staff")
	c := r.cookie()
	if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" {
		t.Fatalf("cookie %+v", c)
	}
	w.get(c.Value, "/staff").is(200, "工作某某planner", "计划员")
	w.form(c.Value, "/logout").leads("/")
	w.get(c.Value, "/staff").leads("/login?next=%2Fstaff")
	w.form(c.Value, "/staff/advance").is(401, "请先登录", "后退", `name="login"`)

	// Inspectors start with their tasks.
	w.form("", "/login", "login", "i1", "password", password).leads("/my")
}

// A token that was known before the sign-in is worth nothing after it.
func TestLoginTakesNewToken(t *testing.T) {
	w := newWorld(t, empty)
	before := w.session("planner") // whoever planted it knows it
	r := w.form(before, "/login", "login", "admin", "password", password).leads("/staff")
	c := r.cookie()
	if c == nil || c.Value == before {
		t.Fatalf("the token stays %q", before)
	}
	w.get(before, "/staff").leads("/login?next=%2Fstaff")
	w.get(c.Value, "/staff").is(200, "管理某某")
	r = w.form("planted-token", "/login", "login", "admin", "password", password)
	if c := r.cookie(); c == nil || c.Value == "planted-token" {
		t.Error("a planted token is taken")
	}
}

func TestLoginNext(t *testing.T) {
	for next, want := range map[string]string{
		"/staff/draws?page=2": "/staff/draws?page=2", "": "/staff", "//evil.test": "/staff",
		"https://evil.test/": "/staff", "/\\evil.test": "/staff", "/\t/evil.test": "/staff",
		"javascript:alert(1)": "/staff", "staff": "/staff",
	} {
		if got := landing(&account.Account{Posts: []account.Post{account.Planner}}, next); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestLoginLock(t *testing.T) {
	w := newWorld(t, empty)
	for range account.MaxFailures {
		w.json("", "/login", loginForm{Login: "admin", Password: "wrong password"}).is(401, `"status":401`)
	}
	w.form("", "/login", "login", "admin", "password", password).is(401, "锁定")
	w.set("2026-10-20 10:16")
	w.form("", "/login", "login", "admin", "password", password).leads("/staff")
}

// Over HTTPS the cookie goes nowhere else.
func TestSecureCookie(t *testing.T) {
	w := newWorld(t, empty)
	second := *w.server
	second.BaseURL = "https://yaohao.test"
	handler, err := second.Handler()
	w.ok(err)
	w.http = httptest.NewServer(handler)
	t.Cleanup(w.http.Close)
	w.http.Client().CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}
	c := w.form("", "/login", "login", "admin", "password", password).cookie()
	if c == nil || !c.Secure {
		t.Errorf("cookie %+v", c)
	}
}

// A disabled account is out at once, whatever its cookie says.
func TestDisabledIsOut(t *testing.T) {
	w := newWorld(t, empty)
	token := w.session("reviewer")
	w.get(token, "/staff/tasks").is(200)
	id := w.account("reviewer").ID
	admin := w.session("admin")
	w.form(admin, "/staff/accounts/"+id+"/disabled", "disabled", "true").
		leads("/staff/accounts?q=" + id)
	w.get(admin, "/staff/accounts?q="+id).is(200, "账号已更新", "停用")
	w.get(token, "/staff/tasks").leads("/login?next=%2Fstaff%2Ftasks")
	w.form(admin, "/staff/accounts/"+id+"/disabled", "disabled", "false").leads("/staff/accounts?q=" + id)
	own := w.account("admin").ID
	w.form(admin, "/staff/accounts/"+own+"/disabled", "disabled", "true").is(403, "不能更改自己", `role="alert"`)
}

func TestPasswords(t *testing.T) {
	w := newWorld(t, empty)
	token := w.session("planner")
	const fresh = "another horse 2"
	w.form(token, "/my/password", "present", password, "new", fresh, "again", "other").
		is(400, "两次输入的新口令不同", "aria-invalid")
	w.form(token, "/my/password", "present", "wrong", "new", fresh, "again", fresh).
		is(400, "现在的口令不正确")
	w.form(token, "/my/password", "present", password, "new", "short", "again", "short").is(400, "8")
	elsewhere := w.form("", "/login", "login", "planner", "password", password).cookie().Value
	r := w.form(token, "/my/password", "present", password, "new", fresh, "again", fresh).
		leads("/my/password")
	w.get(elsewhere, "/staff").leads("/login?next=%2Fstaff")
	w.get(token, "/staff").leads("/login?next=%2Fstaff")
	w.get(r.cookie().Value, "/staff").is(200)
	w.form("", "/login", "login", "planner", "password", fresh).leads("/staff")

	admin, id := w.session("admin"), w.account("operator").ID
	theirs := w.session("operator")
	w.form(admin, "/staff/accounts/"+id+"/password", "password", "").is(400, "没有填写口令")
	w.get(theirs, "/staff").is(200)
	w.form(admin, "/staff/accounts/"+id+"/password", "password", fresh).
		leads("/staff/accounts?q=" + id)
	w.get(theirs, "/staff").leads("/login?next=%2Fstaff")
	w.json("", "/login", loginForm{Login: "operator", Password: fresh}).is(200, `"posts":["operator"]`)
	if strings.Contains(w.log.String(), "horse") {
		t.Error("a password is in the log")
	}
}

func TestAccounts(t *testing.T) {
	w := newWorld(t, stocked)
	admin := w.session("admin")
	fields := []string{"login", "sun", "name", "孙某某", "unit", "OFFICE", "posts", "planner",
		"posts", "operator", "password"}
	w.form(admin, "/staff/accounts", append(fields, "short")...).
		is(400, `value="sun"`, `value="孙某某"`, `value="planner" checked`, "8").lacks("short")
	w.form(admin, "/staff/accounts", append(fields, password)...).leads("/staff/accounts?q=P0018")
	w.form(admin, "/staff/accounts", append(fields, password)...).is(409, "sun")
	w.get(admin, "/staff/accounts?q=sun").is(200, "孙某某", "共 1 条").lacks("工作某某planner")
	w.get(admin, "/staff/accounts?post=inspector").is(200, "工作某某i1", "共 8 条").lacks("孙某某")
	w.get(admin, "/staff/accounts?q=nobody").is(200, "没有符合条件的账号")
	w.get(admin, "/staff/accounts?page=9").is(404, "没有第 9 页")
	w.get(w.session("supervisor"), "/staff/accounts").is(200, "孙某某").lacks("重设口令", "新建账号")
}

// Old sessions go when somebody signs in.
func TestSessionsAreForgotten(t *testing.T) {
	w := newWorld(t, empty)
	w.ok(w.db.InTx(t.Context(), func(q pg.Querier) error {
		_, err := q.Exec(t.Context(), `INSERT INTO sessions (token, data, expiry)
			VALUES ('old', '', now() - interval '1 minute')`)
		return err
	}))
	w.form("", "/login", "login", "admin", "password", password).leads("/staff")
	var left int
	w.ok(w.db.QueryRow(t.Context(), `SELECT count(*) FROM sessions WHERE token = 'old'`).Scan(&left))
	if left != 0 {
		t.Error("an expired session stays")
	}
}
