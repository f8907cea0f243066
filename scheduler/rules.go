package scheduler

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"yaohao/sampling"
)

// rule is one rule of draw/1 that a person can break here: the sampling package's words, in which a
// group stands for what may be shown, and what the person reads.
type rule struct {
	words *regexp.Regexp
	text  string // %s for each group
}

// rules lists what the sampling package says of lines, values, sources and ratios. A test breaks
// each one there and reads what comes out here, so a change of its words is noticed.
var rules = []rule{
	// Lines (draw/1 §1).
	{regexp.MustCompile(`a line is not empty$`), "不能为空"},
	{regexp.MustCompile(`a line has at most (\d+) bytes, this one has (\d+)$`),
		"至多 %s 字节（一个汉字占三字节），现有 %s 字节"},
	{regexp.MustCompile(`a line is UTF-8$`), "不是 UTF-8 文字"},
	{regexp.MustCompile(`a line neither starts nor ends with a space$`), "首尾不能有空格"},
	{regexp.MustCompile(`a line must not contain (U\+[0-9A-F]+)$`),
		"含有不允许的字符 %s（换行、制表等控制字符或不可见字符）"},
	{regexp.MustCompile(`in Unicode form NFC$`),
		"文字不是 Unicode 规范形式 NFC，请重新录入而不要粘贴"},
	// Values (draw/1 §5).
	{regexp.MustCompile(`not the 64 lower-case hex characters of a \w+$`),
		"密封值应为 64 位小写十六进制字符"},
	{regexp.MustCompile(`not hex of even length$`), "应为小写十六进制字符，位数为偶数"},
	{regexp.MustCompile(`the value does not hold (\d+) bits$`),
		"数值太短，不足方案写明的 %s 位随机性"},
	{regexp.MustCompile(`the value does not open its commit$`), "与方案中承诺的密封值不符"},
	// Sources (draw/1 §5).
	{regexp.MustCompile(`not a label$`),
		"名称应以小写字母或数字开头，至多 32 个小写字母、数字或 . _ -"},
	{regexp.MustCompile(`the name commit is taken$`), "名称 commit 已另有用途"},
	{regexp.MustCompile(`entropy name repeated$`), "名称重复"},
	{regexp.MustCompile(`entropy event repeated$`), "公共事件的说明重复"},
	{regexp.MustCompile(`a witness line after the last public event$`),
		"见证语要排在最后一个公共随机源之前"},
	{regexp.MustCompile(`not in (\d+)…(\d+)$`), "应在 %s 至 %s 之间"},
	// Registries and ratios as a draw would use them (draw/1 §4).
	{regexp.MustCompile(`a cool-down cell with ratio 0$`), "冷却期内对象的抽查比例不能为零"},
	{regexp.MustCompile(`the floor ratio exceeds the ceiling ratio$`), "抽查比例高于比例上限"},
	{regexp.MustCompile(`n is above its limit$`), "最少抽取数高于上限"},
	{regexp.MustCompile(`before the freeze$`), "检查期限早于名单冻结日期"},
}

// ruleText says in Chinese which rule of draw/1 was broken; the English of the sampling package
// belongs into the wrapped cause only.
func ruleText(err error) string {
	var e *sampling.Error
	if !errors.As(err, &e) {
		return "不符合 draw/1 规则"
	}
	for _, r := range rules {
		if m := r.words.FindStringSubmatch(e.Rule); m != nil {
			args := make([]any, strings.Count(r.text, "%s"))
			for i := range args {
				args[i] = m[i+1]
			}
			return fmt.Sprintf(r.text, args...)
		}
	}
	return "不符合 draw/1 规则"
}

var sourcePath = regexp.MustCompile(`^entropy\[(\d+)\]`)

// planRuleText is ruleText for a whole plan: it says where as well, sources by their number from 1,
// everything else by its keys in plan.json.
func planRuleText(err error) string {
	text := ruleText(err)
	var e *sampling.Error
	if !errors.As(err, &e) {
		return text
	}
	if e.Check == sampling.CheckCanonical { // its place is a byte of the whole file
		return text
	}
	if e.Value != "" {
		text = "“" + e.Value + "”" + text
	}
	if m := sourcePath.FindStringSubmatch(e.Path); m != nil {
		if i, err := strconv.Atoi(m[1]); err == nil {
			return fmt.Sprintf("第 %d 个随机源%s", i+1, text)
		}
	}
	if e.Path == "" {
		return text
	}
	return "plan.json 的 " + e.Path + " " + text
}
