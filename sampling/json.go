package sampling

// This file is canonical JSON (draw/1 §1), a profile of RFC 8785:
//
//   - object keys are ASCII, sorted by bytes, and occur once;
//   - there is no white space anywhere, and no LF at the end;
//   - numbers are integers in ±(2^53−1), without leading zeros and without -0; whatever is larger
//     is written as a string;
//   - strings hold Unicode scalar values in NFC; the escapes are \" \\ \b \t \n \f \r and \u00xx in
//     lower case for the other control characters, nothing else is escaped;
//   - there is no null: a key without a value is left out.
//
// So a document has exactly one form, and its hash names what it says. Package encoding/json does
// not give that form (it escapes <, >, & and U+2028) and does not insist on it (it takes duplicate
// keys, floats, unknown keys and damaged UTF-8), which is why reading and printing are done here.

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Canonical JSON of draw/1 §1 is held as a tree of Go values: string, int64, bool, []any and
// object. There is no null and there are no floats. The tree knows nothing of plans: planread.go
// and transcript.go say which keys an object has, fields.go how they are asked for.

// object is a JSON object; printing sorts it.
type object []member

// member is one key of an object with its value.
type member struct {
	key   string
	value any
}

// has reports whether the object has a key with that value.
func (o object) has(key string, value any) bool {
	for _, m := range o {
		if m.key == key {
			return m.value == value
		}
	}
	return false
}

// maxInteger is the largest integer of canonical JSON, 2^53−1 (RFC 7493 §2.2).
const maxInteger = 1<<53 - 1

// maxNesting bounds the depth of a document so that a hostile file cannot exhaust the stack; the
// deepest document of draw/1 has 10 levels.
const maxNesting = 100

// appendJSON appends J(v). Objects are sorted in place.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendString(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case bool:
		return strconv.AppendBool(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e)
		}
		return append(b, ']')
	case object:
		slices.SortFunc(v, func(x, y member) int { return cmp.Compare(x.key, y.key) })
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, m.key), ':')
			b = appendJSON(b, m.value)
		}
		return append(b, '}')
	}
	panic("sampling: no JSON value")
}

// appendString appends s as RFC 8785 §3.2.2.2 writes it.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= 0x20:
			b = append(b, c)
		default:
			b = append(b, escapes[c]...)
		}
	}
	return append(b, '"')
}

// escapes holds how each control character is written in a string.
var escapes = func() (t [0x20]string) {
	const digits = "0123456789abcdef"
	for c := range t {
		t[c] = `\u00` + string(digits[c>>4]) + string(digits[c&15])
	}
	t['\b'], t['\t'], t['\n'], t['\f'], t['\r'] = `\b`, `\t`, `\n`, `\f`, `\r`
	return t
}()

// parseJSON reads bytes that are J of something and refuses all others: white space, a final LF,
// floats, exponents, -0, null, duplicate or unsorted keys, other escapes, what is not NFC. So
// appendJSON(nil, v) gives the same bytes again.
func parseJSON(b []byte) (any, error) {
	p := &jsonParser{s: string(b)}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.s) {
		return nil, p.errorf("bytes after the end of the value")
	}
	return v, nil
}

// jsonParser walks over a document; strings without escapes share its memory.
type jsonParser struct {
	s  string
	at int
}

// errorf names the byte (from 1) at which reading stopped.
func (p *jsonParser) errorf(rule string) error {
	end := min(len(p.s), p.at+12)
	return &Error{Check: CheckCanonical, Path: "byte " + strconv.Itoa(p.at+1),
		Value: strings.ToValidUTF8(p.s[min(p.at, end):end], "?"), Rule: rule}
}

// next consumes c if it comes next.
func (p *jsonParser) next(c byte) bool {
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

// word consumes w if it comes next.
func (p *jsonParser) word(w string) bool {
	if strings.HasPrefix(p.s[p.at:], w) {
		p.at += len(w)
		return true
	}
	return false
}

// value reads any value at p.at. Depth counts the brackets around it.
func (p *jsonParser) value(depth int) (any, error) {
	// The parser recurses, and a hostile transcript is all brackets: the depth is bounded first.
	if depth > maxNesting {
		return nil, p.errorf("nested too deeply")
	}
	if p.at == len(p.s) {
		return nil, p.errorf("the document ends where a value is expected")
	}
	switch c := p.s[p.at]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.list(depth)
	case c == '"':
		return p.string()
	case c == '-' || isDigit(c):
		return p.integer()
	case p.word("true"):
		return true, nil
	case p.word("false"):
		return false, nil
	case p.word("null"):
		return nil, p.errorf("null is not allowed; leave the key out")
	}
	return nil, p.errorf("no canonical JSON value")
}

