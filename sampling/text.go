package sampling

// This file holds the small grammars of draw/1 §1: identifiers, labels, words, areas, dates, counts
// and lines. Each is a predicate on bytes; nothing is trimmed, folded or otherwise mended. Whoever
// mends an identifier makes two names of one firm, and two names are two tickets.
//
// An identifier becomes part of a file's name, so it has no slash and does not begin with a dot. It
// also stands between bars in what is hashed, so it has no bar; neither has a label. A value of the
// seed may have bars: it stands in a line of its own.

import (
	"strings"
	"unicode/utf8"
)

// Limits of draw/1 §1.
const (
	// maxCount: largest count.
	maxCount = 1_000_000_000
	// maxLineBytes: longest line in bytes.
	maxLineBytes = 1000
	// maxID: longest identifier.
	maxID = 64
	// maxWord: longest label or word.
	maxWord = 32
	// minArea, maxArea: shortest and longest area.
	minArea, maxArea = 6, 12
)

// hexZeros is 64 zeros: `prev` of an office's first plan and the cut of a stratum with n = 0.
const hexZeros = "0000000000000000000000000000000000000000000000000000000000000000"

// The classes of bytes that the grammars are made of.
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isMark(c byte) bool  { return c == '.' || c == '_' || c == '-' }

// The same classes as bits of a set.
const (
	digits = 1 << iota
	uppers
	lowers
	marks
	others
)

// classOf gives the class of each byte.
var classOf = func() (t [256]uint8) {
	for i := range t {
		switch c := byte(i); {
		case isDigit(c):
			t[i] = digits
		case isUpper(c):
			t[i] = uppers
		case isLower(c):
			t[i] = lowers
		case isMark(c):
			t[i] = marks
		default:
			t[i] = others
		}
	}
	return t
}()

// matches reports whether s has 1 to limit bytes, the first in first, the others in first or a
// mark. It is the shape shared by identifiers, labels and words.
func matches(s string, limit int, first uint8) bool {
	if s == "" || len(s) > limit || classOf[s[0]]&first == 0 {
		return false
	}
	for i := 1; i < len(s); i++ {
		if classOf[s[i]]&(first|marks) == 0 {
			return false
		}
	}
	return true
}

// ValidIdentifier reports whether s is an identifier of draw/1 §1: [0-9A-Z][0-9A-Z._-]{0,63}.
func ValidIdentifier(s string) bool {
	return matches(s, maxID, digits|uppers)
}

// ValidLabel reports whether s is a label of draw/1 §1: [0-9a-z][0-9a-z._-]{0,31}.
func ValidLabel(s string) bool {
	return matches(s, maxWord, digits|lowers)
}

// ValidWord reports whether s is a word of draw/1 §1: [0-9A-Za-z][0-9A-Za-z._-]{0,31}.
func ValidWord(s string) bool {
	return matches(s, maxWord, digits|uppers|lowers)
}

// ValidArea reports whether s is an area of draw/1 §1: 6 to 12 digits, GB/T 2260 first.
func ValidArea(s string) bool {
	return len(s) >= minArea && len(s) <= maxArea && allDigits(s)
}

// allDigits reports whether s has nothing but digits; the empty string has nothing else either.
func allDigits[T string | []byte](s T) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// validClass reports whether s is a credit class: a word, or `-` for unrated.
func validClass(s string) bool { return s == "-" || ValidWord(s) }

// validHex reports whether s is n lower-case hex characters.
func validHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if !isDigit(s[i]) && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return true
}

// ParseDate reads a date of draw/1 §1: YYYY-MM-DD, a day of the Gregorian calendar in the years
// 1900 to 9999.
func ParseDate(s string) (Date, error) {
	if !validDate(s) {
		return "", broken(s, "not a date YYYY-MM-DD of the years 1900 to 9999")
	}
	return Date(s), nil
}

// validDate is ParseDate without the reason.
func validDate[T string | []byte](s T) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' ||
		!allDigits(s[:4]) || !allDigits(s[5:7]) || !allDigits(s[8:]) {
		return false
	}
	y, m, d := atoi(s[:4]), atoi(s[5:7]), atoi(s[8:])
	return y >= 1900 && m >= 1 && m <= 12 && d >= 1 && d <= daysIn(y, m)
}

// atoi reads digits that are known to be digits and few.
func atoi[T string | []byte](s T) int {
	n := 0
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// daysIn gives the days of a Gregorian month.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// parseCount reads a count of draw/1 §1 as TSV writes it: 0 to 10^9 in decimal without sign or
// leading zeros.
func parseCount[T string | []byte](s T) (int64, bool) { return parseUpTo(s, maxCount) }

// parseUpTo reads a decimal without sign or leading zeros that is at most limit.
func parseUpTo[T string | []byte](s T, limit int64) (int64, bool) {
	if len(s) == 0 || len(s) > 10 || !allDigits(s) || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	n := int64(atoi(s))
	return n, n <= limit
}

// CheckLine reports why s is not a line of draw/1 §1: 1 to 1000 bytes of UTF-8 in NFC, without a
// space at either end and without control, formatting or invisible characters.
func CheckLine(s string) error {
	switch {
	case s == "":
		return broken(s, "a line is not empty")
	case len(s) > maxLineBytes:
		return broken(s, "a line has at most %d bytes, this one has %d", maxLineBytes, len(s))
	case !utf8.ValidString(s):
		return broken(s, "a line is UTF-8")
	case s[0] == ' ' || s[len(s)-1] == ' ':
		return broken(s, "a line neither starts nor ends with a space")
	}
	if i := strings.IndexFunc(s, forbiddenInLine); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return broken(s, "a line must not contain %U", r)
	}
	if !isNFC(s) {
		return broken(s, "a line is in Unicode form NFC")
	}
	return nil
}

// ValidLine reports whether s is a line of draw/1 §1.
func ValidLine(s string) bool { return CheckLine(s) == nil }

// forbiddenInLine lists the characters that no line holds: what cannot be seen, or reorders what
// can (draw/1 §1).
func forbiddenInLine(r rune) bool {
	switch {
	case r <= 0x1F, 0x7F <= r && r <= 0x9F, r == 0xAD, r == 0x61C, r == 0x180E,
		0x200B <= r && r <= 0x200F, 0x2028 <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F,
		r == 0xFEFF, 0xE0000 <= r && r <= 0xE007F:
		return true
	}
	return false
}
