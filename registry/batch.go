package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Batch 交办批次 is what one batch of given tasks holds for one unit; who is in it is sealed.
type Batch struct {
	ID    string          `json:"id"`
	Unit  sampling.UnitID `json:"unit"`
	Tasks int64           `json:"tasks"`
	Used  bool            `json:"used"` // a draw has frozen the batch: it cannot change any more
}

// Batches gives all batches, those that no draw has used first, then by id and unit.
func Batches(ctx context.Context, q pg.Querier) ([]Batch, error) {
	return all(ctx, q, func(row pgx.CollectableRow) (b Batch, err error) {
		err = row.Scan(&b.ID, &b.Unit, &b.Tasks, &b.Used)
		return b, err
	}, `SELECT b.id, t.unit_id, count(*), b.used FROM given_batch b JOIN given_task t ON t.batch = b.id
		GROUP BY b.id, t.unit_id ORDER BY b.used, b.id COLLATE "C", t.unit_id COLLATE "C"`)
}
