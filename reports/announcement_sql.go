package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/calendar"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Announcement makes the result announcement 检查结果公告 of a published draw. A draw that does
// not exist is NotFound, one whose results are not yet public is Conflict.
func Announcement(ctx context.Context, q pg.Querier, draw string, o Options) (*Document, error) {
	v, err := announcementView(ctx, q, draw, o)
	if err != nil {
		return nil, err
	}
	return RenderAnnouncement(v, o)
}

// drawRow is a draw with its plan.
type drawRow struct {
	ID, State, Period        string
	PlanNo, PlanID, PlanName string
	Year                     int
	Directed                 bool
	Committed, Drawn         *time.Time
	Published                *time.Time
	Commit, Seed             *string
	TranscriptHash, Grade    *string
	PlanJSON, SeedText       []byte
	Office                   *string
	Trial                    bool // 试运行; PlanName says so too
}

func announcementView(ctx context.Context, q pg.Querier, draw string, o Options) (
	v AnnouncementView, err error) {
	d, err := readDraw(ctx, q, draw)
	if err != nil {
		return v, err
	}
	if d.State != "published" {
		return v, fault.New(fault.Conflict, "抽取 %s 的检查结果尚未全部公示，不能制作结果公告", draw).
			WithHint("全部任务审核通过并公示之后再制作")
	}
	v = AnnouncementView{
		Office: officeName(o, d.Office), Year: d.Year, Number: o.Number,
		PlanNo: d.PlanNo, PlanName: d.PlanName,
		TaskNo: d.ID, TaskName: d.PlanName + "（" + periodWords(d.Period) + "）", Directed: d.Directed,
		Draw: DrawView{ID: d.ID, Committed: dayOf(d.Committed), Drawn: dayOf(d.Drawn), Commit: *d.Commit,
			Seed: *d.Seed, TranscriptHash: *d.TranscriptHash, Grade: *d.Grade, Trial: d.Trial},
		Date: dayOf(d.Published), At: d.Published.In(calendar.Shanghai),
	}
	if o.Year != 0 {
		v.Year = o.Year
	}
	if v.PlanNo == "" {
		v.PlanNo = d.PlanID
	}
	if o.BaseURL != "" {
		v.URL = DrawURL(o.BaseURL, d.ID)
		v.Verify = VerifyCommands(o.BaseURL, d.ID)
		v.Verify[len(v.Verify)-1] += " --commit " + *d.Commit
	}
	steps := []func(context.Context, pg.Querier, drawRow, *AnnouncementView) error{
		readEntropy, readItems, readUnits, readShortages, readResults, readEstimates}
	for _, step := range steps {
		if err := step(ctx, q, d, &v); err != nil {
			return v, fmt.Errorf("announcement of %s: %w", draw, err)
		}
	}
	return v, nil
}

// VerifyCommands are the commands with which anybody repeats a published draw.
func VerifyCommands(base, draw string) []string {
	return []string{
		"curl -fO " + DrawURL(base, draw) + "/bundle.zip",
		"unzip bundle.zip -d " + draw,
		"yaohao-verify " + draw,
	}
}

func readDraw(ctx context.Context, q pg.Querier, draw string) (d drawRow, err error) {
	err = q.QueryRow(ctx, `
		SELECT d.id, d.state, d.period, p.number, p.id,
		       p.name || CASE WHEN p.label_test THEN '（试运行）' ELSE '' END, p.label_test,
		       p.year, p.directed,
		       d.committed_at, d.drawn_at, d.published_at, d.commit_hash, d.seed,
		       d.transcript_hash, d.grade, d.plan_json, d.seed_txt,
		       (SELECT name FROM unit WHERE kind = 'office')
		FROM draw d JOIN plan p ON p.id = d.plan_id WHERE d.id = $1`, draw).
		Scan(&d.ID, &d.State, &d.Period, &d.PlanNo, &d.PlanID, &d.PlanName, &d.Trial,
			&d.Year, &d.Directed, &d.Committed, &d.Drawn, &d.Published, &d.Commit, &d.Seed,
			&d.TranscriptHash, &d.Grade, &d.PlanJSON, &d.SeedText, &d.Office)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, fault.New(fault.NotFound, "没有抽取 %s", draw)
	}
	if err != nil {
		return d, fmt.Errorf("read draw %s: %w", draw, err)
	}
	return d, nil
}

// readEntropy reads the sources of randomness in plan order, and their values from seed.txt.
func readEntropy(ctx context.Context, q pg.Querier, d drawRow, v *AnnouncementView) error {
	values := map[string]string{}
	for line := range strings.Lines(string(d.SeedText)) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			values[name] = value
		}
	}
	rows, err := q.Query(ctx, `
		SELECT name, kind, event, bits, coalesce(held_by, '') FROM draw_entropy
		WHERE draw_id = $1 ORDER BY seq`, d.ID)
	if err != nil {
		return err
	}
	v.Draw.Entropy, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (
		e EntropyView, err error) {
		var by string
		err = row.Scan(&e.Name, &e.Kind, &e.Event, &e.Bits, &by)
		if by != "" {
			e.Event += "（由" + by + "保管）"
		}
		e.Value = values[e.Name]
		return e, err
	})
	return err
}

// committedPlan is what an announcement needs of plan.json: the items with the legal basis and
// the population that were committed to.
type committedPlan struct {
	Items []struct {
		Item  string `json:"item"`
		Basis string `json:"basis"`
		N     int64  `json:"N"`
	} `json:"items"`
	Units []struct {
		Unit string `json:"unit"`
		Kind string `json:"kind"`
	} `json:"units"`
}

