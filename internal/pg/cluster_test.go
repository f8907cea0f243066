package pg

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
)

// TestClusterLife walks one data folder through everything that can happen to it, and looks each
// time whether the rows are still there.
func TestClusterLife(t *testing.T) {
	dir := filepath.Join(publicDir(t), "pg")
	rows := 0
	step := func(name string, fn func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			fn(t)
			c := start(t, ClusterOptions{Dir: dir})
			rows++
			if n := addRow(t, c.URL()); n != rows {
				t.Errorf("%d rows, want %d", n, rows)
			}
			stop(t, c)
			if !missing(c.socket) || !missing(filepath.Join(dir, "data/postmaster.pid")) {
				t.Error("the stopped server left its socket folder or its postmaster.pid")
			}
		})
	}

	step("killed in the middle of initdb", func(t *testing.T) {
		h, _ := spawnHelper(t, dir, nil)
		for missing(filepath.Join(dir, "data.new/PG_VERSION")) {
			time.Sleep(time.Millisecond)
		}
		h.kill()
		if !missing(filepath.Join(dir, "data")) {
			t.Error("initdb was faster than the test")
		}
	})
	step("first start, stopped twice", func(t *testing.T) {
		c := start(t, ClusterOptions{Dir: dir})
		stop(t, c)
		stop(t, c)
	})
	step("killed user", func(t *testing.T) {
		h := startHelper(t, dir, nil)
		pid := postmaster(t, dir)
		h.kill()
		waitFree(t, dir, "keeper.lock")
		waitFree(t, dir, "server.lock")
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("postmaster %d lives", pid)
		}
	})
	step("the last user stops the server, not the first", func(t *testing.T) {
		h := startHelper(t, dir, nil)
		c := start(t, ClusterOptions{Dir: dir})
		if h.line != "ready "+c.URL() {
			t.Errorf("helper said %q, we use %s", h.line, c.URL())
		}
		h.kill()
		ping(t, c.URL())
		again := startHelper(t, dir, nil)
		stop(t, c)
		ping(t, strings.TrimPrefix(again.line, "ready "))
		again.quit()
	})
	step("killed keeper", func(t *testing.T) {
		c := start(t, ClusterOptions{Dir: dir})
		if err := c.keeper.Kill(); err != nil {
			t.Fatal(err)
		}
		waitFree(t, dir, "server.lock") // the kernel told the server to stop
		stop(t, c)
	})
	step("killed keeper and server", func(t *testing.T) {
		c := start(t, ClusterOptions{Dir: dir})
		pid := postmaster(t, dir)
		if err := c.keeper.Signal(syscall.SIGSTOP); err != nil { // it must not clean up
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if err := c.keeper.Kill(); err != nil {
			t.Fatal(err)
		}
		waitFree(t, dir, "server.lock")
		if postmaster(t, dir) != pid || missing(c.socket) {
			t.Fatal("a kill -9 should leave postmaster.pid and the socket")
		}
		stop(t, c)
	})
	step("postmaster.pid with the number of a living process", func(t *testing.T) {
		text := strconv.Itoa(os.Getpid()) + "\n" + filepath.Join(dir, "data") + "\n"
		path := filepath.Join(dir, "data/postmaster.pid")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	step("signals", func(t *testing.T) {
		c := start(t, ClusterOptions{Dir: dir})
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
			if err := c.keeper.Signal(sig); err != nil {
				t.Fatal(err)
			}
		}
		ping(t, c.URL()) // the keeper stays as long as somebody uses the server
		stop(t, c)
	})
	step("long temporary folder", func(t *testing.T) {
		long := filepath.Join(t.TempDir(), strings.Repeat("x", maxSocketPath))
		if err := os.Mkdir(long, 0o777); err != nil {
			t.Fatal(err)
		}
		t.Setenv("TMPDIR", long)
		c := start(t, ClusterOptions{Dir: dir})
		if len(c.socket) > 90 {
			t.Errorf("socket in %s", c.socket)
		}
		stop(t, c)
	})
}

// TestDurable checks fsync, and that a careful program does not join a careless server.
func TestDurable(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(publicDir(t), "pg")
	c := start(t, ClusterOptions{Dir: dir, Durable: true})
	for name, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "lc_collate": "C",
	} {
		if got := setting(t, c.URL(), name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	stop(t, c)

	c = start(t, ClusterOptions{Dir: dir})
	if got := setting(t, c.URL(), "fsync"); got != "off" {
		t.Errorf("fsync is %q, want off", got)
	}
	_, err := StartCluster(t.Context(), ClusterOptions{Dir: dir, Durable: true})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a durable user joined: %v", err)
	}
	ping(t, c.URL())
	stop(t, c)
}

// TestTemporary checks that a temporary cluster leaves no data, and that ctx bounds the waiting.
func TestTemporary(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(publicDir(t), "pg")
	c := start(t, ClusterOptions{Dir: dir, Temporary: true})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := StartCluster(ended, ClusterOptions{Dir: dir}); err == nil {
		t.Error("started with an ended context")
	}
	stop(t, c)
	waitFree(t, dir, "keeper.lock")
	if !missing(filepath.Join(dir, "data")) {
		t.Error("data is still there")
	}
}

// TestOtherAccount starts a cluster as an ordinary user, then as root in the same folder.
func TestOtherAccount(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root; TestClusterLife has run as an ordinary user")
	}
	const nobody = 65534
	attr := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	parent := publicDir(t)
	if err := os.Chown(parent, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "pg")
	h := startHelper(t, dir, attr)
	if !strings.HasPrefix(h.line, "ready ") {
		t.Fatal(h.line)
	}
	addRow(t, strings.TrimPrefix(h.line, "ready "))
	h.quit()

	c := start(t, ClusterOptions{Dir: dir})
	owner, _, err := ownerOf(filepath.Join(dir, "data"))
	if err != nil || owner.uid != nobody {
		t.Errorf("data belongs to %d, %v; want %d", owner.uid, err, nobody)
	}
	if n := addRow(t, c.URL()); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	stop(t, c)

	rootDir := filepath.Join(publicDir(t), "pg")
	stop(t, start(t, ClusterOptions{Dir: rootDir}))
	h = startHelper(t, rootDir, attr)
	if !strings.HasPrefix(h.line, "error: ") {
		t.Errorf("nobody used root's cluster: %q", h.line)
	}
}

