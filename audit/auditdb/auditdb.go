package auditdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// ErrDamaged says that stored hashes do not give the root that log_head or a checkpoint has: the
// log was changed behind this program's back. Nothing is appended or signed then; Verify tells
// where it begins.
var ErrDamaged = errors.New("auditdb: the log's hashes do not fit together")

// Append adds a leaf to the log inside the caller's transaction q and gives its index, from 0. A
// leaf that breaks a rule of package audit is an error (*audit.LeafError) before anything is read.
func Append(ctx context.Context, q pg.Querier, l audit.Leaf) (index int64, err error) {
	if err := l.Check(); err != nil {
		return 0, fmt.Errorf("append to the log: %w", err)
	}
	l = l.Normal()
	head, err := lockHead(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("append to the log: %w", err)
	}
	frontier, err := readFrontier(ctx, q, head)
	if err != nil {
		return 0, fmt.Errorf("append to the log: %w", err)
	}
	body := l.Marshal()
	stored := frontier.Append(audit.LeafHash(body))
	if err := writeLeaf(ctx, q, head.Size, l, body, stored, frontier.Head()); err != nil {
		return 0, fmt.Errorf("append leaf %d to the log: %w", head.Size, err)
	}
	return head.Size, nil
}

// Head gives the size and root of the log.
func Head(ctx context.Context, q pg.Querier) (audit.Head, error) {
	head, err := scanHead(q.QueryRow(ctx, `SELECT size, root FROM log_head`))
	if err != nil {
		return audit.Head{}, fmt.Errorf("read the log's head: %w", err)
	}
	return head, nil
}

// lockHead reads the head and keeps everybody else from appending until the transaction ends. At
// READ COMMITTED it waits and then sees what the one before committed.
func lockHead(ctx context.Context, q pg.Querier) (audit.Head, error) {
	return scanHead(q.QueryRow(ctx, `SELECT size, root FROM log_head FOR UPDATE`))
}

func scanHead(row pgx.Row) (audit.Head, error) {
	var size int64
	var root []byte
	if err := row.Scan(&size, &root); err != nil {
		return audit.Head{}, err
	}
	return audit.Head{Size: size, Root: audit.Hash(root)}, nil // the schema wants 32 bytes
}

// readFrontier takes up the tree where head left it and checks that it has head's root.
func readFrontier(ctx context.Context, q pg.Querier, head audit.Head) (*audit.Frontier, error) {
	hashes, err := hashReader(ctx, q).ReadHashes(audit.FrontierIndexes(head.Size))
	if err != nil {
		return nil, err
	}
	frontier, err := audit.NewFrontier(head.Size, hashes)
	if err != nil {
		return nil, err
	}
	if frontier.Head() != head {
		return nil, fmt.Errorf("%w: head of %d leaves", ErrDamaged, head.Size)
	}
	return frontier, nil
}

// hashReader reads exactly the stored hashes that are asked for, in the order asked.
func hashReader(ctx context.Context, q pg.Querier) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]audit.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		rows, err := q.Query(ctx, `SELECT index, hash FROM log_hash WHERE index = ANY($1)`, indexes)
		if err != nil {
			return nil, err
		}
		found := make(map[int64]audit.Hash, len(indexes))
		var index int64
		var hash []byte
		_, err = pgx.ForEachRow(rows, []any{&index, &hash}, func() error {
			found[index] = audit.Hash(hash)
			return nil
		})
		if err != nil {
			return nil, err
		}
		out := make([]audit.Hash, len(indexes))
		for i, index := range indexes {
			h, ok := found[index]
			if !ok {
				return nil, fmt.Errorf("%w: hash %d is missing", ErrDamaged, index)
			}
			out[i] = h
		}
		return out, nil
	})
}

// writeLeaf stores a leaf, its hashes and the new head in one round trip.
func writeLeaf(ctx context.Context, q pg.Querier, index int64, l audit.Leaf, body []byte,
	stored []audit.Hash, head audit.Head) error {
	first := tlog.StoredHashIndex(0, index)
	indexes := make([]int64, len(stored))
	hashes := make([][]byte, len(stored))
	for i := range stored {
		indexes[i], hashes[i] = first+int64(i), stored[i][:]
	}
	var b pgx.Batch
	b.Queue(`INSERT INTO log_leaf (index, kind, subject, at, body) VALUES ($1, $2, $3, $4, $5)`,
		index, l.Kind, l.Subject, l.At, body)
	b.Queue(`INSERT INTO log_hash (index, hash) SELECT * FROM unnest($1::bigint[], $2::bytea[])`,
		indexes, hashes)
	// The size is compared again: should a caller have no transaction, the lock is gone by now,
	// and this fails instead of writing a second leaf at one index.
	b.Queue(`UPDATE log_head SET size = $1, root = $2 WHERE size = $3`,
		head.Size, head.Root[:], index)
	results := q.SendBatch(ctx, &b)
	for range 2 {
		if _, err := results.Exec(); err != nil {
			return errors.Join(err, results.Close())
		}
	}
	tag, err := results.Exec()
	if err == nil && tag.RowsAffected() != 1 {
		err = errors.New("another append came between; is there a transaction?")
	}
	return errors.Join(err, results.Close())
}

// Filter chooses leaves for Leaves. The zero Filter is the oldest 100.
type Filter struct {
	Subject string // only this subject; empty: any
	Kind    string // only this kind; empty: any
	From    int64  // from this index on
	Limit   int64  // at most so many, 1 to 1000; 0 means 100
	Newest  bool   // newest first; From is then the index to stay below, 0 for none
}

// Entry is a leaf with its place in the log.
type Entry struct {
	Index int64      `json:"index"`
	Leaf  audit.Leaf `json:"leaf"`
}

// Leaves gives the leaves that a filter chooses, ascending by index (descending with Newest).
func Leaves(ctx context.Context, q pg.Querier, f Filter) ([]Entry, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	args := []any{f.From, min(f.Limit, 1000)}
	where, order := `index >= $1`, `ASC`
	if f.Newest {
		where, order = `($1 = 0 OR index < $1)`, `DESC`
	}
	// Conditions are added one by one, so that each query can use the index that suits it.
	for _, c := range []struct{ column, value string }{{"subject", f.Subject}, {"kind", f.Kind}} {
		if c.value != "" {
			args = append(args, c.value)
			where += fmt.Sprintf(` AND %s = $%d`, c.column, len(args))
		}
	}
	rows, err := q.Query(ctx, `SELECT index, body FROM log_leaf WHERE `+where+
		` ORDER BY index `+order+` LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return entries, nil
}

func scanEntry(row pgx.CollectableRow) (Entry, error) {
	var e Entry
	var body []byte
	if err := row.Scan(&e.Index, &body); err != nil {
		return Entry{}, err
	}
	leaf, err := audit.ParseLeaf(body)
	if err != nil {
		return Entry{}, fmt.Errorf("leaf %d: %w", e.Index, err)
	}
	e.Leaf = leaf
	return e, nil
}

// leafBody gives the bytes of one leaf; a leaf that does not exist is fault.NotFound.
func leafBody(ctx context.Context, q pg.Querier, index int64) ([]byte, error) {
	var body []byte
	err := q.QueryRow(ctx, `SELECT body FROM log_leaf WHERE index = $1`, index).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "日志中没有第 %d 条", index).Wrap(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read leaf %d: %w", index, err)
	}
	return body, nil
}
