package sampling

// This file takes a selection that was made elsewhere: inside the database that holds millions of
// candidates, say, which need not leave it to be drawn from. Everything but the selection is the
// draw of draw.go, so the same selection gives the same bytes.
//
// Nothing here makes such a draw true: whoever verifies its bundle repeats the selection from the
// frozen files, which are published as those of any other draw.

import (
	"fmt"
	"io/fs"
)

// Picked is what a selector drew from one stratum (draw/1 §6).
type Picked struct {
	// Selected and Reserve are in the order of the draw. Selected has n rows; Reserve has as many
	// as the item's reserve, or what is left of the stratum.
	Selected, Reserve []PickedRow
	// Cut is what §6 says: for srs the ticket of the last selected in hex, 64 zeros without any;
	// for pareto a decimal Q or `certain`.
	Cut string
}

// PickedRow is an entity that was drawn, with its area in the item's candidates.
type PickedRow struct {
	ID   EntityID
	Area string
}

// DrawPicked is Draw with the selection made elsewhere: pick is called once for each item, in plan
// order, with the seed in hex, and gives one Picked for each stratum, in plan order. Candidates and
// population are not read then; roster, conflicts and given tasks come from files as always.
//
// What pick gives is held against the sizes of the plan and the grammars of §1. That it is the
// right selection is for pick to see to, and for Verify to find out. A result of another shape is
// a mistake of the selector, not of a person: the error is then no *Error.
func DrawPicked(plan *Plan, files fs.FS, values []EntropyValue,
	pick func(item *Item, seed string) ([]Picked, error)) (*Result, error) {
	choose := func(item *Item, seed string) (ItemResult, selectedRows, error) {
		picked, err := pick(item, seed)
		if err == nil {
			err = checkPicked(item, picked)
		}
		if err != nil {
			return ItemResult{}, nil, fmt.Errorf("sampling: selection of item %s: %w", item.ID, err)
		}
		return pickedResult(item, picked), pickedRows(picked), nil
	}
	return drawWith(plan, files, values, choose)
}

// checkPicked holds a selection against the strata of its item.
func checkPicked(item *Item, picked []Picked) error {
	if len(picked) != len(item.Strata) {
		return fmt.Errorf("%d strata, the plan has %d", len(picked), len(item.Strata))
	}
	// Strata are disjoint: whoever is drawn twice within an item stands in two of them.
	seen := map[EntityID]bool{}
	for k := range picked {
		s, p := &item.Strata[k], &picked[k]
		n, err := s.Size()
		if err != nil {
			return err
		}
		reserve := min(item.Reserve, s.N-n)
		if int64(len(p.Selected)) != n || int64(len(p.Reserve)) != reserve || p.Cut == "" {
			return fmt.Errorf("stratum %q: %d selected, %d in reserve, cut %q; expected %d and %d",
				s.ID, len(p.Selected), len(p.Reserve), p.Cut, n, reserve)
		}
		for _, rows := range [][]PickedRow{p.Selected, p.Reserve} {
			for _, r := range rows {
				if !validEntityID(string(r.ID)) || !ValidArea(r.Area) || seen[r.ID] {
					return fmt.Errorf("stratum %q: row %q %q is malformed or drawn twice",
						s.ID, r.ID, r.Area)
				}
				seen[r.ID] = true
			}
		}
	}
	return nil
}

// pickedResult gives a selection as the transcript says it.
func pickedResult(item *Item, picked []Picked) ItemResult {
	r := ItemResult{Item: item.ID}
	for k := range picked {
		s, p := &item.Strata[k], &picked[k]
		r.Strata = append(r.Strata, StratumResult{ID: s.ID, N: s.N, Size: int64(len(p.Selected)),
			Cut: p.Cut, Selected: pickedIDs(p.Selected), Reserve: pickedIDs(p.Reserve)})
	}
	return r
}

// pickedIDs gives the ids of rows.
func pickedIDs(rows []PickedRow) []EntityID {
	ids := make([]EntityID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
}

// pickedRows gives the selected rows of all strata.
func pickedRows(picked []Picked) selectedRows {
	return func(yield func(EntityID, string) bool) {
		for k := range picked {
			for _, r := range picked[k].Selected {
				if !yield(r.ID, r.Area) {
					return
				}
			}
		}
	}
}
