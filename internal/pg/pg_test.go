package pg_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

// ordinaryTable makes a table like any other, owned by yh_owner. A row with a negative n makes the
// server end the connection while it commits.
const ordinaryTable = `SET ROLE yh_owner;
	CREATE TABLE box (id int PRIMARY KEY, n int NOT NULL,
		next int REFERENCES box DEFERRABLE INITIALLY DEFERRED);
	GRANT SELECT, INSERT, UPDATE, DELETE ON box TO yh_app;
	INSERT INTO box VALUES (1, 0);
	RESET ROLE;
	CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
		'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
	CREATE CONSTRAINT TRIGGER box_ends AFTER INSERT ON box DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (NEW.n < 0) EXECUTE FUNCTION end_connection()`

// open gives a migrated database, as the program and as its superuser, after running sql.
func open(t *testing.T, sql string) (app, super *pg.DB) {
	t.Helper()
	url := pgtest.URL(t)
	super, err := pg.OpenOwner(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(super.Close)
	if _, err := super.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	app, err = pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	return app, super
}

func count(t *testing.T, q pg.Querier, sql string, args ...any) (n int) {
	t.Helper()
	if err := q.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestInTx checks what is in the database after each way a transaction can end.
func TestInTx(t *testing.T) {
	t.Parallel()
	app, super := open(t, ordinaryTable)
	insert := func(q pg.Querier, id int) error {
		_, err := q.Exec(t.Context(), `INSERT INTO box VALUES ($1, 0)`, id)
		return err
	}
	mistake := errors.New("mistake")
	tests := []struct {
		name    string
		fn      func(ctx context.Context, cancel func(), q pg.Querier, id int) error
		rows    int
		is      error  // the error is this one
		says    string // or says this
		unknown bool
	}{
		{name: "commit", rows: 1, fn: func(_ context.Context, _ func(), q pg.Querier, id int) error {
			return insert(q, id)
		}},
		{name: "error", is: mistake, fn: func(_ context.Context, _ func(), q pg.Querier, id int) error {
			return errors.Join(insert(q, id), mistake)
		}},
		{name: "error after cancel", is: context.Canceled,
			fn: func(ctx context.Context, cancel func(), q pg.Querier, id int) error {
				err := insert(q, id)
				cancel()
				return errors.Join(err, ctx.Err())
			}},
		{name: "cancel before commit", is: context.Canceled,
			fn: func(_ context.Context, cancel func(), q pg.Querier, id int) error {
				defer cancel()
				return insert(q, id)
			}},
		{name: "hidden error", is: pgx.ErrTxCommitRollback,
			fn: func(_ context.Context, _ func(), q pg.Querier, id int) error {
				_ = insert(q, 1) // taken
				return nil
			}},
		{name: "deferred check", says: "commit refused",
			fn: func(ctx context.Context, _ func(), q pg.Querier, id int) error {
				_, err := q.Exec(ctx, `INSERT INTO box VALUES ($1, 0, 12345)`, id)
				return err
			}},
		{name: "connection lost before commit", says: "commit refused",
			fn: func(ctx context.Context, _ func(), q pg.Querier, id int) error {
				pid := count(t, q, `SELECT pg_backend_pid()`)
				if count(t, super, `SELECT pg_terminate_backend($1, 10000)::int`, pid) != 1 {
					t.Error("the connection was not ended")
				}
				return nil
			}},
		{name: "connection lost in commit", unknown: true, is: pg.ErrUnknownOutcome,
			fn: func(ctx context.Context, _ func(), q pg.Querier, id int) error {
				_, err := q.Exec(ctx, `INSERT INTO box VALUES ($1, -1)`, id)
				return err
			}},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id := 100 + i
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := app.InTx(ctx, func(q pg.Querier) error { return test.fn(ctx, cancel, q, id) })
			if !errors.Is(err, test.is) && test.is != nil {
				t.Errorf("got %v, want %v", err, test.is)
			}
			if test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("got %v, want %q", err, test.says)
			}
			if errors.Is(err, pg.ErrUnknownOutcome) != test.unknown {
				t.Errorf("unknown outcome: %v", err)
			}
			if n := count(t, super, `SELECT count(*) FROM box WHERE id = $1`, id); n != test.rows {
				t.Errorf("%d rows, want %d", n, test.rows)
			}
			app.Reset() // a lost connection is given back a moment later
			if _, err := app.Exec(t.Context(), `SELECT`); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestInTxPanic rolls back and passes the panic on.
func TestInTxPanic(t *testing.T) {
	t.Parallel()
	app, super := open(t, ordinaryTable)
	func() {
		defer func() {
			if r := recover(); r != "broken" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = app.InTx(t.Context(), func(q pg.Querier) error {
			if _, err := q.Exec(t.Context(), `UPDATE box SET n = 9`); err != nil {
				t.Error(err)
			}
			panic("broken")
		})
	}()
	if n := count(t, super, `SELECT n FROM box`); n != 0 {
		t.Errorf("n is %d, want 0", n)
	}
	if n := app.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections not given back", n)
	}
}

// TestInSnapshot sees one moment, and is told to try again when that moment has passed.
func TestInSnapshot(t *testing.T) {
	t.Parallel()
	app, _ := open(t, ordinaryTable)
	tries := 0
	run := func() error {
		tries++
		return app.InSnapshot(t.Context(), func(q pg.Querier) error {
			before := count(t, q, `SELECT n FROM box WHERE id = 1`)
			if tries == 1 {
				if _, err := app.Exec(t.Context(), `UPDATE box SET n = 5`); err != nil {
					return err
				}
			}
			if after := count(t, q, `SELECT n FROM box WHERE id = 1`); after != before {
				t.Errorf("the snapshot moved from %d to %d", before, after)
			}
			_, err := q.Exec(t.Context(), `UPDATE box SET n = n + 1`)
			return err
		})
	}
	if err := run(); !pg.IsRetryable(err) {
		t.Fatalf("got %v, want a retryable error", err)
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, app.Querier(), `SELECT n FROM box`); n != 6 {
		t.Errorf("n is %d, want 6", n)
	}
	if pg.IsRetryable(nil) || pg.IsRetryable(&pgconn.PgError{Code: "23505"}) {
		t.Error("a duplicate key is not retryable")
	}
}

// TestOpenRefuses checks the schema version and addresses that lead nowhere.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	older, newer := pgtest.URL(t), pgtest.URL(t)
	for url, sql := range map[string]string{
		older: `UPDATE schema_version SET version = version - 1`,
		newer: `UPDATE schema_version SET version = version + 1`,
	} {
		db, err := pg.OpenOwner(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		db.Close()
	}
	tests := []struct {
		name, url, says string
		kind            fault.Kind
	}{
		{"empty", pgtest.Empty(t), "yaohao migrate", fault.Conflict},
		{"older", older, "yaohao migrate", fault.Conflict},
		{"newer", newer, "新版本的 yaohao", fault.Conflict},
		{"no address", "postgres://u:secret@[::1/x", "DATABASE_URL", fault.Invalid},
		{"no server", "postgres:///x?host=/nonexistent", "DATABASE_URL", fault.Conflict},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db, err := pg.Open(t.Context(), test.url)
			if err == nil {
				db.Close()
				t.Fatal("opened")
			}
			if !fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want kind %d and %q", err, test.kind, test.says)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%v shows the password", err)
			}
		})
	}
	if err := pg.Migrate(t.Context(), newer); !fault.Is(err, fault.Conflict) {
		t.Errorf("migrating a newer schema: %v", err)
	}
}

// TestLoginOfService opens the database with a login that is a member of yh_app and nothing else,
// as the service should have in earnest.
func TestLoginOfService(t *testing.T) {
	t.Parallel()
	address := pgtest.URL(t)
	super, err := pg.OpenOwner(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close()
	if _, err := super.Exec(t.Context(), `CREATE ROLE yh_test_service LOGIN IN ROLE yh_app`); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("user", "yh_test_service")
	u.RawQuery = q.Encode()
	db, err := pg.Open(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Close()
		other, err := pg.OpenOwner(context.Background(), pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if _, err := other.Exec(context.Background(), `DROP ROLE yh_test_service`); err != nil {
			t.Error(err)
		}
	})
	for _, sql := range []string{`SET ROLE yh_owner`, `ALTER TABLE account DISABLE TRIGGER ALL`,
		`SET session_replication_role = replica`} {
		if _, err := db.Exec(t.Context(), sql); pgCode(err) != "42501" {
			t.Errorf("%s: got %v, want 42501", sql, err)
		}
	}
}

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
