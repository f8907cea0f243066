package reports

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"yaohao/calendar"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

// at is a time of November 2026.
func at(day, hour int) time.Time {
	return time.Date(2026, 11, day, hour, 0, 0, 0, calendar.Shanghai)
}

// insert runs statements that must succeed.
func insert(t testing.TB, q pg.Querier, sql string, args ...any) {
	t.Helper()
	if _, err := q.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
}

const planJSON = `{"items":[{"N":1840,"basis":"《食品安全法》第一百一十条","item":"SP01","unit":"SPJ"},` +
	`{"N":260,"basis":"《特种设备安全法》第五十七条","item":"TZ01","unit":"TZJ"}],` +
	`"units":[{"unit":"SPJ"},{"unit":"TZJ"}]}`

// office fills a database with one published draw of two departments, whose tasks are not yet
// dispatched when dispatched is false.
func office(t testing.TB, published bool) pg.Querier {
	t.Helper()
	return officeWith(t, published, false)
}

// officeWith is office, where the plan may be a trial run.
func officeWith(t testing.TB, published, trial bool) pg.Querier {
	t.Helper()
	q := pgtest.New(t).Querier()
	insert(t, q, `INSERT INTO unit (id, name, short_name, kind, parent_id, area, import_id,
		updated_at) VALUES
		('QS', '青山县市场监督管理局', '青市监', 'office', NULL, '360826', 1, $1),
		('SPJ', '食品安全监督管理股', '食品股', 'department', 'QS', '360826', 1, $1),
		('TZJ', '特种设备安全监察股', '', 'department', 'QS', '360826', 1, $1)`, at(1, 9))
	insert(t, q, `INSERT INTO item (id, name, kind, unit_id, basis, checklist, import_id,
		updated_at) VALUES
		('SP01', '食品销售经营监督检查', 'routine', 'SPJ', '现行依据', '{查许可证,查进货查验}', 1, $1),
		('TZ01', '特种设备使用单位监督检查', 'key', 'TZJ', '现行依据', '{}', 1, $1)`, at(1, 9))
	insert(t, q, `INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, import_id,
		updated_at) VALUES
		('QS-01', '欧阳𠮷', 'SPJ', '360826', 'C1', '2028-01-01', 1, $1),
		('QS-02', '李晓梅', 'SPJ', '360826', 'C2', '2028-01-01', 1, $1),
		('QS-03', '王大力', 'TZJ', '360826', 'C3', '2028-01-01', 1, $1)`, at(1, 9))
	insert(t, q, `INSERT INTO plan (id, name, number, year, cron, starts_on, ends_on, period_form,
		cutoff_hours, event_hours, visit_days, entropy, state, author, approver,
		created_at, approved_at, label_test) VALUES
		('M', '每月双随机抽查', '', 2026, '0 9 3 * *', '2026-01-01', '2026-12-31', 'month', 24, 48, 20, '[]',
		'approved', 'P0001', 'P0002', $1, $1, $2)`, at(1, 9), trial)
	state, done := "drawn", (*time.Time)(nil)
	if published {
		when := at(20, 9)
		state, done = "published", &when
	}
	insert(t, q, `INSERT INTO draw (id, plan_id, period, state, due_at, created_at, frozen_at,
		committed_at, cutoff_at, event_at, drawn_at, published_at, visit_by, draft, plan_json,
		commit_hash,
		prev_hash, seed_txt, seed, grade, transcript, transcript_hash, teams, shortages) VALUES
		('2026-11-M', 'M', '2026-11', $1, $2, $2, $2, $3, $4, $5, $5, $6, '2026-11-30', 'x', $7,
		$8, $8, $9, $8,
		'self', 'x', $8, 3, 1)`,
		state, at(3, 9), at(3, 10), at(4, 10), at(5, 9), done, []byte(planJSON), hex64,
		[]byte("draw/1 seed\ncommit="+hex64+"\noffice=ab=cd\nlottery=3 8 0 5 1\n"))
	insert(t, q, `INSERT INTO draw_entropy (draw_id, seq, name, kind, event, bits, commit_hash,
		held_by) VALUES
		('2026-11-M', 1, 'office', 'seal', '本机关封存的随机数', 256, $1, '县公证处'),
		('2026-11-M', 2, 'lottery', 'public', '排列5第26294期', 16, NULL, NULL)`, hex64)
	insert(t, q, `INSERT INTO draw_stratum (draw_id, item_id, stratum, population, selected,
		cut) VALUES
		('2026-11-M', 'SP01', 'A', 1000, 10, '0'), ('2026-11-M', 'SP01', 'B', 840, 46, '0'),
		('2026-11-M', 'TZ01', 'A', 260, 13, '0')`)
	insert(t, q, `INSERT INTO draw_shortage VALUES ('2026-11-M', 'TZJ', 12, 24, 2)`)
	if published {
		tasks(t, q, "published")
	}
	return q
}

