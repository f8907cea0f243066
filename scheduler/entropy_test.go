package scheduler

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// The public value counts when two different people typed exactly the same, and not before.
func TestEnterEntropy(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	enter := func(who audit.Actor, name, value, when string) error {
		return w.s.EnterEntropy(t.Context(), who, november, name, value, at(when))
	}
	status := func(want EntryStatus) {
		t.Helper()
		w.advance(eventAt)
		if got := w.state(november, Awaiting).Entropy[1]; got.Status != want || got.Value != "" {
			t.Fatalf("status %s value %q, want %s", got.Status, got.Value, want)
		}
	}
	w.refused(enter(op1, "lottery", balls, dueAt), fault.Conflict) // before the cutoff
	w.advance(cutoffAt)
	w.refused(enter(planner, "lottery", balls, eventAt), fault.Forbidden)
	both := op1
	both.Person = approver.Person // the approver holds the post of an operator too
	w.refused(enter(both, "lottery", balls, eventAt), fault.Forbidden)
	w.refused(enter(op1, "dice", balls, eventAt), fault.Invalid)
	w.refused(enter(op1, "lottery", " "+balls, eventAt), fault.Invalid)
	w.refused(enter(op1, "lottery", "12", eventAt), fault.Invalid) // not 80 bits
	w.refused(enter(op1, "office", strings.Repeat("0", 64), eventAt), fault.Invalid)
	status(EntryWaiting)
	w.ok(enter(op1, "lottery", balls, eventAt))
	status(EntryFirst)
	w.refused(enter(op1, "lottery", balls, eventAt), fault.Conflict) // the same person twice
	status(EntryFirst)
	wrong := strings.Replace(balls, "08", "09", 1)
	err := enter(op2, "lottery", wrong, eventAt)
	w.refused(err, fault.Conflict)
	if strings.Contains(err.Error(), balls) || strings.Contains(err.Error(), wrong) {
		t.Errorf("the conflict tells a value: %v", err)
	}
	status(EntryDiffers)
	if n := w.count(`SELECT count(*) FROM entropy_entry`); n != 2 {
		t.Fatalf("%d entries kept, want both", n)
	}
	w.refused(enter(op3, "lottery", strings.Replace(balls, "08", "10", 1), eventAt), fault.Conflict)
	status(EntryDiffers)
	w.ok(enter(op2, "lottery", balls, eventAt))
	w.refused(enter(op3, "lottery", wrong, eventAt), fault.Conflict) // complete
	w.advance(eventAt)
	if got := w.state(november, Drawn).Entropy[1]; got.Status != EntryAgreed || got.Value != balls {
		t.Errorf("after agreement: %+v", got)
	}
	w.refused(enter(op1, "lottery", balls, eventAt), fault.Conflict) // drawn
	leaves, err := auditdb.Leaves(t.Context(), w.db.Querier(),
		auditdb.Filter{Kind: audit.KindEntropy, Subject: november, Limit: 10})
	w.ok(err)
	var outcomes []string
	for _, l := range leaves {
		outcomes = append(outcomes, l.Leaf.Fact("outcome"))
	}
	if got := strings.Join(outcomes, " "); got != "first differs differs agreed" {
		t.Errorf("the log says %q", got)
	}
}

