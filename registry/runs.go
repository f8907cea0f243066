package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// firstErrors puts the first errors into the report.
func (s *staging) firstErrors(ctx context.Context) error {
	rows, err := s.q.Query(ctx, `SELECT line, column_name, value, rule, hint FROM import_bad
		ORDER BY line, column_name COLLATE "C", value COLLATE "C" LIMIT $1`, maxReported)
	if err != nil {
		return fmt.Errorf("reading row errors: %w", err)
	}
	s.imp.report.Errors, err = pgx.CollectRows(rows, pgx.RowToStructByPos[RowError])
	if err != nil {
		return fmt.Errorf("reading row errors: %w", err)
	}
	return nil
}

// keep writes the report and all errors.
func (s *staging) keep(ctx context.Context) error {
	r := s.imp.report
	_, err := s.q.Exec(ctx, `INSERT INTO import_run (id, kind, file_name, sha256, encoding, rows,
			inserted, updated, unchanged, bad, unknown, warnings, actor, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		r.ID, string(r.Kind), r.FileName, r.SHA256, r.Encoding, r.Rows, r.Inserted, r.Updated,
		r.Unchanged, r.Bad, list(r.Unknown), list(r.Warnings), r.Actor, r.At)
	if err != nil {
		return fmt.Errorf("keeping the report: %w", err)
	}
	_, err = s.q.Exec(ctx, `INSERT INTO import_error
			(import_id, seq, line, column_name, value, rule, hint)
		SELECT $1, row_number() OVER (ORDER BY line, column_name COLLATE "C", value COLLATE "C"),
			line, column_name, value, rule, hint FROM import_bad`, r.ID)
	if err != nil {
		return fmt.Errorf("keeping row errors: %w", err)
	}
	return nil
}

// list makes nil an empty list, which is what the tables hold.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// Imports lists imports, newest first, without their errors.
func Imports(ctx context.Context, q pg.Querier, p Page) (*List[ImportReport], error) {
	return query(ctx, q, p, scanRun, `import_run`, runColumns, `true`, `id DESC`)
}

const runColumns = `id, kind, file_name, sha256, encoding, rows, inserted, updated, unchanged, bad,
	unknown, warnings, actor, at`

func scanRun(row pgx.CollectableRow) (r ImportReport, err error) {
	err = row.Scan(&r.ID, &r.Kind, &r.FileName, &r.SHA256, &r.Encoding, &r.Rows, &r.Inserted,
		&r.Updated, &r.Unchanged, &r.Bad, &r.Unknown, &r.Warnings, &r.Actor, &r.At)
	return r, err
}

// ImportByID gives the report of an import with its first 1000 errors, or a fault of kind NotFound.
func ImportByID(ctx context.Context, q pg.Querier, id int64) (*ImportReport, error) {
	rows, err := q.Query(ctx, `SELECT `+runColumns+` FROM import_run WHERE id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("reading import %d: %w", id, err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRun)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "没有第 %d 号导入", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading import %d: %w", id, err)
	}
	errs, err := rowErrors(ctx, q, id, maxReported, 0)
	if err != nil {
		return nil, err
	}
	r.Errors = errs
	return &r, nil
}

// RowErrors pages through all errors of an import, in the order of the file.
func RowErrors(ctx context.Context, q pg.Querier, id int64, p Page) (*List[RowError], error) {
	l := newList[RowError](p)
	err := q.QueryRow(ctx, `SELECT count(*) FROM import_error WHERE import_id = $1`, id).
		Scan(&l.Total)
	if err != nil {
		return nil, fmt.Errorf("counting the errors of import %d: %w", id, err)
	}
	l.Rows, err = rowErrors(ctx, q, id, l.Size, l.offset())
	return l, err
}

func rowErrors(ctx context.Context, q pg.Querier, id, limit, offset int64) ([]RowError, error) {
	rows, err := q.Query(ctx, `SELECT line, column_name, value, rule, hint FROM import_error
		WHERE import_id = $1 ORDER BY seq LIMIT $2 OFFSET $3`, id, limit, offset)
	if err != nil {
		return nil, fmt.Errorf("reading the errors of import %d: %w", id, err)
	}
	errs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RowError])
	if err != nil {
		return nil, fmt.Errorf("reading the errors of import %d: %w", id, err)
	}
	return errs, nil
}
