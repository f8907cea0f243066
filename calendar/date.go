package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata"
)

// Shanghai is the time zone of everything here: Asia/Shanghai, UTC+8, without summer time since
// 1992. A machine needs no zone files for it.
var Shanghai = mustLoad("Asia/Shanghai")

func mustLoad(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic("calendar: " + err.Error()) // the zone is linked in
	}
	return loc
}

// dateLayout is the form of a date in files and addresses (GB/T 7408.1, ISO 8601).
const dateLayout = "2006-01-02"

// Years that this package works with: cron looks ahead, and before 1992 Shanghai had summer time,
// when a day need not have 24 hours.
const firstYear, lastYear = 1992, 2199

// Day gives the start of the day on which t falls in Shanghai.
func Day(t time.Time) time.Time {
	y, m, d := t.In(Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Shanghai)
}

// ParseDate reads exactly what FormatDate writes: YYYY-MM-DD, a day of the Gregorian calendar in
// the years 1992 to 2199. It gives the start of that day in Shanghai. Spaces, other separators,
// missing zeros and full-width digits are refused, never mended. The error is an *Error with Field
// "date".
func ParseDate(s string) (time.Time, error) {
	t, err := time.ParseInLocation(dateLayout, s, Shanghai)
	// The comparison refuses the forms that time is lenient about.
	if err != nil || t.Format(dateLayout) != s {
		return time.Time{}, &Error{s, "date", "不是 YYYY-MM-DD 形式的日期，或历法上没有这一天"}
	}
	if y := t.Year(); y < firstYear || y > lastYear {
		return time.Time{}, &Error{s, "date",
			fmt.Sprintf("年份须在 %d 至 %d 之间", firstYear, lastYear)}
	}
	return t, nil
}

// FormatDate gives the day of t in Shanghai as YYYY-MM-DD.
func FormatDate(t time.Time) string { return t.In(Shanghai).Format(dateLayout) }

// FormatChinese gives the day of t in Shanghai as official documents write it: 2026年11月2日,
// without leading zeros (成文日期, GB/T 9704-2012).
func FormatChinese(t time.Time) string {
	y, m, d := t.In(Shanghai).Date()
	return fmt.Sprintf("%d年%d月%d日", y, int(m), d)
}

// Error is an expression, date or period that cannot be read. Expr comes from a person, Reason is
// Chinese and may be shown to that person.
type Error struct {
	// Expr is what was given, unchanged.
	Expr string
	// Field is date, period or cron, or the field of a cron expression that is wrong: minute,
	// hour, day, month, weekday.
	Field string
	// Reason says what is wrong and what is allowed; it continues the sentence that Expr begins.
	Reason string
}

// Error gives the expression and the reason.
func (e *Error) Error() string { return fmt.Sprintf("“%s”：%s", e.Expr, e.Reason) }