// tasks adds three tasks with published results: one firm is visited by both departments.
func tasks(t testing.TB, q pg.Querier, state string) {
	t.Helper()
	insert(t, q, `INSERT INTO dispatch VALUES ('2026-11-M', 3, $1, $2)`, hex64, at(5, 10))
	for i, r := range []struct {
		unit, entity, name string
		categories         []string
		members            []string
		items              string
	}{
		{"SPJ", "91360826MA00000001", "青山县𠮷祥食品厂", []string{"1"}, []string{"QS-01", "QS-02"}, "SP01"},
		{"SPJ", "R.360826600123456", "老街口粮油店", []string{"2", "5"}, []string{"QS-02", "QS-01"}, "SP01"},
		{"TZJ", "91360826MA00000001", "青山县𠮷祥食品厂", []string{"7"}, []string{"QS-03", "QS-02"}, "TZ01"},
	} {
		id := fmt.Sprintf("2026-11-M.%s.%04d", r.unit, i+1)
		insert(t, q, `INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, entity_address,
			visit_by, state, version, dispatched_at, completed_on, publish_due, published_at) VALUES
			($1, '2026-11-M', $2, $3, $4, '城关镇解放路1号', '2026-11-30', $5, 1, $6,
			'2026-11-10', '2026-12-08', $7)`,
			id, r.unit, r.entity, r.name, state, at(5, 10), at(20, 9))
		insert(t, q, `INSERT INTO task_item VALUES ($1, $2, $2 || '当时的名称', '360826')`, id, r.items)
		for pos, m := range r.members {
			insert(t, q, `INSERT INTO task_member VALUES ($1, $2, $3)`, id, pos+1, m)
		}
		insert(t, q, `INSERT INTO result (task_id, version, entrant, visited_on, categories, sha256, at)
			VALUES ($1, 1, 'P0003', '2026-11-10', $2, $3, $4)`, id, r.categories, hex64, at(10, 17))
		insert(t, q, `INSERT INTO publication VALUES ($1, 1, 'P0004', '2026-12-08', $2, $3)`,
			id, i == 1, at(20, 9))
	}
}

var ctx = context.Background()

