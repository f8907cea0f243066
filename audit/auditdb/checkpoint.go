package auditdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// Checkpoint signs the present head of the log under the signer's name as origin, stores the signed
// note with the time now, and gives it. A head that has a checkpoint is not signed again: the
// stored one comes back. It refuses with ErrDamaged to sign a head that the stored hashes do not
// give, or one of which the newest checkpoint is not the beginning.
func Checkpoint(ctx context.Context, q pg.Querier, signer note.Signer, now time.Time) (
	[]byte, error) {
	head, err := Head(ctx, q)
	if err != nil {
		return nil, err
	}
	old, err := newestCheckpoint(ctx, q)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if old != nil {
		size, err := checkSigned(ctx, q, old)
		if err != nil {
			return nil, err
		}
		if size == head.Size {
			return old, nil
		}
	}
	if _, err := readFrontier(ctx, q, head); err != nil {
		return nil, fmt.Errorf("sign a checkpoint: %w", err)
	}
	signed, err := audit.SignCheckpoint(audit.Checkpoint{Origin: signer.Name(), Head: head}, signer)
	if err != nil {
		return nil, err
	}
	return storeCheckpoint(ctx, q, head.Size, signed, now)
}

// checkSigned compares what a stored checkpoint says with the tree as it is now, and gives its
// size. Signatures are Verify's business.
func checkSigned(ctx context.Context, q pg.Querier, signed []byte) (size int64, err error) {
	text, _, _ := strings.Cut(string(signed), "\n\n")
	c, err := audit.ParseCheckpoint(text + "\n")
	if err != nil {
		return 0, fmt.Errorf("%w: stored checkpoint: %w", ErrDamaged, err)
	}
	root, err := tlog.TreeHash(c.Size, hashReader(ctx, q))
	if err != nil {
		return 0, fmt.Errorf("compare with checkpoint %d: %w", c.Size, err)
	}
	if root != c.Root {
		return 0, fmt.Errorf("%w: checkpoint of %d leaves", ErrDamaged, c.Size)
	}
	return c.Size, nil
}

// storeCheckpoint keeps the first checkpoint of a size: if another server was faster, its note is
// the one that may have left the house already.
func storeCheckpoint(ctx context.Context, q pg.Querier, size int64, signed []byte, now time.Time) (
	[]byte, error) {
	_, err := q.Exec(ctx, `INSERT INTO log_checkpoint (size, at, note) VALUES ($1, $2, $3)
		ON CONFLICT (size) DO NOTHING`, size, now, string(signed))
	if err != nil {
		return nil, fmt.Errorf("store checkpoint %d: %w", size, err)
	}
	return checkpointAt(ctx, q, size)
}

// LatestCheckpoint gives the newest signed checkpoint; without any it is fault.NotFound.
func LatestCheckpoint(ctx context.Context, q pg.Querier) ([]byte, error) {
	return newestCheckpoint(ctx, q)
}

func newestCheckpoint(ctx context.Context, q pg.Querier) ([]byte, error) {
	return scanNote(q.QueryRow(ctx, `SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1`),
		"日志还没有检查点")
}

func checkpointAt(ctx context.Context, q pg.Querier, size int64) ([]byte, error) {
	return scanNote(q.QueryRow(ctx, `SELECT note FROM log_checkpoint WHERE size = $1`, size),
		fmt.Sprintf("日志没有 %d 条时的检查点", size))
}

func scanNote(row pgx.Row, missing string) ([]byte, error) {
	var text string
	err := row.Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "%s", missing).
			WithHint("检查点由服务定时签发，请稍后再试").Wrap(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read a checkpoint: %w", err)
	}
	return []byte(text), nil
}

// ProveLeaf proves that leaf index stands in the log of the stored checkpoint of size leaves; size
// 0 means the newest checkpoint. audit.FormatProof makes it a text for strangers. A leaf or
// checkpoint that does not exist, or a leaf beyond the checkpoint, is fault.NotFound.
func ProveLeaf(ctx context.Context, q pg.Querier, index, size int64) (audit.LeafProof, error) {
	body, err := leafBody(ctx, q, index)
	if err != nil {
		return audit.LeafProof{}, err
	}
	signed, size, err := signedAt(ctx, q, size)
	if err != nil {
		return audit.LeafProof{}, err
	}
	if index >= size {
		return audit.LeafProof{}, fault.New(fault.NotFound,
			"日志第 %d 条不在 %d 条的检查点之内", index, size).
			WithHint("检查点由服务定时签发，请稍后再试")
	}
	path, err := audit.ProveLeaf(size, index, hashReader(ctx, q))
	if err != nil {
		return audit.LeafProof{}, fmt.Errorf("prove leaf %d of %d: %w", index, size, err)
	}
	return audit.LeafProof{Index: index, Path: path, Body: body, Checkpoint: signed}, nil
}

// ProveGrowth proves that the log of the stored checkpoint of old leaves is the beginning of that
// of size leaves; size 0 means the newest checkpoint.
func ProveGrowth(ctx context.Context, q pg.Querier, old, size int64) (audit.GrowthProof, error) {
	before, err := checkpointAt(ctx, q, old)
	if err != nil {
		return audit.GrowthProof{}, err
	}
	present, size, err := signedAt(ctx, q, size)
	if err != nil {
		return audit.GrowthProof{}, err
	}
	if old > size {
		return audit.GrowthProof{}, fault.New(fault.Invalid,
			"旧检查点（%d 条）比新检查点（%d 条）长", old, size).WithHint("请交换两个数")
	}
	path, err := audit.ProveGrowth(size, old, hashReader(ctx, q))
	if err != nil {
		return audit.GrowthProof{}, fmt.Errorf("prove growth from %d to %d: %w", old, size, err)
	}
	return audit.GrowthProof{Path: path, Old: before, New: present}, nil
}

// signedAt gives the stored checkpoint of a size, or the newest for 0, with its size.
func signedAt(ctx context.Context, q pg.Querier, size int64) ([]byte, int64, error) {
	if size > 0 {
		signed, err := checkpointAt(ctx, q, size)
		return signed, size, err
	}
	signed, err := newestCheckpoint(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	size, err = checkSigned(ctx, q, signed)
	return signed, size, err
}
