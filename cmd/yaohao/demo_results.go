package main

import (
	"slices"

	"yaohao/inspection"
	"yaohao/sampling"
)

// finding is one outcome of a sample visit.
type finding struct {
	weight              uint64 // out of 100
	category            string // national code
	finding, disposal   string
	followUp, unchecked string
}

// findings are in proportions that a county might see: most visits find nothing.
var findings = []finding{
	{weight: 83, category: "1"},
	{weight: 8, category: "5", finding: "部分台账记录不全，未按要求留存票据",
		disposal: "当场责令改正，已补全",
		followUp: "违反本部门相关规定，责令(限期)改正；后续跟踪由日常监管部门负责"},
	{weight: 3, category: "4", unchecked: "登记住所现场无人经营，电话无法接通"},
	{weight: 3, category: "7", unchecked: "现场未开展本次抽查涉及的经营活动"},
	{weight: 3, category: "8", finding: "标签标注与执行标准不一致，需进一步核实",
		disposal: "已封存样品，送检中", followUp: "停止检查，反馈至日常监管部门依法依规处理"},
}

// demoEntry gives what the sample inspectors find on a task; it depends on the task alone. A firm
// that cannot be found cannot be checked on any item; other findings concern the first item.
func demoEntry(task *inspection.Task) inspection.Entry {
	f := found(task.ID)
	e := inspection.Entry{Methods: []string{"实地检查"}, FollowUp: "无须后续处置"}
	if f.followUp != "" {
		e.FollowUp = f.followUp
	}
	for i, item := range task.Items {
		entry := inspection.ItemEntry{Item: item.Item, Checked: true, Category: "1"}
		switch {
		case f.unchecked != "":
			entry = inspection.ItemEntry{Item: item.Item, Category: f.category, Reason: f.unchecked}
		case i == 0:
			entry.Category, entry.Finding, entry.Disposal = f.category, f.finding, f.disposal
		}
		e.Items = append(e.Items, entry)
	}
	if f.unchecked == "" && slices.ContainsFunc(task.Items, isSampled) {
		e.Methods = append(e.Methods, "检验检测")
	}
	return e
}

func found(task string) finding {
	n := pick(task, "finding", 100)
	for _, f := range findings {
		if n < f.weight {
			return f
		}
		n -= f.weight
	}
	return findings[0]
}

// isSampled says whether a visit for the item takes product samples.
func isSampled(i inspection.TaskItem) bool {
	return slices.Contains([]sampling.ItemID{"CP-001", "CP-002", "JL-001"}, i.Item)
}
