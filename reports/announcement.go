package reports

import (
	"fmt"
	"strings"

	"yaohao/reports/typeset"
)

// RenderAnnouncement sets the announcement as PDF. A font file that cannot be used is a
// *fault.Error.
func RenderAnnouncement(v AnnouncementView, o Options) (*Document, error) {
	fonts, err := o.Fonts.load()
	if err != nil {
		return nil, err
	}
	p := paper{typeset.NewDoc(fonts, typeset.Meta{
		Title: strings.ReplaceAll(v.Title(), "\n", ""), Author: v.Office,
		Subject: "随机抽查 " + v.Draw.ID, Date: v.At, PageNumbers: true,
	})}
	p.title(v.Title())
	p.announcementHead(v)
	p.howDrawn(v)
	p.whatWasFound(v)
	p.howToVerify(v)
	p.closing(v)
	p.attachment(v)
	return p.document()
}

// announcementHead sets the opening sentence and the head fields.
func (p paper) announcementHead(v AnnouncementView) {
	p.text(fmt.Sprintf("按照%d年度抽查工作计划和“双随机、一公开”监管要求，%s组织开展了本次抽查任务。"+
		"现将检查结果公告如下：", v.Year, v.Office))
	p.Skip(typeset.MM(2))
	kind := "不定向"
	if v.Directed {
		kind = "定向"
	}
	p.form([]string{
		"抽查计划编号", v.PlanNo, "抽查任务编号", v.TaskNo,
	}, []string{
		"抽查计划名称", v.PlanName,
	}, []string{
		"抽查任务名称", v.TaskName,
	}, []string{
		"抽查类型", kind, "检查机关", orOffice(v.Units, v.Office),
	})
	p.Skip(typeset.MM(3))
}

func orOffice(units []string, office string) string {
	if len(units) == 0 {
		return office
	}
	return strings.Join(units, "、")
}

// howDrawn says how the draw was made and how good its randomness is.
func (p paper) howDrawn(v AnnouncementView) {
	p.heading("一、抽取情况")
	d := v.Draw
	var drawn int64
	for _, it := range v.Items {
		drawn += it.Drawn
	}
	locked := "检查对象名录、执法检查人员名录、抽取比例和规则"
	what := fmt.Sprintf("抽取检查对象%d户次，同时确定执法检查人员", drawn)
	if len(v.Items) == 0 { // staffing only: the entities were drawn elsewhere
		locked = "另行抽取的检查对象名单、执法检查人员名录和规则"
		what = "为另行抽取的检查对象确定执法检查人员"
	}
	p.text(fmt.Sprintf("%s，%s将%s一并锁定，并公布其校验值；"+
		"%s，以事先公布的随机数来源形成种子，按照公开算法%s。"+
		"任何人都可以按照公开的文件重复计算；锁定之后名单、规则或者结果如有改动，重复计算即可发现。",
		zhDate(d.Committed), v.Office, locked, zhDate(d.Drawn), what))
	if d.Trial {
		p.labelled("试运行：", "票的标签一律为test，抽取结果不作为正式抽取。")
	}
	strong, rest := gradeWords(d)
	p.labelled("随机性等级："+strong, rest)
	if len(d.Shortages) > 0 {
		p.labelled("人员缺口："+strings.Join(d.Shortages, "、")+"。",
			"上述机构没有足够的符合条件的执法检查人员，其抽取的检查对象未能派出检查。")
	}
	p.sizes(v.Items)
	p.Skip(typeset.MM(4))
	rows := [][]string{{"抽取编号", d.ID, "随机性等级", gradeLine(d.Grade, d.publicBits())}}
	for _, e := range d.Entropy {
		text := entropyKind(e.Kind) + "：" + e.Event
		if e.Kind == "public" || e.Kind == "beacon" {
			text += fmt.Sprintf("（计%d比特）", e.Bits)
		}
		if e.Value != "" {
			text += "\n取值：" + e.Value
		}
		rows = append(rows, []string{"随机数来源", text})
	}
	rows = append(rows, []string{"锁定校验值", d.Commit}, []string{"随机种子", d.Seed},
		[]string{"抽取结果校验值", d.TranscriptHash})
	p.form(rows...)
	p.Skip(typeset.MM(3))
}

