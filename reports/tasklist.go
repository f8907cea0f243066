package reports

import (
	"fmt"
	"strings"
	"time"

	"yaohao/reports/typeset"
	"yaohao/sampling"
)

// TaskListView is the task list 任务清单 of one inspector in one draw.
type TaskListView struct {
	Office      string // 机关
	Draw        string
	PlanName    string
	Unit        string // 执法机构
	Inspector   string // name, on this paper only
	InspectorID sampling.InspectorID
	Grade       string // draw/1 §5: public, sealed or self
	Bits        int64  // of the public sources, as the plan states them
	Tasks       []TaskView
	At          time.Time // dispatch 派发; the instant that the files carry as their date
}

// TaskView is one visit to make.
type TaskView struct {
	ID      string // 任务编号
	Name    string // 市场主体名称
	Code    string // 统一社会信用代码 or 注册号
	Address string
	VisitBy sampling.Date // 检查截止日期
	Items   []TaskItemView
	Team    []Member // 主办 first
}

// TaskItemView is an item of a visit with the points to check 检查要点.
type TaskItemView struct {
	Name   string
	Points []string
}

// Member is one inspector of a team.
type Member struct {
	Name string
	Lead bool // 主办
}

// sealedNotice stands on every task list: a list is worth something only while nobody knows it.
const sealedNotice = "检查前不得泄露"

const sealedRule = "本清单在检查结果公示前不公开。除承办本任务的执法检查人员外，不得向包括检查对象在内的任何人透露。"

// RenderTaskList sets the list as PDF: a card for each visit with fields to fill in by hand. A
// font file that cannot be used is a *fault.Error.
func RenderTaskList(v TaskListView, o Options) (*Document, error) {
	fonts, err := o.Fonts.load()
	if err != nil {
		return nil, err
	}
	p := paper{typeset.NewDoc(fonts, typeset.Meta{
		Title: "随机抽查任务清单 " + v.Draw, Author: v.Office, Subject: "任务清单 " + string(v.InspectorID),
		Date: v.At, PageNumbers: true,
	})}
	p.title(v.Office + "\n随机抽查任务清单")
	p.seal()
	p.form([]string{"抽取编号", v.Draw, "任务数", fmt.Sprintf("%d户", len(v.Tasks))},
		[]string{"抽查计划名称", v.PlanName},
		[]string{"随机性等级", gradeLine(v.Grade, v.Bits)},
		[]string{"执法机构", v.Unit, "执法检查人员", fmt.Sprintf("%s（%s）", v.Inspector, v.InspectorID)},
		[]string{"派发日期", zhDate(sampling.Date(v.At.Format(time.DateOnly))),
			"检查截止日期", zhDate(v.lastVisit())})
	for i, t := range v.Tasks {
		p.Skip(typeset.MM(6))
		p.card(i+1, t)
	}
	if len(v.Tasks) == 0 {
		p.Skip(typeset.MM(6))
		p.text("本次抽取没有派发给您的检查任务。")
	}
	return p.document()
}

// lastVisit is the latest of the days by which visits end.
func (v TaskListView) lastVisit() sampling.Date {
	var last sampling.Date
	for _, t := range v.Tasks {
		last = max(last, t.VisitBy)
	}
	return last
}

// seal sets the warning in a red frame.
func (p paper) seal() {
	red := typeset.Style{Role: typeset.Hei, Size: typeset.Size3, Color: typeset.Red}
	small := typeset.Style{Role: typeset.Kai, Size: typeset.Size5, Color: typeset.Red}
	top := p.Y()
	p.Skip(typeset.MM(1.5))
	p.Paragraph(typeset.Paragraph{Align: typeset.AlignCenter, Line: typeset.MM(8),
		Spans: []typeset.Span{{Style: red, Text: sealedNotice}}})
	p.Paragraph(typeset.Paragraph{Align: typeset.AlignCenter, Line: typeset.MM(5.5),
		Left: typeset.MM(4), Right: typeset.MM(4),
		Spans: []typeset.Span{{Style: small, Text: sealedRule}}})
	p.Skip(typeset.MM(1.5))
	bottom := p.Y()
	p.MoveTo(top)
	p.Frame(bottom-top, typeset.MM(0.5), typeset.Red)
	p.MoveTo(bottom)
	p.Skip(typeset.MM(5))
}

