package pg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"yaohao/internal/fault"
)

// serverUser is the operating-system user the server runs as.
type serverUser struct {
	uid, gid uint32
	change   bool // we are root and have to become this user
}

// chooseUser picks the user for a cluster in dir: ourselves, or, because PostgreSQL refuses root,
// under root the owner of an existing data folder, else user postgres.
func chooseUser(dir string) (serverUser, error) {
	self := serverUser{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	owner, exists, err := ownerOf(filepath.Join(dir, "data"))
	if err != nil {
		return self, err
	}
	if self.uid != 0 {
		if exists && owner.uid != self.uid {
			return self, fault.New(fault.Forbidden, "数据文件夹 %s 属于另一个用户（uid %d）", dir, owner.uid).
				WithHint("以该用户或 root 运行；或换一个文件夹；或设置 DATABASE_URL")
		}
		return self, nil
	}
	if exists && owner.uid != 0 {
		owner.change = true
		return owner, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return self, fault.New(fault.Conflict, "PostgreSQL 不能以 root 运行，系统里又没有用户 postgres").
			WithHint("安装：apt-get install postgresql；或以普通用户运行；或设置 DATABASE_URL").Wrap(err)
	}
	uid, err1 := strconv.ParseUint(account.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(account.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return self, fmt.Errorf("ids of user postgres: %w", err)
	}
	return serverUser{uid: uint32(uid), gid: uint32(gid), change: true}, nil
}

// attributes makes a child process run as u, in a session of its own so that a Ctrl-C in the
// terminal does not reach it.
func (u serverUser) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true}
	if u.change {
		a.Credential = &syscall.Credential{Uid: u.uid, Gid: u.gid}
	}
	return a
}

// own gives the file at path to u.
func (u serverUser) own(path string) error {
	if !u.change {
		return nil
	}
	return os.Chown(path, int(u.uid), int(u.gid))
}

// reach checks that u can walk down to dir, and names the folder that bars the way.
func (u serverUser) reach(dir string) error {
	if !u.change {
		return nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		if !u.enters(info) {
			return fault.New(fault.Conflict,
				"数据库服务以用户 uid %d 运行，但无权进入文件夹 %s", u.uid, at).
				WithHint("把数据文件夹换到该用户能进入的地方，例如 /var/lib/yaohao；"+
					"或 chmod o+x %s；或设置 DATABASE_URL", at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// enters reports whether the mode of a folder lets u pass through it.
func (u serverUser) enters(info fs.FileInfo) bool {
	st := info.Sys().(*syscall.Stat_t)
	switch {
	case st.Uid == u.uid:
		return info.Mode()&0o100 != 0
	case st.Gid == u.gid:
		return info.Mode()&0o010 != 0
	default:
		return info.Mode()&0o001 != 0
	}
}

func ownerOf(path string) (u serverUser, exists bool, err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return u, false, nil
	}
	if err != nil {
		return u, false, err
	}
	st := info.Sys().(*syscall.Stat_t)
	return serverUser{uid: st.Uid, gid: st.Gid}, true, nil
}
