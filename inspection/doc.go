// Package inspection is what follows a draw: tasks, results, review, publication, notices.
//
// # Tasks
//
// A task (抽查任务) is one entity and one unit of one draw, with every item of that unit that
// selected the entity and with the team that the staffing gave it. One firm selected by items of
// two units has two tasks. Advance makes the tasks of a drawn draw in one transaction, under the
// lock of the draw's row, and writes the receipt (table dispatch) with them: several servers make
// them once, and a crash leaves either nothing or all of them.
//
// Task numbers are `draw.unit.serial`, serials in the order of entity identifiers.
//
// # States
//
// A task moves along these lines and no others. The table is moves in states.go, the trigger
// task_guard refuses everything else in the database, and a test compares the three.
//
//	dispatched  --enter-->    entered     已派发: an inspector of the team enters a result
//	entered     --enter-->    entered     待审核: a later version before the review
//	entered     --approve-->  approved    通过
//	entered     --return-->   returned    审核退回: the entry is to be corrected
//	entered     --reject-->   rejected    不通过: the result is not accepted
//	returned    --enter-->    entered
//	rejected    --enter-->    entered
//	approved    --publish-->  published   已公示: the end
//
// Every entry is a new version (1, 2, …) that nobody can change or delete; the latest one counts.
// A review belongs to the version that the reviewer had before them: if a newer one arrived in the
// meantime, the review is refused. A reviewer does not edit; what is wrong goes back to the team:
// the inspector's words stay theirs.
//
// # Separation
//
// A result is entered by an inspector of the task's team under their own account. The reviewer has
// entered no version of the result and is not a member of the team. Publication takes all tasks of
// a draw at once, when all of them are approved.
//
// # Deadlines
//
// A result becomes public within 20 working days (个工作日) of the visit: 企业信息公示暂行条例 第六条,
// 食品生产经营监督检查管理办法 第三十九条. The day of the visit is not counted. A deadline that
// touches a year without official holiday data is marked provisional. A late publication is still
// made, and marked late.
//
// # Sealed lists
//
// Until results are published a task is visible to its team, from the first entry on to reviewers
// and publishers, and always to the supervisor. Each reading of such a list is recorded in
// list_access; see Access.
//
// # Digests in the log
//
// Leaves hold digests and no words of a result. Leaf `dispatch` holds the number of tasks and the
// SHA-256 of the dispatch text, leaf `result` the SHA-256 of the result text, leaf `publish` that
// of the publication text. Texts are UTF-8 lines that end in LF; in free text `\` is written `\\`
// and LF is written `\n`. The draw's seed stands in the first two, so that while seals are closed
// nobody can find out a list or a result by trying.
//
//	yaohao dispatch/1              yaohao result/1                 yaohao publish/1
//	draw <draw>                    task <task>                     draw <draw>
//	seed <hex>                     version <n>                     <task> <version> <result sha256>
//	<task> <entity> <items>        seed <hex>                      … in the order of task numbers
//	    <team>                     entity <entity>
//	… by task number; items        entrant <account>
//	and team joined by `,`;        visited <YYYY-MM-DD>
//	one line a task                edition <edition>
//	                               categories <codes joined by `,`>
//	                               methods <labels joined by `,`>
//	                               follow-up <label>
//	                               remark <text>
//	                               item <item> <1 or 0: checked> <category>
//	                               reason <text>
//	                               finding <text>
//	                               disposal <text>
//	                               … these four lines for each item, in the order of item codes
//
// A line without a value ends after its key. Task numbers sort by draw, unit, then serial.
package inspection