// object reads an object whose keys ascend strictly, so that none occurs twice and none could stand
// elsewhere.
func (p *jsonParser) object(depth int) (any, error) {
	p.at++ // {
	o := object{}
	if p.next('}') {
		return o, nil
	}
	for {
		start := p.at
		if p.at == len(p.s) || p.s[p.at] != '"' {
			return nil, p.errorf("a key is expected")
		}
		key, err := p.string()
		if err != nil {
			return nil, err
		}
		if err := p.checkKey(o, key.(string), start); err != nil {
			return nil, err
		}
		if !p.next(':') {
			return nil, p.errorf("a colon is expected")
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o = append(o, member{key.(string), v})
		if p.next('}') {
			return o, nil
		}
		if !p.next(',') {
			return nil, p.errorf("a comma or } is expected")
		}
	}
}

// checkKey refuses a key that is not ASCII or does not come after the keys before it.
func (p *jsonParser) checkKey(o object, key string, start int) error {
	// For ASCII the order by bytes and the order by UTF-16 units of RFC 8785 are the same, so no
	// two implementations can sort differently.
	for i := range len(key) {
		if key[i] >= utf8.RuneSelf {
			p.at = start
			return p.errorf("key is not ASCII")
		}
	}
	if n := len(o); n > 0 && key <= o[n-1].key {
		p.at = start
		for _, m := range o {
			if m.key == key {
				return p.errorf("duplicate key")
			}
		}
		return p.errorf("keys are not sorted")
	}
	return nil
}

// list reads a list; an empty one is never nil.
func (p *jsonParser) list(depth int) (any, error) {
	p.at++ // [
	l := []any{}
	if p.next(']') {
		return l, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
		if p.next(']') {
			return l, nil
		}
		if !p.next(',') {
			return nil, p.errorf("a comma or ] is expected")
		}
	}
}

// integer reads 0 or -?[1-9][0-9]* within ±(2^53−1).
func (p *jsonParser) integer() (any, error) {
	// The whole of what could be a number in ordinary JSON is taken, so that the error names 2.0 and
	// 1e3 as numbers instead of complaining about the byte behind the 2.
	start := p.at
	p.next('-')
	for p.at < len(p.s) && (isDigit(p.s[p.at]) || strings.IndexByte(".eE+-", p.s[p.at]) >= 0) {
		p.at++
	}
	text := p.s[start:p.at]
	digits := strings.TrimPrefix(text, "-")
	// ParseInt alone would also take 007 and -0; the cases below leave one form for each number.
	n, err := strconv.ParseInt(text, 10, 64)
	p.at = start
	switch {
	case digits == "" || !allDigits(digits):
		return nil, p.errorf("number is not an integer")
	case digits[0] == '0' && text != "0":
		return nil, p.errorf("number with a leading zero or minus zero")
	case err != nil || n > maxInteger || n < -maxInteger:
		return nil, p.errorf("integer beyond 2^53-1")
	}
	p.at = start + len(text)
	return n, nil
}

// string reads a string whose escapes are those that appendString writes.
func (p *jsonParser) string() (any, error) {
	open := p.at
	p.at++ // "
	start := p.at
	// Strings without an escape, nearly all there are, are cut out of the document. The others are
	// put together in text from the runs between the escapes.
	var text []byte
	for run := p.at; ; {
		if p.at == len(p.s) {
			return nil, p.errorf("the document ends inside a string")
		}
		switch c := p.s[p.at]; {
		case c == '"':
			s := p.s[start:p.at]
			if text != nil {
				s = string(append(text, p.s[run:p.at]...))
			}
			if !utf8.ValidString(s) || !isNFC(s) {
				p.at = open
				return nil, p.errorf("string is not UTF-8 in Unicode form NFC")
			}
			p.at++
			return s, nil
		case c == '\\':
			r, n := p.escape()
			if n == 0 {
				return nil, p.errorf("escape is not the canonical one")
			}
			text = append(append(text, p.s[run:p.at]...), r)
			p.at += n
			run = p.at
		case c < 0x20:
			return nil, p.errorf("control character is not escaped")
		default:
			p.at++
		}
	}
}

// escape gives the byte that the escape at p.at stands for, and the length of the escape, which
// is 0 if RFC 8785 would not write it so.
func (p *jsonParser) escape() (byte, int) {
	rest := p.s[p.at:]
	if strings.HasPrefix(rest, `\"`) || strings.HasPrefix(rest, `\\`) {
		return rest[1], 2
	}
	// At most 32 comparisons, for the few strings that hold control characters.
	for c, e := range escapes {
		if strings.HasPrefix(rest, e) {
			return byte(c), len(e)
		}
	}
	return 0, 0
}
