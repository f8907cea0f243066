package registry

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Rules that a row can break as a whole, as the report prints them.
const (
	ruleTooLong  = "一行超过 1 MiB"
	ruleUnclosed = "引号没有结束"
	ruleTrailing = "结束引号之后、逗号之前还有内容"
	ruleUTF8     = "含有不成字符的字节（不是有效的 UTF-8）"
	ruleDamaged  = "含有不成字符的字节（无法识别，显示为 �）"
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
		return "文件可能被截断，或用了别的编码：从来源系统重新导出，保存为 UTF-8 或 GB18030"
	case ruleNUL:
		return "删除该字符"
	}
	return "检查该行的逗号和引号；含逗号的内容应整格加双引号"
}

// damage gives the rule that text breaks which holds bytes that are no character, or NUL; empty if
// it does not.
func damage(text string) string {
	switch {
	case !utf8.ValidString(text):
		return ruleUTF8
	case strings.Contains(text, "\uFFFD"):
		return ruleDamaged
	case strings.IndexByte(text, 0) >= 0:
		return ruleNUL
	}
	return ""
}

// isInvisible lists the characters that no line holds (draw/1 §1 "Line"): what cannot be seen, or
// reorders what can.
func isInvisible(r rune) bool {
	switch {
	case r <= 0x1F, 0x7F <= r && r <= 0x9F, r == 0xAD, r == 0x61C, r == 0x180E,
		0x200B <= r && r <= 0x200F, 0x2028 <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F,
		r == 0xFEFF, 0xE0000 <= r && r <= 0xE007F:
		return true
	}
	return false
}

// mayHide has the first bytes that invisible characters have in UTF-8. Few others have them, so
// that most text is passed over byte by byte.
var mayHide = func() (t [256]bool) {
	for _, c := range []byte{0x7F, 0xC2, 0xD8, 0xE1, 0xE2, 0xEF, 0xF3} {
		t[c] = true
	}
	for c := range 0x20 {
		t[c] = true
	}
	return t
}()

// ruleInvisible gives the rule that a text with an invisible character breaks: the code point and
// its place, counted in characters from 1; empty if there is none.
func ruleInvisible(s string) string {
	for i := range len(s) {
		if !mayHide[s[i]] {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(s[i:]); isInvisible(r) {
			return fmt.Sprintf("第 %d 个字是不可见字符 %U", utf8.RuneCountInString(s[:i])+1, r)
		}
	}
	return ""
}

const hintInvisible = "在来源文件中删除该字符后重新导入"
