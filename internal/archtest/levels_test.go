package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// pure is what the published verifier is made of, and what everything else builds on.
const pure = "sampling audit calendar migrations internal/fault"

// levels names for each package the packages of ours that it may import, lowest level first. A
// package imports lower levels only; scheduler and inspection do not see each other, because
// inspection reads what scheduler has committed.
var levels = []struct{ pkg, may string }{
	// 0: nothing of ours
	{"sampling", ""},
	{"audit", ""},
	{"calendar", ""},
	{"migrations", ""},
	{"internal/fault", ""},
	{"internal/drand", "internal/fault"},
	{"reports/fonts", ""},
	{"reports/typeset", "internal/fault reports/fonts"},
	{"examples/county", ""},
	{"examples/county/generate", ""},

	// 1: the database and what is computed from a draw
	{"sampling/fairness", "sampling"},
	{"internal/pg", "migrations internal/fault"},
	{"sampling/sqldraw", "sampling internal/fault"},
	{"internal/pg/pgtest", "migrations internal/pg"},
	{"audit/auditdb", "audit internal/pg internal/fault"},
	{"audit/audittest", "audit audit/auditdb internal/pg"},

	// 2: who and what there is
	{"registry", pure + " internal/pg audit/auditdb"},
	{"internal/account", "sampling audit audit/auditdb internal/pg internal/fault"},

	// 3: what happens with it
	{"scheduler", pure + " registry internal/account internal/drand internal/pg audit/auditdb"},
	{"inspection", pure + " registry internal/account internal/pg audit/auditdb"},
	{"reports", "sampling sampling/fairness audit calendar internal/pg internal/fault " +
		"reports/typeset reports/fonts"},

	// 4: pages; decides nothing
	{"web", pure + " registry internal/account scheduler inspection reports internal/pg " +
		"audit/auditdb"},

	// 5: programs
	{"cmd/yaohao", pure + " sampling/sqldraw registry internal/account scheduler inspection " +
		"reports web internal/drand internal/pg audit/auditdb examples/county"},
	{"cmd/yaohao-verify", "sampling audit"},

	{"internal/archtest", ""},
}

// TestImportLevels holds every package to the table above.
func TestImportLevels(t *testing.T) {
	s := repository(t)
	may := map[string][]string{}
	for _, l := range levels {
		may[l.pkg] = strings.Fields(l.may)
	}
	s.production(func(f *file) {
		allowed, known := may[f.pkg]
		if !known {
			t.Errorf("%s: package %s has no level; add it to the table", f.path, f.pkg)
			return
		}
		for _, path := range f.imports() {
			ours, ok := strings.CutPrefix(path, module+"/")
			if ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s: %s may not import %s", f.path, f.pkg, ours)
			}
		}
	})
}

// libraries says where each library with its own ideas may be seen.
var libraries = []struct {
	module string
	places []string
}{
	{"github.com/jackc/tern", []string{"migrations/"}},
	{"github.com/jackc/pgx", []string{"migrations/", "internal/pg/", "internal/account/",
		"audit/auditdb/", "registry/", "scheduler/", "inspection/", "reports/",
		"sampling/sqldraw/"}},
	{"database/sql", nil},
	{"github.com/gorilla/mux", []string{"web/"}},
	{"github.com/alexedwards/scs", []string{"web/"}},
	{"github.com/robfig/cron", []string{"calendar/", "scheduler/timer.go"}},
	{"github.com/jung-kurt/gofpdf", []string{"reports/"}},
	{"gonum.org/v1/gonum", []string{"sampling/fairness/", "reports/"}},
	{"golang.org/x/mod", []string{"audit/", "cmd/yaohao/"}},
	{"github.com/cloudflare/circl", []string{"internal/drand/"}},
	{"github.com/spf13/cobra", []string{"cmd/yaohao/"}},
	{"math/rand", []string{"examples/county/generate/"}},
}

// TestLibraries keeps libraries in their places; tests may use them as oracles.
func TestLibraries(t *testing.T) {
	s := repository(t)
	s.production(func(f *file) {
		for _, path := range f.imports() {
			for _, l := range libraries {
				if strings.HasPrefix(path, l.module) && !within(f.path, l.places...) {
					t.Errorf("%s imports %s, which belongs to %v", f.path, path, l.places)
				}
			}
		}
	})
}

// TestTestPackages keeps packages that are for tests out of programs: once shared code imports
// them they are linked into the product.
func TestTestPackages(t *testing.T) {
	s := repository(t)
	helpers := []string{"internal/pg/pgtest", "audit/audittest"}
	s.production(func(f *file) {
		for _, path := range f.imports() {
			ours := strings.TrimPrefix(path, module+"/")
			if path == "testing" || slices.Contains(helpers, ours) {
				if !slices.Contains(helpers, f.pkg) {
					t.Errorf("%s imports %s outside a test", f.path, path)
				}
			}
		}
	})
}

// TestVerifierLinkage looks at everything that is linked into yaohao-verify: the program that
// strangers read and trust has no database, no network and no statistics in it. (math/big, which
// compares the keys of pareto, links math/rand by itself; TestPurePackages keeps us from using it.)
func TestVerifierLinkage(t *testing.T) {
	s := repository(t)
	cmd := exec.Command("go", "list", "-deps", "./cmd/yaohao-verify")
	cmd.Dir = s.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, module+"/sampling") {
		t.Fatalf("no sampling in %v", deps)
	}
	for _, dep := range deps {
		for _, bad := range []string{"net", "database/sql", "os/exec", "plugin",
			"github.com/jackc/pgx", "gonum.org/v1/gonum"} {
			if dep == bad || strings.HasPrefix(dep, bad+"/") {
				t.Errorf("yaohao-verify links %s", dep)
			}
		}
		ours, ok := strings.CutPrefix(dep, module+"/")
		if ok && !slices.Contains([]string{"sampling", "audit", "cmd/yaohao-verify"}, ours) {
			t.Errorf("yaohao-verify links %s", dep)
		}
	}
}
