package auditdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yaohao/audit"
	"yaohao/internal/pg"
)

// page is how many leaves Verify holds in memory at once.
const page = 1000

// Report is what Verify saw. With a Damage, the numbers tell how far it came.
type Report struct {
	Leaves      int64      // leaves read and hashed
	Hashes      int64      // stored hashes recomputed
	Checkpoints int64      // checkpoints whose signature and root are right
	Head        audit.Head // the head as stored
	Keys        []string   // public keys that were accepted
	Damage      *Damage    // the first thing that is wrong; nil if all is well
}

// Parts of the log that can be damaged.
const (
	PartHead       = "head"
	PartLeaf       = "leaf"
	PartHash       = "hash"
	PartCheckpoint = "checkpoint"
	PartKey        = "key"
)

// Damage is the first place at which a log is not what it was. It is an error.
type Damage struct {
	Part    string // one of the Part constants
	Index   int64  // leaf index; for a checkpoint its size; for head and key the log's size
	Message string // Chinese, for people
}

// Error gives the message.
func (d *Damage) Error() string { return d.Message }

func damage(part string, index int64, format string, args ...any) *Damage {
	return &Damage{part, index, fmt.Sprintf(format, args...)}
}

// Verify reads the whole log and proves it: every leaf parses and says what its columns say, every
// stored hash is recomputed, every checkpoint is signed by one of verifierKeys and has the root
// that the leaves had at its size, and the head has the root of all. It stops at the first damage
// and gives it both in the report and as the error (*Damage); other errors mean that the log could
// not be read. Without verifierKeys the registered keys are taken, which a forger of the database
// could have exchanged: give keys from outside.
//
// Memory does not grow with the log. Appends may go on meanwhile: what is verified is the log as of
// the first statement. progress, if not nil, is called after each page of leaves.
func Verify(ctx context.Context, q pg.Querier, verifierKeys []string,
	progress func(done, total int64)) (Report, error) {
	v := verifier{ctx: ctx, q: q, progress: progress}
	err := v.run(verifierKeys)
	if d := (*Damage)(nil); errors.As(err, &d) {
		v.report.Damage = d
		return v.report, d
	}
	if err != nil {
		return v.report, fmt.Errorf("verify the log: %w", err)
	}
	return v.report, nil
}

// verifier is one run of Verify. tree is rebuilt from the leaves alone; nothing stored goes in.
type verifier struct {
	ctx      context.Context
	q        pg.Querier
	progress func(done, total int64)
	known    note.Verifiers
	tree     audit.Frontier
	ends     ends
	report   Report
}

// ends are the last rows of each table at one moment, -1 if there is none.
type ends struct {
	Leaf, Hash, Checkpoint int64
}

func (v *verifier) run(verifierKeys []string) error {
	if err := v.readEnds(); err != nil {
		return err
	}
	if err := v.useKeys(verifierKeys); err != nil {
		return err
	}
	// One may have been signed before there was any leaf.
	signed, err := v.readCheckpoints(-1, 0)
	if err != nil {
		return err
	}
	if _, err := v.checkCheckpoints(signed); err != nil {
		return err
	}
	size := v.report.Head.Size
	for from := int64(0); from < size; from += page {
		if err := v.checkPage(from, min(from+page, size)); err != nil {
			return err
		}
		if v.progress != nil {
			v.progress(v.report.Leaves, size)
		}
	}
	return v.checkEnds()
}

// readEnds takes head and last rows in one statement, which is one snapshot: an append between
// two statements must not look like a leaf beyond the head.
func (v *verifier) readEnds() error {
	var root []byte
	err := v.q.QueryRow(v.ctx, `SELECT size, root,
			coalesce((SELECT max(index) FROM log_leaf), -1),
			coalesce((SELECT max(index) FROM log_hash), -1),
			coalesce((SELECT max(size) FROM log_checkpoint), -1)
		FROM log_head`).
		Scan(&v.report.Head.Size, &root, &v.ends.Leaf, &v.ends.Hash, &v.ends.Checkpoint)
	if errors.Is(err, pgx.ErrNoRows) {
		return damage(PartHead, 0, "日志头不见了")
	}
	if err != nil {
		return err
	}
	v.report.Head.Root = audit.Hash(root)
	return nil
}

// useKeys settles which keys count. A registered key that the caller does not know means that
// somebody else signs here.
func (v *verifier) useKeys(given []string) error {
	registered, err := Keys(v.ctx, v.q)
	if err != nil {
		return err
	}
	if len(given) == 0 {
		given = registered
	}
	for _, key := range registered {
		if !slices.Contains(given, key) {
			return damage(PartKey, v.report.Head.Size, "数据库登记了不认识的公钥 %s", key)
		}
	}
	v.report.Keys = given
	v.known, err = audit.Verifiers(given...)
	return err
}

// storedLeaf is a row of log_leaf.
type storedLeaf struct {
	Index   int64
	Kind    string
	Subject string
	At      time.Time
	Body    []byte
}

