package web

import (
	"net/http"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// routes lists every address of the service.
func (s *Server) routes() *mux.Router {
	r := mux.NewRouter().StrictSlash(true)
	r.NotFoundHandler = http.HandlerFunc(s.notFound)
	r.MethodNotAllowedHandler = http.HandlerFunc(s.wrongMethod)

	r.HandleFunc("/healthz", s.healthz).Methods(reading()...)
	r.HandleFunc("/readyz", s.readyz).Methods(reading()...)
	r.Handle("/metrics", promhttp.Handler()).Methods(reading()...)
	for _, name := range []string{"style.css", "icon.svg"} { // no listing of the folder
		r.Handle("/static/"+name, static(name)).Methods(reading()...)
	}

	r.Use(s.storablePath)
	b := both{s, r}
	b.pageOnly("/login", s.loginPage)
	b.post("/login", s.login)
	b.post("/logout", s.logout)
	s.publicRoutes(b)
	s.verifyRoutes(b)
	s.refillRoutes(b)
	s.staffRoutes(b)
	s.myRoutes(b)
	return r
}

// storablePath knows no address that the database could not hold.
func (s *Server) storablePath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !storable(r.URL.Path) {
			s.notFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// reading gives the methods that change nothing: a fresh slice, because mux writes into it.
func reading() []string { return []string{http.MethodGet, http.MethodHead} }

// static serves a file of the program; its address carries the version, so it may be kept.
func static(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		http.ServeFileFS(w, r, staticFiles, "static/"+name)
	})
}

// both registers an action as a page and as its twin of the API.
type both struct {
	s      *Server
	router *mux.Router
}

// apiPrefix stands before the twin of every page. It is no subrouter of mux: those answer 404
// where a method is wrong.
const apiPrefix = "/api/v1"

func (b both) get(path string, a action)  { b.route(path, a, reading()...) }
func (b both) post(path string, a action) { b.route(path, a, http.MethodPost) }

func (b both) route(path string, a action, methods ...string) {
	b.router.Handle(path, b.s.page(a)).Methods(methods...)
	b.router.Handle(apiPrefix+path, b.s.api(a)).Methods(methods...)
}

// pageOnly registers a page that has nothing to say to a program.
func (b both) pageOnly(path string, a action) {
	b.router.Handle(path, b.s.page(a)).Methods(reading()...)
}

// file registers an address that answers with bytes, the same for people and programs.
func (b both) file(path string, h http.HandlerFunc) {
	b.router.Handle(path, h).Methods(reading()...)
}
