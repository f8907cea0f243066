package inspection

import (
	"strings"
	"testing"

	"yaohao/internal/fault"
)

var twoItems = []TaskItem{{Item: "A01", Name: "甲事项"}, {Item: "A02", Name: "乙事项"}}

// one changes the first item of a clean entry for A01 and A02.
func one(change func(*ItemEntry)) func(*Entry) {
	return func(e *Entry) { change(&e.Items[0]) }
}

func cleanTwo(e Entry) (Entry, error) {
	return e.clean(twoItems, EditionOn("2026-11-06"), "2026-11-03", "2026-11-06")
}

// brokenRules has every rule of an entry, each broken by itself.
var brokenRules = []struct {
	name, field, word string
	change            func(*Entry)
}{
	{"visit in the future", "visited_on", "晚于今天 2026-11-06",
		func(e *Entry) { e.VisitedOn = "2026-11-07" }},
	{"visit before dispatch", "visited_on", "早于任务派发日 2026-11-03",
		func(e *Entry) { e.VisitedOn = "2026-11-02" }},
	{"no day", "visited_on", "2026-02-30", func(e *Entry) { e.VisitedOn = "2026-02-30" }},
	{"item missing", "items.A02.checked", "乙事项", func(e *Entry) { e.Items = e.Items[:1] }},
	{"no items", "items.A01.checked", "甲事项", func(e *Entry) { e.Items = nil }},
	{"item twice", "items", "两次", one(func(i *ItemEntry) { i.Item = "A02" })},
	{"foreign item", "items", "不属于本任务", one(func(i *ItemEntry) { i.Item = "B01" })},
	{"no category", "items.A01.category", "没有选择",
		one(func(i *ItemEntry) { i.Category = "" })},
	{"category 9", "items.A01.category", "“9”", one(func(i *ItemEntry) { i.Category = "9" })},
	{"category in words", "items.A01.category", "未发现问题",
		one(func(i *ItemEntry) { i.Category = "未发现问题" })},
	{"1 with a finding", "items.A01.finding", "却填写了发现问题情况",
		one(func(i *ItemEntry) { i.Finding = "标签不全" })},
	{"7 with a finding", "items.A01.finding", "却填写了发现问题情况",
		one(func(i *ItemEntry) { i.Category, i.Finding = "7", "标签不全" })},
	{"1 with a disposal", "items.A01.disposal", "却填写了处置情况",
		one(func(i *ItemEntry) { i.Disposal = "责令改正" })},
	{"problem without a finding", "items.A01.finding", "须填写发现问题情况",
		one(func(i *ItemEntry) { i.Category = "3" })},
	{"problem with finding 无", "items.A01.finding", "须填写发现问题情况",
		one(func(i *ItemEntry) { i.Category, i.Finding = "2", " 无 " })},
	{"corrected without a disposal", "items.A01.disposal", "须填写处置情况",
		one(func(i *ItemEntry) { i.Category, i.Finding = "5", "标签不全" })},
	{"unchecked without a reason", "items.A01.reason", "须写明原因",
		one(func(i *ItemEntry) { i.Checked, i.Category = false, "4" })},
	{"unchecked and clean", "items.A01.category", "类别 4、6、7",
		one(func(i *ItemEntry) { i.Checked, i.Reason = false, "大门紧锁" })},
	{"unchecked with a finding", "items.A01.finding", "不能有发现问题情况",
		one(func(i *ItemEntry) {
			i.Checked, i.Reason, i.Category, i.Finding = false, "大门紧锁", "4", "标签不全"
		})},
	{"checked with a reason", "items.A01.reason", "不应填写未检查原因",
		one(func(i *ItemEntry) { i.Reason = "大门紧锁" })},
	{"unknown label", "categories", "“0”", func(e *Entry) { e.Categories = []string{"0"} }},
	{"clean label without such an item", "categories", "没有事项的结果是",
		func(e *Entry) { e.Categories = []string{"7"} }},
	{"no method", "methods", "没有选择核查方式", func(e *Entry) { e.Methods = nil }},
	{"unknown method", "methods", "“电话”",
		func(e *Entry) { e.Methods = []string{"实地检查", "电话"} }},
	{"no follow-up", "follow_up", "没有选择", func(e *Entry) { e.FollowUp = "" }},
	{"unknown follow-up", "follow_up", "“罚款”", func(e *Entry) { e.FollowUp = "罚款" }},
	{"pending, yet nothing to do", "follow_up", "待后续处理", one(func(i *ItemEntry) {
		i.Category, i.Finding = "8", "标签不全"
	})},
	{"other without a remark", "remark", "须在备注中说明",
		func(e *Entry) { e.FollowUp = followOther }},
	{"long remark", "remark", "2001 个字符",
		func(e *Entry) { e.Remark = strings.Repeat("长", maxText+1) }},
	{"control character", "remark", "U+0007", func(e *Entry) { e.Remark = "铃\a" }},
	{"reversed text", "items.A01.disposal", "U+202E",
		one(func(i *ItemEntry) { i.Disposal = "好\u202e坏" })},
	{"broken UTF-8", "remark", "UTF-8", func(e *Entry) { e.Remark = "\xe6\xb8" }},
}

