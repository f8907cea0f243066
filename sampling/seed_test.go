package sampling

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestSeedText has the bytes of §5.
func TestSeedText(t *testing.T) {
	have := SeedText(hexZeros, []EntropyValue{{"witness-1", "春江 = 4711 | ok"}, {"happy8", "1"}})
	want := "draw/1 seed\ncommit=" + hexZeros + "\nwitness-1=春江 = 4711 | ok\nhappy8=1\n"
	if string(have) != want {
		t.Errorf("%q", have)
	}
}

func TestGrades(t *testing.T) {
	public := func(bits int64) EntropySpec { return EntropySpec{Kind: EntropyPublic, Bits: bits} }
	beacon := func(bits int64) EntropySpec { return EntropySpec{Kind: EntropyBeacon, Bits: bits} }
	seal := EntropySpec{Kind: EntropySeal, Bits: 256}
	held := EntropySpec{Kind: EntropyChain, Bits: 256, By: "公证处"}
	witness := EntropySpec{Kind: EntropyWitness, Bits: 100}
	for _, c := range []struct {
		entropy []EntropySpec
		want    string
	}{
		{[]EntropySpec{seal}, GradeSelf},
		{[]EntropySpec{public(59)}, GradeSelf},
		{[]EntropySpec{public(60)}, GradePublic},
		{[]EntropySpec{public(30), beacon(30)}, GradePublic},
		{[]EntropySpec{public(30), beacon(29)}, GradeSelf},
		{[]EntropySpec{public(59), seal, witness}, GradeSealed},
		{[]EntropySpec{seal, witness}, GradeSealed},
		{[]EntropySpec{held}, GradeSealed},
		{[]EntropySpec{held, public(61)}, GradePublic},
	} {
		if have := Grade(&Plan{Entropy: c.entropy}); have != c.want {
			t.Errorf("%+v: %s, want %s", c.entropy, have, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	secret := strings.Repeat("0f", 32)
	p := &Plan{Hash: "sha256"}
	seal := &EntropySpec{Name: "s", Kind: EntropySeal, Commit: sha256Suite.hex([]byte(secret))}
	beacon := &EntropySpec{Name: "b", Kind: EntropyBeacon, Bits: 16}
	public := &EntropySpec{Name: "p", Kind: EntropyPublic, Bits: 16}
	witness := &EntropySpec{Name: "w", Kind: EntropyWitness, Bits: 1024}
	for _, c := range []struct {
		entry *EntropySpec
		value string
		words string // "" if allowed
	}{
		{seal, secret, ""},
		{seal, strings.ToUpper(secret), "64 lower-case hex"},
		{seal, secret[:62], "64 lower-case hex"},
		{seal, strings.Repeat("0e", 32), "does not open its commit"},
		{beacon, "0a1b", ""},
		{beacon, "0a1", "hex of even length"},
		{beacon, "0A1B", "hex of even length"},
		{beacon, "zz", "hex of even length"},
		{beacon, "0a", ""},
		{public, "中", ""},
		{public, "1", "does not hold 16 bits"},
		{public, " 12", "not a line"},
		{public, "1\n2", "not a line"},
		{public, "", "not a line"},
		{witness, "a=b|c", ""},
		{witness, "e\u0301", "not a line"},
		{witness, strings.Repeat("x", 1001), "not a line"},
	} {
		err := CheckValue(p, c.entry, c.value)
		var e *Error
		if c.words == "" && err != nil || c.words != "" && (!errors.As(err, &e) ||
			e.Check != CheckEntropy || !strings.Contains(err.Error(), c.words)) {
			t.Errorf("%s %q: %v, want %q", c.entry.Kind, c.value, err, c.words)
		}
	}
}

// FuzzSeedText: values that are lines cannot forge another list of values, so one seed.txt belongs
// to one list.
func FuzzSeedText(f *testing.F) {
	f.Add("1,2,3", "a=b")
	f.Add("x\ny=1", "")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !ValidLine(a) || !ValidLine(b) {
			t.Skip()
		}
		text := string(SeedText(hexZeros, []EntropyValue{{"a", a}, {"b", b}}))
		lines := strings.Split(text, "\n")
		if len(lines) != 5 || lines[2] != "a="+a || lines[3] != "b="+b || lines[4] != "" {
			t.Errorf("%q", text)
		}
	})
}

// TestParseSeedText: seed.txt of every vector is read back; whatever else is refused at its line.
func TestParseSeedText(t *testing.T) {
	for _, name := range bundleNames(t, vectorsDir) {
		files, plan, values := vector(t, name)
		commit, have, err := ParseSeedText(mustRead(t, files, SeedFile))
		if err != nil || commit != plan.Commit() || !slices.Equal(have, values) {
			t.Errorf("%s: %s, %v, %v", name, commit, have, err)
		}
	}
	head := "draw/1 seed\ncommit=" + hexZeros + "\n"
	for _, c := range []struct {
		text string
		line int
		rule string
	}{
		{"", 1, "no final LF"},
		{"\n", 1, "not draw/1 seed"},
		{"draw/2 seed\n", 1, "not draw/1 seed"},
		{"draw/1 seed\r\n", 1, "not draw/1 seed"},
		{"draw/1 seed\n", 2, "the commit and at least one value are missing"},
		{head, 3, "the commit and at least one value are missing"},
		{head + "\n", 3, "not the label of an entropy entry"},
		{head + "a=1", 3, "no final LF"},
		{head + "a=1\nb=2", 4, "no final LF"},
		{"draw/1 seed\ncommit=" + hexZeros[1:] + "\na=1\n", 2, "not commit= and 64"},
		{"draw/1 seed\ncommit=" + hexZeros[1:] + "A\na=1\n", 2, "not commit= and 64"},
		{"draw/1 seed\nCommit=" + hexZeros + "\na=1\n", 2, "not commit= and 64"},
		{head + "a\n", 3, "not the label"}, {head + "=1\n", 3, "not the label"},
		{head + "A=1\n", 3, "not the label"}, {head + "commit=1\n", 3, "not the label"},
		{head + "a=1\nb=\n", 4, "a line is not empty"}, {head + "a= 1\n", 3, "with a space"},
		{head + "a=1\r\n", 3, "must not contain U+000D"}, {head + "a=1\n\n", 4, "not the label"},
	} {
		_, values, err := ParseSeedText([]byte(c.text))
		var e *Error
		if values != nil || !errors.As(err, &e) || e.Check != CheckSeed || e.File != SeedFile ||
			e.Line != c.line || !strings.Contains(e.Rule, c.rule) {
			t.Errorf("%q: %v, want line %d: %s", c.text, err, c.line, c.rule)
		}
	}
}

// FuzzParseSeedText: what is accepted prints to the same bytes.
func FuzzParseSeedText(f *testing.F) {
	for _, name := range bundleNames(f, vectorsDir) {
		files, _, _ := vector(f, name)
		f.Add(mustRead(f, files, SeedFile))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		commit, values, err := ParseSeedText(b)
		if err == nil && !bytes.Equal(SeedText(commit, values), b) {
			t.Errorf("%q prints as %q", b, SeedText(commit, values))
		}
	})
}
