package sampling

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
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

// sha256Suite is the suite "sha256" (FIPS 180-4), the default of draw/1.
var sha256Suite = &suite{name: "sha256", sum: sha256.Sum256, new: sha256.New}

// hex gives H(b) as 64 lower-case hex characters.
func (s *suite) hex(b []byte) string {
	d := s.sum(b)
	return hex.EncodeToString(d[:])
}

// emptyRoot is the Merkle root of a file without lines: H of the empty string.
func (s *suite) emptyRoot() [hashSize]byte { return s.sum(nil) }

// suiteOf gives the suite that a plan names.
func suiteOf(p *Plan) *suite {
	if p.Hash != sha256Suite.name {
		panic("sampling: suite " + p.Hash + " of an unchecked plan")
	}
	return sha256Suite
}
