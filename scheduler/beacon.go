package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yaohao/audit"
	"yaohao/internal/drand"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// Fetching rounds of the beacon. It stands outside Advance: the network is slow and may be absent,
// and nothing of a draw may depend on when it answers. FetchBeacons puts verified values into the
// table beside the typed ones; Advance takes what is there.

// Fetch gets the signature of a round and says from where. drand.Fetch does it over HTTP.
type Fetch func(ctx context.Context, round uint64) (signature, from string, err error)

const (
	firstWait = time.Minute // after the first failure; it doubles
	maxWait   = 32 * time.Minute

	maxFailure = 500 // characters of a failure that are kept
)

// beaconDue is a round that a draw waits for.
type beaconDue struct {
	draw, name string
	round      uint64
	tries      int // that failed so far
}

// FetchBeacons fetches every round that a committed draw waits for and that is due at now, verifies
// it and records it with its address. A fetch that fails is recorded, shown on the draw's page and
// tried again after a minute, two, four … at most 32; two people may type the value meanwhile. The
// error is for a database that cannot be asked and for a cancelled ctx.
//
// No transaction is open while a server is asked. A crash after the answer loses it, and it is
// fetched again; several servers at once fetch the same value, and the second keeps the first's.
func (s *Service) FetchBeacons(ctx context.Context, now time.Time, fetch Fetch) error {
	now = civil(now)
	due, err := dueBeacons(ctx, s.DB.Querier(), now)
	if err != nil {
		return err
	}
	var failed []error
	for _, b := range due {
		if drand.TimeOf(b.round).After(now) {
			continue // the event's minute has come, its round follows within its period
		}
		signature, from, err := fetch(ctx, b.round)
		if err == nil {
			err = drand.Verify(b.round, signature)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			failed = append(failed, s.storeFetched(ctx, b, signature, from, now))
			continue
		}
		s.log().Warn("beacon not fetched", "draw", b.draw, "round", b.round, "error", err)
		failed = append(failed, recordTry(ctx, s.DB.Querier(), b, err, now))
	}
	return errors.Join(failed...)
}

// storeFetched records a verified round, unless its draw has it or cannot use it any more.
func (s *Service) storeFetched(ctx context.Context, b beaconDue, signature, from string,
	now time.Time) error {
	err := s.DB.InTx(ctx, func(q pg.Querier) error {
		d, err := lockDraw(ctx, q, b.draw, false)
		if err != nil {
			return err
		}
		e := entry{name: b.name, person: audit.System.Person, value: signature, at: now, from: from}
		src, err := checkEntry(ctx, q, d, e)
		if err != nil {
			return err
		}
		_, err = storeEntry(ctx, q, d, audit.System, src, e)
		return err
	})
	if fault.Is(err, fault.Conflict) { // typed, drawn or void meanwhile
		return nil
	}
	if err != nil {
		return fmt.Errorf("draw %s: storing round %d: %w", b.draw, b.round, err)
	}
	s.log().Info("beacon fetched", "draw", b.draw, "round", b.round, "from", from)
	return nil
}

// nextTry gives when to fetch again after so many failures.
func nextTry(now time.Time, failures int) time.Time {
	wait := firstWait
	for i := 1; i < failures && wait < maxWait; i++ {
		wait *= 2
	}
	return now.Add(wait)
}
