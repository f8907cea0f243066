package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// The SQL of draws: rows, their moves, their results.

// drawRow is a draw with what only the steps read.
type drawRow struct {
	Draw
	Draft    []byte // the plan as frozen
	PlanJSON []byte
}

const drawColumns = `d.id, d.plan_id, d.period, d.state, d.due_at, d.late, d.created_at,
	d.frozen_at, d.committed_at, d.cutoff_at, d.event_at, d.drawn_at, d.published_at, d.voided_at,
	coalesce(d.visit_by::text, ''), coalesce(d.commit_hash, ''), coalesce(d.prev_hash, ''),
	coalesce(d.transcript_hash, ''), d.teams, d.shortages,
	coalesce(d.grade, ''), (SELECT coalesce(sum(e.bits), 0) FROM draw_entropy e
		WHERE e.draw_id = d.id AND e.kind IN ('public', 'beacon')),
	d.failure, d.failed_at, coalesce(d.void_reason, ''),
	CASE WHEN d.state IN ('published', 'void') THEN coalesce(d.seed, '') ELSE '' END`

// fields gives where drawColumns are scanned to.
func (d *Draw) fields() []any {
	return []any{&d.ID, &d.PlanID, &d.Period, &d.State, &d.DueAt, &d.Late, &d.CreatedAt,
		&d.FrozenAt, &d.CommittedAt, &d.CutoffAt, &d.EventAt, &d.DrawnAt, &d.PublishedAt,
		&d.VoidedAt, &d.VisitBy, &d.Commit, &d.Prev, &d.TranscriptHash, &d.Teams, &d.ShortUnits,
		&d.Grade, &d.Bits, &d.Failure, &d.FailedAt, &d.VoidReason, &d.Seed}
}

func stateOf(ctx context.Context, q pg.Querier, id string) (s State, err error) {
	err = q.QueryRow(ctx, `SELECT state FROM draw WHERE id = $1`, id).Scan(&s)
	return s, err
}

// lockDraw locks a draw to the end of the transaction. With skip, a draw that another transaction
// holds gives nil; else lockDraw waits for it. An unknown draw is fault.NotFound.
func lockDraw(ctx context.Context, q pg.Querier, id string, skip bool) (*drawRow, error) {
	sql := `SELECT ` + drawColumns + `, d.draft, d.plan_json FROM draw d WHERE d.id = $1 FOR UPDATE`
	if skip {
		sql += ` SKIP LOCKED`
	}
	d := &drawRow{}
	err := q.QueryRow(ctx, sql, id).Scan(append(d.fields(), &d.Draft, &d.PlanJSON)...)
	switch {
	case errors.Is(err, pgx.ErrNoRows) && skip:
		return nil, nil
	case errors.Is(err, pgx.ErrNoRows):
		return nil, noDraw(id)
	case err != nil:
		return nil, err
	}
	return d, nil
}

func noDraw(id string) error { return fault.New(fault.NotFound, "没有抽取“%s”", id) }

func insertDraw(ctx context.Context, q pg.Querier, d *drawRow) error {
	_, err := q.Exec(ctx, `INSERT INTO draw (id, plan_id, period, state, due_at, late, created_at,
		wake_at) VALUES ($1, $2, $3, 'planned', $4, $5, $6, $6)`,
		d.ID, d.PlanID, d.Period, d.DueAt, d.Late, d.CreatedAt)
	return err
}

func insertTransition(ctx context.Context, q pg.Querier, id string, from, to State, at time.Time,
	actor, note string, leaf *int64) error {
	_, err := q.Exec(ctx, `INSERT INTO draw_transition (draw_id, seq, from_state, to_state, at,
		actor, note, leaf) SELECT $1, count(*) + 1, $2, $3, $4, $5, $6, $7
		FROM draw_transition WHERE draw_id = $1`,
		id, string(from), string(to), at, actor, note, leaf)
	return err
}

func setFrozen(ctx context.Context, q pg.Querier, id string, now time.Time, visitBy sampling.Date,
	draft []byte) error {
	_, err := q.Exec(ctx, `UPDATE draw SET state = 'frozen', frozen_at = $2, wake_at = $2,
		visit_by = $3::text::date, draft = $4, failure = '', failed_at = NULL WHERE id = $1`,
		id, now, string(visitBy), draft)
	return err
}

