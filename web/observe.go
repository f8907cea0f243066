package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	requests = promauto.NewCounterVec(prometheus.CounterOpts{Name: "yaohao_http_requests_total",
		Help: "HTTP requests by method and status."}, []string{"method", "status"})
	seconds = promauto.NewHistogram(prometheus.HistogramOpts{Name: "yaohao_http_seconds",
		Help: "Time to answer a request."})
)

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
	begun  bool // something was sent
}

func (w *statusWriter) WriteHeader(status int) {
	w.status, w.begun = status, true
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// place gives the address of a request as the log may hold it: the pattern of its route, because
// paths name inspectors, accounts and firms, and queries what people look for.
func (s *Server) place(r *http.Request) string {
	var m mux.RouteMatch
	if s.router.Match(r, &m) && m.Route != nil {
		if pattern, err := m.Route.GetPathTemplate(); err == nil {
			return pattern
		}
	}
	return "(none)"
}

// observe logs and counts every request and turns a panic into an internal error.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				s.Log.Error("panic", "path", s.place(r), "value", fmt.Sprint(p),
					"stack", string(debug.Stack()))
			}
			begun := sw.begun
			if p != nil && !begun {
				http.Error(sw, internalMessage, http.StatusInternalServerError)
			}
			took := time.Since(start)
			requests.WithLabelValues(r.Method, fmt.Sprint(sw.status)).Inc()
			seconds.Observe(took.Seconds())
			s.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method),
				slog.String("path", s.place(r)), slog.Int("status", sw.status),
				slog.Duration("took", took))
			if p != nil && begun {
				panic(http.ErrAbortHandler) // break off: half an answer must not look whole
			}
		}()
		next.ServeHTTP(sw, r)
	})
}

// healthz says that the process answers; readyz that the database does too.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.DB.Ping(r.Context()); err != nil {
		http.Error(w, "database: not reachable", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}
