package sqldraw

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

func TestParseTable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"population":        `"public"."population"`,
		"Bank.P 2026":       `"Bank"."P 2026"`,
		"a; DROP TABLE b--": `"public"."a; DROP TABLE b--"`,
		"市场.总体":             `"市场"."总体"`,
	} {
		if have, err := ParseTable(text); err != nil || have.quoted() != want {
			t.Errorf("%s: %s, %v; want %s", text, have.quoted(), err, want)
		}
	}
	for _, text := range []string{"", ".", "a.", ".b", "a.b.c", `a"b`, "a\x00b",
		strings.Repeat("a", 64)} {
		_, err := ParseTable(text)
		refused(t, err, fault.Invalid, "不是表名")
	}
}

// small is a plan of 40 rows, with a table of its population and the options that draw from it.
type small struct {
	url    string
	conn   *pgx.Conn
	files  fstest.MapFS
	plan   *sampling.Plan
	values []sampling.EntropyValue
	o      Options
}

func newSmall(t *testing.T) *small {
	t.Helper()
	url := pgtest.Empty(t)
	return smallIn(t, url, connect(t, url), "small", false)
}

// smallIn makes the table in a schema of a database.
func smallIn(t *testing.T, url string, conn *pgx.Conn, schema string, pareto bool) *small {
	t.Helper()
	s := &small{url: url, conn: conn}
	s.files, s.plan, s.values = randomDraw(t, 1, 2, []stratumSpec{
		{id: "A", size: 30, num: 20, pareto: pareto}, {id: "B", size: 10, num: 100}})
	s.o = loadAll(t, conn, schema, s.plan, s.files)
	return s
}

func (s *small) draw(t *testing.T) error {
	t.Helper()
	_, err := open(t, s.url).Draw(t.Context(), s.plan, bare(t, s.files), s.values, s.o)
	return err
}

// TestRefusals changes a table that fits its plan and wants to hear what is wrong with it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	first := `(SELECT min(id COLLATE "C") FROM p_sx_001)`
	cases := []struct {
		name, sql string
		pareto    bool
		kind      fault.Kind
		says      string // "" for a table that is drawn from
		trusted   string // the same when the population is trusted
	}{
		{name: "untouched", sql: `SELECT`},
		{name: "weights are read by pareto only", sql: `ALTER TABLE p_sx_001 DROP weight`},
		{name: "no table", sql: `DROP TABLE p_sx_001`, kind: fault.NotFound,
			says: "没有表 no_table.p_sx_001", trusted: "没有表"},
		{name: "no column", sql: `ALTER TABLE p_sx_001 DROP area`, kind: fault.Invalid,
			says: "没有列 area", trusted: "没有列 area"},
		{name: "no weights", sql: `ALTER TABLE p_sx_001 DROP weight`, pareto: true,
			kind: fault.Invalid, says: "没有列 weight", trusted: "没有列 weight"},
		{name: "padded text", sql: `ALTER TABLE p_sx_001 ALTER id TYPE char(40)`,
			kind: fault.Invalid, says: "列 id 是 character 类型", trusted: "列 id"},
		{name: "decimal weights", sql: `ALTER TABLE p_sx_001 ALTER weight TYPE numeric`,
			pareto: true, kind: fault.Invalid, says: "列 weight 是 numeric", trusted: "列 weight"},
		{name: "collation that ignores case", sql: `CREATE COLLATION loose (provider = icu,
				locale = 'und-u-ks-level2', deterministic = false);
			ALTER TABLE p_sx_001 ALTER stratum TYPE text COLLATE loose`, kind: fault.Invalid,
			says: "排序规则", trusted: "排序规则"},
		{name: "collation of a language",
			sql: `ALTER TABLE p_sx_001 ALTER id TYPE text COLLATE "und-x-icu"`},
		{name: "row gone", sql: `DELETE FROM p_sx_001 WHERE id = ` + first,
			kind: fault.Conflict, says: "行，方案为", trusted: "行，方案为"},
		{name: "row changed", sql: `UPDATE p_sx_001 SET id = 'R.0' WHERE id = ` + first,
			kind: fault.Conflict, says: "内容不同"},
		{name: "weight changed", sql: `UPDATE p_sx_001 SET weight = weight + 1 WHERE id = ` + first,
			pareto: true, kind: fault.Conflict, says: "内容不同"},
		{name: "not an id", sql: `UPDATE p_sx_001 SET id = lower(id) WHERE id = ` + first,
			kind: fault.Conflict, says: "按代码排序的第 40 行"},
		{name: "id twice", sql: `ALTER TABLE p_sx_001 DROP CONSTRAINT p_sx_001_pkey;
			INSERT INTO p_sx_001 SELECT * FROM p_sx_001 WHERE id = ` + first,
			kind: fault.Conflict, says: "第 2 行：代码 \"R.", trusted: "行，方案为"},
		{name: "no id", sql: `ALTER TABLE p_sx_001 DROP CONSTRAINT p_sx_001_pkey;
			ALTER TABLE p_sx_001 ALTER id DROP NOT NULL;
			INSERT INTO p_sx_001 (stratum, area) VALUES ('A', '350000')`,
			kind: fault.Conflict, says: `"\\N" 不是检查对象的代码`, trusted: "行，方案为"},
		{name: "other stratum", sql: `UPDATE p_sx_001 SET stratum = 'Z' WHERE id = ` + first,
			kind: fault.Conflict, says: `方案里没有层 "Z"`, trusted: "有 1 行的层不在方案里"},
		{name: "no weight", sql: `UPDATE p_sx_001 SET weight = NULL WHERE id = ` + first,
			pareto: true, kind: fault.Conflict, says: `权重 "\\N"`, trusted: "有 1 行的权重"},
		{name: "weight of zero", sql: `UPDATE p_sx_001 SET weight = 0 WHERE id = ` + first,
			pareto: true, kind: fault.Conflict, says: `权重 "0"`, trusted: "有 1 行的权重"},
		{name: "area of letters", sql: `UPDATE p_sx_001 SET area = 'x' WHERE stratum = 'B'`,
			kind: fault.Conflict, says: "area 不是", trusted: "area 不是"},
		{name: "no area", sql: `ALTER TABLE p_sx_001 ALTER area DROP NOT NULL;
			UPDATE p_sx_001 SET area = NULL WHERE stratum = 'B'`,
			kind: fault.Conflict, says: "area 不是", trusted: "area 不是"},
		{name: "view that fails", sql: `ALTER TABLE p_sx_001 RENAME TO old; CREATE VIEW p_sx_001 AS
			SELECT id, stratum, (1 / (length(area) - 6))::text AS area FROM old`,
			kind: fault.Invalid, says: "division by zero", trusted: "division by zero"},
	}
	url := pgtest.Empty(t)
	conn := connect(t, url)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := smallIn(t, url, conn, c.name, c.pareto)
			run(t, s.conn, c.sql)
			for trust, says := range map[bool]string{false: c.says, true: c.trusted} {
				s.o.Trust = trust
				err := s.draw(t)
				if says != "" {
					refused(t, err, c.kind, "拒绝抽取", says)
				} else if err != nil {
					t.Errorf("trust %v: %v", trust, err)
				}
			}
		})
	}
}

