package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// PeriodKind is the length of the periods of a plan.
type PeriodKind string

// The kinds of periods and how each is written.
const (
	ByDay     PeriodKind = "day"     // 2026-11-02
	ByWeek    PeriodKind = "week"    // 2026-W45, ISO 8601 weeks, Monday to Sunday
	ByMonth   PeriodKind = "month"   // 2026-11
	ByQuarter PeriodKind = "quarter" // 2026-Q4
	ByYear    PeriodKind = "year"    // 2026
)

// Period names the period of a kind in which t falls in Shanghai. Names of one kind sort by time,
// and they are identifiers of draw/1 §1. An unknown kind is a fault of the program and panics.
func Period(t time.Time, kind PeriodKind) string {
	t = t.In(Shanghai)
	switch kind {
	case ByDay:
		return t.Format(dateLayout)
	case ByWeek:
		// The year of an ISO week is that of its Thursday: 2027-01-01 is in 2026-W53.
		year, week := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case ByMonth:
		return t.Format("2006-01")
	case ByQuarter:
		return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3)
	case ByYear:
		return t.Format("2006")
	}
	panic(fmt.Sprintf("calendar: period kind %q", kind))
}

// ParsePeriod reads the name of a period and gives its kind, its first day and the first day after
// it, both as starts of days in Shanghai: t lies in the period if start ≤ t < end. Periods of one
// kind leave no gap and do not overlap. The error is an *Error with Field "period".
func ParsePeriod(s string) (kind PeriodKind, start, end time.Time, err error) {
	start, kind = periodStart(s)
	// Asking Period for the name again refuses 2026-W54, 2026-Q5 and every second spelling.
	if y := start.Year(); kind == "" || y < firstYear || y > lastYear || Period(start, kind) != s {
		return "", time.Time{}, time.Time{}, &Error{s, "period",
			"不是周期，应如 2026、2026-Q4、2026-11、2026-W45 或 2026-11-02"}
	}
	return kind, start, periodEnd(start, kind), nil
}

// periodStart gives the first day of what looks like a period; the kind is empty if nothing does.
// It may give a day for a period that does not exist (2026-Q7), which ParsePeriod then finds out by
// asking for the name of the period in which that day lies.
func periodStart(s string) (time.Time, PeriodKind) {
	if len(s) < 4 {
		return time.Time{}, ""
	}
	year, err := strconv.Atoi(s[:4])
	if err != nil {
		return time.Time{}, ""
	}
	jan1 := time.Date(year, 1, 1, 0, 0, 0, 0, Shanghai)
	rest := s[4:]
	switch {
	case rest == "":
		return jan1, ByYear
	case strings.HasPrefix(rest, "-Q") && len(rest) == 3:
		return jan1.AddDate(0, 3*(int(rest[2])-'1'), 0), ByQuarter
	case strings.HasPrefix(rest, "-W") && len(rest) == 4:
		week, err := strconv.Atoi(rest[2:])
		if err != nil {
			return time.Time{}, ""
		}
		// 4 January is always in week 1; go back to its Monday.
		jan4 := jan1.AddDate(0, 0, 3)
		monday := jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7)
		return monday.AddDate(0, 0, 7*(week-1)), ByWeek
	case len(rest) == 3:
		if t, err := time.ParseInLocation("2006-01", s, Shanghai); err == nil {
			return t, ByMonth
		}
	default:
		if t, err := ParseDate(s); err == nil {
			return t, ByDay
		}
	}
	return time.Time{}, ""
}

// periodEnd gives the first day after the period of a kind that starts on a day.
func periodEnd(start time.Time, kind PeriodKind) time.Time {
	switch kind {
	case ByDay:
		return start.AddDate(0, 0, 1)
	case ByWeek:
		return start.AddDate(0, 0, 7)
	case ByMonth:
		return start.AddDate(0, 1, 0)
	case ByQuarter:
		return start.AddDate(0, 3, 0)
	}
	return start.AddDate(1, 0, 0)
}
