// Command yaohao-verify repeats a published draw offline, from the files of its bundle alone:
//
//	yaohao-verify DIR [--commit HEX] [--refills]
//
// DIR holds plan.json, seed.txt, transcript.json and the frozen files (draw/1 §9). It prints one
// line `ok <check> …` or `FAIL <check> …` per check. --commit is the commit that was published
// before the public event; without it nothing shows that this plan is the one announced. With
// --refills it also repeats the records of what was filled in after the draw (draw/1 §10), one line
// `ok refill <n> …` or `FAIL refill <n> …` for each of refills/1.json, refills/2.json, …
//
// Exit codes: 0 every check holds, 1 one fails, 2 (wins over 1) a file that has to be read is
// missing or cannot be opened, or the command line is wrong. It needs no network, no database and
// no configuration.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"yaohao/sampling"
)

func main() {
	o, err := parseArgs(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Println(usage)
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "yaohao-verify: %v\n%s\n", err, usage)
		os.Exit(sampling.ExitMissing)
	}
	files := os.DirFS(o.dir)
	code := sampling.Verify(files, o.commit, os.Stdout).ExitCode()
	if o.refills {
		code = max(code, repeatRefills(files, os.Stdout)) // 2 wins over 1
	}
	os.Exit(code)
}

// options is what the command line says.
type options struct {
	dir, commit string
	refills     bool
}

const usage = `用法：yaohao-verify 目录 [--commit 摘要] [--refills]
  目录    一次抽签公布的全部文件：plan.json、seed.txt、transcript.json 及冻结名单
  摘要    抽签前公布的承诺值（64 位小写十六进制），用来核对计划未被更换
  --refills  同时重算抽签之后的递补记录（refills/1.json 等）
退出码：0 全部通过；1 有检查未通过；2 缺少文件或命令有误`

// parseArgs reads the command line; options may stand before or behind the directory.
func parseArgs(args []string) (o options, err error) {
	flags := flag.NewFlagSet("yaohao-verify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.commit, "commit", "", "")
	flags.BoolVar(&o.refills, "refills", false, "")
	var dirs []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return o, err
		}
		if args = flags.Args(); len(args) > 0 {
			dirs, args = append(dirs, args[0]), args[1:]
		}
	}
	if len(dirs) != 1 {
		return o, errors.New("需要且只能给出一个目录")
	}
	given := false
	flags.Visit(func(f *flag.Flag) { given = given || f.Name == "commit" })
	if given && o.commit == "" {
		return o, errors.New("--commit 的值为空")
	}
	o.dir = dirs[0]
	return o, nil
}
