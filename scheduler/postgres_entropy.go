package scheduler

import (
	"context"
	"fmt"
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

// openSeals gives the seals, and the chains by the place and name of their boxes, that draws which
// have begun will need.
func openSeals(ctx context.Context, q pg.Querier) ([]namedSeal, error) {
	rows, err := q.Query(ctx, fmt.Sprintf(`SELECT s.draw_id, s.name, s.sealed FROM draw_seal s
		JOIN draw d ON d.id = s.draw_id
		WHERE d.seed IS NULL AND d.state <> 'void' AND s.sealed <> ''
		UNION ALL
		SELECT '%[1]s' || c.id, c.lane::text, c.sealed FROM chain_link l
		JOIN chain c ON c.id = l.chain_id AND c.lane = l.lane
		JOIN draw d ON d.id = l.draw_id
		WHERE d.seed IS NULL AND d.state <> 'void' AND c.sealed IS NOT NULL
		ORDER BY 1, 2`, newLinks))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s namedSeal, err error) {
		err = row.Scan(&s.draw, &s.name, &s.sealed)
		return s, err
	})
}

// insertEntropy repeats the entropy of plan.json in rows, for pages and for freshEvents.
// rounds are those that beacons name.
func insertEntropy(ctx context.Context, q pg.Querier, draw string,
	specs []sampling.EntropySpec, rounds map[string]uint64) error {
	rows := make([][]any, len(specs))
	for i, e := range specs {
		rows[i] = []any{draw, i + 1, e.Name, e.Kind, e.Event, int32(e.Bits),
			null(e.Commit), null(e.By), nil}
		if round, ok := rounds[e.Name]; ok {
			rows[i][8] = int64(round)
		}
	}
	_, err := q.CopyFrom(ctx, pgx.Identifier{"draw_entropy"}, []string{"draw_id", "seq", "name",
		"kind", "event", "bits", "commit_hash", "held_by", "round"}, pgx.CopyFromRows(rows))
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
// Events are known by their words, rounds of the beacon whatever the words around them.
func freshEvents(ctx context.Context, q pg.Querier, d *drawRow, plan *sampling.Plan,
	rounds map[string]uint64) error {
	var lines []string
	for _, e := range plan.Entropy {
		if e.Kind == sampling.EntropyPublic || e.Kind == sampling.EntropyBeacon {
			lines = append(lines, e.Event)
		}
	}
	var numbers []int64
	for _, round := range rounds {
		numbers = append(numbers, int64(round))
	}
	if err := freshOfRefills(ctx, q, lines); err != nil {
		return err
	}
	rows, err := q.Query(ctx, `SELECT o.id, e.event FROM draw_entropy e
		JOIN draw o ON o.id = e.draw_id
		WHERE e.kind IN ('public', 'beacon') AND (e.event = ANY($1) OR e.round = ANY($4))
		AND o.id <> $2
		AND EXISTS (SELECT FROM plan_item a JOIN plan_item b ON b.item_id = a.item_id
			WHERE a.plan_id = o.plan_id AND b.plan_id = $3)
		ORDER BY o.id LIMIT 1`, lines, d.ID, d.PlanID, numbers)
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

// entry is a value that somebody typed, or that was fetched.
type entry struct {
	name, person, value string
	at                  time.Time
	from                string // where it was fetched from; empty of a typed value
}

// entriesOf gives what was typed for a draw, in the order of typing.
func entriesOf(ctx context.Context, q pg.Querier, draw string) ([]entry, error) {
	rows, err := q.Query(ctx, `SELECT name, person, value, at, coalesce(fetched_from, '')
		FROM entropy_entry WHERE draw_id = $1 ORDER BY name, seq`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e entry, err error) {
		err = row.Scan(&e.name, &e.person, &e.value, &e.at, &e.from)
		return e, err
	})
}

func insertEntry(ctx context.Context, q pg.Querier, draw string, e entry) error {
	_, err := q.Exec(ctx, `INSERT INTO entropy_entry (draw_id, name, seq, person, value, at,
		fetched_from) SELECT $1, $2, count(*) + 1, $3, $4, $5, $6 FROM entropy_entry
		WHERE draw_id = $1 AND name = $2`,
		draw, e.name, e.person, e.value, e.at, null(e.from))
	return err
}

// wakeDraw lets the next Advance look at the draw.
func wakeDraw(ctx context.Context, q pg.Querier, draw string, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE draw SET wake_at = $2 WHERE id = $1`, draw, now)
	return err
}

// announcement is an announced source of a committed draw.
type announcement struct {
	sampling.EntropySpec
	round uint64 // of the beacon; 0 where the event names none
}

// announced gives the entropy of a committed draw, in plan order.
func announced(ctx context.Context, q pg.Querier, draw string) ([]announcement, error) {
	rows, err := q.Query(ctx, `SELECT name, kind, event, bits, coalesce(commit_hash, ''),
		coalesce(held_by, ''), coalesce(round, 0)
		FROM draw_entropy WHERE draw_id = $1 ORDER BY seq`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a announcement, err error) {
		err = row.Scan(&a.Name, &a.Kind, &a.Event, &a.Bits, &a.Commit, &a.By, &a.round)
		return a, err
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

// dueBeacons gives the rounds of begun draws whose event has come, that nobody brought and whose
// next try is due.
func dueBeacons(ctx context.Context, q pg.Querier, now time.Time) ([]beaconDue, error) {
	rows, err := q.Query(ctx, `SELECT e.draw_id, e.name, e.round, coalesce(b.tries, 0)
		FROM draw_entropy e JOIN draw d ON d.id = e.draw_id
		LEFT JOIN beacon_try b ON b.draw_id = e.draw_id AND b.name = e.name
		WHERE e.round IS NOT NULL AND d.state IN ('committed', 'awaiting') AND d.event_at <= $1
		AND coalesce(b.next_at <= $1, true)
		AND NOT EXISTS (SELECT FROM entropy_entry x WHERE x.draw_id = e.draw_id
			AND x.name = e.name AND x.fetched_from IS NOT NULL)
		AND (SELECT count(DISTINCT x.person) FROM entropy_entry x
			WHERE x.draw_id = e.draw_id AND x.name = e.name) < 2
		ORDER BY d.event_at, e.draw_id, e.seq`, now)
	if err != nil {
		return nil, fmt.Errorf("asking which beacons are due: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (b beaconDue, err error) {
		err = row.Scan(&b.draw, &b.name, &b.round, &b.tries)
		return b, err
	})
}

// recordTry writes down a fetch that failed and when the next one is due.
func recordTry(ctx context.Context, q pg.Querier, b beaconDue, cause error, now time.Time) error {
	text := []rune(cause.Error())
	if len(text) > maxFailure {
		text = append(text[:maxFailure], '…')
	}
	_, err := q.Exec(ctx, `INSERT INTO beacon_try (draw_id, name, tries, next_at, failure, failed_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (draw_id, name) DO UPDATE SET
		tries = excluded.tries, next_at = excluded.next_at, failure = excluded.failure,
		failed_at = excluded.failed_at`,
		b.draw, b.name, b.tries+1, nextTry(now, b.tries+1), string(text), now)
	return err
}

// BeaconTry is a fetch of a beacon's round that failed.
type BeaconTry struct {
	Tries    int       `json:"tries"`
	NextAt   time.Time `json:"nextAt"`
	Failure  string    `json:"failure"`
	FailedAt time.Time `json:"failedAt"`
}

// triesOf gives the failed fetches of a draw, by source.
func triesOf(ctx context.Context, q pg.Querier, draw string) (map[string]*BeaconTry, error) {
	rows, err := q.Query(ctx, `SELECT name, tries, next_at, failure, failed_at FROM beacon_try
		WHERE draw_id = $1`, draw)
	if err != nil {
		return nil, err
	}
	out := map[string]*BeaconTry{}
	var name string
	var b BeaconTry
	_, err = pgx.ForEachRow(rows, []any{&name, &b.Tries, &b.NextAt, &b.Failure, &b.FailedAt},
		func() error {
			one := b
			out[name] = &one
			return nil
		})
	return out, err
}
