package registry

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// staging takes a file's rows into temporary tables and from there, in whole sets, into the table
// of their kind. import_row holds good rows, import_bad what is wrong with the others; both vanish
// with the transaction.
type staging struct {
	q   pg.Querier
	imp *importing
}

// importLocks is the first key of the advisory locks by which imports of one kind exclude each
// other; the second is the kind's place in Kinds.
const importLocks = 0x796801

func (s *staging) open(ctx context.Context) error {
	place := 0
	for i, k := range Kinds() {
		if k == s.imp.req.Kind {
			place = i
		}
	}
	var alone bool
	if err := s.q.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1, $2)`, importLocks,
		place).Scan(&alone); err != nil {
		return fmt.Errorf("locking out other imports: %w", err)
	}
	if !alone {
		return fault.New(fault.Conflict, "另一个%s导入正在进行", s.imp.req.Kind.Label()).
			WithHint("等它结束后再导入")
	}
	if !s.imp.req.DryRun {
		err := s.q.QueryRow(ctx, `SELECT nextval('import_run_id')`).Scan(&s.imp.id)
		if err != nil {
			return fmt.Errorf("numbering the import: %w", err)
		}
	}
	for _, sql := range []string{
		`SET LOCAL work_mem = '128MB'`, // sorts and joins of a million rows
		`CREATE TEMP TABLE import_row ON COMMIT DROP AS SELECT 0::bigint AS line, ` +
			s.names("") + ` FROM ` + s.imp.layout.table + ` WITH NO DATA`,
		`CREATE TEMP TABLE import_bad (line bigint, column_name text, value text, rule text,
			hint text) ON COMMIT DROP`,
	} {
		if _, err := s.q.Exec(ctx, sql); err != nil {
			return fmt.Errorf("preparing the import: %w", err)
		}
	}
	return nil
}

// names lists the fields, each with a prefix such as "s.".
func (s *staging) names(prefix string) string {
	list := make([]string, len(s.imp.layout.fields))
	for i, f := range s.imp.layout.fields {
		list[i] = prefix + f.name
	}
	return strings.Join(list, ", ")
}

// keys joins a pattern with %[1]s for each key column.
func (s *staging) keys(pattern, sep string) string {
	list := make([]string, len(s.imp.layout.key))
	for i, k := range s.imp.layout.key {
		list[i] = fmt.Sprintf(pattern, k)
	}
	return strings.Join(list, sep)
}

// load copies the file's rows. Each round ends at the end of the file or when enough errors have
// piled up to be written away.
func (s *staging) load(ctx context.Context) error {
	columns := []string{"line"}
	for _, f := range s.imp.layout.fields {
		columns = append(columns, f.name)
	}
	src := s.imp.source
	for !src.done {
		if _, err := s.q.CopyFrom(ctx, pgx.Identifier{"import_row"}, columns, src); err != nil {
			return fmt.Errorf("copying rows up to line %d: %w", src.row.line, err)
		}
		if err := s.putErrors(ctx, src.errors); err != nil {
			return err
		}
		src.errors = src.errors[:0]
	}
	_, err := s.q.Exec(ctx, `ANALYZE import_row`)
	return err
}

func (s *staging) putErrors(ctx context.Context, errs []RowError) error {
	if len(errs) == 0 {
		return nil
	}
	_, err := s.q.CopyFrom(ctx, pgx.Identifier{"import_bad"},
		[]string{"line", "column_name", "value", "rule", "hint"},
		pgx.CopyFromSlice(len(errs), func(i int) ([]any, error) {
			e := &errs[i]
			return []any{e.Line, e.Column, e.Value, e.Rule, e.Hint}, nil
		}))
	if err != nil {
		return fmt.Errorf("keeping row errors: %w", err)
	}
	return nil
}

// check moves duplicates within the file and rows that name what does not exist to import_bad.
func (s *staging) check(ctx context.Context) error {
	kind, head := s.imp.req.Kind, s.imp.source.row.head
	duplicates := `
		WITH first AS (
			SELECT ` + s.keys("%[1]s", ", ") + `, min(line) AS line FROM import_row
			GROUP BY ` + s.keys("%[1]s", ", ") + ` HAVING count(*) > 1),
		gone AS (
			DELETE FROM import_row r USING first f
			WHERE r.line > f.line AND ` + s.keys("r.%[1]s = f.%[1]s", " AND ") + `
			RETURNING r.*, f.line AS first_line)
		INSERT INTO import_bad
		SELECT line, $1, concat_ws(' ', ` + s.keys("%[1]s", ", ") + `),
			'与第 ' || first_line || ' 行重复', '同一文件中每个编号只能有一行；采用了第 ' ||
			first_line || ' 行' FROM gone`
	if _, err := s.q.Exec(ctx, duplicates, head.name(kind, s.imp.layout.keyed)); err != nil {
		return fmt.Errorf("looking for duplicates: %w", err)
	}
	for _, sql := range s.imp.layout.fill {
		if _, err := s.q.Exec(ctx, sql); err != nil {
			return fmt.Errorf("completing rows: %w", err)
		}
	}
	for _, ref := range s.imp.layout.refs {
		for { // a row that goes may leave others behind that name it
			tag, err := s.q.Exec(ctx, ref.sql, head.name(kind, ref.column))
			if err != nil {
				return fmt.Errorf("looking for unknown references: %w", err)
			}
			if tag.RowsAffected() == 0 {
				break
			}
		}
	}
	if sql := s.imp.layout.settle; sql != "" {
		if _, err := s.q.Exec(ctx, sql, s.imp.id); err != nil {
			return fmt.Errorf("settling rows: %w", err)
		}
	}
	return nil
}

// merge writes the staged rows into the table. Nothing else writes these tables, and imports of
// one kind exclude each other, so counting, updating and inserting one after the other is exact.
func (s *staging) merge(ctx context.Context) error {
	l, r := s.imp.layout, s.imp.report
	var filled bool
	var good int64
	err := s.q.QueryRow(ctx, `SELECT count(*), EXISTS (SELECT FROM `+l.table+`) FROM import_row`).
		Scan(&good, &filled)
	if err != nil {
		return fmt.Errorf("counting rows: %w", err)
	}
	stamps := []any{s.imp.id, s.imp.req.Now}[:len(l.stamp):len(l.stamp)]
	if sql := s.update(); filled && sql != "" {
		args := stamps
		if l.merged() {
			args = append(args, s.imp.source.row.head.keptAside(s.imp.req.Kind))
		}
		tag, err := s.q.Exec(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("updating rows: %w", err)
		}
		r.Updated = tag.RowsAffected()
	}
	tag, err := s.q.Exec(ctx, s.insert(filled), stamps...)
	if err != nil {
		return fmt.Errorf("inserting rows: %w", err)
	}
	r.Inserted = tag.RowsAffected()
	r.Unchanged = good - r.Updated - r.Inserted
	switch s.imp.req.Kind {
	case KindEntities:
		return s.warnTwins(ctx)
	case KindGiven:
		return s.warnGiven(ctx)
	}
	return nil
}

// merged reports whether the table has `extra`.
func (l *layout) merged() bool { return l.fields[len(l.fields)-1].from == fromUnknown }

// update gives the statement that writes what differs, or "" if there is nothing that could.
func (s *staging) update() string {
	l := s.imp.layout
	var set, old, new []string
	for _, f := range l.fields {
		value := "s." + f.name
		switch {
		case strings.Contains(" "+strings.Join(l.key, " ")+" ", " "+f.name+" "):
			continue
		case f.from == fromUnknown:
			value = "(t.extra - $3::text[]) || s.extra"
		case !s.imp.source.row.head.has(f.from):
			continue
		}
		set = append(set, f.name+" = "+value)
		old, new = append(old, "t."+f.name), append(new, value)
	}
	if len(set) == 0 {
		return ""
	}
	for _, st := range l.stamp {
		set = append(set, st[0]+" = "+st[1])
	}
	return `UPDATE ` + l.table + ` t SET ` + strings.Join(set, ", ") + ` FROM import_row s WHERE ` +
		s.keys("t.%[1]s = s.%[1]s", " AND ") + ` AND ROW(` + strings.Join(old, ", ") +
		`) IS DISTINCT FROM ROW(` + strings.Join(new, ", ") + `)`
}

// insert gives the statement that writes the rows which the table does not have, in the order of
// their keys: that keeps the table in the order in which Freeze reads it.
func (s *staging) insert(filled bool) string {
	l := s.imp.layout
	columns, values := s.names(""), s.names("s.")
	for _, st := range l.stamp {
		columns += ", " + st[0]
		values += ", " + st[1]
	}
	sql := `INSERT INTO ` + l.table + ` (` + columns + `) SELECT ` + values + ` FROM import_row s`
	if filled {
		sql += ` WHERE NOT EXISTS (SELECT FROM ` + l.table + ` t WHERE ` +
			s.keys("t.%[1]s = s.%[1]s", " AND ") + `)`
	}
	return sql + ` ORDER BY ` + s.keys("s.%[1]s", ", ")
}

// warnTwins says how many firms with a code are also there under their 注册号.
func (s *staging) warnTwins(ctx context.Context) error {
	var n int64
	var example *string
	err := s.q.QueryRow(ctx, `SELECT count(*), min(e.id) FROM import_row s
		JOIN entity e ON e.id = 'R.' || s.reg_no WHERE s.uscc IS NOT NULL AND s.reg_no <> ''
		AND e.status = 'active'`).Scan(&n, &example)
	if err != nil {
		return fmt.Errorf("looking for firms with two numbers: %w", err)
	}
	if n > 0 {
		s.imp.report.Warnings = append(s.imp.report.Warnings, fmt.Sprintf(
			"%d 户既有统一社会信用代码，又以注册号在库（如 %s），会有两张签：请把后者的登记状态改为“注销”",
			n, *example))
	}
	return nil
}
