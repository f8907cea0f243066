package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// This file is a second reader of the proof texts. It shares no code with the package or x/mod: it
// follows the package comment, RFC 9162 §2.1.3.2 and §2.1.4.2 (which check the proofs of RFC 6962
// iteratively) and C2SP signed-note, with SHA-256, Ed25519 and base64 only.

type digest = [32]byte

func node(left, right digest) digest {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// secondInclusion is RFC 9162 §2.1.3.2.
func secondInclusion(leaf digest, index, size uint64, path []digest, root digest) bool {
	if index >= size {
		return false
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			r = node(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = node(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && r == root
}

// secondConsistency is RFC 9162 §2.1.4.2 for 0 < first < second.
func secondConsistency(first, second uint64, path []digest, old, present digest) bool {
	if first&(first-1) == 0 { // a power of two: its root is not in the path
		path = append([]digest{old}, path...)
	}
	if len(path) == 0 {
		return false
	}
	fn, sn := first-1, second-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	fr, sr := path[0], path[0]
	for _, c := range path[1:] {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = node(c, fr), node(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = node(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && fr == old && sr == present
}

// secondCheckpoint checks the first signature of a note with a key NAME+HASH+KEY and gives size
// and root.
func secondCheckpoint(text, signature, key string) (size uint64, root digest, err error) {
	parts := strings.SplitN(key, "+", 3)
	public, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || public[0] != 1 {
		return 0, root, errors.New("key is not Ed25519")
	}
	words := strings.Fields(signature)
	if len(words) != 3 || words[0] != "—" || words[1] != parts[0] {
		return 0, root, errors.New("not a signature line of the key")
	}
	raw, err := base64.StdEncoding.DecodeString(words[2])
	if err != nil || len(raw) != 4+64 || fmt.Sprintf("%x", raw[:4]) != parts[1] {
		return 0, root, errors.New("signature of another key")
	}
	if !ed25519.Verify(public[1:], []byte(text), raw[4:]) {
		return 0, root, errors.New("signature is wrong")
	}
	lines := strings.Split(text, "\n")
	if lines[0] != parts[0] {
		return 0, root, errors.New("another origin")
	}
	if size, err = strconv.ParseUint(lines[1], 10, 63); err != nil {
		return 0, root, err
	}
	return size, secondHash(lines[2]), nil
}

func secondHash(s string) digest {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(raw) != 32 {
		return digest{} // no tree has this root
	}
	return digest(raw)
}

func secondPath(lines []string) (path []digest) {
	for _, line := range lines {
		path = append(path, secondHash(strings.TrimPrefix(line, "path ")))
	}
	return path
}

// secondProof checks a leaf proof as the package comment describes it and gives the leaf's text.
func secondProof(text []byte, key string) (leaf string, err error) {
	blocks := strings.Split(string(text), "\n\n")
	if len(blocks) != 4 {
		return "", fmt.Errorf("%d blocks", len(blocks))
	}
	head := strings.Split(blocks[0], "\n")
	index, err := strconv.ParseUint(strings.TrimPrefix(head[1], "index "), 10, 63)
	if err != nil || head[0] != "yaohao proof/1" {
		return "", errors.New("head of the proof")
	}
	size, root, err := secondCheckpoint(blocks[2]+"\n", blocks[3], key)
	if err != nil {
		return "", err
	}
	leaf = blocks[1] + "\n"
	hash := sha256.Sum256(append([]byte{0}, leaf...))
	if !secondInclusion(hash, index, size, secondPath(head[2:]), root) {
		return "", errors.New("the path does not lead to the root")
	}
	return leaf, nil
}

func TestSecondReaderOfLeafProofs(t *testing.T) {
	const n = 20
	l := newLog(t, n, 1)
	_, _, key := testKey(t, origin, 1)
	for size := int64(1); size <= n; size++ {
		for index := range size {
			p := l.proof(t, size, index)
			leaf, err := secondProof(FormatProof(p), key)
			if err != nil || leaf != string(l.bodies[index]) {
				t.Fatalf("leaf %d of %d: %v", index, size, err)
			}
			p.Body = l.bodies[(index+1)%n]
			if _, err := secondProof(FormatProof(p), key); err == nil {
				t.Fatalf("leaf %d of %d: the second reader takes another leaf", index, size)
			}
		}
	}
}

func TestSecondReaderOfGrowth(t *testing.T) {
	const n = 20
	m, heads := grow(n)
	for size := int64(2); size <= n; size++ {
		for old := int64(1); old < size; old++ {
			path, err := ProveGrowth(size, old, m)
			if err != nil {
				t.Fatal(err)
			}
			var second []digest
			for _, h := range path {
				second = append(second, h)
			}
			a, b := digest(heads[old].Root), digest(heads[size].Root)
			if !secondConsistency(uint64(old), uint64(size), second, a, b) {
				t.Fatalf("%d to %d: the second reader refuses", old, size)
			}
			a[0] ^= 1
			if secondConsistency(uint64(old), uint64(size), second, a, b) {
				t.Fatalf("%d to %d: the second reader takes another old root", old, size)
			}
		}
	}
}

// proofFile is a leaf proof for readers in other languages: leaf 2 of 5, signed with the key whose
// Ed25519 seed is 32 bytes of 01. TestProofFile says what it must contain.
//
//go:embed testdata/proof.txt
var proofFile string

//go:embed testdata/proof.key
var proofKeyFile string

// proofKey is the public key that signed proofFile.
var proofKey = strings.TrimSuffix(proofKeyFile, "\n")

func TestProofFile(t *testing.T) {
	l := newLog(t, 5, 1)
	if got := FormatProof(l.proof(t, 5, 2)); string(got) != proofFile {
		t.Errorf("the proof is now\n%s", got)
	}
	leaf, c, err := CheckProof([]byte(proofFile), verifiers(t, proofKey))
	if err != nil || c.Size != 5 || c.Origin != origin || leaf.Subject != "2026-11-M" {
		t.Errorf("CheckProof gives %+v, %+v, %v", leaf, c, err)
	}
	if _, err := secondProof([]byte(proofFile), proofKey); err != nil {
		t.Error(err)
	}
}

// ExampleCheckProof is a stranger's whole work: the key from the office's notice, the proof from
// its web page.
func ExampleCheckProof() {
	known, err := Verifiers(proofKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	leaf, checkpoint, err := CheckProof([]byte(proofFile), known)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(leaf.Kind, leaf.Subject, leaf.At.Format(time.DateTime), leaf.Fact("commit"))
	fmt.Println(checkpoint.Size, "leaves in", checkpoint.Origin)

	forged := strings.Replace(proofFile, "fact commit 6a1f", "fact commit 6a1e", 1)
	_, _, err = CheckProof([]byte(forged), known)
	fmt.Println(err != nil)
	// Output:
	// plan 2026-11-M 2026-11-02 09:02:00 6a1f
	// 5 leaves in yaohao.example/county
	// true
}

// ExampleLeaf_Marshal shows the bytes that are hashed.
func ExampleLeaf_Marshal() {
	fmt.Print(string(sample().Marshal()))
	// Output:
	// yaohao leaf/1
	// kind plan
	// subject 2026-11-M
	// at 2026-11-02T09:00:00+08:00
	// person P0007
	// post operator
	// unit SCJG
	// fact commit 6a1f
	// fact items 10
}

// ExampleCheckGrowth is what somebody does who kept an old notice: has the log only grown since?
func ExampleCheckGrowth() {
	m, heads := grow(5)
	signer, known := exampleKey()
	text := func(size, old int64) []byte {
		path, err := ProveGrowth(size, old, m)
		if err != nil {
			return nil
		}
		a, err1 := SignCheckpoint(Checkpoint{origin, heads[old]}, signer)
		b, err2 := SignCheckpoint(Checkpoint{origin, heads[size]}, signer)
		if err1 != nil || err2 != nil {
			return nil
		}
		return FormatGrowth(GrowthProof{path, a, b})
	}
	old, present, err := CheckGrowth(text(5, 3), known)
	fmt.Println(old.Size, present.Size, err)
	// Output: 3 5 <nil>
}

func exampleKey() (note.Signer, note.Verifiers) {
	seed := bytes.NewReader(bytes.Repeat([]byte{7}, 64))
	skey, vkey, err := GenerateKey(seed, origin)
	if err != nil {
		panic(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		panic(err)
	}
	known, err := Verifiers(vkey)
	if err != nil {
		panic(err)
	}
	return signer, known
}
