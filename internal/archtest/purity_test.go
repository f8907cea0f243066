package archtest

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// samplingImports is everything that a draw needs. A hash, integers, text, streams: nothing that
// differs between two machines or two moments.
var samplingImports = []string{
	"bufio", "bytes", "cmp", "container/heap", "crypto/sha256", "encoding", "encoding/binary",
	"encoding/hex", "errors", "fmt", "github.com/emmansun/gmsm/sm3",
	"golang.org/x/text/unicode/norm", "hash", "io", "io/fs",
	"iter", "math/big", "math/bits", "slices", "sort", "strconv", "strings", "sync", "unicode",
	"unicode/utf8",
	"math", // the limits of integers; floats are refused below
}

// TestSamplingImports holds sampling to the list above.
func TestSamplingImports(t *testing.T) {
	s := repository(t)
	s.production(func(f *file) {
		if f.pkg != "sampling" {
			return
		}
		for _, path := range f.imports() {
			if !slices.Contains(samplingImports, path) {
				t.Errorf("%s imports %s", f.path, path)
			}
		}
	})
}

// TestSamplingIsExact type-checks sampling and refuses floating-point values, whose last digit
// depends on the machine, and ranging over maps, whose order depends on nothing.
func TestSamplingIsExact(t *testing.T) {
	s := repository(t)
	var files []*ast.File
	s.production(func(f *file) {
		if f.pkg == "sampling" {
			files = append(files, f.ast)
		}
	})
	build.Default.CgoEnabled = false
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(s.fset, "source", nil)}
	if _, err := conf.Check(module+"/sampling", s.fset, files, info); err != nil {
		t.Fatal(err)
	}
	if len(info.Types) < 1000 {
		t.Fatalf("only %d expressions checked", len(info.Types))
	}
	for expr, tv := range info.Types {
		basic, ok := tv.Type.Underlying().(*types.Basic)
		if ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0 {
			t.Errorf("%s: a value of type %s", s.line(expr), tv.Type)
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			r, ok := n.(*ast.RangeStmt)
			if !ok {
				return true
			}
			if _, isMap := info.TypeOf(r.X).Underlying().(*types.Map); isMap {
				t.Errorf("%s: ranges over a map", s.line(r))
			}
			return true
		})
	}
}

// TestPurePackages keeps disk, network, database and processes out of the packages that are
// mathematics. They read through io.Reader and fs.FS, which their callers choose.
func TestPurePackages(t *testing.T) {
	s := repository(t)
	banned := []string{"os", "net", "database/sql", "log", "syscall", "crypto/rand", "math/rand",
		"runtime", "github.com/jackc/pgx", "time.Now", "time.Since", "time.Until", "time.Sleep",
		"time.Local"}
	s.production(func(f *file) {
		if !slices.Contains([]string{"sampling", "sampling/fairness", "audit", "calendar"}, f.pkg) {
			return
		}
		for _, path := range f.imports() {
			for _, bad := range banned {
				if path == bad || strings.HasPrefix(path, bad+"/") {
					t.Errorf("%s imports %s", f.path, path)
				}
			}
		}
		f.selectors(func(pkg, name string, n ast.Node) {
			if slices.Contains(banned, pkg+"."+name) {
				t.Errorf("%s: %s.%s", s.line(n), pkg, name)
			}
		})
	})
}

// TestClock: time comes in as a value. Clocks are read where a program meets the world.
func TestClock(t *testing.T) {
	s := repository(t)
	edges := []string{"cmd/", "web/", "scheduler/timer.go", "examples/"}
	s.production(func(f *file) {
		f.selectors(func(pkg, name string, n ast.Node) {
			if pkg == "time" && (name == "Now" || name == "Since") && !within(f.path, edges...) {
				t.Errorf("%s: time.%s", s.line(n), name)
			}
		})
	})
}

// TestGoroutines: one for the timer, some for servers, and the keeper of the private cluster,
// which is a process of its own. Everything else happens in order.
func TestGoroutines(t *testing.T) {
	s := repository(t)
	places := []string{"sampling/parallel.go", "scheduler/timer.go", "web/", "cmd/yaohao/", "internal/pg/keeper.go"}
	s.production(func(f *file) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok && !within(f.path, places...) {
				t.Errorf("%s: starts a goroutine", s.line(g))
			}
			return true
		})
	})
}
