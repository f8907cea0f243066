// Command yaohao is the inspection service 双随机、一公开: registries, verifiable draws, task lists,
// results and notices. `yaohao help` lists the commands; each lives in a file of its own.
// This package wires: it reads the configuration, opens what a command needs and calls the
// domain packages.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], &terminal{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv})
	os.Exit(code)
}
