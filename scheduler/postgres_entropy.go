package scheduler

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// The SQL of seals, announced sources, typed values and requests to make void.

// sealRow is one seal of a draw.
type sealRow struct {
	commit string
	sealed []byte
}

func insertSeal(ctx context.Context, q pg.Querier, draw, name, commit string, sealed []byte) error {
	_, err := q.Exec(ctx, `INSERT INTO draw_seal (draw_id, name, commit_hash, sealed)
		VALUES ($1, $2, $3, $4)`, draw, name, commit, sealed)
	return err
}

func sealsOf(ctx context.Context, q pg.Querier, draw string) (map[string]sealRow, error) {
	rows, err := q.Query(ctx, `SELECT name, commit_hash, sealed FROM draw_seal
		WHERE draw_id = $1`, draw)
	if err != nil {
		return nil, err
	}
	out := map[string]sealRow{}
	var name string
	var s sealRow
	_, err = pgx.ForEachRow(rows, []any{&name, &s.commit, &s.sealed}, func() error {
		out[name] = s
		return nil
	})
	return out, err
}

// namedSeal is a seal with where it belongs.
type namedSeal struct {
	draw, name string
	sealed     []byte
}

// openSeals gives the seals that a later draw will need.
func openSeals(ctx context.Context, q pg.Querier) ([]namedSeal, error) {
	rows, err := q.Query(ctx, `SELECT s.draw_id, s.name, s.sealed FROM draw_seal s
		JOIN draw d ON d.id = s.draw_id WHERE d.seed IS NULL AND d.state <> 'void'
		ORDER BY d.due_at, s.draw_id, s.name`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s namedSeal, err error) {
		err = row.Scan(&s.draw, &s.name, &s.sealed)
		return s, err
	})
}

// insertEntropy repeats the entropy of plan.json in rows, for pages and for freshEvents.
func insertEntropy(ctx context.Context, q pg.Querier, draw string,
	specs []sampling.EntropySpec) error {
	rows := make([][]any, len(specs))
	for i, e := range specs {
		rows[i] = []any{draw, i + 1, e.Name, e.Kind, e.Event, int32(e.Bits),
			null(e.Commit), null(e.By)}
	}
	_, err := q.CopyFrom(ctx, pgx.Identifier{"draw_entropy"}, []string{"draw_id", "seq", "name",
		"kind", "event", "bits", "commit_hash", "held_by"}, pgx.CopyFromRows(rows))
	return err
}

func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// freshEvents refuses a public event that another draw of one of the same items has announced, a
// void one too (draw/1 §10: one public event serves at most one plan of an office for an item).
func freshEvents(ctx context.Context, q pg.Querier, d *drawRow, plan *sampling.Plan) error {
	var lines []string
	for _, e := range plan.Entropy {
		if e.Kind == sampling.EntropyPublic || e.Kind == sampling.EntropyBeacon {
			lines = append(lines, e.Event)
		}
	}
	rows, err := q.Query(ctx, `SELECT o.id, e.event FROM draw_entropy e
		JOIN draw o ON o.id = e.draw_id
		WHERE e.kind IN ('public', 'beacon') AND e.event = ANY($1) AND o.id <> $2
		AND EXISTS (SELECT FROM plan_item a JOIN plan_item b ON b.item_id = a.item_id
			WHERE a.plan_id = o.plan_id AND b.plan_id = $3)
		ORDER BY o.id LIMIT 1`, lines, d.ID, d.PlanID)
	if err != nil {
		return err
	}
	var other, event string
	_, err = pgx.ForEachRow(rows, []any{&other, &event}, func() error { return nil })
	if err != nil || other == "" {
		return err
	}
	return fault.New(fault.Conflict, "公共事件“%s”已用于抽取 %s 的同一事项", event, other).
		WithHint("一个公共事件对一个事项只能用一次；系统会自动改用下一时刻，或请改编计划")
}

// entry is a value that somebody typed.
type entry struct {
	name, person, value string
	at                  time.Time
}

// entriesOf gives what was typed for a draw, in the order of typing.
func entriesOf(ctx context.Context, q pg.Querier, draw string) ([]entry, error) {
	rows, err := q.Query(ctx, `SELECT name, person, value, at FROM entropy_entry WHERE draw_id = $1
		ORDER BY name, seq`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e entry, err error) {
		err = row.Scan(&e.name, &e.person, &e.value, &e.at)
		return e, err
	})
}

func insertEntry(ctx context.Context, q pg.Querier, draw string, e entry) error {
	_, err := q.Exec(ctx, `INSERT INTO entropy_entry (draw_id, name, seq, person, value, at)
		SELECT $1, $2, count(*) + 1, $3, $4, $5 FROM entropy_entry
		WHERE draw_id = $1 AND name = $2`,
		draw, e.name, e.person, e.value, e.at)
	return err
}

// wakeDraw lets the next Advance look at the draw.
func wakeDraw(ctx context.Context, q pg.Querier, draw string, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE draw SET wake_at = $2 WHERE id = $1`, draw, now)
	return err
}

// announced gives the entropy of a committed draw, in plan order.
func announced(ctx context.Context, q pg.Querier, draw string) ([]sampling.EntropySpec, error) {
	rows, err := q.Query(ctx, `SELECT name, kind, event, bits, coalesce(commit_hash, ''),
		coalesce(held_by, '') FROM draw_entropy WHERE draw_id = $1 ORDER BY seq`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e sampling.EntropySpec, err error) {
		err = row.Scan(&e.Name, &e.Kind, &e.Event, &e.Bits, &e.Commit, &e.By)
		return e, err
	})
}

// VoidRequest is a request to make a draw void that waits for a second person.
type VoidRequest struct {
	Person string    `json:"person"` // account id
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

func insertVoidRequest(ctx context.Context, q pg.Querier, draw string, r VoidRequest) error {
	_, err := q.Exec(ctx, `INSERT INTO void_request (draw_id, person, reason, at)
		VALUES ($1, $2, $3, $4)`, draw, r.Person, r.Reason, r.At)
	if isUnique(err) {
		return fault.New(fault.Conflict, "您已申请作废抽取“%s”", draw).
			WithHint("请由另一名操作员或批准人确认")
	}
	return err
}

func voidRequests(ctx context.Context, q pg.Querier, draw string) ([]VoidRequest, error) {
	rows, err := q.Query(ctx, `SELECT person, reason, at FROM void_request WHERE draw_id = $1
		ORDER BY at, person`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[VoidRequest])
}
