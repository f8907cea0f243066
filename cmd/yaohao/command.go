package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
)

// Exit codes: a person's mistake is 2, as draw/1 §9 wants it of `yaohao draw`; a failure of ours,
// a damaged log and an interruption are 1.
const (
	exitOK      = 0
	exitFailed  = 1
	exitMistake = 2
)

// terminal is where a command reads its surroundings from and writes to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
}

func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// action does the work of a command after its flags were read.
type action func(ctx context.Context, t *terminal, args []string) error

// command is one command of the program; its name has one or two words.
type command struct {
	name    string
	args    string // what stands behind the name besides flags
	summary string
	detail  string // more of `yaohao help name`; may be empty
	count   int    // how many arguments there are besides flags
	setup   func(set *flag.FlagSet) action
}

// commands are in the order in which an office meets them.
func commands() []command {
	return slices.Concat([]command{
		{name: "demo", summary: "用样例县走完一个月：抽取、派员、录入、公示、核验", setup: demoCommand,
			detail: "使用状态目录下 demo 子目录里自带的私有数据库，不碰正式数据。中断后再次运行接着往下走。"},
		{name: "serve", summary: "启动服务：网页、接口与定时抽取", setup: serveCommand,
			detail: "收到 SIGTERM 或 Ctrl-C 时，正在办理的请求办完后退出。"},
		{name: "migrate", summary: "把数据库升级到本程序的版本", setup: migrateCommand},
		{name: "import", args: "类别 文件", count: 2, setup: importCommand,
			summary: "导入一单两库等登记文件（CSV）",
			detail:  "类别：" + kindList() + "。\n有误的行逐行列出，其余照常导入；同一文件再导入一次不会改变任何内容。"},
	}, planCommands(), chainCommands(), accountCommands(), []command{
		{name: "advance", summary: "立即推进一次到期的抽取（与定时器同一路径）", setup: advanceCommand},
		{name: "draw", summary: "仅凭文件抽取，或由总体所在的数据库选取（draw/1 §9）", setup: drawCommand,
			detail: "写出 seed.txt 与 transcript.json，目录里没有 plan.json 时一并写出。\n" +
				"方案、文件或随机数不合规则时退出码为 2，不写任何文件。\n" + engineHelp},
	}, beaconCommands(), auditCommands(), []command{
		{name: "config", summary: "列出全部配置项及当前取值（密钥遮盖）", setup: configCommand},
		{name: "version", summary: "打印版本", setup: versionCommand},
	})
}

// run executes one command and turns its error into an exit code and a message with a hint.
func run(ctx context.Context, args []string, t *terminal) int {
	if len(args) == 0 || isHelp(args[0]) {
		return report(t.err, help(t.out, args[min(1, len(args)):]))
	}
	c, rest := find(args)
	if c == nil {
		return report(t.err, unknown(args))
	}
	return report(t.err, c.run(ctx, t, rest))
}

func isHelp(arg string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg)
}

// find gives the command that args begin with, and what stands behind its name.
func find(args []string) (*command, []string) {
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return &c, args[len(words):]
		}
	}
	return nil, nil
}

// unknown says that there is no such command, and which there are behind its first word.
func unknown(args []string) error {
	var verbs []string
	for _, c := range commands() {
		if verb, ok := strings.CutPrefix(c.name, args[0]+" "); ok {
			verbs = append(verbs, verb)
		}
	}
	if verbs == nil {
		return fault.New(fault.Invalid, "没有 %q 这个命令", args[0]).
			WithHint("运行 yaohao help 查看全部命令")
	}
	return fault.New(fault.Invalid, "%s 后面应是 %s 之一", args[0], strings.Join(verbs, "、")).
		WithHint("运行 yaohao help %s 查看用法", args[0])
}

// run reads the command's flags and does its work.
func (c *command) run(ctx context.Context, t *terminal, args []string) error {
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	act := c.setup(set)
	rest, err := c.parse(set, args)
	if errors.Is(err, flag.ErrHelp) {
		c.help(t.out)
		return nil
	}
	if err != nil {
		return err
	}
	return act(ctx, t, rest)
}

// parse reads flags wherever they stand among the arguments, and gives the other arguments.
func (c *command) parse(set *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	set.SetOutput(io.Discard)
	for {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, c.misused("%s", flagFault(err))
		}
		if set.NArg() == 0 {
			break
		}
		rest, args = append(rest, set.Arg(0)), set.Args()[1:]
	}
	if len(rest) != c.count {
		return nil, c.misused("应有 %d 个参数，给了 %d 个", c.count, len(rest))
	}
	return rest, nil
}

// misused says what is wrong with the arguments, with the usage as the hint.
func (c *command) misused(format string, args ...any) error {
	return fault.New(fault.Invalid, "%s：%s", c.name, fmt.Sprintf(format, args...)).
		WithHint("用法 %s", c.synopsis())
}

// flagFault says in Chinese what package flag says in English.
func flagFault(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return "没有 --" + name + " 这个选项"
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return "选项 --" + name + " 后面缺少取值"
	}
	if value, ok := strings.CutPrefix(text, "invalid value "); ok {
		value, name, _ := strings.Cut(value, " for flag -")
		name, reason, _ := strings.Cut(name, ": ")
		return "选项 --" + name + " 的取值 " + value + " 有误：" + reason
	}
	return text
}

// report prints err as one line and its hint as another, and gives the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	var list failures
	if errors.As(err, &list) {
		code := exitMistake
		for _, err := range list {
			code = min(code, report(w, err))
		}
		return code
	}
	if f, ok := fault.As(err); ok {
		fmt.Fprintf(w, "yaohao: %s\n", f.Message)
		if f.Hint != "" {
			fmt.Fprintf(w, "  提示：%s\n", f.Hint)
		}
		return exitMistake
	}
	var damage *auditdb.Damage
	switch {
	case errors.As(err, &damage):
		fmt.Fprintf(w, "yaohao: 日志与其签名或哈希不符：%s\n", damage.Message)
		fmt.Fprintln(w, "  提示：保全现场，与机关以外留存的检查点比对，再从备份恢复")
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "yaohao: 已中断，未完成的部分没有写入")
	default:
		fmt.Fprintf(w, "yaohao: 内部错误：%v\n", err)
	}
	return exitFailed
}