func setCommitted(ctx context.Context, q pg.Querier, id string, now time.Time, e events,
	plan *sampling.Plan) error {
	_, err := q.Exec(ctx, `UPDATE draw SET state = 'committed', committed_at = $2, wake_at = $3,
		cutoff_at = $3, event_at = $4, plan_json = $5, commit_hash = $6, prev_hash = $7, grade = $8,
		failure = '', failed_at = NULL WHERE id = $1`,
		id, now, e.cutoff, e.event, plan.Marshal(), plan.Commit(), plan.Prev,
		sampling.Grade(plan))
	return err
}

// setAwaiting wakes the draw at once if every value is there; else EnterEntropy will wake it.
func setAwaiting(ctx context.Context, q pg.Querier, id string, now time.Time, complete bool) error {
	var wake *time.Time
	if complete {
		wake = &now
	}
	_, err := q.Exec(ctx, `UPDATE draw SET state = 'awaiting', wake_at = $2, failure = '',
		failed_at = NULL WHERE id = $1`, id, wake)
	return err
}

func setDrawn(ctx context.Context, q pg.Querier, id string, now time.Time,
	result *sampling.Result) error {
	tr := result.Transcript
	teams, short := 0, 0
	for i := range tr.Staffing {
		teams += len(tr.Staffing[i].Teams)
		if tr.Staffing[i].Shortage != nil {
			short++
		}
	}
	_, err := q.Exec(ctx, `UPDATE draw SET state = 'drawn', drawn_at = $2, wake_at = NULL,
		seed_txt = $3, seed = $4, grade = $5, transcript = $6, transcript_hash = $7, teams = $8,
		shortages = $9, failure = '', failed_at = NULL WHERE id = $1`,
		id, now, result.SeedText, tr.Seed, tr.Grade, tr.Marshal(),
		tr.Sum(), teams, short)
	return err
}

