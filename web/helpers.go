package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"yaohao/audit"
	"yaohao/calendar"
	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// helpers are the functions that templates may call.
var helpers = template.FuncMap{
	"date":  func(t time.Time) string { return format(t, "2006-01-02") },
	"time":  func(t time.Time) string { return format(t, "2006-01-02 15:04") },
	"stamp": func(t time.Time) string { return format(t, "2006-01-02 15:04:05") },
	"short": func(hash string) string {
		if len(hash) > 12 {
			return hash[:12] + "…"
		}
		return hash
	},
	"join":     strings.Join,
	"percent":  percent,
	"pageLink": pageLink,
	"add":      func(a, b int) int { return a + b },
	"seat":     func(n int64, i int) int64 { return n + int64(i) },
	"default": func(fallback, s any) string {
		if text := fmt.Sprint(s); text != "" {
			return text
		}
		return fmt.Sprint(fallback)
	},
	"starts":  strings.HasPrefix,
	"dict":    dict,
	"letters": func(list ...string) []string { return list },
	"has":     slices.Contains[[]string],
	// category gives the wording of a national result category in an edition.
	"category":  inspection.CategoryLabel,
	"itemEntry": itemEntry,
	"problem":   problem,
	"ratio":     ratio,
	"cron":      cronText,
	"grade":     grade,
	"leafKind":  leafKind,
	"typedIn":   typedIn,
	"postName":  func(code string) string { return account.Post(code).Name() },
}

func format(t time.Time, layout string) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(calendar.Shanghai).Format(layout)
}

// problem reports whether a published label of a result means that something was wrong.
func problem(label string) bool {
	for _, e := range inspection.Editions() {
		for _, c := range e.Categories {
			if c.Label == label {
				return c.Problem
			}
		}
	}
	return true
}

// ratio gives a legal ratio as a percentage where that is exact.
func ratio(r sampling.Ratio) string {
	switch {
	case r.Den != 0 && r.Num*100%r.Den == 0:
		return fmt.Sprintf("%d%%", r.Num*100/r.Den)
	case r.Den != 0 && r.Num*1000%r.Den == 0:
		return fmt.Sprintf("%d‰", r.Num*1000/r.Den)
	}
	return fmt.Sprintf("%d/%d", r.Num, r.Den)
}

// grade gives the short name of a grade of randomness (draw/1 §5).
func grade(code string) string {
	switch code {
	case sampling.GradePublic:
		return "公开级"
	case sampling.GradeSealed:
		return "见证级"
	case sampling.GradeSelf:
		return "自证级"
	}
	return code
}

// leafKinds are the kinds of records of the log.
var leafKinds = map[string]string{
	audit.KindImport: "名录导入", audit.KindFreeze: "名单冻结", audit.KindPlan: "方案承诺",
	audit.KindEntropy: "随机数录入", audit.KindTranscript: "抽取记录", audit.KindVoid: "作废",
	audit.KindPublished: "抽取公开", audit.KindNotice: "公告", audit.KindDispatch: "派发任务",
	audit.KindResult: "结果录入", audit.KindReview: "审核", audit.KindPublish: "结果公示",
	audit.KindAccount: "账号", audit.KindSeal: "封存值",
	audit.KindVoidRequest:   "申请作废",
	audit.KindRefillRequest: "申请递补", audit.KindRefillValue: "递补随机数",
	audit.KindRefillWithdraw: "撤回递补", audit.KindRefill: "递补",
}

// typedIn gives the state in which values of a kind are typed: witnesses' lines before the cutoff,
// the public event after it (draw/1 §5).
func typedIn(kind string) scheduler.State {
	if kind == sampling.EntropyWitness {
		return scheduler.Committed
	}
	return scheduler.Awaiting
}

func leafKind(code string) string { return named(leafKinds, code) }

// percent gives a/b with one decimal, rounded down: 99.9 % is never shown as done.
func percent(a, b int64) string {
	if b == 0 {
		return "—"
	}
	tenths := a * 1000 / b
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// pageLink gives the query of the same list at another page.
func pageLink(q url.Values, page int) string {
	next := url.Values{}
	for k, v := range q {
		next[k] = v
	}
	next.Set("page", fmt.Sprint(page))
	return "?" + next.Encode()
}

// itemEntry gives what an entry says of an item.
func itemEntry(e inspection.Entry, item sampling.ItemID) inspection.ItemEntry {
	for _, i := range e.Items {
		if i.Item == item {
			return i
		}
	}
	return inspection.ItemEntry{}
}

// dict hands several values to a piece.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d arguments", len(pairs))
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: key %v", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}
