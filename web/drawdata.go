package web

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"

	"yaohao/inspection"
	"yaohao/internal/fault"
	"yaohao/registry"
	"yaohao/reports"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// drawStep is one of the marks on the way of a draw.
type drawStep struct {
	Name  string
	Class string // past, now or empty
}

// way is the life of a draw as the public sees it (draw/1 §10).
var way = []struct {
	name  string
	after scheduler.State // the mark is passed once the draw is in this state or later
}{
	{"到期", scheduler.Planned}, {"冻结名单", scheduler.Frozen}, {"承诺方案", scheduler.Committed},
	{"等待公共事件", scheduler.Awaiting}, {"抽取派员", scheduler.Drawn}, {"公开", scheduler.Published},
}

// steps marks how far a draw is; a void draw shows no way.
func steps(state scheduler.State) []drawStep {
	if state == scheduler.Void {
		return nil
	}
	out := make([]drawStep, len(way))
	class := "past"
	for i, w := range way {
		out[i] = drawStep{w.name, class}
		if w.after == state {
			if state != scheduler.Published {
				out[i].Class = "now"
			}
			class = ""
		}
	}
	return out
}

// drawData gathers what the pages of a draw show: to the public and to the staff the same facts,
// since everything sealed is left out until publication.
func (s *Server) drawData(r *http.Request, id string) (*drawData, error) {
	ctx, q := r.Context(), s.DB.Querier()
	detail, err := scheduler.DrawByID(ctx, q, id)
	if err != nil {
		return nil, err
	}
	if signedIn(r) == nil { // what went wrong inside is for the office
		detail.Failure, detail.FailedAt, detail.Plan.Failure = "", nil, ""
		for i := range detail.Entropy {
			detail.Entropy[i].Try = nil
		}
	}
	d := &drawData{DrawDetail: detail, Steps: steps(detail.State),
		Verify:  reports.VerifyCommands(s.BaseURL, id),
		CanVoid: !detail.State.Ended() && detail.State != scheduler.Drawn}
	for _, t := range detail.Timeline {
		if t.To == scheduler.Committed {
			d.LeafPlan = t.Leaf
		}
	}
	if d.Files, err = registry.FrozenFiles(ctx, q, id); err != nil {
		return nil, err
	}
	if detail.State == scheduler.Drawn || detail.State == scheduler.Published {
		if err := s.addProgress(ctx, d); err != nil {
			return nil, err
		}
	}
	d.Refills, err = inspection.RefillsOf(ctx, q, id, signedIn(r) != nil, s.Now())
	if err != nil {
		return nil, err
	}
	if err := s.addEstimates(ctx, d); err != nil {
		return nil, err
	}
	return d, s.addFiles(ctx, d)
}

// progress is how many tasks of a draw have come to a state.
type progress struct {
	State inspection.State
	Tasks int64
}

// addProgress adds how far the tasks are. What the visits found is counted for everybody only when
// it is public.
func (s *Server) addProgress(ctx context.Context, d *drawData) (err error) {
	if d.Stats, err = inspection.StatsOf(ctx, s.DB.Querier(), d.ID); err != nil {
		return err
	}
	if d.State != scheduler.Published {
		d.Stats.Categories = nil
	}
	for _, state := range inspection.States() {
		if n := d.Stats.ByState[state]; n > 0 {
			d.Progress = append(d.Progress, progress{state, n})
		}
	}
	d.Reported = d.Stats.Expected - d.Stats.ByState[inspection.Dispatched]
	d.Ready = d.Stats.Expected > 0 && d.Stats.Expected == d.Stats.ByState[inspection.Approved]
	return nil
}

// addFiles adds what can be downloaded now and, of a published draw, a ticket to recompute.
func (s *Server) addFiles(ctx context.Context, d *drawData) error {
	q := s.DB.Querier()
	files, err := scheduler.BundleFS(ctx, q, d.ID)
	if err != nil {
		return err
	}
	if d.Public, err = fileNames(files); err != nil {
		return err
	}
	if d.State != scheduler.Published {
		return nil
	}
	if d.Example, err = example(files, d.Seed); err != nil {
		return err
	}
	_, err = inspection.NoticeOf(ctx, q, d.ID, inspection.NoticeResult)
	d.Notice = err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return nil
}

// example takes the first drawn entity of a published draw; nil if nobody was drawn.
func example(files fs.FS, seed string) (*ticketExample, error) {
	plan, errPlan := readPlan(files)
	raw, errRaw := fs.ReadFile(files, sampling.TranscriptFile)
	if err := errors.Join(errPlan, errRaw); err != nil {
		return nil, err
	}
	transcript, err := sampling.ParseTranscript(raw)
	if err != nil {
		return nil, err
	}
	for i, item := range transcript.Items {
		for _, stratum := range item.Strata {
			if len(stratum.Selected) == 0 {
				continue
			}
			id := stratum.Selected[0]
			ticket := sampling.Ticket(plan.Hash, seed, plan.Items[i].Label, id)
			return &ticketExample{Hash: plan.Hash, Seed: seed, Label: plan.Items[i].Label,
				Item: item.Item, Entity: id, Ticket: hex.EncodeToString(ticket[:]), Cut: stratum.Cut}, nil
		}
	}
	return nil, nil
}

func readPlan(files fs.FS) (*sampling.Plan, error) {
	raw, err := fs.ReadFile(files, sampling.PlanFile)
	if err != nil {
		return nil, err
	}
	return sampling.ParsePlan(raw)
}
