package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"
)

// access says who may open what: "*" everybody, "+" whoever signed in, else posts by login. A
// route of the program that is not in the table fails TestAccessNamesEveryRoute.
var access = []struct{ method, path, who string }{
	{"GET", "/", "*"}, {"GET", "/draws", "*"}, {"GET", "/draws/{draw}", "*"},
	{"GET", "/draws/{draw}/why", "*"}, {"GET", "/draws/{draw}/files/refills/{file}", "*"},
	{"GET", "/draws/{draw}/bundle.zip", "*"}, {"GET", "/draws/{draw}/files/{file}", "*"},
	{"GET", "/draws/{draw}/notice.pdf", "*"}, {"GET", "/results", "*"},
	{"GET", "/results/{task}", "*"}, {"GET", "/items", "*"}, {"GET", "/items/{item}", "*"},
	{"GET", "/method", "*"}, {"GET", "/log/checkpoint", "*"},
	{"GET", "/log/leaves/{index:[0-9]+}", "*"}, {"GET", "/login", "*"}, {"POST", "/login", "*"},
	{"POST", "/logout", "*"}, {"GET", "/healthz", "*"}, {"GET", "/readyz", "*"},
	{"GET", "/metrics", "*"}, {"GET", "/static/style.css", "*"}, {"GET", "/static/icon.svg", "*"},

	{"GET", "/staff", desks}, {"GET", "/staff/imports", desks},
	{"GET", "/staff/imports/{id:[0-9]+}", desks}, {"POST", "/staff/imports", "registrar"},
	{"GET", "/staff/entities", desks}, {"GET", "/staff/entities/{entity}", desks},
	{"GET", "/staff/inspectors", desks}, {"GET", "/staff/inspectors/{inspector}", desks},
	{"GET", "/staff/plans", desks}, {"GET", "/staff/plans/new", "planner"},
	{"POST", "/staff/plans", "planner"}, {"GET", "/staff/plans/{plan}", desks},
	{"POST", "/staff/plans/{plan}/approve", "approver"}, {"GET", "/staff/draws", desks},
	{"GET", "/staff/chains", desks}, {"POST", "/staff/chains", "operator"},
	{"GET", "/staff/draws/{draw}", desks}, {"POST", "/staff/draws/{draw}/entropy", "operator"},
	{"POST", "/staff/draws/{draw}/void", "operator"},
	{"POST", "/staff/draws/{draw}/void/confirm", "operator approver"},
	{"POST", "/staff/draws/{draw}/publish", "publisher"},
	{"POST", "/staff/draws/{draw}/refills", "operator"},
	{"POST", "/staff/draws/{draw}/replacements", "operator"},
	{"POST", "/staff/draws/{draw}/refills/{no:[0-9]{1,9}}/value", "operator"},
	{"POST", "/staff/draws/{draw}/refills/{no:[0-9]{1,9}}/withdraw", "operator approver"},
	{"POST", "/staff/advance", "operator planner"},
	{"GET", "/staff/tasks", "reviewer publisher supervisor"},
	{"GET", "/staff/tasks/{task}", "reviewer publisher supervisor"},
	{"POST", "/staff/tasks/{task}/review", "reviewer"}, {"GET", "/staff/log", desks},
	{"GET", "/staff/accounts", "admin supervisor"}, {"POST", "/staff/accounts", "admin"},
	{"POST", "/staff/accounts/{account}/disabled", "admin"},
	{"POST", "/staff/accounts/{account}/password", "admin"},

	{"GET", "/my", "inspector"}, {"GET", "/my/tasks/{task}", "inspector"},
	{"POST", "/my/tasks/{task}/result", "inspector"},
	{"GET", "/my/draws/{draw}/tasks.pdf", "inspector"},
	{"GET", "/my/draws/{draw}/tasks.csv", "inspector"},
	{"GET", "/my/draws/{draw}/tasks.ics", "inspector"}, {"GET", "/my/password", "+"},
	{"POST", "/my/password", "+"},
}

const desks = "planner operator approver reviewer publisher registrar supervisor admin"

