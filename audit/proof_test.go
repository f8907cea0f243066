package audit

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// testLog is a small log of real leaves with a signed checkpoint at every size.
type testLog struct {
	bodies      [][]byte
	hashes      memory
	checkpoints [][]byte
	known       note.Verifiers
}

func newLog(t testing.TB, n int, seed byte) *testLog {
	t.Helper()
	signer, _, vkey := testKey(t, origin, seed)
	l := &testLog{known: verifiers(t, vkey)}
	var f Frontier
	sign := func() {
		c, err := SignCheckpoint(Checkpoint{origin, f.Head()}, signer)
		if err != nil {
			t.Fatal(err)
		}
		l.checkpoints = append(l.checkpoints, c)
	}
	sign()
	for i := range n {
		leaf := sample()
		leaf.At = leaf.At.Add(time.Duration(i) * time.Minute)
		b := leaf.Marshal()
		l.bodies = append(l.bodies, b)
		l.hashes = append(l.hashes, f.Append(LeafHash(b))...)
		sign()
	}
	return l
}

func (l *testLog) proof(t testing.TB, size, index int64) LeafProof {
	t.Helper()
	path, err := ProveLeaf(size, index, l.hashes)
	if err != nil {
		t.Fatal(err)
	}
	return LeafProof{index, path, l.bodies[index], l.checkpoints[size]}
}

func (l *testLog) growth(t testing.TB, size, old int64) GrowthProof {
	t.Helper()
	path, err := ProveGrowth(size, old, l.hashes)
	if err != nil {
		t.Fatal(err)
	}
	return GrowthProof{path, l.checkpoints[old], l.checkpoints[size]}
}

// TestEveryLeafOfEveryTree proves each leaf in each tree up to 20 leaves, reads the text back, and
// tries the same proof for its neighbours.
func TestEveryLeafOfEveryTree(t *testing.T) {
	const n = 20
	l := newLog(t, n, 1)
	for size := int64(1); size <= n; size++ {
		for index := range size {
			p := l.proof(t, size, index)
			text := FormatProof(p)
			leaf, c, err := CheckProof(text, l.known)
			if err != nil {
				t.Fatalf("leaf %d of %d: %v", index, size, err)
			}
			if c.Size != size || !bytes.Equal(leaf.Marshal(), l.bodies[index]) {
				t.Fatalf("leaf %d of %d: gives another leaf or checkpoint", index, size)
			}
			if back, err := ParseProof(text); err != nil || !bytes.Equal(FormatProof(back), text) {
				t.Fatalf("leaf %d of %d: text changes: %v", index, size, err)
			}
			if size == 1 {
				continue
			}
			p.Index = (index + 1) % size
			if _, _, err := CheckProof(FormatProof(p), l.known); err == nil {
				t.Fatalf("leaf %d of %d passes as leaf %d", index, size, p.Index)
			}
			p.Index, p.Body = index, l.bodies[(index+1)%size]
			if _, _, err := CheckProof(FormatProof(p), l.known); err == nil {
				t.Fatalf("leaf %d of %d: another leaf passes in its place", index, size)
			}
		}
	}
	for _, index := range []int64{-1, n} {
		if _, err := ProveLeaf(n, index, l.hashes); err == nil {
			t.Errorf("leaf %d of %d is proved", index, n)
		}
	}
}

// TestEveryGrowth proves each pair of sizes, and that another history of the same length fails.
func TestEveryGrowth(t *testing.T) {
	const n = 17
	l := newLog(t, n, 1)
	forged := newLog(t, n, 1)
	forged.hashes[0][0] ^= 1
	for size := int64(0); size <= n; size++ {
		for old := int64(0); old <= size; old++ {
			p := l.growth(t, size, old)
			text := FormatGrowth(p)
			a, b, err := CheckGrowth(text, l.known)
			if err != nil || a.Size != old || b.Size != size {
				t.Fatalf("%d to %d: %v %v %v", old, size, a, b, err)
			}
			back, err := ParseGrowth(text)
			if err != nil || !bytes.Equal(FormatGrowth(back), text) {
				t.Fatalf("%d to %d: text changes: %v", old, size, err)
			}
			if old == size {
				continue
			}
			p.Old, p.New = p.New, p.Old
			if _, _, err := CheckGrowth(FormatGrowth(p), l.known); err == nil {
				t.Fatalf("%d to %d: a log may shrink", old, size)
			}
		}
	}
	for _, pair := range [][2]int64{{3, 4}, {3, -1}} {
		if _, err := ProveGrowth(pair[0], pair[1], l.hashes); err == nil {
			t.Errorf("growth from %d to %d is proved", pair[1], pair[0])
		}
	}
}

