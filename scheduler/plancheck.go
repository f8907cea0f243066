package scheduler

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"yaohao/calendar"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

const (
	trialLabel   = "test" // draw/1 §10: the label of trial runs
	maxPlanHours = 720    // the schema's limit for cutoff and event
	maxVisitDays = 366

	// drawnCategory is the one 职权类别 that is drawn: 双随机 governs 行政检查 only (国发〔2019〕5号).
	drawnCategory = "行政检查"
)

// Forms of a period's name.
const (
	formMonth = string(calendar.ByMonth) // 2026-11: at most one fire a month
	formDay   = string(calendar.ByDay)   // 2026-11-03: at most one fire a day
)

var planCode = regexp.MustCompile(`^[A-Z][0-9A-Z._-]{0,31}$`)

// civil gives the time as it is recorded: Asia/Shanghai, whole seconds.
func civil(t time.Time) time.Time { return t.In(calendar.Shanghai).Truncate(time.Second) }

// dateOf gives the day of a time in Asia/Shanghai.
func dateOf(t time.Time) sampling.Date {
	return sampling.Date(t.In(calendar.Shanghai).Format(time.DateOnly))
}

// midnight gives the beginning of a day in Asia/Shanghai; d is a valid date.
func midnight(d sampling.Date) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), calendar.Shanghai)
	if err != nil {
		panic("scheduler: date " + string(d) + " was not checked")
	}
	return t
}

// check applies every rule that needs no database and gives the fire times of the year and the
// form of the periods' names.
func (p *PlanSpec) check() (fires []time.Time, form string, err error) {
	if err := p.checkWords(); err != nil {
		return nil, "", err
	}
	if err := p.checkGiven(); err != nil {
		return nil, "", err
	}
	if err := p.checkTimes(); err != nil {
		return nil, "", err
	}
	if err := p.checkSources(); err != nil {
		return nil, "", err
	}
	if fires, err = p.fires(); err != nil {
		return nil, "", err
	}
	if len(fires) == 0 {
		return nil, "", invalid("cron", "抽取时间表“%s”在 %s 至 %s 之间没有抽取时间",
			p.Cron, p.StartsOn, p.EndsOn)
	}
	form = periodForm(fires)
	return fires, form, p.checkGivenOnce(len(fires), periodOf(fires[0], form)+"-"+p.ID)
}

func invalid(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}

func (p *PlanSpec) checkWords() error {
	if !planCode.MatchString(p.ID) {
		return invalid("id", "计划代号“%s”不合规则", p.ID).
			WithHint("大写字母开头，至多 32 个大写字母、数字或 . _ -")
	}
	if err := sampling.CheckLine(p.Name); err != nil {
		return invalid("name", "计划名称不合规则：%s", ruleText(err)).Wrap(err)
	}
	for _, f := range []struct{ field, value string }{{"number", p.Number}, {"note", p.Note}} {
		if f.value == "" {
			continue
		}
		if err := sampling.CheckLine(f.value); err != nil {
			return invalid(f.field, "“%s”不合规则：%s", f.value, ruleText(err)).Wrap(err)
		}
	}
	if err := checkHash(p.Hash); err != nil {
		return err
	}
	if len(p.Items)+len(p.Given) == 0 {
		return invalid("items", "计划至少要有一个抽查事项，或一个派员机构和交给它的任务")
	}
	seen := map[sampling.ItemID]bool{}
	for _, it := range p.Items {
		if seen[it.Item] {
			return invalid("items", "抽查事项“%s”重复", it.Item)
		}
		seen[it.Item] = true
		if !sampling.ValidLabel(it.Label) {
			return invalid("items", "抽查事项“%s”的抽签标签“%s”不合规则", it.Item, it.Label).
				WithHint("小写字母或数字开头，至多 32 个小写字母、数字或 . _ -")
		}
		if (it.Label == trialLabel) != p.Trial {
			return invalid("items", "标签“%s”只用于试运行，试运行只用该标签", trialLabel)
		}
	}
	return nil
}

