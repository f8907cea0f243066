// Package drand verifies rounds of drand's quicknet, the public randomness beacon of the League of
// Entropy (https://drand.love), and fetches them. A round is what nobody can know before its time,
// nobody can choose, and everybody can check for ever afterwards: draw/1 §5 kind `beacon`.
//
// # The beacon
//
// Every 3 seconds a threshold of independent organisations signs the number of the round with a
// key that none of them holds. The scheme is "bls-unchained-g1-rfc9380" (drand's specification,
// RFC 9380 for hashing to the curve, the compressed point encoding of ZCash):
//
//	message    SHA-256(round as 8 bytes, big endian)
//	hash       H = hash_to_curve(message) into G1 of BLS12-381, suite
//	           BLS12381G1_XMD:SHA-256_SSWU_RO_ with the DST given below
//	signature  48 bytes: S = H multiplied by the secret key, in G1, compressed; written as 96 hex
//	check      e(S, g2) = e(H, public key), S in the subgroup of prime order, not infinity
//	randomness SHA-256(signature bytes)
//	time       of round r: genesis + (r − 1)·period, Unix seconds
//
// A round has exactly one signature, and a signature exactly one encoding: the value that verifies
// is the value, whoever brought it. draw/1 puts the signature's hex into the seed and verifies no
// curve itself, so that a draw can be repeated with SHA-256 alone; this package is for the moment
// at which a value is accepted, and for `yaohao beacon verify`.
//
// # What must be trusted
//
// That fewer than the threshold of the League's members work together: those who do could compute
// rounds ahead of time. They cannot choose them. Key, chain hash and genesis are constants here;
// no answer of a server can change them, and Fetch gives nothing that was not verified.
package drand

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"

	"github.com/cloudflare/circl/ecc/bls12381"

	"yaohao/internal/fault"
)

// The constants of quicknet, as published at api.drand.sh/<ChainHash>/info.
const (
	Network   = "quicknet"
	ChainHash = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
	Scheme    = "bls-unchained-g1-rfc9380"
	// PublicKey is a point of G2, compressed, in hex.
	PublicKey = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c" +
		"8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb" +
		"5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
	Genesis = 1692803367 // Unix seconds of round 1, 2023-08-23 15:09:27 UTC
	Period  = 3          // seconds between rounds

	// SignatureHex is how many hex characters a signature has.
	SignatureHex = 2 * bls12381.G1SizeCompressed

	// dst is the domain separation tag of the scheme (RFC 9380 §3.1).
	dst = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

	// lastRound keeps every time that TimeOf gives within a signed 64-bit count of seconds.
	lastRound = 1 << 60
)

// TimeOf gives the moment at which a round (from 1) is due.
func TimeOf(round uint64) time.Time {
	if round < 1 || round > lastRound {
		panic("drand: rounds are numbered from 1 to 2^60")
	}
	return time.Unix(Genesis+int64(round-1)*Period, 0).UTC()
}

// RoundAt gives the latest round that is due at t, 0 before the first.
func RoundAt(t time.Time) uint64 {
	since := t.Unix() - Genesis // Unix rounds down: a fraction of a second changes nothing
	if since < 0 {
		return 0
	}
	return uint64(since)/Period + 1
}

// RoundFrom gives the first round that is due at t or later: nobody can know it before t.
func RoundFrom(t time.Time) uint64 {
	r := RoundAt(t)
	if r == 0 || TimeOf(r).Before(t) {
		return r + 1
	}
	return r
}

// publicKey is the point of PublicKey. That it is one is a matter of this file's constants.
var publicKey = sync.OnceValue(func() *bls12381.G2 {
	raw, err := hex.DecodeString(PublicKey)
	if err != nil {
		panic("drand: public key: " + err.Error())
	}
	pk := new(bls12381.G2)
	if err := pk.SetBytes(raw); err != nil || pk.IsIdentity() {
		panic("drand: the public key is no point of G2")
	}
	return pk
})

// Verify reports why signature, 96 lower-case hex characters, is not the signature of the round: a
// fault.Invalid with field "value". It takes two pairings, some milliseconds.
func Verify(round uint64, signature string) error {
	if round < 1 || round > lastRound {
		return refused("没有第 %d 轮", round)
	}
	s, err := point(signature)
	if err != nil {
		return err
	}
	h := new(bls12381.G1)
	h.Hash(message(round), []byte(dst))
	if !bls12381.Pair(s, bls12381.G2Generator()).IsEqual(bls12381.Pair(h, publicKey())) {
		return refused("不是 drand %s 第 %d 轮的签名", Network, round)
	}
	return nil
}

// message is what the members of the League sign.
func message(round uint64) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], round)
	m := sha256.Sum256(b[:])
	return m[:]
}

// point reads a signature strictly: one text for one point. The library would also take the
// uncompressed form, the point at infinity, upper-case hex and trailing bytes.
func point(signature string) (*bls12381.G1, error) {
	raw, err := hex.DecodeString(signature)
	if err != nil || len(signature) != SignatureHex || hex.EncodeToString(raw) != signature {
		return nil, refused("信标签名应为 %d 位小写十六进制字符", SignatureHex)
	}
	s := new(bls12381.G1)
	if raw[0]&0x80 == 0 || s.SetBytes(raw) != nil || s.IsIdentity() || !s.IsOnG1() ||
		string(s.BytesCompressed()) != string(raw) {
		return nil, refused("信标签名不是 BLS12-381 曲线上的点")
	}
	return s, nil
}

// Randomness gives the round's randomness as drand publishes it, SHA-256 of the signature, in hex.
// draw/1 uses the signature itself. It panics if the signature is not hex: verify it first.
func Randomness(signature string) string {
	raw, err := hex.DecodeString(signature)
	if err != nil {
		panic("drand: a signature that was not verified")
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func refused(format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).WithField("value").
		WithHint("请照录公布的 signature（不是 randomness），并核对轮次")
}
