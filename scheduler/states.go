package scheduler

// State is where a draw stands in its life (draw/1 §10).
type State string

// The states of a draw.
const (
	Planned   State = "planned"   // 已到期: due, seals made
	Frozen    State = "frozen"    // 名单已冻结
	Committed State = "committed" // 方案已承诺, the commit is public
	Awaiting  State = "awaiting"  // 待开奖: only the public event may still arrive
	Drawn     State = "drawn"     // 已抽取, sealed
	Published State = "published" // 已公开
	Void      State = "void"      // 已作废
)

// states lists every State in the order of a draw's life.
var states = []State{Planned, Frozen, Committed, Awaiting, Drawn, Published, Void}

// stateNames are the Chinese names that pages show.
var stateNames = map[State]string{
	Planned: "已到期", Frozen: "名单已冻结", Committed: "方案已承诺", Awaiting: "等待公共事件",
	Drawn: "已抽取（密封）", Published: "已公开", Void: "已作废",
}

// Name gives the Chinese name of the state.
func (s State) Name() string { return stateNames[s] }

// Ended reports whether nothing can follow the state.
func (s State) Ended() bool { return s == Published || s == Void }

// A transition is one arrow of the diagram in the package comment. run is nil where people, not
// Advance, make the move; it reports false when the step is not due after all.
type transition struct {
	from, to State
	step     string
	snapshot bool // needs REPEATABLE READ: it reads the registries as of one moment
	run      func(t *stepTx) (moved bool, err error)
}

// transitions is the life of a draw as data; void is possible before the draw only.
var transitions = []transition{
	{from: Planned, to: Frozen, step: "freeze", snapshot: true, run: (*stepTx).freeze},
	{from: Frozen, to: Committed, step: "commit", run: (*stepTx).commit},
	{from: Committed, to: Awaiting, step: "cutoff", run: (*stepTx).await},
	{from: Awaiting, to: Drawn, step: "draw", run: (*stepTx).draw},
	{from: Drawn, to: Published, step: "publish", run: (*stepTx).publish},
	{from: Planned, to: Void, step: "void"},
	{from: Frozen, to: Void, step: "void"},
	{from: Committed, to: Void, step: "void"},
	{from: Awaiting, to: Void, step: "void"},
}

// onward gives the transition that Advance makes from a state, or nil.
func onward(s State) *transition {
	for i := range transitions {
		if t := &transitions[i]; t.from == s && t.run != nil {
			return t
		}
	}
	return nil
}

// mayVoid reports whether a draw in this state can still be made void.
func mayVoid(s State) bool {
	for _, t := range transitions {
		if t.from == s && t.to == Void {
			return true
		}
	}
	return false
}
