package audit

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// growth is how far the exhaustive tests grow a tree: past 64 and 128, where levels begin.
const growth = 130

func body(i int64) []byte { return fmt.Appendf(nil, "leaf %d", i) }

// plainRoot is RFC 6962 §2.1 as it is written there, without anything stored.
func plainRoot(leaves [][]byte) Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	left, right := plainRoot(leaves[:k]), plainRoot(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// memory keeps stored hashes in a slice, as a table would.
type memory []Hash

func (m memory) ReadHashes(indexes []int64) ([]Hash, error) {
	var out []Hash
	for _, i := range indexes {
		if i >= int64(len(m)) {
			return nil, fmt.Errorf("hash %d of %d", i, len(m))
		}
		out = append(out, m[i])
	}
	return out, nil
}

// grow appends the leaves body(0)…body(n-1) and gives stored hashes and the head at every size.
func grow(n int64) (memory, []Head) {
	var f Frontier
	var m memory
	heads := []Head{f.Head()}
	for i := range n {
		m = append(m, f.Append(LeafHash(body(i)))...)
		heads = append(heads, f.Head())
	}
	return m, heads
}

// TestFrontier grows a tree leaf by leaf and compares, at each size, the root with RFC 6962 as
// written and with tlog, and the stored hashes with tlog's.
func TestFrontier(t *testing.T) {
	var f Frontier
	var m memory
	var leaves [][]byte
	for i := int64(0); ; i++ {
		if got, want := f.Head(), (Head{i, plainRoot(leaves)}); got != want {
			t.Fatalf("size %d: head %v, want %v", i, got, want)
		}
		if got, err := tlog.TreeHash(i, m); err != nil || got != f.Head().Root {
			t.Fatalf("size %d: tlog gives %v, %v", i, got, err)
		}
		if i == growth {
			break
		}
		want, err := tlog.StoredHashes(i, body(i), m)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(m)) != tlog.StoredHashIndex(0, i) {
			t.Fatalf("leaf %d: its first hash goes to %d", i, len(m))
		}
		got := f.Append(LeafHash(body(i)))
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("leaf %d: stored %v, tlog stores %v", i, got, want)
		}
		m = append(m, got...)
		leaves = append(leaves, body(i))
	}
}

// TestNewFrontier takes the frontier up again at each size, from stored hashes only.
func TestNewFrontier(t *testing.T) {
	m, heads := grow(growth)
	for size := range int64(growth) {
		hashes, err := m.ReadHashes(FrontierIndexes(size))
		if err != nil {
			t.Fatalf("size %d needs a hash that is not stored: %v", size, err)
		}
		f, err := NewFrontier(size, hashes)
		if err != nil {
			t.Fatalf("size %d: %v", size, err)
		}
		if f.Size() != size || f.Head() != heads[size] {
			t.Errorf("size %d: head %v, want %v", size, f.Head(), heads[size])
		}
		f.Append(LeafHash(body(size)))
		if f.Head() != heads[size+1] {
			t.Errorf("size %d: one leaf later %v, want %v", size, f.Head(), heads[size+1])
		}
		if _, err := NewFrontier(size, append(hashes, Hash{})); err == nil {
			t.Errorf("size %d: a hash too many is taken", size)
		}
		if _, err := NewFrontier(size+1<<40, hashes); err == nil {
			t.Errorf("size %d: a hash too few is taken", size)
		}
	}
	if _, err := NewFrontier(-1, nil); err == nil {
		t.Error("a negative size is taken")
	}
}

// TestNewFrontierCopies guards the caller's slice, which may be reused for the next read.
func TestNewFrontierCopies(t *testing.T) {
	m, heads := grow(3)
	hashes, err := m.ReadHashes(FrontierIndexes(3))
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewFrontier(3, hashes)
	if err != nil {
		t.Fatal(err)
	}
	clear(hashes)
	if f.Head() != heads[3] {
		t.Error("the frontier changed with the slice that it was made of")
	}
}

func TestFrontierIndexesOfLargeTrees(t *testing.T) {
	for _, c := range []struct {
		size int64
		want int
	}{{0, 0}, {1, 1}, {1 << 40, 1}, {1<<40 - 1, 40}, {1_000_000, 7}} {
		indexes := FrontierIndexes(c.size)
		if len(indexes) != c.want {
			t.Errorf("size %d: %d hashes, want %d", c.size, len(indexes), c.want)
		}
		for _, i := range indexes {
			if i >= tlog.StoredHashCount(c.size) {
				t.Errorf("size %d: hash %d is not stored yet", c.size, i)
			}
		}
	}
}

func BenchmarkFrontierAppend(b *testing.B) {
	var f Frontier
	h := LeafHash([]byte(sampleText))
	for b.Loop() {
		f.Append(h)
	}
}
