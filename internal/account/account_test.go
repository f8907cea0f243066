package account

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/audit/audittest"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

var now = time.Date(2026, 11, 2, 9, 0, 0, 0, time.FixedZone("", 8*3600))

const password = "清河-摇号-2026"

// Tests sign in often: 64 KiB instead of 64 MiB. TestPasswordHash checks the standard cost.
func init() { cost.memory = 64 }

// office gives a database with one unit and one inspector, and its log checked at the end.
func office(t *testing.T) *pg.DB {
	t.Helper()
	db := pgtest.New(t)
	audittest.CheckLog(t, db)
	for _, sql := range []string{
		`INSERT INTO unit (id, name, kind, area, import_id, updated_at)
			VALUES ('SPJ', '食品科', 'department', '130534', 1, now())`,
		`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, import_id, updated_at)
			VALUES ('I1', '王某', 'SPJ', '130534', 'Z1', '2027-12-31', 1, now())`,
	} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func create(db *pg.DB, actor audit.Actor, n New) (a *Account, err error) {
	if n.Password == "" {
		n.Password = password
	}
	err = db.InTx(context.Background(), func(q pg.Querier) error {
		a, err = Create(context.Background(), q, actor, n, now)
		return err
	})
	return a, err
}

func mustCreate(t *testing.T, db *pg.DB, login string, posts ...Post) *Account {
	t.Helper()
	a, err := create(db, audit.System, New{Login: login, Name: "李某", Unit: "SPJ", Posts: posts})
	if err != nil {
		t.Fatalf("creating %s: %v", login, err)
	}
	return a
}

func leaves(t *testing.T, db *pg.DB, id string) []audit.Leaf {
	t.Helper()
	entries, err := auditdb.Leaves(t.Context(), db.Querier(),
		auditdb.Filter{Kind: audit.KindAccount, Subject: id})
	if err != nil {
		t.Fatal(err)
	}
	var out []audit.Leaf
	for _, e := range entries {
		out = append(out, e.Leaf)
	}
	return out
}

func wantFault(t *testing.T, err error, kind fault.Kind, words ...string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind {
		t.Fatalf("error = %v, want a fault of kind %d", err, kind)
	}
	for _, word := range words {
		if !strings.Contains(f.Error(), word) {
			t.Errorf("error %q does not say %q", f.Error(), word)
		}
	}
}

func TestCreateAndSignIn(t *testing.T) {
	t.Parallel()
	db := office(t)
	admin := mustCreate(t, db, "admin", Administrator)
	a, err := create(db, admin.Actor(Administrator), New{Login: "wang", Name: "王某", Unit: "SPJ",
		Inspector: "I1", Posts: []Post{Reviewer, Inspector}})
	if err != nil {
		t.Fatal(err)
	}
	if admin.ID != "P0001" || a.ID != "P0002" ||
		!slices.Equal(a.Posts, []Post{Inspector, Reviewer}) {
		t.Errorf("accounts %s, %+v", admin.ID, a)
	}
	got, err := Authenticate(t.Context(), db.Querier(), "wang", password, now)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != "P0002" || got.Inspector != "I1" || got.Name != "王某" || !got.Has(Reviewer) {
		t.Errorf("account = %+v", got)
	}
	if actor := got.Actor(Inspector); actor != (audit.Actor{Person: "P0002", Post: "inspector",
		Unit: "SPJ"}) {
		t.Errorf("actor = %+v", actor)
	}
	all, err := Accounts(t.Context(), db.Querier())
	if err != nil || len(all) != 2 || all[1].Login != "wang" {
		t.Errorf("accounts = %v, %v", all, err)
	}
	_, err = ByID(t.Context(), db.Querier(), "P0009")
	wantFault(t, err, fault.NotFound, "P0009")
	log := leaves(t, db, "P0002")
	if len(log) != 1 || log[0].Fact("action") != "create" || log[0].Fact("inspector") != "" ||
		log[0].Fact("posts") != "inspector,reviewer" || log[0].Actor.Person != "P0001" {
		t.Errorf("leaves = %+v", log)
	}
	if body := string(log[0].Marshal()); strings.Contains(body, "wang") ||
		strings.Contains(body, "王") || strings.Contains(body, "argon2") {
		t.Errorf("the leaf tells too much:\n%s", body)
	}
}

// Whatever is wrong, the answer is the same.
func TestSignInRefused(t *testing.T) {
	t.Parallel()
	db := office(t)
	mustCreate(t, db, "admin", Administrator)
	a := mustCreate(t, db, "li", Planner)
	off := mustCreate(t, db, "zhao", Planner)
	err := db.InTx(t.Context(), func(q pg.Querier) error {
		return SetDisabled(t.Context(), q, audit.System, off.ID, true, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range [][2]string{{a.Login, "wrong password"}, {"nobody", password},
		{off.Login, password}, {"", ""}, {a.Login, ""}, {"' OR true --", password}} {
		_, err := Authenticate(t.Context(), db.Querier(), c[0], c[1], now)
		wantFault(t, err, fault.Unauthorized)
		texts = append(texts, err.Error())
	}
	if len(slices.Compact(texts)) != 1 {
		t.Errorf("answers differ: %q", texts)
	}
}

// Five wrong passwords in a row lock the account for 15 minutes; a right one in between counts
// anew.
func TestLockOut(t *testing.T) {
	t.Parallel()
	db := office(t)
	mustCreate(t, db, "li", Planner)
	try := func(password string, now time.Time) error {
		_, err := Authenticate(t.Context(), db.Querier(), "li", password, now)
		return err
	}
	fail := func(n int) {
		for range n {
			wantFault(t, try("wrong password", now), fault.Unauthorized)
		}
	}
	fail(MaxFailures - 1)
	if err := try(password, now); err != nil {
		t.Fatalf("after four wrong ones: %v", err)
	}
	fail(MaxFailures)
	wantFault(t, try(password, now), fault.Unauthorized, "锁定 15 分钟")
	fail(3) // not counted, or the lock would never end
	wantFault(t, try(password, now.Add(LockTime-time.Second)), fault.Unauthorized)
	if err := try(password, now.Add(LockTime)); err != nil {
		t.Errorf("after the lock: %v", err)
	}
	fail(MaxFailures)
	err := db.InTx(t.Context(), func(q pg.Querier) error {
		return SetPassword(t.Context(), q, audit.System, "P0001", "另一个更长的密码", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := try("另一个更长的密码", now); err != nil {
		t.Errorf("a new password does not end the lock: %v", err)
	}
	wantFault(t, try(password, now), fault.Unauthorized)
}

// Guesses sent at the same moment are all counted.
func TestConcurrentFailures(t *testing.T) {
	t.Parallel()
	db := office(t)
	mustCreate(t, db, "li", Planner)
	var wg sync.WaitGroup
	for range MaxFailures {
		wg.Go(func() {
			_, err := Authenticate(context.Background(), db.Querier(), "li", "wrong password", now)
			if !fault.Is(err, fault.Unauthorized) {
				t.Errorf("error = %v", err)
			}
		})
	}
	wg.Wait()
	_, err := Authenticate(t.Context(), db.Querier(), "li", password, now)
	wantFault(t, err, fault.Unauthorized)
}

func TestCreateRefused(t *testing.T) {
	t.Parallel()
	db := office(t)
	admin := mustCreate(t, db, "admin", Administrator)
	planner := mustCreate(t, db, "planner", Planner)
	good := New{Login: "li", Name: "李某", Unit: "SPJ", Posts: []Post{Planner}}
	for _, c := range []struct {
		name, field, word string
		kind              fault.Kind
		change            func(*New)
	}{
		{"login in capitals", "login", "“Li”", fault.Invalid, func(n *New) { n.Login = "Li" }},
		{"short login", "login", "“l”", fault.Invalid, func(n *New) { n.Login = "l" }},
		{"login taken", "login", "planner", fault.Conflict, func(n *New) { n.Login = "planner" }},
		{"no name", "name", "姓名", fault.Invalid, func(n *New) { n.Name = " " }},
		{"no such unit", "unit", "“XXX”", fault.Invalid, func(n *New) { n.Unit = "XXX" }},
		{"no such inspector", "inspector", "“I9”", fault.Invalid,
			func(n *New) { n.Inspector = "I9" }},
		{"no such post", "posts", "“king”", fault.Invalid,
			func(n *New) { n.Posts = []Post{"king"} }},
		{"post twice", "posts", "重复", fault.Invalid,
			func(n *New) { n.Posts = []Post{Planner, Planner} }},
		{"inspector without id", "inspector", "名录", fault.Invalid,
			func(n *New) { n.Posts = []Post{Inspector} }},
		{"supervisor and planner", "posts", "监督员", fault.Invalid,
			func(n *New) { n.Posts = []Post{Supervisor, Planner} }},
		{"administrator and approver", "posts", "批准人", fault.Invalid,
			func(n *New) { n.Posts = []Post{Approver, Administrator} }},
		{"short password", "password", "7 个字符，至少需要 8 个", fault.Invalid,
			func(n *New) { n.Password = "一二三四五六七" }},
		{"long password", "password", "最多 128", fault.Invalid,
			func(n *New) { n.Password = strings.Repeat("x", 129) }},
		{"password is the login", "password", "登录名相同", fault.Invalid,
			func(n *New) { n.Login, n.Password = "longlogin", "longlogin" }},
		{"control character", "password", "U+0000", fault.Invalid,
			func(n *New) { n.Password = "12345678\x00" }},
	} {
		n := good
		c.change(&n)
		_, err := create(db, admin.Actor(Administrator), n)
		f, ok := fault.As(err)
		if !ok || f.Kind != c.kind || f.Field != c.field || !strings.Contains(f.Error(), c.word) {
			t.Errorf("%s: error %v, want kind %d on %q that says %q", c.name, err, c.kind, c.field,
				c.word)
		}
	}
	_, err := create(db, planner.Actor(Planner), good)
	wantFault(t, err, fault.Forbidden, "系统管理员")
	all, err := Accounts(t.Context(), db.Querier())
	if err != nil || len(all) != 2 {
		t.Errorf("%d accounts, %v; want the two of the start", len(all), err)
	}
}

func TestOneAccountAnInspector(t *testing.T) {
	t.Parallel()
	db := office(t)
	n := New{Login: "wang", Name: "王某", Unit: "SPJ", Inspector: "I1", Posts: []Post{Inspector}}
	if _, err := create(db, audit.System, n); err != nil {
		t.Fatal(err)
	}
	n.Login = "wang2"
	_, err := create(db, audit.System, n)
	wantFault(t, err, fault.Conflict, "I1")
}

// Two servers that create accounts at the same moment give different ids without a gap.
func TestConcurrentCreate(t *testing.T) {
	t.Parallel()
	db := office(t)
	var wg sync.WaitGroup
	for _, login := range []string{"aa", "bb", "cc", "dd"} {
		wg.Go(func() {
			_, err := create(db, audit.System, New{Login: login, Name: "某", Unit: "SPJ"})
			if err != nil {
				t.Errorf("%s: %v", login, err)
			}
		})
	}
	wg.Wait()
	all, err := Accounts(t.Context(), db.Querier())
	if err != nil || len(all) != 4 || all[0].ID != "P0001" || all[3].ID != "P0004" {
		t.Errorf("accounts = %v, %v", all, err)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	db := office(t)
	ctx := t.Context()
	admin := mustCreate(t, db, "admin", Administrator)
	a := mustCreate(t, db, "li", Planner)
	change := func(f func(q pg.Querier) error) error {
		return db.InTx(ctx, f)
	}
	by := admin.Actor(Administrator)
	err := change(func(q pg.Querier) error {
		return SetPosts(ctx, q, by, a.ID, []Post{Publisher, Approver}, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, disabled := range []bool{true, true, false} {
		err := change(func(q pg.Querier) error {
			return SetDisabled(ctx, q, by, a.ID, disabled, now)
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ByID(ctx, db.Querier(), a.ID)
		if err != nil || got.Disabled != disabled || got.Has(Approver) == disabled {
			t.Errorf("disabled %v: %+v, %v", disabled, got, err)
		}
	}
	var actions []string
	for _, l := range leaves(t, db, a.ID) {
		actions = append(actions, l.Fact("action")+" "+l.Fact("before")+" "+l.Fact("posts"))
	}
	want := []string{"create  planner", "posts planner approver,publisher",
		"disable  approver,publisher", "enable  approver,publisher"}
	if !slices.Equal(actions, want) {
		t.Errorf("leaves = %q, want %q", actions, want)
	}
	wantFault(t, change(func(q pg.Querier) error {
		return SetPosts(ctx, q, by, a.ID, []Post{Inspector}, now)
	}), fault.Invalid, "名录")
	wantFault(t, change(func(q pg.Querier) error {
		return SetPosts(ctx, q, by, admin.ID, []Post{Administrator, Registrar}, now)
	}), fault.Forbidden, "自己")
	wantFault(t, change(func(q pg.Querier) error {
		return SetPosts(ctx, q, audit.System, admin.ID, []Post{Planner}, now)
	}), fault.Conflict, "最后一名系统管理员")
	wantFault(t, change(func(q pg.Querier) error {
		return SetDisabled(ctx, q, audit.System, admin.ID, true, now)
	}), fault.Conflict, "最后一名系统管理员")
	wantFault(t, change(func(q pg.Querier) error {
		return SetPassword(ctx, q, audit.Actor{Person: a.ID, Post: "planner"}, admin.ID, password, now)
	}), fault.Forbidden)
	if err := change(func(q pg.Querier) error {
		return SetPassword(ctx, q, audit.Actor{Person: a.ID, Post: "planner"}, a.ID, "自己的新密码。", now)
	}); !fault.Is(err, fault.Invalid) {
		t.Errorf("seven characters: %v", err)
	}
}
