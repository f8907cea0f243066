package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"yaohao/internal/account"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// pages holds one parsed template set per page: the layout, the shared pieces and the page.
type pages struct{ sets map[string]*template.Template }

// frame is what the layout shows around a page.
type frame struct {
	Title   string
	Path    string
	Account *account.Account // nil for the public
	Flash   string           // of the change that led here
	Error   *failure         // why the form below was refused
	Version string
	Names   *names
	Data    any
}

// Bad gives the attributes of a form field that was refused.
func (f frame) Bad(field string) template.HTMLAttr {
	if f.Error == nil || f.Error.Field != field {
		return ""
	}
	return `aria-invalid="true"`
}

// internalMessage is all that a person sees of our own faults.
const internalMessage = "服务内部出错，已记录"

// loadPages parses every template once; a template that does not parse stops the start.
func loadPages() (*pages, error) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	p := &pages{sets: map[string]*template.Template{}}
	for _, name := range names {
		base := strings.TrimPrefix(name, "templates/")
		if base == "layout.html" || strings.HasPrefix(base, "pieces") {
			continue
		}
		set, err := template.New("layout.html").Funcs(helpers).ParseFS(templateFiles,
			"templates/layout.html", "templates/pieces*.html", name)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", base, err)
		}
		p.sets[base] = set
	}
	return p, nil
}

// render writes a whole page or, when the template fails, nothing of it. refused, if any, stands
// above the page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, a *answer,
	refused *failure) {
	set, ok := s.pages.sets[a.page]
	if !ok {
		panic("web: no template " + a.page)
	}
	var b bytes.Buffer
	err := set.ExecuteTemplate(&b, "layout.html", frame{
		Title: a.title, Path: r.URL.Path, Account: signedIn(r),
		Flash: s.sessions.PopString(r.Context(), "flash"), Error: refused, Version: s.Version,
		Names: newNames(r, s.DB.Querier()), Data: a.data,
	})
	if err != nil {
		s.Log.ErrorContext(r.Context(), "template failed", "page", a.page, "error", err)
		http.Error(w, internalMessage, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the client went away: nobody is left to tell
}
