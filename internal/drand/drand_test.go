package drand

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"
	"time"

	"yaohao/internal/fault"
)

// Rounds of quicknet as its public servers gave them (api.drand.sh/<chain>/public/<round>), with
// the randomness where the source that recorded the round has it.
var published = []struct {
	round                 uint64
	signature, randomness string
}{
	{123, "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482" +
		"e26cd02df835d3546d23c4b13e0dfc92", ""},
	{1000, "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125" +
		"e342b73a8dd2bacbe47e4b6b63ed5e39",
		"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"},
	{657413, "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be" +
		"41076862b98fad56e91a6b85b89cd97b",
		"fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"},
	{12040883, "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec8" +
		"95bb6868e5b9ff13ab289bdb5266b394", ""},
	{21000000, "971cbe88adc436f6411fd26d51887ede7ba144264cd05edec6645b5e170a7702" +
		"d16082947a85d89c89cb47cd8eb7d817",
		"36ecd957580ee415f951370e2a5e13273be97de9072418aaf14d38242979e3c1"},
	{31543729, "9041fec7a1ba5398abdafd1cacd6a86563ec064b3bd8e36d7dc7ae3fe5244f11" +
		"36788d106e3fd2996b8e30f2b8cf4f8b", ""},
	{31543812, "a517bcc786bde26257b53b18eb3f25dc4020d2ad2e2e85339e713b046b7b84df" +
		"3794c57ab9cae880f0da7b2f120b70d7", ""},
	{32281667, "b0f5ae301358ff87a9d3dd539ed4a07c0148b1ab4f7b61a8ca43c7e9ca7ca955" +
		"3e4faae9188deb30b2cd1a7f447e3e5b",
		"4fd2fc55983dbfa3f446d8a0bd56f16cc8c5e76afd1ec154b60d477cbabed13b"},
	{32285085, "81dbce51d584d90d618547f4b50391d53ace6f6b9aeb8fb67e1879427af9d031" +
		"0ac0ec6f519271d9a313ee84b378d416", ""},
	{32285086, "a64d99fd7fa3e48912be7209c7b69c72c88fc5224be2516949b6f29f3a4b7e3f" +
		"a069dd58b2bbb4bf2c34ae61ef631a44", ""},
}

func TestPublishedRounds(t *testing.T) {
	for _, p := range published {
		if err := Verify(p.round, p.signature); err != nil {
			t.Errorf("round %d: %v", p.round, err)
		}
		if got := Randomness(p.signature); p.randomness != "" && got != p.randomness {
			t.Errorf("round %d: randomness %s", p.round, got)
		}
		for _, other := range []uint64{p.round - 1, p.round + 1, p.round << 8} {
			if Verify(other, p.signature) == nil {
				t.Errorf("the signature of round %d passes for round %d", p.round, other)
			}
		}
	}
}

// Every bit of a signature counts.
func TestFlippedBits(t *testing.T) {
	p := published[1]
	raw, _ := hex.DecodeString(p.signature)
	for bit := range 8 * len(raw) {
		if testing.Short() && bit%16 != 0 {
			continue
		}
		changed := bytes.Clone(raw)
		changed[bit/8] ^= 1 << (bit % 8)
		if Verify(p.round, hex.EncodeToString(changed)) == nil {
			t.Errorf("bit %d flipped, still accepted", bit)
		}
	}
}

