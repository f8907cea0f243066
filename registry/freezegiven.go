package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// given writes the tasks file of a unit whose tasks were drawn elsewhere, and says so in its plan.
func (f *freezing) given(ctx context.Context, unit *sampling.Unit, g *GivenUnit) (err error) {
	tasks, from := slices.Clone(g.Tasks), g.From
	if g.Batch != "" {
		if tasks, from, err = f.batch(ctx, g); err != nil {
			return err
		}
	}
	slices.SortFunc(tasks, func(a, b sampling.TaskLine) int {
		return compareIDs(a.Entity, b.Entity)
	})
	lines := make([][]byte, len(tasks))
	for i, t := range tasks {
		if i > 0 && tasks[i-1].Entity == t.Entity {
			return fmt.Errorf("freeze: unit %s has two tasks for one entity", g.Unit)
		}
		lines[i] = t.AppendLine(nil)
	}
	unit.From = from
	unit.TasksSHA, err = f.writeSmall(ctx, sampling.NameTasks(unit.ID), lines)
	return err
}

func compareIDs(a, b sampling.EntityID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// batch closes a batch and reads the unit's tasks in it. Closing waits for an import that writes to
// the batch; if that import, or another freeze, commits after our snapshot, PostgreSQL ends this
// transaction (40001) and the freeze starts over with what is there then.
func (f *freezing) batch(ctx context.Context, g *GivenUnit) ([]sampling.TaskLine, string, error) {
	tag, err := f.q.Exec(ctx, `UPDATE given_batch SET used = true WHERE id = $1`, g.Batch)
	if err != nil {
		return nil, "", fmt.Errorf("closing batch %s: %w", g.Batch, err)
	}
	if tag.RowsAffected() == 0 {
		return nil, "", noBatch(g)
	}
	var froms []string
	tasks, err := all(ctx, f.q, func(row pgx.CollectableRow) (t sampling.TaskLine, err error) {
		var from string
		err = row.Scan(&t.Entity, &t.Area, &t.Items, &from)
		froms = append(froms, from)
		return t, err
	}, `SELECT entity_id, area, items, from_hash FROM given_task
		WHERE batch = $1 AND unit_id = $2`, g.Batch, string(g.Unit))
	if err != nil {
		return nil, "", err
	}
	if len(tasks) == 0 {
		return nil, "", noBatch(g)
	}
	slices.Sort(froms)
	if froms = slices.Compact(froms); len(froms) > 1 {
		return nil, "", fault.New(fault.Invalid, "批次 %s 交给机构 %s 的任务有 %d 个不同的上级抽取摘要",
			g.Batch, g.Unit, len(froms)).WithHint("一个批次出自一次抽取：分成几个批次，各列一个计划")
	}
	return tasks, froms[0], nil
}

func noBatch(g *GivenUnit) error {
	return fault.New(fault.Invalid, "没有交给机构 %s 的批次 %s", g.Unit, g.Batch).
		WithHint("先导入交办任务，或改正计划中的批次")
}
