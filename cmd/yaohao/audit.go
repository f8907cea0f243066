package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/note"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
)

// auditCommands re-read and prove the log.
func auditCommands() []command {
	return []command{
		{name: "audit verify", summary: "重读并证明整个防篡改日志", setup: auditVerify,
			detail: "逐条重算哈希，核对每个检查点的签名和前后一致性；日志被改动时退出码为 1。"},
		{name: "audit key", summary: "打印日志公钥", setup: auditKey},
		{name: "audit proof", args: "序号", count: 1, setup: auditProof,
			summary: "打印一条记录的存在证明，外人凭公钥即可核对"},
	}
}

func auditVerify(set *flag.FlagSet) action {
	key := set.String("key", "", "机关以外留存的`公钥`；不填则用本机密钥文件的公钥")
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error {
			if *key == "" {
				*key = o.logKey
			}
			if _, err := note.NewVerifier(*key); err != nil {
				return fault.New(fault.Invalid, "--key %q 不是日志公钥", *key).Wrap(err).
					WithHint("公钥形如 名称+八位十六进制+编码，由 yaohao audit key 打印")
			}
			p := newProgress(t, "条")
			report, err := auditdb.Verify(ctx, o.db.Querier(), []string{*key},
				func(done, total int64) { p.show(done, done, total) })
			p.end()
			if err != nil {
				return err
			}
			t.printf("日志 %s\n公钥 %s\n记录 %d 条，根 %s\n检查点 %d 个，签名与前后一致性全部成立\n",
				o.cfg.Origin, *key, report.Leaves, report.Head.Root, report.Checkpoints)
			return nil
		})
	}
}

func auditKey(*flag.FlagSet) action {
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error {
			t.printf("%s\n", o.logKey)
			return nil
		})
	}
}

// auditProof prints a text that a stranger can check with the public key alone.
func auditProof(*flag.FlagSet) action {
	return func(ctx context.Context, t *terminal, args []string) error {
		index, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || index < 0 {
			return fault.New(fault.Invalid, "记录序号 %q 不是非负整数", args[0])
		}
		return withOffice(ctx, t, func(o *office) error {
			if err := o.checkpoint(ctx, now()); err != nil {
				return err
			}
			proof, err := auditdb.ProveLeaf(ctx, o.db.Querier(), index, 0)
			if err != nil {
				return err
			}
			fmt.Fprintf(t.out, "%s", audit.FormatProof(proof))
			return nil
		})
	}
}
