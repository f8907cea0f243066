package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAddWorkingDays: worked out by hand from the notices of 2025 and 2026.
func TestAddWorkingDays(t *testing.T) {
	for _, c := range []struct {
		from        string
		n           int
		want        string
		provisional bool
	}{
		{"2026-02-11", 20, "2026-03-17", false}, // over 春节, both make-up Saturdays count
		{"2026-09-18", 1, "2026-09-20", false},  // a make-up Sunday
		{"2025-09-26", 20, "2025-10-30", false}, // 09-28 and 10-11 count
		{"2025-12-26", 5, "2026-01-05", false},  // into 2026, Sunday 01-04 counts
		{"2026-11-02", 0, "2026-11-02", false},
		{"2026-11-01", 0, "2026-11-01", false}, // a Sunday stays where it is
		{"2026-11-01", 1, "2026-11-02", false},
		{"2026-11-06", 1, "2026-11-09", false},
		{"2026-11-10", 20, "2026-12-08", false},
		{"2026-12-04", 14, "2026-12-24", false},
		{"2026-12-04", 15, "2026-12-25", true}, // a day that 2027's arrangement may name
		{"2026-12-31", 1, "2027-01-04", true},  // Friday 2027-01-01 is fixed, the weekend follows
		{"2027-04-30", 1, "2027-05-03", true},  // Saturday 1 and Sunday 2 May
		{"2027-09-30", 1, "2027-10-04", true},
	} {
		got, provisional := Default.AddWorkingDays(day(t, c.from), c.n)
		if FormatDate(got) != c.want || provisional != c.provisional {
			t.Errorf("%d working days after %s: %s, provisional %v; want %s, %v",
				c.n, c.from, FormatDate(got), provisional, c.want, c.provisional)
		}
		// The hour does not matter: the day of the event is not counted.
		late, _ := Default.AddWorkingDays(day(t, c.from).Add(23*time.Hour), c.n)
		if !late.Equal(got) {
			t.Errorf("%d working days after 23:00 on %s: %s", c.n, c.from, FormatDate(late))
		}
	}
}

func TestSubWorkingDays(t *testing.T) {
	for _, c := range []struct {
		from        string
		n           int
		want        string
		provisional bool
	}{
		{"2026-03-17", 20, "2026-02-11", false},
		{"2026-09-21", 1, "2026-09-20", false},
		{"2026-10-08", 1, "2026-09-30", false},
		{"2026-01-05", 5, "2025-12-26", false},
		{"2026-11-02", 0, "2026-11-02", false},
		{"2027-01-04", 1, "2026-12-31", true},
	} {
		got, provisional := Default.SubWorkingDays(day(t, c.from), c.n)
		if FormatDate(got) != c.want || provisional != c.provisional {
			t.Errorf("%d working days before %s: %s, provisional %v; want %s, %v",
				c.n, c.from, FormatDate(got), provisional, c.want, c.provisional)
		}
	}
}

func TestNegativeCountPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("−1 working days later is a day")
		}
	}()
	Default.AddWorkingDays(day(t, "2026-11-02"), -1)
}

// TestWholeYears are the working days of whole years, a check of the data as a whole.
func TestWholeYears(t *testing.T) {
	for _, c := range []struct{ year, want int }{{2024, 251}, {2025, 248}, {2026, 248}} {
		from := time.Date(c.year-1, 12, 31, 0, 0, 0, 0, Shanghai)
		to := time.Date(c.year, 12, 31, 0, 0, 0, 0, Shanghai)
		n, provisional := Default.WorkingDaysBetween(from, to)
		if n != c.want {
			t.Errorf("%d has %d working days, want %d", c.year, n, c.want)
		}
		if want := c.year == 2026; provisional != want { // its last week waits for 2027's notice
			t.Errorf("%d is provisional: %v", c.year, provisional)
		}
	}
}

