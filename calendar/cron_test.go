package calendar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

func schedOf(t testing.TB, expr string) cron.Schedule {
	t.Helper()
	s, err := ParseCron(expr)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at reads a minute of Beijing time.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCronNextPrev(t *testing.T) {
	for _, c := range []struct{ expr, from, next, prev string }{
		{"0 9 2 * *", "2026-11-01 12:00", "2026-11-02 09:00", "2026-10-02 09:00"},
		{"0 9 2 * *", "2026-11-02 09:00", "2026-12-02 09:00", "2026-10-02 09:00"},
		{"0 9 2 * *", "2026-11-02 09:01", "2026-12-02 09:00", "2026-11-02 09:00"},
		{"0 0 1 1 *", "2026-11-01 12:00", "2027-01-01 00:00", "2026-01-01 00:00"},
		{"@yearly", "2026-11-01 12:00", "2027-01-01 00:00", "2026-01-01 00:00"},
		{"@monthly", "2026-11-01 12:00", "2026-12-01 00:00", "2026-11-01 00:00"},
		{"@weekly", "2026-11-02 12:00", "2026-11-08 00:00", "2026-11-01 00:00"},
		{"@daily", "2026-11-01 12:00", "2026-11-02 00:00", "2026-11-01 00:00"},
		{"@hourly", "2026-11-01 12:00", "2026-11-01 13:00", "2026-11-01 11:00"},
		{"30 8 * * MON-FRI", "2026-11-06 09:00", "2026-11-09 08:30", "2026-11-06 08:30"},
		{"30 8 * * mon", "2026-11-06 09:00", "2026-11-09 08:30", "2026-11-02 08:30"},
		{"*/20 9-17/4 ? * ?", "2026-11-06 09:41", "2026-11-06 13:00", "2026-11-06 09:40"},
		{"0 9 1 1,4,7,OCT *", "2026-11-06 09:00", "2027-01-01 09:00", "2026-10-01 09:00"},
		{"0 0 31 * *", "2026-11-06 09:00", "2026-12-31 00:00", "2026-10-31 00:00"},
		{"0 0 29 2 *", "2026-11-06 09:00", "2028-02-29 00:00", "2024-02-29 00:00"},
		{"* * * * *", "2026-11-06 09:00", "2026-11-06 09:01", "2026-11-06 08:59"},
		{"5/30 * * * *", "2026-11-06 09:00", "2026-11-06 09:05", "2026-11-06 08:35"},
	} {
		s, from := schedOf(t, c.expr), at(t, c.from)
		// The same moment in another zone is the same question.
		for _, asked := range []time.Time{from, from.UTC()} {
			if got := s.Next(asked); !got.Equal(at(t, c.next)) || got.Location() != Shanghai {
				t.Errorf("%q after %s: %v, want %s", c.expr, c.from, got, c.next)
			}
			if got := Prev(s, asked); !got.Equal(at(t, c.prev)) || got.Location() != Shanghai {
				t.Errorf("%q before %s: %v, want %s", c.expr, c.from, got, c.prev)
			}
		}
	}
}

// TestPrevUndoesNext walks through the times of several schedules in both directions.
func TestPrevUndoesNext(t *testing.T) {
	for _, expr := range []string{"0 9 2 * *", "17 3 */5 * *", "0 8 * * 1-5", "*/7 * * * *"} {
		s := schedOf(t, expr)
		last := s.Next(at(t, "2026-01-01 00:00"))
		for range 200 {
			next := s.Next(last)
			for _, probe := range []time.Time{next, last.Add(1), last.Add(time.Second)} {
				if got := Prev(s, probe); !got.Equal(last) {
					t.Fatalf("%q: before %v comes %v, want %v", expr, probe, got, last)
				}
			}
			last = next
		}
	}
}

// never and once are schedules that ParseCron does not make: Prev and Due must end on them.
type never struct{}

func (never) Next(time.Time) time.Time { return time.Time{} }

type once struct{ at time.Time }

func (o once) Next(t time.Time) time.Time {
	if t.Before(o.at) {
		return o.at
	}
	return time.Time{}
}

func TestSchedulesThatEnd(t *testing.T) {
	now := at(t, "2026-11-06 09:00")
	if got := Prev(never{}, now); !got.IsZero() {
		t.Errorf("Prev of never = %v", got)
	}
	if got := Due(never{}, now.AddDate(-1, 0, 0), now, 10); len(got) != 0 {
		t.Errorf("Due of never = %v", got)
	}
	o := once{now.Add(-time.Hour)}
	if got := Prev(o, now); !got.Equal(o.at) {
		t.Errorf("Prev of once = %v", got)
	}
	if got := Due(o, now.AddDate(-1, 0, 0), now, 10); len(got) != 1 {
		t.Errorf("Due of once = %v", got)
	}
}

func TestDue(t *testing.T) {
	monthly := schedOf(t, "0 9 2 * *")
	for _, c := range []struct {
		after, now string
		max        int
		want       string
	}{
		// after is excluded, now is not
		{"2026-08-02 09:00", "2026-11-02 09:00", 10, "09-02 10-02 11-02"},
		{"2026-08-02 08:59", "2026-11-02 08:59", 10, "08-02 09-02 10-02"},
		{"2026-08-02 09:00", "2026-11-02 09:00", 2, "09-02 10-02"},
		{"2026-10-02 09:00", "2026-11-02 09:00", 2, "11-02"},
		{"2026-11-02 09:00", "2026-11-02 09:00", 2, ""},
		{"2026-11-03 09:00", "2026-11-02 09:00", 2, ""}, // the clock went back
	} {
		var got []string
		for _, d := range Due(monthly, at(t, c.after), at(t, c.now).UTC(), c.max) {
			if d.Location() != Shanghai || d.Hour() != 9 {
				t.Errorf("fires at %v", d)
			}
			got = append(got, d.Format("01-02"))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("after %s until %s: %q, want %q", c.after, c.now, s, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Due with max 0 says nothing is due")
		}
	}()
	Due(monthly, at(t, "2026-08-02 09:00"), at(t, "2026-11-02 09:00"), 0)
}

func TestParseCronRefuses(t *testing.T) {
	for _, c := range []struct{ expr, field string }{
		{"", "cron"},
		{" ", "cron"},
		{"0 9 2 *", "cron"},
		{"0 0 9 2 * *", "cron"}, // six fields: seconds are not taken
		{"@every 1h", "cron"},
		{"@Monthly", "cron"},
		{"@fortnightly", "cron"},
		{"TZ=Asia/Shanghai", "cron"}, // cron itself panics on it
		{"TZ=Asia/Shanghai 0 9 2 * *", "cron"},
		{"CRON_TZ=UTC 0 9 2 * *", "cron"},
		{"60 9 2 * *", "minute"},
		{"-1 9 2 * *", "minute"},
		{"+1 9 2 * *", "minute"},
		{"1.5 9 2 * *", "minute"},
		{", 9 2 * *", "minute"}, // cron takes it and never fires
		{"1,,2 9 2 * *", "minute"},
		{"1, 9 2 * *", "minute"},
		{"*-5 9 2 * *", "minute"}, // cron takes it as *
		{"5-1 9 2 * *", "minute"},
		{"1-2-3 9 2 * *", "minute"},
		{"*/0 9 2 * *", "minute"},
		{"*/60 9 2 * *", "minute"},
		{"*/-1 9 2 * *", "minute"},
		{"*/5/5 9 2 * *", "minute"},
		{"/5 9 2 * *", "minute"},
		{"001 9 2 * *", "minute"},
		{"９ 9 2 * *", "minute"},
		{"0 24 2 * *", "hour"},
		{"0 九 2 * *", "hour"},
		{"0 9 0 * *", "day"},
		{"0 9 32 * *", "day"},
		{"0 9 L * *", "day"},
		{"0 9 15W * *", "day"},
		{"0 9 2 0 *", "month"},
		{"0 9 2 13 *", "month"},
		{"0 9 2 NOVEMBER *", "month"},
		{"0 9 * * 7", "weekday"}, // Sunday is 0
		{"0 9 * * MON#1", "weekday"},
		{"0 9 * * FRI-MON", "weekday"},
		{"0 9 1 * MON", "weekday"}, // cron: on the first and on Mondays
		{"0 9 1-31 * MON", "weekday"},
		{"0 9 30 2 *", "cron"},
		{"0 9 31 4,6,9,11 *", "cron"},
	} {
		s, err := ParseCron(c.expr)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, %v", c.expr, s, err)
			continue
		}
		if e.Field != c.field || e.Expr != c.expr || e.Reason == "" {
			t.Errorf("%q: %+v, want field %s", c.expr, e, c.field)
		}
	}
}

func TestCronErrorIsReadable(t *testing.T) {
	_, err := ParseCron("0 25 2 * *")
	const want = "“0 25 2 * *”：第 2 段（小时）“25”须为 0 至 23"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// FuzzParseCron: nothing that a person may type brings the process down, and all that is taken
// fires, later than it was asked.
func FuzzParseCron(f *testing.F) {
	for _, s := range []string{
		"0 9 2 * *", "TZ=", "@monthly", "*/5 1-3,7 ? JAN-mar *", "0 0 30 2 *",
	} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, Shanghai)
	f.Fuzz(func(t *testing.T, expr string) {
		s, err := ParseCron(expr)
		if err != nil {
			var e *Error
			if s != nil || !errors.As(err, &e) {
				t.Errorf("%q: %v, %v", expr, s, err)
			}
			return
		}
		next := s.Next(now)
		if !next.After(now) || next.Second() != 0 {
			t.Errorf("%q: after %v comes %v", expr, now, next)
		}
		if got := Prev(s, next.Add(time.Second)); !got.Equal(next) {
			t.Errorf("%q: %v, and back %v", expr, next, got)
		}
	})
}

func ExampleParseCron() {
	s, err := ParseCron("0 9 2 * *")
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Next(time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)))
	// Output: 2026-11-02 09:00:00 +0800 CST
}