func TestAnnouncementFromTheRecord(t *testing.T) {
	t.Parallel()
	q := office(t, true)
	o := Options{BaseURL: "https://yh.example.gov.cn/", Year: 2026, Number: 11}
	doc, err := Announcement(ctx, q, "2026-11-M", o)
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Missing) > 0 {
		t.Errorf("missing %v", doc.Missing)
	}
	text := words(t, doc.PDF)
	wantWords(t, text, "青山县市场监督管理局2026年度第011号抽查任务检查结果公告", "抽查计划编号M", "抽查任务编号2026-11-M",
		"抽查任务名称每月双随机抽查（2026年11月）", "检查机关食品安全监督管理股、特种设备安全监察股",
		"2026年11月3日，青山县市场监督管理局将检查对象名录", "2026年11月5日，以事先公布的",
		"食品销售经营监督检查《食品安全法》第一百一十条1840563.04%", "特种设备使用单位监督检查《特种设备安全法》第五十七条260135.00%",
		"本机关封存的随机数（由县公证处保管）取值：ab=cd", "排列5第26294期（计16比特）取值：38051", "人员缺口：特种设备安全监察股。",
		"本次共检查2户，形成检查记录3条", "各类结果合计4户次",
		"1青山县𠮷祥食品厂91360826MA000000012026-11-10未发现问题食品股",
		"2老街口粮油店3608266001234562026-11-10未按规定公示应当公示的信息；发现问题已责令改正食品股；逾期公示",
		"未发现开展本次抽查涉及的经营活动特种设备安全监察股", "https://yh.example.gov.cn/draws/2026-11-M",
		"yaohao-verify 2026-11-M --commit "+hex64, "2026年11月20日")
	if strings.Contains(text, "欧阳") || strings.Contains(text, "现行依据") {
		t.Error("the announcement names an inspector, or a basis other than the committed one")
	}
	again, err := Announcement(ctx, q, "2026-11-M", o)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(doc.PDF, again.PDF) {
		t.Error("the same record gave other bytes")
	}
}

func TestAnnouncementTooEarly(t *testing.T) {
	t.Parallel()
	q := office(t, false)
	if _, err := Announcement(ctx, q, "2026-11-M", Options{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a draw that is not published: %v", err)
	}
	if _, err := Announcement(ctx, q, "2026-12-M", Options{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a draw that is not there: %v", err)
	}
	if _, err := TaskListPDF(ctx, q, "2026-11-M", "QS-01", Options{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("tasks that are not dispatched: %v", err)
	}
}

func TestTaskListsFromTheRecord(t *testing.T) {
	t.Parallel()
	q := office(t, true)
	doc, err := TaskListPDF(ctx, q, "2026-11-M", "QS-02", Options{Office: "青山局"})
	if err != nil {
		t.Fatal(err)
	}
	wantWords(t, words(t, doc.PDF), "青山局随机抽查任务清单", "任务数3户", "执法检查人员李晓梅（QS-02）", "派发日期2026年11月5日",
		"SP01当时的名称（1）查许可证（2）查进货查验", "主办：欧阳𠮷协办：李晓梅", "主办：李晓梅协办：欧阳𠮷", "主办：王大力协办：李晓梅",
		"360826600123456")
	table, err := TaskListCSV(ctx, q, "2026-11-M", "QS-01", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(table), "\r\n"); n != 3 {
		t.Errorf("%d lines for two tasks", n)
	}
	ics, err := TaskListICS(ctx, q, "2026-11-M", "QS-03", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(ics), "BEGIN:VEVENT"); n != 1 ||
		!strings.Contains(string(ics), "DTSTAMP:20261105T020000Z") {
		t.Errorf("calendar of one task:\n%s", ics)
	}
	for _, err := range []error{
		second(TaskListPDF(ctx, q, "2026-11-M", "QS-99", Options{})),
		second(TaskListCSV(ctx, q, "2026-12-M", "QS-01", Options{})),
		second(TaskListICS(ctx, q, "2026-12-M", "QS-01", Options{})),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown draw or inspector: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A trial run says on every paper that it is one, and nothing else does.
func TestTrialSaysSo(t *testing.T) {
	t.Parallel()
	for _, trial := range []bool{false, true} {
		q := officeWith(t, true, trial)
		doc, err := Announcement(ctx, q, "2026-11-M", Options{Year: 2026, Number: 11})
		if err != nil {
			t.Fatal(err)
		}
		tasks, err := TaskListPDF(ctx, q, "2026-11-M", "QS-02", Options{})
		if err != nil {
			t.Fatal(err)
		}
		notice, list := words(t, doc.PDF), words(t, tasks.PDF)
		if !trial {
			if strings.Contains(notice+list, "试运行") {
				t.Error("a real draw is called a trial run")
			}
			continue
		}
		wantWords(t, notice, "每月双随机抽查（试运行）", "试运行：票的标签一律为test，抽取结果不作为正式抽取。")
		wantWords(t, list, "每月双随机抽查（试运行）")
	}
}
