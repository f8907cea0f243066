package inspection

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// Longest free text of a result, in characters.
const maxText = 2000

// none is what a form says for "nothing"; it is kept as an empty text.
const none = "无"

// escape writes a free text on one line; see the package comment.
var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`)

// lines builds a digest text: each call of put adds `key value` and LF, or the key alone.
type lines struct{ b strings.Builder }

func (l *lines) put(key, value string) {
	l.b.WriteString(key)
	if value != "" {
		l.b.WriteByte(' ')
		l.b.WriteString(escape.Replace(value))
	}
	l.b.WriteByte('\n')
}

// sha256 gives the digest of the text in hex.
func (l *lines) sha256() string {
	sum := sha256.Sum256([]byte(l.b.String()))
	return hex.EncodeToString(sum[:])
}

// resultText gives the text of the package comment whose SHA-256 stands in leaf `result`.
func resultText(r *Result, entity, seed string) *lines {
	var l lines
	l.put("yaohao result/1", "")
	l.put("task", r.Task)
	l.put("version", fmt.Sprint(r.Version))
	l.put("seed", seed)
	l.put("entity", entity)
	l.put("entrant", r.Entrant)
	l.put("visited", string(r.VisitedOn))
	l.put("edition", r.Edition)
	l.put("categories", strings.Join(r.Categories, ","))
	l.put("methods", strings.Join(r.Methods, ","))
	l.put("follow-up", r.FollowUp)
	l.put("remark", r.Remark)
	for _, it := range r.Items {
		checked := "0"
		if it.Checked {
			checked = "1"
		}
		l.put("item", string(it.Item)+" "+checked+" "+it.Category)
		l.put("reason", it.Reason)
		l.put("finding", it.Finding)
		l.put("disposal", it.Disposal)
	}
	return &l
}

// dispatched is a line of the dispatch text.
type dispatched struct{ task, entity, items, team string }

// dispatchText gives the text whose SHA-256 stands in leaf `dispatch`; tasks are in order.
func dispatchText(draw, seed string, tasks []dispatched) *lines {
	var l lines
	l.put("yaohao dispatch/1", "")
	l.put("draw", draw)
	l.put("seed", seed)
	for _, t := range tasks {
		l.put(t.task, t.entity+" "+t.items+" "+t.team)
	}
	return &l
}

// publishText gives the text whose SHA-256 stands in leaf `publish`; tasks are in order.
func publishText(draw string, tasks []approved) *lines {
	var l lines
	l.put("yaohao publish/1", "")
	l.put("draw", draw)
	for _, t := range tasks {
		l.put(t.task, fmt.Sprintf("%d %s", t.version, t.sha256))
	}
	return &l
}

// cleanText trims, turns CRLF and CR into LF and "无" into nothing, and refuses what cannot be
// shown.
func cleanText(field, name, text string) (string, error) {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, name+format, args...).WithField(field)
	}
	if !utf8.ValidString(text) {
		return "", bad("不是有效的 UTF-8 文本")
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.TrimSpace(text)
	if text == none {
		return "", nil
	}
	if n := utf8.RuneCountInString(text); n > maxText {
		return "", bad("有 %d 个字符，最多 %d 个", n, maxText)
	}
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || r == utf8.RuneError ||
			unicode.Is(unicode.Bidi_Control, r)) {
			return "", bad("含有不能显示的字符 %U", r)
		}
	}
	return text, nil
}

// itemField names a form field of an item, such as items.A07.finding.
func itemField(item sampling.ItemID, field string) string {
	return "items." + string(item) + "." + field
}
