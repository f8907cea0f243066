package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"yaohao/internal/fault"
)

// standard is the cost of a new password hash. RFC 9106 §4 asks for at least 64 MiB where memory
// is limited; one pass keeps a sign-in near 50 ms.
var standard = params{memory: 64 * 1024, passes: 1, lanes: 4, salt: make([]byte, 16),
	tag: make([]byte, 32)}

// cost is standard, except in tests that sign in often.
var cost = standard

// Length of a password, in characters (NIST SP 800-63B: at least 8, at least 64 allowed).
const (
	MinPassword = 8
	MaxPassword = 128
)

// slots bounds how many passwords are hashed at a time, each with 64 MiB.
var slots = make(chan struct{}, 4)

// params is a PHC string taken apart.
type params struct {
	memory, passes uint32
	lanes          uint8
	salt, tag      []byte
}

// CheckPassword gives fault.Invalid if password may not be the password of login.
func CheckPassword(login, password string) error {
	n := utf8.RuneCountInString(password)
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).WithField("password")
	}
	switch {
	case !utf8.ValidString(password):
		return bad("密码不是有效的 UTF-8 文本")
	case n < MinPassword:
		return bad("密码只有 %d 个字符，至少需要 %d 个字符", n, MinPassword)
	case n > MaxPassword:
		return bad("密码有 %d 个字符，最多 %d 个字符", n, MaxPassword)
	case password == login:
		return bad("密码不能与登录名相同")
	}
	for _, r := range password {
		if unicode.IsControl(r) {
			return bad("密码含有控制字符 %U", r)
		}
	}
	return nil
}

// hashPassword gives the PHC string of a password with a fresh salt.
func hashPassword(password string) (string, error) {
	p := cost
	p.salt = make([]byte, len(cost.salt))
	if _, err := rand.Read(p.salt); err != nil {
		return "", fmt.Errorf("reading random bytes for a salt: %w", err)
	}
	p.tag = p.hash(password, uint32(len(cost.tag)))
	return p.String(), nil
}

// matches reports whether password is the one behind p, in a time that does not depend on it.
func (p params) matches(password string) bool {
	return subtle.ConstantTimeCompare(p.hash(password, uint32(len(p.tag))), p.tag) == 1
}

func (p params) hash(password string, size uint32) []byte {
	slots <- struct{}{}
	defer func() { <-slots }()
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, size)
}

// String writes the PHC string.
func (p params) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.memory, p.passes, p.lanes, b64(p.salt), b64(p.tag))
}

// parsePHC reads what String writes and refuses everything else, and costs that would stop the
// service.
func parsePHC(s string) (params, error) {
	var p params
	var salt, tag string
	var version int
	if parts := strings.Split(s, "$"); len(parts) == 6 && parts[1] == "argon2id" {
		salt, tag = parts[4], parts[5]
		if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d",
			&version, &p.memory, &p.passes, &p.lanes); err != nil {
			return params{}, fmt.Errorf("password hash: parameters: %w", err)
		}
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.Strict().DecodeString(salt); err != nil {
		return params{}, fmt.Errorf("password hash: salt: %w", err)
	}
	if p.tag, err = base64.RawStdEncoding.Strict().DecodeString(tag); err != nil {
		return params{}, fmt.Errorf("password hash: tag: %w", err)
	}
	const most = 1 << 20 // KiB: one GiB
	if version != argon2.Version || p.memory < 8*uint32(p.lanes) || p.memory > most ||
		p.passes < 1 || p.passes > 16 || p.lanes < 1 || len(p.salt) < 8 || len(p.tag) < 16 ||
		len(p.tag) > 64 || p.String() != s {
		return params{}, fmt.Errorf("password hash: not an argon2id PHC string of this program")
	}
	return p, nil
}
