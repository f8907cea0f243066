package pg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"yaohao/internal/fault"
)

// start makes the data folder if need be and starts a keeper, which gets lock. A crash in here
// leaves no process and at most data.new, which the next start removes.
func (c *Cluster) start(ctx context.Context, lock *os.File) error {
	u, err := chooseUser(c.dir)
	if err != nil {
		return err
	}
	if err := u.reach(c.dir); err != nil {
		return err
	}
	server, err := openLock(c.file("server.lock"))
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }() // the keeper has its own copy by then
	if err := c.endOrphan(ctx, server); err != nil {
		return err
	}
	bin, err := c.prepareData(ctx, u, server)
	if err != nil {
		return err
	}
	if c.socket, err = makeSocketDir(c.dir, u, os.TempDir(), "/tmp"); err != nil {
		return err
	}
	if err := lock.Truncate(0); err != nil {
		return err
	}
	if _, err := lock.WriteAt([]byte(c.socket+"\n"), 0); err != nil {
		return err
	}
	return c.spawnKeeper(bin, u, lock, server)
}

// endOrphan takes server.lock. Processes of a server whose keeper was killed, or of an initdb
// whose parent was, may still hold it; they are about to end, and it waits for them. Afterwards a
// postmaster.pid is stale.
func (c *Cluster) endOrphan(ctx context.Context, server *os.File) error {
	free, err := tryLock(server, syscall.LOCK_EX)
	if err != nil {
		return err
	}
	if !free {
		c.o.Log.Warn("waiting for an abandoned database server to stop", "dir", c.dir)
		if pid := c.postmasterPID(); pid > 0 {
			_ = syscall.Kill(pid, syscall.SIGINT) // it may be gone by now
		}
		if err := waitLock(ctx, server, syscall.LOCK_EX); err != nil {
			return err
		}
	}
	pid := c.postmasterPID()
	if pid > 0 && serverOf(pid, c.file("data")) {
		return fault.New(fault.Conflict, "数据文件夹 %s 正被另一个 PostgreSQL 进程（%d）使用", c.dir, pid).
			WithHint("先停止该进程；或设置 DATABASE_URL 使用它")
	}
	err = os.Remove(c.file("data/postmaster.pid"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// postmasterPID reads the first line of postmaster.pid; 0 if there is none.
func (c *Cluster) postmasterPID() int {
	text, err := os.ReadFile(c.file("data/postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

// spawnKeeper starts this program as the keeper of the cluster, see keeper.go.
func (c *Cluster) spawnKeeper(bin binaries, u serverUser, lock, server *os.File) error {
	self, err := selfPath()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	order, err := json.Marshal(keeperOrder{
		Dir: c.dir, Socket: c.socket, Postgres: bin.path("postgres"),
		UID: u.uid, GID: u.gid, Change: u.change,
		Durable: c.o.Durable, Temporary: c.o.Temporary,
	})
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{
		Path:        self,
		Args:        []string{keeperName, string(order)},
		Dir:         "/",
		ExtraFiles:  []*os.File{lock, server},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the keeper: %w", err)
	}
	c.keeper = cmd.Process
	return nil
}

// serverEnv is the whole environment of PostgreSQL's programs: nothing of ours, in particular no
// PG… variable, reaches them.
func serverEnv() []string { return []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"} }
