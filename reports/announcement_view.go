package reports

import (
	"fmt"
	"time"

	"yaohao/sampling"
)

// AnnouncementView is everything that stands on a result announcement 检查结果公告.
type AnnouncementView struct {
	Office   string // 机关
	Year     int    // 年度
	Number   int    // 第NNN号; 0 leaves the number out
	PlanNo   string // 抽查计划编号
	PlanName string // 抽查计划名称
	TaskNo   string // 抽查任务编号
	TaskName string // 抽查任务名称
	Directed bool   // 抽查类型: 定向, else 不定向
	Units    []string
	Draw     DrawView
	Items    []ItemSize
	Classes  []Category // the categories of the edition in force, in its order
	Results  []ResultRow
	// what the results tell about the whole lists; items of which nothing can be inferred stay out
	Estimates []Estimate
	Date      sampling.Date // 成文日期
	At        time.Time     // the instant that the PDF carries as its date
	URL       string        // public page of the draw
	Verify    []string      // commands that repeat the draw
}

// DrawView says how the draw was made.
type DrawView struct {
	ID             string
	Committed      sampling.Date // the day on which lists and rules were locked
	Drawn          sampling.Date
	Commit         string // hash of plan.json, hex
	Seed           string // hex
	TranscriptHash string // hex
	Grade          string // draw/1 §5: public, sealed or self
	Entropy        []EntropyView
	Trial          bool     // 试运行: every label is `test` (draw/1 §10)
	Shortages      []string // departments without a legal staffing, so without visits
}

// EntropyView is one source of randomness: what was announced and what it gave.
type EntropyView struct {
	Name, Kind, Event, Value string
	Bits                     int64 // as the plan states them
}

// ItemSize is an item and how much of it was drawn.
type ItemSize struct {
	Name       string
	Basis      string // 抽查依据
	Population int64
	Drawn      int64
}

// Category is one national result category.
type Category struct {
	Code, Label string
}

// ResultRow is one visit: an entity, checked by one department.
type ResultRow struct {
	Name       string
	Code       string        // 统一社会信用代码 or 注册号
	CheckedOn  sampling.Date // 检查完成日期
	Categories []string      // codes; one entity may carry several
	Note       string
}

// Title is the heading of the announcement, broken by sense after the authority's name.
func (v AnnouncementView) Title() string {
	number := ""
	if v.Number > 0 {
		number = fmt.Sprintf("第%03d号", v.Number)
	}
	return fmt.Sprintf("%s\n%d年度%s抽查任务检查结果公告", v.Office, v.Year, number)
}

// Tally is the summary of results: how many entities were checked and, for each category, how
// many of them carry it. One entity may carry several, so the counts may add up to more.
type Tally struct {
	Entities int64
	Counts   []int64 // parallel to Classes, then one for codes that are not among them
	Labels   int64   // the sum of Counts
}

// Tally counts every entity once for each category that any of its visits found.
func (v AnnouncementView) Tally() Tally {
	index := make(map[string]int, len(v.Classes))
	for i, c := range v.Classes {
		index[c.Code] = i
	}
	type label struct {
		entity string
		class  int
	}
	t := Tally{Counts: make([]int64, len(v.Classes)+1)}
	entities, labels := map[string]bool{}, map[label]bool{}
	for _, r := range v.Results {
		if !entities[r.Code] {
			entities[r.Code] = true
			t.Entities++
		}
		for _, code := range r.Categories {
			class, ok := index[code]
			if !ok {
				class = len(v.Classes)
			}
			if l := (label{r.Code, class}); !labels[l] {
				labels[l] = true
				t.Counts[class]++
				t.Labels++
			}
		}
	}
	return t
}

// label gives the wording of a category, or says that the code is unknown.
func (v AnnouncementView) label(code string) string {
	for _, c := range v.Classes {
		if c.Code == code {
			return c.Label
		}
	}
	return "其他（" + code + "）"
}