// start starts a cluster that is stopped at the end of the test at the latest.
func start(t *testing.T, o ClusterOptions) *Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := StartCluster(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func dial(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeConn(context.Background(), conn) })
	return conn
}

func ping(t *testing.T, url string) {
	t.Helper()
	if err := dial(t, url).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func setting(t *testing.T, url, name string) (value string) {
	t.Helper()
	err := dial(t, url).QueryRow(t.Context(), `SELECT current_setting($1)`, name).Scan(&value)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// addRow adds a row to a table and gives their number.
func addRow(t *testing.T, url string) (n int) {
	t.Helper()
	conn := dial(t, url)
	for _, sql := range []string{
		`CREATE TABLE IF NOT EXISTS life (at timestamptz DEFAULT now())`,
		`INSERT INTO life DEFAULT VALUES`,
		`CHECKPOINT`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM life`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	pid := (&Cluster{dir: dir}).postmasterPID()
	if pid == 0 {
		t.Fatal("no postmaster.pid")
	}
	return pid
}

// TestForeignServer refuses a data folder that a server started by hand is using.
func TestForeignServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(publicDir(t), "pg")
	c := start(t, ClusterOptions{Dir: dir})
	// A server that does not hold server.lock: move the lock file away under its feet.
	for _, name := range []string{"server.lock", "keeper.lock"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := StartCluster(t.Context(), ClusterOptions{Dir: dir})
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "另一个 PostgreSQL 进程") {
		t.Errorf("got %v", err)
	}
	ping(t, c.URL())
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if _, err := c.keeper.Wait(); err != nil {
		t.Error(err)
	}
	c.keeper = nil
}

// TestServerFails passes the server's own words on when it does not start.
func TestServerFails(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(publicDir(t), "pg")
	stop(t, start(t, ClusterOptions{Dir: dir}))
	conf := filepath.Join(dir, "data/postgresql.conf")
	if err := os.WriteFile(conf, []byte("no_such_setting = 1\n"), fs.ModePerm); err != nil {
		t.Fatal(err)
	}
	_, err := StartCluster(t.Context(), ClusterOptions{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("got %v", err)
	}
}
