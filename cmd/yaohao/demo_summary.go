package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"yaohao/audit/auditdb"
	"yaohao/inspection"
	"yaohao/internal/fault"
	"yaohao/registry"
	"yaohao/scheduler"
)

// bundleDir is where the demonstration leaves the published bundle of a draw.
func (d *demo) bundleDir(draw string) string { return filepath.Join(d.cfg.State, "bundle-"+draw) }

// verify writes the published bundles to folders and runs yaohao-verify on each.
func (d *demo) verify(ctx context.Context) error {
	for _, draw := range demoDraws {
		if err := d.verifyDraw(ctx, draw); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) verifyDraw(ctx context.Context, id string) error {
	draw, err := scheduler.DrawByID(ctx, d.db.Querier(), id)
	if err != nil {
		return err
	}
	files, err := scheduler.BundleFS(ctx, d.db.Querier(), id)
	if err != nil {
		return err
	}
	if err := copyFiles(d.bundleDir(id), files); err != nil {
		return err
	}
	d.t.printf("    %s\n", id)
	out, err := d.runVerify(ctx, id, draw.Commit)
	for line := range strings.Lines(out) {
		d.t.printf("    %s", line)
	}
	return err
}

// runVerify runs the program yaohao-verify that lies beside this one or on PATH; it shares no state
// with us but the files.
func (d *demo) runVerify(ctx context.Context, id, commit string) (string, error) {
	program := "yaohao-verify"
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), program)
		if _, err := os.Stat(beside); err == nil {
			program = beside
		}
	}
	out, err := exec.CommandContext(ctx, program, d.bundleDir(id), "--refills",
		"--commit", commit).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fault.New(fault.NotFound, "没有找到 yaohao-verify").
			WithHint("与 yaohao 放在同一目录，或用 make demo 运行")
	}
	if err != nil {
		return string(out), fmt.Errorf("yaohao-verify: %w", err)
	}
	return string(out), nil
}

func copyFiles(dir string, files fs.FS) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if e.IsDir() {
			return os.MkdirAll(path, 0o755)
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, data) {
			return nil
		}
		return writeWhole(path, data)
	})
}

// summary prints one screen of figures and addresses.
func (d *demo) summary(ctx context.Context) error {
	q := d.db.Querier()
	draw, err := scheduler.DrawByID(ctx, q, demoDraw)
	if err != nil {
		return err
	}
	stats, err := inspection.StatsOf(ctx, q, demoDraw)
	if err != nil {
		return err
	}
	notice, err := inspection.NoticeOf(ctx, q, demoDraw, inspection.NoticeResult)
	if err != nil {
		return err
	}
	log, err := auditdb.Verify(ctx, q, []string{d.logKey}, nil)
	if err != nil {
		return err
	}
	var population, selected int64
	for _, item := range draw.Items {
		population, selected = population+item.N, selected+item.Size
	}
	d.t.printf("\n临溪县 2026 年 11 月双随机抽查 %s\n", demoDraw)
	d.t.printf("  抽取    %d 个事项，抽样框合计 %d 户次，抽中 %d 户次\n",
		len(draw.Items), population, selected)
	d.t.printf("  派员    %d 个任务（同一对象多个事项合并，少跑 %d 次），人员缺口 %d 个单位\n",
		draw.Teams, draw.Saved, draw.ShortUnits)
	d.t.printf("  结果    应检查 %d，已公示 %d，逾期 %d\n", stats.Expected,
		stats.ByState[inspection.Published], stats.Late)
	for _, c := range stats.Categories {
		if c.Tasks > 0 {
			d.t.printf("            %3d  %s\n", c.Tasks, c.Label)
		}
	}
	if err := d.summaryRefills(ctx); err != nil {
		return err
	}
	d.t.printf("  等级    %s：%s\n", draw.Grade, draw.GradeName())
	d.t.printf("  承诺    %s\n  种子    %s\n", draw.Commit, draw.Seed)
	d.t.printf("  公告    %d年第%03d号，%d 字节\n", notice.Year, notice.Number, len(notice.PDF))
	d.t.printf("  日志    %d 条，%d 个检查点，全部重读无误；公钥 %s\n",
		log.Leaves, log.Checkpoints, d.logKey)
	d.t.printf("  核验包  %s\n", d.bundleDir(demoDraw))
	if err := d.summaryGiven(ctx); err != nil {
		return err
	}
	d.addresses()
	return nil
}

// summaryGiven tells who staffed the tasks that were drawn elsewhere.
func (d *demo) summaryGiven(ctx context.Context) error {
	draw, err := scheduler.DrawByID(ctx, d.db.Querier(), demoGiven)
	if err != nil {
		return err
	}
	d.t.printf("\n专家评审、送检与交办任务派员 %s\n", demoGiven)
	for _, u := range draw.Units {
		unit, err := registry.UnitByID(ctx, d.db.Querier(), u.Unit)
		if err != nil {
			return err
		}
		gate := ""
		if u.GateMax != nil {
			gate = fmt.Sprintf("，其中本系统人员至多 %d 人", *u.GateMax)
		}
		d.t.printf("  派员    %s：%d 个任务，每个 %d 人%s\n", unit.Name, u.Tasks, u.Seats, gate)
	}
	d.t.printf("  名单    专家和检验机构沿用抽取 %s，食品流通餐饮与药械监管科为市局交办批次 SJ-2026-11\n",
		demoDraw)
	d.t.printf("  核验包  %s\n", d.bundleDir(demoGiven))
	return nil
}

// addresses prints what to open in a browser.
func (d *demo) addresses() {
	if d.once {
		d.t.printf("\n网址（去掉 --once 再运行即可打开）\n")
	} else {
		d.t.printf("\n网址\n")
	}
	for _, line := range [][2]string{
		{"/", "公众首页"},
		{"/draws/" + demoDraw, "这次抽取：承诺、种子、下载、核验"},
		{"/draws/" + demoGiven, "专家、检验机构与交办任务的抽取"},
		{"/draws/" + demoDraw + "/notice.pdf", "检查结果公告"},
		{"/results", "检查结果查询"},
		{"/staff", "工作台：" + staffLogins()},
		{"/my", "检查人员（手机）：i00001 …，专家 e00001、e00002，检验机构 l00001、l00002"},
	} {
		d.t.printf("  %s%-30s %s\n", d.cfg.BaseURL, line[0], line[1])
	}
	d.t.printf("  全部账号的口令：%s\n", demoPassword)
}

func staffLogins() string {
	var list []string
	for _, n := range staff {
		list = append(list, n.Login)
	}
	return strings.Join(list, " ")
}
