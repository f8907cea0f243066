package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"yaohao/scheduler"
)

// The verifier's addresses are open to everybody, in the table of access like all others.
func init() {
	for _, path := range []string{"/verify", "/verify/offline"} {
		access = append(access, struct{ method, path, who string }{"GET", path, "*"})
	}
	for _, name := range verifyScripts {
		access = append(access, struct{ method, path, who string }{"GET", "/static/" + name, "*"})
	}
}

// Every script of the verifier is served and stands in the saved page; there is no other.
func TestVerifyScripts(t *testing.T) {
	names, err := fs.Glob(staticFiles, "static/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], "static/")
	}
	listed := slices.Sorted(slices.Values(verifyScripts))
	if !slices.Equal(names, listed) {
		t.Errorf("the folder has %v, the page loads %v", names, listed)
	}
	for _, name := range verifyScripts {
		text, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !inlineSafe(string(text)) {
			t.Errorf("%s would end the element it stands in", name)
		}
		lines := strings.Split(string(text), "\n")
		if len(lines) > 500 {
			t.Errorf("%s has %d lines", name, len(lines))
		}
		if !strings.HasPrefix(lines[0], "// ") {
			t.Errorf("%s does not say what it is", name)
		}
		for _, word := range []string{"innerHTML", "eval(", "new Function", "https://", "http://"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s: %s", name, word)
			}
		}
	}
	if inlineSafe("a</SCRIPT>") || inlineSafe("<!-- a") {
		t.Error("the end of an element passes")
	}
}

// The page of the verifier is the only one with scripts, and they come from this site.
func TestVerifyPage(t *testing.T) {
	w := newWorld(t, published)
	r := w.get("", "/verify")
	r.is(200, "核验", `<option value="`+november+`">`, "下载本页离线使用")
	csp := r.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self'",
		"style-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy %q lacks %q", csp, want)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Count(r.body, "<script") != len(verifyScripts) ||
		strings.Count(r.body, "<script defer src=\"/static/verify-") != len(verifyScripts) {
		t.Error("scripts that are not files of this site")
	}
	for _, path := range []string{"/", "/draws/" + november, "/method", "/verify/offline"} {
		if csp := w.get("", path).Header.Get("Content-Security-Policy"); csp != policy {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
	for _, name := range verifyScripts {
		r := w.get("", "/static/"+name+"?v=1")
		r.is(200, "yaohaoVerify")
		if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/javascript") {
			t.Errorf("%s: %s", name, kind)
		}
	}
	w.get("", "/verify?draw="+november).is(200, `data-draw="`+november+`"`)
	w.get("", "/verify?draw=NONE").is(404)
	w.get("", "/verify?other=1").is(400)
	w.get("", "/verify/nowhere").is(404)
	w.get("", "/api/v1/verify").is(404)
	w.get("", "/static/verify-none.js").is(404)
	w.get("", "/draws/"+november).is(200, `href="/verify?draw=`+november+`"`)
}

// The list holds the newest draws; an older one is opened by its identifier as a person types it.
func TestVerifyOlderDraw(t *testing.T) {
	w := newWorld(t, published)
	if r := w.get("", "/verify"); strings.Contains(r.body, "按编号打开") {
		t.Error("a single draw has older ones")
	}
	if _, err := w.db.Querier().Exec(t.Context(), `INSERT INTO draw
		SELECT (jsonb_populate_record(d, jsonb_build_object('id', 'NEWER-' || i,
			'period', 'newer ' || i, 'due_at', d.due_at + interval '1 day'))).*
		FROM draw d, generate_series(1, $2) i WHERE d.id = $1`, november,
		scheduler.PageSize); err != nil {
		t.Fatal(err)
	}
	r := w.get("", "/verify")
	r.is(200, `<option value="NEWER-1">`, "按编号打开", `<a href="/draws">`)
	if strings.Contains(r.body, `value="`+november+`"`) {
		t.Error("the list is longer than a page")
	}
	typed := "/verify?draw=+" + strings.ToLower(november) + "+"
	w.get("", typed).is(200, `data-draw="`+november+`"`,
		`<option value="`+november+`" selected>`)
	if n := strings.Count(w.get("", "/verify?draw=NEWER-3").body, "<option"); n != scheduler.PageSize {
		t.Errorf("%d draws to choose from", n)
	}
}

// A draw whose list is sealed cannot be opened, nor is it offered.
func TestVerifySealedDraw(t *testing.T) {
	w := newWorld(t, drawn)
	w.get("", "/verify?draw="+november).is(404, "还没有公示")
	if r := w.get("", "/verify"); strings.Contains(r.body, november) {
		t.Error("a sealed draw is offered")
	}
	if r := w.get("", "/draws/"+november); strings.Contains(r.body, "/verify?draw=") {
		t.Error("the page of a sealed draw offers to verify it")
	}
}

// The saved page is one file with a policy of its own that allows its two parts and nothing else.
func TestVerifyOffline(t *testing.T) {
	w := newWorld(t, empty)
	r := w.get("", "/verify/offline")
	r.is(200, "<!doctype html>", "查一户", "compress256", "http-equiv=\"Content-Security-Policy\"",
		"default-src 'none'; style-src 'sha256-", "script-src 'sha256-")
	if got := r.Header.Get("Content-Disposition"); got != `attachment; filename="yaohao-verify.html"` {
		t.Errorf("delivered as %q", got)
	}
	for _, outside := range []string{" src=", "<link", "@import", "url(", "下载本页"} {
		if strings.Contains(r.body, outside) {
			t.Errorf("the file refers to %q outside", outside)
		}
	}
	style := between(t, r.body, "<style>", "</style>")
	script := between(t, r.body, "<script>", "</script>")
	for _, part := range []string{style, script} {
		if !strings.Contains(r.body, digest([]byte(part))) {
			t.Errorf("the policy does not allow the part that starts with %.40q", part)
		}
	}
	sum := sha256.Sum256([]byte(r.body))
	w.get("", "/verify").is(200, hex.EncodeToString(sum[:]))
}

func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, from)
	part, _, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("no %s…%s", from, to)
	}
	return part
}
