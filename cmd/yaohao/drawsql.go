package main

import (
	"context"
	"flag"
	"os"
	"strconv"
	"strings"

	"yaohao/internal/fault"
	"yaohao/sampling"
	"yaohao/sampling/sqldraw"
)

// engineHelp is what `yaohao help draw` says of --engine.
const engineHelp = "--engine sql：总体已在 PostgreSQL（含分布式）里时，由数据库选取，结果与凭文件抽取逐字节相同。\n" +
	"每个事项给一次 --population 事项=模式.表；表的列为 id、stratum、area（文本），有 pareto 层时还要 weight（整数）。\n" +
	"--dir 里只需名册、回避与给定任务；抽取前按代码次序通读一遍表，哈希、行数与方案不符即拒绝。\n" +
	"area 不在总体的哈希之内，由 yaohao-verify 凭候选名单核验。"

// engine holds the options that say where a draw selects.
type engine struct {
	name, database string
	trust          bool
	tables         map[sampling.ItemID]sqldraw.Table
}

func newEngine(set *flag.FlagSet) *engine {
	e := &engine{tables: map[sampling.ItemID]sqldraw.Table{}}
	set.StringVar(&e.name, "engine", "files", "在哪里选取，`files或sql`：凭文件（默认），或在数据库里")
	set.StringVar(&e.database, "database", "",
		"总体所在的 PostgreSQL `连接串`（--engine sql）；不填则用 DATABASE_URL")
	set.Func("population", "一个事项的总体表，写作 `事项=模式.表`（--engine sql）；每个事项给一次",
		e.addTable)
	set.BoolVar(&e.trust, "trust-population", false,
		"不核对总体表的哈希，只数各层行数（--engine sql）；结果里会写明")
	return e
}

// addTable takes one --population.
func (e *engine) addTable(text string) error {
	item, name, found := strings.Cut(text, "=")
	if !found {
		return fault.New(fault.Invalid, "应写作 事项=模式.表")
	}
	if _, twice := e.tables[sampling.ItemID(item)]; twice {
		return fault.New(fault.Invalid, "事项 %s 给了两次", item)
	}
	table, err := sqldraw.ParseTable(name)
	if err != nil {
		return err
	}
	e.tables[sampling.ItemID(item)] = table
	return nil
}

// choose gives the drawing that the options ask for.
func (e *engine) choose(t *terminal) (drawing, error) {
	switch e.name {
	case "files":
		if e.database != "" || e.trust || len(e.tables) > 0 {
			return nil, fault.New(fault.Invalid,
				"draw：--database、--population、--trust-population 只用于 --engine sql").
				WithHint("加上 --engine sql，或去掉这些选项")
		}
		return drawFromFiles, nil
	case "sql":
		if e.database == "" {
			e.database = t.getenv("DATABASE_URL")
		}
		if e.database == "" {
			return nil, fault.New(fault.Invalid, "draw：--engine sql 缺少 --database").
				WithHint("给出总体所在的 PostgreSQL 连接串，或设置 DATABASE_URL")
		}
		return e.draw, nil
	}
	return nil, fault.New(fault.Invalid, "draw：没有 %q 这种选取方式", e.name).
		WithHint("--engine 为 files 或 sql")
}

// draw selects inside the database.
func (e *engine) draw(ctx context.Context, t *terminal, plan *sampling.Plan, dir string,
	values []sampling.EntropyValue) (*sampling.Result, error) {
	if err := sqldraw.Refuse(plan); err != nil {
		return nil, err
	}
	db, err := sqldraw.Open(ctx, e.database)
	if err != nil {
		return nil, err
	}
	defer db.Close(ctx)
	watch := &tableProgress{t: t}
	defer watch.end()
	result, err := db.Draw(ctx, plan, os.DirFS(dir), values, sqldraw.Options{
		Tables: e.tables, Trust: e.trust, Progress: watch.show})
	if err == nil && e.trust {
		t.printf("注意：按 --trust-population，没有核对总体表的哈希，只核对了各层行数；" +
			"总体是否为方案所冻结的，须由 yaohao-verify 凭名单核验\n")
	}
	return result, err
}

// tableProgress shows the work on one item after the other.
type tableProgress struct {
	t    *terminal
	p    *progress
	item sampling.ItemID
}

// largePopulation is where a selection may take longer than a second: the server says nothing
// meanwhile, so it is announced.
const largePopulation = 500_000

// show is a sqldraw.Options.Progress.
func (w *tableProgress) show(item *sampling.Item, step sqldraw.Step, rows int64) {
	if w.item != item.ID || w.p == nil {
		w.end()
		w.item, w.p = item.ID, newProgress(w.t, "行")
	}
	if step == sqldraw.Checking {
		w.p.show(rows, rows, item.N)
		return
	}
	if item.N >= largePopulation {
		w.p.shown = true
		w.p.say("正在数据库里选取 " + string(item.ID) + "（" + strconv.FormatInt(item.N, 10) + " 行）")
	}
}

// end leaves the line.
func (w *tableProgress) end() {
	if w.p != nil {
		w.p.end()
		w.p = nil
	}
}
