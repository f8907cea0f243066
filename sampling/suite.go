package sampling

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"github.com/emmansun/gmsm/sm3"
)

// The hash suites that a plan may name (draw/1 §1).
const (
	HashSHA256 = "sha256" // FIPS 180-4, the default
	HashSM3    = "sm3"    // GB/T 32905-2016
)

// hashSize is the length in bytes of a digest; both suites of draw/1 §1 have 32.
const hashSize = 32

// A suite is the hash H of a plan (draw/1 §1). Everything that hashes takes it from the plan, so
// that no part can be left behind when a plan names another.
type suite struct {
	name string
	sum  func([]byte) [hashSize]byte
	new  func() hash.Hash
	// padded: a hash spells its digest as its state (hashing.go).
	padded bool
}

var (
	sha256Suite = &suite{HashSHA256, sha256.Sum256, sha256.New, spellsDigest(sha256.New)}
	sm3Suite    = &suite{HashSM3, sm3.Sum, sm3.New, spellsDigest(sm3.New)}
)

// hex gives H(b) as 64 lower-case hex characters.
func (s *suite) hex(b []byte) string {
	d := s.sum(b)
	return hex.EncodeToString(d[:])
}

// emptyRoot is the Merkle root of a file without lines: H of the empty string.
func (s *suite) emptyRoot() [hashSize]byte { return s.sum(nil) }

// Digest gives H(b) of the suite HashSHA256 or HashSM3 as 64 lower-case hex characters, for those
// who make what a plan commits to: frozen files, seals, links of a chain.
func Digest(hash string, b []byte) string { return suiteNamed(hash).hex(b) }

// NewHash gives H of the suite HashSHA256 or HashSM3 for bytes that come piece by piece.
func NewHash(name string) hash.Hash { return suiteNamed(name).new() }

// ValidHash reports whether a plan may name the suite.
func ValidHash(hash string) bool { return hash == HashSHA256 || hash == HashSM3 }

// suiteOf gives the suite that a plan names.
func suiteOf(p *Plan) *suite { return suiteNamed(p.Hash) }

// suiteNamed gives the suite HashSHA256 or HashSM3. Names that come from outside were checked with
// their plan; any other is a broken invariant.
func suiteNamed(name string) *suite {
	switch name {
	case HashSHA256:
		return sha256Suite
	case HashSM3:
		return sm3Suite
	}
	panic("sampling: hash suite " + name)
}
