package scheduler

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// RunTimer starts the one goroutine that calls tick at once and then at every whole multiple of
// every (a minute: at second 0), with the time that clock gives. An error and a panic of tick are
// logged, a panic with its stack; neither ends the timer, and the next tick comes as ever. Ticks
// do not overlap. The timer ends when ctx does; stopped is closed after its last tick.
//
// The timer is an alarm clock and keeps nothing: what is due stands in the rows, so a tick that
// is lost or comes twice changes nothing.
func (s *Service) RunTimer(ctx context.Context, every time.Duration, clock func() time.Time,
	tick func(ctx context.Context, now time.Time) error) (stopped <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if err := recovered(ctx, clock(), tick); err != nil && ctx.Err() == nil {
				s.log().Error("timer tick failed", "error", err)
			}
			wait := time.NewTimer(untilNext(clock(), every))
			select {
			case <-ctx.Done():
				wait.Stop()
				return
			case <-wait.C:
			}
		}
	}()
	return done
}

// untilNext gives the time to the next whole multiple of every after now.
func untilNext(now time.Time, every time.Duration) time.Duration {
	return now.Truncate(every).Add(every).Sub(now)
}

// recovered calls tick and turns a panic into an error with its stack.
func recovered(ctx context.Context, now time.Time,
	tick func(ctx context.Context, now time.Time) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return tick(ctx, now)
}
