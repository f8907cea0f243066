package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"yaohao/calendar"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// demoDraw is the draw that the demonstration walks through.
const demoDraw = "2026-11-M"

// demoGiven is the draw of the day after, without items of its own: a panel of experts and a
// laboratory for what demoDraw selected, and inspectors for tasks that the city's office gave.
const demoGiven = "2026-11-G"

// demoDraws are the draws that the demonstration brings to publication.
var demoDraws = []string{demoDraw, demoGiven}

// demoPassword opens every account of the demonstration, which listens on loopback only.
const demoPassword = "yaohao-demo"

// demoDay gives a moment of the demonstration's November 2026.
func demoDay(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, calendar.Shanghai)
}

// demo walks one month of the sample county. Every step looks first what was done before, so a
// demonstration that was interrupted anywhere goes on from there.
type demo struct {
	*office
	t      *terminal
	once   bool
	people map[string]*account.Account // by login
}

// demoCommand walks November 2026 through every state, verifies the published bundle, prints a
// summary and serves. It always uses a private cluster of its own: it never touches an office's
// database.
func demoCommand(set *flag.FlagSet) action {
	once := set.Bool("once", false, "打印摘要后结束，不启动网页服务")
	return func(ctx context.Context, t *terminal, _ []string) error {
		cfg, err := demoConfig(t)
		if err != nil {
			return err
		}
		var listener net.Listener
		if !*once {
			if listener, err = listen(cfg); err != nil {
				return err
			}
			defer listener.Close() //nolint:errcheck // closed by the server in most cases
		}
		return runDemo(ctx, t, cfg, listener)
	}
}

// demoConfig gives the configuration of a demonstration: everything in a folder of its own.
func demoConfig(t *terminal) (*Config, error) {
	cfg, err := loadConfig(t.getenv)
	if err != nil {
		return nil, err
	}
	cfg.DatabaseURL, cfg.SealDir = "", ""
	cfg.State = filepath.Join(cfg.State, "demo")
	cfg.LogKey = filepath.Join(cfg.State, "log.key")
	cfg.SealKey = filepath.Join(cfg.State, "seal.key")
	return cfg, makeState(cfg)
}

// runDemo walks the month and serves on listener, if there is one.
func runDemo(ctx context.Context, t *terminal, cfg *Config, listener net.Listener) (err error) {
	log, err := newLog(t.err, "warn")
	if err != nil {
		return err
	}
	lock, err := lockDemo(cfg)
	if err != nil {
		return err
	}
	defer lock.Close() //nolint:errcheck // the lock goes either way
	t.printf("启动样例县的私有数据库……\n")
	o, err := openOffice(ctx, cfg, false, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	d := &demo{office: o, t: t, once: listener == nil, people: map[string]*account.Account{}}
	if err := d.walk(ctx); err != nil || d.once {
		return err
	}
	_ = lock.Close() // what is left is serving, and others may look
	t.printf("\n按 Ctrl-C 结束。\n")
	return o.serve(ctx, t, listener, now)
}

// lockDemo lets one process at a time walk through the month; the kernel gives the lock back when
// the process ends, in whatever way.
func lockDemo(cfg *Config) (*os.File, error) {
	path := filepath.Join(cfg.State, "demo.lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fault.New(fault.Conflict, "另一个 yaohao demo 正在走同一个月").Wrap(err).
			WithHint("等它打印摘要以后再运行，或用 YAOHAO_STATE 换一个目录"), f.Close())
	}
	return f, nil
}

// walk does the steps in the order of the month.
func (d *demo) walk(ctx context.Context) error {
	for _, step := range []struct {
		say string
		do  func(context.Context) error
	}{
		{"导入一单两库", d.importFiles},
		{"建立账号", d.hirePeople},
		{"编制并批准 11 月计划", d.makePlans},
		{"11 月 2 日 9:00：冻结名单、承诺方案", d.freeze},
		{"11 月 2 日 21:00：掷骰，两人录入，抽取并派员", d.draw},
		{"11 月 3 日：专家、检验机构与交办任务派员", d.drawGiven},
		{"11 月 3 日晚至 4 日：一人病假、一户注销，掷骰递补", d.refill},
		{"11 月 4 日至 13 日：检查并录入结果", d.enterResults},
		{"11 月 16 日：审核", d.review},
		{"11 月 18 日：公示，出具公告，公开核验包", d.publish},
		{"核验公开的抽取", d.verify},
	} {
		d.t.printf("· %s\n", step.say)
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	return d.summary(ctx)
}

// inTx runs fn in a transaction of the demonstration's database.
func (d *demo) inTx(ctx context.Context, fn func(q pg.Querier) error) error {
	return d.db.InTx(ctx, fn)
}
