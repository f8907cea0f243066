package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// The budgets. Every file and function aims at half of them.
const (
	maxFile      = 500
	maxTestFile  = 800
	maxFunc      = 70
	maxMain      = 40
	maxLine      = 100
	maxInterface = 6

	// tableLines is where a literal starts to be a table, which may be as long as it has to.
	tableLines = 10
)

// TestFileLength counts lines.
func TestFileLength(t *testing.T) {
	s := repository(t)
	for _, f := range s.files {
		most := maxFile
		if f.test {
			most = maxTestFile
		}
		if n := f.length(); n > most {
			t.Errorf("%s has %d lines, more than %d", f.path, n, most)
		}
	}
}

// TestFuncLength counts the lines of functions without the tables in them.
func TestFuncLength(t *testing.T) {
	s := repository(t)
	s.production(func(f *file) {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			most := maxFunc
			if f.ast.Name.Name == "main" && fn.Name.Name == "main" {
				most = maxMain
			}
			if n := s.fset.Position(fn.End()).Line - s.fset.Position(fn.Type.Pos()).Line + 1 -
				s.tables(fn); n > most {
				t.Errorf("%s: %s has %d lines, more than %d", s.line(fn), fn.Name.Name, n, most)
			}
		}
	})
}

// tables counts the lines of the outermost long literals in a function.
func (s *source) tables(fn *ast.FuncDecl) int {
	total := 0
	ast.Inspect(fn, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok || s.lines(lit) <= tableLines {
			return true
		}
		total += s.lines(lit)
		return false
	})
	return total
}

// structTag recognises a field whose tag is its manual.
var structTag = regexp.MustCompile(`^\t\w+ +\w+ +\x60.*\bhelp:".*\x60$`)

// TestLineLength counts characters; a tab is one. Struct tags cannot be broken.
func TestLineLength(t *testing.T) {
	s := repository(t)
	s.production(func(f *file) {
		for i, line := range bytes.Split(f.text, []byte("\n")) {
			if n := utf8.RuneCount(line); n > maxLine && !structTag.Match(line) {
				t.Errorf("%s:%d has %d characters, more than %d", f.path, i+1, n, maxLine)
			}
		}
	})
}

// TestPackageDocs wants a package comment of more than a phrase in every package.
func TestPackageDocs(t *testing.T) {
	s := repository(t)
	best := map[string]int{}
	s.production(func(f *file) {
		if f.ast.Doc != nil {
			best[f.pkg] = max(best[f.pkg], len(strings.Fields(f.ast.Doc.Text())))
		}
	})
	for _, pkg := range s.packages() {
		if best[pkg] < 8 {
			t.Errorf("%s: the package comment has %d words", pkg, best[pkg])
		}
	}
}

// TestExportedDocs wants a comment on every exported function, type and method.
func TestExportedDocs(t *testing.T) {
	s := repository(t)
	s.production(func(f *file) {
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
					t.Errorf("%s: %s has no comment", s.line(d), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					ts, ok := spec.(*ast.TypeSpec)
					if ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
						t.Errorf("%s: %s has no comment", s.line(ts), ts.Name.Name)
					}
				}
			}
		}
	})
}

// exportedReceiver reports whether a function is visible: no method, or one of a visible type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	visible := false
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			visible = visible || id.IsExported()
		}
		return true
	})
	return visible
}

// TestInterfaces counts interface types with methods: one needs two implementations, or a seam.
func TestInterfaces(t *testing.T) {
	s := repository(t)
	var found []string
	s.production(func(f *file) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if it, ok := n.(*ast.InterfaceType); ok && it.Methods.NumFields() > 0 {
				found = append(found, s.line(it))
			}
			return true
		})
	})
	if len(found) > maxInterface {
		t.Errorf("%d interfaces, more than %d: %v", len(found), maxInterface, found)
	}
}

// TestPureShares wants, in the packages that others must be able to verify, a quarter of all
// lines to be comments and more lines of tests than of code. Blank lines count nowhere, and
// comments neither as code nor as tests.
func TestPureShares(t *testing.T) {
	s := repository(t)
	for _, pkg := range []string{"sampling", "audit", "calendar"} {
		var lines, comments, tests int
		for _, f := range s.files {
			if f.pkg != pkg {
				continue
			}
			comment, code := s.commentLines(f), f.written()
			if f.test {
				tests += code - comment
				continue
			}
			lines += code
			comments += comment
		}
		if comments*4 < lines {
			t.Errorf("%s: %d of %d lines are comments, less than 25 %%", pkg, comments, lines)
		}
		if code := lines - comments; tests*10 < code*12 {
			t.Errorf("%s: %d lines of tests for %d lines of code, less than 1.2", pkg, tests, code)
		}
	}
}

// commentLines counts the lines with a comment, also behind code.
func (s *source) commentLines(f *file) int {
	seen := map[int]bool{}
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			from, to := s.fset.Position(c.Pos()).Line, s.fset.Position(c.End()).Line
			for n := from; n <= to; n++ {
				seen[n] = true
			}
		}
	}
	return len(seen)
}

// unfinished finds words that promise instead of doing.
var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)

// TestNothingUnfinished looks through all comments, and the strings of programs.
func TestNothingUnfinished(t *testing.T) {
	s := repository(t)
	for _, f := range s.files {
		if strings.HasPrefix(f.path, "internal/archtest/") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if ok && !f.test && lit.Kind == token.STRING && unfinished.MatchString(lit.Value) {
				t.Errorf("%s: %s", s.line(lit), lit.Value)
			}
			return true
		})
		for _, group := range f.ast.Comments {
			if unfinished.MatchString(group.Text()) {
				t.Errorf("%s: %s", s.line(group), unfinished.FindString(group.Text()))
			}
		}
	}
}
