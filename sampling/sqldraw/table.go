package sqldraw

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
)

// Table names the table that holds an item's population.
type Table struct{ Schema, Name string }

// ParseTable reads `schema.table`, or `table` of the schema public. Names are taken as they are
// written, capital letters too; they are quoted wherever they enter SQL. A *fault.Error says that
// there is no such form.
func ParseTable(text string) (Table, error) {
	t := Table{Schema: "public", Name: text}
	if schema, name, found := strings.Cut(text, "."); found {
		t = Table{schema, name}
	}
	// PostgreSQL would silently cut a longer name, and cannot hold a zero byte.
	for _, part := range []string{t.Schema, t.Name} {
		if part == "" || len(part) > 63 || strings.ContainsAny(part, ".\"\x00") {
			return Table{}, fault.New(fault.Invalid, "%q 不是表名", text).
				WithHint("写作 模式.表 或 表，例如 public.population；大小写照库里的写")
		}
	}
	return t, nil
}

// String gives schema.table.
func (t Table) String() string { return t.Schema + "." + t.Name }

// quoted gives the table as SQL.
func (t Table) quoted() string { return pgx.Identifier{t.Schema, t.Name}.Sanitize() }

// column is a column of a table as the catalogue describes it.
type column struct {
	Name          string
	Type          string
	Deterministic bool // its collation
	Readable      bool
}

var (
	textTypes = []string{"text", "character varying"}
	intTypes  = []string{"smallint", "integer", "bigint"}
)

// wanted is what a column of a population must be.
type wanted struct {
	name  string
	types []string
}

// inspect looks at a table's columns before any row is read.
func inspect(ctx context.Context, tx pgx.Tx, t Table, weighted bool) error {
	have, err := columns(ctx, tx, t)
	if err != nil {
		return sqlFault(t, err)
	}
	if have == nil {
		return fault.New(fault.NotFound, "拒绝抽取：数据库里没有表 %s", t).
			WithHint("用 --population 事项=模式.表 指明总体所在的表；大小写照库里的写")
	}
	need := []wanted{{"id", textTypes}, {"stratum", textTypes}, {"area", textTypes}}
	if weighted {
		need = append(need, wanted{"weight", intTypes})
	}
	for _, w := range need {
		i := slices.IndexFunc(have, func(c column) bool { return c.Name == w.name })
		if i < 0 {
			return fault.New(fault.Invalid, "拒绝抽取：表 %s 没有列 %s", t, w.name).
				WithHint("总体表的列：id、stratum、area；事项有 pareto 层时还要 weight")
		}
		if err := have[i].check(t, w.types); err != nil {
			return err
		}
	}
	return nil
}

// check holds a column against the types that it may have.
func (c *column) check(t Table, types []string) error {
	switch {
	case !c.Readable:
		return fault.New(fault.Forbidden, "拒绝抽取：没有读取表 %s 的列 %s 的权限", t, c.Name).
			WithHint("请数据库管理员执行 GRANT USAGE ON SCHEMA %s 与 GRANT SELECT ON %s",
				pgx.Identifier{t.Schema}.Sanitize(), t.quoted())
	case !slices.Contains(types, c.Type):
		return fault.New(fault.Invalid, "拒绝抽取：表 %s 的列 %s 是 %s 类型，应为 %s",
			t, c.Name, c.Type, strings.Join(types, " 或 ")).
			WithHint("可以建一个视图转换类型，再用 --population 指向视图")
	case !c.Deterministic:
		return fault.New(fault.Invalid,
			"拒绝抽取：表 %s 的列 %s 的排序规则把不同的写法视为相等", t, c.Name).
			WithHint(`请改用 COLLATE "C"`)
	}
	return nil
}

// columns reads a table's columns from the catalogue; nil if there is no such table, or none with a
// column. Rights are those that this database grants: a foreign server speaks for itself later.
func columns(ctx context.Context, tx pgx.Tx, t Table) ([]column, error) {
	rows, err := tx.Query(ctx, `SELECT a.attname AS name,
			format_type(a.atttypid, NULL) AS type,
			coalesce(l.collisdeterministic, true) AS deterministic,
			has_schema_privilege(n.oid, 'USAGE')
				AND has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
		LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
		WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
			AND a.attnum > 0 AND NOT a.attisdropped`, t.Schema, t.Name)
	if err != nil {
		return nil, fmt.Errorf("looking at table %s: %w", t, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[column])
	if err != nil {
		return nil, fmt.Errorf("looking at table %s: %w", t, err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}