// sizes sets the table of the items with their population and sample.
func (p paper) sizes(items []ItemSize) {
	p.Skip(typeset.MM(2))
	t := p.table([]typeset.Column{
		{Head: "抽查事项", Width: typeset.MM(46), Align: typeset.AlignLeft},
		{Head: "抽查依据", Width: typeset.MM(56), Align: typeset.AlignLeft},
		{Head: "对象总数", Width: typeset.MM(18), Align: typeset.AlignRight},
		{Head: "抽取数", Width: typeset.MM(18), Align: typeset.AlignRight},
		{Head: "抽取比例", Width: typeset.MM(18), Align: typeset.AlignRight},
	})
	for _, it := range items {
		t.Rows = append(t.Rows, textRow(it.Name, it.Basis, fmt.Sprint(it.Population),
			fmt.Sprint(it.Drawn), percent(it.Drawn, it.Population)))
	}
	p.together(t)
}

// whatWasFound sums the results up.
func (p paper) whatWasFound(v AnnouncementView) {
	p.heading("二、检查结果")
	tally := v.Tally()
	if tally.Entities == 0 {
		p.text("本次没有抽取到检查对象，没有检查结果。")
		return
	}
	text := fmt.Sprintf("本次共检查%d户，形成检查记录%d条，各检查对象的结果见附件。", tally.Entities, len(v.Results))
	if tally.Labels > tally.Entities {
		text += fmt.Sprintf("各类结果合计%d户次；同一检查对象可以同时有多类结果，合计大于检查户数。", tally.Labels)
	}
	p.text(text)
	p.Skip(typeset.MM(2))
	var cells []string
	for i, n := range tally.Counts {
		switch {
		case i < len(v.Classes):
			cells = append(cells, v.Classes[i].Label, fmt.Sprint(n))
		case n > 0:
			cells = append(cells, "其他", fmt.Sprint(n))
		}
	}
	for len(cells)%4 != 0 {
		cells = append(cells, "")
	}
	label := typeset.Column{Head: "检查结果", Width: typeset.MM(63), Align: typeset.AlignLeft}
	count := typeset.Column{Head: "户数", Width: typeset.MM(15), Align: typeset.AlignRight}
	t := p.table([]typeset.Column{label, count, label, count})
	for len(cells) > 0 {
		t.Rows = append(t.Rows, textRow(cells[:4]...))
		cells = cells[4:]
	}
	p.together(t)
	p.inferred(v.Estimates)
}

// inferred says what the results tell about the whole lists, if they tell something.
func (p paper) inferred(list []Estimate) {
	notes := EstimateNotes(list)
	if len(notes) == 0 {
		return
	}
	p.Skip(typeset.MM(3))
	p.text("根据抽查结果，对各事项检查对象名单的总体推断如下：")
	p.Skip(typeset.MM(2))
	t := p.table([]typeset.Column{
		{Head: "抽查事项", Width: typeset.MM(52), Align: typeset.AlignLeft},
		{Head: "名单户数", Width: typeset.MM(18), Align: typeset.AlignRight},
		{Head: "抽查户数", Width: typeset.MM(18), Align: typeset.AlignRight},
		{Head: "发现问题", Width: typeset.MM(18), Align: typeset.AlignRight},
		{Head: "推断问题\n发现率", Width: typeset.MM(22), Align: typeset.AlignRight},
		{Head: "95%置信区间\n（户）", Width: typeset.MM(28), Align: typeset.AlignRight},
	})
	for _, e := range list {
		if e.Why == "" {
			t.Rows = append(t.Rows, textRow(e.Name, fmt.Sprint(e.Population), fmt.Sprint(e.Drawn),
				fmt.Sprint(e.Found), e.RateText(), e.IntervalText()))
		}
	}
	p.together(t)
	p.Skip(typeset.MM(2))
	p.Paragraph(typeset.Paragraph{Align: typeset.Justify, Line: typeset.MM(7.5),
		Indent: 2 * noteStyle.Size, Spans: []typeset.Span{
			{Style: noteStyle, Text: strings.Join(notes, "")}}})
}

