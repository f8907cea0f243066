package calendar

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

//go:embed workdays-cn.tsv
var arrangements string

// Default has the State Council's arrangements of 2007 to 2026.
var Default = mustParse(arrangements)

// header is the first line of the data.
const header = "date\tkind\tnotice_year\tname"

// Entry is one day that an arrangement names.
type Entry struct {
	// Date is YYYY-MM-DD in Shanghai.
	Date string
	// Work tells a working day (上班), mostly a make-up day on a weekend (调休), from a day off
	// (放假). The notice on 2020-02-03, a Monday, is the reason for "mostly".
	Work bool
	// Notice is the year of the arrangement, which for the last days of December may be the next.
	Notice int
	// Name is the holiday for which the day stands, such as 春节.
	Name string
}

// Calendar answers questions about working days from a set of arrangements. It does not change
// after Parse and may be used from several goroutines. The zero Calendar knows no year.
type Calendar struct {
	entries []Entry          // ascending by date
	days    map[string]Entry // the same by date
	known   map[int]bool     // years with an arrangement
}

// mustParse is for the embedded data only.
func mustParse(data string) *Calendar {
	c, err := Parse(data)
	if err != nil {
		panic(err) // the embedded file is tested
	}
	return c
}

// Parse reads arrangements in the form of the package comment and refuses every other, so that
// Format(Parse(data)) = data. An office may append next year's notice to its own copy before we
// publish one; a typing error there must not move a legal deadline silently. The error names the
// line (1 is the header).
func Parse(data string) (*Calendar, error) {
	lines := strings.Split(data, "\n")
	if lines[0] != header {
		return nil, fmt.Errorf("calendar: line 1 is %q, not %q", lines[0], header)
	}
	if lines[len(lines)-1] != "" {
		return nil, fmt.Errorf("calendar: line %d does not end in LF", len(lines))
	}
	c := &Calendar{days: map[string]Entry{}, known: map[int]bool{}}
	last := ""
	for i, line := range lines[1 : len(lines)-1] {
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("calendar: line %d: %w", i+2, err)
		}
		if e.Date <= last {
			return nil, fmt.Errorf("calendar: line %d: %s does not come after %s",
				i+2, e.Date, last)
		}
		last = e.Date
		c.entries = append(c.entries, e)
		c.days[e.Date] = e
		c.known[e.Notice] = true
	}
	return c, nil
}

func parseEntry(line string) (Entry, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != 4 {
		return Entry{}, fmt.Errorf("%d columns, not 4", len(cells))
	}
	day, err := ParseDate(cells[0])
	if err != nil {
		return Entry{}, err
	}
	if cells[1] != "off" && cells[1] != "work" {
		return Entry{}, fmt.Errorf("kind %q is neither off nor work", cells[1])
	}
	notice, err := strconv.Atoi(cells[2])
	if err != nil || strconv.Itoa(notice) != cells[2] {
		return Entry{}, fmt.Errorf("notice_year %q is no year", cells[2])
	}
	if notice != day.Year() && !(day.Month() == time.December && notice == day.Year()+1) {
		return Entry{}, fmt.Errorf("%s cannot be in the arrangement of %d", cells[0], notice)
	}
	name := cells[3]
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, isControl) {
		return Entry{}, fmt.Errorf("name %q is empty or has control characters", name)
	}
	return Entry{cells[0], cells[1] == "work", notice, name}, nil
}

func isControl(r rune) bool { return r < 0x20 || 0x7f <= r && r < 0xa0 || r == utf8.RuneError }

// Format writes the arrangements in the form that Parse reads.
func (c *Calendar) Format() string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for _, e := range c.entries {
		kind := "off"
		if e.Work {
			kind = "work"
		}
		fmt.Fprintf(&b, "%s\t%s\t%d\t%s\n", e.Date, kind, e.Notice, e.Name)
	}
	return b.String()
}

// Entries gives the days that the arrangement of a year names, ascending.
func (c *Calendar) Entries(year int) []Entry {
	var out []Entry
	for _, e := range c.entries {
		if e.Notice == year {
			out = append(out, e)
		}
	}
	return out
}

// Years gives the years whose arrangement is known, ascending: what a page about settings shows,
// and what an operator compares with the State Council's site in November.
func (c *Calendar) Years() []int {
	var years []int
	for _, e := range c.entries {
		if !slices.Contains(years, e.Notice) {
			years = append(years, e.Notice)
		}
	}
	return years
}

