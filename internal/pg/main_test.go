package pg

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// helperName is argv[0] of a test binary that only uses a cluster: see useCluster.
const helperName = "yaohao-pg-user"

func TestMain(m *testing.M) {
	if os.Args[0] == helperName {
		os.Exit(useCluster(os.Args[1]))
	}
	os.Exit(m.Run())
}

// useCluster starts or joins the cluster in dir, says so, and stops at the end of its input.
func useCluster(dir string) int {
	ctx := context.Background()
	c, err := StartCluster(ctx, ClusterOptions{Dir: dir})
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	fmt.Println("ready", c.URL())
	_, _ = io.Copy(io.Discard, os.Stdin) // ends when the test closes it
	if err := c.Stop(ctx); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// helper is another process that uses a cluster.
type helper struct {
	t     *testing.T
	cmd   *exec.Cmd
	input io.Closer
	line  string // its first line: "ready URL" or "error: …"
}

// startHelper runs this test binary as a user of the cluster in dir, and waits for its first
// line; attr may change its account.
func startHelper(t *testing.T, dir string, attr *syscall.SysProcAttr) *helper {
	t.Helper()
	h, out := spawnHelper(t, dir, attr)
	text, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("helper said %q, then %v", text, err)
	}
	h.line = strings.TrimSpace(text)
	return h
}

func spawnHelper(t *testing.T, dir string, attr *syscall.SysProcAttr) (*helper, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if attr != nil { // another account cannot enter the folder of the build
		self = copyFile(t, self, filepath.Join(publicDir(t), "pg.test"))
	}
	h := &helper{t: t, cmd: &exec.Cmd{Path: self, Args: []string{helperName, dir}}}
	h.cmd.SysProcAttr, h.cmd.Dir = attr, "/"
	if h.input, err = h.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.cmd.Process.Kill() // no effect on one that has ended
		_ = h.cmd.Wait()
	})
	return h, out
}

// kill ends the helper as a crash would.
func (h *helper) kill() {
	h.t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		h.t.Fatal(err)
	}
	_ = h.cmd.Wait() // reports the kill
}

// quit ends the helper in order.
func (h *helper) quit() {
	h.t.Helper()
	if err := h.input.Close(); err != nil {
		h.t.Fatal(err)
	}
	if err := h.cmd.Wait(); err != nil {
		h.t.Fatal(err)
	}
}

// publicDir is a folder that every account can enter.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "yaohao-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyFile(t *testing.T, from, to string) string {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		// No test forks while the copy is open for writing: a child would carry the descriptor for
		// a moment, and a program that is open for writing cannot be started (ETXTBSY).
		syscall.ForkLock.RLock()
		err = os.WriteFile(to, data, 0o755)
		syscall.ForkLock.RUnlock()
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// waitFree waits until nobody holds the lock file name in dir.
func waitFree(t *testing.T, dir, name string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		free, err := lockFree(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if free {
			return
		}
		time.Sleep(pollEvery)
	}
	t.Fatalf("%s is still held", name)
}
