package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// What went wrong decides about the exit code and about what is said.
func TestReport(t *testing.T) {
	mistake := fault.New(fault.Conflict, "门已锁").WithHint("取钥匙")
	ours := errors.New("disk full")
	var mixed failures
	mixed.add("抽取 A", mistake)
	mixed.add("抽取 B", nil)
	mixed.add("抽取 C", ours)
	for _, c := range []struct {
		err  error
		code int
		want string
	}{
		{nil, exitOK, ""},
		{mistake, exitMistake, "yaohao: 门已锁\n  提示：取钥匙\n"},
		{fmt.Errorf("opening: %w", mistake), exitMistake, "yaohao: 门已锁\n  提示：取钥匙\n"},
		{ours, exitFailed, "yaohao: 内部错误：disk full\n"},
		{mixed, exitFailed, "yaohao: 抽取 A：门已锁\n  提示：取钥匙\nyaohao: 内部错误：抽取 C: disk full\n"},
		{mixed[:1], exitMistake, "yaohao: 抽取 A：门已锁\n  提示：取钥匙\n"},
		{errors.Join(mixed[:1], nil), exitMistake, "yaohao: 抽取 A：门已锁\n  提示：取钥匙\n"},
		{fmt.Errorf("query: %w", context.Canceled), exitFailed,
			"yaohao: 已中断，未完成的部分没有写入\n"},
		{&auditdb.Damage{Part: auditdb.PartLeaf, Message: "第 3 条记录被改动"}, exitFailed,
			"yaohao: 日志与其签名或哈希不符：第 3 条记录被改动\n" +
				"  提示：保全现场，与机关以外留存的检查点比对，再从备份恢复\n"},
	} {
		var out bytes.Buffer
		if code := report(&out, c.err); code != c.code || out.String() != c.want {
			t.Errorf("%v: exit code %d, want %d\n%s", c.err, code, c.code, &out)
		}
	}
}

// Every command has a summary, a synopsis and a help text for each of its flags.
func TestHelpIsComplete(t *testing.T) {
	for _, c := range commands() {
		var out bytes.Buffer
		if c.help(&out); c.summary == "" || !strings.Contains(out.String(), c.summary) {
			t.Errorf("%s: help\n%s", c.name, &out)
		}
		for line := range strings.Lines(out.String()) {
			if strings.TrimSpace(line) == "" && line != "\n" {
				t.Errorf("%s: a flag without help:\n%s", c.name, &out)
			}
		}
	}
}

// Work of less than a second shows nothing; afterwards speed and time left, at most once a second.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&terminal{err: &out}, "行")
	p.show(10, 10, 100)
	p.say("正在写入")
	p.end()
	if out.Len() > 0 {
		t.Errorf("shown at once: %q", &out)
	}
	p.started, p.last = time.Now().Add(-4*time.Second), time.Now().Add(-2*time.Second)
	p.show(2000, 25, 100)
	p.show(2001, 26, 100)
	p.say("正在写入")
	p.end()
	want := regexp.MustCompile(
		`^\r已处理 2000 行，每秒 \d+ 行，25%，还需约 \d+s\x1b\[K\r正在写入\x1b\[K\n$`)
	if !want.Match(out.Bytes()) {
		t.Errorf("progress %q", &out)
	}
}

// The bytes that a draw has read against those of its files tell how far it is.
func TestDrawProgress(t *testing.T) {
	files := os.DirFS("../../sampling/testdata/vectors/srs-two-strata")
	text, err := fs.ReadFile(files, sampling.TranscriptFile)
	if err != nil {
		t.Fatal(err)
	}
	transcript, err := sampling.ParseTranscript(text)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := sampling.ParsePlan(transcript.Plan)
	if err != nil {
		t.Fatal(err)
	}
	counted := countFiles(files, plan, newProgress(&terminal{err: &bytes.Buffer{}}, "MB"))
	if _, err := sampling.Draw(plan, counted, transcript.Entropy); err != nil {
		t.Fatal(err)
	}
	if counted.whole == 0 || counted.read < counted.whole {
		t.Errorf("read %d of %d bytes", counted.read, counted.whole)
	}
}