// A public value typed before its event is none: it is refused to the second, whatever the cutoff
// says, and a row that got in otherwise draws nothing early.
func TestNothingBeforeEvent(t *testing.T) {
	for _, c := range []struct {
		spec                                            PlanSpec
		draw, name, value, approved, due, cutoff, event string
	}{
		{monthly(), november, "lottery", balls, approvedAt, dueAt, cutoffAt, eventAt},
		{withBeacon(), august, "drand", roundAugust, augustApproved, augustDue, augustCutoff, augustEvent},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.plan(c.spec, c.approved)
			w.advance(c.due)
			w.advance(c.cutoff)
			event := at(c.event)
			enter := func(who audit.Actor, when time.Time) error {
				return w.s.EnterEntropy(t.Context(), who, c.draw, c.name, c.value, when)
			}
			w.refused(enter(op1, at(c.cutoff)), fault.Conflict)
			err := enter(op1, event.Add(-time.Second))
			w.refused(err, fault.Conflict)
			if !strings.Contains(err.Error(), c.event+"（北京时间，UTC+8）") ||
				!strings.Contains(err.Error(), "公共事件发生之后再录入") {
				t.Errorf("refused with %q", err)
			}
			if n := w.count(`SELECT count(*) FROM entropy_entry`); n != 0 {
				t.Fatalf("%d entries are left", n)
			}
			w.ok(enter(op1, event))
			w.ok(enter(op2, event))
			sum, err := w.s.Advance(t.Context(), event.Add(-time.Second))
			if err != nil || len(sum.Steps)+len(sum.Failures) != 0 {
				t.Fatalf("before the event: %+v, %v", sum, err)
			}
			if d := w.state(c.draw, Awaiting); d.Seed != "" || !strings.Contains(d.Next, c.event) {
				t.Errorf("before the event: seed %q, next %q", d.Seed, d.Next)
			}
			w.exec(`UPDATE draw SET wake_at = $1 WHERE id = $2`, at(c.cutoff), c.draw)
			sum, err = w.s.Advance(t.Context(), event.Add(-time.Second)) // woken all the same
			if err != nil || len(sum.Steps)+len(sum.Failures) != 0 {
				t.Fatalf("woken before the event: %+v, %v", sum, err)
			}
			w.advance(c.event)
			w.state(c.draw, Drawn)
		})
	}
}

// Values typed after the event count even if nothing advanced in between.
func TestEnterBeforeAdvance(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	w.advance(dueAt)
	w.enter(november, eventAt)
	w.state(november, Committed)
	w.advance(eventAt)
	w.state(november, Drawn)
}

// Witness lines are taken until the cutoff, to the second, and a draw without them cannot be drawn.
func TestWitness(t *testing.T) {
	w := newWorld(t)
	spec := monthly()
	spec.Entropy = append([]Source{{Name: "witness", Kind: sampling.EntropyWitness,
		Event: "政协委员在 {cutoff} 前宣读的一句话，汉字原文"}}, spec.Entropy...)
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	const line = "抬头见喜，公道自在人心"
	enter := func(who audit.Actor, when time.Time) error {
		return w.s.EnterEntropy(t.Context(), who, november, "witness", line, when)
	}
	if d := w.detail(november); !strings.Contains(d.Next, "witness") {
		t.Errorf("next action %q", d.Next)
	}
	w.ok(enter(op1, at(cutoffAt).Add(-2*time.Second)))
	w.refused(enter(op2, at(cutoffAt)), fault.Conflict) // though nobody advanced yet
	w.advance(cutoffAt)
	w.refused(enter(op2, at(cutoffAt).Add(-time.Second)), fault.Conflict) // clock set back
	w.enter(november, eventAt)
	w.advance(eventAt)
	if d := w.state(november, Awaiting); !strings.Contains(d.Next, "作废") {
		t.Errorf("next action %q", d.Next)
	}
	// In another month the witness is heard in time.
	w.advance("2026-12-02 09:00")
	december := "2026-12-M"
	w.state(december, Planned) // A02 is paced: it waits for November
	w.ok(w.s.RequestVoid(t.Context(), op1, november, "见证语未按时宣读", at(eventAt)))
	w.ok(w.s.ConfirmVoid(t.Context(), approver, november, at(eventAt)))
	w.advance("2026-12-02 09:05")
	for _, who := range []audit.Actor{op1, op2} {
		w.ok(w.s.EnterEntropy(t.Context(), who, december, "witness", line, at("2026-12-02 10:00")))
	}
	w.advance("2026-12-02 11:05")
	w.enter(december, "2026-12-04 09:00")
	w.advance("2026-12-04 09:00")
	w.state(december, Drawn)
}

