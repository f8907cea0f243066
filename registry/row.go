package registry

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yaohao/sampling"
)

// row is a record that is being read as a row of its kind. Every reader method takes a known
// column (a position in columnsOf), gives the value, and lists a RowError if there is none.
type row struct {
	kind   Kind
	head   *header
	line   int64
	cells  []string
	errors *[]RowError
	bad    bool
	opts   *options
}

// options are what the readers of rows have to know of the import.
type options struct {
	oldNumbers bool
	today      sampling.Date
	warn       *warnings
}

// cell gives the cleaned cell of a column; empty if the file does not have the column.
func (r *row) cell(column int) string {
	if i := r.head.at[column]; i >= 0 {
		return cleanCell(r.cells[i])
	}
	return ""
}

// fail lists an error of a column.
func (r *row) fail(column int, value, rule, hint string) {
	r.bad = true
	*r.errors = append(*r.errors, RowError{Line: r.line, Column: r.head.name(r.kind, column),
		Value: shown(value), Rule: rule, Hint: hint})
}

// failRow lists an error of the whole row. If its bytes are no text, the damaged cell is named.
func (r *row) failRow(text, rule string) {
	r.bad = true
	e := RowError{Line: r.line, Value: shown(text), Rule: rule, Hint: hintOf(rule)}
	if rule == ruleUTF8 || rule == ruleDamaged || rule == ruleNUL {
		for i, c := range r.cells {
			if i < len(r.head.names) && damage(c) != "" {
				e.Column, e.Value = r.head.names[i], shown(c)
				break
			}
		}
	}
	*r.errors = append(*r.errors, e)
}

// text gives a cell that may be empty and hold several lines.
func (r *row) text(column int) string { return r.cell(column) }

// oneLine gives a cell that may be empty and holds nothing invisible: two texts that look the same
// would be two. What is invisible is refused, never taken out.
func (r *row) oneLine(column int) string {
	s := r.cell(column)
	r.visible(column, s)
	return s
}

// visible lists an error if a value of a column holds an invisible character.
func (r *row) visible(column int, s string) {
	if rule := ruleInvisible(s); rule != "" {
		r.fail(column, s, rule, hintInvisible)
	}
}

// textOr gives a cell, or other if it is empty.
func (r *row) textOr(column int, other string) string {
	if s := r.cell(column); s != "" {
		return s
	}
	return other
}

// maxName is the most characters of a name.
const maxName = 300

// required gives a cell that must not be empty, of at most maxName visible characters.
func (r *row) required(column int) string {
	s := r.cell(column)
	switch {
	case s == "":
		r.fail(column, s, "不能为空", "")
	case utf8.RuneCountInString(s) > maxName:
		r.fail(column, s, fmt.Sprintf("超过 %d 个字", maxName), "")
	default:
		r.visible(column, s)
	}
	return s
}

// identifier gives a code of our own kind (draw/1 §1).
func (r *row) identifier(column int) string {
	s := r.cell(column)
	if s == "" {
		r.fail(column, s, "不能为空", "")
	} else if !sampling.ValidIdentifier(s) {
		hint := ""
		if n := narrow(s); sampling.ValidIdentifier(n) {
			hint = "规范写法为 " + n
		}
		r.fail(column, s, "编码为 1 至 64 个数字、大写字母或 . _ -，以数字或字母开头", hint)
	}
	return s
}

// planLine gives a cell that stands in a plan: a line of draw/1 §1.
func (r *row) planLine(column int) string {
	s := r.cell(column)
	if s == "" {
		r.fail(column, s, "不能为空", "")
	} else if rule := ruleInvisible(s); rule != "" {
		r.fail(column, s, rule, hintInvisible)
	} else if !sampling.ValidLine(s) {
		r.fail(column, s, "应为一行文字：不超过 1000 字节，Unicode NFC 形式", "")
	}
	return s
}

// area gives 6 to 12 digits; empty where the cell is.
func (r *row) area(column int) string {
	s := r.cell(column)
	if s != "" && !sampling.ValidArea(s) {
		r.fail(column, s, "行政区划为 6 至 12 位数字（GB/T 2260）", "")
	}
	return s
}

// date gives a date that matters; nil where the cell is empty.
func (r *row) date(column int) any {
	s := r.cell(column)
	if s == "" || s == "长期" {
		return nil
	}
	t, ok := parseDate(s)
	if !ok {
		r.fail(column, s, "不是日期", hintDate)
		return nil
	}
	return t
}

const hintDate = "写作 2026-11-02、2026/11/2、2026年11月2日 或 20261102"

// requiredDate gives a date that must be there.
func (r *row) requiredDate(column int) time.Time {
	s := r.cell(column)
	if s == "" {
		r.fail(column, s, "不能为空", hintDate)
		return time.Time{}
	}
	t, ok := parseDate(s)
	if !ok {
		r.fail(column, s, "不是日期", hintDate)
	}
	return t
}

// count gives a whole number lowest…highest, or other if the cell is empty.
func (r *row) count(column int, lowest, highest, other int64) int64 {
	s := r.cell(column)
	if s == "" {
		return other
	}
	n, ok := parseCount(s)
	if !ok || n < lowest || n > highest {
		r.fail(column, s, fmt.Sprintf("应为 %d 至 %d 的整数", lowest, highest), "")
	}
	return n
}

// optionalCount gives a count, or nil if the cell is empty.
func (r *row) optionalCount(column int) any {
	if r.cell(column) == "" {
		return nil
	}
	return r.count(column, 0, 1_000_000_000, 0)
}

// yes gives 是 or 否, or other if the cell is empty.
func (r *row) yes(column int, other bool) bool {
	s := r.cell(column)
	if s == "" {
		return other
	}
	v, ok := parseBool(s)
	if !ok {
		r.fail(column, s, "应为 是 或 否", "")
	}
	return v
}

// optionalYes gives 是 or 否, or nil if the cell is empty: what that means depends on the unit.
func (r *row) optionalYes(column int) any {
	if r.cell(column) == "" {
		return nil
	}
	return r.yes(column, false)
}

// choice gives what a word stands for, or what other stands for if the cell is empty.
func (r *row) choice(column int, words [][2]string, other string) string {
	s := r.textOr(column, other)
	for _, w := range words {
		if s == w[0] || s == w[1] {
			return w[1]
		}
	}
	var known []string
	for _, w := range words {
		known = append(known, w[0])
	}
	rule := "应为以下之一：" + strings.Join(known, "、")
	if s == "" {
		rule = "不能为空，" + rule
	}
	r.fail(column, s, rule, "")
	return s
}

// extra gives the unknown columns as JSON, with more (pairs of key and value) added.
func (r *row) extra(more ...string) []byte {
	b := []byte{'{'}
	add := func(key, value string) {
		if value == "" {
			return
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendJSONString(b, key)
		b = append(b, ':')
		b = appendJSONString(b, value)
	}
	for _, i := range r.head.unknown {
		add(r.head.names[i], cleanCell(r.cells[i]))
	}
	for i := 0; i+1 < len(more); i += 2 {
		add(more[i], more[i+1])
	}
	return append(b, '}')
}

// appendJSONString appends valid UTF-8 without NUL as a JSON string.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
