package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/gorilla/mux"
	"github.com/gorilla/schema"

	"yaohao/internal/fault"
)

// An action decodes a request, makes one domain call and says what to show. The same action serves
// a page and its twin under /api/v1: page renders the answer's template or follows its redirect,
// api writes its data as JSON. An action that gives an answer beside a fault wants the answer's
// page, a form with what was typed, under the fault's message; the API shows the fault alone.
type action func(r *http.Request) (*answer, error)

// answer is what an action gives back.
type answer struct {
	page     string // template, for pages
	title    string // of the page
	data     any    // for the template; the JSON body of the API
	redirect string // where a page goes after a change; the API answers with data
	flash    string // a message shown once on the next page
}

// show answers with a template.
func show(page, title string, data any) *answer {
	return &answer{page: page, title: title, data: data}
}

// done answers a change: the page goes to another address with a message, the API gives data.
func done(redirect, flash string, data any) *answer {
	return &answer{redirect: redirect, flash: flash, data: data}
}

// past refuses an answer that is a page behind the last one of a list.
func (a *answer) past() error {
	if list, ok := a.data.(interface{ past() error }); ok {
		return list.past()
	}
	return nil
}

// page serves an action to a person.
func (s *Server) page(a action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		got, err := a(r)
		if err == nil {
			err = got.past()
		}
		if err != nil {
			s.failPage(w, r, got, err)
			return
		}
		if got.redirect != "" {
			if got.flash != "" {
				s.sessions.Put(r.Context(), "flash", got.flash)
			}
			http.Redirect(w, r, got.redirect, http.StatusSeeOther)
			return
		}
		s.render(w, r, http.StatusOK, got, nil)
	}
}

// again gives the page of a form for an action that was refused: the page is made anew and shown
// with the fault. Errors that are not the person's, and those for the API, pass through.
func again(r *http.Request, refused error, page func() (*answer, error)) (*answer, error) {
	if _, ok := fault.As(refused); !ok || wantsJSON(r) {
		return nil, refused
	}
	form, err := page()
	if err != nil {
		return nil, refused // what keeps the page from being shown is a second fault at most
	}
	return form, refused
}

// api serves the same action to a program.
func (s *Server) api(a action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		got, err := a(r)
		if err == nil {
			err = got.past()
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		data := got.data
		if data == nil {
			data = map[string]string{"message": got.flash}
		}
		writeJSON(w, http.StatusOK, data)
	}
}

func writeJSON(w http.ResponseWriter, status int, data any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(data) // the client went away: nobody is left to tell
}

// maxBody bounds what a form or a JSON body may hold; uploads have a limit of their own.
const maxBody = 1 << 20

var forms = newForms()

func newForms() *schema.Decoder {
	d := schema.NewDecoder()
	d.SetAliasTag("json") // one tag names a field for the form and for the API
	d.IgnoreUnknownKeys(false)
	return d
}

// decode reads a form, a JSON body or, for GET, the query into the struct that form points to.
func decode(r *http.Request, form any) error {
	if err := read(r, form); err != nil {
		return err
	}
	return checkText(reflect.ValueOf(form))
}

// checkText refuses what PostgreSQL cannot hold as text: NUL, and bytes that are not UTF-8.
func checkText(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		return checkText(v.Elem())
	case reflect.String:
		if !storable(v.String()) {
			return fault.New(fault.Invalid, "输入中有不能使用的字符").WithHint("请重新输入，不要粘贴乱码")
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if err := checkText(v.Field(i)); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := checkText(v.Index(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func read(r *http.Request, form any) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return formFault(forms.Decode(form, r.URL.Query()))
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		if err := d.Decode(form); err != nil && !errors.Is(err, io.EOF) {
			return bodyFault("请求的 JSON 有误", err)
		}
		return nil
	}
	if err := r.ParseForm(); err != nil {
		return bodyFault("表单无法读取", err)
	}
	return formFault(forms.Decode(form, r.PostForm))
}

func bodyFault(what string, err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.TooLarge, "提交的内容超过 %d KiB", large.Limit>>10).Wrap(err)
	}
	return fault.New(fault.Invalid, "%s：%v", what, err)
}

// formFault says in Chinese which field of a form is wrong.
func formFault(err error) error {
	if err == nil {
		return nil
	}
	var many schema.MultiError
	if errors.As(err, &many) {
		for field := range many {
			return fault.New(fault.Invalid, "字段 %s 的值有误", field).WithField(field).Wrap(err)
		}
	}
	return fault.New(fault.Invalid, "表单有误").Wrap(err)
}

// pathVar gives a variable of the route.
func pathVar(r *http.Request, name string) string { return mux.Vars(r)[name] }

// wantsJSON reports whether the answer goes to a program.
func wantsJSON(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }
