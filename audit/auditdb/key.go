package auditdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// maxKeyFile bounds what is read of a key file: origin and key have less.
const maxKeyFile = 1024

// LoadKey reads the log's Ed25519 signing key from a file, or makes one for origin if there is no
// such file; created tells which. The file holds one line, the key in the form of sumdb/note, and
// must be readable by its owner only (0600 or less). Two processes that start at once on one folder
// end up with the same key. A file that is open to others, is no key, or belongs to another origin
// is a *fault.Error.
func LoadKey(path, origin string) (signer note.Signer, verifierKey string, created bool,
	err error) {
	if err := audit.CheckOrigin(origin); err != nil {
		return nil, "", false, fault.New(fault.Invalid, "日志名称“%s”不能使用", origin).
			WithHint("用可见的英文字符，不含空格和加号，例如 yaohao.example.gov.cn/log").Wrap(err)
	}
	_, err = os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if created, err = createKey(path, origin); err != nil {
			return nil, "", false, fmt.Errorf("make the log's key: %w", err)
		}
	}
	signer, verifierKey, err = readKey(path, origin)
	if err != nil {
		return nil, "", false, err
	}
	return signer, verifierKey, created, nil
}

// createKey makes a key under another name and links it to its own, which fails if that exists: a
// crash leaves no file or a whole one, and of two processes one wins. It reports whether it was us.
func createKey(path, origin string) (created bool, err error) {
	signerKey, _, err := audit.GenerateKey(rand.Reader, origin)
	if err != nil {
		return false, err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*") // O_EXCL, mode 0600
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(signerKey + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, err
	}
	if err := os.Link(f.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		return false, err
	}
	return true, syncDir(dir)
}

// syncDir makes the new name in a folder survive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readKey(path, origin string) (note.Signer, string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", fmt.Errorf("read the log's key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, "", fault.New(fault.Forbidden, "密钥文件 %s 对他人开放（权限 %04o）", path, mode).
			WithHint("chmod 600 %s；若可能已被他人读取，应换新密钥", path)
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return nil, "", notAKey(path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", fmt.Errorf("read the log's key: %w", err)
	}
	signerKey, ok := strings.CutSuffix(string(text), "\n")
	signer, err := note.NewSigner(signerKey)
	// The base64 decoder passes over line ends, so NewSigner would take several lines.
	if !ok || err != nil || strings.ContainsAny(signerKey, "\r\n") {
		return nil, "", notAKey(path)
	}
	if signer.Name() != origin {
		return nil, "", fault.New(fault.Conflict, "密钥文件 %s 属于日志“%s”，不是“%s”",
			path, signer.Name(), origin).WithHint("改正日志名称，或用 YAOHAO_LOG_KEY 指定另一个文件")
	}
	verifierKey, err := audit.VerifierKey(signerKey)
	if err != nil {
		return nil, "", notAKey(path)
	}
	return signer, verifierKey, nil
}

func notAKey(path string) error {
	return fault.New(fault.Invalid, "文件 %s 不是日志的签名密钥", path).
		WithHint("从备份恢复该文件，或用 YAOHAO_LOG_KEY 指定正确的文件")
}

// RegisterKey notes the public key that signs this database's checkpoints. The first key is stored,
// the same key again changes nothing, another one is fault.Conflict: a lost key file or a wrong
// database should be noticed before anything is signed.
func RegisterKey(ctx context.Context, q pg.Querier, verifierKey string) error {
	if _, err := audit.Verifiers(verifierKey); err != nil {
		return fault.New(fault.Invalid, "公钥“%s”无法识别", verifierKey).Wrap(err)
	}
	_, err := q.Exec(ctx, `INSERT INTO log_key (number, verifier) VALUES (1, $1)
		ON CONFLICT DO NOTHING`, verifierKey)
	if err != nil {
		return fmt.Errorf("register the log's key: %w", err)
	}
	keys, err := Keys(ctx, q)
	if err != nil {
		return err
	}
	if last := keys[len(keys)-1]; last != verifierKey {
		return fault.New(fault.Conflict, "本机的日志密钥与数据库登记的不同：登记的是 %s", last).
			WithHint("用 YAOHAO_LOG_KEY 指定原来的密钥文件（从备份恢复），或检查是否连错了数据库")
	}
	return nil
}

// Keys gives the registered public keys, oldest first; the last one is in use.
func Keys(ctx context.Context, q pg.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT verifier FROM log_key ORDER BY number`)
	if err != nil {
		return nil, fmt.Errorf("read the log's keys: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the log's keys: %w", err)
	}
	return keys, nil
}
