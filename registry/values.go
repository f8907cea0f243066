package registry

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"yaohao/sampling"
)

// cleanCell gives what a cell holds: without blanks around it, and nothing where it says that
// there is nothing.
func cleanCell(s string) string {
	if s == "" {
		return s
	}
	// Hardly any cell has blanks around it; the first and the last byte tell.
	switch first, last := s[0], s[len(s)-1]; {
	case first <= ' ', last <= ' ', // ASCII
		first == 0xC2, first == 0xE3, // first bytes of the others in UTF-8 …
		last == 0xA0, last == 0x80: // … and their last ones
		s = strings.TrimFunc(s, isBlank)
	}
	if len(s) > len("——") {
		return s
	}
	switch s {
	case "N/A", "n/a", "NULL", "null", `\N`, "-", "--", "—", "——", "#N/A":
		return ""
	}
	return s
}

// isBlank lists the blanks that files have around cells. U+FEFF is none: it cannot be seen.
func isBlank(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\u3000', '\u00A0':
		return true
	}
	return false
}

// parseDate reads a date as offices write it: 2026-11-02, 2026/11/2, 2026.11.2, 2026年11月2日 or
// 20261102, also with a time of day behind it, which is dropped.
func parseDate(s string) (time.Time, bool) {
	var none time.Time
	if len(s) == 8 && allDigits(s) {
		return day(s[:4], s[4:6], s[6:])
	}
	s, clock, timed := cutTime(s)
	if timed && !isClock(clock) {
		return none, false
	}
	if y, rest, ok := strings.Cut(s, "年"); ok {
		m, rest, ok := strings.Cut(rest, "月")
		d, tail, ok2 := strings.Cut(rest, "日")
		if !ok || !ok2 || tail != "" {
			return none, false
		}
		return day(y, m, d)
	}
	for _, sep := range []string{"-", "/", "."} {
		if p := strings.Split(s, sep); len(p) == 3 {
			return day(p[0], p[1], p[2])
		}
	}
	return none, false
}

// cutTime cuts a date at the blank or T before a time of day.
func cutTime(s string) (date, clock string, found bool) {
	i := strings.IndexAny(s, " T")
	if i < 0 {
		return s, "", false
	}
	return s[:i], strings.TrimLeft(s[i+1:], " "), true
}

// isClock reports whether s begins like 9:05 and has only what a time of day has.
func isClock(s string) bool {
	h, _, ok := strings.Cut(s, ":")
	return ok && (len(h) == 1 || len(h) == 2) && allDigits(h) &&
		strings.Trim(s, "0123456789:.+Z") == ""
}

// day gives a day of the Gregorian calendar, years 1900 to 9999 (draw/1 §1), at 00:00 UTC.
func day(y, m, d string) (time.Time, bool) {
	if len(y) != 4 || len(m) < 1 || len(m) > 2 || len(d) < 1 || len(d) > 2 ||
		!allDigits(y) || !allDigits(m) || !allDigits(d) {
		return time.Time{}, false
	}
	year, month, dom := number(y), number(m), number(d)
	t := time.Date(year, time.Month(month), dom, 0, 0, 0, 0, time.UTC)
	ok := year >= 1900 && t.Year() == year && int(t.Month()) == month && t.Day() == dom
	return t, ok
}

// dateOf gives a day as draw/1 writes it; the zero time is no date.
func dateOf(t time.Time) sampling.Date {
	if t.IsZero() {
		return ""
	}
	return sampling.Date(t.Format(time.DateOnly))
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number reads a few digits that are known to be digits.
func number(s string) int {
	n := 0
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// parseCount reads a whole number 0…10^9.
func parseCount(s string) (int64, bool) {
	if len(s) > 10 || !allDigits(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n <= 1_000_000_000
}

// parseRatio reads 3/100, 3%, 3.5%, 5‰ or 0.03 as a fraction of whole numbers, exactly:
// 0 ≤ num ≤ den ≤ 10^6 (draw/1 §4.1). Nothing is rounded or shortened.
func parseRatio(s string) (sampling.Ratio, bool) {
	none := sampling.Ratio{}
	if n, d, ok := strings.Cut(s, "/"); ok {
		num, ok1 := parseCount(strings.TrimSpace(n))
		den, ok2 := parseCount(strings.TrimSpace(d))
		r := sampling.Ratio{Num: num, Den: den}
		return r, ok1 && ok2 && validRatio(r)
	}
	den := int64(1)
	for mark, scale := range map[string]int64{"%": 100, "％": 100, "‰": 1000} {
		if t, ok := strings.CutSuffix(s, mark); ok {
			s, den = strings.TrimSpace(t), scale
			break
		}
	}
	whole, part, _ := strings.Cut(s, ".")
	for range len(part) {
		if den *= 10; den > 1_000_000 {
			return none, false
		}
	}
	num, ok := parseCount(whole + part)
	r := sampling.Ratio{Num: num, Den: den}
	return r, ok && whole != "" && validRatio(r)
}

func validRatio(r sampling.Ratio) bool {
	return r.Den >= 1 && r.Den <= 1_000_000 && r.Num <= r.Den
}

// parseBool reads 是 and 否 and their like.
func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "是", "1", "true", "y", "yes", "有", "在岗", "有效", "√":
		return true, true
	case "否", "0", "false", "n", "no", "无", "离岗", "失效", "×":
		return false, true
	}
	return false, false
}

// splitList cuts a cell at ；;、 and line ends into its entries, without empty ones.
func splitList(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return r == '；' || r == ';' || r == '、' || r == '\n' || r == '|'
	})
	list := make([]string, 0, len(parts))
	for _, p := range parts {
		if p = cleanCell(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// splitSet is splitList, sorted by bytes and without repetitions.
func splitSet(s string) []string {
	if s == "" {
		return []string{}
	}
	list := splitList(s)
	slices.Sort(list)
	return slices.Compact(list)
}

// narrow gives a code as it is probably meant: full-width characters in half width, blanks and
// hyphens away, upper case. It is for hints only; nobody's code is changed.
func narrow(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case 0xFF01 <= r && r <= 0xFF5E:
			return r - 0xFEE0
		case r == ' ', r == '\u3000', r == '\u00A0', r == '\u200B', r == '\t', r == '\'',
			r == '\uFEFF', r == '-':
			return -1
		}
		return r
	}, s))
}

// usccAlphabet lists the characters of a 统一社会信用代码 by value (GB 32100-2015 table 1).
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// checkCharacter gives the check character that the first 17 characters of a code call for
// (GB 32100-2015 §4.7), or 0 if one of them cannot stand in a code.
func checkCharacter(code string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(usccAlphabet, code[i])
		if v < 0 {
			return 0
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31]
}

// hintCode says what may be meant by a code that is none.
func hintCode(s string) string {
	n := narrow(s)
	switch {
	case n != s && sampling.CheckUSCC(n) == nil:
		return "规范写法为 " + n + "，请在来源文件中改正后重新导入"
	case len(n) == 15 && allDigits(n):
		return "这是 15 位旧注册号：移到“注册号”列（统一社会信用代码留空），或用选项 --old-numbers 导入"
	case len(n) != 18:
		return "统一社会信用代码为 18 位，现为 " + strconv.Itoa(len([]rune(n))) + " 位；请对照营业执照核对"
	}
	if c := checkCharacter(n); c != 0 && c != n[17] {
		return "按前 17 位计算，校验位应为 " + string(c) + "；请对照营业执照核对全部 18 位"
	}
	return "统一社会信用代码只用数字和大写字母，且不含 I、O、S、V、Z；请对照营业执照核对"
}
