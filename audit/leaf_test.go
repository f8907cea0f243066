package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// sample is the leaf of the package comment.
func sample() Leaf {
	return Leaf{
		Kind:    KindPlan,
		Subject: "2026-11-M",
		At:      time.Date(2026, 11, 2, 9, 0, 0, 0, zone),
		Actor:   Actor{Person: "P0007", Post: "operator", Unit: "SCJG"},
		Facts:   []Fact{{"commit", "6a1f"}, {"items", "10"}},
	}
}

const sampleText = `yaohao leaf/1
kind plan
subject 2026-11-M
at 2026-11-02T09:00:00+08:00
person P0007
post operator
unit SCJG
fact commit 6a1f
fact items 10
`

func TestLeafBytes(t *testing.T) {
	if got := string(sample().Marshal()); got != sampleText {
		t.Errorf("Marshal gives\n%s\nwant\n%s", got, sampleText)
	}
	// The leaf hash by hand, RFC 6962 §2.1; the constant comes from Python's hashlib.
	sum := sha256.Sum256(append([]byte{0}, sampleText...))
	if got := LeafHash([]byte(sampleText)); got != sum {
		t.Errorf("LeafHash = %x, want %x", got, sum)
	}
	const want = "2844181122f939910d713cd96fb50dccfc2b893b57fff670dcf2e9254cfe61d8"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("hash of the documented leaf = %s, want %s", got, want)
	}
}

func TestLeafWithoutUnitAndFacts(t *testing.T) {
	l := Leaf{Kind: "seal", Subject: "甲", At: time.Unix(0, 0), Actor: System}
	want := "yaohao leaf/1\nkind seal\nsubject 甲\nat 1970-01-01T08:00:00+08:00\n" +
		"person system\npost timer\n"
	if got := string(l.Marshal()); got != want {
		t.Errorf("Marshal gives\n%s\nwant\n%s", got, want)
	}
}

func TestMarshalNormalises(t *testing.T) {
	l := sample()
	l.At = l.At.Add(999 * time.Millisecond).UTC()
	l.Facts = []Fact{{"items", "10"}, {"commit", "6a1f"}}
	if got := string(l.Marshal()); got != sampleText {
		t.Errorf("facts in another order, another zone: Marshal gives\n%s", got)
	}
	if l.Facts[0].Key != "items" {
		t.Error("Marshal sorted the caller's facts")
	}
	back, err := ParseLeaf(l.Marshal())
	if err != nil || !reflect.DeepEqual(back, l.Normal()) {
		t.Errorf("ParseLeaf(Marshal(l)) = %+v, %v; want %+v", back, err, l.Normal())
	}
}

func TestLeafFact(t *testing.T) {
	l := sample()
	if got := l.Fact("items"); got != "10" {
		t.Errorf("Fact(items) = %q", got)
	}
	if got := l.Fact("nothing"); got != "" {
		t.Errorf("Fact(nothing) = %q", got)
	}
}

func TestEmptyFactValue(t *testing.T) {
	l := sample()
	l.Facts = []Fact{{"reason", ""}}
	body := l.Marshal()
	if !strings.HasSuffix(string(body), "\nfact reason\n") {
		t.Errorf("an empty value is written as\n%s", body)
	}
	if back, err := ParseLeaf(body); err != nil || !reflect.DeepEqual(back.Facts, l.Facts) {
		t.Errorf("read back as %+v, %v", back.Facts, err)
	}
}

