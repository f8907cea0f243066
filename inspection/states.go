package inspection

// State is where a task stands; its text is the code in the table.
type State string

// The states of a task.
const (
	Dispatched State = "dispatched" // 未录入: the team has its list
	Assigned   State = "assigned"   // 已指派: of experts and laboratories, without a result; the end
	Entered    State = "entered"    // 待审核
	Returned   State = "returned"   // 审核退回
	Rejected   State = "rejected"   // 不通过
	Approved   State = "approved"   // 通过
	Published  State = "published"  // 已公示
	Replaced   State = "replaced"   // 已递补: another entity took its place; the end
)

// States gives all states in the order of a task's life, as statistics list them.
func States() []State {
	return []State{Dispatched, Assigned, Entered, Returned, Rejected, Approved, Published,
		Replaced}
}

var stateNames = map[State]string{
	Dispatched: "未录入", Assigned: "已指派", Entered: "待审核", Returned: "审核退回", Rejected: "不通过",
	Approved: "通过", Published: "已公示", Replaced: "已递补",
}

// Name gives the Chinese name of the state as the national system shows it.
func (s State) Name() string { return stateNames[s] }

// Step is what moves a task.
type Step string

// The steps. Approve, Return and Reject are also the verdicts of a review.
const (
	Enter   Step = "enter"   // 录入
	Approve Step = "approve" // 通过
	Return  Step = "return"  // 退回修改
	Reject  Step = "reject"  // 不通过
	Publish Step = "publish" // 公示
	Replace Step = "replace" // 递补
)

type move struct {
	from State
	step Step
}

// moves is the whole state machine: where a step leads from a state. What is not here is refused.
var moves = map[move]State{
	{Dispatched, Enter}: Entered,
	{Entered, Enter}:    Entered,
	{Entered, Approve}:  Approved,
	{Entered, Return}:   Returned,
	{Entered, Reject}:   Rejected,
	{Returned, Enter}:   Entered,
	{Rejected, Enter}:   Entered,
	{Approved, Publish}: Published,

	{Dispatched, Replace}: Replaced,
}

// Next gives the state to which a step leads from s, and whether the step is allowed there.
func (s State) Next(step Step) (State, bool) {
	to, ok := moves[move{s, step}]
	return to, ok
}
