package scheduler

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// SealBox makes and opens the office's seals (密封值, draw/1 §5): 32 random bytes as 64 hex
// characters, kept in the database under AES-256-GCM with a key that only this file holds, so
// that a copy of the database alone opens nothing. The additional data of each ciphertext is
// `draw NUL name`: a seal cannot be moved to another draw.
//
// Every server of one database needs the same key file. Bytes of a sealed value: the first 8 bytes
// of SHA-256(key), 12 bytes nonce, ciphertext with tag.
type SealBox struct {
	key     [32]byte
	aead    cipher.AEAD
	path    string
	handDir string
}

var errNoBox = errors.New("a plan has a seal or a chain, but the service has no seal box")

const sealKeyID = 8 // bytes that tell which key sealed a value

// OpenSealBox reads the key file, or makes it (mode 0600, 64 hex characters and LF) if there is
// none; created says so. handDir, if not empty, is a folder in which every new seal is also
// written to a file that the operator gives to somebody outside the office. A key file that
// others may read is refused.
func OpenSealBox(path, handDir string) (box *SealBox, created bool, err error) {
	text, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		created = true
		if err = createKey(path); err == nil || errors.Is(err, fs.ErrExist) {
			text, err = readKey(path)
		}
	}
	if err != nil {
		return nil, false, err
	}
	b := &SealBox{path: path, handDir: handDir}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(b.key) {
		return nil, false, fault.New(fault.Invalid, "密封密钥文件 %s 不是 64 位十六进制", path).
			WithHint("请从备份恢复该文件")
	}
	copy(b.key[:], raw)
	block, err := aes.NewCipher(b.key[:])
	if err != nil {
		return nil, false, fmt.Errorf("sealing key: %w", err)
	}
	if b.aead, err = cipher.NewGCM(block); err != nil {
		return nil, false, fmt.Errorf("sealing key: %w", err)
	}
	return b, created, nil
}

func readKey(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("sealing key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fault.New(fault.Invalid, "密封密钥文件 %s 可被他人读取", path).
			WithHint("执行 chmod 600 %s", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("sealing key: %w", err)
	}
	return strings.TrimSuffix(string(b), "\n"), nil
}

// createKey writes a new key under a name of its own and links it to path, which fails if
// another server was first: a key file is never half-written and never replaced.
func createKey(path string) error {
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return fmt.Errorf("sealing key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("sealing key: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".seal-*") // mode 0600
	if err != nil {
		return fmt.Errorf("sealing key: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sealing key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("sealing key: %w", err)
	}
	return nil
}

// CheckSeals reports whether the key file opens the seals and the chains of all draws that still
// need theirs: a fault.Conflict names the first that it does not. A server calls it when it
// starts, because with another key file it could only fail later.
func (s *Service) CheckSeals(ctx context.Context) error {
	seals, err := openSeals(ctx, s.DB.Querier())
	if err != nil {
		return err
	}
	for _, seal := range seals {
		if _, err := s.Seals.open(seal.draw, seal.name, seal.sealed); err != nil {
			return err
		}
	}
	return nil
}

// handsOver reports whether new seals are also written to hand-over files.
func (b *SealBox) handsOver() bool { return b != nil && b.handDir != "" }

// randomValue gives 32 random bytes as 64 hex characters.
func randomValue() (string, error) {
	var random [32]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("making a seal: %w", err)
	}
	return hex.EncodeToString(random[:]), nil
}

// make gives a new seal for a draw: its commit H(value as written), by the plan's suite, and the
// sealed value. The
// hand-over file is named by its commit, so that the file of a transaction that was rolled back
// is recognised: no plan names its commit. A seal that somebody outside holds (by) is not kept:
// sealed is empty, and the hand-over file is the only copy.
func (b *SealBox) make(hash, draw, name, by string) (commit string, sealed []byte, err error) {
	if b == nil {
		return "", nil, errNoBox
	}
	if by != "" && b.handDir == "" {
		return "", nil, fault.New(fault.Conflict, "没有设置移交目录，密封值“%s”不能由“%s”保管", name, by).
			WithHint("请管理员设置 YAOHAO_SEAL_DIR 并重新启动服务，系统会自动重试")
	}
	value, err := randomValue()
	if err != nil {
		return "", nil, err
	}
	commit = sampling.Digest(hash, []byte(value))
	sealed = []byte{}
	if by == "" {
		if sealed, err = b.encrypt(draw, name, value); err != nil {
			return "", nil, err
		}
	}
	if b.handDir != "" {
		err = b.handOver(fmt.Sprintf("%s.%s.%s.txt", draw, name, commit[:16]), fmt.Sprintf(
			"抽取 %s 的密封值 %s\n摘要（%s） %s\n%s\n"+
				"请交本机关以外的保管人，检查结果公示前不得打开；交出后删除本文件。\n",
			draw, name, HashName(hash), commit, value))
	}
	return commit, sealed, err
}

// handOver writes a file for somebody outside the office, mode 0600.
func (b *SealBox) handOver(name, text string) error {
	if err := os.MkdirAll(b.handDir, 0o700); err != nil {
		return fmt.Errorf("hand-over file: %w", err)
	}
	if err := os.WriteFile(filepath.Join(b.handDir, name), []byte(text), 0o600); err != nil {
		return fmt.Errorf("hand-over file: %w", err)
	}
	return nil
}

// encrypt gives a value as the database keeps it; place and name say what it belongs to.
func (b *SealBox) encrypt(place, name, value string) ([]byte, error) {
	nonce := make([]byte, b.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("making a seal: %w", err)
	}
	id := sha256.Sum256(b.key[:])
	sealed := append(append([]byte{}, id[:sealKeyID]...), nonce...)
	return b.aead.Seal(sealed, nonce, []byte(value), []byte(place+"\x00"+name)), nil
}

// open gives the value of a sealed seal. Another key file than the one that sealed it is a
// fault.Conflict.
func (b *SealBox) open(draw, name string, sealed []byte) (string, error) {
	if b == nil {
		return "", errNoBox
	}
	head := sealKeyID + b.aead.NonceSize()
	id := sha256.Sum256(b.key[:])
	if len(sealed) < head || string(sealed[:sealKeyID]) != string(id[:sealKeyID]) {
		return "", fault.New(fault.Conflict, "抽取 %s 的密封值 %s 不是用密钥文件 %s 密封的",
			draw, name, b.path).
			WithHint("请换回原密钥文件；或由操作员录入交付保管的密封值")
	}
	value, err := b.aead.Open(nil, sealed[sealKeyID:head], sealed[head:], []byte(draw+"\x00"+name))
	if err != nil {
		return "", fmt.Errorf("opening seal %s of draw %s: %w", name, draw, err)
	}
	return string(value), nil
}
