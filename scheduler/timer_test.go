package scheduler

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// The timer goes on after a panic and after an error, logs both, and stops with its context.
func TestTimer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &Service{Log: slog.New(slog.NewTextHandler(&log, nil))}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ticks := 0
	stopped := s.RunTimer(ctx, time.Millisecond, time.Now, func(context.Context, time.Time) error {
		ticks++
		switch ticks {
		case 1:
			panic("first tick")
		case 2:
			return errors.New("second tick")
		case 3:
			stop()
		}
		return nil
	})
	<-stopped
	if ticks != 3 {
		t.Errorf("%d ticks", ticks)
	}
	for _, want := range []string{"panic: first tick", "timer_test.go", "second tick"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log has no %q:\n%s", want, log.String())
		}
	}
}

// Ticks fall on whole multiples.
func TestUntilNext(t *testing.T) {
	for _, c := range []struct {
		now  string
		want time.Duration
	}{{"2026-11-02T09:00:00Z", time.Minute}, {"2026-11-02T09:00:01Z", 59 * time.Second},
		{"2026-11-02T08:59:59.9Z", 100 * time.Millisecond}} {
		now, err := time.Parse(time.RFC3339Nano, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := untilNext(now, time.Minute); got != c.want {
			t.Errorf("from %s: %s, want %s", c.now, got, c.want)
		}
	}
}
