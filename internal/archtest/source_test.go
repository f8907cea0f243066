package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "yaohao"

// file is one Go file of the repository.
type file struct {
	path string // from the root, such as "registry/import.go"
	pkg  string // its folder, such as "registry"
	test bool   // *_test.go
	text []byte
	ast  *ast.File
}

// source is every Go file of the repository, in the order of their paths.
type source struct {
	root  string
	fset  *token.FileSet
	files []*file
}

// load reads the repository once; tests only look at it.
var load = sync.OnceValues(func() (*source, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return nil, err
	}
	s := &source{root: root, fset: token.NewFileSet()}
	err = fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (name[0] == '.' || name == "testdata" || name == "node_modules") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		return s.add(path)
	})
	return s, err
})

func (s *source) add(path string) error {
	full := filepath.Join(s.root, path)
	text, err := os.ReadFile(full)
	if err != nil {
		return err
	}
	tree, err := parser.ParseFile(s.fset, full, text, parser.ParseComments)
	if err != nil {
		return err
	}
	s.files = append(s.files, &file{
		path: path, pkg: filepath.Dir(path), test: strings.HasSuffix(path, "_test.go"),
		text: text, ast: tree,
	})
	return nil
}

// repository gives all files, or fails the test.
func repository(t *testing.T) *source {
	t.Helper()
	t.Parallel()
	s, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.files) < 20 {
		t.Fatalf("only %d Go files found under %s", len(s.files), s.root)
	}
	return s
}

// production calls fn for every file that is no test.
func (s *source) production(fn func(f *file)) {
	for _, f := range s.files {
		if !f.test {
			fn(f)
		}
	}
}

// packages lists the folders with production files.
func (s *source) packages() []string {
	var list []string
	s.production(func(f *file) { list = append(list, f.pkg) })
	slices.Sort(list)
	return slices.Compact(list)
}

// line gives the place of a node as path:line.
func (s *source) line(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	path, err := filepath.Rel(s.root, p.Filename)
	if err != nil {
		panic(err) // both are absolute
	}
	return path + ":" + strconv.Itoa(p.Line)
}

// lines counts the lines from the first to the last of a node.
func (s *source) lines(n ast.Node) int {
	return s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1
}

// imports lists the import paths of a file.
func (f *file) imports() []string {
	var list []string
	for _, spec := range f.ast.Imports {
		list = append(list, unquote(spec.Path))
	}
	return list
}

// length is the number of lines of a file.
func (f *file) length() int { return bytes.Count(f.text, []byte("\n")) }

// written is the number of lines that are not blank.
func (f *file) written() int {
	n := 0
	for line := range bytes.Lines(f.text) {
		if len(bytes.TrimSpace(line)) > 0 {
			n++
		}
	}
	return n
}

func unquote(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		panic(err) // the parser accepted it
	}
	return s
}

// selectors reports the selector expressions pkg.name in a file, e.g. time.Now.
func (f *file) selectors(fn func(pkg, name string, n ast.Node)) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				fn(id.Name, sel.Sel.Name, n)
			}
		}
		return true
	})
}

// within reports whether path is one of the places: a file, or anything in a folder "x/".
func within(path string, places ...string) bool {
	return slices.ContainsFunc(places, func(place string) bool {
		return path == place || strings.HasSuffix(place, "/") && strings.HasPrefix(path, place)
	})
}
