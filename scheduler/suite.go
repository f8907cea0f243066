package scheduler

import (
	"crypto/sha256"
	"encoding/hex"

	"yaohao/audit"
	"yaohao/sampling"
)

// Two kinds of digests meet here. What draw/1 defines follows the suite of the plan (draw/1 §1):
// its commit, frozen files, seals, links, seed and transcript; prev is what the suite of the
// previous plan gave. Leaves that state such digests say by which suite, in their fact `hash`;
// leaves from before plans named one have none and mean sha256. What the log says of its own
// accord is SHA-256 whatever the plan, and says so in the key: value_sha256, reason_sha256,
// spec_sha256.

// hashFact says by which suite the digests of draw/1 in a leaf are made.
func hashFact(hash string) audit.Fact { return audit.Fact{Key: "hash", Value: hash} }

// factOf gives the value of a fact, or "".
func factOf(facts []audit.Fact, key string) string {
	for _, f := range facts {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// checkHash refuses a suite that draw/1 §1 does not know.
func checkHash(hash string) error {
	if sampling.ValidHash(hash) {
		return nil
	}
	return invalid("hash", "杂凑算法“%s”不认识", hash).WithHint("可用：%s、%s（国密，GB/T 32905-2016）",
		sampling.HashSHA256, sampling.HashSM3)
}

// HashName names a suite for people.
func HashName(hash string) string {
	if hash == sampling.HashSM3 {
		return "SM3"
	}
	return "SHA-256"
}

// digestOf gives the SHA-256 of what only the log states, in hex.
func digestOf(b []byte) string {
	d := sha256.Sum256(b)
	return hex.EncodeToString(d[:])
}
