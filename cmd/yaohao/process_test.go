package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"yaohao/internal/pg/pgtest"
)

// waiting is how long a test waits for something that another process does; on a slow machine it
// has to be long, and only a failing test uses it up.
const waiting = 90 * time.Second

// server is `yaohao serve` or a serving `yaohao demo` in a process of its own.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	output  *output
	ended   chan struct{}
	address string // http://…, once it serves
}

// output collects what a process says; it may be read while the process runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start runs the program in the background. It is killed when the test ends, if it still runs.
func start(t *testing.T, set map[string]string, args ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: yaohao(context.Background(), set, args...), output: &output{},
		ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // the state is in ProcessState
		close(s.ended)
	}()
	t.Cleanup(s.kill)
	return s
}

// kill ends the process as a power failure would.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // no effect on one that has ended
	<-s.ended
}

var servingLine = regexp.MustCompile(`服务地址 (http://\S+)`)

// serving waits until the process says where it serves.
func (s *server) serving() *server {
	s.t.Helper()
	for deadline := time.Now().Add(waiting); time.Now().Before(deadline); pause() {
		if m := servingLine.FindStringSubmatch(s.output.String()); m != nil {
			s.address = m[1]
			return s
		}
		select {
		case <-s.ended:
			s.t.Fatalf("ended without serving:\n%s", s.output)
		default:
		}
	}
	s.t.Fatalf("not serving after %s:\n%s", waiting, s.output)
	return nil
}

// get wants status 200 from a path and gives the body.
func (s *server) get(path string) string {
	s.t.Helper()
	resp, err := http.Get(s.address + path)
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := resp.Body.Close(); err != nil {
		s.t.Fatal(err)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %s %v\n%s", path, resp.Status, err, body)
	}
	return string(body)
}

// stop sends SIGTERM and wants a clean end.
func (s *server) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(waiting):
		s.t.Fatalf("still running %s after SIGTERM:\n%s", waiting, s.output)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("exit code %d after SIGTERM:\n%s", code, s.output)
	}
}

func pause() { time.Sleep(20 * time.Millisecond) }

// Two servers share one private cluster; it lives until the last of them has stopped, and then no
// process of it is left. Both begin at once on an empty folder.
func TestPrivateCluster(t *testing.T) {
	t.Parallel()
	state := publicDir(t)
	set := map[string]string{"DATABASE_URL": "", "YAOHAO_STATE": state,
		"YAOHAO_LISTEN": "127.0.0.1:0"}
	first, second := start(t, set, "serve"), start(t, set, "serve")
	first.serving().get("/readyz")
	second.serving().get("/readyz")
	if a, b := logKey(t, first), logKey(t, second); a != b {
		t.Errorf("two keys for one log: %s, %s", a, b)
	}
	first.stop()
	second.get("/readyz")
	second.get("/draws")
	second.stop()
	if socketLives(t, state) {
		t.Error("the database server still runs")
	}
	third := start(t, set, "serve").serving()
	third.get("/readyz")
	if a, b := logKey(t, second), logKey(t, third); a != b {
		t.Errorf("the log's key changed: %s, %s", a, b)
	}
	third.stop()
	if socketLives(t, state) {
		t.Error("the database server still runs")
	}
}

// logKey gives the public key that a server printed.
func logKey(t *testing.T, s *server) string {
	t.Helper()
	_, rest, found := strings.Cut(s.output.String(), "日志公钥 ")
	if !found {
		t.Fatalf("no public key in:\n%s", s.output)
	}
	key, _, _ := strings.Cut(rest, "\n")
	return key
}

// socketLives reports whether anything answers in the cluster of a state folder.
func socketLives(t *testing.T, state string) bool {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(state, "pg", "*", ".s.PGSQL.*"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := filepath.Glob(filepath.Join(state, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)+len(pid) > 0
}

// An address that is in use is named before anything else is done.
func TestAddressInUse(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // a test's listener
	set := map[string]string{"DATABASE_URL": pgtest.URL(t), "YAOHAO_STATE": t.TempDir(),
		"YAOHAO_LISTEN": listener.Addr().String()}
	for _, command := range []string{"serve", "demo"} {
		s := start(t, set, command)
		<-s.ended
		text := s.output.String()
		if s.cmd.ProcessState.ExitCode() != exitMistake ||
			!strings.Contains(text, "不能监听 "+listener.Addr().String()) ||
			!strings.Contains(text, "YAOHAO_LISTEN") {
			t.Errorf("%s: exit code %d:\n%s", command, s.cmd.ProcessState.ExitCode(), text)
		}
	}
}

// Only one process at a time walks through the demonstration of a folder.
func TestDemoTwiceAtOnce(t *testing.T) {
	t.Parallel()
	set := map[string]string{"YAOHAO_STATE": t.TempDir()}
	cfg := &Config{State: filepath.Join(set["YAOHAO_STATE"], "demo")}
	if err := makeState(cfg); err != nil {
		t.Fatal(err)
	}
	lock, err := lockDemo(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close() //nolint:errcheck // a test's lock
	s := start(t, set, "demo", "--once")
	<-s.ended
	if text := s.output.String(); s.cmd.ProcessState.ExitCode() != exitMistake ||
		!strings.Contains(text, "另一个 yaohao demo 正在走同一个月") {
		t.Errorf("exit code %d:\n%s", s.cmd.ProcessState.ExitCode(), text)
	}
}
