package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// chainCommands make and list hash chains (draw/1 §5, kind chain). Whoever outside the office holds
// a chain makes it with `chain make` on a computer of their own and gives the ends away alone.
func chainCommands() []command {
	return []command{
		{name: "chain new", args: "代号", count: 1, setup: chainNew,
			summary: "建立一条由本机关保管的哈希链，链端写入日志",
			detail: "一环供一次抽取，每月一次、用五年是 60 环。一条在它的抽取公开之前不能再用，\n" +
				"检查期与下一次抽取重叠的，用 --lanes 建立并行的几条。设置了 YAOHAO_SEAL_DIR 时，\n" +
				"全部各环另写一份到该目录，供移交第三方保管。"},
		{name: "chain make", setup: chainMake,
			summary: "保管人用：在自己的机器上生成一条哈希链（不联网，不用数据库）",
			detail:  "各环写入 --out 文件，由保管人收存；屏幕上打印的链端交给机关登记。"},
		{name: "chain register", args: "代号", count: 1, setup: chainRegister,
			summary: "登记一条由机关以外的人保管的哈希链，只需链端",
			detail:  "每次抽取在公共事件之后，保管人交出下一环，由一名操作员录入。"},
		{name: "chain list", setup: chainList, summary: "列出全部哈希链、已用和剩余的环数"},
	}
}

func chainNew(set *flag.FlagSet) action {
	login := set.String("as", "", "操作员的`登录名`")
	links := set.Int("links", 60, "每条的`环数`")
	lanes := set.Int("lanes", 1, "并行的`条数`")
	hash := chainHash(set)
	clock := clockFlag(set)
	return func(ctx context.Context, t *terminal, args []string) error {
		return withOffice(ctx, t, func(o *office) error {
			acc, err := o.person(ctx, *login, account.Operator)
			if err != nil {
				return err
			}
			spec := scheduler.ChainSpec{ID: args[0], Hash: *hash, Links: *links}
			err = o.scheduler.NewChain(ctx, acc.Actor(account.Operator), spec, *lanes, clock.now())
			if err != nil {
				return err
			}
			return o.showChain(ctx, t, args[0])
		})
	}
}

func chainRegister(set *flag.FlagSet) action {
	login := set.String("as", "", "操作员的`登录名`")
	links := set.Int("links", 60, "每条的`环数`，与保管人生成时相同")
	by := set.String("by", "", "`保管人`，写机构或职务，不写姓名")
	hash := chainHash(set)
	clock := clockFlag(set)
	var tips []string
	set.Func("tip", "一条的`链端`；几条并行就给几次", func(text string) error {
		tips = append(tips, text)
		return nil
	})
	return func(ctx context.Context, t *terminal, args []string) error {
		return withOffice(ctx, t, func(o *office) error {
			acc, err := o.person(ctx, *login, account.Operator)
			if err != nil {
				return err
			}
			spec := scheduler.ChainSpec{ID: args[0], Hash: *hash, Links: *links}
			err = o.scheduler.RegisterChain(ctx, acc.Actor(account.Operator), spec, *by, tips,
				clock.now())
			if err != nil {
				return err
			}
			return o.showChain(ctx, t, args[0])
		})
	}
}

func chainMake(set *flag.FlagSet) action {
	links := set.Int("links", 60, "`环数`")
	hash := chainHash(set)
	out := set.String("out", "", "写各环的`文件`，不能已经存在")
	return func(_ context.Context, t *terminal, _ []string) error {
		if *out == "" {
			return fault.New(fault.Invalid, "chain make：缺少 --out 文件").
				WithHint("文件由保管人收存；遗失就无法完成用到它的抽取")
		}
		lane, err := scheduler.NewLane(*hash, *links)
		if err != nil {
			return err
		}
		if err := writeNew(*out, scheduler.LaneText(*hash, lane)); err != nil {
			return err
		}
		t.printf("链端 %s\n%s，共 %d 环，已写入 %s；请把链端交机关登记，文件自己收存\n", lane[0],
			scheduler.HashName(*hash), *links, *out)
		return nil
	}
}

// chainHash is the flag for the suite of a chain, which the plans that use it share.
func chainHash(set *flag.FlagSet) *string {
	return set.String("hash", sampling.HashSHA256,
		"`杂凑算法`，sha256 或 sm3（国密），与用到它的计划相同")
}

// writeNew writes a file that only its owner reads and that did not exist before.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unwritable(path, err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(unwritable(path, err), os.Remove(path))
	}
	return nil
}

func chainList(*flag.FlagSet) action {
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error {
			chains, err := scheduler.Chains(ctx, o.db.Querier())
			for i := range chains {
				t.printf("%s", chainText(&chains[i]))
			}
			return err
		})
	}
}

func (o *office) showChain(ctx context.Context, t *terminal, id string) error {
	c, err := scheduler.ChainByID(ctx, o.db.Querier(), id)
	if err != nil {
		return err
	}
	t.printf("%s", chainText(c))
	return nil
}

func chainText(c *scheduler.Chain) string {
	var b strings.Builder
	fmt.Fprintf(&b, "哈希链 %s  保管 %s  剩余 %d 环  %s\n", c.ID, c.Holder(), c.Left(),
		scheduler.HashName(c.Hash))
	for _, l := range c.Lanes {
		fmt.Fprintf(&b, "  第 %d 条  已用 %d/%d  链端 %s", l.Lane, l.Used, c.Links, l.Tip)
		if l.Draw != "" {
			fmt.Fprintf(&b, "  抽取 %s 占用", l.Draw)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
