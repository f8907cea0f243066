package pg

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yaohao/internal/fault"
)

var quiet = slog.New(slog.DiscardHandler)

// fakeServer puts programs into dir that say they are PostgreSQL of that version.
func fakeServer(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindBinaries(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	v13 := fakeServer(t, filepath.Join(root, "lib/13/bin"), "13.9 (Debian 13.9-1)")
	v15 := fakeServer(t, filepath.Join(root, "lib/15/bin"), "15.18 (Debian 15.18-0+deb12u1)")
	v17 := fakeServer(t, filepath.Join(root, "lib/17/bin"), "17beta1")
	links := filepath.Join(root, "links")
	if err := os.Mkdir(links, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(v15, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	all := []string{filepath.Join(root, "lib/*/bin")}
	tests := []struct {
		name   string
		path   string
		places []string
		want   int
		dir    string
		say    []string // of the error, when dir is empty
	}{
		{name: "newest", places: all, dir: v17},
		{name: "newest even when PATH has another", path: v15, places: all, dir: v17},
		{name: "PATH alone", path: "/nonexistent:" + v15, dir: v15},
		{name: "link in PATH leads to the programs", path: links, dir: v15},
		{name: "version of the data", path: v17, places: all, want: 15, dir: v15},
		{name: "none", path: "/nonexistent",
			say: []string{"没有找到", "apt-get install postgresql", "DATABASE_URL"}},
		{name: "too old", path: v13, say: []string{"13 太旧", "14", "DATABASE_URL"}},
		{name: "version of the data is missing", places: all, want: 16,
			say: []string{"16", "apt-get install postgresql-16", "DATABASE_URL"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, err := findBinaries(t.Context(), test.path, test.places, test.want)
			if test.dir != "" {
				if err != nil || b.dir != test.dir {
					t.Fatalf("got %s, %v; want %s", b.dir, err, test.dir)
				}
				return
			}
			if !fault.Is(err, fault.Conflict) {
				t.Fatalf("got %v, want a fault", err)
			}
			for _, words := range test.say {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q does not say %q", err, words)
				}
			}
		})
	}
}

func TestMakeSocketDir(t *testing.T) {
	t.Parallel()
	self := serverUser{uid: uint32(os.Getuid()), gid: uint32(os.Getgid())}
	short := publicDir(t)
	long := filepath.Join(short, strings.Repeat("长", 30))
	if err := os.Mkdir(long, 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := makeSocketDir("/some/dir", self, long, short)
	if err != nil || filepath.Dir(got) != short {
		t.Fatalf("got %s, %v; want a folder in %s", got, err, short)
	}
	info, err := os.Stat(got)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v; want 0700", info.Mode(), err)
	}
	again, err := makeSocketDir("/some/dir", self, short)
	if err != nil || again != got {
		t.Errorf("second time %s, %v; want %s", again, err, got)
	}
	_, err = makeSocketDir("/some/dir", self, long)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "107") {
		t.Errorf("too long: got %v", err)
	}
	_, err = makeSocketDir("/some/dir", self, "/nonexistent")
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("no such folder: got %v", err)
	}
}

// TestReach names the folder that the server's user cannot pass.
func TestReach(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(publicDir(t), "closed")
	inner := filepath.Join(closed, "pg")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	other := serverUser{uid: 4_000_000, gid: 4_000_000, change: true}
	err := other.reach(inner)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), closed+"（") {
		t.Errorf("got %v, want a fault that names %s", err, closed)
	}
	if err := other.reach(filepath.Dir(closed)); err != nil {
		t.Errorf("the parent can be reached: %v", err)
	}
	if os.Getuid() != 0 {
		return
	}
	_, err = StartCluster(t.Context(), ClusterOptions{Dir: inner})
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "/var/lib/yaohao") {
		t.Errorf("StartCluster: %v", err)
	}
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/s")
	want := "/s/yaohao/pg"
	if os.Getuid() == 0 {
		want = "/var/lib/yaohao/pg"
	}
	if got, err := DefaultDir(); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

// TestBrokenData checks what becomes of data folders that are not whole.
func TestBrokenData(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		files   []string // relative to the cluster's folder
		aside   bool     // set aside and made anew
		refused bool
	}{
		{name: "interrupted initdb", files: []string{"data.new/PG_VERSION", "data.new/base/1/112"}},
		{name: "empty", files: []string{"data/"}},
		{name: "half", files: []string{"data/PG_VERSION", "data/base/1/112"}, aside: true},
		{name: "somebody's", files: []string{"data/PG_VERSION", "data/global/pg_control"},
			refused: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := publicDir(t)
			for _, name := range test.files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(name, "/") {
					err := os.MkdirAll(path, 0o700)
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				if err := os.WriteFile(path, []byte("15\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c := &Cluster{dir: dir, o: ClusterOptions{Log: quiet}}
			err := c.clearBroken()
			if got := fault.Is(err, fault.Conflict); got != test.refused || (err != nil && !got) {
				t.Fatalf("clearBroken: %v", err)
			}
			if missing(c.file("data")) == test.refused {
				t.Error("data should go away, unless it is refused")
			}
			if missing(c.file("data.new")) == false {
				t.Error("data.new is still there")
			}
			if missing(c.file("data.broken")) == test.aside {
				t.Error("data.broken exists only when it may hold something")
			}
		})
	}
}
