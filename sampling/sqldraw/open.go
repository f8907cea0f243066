package sqldraw

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"yaohao/internal/fault"
)

// oldest is the first PostgreSQL with all that is used here: sha256() came with 11, AS MATERIALIZED
// and collations that are not deterministic with 12.
const oldest = 120000

// DB is one read-only connection to the database that holds the populations. It need not be a
// database of yaohao: no schema of ours and no role of ours is expected in it.
type DB struct{ conn *pgx.Conn }

// Open connects to the database at url (postgres://… or a libpq keyword string). What a person can
// mend is a *fault.Error: an address that cannot be read, nobody listening there, a wrong password,
// no such database, a server that is too old. Close the DB when done.
func Open(ctx context.Context, url string) (*DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "数据库地址无法识别").
			WithHint("例如 postgres://用户:密码@主机:5432/库名").Wrap(err)
	}
	cfg.RuntimeParams["application_name"] = "yaohao draw"
	cfg.RuntimeParams["client_encoding"] = "UTF8"
	cfg.RuntimeParams["search_path"] = "public"
	cfg.RuntimeParams["default_transaction_read_only"] = "on"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, connectFault(ctx, cfg, err)
	}
	db := &DB{conn}
	var version int
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::integer`).Scan(&version)
	if err == nil && version < oldest {
		err = fault.New(fault.Conflict, "数据库版本太旧（server_version_num %d）", version).
			WithHint("需要 PostgreSQL 12 或以上；或用 --engine files 凭文件抽取")
	}
	if err != nil {
		db.Close(ctx)
		return nil, err
	}
	return db, nil
}

// Close ends the connection.
func (db *DB) Close(ctx context.Context) {
	_ = db.conn.Close(context.WithoutCancel(ctx)) // nothing was written
}

// connectFault says in Chinese why there is no connection. The password is never repeated.
func connectFault(ctx context.Context, cfg *pgx.ConnConfig, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	place := fmt.Sprintf("%s:%d", cfg.Host, cfg.Port)
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return fault.New(fault.Conflict, "连不上数据库 %s", place).
			WithHint("检查 --database 的主机与端口，以及数据库是否已启动").Wrap(err)
	}
	switch {
	case strings.HasPrefix(e.Code, "28"):
		return fault.New(fault.Forbidden, "数据库 %s 不接受用户 %q 的口令或来源", place, cfg.User).
			WithHint("检查 --database 里的用户名与口令，以及 pg_hba.conf").Wrap(err)
	case e.Code == "3D000":
		return fault.New(fault.NotFound, "%s 上没有数据库 %q", place, cfg.Database).
			WithHint("检查 --database 里的库名").Wrap(err)
	}
	return fault.New(fault.Conflict, "数据库 %s 拒绝连接：%s", place, e.Message).
		WithHint("检查 --database").Wrap(err)
}

// sqlFault turns what a server says about a table into what a person can mend. The rest stays an
// error of ours.
func sqlFault(t Table, err error) error {
	var e *pgconn.PgError
	if _, ok := fault.As(err); ok || !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Code == "42501":
		return fault.New(fault.Forbidden, "拒绝抽取：没有读取表 %s 的权限：%s", t, e.Message).
			WithHint("请数据库管理员执行 GRANT SELECT ON %s；外部表还需要在外部服务器上授权",
				t.quoted()).Wrap(err)
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "HV"):
		return fault.New(fault.Conflict, "拒绝抽取：表 %s 的外部服务器不可用：%s", t, e.Message).
			WithHint("检查外部服务器、用户映射与外部表的定义").Wrap(err)
	case strings.HasPrefix(e.Code, "22"), strings.HasPrefix(e.Code, "42"):
		return fault.New(fault.Invalid, "拒绝抽取：表 %s 的内容或定义不能用于抽取：%s", t, e.Message).
			WithHint("总体表的列见 yaohao help draw").Wrap(err)
	case strings.HasPrefix(e.Code, "53"), e.Code == "57014":
		return fault.New(fault.Conflict, "数据库没有做完表 %s 的查询：%s", t, e.Message).
			WithHint("检查数据库的磁盘、内存与 statement_timeout").Wrap(err)
	}
	return fmt.Errorf("table %s: %w", t, err)
}
