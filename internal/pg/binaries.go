package pg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"yaohao/internal/fault"
)

// minMajor is the oldest PostgreSQL that the migrations are written for.
const minMajor = 14

// usualPlaces is where packages put the server's programs, beside the PATH.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
	"/usr/pgsql-*/bin",                  // PGDG packages for RHEL, openEuler, Kylin
	"/usr/libexec/postgresql*",          // Alpine
	"/usr/local/pgsql/bin",              // built from source
	"/opt/homebrew/opt/postgresql*/bin", // macOS
	"/usr/local/opt/postgresql*/bin",
}

// binaries is one installed PostgreSQL server.
type binaries struct {
	dir   string // holds initdb, postgres and pg_dump
	major int    // such as 15
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

// BinDir gives the folder with the programs of the newest PostgreSQL server on this machine, for
// tools such as pg_dump. None found is a *fault.Error with two cures.
func BinDir(ctx context.Context) (string, error) {
	b, err := findBinaries(ctx, os.Getenv("PATH"), usualPlaces, 0)
	return b.dir, err
}

// findBinaries looks for a server in the folders of path and in places (globs): the one of major
// version want, or the newest if want is 0.
func findBinaries(ctx context.Context, path string, places []string, want int) (binaries, error) {
	var best binaries
	var seen []string
	for _, dir := range candidates(path, places) {
		b, ok := inspect(ctx, dir)
		if !ok || slices.Contains(seen, b.dir) {
			continue
		}
		seen = append(seen, b.dir)
		if b.major > best.major && (want == 0 || b.major == want) {
			best = b
		}
	}
	switch {
	case best.major >= minMajor:
		return best, nil
	case want != 0:
		return best, fault.New(fault.Conflict,
			"数据文件夹由 PostgreSQL %d 建立，但没有找到这个版本的服务端程序", want).
			WithHint("安装：apt-get install postgresql-%d；或设置 DATABASE_URL 使用已有的数据库", want)
	case best.major > 0:
		return best, fault.New(fault.Conflict,
			"PostgreSQL %d 太旧，至少需要 %d", best.major, minMajor).
			WithHint("安装新版本的 postgresql；或设置 DATABASE_URL 使用已有的数据库")
	}
	return best, fault.New(fault.Conflict, "没有找到 PostgreSQL 服务端程序（initdb、postgres）").
		WithHint("安装：apt-get install postgresql；或设置 DATABASE_URL 使用已有的数据库")
}

// candidates lists folders that hold a program "postgres", links resolved: a distribution may
// link single programs into the PATH, their neighbours are where the link leads.
func candidates(path string, places []string) []string {
	dirs := filepath.SplitList(path)
	for _, glob := range places {
		found, err := filepath.Glob(glob)
		if err != nil {
			panic(err) // the globs above are constants
		}
		dirs = append(dirs, found...)
	}
	var list []string
	for _, dir := range dirs {
		program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err == nil {
			list = append(list, filepath.Dir(program))
		}
	}
	return list
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect asks the programs in dir for their version.
func inspect(ctx context.Context, dir string) (binaries, bool) {
	b := binaries{dir: dir}
	if _, err := exec.LookPath(b.path("initdb")); err != nil {
		return b, false
	}
	out, err := exec.CommandContext(ctx, b.path("postgres"), "--version").Output()
	if err != nil {
		return b, false
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return b, false
	}
	b.major, err = strconv.Atoi(string(m[1]))
	if err != nil {
		panic(fmt.Sprintf("digits that are no number: %q", m[1]))
	}
	return b, true
}
