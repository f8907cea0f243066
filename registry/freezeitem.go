package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// item freezes candidates and population of one item.
func (f *freezing) item(ctx context.Context, frame ItemFrame) (*sampling.Item, error) {
	item, err := ItemByID(ctx, f.q, frame.Item)
	if err != nil {
		return nil, err
	}
	if !item.Published {
		return nil, fault.New(fault.Invalid, "事项 %s（%s）没有公布，不能抽查", item.ID, item.Name).
			WithHint("只有已公布的检查事项可以抽查（国办发〔2024〕54号）：公布后把“公布”改为“是”再导入")
	}
	if !sampling.ValidLabel(frame.Label) {
		return nil, fmt.Errorf("freeze: label %q of item %s", frame.Label, frame.Item)
	}
	rules, err := Rules(ctx, f.q, item.ID)
	if err != nil {
		return nil, err
	}
	caps, err := Caps(ctx, f.q, item.ID)
	if err != nil {
		return nil, err
	}
	plan := &sampling.Item{ID: item.ID, Basis: item.Basis, Kind: item.Kind, Unit: item.Unit,
		Label: frame.Label, Reserve: item.Reserve, Frame: f.frame(item, caps)}
	sizes := &sizing{item: item, frame: frame, rules: rules, date: f.spec.Date}
	weighted, err := f.weighted(ctx, sizes, plan.Frame)
	if err != nil {
		return nil, err
	}
	totals, err := f.candidates(ctx, item, plan.Frame, weighted, true)
	if err != nil {
		return nil, err
	}
	plan.Excluded, plan.N = totals.Excluded, totals.N
	plan.CandidatesSHA, plan.PopulationSHA = totals.CandidatesSHA, totals.PopulationSHA
	plan.PopulationRoot = totals.PopulationRoot
	plan.Strata, err = sizes.strata(totals.Strata)
	return plan, err
}

// weighted reports whether some stratum of the item is drawn by weight: then every line of its
// population carries one (draw/1 §2). Where rules in force differ that depends on which strata
// occur, so the candidates are read once more, before anything is written.
func (f *freezing) weighted(ctx context.Context, z *sizing, frame sampling.Frame) (bool, error) {
	some, every := z.methods(sampling.MethodPareto)
	if every || !some {
		return some, nil
	}
	totals, err := f.candidates(ctx, z.item, frame, false, false)
	if err != nil {
		return false, err
	}
	strata, err := z.strata(totals.Strata)
	return slices.ContainsFunc(strata, func(s sampling.Stratum) bool {
		return s.Method == sampling.MethodPareto
	}), err
}

// frame gives the frame of draw/1 §3. The yearly cap that stands with the item itself is counted by
// this office for everybody; of two caps for the same candidates the lower one counts.
func (f *freezing) frame(item *Item, caps []ItemCap) sampling.Frame {
	fr := sampling.Frame{Date: f.spec.Date, StrataBy: item.StrataBy}
	if item.CooldownMonths > 0 {
		fr.CooldownFrom = monthsBefore(f.spec.Date, int(item.CooldownMonths))
	}
	if item.YearlyCap != nil {
		fr.Caps = []sampling.Cap{{Counter: CountOwn, Max: *item.YearlyCap}}
	}
	for _, c := range caps { // by counter, then by class, without class first
		limit := sampling.Cap{Counter: c.Counter, Class: c.Class, Max: c.Max}
		if n := len(fr.Caps); n > 0 && fr.Caps[n-1].Counter == limit.Counter &&
			fr.Caps[n-1].Class == limit.Class {
			fr.Caps[n-1].Max = min(fr.Caps[n-1].Max, limit.Max)
			continue
		}
		fr.Caps = append(fr.Caps, limit)
	}
	return fr
}

// monthsBefore gives the day of the same number n months earlier, or that month's last day.
func monthsBefore(d sampling.Date, n int) sampling.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		panic(err) // Freeze has checked it
	}
	first := time.Date(t.Year(), t.Month()-time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1)
	return dateOf(first.AddDate(0, 0, min(t.Day(), last.Day())-1))
}

// candidateQuery gives an item's candidates in the order of draw/1 §2. A cursor takes no
// parameters, so they come as settings of the transaction. The package comment says what the
// counters count.
const candidateQuery = `
	DECLARE frozen_candidates NO SCROLL CURSOR FOR
	WITH p AS MATERIALIZED (
		SELECT current_setting('yaohao.bank') AS bank, current_setting('yaohao.date')::date AS day)
	SELECT e.id, e.area, e.class, e.status, v.own, v.city, to_char(v.last, 'YYYY-MM-DD'),
		to_char(e.hold_until, 'YYYY-MM-DD'), e.weight
	FROM entity e LEFT JOIN (
		SELECT entity_id, max(checked_on) AS last,
			count(DISTINCT checked_on) FILTER (WHERE capped AND level = 'own') AS own,
			count(DISTINCT (checked_on, level)) FILTER (WHERE capped) AS city
		FROM (
			SELECT entity_id, checked_on, level, kind <> '个案检查' AND level IN ('own', 'city')
				AND checked_on >= date_trunc('year', (SELECT day FROM p))::date AS capped
			FROM entity_check WHERE checked_on <= (SELECT day FROM p)) c
		GROUP BY entity_id) v ON v.entity_id = e.id
	%s
	ORDER BY e.id COLLATE "C"`

