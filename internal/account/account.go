package account

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Lock-out after wrong passwords.
const (
	MaxFailures = 5                // wrong passwords in a row before the lock
	LockTime    = 15 * time.Minute // how long the lock holds
)

// Account is one person who signs in.
type Account struct {
	ID        string               `json:"id"`        // P0001, stands in the log
	Login     string               `json:"login"`     // typed: [a-z][a-z0-9._-]{1,31}
	Name      string               `json:"name"`      // personal: never in logs or public files
	Unit      string               `json:"unit"`      // unit id
	Inspector sampling.InspectorID `json:"inspector"` // empty unless the person is an inspector
	Posts     []Post               `json:"posts"`     // in the order of Posts()
	Disabled  bool                 `json:"disabled"`
}

// Has reports whether the account holds the post and may sign in.
func (a *Account) Has(p Post) bool { return !a.Disabled && slices.Contains(a.Posts, p) }

// Actor gives the actor for the log and the domain functions. It panics if the account does not
// hold the post: callers ask Has first.
func (a *Account) Actor(p Post) audit.Actor {
	if !a.Has(p) {
		panic(fmt.Sprintf("account %s acts in post %q, which it does not hold", a.ID, p))
	}
	return audit.Actor{Person: a.ID, Post: string(p), Unit: a.Unit}
}

// New is what Create needs.
type New struct {
	Login, Name, Unit string
	Inspector         sampling.InspectorID // id in the inspector bank, for the post inspector
	Posts             []Post
	Password          string
}

// loginForm is the CHECK of the table in Go.
var loginForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{1,31}$`)

// Authenticate gives the account behind login and password. Whatever is wrong (no such login, a
// wrong password, a disabled or locked account) gives the same fault.Unauthorized after the same
// work. q must not be a transaction that a failure rolls back, or failures are not counted.
func Authenticate(ctx context.Context, q pg.Querier, login, password string, now time.Time) (
	*Account, error) {
	refused := fault.New(fault.Unauthorized, "登录名或密码不正确").
		WithHint("连续输错 %d 次，该账号锁定 %d 分钟", MaxFailures, int(LockTime.Minutes()))
	a, secret, err := byLogin(ctx, q, login)
	if err != nil {
		return nil, err
	}
	if a == nil {
		cost.matches(password) // as long as a wrong password takes
		return nil, refused
	}
	p, err := parsePHC(secret.password)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", a.ID, err)
	}
	ok := p.matches(password)
	switch {
	case a.Disabled, secret.lockedUntil != nil && now.Before(*secret.lockedUntil):
		return nil, refused
	case !ok:
		if err := countFailure(ctx, q, a.ID, now); err != nil {
			return nil, err
		}
		return nil, refused
	case secret.failures > 0:
		if err := clearFailures(ctx, q, a.ID); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Create makes an account and appends its leaf; q is the caller's transaction. Only an
// administrator may, or audit.System while the office sets itself up. Errors: fault.Invalid with
// the field, fault.Conflict for a login or inspector that has an account.
func Create(ctx context.Context, q pg.Querier, actor audit.Actor, n New, now time.Time) (
	*Account, error) {
	if err := requireAdministrator(actor); err != nil {
		return nil, err
	}
	sorted, err := checkNew(n)
	if err != nil {
		return nil, err
	}
	n.Posts = sorted
	if err := lockAccounts(ctx, q); err != nil {
		return nil, err
	}
	if err := checkReferences(ctx, q, n); err != nil {
		return nil, err
	}
	hash, err := hashPassword(n.Password)
	if err != nil {
		return nil, err
	}
	a := &Account{Login: n.Login, Name: n.Name, Unit: n.Unit, Inspector: n.Inspector, Posts: n.Posts}
	if a.ID, err = insertAccount(ctx, q, a, hash, now); err != nil {
		return nil, err
	}
	return a, appendLeaf(ctx, q, actor, a, "create", now)
}

func checkNew(n New) ([]Post, error) {
	if !loginForm.MatchString(n.Login) {
		return nil, fault.New(fault.Invalid, "登录名“%s”不合规则", n.Login).WithField("login").
			WithHint("小写字母开头，2 至 32 个小写字母、数字或 . _ -")
	}
	if strings.TrimSpace(n.Name) == "" {
		return nil, fault.New(fault.Invalid, "姓名不能为空").WithField("name")
	}
	sorted, err := checkPosts(n.Posts, n.Inspector != "")
	if err != nil {
		return nil, err
	}
	return sorted, CheckPassword(n.Login, n.Password)
}

// checkReferences turns what the table's keys would refuse into a message for the person.
func checkReferences(ctx context.Context, q pg.Querier, n New) error {
	ref, err := references(ctx, q, n)
	switch {
	case err != nil:
		return err
	case !ref.unit:
		return fault.New(fault.Invalid, "没有机构“%s”", n.Unit).WithField("unit")
	case n.Inspector != "" && !ref.inspector:
		return fault.New(fault.Invalid, "执法检查人员名录中没有“%s”", n.Inspector).
			WithField("inspector").WithHint("先导入执法检查人员名录")
	case ref.loginTaken:
		return fault.New(fault.Conflict, "登录名“%s”已被使用", n.Login).WithField("login")
	case ref.inspectorTaken:
		return fault.New(fault.Conflict, "人员“%s”已有账号", n.Inspector).WithField("inspector")
	}
	return nil
}

func requireAdministrator(actor audit.Actor) error {
	if actor == audit.System {
		return nil
	}
	return Require(actor, Administrator)
}

// appendLeaf logs a change. The public can read leaves at once, and leaves of results name
// accounts: which inspector an account belongs to is therefore not in the log.
func appendLeaf(ctx context.Context, q pg.Querier, actor audit.Actor, a *Account, action string,
	now time.Time, more ...audit.Fact) error {
	facts := append([]audit.Fact{
		{Key: "action", Value: action},
		{Key: "posts", Value: join(a.Posts)},
		{Key: "unit", Value: a.Unit},
	}, more...)
	_, err := auditdb.Append(ctx, q, audit.Leaf{Kind: audit.KindAccount, Subject: a.ID, At: now,
		Actor: actor, Facts: facts})
	if err != nil {
		return fmt.Errorf("account %s: appending its leaf: %w", a.ID, err)
	}
	return nil
}

func join(ps []Post) string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = string(p)
	}
	return strings.Join(words, ",")
}
