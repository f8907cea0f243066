package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/registry"
)

// shownErrors is how many bad rows the terminal lists; all of them are kept with the import.
const shownErrors = 20

// terminalActor stands in the log for whoever may run commands on the server.
var terminalActor = audit.Actor{Person: "console", Post: "registrar"}

// importCommand imports one file and prints what happened. Bad rows do not keep good ones out, and
// leave the exit code at 0: they are listed here and kept with the import.
func importCommand(set *flag.FlagSet) action {
	dry := set.Bool("dry-run", false, "只检查并列出结果，不写入")
	old := set.Bool("old-numbers", false, "代码列里的 15 位旧注册号按注册号导入，而不是列为有误")
	return func(ctx context.Context, t *terminal, args []string) error {
		kind := registry.Kind(args[0])
		if !slices.Contains(registry.Kinds(), kind) {
			return fault.New(fault.Invalid, "没有 %q 这类登记文件", args[0]).
				WithHint("可用的类别：%s", kindList())
		}
		file, size, err := openFile(args[1])
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // read only
		return withOffice(ctx, t, func(o *office) error {
			p := newProgress(t, "行")
			r, err := registry.Import(ctx, o.db, registry.ImportRequest{
				Kind: kind, FileName: filepath.Base(args[1]), Body: file, DryRun: *dry,
				AcceptOldNumbers: *old, Actor: terminalActor, Now: now(),
				Progress: func(rows, read int64) { showImport(p, rows, read, size) },
			})
			p.end()
			if err != nil {
				return err
			}
			printImport(t, r)
			if r.DryRun {
				return nil
			}
			return o.checkpoint(ctx, now())
		})
	}
}

// showImport shows the progress of an import; after the last row it is still some time in the
// database.
func showImport(p *progress, rows, read, size int64) {
	if read >= size {
		p.say(fmt.Sprintf("已读完 %d 行，正在核对并写入……", rows))
		return
	}
	p.show(rows, read, size)
}

func kindList() string {
	var list []string
	for _, k := range registry.Kinds() {
		list = append(list, fmt.Sprintf("%s（%s）", k, k.Label()))
	}
	return strings.Join(list, "、")
}

func printImport(t *terminal, r *registry.ImportReport) {
	head := "导入"
	if r.DryRun {
		head = "试导入（未写入）"
	}
	t.printf("%s%s：%s（%s）\n", head, r.Kind.Label(), r.FileName, r.Encoding)
	t.printf("  共 %d 行：新增 %d，更新 %d，未变 %d，有误 %d\n",
		r.Rows, r.Inserted, r.Updated, r.Unchanged, r.Bad)
	if len(r.Unknown) > 0 {
		t.printf("  未识别的列已原样留存：%s\n", strings.Join(r.Unknown, "、"))
	}
	for _, w := range r.Warnings {
		t.printf("  注意：%s\n", w)
	}
	for i, e := range r.Errors {
		if i == shownErrors {
			t.printf("  ……其余有误的行%s\n", whereErrors(r))
			break
		}
		t.printf("  第 %d 行 %s %q：%s", e.Line, e.Column, e.Value, e.Rule)
		if e.Hint != "" {
			t.printf("（%s）", e.Hint)
		}
		t.printf("\n")
	}
}

// whereErrors says where the bad rows are listed that the terminal has no room for.
func whereErrors(r *registry.ImportReport) string {
	if r.DryRun {
		return "正式导入后可在工作台查看"
	}
	return fmt.Sprintf("见工作台的导入报告 %d", r.ID)
}