func (p *PlanSpec) checkTimes() error {
	for _, f := range []struct {
		field string
		date  sampling.Date
	}{{"starts_on", p.StartsOn}, {"ends_on", p.EndsOn}} {
		if _, err := sampling.ParseDate(string(f.date)); err != nil {
			return invalid(f.field, "日期“%s”不合规则，应为 YYYY-MM-DD", f.date)
		}
		if string(f.date[:4]) != fmt.Sprintf("%04d", p.Year) || p.Year < 2000 {
			return invalid(f.field, "日期 %s 不在计划年度 %d 内", f.date, p.Year)
		}
	}
	if p.EndsOn < p.StartsOn {
		return invalid("ends_on", "截止日期 %s 早于开始日期 %s", p.EndsOn, p.StartsOn)
	}
	if p.CutoffHours < 1 || p.CutoffHours > maxPlanHours {
		return invalid("cutoff_hours", "截止时间为承诺后 1 至 %d 小时，不能是 %d",
			maxPlanHours, p.CutoffHours)
	}
	if p.EventHours < p.CutoffHours || p.EventHours > maxPlanHours {
		return invalid("event_hours", "公共事件时间为承诺后 %d（截止时间）至 %d 小时，不能是 %d",
			p.CutoffHours, maxPlanHours, p.EventHours)
	}
	if p.VisitDays < 1 || p.VisitDays > maxVisitDays || 24*p.VisitDays <= p.EventHours {
		return invalid("visit_days", "检查期限 %d 天不合规则", p.VisitDays).
			WithHint("1 至 %d 天，并晚于公共事件", maxVisitDays)
	}
	return nil
}

// fires gives every fire time of the plan, ascending; at most one a day.
func (p *PlanSpec) fires() ([]time.Time, error) {
	schedule, err := calendar.ParseCron(p.Cron)
	if err != nil {
		return nil, invalid("cron", "抽取时间表“%s”不合规则：%v", p.Cron, err).
			WithHint("五段：分 时 日 月 周，例如 0 9 2 * *（每月 2 日 9 时，北京时间）")
	}
	var out []time.Time
	end := midnight(p.EndsOn).AddDate(0, 0, 1)
	t := schedule.Next(midnight(p.StartsOn).Add(-time.Second))
	for ; !t.IsZero() && t.Before(end); t = schedule.Next(t) {
		if n := len(out); n > 0 && dateOf(out[n-1]) == dateOf(t) {
			return nil, invalid("cron", "抽取时间表“%s”在 %s 一天内触发多次", p.Cron, dateOf(t)).
				WithHint("每天至多抽取一次")
		}
		out = append(out, t.In(calendar.Shanghai))
	}
	return out, nil
}

// dueFrom gives the first fire time at or after t, or zero.
func (p *PlanSpec) dueFrom(t time.Time) (time.Time, error) {
	fires, err := p.fires()
	for _, f := range fires {
		if !f.Before(t) {
			return f, err
		}
	}
	return time.Time{}, err
}

// part gives the number (from 1) of a fire time among the fires of the year.
func (p *PlanSpec) part(due time.Time) (part, of int64, err error) {
	fires, err := p.fires()
	for _, f := range fires {
		if !f.After(due) {
			part++
		}
	}
	return max(part, 1), int64(max(len(fires), 1)), err
}

func periodForm(fires []time.Time) string {
	for i := 1; i < len(fires); i++ {
		if fires[i-1].Format("2006-01") == fires[i].Format("2006-01") {
			return formDay
		}
	}
	return formMonth
}

// periodOf names the period of a fire time; formMonth and formDay are kinds of calendar.
func periodOf(due time.Time, form string) string {
	return calendar.Period(due, calendar.PeriodKind(form))
}

// checkItems refuses items that may not be drawn: unknown, unpublished, or no 行政检查.
func checkItems(ctx context.Context, q pg.Querier, items []PlanItem) error {
	for _, it := range items {
		item, err := registry.ItemByID(ctx, q, it.Item)
		if fault.Is(err, fault.NotFound) {
			return invalid("items", "抽查事项清单中没有“%s”", it.Item)
		}
		if err != nil {
			return err
		}
		if !item.Published {
			return invalid("items", "抽查事项“%s”尚未公布，不能抽查", it.Item).
				WithHint("只有已公布的抽查事项可以抽取（国办发〔2024〕54号）")
		}
		if item.Category != drawnCategory {
			return invalid("items", "抽查事项“%s”的职权类别是“%s”，不是%s",
				it.Item, item.Category, drawnCategory)
		}
	}
	return nil
}
