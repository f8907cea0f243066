package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/fault"
)

type contextKey int

const accountKey contextKey = iota

// withAccount puts the signed-in account, read afresh from the database, into the request: a
// disabled account or a withdrawn post counts at once.
func (s *Server) withAccount(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := s.sessions.GetString(r.Context(), "account")
		if id == "" {
			next.ServeHTTP(w, r)
			return
		}
		a, err := account.ByID(r.Context(), s.DB.Querier(), id)
		switch {
		case fault.Is(err, fault.NotFound) || err == nil && a.Disabled:
			s.sessions.Remove(r.Context(), "account")
			next.ServeHTTP(w, r)
		case err != nil:
			s.fail(w, r, err)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), accountKey, a)))
		}
	})
}

// signedIn gives the account of the request, nil for the public.
func signedIn(r *http.Request) *account.Account {
	a, _ := r.Context().Value(accountKey).(*account.Account)
	return a
}

// need wraps an action that only holders of one of the posts may call. Domain functions check the
// post of their actor again; here it decides which pages open at all.
func need(a action, posts ...account.Post) action {
	return func(r *http.Request) (*answer, error) {
		acc := signedIn(r)
		if acc == nil {
			return nil, fault.New(fault.Unauthorized, "请先登录")
		}
		for _, p := range posts {
			if acc.Has(p) {
				return a(r)
			}
		}
		return nil, fault.New(fault.Forbidden, "您的岗位不能进行这项操作").
			WithHint("需要的岗位：%s", postNames(posts))
	}
}

// actor gives the signed-in person acting in the first of the posts that they hold.
func actor(r *http.Request, posts ...account.Post) audit.Actor {
	acc := signedIn(r)
	for _, p := range posts {
		if acc.Has(p) {
			return acc.Actor(p)
		}
	}
	return audit.Actor{} // holds no post: every domain function refuses it
}

func postNames(posts []account.Post) string {
	names := make([]string, len(posts))
	for i, p := range posts {
		names[i] = p.Name()
	}
	return strings.Join(names, "、")
}

// endSessions signs an account out everywhere: whoever took a session goes with the old password.
// A crash in between leaves sessions that end by themselves after sessionLife.
func (s *Server) endSessions(ctx context.Context, id string) error {
	return s.sessions.Iterate(ctx, func(ctx context.Context) error {
		if s.sessions.GetString(ctx, "account") != id {
			return nil
		}
		return s.sessions.Destroy(ctx)
	})
}

type loginForm struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Next     string `json:"next"`
}

func (s *Server) loginPage(r *http.Request) (*answer, error) {
	return show("login.html", "登录", loginForm{Next: r.URL.Query().Get("next")}), nil
}

// login checks the password and starts a session under a new token (no session fixation).
func (s *Server) login(r *http.Request) (*answer, error) {
	var f loginForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	a, err := account.Authenticate(r.Context(), s.DB.Querier(), f.Login, f.Password, s.Now())
	if err != nil {
		f.Password = ""
		return again(r, err, func() (*answer, error) { return show("login.html", "登录", f), nil })
	}
	if err := s.forgetSessions(r.Context()); err != nil {
		return nil, err
	}
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return nil, err
	}
	s.sessions.Put(r.Context(), "account", a.ID)
	return done(landing(a, f.Next), "", map[string]any{"account": a.ID, "posts": a.Posts}), nil
}

// forgetSessions removes what has expired; sign-ins are rare enough to do it there.
func (s *Server) forgetSessions(ctx context.Context) error {
	_, err := s.DB.Exec(ctx, `DELETE FROM sessions WHERE expiry < current_timestamp`)
	return err
}

// landing is where a person starts; next only counts when it is a path of this site.
func landing(a *account.Account, next string) string {
	u, err := url.Parse(next) // refuses control characters, which browsers leave out of "/\t/host"
	if err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(next, "/") &&
		!strings.HasPrefix(next, "//") && !strings.Contains(next, "\\") {
		return next
	}
	if len(a.Posts) == 1 && a.Has(account.Inspector) {
		return "/my"
	}
	return "/staff"
}

func (s *Server) logout(r *http.Request) (*answer, error) {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return nil, err
	}
	return done("/", "", nil), nil
}
