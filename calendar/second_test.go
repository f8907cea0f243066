package calendar

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// This file checks the package against things that share no code with it: the State Council's
// notices typed in as ranges, and a cron that looks at every minute.

// notices are the arrangements of three years as the notices say them: days off from–to, and the
// weekends that become working days.
var notices = []struct {
	year int
	off  string
	work string
}{
	{2026, "01-01:01-03 02-15:02-23 04-04:04-06 05-01:05-05 06-19:06-21 09-25:09-27 10-01:10-07",
		"01-04 02-14 02-28 05-09 09-20 10-10"},
	{2025, "01-01:01-01 01-28:02-04 04-04:04-06 05-01:05-05 05-31:06-02 10-01:10-08",
		"01-26 02-08 04-27 09-28 10-11"},
	{2024, "01-01:01-01 02-10:02-17 04-04:04-06 05-01:05-05 06-10:06-10 09-15:09-17 10-01:10-07",
		"02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"},
}

// TestNotices goes through each day of three years. Plain weekends beside a holiday may or may not
// be listed in the data; what counts is whether one works.
func TestNotices(t *testing.T) {
	for _, n := range notices {
		off, work := map[string]bool{}, map[string]bool{}
		for _, r := range strings.Fields(n.off) {
			from, to, _ := strings.Cut(r, ":")
			last := day(t, fmt.Sprintf("%d-%s", n.year, to))
			d := day(t, fmt.Sprintf("%d-%s", n.year, from))
			for ; !d.After(last); d = d.AddDate(0, 0, 1) {
				off[FormatDate(d)] = true
			}
		}
		for _, s := range strings.Fields(n.work) {
			work[fmt.Sprintf("%d-%s", n.year, s)] = true
		}
		d := day(t, fmt.Sprintf("%d-01-01", n.year))
		for ; d.Year() == n.year; d = d.AddDate(0, 0, 1) {
			s := FormatDate(d)
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			want := work[s] || !off[s] && !weekend
			if got, _ := Default.Working(d); got != want {
				t.Errorf("%s %s: working %v, want %v", s, d.Weekday(), got, want)
			}
		}
		for _, e := range Default.Entries(n.year) {
			if e.Work && !work[e.Date] || !e.Work && !off[e.Date] {
				t.Errorf("%s is in the data, not in the notice: %+v", e.Date, e)
			}
		}
	}
}

// slowField gives the values that one field of an expression allows, by the rules of crontab(5).
func slowField(s string, low, high int) map[int]bool {
	out := map[int]bool{}
	for _, part := range strings.Split(s, ",") {
		base, step, stepped := strings.Cut(part, "/")
		by := 1
		if stepped {
			by, _ = strconv.Atoi(step)
		}
		from, to := low, high
		if base != "*" {
			a, b, isRange := strings.Cut(base, "-")
			from, _ = strconv.Atoi(a)
			switch {
			case isRange:
				to, _ = strconv.Atoi(b)
			case !stepped:
				to = from
			}
		}
		for v := from; v <= to; v += by {
			out[v] = true
		}
	}
	return out
}

// slowDue looks at every minute after `after` up to and with now.
func slowDue(expr string, after, now time.Time) []time.Time {
	f := strings.Fields(expr)
	minutes, hours := slowField(f[0], 0, 59), slowField(f[1], 0, 23)
	days, months, weekdays := slowField(f[2], 1, 31), slowField(f[3], 1, 12), slowField(f[4], 0, 6)
	var due []time.Time
	for t := after.Truncate(time.Minute).Add(time.Minute); !t.After(now); t = t.Add(time.Minute) {
		if minutes[t.Minute()] && hours[t.Hour()] && days[t.Day()] && months[int(t.Month())] &&
			weekdays[int(t.Weekday())] {
			due = append(due, t)
		}
	}
	return due
}

// randomField makes one field of an expression with values from low to high.
func randomField(r *rand.Rand, low, high int) string {
	value := func() int { return low + r.IntN(high-low+1) }
	a, b := value(), value()
	if a > b {
		a, b = b, a
	}
	switch r.IntN(6) {
	case 0:
		return strconv.Itoa(a)
	case 1:
		return fmt.Sprintf("%d,%d", a, b)
	case 2:
		return fmt.Sprintf("%d-%d", a, b)
	case 3:
		return fmt.Sprintf("*/%d", 1+r.IntN(high))
	case 4:
		return fmt.Sprintf("%d-%d/%d", a, b, 1+r.IntN(high))
	}
	return "*"
}

// TestCronAgainstEveryMinute compares missed times over forty days, and the last one, for random
// expressions. The days start late in February of a leap year and end in April.
func TestCronAgainstEveryMinute(t *testing.T) {
	r := rand.New(rand.NewPCG(2026, 11))
	after := time.Date(2028, 2, 25, 13, 37, 11, 0, Shanghai)
	now := after.AddDate(0, 0, 40)
	fired := 0
	for range 150 {
		fields := []string{randomField(r, 0, 59), randomField(r, 0, 23), "*", "*", "*"}
		if r.IntN(2) == 0 {
			fields[2] = randomField(r, 1, 28)
		} else {
			fields[4] = randomField(r, 0, 6)
		}
		if r.IntN(3) == 0 {
			fields[3] = randomField(r, 1, 12)
		}
		expr := strings.Join(fields, " ")
		s, err := ParseCron(expr)
		if err != nil {
			t.Fatal(err)
		}
		want := slowDue(expr, after, now)
		got := Due(s, after, now, 1<<20)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q fires at %v, want %v", expr, got, want)
		}
		if fired += len(want); len(want) == 0 {
			continue
		}
		if last := Prev(s, now.Add(time.Second)); !last.Equal(want[len(want)-1]) {
			t.Fatalf("%q: the last time is %v, want %v", expr, last, want[len(want)-1])
		}
	}
	if fired < 1000 {
		t.Errorf("the expressions fire %d times, which proves little", fired)
	}
}

// TestAddAgainstNotices counts in a list of all working days of three years.
func TestAddAgainstNotices(t *testing.T) {
	from, to := day(t, "2024-01-01"), day(t, "2026-12-24")
	var working []time.Time
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		if work, provisional := Default.Working(d); work && !provisional {
			working = append(working, d)
		}
	}
	for i, d := range working {
		for _, n := range []int{1, 2, 3, 5, 7, 20} {
			if i+n >= len(working) {
				continue
			}
			got, provisional := Default.AddWorkingDays(d, n)
			if !got.Equal(working[i+n]) || provisional {
				t.Fatalf("%s + %d = %s, want %s", FormatDate(d), n, FormatDate(got),
					FormatDate(working[i+n]))
			}
		}
	}
}

func ExampleCalendar_AddWorkingDays() {
	completed := time.Date(2026, 11, 10, 16, 30, 0, 0, Shanghai)
	due, provisional := Default.AddWorkingDays(completed, 20)
	fmt.Println(FormatChinese(due), provisional)

	completed = time.Date(2026, 12, 10, 16, 30, 0, 0, Shanghai)
	due, provisional = Default.AddWorkingDays(completed, 20)
	fmt.Println(FormatChinese(due), provisional)
	// Output:
	// 2026年12月8日 false
	// 2027年1月8日 true
}