// closingHeight is the room that closing takes: 特此公告, the note of the attachment, the place of
// the seal, name and date.
const closingHeight = 7

// howToVerify tells anybody how to repeat the draw, beside the QR code of its page. It goes to
// the page of the signature, so that the seal never stands on a page without text.
func (p paper) howToVerify(v AnnouncementView) {
	p.Skip(typeset.MM(3))
	if v.URL == "" {
		p.Need((closingHeight + 3) * typeset.LinePitch)
		p.heading("三、核验方法")
		p.text("抽取的全部文件由本机关保存，可以申请查阅并重复计算。")
		return
	}
	side, gap := typeset.MM(34), typeset.MM(3)
	commands := p.table([]typeset.Column{
		{Width: typeset.MM(14), Align: typeset.AlignCenter},
		{Width: typeset.MM(142), Align: typeset.AlignLeft}})
	commands.NoHead = true
	for i, c := range v.Verify {
		row := textRow(fmt.Sprint(i+1), c)
		row.Cells[0].Style, row.Cells[0].Shaded = labelStyle, true
		commands.Rows = append(commands.Rows, row)
	}
	p.Need((closingHeight+1)*typeset.LinePitch + side + gap + p.TableHeight(commands))
	p.heading("三、核验方法")
	top := p.Y()
	p.QR(v.URL, typeset.BlockWidth-side, top, side)
	para := typeset.Paragraph{Align: typeset.Justify, Right: side + gap, Line: typeset.MM(7.5),
		Indent: 2 * noteStyle.Size, Spans: []typeset.Span{{Style: noteStyle,
			Text: "扫描二维码或者访问下列网址，可以查看本次抽取的公开记录并下载全部文件。" +
				"在一台计算机上依次执行下表中的命令，即可重复本次抽取并核对结果。"}}}
	p.Paragraph(para)
	para.Align, para.Indent = typeset.AlignLeft, 0
	para.Left = 2 * noteStyle.Size
	para.Spans = []typeset.Span{{Style: tableStyle, Text: v.URL}}
	p.Paragraph(para)
	p.MoveTo(max(p.Y(), top+side))
	p.Skip(gap)
	p.Table(commands)
}

// closing sets 特此公告, the note of the attachment, the signature and the date, kept together
// so that the seal never stands on a page without text.
func (p paper) closing(v AnnouncementView) {
	p.Skip(typeset.MM(3))
	p.Need(closingHeight * typeset.LinePitch)
	p.text("特此公告。")
	if len(v.Results) > 0 {
		p.Skip(typeset.LinePitch)
		p.text("附件：抽查结果明细表")
	}
	p.Skip(2 * typeset.LinePitch)
	p.signature(v.Office, zhDate(v.Date))
}

// attachment sets the table of results on pages of its own.
func (p paper) attachment(v AnnouncementView) {
	if len(v.Results) == 0 {
		return
	}
	p.NewPage()
	p.attachmentHead("附件", "抽查结果明细表")
	t := p.table([]typeset.Column{
		{Head: "序号", Width: typeset.MM(10), Align: typeset.AlignCenter},
		{Head: "抽查市场主体名称", Width: typeset.MM(42), Align: typeset.AlignLeft},
		{Head: "统一社会信用代码\n/注册号", Width: typeset.MM(45), Align: typeset.AlignCenter},
		{Head: "检查完成\n日期", Width: typeset.MM(21), Align: typeset.AlignCenter},
		{Head: "检查结果", Width: typeset.MM(24), Align: typeset.AlignLeft},
		{Head: "备注", Width: typeset.MM(14), Align: typeset.AlignLeft},
	})
	t.Rows = make([]typeset.Row, 0, len(v.Results))
	for i, r := range v.Results {
		labels := make([]string, len(r.Categories))
		for j, code := range r.Categories {
			labels[j] = v.label(code)
		}
		t.Rows = append(t.Rows, textRow(fmt.Sprint(i+1), r.Name, r.Code, string(r.CheckedOn),
			strings.Join(labels, "；"), r.Note))
	}
	p.Table(t)
}