// card sets one visit, on one page unless it is longer than that.
func (p paper) card(number int, t TaskView) {
	head := p.table([]typeset.Column{
		{Width: typeset.MM(28), Align: typeset.AlignCenter},
		{Width: typeset.MM(60), Align: typeset.AlignLeft},
		{Width: typeset.MM(24), Align: typeset.AlignCenter},
		{Width: typeset.MM(44), Align: typeset.AlignLeft}})
	head.NoHead = true
	name := typeset.Style{Role: typeset.Hei, Size: typeset.Size4Small}
	label := func(text string) typeset.Cell {
		return typeset.Cell{Text: text, Style: labelStyle, Shaded: true}
	}
	head.Rows = []typeset.Row{
		{Min: typeset.MM(9), Cells: []typeset.Cell{{Text: fmt.Sprintf("%d．%s", number, t.Name),
			Style: name, Span: 4, Align: typeset.AlignLeft, Shaded: true}}},
		{Cells: []typeset.Cell{label("代码/注册号"), {Text: t.Code},
			label("任务编号"), {Text: t.ID}}},
		{Cells: []typeset.Cell{label("地址"), {Text: t.Address, Span: 3}}},
		{Cells: []typeset.Cell{label("检查人员"), {Text: t.teamWords()},
			label("检查截止日期"), {Text: zhDate(t.VisitBy)}}},
	}
	items, foot := p.itemTable(t.Items), p.footTable()
	whole := p.TableHeight(head) + p.TableHeight(items) + p.TableHeight(foot)
	if whole <= typeset.BlockHeight {
		p.Need(whole)
	}
	p.Table(head)
	p.Table(items)
	p.Table(foot)
}

// itemTable has the items with their points and room for what was found.
func (p paper) itemTable(items []TaskItemView) typeset.Table {
	t := p.table([]typeset.Column{
		{Head: "抽查事项及检查要点", Width: typeset.MM(76), Align: typeset.AlignLeft},
		{Head: "是否检查", Width: typeset.MM(18), Align: typeset.AlignCenter},
		{Head: "发现问题情况", Width: typeset.MM(36)},
		{Head: "处置情况", Width: typeset.MM(26)},
	})
	for _, it := range items {
		lines := []string{it.Name}
		for i, point := range it.Points {
			lines = append(lines, fmt.Sprintf("（%d）%s", i+1, point))
		}
		row := textRow(strings.Join(lines, "\n"), "□ 是\n□ 否", "", "")
		row.Min = typeset.MM(16)
		t.Rows = append(t.Rows, row)
	}
	return t
}

// footTable has the fields that are signed at the visit.
func (p paper) footTable() typeset.Table {
	t := p.table([]typeset.Column{
		{Width: typeset.MM(22), Align: typeset.AlignCenter}, {Width: typeset.MM(30)},
		{Width: typeset.MM(26), Align: typeset.AlignCenter}, {Width: typeset.MM(26)},
		{Width: typeset.MM(26), Align: typeset.AlignCenter}, {Width: typeset.MM(26)}})
	t.NoHead = true
	row := textRow("检查日期", "", "检查人员签名", "", "检查对象签名", "")
	for i := 0; i < len(row.Cells); i += 2 {
		row.Cells[i].Style, row.Cells[i].Shaded = labelStyle, true
	}
	row.Min = typeset.MM(12)
	t.Rows = []typeset.Row{row}
	return t
}

// members gives the names of those who lead the visit, and of the others.
func (t TaskView) members() (lead, others []string) {
	for _, m := range t.Team {
		if m.Lead {
			lead = append(lead, m.Name)
		} else {
			others = append(others, m.Name)
		}
	}
	return lead, others
}

func (t TaskView) teamWords() string {
	lead, others := t.members()
	words := "主办：" + strings.Join(lead, "、")
	if len(others) > 0 {
		words += "\n协办：" + strings.Join(others, "、")
	}
	return words
}

// itemNames joins the names of the items.
func (t TaskView) itemNames() string {
	names := make([]string, len(t.Items))
	for i, it := range t.Items {
		names[i] = it.Name
	}
	return strings.Join(names, "；")
}