// TestGrowthOfAnotherHistory signs a rewritten log with the right key, which is what a thief of the
// key would do; whoever kept the old checkpoint sees it.
func TestGrowthOfAnotherHistory(t *testing.T) {
	signer, _, vkey := testKey(t, origin, 1)
	known := verifiers(t, vkey)
	sign := func(c Checkpoint) []byte {
		b, err := SignCheckpoint(c, signer)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	const n = 9
	honest, heads := grow(n)
	for old := int64(0); old <= n; old++ {
		for size := old; size <= n; size++ {
			path, err := ProveGrowth(size, old, honest)
			if err != nil {
				t.Fatal(err)
			}
			wrong := heads[old]
			wrong.Root[5] ^= 4
			p := GrowthProof{path, sign(Checkpoint{origin, wrong}),
				sign(Checkpoint{origin, heads[size]})}
			if _, _, err := CheckGrowth(FormatGrowth(p), known); err == nil {
				t.Errorf("%d to %d: a rewritten history passes", old, size)
			}
			p.Path = append(p.Path, Hash{})
			p.Old = sign(Checkpoint{origin, heads[old]})
			if _, _, err := CheckGrowth(FormatGrowth(p), known); err == nil {
				t.Errorf("%d to %d: a path with a hash too many passes", old, size)
			}
		}
	}
	empty := sign(Checkpoint{origin, Head{0, Hash{1}}})
	right := sign(Checkpoint{origin, heads[0]})
	for _, p := range []GrowthProof{{nil, empty, empty}, {nil, right, empty}} {
		if _, _, err := CheckGrowth(FormatGrowth(p), known); err == nil {
			t.Error("an empty log with a wrong root passes")
		}
	}
}

func TestGrowthOfTwoLogs(t *testing.T) {
	one, _, key1 := testKey(t, origin, 1)
	two, _, key2 := testKey(t, "other.example", 2)
	_, heads := grow(2)
	a, err1 := SignCheckpoint(Checkpoint{origin, heads[2]}, one)
	b, err2 := SignCheckpoint(Checkpoint{"other.example", heads[2]}, two)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	text := FormatGrowth(GrowthProof{nil, a, b})
	if _, _, err := CheckGrowth(text, verifiers(t, key1, key2)); err == nil {
		t.Error("checkpoints of two logs pass as one")
	}
}

// TestCheckProofRefuses changes one byte of a proof after the other and cuts it at each: no byte is
// without effect.
func TestCheckProofRefuses(t *testing.T) {
	l := newLog(t, 7, 1)
	text := FormatProof(l.proof(t, 7, 4))
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if _, _, err := CheckProof(changed, l.known); err == nil {
			t.Errorf("byte %d %q may be %q", i, text[i], changed[i])
		}
		if _, _, err := CheckProof(text[:i], l.known); err == nil {
			t.Errorf("%d bytes of %d pass", i, len(text))
		}
	}
	stranger := newLog(t, 0, 9)
	if _, _, err := CheckProof(text, stranger.known); err == nil {
		t.Error("passes with a key that did not sign")
	}
	p := l.proof(t, 7, 4)
	p.Index = 7
	if _, _, err := CheckProof(FormatProof(p), l.known); err == nil {
		t.Error("a leaf beyond the tree passes")
	}
}

func TestCheckGrowthRefuses(t *testing.T) {
	l := newLog(t, 7, 1)
	text := FormatGrowth(l.growth(t, 7, 3))
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if _, _, err := CheckGrowth(changed, l.known); err == nil {
			t.Errorf("byte %d %q may be %q", i, text[i], changed[i])
		}
	}
}

func TestParseProofRefuses(t *testing.T) {
	l := newLog(t, 3, 1)
	text := string(FormatProof(l.proof(t, 3, 1)))
	endless := strings.Repeat("\npath "+Hash{}.String(), 65)
	for name, bad := range map[string]string{
		"nothing":        "",
		"next version":   strings.Replace(text, "proof/1", "proof/2", 1),
		"leading zero":   strings.Replace(text, "index 1", "index 01", 1),
		"negative":       strings.Replace(text, "index 1", "index -1", 1),
		"no index":       strings.Replace(text, "index 1\n", "", 1),
		"no leaf":        "yaohao proof/1\nindex 1\n\n",
		"short hash":     strings.Replace(text, "path ", "path AA", 1),
		"another line":   strings.Replace(text, "path ", "hash ", 1),
		"endless path":   strings.Replace(text, "\n\n", endless+"\n\n", 1),
		"empty head":     "\n\n" + text,
		"growth instead": string(FormatGrowth(l.growth(t, 3, 1))),
	} {
		if _, err := ParseProof([]byte(bad)); err == nil {
			t.Errorf("%s: read", name)
		}
		if _, err := ParseGrowth([]byte(bad)); err == nil && name != "growth instead" {
			t.Errorf("%s: read as a growth proof", name)
		}
	}
}

func FuzzParseProof(f *testing.F) {
	l := newLog(f, 5, 1)
	f.Add(FormatProof(l.proof(f, 5, 2)))
	f.Add(FormatGrowth(l.growth(f, 5, 2)))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := ParseProof(text); err == nil && !bytes.Equal(FormatProof(p), text) {
			t.Errorf("read %q, written %q", text, FormatProof(p))
		}
		if p, err := ParseGrowth(text); err == nil && !bytes.Equal(FormatGrowth(p), text) {
			t.Errorf("growth: read %q, written %q", text, FormatGrowth(p))
		}
		// Strangers send proofs: whatever comes must not bring the checker down.
		leaf, _, err := CheckProof(text, l.known)
		if err == nil && !bytes.Equal(leaf.Marshal(), l.bodies[2]) {
			t.Errorf("a proof of a leaf that does not exist: %q", text)
		}
	})
}
