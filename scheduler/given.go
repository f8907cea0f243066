package scheduler

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// GivenTasks names a unit of a plan whose tasks were drawn elsewhere (draw/1 §4.2 tasks_sha): by a
// superior (上级抽取、下级派员), who gave them as a batch, or by an earlier draw of this office, whose
// selected entities get a panel of experts, a laboratory or the inspectors of another department.
// Exactly one of Batch and Draw is set.
type GivenTasks struct {
	Unit  sampling.UnitID   `json:"unit"`
	Batch string            `json:"batch,omitempty"` // 批次 of the import `given`
	Draw  string            `json:"draw,omitempty"`  // e.g. 2026-11-M
	Items []sampling.ItemID `json:"items,omitempty"` // of Draw; none stands for all of them
}

// checkGiven applies the rules for given tasks that need no database.
func (p *PlanSpec) checkGiven() error {
	seen := map[sampling.UnitID]bool{}
	for _, g := range p.Given {
		switch {
		case !sampling.ValidIdentifier(string(g.Unit)):
			return invalid("given", "派员机构编码“%s”不合规则", g.Unit)
		case seen[g.Unit]:
			return invalid("given", "机构 %s 有两份交办任务", g.Unit).WithHint("分列两个计划")
		case (g.Batch == "") == (g.Draw == ""):
			return invalid("given", "机构 %s 的任务要么来自交办批次，要么来自本机关的一次抽取", g.Unit)
		case g.Batch != "" && !sampling.ValidIdentifier(g.Batch):
			return invalid("given", "交办批次“%s”不合规则", g.Batch)
		case g.Draw != "" && !sampling.ValidIdentifier(g.Draw):
			return invalid("given", "抽取编号“%s”不合规则", g.Draw)
		case g.Draw == "" && len(g.Items) > 0:
			return invalid("given", "交办批次自带抽查事项，不能再选")
		case len(slices.Compact(slices.Sorted(slices.Values(g.Items)))) != len(g.Items):
			return invalid("given", "机构 %s 的抽查事项有重复", g.Unit)
		}
		seen[g.Unit] = true
	}
	return nil
}

// checkGivenOnce: given tasks are staffed once, so a plan that has some fires once; and not from
// its own draw.
func (p *PlanSpec) checkGivenOnce(fires int, own string) error {
	if len(p.Given) == 0 {
		return nil
	}
	if fires != 1 {
		return invalid("given", "交办的任务只派一次人，计划却有 %d 次抽取时间", fires).
			WithHint("缩短起止日期，使其间只抽取一次")
	}
	for _, g := range p.Given {
		if g.Draw == own {
			return invalid("given", "抽取 %s 不能沿用自己的名单", own)
		}
	}
	return nil
}

// checkGivenUnits refuses units that do not exist, and units that an item of the plan names: they
// would have two lists of tasks (draw/1 §4).
func checkGivenUnits(ctx context.Context, q pg.Querier, p *PlanSpec) error {
	for _, g := range p.Given {
		_, err := registry.UnitByID(ctx, q, g.Unit)
		if fault.Is(err, fault.NotFound) {
			return invalid("given", "没有机构“%s”", g.Unit).WithHint("先导入执法机构、专家库或检验机构库")
		}
		if err != nil {
			return err
		}
		for _, it := range p.Items {
			item, err := registry.ItemByID(ctx, q, it.Item)
			if err != nil {
				return err
			}
			if item.Unit == g.Unit {
				return invalid("given", "机构 %s 在同一计划中既抽查事项 %s，又有交办任务", g.Unit, it.Item).
					WithHint("分列两个计划")
			}
		}
	}
	return nil
}

// givenSpec tells the registry the tasks that the plan's given units get. wait says that an earlier
// draw, whose list is needed, is still to be drawn.
func (t *stepTx) givenSpec(p *Plan) (given []registry.GivenUnit, wait bool, err error) {
	if err := checkGivenUnits(t.ctx, t.q, &p.PlanSpec); err != nil {
		return nil, false, err
	}
	for _, g := range p.Given {
		if !p.Trial {
			if err := givenOnce(t.ctx, t.q, t.d.ID, g); err != nil {
				return nil, false, err
			}
		}
		unit := registry.GivenUnit{Unit: g.Unit, Batch: g.Batch}
		if g.Draw != "" {
			from, err := earlierDraw(t.ctx, t.q, g.Draw)
			if err != nil {
				return nil, false, err
			}
			if wait, err = from.waits(p.Trial); err != nil || wait {
				return nil, wait, err
			}
			unit.From = from.transcript
			if unit.Tasks, err = t.tasksFrom(g); err != nil {
				return nil, false, err
			}
		}
		given = append(given, unit)
	}
	return given, false, nil
}

// sourceDraw is an earlier draw whose list is given to a unit.
type sourceDraw struct {
	id, transcript string
	state          State
	trial          bool
}

// waits reports whether the draw's list is still to come; it never comes from a void draw, and one
// of a trial run is none.
func (d *sourceDraw) waits(trial bool) (bool, error) {
	switch {
	case d.trial && !trial:
		return false, fault.New(fault.Conflict, "抽取 %s 是试运行，不能沿用它的名单", d.id).
			WithHint("请作废本次抽取并另编计划")
	case d.state == Void:
		return false, fault.New(fault.Conflict, "抽取 %s 已作废，没有名单可以沿用", d.id).
			WithHint("请作废本次抽取并另编计划")
	}
	return d.state != Drawn && d.state != Published, nil
}

// tasksFrom gives the entities that the items of an earlier draw selected, with the areas of its
// candidates.
func (t *stepTx) tasksFrom(g GivenTasks) ([]sampling.TaskLine, error) {
	tasks, err := selectedBy(t.ctx, t.q, g)
	if err != nil {
		return nil, err
	}
	if len(tasks) == 0 {
		return nil, fault.New(fault.Conflict, "抽取 %s 的这些事项没有抽中检查对象，机构 %s 无任务可派",
			g.Draw, g.Unit).WithHint("核对计划中的事项；确无对象的，请作废本次抽取")
	}
	open := map[sampling.EntityID]*sampling.TaskLine{}
	for i := range tasks {
		open[tasks[i].Entity] = &tasks[i]
	}
	for i := range tasks {
		if tasks[i].Area != "" {
			continue
		}
		if err := t.fillAreas(g.Draw, tasks[i].Items[0], open); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

// fillAreas takes the areas of the tasks that are candidates of an item from its frozen file.
func (t *stepTx) fillAreas(draw string, item sampling.ItemID,
	open map[sampling.EntityID]*sampling.TaskLine) error {
	name := sampling.NameCandidates(item)
	file, err := registry.FrozenFS(t.q, t.ctx, draw).Open(name)
	if err != nil {
		return fmt.Errorf("draw %s: %w", draw, err)
	}
	defer file.Close() //nolint:errcheck // read only
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		id, _, _ := bytes.Cut(lines.Bytes(), []byte{'\t'})
		task := open[sampling.EntityID(id)]
		if task == nil || task.Area != "" {
			continue
		}
		c, err := sampling.ParseCandidate(lines.Bytes())
		if err != nil {
			return fmt.Errorf("draw %s: %s: %w", draw, name, err)
		}
		task.Area = c.Area
	}
	return lines.Err()
}
