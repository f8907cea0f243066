package sampling

// This file joins canonical JSON with Go structs. A reader asks for each key by name and says what
// it must be; whatever nobody asked for is an unknown key. The first mistake is kept and reading
// goes on with zero values, so the readers in planread.go and transcript.go have no error paths.

import (
	"errors"
	"fmt"
	"strconv"
)

// decoder turns a JSON tree into Go values and keeps the first thing that is wrong, which is what a
// person can mend; what comes after it is often only its consequence. Two kinds of mistakes differ
// in what Verify can do next: after fail the values are incomplete and nothing may be computed from
// them, after soft they are complete but break a rule among themselves.
type decoder struct {
	// file: in the errors.
	file string
	// check: in the errors.
	check string
	// err: the first mistake of either kind.
	err error
	// hard: fail was called.
	hard bool
}

// soft records a mistake that leaves the values usable: an order, a sum, a reference, a key too
// much.
func (d *decoder) soft(path, value, format string, args ...any) {
	if d.err == nil {
		d.err = &Error{Check: d.check, File: d.file, Path: path, Value: shown(value),
			Rule: fmt.Sprintf(format, args...)}
	}
}

// fail records a mistake after which a value is missing or out of its range.
func (d *decoder) fail(path, value, format string, args ...any) {
	d.soft(path, value, format, args...)
	d.hard = true
}

// wrapped records an error of a value reader, with its place.
func (d *decoder) wrapped(path string, err error) {
	var e *Error
	if !errors.As(err, &e) {
		panic(err)
	}
	d.fail(path, e.Value, "%s", e.Rule)
}

// join appends a step to a path.
func join(path, step string) string {
	if path == "" {
		return step
	}
	return path + ": " + step
}

// at appends the number of an element to a path.
func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// list gives the elements of v. A missing value has its own error already: nil is no list here.
func (d *decoder) list(path string, v any) []any {
	l, ok := v.([]any)
	if !ok && v != nil {
		d.fail(path, describe(v), "not a list")
	}
	return l
}

// text gives the string v.
func (d *decoder) text(path string, v any) string {
	s, ok := v.(string)
	if !ok && v != nil {
		d.fail(path, describe(v), "not a string")
	}
	return s
}

// describe shows a value of a wrong type.
func describe(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "a list"
	}
	return "an object"
}

// fields reads one object key by key; done reports the keys that nobody asked for.
type fields struct {
	*decoder
	path string
	o    object
	used int
}

// object starts to read v as an object.
func (d *decoder) object(path string, v any) *fields {
	o, ok := v.(object)
	if !ok {
		d.fail(path, describe(v), "not an object")
	}
	return &fields{decoder: d, path: path, o: o}
}

// optional gives the value of a key, or nil.
func (f *fields) optional(key string) any {
	for _, m := range f.o {
		if m.key == key {
			f.used++
			return m.value
		}
	}
	return nil
}

// required gives the value of a key that must be there.
func (f *fields) required(key string) any {
	v := f.optional(key)
	if v == nil && f.o != nil {
		f.fail(f.path, key, "key is missing")
	}
	return v
}

// where gives the path of a key.
func (f *fields) where(key string) string { return join(f.path, key) }

// done reports the first key that was not asked for. A key is asked for at most once.
func (f *fields) done(known ...string) {
	// used counts the keys that were asked for and found, so a sum shows whether any is left.
	if f.used == len(f.o) {
		return
	}
next:
	for _, m := range f.o {
		for _, k := range known {
			if m.key == k {
				continue next
			}
		}
		f.soft(f.path, m.key, "unknown key")
	}
}

// str gives a string.
func (f *fields) str(key string) string { return f.text(f.where(key), f.required(key)) }

// match gives a string that ok accepts; rule says what ok wants.
func (f *fields) match(key string, ok func(string) bool, rule string) string {
	s := f.str(key)
	if !ok(s) {
		f.fail(f.where(key), s, "%s", rule)
	}
	return s
}

// identifier gives an identifier of draw/1 §1.
func (f *fields) identifier(key string) string {
	return f.match(key, ValidIdentifier, "not an identifier")
}

// label gives a label of draw/1 §1.
func (f *fields) label(key string) string { return f.match(key, ValidLabel, "not a label") }

// digest gives 64 hex characters.
func (f *fields) digest(key string) string { return f.match(key, isDigest, ruleDigest) }

// optionalDigest gives 64 hex characters, or nothing if the key is absent.
func (f *fields) optionalDigest(key string) string {
	v := f.optional(key)
	if v == nil {
		return ""
	}
	s := f.text(f.where(key), v)
	if !isDigest(s) {
		f.fail(f.where(key), s, ruleDigest)
	}
	return s
}

// ruleDigest is the rule that isDigest checks.
const ruleDigest = "not 64 lower-case hex characters"

// isDigest reports whether s is a digest in hex: of either suite, both have 32 bytes.
func isDigest(s string) bool { return validHex(s, 2*hashSize) }

// line gives a line of draw/1 §1.
func (f *fields) line(key string) string {
	s := f.str(key)
	f.checkLine(key, s)
	return s
}

// optionalLine gives a line, or nothing if the key is absent.
func (f *fields) optionalLine(key string) string {
	v := f.optional(key)
	if v == nil {
		return ""
	}
	s := f.text(f.where(key), v)
	f.checkLine(key, s)
	return s
}

// checkLine records why a value is not a line.
func (f *fields) checkLine(key, s string) {
	if err := CheckLine(s); err != nil {
		f.wrapped(f.where(key), err)
	}
}

// date gives a date of draw/1 §1.
func (f *fields) date(key string) Date { return f.toDate(key, f.str(key)) }

// optionalDate gives a date, or nothing if the key is absent.
func (f *fields) optionalDate(key string) Date {
	v := f.optional(key)
	if v == nil {
		return ""
	}
	return f.toDate(key, f.text(f.where(key), v))
}

// toDate reads a date, or records why it is none.
func (f *fields) toDate(key, s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		f.wrapped(f.where(key), err)
	}
	return d
}

// oneOf gives one of the words listed.
func (f *fields) oneOf(key string, words ...string) string {
	s := f.str(key)
	// Words are few and compared as bytes: "Key" and "key " are mistakes, not spellings.
	for _, w := range words {
		if s == w {
			return s
		}
	}
	f.fail(f.where(key), s, "not one of %v", words)
	return s
}

// integer gives an integer in lowest…highest.
func (f *fields) integer(key string, lowest, highest int64) int64 {
	return f.toInteger(key, f.required(key), lowest, highest)
}

// toInteger takes an integer; true, strings and other types are none.
func (f *fields) toInteger(key string, v any, lowest, highest int64) int64 {
	n, ok := v.(int64)
	if !ok && v != nil {
		f.fail(f.where(key), describe(v), "not an integer")
	}
	// A missing or wrong value is 0 here; its own error is the first and stays.
	if n < lowest || n > highest {
		f.fail(f.where(key), describe(v), "not in %d…%d", lowest, highest)
	}
	return n
}

// count gives a count of draw/1 §1.
func (f *fields) count(key string) int64 { return f.integer(key, 0, maxCount) }
