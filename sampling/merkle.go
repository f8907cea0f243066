package sampling

// The Merkle root of a population lets an office show one firm that it stood in the population,
// with a proof of some 28 hashes out of 10^8 lines, without handing out the other lines.

import "encoding/hex"

// MerkleTree computes the Merkle root of a file's lines as they pass (draw/1 §1, RFC 6962 §2.1):
// leaf = H(00 ‖ line), node = H(01 ‖ left ‖ right). Its memory grows with the logarithm of the
// number of lines.
//
// Pieces of one file can be hashed apart, each in a tree of its own that knows how many lines come
// before it (from), and put together in their order (absorb).
type MerkleTree struct {
	suite  *suite
	hasher *shortHasher
	// first: number of the first leaf, from 0; next: of the leaf that comes next.
	first, next int64
	// stack holds the roots of complete subtrees, from left to right. A subtree is as large as it
	// can be: of 2^height leaves, the first of which has a number that is a multiple of 2^height.
	stack []subtree
}

// subtree is the root of a complete subtree.
type subtree struct {
	height uint8
	root   [hashSize]byte
}

// NewMerkleTree makes an empty tree of the suite HashSHA256 or HashSM3; another is a panic.
func NewMerkleTree(hash string) *MerkleTree { return newMerkleTree(suiteNamed(hash)) }

// newMerkleTree makes an empty tree of a suite.
func newMerkleTree(s *suite) *MerkleTree {
	return &MerkleTree{suite: s, hasher: newShortHasher(s, "")}
}

// from empties the tree and makes it that of a piece of a file, before which so many lines stand.
func (t *MerkleTree) from(first int64) {
	t.first, t.next, t.stack = first, first, t.stack[:0]
}

// Add appends a line, given without its LF.
func (t *MerkleTree) Add(line []byte) {
	t.push(0, t.hasher.of(append(append(t.hasher.message[:0], 0), line...)))
}

// push appends a complete subtree whose first leaf is the next one.
func (t *MerkleTree) push(height uint8, root *[hashSize]byte) {
	start := t.next
	t.next += 1 << height
	last := len(t.stack) - 1
	// A right child is joined with its sibling, unless that one lies before the piece.
	for start>>height&1 == 1 && last >= 0 && t.stack[last].height == height {
		root = t.join(&t.stack[last].root, root)
		start -= 1 << height
		height++
		last--
	}
	t.stack = append(t.stack[:last+1], subtree{height, *root})
}

// absorb appends the lines of a piece that starts where this tree ends.
func (t *MerkleTree) absorb(piece *MerkleTree) {
	if piece.first != t.next {
		panic("sampling: a piece of a Merkle tree in the wrong place")
	}
	for i := range piece.stack {
		t.push(piece.stack[i].height, &piece.stack[i].root)
	}
}

// join hashes two subtrees into one; the result is valid until the next hash.
func (t *MerkleTree) join(left, right *[hashSize]byte) *[hashSize]byte {
	m := append(append(append(t.hasher.message[:0], 1), left[:]...), right[:]...)
	return t.hasher.of(m)
}

// N gives the number of lines added.
func (t *MerkleTree) N() int64 { return t.next - t.first }

// Root gives the root over the lines so far in hex; without lines it is H of the empty string.
func (t *MerkleTree) Root() string {
	last := len(t.stack) - 1
	if last < 0 {
		root := t.suite.emptyRoot()
		return hex.EncodeToString(root[:])
	}
	root := t.stack[last].root
	for i := last - 1; i >= 0; i-- {
		root = *t.join(&t.stack[i].root, &root)
	}
	return hex.EncodeToString(root[:])
}