// A broken rule is refused with its field.
func TestEntryRules(t *testing.T) {
	t.Parallel()
	for _, c := range brokenRules {
		e := clean("A01", "A02")
		c.change(&e)
		_, err := cleanTwo(e)
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Invalid || f.Field != c.field ||
			!strings.Contains(f.Message, c.word) {
			t.Errorf("%s: error %v, want Invalid on %q that says %q", c.name, err, c.field, c.word)
		}
	}
}

// What a good entry becomes: sorted, trimmed, labels joined.
func TestEntryForm(t *testing.T) {
	t.Parallel()
	e := Entry{
		VisitedOn: "2026-11-06",
		Items: []ItemEntry{
			{Item: "A02", Checked: true, Category: "1", Finding: "无", Disposal: "无"},
			{Item: "A01", Checked: true, Category: "5", Finding: " 第一行\r\n第二行\r", Disposal: "改正"},
		},
		Categories: []string{"2", "5"},
		Methods:    []string{"网络监测", "实地检查", "网络监测"},
		FollowUp:   followOther,
		Remark:     "复查",
	}
	got, err := cleanTwo(e)
	if err != nil {
		t.Fatal(err)
	}
	first := ItemEntry{Item: "A01", Checked: true, Category: "5", Finding: "第一行\n第二行",
		Disposal: "改正"}
	second := ItemEntry{Item: "A02", Checked: true, Category: "1"}
	if got.Items[0] != first || got.Items[1] != second {
		t.Errorf("items = %+v", got.Items)
	}
	if c := strings.Join(got.Categories, ","); c != "2,5" {
		t.Errorf("categories = %s, want 2,5: a firm with a problem is not 未发现问题", c)
	}
	if m := strings.Join(got.Methods, ","); m != "实地检查,网络监测" {
		t.Errorf("methods = %s", m)
	}
	if e.Items[0].Item != "A02" || e.Items[1].Finding == first.Finding {
		t.Error("the given entry was changed")
	}
}

// Unreachable, uncooperative and without the business are the ways not to check an item.
func TestUncheckedItems(t *testing.T) {
	t.Parallel()
	for code := range map[string]bool{"4": true, "6": true, "7": true} {
		e := clean("A01", "A02")
		e.Items[1] = ItemEntry{Item: "A02", Category: code, Reason: "三次上门均未见人"}
		got, err := cleanTwo(e)
		if err != nil {
			t.Errorf("category %s: %v", code, err)
			continue
		}
		if got.Categories[len(got.Categories)-1] != code {
			t.Errorf("category %s: labels %v", code, got.Categories)
		}
	}
}

// The result text is the documented one, byte for byte.
func TestResultText(t *testing.T) {
	t.Parallel()
	e, err := cleanTwo(Entry{VisitedOn: "2026-11-05", Methods: []string{"实地检查"},
		FollowUp: followNone, Items: []ItemEntry{
			{Item: "A01", Checked: true, Category: "2", Finding: `路径 a\b` + "\n第二行"},
			{Item: "A02", Category: "7", Reason: "未经营"}}})
	if err != nil {
		t.Fatal(err)
	}
	r := &Result{Entry: e, Task: "D1.SPJ.0001", Version: 3, Entrant: "P0001",
		Edition: "gsxt-2017"}
	want := `yaohao result/1
task D1.SPJ.0001
version 3
seed ab
entity R.1
entrant P0001
visited 2026-11-05
edition gsxt-2017
categories 2,7
methods 实地检查
follow-up 无须后续处置
remark
item A01 1 2
reason
finding 路径 a\\b\n第二行
disposal
item A02 0 7
reason 未经营
finding
disposal
`
	if got := resultText(r, "R.1", "ab").b.String(); got != want {
		t.Errorf("text:\n%s\nwant:\n%s", got, want)
	}
}
