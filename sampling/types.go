package sampling

// EntityID names a 检查对象 in a draw (draw/1 §1): a 统一社会信用代码, or KIND.local-id.
type EntityID string

// InspectorID names a 执法检查人员 within a roster (draw/1 §1 identifier).
type InspectorID string

// ItemID names an 抽查事项 (draw/1 §1 identifier).
type ItemID string

// UnitID names the department 执法机构 that inspects (draw/1 §1 identifier).
type UnitID string

// Date is a Gregorian day written YYYY-MM-DD in Asia/Shanghai; dates compare as bytes (draw/1 §1).
type Date string

// NoCap is the Cap of an inspector whose load is not limited (`-` in the roster file).
const NoCap int64 = -1

// RosterLine is one line of roster.<unit>.tsv (draw/1 §2).
type RosterLine struct {
	ID        InspectorID
	Area      string   // 6 to 12 digits, GB/T 2260 first
	Scopes    []ItemID // strictly ascending; empty when the column is `-`
	Lead      bool     // may lead a team (主办)
	Gated     bool     // member of the gated family when the unit has a gate (§7)
	CertUntil Date     // last day on which the certificate is valid
	Carry     int64    // tasks already carried this year
	Cap       int64    // most tasks in this draw; NoCap when unlimited
}

// ConflictLine is one line of conflicts.<unit>.tsv (draw/1 §2): a 回避 relation.
type ConflictLine struct {
	Inspector InspectorID
	Entity    EntityID
	Reason    string // a label: kin, share, employed, rotation, declared, objected, …
}

// TaskItem is one item of a task with the entity's area in that item's candidates (draw/1 §7).
type TaskItem struct {
	Item ItemID
	Area string
}

// Task 抽查任务 is an entity that at least one item of a unit selected (draw/1 §7).
// Tasks of a unit are sorted by Entity; Items are sorted by Item.
type Task struct {
	Entity EntityID
	Items  []TaskItem
}

// Dual is one potential (draw/1 §7): a pair compared lexicographically.
type Dual struct{ Even, Pair int64 }

// Duals are the potentials of a unit's flow network, parallel to tasks and inspectors (§8).
// Lead and Gated are nil where that family is empty; [] says a family without any task.
type Duals struct {
	Task      []Dual
	Lead      []Dual
	Gated     []Dual
	Inspector []Dual
}

// Tied is an optimal staffing of an earlier R that is not unique (§7, §8).
// Teams are parallel to tasks, members sorted by id.
type Tied struct {
	Teams [][]InspectorID
	Duals Duals
}

// Shortage 人员缺口 says why no legal staffing exists (§7): the tasks A and inspectors B reached
// from empty seats, the seats needed and those available.
type Shortage struct {
	Tasks      []EntityID    // A, sorted
	Full       []InspectorID // B, sorted
	Inspectors []InspectorID // eligible for at least one task of A, sorted
	Needed     int64         // seats: k·|A|
	Available  int64         // seats that B and the gates can fill
}

// UnitStaffing is the staffing of one unit in the transcript (§8): either Shortage is nil and
// Teams hold [lead, member…] parallel to Tasks, or Shortage says what is missing.
type UnitStaffing struct {
	Unit       UnitID
	R          int64
	Tasks      []EntityID
	Inspectors []InspectorID // the whole roster, sorted
	Teams      [][]InspectorID
	Duals      Duals
	Tied       []Tied // as many as R
	Shortage   *Shortage
}
