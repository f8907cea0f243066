package sampling

// This file is draw/1 §5: the values that arrive after the commit, seed.txt and the grade. The
// order of things is what makes a seed honest: the plan is hashed and published, then a witness may
// speak, then the public event happens, and nothing that anyone can choose or withhold comes after
// it. What the office sealed before (seal, chain) can only keep the list secret; it cannot make the
// draw fair, because the office could have tried frames until one pleased.

import (
	"strconv"
	"strings"
)

// The grades of a draw (draw/1 §5).
const (
	GradePublic = "public" // public events carry at least 60 bits
	GradeSealed = "sealed" // a witness or somebody outside the office holds a part
	GradeSelf   = "self"   // the office alone
)

// publicBits is how many bits the public events need for GradePublic (draw/1 §5).
const publicBits = 60

// SeedText gives the bytes of seed.txt: the commit and the values in plan order (draw/1 §5).
func SeedText(commit string, values []EntropyValue) []byte {
	b := append([]byte(seedHead+"\n"+seedCommit), commit...)
	b = append(b, '\n')
	for _, v := range values {
		b = append(append(append(append(b, v.Name...), '='), v.Value...), '\n')
	}
	return b
}

// The parts of seed.txt that are always there.
const (
	seedHead   = "draw/1 seed"
	seedCommit = "commit="
)

// ParseSeedText reads seed.txt (draw/1 §5), which takes no plan to read: a value is a line, so it
// holds no LF, and a name is a label, so the first `=` ends it. Exactly the bytes that SeedText
// writes for a digest, labels and lines are accepted. That commit, names and values are those of a
// plan is for the caller to see. Errors are *Error with File, Line, Value and Rule.
func ParseSeedText(b []byte) (commit string, values []EntropyValue, err error) {
	refuse := func(line int, value, rule string) (string, []EntropyValue, error) {
		return "", nil, &Error{Check: CheckSeed, File: SeedFile, Line: line, Value: shown(value),
			Rule: rule}
	}
	text, ok := strings.CutSuffix(string(b), "\n")
	lines := strings.Split(text, "\n")
	if !ok {
		return refuse(len(lines), lines[len(lines)-1], "no final LF")
	}
	if lines[0] != seedHead {
		return refuse(1, lines[0], "not "+seedHead)
	}
	if len(lines) < 3 {
		return refuse(len(lines)+1, "", "the commit and at least one value are missing")
	}
	commit, ok = strings.CutPrefix(lines[1], seedCommit)
	if !ok || !isDigest(commit) {
		return refuse(2, lines[1], "not commit= and "+ruleDigest[len("not "):])
	}
	for i, line := range lines[2:] {
		name, value, ok := strings.Cut(line, "=")
		if !ok || !ValidLabel(name) || name == "commit" {
			return refuse(3+i, line, "not the label of an entropy entry, = and its value")
		}
		if err := CheckLine(value); err != nil {
			return refuse(3+i, value, err.(*Error).Rule)
		}
		values = append(values, EntropyValue{name, value})
	}
	return commit, values, nil
}

// Grade says who could have steered the seed (draw/1 §5): GradePublic, GradeSealed or GradeSelf.
// It rests on the bits as the plan states them.
func Grade(p *Plan) string {
	bits, outside := int64(0), false
	for i := range p.Entropy {
		e := &p.Entropy[i]
		if e.public() {
			bits += e.Bits
		}
		outside = outside || e.Kind == EntropyWitness || e.By != ""
	}
	switch {
	case bits >= publicBits:
		return GradePublic
	case outside:
		return GradeSealed
	}
	return GradeSelf
}

// OrderValues puts values into the order of the plan's entropy. Each entry needs exactly one
// value; errors are *Error with Check CheckEntropy.
func OrderValues(p *Plan, values []EntropyValue) ([]EntropyValue, error) {
	ordered := make([]EntropyValue, len(p.Entropy))
	given := make([]bool, len(p.Entropy))
	index := map[string]int{}
	for i := range p.Entropy {
		index[p.Entropy[i].Name] = i
	}
	for _, v := range values {
		i, ok := index[v.Name]
		if !ok {
			return nil, entropyError(v.Name, "", "the plan has no entropy entry of that name")
		}
		if given[i] {
			return nil, entropyError(v.Name, "", "the value is given twice")
		}
		ordered[i], given[i] = v, true
	}
	for i := range given {
		if !given[i] {
			return nil, entropyError(p.Entropy[i].Name, "", "the value is missing")
		}
	}
	return ordered, nil
}

// CheckValue reports why a value is none that draw/1 §5 allows for the entry: an *Error with
// Check CheckEntropy.
func CheckValue(p *Plan, e *EntropySpec, value string) error {
	if err := CheckLine(value); err != nil {
		return entropyError(e.Name, err.(*Error).Value, "not a line: "+err.(*Error).Rule)
	}
	switch {
	case e.hidden() && !isDigest(value):
		return entropyError(e.Name, value, "not the 64 lower-case hex characters of a "+e.Kind)
	case e.Kind == EntropyBeacon && (len(value)%2 != 0 || !validHex(value, len(value))):
		return entropyError(e.Name, value, "not hex of even length")
	// A value as written cannot hold more bits than its bytes have, whatever the plan claims.
	case e.public() && e.Bits > 8*int64(len(value)):
		return entropyError(e.Name, value, "the value does not hold "+
			strconv.FormatInt(e.Bits, 10)+" bits")
	// The commit is the hash of the 64 characters as text, not of the 32 bytes that they spell.
	case e.hidden() && suiteOf(p).hex([]byte(value)) != e.Commit:
		return entropyError(e.Name, value, "the value does not open its commit")
	}
	return nil
}

// checkValues applies CheckValue to the values in plan order, and compares the names.
func checkValues(p *Plan, values []EntropyValue) error {
	if len(values) != len(p.Entropy) {
		return entropyError("", "", "not as many values as entropy entries")
	}
	for i := range values {
		if values[i].Name != p.Entropy[i].Name {
			return entropyError(values[i].Name, "", "not the entropy names of the plan in order")
		}
	}
	// Names first: a value is judged by the entry that it was announced for, never by another.
	for i := range values {
		if err := CheckValue(p, &p.Entropy[i], values[i].Value); err != nil {
			return err
		}
	}
	return nil
}

// entropyError names the entry; its value is shown only as far as a line of output should.
func entropyError(name, value, rule string) error {
	return &Error{Check: CheckEntropy, Path: join("entropy", name), Value: shown(value), Rule: rule}
}
