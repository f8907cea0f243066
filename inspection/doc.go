// Package inspection is what follows a draw: tasks, results, review, publication, notices.
//
// # Tasks
//
// A task (抽查任务) is one entity and one unit of one draw, with every item of that unit that
// selected the entity and with the team that the staffing gave it. Where the tasks of a unit were
// drawn elsewhere (draw/1 tasks_sha) the items are those of its frozen tasks file. One firm
// selected by items of two units has two tasks. Advance makes the tasks of a drawn draw in one
// transaction, under the lock of the draw's row, and writes the receipt (table dispatch) with
// them: several servers make them once, and a crash leaves either nothing or all of them.
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
//	dispatched  --replace-->  replaced    已递补: the next of the reserve took its place; the end
//
// A task of experts or of a laboratory (unit kinds experts and labs) is no inspection: it has a
// team and a list like any other, and no result. It is made in the state assigned (已指派) and stays
// there. It is not counted among the tasks that are expected to have a result, is published by
// nobody and becomes public with its draw, which is after the last day of the unit's visits.
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
// # Refills
//
// After the draw and before a result is entered, a seat of a team may be filled again (递补席位: a
// recusal, an illness) and an entity replaced by the next of the reserve (递补对象: it closed down),
// as draw/1 §10 says; package sampling computes both. Nobody chooses who comes.
//
// A request announces a public event of its own that nobody used before; everybody can read its
// line at once, in the leaf and on the page of the draw. The request takes the next number of its
// draw, 1, 2, …, and requests are carried out strictly in that order. How many seats came before
// (n of draw/1 §10) follows from that order. The events of open requests come in the same order:
// as long as a request may be withdrawn, which is before its event and takes two people, no value
// of a later one exists. So neither order nor withdrawal depends on a value that somebody knows. A
// withdrawn or failed request fills no seat, so n goes on as if it had never been made; its number
// and its event are not used again.
//
// After the event two operators type its value, each on their own account; Advance then carries
// the request out. While a request is open its task takes no result. The people who left stay on
// record under the earlier number of the team; they see the task no more, and review it neither. An
// entity is replaced in every item of its task: each item takes the next of its own reserve, in the
// order of item codes, all or none. Two items that come to the same entity are one new task; an
// entity that the unit visits anyway gets the item added to that visit. Where nobody is eligible or
// the reserve is used up, nothing changes and the request is recorded as failed.
//
// Records are stored byte for byte and published with the draw as refills/1.json, refills/2.json, …
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
// Of a refill, leaf `refill-request` holds the SHA-256 of the first text, leaf `refill` that of the
// second; the event stands in the leaf in plain words.
//
//	yaohao refill-request/1        yaohao refill/1
//	draw <draw>                    draw <draw>
//	no <n>                         no <n>
//	seed <hex>                     seed <hex>
//	task <task>                    value <value>
//	unit <unit>                    record <serial> <sha256 of the record>
//	entity <entity>                … in the order of serials
//	left <inspector, if a seat>
//	reason <label>
//	event <line>
//
// A line without a value ends after its key. Task numbers sort by draw, unit, then serial.
package inspection
