// Package calendar knows the working days (工作日) of the People's Republic of China, reads cron
// expressions as Beijing time, and names periods. It is pure: time comes in as a value, the data is
// embedded.
//
// # Working days
//
// The State Council publishes one arrangement a year (国务院办公厅关于部分节假日安排的通知). It names
// days off and make-up working days on weekends (调休). A day is a working day if an arrangement
// says so; not one if an arrangement says it is off; otherwise Monday to Friday are working days.
// 行政处罚法 Art. 85: periods of two, three, five and seven days in that law are working days.
//
// Counting: the day of the event is not counted (民法典 Art. 201; also ours for 工作日), so the day
// n working days after d is the n-th working day later than d. Over 春节 2026, whose make-up days
// are Saturday 14 and Saturday 28 February:
//
//	from 2026-02-11, 20 working days: 02-12 02-13 02-14 | 02-24…02-28 | 03-02…03-06 |
//	03-09…03-13 | 03-16 03-17                                              → 2026-03-17
//
// A publication that is due within 20 working days of a result is due on that day at the latest.
//
// # Provisional years
//
// A year whose arrangement is not known yet is provisional: Monday to Friday are working days but
// for the holidays that fall on the same date each year by 全国年节及纪念日放假办法 (as revised for
// 2025): 1 January, 1 and 2 May, 1 to 3 October. 春节, 清明, 端午, 中秋 and the make-up days are
// unknown then. Every answer that rests on a provisional day says so, and is to be computed again
// when the arrangement is out. The last week of December is provisional too while the next year's
// arrangement is not known, because that one may name days of it, as it did on 2018-12-29.
//
// # Data
//
// workdays-cn.tsv holds the arrangements as facts. Its form, which Parse enforces: UTF-8, lines
// end in LF, columns are separated by one TAB, the first line is
//
//	date	kind	notice_year	name
//
// and each other line is a day, strictly ascending: date YYYY-MM-DD; kind `off` or `work`; the
// year of the arrangement, which is the year of the date or, in December, the one after; and the
// holiday's name. A year is known if some line has it as notice_year.
//
// # Cron
//
// ParseCron takes five fields (minute, hour, day of month, month, day of week) of numbers, names
// (JAN–DEC, SUN–SAT), `*` or `?`, ranges a-b, steps /n and lists, or one of @yearly, @monthly,
// @weekly, @daily, @hourly. Times are Asia/Shanghai. It refuses what robfig/cron takes but does not
// do as one expects: time zones inside the expression, @every, a day of month together with a day
// of week (cron fires on either), and expressions that never fire, such as 30 February.
//
// A schedule keeps nothing and catches nothing up: Due lists what was missed since a moment that
// the caller has stored, and the caller's rows are the truth. Examples:
//
//	0 9 2 * *        on the 2nd of each month at 9:00
//	30 8 * * MON-FRI on Monday to Friday at 8:30, holidays too: cron knows no working days
//	0 9 1 1,4,7,10 * on the first day of each quarter
//	@monthly         on the 1st at 0:00
//
// # Periods
//
// A plan draws once in each period, and the name of the period is part of the draw's identifier:
//
//	day 2026-11-02, week 2026-W45, month 2026-11, quarter 2026-Q4, year 2026
//
// # What it is not
//
// It does not know lunar dates or solar terms, nor the holidays of Hong Kong, Macao and Taiwan, nor
// holidays that only some have (妇女节, minorities' festivals).
package calendar
