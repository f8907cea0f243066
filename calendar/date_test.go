package calendar

import (
	"errors"
	"testing"
	"time"
)

// day reads a date that the test knows to be one.
func day(t testing.TB, s string) time.Time {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseDate(t *testing.T) {
	d := day(t, "2026-11-02")
	if got := d.Format(time.RFC3339); got != "2026-11-02T00:00:00+08:00" {
		t.Errorf("the day starts at %s", got)
	}
	for _, s := range []string{
		"", "2026-11-2", "2026-11-31", "2026-13-01", "2027-02-29", "26-11-02", "2026/11/02",
		"2026-11-02 ", " 2026-11-02", "2026-11-02T00:00:00", "20261102", "+026-11-02",
		"1991-12-31", "2200-01-01", "２０２６-11-02",
	} {
		var e *Error
		if d, err := ParseDate(s); !errors.As(err, &e) || e.Field != "date" || e.Expr != s {
			t.Errorf("ParseDate(%q) = %v, %v", s, d, err)
		}
	}
}

// TestEveryDay reads and writes each day of the range: none is lost to a change of the zone.
func TestEveryDay(t *testing.T) {
	d := day(t, "1992-01-01")
	n := 0
	for ; d.Year() <= lastYear; d = d.AddDate(0, 0, 1) {
		s := FormatDate(d)
		if back, err := ParseDate(s); err != nil || !back.Equal(d) {
			t.Fatalf("%s is read as %v, %v", s, back, err)
		}
		if last := d.Add(24*time.Hour - 1); FormatDate(last) != s || !Day(last).Equal(d) {
			t.Fatalf("%s has not 24 hours", s)
		}
		n++
	}
	// 208 years with 51 leap years (2100 is none).
	if want := 208*365 + 51; n != want {
		t.Errorf("%d days, want %d", n, want)
	}
}

// TestDayOfAnotherZone: in the evening of 1 November in London it is 2 November in Shanghai.
func TestDayOfAnotherZone(t *testing.T) {
	evening := time.Date(2026, 11, 1, 16, 0, 0, 0, time.UTC)
	if got := FormatDate(evening); got != "2026-11-02" {
		t.Errorf("FormatDate = %s", got)
	}
	if got := FormatChinese(evening); got != "2026年11月2日" {
		t.Errorf("FormatChinese = %s", got)
	}
	if got := Day(evening); !got.Equal(day(t, "2026-11-02")) || got.Location() != Shanghai {
		t.Errorf("Day = %v", got)
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-11-02")
	f.Add("2024-02-29")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDate(s); err == nil && FormatDate(d) != s {
			t.Errorf("read %q, written %q", s, FormatDate(d))
		}
	})
}
