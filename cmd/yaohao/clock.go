package main

import (
	"errors"
	"flag"
	"time"

	"yaohao/calendar"
)

// now is the clock of the commands, to the second that the log keeps.
func now() time.Time { return time.Now().In(calendar.Shanghai).Truncate(time.Second) }

// clock tells the time at the edge: the real one, or one that began at another moment when the
// program started and runs on from there.
type clock struct {
	ahead time.Duration // of the real one
	set   bool
}

// clockFlag adds --clock to a command.
func clockFlag(set *flag.FlagSet) *clock {
	c := &clock{}
	set.Func("clock", "演练用：时钟从这一`时刻`走起，例如 2026-12-01T09:00:00+08:00",
		func(text string) error {
			start, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return errors.New("不是 2026-12-01T09:00:00+08:00 这样的时刻")
			}
			c.ahead, c.set = time.Until(start), true
			return nil
		})
	return c
}

// now gives the time on this clock, to the second.
func (c *clock) now() time.Time {
	return time.Now().Add(c.ahead).In(calendar.Shanghai).Truncate(time.Second)
}
