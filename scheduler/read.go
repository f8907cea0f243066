package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/sampling"
)

// PageSize is how many rows a page of a list holds.
const PageSize = 20

// Draw is one period of one plan as lists show it.
type Draw struct {
	ID        string    `json:"id"`
	PlanID    string    `json:"planId"`
	Period    string    `json:"period"`
	State     State     `json:"state"`
	DueAt     time.Time `json:"dueAt"` // when the period fired
	Late      bool      `json:"late"`  // the period was missed and caught up
	CreatedAt time.Time `json:"createdAt"`
	// Nil until it happened (or, for CutoffAt and EventAt, until the commit fixed it).
	FrozenAt    *time.Time `json:"frozenAt,omitempty"`
	CommittedAt *time.Time `json:"committedAt,omitempty"`
	CutoffAt    *time.Time `json:"cutoffAt,omitempty"`
	EventAt     *time.Time `json:"eventAt,omitempty"`
	DrawnAt     *time.Time `json:"drawnAt,omitempty"`
	PublishedAt *time.Time `json:"publishedAt,omitempty"`
	VoidedAt    *time.Time `json:"voidedAt,omitempty"`

	VisitBy        sampling.Date `json:"visitBy"` // empty before the freeze
	Commit         string        `json:"commit"`
	Prev           string        `json:"prev"`           // hex; empty before the commit
	TranscriptHash string        `json:"transcriptHash"` // hex; empty before the draw
	Teams          int           `json:"teams"`          // tasks of the draw, 0 before it
	ShortUnits     int           `json:"shortUnits"`     // units with 人员缺口
	// public, sealed or self; stated from the commit on
	Grade string `json:"grade"`
	Bits  int64  `json:"bits"` // of the public sources, as stated; 0 before the commit
	// the grade in Chinese with the bits; empty before the commit
	GradeText string `json:"gradeText"`
	// why the last step failed; empty if it did not
	Failure    string     `json:"failure"`
	FailedAt   *time.Time `json:"failedAt,omitempty"`
	VoidReason string     `json:"voidReason"`
	// hex; of a published draw, or of a void one that carries it
	Seed string `json:"seed"`
}

// GradeName explains the grade of a draw in Chinese (draw/1 §5), always with the bits of its public
// sources; empty before the commit.
func (d *Draw) GradeName() string { return gradeName(d.Grade, d.Bits) }

// Weak reports whether the public sources of a committed draw carry less than EnoughBits.
func (d *Draw) Weak() bool { return d.Grade != "" && d.Bits < EnoughBits }

// DrawDetail is a draw with everything that its page shows.
type DrawDetail struct {
	Draw
	Plan         *Plan           `json:"plan,omitempty"`
	Next         string          `json:"next"` // who must do what until when
	Timeline     []Transition    `json:"timeline"`
	Entropy      []EntropyStatus `json:"entropy"`
	Items        []ItemSizes     `json:"items"`     // from the freeze on
	Units        []UnitDuty      `json:"units"`     // from the freeze on
	Saved        int64           `json:"saved"`     // visits that shared tickets saved
	Shortages    []Shortage      `json:"shortages"` // from the draw on
	VoidRequests []VoidRequest   `json:"voidRequests"`
}

// Transition is a line of the timeline.
type Transition struct {
	Seq   int       `json:"seq"`
	From  State     `json:"from"`
	To    State     `json:"to"` // From is empty for the first
	At    time.Time `json:"at"`
	Actor string    `json:"actor"` // account id, or "system"
	Note  string    `json:"note"`
	Leaf  *int64    `json:"leaf,omitempty"` // index in the log; nil if the step has no leaf
}

// ItemSizes tells how many of an item's population are drawn.
type ItemSizes struct {
	Item     sampling.ItemID   `json:"item"`
	Unit     sampling.UnitID   `json:"unit"`
	Label    string            `json:"label"`
	N        int64             `json:"n"`
	Size     int64             `json:"size"` // population and selection, summed over the strata
	Excluded sampling.Excluded `json:"excluded"`
	Strata   []StratumSize     `json:"strata"`
}

// StratumSize is a stratum's population and selection.
type StratumSize struct {
	ID   string `json:"id"`
	N    int64  `json:"n"`
	Size int64  `json:"size"`
}

// Shortage 人员缺口 is a unit without a legal staffing (draw/1 §7).
type Shortage struct {
	Unit      sampling.UnitID `json:"unit"`
	Tasks     int64           `json:"tasks"`
	Needed    int64           `json:"needed"`
	Available int64           `json:"available"`       // tasks concerned; seats needed and available
	Words     string          `json:"words,omitempty"` // in Chinese, with what limits it
}

// UnitDuty is who staffs the tasks of a unit, as the plan says it (draw/1 §4.2).
type UnitDuty struct {
	Unit    sampling.UnitID `json:"unit"`
	Kind    string          `json:"kind"`              // sampling.UnitInspectors, …
	Seats   int64           `json:"seats"`             // people a task
	GateMax *int64          `json:"gateMax,omitempty"` // most 本系统人员 of a team
	Pool    *sampling.Ratio `json:"pool,omitempty"`    // least share of others on the roster
	Given   bool            `json:"given"`             // its tasks were drawn elsewhere
	Tasks   int64           `json:"tasks"`             // that have a team; from the draw on
	From    string          `json:"from"`              // transcript of those, as the log has it
}