// TestBetweenUndoesAdd walks over two years from each of their days.
func TestBetweenUndoesAdd(t *testing.T) {
	for from := day(t, "2025-01-01"); from.Year() < 2027; from = from.AddDate(0, 0, 1) {
		for _, n := range []int{0, 1, 5, 20, 60} {
			to, _ := Default.AddWorkingDays(from, n)
			if got, _ := Default.WorkingDaysBetween(from, to); got != n {
				t.Fatalf("%s + %d = %s, but %d between", FormatDate(from), n, FormatDate(to), got)
			}
			if got, _ := Default.WorkingDaysBetween(to, from); got != -n {
				t.Fatalf("%s back to %s: %d, want %d", FormatDate(to), FormatDate(from), got, -n)
			}
			work, _ := Default.Working(from)
			if back, _ := Default.SubWorkingDays(to, n); work && !back.Equal(from) {
				t.Fatalf("%s + %d − %d = %s", FormatDate(from), n, n, FormatDate(back))
			}
		}
	}
}

func TestWorking(t *testing.T) {
	for _, c := range []struct {
		date              string
		work, provisional bool
	}{
		{"2026-11-02", true, false},  // Monday
		{"2026-11-01", false, false}, // Sunday
		{"2026-02-14", true, false},  // make-up Saturday
		{"2026-02-16", false, false}, // Monday of 春节
		{"2026-12-24", true, false},
		{"2026-12-25", true, true},
		{"2026-12-31", true, true},
		{"2027-01-01", false, true}, // the trap: a Friday, and no data
		{"2027-01-04", true, true},
		{"2027-02-08", true, true},  // 春节 in truth, unknown here and said so
		{"2027-05-02", false, true}, // Sunday anyway
		{"2028-05-02", false, true}, // Tuesday, fixed since 2025
		{"2029-10-03", false, true},
		{"2029-10-04", true, true},
		{"2018-12-29", true, false},  // Saturday, in the arrangement of 2019
		{"2018-12-31", false, false}, // Monday, likewise
		{"2006-12-30", true, false},  // named by 2007's arrangement
		{"2006-12-29", true, true},   // 2006 is not known
		{"2006-06-03", false, true},
		{"2020-02-03", true, false}, // a Monday that the notice names as a working day
	} {
		work, provisional := Default.Working(day(t, c.date).Add(12 * time.Hour))
		if work != c.work || provisional != c.provisional {
			t.Errorf("%s: work %v, provisional %v; want %v, %v",
				c.date, work, provisional, c.work, c.provisional)
		}
	}
}

func TestNearestWorkingDay(t *testing.T) {
	for _, c := range []struct {
		date, after, before string
		provisional         bool
	}{
		{"2026-11-02", "2026-11-02", "2026-11-02", false},
		{"2026-11-01", "2026-11-02", "2026-10-30", false},
		{"2026-10-03", "2026-10-08", "2026-09-30", false},
		{"2026-02-14", "2026-02-14", "2026-02-14", false},
		{"2027-01-02", "2027-01-04", "2026-12-31", true},
	} {
		after, p1 := Default.OnOrAfter(day(t, c.date))
		before, p2 := Default.OnOrBefore(day(t, c.date))
		if FormatDate(after) != c.after || FormatDate(before) != c.before ||
			p1 != c.provisional || p2 != c.provisional {
			t.Errorf("%s: %s (%v) and %s (%v)",
				c.date, FormatDate(after), p1, FormatDate(before), p2)
		}
	}
}

func TestYears(t *testing.T) {
	years := Default.Years()
	if len(years) != 20 || years[0] != 2007 || years[19] != 2026 || !slices.IsSorted(years) {
		t.Errorf("Years = %v", years)
	}
	for year := 2000; year < 2040; year++ {
		if got, want := Default.Provisional(year), year < 2007 || year > 2026; got != want {
			t.Errorf("Provisional(%d) = %v", year, got)
		}
	}
	entries := Default.Entries(2019)
	if len(entries) == 0 || entries[0].Date != "2018-12-29" || entries[0].Name != "元旦" {
		t.Errorf("the arrangement of 2019 starts with %+v", entries[:1])
	}
	var none Calendar
	if !none.Provisional(2026) || len(none.Years()) != 0 {
		t.Error("the zero Calendar knows a year")
	}
	if work, provisional := none.Working(day(t, "2026-10-01")); work || !provisional {
		t.Error("the zero Calendar works on National Day")
	}
}

