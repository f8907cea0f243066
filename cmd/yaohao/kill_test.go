package main

import (
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"yaohao/internal/account"
	"yaohao/internal/pg"
	"yaohao/scheduler"
)

// number reads an environment variable that makes a test larger.
func number(t *testing.T, name string, preset int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return preset
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q", name, text)
	}
	return n
}

// dice gives the schedule of the kills: YAOHAO_KILL_SEED, or always the same.
func dice(t *testing.T) *rand.Rand {
	t.Helper()
	seed := number(t, "YAOHAO_KILL_SEED", 1)
	t.Logf("YAOHAO_KILL_SEED=%d", seed)
	return rand.New(rand.NewPCG(uint64(seed), 0))
}

// between gives a random time from least to most.
func between(g *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(g.Int64N(int64(most-least)))
}

// The serving process is killed, again and again, at random moments while a month is walked
// (YAOHAO_KILLS times in all, 15 by default). What it leaves is whole: the next process goes on
// from there and reaches the same end, with nothing doubled and nothing lost.
func TestServeKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, g := t.Context(), dice(t)
	began := time.Now()
	w.run("advance", "--clock", "2026-11-02T08:00:00+08:00")
	usual := time.Since(began) // of a process that finds nothing to do
	const moments = 5
	kills := number(t, "YAOHAO_KILLS", 15)
	found := map[int]int{} // how many kills found so many steps done
	pass := func(clock string, do func() error) {
		t.Helper()
		for range (kills + moments - 1) / moments {
			s := start(t, w.set, "serve", "--clock", clock)
			time.Sleep(between(g, usual/4, 2*usual+200*time.Millisecond))
			s.kill()
			found[w.steps()]++
		}
		w.run("advance", "--clock", clock)
		if do != nil {
			w.ok(do())
		}
	}
	pass("2026-11-02T09:00:00+08:00", nil)
	w.until(scheduler.Committed)
	pass("2026-11-02T17:30:00+08:00", nil)
	w.until(scheduler.Awaiting)
	pass("2026-11-02T20:00:00+08:00", func() error {
		for i, login := range []string{"operator1", "operator2"} {
			err := w.scheduler.EnterEntropy(ctx, w.as(login, account.Operator), demoDraw, "dice",
				"61524361524361524361", demoDay(2, 21, 1+i))
			if err != nil {
				return err
			}
		}
		return nil
	})
	pass("2026-11-02T21:05:00+08:00", nil)
	w.until(scheduler.Drawn)
	w.visit()
	pass("2026-11-18T10:05:00+08:00", nil)
	t.Logf("kills by steps done before: %v", found)
	w.published()
	w.run("audit", "verify")
}

// steps counts the steps that were made and the tasks and notices that followed from them.
func (w *world) steps() int {
	w.testing.Helper()
	return count(w.testing, w.db, `SELECT (SELECT count(*) FROM draw_transition)
		+ (SELECT count(*) FROM dispatch) + (SELECT count(*) FROM notice)`)
}

// A demonstration that was interrupted between two transactions of one step goes on there.
func TestDemoResumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.ok(w.freeze(ctx))

	// One operator has typed the dice.
	w.ok(w.advance(ctx, demoDay(2, 17, 1)))
	value, err := w.dice(demoDraw)
	w.ok(err)
	operator := w.as("operator1", account.Operator)
	w.ok(w.scheduler.EnterEntropy(ctx, operator, demoDraw, "dice", value, demoDay(2, 21, 1)))
	w.ok(w.typeDice(ctx, demoDraw, 2))

	// The draw is drawn, its tasks are not dispatched.
	_, err = w.scheduler.Advance(ctx, demoDay(2, 21, 5))
	w.ok(err)
	w.timeline(scheduler.Planned, scheduler.Frozen, scheduler.Committed, scheduler.Awaiting,
		scheduler.Drawn)
	w.ok(w.draw(ctx))
	w.ok(w.draw(ctx))

	// The results are public, the draw is not open; then it is open without its notice.
	w.visit()
	_, err = w.scheduler.Advance(ctx, demoDay(18, 10, 5))
	w.ok(err)
	w.ok(w.publish(ctx))
	w.ok(w.publish(ctx))
	w.published()
}

