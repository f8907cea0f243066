package audit

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// maxLeaf bounds what ParseLeaf looks at: the largest leaf that Check lets through is smaller.
const maxLeaf = (maxFacts + 8) * (maxLine + maxWord + 16)

// ParseLeaf reads the bytes of a leaf and refuses everything that Marshal would not have written,
// such as other orders, other zones, CRLF, or a line of a later version. The time of the result has
// the fixed zone +08:00; without facts Facts is nil. Errors name the line or the field.
func ParseLeaf(body []byte) (Leaf, error) {
	if len(body) > maxLeaf {
		return Leaf{}, fmt.Errorf("audit: leaf of %d bytes is longer than %d", len(body), maxLeaf)
	}
	text, ok := strings.CutSuffix(string(body), "\n")
	if !ok {
		return Leaf{}, fmt.Errorf("audit: leaf does not end in LF")
	}
	l, err := readLeaf(&lineReader{lines: strings.Split(text, "\n")})
	if err != nil {
		return Leaf{}, err
	}
	if err := l.Check(); err != nil {
		return Leaf{}, err
	}
	// What is left of malleability (order of facts, forms of a time) ends here.
	if string(l.Marshal()) != string(body) {
		return Leaf{}, fmt.Errorf("audit: leaf is not in its one form")
	}
	return l, nil
}

// readLeaf takes the lines apart. What it lets through that Marshal does not write (a time in
// another zone, facts out of order) ParseLeaf finds in the end.
func readLeaf(r *lineReader) (Leaf, error) {
	var l Leaf
	if head := r.next(); head != leafHeader {
		return l, fmt.Errorf("audit: leaf line 1 is %q, not %q", head, leafHeader)
	}
	l.Kind = r.field("kind")
	l.Subject = r.field("subject")
	at := r.field("at")
	l.Actor.Person = r.field("person")
	l.Actor.Post = r.field("post")
	if strings.HasPrefix(r.peek(), "unit ") {
		l.Actor.Unit = r.field("unit")
	}
	if r.err != nil {
		return l, r.err
	}
	t, err := time.ParseInLocation(time.RFC3339, at, zone)
	if err != nil {
		return l, &LeafError{"at", at, "a time is YYYY-MM-DDThh:mm:ss+08:00"}
	}
	l.At = t.In(zone)
	for !r.done() {
		// "fact KEY" without a value has no second space; "fact KEY " fails in the comparison of
		// the whole at the end.
		key, value, _ := strings.Cut(r.field("fact"), " ")
		l.Facts = append(l.Facts, Fact{key, value})
	}
	return l, r.err
}

// lineReader hands out lines and keeps the first error, so that a reader of a fixed form can be
// written straight down.
type lineReader struct {
	lines []string
	n     int // lines handed out
	err   error
}

// done reports whether no line is left or an error was kept.
func (r *lineReader) done() bool { return r.err != nil || r.n >= len(r.lines) }

// peek gives the next line without handing it out, "" at the end.
func (r *lineReader) peek() string {
	if r.done() {
		return ""
	}
	return r.lines[r.n]
}

// next hands out a line, "" at the end.
func (r *lineReader) next() string {
	s := r.peek()
	r.n++
	return s
}

// field reads the line `name VALUE` and gives VALUE. A missing line or another name is the error
// that is kept; from then on every field is "".
func (r *lineReader) field(name string) string {
	if r.err != nil {
		return ""
	}
	if r.n >= len(r.lines) {
		r.err = fmt.Errorf("audit: line %d: %s is missing", r.n+1, name)
		return ""
	}
	line := r.next()
	value, ok := strings.CutPrefix(line, name+" ")
	if !ok {
		r.err = fmt.Errorf("audit: line %d is %q, not %s and its value", r.n, line, name)
	}
	return value
}

func isLabelByte(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' }
func isWordByte(c byte) bool  { return isLabelByte(c) || 'A' <= c && c <= 'Z' }

// isKeyByte is a word byte; isToken lets the slash through inside keys only.
func isKeyByte(c byte) bool { return isWordByte(c) || c == '/' }

// isToken reports whether s has 1 to limit bytes, each in set or one of `._-`, and starts with a
// letter or digit of the set. Tokens are ASCII: they are compared as bytes, typed and read aloud.
func isToken(s string, limit int, set func(byte) bool) bool {
	if s == "" || len(s) > limit || s[0] == '/' || !set(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; !set(c) && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// lineFault says why s is not a line of draw/1 §1, or "". (The form NFC is not asked for here: it
// needs Unicode tables, and a log must read the same with every version of them.)
func lineFault(s string) string {
	switch {
	case s == "":
		return "a line is not empty"
	case len(s) > maxLine:
		return "a line has at most 1000 bytes"
	case !utf8.ValidString(s):
		return "a line is UTF-8"
	case s[0] == ' ' || s[len(s)-1] == ' ':
		return "a line neither starts nor ends with a space"
	}
	for _, r := range s {
		if forbidden(r) {
			return fmt.Sprintf("a line has no %U", r)
		}
	}
	return ""
}

// forbidden lists what cannot be seen or reorders what can (draw/1 §1), and U+FFFD: a decoder puts
// it where text was damaged, and such text does not belong into a record that stays for ever.
func forbidden(r rune) bool {
	switch {
	case r <= 0x1F, 0x7F <= r && r <= 0x9F, r == 0xAD, r == 0x61C, r == 0x180E,
		0x200B <= r && r <= 0x200F, 0x2028 <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F,
		r == 0xFEFF, r == utf8.RuneError, 0xE0000 <= r && r <= 0xE007F:
		return true
	}
	return false
}
