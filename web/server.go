package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
	"github.com/gorilla/mux"

	"yaohao/calendar"
	"yaohao/inspection"
	"yaohao/internal/pg"
	"yaohao/reports"
	"yaohao/scheduler"
)

// Server answers every request. Its fields are set once by cmd and never change while it runs.
type Server struct {
	DB         *pg.DB
	Scheduler  *scheduler.Service
	Inspection *inspection.Service
	Calendar   *calendar.Calendar
	Reports    reports.Options                                // fonts and the public address
	BaseURL    string                                         // public address without a final slash
	LogKey     string                                         // verifier key of the log, public
	Version    string                                         // shown in the footer
	Now        func() time.Time                               // the clock of the edge
	Advance    func(ctx context.Context, now time.Time) error // the same path as the timer's
	Log        *slog.Logger

	sessions *scs.SessionManager
	pages    *pages
	router   *mux.Router
}

// sessionLife is how long a sign-in lasts: a working day.
const sessionLife = 12 * time.Hour

// Handler gives the routes with everything that stands around each of them: recovery from panics,
// cross-origin protection, sessions, security headers, request log and metrics.
func (s *Server) Handler() (http.Handler, error) {
	var err error
	if s.pages, err = loadPages(); err != nil {
		return nil, err
	}
	s.sessions = scs.New()
	s.sessions.Store = pgxstore.NewWithCleanupInterval(s.DB.Pool, 0)
	s.sessions.Lifetime = sessionLife
	s.sessions.Cookie.Name = "yaohao"
	s.sessions.Cookie.HttpOnly = true
	s.sessions.Cookie.SameSite = http.SameSiteLaxMode
	s.sessions.Cookie.Secure = strings.HasPrefix(s.BaseURL, "https://")
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.Log.ErrorContext(r.Context(), "session", "path", s.place(r), "error", err)
		http.Error(w, internalMessage, http.StatusInternalServerError) // a page needs a session
	}

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
	s.router = s.routes()
	h := s.sessions.LoadAndSave(s.withAccount(guard.Handler(s.router)))
	return s.observe(secure(h)), nil
}

// policy allows no page a script (CSP Level 3); the verifier's page adds its own (verify.go).
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers that keep other sites and injected scripts out.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
