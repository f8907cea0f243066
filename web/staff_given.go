package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"yaohao/registry"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// givenRows is how many units with given tasks the form of a plan has room for.
const givenRows = 3

// givenForm is one row of the form: a unit, and a batch or an earlier draw whose tasks it gets.
// Items are codes of that draw with anything between them; none is all.
type givenForm struct {
	Unit  string `json:"unit"`
	Batch string `json:"batch"`
	Draw  string `json:"draw"`
	Items string `json:"items"`
}

// tasks gives what the row says, and false for an empty row.
func (g givenForm) tasks() (scheduler.GivenTasks, bool) {
	out := scheduler.GivenTasks{Unit: sampling.UnitID(g.Unit), Batch: g.Batch,
		Draw: strings.TrimSpace(g.Draw)}
	for _, code := range strings.FieldsFunc(g.Items, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("、，,；;", r)
	}) {
		out.Items = append(out.Items, sampling.ItemID(code))
	}
	return out, g != givenForm{}
}

// shareChoice is a unit with several items, which may share tickets.
type shareChoice struct {
	Unit  registry.Unit
	Items []string // names
	On    bool
}

// shareChoices lists the units with at least two published items.
func shareChoices(units []registry.Unit, items []registry.Item, f planForm) []shareChoice {
	var out []shareChoice
	for _, u := range units {
		c := shareChoice{Unit: u, On: slices.Contains(f.Shared, string(u.ID))}
		for _, it := range items {
			if it.Unit == u.ID {
				c.Items = append(c.Items, it.Name)
			}
		}
		if len(c.Items) > 1 {
			out = append(out, c)
		}
	}
	return out
}

// label gives the label of an item: its own, its unit's, or the one of all items (draw/1 §6).
func (f planForm) label(item, unit string) string {
	switch {
	case f.SharedLabel:
		return "m"
	case unit != "" && slices.Contains(f.Shared, unit):
		return "u-" + strings.ToLower(unit)
	}
	return "m-" + strings.ToLower(item)
}

// unitsOfItems says which unit each item belongs to.
func (s *Server) unitsOfItems(r *http.Request) (map[string]string, error) {
	items, err := registry.Items(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, it := range items {
		out[string(it.ID)] = string(it.Unit)
	}
	return out, nil
}
