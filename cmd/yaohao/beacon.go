package main

import (
	"context"
	"errors"
	"flag"
	"strconv"
	"time"

	"yaohao/calendar"
	"yaohao/internal/drand"
	"yaohao/internal/fault"
)

// beaconCommands are about rounds of drand's quicknet. They need neither network nor database.
func beaconCommands() []command {
	return []command{
		{name: "beacon verify", args: "轮次 签名", count: 2, setup: beaconVerify,
			summary: "核验公共信标 drand quicknet 某一轮的签名（不联网）",
			detail: "轮次写在方案的随机来源里，签名是 seed.txt 里该随机源的值。\n" +
				"draw/1 的核验不含椭圆曲线；信标的值是否真是那一轮的，用本命令核验。"},
		{name: "beacon round", args: "时刻", count: 1, setup: beaconRound,
			summary: "某一时刻或其后的第一轮是哪一轮（不联网）",
			detail:  "时刻写作 2026-12-01T21:00:00+08:00。"},
	}
}

func beaconVerify(*flag.FlagSet) action {
	return func(_ context.Context, t *terminal, args []string) error {
		round, err := strconv.ParseUint(args[0], 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "轮次 %q 不是正整数", args[0]).Wrap(err)
		}
		if err := drand.Verify(round, args[1]); err != nil {
			return err
		}
		t.printf("ok drand %s 第 %d 轮\n", drand.Network, round)
		t.printf("时刻 %s（北京时间）\n", beijing(round))
		t.printf("randomness %s\n", drand.Randomness(args[1]))
		return nil
	}
}

func beaconRound(*flag.FlagSet) action {
	return func(_ context.Context, t *terminal, args []string) error {
		at, err := time.Parse(time.RFC3339, args[0])
		if err != nil {
			return fault.New(fault.Invalid, "%q 不是 2026-12-01T21:00:00+08:00 这样的时刻", args[0]).
				Wrap(err)
		}
		round := drand.RoundFrom(at)
		t.printf("drand %s 第 %d 轮，%s（北京时间）\n", drand.Network, round, beijing(round))
		t.printf("链 %s\n公布于 %s\n", drand.ChainHash, drand.Address("https://api.drand.sh", round))
		return nil
	}
}

func beijing(round uint64) string {
	return drand.TimeOf(round).In(calendar.Shanghai).Format(time.DateTime)
}

// tick is what the timer does: it fetches the beacons that are due, if servers are configured, and
// advances. Without a network the draws that need none go on; the others say what is missing.
func (o *office) tick(ctx context.Context, now time.Time) error {
	var failed failures
	if bases := o.cfg.beacons(); len(bases) > 0 {
		client := drand.NewClient()
		failed.add("取公共信标", o.scheduler.FetchBeacons(ctx, now,
			func(ctx context.Context, round uint64) (string, string, error) {
				return drand.Fetch(ctx, client, bases, round)
			}))
	}
	err := o.advance(ctx, now)
	if failed == nil {
		return err
	}
	var rest failures
	if errors.As(err, &rest) {
		return append(failed, rest...)
	}
	if err != nil {
		failed = append(failed, err)
	}
	return failed
}
