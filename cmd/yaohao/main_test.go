package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

// TestMain makes this test binary serve as the command `yaohao`, which is in PATH from then on: in
// scripts and in the tests that start, kill and watch processes.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"yaohao": main})
}

// verifier gives the folder with a freshly built yaohao-verify.
func verifier(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir,
		"yaohao/cmd/yaohao-verify").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// TestScripts runs the sessions in testdata, which show how the program is used. Each has a
// migrated database ($DATABASE_URL), an empty one ($EMPTY_URL), a state folder, the sample county
// ($COUNTY) and the vectors of draw/1 ($VECTORS).
func TestScripts(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			tb := env.T().(testing.TB) //nolint:forcetypeassert // so says testscript
			env.Setenv("DATABASE_URL", pgtest.URL(tb))
			env.Setenv("EMPTY_URL", pgtest.Empty(tb))
			env.Setenv("YAOHAO_STATE", filepath.Join(env.WorkDir, "state"))
			env.Setenv("COUNTY", filepath.Join(repository, "examples/county"))
			env.Setenv("VECTORS", filepath.Join(repository, "sampling/testdata/vectors"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "encode": encode, "splice": splice, "sql": sql,
			"load": load,
		},
	})
}

// exits runs a command and wants an exit code: exits CODE COMMAND [ARGS]. (`!` wants any but 0.)
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS]")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// encode writes a file in another encoding: encode gb18030|bom FROM TO.
func encode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: encode gb18030|bom FROM TO")
	}
	text := ts.ReadFile(args[1])
	if args[0] == "bom" {
		text = "\xef\xbb\xbf" + text
	} else {
		var err error
		text, err = simplifiedchinese.GB18030.NewEncoder().String(text)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o600))
}

// splice appends bytes, given in Go syntax, to the last line of a file: splice FILE '\xe4\xb8'.
func splice(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: splice FILE BYTES")
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	text = strings.TrimSuffix(ts.ReadFile(args[0]), "\n") + text
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// sql runs one statement as the owner of the database: what only an intruder can do.
func sql(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sql STATEMENT")
	}
	db, err := pg.OpenOwner(context.Background(), ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(context.Background(), args[0])
	ts.Check(err)
}

// publicDir makes a folder that the user of a private cluster can reach, also under root.
func publicDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "yaohao-cmd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user has to walk through
		t.Fatal(err)
	}
	return dir
}

// environment gives the environment of a process: ours, and what set says.
func environment(set map[string]string) []string {
	env := os.Environ()
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env
}

// yaohao gives a command that runs the program with some environment variables.
func yaohao(ctx context.Context, set map[string]string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "yaohao", args...)
	cmd.Env = environment(set)
	return cmd
}
