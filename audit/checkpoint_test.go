package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

const origin = "yaohao.example/county"

// testKey makes a key pair of an origin from one byte, so that signatures in tests never change.
func testKey(t testing.TB, origin string, seed byte) (signer note.Signer, skey, vkey string) {
	t.Helper()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	vkey, err := note.NewEd25519VerifierKey(origin, private.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(vkey, "+")[1]
	raw := append([]byte{1}, private.Seed()...)
	skey = fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", origin, hash, base64.StdEncoding.EncodeToString(raw))
	signer, err = note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return signer, skey, vkey
}

func verifiers(t testing.TB, keys ...string) note.Verifiers {
	t.Helper()
	known, err := Verifiers(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return known
}

func TestCheckpointBytes(t *testing.T) {
	_, heads := grow(12)
	c := Checkpoint{origin, heads[12]}
	text := FormatCheckpoint(c)
	want := origin + "\n12\n" + base64.StdEncoding.EncodeToString(heads[12].Root[:]) + "\n"
	if text != want {
		t.Errorf("FormatCheckpoint gives %q, want %q", text, want)
	}
	if back, err := ParseCheckpoint(text); err != nil || back != c {
		t.Errorf("ParseCheckpoint = %+v, %v", back, err)
	}
	signer, _, _ := testKey(t, origin, 1)
	signed, err := SignCheckpoint(c, signer)
	if err != nil {
		t.Fatal(err)
	}
	// C2SP signed-note: text, empty line, em dash, name, base64 of key hash and signature.
	if !strings.HasPrefix(string(signed), text+"\n— "+origin+" ") {
		t.Errorf("the signed checkpoint is\n%s", signed)
	}
}

func TestParseCheckpointRefuses(t *testing.T) {
	const root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" // SHA-256 of nothing
	if _, err := ParseCheckpoint("log\n0\n" + root + "\n"); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":               "",
		"no final LF":           "log\n0\n" + root,
		"two lines":             "log\n0\n",
		"extension line":        "log\n0\n" + root + "\nx\n",
		"empty origin":          "\n0\n" + root + "\n",
		"space in origin":       "my log\n0\n" + root + "\n",
		"plus in origin":        "a+b\n0\n" + root + "\n",
		"Chinese origin":        "日志\n0\n" + root + "\n",
		"long origin":           strings.Repeat("o", 201) + "\n0\n" + root + "\n",
		"leading zero":          "log\n00\n" + root + "\n",
		"sign":                  "log\n+1\n" + root + "\n",
		"negative":              "log\n-1\n" + root + "\n",
		"size in hex":           "log\n0x1\n" + root + "\n",
		"no size":               "log\n\n" + root + "\n",
		"size above 2^63":       "log\n9223372036854775808\n" + root + "\n",
		"short root":            "log\n0\n47DEQg==\n",
		"root without padding":  "log\n0\n" + strings.TrimSuffix(root, "=") + "\n",
		"root's last bits set":  "log\n0\n" + strings.TrimSuffix(root, "U=") + "V=\n",
		"root in hex":           "log\n0\n" + strings.Repeat("00", 32) + "\n",
		"CR":                    "log\r\n0\r\n" + root + "\r\n",
		"tlog's own first line": "go.sum database tree\n0\n" + root + "\n",
	} {
		if c, err := ParseCheckpoint(text); err == nil {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add(origin + "\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	f.Add("\n\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCheckpoint(text)
		if err == nil && FormatCheckpoint(c) != text {
			t.Errorf("read %q, written %q", text, FormatCheckpoint(c))
		}
	})
}

func TestOpenCheckpoint(t *testing.T) {
	signer, _, vkey := testKey(t, origin, 1)
	cosigner, _, covkey := testKey(t, "witness.example", 2)
	impostor, _, imvkey := testKey(t, origin, 3)
	_, heads := grow(5)
	c := Checkpoint{origin, heads[5]}
	sign := func(s ...note.Signer) []byte {
		b, err := note.Sign(&note.Note{Text: FormatCheckpoint(c)}, s...)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[at] ^= 1
		return b
	}
	good := sign(signer)
	for _, tc := range []struct {
		name string
		text []byte
		keys []string
		ok   bool
	}{
		{"signed", good, []string{vkey}, true},
		{"cosigned, cosigner unknown", sign(signer, cosigner), []string{vkey}, true},
		{"cosigned, both known", sign(signer, cosigner), []string{vkey, covkey}, true},
		{"two keys of the origin in use", good, []string{vkey, imvkey}, true},
		{"no keys", good, nil, false},
		{"another key of the same name", sign(impostor), []string{vkey}, false},
		{"only the cosigner", sign(cosigner), []string{vkey, covkey}, false},
		{"size changed", bytes.Replace(good, []byte("\n5\n"), []byte("\n4\n"), 1),
			[]string{vkey}, false},
		{"signature changed", flip(good, len(good)-10), []string{vkey}, false},
		{"no signature", []byte(FormatCheckpoint(c)), []string{vkey}, false},
		{"too long", append(good, make([]byte, 1<<17)...), []string{vkey}, false},
	} {
		got, err := OpenCheckpoint(tc.text, verifiers(t, tc.keys...))
		if tc.ok && (err != nil || got != c) {
			t.Errorf("%s: %+v, %v", tc.name, got, err)
		}
		if !tc.ok && err == nil {
			t.Errorf("%s: opened", tc.name)
		}
	}
	// A text that is no checkpoint stays none when it is signed.
	other, err := note.Sign(&note.Note{Text: "I owe you 5 yuan\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(other, verifiers(t, vkey)); err == nil {
		t.Error("another signed text is taken for a checkpoint")
	}
}

func TestSignCheckpointRefusesForeignKey(t *testing.T) {
	signer, _, _ := testKey(t, "other.example", 1)
	if _, err := SignCheckpoint(Checkpoint{Origin: origin}, signer); err == nil {
		t.Error("a key signed for another origin")
	}
}

func TestKeys(t *testing.T) {
	// Many seeds, because base64 may contain the plus sign that also parts a key.
	for seed := range 64 {
		_, skey, vkey := testKey(t, origin, byte(seed))
		if got, err := VerifierKey(skey); err != nil || got != vkey {
			t.Errorf("seed %d: VerifierKey = %q, %v; want %q", seed, got, err, vkey)
		}
	}
	skey, vkey, err := GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := VerifierKey(skey); err != nil || got != vkey {
		t.Errorf("VerifierKey of a new key = %q, %v", got, err)
	}
	if _, _, err := GenerateKey(rand.Reader, "two words"); err == nil {
		t.Error("a key for an origin with a space")
	}
	_, err = VerifierKey(skey[:len(skey)-4])
	if err == nil {
		t.Error("a shortened key is taken")
	} else if strings.Contains(err.Error(), skey[20:40]) {
		t.Error("the error quotes the secret")
	}
	for _, bad := range []string{"nonsense", "", vkey + "\n", vkey + "=", vkey[1:]} {
		if _, err := Verifiers(vkey, bad); err == nil {
			t.Errorf("the public key %q is taken", bad)
		}
	}
}