// TestCheckRefuses breaks one rule at a time and expects the field by name.
func TestCheckRefuses(t *testing.T) {
	long := strings.Repeat("长", 334) // 1002 bytes
	for _, c := range []struct {
		name, field string
		change      func(*Leaf)
	}{
		{"no kind", "kind", func(l *Leaf) { l.Kind = "" }},
		{"kind upper case", "kind", func(l *Leaf) { l.Kind = "Plan" }},
		{"kind starts with a dot", "kind", func(l *Leaf) { l.Kind = ".plan" }},
		{"kind too long", "kind", func(l *Leaf) { l.Kind = strings.Repeat("k", 33) }},
		{"no subject", "subject", func(l *Leaf) { l.Subject = "" }},
		{"subject of two words", "subject", func(l *Leaf) { l.Subject = "2026 11" }},
		{"subject of two lines", "subject", func(l *Leaf) { l.Subject = "a\nkind b" }},
		{"subject too long", "subject", func(l *Leaf) { l.Subject = long }},
		{"no time", "at", func(l *Leaf) { l.At = time.Time{} }},
		{"year 10000", "at", func(l *Leaf) { l.At = time.Date(10000, 1, 1, 0, 0, 0, 0, zone) }},
		{"no person", "person", func(l *Leaf) { l.Actor.Person = "" }},
		{"a name of a person", "person", func(l *Leaf) { l.Actor.Person = "张三" }},
		{"no post", "post", func(l *Leaf) { l.Actor.Post = "" }},
		{"unit of two words", "unit", func(l *Leaf) { l.Actor.Unit = "A B" }},
		{"person too long", "person", func(l *Leaf) { l.Actor.Person = strings.Repeat("P", 65) }},
		{"no key", "fact", func(l *Leaf) { l.Facts[0].Key = "" }},
		{"Chinese key", "fact", func(l *Leaf) { l.Facts[0].Key = "承诺" }},
		{"key starts with a slash", "fact", func(l *Leaf) { l.Facts[0].Key = "/a" }},
		{"key of two words", "fact", func(l *Leaf) { l.Facts[0].Key = "a b" }},
		{"key twice", "items", func(l *Leaf) { l.Facts[0].Key = "items" }},
		{"value of two lines", "commit", func(l *Leaf) { l.Facts[0].Value = "a\nb" }},
		{"tab", "commit", func(l *Leaf) { l.Facts[0].Value = "a\tb" }},
		{"carriage return", "commit", func(l *Leaf) { l.Facts[0].Value = "a\r" }},
		{"DEL", "commit", func(l *Leaf) { l.Facts[0].Value = "a\u007fb" }},
		{"NEL", "commit", func(l *Leaf) { l.Facts[0].Value = "a\u0085b" }},
		{"soft hyphen", "commit", func(l *Leaf) { l.Facts[0].Value = "a\u00adb" }},
		{"zero width space", "commit", func(l *Leaf) { l.Facts[0].Value = "a\u200bb" }},
		{"right to left override", "commit", func(l *Leaf) { l.Facts[0].Value = "a\u202eb" }},
		{"byte order mark", "commit", func(l *Leaf) { l.Facts[0].Value = "\ufeffa" }},
		{"replacement character", "commit", func(l *Leaf) { l.Facts[0].Value = "a\ufffd" }},
		{"tag character", "commit", func(l *Leaf) { l.Facts[0].Value = "a\U000e0041" }},
		{"broken UTF-8", "commit", func(l *Leaf) { l.Facts[0].Value = "a\xe4\xb8" }},
		{"space before", "commit", func(l *Leaf) { l.Facts[0].Value = " a" }},
		{"space after", "commit", func(l *Leaf) { l.Facts[0].Value = "a " }},
		{"value too long", "commit", func(l *Leaf) { l.Facts[0].Value = long }},
		{"too many facts", "facts", func(l *Leaf) { l.Facts = make([]Fact, 1001) }},
	} {
		l := sample()
		c.change(&l)
		var le *LeafError
		if err := l.Check(); !errors.As(err, &le) || le.Field != c.field {
			t.Errorf("%s: Check = %v, want a fault in %s", c.name, err, c.field)
		} else if !strings.Contains(le.Error(), c.field) {
			t.Errorf("%s: the message %q does not name %s", c.name, le, c.field)
		}
		if !panics(func() { l.Marshal() }) {
			t.Errorf("%s: Marshal wrote it", c.name)
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return
}

func TestCheckAccepts(t *testing.T) {
	for _, value := range []string{
		"x", "a b  c", "原因：名录有误，重新抽取", "+=@#\"'<>", strings.Repeat("长", 333) + "x", "𠮷",
	} {
		l := sample()
		l.Facts = []Fact{{"file/candidates.SX-001.tsv", value}}
		if err := l.Check(); err != nil {
			t.Errorf("value %q: %v", value, err)
		}
	}
}

// TestParseLeafRefuses changes the documented leaf in ways that keep its meaning or its look; a
// second form of one leaf would have a second hash.
func TestParseLeafRefuses(t *testing.T) {
	replace := func(old, with string) string { return strings.Replace(sampleText, old, with, 1) }
	for name, text := range map[string]string{
		"nothing":                  "",
		"only LF":                  "\n",
		"no final LF":              strings.TrimSuffix(sampleText, "\n"),
		"two final LFs":            sampleText + "\n",
		"CRLF":                     strings.ReplaceAll(sampleText, "\n", "\r\n"),
		"next version":             replace("leaf/1", "leaf/2"),
		"byte order mark":          "\ufeff" + sampleText,
		"lines exchanged":          replace("post operator\nunit SCJG", "unit SCJG\npost operator"),
		"no kind line":             replace("kind plan\n", ""),
		"kind twice":               replace("kind plan\n", "kind plan\nkind plan\n"),
		"two spaces":               replace("kind plan", "kind  plan"),
		"time in UTC":              replace("09:00:00+08:00", "01:00:00Z"),
		"time with another offset": replace("09:00:00+08:00", "10:00:00+09:00"),
		"time with a fraction":     replace("09:00:00", "09:00:00.0"),
		"time with a comma":        replace("09:00:00", "09:00:00,5"),
		"31 November":              replace("11-02T", "11-31T"),
		"no such time":             replace("2026-11-02T09:00:00+08:00", "yesterday"),
		"empty unit":               replace("unit SCJG\n", "unit \n"),
		"unit without value":       replace("unit SCJG\n", "unit\n"),
		"facts exchanged":          replace("fact commit 6a1f\n", "") + "fact commit 6a1f\n",
		"fact twice":               sampleText + "fact items 10\n",
		"space after a key":        replace("fact items 10", "fact items "),
		"fact without key":         sampleText + "fact \n",
		"something else":           sampleText + "note x\n",
		"ends after kind":          "yaohao leaf/1\nkind plan\n",
		"too long":                 sampleText + strings.Repeat("fact x y\n", 1<<18),
	} {
		if text == sampleText {
			t.Fatalf("%s: the test changes nothing", name)
		}
		if l, err := ParseLeaf([]byte(text)); err == nil {
			t.Errorf("%s: read as %+v", name, l)
		}
	}
}

func FuzzParseLeaf(f *testing.F) {
	f.Add([]byte(sampleText))
	f.Add(Leaf{"a", "b", time.Unix(0, 0), System, nil}.Marshal())
	f.Add([]byte(sampleText + "fact z\n"))
	f.Add([]byte("yaohao leaf/1\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		l, err := ParseLeaf(body)
		if err != nil {
			return
		}
		if back := l.Marshal(); string(back) != string(body) {
			t.Errorf("read %q, written %q", body, back)
		}
	})
}

// FuzzMarshal goes the other way: whatever Check lets through comes back the same.
func FuzzMarshal(f *testing.F) {
	f.Add("plan", "2026-11-M", int64(1793581200), "P0007", "operator", "SCJG", "commit", "6a1f")
	f.Add("seal", "甲", int64(0), "system", "timer", "", "a/b", "")
	f.Fuzz(func(t *testing.T, kind, subject string, at int64, person, post, unit, k, v string) {
		l := Leaf{kind, subject, time.Unix(at, 7), Actor{person, post, unit},
			[]Fact{{k, v}, {"z", "1"}}}
		if l.Check() != nil {
			return
		}
		back, err := ParseLeaf(l.Marshal())
		if err != nil || !reflect.DeepEqual(back, l.Normal()) {
			t.Errorf("%+v came back as %+v, %v", l, back, err)
		}
	})
}

func BenchmarkMarshal(b *testing.B) {
	l := sample()
	for b.Loop() {
		l.Marshal()
	}
}
