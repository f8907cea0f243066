package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"strings"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// accountCommands keep accounts from the server's console: the first administrator comes from
// here. Passwords are read from standard input, one line, so that they stay out of the process
// list.
func accountCommands() []command {
	return []command{
		{name: "account create", summary: "建立账号，口令从标准输入读取一行", setup: accountCreate,
			detail: "岗位：" + postList() + "。"},
		{name: "account list", summary: "列出全部账号", setup: accountList},
		{name: "account password", summary: "更换口令，从标准输入读取一行", setup: accountPassword},
		{name: "account disable", summary: "停用账号", setup: accountDisable},
	}
}

func postList() string {
	var list []string
	for _, p := range account.Posts() {
		list = append(list, fmt.Sprintf("%s（%s）", p, p.Name()))
	}
	return strings.Join(list, "、")
}

func accountCreate(set *flag.FlagSet) action {
	var n account.New
	set.StringVar(&n.Login, "login", "", "`登录名`")
	set.StringVar(&n.Name, "name", "", "`姓名`，只在机关内部显示")
	set.StringVar(&n.Unit, "unit", "", "所属`机构`的编码")
	inspector := set.String("inspector", "", "检查人员在名录库里的`编号`；其他人不填")
	posts := set.String("posts", "", "`岗位`，多个以逗号分隔，例如 planner,operator")
	return func(ctx context.Context, t *terminal, _ []string) error {
		n.Inspector = sampling.InspectorID(*inspector)
		for p := range strings.FieldsFuncSeq(*posts, isListMark) {
			n.Posts = append(n.Posts, account.Post(p))
		}
		return withOffice(ctx, t, func(o *office) error { return o.createAccount(ctx, t, n) })
	}
}

func isListMark(r rune) bool { return strings.ContainsRune(",，、；; ", r) }

func accountList(*flag.FlagSet) action {
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error { return o.listAccounts(ctx, t) })
	}
}

// consoleAdmin stands in the log for whoever keeps accounts on the server.
var consoleAdmin = audit.Actor{Person: "console", Post: string(account.Administrator)}

func accountPassword(set *flag.FlagSet) action {
	login := set.String("login", "", "`登录名`")
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error {
			return o.changeAccount(ctx, t, *login, func(id string) (change, error) {
				password, err := readPassword(t)
				return func(q pg.Querier) error {
					return account.SetPassword(ctx, q, consoleAdmin, id, password, now())
				}, err
			})
		})
	}
}

func accountDisable(set *flag.FlagSet) action {
	login := set.String("login", "", "`登录名`")
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error {
			return o.changeAccount(ctx, t, *login, func(id string) (change, error) {
				return func(q pg.Querier) error {
					return account.SetDisabled(ctx, q, consoleAdmin, id, true, now())
				}, nil
			})
		})
	}
}

func (o *office) listAccounts(ctx context.Context, t *terminal) error {
	list, err := account.Accounts(ctx, o.db.Querier())
	if err != nil {
		return err
	}
	for _, a := range list {
		names := make([]string, len(a.Posts))
		for i, p := range a.Posts {
			names[i] = p.Name()
		}
		state := ""
		if a.Disabled {
			state = "（停用）"
		}
		t.printf("%s %-16s %-8s %s%s\n", a.ID, a.Login, a.Unit, strings.Join(names, "、"), state)
	}
	return nil
}

func (o *office) createAccount(ctx context.Context, t *terminal, n account.New) error {
	var err error
	if n.Password, err = readPassword(t); err != nil {
		return err
	}
	var made *account.Account
	err = o.db.InTx(ctx, func(q pg.Querier) error {
		made, err = account.Create(ctx, q, consoleAdmin, n, now())
		return err
	})
	if err != nil {
		return err
	}
	t.printf("账号 %s（%s）已建立\n", made.Login, made.ID)
	return nil
}

// change is what happens to an account in a transaction.
type change func(q pg.Querier) error

// changeAccount finds the account and makes the change that prepare gives for its id.
func (o *office) changeAccount(ctx context.Context, t *terminal, login string,
	prepare func(id string) (change, error)) error {
	acc, err := o.byLogin(ctx, login)
	if err != nil {
		return err
	}
	do, err := prepare(acc.ID)
	if err != nil {
		return err
	}
	if err := o.db.InTx(ctx, do); err != nil {
		return err
	}
	t.printf("账号 %s 已更新\n", login)
	return nil
}

// readPassword reads one line from standard input.
func readPassword(t *terminal) (string, error) {
	t.printf("请输入口令并回车（屏幕上看得见）：\n")
	line, err := bufio.NewReader(t.in).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fault.New(fault.Invalid, "没有读到口令").Wrap(err).
			WithHint("口令从标准输入读取一行")
	}
	return line, nil
}

// byLogin gives the account with that login, or fault.NotFound.
func (o *office) byLogin(ctx context.Context, login string) (*account.Account, error) {
	if login == "" {
		return nil, fault.New(fault.Invalid, "缺少 --login 登录名").
			WithHint("yaohao account list 列出全部账号")
	}
	list, err := account.Accounts(ctx, o.db.Querier())
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Login == login {
			return a, nil
		}
	}
	return nil, fault.New(fault.NotFound, "没有登录名 %q", login).
		WithHint("yaohao account list 列出全部账号")
}
