package archtest

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	ownerLine   = regexp.MustCompile(`^-- owner: (\S+)$`)
	createTable = regexp.MustCompile(`(?i)^CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)

	// writes finds the table of a writing statement. UPDATE may be followed by something else
	// (ON CONFLICT DO UPDATE SET, FOR UPDATE SKIP LOCKED): only names of tables count.
	writes = regexp.MustCompile(
		`(?i)\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE|TRUNCATE(?:\s+TABLE)?|MERGE\s+INTO|COPY)` +
			`\s+(?:ONLY\s+)?(?:public\.)?"?([a-z_][a-z0-9_]*)`)

	// openEnded finds a writing statement whose table is filled in later. Its package has to name
	// the tables in fields called table: layout{table: "entity"}.
	openEnded = regexp.MustCompile(
		`(?i)(?:\bINSERT\s+INTO|\bDELETE\s+FROM|\bMERGE\s+INTO|^\s*UPDATE)\s+(?:%|$)`)
)

// owners reads "-- owner: registry" from the migrations: table → the one package that writes it.
func owners(t *testing.T, s *source) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.root, "migrations/[0-9]*.sql"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	list := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		owner := ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			if m := ownerLine.FindStringSubmatch(line); m != nil {
				owner = m[1]
			}
			if m := createTable.FindStringSubmatch(line); m != nil {
				if owner == "" {
					t.Errorf("%s: table %s has no owner", filepath.Base(path), m[1])
				}
				list[strings.ToLower(m[1])] = owner
				owner = "" // each table says it for itself
			}
		}
	}
	if len(list) < 10 {
		t.Fatalf("only %d tables", len(list))
	}
	return list
}

// TestOneWriterPerTable reads the SQL in the string literals of every package, and the tables
// of CopyFrom, and compares each written table with its owner. Tables that the migrations do not
// know (temporary ones, names of WITH queries) are nobody's.
func TestOneWriterPerTable(t *testing.T) {
	s := repository(t)
	owner := owners(t, s)
	named := map[string]bool{}    // packages with fields called table
	open := map[string]ast.Node{} // packages with open-ended statements
	s.production(func(f *file) {
		if within(f.path, "internal/pg/", "internal/archtest/") {
			return
		}
		check := func(table string, at ast.Node) {
			if by := owner[strings.ToLower(table)]; by != "" && by != f.pkg {
				t.Errorf("%s: %s writes %s, which belongs to %s", s.line(at), f.pkg, table, by)
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if n.Kind != token.STRING {
					break
				}
				text := unquote(n)
				for _, m := range writes.FindAllStringSubmatch(text, -1) {
					check(m[1], n)
				}
				if openEnded.MatchString(text) {
					open[f.pkg] = n
				}
			case *ast.KeyValueExpr:
				if table := tableField(n); table != "" {
					named[f.pkg] = true
					check(table, n)
				}
			case *ast.CompositeLit:
				for _, table := range copied(f, n, owner) {
					check(table, n)
				}
			}
			return true
		})
	})
	for pkg, n := range open {
		if !named[pkg] {
			t.Errorf("%s: name the written table in the statement, or in a field table", s.line(n))
		}
	}
}

// tableField gives the value of a field table: "…" in a literal.
func tableField(kv *ast.KeyValueExpr) string {
	key, ok := kv.Key.(*ast.Ident)
	value, isLit := kv.Value.(*ast.BasicLit)
	if !ok || key.Name != "table" || !isLit {
		return ""
	}
	return unquote(value)
}

// copied gives the tables of pgx.Identifier{…}. Where the name is a variable, every literal of
// that file which is the name of a table may be meant.
func copied(f *file, n *ast.CompositeLit, owner map[string]string) []string {
	sel, ok := n.Type.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Identifier" || len(n.Elts) == 0 {
		return nil
	}
	if lit, ok := n.Elts[len(n.Elts)-1].(*ast.BasicLit); ok {
		return []string{unquote(lit)}
	}
	var list []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if name := unquote(lit); owner[name] != "" && !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
		return true
	})
	return list
}

// TestWritesAreFound makes sure that the patterns above find what they are for.
func TestWritesAreFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		sql, tables string
	}{
		{"INSERT INTO draw (id) VALUES ($1)", "draw"},
		{"insert\n\tinto public.draw select", "draw"},
		{`UPDATE "draw" SET state = 'x'`, "draw"},
		{"DELETE FROM ONLY draw", "draw"},
		{"WITH a AS (UPDATE draw SET x = 1 RETURNING id) INSERT INTO task SELECT", "draw task"},
		{"INSERT INTO draw VALUES (1) ON CONFLICT DO UPDATE SET x = 1", "draw SET"},
		{"SELECT 1 FROM draw FOR UPDATE SKIP LOCKED", "SKIP"},
		{"TRUNCATE draw", "draw"},
		{"SELECT updated_at FROM draw", ""},
	}
	for _, test := range tests {
		var got []string
		for _, m := range writes.FindAllStringSubmatch(test.sql, -1) {
			got = append(got, m[1])
		}
		if strings.Join(got, " ") != test.tables {
			t.Errorf("%q: found %q, want %q", test.sql, got, test.tables)
		}
	}
	if !openEnded.MatchString("INSERT INTO ") || !openEnded.MatchString("DELETE FROM %s") ||
		!openEnded.MatchString("UPDATE ") || openEnded.MatchString("SELECT x FOR UPDATE ") ||
		openEnded.MatchString("INSERT INTO draw VALUES (%s)") {
		t.Error("open-ended statements are not recognised")
	}
}
