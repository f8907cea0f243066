package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// columns of Account, in the order in which scan reads them.
const columns = `id, login, name, unit_id, coalesce(inspector_id, ''), posts, disabled`

// secret is what of an account never leaves this package.
type secret struct {
	password    string
	failures    int
	lockedUntil *time.Time
}

// lockAccounts lets one transaction at a time give ids and count administrators. Ids come from the
// table and not from a sequence: a rolled-back sequence leaves gaps.
func lockAccounts(ctx context.Context, q pg.Querier) error {
	_, err := q.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('yaohao account'))`)
	if err != nil {
		return fmt.Errorf("locking the accounts: %w", err)
	}
	return nil
}

func scan(row pgx.Row, more ...any) (*Account, error) {
	var a Account
	dest := append([]any{&a.ID, &a.Login, &a.Name, &a.Unit, &a.Inspector, &a.Posts, &a.Disabled},
		more...)
	if err := row.Scan(dest...); err != nil {
		return nil, err
	}
	return &a, nil
}

// byLogin gives nil without an error for an unknown login.
func byLogin(ctx context.Context, q pg.Querier, login string) (*Account, secret, error) {
	var s secret
	a, err := scan(q.QueryRow(ctx, `SELECT `+columns+`, password, failures, locked_until
		FROM account WHERE login = $1`, login), &s.password, &s.failures, &s.lockedUntil)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, secret{}, nil
	}
	if err != nil {
		return nil, secret{}, fmt.Errorf("reading an account by login: %w", err)
	}
	return a, s, nil
}

// ByID gives the account, or fault.NotFound.
func ByID(ctx context.Context, q pg.Querier, id string) (*Account, error) {
	a, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM account WHERE id = $1`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "没有账号 %s", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading account %s: %w", id, err)
	}
	return a, nil
}

// Accounts gives every account, ordered by id. An office has hundreds at most.
func Accounts(ctx context.Context, q pg.Querier) ([]*Account, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM account ORDER BY length(id), id`)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (*Account, error) {
		return scan(r)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the accounts: %w", err)
	}
	return list, nil
}

type referenced struct{ unit, inspector, loginTaken, inspectorTaken bool }

func references(ctx context.Context, q pg.Querier, n New) (r referenced, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM unit WHERE id = $1),
			EXISTS (SELECT FROM inspector WHERE id = $2),
			EXISTS (SELECT FROM account WHERE login = $3),
			EXISTS (SELECT FROM account WHERE inspector_id = $2)`,
		n.Unit, n.Inspector, n.Login).Scan(&r.unit, &r.inspector, &r.loginTaken, &r.inspectorTaken)
	if err != nil {
		return r, fmt.Errorf("checking a new account: %w", err)
	}
	return r, nil
}

func insertAccount(ctx context.Context, q pg.Querier, a *Account, hash string, now time.Time) (
	id string, err error) {
	err = q.QueryRow(ctx, `INSERT INTO account
			(id, login, name, unit_id, inspector_id, posts, password, created_at)
		SELECT 'P' || CASE WHEN n < 10000 THEN lpad(n::text, 4, '0') ELSE n::text END,
			$1, $2, $3, nullif($4, ''), $5, $6, $7
		FROM (SELECT coalesce(max(substr(id, 2)::int), 0) + 1 AS n FROM account) AS next
		RETURNING id`,
		a.Login, a.Name, a.Unit, string(a.Inspector), a.Posts, hash, now).Scan(&id)
	if err != nil {
		return "", fmt.Errorf("writing a new account: %w", err)
	}
	return id, nil
}

// countFailure counts one wrong password; the fifth in a row starts the lock and the count anew.
func countFailure(ctx context.Context, q pg.Querier, id string, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE account SET failures = (failures + 1) % $2,
			locked_until = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until END
		WHERE id = $1`, id, MaxFailures, now.Add(LockTime))
	if err != nil {
		return fmt.Errorf("account %s: counting a failed sign-in: %w", id, err)
	}
	return nil
}

func clearFailures(ctx context.Context, q pg.Querier, id string) error {
	return update(ctx, q, `UPDATE account SET failures = 0, locked_until = NULL WHERE id = $1`, id)
}

func updatePosts(ctx context.Context, q pg.Querier, id string, posts []Post) error {
	return update(ctx, q, `UPDATE account SET posts = $2 WHERE id = $1`, id, posts)
}

func updateDisabled(ctx context.Context, q pg.Querier, id string, disabled bool) error {
	return update(ctx, q, `UPDATE account SET disabled = $2 WHERE id = $1`, id, disabled)
}

func updatePassword(ctx context.Context, q pg.Querier, id, hash string) error {
	return update(ctx, q, `UPDATE account SET password = $2, failures = 0, locked_until = NULL
		WHERE id = $1`, id, hash)
}

func update(ctx context.Context, q pg.Querier, sql, id string, more ...any) error {
	if _, err := q.Exec(ctx, sql, append([]any{id}, more...)...); err != nil {
		return fmt.Errorf("changing account %s: %w", id, err)
	}
	return nil
}

func otherAdministrators(ctx context.Context, q pg.Querier, id string) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM account
		WHERE NOT disabled AND $2 = ANY (posts) AND id <> $1`, id, string(Administrator)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting administrators: %w", err)
	}
	return n, nil
}