func setPublished(ctx context.Context, q pg.Querier, id string, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE draw SET state = 'published', published_at = $2, wake_at = NULL,
		failure = '', failed_at = NULL WHERE id = $1`, id, now)
	return err
}

// setVoid ends a draw; seedText is nil and seed empty when the seed cannot be computed or must not
// be.
func setVoid(ctx context.Context, q pg.Querier, id string, now time.Time, reason string,
	seedText []byte, seed string) error {
	_, err := q.Exec(ctx, `UPDATE draw SET state = 'void', voided_at = $2, wake_at = NULL,
		void_reason = $3, seed_txt = $4, seed = $5, failure = '', failed_at = NULL WHERE id = $1`,
		id, now, reason, seedText, null(seed))
	return err
}

// record is the bytes of a draw's own files; nil where there is none yet.
type record struct {
	state                  State
	plan, seed, transcript []byte
}

func recordOf(ctx context.Context, q pg.Querier, id string) (record, error) {
	var r record
	err := q.QueryRow(ctx, `SELECT state, plan_json, seed_txt, transcript FROM draw
		WHERE id = $1`, id).
		Scan(&r.state, &r.plan, &r.seed, &r.transcript)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, noDraw(id)
	}
	return r, err
}

// chainLock orders commits and results: a plan's prev is the transcript whose leaf is the last
// before the plan's own.
const chainLock = 0x79616f68616f // "yaohao"

func lockChain(ctx context.Context, q pg.Querier) error {
	_, err := q.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(chainLock))
	return err
}

// lastTranscript gives the digest that the log last stored for a transcript of this office.
func lastTranscript(ctx context.Context, q pg.Querier) (string, error) {
	var sum string
	err := q.QueryRow(ctx, `SELECT d.transcript_hash FROM draw_transition t
		JOIN draw d ON d.id = t.draw_id WHERE t.to_state = 'drawn' ORDER BY t.leaf DESC LIMIT 1`).
		Scan(&sum)
	if errors.Is(err, pgx.ErrNoRows) {
		return sampling.PrevNone, nil
	}
	return sum, err
}

// insertResult copies selections, teams, sizes and shortages of a transcript.
func insertResult(ctx context.Context, q pg.Querier, id string, tr *sampling.Transcript) error {
	var strata, selected, team, short [][]any
	for _, it := range tr.Items {
		for _, s := range it.Strata {
			strata = append(strata, []any{id, string(it.Item), s.ID, s.N, s.Size, s.Cut})
			row := func(pos int, reserve bool, e sampling.EntityID) {
				selected = append(selected,
					[]any{id, string(it.Item), s.ID, pos + 1, reserve, string(e)})
			}
			for i, e := range s.Selected {
				row(i, false, e)
			}
			for i, e := range s.Reserve {
				row(i, true, e)
			}
		}
	}
	for _, u := range tr.Staffing {
		if u.Shortage != nil {
			short = append(short, []any{id, string(u.Unit), int64(len(u.Shortage.Tasks)),
				u.Shortage.Needed, u.Shortage.Available})
			continue
		}
		for i, members := range u.Teams {
			for k, m := range members {
				team = append(team, []any{id, string(u.Unit), string(u.Tasks[i]), k + 1, string(m)})
			}
		}
	}
	for _, c := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"draw_stratum", []string{"draw_id", "item_id", "stratum", "population", "selected", "cut"},
			strata},
		{"selection", []string{"draw_id", "item_id", "stratum", "pos", "reserve", "entity_id"},
			selected},
		{"team_member", []string{"draw_id", "unit_id", "entity_id", "pos", "inspector_id"}, team},
		{"draw_shortage", []string{"draw_id", "unit_id", "tasks", "needed", "available"}, short},
	} {
		if _, err := q.CopyFrom(ctx, pgx.Identifier{c.table}, c.columns,
			pgx.CopyFromRows(c.rows)); err != nil {
			return fmt.Errorf("writing %s: %w", c.table, err)
		}
	}
	return nil
}

// yearOf bounds the draws that count with a draw: real ones (no trial runs) of plans of its year.
const yearOf = `JOIN plan p ON p.id = d.plan_id
	JOIN plan own ON own.id = $1 AND p.year = own.year
	WHERE NOT p.label_test AND d.id <> $2`

// drawnThisYear counts, per item and stratum, what earlier periods of the year selected.
func drawnThisYear(ctx context.Context, q pg.Querier, d *drawRow) (
	map[sampling.ItemID]map[string]int64, error) {
	rows, err := q.Query(ctx, `SELECT s.item_id, s.stratum, sum(s.selected)::bigint
		FROM draw_stratum s JOIN draw d ON d.id = s.draw_id `+yearOf+`
			AND d.due_at <= $3 GROUP BY 1, 2`, d.PlanID, d.ID, d.DueAt)
	if err != nil {
		return nil, err
	}
	out := map[sampling.ItemID]map[string]int64{}
	var item sampling.ItemID
	var stratum string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&item, &stratum, &n}, func() error {
		if out[item] == nil {
			out[item] = map[string]int64{}
		}
		out[item][stratum] = n
		return nil
	})
	return out, err
}

// carriedThisYear counts the tasks of each inspector in the draws of the year: of the present teams
// once the draw is dispatched, so that who took a seat later carries it and who left does not.
func carriedThisYear(ctx context.Context, q pg.Querier, d *drawRow) (
	map[sampling.InspectorID]int64, error) {
	rows, err := q.Query(ctx, `SELECT m.inspector_id, count(*) FROM (
			SELECT c.draw_id, c.inspector_id FROM team_member c
			WHERE NOT EXISTS (SELECT FROM dispatch r WHERE r.draw_id = c.draw_id)
			UNION ALL
			SELECT t.draw_id, c.inspector_id FROM task t JOIN task_team c ON c.task_id = t.id
			WHERE t.state <> 'replaced') AS m
		JOIN draw d ON d.id = m.draw_id `+yearOf+` GROUP BY 1`, d.PlanID, d.ID)
	if err != nil {
		return nil, err
	}
	out := map[sampling.InspectorID]int64{}
	var id sampling.InspectorID
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		out[id] = n
		return nil
	})
	return out, err
}

// paceWaits names an earlier draw of the year that shares a paced item and is not drawn yet, or "".
func paceWaits(ctx context.Context, q pg.Querier, d *drawRow, today sampling.Date) (string, error) {
	var id string
	err := q.QueryRow(ctx, `SELECT d.id FROM draw d `+yearOf+`
		AND d.state IN ('planned', 'frozen', 'committed', 'awaiting')
		AND (d.due_at, d.id) < ($3, $2)
		AND EXISTS (SELECT FROM plan_item a JOIN plan_item b ON b.item_id = a.item_id
			JOIN item_ratio r ON r.item_id = a.item_id AND r.size = 'pace'
				AND r.valid_from <= $4::text::date
				AND (r.valid_to IS NULL OR r.valid_to >= $4::text::date)
			WHERE a.plan_id = d.plan_id AND b.plan_id = $1)
		ORDER BY d.due_at, d.id LIMIT 1`, d.PlanID, d.ID, d.DueAt, string(today)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return id, err
}