// What is no canonical encoding of a point of the subgroup is refused before any pairing.
func TestEncodings(t *testing.T) {
	p := published[1]
	good, _ := hex.DecodeString(p.signature)
	s, err := point(p.signature)
	if err != nil {
		t.Fatal(err)
	}
	negated := bytes.Clone(good)
	negated[0] ^= 0x20 // the other y: a point of the subgroup, but not the signature
	infinity := append([]byte{0xc0}, make([]byte, 47)...)
	for name, text := range map[string]string{
		"empty":           "",
		"short":           p.signature[:94],
		"odd":             p.signature[:95],
		"long":            p.signature + "00",
		"upper case":      strings.ToUpper(p.signature),
		"blank":           " " + p.signature[1:],
		"no hex":          "x" + p.signature[1:],
		"uncompressed":    hex.EncodeToString(s.Bytes()),
		"no flag":         "34" + p.signature[2:],
		"infinity":        hex.EncodeToString(infinity),
		"infinity, dirty": "c0" + p.signature[2:],
		"zeros":           strings.Repeat("0", SignatureHex),
		"ones":            strings.Repeat("f", SignatureHex),
		"negated":         hex.EncodeToString(negated),
		"x above p":       hex.EncodeToString(plusModulus(t, good)),
		"randomness":      p.randomness,
	} {
		if err := Verify(p.round, text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, round := range []uint64{0, lastRound + 1, 1<<64 - 1} {
		if Verify(round, p.signature) == nil {
			t.Errorf("round %d accepted", round)
		}
	}
}

var modulus, _ = new(big.Int).SetString("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf"+
	"6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16)

// plusModulus encodes the same x again, unreduced; where it does not fit the 381 bits, a small one.
func plusModulus(t *testing.T, raw []byte) []byte {
	t.Helper()
	x := new(big.Int).SetBytes(append([]byte{raw[0] & 0x1f}, raw[1:]...))
	sum := new(big.Int).Add(x, modulus)
	if sum.BitLen() > 381 {
		sum = new(big.Int).Add(big.NewInt(4), modulus)
	}
	out := sum.FillBytes(make([]byte, 48))
	out[0] |= raw[0] & 0xe0
	return out
}

// The curve has a cofactor: most of its points are outside the subgroup, and none of them passes.
func TestSubgroup(t *testing.T) {
	onCurve := 0
	for i := int64(1); i < 40; i++ {
		x := big.NewInt(i)
		y2 := new(big.Int).Exp(x, big.NewInt(3), modulus)
		y2.Add(y2, big.NewInt(4)).Mod(y2, modulus)
		if big.Jacobi(y2, modulus) != 1 {
			continue
		}
		onCurve++
		raw := x.FillBytes(make([]byte, 48))
		raw[0] |= 0x80
		if _, err := point(hex.EncodeToString(raw)); err == nil {
			t.Errorf("x = %d, a point outside the subgroup, is accepted", i)
		}
	}
	if onCurve < 5 {
		t.Fatalf("only %d points tried", onCurve)
	}
}

func TestTimes(t *testing.T) {
	if got := TimeOf(1).Unix(); got != Genesis {
		t.Errorf("round 1 at %d", got)
	}
	if got := TimeOf(1000).Unix(); got != 1692806364 {
		t.Errorf("round 1000 at %d", got)
	}
	at := func(sec, nano int64) time.Time { return time.Unix(Genesis+sec, nano) }
	for _, c := range []struct {
		t        time.Time
		at, from uint64
	}{
		{at(-100, 0), 0, 1}, {at(-1, 999999999), 0, 1}, {at(0, 0), 1, 1}, {at(0, 1), 1, 2},
		{at(1, 0), 1, 2}, {at(2, 999999999), 1, 2}, {at(3, 0), 2, 2}, {at(4, 0), 2, 3},
		{at(2997, 0), 1000, 1000},
	} {
		if got := RoundAt(c.t); got != c.at {
			t.Errorf("RoundAt(%v) = %d, want %d", c.t, got, c.at)
		}
		if got := RoundFrom(c.t); got != c.from {
			t.Errorf("RoundFrom(%v) = %d, want %d", c.t, got, c.from)
		}
	}
	for r := uint64(1); r < 100; r++ {
		if RoundAt(TimeOf(r)) != r || RoundFrom(TimeOf(r)) != r {
			t.Errorf("round %d does not come back", r)
		}
	}
	for _, r := range []uint64{0, lastRound + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("TimeOf(%d) gives a time", r)
				}
			}()
			TimeOf(r)
		}()
	}
}

// FuzzPoint: an accepted text is the only text of its point.
func FuzzPoint(f *testing.F) {
	for _, p := range published {
		f.Add(p.signature)
	}
	f.Add("c0" + strings.Repeat("00", 47))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := point(text)
		if err == nil && hex.EncodeToString(s.BytesCompressed()) != text {
			t.Errorf("%q is a second text of a point", text)
		}
	})
}
