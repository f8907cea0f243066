package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/drand"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// Published rounds of quicknet; internal/drand has more. The one of August fell on a full minute, so
// that a draw can have its public event there.
const (
	augustRound = 31543812 // at 2026-08-23 05:40:00 in Beijing
	roundAugust = "a517bcc786bde26257b53b18eb3f25dc4020d2ad2e2e85339e713b046b7b84df" +
		"3794c57ab9cae880f0da7b2f120b70d7"
	roundOther = "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be" +
		"41076862b98fad56e91a6b85b89cd97b"
)

// Times of the draw of plan M with the beacon.
const (
	august         = "2026-08-M"
	augustApproved = "2026-08-01 10:00"
	augustDue      = "2026-08-21 09:40"
	augustCutoff   = "2026-08-21 11:40"
	augustEvent    = "2026-08-23 05:40"
)

func beacon(name string) Source {
	return Source{Name: name, Kind: sampling.EntropyBeacon, Bits: 120,
		Event: "{round}，{event} 或其后首轮，签名的 96 位小写十六进制；{cutoff} 截止"}
}

// withBeacon is a plan of one draw in August with a round of the beacon instead of the lottery.
func withBeacon() PlanSpec {
	spec := monthly()
	spec.Cron, spec.EventHours = "40 9 21 8 *", 44
	spec.Entropy[1] = beacon("drand")
	return spec
}

// The commit fixes the round: the first one at the event or later; its number and chain stand in
// the plan that everybody sees.
func TestBeaconRound(t *testing.T) {
	w := newWorld(t)
	w.plan(withBeacon(), augustApproved)
	w.advance(augustDue)
	line := fmt.Sprintf("drand quicknet（链 %s）第 %d 轮，2026-08-23 05:40（北京时间", drand.ChainHash,
		augustRound)
	if got := w.planOf(august).Entropy[1].Event; !strings.HasPrefix(got, line) {
		t.Errorf("event line %q", got)
	}
	e := w.detail(august).Entropy[1]
	if e.Round != augustRound || e.Due != "2026-08-23 05:40:00" {
		t.Errorf("round %d due %q", e.Round, e.Due)
	}
	// Another plan with the same item cannot use the same round, whatever it says beside it.
	other := withBeacon()
	other.ID, other.Items = "N", other.Items[:1]
	other.Entropy[1].Event = "别的说法：{round}，{cutoff} 截止"
	w.plan(other, augustApproved)
	sum, err := w.s.Advance(t.Context(), at(augustDue))
	w.ok(err)
	if len(sum.Failures) != 1 {
		t.Fatalf("a round serves two plans: %+v", sum)
	}
	w.refused(sum.Failures[0].Err, fault.Conflict)
}

