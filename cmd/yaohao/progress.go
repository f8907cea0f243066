package main

import (
	"fmt"
	"time"
)

// progress shows how far a long work is on one line that is written again each second. Work of
// less than a second shows nothing.
type progress struct {
	t       *terminal
	unit    string // what is counted, e.g. 行
	started time.Time
	last    time.Time
	shown   bool
}

func newProgress(t *terminal, unit string) *progress {
	start := time.Now()
	return &progress{t: t, unit: unit, started: start, last: start}
}

// show tells that count things are done, which are part of whole of the work; a whole of 0 is
// unknown.
func (p *progress) show(count, part, whole int64) {
	if time.Since(p.last) < time.Second {
		return
	}
	took := time.Since(p.started)
	p.last, p.shown = time.Now(), true
	speed := count * int64(time.Second) / int64(took)
	fmt.Fprintf(p.t.err, "\r已处理 %d %s，每秒 %d %s%s\x1b[K", count, p.unit, speed, p.unit,
		timeLeft(took, part, whole))
}

// timeLeft estimates from what is done how long the rest takes.
func timeLeft(took time.Duration, part, whole int64) string {
	if part <= 0 || whole < part {
		return ""
	}
	share := float64(part) / float64(whole)
	left := time.Duration(float64(took) * (1 - share) / share).Round(time.Second)
	return fmt.Sprintf("，%d%%，还需约 %s", int(share*100), left)
}

// say shows a line at once, if the work has shown anything yet.
func (p *progress) say(text string) {
	if p.shown {
		fmt.Fprintf(p.t.err, "\r%s\x1b[K", text)
	}
}

// end leaves the line.
func (p *progress) end() {
	if p.shown {
		fmt.Fprintln(p.t.err)
	}
}
