package pg_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
)

// historyTable is built by the rule that every history table follows.
const historyTable = `SET ROLE yh_owner;
	CREATE TABLE past (id int PRIMARY KEY);
	CREATE TRIGGER past_history BEFORE UPDATE OR DELETE ON past
		FOR EACH ROW EXECUTE FUNCTION refuse_change();
	CREATE TRIGGER past_truncate BEFORE TRUNCATE ON past EXECUTE FUNCTION refuse_change();
	GRANT SELECT, INSERT ON past TO yh_app;
	GRANT SELECT ON past TO yh_read;
	RESET ROLE`

// TestHistoryRefusesChange tries every way to change history: as the program, whom the missing
// grants stop; and as owner and superuser, who need none and are stopped by the triggers.
func TestHistoryRefusesChange(t *testing.T) {
	t.Parallel()
	app, super := open(t, historyTable)
	for table, insert := range map[string]string{
		"past": `INSERT INTO past VALUES (1)`,
		"log_leaf": `INSERT INTO log_leaf (index, kind, subject, at, body)
			VALUES (0, 'import', 'x', now(), 'x')`,
	} {
		if _, err := app.Exec(t.Context(), insert); err != nil {
			t.Fatalf("the program may insert into %s: %v", table, err)
		}
		column := map[string]string{"past": "id", "log_leaf": "index"}[table]
		for _, change := range []string{
			`UPDATE ` + table + ` SET ` + column + ` = ` + column,
			`DELETE FROM ` + table,
			`TRUNCATE ` + table,
		} {
			_, err := app.Exec(t.Context(), change)
			if pgCode(err) != "42501" || !strings.Contains(err.Error(), "permission denied") {
				t.Errorf("program: %s: got %v, want permission denied", change, err)
			}
			for _, role := range []string{`SET LOCAL ROLE yh_owner`, `RESET ROLE`} {
				err := super.InTx(t.Context(), func(q pg.Querier) error {
					if _, err := q.Exec(t.Context(), role); err != nil {
						t.Fatal(err)
					}
					_, err := q.Exec(t.Context(), change)
					return err
				})
				if pgCode(err) != "42501" || !strings.Contains(err.Error(), "history table "+table) {
					t.Errorf("%s; %s: got %v, want a refusal by the trigger", role, change, err)
				}
			}
		}
		if n := count(t, super, `SELECT count(*) FROM `+table); n != 1 {
			t.Errorf("%s has %d rows, want 1", table, n)
		}
	}
}

// TestHistoryTablesAreComplete reads the catalogue. A table that refuses TRUNCATE is history: the
// program has no right to DELETE or TRUNCATE it, and either no right to UPDATE it and a trigger
// that refuses both, or a trigger of its own that decides which changes are allowed.
func TestHistoryTablesAreComplete(t *testing.T) {
	t.Parallel()
	_, super := open(t, `SELECT`)
	type row struct {
		Name                              string
		Refuses, Guards                   bool
		MayUpdate, MayDelete, MayTruncate bool
	}
	// pg_trigger.tgtype adds up: 1 row, 2 before, 8 delete, 16 update, 32 truncate.
	rows, err := super.Query(t.Context(), `
		SELECT c.relname AS name,
			bool_or(p.proname = 'refuse_change' AND g.tgtype = 1+2+8+16) AS refuses,
			bool_or(p.proname <> 'refuse_change' AND g.tgtype & (1+2+16) = 1+2+16) AS guards,
			has_any_column_privilege('yh_app', c.oid, 'UPDATE') AS may_update,
			has_table_privilege('yh_app', c.oid, 'DELETE') AS may_delete,
			has_table_privilege('yh_app', c.oid, 'TRUNCATE') AS may_truncate
		FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid
		WHERE NOT g.tgisinternal GROUP BY c.oid
		HAVING bool_or(p.proname = 'refuse_change' AND g.tgtype = 2+32) ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 20 {
		t.Errorf("only %d history tables", len(list))
	}
	for _, r := range list {
		if r.MayDelete || r.MayTruncate || r.MayUpdate == r.Refuses || r.MayUpdate && !r.Guards {
			t.Errorf("history is not safe: %+v", r)
		}
	}
}

// TestReaders checks that yh_read changes nothing anywhere.
func TestReaders(t *testing.T) {
	t.Parallel()
	_, super := open(t, `SELECT`)
	n := count(t, super, `SELECT count(*) FROM information_schema.role_table_grants
		WHERE grantee = 'yh_read' AND privilege_type <> 'SELECT'`)
	if n != 0 {
		t.Errorf("yh_read has %d rights beyond SELECT", n)
	}
	n = count(t, super, `SELECT count(*) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')
		AND relname <> 'schema_version' AND pg_get_userbyid(relowner) <> 'yh_owner'`)
	if n != 0 {
		t.Errorf("%d tables do not belong to yh_owner", n)
	}
}
