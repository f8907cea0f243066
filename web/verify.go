package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"

	"yaohao/internal/fault"
	"yaohao/scheduler"
)

// verifyScripts are the parts of the verifier that runs in the browser (draw/1 §9), in the order
// in which they are loaded.
var verifyScripts = []string{"verify-hash.js", "verify-json.js", "verify-plan.js",
	"verify-files.js", "verify-select.js", "verify-staff.js", "verify-flow.js", "verify-run.js",
	"verify-lookup.js", "verify-inflate.js", "verify-bundle.js", "verify-words.js",
	"verify-reasons.js", "verify-page.js"}

// scriptPolicy is the policy of the one page with scripts: they come from this site alone, as do
// the files that they fetch.
const scriptPolicy = policy + "; script-src 'self'; connect-src 'self'"

func (s *Server) verifyRoutes(b both) {
	page := s.page(s.verifyPage)
	b.router.HandleFunc("/verify", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", scriptPolicy)
		page(w, r)
	}).Methods(reading()...)
	b.file("/verify/offline", s.verifyOffline)
	for _, name := range verifyScripts {
		b.router.Handle("/static/"+name, static(name)).Methods(reading()...)
	}
}

type verifyForm struct {
	Draw string `json:"draw"`
}

// verifyData is what the page of the verifier shows.
type verifyData struct {
	Draw        string            // to be opened at once, if any
	Draws       []*scheduler.Draw // published, to choose from: the newest and Draw
	More        bool              // there are older ones; they are opened by their identifier
	Scripts     []string
	Offline     bool   // the page is the one that is saved to disk
	OfflineHash string // SHA-256 of that one, hex
	Version     string
}

// verifyPage is the third verifier: everything is computed in the visitor's browser, this handler
// only says what there is.
func (s *Server) verifyPage(r *http.Request) (*answer, error) {
	var f verifyForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	f.Draw = strings.ToUpper(strings.TrimSpace(f.Draw)) // it may have been typed
	draws, more, err := s.verifiable(r.Context(), f.Draw)
	if err != nil {
		return nil, err
	}
	offline, err := offlinePage(s.Version)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(offline)
	return show("verify.html", "核验", verifyData{Draw: f.Draw, Draws: draws, More: more,
		Scripts: verifyScripts, OfflineHash: hex.EncodeToString(sum[:])}), nil
}

// verifiable lists the newest published draws, the one that was asked for among them, and whether
// there are more.
func (s *Server) verifiable(ctx context.Context, id string) ([]*scheduler.Draw, bool, error) {
	q := s.DB.Querier()
	draws, total, err := scheduler.Draws(ctx, q,
		scheduler.DrawFilter{States: []scheduler.State{scheduler.Published}})
	if err != nil {
		return nil, false, err
	}
	more := total > len(draws)
	if id == "" {
		return draws, more, nil
	}
	d, err := scheduler.DrawByID(ctx, q, id)
	if err != nil {
		return nil, false, err
	}
	if d.State != scheduler.Published {
		return nil, false, fault.New(fault.NotFound, "抽取 %s 还没有公示，名单是密封的", id).
			WithHint("公示之后可在这里核验；现在可以核对 plan.json 的摘要")
	}
	if !slices.ContainsFunc(draws, func(o *scheduler.Draw) bool { return o.ID == id }) {
		draws = append(draws, &d.Draw)
	}
	return draws, more, nil
}

// verifyOffline gives the verifier as one file that works from disk without a network.
func (s *Server) verifyOffline(w http.ResponseWriter, r *http.Request) {
	page, err := offlinePage(s.Version)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="yaohao-verify.html"`)
	if _, err := w.Write(page); err != nil {
		s.Log.WarnContext(r.Context(), "file not delivered", "file", "yaohao-verify.html",
			"error", err)
	}
}

// offlinePage writes style and scripts of the page into one file. Its own policy names their
// digests and allows nothing else, so the file cannot talk to anybody. The same version of the
// program always gives the same bytes.
func offlinePage(version string) ([]byte, error) {
	style, err := staticFiles.ReadFile("static/style.css")
	if err != nil {
		return nil, err
	}
	var script bytes.Buffer
	for _, name := range verifyScripts {
		part, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			return nil, err
		}
		script.WriteByte('\n')
		script.Write(part)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"+
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "+
		"style-src %s; script-src %s; form-action 'none'; base-uri 'none'\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"+
		"<title>核验 · 摇号</title>\n<style>%s</style>\n</head>\n<body>\n",
		digest(style), digest(script.Bytes()), style)
	if err := writeOffline(&b, version); err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "<script>%s</script>\n</body>\n</html>\n", script.Bytes())
	return b.Bytes(), nil
}

// writeOffline writes what stands in the body of the saved page.
func writeOffline(w io.Writer, version string) error {
	set, err := template.New("offline").Funcs(helpers).ParseFS(templateFiles,
		"templates/verify_offline.html", "templates/verify.html")
	if err != nil {
		return err
	}
	return set.ExecuteTemplate(w, "offline", verifyData{Offline: true, Version: version})
}

// digest names an inline style or script in a content security policy (CSP Level 3 §2.3.1).
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// inlineSafe reports whether a script may stand inside an element of HTML.
func inlineSafe(script string) bool {
	low := strings.ToLower(script)
	return !strings.Contains(low, "</script") && !strings.Contains(low, "<!--")
}
