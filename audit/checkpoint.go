package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is a head with the name of its log.
type Checkpoint struct {
	// Origin is the log's name as CheckOrigin wants it, and the name of the signing key. By custom
	// it is an address without scheme, such as yaohao.example.gov.cn/log.
	Origin string
	// Head is what is signed: how many leaves, and the root over them.
	Head
}

// maxNote bounds the text that OpenCheckpoint looks at; cosignatures need some room.
const maxNote = 1 << 16

// CheckOrigin reports why a name cannot be the origin of a log: 1 to 200 bytes of printable ASCII
// without space and plus (C2SP signed-note; we are stricter, so that a key can be read aloud).
func CheckOrigin(origin string) error {
	if origin == "" || len(origin) > 200 {
		return fmt.Errorf("audit: origin %q has not 1 to 200 bytes", origin)
	}
	for i := range len(origin) {
		if c := origin[i]; c <= ' ' || c > '~' || c == '+' {
			return fmt.Errorf("audit: origin %q has the byte %#02x", origin, c)
		}
	}
	return nil
}

// FormatCheckpoint gives the text to be signed: origin, size and root, each on a line
// (C2SP tlog-checkpoint).
func FormatCheckpoint(c Checkpoint) string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// ParseCheckpoint reads the text of a checkpoint without its signatures and refuses everything that
// FormatCheckpoint would not have written, extension lines too: this log writes none, and a line
// that we do not know might say that the others mean something else.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, errors.New("audit: a checkpoint has three lines")
	}
	if err := CheckOrigin(lines[0]); err != nil {
		return Checkpoint{}, err
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("audit: checkpoint size %q is no count", lines[1])
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("audit: checkpoint root: %w", err)
	}
	return Checkpoint{lines[0], Head{size, root}}, nil
}

// parseHash reads a hash in its one base64 form: 44 characters with padding, the unused bits of the
// last one zero. The decoder by itself passes over line ends, which the length shuts out.
func parseHash(s string) (Hash, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != tlog.HashSize || len(s) != 44 {
		return Hash{}, fmt.Errorf("%q is not a hash in base64", s)
	}
	return Hash(raw), nil
}

// SignCheckpoint signs a checkpoint; the signer's name must be its origin (C2SP tlog-checkpoint).
// Ed25519 signs the same text in the same way each time (RFC 8032), so two servers with one key
// make one note.
func SignCheckpoint(c Checkpoint, signer note.Signer) ([]byte, error) {
	if c.Origin != signer.Name() {
		return nil, fmt.Errorf("audit: a key of %q does not sign for origin %q",
			signer.Name(), c.Origin)
	}
	if err := CheckOrigin(c.Origin); err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: FormatCheckpoint(c)}, signer)
	if err != nil {
		return nil, fmt.Errorf("audit: sign checkpoint: %w", err)
	}
	return signed, nil
}

// Verifiers makes the set of keys that OpenCheckpoint accepts from their texts NAME+HASH+KEY: HASH
// is 8 hex digits, the first 4 bytes of SHA-256(NAME ‖ LF ‖ 01 ‖ public key); KEY is base64 of
// 01 ‖ public key (C2SP signed-note). One malformed key makes the whole set an error.
func Verifiers(keys ...string) (note.Verifiers, error) {
	var list []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err == nil && strings.ContainsAny(k, "\r\n") {
			err = errors.New("line end in a key") // the base64 decoder passes over them
		}
		if err != nil {
			return nil, fmt.Errorf("audit: public key %q: %w", k, err)
		}
		list = append(list, v)
	}
	return note.VerifierList(list...), nil
}

// OpenCheckpoint reads a signed checkpoint. One of the known keys must have signed it, every known
// key that is named must have signed rightly, and the origin must be the name of a key that did.
// Signatures of unknown keys (cosigners) are passed over.
func OpenCheckpoint(signed []byte, known note.Verifiers) (Checkpoint, error) {
	if len(signed) > maxNote {
		return Checkpoint{}, fmt.Errorf("audit: checkpoint of %d bytes", len(signed))
	}
	n, err := note.Open(signed, known)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("audit: checkpoint: %w", err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	for _, s := range n.Sigs {
		if s.Name == c.Origin {
			return c, nil
		}
	}
	return Checkpoint{}, fmt.Errorf("audit: no key of origin %q signed the checkpoint", c.Origin)
}

// GenerateKey makes an Ed25519 key pair for an origin from a source of randomness: the signer key
// is secret, the verifier key is to be published.
func GenerateKey(random io.Reader, origin string) (signerKey, verifierKey string, err error) {
	if err := CheckOrigin(origin); err != nil {
		return "", "", err
	}
	return note.GenerateKey(random, origin)
}

// VerifierKey gives the public key that belongs to a signer key `PRIVATE+KEY+NAME+HASH+KEY`.
func VerifierKey(signerKey string) (string, error) {
	signer, err := note.NewSigner(signerKey)
	if err != nil {
		return "", errors.New("audit: malformed signer key") // never quote a secret
	}
	// NewSigner has checked the form: five parts, the last one (whose base64 may itself have plus
	// signs) is a byte for the algorithm and the seed.
	raw, err := base64.StdEncoding.DecodeString(strings.SplitN(signerKey, "+", 5)[4])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return "", errors.New("audit: malformed signer key")
	}
	private := ed25519.NewKeyFromSeed(raw[1:])
	return note.NewEd25519VerifierKey(signer.Name(), private.Public().(ed25519.PublicKey))
}
