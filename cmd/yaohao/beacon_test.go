package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"yaohao/calendar"
	"yaohao/examples/county"
	"yaohao/internal/account"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// With a configured server the timer's tick fetches the round and the draw is made without a
// keyboard; a server that is away is passed over; without servers nobody is asked.
func TestTickFetchesBeacon(t *testing.T) {
	const signature = "a517bcc786bde26257b53b18eb3f25dc4020d2ad2e2e85339e713b046b7b84df" +
		"3794c57ab9cae880f0da7b2f120b70d7" // published for round 31543812, 2026-08-23 05:40:00
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		if !strings.HasSuffix(r.URL.Path, "/public/31543812") {
			t.Errorf("asked for %s", r.URL.Path)
		}
		fmt.Fprintf(rw, `{"round":31543812,"signature":"%s"}`, signature)
	}))
	defer server.Close()
	w := newWorld(t)
	data, err := county.Files.ReadFile("plan-2026-11.json")
	w.ok(err)
	spec, err := parsePlan(data)
	w.ok(err)
	spec.ID, spec.Cron, spec.StartsOn, spec.CutoffHours, spec.EventHours = "D", "40 9 21 8 *",
		"2026-08-01", 2, 44
	spec.Items = slices.DeleteFunc(spec.Items, func(i scheduler.PlanItem) bool {
		return i.Item != worldItem
	})
	spec.Entropy[1] = scheduler.Source{Name: "drand", Kind: sampling.EntropyBeacon, Bits: 120,
		Event: "{round}，{cutoff} 截止"}
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 8, day, hour, minute, 0, 0, calendar.Shanghai)
	}
	ctx := t.Context()
	w.ok(w.scheduler.CreatePlan(ctx, w.as("planner", account.Planner), spec, at(1, 9, 0)))
	w.ok(w.scheduler.ApprovePlan(ctx, w.as("approver", account.Approver), "D", at(1, 10, 0)))
	w.ok(w.tick(ctx, at(21, 9, 40)))
	w.ok(w.tick(ctx, at(23, 5, 40)))
	state := func(want scheduler.State) {
		t.Helper()
		d, err := scheduler.DrawByID(ctx, w.db.Querier(), "2026-08-D")
		w.ok(err)
		if d.State != want {
			t.Fatalf("the draw is %s, want %s: %s", d.State, want, d.Next)
		}
	}
	state(scheduler.Awaiting)
	if asked != 0 {
		t.Fatal("a server was asked without being configured")
	}
	w.cfg.Beacons = "http://127.0.0.1:1, " + server.URL
	w.ok(w.tick(ctx, at(23, 5, 41)))
	state(scheduler.Drawn)
	w.ok(w.tick(ctx, at(23, 5, 42)))
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
