package inspection

import (
	"fmt"
	"slices"
	"strings"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// Entry 检查结果录入 is what an inspector enters for a task: one line for every item of the task.
type Entry struct {
	VisitedOn sampling.Date `json:"visitedOn"` // 检查日期
	Items     []ItemEntry   `json:"items"`     // every item of the task once, in any order
	// further labels of the firm beside those of the items; may be empty
	Categories []string `json:"categories"`
	Methods    []string `json:"methods"`  // 核查方式, out of Methods(); at least one
	FollowUp   string   `json:"followUp"` // 后续处置措施, one of FollowUps()
	Remark     string   `json:"remark"`   // 备注
}

// ItemEntry is the result of one item. Of an item that was not checked, Category is 4, 6 or 7,
// Reason says why, and there is neither finding nor disposal.
type ItemEntry struct {
	Item     sampling.ItemID `json:"item"`
	Checked  bool            `json:"checked"`  // 是否检查
	Reason   string          `json:"reason"`   // why it was not checked
	Category string          `json:"category"` // code of the national category
	Finding  string          `json:"finding"`  // 发现问题情况; "无" is nothing
	Disposal string          `json:"disposal"` // 处置情况; "无" is nothing
}

// clean gives the entry in its one form (items and labels sorted, labels of items among the
// categories, line ends LF, texts trimmed, "无" empty) or the first rule that it breaks as
// fault.Invalid. items are those of the task, sorted; today and dispatched are days in Shanghai.
func (e Entry) clean(items []TaskItem, edition Edition, dispatched, today sampling.Date) (
	Entry, error) {
	if err := checkVisit(e.VisitedOn, dispatched, today); err != nil {
		return e, err
	}
	var err error
	if e.Items, err = cleanItems(e.Items, items, edition); err != nil {
		return e, err
	}
	if e.Categories, err = allCategories(e, edition); err != nil {
		return e, err
	}
	if e.Methods, err = cleanMethods(e.Methods); err != nil {
		return e, err
	}
	if e.Remark, err = cleanText("remark", "备注", e.Remark); err != nil {
		return e, err
	}
	return e, checkFollowUp(e)
}

func checkVisit(visited, dispatched, today sampling.Date) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).WithField("visited_on")
	}
	if _, err := sampling.ParseDate(string(visited)); err != nil {
		return bad("检查日期“%s”不是日期（年-月-日）", visited)
	}
	if visited > today {
		return bad("检查日期 %s 晚于今天 %s", visited, today)
	}
	if visited < dispatched {
		return bad("检查日期 %s 早于任务派发日 %s", visited, dispatched)
	}
	return nil
}

func cleanItems(given []ItemEntry, items []TaskItem, edition Edition) ([]ItemEntry, error) {
	given = slices.Clone(given)
	slices.SortStableFunc(given, func(a, b ItemEntry) int {
		return strings.Compare(string(a.Item), string(b.Item))
	})
	for i := range given {
		if i > 0 && given[i-1].Item == given[i].Item {
			return nil, fault.New(fault.Invalid, "事项 %s 录入了两次", given[i].Item).
				WithField("items")
		}
		known := func(t TaskItem) bool { return t.Item == given[i].Item }
		if !slices.ContainsFunc(items, known) {
			return nil, fault.New(fault.Invalid, "事项 %s 不属于本任务", given[i].Item).
				WithField("items")
		}
	}
	for i, t := range items {
		if i >= len(given) || given[i].Item != t.Item {
			return nil, fault.New(fault.Invalid, "事项 %s（%s）没有录入结果", t.Item, t.Name).
				WithField(itemField(t.Item, "checked")).WithHint("每个事项都须录入是否检查和结果")
		}
		if err := given[i].clean(t, edition); err != nil {
			return nil, err
		}
	}
	return given, nil
}

