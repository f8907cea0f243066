package auditdb_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/audit/audittest"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

var shanghai = time.FixedZone("+08:00", 8*60*60)

// now is the clock of these tests.
var now = time.Date(2026, 11, 2, 9, 0, 0, 0, shanghai)

// leaf makes the i-th leaf of a test; every third has another subject and kind.
func leaf(i int) audit.Leaf {
	l := audit.Leaf{
		Kind:    audit.KindPlan,
		Subject: "2026-11-M",
		At:      now.Add(time.Duration(i) * time.Second),
		Actor:   audit.Actor{Person: "P0007", Post: "operator", Unit: "SCJG"},
		Facts:   []audit.Fact{{Key: "number", Value: fmt.Sprint(i)}},
	}
	if i%3 == 2 {
		l.Kind, l.Subject, l.Actor = audit.KindImport, "IMPORT-1", audit.System
	}
	return l
}

// open gives a database as the program sees it and as its owner sees it. The log is verified when
// the test ends.
func open(t testing.TB) (db, owner *pg.DB) {
	t.Helper()
	db, owner = openUnchecked(t)
	audittest.CheckLog(t, db)
	return db, owner
}

// openUnchecked is open for tests that damage the log.
func openUnchecked(t testing.TB) (db, owner *pg.DB) {
	t.Helper()
	url := pgtest.URL(t)
	db, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	owner, err = pg.OpenOwner(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	return db, owner
}

// appendN appends leaf(from) … leaf(to−1), a few in each transaction.
func appendN(t testing.TB, db *pg.DB, from, to int) {
	t.Helper()
	for i := from; i < to; {
		err := db.InTx(t.Context(), func(q pg.Querier) error {
			for end := min(i+7, to); i < end; i++ {
				index, err := auditdb.Append(t.Context(), q, leaf(i))
				if err != nil {
					return err
				}
				if index != int64(i) {
					t.Errorf("leaf %d has index %d", i, index)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func head(t testing.TB, db *pg.DB) audit.Head {
	t.Helper()
	h, err := auditdb.Head(t.Context(), db.Querier())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// treeOf gives the head that the first n leaves of a test must have.
func treeOf(n int) audit.Head {
	var f audit.Frontier
	for i := range n {
		f.Append(audit.LeafHash(leaf(i).Marshal()))
	}
	return f.Head()
}

func TestAppendAndRead(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	const n = 40
	if got, want := head(t, db), treeOf(0); got != want {
		t.Errorf("the head of a new log is %v, want %v", got, want)
	}
	appendN(t, db, 0, n)
	if got, want := head(t, db), treeOf(n); got != want {
		t.Errorf("head %v, want %v", got, want)
	}
	all, err := auditdb.Leaves(t.Context(), db.Querier(), auditdb.Filter{})
	if err != nil || len(all) != n {
		t.Fatalf("%d leaves, %v", len(all), err)
	}
	for i, e := range all {
		if e.Index != int64(i) || !reflect.DeepEqual(e.Leaf, leaf(i).Normal()) {
			t.Errorf("entry %d is %+v", i, e)
		}
	}
}

func TestLeavesFilter(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	appendN(t, db, 0, 12)
	for _, c := range []struct {
		name string
		f    auditdb.Filter
		want []int64
	}{
		{"a subject", auditdb.Filter{Subject: "IMPORT-1"}, []int64{2, 5, 8, 11}},
		{"a kind", auditdb.Filter{Kind: audit.KindImport}, []int64{2, 5, 8, 11}},
		{"both", auditdb.Filter{Kind: audit.KindImport, Subject: "2026-11-M"}, nil},
		{"from", auditdb.Filter{Subject: "IMPORT-1", From: 6}, []int64{8, 11}},
		{"limit", auditdb.Filter{Subject: "IMPORT-1", From: 3, Limit: 2}, []int64{5, 8}},
		{"newest", auditdb.Filter{Newest: true, Limit: 3}, []int64{11, 10, 9}},
		{"newest below", auditdb.Filter{Newest: true, From: 9, Limit: 2}, []int64{8, 7}},
		{"newest of a kind", auditdb.Filter{Newest: true, Kind: audit.KindImport, Limit: 2},
			[]int64{11, 8}},
		{"beyond", auditdb.Filter{From: 12}, nil},
		{"a quote", auditdb.Filter{Subject: "' OR true --"}, nil},
	} {
		entries, err := auditdb.Leaves(t.Context(), db.Querier(), c.f)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, e := range entries {
			got = append(got, e.Index)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestNormalises: a caller's time has nanoseconds and its facts any order; what is stored is what
// is hashed.
func TestNormalises(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	l := leaf(0)
	l.At = l.At.Add(123456789).UTC()
	l.Facts = []audit.Fact{{Key: "b", Value: "2"}, {Key: "a", Value: ""}}
	err := db.InTx(t.Context(), func(q pg.Querier) error {
		_, err := auditdb.Append(t.Context(), q, l)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := auditdb.Leaves(t.Context(), db.Querier(), auditdb.Filter{})
	if err != nil || len(entries) != 1 || !reflect.DeepEqual(entries[0].Leaf, l.Normal()) {
		t.Errorf("stored as %+v, %v", entries, err)
	}
}

// TestConcurrentAppends lets several servers append at once, some of them giving up, some with
// several leaves in one transaction: no index is lost, none is given twice, and the leaves of one
// transaction stand together.
func TestConcurrentAppends(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	const workers, rounds = 6, 12
	giveUp := errors.New("changed my mind")
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for r := range rounds {
				var got []int64
				err := db.InTx(t.Context(), func(q pg.Querier) error {
					for range 1 + r%3 {
						index, err := auditdb.Append(t.Context(), q, leaf(w*rounds+r))
						if err != nil {
							return err
						}
						got = append(got, index)
					}
					if (w+r)%4 == 0 {
						return giveUp
					}
					return nil
				})
				if errors.Is(err, giveUp) {
					continue
				}
				if err != nil {
					t.Errorf("worker %d: %v", w, err)
					return
				}
				mu.Lock()
				for i, index := range got {
					if seen[index] || index != got[0]+int64(i) {
						t.Errorf("worker %d: indexes %v", w, got)
					}
					seen[index] = true
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if size := head(t, db).Size; size != int64(len(seen)) || size == 0 {
		t.Errorf("%d leaves were committed, the log has %d", len(seen), size)
	}
	for i := range int64(len(seen)) {
		if !seen[i] {
			t.Errorf("leaf %d is missing", i)
		}
	}
}

func TestRollbackLeavesNoGap(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	appendN(t, db, 0, 3)
	giveUp := errors.New("changed my mind")
	err := db.InTx(t.Context(), func(q pg.Querier) error {
		for i := range 5 {
			if _, err := auditdb.Append(t.Context(), q, leaf(100+i)); err != nil {
				return err
			}
		}
		return giveUp
	})
	if !errors.Is(err, giveUp) {
		t.Fatal(err)
	}
	if got, want := head(t, db), treeOf(3); got != want {
		t.Errorf("after a rollback the head is %v, want %v", got, want)
	}
	appendN(t, db, 3, 10)
}

// TestSnapshotConflict: a transaction at REPEATABLE READ that is overtaken by another append fails
// in a way that can be tried again, and then succeeds.
func TestSnapshotConflict(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	tries := 0
	run := func() error {
		return db.InSnapshot(t.Context(), func(q pg.Querier) error {
			if _, err := auditdb.Head(t.Context(), q); err != nil { // takes the snapshot
				return err
			}
			if tries++; tries == 1 {
				appendN(t, db, 0, 1) // somebody else
			}
			_, err := auditdb.Append(t.Context(), q, leaf(1))
			return err
		})
	}
	if err := run(); !pg.IsRetryable(err) {
		t.Fatalf("the overtaken transaction gives %v", err)
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	if got, want := head(t, db), treeOf(2); got != want {
		t.Errorf("head %v, want %v", got, want)
	}
}

func TestAppendRefusesBadLeaf(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	l := leaf(0)
	l.Facts[0].Value = "two\nlines"
	err := db.InTx(t.Context(), func(q pg.Querier) error {
		_, err := auditdb.Append(t.Context(), q, l)
		return err
	})
	var le *audit.LeafError
	if !errors.As(err, &le) || le.Field != "number" {
		t.Errorf("Append gives %v", err)
	}
	if got := head(t, db).Size; got != 0 {
		t.Errorf("the log has %d leaves", got)
	}
}

// TestAppendWithoutTransaction: without one there is no lock to hold, but no damage either.
func TestAppendWithoutTransaction(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			// Losing is fine here; CheckLog tells at the end whether the log is whole.
			_, _ = auditdb.Append(t.Context(), db.Querier(), leaf(i))
		})
	}
	wg.Wait()
	if head(t, db).Size == 0 {
		t.Error("nobody could append")
	}
}

// TestAppendRefusesDamagedTree: a forged frontier is not built upon.
func TestAppendRefusesDamagedTree(t *testing.T) {
	t.Parallel()
	db, owner := open(t)
	appendN(t, db, 0, 3) // frontier: hashes 2 and 3
	for name, sql := range map[string]string{
		"hash changed": `UPDATE log_hash SET hash = sha256('forged') WHERE index = 3`,
		"hash deleted": `DELETE FROM log_hash WHERE index = 3`,
		"root changed": `UPDATE log_head SET root = sha256('forged')`,
		"size changed": `UPDATE log_head SET size = size - 1`,
	} {
		damaged(t, owner, sql, func(q pg.Querier) {
			_, err := auditdb.Append(t.Context(), q, leaf(3))
			if !errors.Is(err, auditdb.ErrDamaged) {
				t.Errorf("%s: Append gives %v", name, err)
			}
		})
	}
}

// forgeIn runs one statement as the owner of the database with all triggers off: the most powerful
// attacker there is inside the house.
func forgeIn(ctx context.Context, q pg.Querier, sql string) error {
	if _, err := q.Exec(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
		return err
	}
	tag, err := q.Exec(ctx, sql)
	if err == nil && tag.RowsAffected() == 0 {
		err = errors.New("changes nothing")
	}
	return err
}

func forge(t testing.TB, owner *pg.DB, sql string) {
	t.Helper()
	err := owner.InTx(t.Context(), func(q pg.Querier) error { return forgeIn(t.Context(), q, sql) })
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// damaged lets look see the log as a forgery has left it, and takes the forgery back.
func damaged(t testing.TB, owner *pg.DB, sql string, look func(q pg.Querier)) {
	t.Helper()
	takeBack := errors.New("take it back")
	err := owner.InTx(t.Context(), func(q pg.Querier) error {
		if err := forgeIn(t.Context(), q, sql); err != nil {
			return err
		}
		look(q)
		return takeBack
	})
	if !errors.Is(err, takeBack) {
		t.Fatalf("%s: %v", sql, err)
	}
}

// tables of the log and a change of each that keeps its types.
var changes = map[string]string{
	"log_leaf":       `UPDATE log_leaf SET subject = 'X'`,
	"log_hash":       `UPDATE log_hash SET hash = sha256('x')`,
	"log_checkpoint": `UPDATE log_checkpoint SET note = 'x'`,
	"log_key":        `UPDATE log_key SET verifier = 'x'`,
	"log_head":       `UPDATE log_head SET size = size - 1`,
}

// fill puts a row into each table of the log.
func fill(t testing.TB, db *pg.DB) {
	t.Helper()
	appendN(t, db, 0, 2)
	signer, vkey := newKey(t)
	if err := auditdb.RegisterKey(t.Context(), db.Querier(), vkey); err != nil {
		t.Fatal(err)
	}
	if _, err := auditdb.Checkpoint(t.Context(), db.Querier(), signer, now); err != nil {
		t.Fatal(err)
	}
}

// TestGrants: to the running program the log is append-only by grants alone. The triggers are off.
func TestGrants(t *testing.T) {
	t.Parallel()
	db, owner := open(t)
	fill(t, db)
	for table, change := range changes {
		for _, sql := range []string{change, `DELETE FROM ` + table, `TRUNCATE ` + table} {
			if table == "log_head" && sql == change {
				continue // granted; the trigger is what stops it
			}
			err := owner.InTx(t.Context(), func(q pg.Querier) error {
				for _, s := range []string{`ALTER TABLE ` + table + ` DISABLE TRIGGER USER`,
					`SET LOCAL ROLE yh_app`, sql} {
					if _, err := q.Exec(t.Context(), s); err != nil {
						return err
					}
				}
				return errors.New("the statement was let through")
			})
			if err == nil || !strings.Contains(err.Error(), "permission denied for table") {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
}

// TestTriggers: the owner of the tables, whom grants do not bind, is refused by triggers.
func TestTriggers(t *testing.T) {
	t.Parallel()
	db, owner := open(t)
	fill(t, db)
	for table, change := range changes {
		for _, sql := range []string{change, `DELETE FROM ` + table, `TRUNCATE ` + table} {
			_, err := owner.Exec(t.Context(), sql)
			if err == nil || !strings.Contains(err.Error(), "is refused") &&
				!strings.Contains(err.Error(), "only grows") {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	if _, err := owner.Exec(t.Context(), `UPDATE log_head SET root = sha256('x')`); err == nil {
		t.Error("the root may change while the size stays")
	}
}

// TestReader: the supervisor's role reads the log and writes nothing.
func TestReader(t *testing.T) {
	t.Parallel()
	db, owner := open(t)
	fill(t, db)
	as := func(sql string) error {
		return owner.InTx(t.Context(), func(q pg.Querier) error {
			if _, err := q.Exec(t.Context(), `SET LOCAL ROLE yh_read`); err != nil {
				return err
			}
			_, err := q.Exec(t.Context(), sql)
			return err
		})
	}
	for table := range changes {
		if err := as(`SELECT * FROM ` + table); err != nil {
			t.Errorf("%s: %v", table, err)
		}
		err := as(`INSERT INTO ` + table + ` SELECT * FROM ` + table)
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("INSERT INTO %s: %v", table, err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	db, _ := open(b)
	ctx := context.Background()
	for i := 0; b.Loop(); i++ {
		err := db.InTx(ctx, func(q pg.Querier) error {
			_, err := auditdb.Append(ctx, q, leaf(i))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
