package registry

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// defaultUnitLabel is the label of pair numbers when the spec gives none.
const defaultUnitLabel = "staff"

// Freeze writes the frozen files of a draw and says what a plan states about them. q must be a
// REPEATABLE READ transaction, so that all files show one moment; whatever it wrote goes with the
// transaction if Freeze or anything after it fails. Memory does not grow with the registry.
//
// What a person has to mend is a *fault.Error that names item or unit: an item that is not there or
// not published, a stratum without a ratio in force, a size above its cap, a unit with fewer
// certified inspectors than seats, a draw that is frozen already.
func Freeze(ctx context.Context, q pg.Querier, spec FreezeSpec) (*Frozen, error) {
	f := &freezing{q: q, spec: spec, out: &Frozen{}}
	if err := f.begin(ctx); err != nil {
		return nil, err
	}
	frames := slices.Clone(spec.Items)
	slices.SortFunc(frames, func(a, b ItemFrame) int { return cmp.Compare(a.Item, b.Item) })
	for i, frame := range frames {
		if i > 0 && frames[i-1].Item == frame.Item {
			return nil, fault.New(fault.Invalid, "事项 %s 在计划中出现两次", frame.Item)
		}
		item, err := f.item(ctx, frame)
		if err != nil {
			return nil, err
		}
		f.out.Items = append(f.out.Items, *item)
	}
	if err := f.units(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(f.out.Files, func(a, b FrozenFile) int { return cmp.Compare(a.Name, b.Name) })
	return f.out, nil
}

// units freezes the units that items name, and those whose tasks are given.
func (f *freezing) units(ctx context.Context) error {
	given := map[sampling.UnitID]*GivenUnit{}
	var ids []sampling.UnitID
	for i := range f.spec.Given {
		g := &f.spec.Given[i]
		if given[g.Unit] != nil {
			return fault.New(fault.Invalid, "机构 %s 在计划中有两份交办任务", g.Unit)
		}
		given[g.Unit] = g
		ids = append(ids, g.Unit)
	}
	for _, item := range f.out.Items {
		if given[item.Unit] != nil {
			return fault.New(fault.Invalid, "机构 %s 在同一计划中既抽查事项 %s，又有交办任务",
				item.Unit, item.ID).WithHint("分列两个计划（draw/1 §4）")
		}
		ids = append(ids, item.Unit)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		unit, err := f.unit(ctx, id)
		if err != nil {
			return err
		}
		if g := given[id]; g != nil {
			if err := f.given(ctx, unit, g); err != nil {
				return err
			}
		}
		f.out.Units = append(f.out.Units, *unit)
	}
	return nil
}

// freezing is one freeze under way.
type freezing struct {
	q    pg.Querier
	spec FreezeSpec
	out  *Frozen
}

// begin checks the spec and prepares the transaction.
func (f *freezing) begin(ctx context.Context) error {
	s := &f.spec
	if s.UnitLabel == "" {
		s.UnitLabel = defaultUnitLabel
	}
	if s.Hash == "" {
		s.Hash = sampling.HashSHA256
	}
	if !sampling.ValidHash(s.Hash) {
		return fmt.Errorf("freeze %s: hash suite %q", s.Draw, s.Hash)
	}
	if !sampling.ValidIdentifier(s.Draw) || !sampling.ValidLabel(s.UnitLabel) {
		return fmt.Errorf("freeze: draw %q, label of units %q", s.Draw, s.UnitLabel)
	}
	for _, d := range []sampling.Date{s.Date, s.VisitBy} {
		if _, err := sampling.ParseDate(string(d)); err != nil {
			return fmt.Errorf("freeze %s: %w", s.Draw, err)
		}
	}
	if s.VisitBy < s.Date {
		return fault.New(fault.Invalid, "检查截止日期 %s 早于冻结日期 %s", s.VisitBy, s.Date)
	}
	var level string
	var frozen bool
	err := f.q.QueryRow(ctx, `SELECT current_setting('transaction_isolation'),
		EXISTS (SELECT FROM frozen_file WHERE draw_id = $1)`, s.Draw).Scan(&level, &frozen)
	if err != nil {
		return fmt.Errorf("freeze %s: %w", s.Draw, err)
	}
	if frozen {
		return alreadyFrozen(s.Draw)
	}
	if level != "repeatable read" && level != "serializable" {
		panic("registry: Freeze outside a REPEATABLE READ transaction")
	}
	// A cursor is read to its end here: the planner must not prefer the fastest first row.
	_, err = f.q.Exec(ctx, `SELECT set_config('cursor_tuple_fraction', '1', true),
		set_config('work_mem', '128MB', true)`)
	if err != nil {
		return fmt.Errorf("freeze %s: %w", s.Draw, err)
	}
	return nil
}

func alreadyFrozen(draw string) error {
	return fault.New(fault.Conflict, "抽取 %s 的名单已经冻结", draw).
		WithHint("冻结的名单不会改变；需要重来时作废这次抽取，另立一次")
}

// chunkSize is the size from which a piece of a frozen file is written.
const chunkSize = 1 << 20

// fileWriter writes one frozen file in pieces.
type fileWriter struct {
	f    *freezing
	file FrozenFile
	seq  int
	buf  []byte
}

func (f *freezing) create(name string) *fileWriter {
	return &fileWriter{f: f, file: FrozenFile{Name: name}, buf: make([]byte, 0, chunkSize+4096)}
}

// add appends a line with its LF.
func (w *fileWriter) add(ctx context.Context, line []byte) error {
	w.buf = append(w.buf, line...)
	w.file.Lines++
	if len(w.buf) >= chunkSize {
		return w.flush(ctx)
	}
	return nil
}

func (w *fileWriter) flush(ctx context.Context) error {
	_, err := w.f.q.Exec(ctx, `INSERT INTO frozen_chunk (draw_id, name, seq, data)
		VALUES ($1, $2, $3, $4)`, w.f.spec.Draw, w.file.Name, w.seq, w.buf)
	if err != nil {
		return w.failed(err)
	}
	w.file.Bytes += int64(len(w.buf))
	w.seq++
	w.buf = w.buf[:0]
	return nil
}

// close writes the last piece and the file's row. digest and root are hex; root may be empty.
func (w *fileWriter) close(ctx context.Context, digest, root string) error {
	if len(w.buf) > 0 {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	w.file.Digest, w.file.Root = digest, root
	_, err := w.f.q.Exec(ctx, `INSERT INTO frozen_file (draw_id, name, digest, root, lines, bytes)
		VALUES ($1, $2, $3, $4, $5, $6)`, w.f.spec.Draw, w.file.Name, digest, root, w.file.Lines,
		w.file.Bytes)
	if err != nil {
		return w.failed(err)
	}
	w.f.out.Files = append(w.f.out.Files, w.file)
	return nil
}

// failed tells a second freeze of the same draw at the same time from other failures.
func (w *fileWriter) failed(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "23505" {
		return alreadyFrozen(w.f.spec.Draw)
	}
	return fmt.Errorf("writing %s: %w", w.file.Name, err)
}

// writeSmall writes a file whose bytes are all there and gives its digest by the plan's suite.
func (f *freezing) writeSmall(ctx context.Context, name string, lines [][]byte) (string, error) {
	w, h := f.create(name), sampling.NewHash(f.spec.Hash)
	for _, line := range lines {
		h.Write(line)
		if err := w.add(ctx, line); err != nil {
			return "", err
		}
	}
	digest := hex.EncodeToString(h.Sum(nil))
	return digest, w.close(ctx, digest, "")
}
