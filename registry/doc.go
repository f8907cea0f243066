// Package registry keeps 一单两库: the list of items that may be inspected (抽查事项清单), the bank of
// those who can be inspected (检查对象名录库) and the bank of those who inspect (执法检查人员名录库), with
// units, ratios, caps (年度频次上限), conflicts (回避), the checks already made, and tasks that a
// superior gave (交办任务). It takes files in and freezes them for a draw.
//
// # Experts and laboratories
//
// A bank of experts (专家库) and one of testing laboratories (检验机构库) are units of the kinds
// experts and labs; who stands in them is an Inspector like any other. A unit has seats (每组人数,
// of experts and labs 1 or more), may have a gate (门槛: how many of a team may be 本系统人员,
// insiders) and a share of its roster that must not be (组外比例). A gate is written as a number, or
// as the least share of outsiders in each team: 1/3 of k seats is k − (k+2) div 3 (draw/1 §7). For
// experts both are 1/3 unless the file says 不设 (专家库中要有不少于 1/3 的系统外、区域外专家). An
// empty 可任主办 is 是 for experts and laboratories; an empty 本系统人员 is 是 for experts, so that no
// share is overstated.
// Freeze refuses a roster that does not keep the share, cannot fill one team within the gate, or
// whose families draw/1 does not allow.
//
// # Given tasks
//
// Rows of a batch (批次) say which entities a unit visits for which items, because somebody else drew
// them; 上级抽取摘要 is what the superior's log stores for its transcript. A batch is open to imports
// until a draw freezes it; from then on nothing of it changes, and rows that would are refused. Who
// is in a batch is shown nowhere: it is a sealed list like any other (role yh_read cannot read
// it). The digest of the frozen list is public from the commit on, so a list of very few entities
// could be found by trying: the import warns of batches below 8.
//
// # Import
//
// Import reads one CSV file (RFC 4180) of one Kind. UTF-8 with or without a byte order mark and
// GB18030 are told apart by the head of the file. Columns are found by their headers; columns.go
// holds the one table of headers and their aliases. Columns that no alias names are kept in
// `extra` (entities and inspectors) and listed in the report in every case.
//
//   - A row that breaks a rule is listed with line, column, value, rule and hint, and left out; all
//     others are imported. Nothing is repaired: a code in lower case or full width is refused with
//     the code as it should be in the hint.
//   - Names and the other texts of one line hold no invisible and no reordering character (draw/1
//     §1 "Line"); a row with one is listed with its code point.
//   - A row whose bytes are no characters is listed as that, whatever else is wrong with it.
//   - Lines end with LF or CR LF. A file that has CR only is refused.
//   - Two imports of one kind do not run at once: the later one is a fault.Conflict.
//   - Blanks around a cell are not part of it. `N/A`, `NULL`, `\N`, `-`, `--` and `—` are empty.
//   - A row is a row of the file: a quoted cell may hold line ends, and Line is where it begins.
//   - A row of more than 1 MiB is refused; reading goes on behind it. So is a quote that is never
//     closed: the row ends at its line's end.
//   - The file is read once, as a stream. Memory does not grow with it.
//   - Everything happens in one transaction with a leaf `import` in the log that holds the file's
//     digest and the counts. A crash leaves all of it or nothing.
//   - Rows are matched by id. A row equal to what is there is not written again (unchanged).
//   - What a file does not name stays as it is: nothing is deleted by an import.
//
// An entity's id (draw/1 §1) is its 统一社会信用代码, or `R.` + 注册号 if it has no code. Its area is
// 行政区划; where a file has none, the six digits of the registration authority inside the code
// (GB 32100-2015: characters 3 to 8) or inside a 15-digit 注册号 (its first six) serve.
//
// # Freeze
//
// Freeze writes the frozen files of draw/1 §2 for one draw inside the caller's REPEATABLE READ
// transaction, so that all of them show one moment. They are kept in pieces of about 1 MiB and read
// back by FrozenFS. The bytes depend on the registry's content only, not on the order of its rows.
//
// An item by weight (a ratio whose 抽样方法 is 按权重: draw/1 pareto) freezes the entities' 风险权重; all
// others freeze 1. The caps of a frame are the item's own 年度频次上限 (counter 0, everybody) and the
// rows of the import `caps`, by counter and class; of two for the same candidates the lower counts.
//
// The two counters of visits are: 0, checks by this office this year (level `own`, 本机关); 1, by
// this office and the city's (levels `own` and `city`, 市县合计). A counter counts visits: checks of
// one day and level are one. 个案检查 (case-driven checks) do not count, checks after the day of the
// freeze neither. last_visit is the latest check of any level and kind.
package registry
