// Package registry keeps 一单两库: the list of items that may be inspected (抽查事项清单), the bank of
// those who can be inspected (检查对象名录库) and the bank of those who inspect (执法检查人员名录库), with
// units, ratios, conflicts (回避) and the checks already made. It takes files in and freezes them
// for a draw.
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
// The two counters of visits are: 0, checks by this office this year (level `own`); 1, by this
// office and the city's (levels `own` and `city`). A counter counts visits: checks of one day and
// level are one. 个案检查 (case-driven checks) do not count, checks after the day of the freeze
// neither. last_visit is the latest check of any level and kind.
package registry
