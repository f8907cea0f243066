package sqldraw

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// Step is a part of the work on one item.
type Step int

// The steps of an item, in their order.
const (
	Checking  Step = iota // reading the rows against the plan
	Selecting             // the server selects; nothing is heard from it meanwhile
)

// Options says where the populations are.
type Options struct {
	// Tables has one for each item of the plan.
	Tables map[sampling.ItemID]Table
	// Trust leaves the check of hash, Merkle root and order out: strata are only counted.
	Trust bool
	// Progress hears what is done: rows of the item's whole N; nil for nobody.
	Progress func(item *sampling.Item, step Step, rows int64)
}

// Draw is sampling.Draw with the selection inside the database: for the same plan, values and
// population the result has the same bytes. Rosters, conflicts and given tasks come from files;
// candidates and population files are not read.
//
// A *fault.Error says what a person can mend: the plan is of suite sm3 (refused before anything is
// looked at), an item has no table, a table is not there, not readable or not the population of
// the plan. Errors of package sampling are as in sampling.Draw.
func (db *DB) Draw(ctx context.Context, plan *sampling.Plan, files fs.FS,
	values []sampling.EntropyValue, o Options) (*sampling.Result, error) {
	if err := Refuse(plan); err != nil {
		return nil, err
	}
	if err := o.complete(plan); err != nil {
		return nil, err
	}
	var result *sampling.Result
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, db.conn, snapshot, func(tx pgx.Tx) (err error) {
		// All tables are looked at before the first is read: that takes long.
		for i := range plan.Items {
			item := &plan.Items[i]
			if err := inspect(ctx, tx, o.Tables[item.ID], weighted(item)); err != nil {
				return err
			}
		}
		pick := func(item *sampling.Item, seed string) ([]sampling.Picked, error) {
			return db.pick(ctx, tx, item, seed, &o)
		}
		result, err = sampling.DrawPicked(plan, files, values, pick)
		return err
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return result, err
}

// Refuse gives the *fault.Error for a plan whose hash suite the database does not have, or nil.
func Refuse(plan *sampling.Plan) error {
	if plan.Hash == sampling.HashSHA256 {
		return nil
	}
	return fault.New(fault.Invalid, "拒绝抽取，不合规则：%s: hash: %q: 数据库里没有这种哈希算法",
		sampling.PlanFile, plan.Hash).
		WithHint("PostgreSQL 只有 SHA-256；请用 --engine files 凭文件抽取")
}

// complete refuses a plan with an item whose table is not named, and a table without an item.
func (o *Options) complete(plan *sampling.Plan) error {
	var missing []string
	found := 0
	for i := range plan.Items {
		if _, ok := o.Tables[plan.Items[i].ID]; ok {
			found++
		} else {
			missing = append(missing, string(plan.Items[i].ID))
		}
	}
	if missing != nil {
		return fault.New(fault.Invalid, "没有指明总体所在的表：事项 %s", strings.Join(missing, "、")).
			WithHint("每个事项给一次 --population 事项=模式.表")
	}
	if found < len(o.Tables) {
		return fault.New(fault.Invalid, "--population 里有方案没有的事项").
			WithHint("方案有 %d 个事项，给了 %d 个表", len(plan.Items), len(o.Tables))
	}
	return nil
}

// pick checks the table of an item and selects from it.
func (db *DB) pick(ctx context.Context, tx pgx.Tx, item *sampling.Item, seed string,
	o *Options) ([]sampling.Picked, error) {
	t := o.Tables[item.ID]
	report := func(Step, int64) {}
	if o.Progress != nil {
		report = func(step Step, rows int64) { o.Progress(item, step, rows) }
	}
	var err error
	if o.Trust {
		err = checkStrata(ctx, tx, item, t)
	} else {
		err = db.checkRows(ctx, item, t, func(rows int64) { report(Checking, rows) })
	}
	if err != nil {
		return nil, err
	}
	report(Selecting, 0)
	return selectItem(ctx, tx, item, seed, t)
}

// selectItem selects from the strata of an item, those of each method in one query.
func selectItem(ctx context.Context, tx pgx.Tx, item *sampling.Item, seed string, t Table) (
	[]sampling.Picked, error) {
	picked := make([]sampling.Picked, len(item.Strata))
	for _, method := range []string{sampling.MethodSRS, sampling.MethodPareto} {
		q, err := newQuery(item, seed, t, method)
		if err != nil {
			return nil, err
		}
		if len(q.ids) == 0 {
			continue
		}
		drawn, err := q.run(ctx, tx)
		if err != nil {
			return nil, sqlFault(t, err)
		}
		for k, at := range q.places {
			if picked[at], err = q.pickedOf(k, drawn[k]); err != nil {
				return nil, err
			}
		}
	}
	return picked, nil
}

// query is the selection from those strata of an item that are drawn by one method; its slices are
// parallel.
type query struct {
	item    *sampling.Item
	table   Table
	method  string
	prefix  string // of what is hashed, before the id
	places  []int  // of the strata in item.Strata
	ids     []string
	n, all  []int64 // n and N
	reserve int64
}

func newQuery(item *sampling.Item, seed string, t Table, method string) (*query, error) {
	q := &query{item: item, table: t, method: method, prefix: seed + "|" + item.Label + "|",
		reserve: item.Reserve}
	for i := range item.Strata {
		s := &item.Strata[i]
		if s.Method != method {
			continue
		}
		n, err := s.Size()
		if err != nil {
			return nil, err
		}
		q.places, q.ids = append(q.places, i), append(q.ids, s.ID)
		q.n, q.all = append(q.n, n), append(q.all, s.N)
	}
	return q, nil
}

// row is what a selection gives of a stratum's row.
type row struct {
	id   string
	area *string
	key  *string // ticket in hex, or Q in decimal; null for a certain one
}

// run asks the server. The fast form of srs sorts only rows below a guessed ticket; in the one case
// of 10^12 in which the guess was too low, the definition is asked.
func (q *query) run(ctx context.Context, tx pgx.Tx) ([][]row, error) {
	if q.method == sampling.MethodPareto {
		return q.rows(ctx, tx, paretoSQL, q.prefix, q.ids, q.n, q.reserve)
	}
	drawn, err := q.rows(ctx, tx, fastSQL, q.prefix, q.ids, q.n, q.reserve, q.all)
	if err != nil || !q.short(drawn) {
		return drawn, err
	}
	return q.rows(ctx, tx, definitionSQL, q.prefix, q.ids, q.n, q.reserve)
}

// rows runs one of the texts and gives the rows of each stratum in the order of the draw.
func (q *query) rows(ctx context.Context, tx pgx.Tx, text string, args ...any) ([][]row, error) {
	result, err := tx.Query(ctx, on(text, q.table), args...)
	if err != nil {
		return nil, fmt.Errorf("selecting: %w", err)
	}
	drawn := make([][]row, len(q.ids))
	var s int32
	var place int64
	var r row
	_, err = pgx.ForEachRow(result, []any{&s, &place, &r.id, &r.area, &r.key}, func() error {
		drawn[s-1] = append(drawn[s-1], r)
		if place != int64(len(drawn[s-1])) {
			return fmt.Errorf("place %d of stratum %d is missing", len(drawn[s-1]), s)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("selecting: %w", err)
	}
	return drawn, nil
}

// short reports whether a stratum has fewer rows than are to be drawn.
func (q *query) short(drawn [][]row) bool {
	for k := range drawn {
		if int64(len(drawn[k])) < min(q.n[k]+q.reserve, q.all[k]) {
			return true
		}
	}
	return false
}

// pickedOf gives the rows of a stratum as package sampling takes them.
func (q *query) pickedOf(k int, rows []row) (sampling.Picked, error) {
	var p sampling.Picked
	for i, r := range rows {
		id, err := sampling.ParseEntityID(r.id)
		if err != nil {
			return p, different(q.item, q.table, "%q 不是检查对象的代码", shown([]byte(r.id)))
		}
		if r.area == nil || !sampling.ValidArea(*r.area) {
			return p, different(q.item, q.table, "%s 的 area 不是 6 至 12 位数字", id)
		}
		if drawn := (sampling.PickedRow{ID: id, Area: *r.area}); int64(i) < q.n[k] {
			p.Selected = append(p.Selected, drawn)
		} else {
			p.Reserve = append(p.Reserve, drawn)
		}
	}
	p.Cut = q.cut(k, rows)
	return p, nil
}

// cut is what §6 says of the last selected: its ticket, or its Q if it is not certain.
func (q *query) cut(k int, rows []row) string {
	last := q.n[k] - 1
	switch {
	case last >= 0 && last < int64(len(rows)) && rows[last].key != nil:
		return *rows[last].key
	case q.method == sampling.MethodPareto:
		return "certain"
	}
	return strings.Repeat("0", 64)
}
