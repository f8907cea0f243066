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
}

var (
	sha256Suite = &suite{name: HashSHA256, sum: sha256.Sum256, new: sha256.New}
	sm3Suite    = &suite{name: HashSM3, sum: sm3.Sum, new: sm3.New}
)

// hex gives H(b) as 64 lower-case hex characters.
func (s *suite) hex(b []byte) string {
	d := s.sum(b)
	return hex.EncodeToString(d[:])
}

// emptyRoot is the Merkle root of a file without lines: H of the empty string.
func (s *suite) emptyRoot() [hashSize]byte { return s.sum(nil) }

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
