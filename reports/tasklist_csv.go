package reports

import (
	"encoding/csv"
	"fmt"
	"strings"
)

// bom makes WPS and Excel read the file as UTF-8.
const bom = "\uFEFF"

// CSV gives the list as a table for WPS or Excel: UTF-8 with BOM, comma separated, CRLF (RFC
// 4180), one line a visit under a head. A cell that a spreadsheet would take for a formula is
// prefixed with an apostrophe.
func (v TaskListView) CSV() ([]byte, error) {
	var b strings.Builder
	b.WriteString(bom)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	records := [][]string{{"序号", "抽取编号", "任务编号", "市场主体名称",
		"统一社会信用代码/注册号", "地址", "抽查事项", "检查要点", "主办", "协办", "检查截止日期"}}
	for i, t := range v.Tasks {
		lead, others := t.members()
		records = append(records, []string{fmt.Sprint(i + 1), v.Draw, t.ID, t.Name,
			t.Code, t.Address, t.itemNames(), t.allPoints(), strings.Join(lead, "、"),
			strings.Join(others, "、"), string(t.VisitBy)})
	}
	for _, r := range records {
		for i := range r {
			r[i] = formulaSafe(r[i])
		}
	}
	if err := w.WriteAll(records); err != nil {
		return nil, fmt.Errorf("task list %s of %s: %w", v.Draw, v.InspectorID, err)
	}
	return []byte(b.String()), nil
}

// formulaSafe prefixes an apostrophe to what spreadsheets run as a formula (OWASP, CSV
// injection): = + - @ TAB CR at the beginning, in their full-width forms too.
func formulaSafe(cell string) string {
	for _, mark := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(cell, mark) {
			return "'" + cell
		}
	}
	return cell
}

func (t TaskView) allPoints() string {
	var points []string
	for _, it := range t.Items {
		points = append(points, it.Points...)
	}
	return strings.Join(points, "；")
}
