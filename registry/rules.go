package registry

import "fmt"

// Rules that a row can break as a whole, as the report prints them.
const (
	ruleTooLong  = "一行超过 1 MiB"
	ruleUnclosed = "引号没有结束"
	ruleTrailing = "结束引号之后、逗号之前还有内容"
	ruleUTF8     = "不是有效的 UTF-8（字符残缺，文件可能被截断）"
	ruleDamaged  = "含有无法识别的字符（�）"
	ruleNUL      = "含有空字符（NUL）"
)

func ruleRagged(want, have int) string {
	return fmt.Sprintf("应有 %d 列，实有 %d 列", want, have)
}

// hintOf says what to do about a rule that is broken by the whole row.
func hintOf(rule string) string {
	switch rule {
	case ruleTooLong:
		return "检查是否缺少换行或引号没有配对"
	case ruleUnclosed, ruleTrailing:
		return "含逗号、引号或换行的内容应整格加双引号，其中的双引号写两次"
	case ruleUTF8, ruleDamaged:
		return "从来源系统重新导出，保存为 UTF-8 或 GB18030"
	case ruleNUL:
		return "删除该字符"
	}
	return "检查该行的逗号和引号；含逗号的内容应整格加双引号"
}
