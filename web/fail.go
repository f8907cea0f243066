package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"yaohao/internal/fault"
)

// failure is what a person or program sees of an error.
type failure struct {
	Status  int    `json:"status"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusBadRequest, fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden: http.StatusForbidden, fault.NotFound: http.StatusNotFound,
	fault.Conflict: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge,
}

// fail is the one place that turns an error into HTTP. A person's mistake is shown with its hint;
// anything else is logged whole and shown as internal. Nobody signed in: a page goes to the login.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := fault.As(err)
	if !ok {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("method", r.Method),
			slog.String("path", r.URL.Path), slog.Any("error", err))
		s.failure(w, r, failure{http.StatusInternalServerError, "", internalMessage,
			"请稍后再试；若仍出错，请把时间和操作告诉管理员"})
		return
	}
	if f.Kind == fault.Unauthorized && !wantsJSON(r) {
		s.askLogin(w, r, f)
		return
	}
	s.failure(w, r, asFailure(f))
}

// failPage shows a fault: above the form that was refused if the action gave it, else alone.
func (s *Server) failPage(w http.ResponseWriter, r *http.Request, form *answer, err error) {
	f, ok := fault.As(err)
	if !ok || form == nil {
		s.fail(w, r, err)
		return
	}
	shown := asFailure(f)
	s.render(w, r, shown.Status, form, &shown)
}

func asFailure(f *fault.Error) failure {
	return failure{statuses[f.Kind], camel(f.Field), f.Message, f.Hint}
}

// camel turns the domain's name of a field (visited_on) into that of the form and the API.
func camel(field string) string {
	parts := strings.Split(field, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}

func (s *Server) failure(w http.ResponseWriter, r *http.Request, f failure) {
	if wantsJSON(r) {
		writeJSON(w, f.Status, f)
		return
	}
	s.render(w, r, f.Status, &answer{page: "error.html", title: "未能完成", data: f}, nil)
}

// askLogin leads a person who is not signed in to the login. A form that was sent after the
// sign-in had ended is still in the browser: going back shows it with what was typed.
func (s *Server) askLogin(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	shown := asFailure(f)
	shown.Hint = "登录之后用浏览器的“后退”可回到刚才填写的内容，再提交一次"
	s.render(w, r, shown.Status, show("login.html", "登录", loginForm{}), &shown)
}

func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, fault.New(fault.Forbidden, "拒绝了来自其他网站的请求").WithHint("请在本网站的页面上操作"))
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, fault.New(fault.NotFound, "没有这个页面：%s", r.URL.Path).WithHint("可从首页重新进入"))
}

// wrongMethod answers 405 with the methods that the address does take (RFC 9110 §15.5.6).
func (s *Server) wrongMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", strings.Join(s.allowed(r), ", "))
	s.failure(w, r, failure{http.StatusMethodNotAllowed, "",
		"这个地址不接受 " + r.Method + " 请求", "改变状态的操作只能由页面上的按钮（POST）发起"})
}

func (s *Server) allowed(r *http.Request) []string {
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		probe := r.Clone(r.Context())
		probe.Method = m
		var match mux.RouteMatch
		if s.router.Match(probe, &match) && match.MatchErr == nil {
			methods = append(methods, m)
		}
	}
	return methods
}