// filesOnly are addresses without a twin under /api/v1.
func filesOnly(path string) bool {
	return strings.Contains(path, ".") || strings.HasPrefix(path, "/log/") ||
		strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/verify") || strings.HasSuffix(path, "{file}") ||
		slices.Contains([]string{"/healthz", "/readyz", "/metrics", "/my/password"}, path)
}

// address fills the variables of a route with things that exist.
func (w *world) address(path string) string {
	if w.first.ID == "" {
		w.first = w.tasks()[0]
	}
	task := w.first
	for name, value := range map[string]string{"{draw}": november, "{task}": task.ID,
		"{entity}": string(task.Entity), "{inspector}": "I1", "{id:[0-9]+}": "1", "{plan}": "M",
		"{index:[0-9]+}": "0", "{account}": "P0002", "{item}": "A01", "{no:[0-9]{1,9}}": "1", "{file}": "plan.json"} {
		path = strings.ReplaceAll(path, name, value)
	}
	return path
}

func TestAccessNamesEveryRoute(t *testing.T) {
	w := newWorld(t, empty)
	listed := map[string]bool{}
	for _, a := range access {
		listed[a.method+" "+a.path] = true
	}
	apis := 0
	w.ok(w.server.router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		methods, errMethods := route.GetMethods()
		if err != nil || errMethods != nil { // the prefix of a subrouter
			return nil
		}
		if slices.Contains(methods, "GET") != slices.Contains(methods, "HEAD") {
			t.Errorf("%s: %v, GET and HEAD must come together", path, methods)
		}
		if page, ok := strings.CutPrefix(path, "/api/v1"); ok {
			path = page
			apis++
		}
		for _, m := range methods {
			if m != "HEAD" && !listed[m+" "+path] {
				t.Errorf("%s %s is not in the table of access", m, path)
			}
		}
		return nil
	}))
	if apis < 30 {
		t.Errorf("only %d routes of the API", apis)
	}
}

// Every post opens exactly what the table says, as a page and as JSON.
func TestAccess(t *testing.T) {
	w := newWorld(t, drawn)
	who := map[string]string{"public": "", "inspector": w.session(lead(w.tasks()[0]))}
	for _, login := range strings.Fields(desks) {
		who[login] = w.session(login)
	}
	for _, a := range access {
		if a.path == "/logout" || a.path == "/login" {
			continue // TestLogin
		}
		for login, token := range who {
			may := a.who == "*" || a.who == "+" && login != "public" ||
				slices.Contains(strings.Fields(a.who), login)
			path := w.address(a.path)
			w.judge(w.send(token, a.method, path), login, may, false)
			if !filesOnly(a.path) {
				w.judge(w.send(token, a.method, "/api/v1"+path), login, may, true)
			}
		}
	}
}

// send makes an empty request of either method.
func (w *world) send(token, method, path string) *reply {
	if method == http.MethodGet {
		return w.get(token, path)
	}
	if strings.HasSuffix(path, "/my/password") {
		return w.form(token, path, "again", "x") // refused before a slow hash is made
	}
	return w.form(token, path)
}

func (w *world) judge(r *reply, login string, may, api bool) {
	w.Helper()
	const refused = "您的岗位不能进行这项操作"
	asked := strings.HasPrefix(r.Header.Get("Location"), "/login") ||
		r.StatusCode == http.StatusUnauthorized
	denied := r.StatusCode == http.StatusForbidden && strings.Contains(r.body, refused)
	switch {
	case may && (asked || denied):
		w.Errorf("%s %s as %s: refused with %d", r.Request.Method, r.Request.URL, login, r.StatusCode)
	case !may && login == "public" && !asked, !may && login != "public" && !denied && !asked:
		w.Errorf("%s %s as %s: %d, want a refusal", r.Request.Method, r.Request.URL, login,
			r.StatusCode)
	case !may && api && !strings.HasPrefix(r.body, `{"status":40`):
		w.Errorf("%s %s as %s: %q", r.Request.Method, r.Request.URL, login, r.body)
	case r.StatusCode >= 500:
		w.Errorf("%s %s as %s: %d\n%s", r.Request.Method, r.Request.URL, login, r.StatusCode,
			w.log.String())
	}
}

// contents is a digest of every table but sessions and the record of who read sealed lists.
func (w *world) contents() string {
	w.Helper()
	rows, err := w.db.Query(w.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'
		AND tablename NOT IN ('sessions', 'list_access', 'schema_version') ORDER BY 1`)
	w.ok(err)
	var tables []string
	for rows.Next() {
		var name string
		w.ok(rows.Scan(&name))
		tables = append(tables, name)
	}
	w.ok(rows.Err())
	var all strings.Builder
	for _, name := range tables {
		var sum *string
		w.ok(w.db.QueryRow(w.Context(), fmt.Sprintf(
			`SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM %s r`, name)).Scan(&sum))
		if sum != nil {
			fmt.Fprintln(&all, name, *sum)
		}
	}
	if len(tables) < 20 {
		w.Fatalf("only %d tables", len(tables))
	}
	return all.String()
}

// Reading never changes anything, and what changes something cannot be reached by reading.
func TestGetChangesNothing(t *testing.T) {
	w := newWorld(t, entered)
	before := w.contents()
	who := []string{"", w.session(lead(w.tasks()[0]))}
	for _, login := range []string{"planner", "operator", "approver", "reviewer", "publisher", "admin"} {
		who = append(who, w.session(login))
	}
	reading := map[string]bool{}
	for _, a := range access {
		reading[a.path] = reading[a.path] || a.method == http.MethodGet
	}
	for _, a := range access {
		path := w.address(a.path)
		for _, token := range who {
			for _, prefix := range []string{"", "/api/v1"} {
				if prefix != "" && filesOnly(a.path) {
					continue
				}
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					r := w.do(token, method, prefix+path+"?reason=x&verdict=approve&disabled=true", "", nil)
					post := !reading[a.path] || a.path == "/login" && prefix != ""
					if post && (r.StatusCode != http.StatusMethodNotAllowed ||
						r.Header.Get("Allow") != http.MethodPost) {
						t.Errorf("%s %s: %d, Allow %q", method, prefix+path, r.StatusCode,
							r.Header.Get("Allow"))
					}
					if method == http.MethodHead && r.body != "" {
						t.Errorf("HEAD %s has a body", path)
					}
				}
			}
		}
	}
	if after := w.contents(); after != before {
		t.Errorf("reading changed tables:\n%s\n%s", before, after)
	}
}

// A request from a page of another site is refused before anything looks at it.
func TestCrossOrigin(t *testing.T) {
	w := newWorld(t, entered)
	before := w.contents()
	tokens := map[string]string{}
	for _, a := range access {
		login := strings.Fields(a.who)[0]
		switch login {
		case "*", "+":
			login = "admin"
		case "inspector":
			login = lead(w.tasks()[0])
		}
		if a.method != http.MethodPost {
			continue
		}
		if tokens[login] == "" {
			tokens[login] = w.session(login)
		}
		for _, prefix := range []string{"", "/api/v1"} {
			if prefix != "" && filesOnly(a.path) {
				continue
			}
			for _, head := range [][]string{{"Sec-Fetch-Site", "cross-site"},
				{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.test"}} {
				r := w.do(tokens[login], http.MethodPost, prefix+w.address(a.path),
					"application/x-www-form-urlencoded", strings.NewReader("reason=x"), head...)
				r.is(http.StatusForbidden, "拒绝了来自其他网站的请求")
			}
		}
	}
	if after := w.contents(); after != before {
		t.Error("a request from another site changed tables")
	}
	w.get(tokens["admin"], "/staff").is(200, "管理某某") // nobody was signed out
}

// The headers that keep scripts and frames of others out stand on every answer.
func TestHeaders(t *testing.T) {
	w := newWorld(t, empty)
	for _, path := range []string{"/", "/login", "/nowhere", "/api/v1/draws", "/static/style.css"} {
		r := w.get("", path)
		if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") ||
			strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: may be sniffed", path)
		}
		if path != "/static/style.css" && r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %q", path, r.Header.Get("Cache-Control"))
		}
	}
	if got := w.get("", "/draws/").Header.Get("Location"); got != "/draws" {
		t.Errorf("/draws/ leads to %q", got)
	}
	w.get("", "/static/").is(404)
	w.get("", "/healthz").is(200, "ok")
	w.get("", "/readyz").is(200, "ok")
	w.get("", "/metrics").is(200, "yaohao_http_requests_total")
}
