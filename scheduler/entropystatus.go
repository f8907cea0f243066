package scheduler

import (
	"context"

	"yaohao/calendar"
	"yaohao/internal/drand"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// EntropyStatus is an announced source and how far its value is.
type EntropyStatus struct {
	sampling.EntropySpec
	Status EntryStatus `json:"status"`
	People int         `json:"people"` // how many different people typed it
	// Value only once it counts; of a seal or a link only once it is public.
	Value string `json:"value"`
	Round uint64 `json:"round,omitempty"` // of the beacon drand quicknet; 0 where the event names none
	Due   string `json:"due,omitempty"`   // when the round is published, Beijing time
	From  string `json:"from,omitempty"`  // the address that the value was fetched from
	// Try is the last fetch that failed; nil if none did.
	Try *BeaconTry `json:"try,omitempty"`
}

// EntryStatus says how far a value is.
type EntryStatus string

// How far a value is.
const (
	EntryWaiting EntryStatus = "waiting" // nobody typed it
	EntryFirst   EntryStatus = "first"   // one person typed it
	EntryDiffers EntryStatus = "differs" // people typed different values
	EntryAgreed  EntryStatus = "agreed"  // two people agree
	EntryFetched EntryStatus = "fetched" // a round of the beacon, fetched and verified
	EntrySealed  EntryStatus = "sealed"  // the office's seal or link, closed
	EntryHeld    EntryStatus = "held"    // somebody outside the office holds it
	EntryHanded  EntryStatus = "handed"  // it was handed over and is closed until publication
	EntryOpened  EntryStatus = "opened"  // a seal or link that is public
)

// Name gives the Chinese name of the status.
func (s EntryStatus) Name() string {
	return map[EntryStatus]string{
		EntryWaiting: "待录入", EntryFirst: "已有一人录入，待第二人", EntryDiffers: "两人录入不一致",
		EntryAgreed: "两人录入一致", EntryFetched: "已取得并验签", EntrySealed: "已密封",
		EntryHeld: "由机关以外的人保管", EntryHanded: "保管人已交出，公示前不公开", EntryOpened: "已启封",
	}[s]
}

// Settled reports whether the value is there.
func (e EntropyStatus) Settled() bool {
	return e.Status == EntryAgreed || e.Status == EntryFetched || e.Status == EntryHanded ||
		e.Status == EntryOpened
}

// Typed reports whether people type the value: the program opens its own seals and links.
func (e EntropyStatus) Typed() bool { return !own(&e.EntropySpec) }

// Alone reports whether one person's entry is enough, because the commit proves it.
func (e EntropyStatus) Alone() bool { return e.Commit != "" }

// Public reports whether the source counts bits.
func (e EntropyStatus) Public() bool {
	return e.Kind == sampling.EntropyPublic || e.Kind == sampling.EntropyBeacon
}

// entropyStatus gives the sources of a committed draw. seedText is seed.txt if it is public.
func entropyStatus(ctx context.Context, q pg.Querier, draw string, seedText []byte) (
	[]EntropyStatus, error) {
	sources, err := announced(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	entries, err := entriesOf(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	tries, err := triesOf(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	opened := seedValues(seedText)
	var out []EntropyStatus
	for i := range sources {
		a := &sources[i]
		s := EntropyStatus{EntropySpec: a.EntropySpec, Round: a.round,
			People: len(latestOf(entries, a.Name)), Try: tries[a.Name]}
		if a.round != 0 {
			s.Due = drand.TimeOf(a.round).In(calendar.Shanghai).Format("2006-01-02 15:04:05")
		}
		s.judge(a, entries, opened[a.Name])
		out = append(out, s)
	}
	return out, nil
}

// judge sets how far the value is. opened is the value in a public seed.txt, or empty.
func (e *EntropyStatus) judge(a *announcement, entries []entry, opened string) {
	value, settled := a.settled(entries)
	for _, x := range entries {
		if x.name == e.Name && x.from != "" {
			e.From = x.from
		}
	}
	switch {
	case e.Commit != "" && opened != "":
		e.Status, e.Value = EntryOpened, opened
	case own(&e.EntropySpec):
		e.Status = EntrySealed
	case e.Commit != "" && settled:
		e.Status = EntryHanded
	case e.Commit != "":
		e.Status = EntryHeld
	case settled && e.From != "":
		e.Status, e.Value = EntryFetched, value
	case settled:
		e.Status, e.Value = EntryAgreed, value
	case e.People > 1:
		e.Status = EntryDiffers
	case e.People == 1:
		e.Status = EntryFirst
	default:
		e.Status = EntryWaiting
	}
}
