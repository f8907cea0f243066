package sampling

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestJSONNesting(t *testing.T) {
	nested := func(n int) []byte {
		return []byte(strings.Repeat("[", n) + strings.Repeat("]", n))
	}
	if _, err := parseJSON(nested(maxNesting)); err != nil {
		t.Error(err)
	}
	if _, err := parseJSON(nested(1_000_000)); err == nil {
		t.Error("a million brackets are accepted")
	}
}

// TestJSONErrors holds the parser to naming the place and the rule.
func TestJSONErrors(t *testing.T) {
	for _, c := range []struct{ in, path, rule string }{
		{`{"a":1,"a":2}`, "byte 8", "duplicate key"},
		{`{"b":1,"a":2}`, "byte 8", "keys are not sorted"},
		{`{"a":2.0}`, "byte 6", "number is not an integer"},
		{`{"a":-0}`, "byte 6", "number with a leading zero or minus zero"},
		{`{"a":null}`, "byte 10", "null is not allowed; leave the key out"},
		{`{"a":"\/"}`, "byte 7", "escape is not the canonical one"},
		{`{"a":"`, "byte 7", "the document ends inside a string"},
		{`{"a":"` + "\xff" + `"}`, "byte 6", "string is not UTF-8 in Unicode form NFC"},
		{`{"a"1}`, "byte 5", "a colon is expected"},
		{`{"a":1`, "byte 7", "a comma or } is expected"},
		{`[1`, "byte 3", "a comma or ] is expected"},
		{`{1}`, "byte 2", "a key is expected"},
		{`{}` + "\n", "byte 3", "bytes after the end of the value"},
		{``, "byte 1", "the document ends where a value is expected"},
		{`tru`, "byte 1", "no canonical JSON value"},
	} {
		_, err := parseJSON([]byte(c.in))
		e, ok := err.(*Error)
		if !ok || e.Path != c.path || e.Rule != c.rule || e.Check != CheckCanonical {
			t.Errorf("%q: %v, want %s: %s", c.in, err, c.path, c.rule)
		}
	}
}

// FuzzJSON: what is accepted prints to the same bytes, and means the same to encoding/json.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,-2,true,false,"x\n\u0001"]}`, `{"a":{"b":[]}}`,
		`"中"`, `{"a":1.5}`, `{"a":1,"a":1}`, `[9007199254740992]`, `"\ud800"`, `-`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parseJSON(b)
		if err != nil {
			return
		}
		if printed := appendJSON(nil, v); !bytes.Equal(printed, b) {
			t.Fatalf("%q prints as %q", b, printed)
		}
		if !json.Valid(b) {
			t.Fatalf("%q is not JSON", b)
		}
	})
}

// FuzzJSONString: every NFC string survives print and parse.
func FuzzJSONString(f *testing.F) {
	f.Add("\"\\\b\t\n\f\r\x00\x1f/\u007f\u2028中")
	f.Fuzz(func(t *testing.T, s string) {
		b := appendString(nil, s)
		v, err := parseJSON(b)
		if accepted := err == nil; accepted != (strings.ToValidUTF8(s, "") == s && isNFC(s)) {
			t.Fatalf("%q: %v", s, err)
		}
		if err == nil && v != any(s) {
			t.Fatalf("%q comes back as %q", s, v)
		}
	})
}
