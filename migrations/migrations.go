// Package migrations holds the database schema and brings a database up to it.
//
// A migration is a file NNNN_name.sql; numbers run from 0001 without a gap. Each runs once, in one
// transaction together with the new version number in public.schema_version, under an advisory
// lock: two servers that start together migrate once, and a crash leaves the version before it.
// There is no way down: a mistake is mended by the next file.
//
// The first file runs as the connecting account and creates the roles; every later file runs as
// yh_owner, which therefore owns all tables. A comment "-- owner: registry" names the one Go
// package that may write the tables created after it (internal/archtest reads these).
//
// schema.sql is the golden result: what pg_dump says of a fully migrated database. A test compares
// them and "make schema" writes it anew.
package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"
)

// FS holds the numbered migration files.
//
//go:embed [0-9]*_*.sql
var FS embed.FS

// versionTable holds one row, the number of the last migration applied.
const versionTable = "public.schema_version"

// Up applies every migration that conn's database lacks and does nothing when there is none. The
// connecting account needs the right to create roles, or roles yh_owner, yh_app and yh_read exist
// and it is a member of all three. A database newer than this program is an error.
func Up(ctx context.Context, conn *pgx.Conn) error {
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return fmt.Errorf("preparing %s: %w", versionTable, err)
	}
	names, err := files()
	if err != nil {
		return err
	}
	for i, name := range names {
		m.Migrations = append(m.Migrations, &migrate.Migration{
			Sequence: int32(i + 1),
			Name:     name,
			UpFunc: func(ctx context.Context, conn *pgx.Conn) error {
				return apply(ctx, conn, name, i > 0)
			},
		})
	}
	return m.Migrate(ctx)
}

// Current gives the version conn's database has (0 for an empty one) and the version this program
// wants, which is the number of migration files.
func Current(ctx context.Context, conn *pgx.Conn) (have, want int32, err error) {
	names, err := files()
	if err != nil {
		return 0, 0, err
	}
	want = int32(len(names))
	var exists bool
	err = conn.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, versionTable).Scan(&exists)
	if err != nil {
		return 0, want, fmt.Errorf("looking for %s: %w", versionTable, err)
	}
	if !exists {
		return 0, want, nil
	}
	err = conn.QueryRow(ctx, `SELECT version FROM `+versionTable).Scan(&have)
	if err != nil {
		return 0, want, fmt.Errorf("reading %s: %w", versionTable, err)
	}
	return have, want, nil
}

// files lists the migrations in order. We read the files ourselves: the library would run them
// through text/template, where two braces in SQL are code.
func files() ([]string, error) {
	names, err := migrate.FindMigrations(FS)
	if err != nil {
		return nil, fmt.Errorf("numbering of migrations/*.sql: %w", err)
	}
	return names, nil
}

// apply runs one file inside the transaction that the migrator opened.
func apply(ctx context.Context, conn *pgx.Conn, name string, asOwner bool) error {
	sql, err := fs.ReadFile(FS, name)
	if err != nil {
		return err
	}
	role := `RESET ROLE`
	if asOwner {
		role = `SET LOCAL ROLE yh_owner`
	}
	for _, step := range []string{role, string(sql), `RESET ROLE`} {
		if _, err := conn.Exec(ctx, step); err != nil {
			return fmt.Errorf("migration %s: %w%s", name, err, place(sql, err))
		}
	}
	return nil
}

// place names the line of the file at which the server stopped, if it says so.
func place(sql []byte, err error) string {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.Position == 0 {
		return ""
	}
	line, left := 1, pgErr.Position // Position counts characters from 1
	for _, r := range string(sql) {
		if left--; left <= 0 {
			break
		}
		if r == '\n' {
			line++
		}
	}
	return fmt.Sprintf(" (line %d)", line)
}
