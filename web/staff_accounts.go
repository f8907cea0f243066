package web

import (
	"net/http"
	"slices"
	"strings"

	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// accountRows is how many accounts a page shows.
const accountRows = 20

type accountsForm struct {
	Q    string `json:"q"`
	Post string `json:"post"`
	Page int    `json:"page"`
}

type accountsData struct {
	formed[accountsForm, *account.Account]
	Posts []account.Post  `json:"-"`
	Units []registry.Unit `json:"-"`
	New   accountForm     `json:"-"` // what was typed and refused
}

func (s *Server) accounts(r *http.Request) (*answer, error) {
	var f accountsForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	return s.accountsPage(r, f, accountForm{})
}

func (s *Server) accountsPage(r *http.Request, f accountsForm, typed accountForm) (
	*answer, error) {
	list, err := account.Accounts(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	units, err := registry.Units(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a *account.Account) bool { return !f.matches(a) })
	page, total := max(f.Page, 1), len(list)
	rows := list[min((page-1)*accountRows, total):min(page*accountRows, total)]
	return show("accounts.html", "账号", accountsData{formed[accountsForm, *account.Account]{
		newListing(r, rows, int64(total), page, accountRows), f}, account.Posts(), units, typed}), nil
}

// matches looks for the query in id, login and name; an office has hundreds of accounts at most.
func (f accountsForm) matches(a *account.Account) bool {
	if f.Post != "" && !slices.Contains(a.Posts, account.Post(f.Post)) {
		return false
	}
	q := strings.ToLower(strings.TrimSpace(f.Q))
	return strings.Contains(strings.ToLower(a.ID), q) || strings.Contains(a.Login, q) ||
		strings.Contains(strings.ToLower(a.Name), q)
}

type accountForm struct {
	Login     string   `json:"login"`
	Name      string   `json:"name"`
	Unit      string   `json:"unit"`
	Inspector string   `json:"inspector"`
	Posts     []string `json:"posts"`
	Password  string   `json:"password"`
}

// needPassword refuses a form without a new password.
func needPassword(password string) error {
	if password == "" {
		return fault.New(fault.Invalid, "没有填写口令").WithField("password")
	}
	return nil
}

func (s *Server) createAccount(r *http.Request) (*answer, error) {
	var f accountForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	n := account.New{Login: f.Login, Name: f.Name, Unit: f.Unit, Password: f.Password,
		Inspector: sampling.InspectorID(f.Inspector)}
	for _, p := range f.Posts {
		n.Posts = append(n.Posts, account.Post(p))
	}
	var made *account.Account
	err := s.DB.InTx(r.Context(), func(q pg.Querier) (err error) {
		made, err = account.Create(r.Context(), q, actor(r, account.Administrator), n, s.Now())
		return err
	})
	if err != nil {
		f.Password = ""
		return again(r, err, func() (*answer, error) { return s.accountsPage(r, accountsForm{}, f) })
	}
	return done("/staff/accounts?q="+made.ID, "账号 "+made.ID+" 已建立",
		map[string]string{"id": made.ID}), nil
}

type disabledForm struct {
	Disabled bool `json:"disabled"`
}

func (s *Server) disableAccount(r *http.Request) (*answer, error) {
	var f disabledForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	err := s.DB.InTx(r.Context(), func(q pg.Querier) error {
		return account.SetDisabled(r.Context(), q, actor(r, account.Administrator),
			pathVar(r, "account"), f.Disabled, s.Now())
	})
	if err != nil {
		return s.accountAgain(r, err)
	}
	return done("/staff/accounts?q="+pathVar(r, "account"), "账号已更新", nil), nil
}

type passwordForm struct {
	Password string `json:"password"`
}

func (s *Server) resetPassword(r *http.Request) (*answer, error) {
	var f passwordForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	if err := needPassword(f.Password); err != nil {
		return nil, err
	}
	err := s.DB.InTx(r.Context(), func(q pg.Querier) error {
		return account.SetPassword(r.Context(), q, actor(r, account.Administrator),
			pathVar(r, "account"), f.Password, s.Now())
	})
	if err != nil {
		return s.accountAgain(r, err)
	}
	if err := s.endSessions(r.Context(), pathVar(r, "account")); err != nil {
		return nil, err
	}
	return done("/staff/accounts?q="+pathVar(r, "account"), "口令已重设", nil), nil
}

// accountAgain shows the account whose change was refused.
func (s *Server) accountAgain(r *http.Request, refused error) (*answer, error) {
	return again(r, refused, func() (*answer, error) {
		return s.accountsPage(r, accountsForm{Q: pathVar(r, "account")}, accountForm{})
	})
}
