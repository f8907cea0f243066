package auditdb_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// origin names the log of these tests.
const origin = "yaohao.example/county"

// newKey makes a key in a folder of the test's own.
func newKey(t testing.TB) (note.Signer, string) {
	t.Helper()
	signer, vkey, created, err := auditdb.LoadKey(t.TempDir()+"/log.key", origin)
	if err != nil || !created {
		t.Fatalf("LoadKey: created %v, %v", created, err)
	}
	return signer, vkey
}

// keyed gives a database whose key is registered.
func keyed(t testing.TB) (db, owner *pg.DB, signer note.Signer, vkey string) {
	t.Helper()
	db, owner = open(t)
	signer, vkey = newKey(t)
	if err := auditdb.RegisterKey(t.Context(), db.Querier(), vkey); err != nil {
		t.Fatal(err)
	}
	return db, owner, signer, vkey
}

func known(t testing.TB, vkey string) note.Verifiers {
	t.Helper()
	v, err := audit.Verifiers(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func sign(t testing.TB, db *pg.DB, signer note.Signer, at time.Time) []byte {
	t.Helper()
	c, err := auditdb.Checkpoint(t.Context(), db.Querier(), signer, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheckpoint(t *testing.T) {
	t.Parallel()
	db, _, signer, vkey := keyed(t)
	_, err := auditdb.LatestCheckpoint(t.Context(), db.Querier())
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("a new log has a checkpoint: %v", err)
	}
	sign(t, db, signer, now) // of the empty log
	appendN(t, db, 0, 5)
	first := sign(t, db, signer, now)
	if again := sign(t, db, signer, now.Add(time.Hour)); !bytes.Equal(again, first) {
		t.Errorf("an unchanged head is signed again:\n%s\n%s", first, again)
	}
	c, err := audit.OpenCheckpoint(first, known(t, vkey))
	if err != nil || c.Origin != origin || c.Head != treeOf(5) {
		t.Errorf("checkpoint %+v, %v", c, err)
	}
	appendN(t, db, 5, 9)
	second := sign(t, db, signer, now)
	latest, err := auditdb.LatestCheckpoint(t.Context(), db.Querier())
	if err != nil || !bytes.Equal(latest, second) || bytes.Equal(first, second) {
		t.Errorf("the latest checkpoint is\n%s\n%v", latest, err)
	}
	var rows int
	err = db.QueryRow(t.Context(), `SELECT count(*) FROM log_checkpoint`).Scan(&rows)
	if err != nil || rows != 3 {
		t.Errorf("%d checkpoints are stored, %v", rows, err)
	}
}

// TestCheckpointRefusesDamagedTree: what was changed is not signed, wherever the change is.
func TestCheckpointRefusesDamagedTree(t *testing.T) {
	t.Parallel()
	db, owner := open(t)
	signer, vkey := newKey(t)
	if err := auditdb.RegisterKey(t.Context(), db.Querier(), vkey); err != nil {
		t.Fatal(err)
	}
	appendN(t, db, 0, 3) // its root needs hashes 2 and 3
	sign(t, db, signer, now)
	appendN(t, db, 3, 4) // its root is hash 6
	for name, sql := range map[string]string{
		"root":            `UPDATE log_head SET root = sha256('forged')`,
		"frontier":        `UPDATE log_hash SET hash = sha256('forged') WHERE index = 6`,
		"old checkpoint":  `UPDATE log_checkpoint SET note = replace(note, E'\n3\n', E'\n2\n')`,
		"no checkpoint":   `UPDATE log_checkpoint SET note = 'x'`,
		"hash before it":  `UPDATE log_hash SET hash = sha256('forged') WHERE index = 3`,
		"hash is missing": `DELETE FROM log_hash WHERE index = 3`,
	} {
		damaged(t, owner, sql, func(q pg.Querier) {
			_, err := auditdb.Checkpoint(t.Context(), q, signer, now)
			if !errors.Is(err, auditdb.ErrDamaged) {
				t.Errorf("%s: Checkpoint gives %v", name, err)
			}
		})
	}
}

// TestProofs proves every leaf against every checkpoint and every growth between two, and checks
// the texts as a stranger would.
func TestProofs(t *testing.T) {
	t.Parallel()
	db, _, signer, vkey := keyed(t)
	const n = 9
	sign(t, db, signer, now)
	for i := range n {
		appendN(t, db, i, i+1)
		sign(t, db, signer, now)
	}
	q, keys := db.Querier(), known(t, vkey)
	for size := int64(1); size <= n; size++ {
		for index := range size {
			p, err := auditdb.ProveLeaf(t.Context(), q, index, size)
			if err != nil {
				t.Fatal(err)
			}
			l, c, err := audit.CheckProof(audit.FormatProof(p), keys)
			if err != nil || c.Size != size || l.Fact("number") != leaf(int(index)).Fact("number") {
				t.Fatalf("leaf %d of %d: %+v %+v %v", index, size, l, c, err)
			}
		}
		for old := range size + 1 {
			p, err := auditdb.ProveGrowth(t.Context(), q, old, size)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := audit.CheckGrowth(audit.FormatGrowth(p), keys); err != nil {
				t.Fatalf("%d to %d: %v", old, size, err)
			}
		}
	}
	p, err := auditdb.ProveLeaf(t.Context(), q, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, c, err := audit.CheckProof(audit.FormatProof(p), keys); err != nil || c.Size != n {
		t.Errorf("the newest checkpoint is %+v, %v", c, err)
	}
}

func TestProofsThatCannotBe(t *testing.T) {
	t.Parallel()
	db, _, signer, _ := keyed(t)
	q := db.Querier()
	appendN(t, db, 0, 4)
	for _, size := range []int64{0, 4} {
		if _, err := auditdb.ProveLeaf(t.Context(), q, 1, size); !fault.Is(err, fault.NotFound) {
			t.Errorf("without any checkpoint, size %d: %v", size, err)
		}
	}
	sign(t, db, signer, now)
	appendN(t, db, 4, 6)
	for _, c := range []struct{ index, size int64 }{
		{6, 0}, {-1, 0}, {1, 3}, {1, 99}, {5, 4}, {4, 0},
	} {
		_, err := auditdb.ProveLeaf(t.Context(), q, c.index, c.size)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("leaf %d of %d: %v", c.index, c.size, err)
		}
	}
	if _, err := auditdb.ProveGrowth(t.Context(), q, 3, 4); !fault.Is(err, fault.NotFound) {
		t.Errorf("growth from a size without checkpoint: %v", err)
	}
	if _, err := auditdb.ProveGrowth(t.Context(), q, 4, 5); !fault.Is(err, fault.NotFound) {
		t.Errorf("growth to a size without checkpoint: %v", err)
	}
	sign(t, db, signer, now)
	if _, err := auditdb.ProveGrowth(t.Context(), q, 6, 4); !fault.Is(err, fault.Invalid) {
		t.Errorf("growth backwards: %v", err)
	}
}