// A fetched round counts alone: it is verified, recorded with its address, and the draw goes on by
// itself. What does not verify is never stored.
func TestFetchBeacons(t *testing.T) {
	w := newWorld(t)
	w.plan(withBeacon(), augustApproved)
	w.advance(augustDue)
	w.advance(augustCutoff)
	asked := 0
	answer := func(signature string, err error) Fetch {
		return func(_ context.Context, round uint64) (string, string, error) {
			asked++
			if round != augustRound {
				t.Errorf("asked for round %d", round)
			}
			return signature, "https://drand.example/public/1000", err
		}
	}
	fetch := func(when time.Time, f Fetch) { t.Helper(); w.ok(w.s.FetchBeacons(t.Context(), when, f)) }
	fetch(at(augustEvent).Add(-time.Second), answer(roundAugust, nil))
	if asked != 0 {
		t.Fatal("fetched before the event")
	}
	event := at(augustEvent)
	fetch(event, answer("", errors.New("connection refused")))
	try := w.detail(august).Entropy[1].Try
	if try == nil || try.Tries != 1 || try.Failure != "connection refused" ||
		!try.NextAt.Equal(event.Add(time.Minute)) {
		t.Fatalf("try %+v", try)
	}
	if next := w.detail(august).Next; !strings.Contains(next, "第 1 次取公共信标失败") {
		t.Errorf("next action %q", next)
	}
	fetch(event.Add(59*time.Second), answer(roundAugust, nil))
	if asked != 1 {
		t.Fatal("fetched before the next try")
	}
	fetch(event.Add(time.Minute), answer(roundOther, nil)) // another round's
	if e := w.detail(august).Entropy[1]; e.Status != EntryWaiting || e.Try.Tries != 2 {
		t.Fatalf("a wrong signature: %+v", e)
	}
	w.advance("2026-08-23 05:42")
	w.state(august, Awaiting)
	fetch(event.Add(3*time.Minute), answer(roundAugust, nil))
	fetch(event.Add(time.Hour), answer(roundAugust, nil)) // again: nothing is due
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	e := w.detail(august).Entropy[1]
	if e.Status != EntryFetched || e.Value != roundAugust || e.People != 0 ||
		e.From != "https://drand.example/public/1000" {
		t.Errorf("fetched %+v", e)
	}
	w.refused(w.s.EnterEntropy(t.Context(), op1, august, "drand", roundAugust, event.Add(time.Hour)),
		fault.Conflict)
	w.advance("2026-08-23 05:44")
	if d := w.state(august, Drawn); d.Grade != sampling.GradePublic || d.Bits != 120 {
		t.Errorf("grade %s, %d bits", d.Grade, d.Bits)
	}
	leaves, err := auditdb.Leaves(t.Context(), w.db.Querier(),
		auditdb.Filter{Kind: audit.KindEntropy, Subject: august, Limit: 10})
	w.ok(err)
	if len(leaves) != 1 || leaves[0].Leaf.Fact("outcome") != "fetched" ||
		leaves[0].Leaf.Actor != audit.System {
		t.Errorf("leaves %+v", leaves)
	}
}

// Two people may type the round instead; what is not its signature is refused to the first.
func TestTypedBeacon(t *testing.T) {
	w := newWorld(t)
	w.plan(withBeacon(), augustApproved)
	w.advance(augustDue)
	w.advance(augustCutoff)
	enter := func(who audit.Actor, value string) error {
		return w.s.EnterEntropy(t.Context(), who, august, "drand", value, at(augustEvent))
	}
	for _, bad := range []string{roundOther, strings.ToUpper(roundAugust), roundAugust[:94],
		drand.Randomness(roundAugust), strings.Repeat("0", 96)} {
		w.refused(enter(op1, bad), fault.Invalid)
	}
	w.ok(enter(op1, roundAugust))
	w.refused(enter(op1, roundAugust), fault.Conflict)
	w.advance(augustEvent)
	w.state(august, Awaiting)
	w.ok(enter(op2, roundAugust))
	asked := false
	w.ok(w.s.FetchBeacons(t.Context(), at(augustEvent), func(context.Context, uint64) (string, string,
		error) {
		asked = true
		return roundAugust, "x", nil
	}))
	if asked {
		t.Error("fetched although two people agree")
	}
	w.advance(augustEvent)
	if e := w.state(august, Drawn).Entropy[1]; e.Status != EntryAgreed || e.Value != roundAugust {
		t.Errorf("typed: %+v", e)
	}
	w.visited(august)
	w.advance("2026-09-10 10:00")
	w.verify(august)
}

// A fetch that was given up leaves nothing, and its failure is not the server's.
func TestFetchCancelled(t *testing.T) {
	w := newWorld(t)
	w.plan(withBeacon(), augustApproved)
	w.advance(augustDue)
	ctx, cancel := context.WithCancel(t.Context())
	err := w.s.FetchBeacons(ctx, at(augustEvent), func(context.Context, uint64) (string, string, error) {
		cancel()
		return "", "", context.Canceled
	})
	if !errors.Is(err, context.Canceled) || w.detail(august).Entropy[1].Try != nil {
		t.Errorf("cancelled: %v, %+v", err, w.detail(august).Entropy[1].Try)
	}
}

func TestNextTry(t *testing.T) {
	var waits []string
	for n := 1; n <= 8; n++ {
		waits = append(waits, nextTry(at(augustEvent), n).Sub(at(augustEvent)).String())
	}
	if got := strings.Join(waits, " "); got != "1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 32m0s 32m0s" {
		t.Errorf("waits %s", got)
	}
}
