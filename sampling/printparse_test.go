package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// What a printer writes its reader reads, and of two texts that differ at most one is a document.
// The tables go to the borders of draw/1 §1: identifiers of 64, labels of 32, lines of 1000 bytes.

// borderTexts gives texts at the borders of a line, each with whether it is one.
func borderTexts() map[string]bool {
	return map[string]bool{
		"x": true, "": false, " x": false, "x ": false, "x y": true, "=": true, "a=b=c": true,
		strings.Repeat("x", 1000): true, strings.Repeat("x", 1001): false,
		strings.Repeat("号", 333): true, strings.Repeat("号", 333) + "x": true,
		strings.Repeat("号", 334): false, "\u00e9": true, "e\u0301": false, "x\x7fy": false,
		"x\ty": false, "x\u200by": false, "\u2028": false, "\ufeffx": false, "\U000e0041": false,
		"\U0001f3b2": true, "\xff": false, `"\/`: true, "x\ny": false, "x\u00ady": false,
	}
}

// TestSeedTextBorders: seed.txt of any label and line is read back; of anything else it is not.
func TestSeedTextBorders(t *testing.T) {
	t.Parallel()
	for value, ok := range borderTexts() {
		for name, named := range map[string]bool{"a": true, "0": true, strings.Repeat("z", 32): true,
			strings.Repeat("z", 33): false, "": false, "A": false, "commit": false, "commit2": true,
			"a=": false, "é": false, "a_b-c.d": true} {
			values := []EntropyValue{{"first", "1"}, {name, value}, {"last", "="}}
			text := SeedText(hexZeros, values)
			commit, have, err := ParseSeedText(text)
			// A name that ends in `=` is read as a shorter one and a longer value, if that is a line.
			if name == "a=" && ValidLine("="+value) {
				if err != nil || !bytes.Equal(SeedText(commit, have), text) || have[1].Name != "a" {
					t.Errorf("%q = %q: %v, %v", name, value, have, err)
				}
				continue
			}
			if want := ok && named; want != (err == nil) {
				t.Errorf("%q = %q: %v", name, value, err)
			} else if want && (commit != hexZeros || !reflect.DeepEqual(have, values)) {
				t.Errorf("%q = %q: %v", name, value, have)
			}
			var e *Error
			if err != nil && (!errors.As(err, &e) || e.File != SeedFile || e.Line < 1 || e.Rule == "") {
				t.Errorf("%q = %q: %+v", name, value, err)
			}
		}
	}
	good := string(SeedText(hexZeros, []EntropyValue{{"a", "1"}}))
	for i := range len(good) + 1 {
		if _, _, err := ParseSeedText([]byte(good[:i])); (err == nil) != (i == len(good)) {
			t.Errorf("%q: %v", good[:i], err)
		}
		if _, _, err := ParseSeedText([]byte(good[:i] + "\r" + good[i:])); err == nil {
			t.Errorf("a carriage return at %d is read", i)
		}
	}
}

// TestTaskLineBorders: the columns of a given task at their borders, one at a time.
func TestTaskLineBorders(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 64)
	for _, c := range []struct {
		column int
		text   string
		ok     bool
	}{
		{1, "91350100M000100Y43", true}, {1, "91350100M000100Y44", false}, {1, "R.1", true},
		{1, "R." + long[:62], true}, {1, "R." + long[:63], false}, {1, "R.", false}, {1, "R", false},
		{1, "r.1", false}, {1, "1R.1", false}, {1, "R.91350100M000100Y43", false},
		{1, "R.91350100M000100Y44", true}, {1, "P.91350100M000100Y43", true}, {1, "-", false},
		{2, "330102", true}, {2, "33010", false}, {2, "330102001001", true}, {2, "-", false},
		{2, "3301020010010", false}, {2, "33010a", false}, {2, "３３０１０２", false},
		{3, "A", true}, {3, long, true}, {3, long + "9", false}, {3, "A,B", true}, {3, "B,A", false},
		{3, "A,A", false}, {3, "A,", false}, {3, ",A", false}, {3, "a", false}, {3, "-", false},
		{3, "A, B", false}, {3, "A-1,A.1,A1,A_1", true}, {3, "SX-001,SX-0010,SX-002", true},
	} {
		columns := []string{"P.1", "330102", "SX-001"}
		columns[c.column-1] = c.text
		line := strings.Join(columns, "\t")
		l, err := ParseTaskLine([]byte(line))
		if c.ok != (err == nil) {
			t.Errorf("%q: %v", line, err)
			continue
		}
		var e *Error
		switch {
		case c.ok && string(l.AppendLine(nil)) != line+"\n":
			t.Errorf("%q prints as %q", line, l.AppendLine(nil))
		case c.ok && len(l.Task().Items) != len(l.Items):
			t.Errorf("%q: %v", line, l.Task())
		case !c.ok && (!errors.As(err, &e) || e.Column != c.column || !reflect.DeepEqual(l, TaskLine{})):
			t.Errorf("%q: %+v, %+v", line, l, err)
		}
	}
	for _, line := range []string{"", "P.1", "P.1\t330102", "P.1\t330102\tA\t", "\tP.1\t330102\tA",
		"P.1\t\t330102\tA", "P.1 330102 A", "P.1\t330102\tA\n", "P.1\t330102\tA\r"} {
		if l, err := ParseTaskLine([]byte(line)); err == nil {
			t.Errorf("%q: %+v", line, l)
		}
	}
}

