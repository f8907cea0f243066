package inspection

import "yaohao/sampling"

// Category 检查结果类别 is one national result category.
type Category struct {
	Code    string `json:"code"`    // "1" … "8"
	Label   string `json:"label"`   // exact national wording
	Problem bool   `json:"problem"` // false for 1 and 7, which count as no problem
}

// Edition is one version of the national list. A result names the edition of its codes: a new list
// is a new edition, and old results keep saying what they said.
type Edition struct {
	ID         string        `json:"id"`
	From       sampling.Date `json:"from"` // first day on which entries use it
	Categories []Category    `json:"categories"`
}

// Codes with rules of their own.
const (
	codeClean       = "1" // 未发现问题
	codeUnreachable = "4" // 无法联系
	codeCorrected   = "5" // 发现问题已责令改正
	codeRefused     = "6" // 不配合检查情节严重
	codeNoBusiness  = "7" // 未发现开展本次抽查涉及的经营活动
	codePending     = "8" // 发现问题待后续处理
)

// Editions gives every edition, oldest first. The wording of the first is that of the national
// publicity system (国家企业信用信息公示系统) since late 2017; table result_category repeats it.
func Editions() []Edition {
	return []Edition{{ID: "gsxt-2017", From: "2017-10-01", Categories: []Category{
		{codeClean, "未发现问题", false},
		{"2", "未按规定公示应当公示的信息", true},
		{"3", "公示信息隐瞒真实情况弄虚作假", true},
		{codeUnreachable, "通过登记的住所（经营场所）无法联系", true},
		{codeCorrected, "发现问题已责令改正", true},
		{codeRefused, "不配合检查情节严重", true},
		{codeNoBusiness, "未发现开展本次抽查涉及的经营活动", false},
		{codePending, "发现问题待后续处理", true},
	}}}
}

// EditionOn gives the edition that entries of a day use.
func EditionOn(day sampling.Date) Edition {
	all := Editions()
	for i := len(all) - 1; i > 0; i-- {
		if all[i].From <= day {
			return all[i]
		}
	}
	return all[0]
}

// Category gives the category with that code in the edition, and whether there is one.
func (e Edition) Category(code string) (Category, bool) {
	for _, c := range e.Categories {
		if c.Code == code {
			return c, true
		}
	}
	return Category{}, false
}

// CategoryLabel gives the wording of a code in an edition, or the code itself if it is unknown.
func CategoryLabel(edition, code string) string {
	for _, e := range Editions() {
		if c, ok := e.Category(code); ok && e.ID == edition {
			return c.Label
		}
	}
	return code
}

// Methods gives the ways of checking (核查方式) that an entry may name, in the order of forms.
func Methods() []string {
	return []string{"实地检查", "书面检查", "行政部门检查结果或专业意见", "检验检测", "网络监测",
		"委托专业机构辅助"}
}

// Follow-up measures with rules of their own.
const (
	followNone  = "无须后续处置"
	followOther = "其他"
)

// FollowUps gives the measures (后续处置措施) of which an entry names exactly one.
func FollowUps() []string {
	return []string{
		followNone,
		"停止检查，反馈至日常监管部门依法依规处理",
		"违反本部门相关规定，责令(限期)改正；后续跟踪由日常监管部门负责",
		"发现案件线索，初步固定相关证据后移送办案机构依法依规处理",
		"违反其他部门相关规定，抄告相关部门",
		followOther,
	}
}
