package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"yaohao-verify": main})
}

// TestScripts runs the command as an auditor would; $VECTORS holds the published bundles.
func TestScripts(t *testing.T) {
	vectors, err := filepath.Abs("../../sampling/testdata/vectors")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("VECTORS", vectors)
			return nil
		},
	})
}

// TestLinkage holds the verifier to what an auditor can read: no network, no database, nothing of
// ours beyond sampling and audit.
func TestLinkage(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{
		"yaohao/sampling": true, "yaohao/audit": true, "yaohao/cmd/yaohao-verify": true,
	}
	for _, dep := range strings.Fields(string(out)) {
		foreign := dep == "net/http" || strings.HasPrefix(dep, "github.com/jackc/") ||
			strings.HasPrefix(dep, "gonum.org/")
		if foreign || strings.HasPrefix(dep, "yaohao/") && !allowed[dep] {
			t.Errorf("yaohao-verify is linked with %s", dep)
		}
	}
}
