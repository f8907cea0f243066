package pg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"yaohao/internal/fault"
	"yaohao/migrations"
)

// Querier is what the SQL of a package runs on: a transaction or the pool. Functions that take one
// never begin or end a transaction themselves.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string,
		rows pgx.CopyFromSource) (int64, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// DB is a pool of connections to one migrated database. Every connection has taken role yh_app
// (owners bypass grants, so the login role must not stay in force), time zone Asia/Shanghai and
// search path public.
type DB struct{ *pgxpool.Pool }

// ErrUnknownOutcome says that the connection was lost while COMMIT was on its way: the
// transaction may or may not be in the database. Drop what was kept in memory and read again.
var ErrUnknownOutcome = errors.New("outcome of the transaction is unknown")

// rollbackTime is how long an abandoned transaction may take to roll back; afterwards its
// connection is closed, and the server rolls back by itself.
const rollbackTime = 5 * time.Second

// Open connects to the database at url (postgres://… or a libpq keyword string) as the running
// program. A database whose schema is older or newer than this program is refused with a
// *fault.Error that names the command that mends it. Close the DB when done.
func Open(ctx context.Context, url string) (*DB, error) {
	cfg, err := configure(url)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(ctx, cfg.ConnConfig); err != nil {
		return nil, err
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, `SET ROLE yh_app`); err != nil {
			return fmt.Errorf("taking role yh_app: %w", err)
		}
		return nil
	}
	return open(ctx, cfg)
}

// OpenOwner connects to the database at url as the login role itself: for migrations, which need
// more than yh_app may do, and for nothing else. The schema version is not checked.
func OpenOwner(ctx context.Context, url string) (*DB, error) {
	cfg, err := configure(url)
	if err != nil {
		return nil, err
	}
	return open(ctx, cfg)
}

// Migrate brings the database at url up to this program's schema; see migrations.Up.
func Migrate(ctx context.Context, url string) error {
	cfg, err := configure(url)
	if err != nil {
		return err
	}
	conn, err := connect(ctx, cfg.ConnConfig)
	if err != nil {
		return err
	}
	defer closeConn(ctx, conn)
	have, want, err := migrations.Current(ctx, conn)
	if err != nil {
		return err
	}
	if have > want {
		return versionFault(have, want)
	}
	return migrations.Up(ctx, conn)
}

// InTx runs fn in one READ COMMITTED transaction: committed when fn returns nil, rolled back when
// it returns an error or panics. A connection lost during COMMIT gives ErrUnknownOutcome; any
// other error means that nothing was written.
func (db *DB) InTx(ctx context.Context, fn func(q Querier) error) error {
	return db.inTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, fn)
}

// InSnapshot is InTx at REPEATABLE READ: every statement of fn sees the same moment. A write that
// meets a row changed since then fails with an error for which IsRetryable is true; the caller
// runs the whole transaction again.
func (db *DB) InSnapshot(ctx context.Context, fn func(q Querier) error) error {
	return db.inTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, fn)
}

// Querier gives the pool for reads outside a transaction.
func (db *DB) Querier() Querier { return db.Pool }

// IsRetryable reports whether err is a serialization failure (40001) or a deadlock (40P01), after
// which the same transaction may succeed when it is run again from its beginning.
func IsRetryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func (db *DB) inTx(ctx context.Context, o pgx.TxOptions, fn func(q Querier) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	ended := false
	defer func() {
		if ended {
			return
		}
		// fn failed or panicked. ctx may be cancelled already, the rollback still has to go out.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTime)
		defer cancel()
		_ = tx.Rollback(ctx) // on failure pgx closes the connection, which rolls back too
	}()
	if err := fn(tx); err != nil {
		return err
	}
	ended = true
	return commitError(tx.Commit(ctx))
}

// commitError tells a refused COMMIT, after which nothing is written, from a lost one.
func commitError(err error) error {
	var e *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrTxCommitRollback), // a statement of fn failed and fn hid it
		pgconn.SafeToRetry(err),                     // COMMIT was never sent
		errors.As(err, &e) && e.Severity == "ERROR": // the server refused, e.g. a deferred check
		return fmt.Errorf("commit refused: %w", err)
	default:
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
	}
}

// minPool is how many connections a pool may open at least, whatever url says: a long import, a
// draw and a dozen pages at once.
const minPool = 10

// configure parses url and sets what every connection has. Parse errors never show the password.
func configure(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "数据库地址无法识别").
			WithHint("检查 DATABASE_URL，例如 postgres://用户:密码@主机:5432/yaohao").Wrap(err)
	}
	cfg.MaxConns = max(cfg.MaxConns, minPool)
	cfg.ConnConfig.RuntimeParams["timezone"] = "Asia/Shanghai"
	cfg.ConnConfig.RuntimeParams["search_path"] = "public"
	cfg.ConnConfig.RuntimeParams["application_name"] = "yaohao"
	return cfg, nil
}

func open(ctx context.Context, cfg *pgxpool.Config) (*DB, error) {
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, cannotConnect(err)
	}
	return &DB{pool}, nil
}

func connect(ctx context.Context, cfg *pgx.ConnConfig) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, cannotConnect(err)
	}
	return conn, nil
}

func closeConn(ctx context.Context, conn *pgx.Conn) {
	_ = conn.Close(ctx) // the server forgets the session either way
}

func cannotConnect(err error) error {
	return fault.New(fault.Conflict, "连接数据库失败：%v", err).
		WithHint("检查 DATABASE_URL、账号口令，以及数据库是否已启动").Wrap(err)
}

// checkVersion refuses a schema that this program does not know. It uses a connection of its own
// that has not taken yh_app, which an unmigrated cluster does not have.
func checkVersion(ctx context.Context, cfg *pgx.ConnConfig) error {
	conn, err := connect(ctx, cfg.Copy())
	if err != nil {
		return err
	}
	defer closeConn(ctx, conn)
	have, want, err := migrations.Current(ctx, conn)
	if err != nil {
		return err
	}
	if have != want {
		return versionFault(have, want)
	}
	return nil
}

func versionFault(have, want int32) error {
	switch {
	case have == 0:
		return fault.New(fault.Conflict, "数据库是空的，本程序需要结构版本 %d", want).
			WithHint("先运行 yaohao migrate")
	case have < want:
		return fault.New(fault.Conflict, "数据库结构版本为 %d，本程序需要 %d", have, want).
			WithHint("先备份，再运行 yaohao migrate")
	default:
		return fault.New(fault.Conflict, "数据库结构版本为 %d，比本程序认识的 %d 新", have, want).
			WithHint("请换用新版本的 yaohao；数据库不能退回旧版本")
	}
}