// ofBank is the condition of an item that has a bank. Others have none at all, rather than one that
// is always true: the planner must know that every row comes.
const ofBank = `WHERE (SELECT bank FROM p) = ANY (e.banks)`

// fetchQuery reads the next rows of the cursor.
const fetchQuery = `FETCH FORWARD 10000 FROM frozen_candidates`

// candidates streams the candidates of an item through sampling into the two files; without keep
// it only counts. The weight of an item that is not weighted is 1 (draw/1 §2).
func (f *freezing) candidates(ctx context.Context, item *Item, frame sampling.Frame,
	weighted, keep bool) (t sampling.PopulationTotals, err error) {
	b, err := sampling.NewPopulationBuilder(f.spec.Hash, item.ID, frame, weighted)
	if err != nil {
		return t, fmt.Errorf("freeze: frame of item %s: %w", item.ID, err)
	}
	w := &itemWriter{b: b, weighted: weighted, keep: keep, words: map[string]string{},
		candidates: f.create(sampling.NameCandidates(item.ID)),
		population: f.create(sampling.NamePopulation(item.ID))}
	_, err = f.q.Exec(ctx, `SELECT set_config('yaohao.bank', $1, true),
		set_config('yaohao.date', $2, true)`, item.Bank, string(f.spec.Date))
	if err != nil {
		return t, fmt.Errorf("freeze: item %s: %w", item.ID, err)
	}
	condition := ""
	if item.Bank != "" {
		condition = ofBank
	}
	if _, err := f.q.Exec(ctx, fmt.Sprintf(candidateQuery, condition)); err != nil {
		return t, fmt.Errorf("freeze: item %s: %w", item.ID, err)
	}
	for more := true; more; {
		if more, err = w.fetch(ctx, f); err != nil {
			return t, fmt.Errorf("freeze: item %s: %w", item.ID, err)
		}
	}
	if _, err := f.q.Exec(ctx, `CLOSE frozen_candidates`); err != nil {
		return t, fmt.Errorf("freeze: item %s: %w", item.ID, err)
	}
	if t = b.Totals(); !keep {
		return t, nil
	}
	err = w.candidates.close(ctx, t.CandidatesSHA, "")
	return t, errors.Join(err, w.population.close(ctx, t.PopulationSHA, t.PopulationRoot))
}

// itemWriter takes rows of the cursor into an item's two files.
type itemWriter struct {
	b                      *sampling.PopulationBuilder
	weighted, keep         bool
	candidates, population *fileWriter
	words                  map[string]string // areas, classes, statuses: few, kept once
	lines                  []byte            // of the present round, both files in turn
	ends                   []int             // where each line ends; an empty one is no line
}

// fetch takes the next rows and reports whether there may be more. The lines are written after
// the rows were read: one connection does one thing at a time.
func (w *itemWriter) fetch(ctx context.Context, f *freezing) (bool, error) {
	rows, err := f.q.Query(ctx, fetchQuery, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	w.lines, w.ends = w.lines[:0], w.ends[:0]
	c := sampling.Candidate{Visits: make([]int64, 2), Weight: 1}
	for rows.Next() {
		if err := w.place(&c, rows.RawValues()); err != nil {
			return false, err
		}
	}
	if err := rows.Err(); err != nil || !w.keep {
		return len(w.ends) > 0, err
	}
	start := 0
	for i, end := range w.ends {
		file := w.candidates
		if i%2 == 1 {
			file = w.population
		}
		if end > start {
			if err := file.add(ctx, w.lines[start:end]); err != nil {
				return false, err
			}
		}
		start = end
	}
	return len(w.ends) > 0, nil
}

// place turns one row into its lines. Counts of who was never checked are NULL.
func (w *itemWriter) place(c *sampling.Candidate, row [][]byte) error {
	c.ID = sampling.EntityID(row[0])
	c.Area, c.Class, c.Status = w.word(row[1]), w.word(row[2]), w.word(row[3])
	for i, text := range row[4:6] {
		if c.Visits[i] = 0; text == nil {
			continue
		}
		n, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil {
			return fmt.Errorf("visits of %s: %w", c.ID, err)
		}
		c.Visits[i] = n
	}
	if w.weighted {
		n, err := strconv.ParseInt(string(row[8]), 10, 64)
		if err != nil {
			return fmt.Errorf("weight of %s: %w", c.ID, err)
		}
		c.Weight = n
	}
	c.LastVisit, c.HoldUntil = sampling.Date(w.word(row[6])), sampling.Date(w.word(row[7]))
	p, err := w.b.Add(c)
	if err != nil {
		return err
	}
	w.lines = append(w.lines, p.CandidateLine...)
	w.ends = append(w.ends, len(w.lines))
	w.lines = append(w.lines, p.PopulationLine...)
	w.ends = append(w.ends, len(w.lines))
	return nil
}

// word gives a short text that many rows share; NULL is empty.
func (w *itemWriter) word(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	s, ok := w.words[string(b)]
	if !ok {
		s = string(b)
		if len(w.words) < 100_000 {
			w.words[s] = s
		}
	}
	return s
}
