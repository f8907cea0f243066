package auditdb_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"yaohao/audit/auditdb"
	"yaohao/internal/pg"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	db, _, signer, vkey := keyed(t)
	q := db.Querier()
	report, err := auditdb.Verify(t.Context(), q, []string{vkey}, nil)
	if err != nil || report.Leaves != 0 {
		t.Errorf("an empty log: %+v, %v", report, err)
	}
	sign(t, db, signer, now)
	appendN(t, db, 0, 12)
	sign(t, db, signer, now)
	appendN(t, db, 12, 20)
	sign(t, db, signer, now)
	for _, keys := range [][]string{{vkey}, nil} {
		report, err = auditdb.Verify(t.Context(), q, keys, nil)
		if err != nil || report.Damage != nil || report.Leaves != 20 || report.Checkpoints != 3 ||
			report.Hashes != tlog.StoredHashCount(20) || report.Head != treeOf(20) ||
			!slices.Equal(report.Keys, []string{vkey}) {
			t.Errorf("keys %v: %+v, %v", keys, report, err)
		}
	}
}

// TestVerifyManyPages has leaves and checkpoints on and beside the borders of pages.
func TestVerifyManyPages(t *testing.T) {
	t.Parallel()
	db, _, signer, vkey := keyed(t)
	at := 0
	for _, to := range []int{999, 1000, 1001, 1037} {
		err := db.InTx(t.Context(), func(q pg.Querier) error {
			for ; at < to; at++ {
				if _, err := auditdb.Append(t.Context(), q, leaf(at)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sign(t, db, signer, now)
	}
	var steps []string
	report, err := auditdb.Verify(t.Context(), db.Querier(), []string{vkey},
		func(done, total int64) { steps = append(steps, fmt.Sprintf("%d/%d", done, total)) })
	if err != nil || report.Leaves != 1037 || report.Checkpoints != 4 ||
		report.Head != treeOf(1037) {
		t.Errorf("%+v, %v", report, err)
	}
	if got := strings.Join(steps, " "); got != "1000/1037 1037/1037" {
		t.Errorf("progress %s", got)
	}
}

// TestVerifyFindsDamage changes the log as the owner of the database with triggers off, one place
// at a time. The log has 11 leaves and checkpoints at 0, 4 and 11.
func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	db, owner, signer, vkey := keyed(t)
	sign(t, db, signer, now)
	appendN(t, db, 0, 4)
	sign(t, db, signer, now)
	appendN(t, db, 4, 11)
	sign(t, db, signer, now)
	forged := leaf(5)
	forged.Facts[0].Value = "6"
	for _, c := range []struct {
		name, sql, part string
		index           int64
	}{
		{"leaf rewritten",
			fmt.Sprintf(`UPDATE log_leaf SET body = '\x%x' WHERE index = 5`, forged.Marshal()),
			auditdb.PartHash, 5},
		{"leaf is no leaf", `UPDATE log_leaf SET body = 'x' WHERE index = 5`,
			auditdb.PartLeaf, 5},
		{"subject changed", `UPDATE log_leaf SET subject = 'X' WHERE index = 3`,
			auditdb.PartLeaf, 3},
		{"kind changed", `UPDATE log_leaf SET kind = 'void' WHERE index = 3`,
			auditdb.PartLeaf, 3},
		{"time changed", `UPDATE log_leaf SET at = at + '1 us' WHERE index = 3`,
			auditdb.PartLeaf, 3},
		{"last leaf deleted", `DELETE FROM log_leaf WHERE index = 10`, auditdb.PartLeaf, 10},
		{"first leaf deleted", `DELETE FROM log_leaf WHERE index = 0`, auditdb.PartLeaf, 0},
		{"all leaves deleted", `DELETE FROM log_leaf`, auditdb.PartLeaf, 0},
		{"leaf moved", `UPDATE log_leaf SET index = 99 WHERE index = 10`, auditdb.PartLeaf, 10},
		{"leaf added", `INSERT INTO log_leaf SELECT 11, kind, subject, at, body FROM log_leaf
			WHERE index = 10`, auditdb.PartHead, 11},
		{"leaf hash rewritten", `UPDATE log_hash SET hash = sha256('x') WHERE index = 0`,
			auditdb.PartHash, 0},
		{"inner hash rewritten", `UPDATE log_hash SET hash = sha256('x') WHERE index = 6`,
			auditdb.PartHash, 3},
		{"hash deleted", `DELETE FROM log_hash WHERE index = 6`, auditdb.PartHash, 3},
		{"last hash deleted", `DELETE FROM log_hash WHERE index = 18`, auditdb.PartHash, 10},
		{"hash added", `INSERT INTO log_hash VALUES (1000, sha256('x'))`, auditdb.PartHead, 11},
		{"root rewritten", `UPDATE log_head SET root = sha256('x')`, auditdb.PartHead, 11},
		{"head shortened", `UPDATE log_head SET size = 10`, auditdb.PartHead, 10},
		{"head lengthened", `UPDATE log_head SET size = 12`, auditdb.PartLeaf, 11},
		{"head emptied", `UPDATE log_head SET size = 0, root = sha256('')`, auditdb.PartHead, 0},
		{"head deleted", `DELETE FROM log_head`, auditdb.PartHead, 0},
		{"checkpoint rewritten", `UPDATE log_checkpoint SET note = 'x' WHERE size = 4`,
			auditdb.PartCheckpoint, 4},
		{"checkpoint of nothing rewritten", `UPDATE log_checkpoint SET note = 'x' WHERE size = 0`,
			auditdb.PartCheckpoint, 0},
		{"checkpoint's size changed", `UPDATE log_checkpoint
			SET note = replace(note, E'\n4\n', E'\n5\n') WHERE size = 4`,
			auditdb.PartCheckpoint, 4},
		{"checkpoint of another size", `UPDATE log_checkpoint SET note =
			(SELECT note FROM log_checkpoint WHERE size = 4) WHERE size = 11`,
			auditdb.PartCheckpoint, 11},
		{"checkpoint of the future", `UPDATE log_checkpoint SET size = 12 WHERE size = 11`,
			auditdb.PartHead, 11},
		{"key exchanged", `UPDATE log_key SET verifier = 'x'`, auditdb.PartKey, 11},
		{"key added", `INSERT INTO log_key VALUES (2, 'x')`, auditdb.PartKey, 11},
	} {
		damaged(t, owner, c.sql, func(q pg.Querier) {
			report, err := auditdb.Verify(t.Context(), q, []string{vkey}, nil)
			var d *auditdb.Damage
			if !errors.As(err, &d) || report.Damage != d {
				t.Errorf("%s: Verify gives %+v, %v", c.name, report, err)
			} else if d.Part != c.part || d.Index != c.index || d.Message == "" {
				t.Errorf("%s: found %+v, want %s %d", c.name, d, c.part, c.index)
			}
		})
	}
}

// TestVerifyFindsRewrittenHistory: the owner rewrites a leaf and everything that follows from it,
// hashes and head. Only the checkpoint tells, and only because the key was not there to be stolen.
func TestVerifyFindsRewrittenHistory(t *testing.T) {
	t.Parallel()
	db, owner := openUnchecked(t)
	signer, vkey := newKey(t)
	appendN(t, db, 0, 6)
	sign(t, db, signer, now)
	appendN(t, db, 6, 8)

	forge(t, owner, `DELETE FROM log_leaf`)
	forge(t, owner, `DELETE FROM log_hash`)
	forge(t, owner, `UPDATE log_head SET size = 0, root = sha256('')`)
	for i := range 8 {
		l := leaf(i)
		if i == 2 {
			l.Facts[0].Value = "another"
		}
		err := owner.InTx(t.Context(), func(q pg.Querier) error {
			_, err := auditdb.Append(t.Context(), q, l)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var d *auditdb.Damage
	_, err := auditdb.Verify(t.Context(), db.Querier(), []string{vkey}, nil)
	if !errors.As(err, &d) || d.Part != auditdb.PartCheckpoint || d.Index != 6 {
		t.Errorf("Verify gives %v", err)
	}
	// A new signature by another key does not help the forger.
	forger, _ := newKey(t)
	forge(t, owner, `DELETE FROM log_checkpoint`)
	sign(t, db, forger, now)
	_, err = auditdb.Verify(t.Context(), db.Querier(), []string{vkey}, nil)
	if !errors.As(err, &d) || d.Part != auditdb.PartCheckpoint || d.Index != 8 {
		t.Errorf("with a forged checkpoint Verify gives %v", err)
	}
}

// TestVerifyWhileAppending: appends that go on meanwhile are no damage.
func TestVerifyWhileAppending(t *testing.T) {
	t.Parallel()
	db, _, signer, vkey := keyed(t)
	appendN(t, db, 0, 20)
	sign(t, db, signer, now)
	next := 20
	for range 5 {
		_, err := auditdb.Verify(t.Context(), db.Querier(), []string{vkey}, func(_, _ int64) {
			appendN(t, db, next, next+3) // between the pages and the end
			next += 3
			sign(t, db, signer, now)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerifyRefusesBadKeys(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	_, err := auditdb.Verify(t.Context(), db.Querier(), []string{"x"}, nil)
	var d *auditdb.Damage
	if err == nil || errors.As(err, &d) {
		t.Errorf("a malformed key gives %v", err)
	}
}

func BenchmarkVerify(b *testing.B) {
	db, _ := open(b)
	appendN(b, db, 0, 2000)
	for b.Loop() {
		if _, err := auditdb.Verify(b.Context(), db.Querier(), nil, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(2000*b.N), "µs/leaf")
}