// If the key file is lost, the seal of the hand-over file opens the draw; without it the draw can
// still be made void, and its record says what is missing.
func TestLostKey(t *testing.T) {
	w := newWorld(t)
	hand := t.TempDir()
	box, _, err := OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), hand)
	w.ok(err)
	w.s.Seals = box
	spec := monthly()
	spec.Items = spec.Items[:1]
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	other, _, err := OpenSealBox(filepath.Join(t.TempDir(), "seal.key"), "")
	w.ok(err)
	w.ok(w.s.CheckSeals(t.Context()))
	w.s.Seals = other
	w.refused(w.s.CheckSeals(t.Context()), fault.Conflict)
	w.enter(november, eventAt)
	sum, err := w.s.Advance(t.Context(), at(eventAt))
	w.ok(err)
	if len(sum.Failures) != 1 {
		t.Fatalf("drawn with another key file: %+v", sum)
	}
	w.refused(sum.Failures[0].Err, fault.Conflict)
	d := w.state(november, Awaiting)
	files, err := filepath.Glob(filepath.Join(hand, "2026-11-M.office.*.txt"))
	w.ok(err)
	if len(files) != 1 || !strings.Contains(files[0], d.Entropy[0].Commit[:16]) {
		t.Fatalf("hand-over files %v", files)
	}
	text, err := os.ReadFile(files[0])
	w.ok(err)
	value := strings.Split(string(text), "\n")[2]
	w.ok(w.s.EnterEntropy(t.Context(), op3, november, "office", value, at(eventAt)))
	w.advance(eventAt)
	w.state(november, Drawn)
	w.ok(w.s.CheckSeals(t.Context()))

	w.s.Seals = box
	w.advance("2026-12-02 09:00")
	w.advance("2026-12-02 11:00")
	w.enter("2026-12-M", "2026-12-04 09:00")
	w.s.Seals = other
	w.ok(w.s.RequestVoid(t.Context(), op1, "2026-12-M", "密封密钥遗失", at("2026-12-04 09:00")))
	w.ok(w.s.ConfirmVoid(t.Context(), op2, "2026-12-M", at("2026-12-04 09:00")))
	if d := w.state("2026-12-M", Void); d.Seed != "" {
		t.Errorf("seed %q without a key", d.Seed)
	}
}

// The key file: made once with mode 0600, read again, refused when others can read it.
func TestSealBox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "seal.key")
	a, created, err := OpenSealBox(path, "")
	if err != nil || !created {
		t.Fatalf("first start: created %v, %v", created, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file %v, %v", info, err)
	}
	b, created, err := OpenSealBox(path, "")
	if err != nil || created {
		t.Fatalf("second start: created %v, %v", created, err)
	}
	commit, sealed, err := a.make(sampling.HashSHA256, "2026-11-M", "office", "")
	if err != nil {
		t.Fatal(err)
	}
	value, err := b.open("2026-11-M", "office", sealed)
	if err != nil || digestOf([]byte(value)) != commit || len(value) != 64 {
		t.Errorf("opened %q, commit %s: %v", value, commit, err)
	}
	if bytes.Contains(sealed, []byte(value)) {
		t.Error("sealed in clear")
	}
	if _, err := b.open("2026-12-M", "office", sealed); err == nil {
		t.Error("a seal was moved to another draw")
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := b.open("2026-11-M", "office", broken); err == nil {
			t.Errorf("byte %d changed, still opened", i)
		}
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenSealBox(path, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("key that others can read: %v", err)
	}
	bad := filepath.Join(t.TempDir(), "bad.key")
	if err := os.WriteFile(bad, []byte("123"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenSealBox(bad, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("damaged key: %v", err)
	}
}