// Provisional reports whether the arrangement of a year is unknown.
func (c *Calendar) Provisional(year int) bool { return !c.known[year] }

// fixed are the holidays of the same date each year, for provisional years: 全国年节及纪念日放假办法
// Art. 2 as revised by 国务院令第795号, in force since 2025-01-01.
var fixed = map[string]bool{
	"01-01": true, "05-01": true, "05-02": true, "10-01": true, "10-02": true, "10-03": true,
}

// lastWeek is the first day of December that the next year's arrangement may name. The earliest
// that one has named so far is the 29th (2007 and 2018); a bridge over a weekend cannot reach
// further back than the week before New Year.
const lastWeek = 25

// Working reports whether the day of d in Shanghai is a working day, and whether that is
// provisional because an arrangement that may name the day is not known. A day that a known
// arrangement names is never provisional. The hour of d does not matter.
func (c *Calendar) Working(d time.Time) (work, provisional bool) {
	date := FormatDate(d)
	year, month, day := d.In(Shanghai).Date()
	provisional = c.Provisional(year) ||
		month == time.December && day >= lastWeek && c.Provisional(year+1)
	if e, ok := c.days[date]; ok {
		// A named day is as its arrangement says; for 2006-12-30 only 2007's is known.
		return e.Work, false
	}
	if c.Provisional(year) && fixed[date[5:]] {
		return false, true
	}
	weekday := d.In(Shanghai).Weekday()
	return weekday != time.Saturday && weekday != time.Sunday, provisional
}

// AddWorkingDays gives the n-th working day after the day of d, which is not counted itself; for
// n = 0 it is the day of d, working or not. The answer is provisional if any day that was looked at
// on the way is. n must not be negative.
func (c *Calendar) AddWorkingDays(d time.Time, n int) (day time.Time, provisional bool) {
	return c.walk(d, n, 1)
}

// SubWorkingDays gives the n-th working day before the day of d, as AddWorkingDays does forward.
// A step that must be done n working days before d is to be done on that day at the latest.
func (c *Calendar) SubWorkingDays(d time.Time, n int) (day time.Time, provisional bool) {
	return c.walk(d, n, -1)
}

// walk goes day by day, which for legal periods is fewer than a hundred look-ups.
func (c *Calendar) walk(d time.Time, n, step int) (day time.Time, provisional bool) {
	if n < 0 {
		panic(fmt.Sprintf("calendar: %d working days", n))
	}
	day = Day(d)
	for n > 0 {
		day = day.AddDate(0, 0, step)
		work, unsure := c.Working(day)
		provisional = provisional || unsure
		if work {
			n--
		}
	}
	return day, provisional
}

// OnOrAfter gives the day of d if it is a working day, else the next one: where the last day of a
// period is a holiday, the period ends on the day after it (民法典 Art. 203).
func (c *Calendar) OnOrAfter(d time.Time) (day time.Time, provisional bool) {
	return c.nearest(d, 1)
}

// OnOrBefore gives the day of d if it is a working day, else the one before: for what must be done
// before a day comes.
func (c *Calendar) OnOrBefore(d time.Time) (day time.Time, provisional bool) {
	return c.nearest(d, -1)
}

// nearest ends because there are working days in every month.
func (c *Calendar) nearest(d time.Time, step int) (day time.Time, provisional bool) {
	for day = Day(d); ; day = day.AddDate(0, 0, step) {
		work, unsure := c.Working(day)
		provisional = provisional || unsure
		if work {
			return day, provisional
		}
	}
}

// WorkingDaysBetween counts the working days after the day of a up to and with the day of b, so
// that it undoes AddWorkingDays; if b is before a, the count is that from b to a, negative.
func (c *Calendar) WorkingDaysBetween(a, b time.Time) (n int, provisional bool) {
	a, b = Day(a), Day(b)
	if b.Before(a) {
		n, provisional = c.WorkingDaysBetween(b, a)
		return -n, provisional
	}
	for day := a; day.Before(b); {
		day = day.AddDate(0, 0, 1)
		work, unsure := c.Working(day)
		provisional = provisional || unsure
		if work {
			n++
		}
	}
	return n, provisional
}
