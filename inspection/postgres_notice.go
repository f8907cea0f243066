package inspection

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
)

// lockNotices lets one transaction at a time take a number.
func lockNotices(ctx context.Context, q pg.Querier) error {
	_, err := q.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('yaohao notice'))`)
	if err != nil {
		return fmt.Errorf("locking the notices: %w", err)
	}
	return nil
}

// noticeOf gives nil without an error if there is none.
func noticeOf(ctx context.Context, q pg.Querier, draw, kind string) (*Notice, error) {
	n := Notice{Draw: draw, Kind: kind}
	err := q.QueryRow(ctx, `SELECT year, number, sha256, pdf, at FROM notice
		WHERE draw_id = $1 AND kind = $2`, draw, kind).
		Scan(&n.Year, &n.Number, &n.SHA256, &n.PDF, &n.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the notice of draw %s: %w", draw, err)
	}
	return &n, nil
}

// countTasks gives how many tasks of a draw are open and how many are public.
func countTasks(ctx context.Context, q pg.Querier, draw string) (open, public int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state NOT IN
				('published', 'assigned', 'replaced')),
			count(*) FILTER (WHERE state = 'published')
		FROM task WHERE draw_id = $1`, draw).Scan(&open, &public)
	if err != nil {
		return 0, 0, fmt.Errorf("counting the tasks of draw %s: %w", draw, err)
	}
	return open, public, nil
}

func nextNumber(ctx context.Context, q pg.Querier, year int) (number int, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce(max(number), 0) + 1 FROM notice WHERE year = $1`,
		year).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("taking a notice number of %d: %w", year, err)
	}
	return number, nil
}

func insertNotice(ctx context.Context, q pg.Querier, n *Notice) error {
	_, err := q.Exec(ctx, `INSERT INTO notice (draw_id, kind, year, number, sha256, pdf, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		n.Draw, n.Kind, n.Year, n.Number, n.SHA256, n.PDF, n.At)
	if err != nil {
		return fmt.Errorf("writing the notice of draw %s: %w", n.Draw, err)
	}
	return nil
}

// MissingNotices gives the published draws that have public results and no notice, oldest first:
// whoever runs Advance issues them.
func MissingNotices(ctx context.Context, q pg.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT d.id FROM draw d
		WHERE d.state = 'published'
			AND NOT EXISTS (SELECT FROM notice n WHERE n.draw_id = d.id AND n.kind = 'result')
			AND EXISTS (SELECT FROM task t WHERE t.draw_id = d.id AND t.state = 'published')
		ORDER BY d.published_at, d.id`)
	if err != nil {
		return nil, fmt.Errorf("looking for missing notices: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("looking for missing notices: %w", err)
	}
	return ids, nil
}
