package migrations_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
	"yaohao/migrations"
)

// dumpMajor is the PostgreSQL that wrote schema.sql. pg_dump's form changes between versions, so
// only this one is compared.
const dumpMajor = "15"

// TestUp migrates several empty databases of one cluster at once, each from two connections:
// roles belong to the cluster, so they meet. A second Up changes nothing.
func TestUp(t *testing.T) {
	t.Parallel()
	var wait sync.WaitGroup
	for range 3 {
		url := pgtest.Empty(t)
		for range 2 {
			wait.Go(func() {
				if err := pg.Migrate(t.Context(), url); err != nil {
					t.Error(err)
				}
			})
		}
		t.Cleanup(func() {
			conn, err := pgx.Connect(context.Background(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close(context.Background()) }()
			if err := migrations.Up(context.Background(), conn); err != nil {
				t.Errorf("second Up: %v", err)
			}
			have, want, err := migrations.Current(context.Background(), conn)
			if err != nil || have != want || want < 6 {
				t.Errorf("version %d of %d, %v", have, want, err)
			}
		})
	}
	wait.Wait()
}

// TestCurrentOfEmpty says 0, which is no error.
func TestCurrentOfEmpty(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	have, _, err := migrations.Current(t.Context(), conn)
	if have != 0 || err != nil {
		t.Errorf("version %d, %v; want 0", have, err)
	}
}

// TestSchemaGolden compares schema.sql with what the migrations make. With YAOHAO_WRITE_SCHEMA=1,
// as "make schema" does it, the file is written instead.
func TestSchemaGolden(t *testing.T) {
	t.Parallel()
	dir, err := pg.BinDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dump := filepath.Join(dir, "pg_dump")
	version, err := exec.Command(dump, "--version").Output()
	if err != nil {
		t.Skipf("no pg_dump beside the server: %v", err)
	}
	if !strings.Contains(string(version), " "+dumpMajor+".") {
		t.Skipf("schema.sql was written by pg_dump %s, here is %s", dumpMajor, version)
	}
	out, err := exec.Command(dump, "--schema-only", "--no-owner", "--dbname", pgtest.URL(t)).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	got := normalise(string(out))
	if os.Getenv("YAOHAO_WRITE_SCHEMA") != "" {
		if err := os.WriteFile("schema.sql", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("schema.sql is not what the migrations make (run: make schema), first at\n%s",
			firstDifference(got, string(want)))
	}
}

var (
	noise      = regexp.MustCompile(`(?m)^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\.*)\n`)
	blankLines = regexp.MustCompile(`\n{3,}`)
)

// normalise drops comments, session settings and psql commands, which differ between minor
// versions (\restrict carries a random word).
func normalise(dump string) string {
	text := blankLines.ReplaceAllString(noise.ReplaceAllString(dump, ""), "\n\n")
	return "-- The schema after all migrations. Written by \"make schema\"; do not edit.\n\n" +
		strings.TrimSpace(text) + "\n"
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "migrations: " + a[i] + "\nschema.sql: " + b[i]
		}
	}
	return "the end of the shorter one"
}
