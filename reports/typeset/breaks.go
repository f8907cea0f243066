package typeset

import (
	"strings"
	"unicode"
)

// Marks that must not begin a line (行首禁则) and that must not end one (行尾禁则), after
// GB/T 15834-2011 §5 and CLREQ §3.2: closing and pausing marks, opening marks.
const (
	noStart = "、。，；：？！）》」』】〉”’〕］｝〗〙〛·・‰％℃°′″々〻～〞" + ",.;:!?)]}%"
	noEnd   = "（《「『【〈“‘〔［｛〖〘〚￥〝" + "([{$"
)

var (
	forbiddenStart = runeSet(noStart)
	forbiddenEnd   = runeSet(noEnd)
)

func runeSet(s string) map[rune]bool {
	set := make(map[rune]bool, len(s))
	for _, r := range s {
		set[r] = true
	}
	return set
}

// wordRune reports whether r belongs to a word or number that is not broken: every printable
// ASCII character, and letters and digits of the alphabets.
func wordRune(r rune) bool {
	if r < 0x80 {
		return r > ' ' && r < 0x7F
	}
	return r < 0x2E80 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// inWord reports whether a and b, side by side, are parts of one word.
func inWord(a, b rune) bool { return wordRune(a) && wordRune(b) }

// isPair reports whether a and b are the halves of a dash or of an ellipsis (—— and ……).
func isPair(a, b rune) bool { return a == b && strings.ContainsRune("—…─", a) }

// canBreak reports whether a line may end after a and the next begin with b.
func canBreak(a, b rune) bool {
	switch {
	case b == ' ' || forbiddenStart[b] || forbiddenEnd[a] || unicode.Is(unicode.Mn, b):
		return false
	case a == ' ':
		return true
	case isPair(a, b):
		return false
	}
	return !inWord(a, b)
}

// halfBlank reports whether the right half of r's character box is empty, so that it may be
// squeezed at the end of a line.
func halfBlank(r rune) bool {
	return r >= 0x80 && strings.ContainsRune("、。，；：？！）》」』】〉”’〕］｝〗〙〛", r)
}
