package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"yaohao/internal/fault"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// drawCommand draws from files alone (draw/1 §9), or selects inside a database (drawsql.go). It
// writes seed.txt and transcript.json, and plan.json if absent, to --out. A refusal writes nothing
// and exits 2; each file appears whole or not at all.
func drawCommand(set *flag.FlagSet) action {
	planPath := set.String("plan", "", "方案`文件` plan.json")
	dir := set.String("dir", "", "冻结名单所在的`目录`")
	out := set.String("out", "", "写出结果的`目录`；不填则与 --dir 相同")
	engine := newEngine(set)
	var values []sampling.EntropyValue
	set.Func("entropy", "一个随机数，写作`名=值`；方案里每个随机源给一次，次序不限",
		func(text string) error {
			name, value, found := strings.Cut(text, "=") // at the first (draw/1 §9)
			if !found {
				return errors.New("应写作 名=值")
			}
			values = append(values, sampling.EntropyValue{Name: name, Value: value})
			return nil
		})
	return func(ctx context.Context, t *terminal, _ []string) error {
		if *planPath == "" || *dir == "" {
			return fault.New(fault.Invalid, "draw：缺少 --plan 或 --dir").
				WithHint("运行 yaohao help draw 查看用法")
		}
		if *out == "" {
			*out = *dir
		}
		draw, err := engine.choose(t)
		if err != nil {
			return err
		}
		return drawInto(ctx, t, *planPath, *dir, *out, values, draw)
	}
}

// drawing makes the draw of a plan from the files in dir, wherever it selects.
type drawing func(ctx context.Context, t *terminal, plan *sampling.Plan, dir string,
	values []sampling.EntropyValue) (*sampling.Result, error)

// drawFromFiles draws from files alone.
func drawFromFiles(_ context.Context, t *terminal, plan *sampling.Plan, dir string,
	values []sampling.EntropyValue) (*sampling.Result, error) {
	files := countFiles(os.DirFS(dir), plan, newProgress(t, "MB"))
	defer files.p.end()
	return sampling.Draw(plan, files, values)
}

func drawInto(ctx context.Context, t *terminal, planPath, dir, out string,
	values []sampling.EntropyValue, draw drawing) error {
	planBytes, err := os.ReadFile(planPath)
	if err != nil {
		return unreadable(planPath, err)
	}
	if err := samePlan(out, planBytes); err != nil {
		return err
	}
	plan, err := sampling.ParsePlan(planBytes)
	if err != nil {
		return refusal(err)
	}
	result, err := draw(ctx, t, plan, dir, values)
	if err != nil {
		return refusal(err)
	}
	if err := writeBundle(out, planBytes, result); err != nil {
		return err
	}
	t.printf("种子 %s\n等级 %s%s\n", result.Transcript.Seed, result.Transcript.Grade, shortBits(plan))
	for _, item := range result.Transcript.Items {
		for _, s := range item.Strata {
			t.printf("%s %s：N=%d n=%d\n", item.Item, s.ID, s.N, s.Size)
		}
	}
	for _, v := range result.Visits() {
		t.printf("%s：抽中 %d 项次，合并为 %d 户任务，少上门 %d 次\n", v.Unit, v.Selections,
			v.Visits, v.Saved())
	}
	printShortages(t, plan, dir, result)
	if plan.Trial() {
		t.printf("试抽：所有标签都是 %s，结果不作为正式抽取\n", sampling.TrialLabel)
	}
	t.printf("已写入 %s：seed.txt transcript.json\n", out)
	return nil
}

// shortBits says how much the public sources fall short of the 60 bits of draw/1 §5; empty if they
// do not.
func shortBits(plan *sampling.Plan) string {
	bits := int64(0)
	for _, e := range plan.Entropy {
		if e.Kind == sampling.EntropyPublic || e.Kind == sampling.EntropyBeacon {
			bits += e.Bits
		}
	}
	if bits >= scheduler.EnoughBits {
		return ""
	}
	return fmt.Sprintf("（公共随机源合计 %d 比特，不足 %d 比特）", bits, scheduler.EnoughBits)
}

// samePlan refuses an output folder that holds another plan.json.
func samePlan(out string, plan []byte) error {
	path := filepath.Join(out, sampling.PlanFile)
	have, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unreadable(path, err)
	case !bytes.Equal(have, plan):
		return fault.New(fault.Invalid,
			"拒绝抽取：%s 已经存在，与 --plan 的内容不同；一个目录只放一份方案，请换一个 --out", path)
	}
	return nil
}

// refusal turns the sampling package's reasons into a person's mistake: one line that says which
// file, line and rule. Anything else stays our fault.
func refusal(err error) error {
	var broken *sampling.Error
	var missing *sampling.MissingError
	switch {
	case errors.As(err, &missing):
		return fault.New(fault.Invalid, "拒绝抽取，读不了 %s：%s", missing.File,
			fileProblem(missing.Cause)).Wrap(err)
	case errors.As(err, &broken):
		return fault.New(fault.Invalid, "拒绝抽取，不合规则：%v", broken).Wrap(err)
	}
	return err
}

// writeBundle writes the plan first: a folder with a seed has the plan that it belongs to.
func writeBundle(out string, plan []byte, r *sampling.Result) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return unwritable(out, err)
	}
	files := []struct {
		name string
		data []byte
	}{
		{sampling.PlanFile, plan}, {sampling.SeedFile, r.SeedText},
		{sampling.TranscriptFile, r.Transcript.Marshal()},
	}
	// Look at every place before the first write, so that what can be foreseen leaves nothing.
	for _, f := range files {
		path := filepath.Join(out, f.name)
		if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
			return unwritable(path, errors.New("已有同名的目录或特殊文件"))
		}
	}
	for _, f := range files {
		path := filepath.Join(out, f.name)
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, f.data) {
			continue
		}
		if err := writeWhole(path, f.data); err != nil {
			return err
		}
	}
	return nil
}

// countedFS counts the bytes that are read of a draw's files, to show progress.
type countedFS struct {
	fs.FS
	p           *progress
	read, whole int64
}

// countFiles gives files with a count of what is read of the plan's populations.
func countFiles(files fs.FS, plan *sampling.Plan, p *progress) *countedFS {
	c := &countedFS{FS: files, p: p}
	for i := range plan.Items {
		for _, name := range []string{sampling.NameCandidates(plan.Items[i].ID),
			sampling.NamePopulation(plan.Items[i].ID)} {
			if info, err := fs.Stat(files, name); err == nil {
				c.whole += info.Size()
			}
		}
	}
	return c
}

// Open opens a file whose reads are counted.
func (c *countedFS) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &countedFile{File: f, c: c}, nil
}

type countedFile struct {
	fs.File
	c *countedFS
}

// Read reads and counts.
func (f *countedFile) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	f.c.read += int64(n)
	f.c.p.show(f.c.read>>20, f.c.read, f.c.whole)
	return n, err
}
