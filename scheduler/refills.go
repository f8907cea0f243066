package scheduler

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/jackc/pgx/v5"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// What this part reads of the refills that the inspection part has carried out: their records go
// into the bundle, their events are not used again.

// refillDir is the folder of the records in a bundle. draw/1 §9 ignores it.
const refillDir = "refills"

// refillName gives the path of a record in a bundle.
func refillName(serial int) string { return fmt.Sprintf("%s/%d.json", refillDir, serial) }

// refillsOf gives the records of a draw in their order.
func refillsOf(ctx context.Context, q pg.Querier, draw string) ([][]byte, error) {
	rows, err := q.Query(ctx, `SELECT record FROM refill_record WHERE draw_id = $1
		ORDER BY serial`, draw)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[[]byte])
}

func (b *bundle) addRefills(ctx context.Context, q pg.Querier, draw string) (err error) {
	b.refills, err = refillsOf(ctx, q, draw)
	return err
}

// openRefill opens a record, or the folder.
func (b *bundle) openRefill(name string) (fs.File, error) {
	if name == refillDir && len(b.refills) > 0 {
		return &bundleDir{name: refillDir, list: b.listRefills()}, nil
	}
	for i, data := range b.refills {
		if refillName(i+1) == name {
			info := ownInfo{path.Base(name), int64(len(data))}
			return &ownFile{Reader: bytes.NewReader(data), ownInfo: info}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// listRefills lists the records, 1.json first.
func (b *bundle) listRefills() []fs.DirEntry {
	var list []fs.DirEntry
	for i, data := range b.refills {
		list = append(list, fs.FileInfoToDirEntry(
			ownInfo{path.Base(refillName(i + 1)), int64(len(data))}))
	}
	return list
}

// refillFacts states the digests of the records for the leaf `published`, by the suite of the plan
// like those of every other file of the bundle.
func (t *stepTx) refillFacts(hash string) ([]audit.Fact, error) {
	records, err := refillsOf(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, err
	}
	var facts []audit.Fact
	for i, data := range records {
		facts = append(facts, audit.Fact{Key: refillName(i + 1), Value: sampling.Digest(hash, data)})
	}
	return facts, nil
}

// freshOfRefills refuses a public event that a refill of any draw has announced, whatever came of
// the refill (draw/1 §10: the value of a new public event).
func freshOfRefills(ctx context.Context, q pg.Querier, lines []string) error {
	rows, err := q.Query(ctx, `SELECT event FROM refill_request WHERE event = ANY($1)`, lines)
	if err != nil {
		return err
	}
	used, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(used) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "公共事件“%s”已用于递补", used[0]).
		WithHint("一个公共事件只能用一次；系统会自动改用下一时刻，或请改编计划")
}

// addShortageWords says the shortages of a drawn draw in words: counts, no identifiers, so they are
// not sealed.
func (d *DrawDetail) addShortageWords(ctx context.Context, q pg.Querier,
	plan *sampling.Plan) error {
	if len(d.Shortages) == 0 {
		return nil
	}
	r, err := recordOf(ctx, q, d.ID)
	if err != nil || r.transcript == nil {
		return err
	}
	transcript, err := sampling.ParseTranscript(r.transcript)
	if err != nil {
		return err
	}
	files := registry.FrozenFS(q, ctx, d.ID)
	for i := range d.Shortages {
		for k := range transcript.Staffing {
			s := &transcript.Staffing[k]
			if s.Shortage == nil || s.Unit != d.Shortages[i].Unit {
				continue
			}
			roster, err := frozenRoster(files, s.Unit)
			if err != nil {
				return err
			}
			d.Shortages[i].Words = s.Shortage.Words(&plan.Units[k], roster)
		}
	}
	return nil
}

// frozenRoster reads the roster of a unit as it was frozen.
func frozenRoster(files fs.FS, unit sampling.UnitID) ([]sampling.RosterLine, error) {
	text, err := fs.ReadFile(files, sampling.NameRoster(unit))
	if err != nil {
		return nil, err
	}
	var roster []sampling.RosterLine
	for line := range bytes.Lines(text) {
		l, err := sampling.ParseRosterLine(bytes.TrimSuffix(line, []byte{'\n'}))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sampling.NameRoster(unit), err)
		}
		roster = append(roster, l)
	}
	return roster, nil
}
