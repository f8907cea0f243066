package reports

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yaohao/sampling"
)

// ICS gives the list as an iCalendar file (RFC 5545): for each visit an all-day event on the day
// by which it ends. DTSTAMP is the time of dispatch, so the same list gives the same bytes.
func (v TaskListView) ICS() ([]byte, error) {
	var c calendarFile
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//yaohao//task list//ZH")
	c.line("CALSCALE:GREGORIAN")
	c.line("METHOD:PUBLISH")
	c.text("X-WR-CALNAME", "随机抽查任务 "+v.Draw)
	for _, t := range v.Tasks {
		day, err := time.Parse(time.DateOnly, string(t.VisitBy))
		if err != nil {
			return nil, fmt.Errorf("task %s: visit-by date %q: %w", t.ID, t.VisitBy, err)
		}
		c.line("BEGIN:VEVENT")
		c.text("UID", t.ID+"@yaohao")
		c.line("DTSTAMP:" + v.At.UTC().Format("20060102T150405Z"))
		c.line("DTSTART;VALUE=DATE:" + day.Format("20060102"))
		c.line("DTEND;VALUE=DATE:" + day.AddDate(0, 0, 1).Format("20060102"))
		c.text("SUMMARY", "检查截止："+t.Name)
		c.text("LOCATION", t.Address)
		c.text("DESCRIPTION", t.description(v.Draw))
		c.line("CLASS:CONFIDENTIAL")
		c.line("TRANSP:TRANSPARENT")
		c.line("END:VEVENT")
	}
	c.line("END:VCALENDAR")
	return []byte(c.b.String()), nil
}

func (t TaskView) description(draw string) string {
	return strings.Join([]string{sealedNotice, "抽取编号：" + draw, "任务编号：" + t.ID, "代码：" + t.Code,
		"抽查事项：" + t.itemNames(), strings.ReplaceAll(t.teamWords(), "\n", "；"),
		"检查截止日期：" + zhDate(sampling.Date(t.VisitBy))}, "\n")
}

// calendarFile writes content lines, folded and ended as RFC 5545 §3.1 says.
type calendarFile struct{ b strings.Builder }

// line folds s at 75 octets, never inside a character; continuation lines begin with a space.
func (c *calendarFile) line(s string) {
	const most = 75
	room := most
	for len(s) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		c.b.WriteString(s[:cut] + "\r\n ")
		s, room = s[cut:], most-1
	}
	c.b.WriteString(s + "\r\n")
}

// text writes a property of type TEXT (RFC 5545 §3.3.11): backslash, semicolon and comma are
// escaped, a line feed is \n; other control characters, which TEXT may not hold, become spaces.
func (c *calendarFile) text(property, value string) {
	value = strings.ToValidUTF8(strings.ReplaceAll(value, "\r\n", "\n"), "\uFFFD")
	value = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7F {
			return ' '
		}
		return r
	}, value)
	value = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(value)
	c.line(property + ":" + value)
}
