package main

import (
	"context"
	"flag"
	"runtime/debug"
)

// version is set by the Makefile through -ldflags; a plain `go build` shows the VCS revision.
var version = ""

func versionCommand(*flag.FlagSet) action {
	return func(_ context.Context, t *terminal, _ []string) error {
		t.printf("yaohao %s（draw/1）\n", versionText())
		return nil
	}
}

func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
	}
	return "devel"
}
