// Command yaohao-verify repeats a published draw offline, from the files of its bundle alone:
//
//	yaohao-verify DIR [--commit HEX]
//
// DIR holds plan.json, seed.txt, transcript.json and the frozen files (draw/1 §9). It prints one
// line `ok <check> …` or `FAIL <check> …` per check. --commit is the commit that was published
// before the public event; without it nothing shows that this plan is the one announced.
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
	dir, commit, err := parseArgs(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Println(usage)
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "yaohao-verify: %v\n%s\n", err, usage)
		os.Exit(sampling.ExitMissing)
	}
	os.Exit(sampling.Verify(os.DirFS(dir), commit, os.Stdout).ExitCode())
}

const usage = `用法：yaohao-verify 目录 [--commit 摘要]
  目录    一次抽签公布的全部文件：plan.json、seed.txt、transcript.json 及冻结名单
  摘要    抽签前公布的承诺值（64 位小写十六进制），用来核对计划未被更换
退出码：0 全部通过；1 有检查未通过；2 缺少文件或命令有误`

// parseArgs reads the command line; options may stand before or behind the directory.
func parseArgs(args []string) (dir, commit string, err error) {
	flags := flag.NewFlagSet("yaohao-verify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&commit, "commit", "", "")
	var dirs []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return "", "", err
		}
		if args = flags.Args(); len(args) > 0 {
			dirs, args = append(dirs, args[0]), args[1:]
		}
	}
	if len(dirs) != 1 {
		return "", "", errors.New("需要且只能给出一个目录")
	}
	given := false
	flags.Visit(func(*flag.Flag) { given = true })
	if given && commit == "" {
		return "", "", errors.New("--commit 的值为空")
	}
	return dirs[0], commit, nil
}