// randomRecord gives a record with every field at or near its borders.
func randomRecord(r *rand.Rand) RefillRecord {
	id := func() InspectorID {
		return InspectorID([]string{"0", "I1", strings.Repeat("Z", 64), "A._-"}[r.IntN(4)])
	}
	line := func() string {
		return []string{"x", `"\` + "\U0001f3b2", strings.Repeat("号", 333), "02,07 = 11"}[r.IntN(4)]
	}
	x := RefillRecord{Commit: slowHash("sha256", fmt.Sprint(r.Int())),
		N: []int64{1, 2, maxInteger}[r.IntN(3)], Unit: UnitID(id()), Entity: "R.1",
		Reason: []string{"kin", "0", strings.Repeat("z", 32)}[r.IntN(3)], Event: line(), Value: line(),
		Seats: []RefillSeat{}, Team: []InspectorID{}}
	if r.IntN(2) == 0 {
		x.Left = id()
	} else {
		x.Item, x.Replaces = ItemID(id()), "91350100M000100Y43"
	}
	for range r.IntN(4) {
		x.Seats = append(x.Seats, RefillSeat{slowHash("sm3", fmt.Sprint(r.Int())), id()})
		x.Team = append(x.Team, id())
	}
	return x
}

// TestRefillRecordBorders prints and reads random records, which differ in their bytes wherever
// they differ; a record with a field over its border is not read.
func TestRefillRecordBorders(t *testing.T) {
	t.Parallel()
	r := rng(6000)
	seen := map[string]RefillRecord{}
	for range 300 {
		x := randomRecord(r)
		text := x.Marshal()
		have, err := ParseRefillRecord(text)
		if err != nil || !reflect.DeepEqual(*have, x) {
			t.Fatalf("%s\n%+v, %v", text, have, err)
		}
		if other, twice := seen[string(text)]; twice && !reflect.DeepEqual(other, x) {
			t.Errorf("one text for %+v and %+v", other, x)
		}
		seen[string(text)] = x
		for what, bend := range map[string]func(x *RefillRecord){
			"commit":    func(x *RefillRecord) { x.Commit = strings.ToUpper("a" + x.Commit[1:]) },
			"n zero":    func(x *RefillRecord) { x.N = 0 },
			"unit":      func(x *RefillRecord) { x.Unit = UnitID(strings.Repeat("Z", 65)) },
			"entity":    func(x *RefillRecord) { x.Entity = "R" },
			"reason":    func(x *RefillRecord) { x.Reason = strings.Repeat("z", 33) },
			"event":     func(x *RefillRecord) { x.Event = strings.Repeat("号", 334) },
			"value":     func(x *RefillRecord) { x.Value += " " },
			"inspector": func(x *RefillRecord) { x.Seats = []RefillSeat{{hexZeros, "i1"}} },
			"seed":      func(x *RefillRecord) { x.Seats = []RefillSeat{{hexZeros[1:], "I1"}} },
			"team":      func(x *RefillRecord) { x.Team = []InspectorID{""} },
			"nobody":    func(x *RefillRecord) { x.Left, x.Item, x.Replaces = "", "", "" },
			"left":      func(x *RefillRecord) { x.Left = "é" },
		} {
			bent := *cloneRecord(&x)
			bend(&bent)
			if have, err := ParseRefillRecord(bent.Marshal()); have != nil || err == nil {
				t.Errorf("%s: %+v", what, have)
			}
		}
	}
	if len(seen) < 250 {
		t.Errorf("%d different records", len(seen))
	}
}

// TestBorderTexts: a line is a line wherever it stands, in a seed, a record or a value.
func TestBorderTexts(t *testing.T) {
	t.Parallel()
	witness := &EntropySpec{Name: "w", Kind: EntropyWitness}
	plan := &Plan{Hash: HashSHA256, Entropy: []EntropySpec{*witness}}
	for text, ok := range borderTexts() {
		if (CheckLine(text) == nil) != ok || ValidLine(text) != ok ||
			(CheckValue(plan, witness, text) == nil) != ok {
			t.Errorf("%q: %v, %v", text, CheckLine(text), CheckValue(plan, witness, text))
		}
		if (checkWords("kin", text, "1") == nil) != ok || (checkWords("kin", "1", text) == nil) != ok {
			t.Errorf("%q in a request: %v", text, checkWords("kin", text, "1"))
		}
	}
}
