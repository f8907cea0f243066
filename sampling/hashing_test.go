package sampling

import (
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestShortHasher computes hashes of messages of all lengths around whole blocks, with both suites,
// with and without blocks before them, and with a hash that does not give its digest away.
func TestShortHasher(t *testing.T) {
	if !sha256Suite.padded || !sm3Suite.padded {
		t.Error("a suite is slow: its state is not its digest any more")
	}
	for _, s := range []*suite{sha256Suite, sm3Suite} {
		slow := *s
		slow.padded = false
		for _, start := range []string{"", benchSeed, benchSeed + benchSeed} {
			fast, plain := newShortHasher(s, start), newShortHasher(&slow, start)
			for n := range 300 {
				message := strings.Repeat("x", n)
				want := s.sum([]byte(start + message))
				if *fast.of([]byte(message)) != want || *plain.of([]byte(message)) != want {
					t.Fatalf("%s of %d bytes after %d", s.name, n, len(start))
				}
				// In its own memory, as tickets and leaves are made.
				if *fast.of(append(fast.message[:0], message...)) != want {
					t.Fatalf("%s of %d bytes in place", s.name, n)
				}
			}
		}
	}
}

// TestShortHasherStart: messages start behind whole blocks or not at all.
func TestShortHasherStart(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a start within a block is accepted")
		}
	}()
	newShortHasher(sha256Suite, "x")
}

// TestSpellsDigest: a hash is not believed to give its digest away because it can write its state.
func TestSpellsDigest(t *testing.T) {
	if !spellsDigest(sha256.New) {
		t.Error("SHA-256")
	}
	for name, h := range map[string]func() hash.Hash{"SHA-224": sha256.New224, "SHA-512": sha512.New} {
		if spellsDigest(h) {
			t.Error(name)
		}
	}
}

// TestMerklePieces puts trees together from pieces of all sizes at all places.
func TestMerklePieces(t *testing.T) {
	line := func(i int64) []byte { return fmt.Appendf(nil, "line %d", i) }
	for count := range int64(40) {
		whole := NewMerkleTree(HashSM3)
		for i := range count {
			whole.Add(line(i))
		}
		for first := range count + 1 {
			for second := first; second <= count; second += 1 + count/9 {
				tree := NewMerkleTree(HashSM3)
				for _, p := range [][2]int64{{0, first}, {first, second}, {second, count}} {
					piece := NewMerkleTree(HashSM3)
					piece.from(p[0])
					for i := p[0]; i < p[1]; i++ {
						piece.Add(line(i))
					}
					tree.absorb(piece)
				}
				if tree.Root() != whole.Root() || tree.N() != count {
					t.Fatalf("%d lines cut at %d and %d", count, first, second)
				}
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a piece in the wrong place is accepted")
		}
	}()
	piece := NewMerkleTree(HashSHA256)
	piece.from(3)
	NewMerkleTree(HashSHA256).absorb(piece)
}

// TestBuilderLarge freezes more than is hashed together, with and without weights, in both suites,
// and compares with the definitions; Totals may be asked for at any time.
func TestBuilderLarge(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for _, s := range []*suite{sha256Suite, sm3Suite} {
		weighted := s == sm3Suite
		b, err := NewPopulationBuilder(s.name, "SX-001", Frame{Date: "2026-11-01"}, weighted)
		if err != nil {
			t.Fatal(err)
		}
		tree := NewMerkleTree(s.name)
		var cand, pop []byte
		check := func() {
			t.Helper()
			if have := b.Totals(); have.CandidatesSHA != s.hex(cand) || have.PopulationSHA != s.hex(pop) ||
				have.PopulationRoot != tree.Root() || have.N != tree.N() {
				t.Fatalf("%s: %+v", s.name, have)
			}
		}
		for i := range 60_000 {
			c := Candidate{ID: EntityID(fmt.Sprintf("P.%05d", i)), Area: "350181", Class: "A",
				Status: StatusActive, Visits: []int64{0}, Weight: 1 + r.Int64N(maxWeight)}
			if i%7 == 0 {
				c.Status = "closed"
			}
			p, err := b.Add(&c)
			if err != nil {
				t.Fatal(err)
			}
			cand = append(cand, p.CandidateLine...)
			if pop = append(pop, p.PopulationLine...); p.PopulationLine == nil {
				continue
			}
			l, err := ParsePopulationLine(p.PopulationLine[:len(p.PopulationLine)-1])
			if err != nil || (l.Weight == c.Weight) != weighted || (l.Weight == 0) == weighted {
				t.Fatalf("%q: %v", p.PopulationLine, err)
			}
			tree.Add(p.PopulationLine[:len(p.PopulationLine)-1])
			if i == 9 || i == 20_000 {
				check()
			}
		}
		check()
		if len(cand) < 2*hashSome {
			t.Errorf("%d bytes are hashed at once", len(cand))
		}
	}
}
