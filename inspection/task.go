package inspection

import (
	"time"

	"yaohao/calendar"
	"yaohao/sampling"
)

// Task 抽查任务 is one entity that one unit of one draw inspects.
type Task struct {
	ID            string            `json:"id"`
	Draw          string            `json:"draw"`
	Unit          sampling.UnitID   `json:"unit"`
	UnitName      string            `json:"unitName"`
	Entity        sampling.EntityID `json:"entity"`
	EntityName    string            `json:"entityName"`    // as at dispatch
	EntityAddress string            `json:"entityAddress"` // as at dispatch
	VisitBy       sampling.Date     `json:"visitBy"`
	State         State             `json:"state"`
	// latest version of the result; 0 before the first
	Version      int       `json:"version"`
	DispatchedAt time.Time `json:"dispatchedAt"`
	// day of the visit in the latest version; empty before the first
	CompletedOn sampling.Date `json:"completedOn"`
	PublishDue  sampling.Date `json:"publishDue"` // 20 working days after it
	// it touches a year without official holiday data
	DueProvisional bool       `json:"dueProvisional"`
	PublishedAt    time.Time  `json:"publishedAt,omitzero"` // zero before publication
	Items          []TaskItem `json:"items"`                // in the order of item codes
	Members        []Member   `json:"members"`              // the lead (主办) first
}

// TaskItem is an item that selected the task's entity.
type TaskItem struct {
	Item sampling.ItemID `json:"item"`
	Name string          `json:"name"` // as at dispatch
	Area string          `json:"area"` // of the entity
}

// Member is an inspector of the task's team.
type Member struct {
	Inspector sampling.InspectorID `json:"inspector"`
	Name      string               `json:"name"` // personal: for pages of staff, never for the public
	Lead      bool                 `json:"lead"` // 主办
}

// Result 检查结果 is one version of what was entered for a task.
type Result struct {
	Entry             // its texts and labels in their one form
	Task    string    `json:"task"`             // task id
	Version int       `json:"version"`          // 1, 2, …
	Entrant string    `json:"entrant"`          // account 录入员
	Edition string    `json:"edition"`          // of the category codes
	SHA256  string    `json:"sha256"`           // of the result text, as in the log
	At      time.Time `json:"at"`               // when it was entered
	Review  *Review   `json:"review,omitempty"` // nil before the review of this version
}

// Review 审核 is what a reviewer decided about one version.
type Review struct {
	Reviewer string    `json:"reviewer"` // account 审核员
	Verdict  Step      `json:"verdict"`  // Approve, Return or Reject
	Opinion  string    `json:"opinion"`
	At       time.Time `json:"at"`
}

// Page selects rows of a list: Number counts from 1, Size is 1 to 200. Zero values mean the first
// page and 20 rows.
type Page struct {
	Number int `json:"number"`
	Size   int `json:"size"`
}

// Sizes of a page.
const (
	defaultPage = 20
	largestPage = 200
)

func (p Page) normal() Page {
	if p.Number < 1 {
		p.Number = 1
	}
	if p.Size < 1 {
		p.Size = defaultPage
	}
	p.Size = min(p.Size, largestPage)
	return p
}

func (p Page) offset() int { return (p.Number - 1) * p.Size }

// List is one page of a list and the number of rows of all pages.
type List[T any] struct {
	Rows  []T   `json:"rows"`
	Total int64 `json:"total"`
	Page  Page  `json:"page"`
}

// Pages gives the number of pages, at least 1.
func (l List[T]) Pages() int {
	return max(1, int((l.Total+int64(l.Page.Size)-1)/int64(l.Page.Size)))
}

// day gives the day in Shanghai of a moment.
func day(t time.Time) sampling.Date {
	return sampling.Date(calendar.FormatDate(t))
}

// dateOf gives the day that PostgreSQL sent for a date column, or "" for NULL.
func dateOf(t *time.Time) sampling.Date {
	if t == nil {
		return ""
	}
	return sampling.Date(t.Format(time.DateOnly))
}
