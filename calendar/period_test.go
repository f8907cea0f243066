package calendar

import (
	"errors"
	"testing"
	"time"
)

var kinds = []PeriodKind{ByDay, ByWeek, ByMonth, ByQuarter, ByYear}

func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		at   string
		want [5]string // in the order of kinds
	}{
		{"2026-11-02 09:00", [5]string{"2026-11-02", "2026-W45", "2026-11", "2026-Q4", "2026"}},
		{"2027-01-01 00:00", [5]string{"2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2027"}},
		{"2024-12-30 23:59", [5]string{"2024-12-30", "2025-W01", "2024-12", "2024-Q4", "2024"}},
		{"2026-03-31 23:59", [5]string{"2026-03-31", "2026-W14", "2026-03", "2026-Q1", "2026"}},
		{"2026-04-01 00:00", [5]string{"2026-04-01", "2026-W14", "2026-04", "2026-Q2", "2026"}},
	} {
		for i, kind := range kinds {
			if got := Period(at(t, c.at).UTC(), kind); got != c.want[i] {
				t.Errorf("%s by %s: %s, want %s", c.at, kind, got, c.want[i])
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown kind has a name")
		}
	}()
	Period(at(t, "2026-11-02 09:00"), "fortnight")
}

// TestPeriodsTile walks six years day by day: each day lies in the period that it is given, periods
// follow one another without gap, and their names ascend.
func TestPeriodsTile(t *testing.T) {
	for _, kind := range kinds {
		last, lastEnd := "", time.Time{}
		for d := day(t, "2023-01-02"); d.Year() < 2029; d = d.AddDate(0, 0, 1) {
			name := Period(d, kind)
			got, start, end, err := ParsePeriod(name)
			if err != nil || got != kind {
				t.Fatalf("%s: %s, %v", name, got, err)
			}
			if d.Before(start) || !d.Before(end) {
				t.Fatalf("%s is not in %s, %s to %s", FormatDate(d), name, start, end)
			}
			if name == last {
				continue
			}
			if last != "" && (name < last || !start.Equal(lastEnd)) {
				t.Fatalf("%s starts %s after %s ended %s", name, start, last, lastEnd)
			}
			last, lastEnd = name, end
		}
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, s := range []string{
		"", "26", "202", "20260", "2026-", "2026-Q0", "2026-Q5", "2026-Q", "2026-q4", "2026-Q44",
		"2026-W00", "2026-W54", "2025-W53", "2026-W1", "2026-w01", "2026-W+1", "2026-00",
		"2026-13", "2026-1", "2026-11-", "2026-11-31", "2026-11-2", "2026/11", "+026", "１", "1991",
		"2200", "2026-11-02T00", "年", "-026-Q1",
	} {
		var e *Error
		if kind, _, _, err := ParsePeriod(s); !errors.As(err, &e) || e.Field != "period" {
			t.Errorf("%q is a %s, %v", s, kind, err)
		}
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2026", "2026-Q4", "2026-11", "2026-W45", "2026-11-02"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kind, start, end, err := ParsePeriod(s)
		if err == nil && (Period(start, kind) != s || !start.Before(end)) {
			t.Errorf("read %q, written %q", s, Period(start, kind))
		}
	})
}