// TestDataIsComplete checks what each arrangement since 2008 must have: the seven holidays.
func TestDataIsComplete(t *testing.T) {
	for year := 2008; year <= 2026; year++ {
		off, work := 0, 0
		for _, e := range Default.Entries(year) {
			if e.Work {
				work++
			} else {
				off++
			}
		}
		// 11 holidays, 13 since 2025 (国务院令第795号), all of them within the days off.
		if least := map[bool]int{true: 13, false: 11}[year >= 2025]; off < least || work < 5 {
			t.Errorf("%d: %d days off, %d make-up days", year, off, work)
		}
		for date := range fixed {
			if date == "05-02" && year < 2025 || date == "05-01" {
				continue
			}
			if work, _ := Default.Working(day(t, time.Date(year, 1, 1, 0, 0, 0, 0, Shanghai).
				Format("2006-")+date)); work {
				t.Errorf("%d-%s is a working day", year, date)
			}
		}
	}
}

func TestParseFormat(t *testing.T) {
	if got := Default.Format(); got != arrangements {
		t.Error("the embedded file is not in the form that Format writes")
	}
	empty, err := Parse(header + "\n")
	if err != nil || len(empty.Years()) != 0 || empty.Format() != header+"\n" {
		t.Errorf("a file without days: %v, %v", empty, err)
	}
}

func TestParseRefuses(t *testing.T) {
	const good = "2027-01-01\toff\t2027\t元旦\n"
	if _, err := Parse(header + "\n" + good); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, data, want string }{
		{"nothing", "", "line 1"},
		{"no header", good, "line 1"},
		{"byte order mark", "\ufeff" + header + "\n" + good, "line 1"},
		{"CRLF", header + "\r\n" + good, "line 1"},
		{"no final LF", header + "\n" + strings.TrimSuffix(good, "\n"), "line 2"},
		{"empty line", header + "\n\n" + good, "line 2"},
		{"three columns", header + "\n2027-01-01\toff\t2027\n", "3 columns"},
		{"five columns", header + "\n2027-01-01\toff\t2027\t元旦\t\n", "5 columns"},
		{"no such day", header + "\n2027-02-29\toff\t2027\t元旦\n", "line 2"},
		{"date in another form", header + "\n2027-1-1\toff\t2027\t元旦\n", "line 2"},
		{"kind", header + "\n2027-01-01\trest\t2027\t元旦\n", `"rest"`},
		{"kind upper case", header + "\n2027-01-01\tOFF\t2027\t元旦\n", `"OFF"`},
		{"year", header + "\n2027-01-01\toff\t27\t元旦\n", "27"},
		{"year with a sign", header + "\n2027-01-01\toff\t+2027\t元旦\n", "+2027"},
		{"year after", header + "\n2027-11-30\toff\t2028\t元旦\n", "2028"},
		{"year before", header + "\n2027-01-01\toff\t2026\t元旦\n", "2026"},
		{"no name", header + "\n2027-01-01\toff\t2027\t\n", "name"},
		{"name with CR", header + "\n2027-01-01\toff\t2027\t元旦\r\n", "name"},
		{"name broken", header + "\n2027-01-01\toff\t2027\t\xe5\x85\n", "name"},
		{"day twice", header + "\n" + good + good, "line 3"},
		{"not ascending", header + "\n2027-01-02\toff\t2027\t元旦\n" + good, "line 3"},
	} {
		_, err := Parse(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not say %q", c.name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(header + "\n2027-01-01\toff\t2027\t元旦\n2027-01-03\twork\t2027\t元旦\n")
	f.Add(header + "\n2026-12-31\toff\t2027\t元旦\n")
	f.Fuzz(func(t *testing.T, data string) {
		if c, err := Parse(data); err == nil && c.Format() != data {
			t.Errorf("read %q, written %q", data, c.Format())
		}
	})
}

func BenchmarkAddWorkingDays(b *testing.B) {
	from := day(b, "2026-02-11")
	for b.Loop() {
		Default.AddWorkingDays(from, 20)
	}
}
