package registry

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
)

// Page asks for a part of a list.
type Page struct {
	Number int64 // from 1; smaller is 1
	Size   int64 // rows, 1…50; 0 is 20
}

// List is a part of a list with the size of the whole.
type List[T any] struct {
	Rows   []T   `json:"rows"`
	Total  int64 `json:"total"`  // rows of the whole list
	Number int64 `json:"number"` // this page, from 1
	Size   int64 `json:"size"`   // rows of a full page
}

// Pages gives the number of pages, at least 1.
func (l *List[T]) Pages() int64 { return max(1, (l.Total+l.Size-1)/l.Size) }

func (l *List[T]) offset() int64 { return (l.Number - 1) * l.Size }

func newList[T any](p Page) *List[T] {
	l := &List[T]{Number: min(max(1, p.Number), 1_000_000), Size: min(p.Size, 50)}
	if l.Size < 1 {
		l.Size = 20
	}
	return l
}

// query reads a page and the size of the whole. table, columns, where and order are SQL of this
// package; what people type is in args only, as $1 and so on.
func query[T any](ctx context.Context, q pg.Querier, p Page, scan pgx.RowToFunc[T],
	table, columns, where, order string, args ...any) (*List[T], error) {
	l := newList[T](p)
	err := q.QueryRow(ctx, `SELECT count(*) FROM `+table+` WHERE `+where, args...).Scan(&l.Total)
	if err != nil {
		return nil, fmt.Errorf("counting %s: %w", table, err)
	}
	sql := fmt.Sprintf(`SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT %d OFFSET %d`,
		columns, table, where, order, l.Size, l.offset())
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", table, err)
	}
	if l.Rows, err = pgx.CollectRows(rows, scan); err != nil {
		return nil, fmt.Errorf("reading %s: %w", table, err)
	}
	return l, nil
}
