package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// help prints the list of commands, or all about the command, or about the commands that begin
// with the word, that words name.
func help(w io.Writer, words []string) error {
	if len(words) == 0 {
		usage(w)
		return nil
	}
	if c, _ := find(words); c != nil {
		c.help(w)
		return nil
	}
	found := false
	for _, c := range commands() {
		if strings.HasPrefix(c.name, words[0]+" ") {
			c.help(w)
			found = true
		}
	}
	if !found {
		return unknown(words)
	}
	return nil
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "yaohao 摇号——双随机、一公开\n\n用法：yaohao 命令 [参数]")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %s\n      %s\n", strings.TrimSpace(c.name+" "+c.args), c.summary)
	}
	fmt.Fprintln(w, "\nyaohao help 命令 列出该命令的全部选项。公开的抽取由 yaohao-verify 目录 独立核验。")
}

// help prints all about one command.
func (c *command) help(w io.Writer) {
	fmt.Fprintf(w, "用法：%s\n  %s\n", c.synopsis(), c.summary)
	if c.detail != "" {
		fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(c.detail, "\n", "\n  "))
	}
	c.flags().VisitAll(func(f *flag.Flag) {
		name, text := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "    %s\n        %s\n", strings.TrimSpace("--"+f.Name+" "+name), text)
	})
	fmt.Fprintln(w)
}

// synopsis gives the usage in one line.
func (c *command) synopsis() string {
	line := strings.TrimSpace("yaohao " + c.name + " " + c.args)
	c.flags().VisitAll(func(f *flag.Flag) {
		name, _ := flag.UnquoteUsage(f)
		line += " [" + strings.TrimSpace("--"+f.Name+" "+name) + "]"
	})
	return line
}

// flags gives the command's flags. Their usage names the value in back quotes.
func (c *command) flags() *flag.FlagSet {
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.setup(set)
	return set
}
