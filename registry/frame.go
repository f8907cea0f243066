package registry

import "yaohao/sampling"

// FreezeSpec says what a draw needs frozen. What stands in the registry (unit, cool-down, strata,
// caps, reserve, ratios, seats) is taken from there.
type FreezeSpec struct {
	Draw      string        // identifier of the draw
	Hash      string        // suite of every digest (draw/1 §1); empty for sampling.HashSHA256
	Date      sampling.Date // day of the freeze, D of draw/1 §3
	VisitBy   sampling.Date // visits end on this day
	Items     []ItemFrame   // any order, no item twice
	Given     []GivenUnit   // any order, no unit twice; Items may be empty if this is not
	UnitLabel string        // label of the pair numbers of all units; empty for "staff"
	// Carry holds the tasks that inspectors already carried this year; who is not in it has none.
	Carry map[sampling.InspectorID]int64
}

// ItemFrame is an item to be drawn. Part, Of, Base and Done matter to strata whose rule is
// SizePace only.
type ItemFrame struct {
	Item  sampling.ItemID
	Label string // tickets are shared by items with equal labels
	Part  int64  // this draw is number Part (from 1) …
	Of    int64  // … of Of in the year; 0 and 0 stand for 1 and 1
	// Base holds, per stratum, the size that the annual ratio refers to; a stratum that is not in
	// it has its present N plus Done.
	Base map[string]int64
	Done map[string]int64 // per stratum: drawn in earlier parts of the year
}

// GivenUnit is a unit whose tasks were drawn elsewhere (draw/1 §4.2 tasks_sha): those that a batch
// (交办批次) gives it, or Tasks.
type GivenUnit struct {
	Unit  sampling.UnitID
	Batch string              // 批次 of the import `given`; empty if Tasks are given
	Tasks []sampling.TaskLine // any order, no entity twice; nil with Batch
	// From is what the log stores for the transcript that Tasks come from; a batch brings its own.
	From string
}

// Frozen is what Freeze wrote, ready for sampling.Plan.
type Frozen struct {
	Items []sampling.Item // ascending by id
	Units []sampling.Unit // ascending by id: exactly those that Items name and those given
	Files []FrozenFile    // ascending by name
}

// FrozenFile is one frozen file of draw/1 §2.
type FrozenFile struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // hex, by the suite of the draw's plan
	Root   string `json:"root"`   // hex Merkle root of its lines, by the same
	Lines  int64  `json:"lines"`
	Bytes  int64  `json:"bytes"`
}
