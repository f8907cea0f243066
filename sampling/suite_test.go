package sampling

import (
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSuiteStandards: the two suites are the hashes that their standards define (FIPS 180-4, and
// GB/T 32905-2016 annex A for `abc`).
func TestSuiteStandards(t *testing.T) {
	for name, want := range map[string]string{
		HashSHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		HashSM3:    "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
	} {
		s := suiteNamed(name)
		h := s.new()
		h.Write([]byte("ab"))
		h.Write([]byte("c"))
		if s.hex([]byte("abc")) != want || hex.EncodeToString(h.Sum(nil)) != want || s.name != name {
			t.Errorf("%s: %s, want %s", name, s.hex([]byte("abc")), want)
		}
		h = NewHash(name)
		h.Write([]byte("abc"))
		if Digest(name, []byte("abc")) != want || hex.EncodeToString(h.Sum(nil)) != want ||
			!ValidHash(name) || ValidHash(name+" ") {
			t.Errorf("%s for others: %s, want %s", name, Digest(name, []byte("abc")), want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a suite of no name does not panic")
		}
	}()
	suiteNamed("md5")
}

// TestSuiteNowhereElse: no file of the package but suite.go names a hash function or the suite of
// one, so that a plan's suite cannot be passed by anywhere.
func TestSuiteNowhereElse(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) < 30 {
		t.Fatal(names, err)
	}
	hash := regexp.MustCompile(`(?m)^[^/]*(sha256Suite|sm3Suite|sha256\.|sm3\.|"crypto/)`)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "suite.go" {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := hash.Find(b); found != nil {
			t.Errorf("%s: %s", name, found)
		}
	}
}

// TestSuiteEverywhere draws one office under both suites: every digest in the bundle is another, and
// a bundle of one suite fails under the name of the other.
func TestSuiteEverywhere(t *testing.T) {
	digest := regexp.MustCompile(`[0-9a-f]{64}`)
	seen := map[string]string{}
	for _, name := range []string{HashSHA256, HashSM3} {
		o := smallOffice()
		o.hash = name
		files, plan, values := o.freeze(t)
		res := bundle(t, files, plan, values)
		if r := Verify(files, plan.Commit(), io.Discard); r.ExitCode() != ExitOK {
			t.Fatalf("%s: %+v", name, r)
		}
		for _, d := range digest.FindAllString(string(res.Transcript.Marshal()), -1) {
			if other, ok := seen[d]; ok && other != name && d != hexZeros {
				t.Errorf("%s is a digest under both suites", d)
			}
			seen[d] = name
		}
		if res.Transcript.Sum() != suiteNamed(name).hex(res.Transcript.Marshal()) {
			t.Errorf("%s: Sum is of another suite", name)
		}
		other := map[string]string{HashSHA256: HashSM3, HashSM3: HashSHA256}[name]
		tr := *res.Transcript
		tr.Plan = edit(t, tr.Plan, "hash", other)
		bent := with(with(files, PlanFile, tr.Plan), TranscriptFile, tr.Marshal())
		failed := strings.Join(Verify(bent, "", io.Discard).Failed(), " ")
		for _, check := range []string{CheckCommit, CheckSeed, CheckFiles, CheckSelection} {
			if !strings.Contains(failed, check) {
				t.Errorf("%s as %s: failed are %s, not %s", name, other, failed, check)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d digests", len(seen))
	}
}
