package sampling

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// pickedFrom gives what a transcript selected as a selector elsewhere would, with the areas of the
// candidates.
func pickedFrom(t *testing.T, files fs.FS, items []ItemResult) func(*Item, string) ([]Picked, error) {
	t.Helper()
	return func(item *Item, _ string) ([]Picked, error) {
		area := map[EntityID]string{}
		text := string(mustRead(t, files, NameCandidates(item.ID)))
		for line := range strings.Lines(text) {
			c, err := ParseCandidate([]byte(strings.TrimSuffix(line, "\n")))
			if err != nil {
				return nil, err
			}
			area[c.ID] = c.Area
		}
		i := slices.IndexFunc(items, func(r ItemResult) bool { return r.Item == item.ID })
		var picked []Picked
		for _, s := range items[i].Strata {
			p := Picked{Cut: s.Cut}
			for _, id := range s.Selected {
				p.Selected = append(p.Selected, PickedRow{id, area[id]})
			}
			for _, id := range s.Reserve {
				p.Reserve = append(p.Reserve, PickedRow{id, area[id]})
			}
			picked = append(picked, p)
		}
		return picked, nil
	}
}

// TestDrawPicked: with the right selection made elsewhere every vector comes out byte for byte,
// without candidates and populations.
func TestDrawPicked(t *testing.T) {
	for _, name := range bundleNames(t, vectorsDir) {
		files, plan, values := vector(t, name)
		want := mustRead(t, files, TranscriptFile)
		published, err := ParseTranscript(want)
		if err != nil {
			t.Fatal(err)
		}
		bare := fstest.MapFS{}
		for _, u := range plan.Units {
			for _, file := range []string{NameRoster(u.ID), NameConflicts(u.ID), NameTasks(u.ID)} {
				if b, err := fs.ReadFile(files, file); err == nil {
					bare[file] = &fstest.MapFile{Data: b}
				}
			}
		}
		seeds := map[string]bool{}
		pick := pickedFrom(t, files, published.Items)
		res, err := DrawPicked(plan, bare, values, func(item *Item, seed string) ([]Picked, error) {
			seeds[seed] = true
			return pick(item, seed)
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if have := res.Transcript.Marshal(); !bytes.Equal(have, want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, have, want)
		}
		if len(plan.Items) > 0 && (len(seeds) != 1 || !seeds[published.Seed]) {
			t.Errorf("%s: seeds %v, want %s", name, seeds, published.Seed)
		}
	}
}

// TestDrawPickedRefuses: a selection of another shape is the selector's fault, and nothing is drawn.
func TestDrawPickedRefuses(t *testing.T) {
	files, plan, values := smallOffice().freeze(t)
	good, err := Draw(plan, files, values)
	if err != nil {
		t.Fatal(err)
	}
	pick := pickedFrom(t, files, good.Transcript.Items)
	broken := errors.New("the database went away")
	for what, bend := range map[string]func(p []Picked) []Picked{
		"nothing":         func([]Picked) []Picked { return nil },
		"a stratum less":  func(p []Picked) []Picked { return p[1:] },
		"a stratum more":  func(p []Picked) []Picked { return append(p, Picked{Cut: "0"}) },
		"one too few":     func(p []Picked) []Picked { p[0].Selected = p[0].Selected[1:]; return p },
		"a short reserve": func(p []Picked) []Picked { p[0].Reserve = p[0].Reserve[1:]; return p },
		"no cut":          func(p []Picked) []Picked { p[0].Cut = ""; return p },
		"an id of none":   func(p []Picked) []Picked { p[0].Selected[0].ID = "x"; return p },
		"an area of none": func(p []Picked) []Picked { p[0].Selected[0].Area = ""; return p },
		"one twice": func(p []Picked) []Picked {
			p[0].Reserve[0] = p[0].Selected[0]
			return p
		},
		"one in two strata": func(p []Picked) []Picked {
			p[1].Selected[0] = p[0].Selected[0]
			return p
		},
		"an error": nil,
	} {
		res, err := DrawPicked(plan, files, values, func(i *Item, seed string) ([]Picked, error) {
			p, err := pick(i, seed)
			if err != nil {
				t.Fatal(err)
			}
			if bend == nil {
				return nil, broken
			}
			return bend(p), nil
		})
		var person *Error
		if res != nil || err == nil || errors.As(err, &person) ||
			!strings.Contains(err.Error(), "selection of item SX-001: ") {
			t.Errorf("%s: %v, %v", what, res, err)
		}
		if what == "an error" && !errors.Is(err, broken) {
			t.Errorf("the selector's error is lost: %v", err)
		}
	}
	// The plan and the values are refused before anything is selected.
	_, err = DrawPicked(plan, files, nil, func(*Item, string) ([]Picked, error) {
		t.Error("asked for a selection without values")
		return nil, nil
	})
	var person *Error
	if !errors.As(err, &person) || person.Check != CheckEntropy {
		t.Error(err)
	}
}
