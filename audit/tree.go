package audit

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 digest in the tree; its String is base64.
type Hash = tlog.Hash

// Head is the state of a log: how many leaves, and the root over them (RFC 6962 §2.1). Two heads of
// one size and different roots are two histories.
type Head struct {
	// Size is the number of leaves; the next leaf has this index.
	Size int64
	// Root is the hash of the whole tree, SHA-256 of nothing for Size 0.
	Root Hash
}

// Frontier is the right edge of a tree: the roots of its complete subtrees, one for each set bit of
// the size, largest first. It is all that appending needs: about 20 hashes for a million leaves.
// The zero Frontier is the empty tree.
type Frontier struct {
	size  int64
	roots []Hash // as many as size has bits set
}

// FrontierIndexes gives the stored-hash indexes of the frontier of a tree of size leaves, in the
// order in which NewFrontier wants their hashes.
func FrontierIndexes(size int64) []int64 {
	var indexes []int64
	for level := bits.Len64(uint64(size)) - 1; level >= 0; level-- {
		// With bit `level` of size set, size>>level is odd and the subtree before it is complete.
		if n := size >> level; n&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, n-1))
		}
	}
	return indexes
}

// NewFrontier makes the frontier of a tree from the hashes at FrontierIndexes(size). A wrong number
// of hashes is an error; wrong hashes show in Head, so a caller who has stored the head compares.
func NewFrontier(size int64, hashes []Hash) (*Frontier, error) {
	if size < 0 {
		return nil, fmt.Errorf("audit: tree of size %d", size)
	}
	if want := bits.OnesCount64(uint64(size)); len(hashes) != want {
		return nil, fmt.Errorf("audit: frontier of a tree of size %d has %d hashes, not %d",
			size, want, len(hashes))
	}
	return &Frontier{size, append([]Hash(nil), hashes...)}, nil
}

// Size gives the number of leaves.
func (f *Frontier) Size() int64 { return f.size }

// Append adds a leaf and gives the hashes that must be stored for it: the leaf hash first, then the
// root of every subtree that it completes. Their indexes follow one another from
// tlog.StoredHashIndex(0, index of the leaf).
func (f *Frontier) Append(leaf Hash) []Hash {
	stored := []Hash{leaf}
	h := leaf
	// Each trailing one bit of the old size is a subtree that this leaf makes into a larger one.
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.roots) - 1
		h = tlog.NodeHash(f.roots[last], h)
		f.roots = f.roots[:last]
		stored = append(stored, h)
	}
	f.roots = append(f.roots, h)
	f.size++
	return stored
}

// Head gives size and root. The root of the empty tree is SHA-256 of nothing.
func (f *Frontier) Head() Head {
	if f.size == 0 {
		root, err := tlog.TreeHash(0, nil)
		if err != nil {
			panic(err) // tlog reads nothing for an empty tree
		}
		return Head{Root: root}
	}
	last := len(f.roots) - 1
	root := f.roots[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(f.roots[i], root)
	}
	return Head{f.size, root}
}

// LeafHash is the hash of a leaf's bytes in the tree: SHA-256(00 ‖ body), RFC 6962 §2.1. The zero
// byte keeps a leaf from being taken for an inner node, whose hash begins with 01.
func LeafHash(body []byte) Hash { return tlog.RecordHash(body) }

// errIndex is about a leaf that a tree does not have.
var errIndex = errors.New("audit: no such leaf in a tree of this size")
