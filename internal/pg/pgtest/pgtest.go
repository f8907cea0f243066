// Package pgtest gives every test a PostgreSQL database of its own.
//
//	db := pgtest.New(t) // migrated, empty, dropped when the test ends
//
// The first test that asks starts a temporary cluster (pg.StartCluster, fsync off) in the user's
// temporary folder; all test binaries of that user share it and it goes a few seconds after the
// last of them. Migrations run once, into a template whose name is a hash of them; a test's
// database is a copy of the template, about 50 ms on one core. Tests may run in parallel, in one
// binary and in several. Never import this package outside tests.
package pgtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/migrations"
)

// templateLock is the advisory lock under which the template is made. Any number will do.
const templateLock = 7239871

// cluster is started by the first test and never stopped: the kernel gives our lock back when
// this process ends, and then the cluster goes.
var cluster = sync.OnceValues(func() (*pg.Cluster, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return pg.StartCluster(ctx, pg.ClusterOptions{Dir: dir, Temporary: true})
})

// template makes the migrated template if it is missing and gives its name.
var template = sync.OnceValues(func() (string, error) {
	name, err := templateName()
	if err != nil {
		return "", err
	}
	return name, makeTemplate(name)
})

// counter numbers the databases of this process.
var counter atomic.Int64

// New gives a migrated, empty database as the running program sees it (role yh_app). It is
// closed and dropped when the test ends.
func New(t testing.TB) *pg.DB {
	t.Helper()
	db, err := pg.Open(t.Context(), URL(t))
	if err != nil {
		t.Fatalf("opening the test database: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

// URL gives the address of a migrated, empty database that is dropped when the test ends. Its
// login role is a superuser: pg.OpenOwner gives what no program of ours may have.
func URL(t testing.TB) string {
	t.Helper()
	name, err := template()
	if err != nil {
		t.Fatalf("preparing the test database: %v", err)
	}
	return create(t, " TEMPLATE "+name)
}

// Empty gives the address of a database without any schema, for tests of migrations.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

func create(t testing.TB, clause string) string {
	t.Helper()
	name := fmt.Sprintf("t_%d_%d", os.Getpid(), counter.Add(1))
	if err := admin("CREATE DATABASE " + name + clause); err != nil {
		t.Fatalf("creating the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("dropping the test database: %v", err)
		}
	})
	c, err := cluster()
	if err != nil {
		t.Fatal(err) // create has just used it
	}
	return address(c, name)
}

// admin runs one statement outside a transaction, on a connection of its own: the copies of a
// template must not wait for each other.
func admin(sql string) error {
	return withConn("postgres", func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, sql)
		return err
	})
}

func withConn(name string, fn func(context.Context, *pgx.Conn) error) (err error) {
	c, err := cluster()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, address(c, name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	return fn(ctx, conn)
}

// makeTemplate migrates a database under another name and renames it when it is whole, so that a
// killed test never leaves half a template. The advisory lock makes other binaries wait.
func makeTemplate(name string) error {
	return withConn("postgres", func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, templateLock); err != nil {
			return err
		}
		var exists bool
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`,
			name).Scan(&exists)
		if exists || err != nil {
			return err
		}
		for _, sql := range []string{
			`DROP DATABASE IF EXISTS ` + name + `_new WITH (FORCE)`,
			`CREATE DATABASE ` + name + `_new`,
		} {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return err
			}
		}
		if err := withConn(name+"_new", migrations.Up); err != nil {
			return err
		}
		_, err = conn.Exec(ctx, `ALTER DATABASE `+name+`_new RENAME TO `+name)
		return err
	})
}

// templateName is a hash of all migrations: another checkout, or the next edit, gets its own.
func templateName() (string, error) {
	h := sha256.New()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	return fmt.Sprintf("template_%x", h.Sum(nil)[:8]), nil
}

// folder is where the cluster of this user lives. In a temporary folder anybody could have made
// it before us, and would then own the server's data.
func folder() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("yaohao-pgtest-%d", os.Getuid()))
	mode := os.FileMode(0o700)
	if os.Getuid() == 0 {
		mode = 0o755 // the server runs as another user
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(st.Uid) != os.Getuid() {
		return "", fmt.Errorf("%s belongs to somebody else; set TMPDIR to another folder", dir)
	}
	return dir, nil
}

// address names another database of the cluster.
func address(c *pg.Cluster, name string) string {
	u, err := url.Parse(c.URL())
	if err != nil {
		panic(err) // the cluster made it
	}
	u.Path = "/" + name
	return u.String()
}
