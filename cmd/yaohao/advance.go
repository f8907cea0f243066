package main

import (
	"context"
	"flag"
	"time"
)

// advanceCommand does once what the timer does every minute.
func advanceCommand(set *flag.FlagSet) action {
	clock := clockFlag(set)
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error {
			at := clock.now()
			if err := o.tick(ctx, at); err != nil {
				return err
			}
			t.printf("已推进到 %s（北京时间）\n", at.Format(time.DateTime))
			return nil
		})
	}
}
