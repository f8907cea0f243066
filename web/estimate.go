package web

import (
	"context"
	"net/http"

	"yaohao/calendar"
	"yaohao/reports"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// inferred is what the results of a published draw tell about the whole lists, with sentences that
// say what this means and what not.
type inferred struct {
	Items []reports.Estimate `json:"items"`
	Notes []string           `json:"notes"`
}

// addEstimates adds what can be inferred of a published draw; nil if it drew nobody or is not
// published.
func (s *Server) addEstimates(ctx context.Context, d *drawData) error {
	if d.State != scheduler.Published {
		return nil
	}
	items, err := reports.Estimates(ctx, s.DB.Querier(), d.ID)
	if err != nil || len(items) == 0 {
		return err
	}
	d.Inferred = &inferred{items, list(reports.EstimateNotes(items))}
	return nil
}

// detections tells a planner, for each item of a plan, how many would have to be drawn today to
// find a problem that one in a hundred has.
func (s *Server) detections(r *http.Request, p *scheduler.Plan) ([]reports.Detection, error) {
	items := make([]sampling.ItemID, len(p.Items))
	for i, it := range p.Items {
		items[i] = it.Item
	}
	found, err := reports.Detections(r.Context(), s.DB.Querier(), items,
		sampling.Date(calendar.FormatDate(s.Now())))
	return list(found), err
}