// TestRights draws as somebody who may not read the table, or not all of it.
func TestRights(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	role := "reader_" + s.conn.Config().Database
	run(t, s.conn, fmt.Sprintf(`CREATE ROLE %[1]s LOGIN; GRANT USAGE ON SCHEMA small TO %[1]s;
		GRANT SELECT (id, stratum) ON p_sx_001 TO %[1]s`, role))
	t.Cleanup(func() {
		ctx := context.Background()
		_, err := s.conn.Exec(ctx, `DROP OWNED BY `+role+`; DROP ROLE `+role)
		if err != nil {
			t.Error(err)
		}
	})
	s.url = strings.Replace(s.url, "user="+s.conn.Config().User, "user="+role, 1)
	refused(t, s.draw(t), fault.Forbidden, "p_sx_001", "area", "GRANT SELECT")
	run(t, s.conn, `REVOKE USAGE ON SCHEMA small FROM `+role)
	refused(t, s.draw(t), fault.Forbidden, "p_sx_001", "GRANT USAGE")
	run(t, s.conn, `GRANT USAGE ON SCHEMA small TO `+role)
	run(t, s.conn, `GRANT SELECT ON p_sx_001 TO `+role)
	if err := s.draw(t); err != nil {
		t.Error(err)
	}
	run(t, s.conn, `ALTER TABLE p_sx_001 ENABLE ROW LEVEL SECURITY`) // hides every row
	refused(t, s.draw(t), fault.Conflict, "层 A 有 0 行，方案为 30 行")
}

func TestOptionsAndSuite(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	s.o.Tables["SX-002"] = Table{"public", "other"}
	refused(t, s.draw(t), fault.Invalid, "方案没有的事项")
	s.o.Tables = nil
	refused(t, s.draw(t), fault.Invalid, "事项 SX-001")
	s.plan.Hash = sampling.HashSM3
	refused(t, s.draw(t), fault.Invalid, `plan.json: hash: "sm3"`, "--engine files")
}

func TestConnect(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	for _, c := range []struct {
		url  string
		kind fault.Kind
		says string
	}{
		{"://", fault.Invalid, "无法识别"},
		{"postgres://u:secret@127.0.0.1:1/x", fault.Conflict, "连不上数据库 127.0.0.1:1"},
		{strings.Replace(url, "/t_", "/none_", 1), fault.NotFound, `没有数据库 "none_`},
		{strings.Replace(url, "user=", "user=none_", 1), fault.Forbidden, `不接受用户 "none_`},
	} {
		_, err := Open(t.Context(), c.url)
		refused(t, err, c.kind, c.says)
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%v shows the password", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, url); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestCancel ends a draw between two steps, and while the server is at work.
func TestCancel(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var steps []Step
	s.o.Progress = func(_ *sampling.Item, step Step, _ int64) {
		if steps = append(steps, step); step == Selecting {
			cancel()
		}
	}
	_, err := open(t, s.url).Draw(ctx, s.plan, bare(t, s.files), s.values, s.o)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if len(steps) != 41 || slices.Max(steps) != Selecting {
		t.Errorf("heard of %v", steps)
	}
	run(t, s.conn, `ALTER TABLE p_sx_001 RENAME TO old; CREATE VIEW p_sx_001 AS
		SELECT id, stratum, area || substr(pg_sleep(60)::text, 1, 0) AS area FROM old`)
	ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = open(t, s.url).Draw(ctx, s.plan, bare(t, s.files), s.values, s.o)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// TestReadOnly: the session cannot write, whatever a table's name leads to.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	db := open(t, s.url)
	if _, err := db.conn.Exec(t.Context(), `CREATE TABLE mine ()`); err == nil {
		t.Error("a table was made")
	}
}
