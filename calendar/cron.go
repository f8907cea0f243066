package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cronField is one of the five fields of an expression.
type cronField struct {
	name    string   // Field of an *Error
	chinese string   // what people call it
	min     int      // smallest value
	max     int      // largest value
	names   []string // names of min, min+1, …; nil if the field has none
}

// cronFields has the limits of crontab(5), with Sunday as 0 only: v3.0.1 knows no 7, no L, W or #.
var cronFields = []cronField{
	{"minute", "分钟", 0, 59, nil},
	{"hour", "小时", 0, 23, nil},
	{"day", "日", 1, 31, nil},
	{"month", "月", 1, 12, strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")},
	{"weekday", "星期", 0, 6, strings.Fields("SUN MON TUE WED THU FRI SAT")},
}

// macros are the names that stand for a whole expression; cron's @every is none of them, because
// its times depend on when one started to count.
var macros = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
	"@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// schedule is a cron.Schedule whose times are in Shanghai whatever zone it is asked in.
type schedule struct{ spec *cron.SpecSchedule }

// Next gives the first time after t at which the schedule fires.
func (s schedule) Next(t time.Time) time.Time { return s.spec.Next(t.In(Shanghai)) }

// probe is where ParseCron looks from for a first time: cron searches five years, and from here
// they hold a 29 February.
var probe = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// ParseCron reads a cron expression as Beijing time (see the package comment for what it refuses).
// The error is an *Error that names the field and says in Chinese what is allowed there. The
// schedule gives its times in Shanghai whatever zone it is asked in, and it has a next time: an
// expression that never fires is refused here, not found out when nothing happens.
func ParseCron(expr string) (s cron.Schedule, err error) {
	// cron.Parse v3.0.1 panics on some inputs ("TZ=Asia/Shanghai" without a space). None is known
	// that gets past checkCron; a person's typing error must not end the process if one does.
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, &Error{expr, "cron", fmt.Sprintf("无法解析：%v", p)}
		}
	}()
	full := expr
	if m, ok := macros[expr]; ok {
		full = m
	}
	if err := checkCron(expr, full); err != nil {
		return nil, err
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	parsed, err := parser.Parse(full)
	if err != nil {
		return nil, &Error{expr, "cron", "无法解析：" + err.Error()}
	}
	spec := parsed.(*cron.SpecSchedule) // without descriptors cron gives nothing else
	spec.Location = Shanghai
	if spec.Next(probe).IsZero() {
		return nil, &Error{expr, "cron", "这个时间永远不会到来（例如 2 月 30 日）"}
	}
	return schedule{spec}, nil
}

// checkCron refuses what is not in our grammar, so that the reason is ours and in Chinese. cron
// itself takes more than it should without a word: "*-5" is read as "*", "+1" as 1, and "," is a
// field without values, over which Next searches five years minute by minute.
func checkCron(expr, full string) error {
	switch {
	case strings.Contains(expr, "="):
		return &Error{expr, "cron", "不能带时区，一律按北京时间"}
	case strings.HasPrefix(full, "@"):
		return &Error{expr, "cron",
			"不认识的名称，可用 @yearly、@monthly、@weekly、@daily、@hourly"}
	}
	fields := strings.Fields(full)
	if len(fields) != len(cronFields) {
		return &Error{expr, "cron",
			fmt.Sprintf("须有 5 段（分 时 日 月 星期），现有 %d 段", len(fields))}
	}
	for i, f := range cronFields {
		for _, part := range strings.Split(fields[i], ",") {
			if why := f.fault(part); why != "" {
				return &Error{expr, f.name,
					fmt.Sprintf("第 %d 段（%s）“%s”%s", i+1, f.chinese, fields[i], why)}
			}
		}
	}
	if !anyDay(fields[2]) && !anyDay(fields[4]) {
		return &Error{expr, "weekday",
			"“日”与“星期”不能同时限定：两者是“或”的关系，会多次触发。请把其中一段写成 *"}
	}
	return nil
}

// anyDay reports whether a field holds every day, as cron understands it: only then do day and
// weekday both have to match, instead of one of them.
func anyDay(field string) bool { return field == "*" || field == "?" }

// fault says why one part of a list is wrong, or "". A part is `*`, `?`, a value or a range a-b,
// each with or without /step; a value with a step runs to the field's end, 5/10 is 5-59/10.
func (f cronField) fault(part string) string {
	base, step, hasStep := strings.Cut(part, "/")
	if hasStep {
		if n, ok := smallNumber(step); !ok || n < 1 || n > f.max {
			return fmt.Sprintf("的步长须为 1 至 %d 的整数", f.max)
		}
	}
	if base == "*" || base == "?" {
		return ""
	}
	from, to, isRange := strings.Cut(base, "-")
	low, ok := f.value(from)
	if !ok {
		return f.wanted()
	}
	if !isRange {
		return ""
	}
	high, ok := f.value(to)
	if !ok {
		return f.wanted()
	}
	if high < low {
		return "的范围前大后小"
	}
	return ""
}

// wanted says what a value of the field may be.
func (f cronField) wanted() string {
	if f.names == nil {
		return fmt.Sprintf("须为 %d 至 %d", f.min, f.max)
	}
	return fmt.Sprintf("须为 %d 至 %d，或 %s 至 %s", f.min, f.max, f.names[0], f.names[len(f.names)-1])
}

// value reads a number within the field's limits or one of its names.
func (f cronField) value(s string) (int, bool) {
	for i, name := range f.names {
		if strings.EqualFold(s, name) {
			return f.min + i, true
		}
	}
	n, ok := smallNumber(s)
	return n, ok && f.min <= n && n <= f.max
}

// smallNumber reads one or two digits.
func smallNumber(s string) (int, bool) {
	if len(s) < 1 || len(s) > 2 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// Due lists the times at which a schedule fires later than after and not later than now, oldest
// first, at most max of them: what was missed since after. If there are max, there may be more; ask
// again with the last one as after. A clock that went back (now before after) gives none. max must
// be positive: it bounds the memory that an expression such as "* * * * *" takes after a year
// without service.
func Due(s cron.Schedule, after, now time.Time, max int) []time.Time {
	if max < 1 {
		panic(fmt.Sprintf("calendar: Due with max %d", max))
	}
	var due []time.Time
	for t := s.Next(after); !t.IsZero() && !t.After(now) && len(due) < max; t = s.Next(t) {
		due = append(due, t.In(Shanghai))
	}
	return due
}

// Prev gives the last time before t at which a schedule fires, or the zero time if there is none in
// the five years before t, which is as far as cron looks ahead. cron itself has no such thing; Prev
// asks it for the next time after moments before t, about thirty of them.
func Prev(s cron.Schedule, t time.Time) time.Time {
	t = t.In(Shanghai)
	const horizon = 5 * 365 * 24 * 3600 // seconds
	// Is there a time in (t − back seconds, t)?
	fires := func(back int64) bool {
		next := s.Next(t.Add(-time.Duration(back) * time.Second))
		return !next.IsZero() && next.Before(t)
	}
	if !fires(horizon) {
		return time.Time{}
	}
	// fires grows from false to true with back; the smallest true back sees the last time only.
	low, high := int64(0), int64(horizon)
	for high-low > 1 {
		if mid := (low + high) / 2; fires(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return s.Next(t.Add(-time.Duration(high) * time.Second)).In(Shanghai)
}
