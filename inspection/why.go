package inspection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/audit"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// WhyQuestion asks why an inspector is, or is not, on the team of an entity (为什么不是他).
type WhyQuestion struct {
	Draw      string
	Unit      sampling.UnitID
	Entity    sampling.EntityID
	Inspector sampling.InspectorID
}

// WhyAnswer is the answer of the draw, before any refill.
type WhyAnswer struct {
	Verdict string `json:"verdict"` // one of sampling's Why…
	Words   string `json:"words"`   // a Chinese sentence
	// Refilled: the team changed after the draw, or the entity was replaced; the answer is about the
	// draw itself.
	Refilled bool `json:"refilled"`
}

// Why answers from the frozen files and the transcript. Once the draw is public everybody may ask;
// before, the supervisor alone, and the question is recorded like the reading of the list (the
// zero actor is the public). Errors: fault.Forbidden, fault.NotFound for what is not in the draw,
// fault.Conflict before the draw.
func Why(ctx context.Context, q pg.Querier, actor audit.Actor, w WhyQuestion, now time.Time) (
	*WhyAnswer, error) {
	var state string
	var planJSON, raw []byte
	err := q.QueryRow(ctx, `SELECT state, coalesce(plan_json, ''), coalesce(transcript, '')
		FROM draw WHERE id = $1`, w.Draw).Scan(&state, &planJSON, &raw)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, noDraw(w.Draw)
	case err != nil:
		return nil, fmt.Errorf("reading draw %s: %w", w.Draw, err)
	}
	if state != "published" {
		if account.Require(actor, account.Supervisor) != nil {
			return nil, fault.New(fault.Forbidden, "抽查 %s 的名单尚未公开", w.Draw).
				WithHint("公开之前只有监督员可以查询，每次查询都有记录；公开之后任何人都可以查询")
		}
		if state != "drawn" {
			return nil, fault.New(fault.Conflict, "抽查 %s 尚未抽取，没有可查询的派员", w.Draw)
		}
	}
	plan, err := sampling.ParsePlan(planJSON)
	if err != nil {
		return nil, fmt.Errorf("reading the committed plan: %w", err)
	}
	transcript, err := sampling.ParseTranscript(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the transcript: %w", err)
	}
	if state != "published" {
		if err := insertAccess(ctx, q, actor.Person, []string{w.Draw}, "why", now); err != nil {
			return nil, err
		}
	}
	a, err := sampling.Why(plan, registry.FrozenFS(q, ctx, w.Draw), transcript, w.Unit, w.Entity,
		w.Inspector)
	if e, ok := errors.AsType[*sampling.Error](err); ok && e.File == "" {
		return nil, fault.New(fault.NotFound, "抽查 %s 中没有这样的机构、检查对象或人员", w.Draw).Wrap(err).
			WithHint("填写机构编码、该机构本次任务的检查对象代码和其名册上的人员编号")
	}
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", w.Draw, err)
	}
	out := &WhyAnswer{Verdict: a.Verdict, Words: a.Words()}
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM task t JOIN refill_request r ON r.task_id = t.id
		JOIN refill_end e ON e.draw_id = r.draw_id AND e.no = r.no AND e.outcome = 'done'
		WHERE t.draw_id = $1 AND t.unit_id = $2 AND t.entity_id = $3)`, w.Draw, string(w.Unit),
		string(w.Entity)).Scan(&out.Refilled)
	if err != nil {
		return nil, fmt.Errorf("looking for refills of %s: %w", w.Entity, err)
	}
	return out, nil
}