// run wants exit code 0 of the program.
func (w *world) run(args ...string) {
	w.testing.Helper()
	out, err := yaohao(w.testing.Context(), w.set, args...).CombinedOutput()
	if err != nil {
		w.testing.Fatalf("yaohao %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// A demonstration that is killed at random moments, its private database server with it, goes on
// where it was; at last it ends like any other, and one more run changes nothing.
func TestDemoKilled(t *testing.T) {
	t.Parallel()
	g, tools := dice(t), verifier(t)
	state := publicDir(t)
	set := map[string]string{"YAOHAO_STATE": state, "YAOHAO_LISTEN": "127.0.0.1:0",
		"PATH": tools + string(filepath.ListSeparator) + os.Getenv("PATH")}
	reached := map[string]bool{}
	for range number(t, "YAOHAO_DEMO_KILLS", 8) {
		s := start(t, set, "demo", "--once")
		time.Sleep(between(g, 500*time.Millisecond, 3*time.Second))
		s.kill()
		reached[lastStep(s.output.String())] = true
	}
	t.Logf("killed at: %q", slices.Sorted(maps.Keys(reached)))
	first, second := summaryOf(t, set), summaryOf(t, set)
	if first != second {
		t.Errorf("a second run changed something:\n%s\n%s", first, second)
	}
	if !strings.Contains(first, "人员缺口 0 个单位") || !strings.Contains(first, "全部重读无误") {
		t.Errorf("summary:\n%s", first)
	}
	checkDemo(t, filepath.Join(state, "demo"))
}

// lastStep gives the step at which a demonstration was.
func lastStep(text string) string {
	_, step, _ := strings.Cut(text[max(0, strings.LastIndex(text, "· ")):], "· ")
	step, _, _ = strings.Cut(step, "\n")
	return step
}

// summaryOf runs a demonstration to its end and gives its summary.
func summaryOf(t *testing.T, set map[string]string) string {
	t.Helper()
	out, err := yaohao(t.Context(), set, "demo", "--once").CombinedOutput()
	_, summary, found := strings.Cut(string(out), "临溪县 2026 年 11 月双随机抽查")
	if err != nil || !found {
		t.Fatalf("%v\n%s", err, out)
	}
	return summary
}

// checkDemo looks into the database of a demonstration that has ended.
func checkDemo(t *testing.T, state string) {
	t.Helper()
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	cfg := &Config{State: state, Origin: "yaohao.local/log",
		LogKey: filepath.Join(state, "log.key"), SealKey: filepath.Join(state, "seal.key")}
	o, err := openOffice(ctx, cfg, false, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}()
	w := &world{testing: t, demo: &demo{office: o}}
	w.published()
	for query, want := range map[string]int{
		`SELECT count(*) FROM entity`:                            3000,
		`SELECT count(*) FROM account`:                           93,
		`SELECT count(*) FROM import_run`:                        9,
		`SELECT count(*) FROM log_leaf WHERE kind = 'import'`:    9,
		`SELECT count(*) FROM log_leaf WHERE kind = 'account'`:   93,
		`SELECT count(*) - count(DISTINCT task_id) FROM result`:  0,
		`SELECT count(*) FROM refill_end WHERE outcome = 'done'`: 2,
		`SELECT count(*) FROM task WHERE state = 'replaced'`:     1,
		`SELECT (SELECT count(*) FROM task WHERE state NOT IN ('assigned', 'replaced'))
			- count(*) FROM review`: 0,
	} {
		if n := count(t, o.db, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
}

func count(t *testing.T, db *pg.DB, query string) int {
	t.Helper()
	var n int
	if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