// clean checks one item and brings its texts into their form.
func (e *ItemEntry) clean(t TaskItem, edition Edition) error {
	for _, f := range []struct {
		text        *string
		field, name string
	}{{&e.Reason, "reason", "未检查原因"}, {&e.Finding, "finding", "发现问题情况"},
		{&e.Disposal, "disposal", "处置情况"}} {
		var err error
		*f.text, err = cleanText(itemField(t.Item, f.field), f.name, *f.text)
		if err != nil {
			return err
		}
	}
	category, ok := edition.Category(e.Category)
	field, message := "category", ""
	switch {
	case e.Category == "":
		message = "没有选择检查结果"
	case !ok:
		message = fmt.Sprintf("检查结果类别“%s”不在国家类别表 %s 中", e.Category, edition.ID)
	case !e.Checked:
		field, message = e.checkUnchecked(category)
	default:
		field, message = e.checkChecked(category)
	}
	if message == "" {
		return nil
	}
	return fault.New(fault.Invalid, "事项 %s（%s）：%s", t.Item, t.Name, message).
		WithField(itemField(t.Item, field))
}

func (e *ItemEntry) checkUnchecked(c Category) (field, message string) {
	switch {
	case e.Reason == "":
		return "reason", "未检查的事项须写明原因"
	case e.Category != codeUnreachable && e.Category != codeRefused && e.Category != codeNoBusiness:
		return "category", fmt.Sprintf("未检查的事项不能是“%s”，只能是类别 4、6、7", c.Label)
	case e.Finding != "" || e.Disposal != "":
		return "finding", "未检查的事项不能有发现问题情况或处置情况"
	}
	return "", ""
}

func (e *ItemEntry) checkChecked(c Category) (field, message string) {
	switch {
	case e.Reason != "":
		return "reason", "已检查的事项不应填写未检查原因"
	case !c.Problem && e.Finding != "":
		return "finding", fmt.Sprintf("结果是“%s”，却填写了发现问题情况", c.Label)
	case !c.Problem && e.Disposal != "":
		return "disposal", fmt.Sprintf("结果是“%s”，却填写了处置情况", c.Label)
	case c.Problem && e.Finding == "":
		return "finding", fmt.Sprintf("结果是“%s”，须填写发现问题情况", c.Label)
	case e.Category == codeCorrected && e.Disposal == "":
		return "disposal", fmt.Sprintf("结果是“%s”，须填写处置情况", c.Label)
	}
	return "", ""
}

// allCategories joins the labels of the items and the further ones. 未发现问题 stands alone: it is
// dropped when an item has a problem, and refused as a further label.
func allCategories(e Entry, edition Edition) ([]string, error) {
	var codes []string
	problem := false
	for _, it := range e.Items {
		c, _ := edition.Category(it.Category)
		problem = problem || c.Problem
		codes = append(codes, it.Category)
	}
	for _, code := range e.Categories {
		c, ok := edition.Category(code)
		if !ok {
			return nil, fault.New(fault.Invalid, "检查结果类别“%s”不在国家类别表 %s 中", code,
				edition.ID).WithField("categories")
		}
		if !c.Problem && !slices.Contains(codes, code) {
			return nil, fault.New(fault.Invalid, "没有事项的结果是“%s”", c.Label).
				WithField("categories")
		}
		problem = problem || c.Problem
		codes = append(codes, code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	return slices.DeleteFunc(codes, func(c string) bool { return problem && c == codeClean }), nil
}

func cleanMethods(given []string) ([]string, error) {
	if len(given) == 0 {
		return nil, fault.New(fault.Invalid, "没有选择核查方式").WithField("methods")
	}
	var out []string
	for _, m := range Methods() {
		if slices.Contains(given, m) {
			out = append(out, m)
		}
	}
	for _, m := range given {
		if !slices.Contains(out, m) {
			return nil, fault.New(fault.Invalid, "没有核查方式“%s”", m).WithField("methods").
				WithHint("可选：%s", strings.Join(Methods(), "、"))
		}
	}
	return out, nil
}

func checkFollowUp(e Entry) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).WithField("follow_up")
	}
	switch {
	case e.FollowUp == "":
		return bad("没有选择后续处置措施")
	case !slices.Contains(FollowUps(), e.FollowUp):
		return fault.New(fault.Invalid, "没有后续处置措施“%s”", e.FollowUp).WithField("follow_up").
			WithHint("可选：%s", strings.Join(FollowUps(), "／"))
	case e.FollowUp == followNone && slices.Contains(e.Categories, codePending):
		return bad("有事项“发现问题待后续处理”，后续处置措施不能是“%s”", followNone)
	case e.FollowUp == followOther && e.Remark == "":
		return fault.New(fault.Invalid, "后续处置措施是“%s”，须在备注中说明", followOther).
			WithField("remark")
	}
	return nil
}