// Plans gives a page (from 1) of all plans, newest first, and how many there are.
func Plans(ctx context.Context, q pg.Querier, page int) ([]*Plan, int, error) {
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM plan`).Scan(&total); err != nil {
		return nil, 0, err
	}
	plans, err := queryPlans(ctx, q, `ORDER BY created_at DESC, id LIMIT $1 OFFSET $2`,
		PageSize, offset(page))
	return plans, total, err
}

// PlanByID gives a plan, or fault.NotFound.
func PlanByID(ctx context.Context, q pg.Querier, id string) (*Plan, error) {
	return planOf(ctx, q, id)
}

// DrawFilter chooses draws; empty fields choose all.
type DrawFilter struct {
	Plan   string
	States []State
	Page   int // from 1; 0 is 1
}

// Draws gives a page of the draws that the filter chooses, newest first, and how many there are.
func Draws(ctx context.Context, q pg.Querier, f DrawFilter) ([]*Draw, int, error) {
	names := make([]string, len(f.States))
	for i, s := range f.States {
		names[i] = string(s)
	}
	const where = ` FROM draw d WHERE ($1 = '' OR d.plan_id = $1)
		AND (cardinality($2::text[]) = 0 OR d.state = ANY($2))`
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*)`+where, f.Plan, names).Scan(&total); err != nil {
		return nil, 0, err
	}
	rows, err := q.Query(ctx, `SELECT `+drawColumns+where+`
		ORDER BY d.due_at DESC, d.id LIMIT $3 OFFSET $4`, f.Plan, names, PageSize, offset(f.Page))
	if err != nil {
		return nil, 0, err
	}
	draws, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Draw, error) {
		d := &Draw{}
		err := row.Scan(d.fields()...)
		d.GradeText = d.GradeName()
		return d, err
	})
	return draws, total, err
}

func offset(page int) int { return (max(page, 1) - 1) * PageSize }

// DrawByID gives a draw with everything its page shows, or fault.NotFound. It holds no result:
// selections and teams are the inspection part's to give out.
func DrawByID(ctx context.Context, q pg.Querier, id string) (*DrawDetail, error) {
	d := &DrawDetail{}
	var planJSON, seedText []byte
	err := q.QueryRow(ctx, `SELECT `+drawColumns+`, coalesce(d.plan_json, d.draft),
		CASE WHEN d.state IN ('published', 'void') THEN d.seed_txt END
		FROM draw d WHERE d.id = $1`, id).Scan(append(d.fields(), &planJSON, &seedText)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, noDraw(id)
	}
	if err != nil {
		return nil, err
	}
	d.GradeText = d.GradeName()
	if d.Plan, err = planOf(ctx, q, d.PlanID); err != nil {
		return nil, err
	}
	if d.Timeline, err = Transitions(ctx, q, id); err != nil {
		return nil, err
	}
	if d.Entropy, err = entropyStatus(ctx, q, id, seedText); err != nil {
		return nil, err
	}
	if d.Shortages, err = shortagesOf(ctx, q, id); err != nil {
		return nil, err
	}
	if err := d.addPlan(ctx, q, planJSON); err != nil {
		return nil, err
	}
	if d.VoidRequests, err = voidRequests(ctx, q, id); err != nil {
		return nil, err
	}
	d.Next = nextAction(d)
	return d, nil
}

// Transitions gives the timeline of a draw, oldest first.
func Transitions(ctx context.Context, q pg.Querier, draw string) ([]Transition, error) {
	rows, err := q.Query(ctx, `SELECT seq, from_state, to_state, at, actor, note, leaf
		FROM draw_transition WHERE draw_id = $1 ORDER BY seq`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Transition])
}

func shortagesOf(ctx context.Context, q pg.Querier, draw string) ([]Shortage, error) {
	rows, err := q.Query(ctx, `SELECT unit_id, tasks, needed, available, '' FROM draw_shortage
		WHERE draw_id = $1 ORDER BY unit_id`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Shortage])
}

// addPlan reads sizes and units from the plan, committed or still a draft; nothing before the
// freeze.
func (d *DrawDetail) addPlan(ctx context.Context, q pg.Querier, planJSON []byte) error {
	if planJSON == nil {
		return nil
	}
	plan, err := sampling.ParsePlan(planJSON)
	if err != nil {
		return err
	}
	for i := range plan.Units {
		u := &plan.Units[i]
		duty := UnitDuty{Unit: u.ID, Kind: u.Kind, Seats: u.Seats, Pool: u.Pool,
			Given: u.TasksSHA != "", From: u.From}
		if u.Gate != nil {
			duty.GateMax = &u.Gate.Max
		}
		d.Units = append(d.Units, duty)
	}
	if d.DrawnAt != nil {
		if err := d.addShortageWords(ctx, q, plan); err != nil {
			return err
		}
		if d.Saved, err = visitsSaved(ctx, q, d.ID, plan); err != nil {
			return err
		}
		if err := countTeams(ctx, q, d.ID, d.Units); err != nil {
			return err
		}
	}
	d.Items, err = itemSizes(plan)
	return err
}

// itemSizes gives the sizes that the plan states.
func itemSizes(plan *sampling.Plan) ([]ItemSizes, error) {
	var out []ItemSizes
	for i := range plan.Items {
		it := &plan.Items[i]
		s := ItemSizes{Item: it.ID, Unit: it.Unit, Label: it.Label, N: it.N, Excluded: it.Excluded}
		for k := range it.Strata {
			n, err := it.Strata[k].Size()
			if err != nil {
				return nil, err
			}
			s.Size += n
			s.Strata = append(s.Strata, StratumSize{it.Strata[k].ID, it.Strata[k].N, n})
		}
		out = append(out, s)
	}
	return out, nil
}
