package registry

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// where collects conditions and their values.
type where struct {
	sql  []string
	args []any
}

// and adds a condition in which ? stands for the value.
func (w *where) and(condition string, value any) {
	w.args = append(w.args, value)
	w.sql = append(w.sql, strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(w.args))))
}

func (w *where) String() string {
	if len(w.sql) == 0 {
		return "true"
	}
	return strings.Join(w.sql, " AND ")
}

// one reads exactly one row by its id; what names it in Chinese if there is none.
func one[T any](ctx context.Context, q pg.Querier, scan pgx.RowToFunc[T],
	what, table, columns, id string) (*T, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM `+table+` WHERE id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", table, id, err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "没有%s“%s”", what, shown(id))
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", table, id, err)
	}
	return &v, nil
}

// all reads every row.
func all[T any](ctx context.Context, q pg.Querier, scan pgx.RowToFunc[T],
	sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the registry: %w", err)
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("reading the registry: %w", err)
	}
	return list, nil
}

const unitColumns = `id, name, short_name, kind, coalesce(parent_id, ''), area, seats, area_rule,
	gate_max, pool_num, pool_den`

func scanUnit(row pgx.CollectableRow) (u Unit, err error) {
	var num, den *int64
	err = row.Scan(&u.ID, &u.Name, &u.ShortName, &u.Kind, &u.Parent, &u.Area, &u.Seats,
		&u.AreaRule, &u.GateMax, &num, &den)
	if num != nil && den != nil {
		u.Pool = &sampling.Ratio{Num: *num, Den: *den}
	}
	return u, err
}

// Units gives all units, ascending by id.
func Units(ctx context.Context, q pg.Querier) ([]Unit, error) {
	return all(ctx, q, scanUnit, `SELECT `+unitColumns+` FROM unit ORDER BY id COLLATE "C"`)
}

// UnitByID gives a unit, or a fault of kind NotFound.
func UnitByID(ctx context.Context, q pg.Querier, id sampling.UnitID) (*Unit, error) {
	return one(ctx, q, scanUnit, "机构", "unit", unitColumns, string(id))
}

// Office gives the office itself (机关), or a fault of kind NotFound before units are imported.
func Office(ctx context.Context, q pg.Querier) (*Unit, error) {
	list, err := all(ctx, q, scanUnit, `SELECT `+unitColumns+` FROM unit WHERE kind = 'office'`)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "还没有登记本机关").
			WithHint("导入执法机构文件，其中一行的机构类型为“机关”")
	}
	return &list[0], nil
}

const itemColumns = `id, name, category, kind, grade, unit_id, basis, content, method, checklist,
	bank, strata_by, yearly_cap, cooldown_months, reserve, published`

func scanItem(row pgx.CollectableRow) (i Item, err error) {
	err = row.Scan(&i.ID, &i.Name, &i.Category, &i.Kind, &i.Grade, &i.Unit, &i.Basis, &i.Content,
		&i.Method, &i.Checklist, &i.Bank, &i.StrataBy, &i.YearlyCap, &i.CooldownMonths,
		&i.Reserve, &i.Published)
	return i, err
}

// Items gives the whole list of items (一单), ascending by id.
func Items(ctx context.Context, q pg.Querier) ([]Item, error) {
	return all(ctx, q, scanItem, `SELECT `+itemColumns+` FROM item ORDER BY id COLLATE "C"`)
}

// ItemByID gives an item, or a fault of kind NotFound.
func ItemByID(ctx context.Context, q pg.Querier, id sampling.ItemID) (*Item, error) {
	return one(ctx, q, scanItem, "抽查事项", "item", itemColumns, string(id))
}

func scanRule(row pgx.CollectableRow) (r Rule, err error) {
	var capNum, capDen *int64
	err = row.Scan(&r.Item, &r.Class, &r.Cooled, &r.Size, &r.Floor.Num, &r.Floor.Den,
		&capNum, &capDen, &r.Min, &r.From, &r.To, &r.Import, &r.Method)
	if capNum != nil && capDen != nil {
		r.Cap = &sampling.Ratio{Num: *capNum, Den: *capDen}
	}
	return r, err
}

// Rules gives the ratios of an item, newest first within a class, also those not in force.
func Rules(ctx context.Context, q pg.Querier, item sampling.ItemID) ([]Rule, error) {
	return all(ctx, q, scanRule, `SELECT item_id, class, cooled, size, num, den, cap_num, cap_den,
			min_count, to_char(valid_from, 'YYYY-MM-DD'),
			coalesce(to_char(valid_to, 'YYYY-MM-DD'), ''), import_id, method
		FROM item_ratio WHERE item_id = $1
		ORDER BY class COLLATE "C", cooled, valid_from DESC`, string(item))
}

// Caps gives the yearly caps of an item by counter and class, in the order of draw/1 §3. The cap
// that stands with the item itself is not among them.
func Caps(ctx context.Context, q pg.Querier, item sampling.ItemID) ([]ItemCap, error) {
	return all(ctx, q, func(row pgx.CollectableRow) (c ItemCap, err error) {
		err = row.Scan(&c.Item, &c.Counter, &c.Class, &c.Max)
		return c, err
	}, `SELECT item_id, counter, class, max FROM item_cap WHERE item_id = $1
		ORDER BY counter, class COLLATE "C"`, string(item))
}

const entityColumns = `id, coalesce(uscc, ''), reg_no, name, kind, area, address, legal_rep, phone,
	industry, coalesce(to_char(established, 'YYYY-MM-DD'), ''), status, class, banks,
	coalesce(to_char(hold_until, 'YYYY-MM-DD'), ''), hold_reason, weight, extra, import_id,
	updated_at`

