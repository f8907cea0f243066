package audittest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

// recorder is a test that is watched: it keeps cleanups and complaints instead of acting on them.
type recorder struct {
	testing.TB
	cleanups   []func()
	complaints []string
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.complaints = append(r.complaints, fmt.Sprintf(format, args...))
}

// check runs CheckLog to its end and gives what it complained about.
func check(t *testing.T, db *pg.DB) string {
	r := &recorder{TB: t}
	CheckLog(r, db)
	if len(r.cleanups) != 1 || len(r.complaints) != 0 {
		t.Fatalf("CheckLog registered %d checks, said %v", len(r.cleanups), r.complaints)
	}
	r.cleanups[0]()
	return strings.Join(r.complaints, "\n")
}

// add appends a leaf for each value, all in one transaction.
func add(t *testing.T, db *pg.DB, values ...string) {
	t.Helper()
	err := db.InTx(t.Context(), func(q pg.Querier) error {
		for _, value := range values {
			_, err := auditdb.Append(t.Context(), q, audit.Leaf{
				Kind: audit.KindImport, Subject: "IMPORT-1", At: time.Unix(1793581200, 0),
				Actor: audit.System, Facts: []audit.Fact{{Key: "value", Value: value}},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCheckLog(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if got := check(t, db); got != "" {
		t.Errorf("an empty log: %s", got)
	}
	add(t, db, "91350100M000100Y43", "1000000")
	if got := check(t, db); got != "" {
		t.Errorf("a good log: %s", got)
	}
	// A telephone in the second page of leaves is found too.
	add(t, db, slices.Repeat([]string{"x"}, 1001-2)...)
	add(t, db, "电话13800138000")
	if got := check(t, db); !strings.Contains(got, "leaf 1001") {
		t.Errorf("a telephone in the log: %q", got)
	}

	owner, err := pg.OpenOwner(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	err = owner.InTx(t.Context(), func(q pg.Querier) error {
		_, err1 := q.Exec(t.Context(), `SET LOCAL session_replication_role = replica`)
		_, err2 := q.Exec(t.Context(), `UPDATE log_leaf SET subject = 'X' WHERE index = 1`)
		return errors.Join(err1, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := check(t, db); !strings.Contains(got, "does not verify") {
		t.Errorf("a damaged log: %q", got)
	}
}

func TestPersonal(t *testing.T) {
	for value, want := range map[string]bool{
		"11010519491231002X":       true, // the example of GB 11643
		"号码 11010519491231002X。":   true,
		"13800138000":              true,
		"91350100M000100Y43":       false,
		"913501001234567890":       false, // no date where one would be
		"2026-11-02T09:00:00":      false,
		strings.Repeat("12345", 9): false, // digits of a longer number
		"6a1f13800138000":          false, // within a digest in hex
		"138001380001":             false,
	} {
		l := audit.Leaf{Subject: "x", Facts: []audit.Fact{{Key: "k", Value: value}}}
		if got := personal(l); (got != "") != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}
