package pg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"yaohao/internal/fault"
)

// markerName is the file that says: this data folder was made whole, by us.
const markerName = "yaohao.cluster"

// prepareData makes sure that DIR/data is a whole cluster, and gives the programs that run it.
func (c *Cluster) prepareData(ctx context.Context, u serverUser, server *os.File) (
	binaries, error) {
	if err := c.clearBroken(); err != nil {
		return binaries{}, err
	}
	major := 0
	text, err := os.ReadFile(c.file("data/PG_VERSION"))
	switch {
	case err == nil:
		if major, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
			return binaries{}, fmt.Errorf("%s: %w", c.file("data/PG_VERSION"), err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return binaries{}, err
	}
	bin, err := findBinaries(ctx, os.Getenv("PATH"), usualPlaces, major)
	if err != nil || major != 0 {
		return bin, err
	}
	return bin, c.initData(ctx, bin, u, server)
}

// clearBroken removes what an interrupted initdb left, and sets aside a data folder that cannot
// hold a database. A data folder that may hold one but is not ours is refused.
func (c *Cluster) clearBroken() error {
	if err := os.RemoveAll(c.file("data.new")); err != nil {
		return err
	}
	data := c.file("data")
	if c.o.Temporary {
		return os.RemoveAll(data)
	}
	entries, err := os.ReadDir(data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) == 0:
		return os.Remove(data)
	}
	if missing(filepath.Join(data, "global/pg_control")) {
		aside := fmt.Sprintf("%s.broken", data)
		for n := 2; !missing(aside); n++ {
			aside = fmt.Sprintf("%s.broken-%d", data, n)
		}
		c.o.Log.Warn("data folder is no database cluster, set aside", "dir", data, "to", aside)
		return os.Rename(data, aside)
	}
	if missing(filepath.Join(data, markerName)) {
		return fault.New(fault.Conflict, "数据文件夹 %s 不是由 yaohao 建立的，或没有建完", data).
			WithHint("确认里面没有要保留的数据后移走它；或换一个文件夹；或设置 DATABASE_URL")
	}
	return nil
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// initData runs initdb in data.new and renames it to data when it is whole. Sorting is by code
// point (C), the order of the frozen files; case and classes follow Unicode. initdb inherits
// server.lock: if this process is killed, the next start waits until initdb has ended as well.
func (c *Cluster) initData(ctx context.Context, bin binaries, u serverUser, server *os.File) error {
	fresh := c.file("data.new")
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	if err := u.own(fresh); err != nil {
		return err
	}
	args := []string{"-D", fresh, "-U", superuser, "--auth=trust", "--encoding=UTF8",
		"--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C", "--lc-monetary=C",
		"--lc-numeric=C", "--lc-time=C", "--no-instructions"}
	if !c.o.Durable {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, bin.path("initdb"), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", serverEnv(), u.attributes()
	cmd.ExtraFiles = []*os.File{server}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	marker := filepath.Join(fresh, markerName)
	if err := os.WriteFile(marker, []byte("made by yaohao\n"), 0o600); err != nil {
		return err
	}
	if err := u.own(marker); err != nil {
		return err
	}
	if c.o.Durable {
		if err := syncPaths(marker, fresh); err != nil {
			return err
		}
	}
	if err := os.Rename(fresh, c.file("data")); err != nil {
		return err
	}
	c.o.Log.Info("database cluster created", "dir", c.dir, "postgresql", bin.major)
	return syncPaths(c.dir)
}

// syncPaths makes files and the entries of folders reach the disk.
func syncPaths(paths ...string) error {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}