// checkPage checks leaves from ≤ index < to, their stored hashes, and the checkpoints that were
// signed on the way.
func (v *verifier) checkPage(from, to int64) error {
	leaves, err := v.readLeaves(from, to)
	if err != nil {
		return err
	}
	hashes, err := v.readHashes(tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, to))
	if err != nil {
		return err
	}
	signed, err := v.readCheckpoints(from, to)
	if err != nil {
		return err
	}
	for index := from; index < to; index++ {
		if len(leaves) == 0 || leaves[0].Index != index {
			return damage(PartLeaf, index, "日志第 %d 条不见了", index)
		}
		if err := checkLeaf(leaves[0]); err != nil {
			return err
		}
		want := v.tree.Append(audit.LeafHash(leaves[0].Body))
		leaves = leaves[1:]
		v.report.Leaves++
		if hashes, err = v.checkHashes(index, want, hashes); err != nil {
			return err
		}
		if signed, err = v.checkCheckpoints(signed); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) readLeaves(from, to int64) ([]storedLeaf, error) {
	rows, err := v.q.Query(v.ctx, `SELECT index, kind, subject, at, body FROM log_leaf
		WHERE index >= $1 AND index < $2 ORDER BY index`, from, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[storedLeaf])
}

// storedHash is a row of log_hash.
type storedHash struct {
	Index int64
	Hash  []byte
}

func (v *verifier) readHashes(from, to int64) ([]storedHash, error) {
	rows, err := v.q.Query(v.ctx, `SELECT index, hash FROM log_hash
		WHERE index >= $1 AND index < $2 ORDER BY index`, from, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[storedHash])
}

// storedCheckpoint is a row of log_checkpoint.
type storedCheckpoint struct {
	Size int64
	Note string
}

// readCheckpoints gives the checkpoints of after < size ≤ to.
func (v *verifier) readCheckpoints(after, to int64) ([]storedCheckpoint, error) {
	rows, err := v.q.Query(v.ctx, `SELECT size, note FROM log_checkpoint
		WHERE size > $1 AND size <= $2 ORDER BY size`, after, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[storedCheckpoint])
}

// checkCheckpoints takes the first of signed if it was signed at the size that the tree has now:
// then its root must be the tree's. It gives the rest. Checking against the tree at that very
// moment proves consistency without a proof: all checkpoints are prefixes of one sequence.
func (v *verifier) checkCheckpoints(signed []storedCheckpoint) ([]storedCheckpoint, error) {
	if len(signed) == 0 || signed[0].Size != v.tree.Size() {
		return signed, nil
	}
	s := signed[0]
	c, err := audit.OpenCheckpoint([]byte(s.Note), v.known)
	if err != nil {
		return nil, damage(PartCheckpoint, s.Size, "%d 条时的检查点签名不成立：%v", s.Size, err)
	}
	if c.Head != v.tree.Head() {
		return nil, damage(PartCheckpoint, s.Size, "%d 条时的检查点与日志不符：签的是 %d 条、根 %s",
			s.Size, c.Size, c.Root)
	}
	v.report.Checkpoints++
	return signed[1:], nil
}

// checkLeaf compares a leaf's bytes with the columns by which it is found.
func checkLeaf(s storedLeaf) error {
	l, err := audit.ParseLeaf(s.Body)
	if err != nil {
		return damage(PartLeaf, s.Index, "日志第 %d 条不是记录的形式：%v", s.Index, err)
	}
	if l.Kind != s.Kind || l.Subject != s.Subject || !l.At.Equal(s.At) {
		return damage(PartLeaf, s.Index, "日志第 %d 条的索引列（%s %s %s）与记录不符", s.Index,
			s.Kind, s.Subject, s.At.Format(time.RFC3339Nano))
	}
	return nil
}

// checkHashes compares the hashes that a leaf must have brought with the next stored ones, and
// gives the stored ones after those.
func (v *verifier) checkHashes(leaf int64, want []audit.Hash, stored []storedHash) (
	[]storedHash, error) {
	first := tlog.StoredHashIndex(0, leaf)
	for i, h := range want {
		index := first + int64(i)
		if len(stored) == 0 || stored[0].Index != index {
			return nil, damage(PartHash, leaf, "日志第 %d 条的散列 %d 不见了", leaf, index)
		}
		if !bytes.Equal(stored[0].Hash, h[:]) {
			return nil, damage(PartHash, leaf, "日志第 %d 条的散列 %d 与内容不符", leaf, index)
		}
		stored = stored[1:]
		v.report.Hashes++
	}
	return stored, nil
}

// checkEnds looks at what lies beyond the last leaf.
func (v *verifier) checkEnds() error {
	head := v.report.Head
	switch {
	case v.ends.Leaf >= head.Size:
		return damage(PartHead, head.Size, "日志头只记 %d 条，却有第 %d 条", head.Size, v.ends.Leaf)
	case v.ends.Hash >= tlog.StoredHashCount(head.Size):
		return damage(PartHead, head.Size, "日志头只记 %d 条，却有散列 %d", head.Size, v.ends.Hash)
	case v.ends.Checkpoint > head.Size:
		return damage(PartHead, head.Size, "日志只有 %d 条，检查点却签过 %d 条",
			head.Size, v.ends.Checkpoint)
	case v.tree.Head() != head:
		return damage(PartHead, head.Size, "日志头的根与 %d 条记录不符", head.Size)
	}
	return nil
}