func scanEntity(row pgx.CollectableRow) (e Entity, err error) {
	err = row.Scan(&e.ID, &e.USCC, &e.RegNo, &e.Name, &e.Kind, &e.Area, &e.Address, &e.LegalRep,
		&e.Phone, &e.Industry, &e.Established, &e.Status, &e.Class, &e.Banks, &e.HoldUntil,
		&e.HoldReason, &e.Weight, &e.Extra, &e.Import, &e.UpdatedAt)
	return e, err
}

// EntityFilter says which entities to list; empty fields do not filter.
type EntityFilter struct {
	Query  string // part of the name, or the beginning of the id, code or 注册号
	Area   string // beginning of the area
	Status string
	Class  string
	Bank   string
	Page   Page
}

// Entities lists entities, ascending by id.
func Entities(ctx context.Context, q pg.Querier, f EntityFilter) (*List[Entity], error) {
	var w where
	if s := strings.TrimSpace(f.Query); sampling.ValidIdentifier(strings.ToUpper(s)) {
		w.and(`(strpos(upper(name), ?) > 0 OR starts_with(id, ?) OR starts_with(reg_no, ?))`,
			strings.ToUpper(s))
	} else if s != "" {
		w.and(`strpos(name, ?) > 0`, s)
	}
	if f.Area != "" {
		w.and(`starts_with(area, ?)`, f.Area)
	}
	if f.Status != "" {
		w.and(`status = ?`, f.Status)
	}
	if f.Class != "" {
		w.and(`class = ?`, f.Class)
	}
	if f.Bank != "" {
		w.and(`? = ANY (banks)`, f.Bank)
	}
	return query(ctx, q, f.Page, scanEntity, "entity", entityColumns, w.String(), "id", w.args...)
}

// EntityByID gives an entity, or a fault of kind NotFound.
func EntityByID(ctx context.Context, q pg.Querier, id sampling.EntityID) (*Entity, error) {
	return one(ctx, q, scanEntity, "检查对象", "entity", entityColumns, string(id))
}

const inspectorColumns = `id, name, unit_id, area, cert_no,
	to_char(cert_until, 'YYYY-MM-DD'), lead, max_tasks, scopes,
	active, phone, gated, extra, import_id, updated_at`

func scanInspector(row pgx.CollectableRow) (i Inspector, err error) {
	err = row.Scan(&i.ID, &i.Name, &i.Unit, &i.Area, &i.CertNo, &i.CertUntil, &i.Lead, &i.MaxTasks,
		&i.Scopes, &i.Active, &i.Phone, &i.Gated, &i.Extra, &i.Import, &i.UpdatedAt)
	return i, err
}

// InspectorFilter says which inspectors to list; empty fields do not filter.
type InspectorFilter struct {
	Query string // part of the name, or of the id
	Unit  sampling.UnitID
	Page  Page
}

// Inspectors lists inspectors, ascending by id.
func Inspectors(ctx context.Context, q pg.Querier, f InspectorFilter) (*List[Inspector], error) {
	var w where
	if s := strings.TrimSpace(f.Query); s != "" {
		w.and(`(strpos(name, ?) > 0 OR strpos(id, upper(?)) > 0)`, s)
	}
	if f.Unit != "" {
		w.and(`unit_id = ?`, string(f.Unit))
	}
	return query(ctx, q, f.Page, scanInspector, "inspector", inspectorColumns, w.String(), "id",
		w.args...)
}

// InspectorByID gives an inspector, or a fault of kind NotFound.
func InspectorByID(ctx context.Context, q pg.Querier,
	id sampling.InspectorID) (*Inspector, error) {
	return one(ctx, q, scanInspector, "执法检查人员", "inspector", inspectorColumns, string(id))
}

// Conflicts gives the conflicts of an inspector, also those that have ended, ascending by entity.
func Conflicts(ctx context.Context, q pg.Querier, id sampling.InspectorID) ([]Conflict, error) {
	return all(ctx, q, func(row pgx.CollectableRow) (c Conflict, err error) {
		err = row.Scan(&c.Inspector, &c.Entity, &c.Reason, &c.Until)
		return c, err
	}, `SELECT inspector_id, entity_id, reason, coalesce(to_char(until, 'YYYY-MM-DD'), '')
		FROM conflict WHERE inspector_id = $1 ORDER BY entity_id`, string(id))
}

// Checks gives the checks of an entity, latest first.
func Checks(ctx context.Context, q pg.Querier, id sampling.EntityID) ([]Check, error) {
	return all(ctx, q, func(row pgx.CollectableRow) (c Check, err error) {
		err = row.Scan(&c.Entity, &c.On, &c.Level, &c.Kind, &c.Item, &c.Source)
		return c, err
	}, `SELECT entity_id, to_char(checked_on, 'YYYY-MM-DD'), level, kind, item_id, source
		FROM entity_check WHERE entity_id = $1
		ORDER BY checked_on DESC, level, kind, item_id`, string(id))
}

// RecordChecks keeps checks that were made, inside the caller's transaction. A check that is there
// already stays as it is.
func RecordChecks(ctx context.Context, q pg.Querier, checks []Check) error {
	var cols [6][]string
	for _, c := range checks {
		for i, v := range []string{string(c.Entity), string(c.On), c.Level, c.Kind,
			string(c.Item), c.Source} {
			cols[i] = append(cols[i], v)
		}
	}
	_, err := q.Exec(ctx, `INSERT INTO entity_check
			(entity_id, checked_on, level, kind, item_id, source)
		SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::text[])
		ON CONFLICT DO NOTHING`, cols[0], cols[1], cols[2], cols[3], cols[4], cols[5])
	if err != nil {
		return fmt.Errorf("recording %d checks: %w", len(checks), err)
	}
	return nil
}
