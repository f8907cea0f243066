package pg

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"yaohao/internal/fault"
)

// maxSocketPath is the longest path of a unix socket, sun_path without its final zero.
const maxSocketPath = 107

// DefaultDir is where a private cluster goes when nobody says otherwise: /var/lib/yaohao/pg for
// root, else yaohao/pg in the user's state folder ($XDG_STATE_HOME or ~/.local/state).
func DefaultDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/yaohao/pg", nil
	}
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "yaohao", "pg"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fault.New(fault.Conflict, "不知道把数据库放在哪里：没有 HOME").
			WithHint("设置 HOME 或 XDG_STATE_HOME；或设置 DATABASE_URL").Wrap(err)
	}
	return filepath.Join(home, ".local", "state", "yaohao", "pg"), nil
}

// makeDir makes the folder and gives its one true path, so that two names of it are one cluster.
func makeDir(dir string) (string, error) {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o755 // the server's user has to walk through
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, mode)
	}
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return "", fault.New(fault.Conflict, "无法建立数据文件夹：%v", err).
			WithHint("换一个可写的文件夹，或设置 DATABASE_URL").Wrap(err)
	}
	return dir, nil
}

// makeSocketDir makes the folder of the unix socket in the first of the temporary folders where
// its path is short enough and the server's user gets to it. Only that user, and root, may enter:
// connections need no password. The name follows from dir, so a crash leaves one folder at most.
func makeSocketDir(dir string, u serverUser, tmps ...string) (string, error) {
	var errs []error
	for _, tmp := range tmps {
		sum := sha256.Sum256([]byte(dir))
		socket := filepath.Join(tmp, fmt.Sprintf("yaohao-%x", sum[:5]))
		if n := len(socket) + len("/.s.PGSQL."+socketPort); n > maxSocketPath {
			errs = append(errs, fmt.Errorf("%s: 套接字路径长 %d 字节，超过 %d", tmp, n, maxSocketPath))
			continue
		}
		err := u.reach(tmp)
		if err == nil {
			err = os.RemoveAll(socket) // no server runs, so a socket in it is dead
		}
		if err == nil {
			err = os.Mkdir(socket, 0o700)
		}
		if err == nil {
			err = u.own(socket)
		}
		if err == nil {
			return socket, nil
		}
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	return "", fault.New(fault.Conflict, "没有可用的临时文件夹放数据库套接字：%v", err).
		WithHint("把 TMPDIR 设为一个短的、可写的路径，例如 /tmp").Wrap(err)
}