func readItems(ctx context.Context, q pg.Querier, d drawRow, v *AnnouncementView) error {
	var plan committedPlan
	if err := json.Unmarshal(d.PlanJSON, &plan); err != nil {
		return fmt.Errorf("plan.json: %w", err)
	}
	type row struct {
		Name  string
		Drawn int64
	}
	rows, err := q.Query(ctx, `
		SELECT s.item_id, coalesce(i.name, s.item_id), s.drawn::bigint
		FROM (SELECT item_id, sum(selected) AS drawn FROM draw_stratum
		      WHERE draw_id = $1 GROUP BY item_id) s LEFT JOIN item i ON i.id = s.item_id`, d.ID)
	if err != nil {
		return err
	}
	found := map[string]row{}
	var id string
	var r row
	if _, err := pgx.ForEachRow(rows, []any{&id, &r.Name, &r.Drawn}, func() error {
		found[id] = r
		return nil
	}); err != nil {
		return err
	}
	for _, it := range plan.Items {
		size := ItemSize{Name: it.Item, Basis: it.Basis, Population: it.N}
		if r, ok := found[it.Item]; ok {
			size.Name, size.Drawn = r.Name, r.Drawn
		}
		v.Items = append(v.Items, size)
	}
	return nil
}

func readUnits(ctx context.Context, q pg.Querier, d drawRow, v *AnnouncementView) error {
	var plan committedPlan
	if err := json.Unmarshal(d.PlanJSON, &plan); err != nil {
		return fmt.Errorf("plan.json: %w", err)
	}
	var ids []string
	for _, u := range plan.Units {
		if u.Kind != "experts" && u.Kind != "labs" { // they inspect nobody
			ids = append(ids, u.Unit)
		}
	}
	rows, err := q.Query(ctx, `SELECT name FROM unit WHERE id = ANY($1) ORDER BY id`, ids)
	if err != nil {
		return err
	}
	v.Units, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return err
}

func readShortages(ctx context.Context, q pg.Querier, d drawRow, v *AnnouncementView) error {
	rows, err := q.Query(ctx, `
		SELECT coalesce(u.name, s.unit_id) FROM draw_shortage s LEFT JOIN unit u ON u.id = s.unit_id
		WHERE s.draw_id = $1 ORDER BY s.unit_id`, d.ID)
	if err != nil {
		return err
	}
	v.Draw.Shortages, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return err
}

func readEstimates(ctx context.Context, q pg.Querier, d drawRow, v *AnnouncementView) (err error) {
	v.Estimates, err = Estimates(ctx, q, d.ID)
	return err
}

// readResults reads the published version of every task's result. Codes are kept together with
// their edition, because a later edition may give a code another meaning.
func readResults(ctx context.Context, q pg.Querier, d drawRow, v *AnnouncementView) error {
	rows, err := q.Query(ctx, `
		SELECT t.entity_name, t.entity_id, r.visited_on, r.edition, r.categories,
		       coalesce(nullif(u.short_name, ''), u.name), p.late
		FROM task t
		JOIN publication p ON p.task_id = t.id AND p.version = t.version
		JOIN result r ON r.task_id = t.id AND r.version = p.version
		JOIN unit u ON u.id = t.unit_id
		WHERE t.draw_id = $1 ORDER BY t.id`, d.ID)
	if err != nil {
		return err
	}
	editions := map[string]bool{}
	v.Results, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ResultRow, err error) {
		var visited time.Time
		var entity, edition, unit string
		var late bool
		err = row.Scan(&r.Name, &entity, &visited, &edition, &r.Categories, &unit, &late)
		r.Code, r.CheckedOn = entityCode(entity), dateOf(visited)
		for i, code := range r.Categories {
			r.Categories[i] = edition + "/" + code
		}
		editions[edition] = true
		var notes []string
		if len(v.Units) > 1 {
			notes = append(notes, unit)
		}
		if late {
			notes = append(notes, "逾期公示")
		}
		r.Note = strings.Join(notes, "；")
		return r, err
	})
	if err != nil {
		return err
	}
	rows, err = q.Query(ctx, `
		SELECT edition, code, label FROM result_category ORDER BY valid_from, edition, code`)
	if err != nil {
		return err
	}
	var edition, code, label string
	_, err = pgx.ForEachRow(rows, []any{&edition, &code, &label}, func() error {
		if editions[edition] {
			v.Classes = append(v.Classes, Category{Code: edition + "/" + code, Label: label})
		}
		return nil
	})
	return err
}

// entityCode is what papers print for an entity: its 统一社会信用代码, or the 注册号 without the
// mark R. that draw/1 §1 puts before it.
func entityCode(id string) string { return strings.TrimPrefix(id, "R.") }

func officeName(o Options, fromUnits *string) string {
	switch {
	case o.Office != "":
		return o.Office
	case fromUnits != nil:
		return *fromUnits
	}
	return "（未登记机关名称）"
}

// dayOf is the day of an instant in Shanghai; empty for none.
func dayOf(t *time.Time) sampling.Date {
	if t == nil {
		return ""
	}
	return sampling.Date(t.In(calendar.Shanghai).Format(time.DateOnly))
}

// dateOf is the day that a date column holds.
func dateOf(t time.Time) sampling.Date { return sampling.Date(t.Format(time.DateOnly)) }

// periodWords writes a period as people do: 2026-11 is 2026年11月, 2026-11-03 is 2026年11月3日.
func periodWords(period string) string {
	if t, err := time.Parse("2006-01", period); err == nil {
		return fmt.Sprintf("%d年%d月", t.Year(), t.Month())
	}
	return zhDate(sampling.Date(period))
}
