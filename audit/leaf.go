package audit

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kinds of leaves in use. A parser takes any label, so that an old verifier reads a newer log.
const (
	KindImport     = "import"     // a registry file was imported (名录导入)
	KindFreeze     = "freeze"     // the frozen files of a draw (名单冻结)
	KindPlan       = "plan"       // the commitment of a draw's plan (方案承诺)
	KindEntropy    = "entropy"    // one part of the seed arrived (随机源)
	KindTranscript = "transcript" // the hash of a draw's transcript (抽取记录)
	KindVoid       = "void"       // a draw was made void (作废)
	KindPublished  = "published"  // digests of a published bundle (抽取公开)
	KindNotice     = "notice"     // a notice was issued (公告)
	KindDispatch   = "dispatch"   // task lists became visible to inspectors (派发)
	KindResult     = "result"     // a version of an inspection result (检查结果)
	KindReview     = "review"     // a review of a result (审核)
	KindPublish    = "publish"    // results became public (结果公示)
	KindAccount    = "account"    // an account was made or changed (账号)
	KindSeal       = "seal"       // an office's sealed value was made or opened (密封值)

	KindVoidRequest = "void-request" // somebody asked to make a draw void (申请作废)

	KindRefillRequest  = "refill-request"  // a seat or an entity is to be filled in for (申请递补)
	KindRefillValue    = "refill-value"    // the value of its event was typed (递补随机数)
	KindRefillWithdraw = "refill-withdraw" // it is to be withdrawn, or is (撤回递补申请)
	KindRefill         = "refill"          // it was carried out, or could not be (递补)
)

// leafHeader is the first line of every leaf; a change of the format changes it.
const leafHeader = "yaohao leaf/1"

// Limits of a leaf, in bytes but for maxFacts. They bound what a reader must hold: whoever wants to
// log more logs its SHA-256.
const (
	maxLabel = 32   // kind
	maxWord  = 64   // person, post, unit, fact key
	maxLine  = 1000 // subject, fact value (draw/1 §1 line)
	maxFacts = 1000 // facts of one leaf
)

// zone is China Standard Time as leaves write it. It is fixed, so that the bytes of a leaf do not
// depend on anybody's time zone data.
var zone = time.FixedZone("+08:00", 8*60*60)

// Actor is who acted: an account, the post in which it acted, and its unit. It never holds a
// person's name; the account tables tell who that was.
type Actor struct {
	Person string `json:"person"` // account id such as P0007
	Post   string `json:"post"`   // post code such as operator
	Unit   string `json:"unit"`   // unit id; empty for the office itself and for the timer
}

// System is the actor of everything that the timer does by itself.
var System = Actor{Person: "system", Post: "timer"}

// Fact is one statement of a leaf: a key that is a word and a value that is a line or empty. Values
// are what others compare or count: digests in hex, numbers in decimal, dates, identifiers, a
// reason in one line. They are no names, telephones or identity numbers of people.
type Fact struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Leaf is one entry of the log; the package comment gives its bytes.
type Leaf struct {
	// Kind is what happened, one of the Kind constants.
	Kind string `json:"kind"`
	// Subject is to what it happened, such as a draw id; leaves are found by it. No spaces.
	Subject string `json:"subject"`
	// At is when, as told by the caller. It is written in whole seconds with +08:00; the log
	// itself only proves the order.
	At time.Time `json:"at"`
	// Actor is who did it, in which post.
	Actor Actor `json:"actor"`
	// Facts have keys that differ; Marshal sorts them.
	Facts []Fact `json:"facts"`
}

// LeafError says which field of a leaf breaks which rule.
type LeafError struct {
	Field string // kind, subject, at, person, post, unit, or the key of a fact
	Value string // what was given
	Rule  string // the rule it breaks
}

// Error names field, value and rule.
func (e *LeafError) Error() string {
	return fmt.Sprintf("audit: leaf field %s = %q: %s", e.Field, e.Value, e.Rule)
}

// Normal gives the leaf as it will be read back: facts sorted by key, time in whole seconds with
// +08:00, no facts as nil.
func (l Leaf) Normal() Leaf {
	l.At = l.At.In(zone).Truncate(time.Second)
	if len(l.Facts) == 0 {
		l.Facts = nil
		return l
	}
	l.Facts = slices.Clone(l.Facts)
	slices.SortFunc(l.Facts, func(a, b Fact) int { return cmp.Compare(a.Key, b.Key) })
	return l
}

// Fact gives the value of the fact with that key, or "" if there is none.
func (l Leaf) Fact(key string) string {
	for _, f := range l.Facts {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// Check reports the first field that cannot be written into a leaf as a *LeafError: kind, subject,
// time, actor, then facts by their keys. A leaf without error has exactly one form.
func (l Leaf) Check() error {
	if !isToken(l.Kind, maxLabel, isLabelByte) {
		return &LeafError{"kind", l.Kind, "a label is [0-9a-z][0-9a-z._-]{0,31}"}
	}
	if why := lineFault(l.Subject); why != "" {
		return &LeafError{"subject", l.Subject, why}
	}
	if strings.Contains(l.Subject, " ") {
		return &LeafError{"subject", l.Subject, "a subject has no space"}
	}
	if y := l.At.In(zone).Year(); y < 1970 || y > 9999 {
		return &LeafError{"at", l.At.String(), "a time lies in the years 1970 to 9999"}
	}
	if err := l.Actor.check(); err != nil {
		return err
	}
	return l.checkFacts()
}

func (a Actor) check() error {
	for _, w := range []struct{ field, value string }{
		{"person", a.Person}, {"post", a.Post}, {"unit", a.Unit},
	} {
		if w.field == "unit" && w.value == "" {
			continue
		}
		if !isToken(w.value, maxWord, isWordByte) {
			return &LeafError{w.field, w.value, "a word is [0-9A-Za-z][0-9A-Za-z._-]{0,63}"}
		}
	}
	return nil
}

func (l Leaf) checkFacts() error {
	if len(l.Facts) > maxFacts {
		return &LeafError{"facts", fmt.Sprint(len(l.Facts)), "a leaf has at most 1000 facts"}
	}
	facts := l.Normal().Facts
	for i, f := range facts {
		if !isToken(f.Key, maxWord, isKeyByte) {
			return &LeafError{"fact", f.Key, "a key is [0-9A-Za-z][0-9A-Za-z._/-]{0,63}"}
		}
		if i > 0 && facts[i-1].Key == f.Key {
			return &LeafError{f.Key, f.Value, "a key stands in a leaf once"}
		}
		if f.Value == "" {
			continue
		}
		if why := lineFault(f.Value); why != "" {
			return &LeafError{f.Key, f.Value, why}
		}
	}
	return nil
}

// Marshal gives the bytes of the leaf, with its facts sorted and its time cut to seconds. It panics
// if Check fails: whoever takes leaves from outside calls Check first, as auditdb.Append does.
func (l Leaf) Marshal() []byte {
	if err := l.Check(); err != nil {
		panic(err)
	}
	l = l.Normal()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nkind %s\nsubject %s\nat %s\nperson %s\npost %s\n", leafHeader,
		l.Kind, l.Subject, l.At.Format(time.RFC3339), l.Actor.Person, l.Actor.Post)
	if l.Actor.Unit != "" {
		fmt.Fprintf(&b, "unit %s\n", l.Actor.Unit)
	}
	for _, f := range l.Facts {
		b.WriteString("fact " + f.Key)
		if f.Value != "" {
			b.WriteString(" " + f.Value)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}
