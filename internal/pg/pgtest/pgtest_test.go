package pgtest_test

import (
	"testing"

	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

// TestNewIsolates writes into two databases at once and sees only its own row in each.
func TestNewIsolates(t *testing.T) {
	for _, name := range []string{"one", "two", "three", "four"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			owner, err := pg.OpenOwner(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer owner.Close()
			if _, err := owner.Exec(t.Context(),
				`CREATE TABLE mine AS SELECT $1::text AS name`, name); err != nil {
				t.Fatal(err)
			}
			var got string
			err = owner.QueryRow(t.Context(), `SELECT name FROM mine`).Scan(&got)
			if err != nil || got != name {
				t.Errorf("read %q, %v; want %q", got, err, name)
			}
		})
	}
}

// TestNewIsMigrated reads from a table of a late migration as yh_app.
func TestNewIsMigrated(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var role, zone string
	var n int
	err := db.QueryRow(t.Context(), `SELECT current_user, current_setting('timezone'),
		(SELECT count(*) FROM account)`).Scan(&role, &zone, &n)
	if err != nil {
		t.Fatal(err)
	}
	if role != "yh_app" || zone != "Asia/Shanghai" || n != 0 {
		t.Errorf("role %q, zone %q, %d accounts; want yh_app, Asia/Shanghai, 0", role, zone, n)
	}
}

// BenchmarkNew is the price of a database: copy and connect; dropping comes after.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		pgtest.New(b)
	}
}
