package sampling

// The Merkle root of a population lets an office show one firm that it stood in the population,
// with a proof of some 28 hashes out of 10^8 lines, without handing out the other lines.

import "encoding/hex"

// MerkleTree computes the Merkle root of a file's lines as they pass (draw/1 §1, RFC 6962 §2.1):
// leaf = H(00 ‖ line), node = H(01 ‖ left ‖ right). Its memory grows with the logarithm of the
// number of lines.
type MerkleTree struct {
	suite *suite
	n     int64
	// stack holds the roots of complete subtrees, largest first: one for every bit of n.
	stack [][hashSize]byte
	buf   []byte
}

// NewMerkleTree makes an empty tree of the suite HashSHA256 or HashSM3; another is a panic.
func NewMerkleTree(hash string) *MerkleTree { return newMerkleTree(suiteNamed(hash)) }

// newMerkleTree makes an empty tree of a suite.
func newMerkleTree(s *suite) *MerkleTree { return &MerkleTree{suite: s} }

// Add appends a line, given without its LF.
func (t *MerkleTree) Add(line []byte) {
	t.buf = append(append(t.buf[:0], 0), line...)
	node := t.suite.sum(t.buf)
	for bit := t.n; bit&1 == 1; bit >>= 1 {
		last := len(t.stack) - 1
		node = t.join(&t.stack[last], &node)
		t.stack = t.stack[:last]
	}
	t.stack = append(t.stack, node)
	t.n++
}

// join hashes two subtrees into one.
func (t *MerkleTree) join(left, right *[hashSize]byte) [hashSize]byte {
	t.buf = append(append(append(t.buf[:0], 1), left[:]...), right[:]...)
	return t.suite.sum(t.buf)
}

// N gives the number of lines added.
func (t *MerkleTree) N() int64 { return t.n }

// Root gives the root over the lines so far in hex; without lines it is H of the empty string.
func (t *MerkleTree) Root() string {
	root := t.suite.emptyRoot()
	for i := len(t.stack) - 1; i >= 0; i-- {
		if i == len(t.stack)-1 {
			root = t.stack[i]
		} else {
			root = t.join(&t.stack[i], &root)
		}
	}
	return hex.EncodeToString(root[:])
}
