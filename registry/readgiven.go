package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// capCounters are the words for the counters of visits.
var capCounters = [][2]string{{"本机关", strconv.Itoa(CountOwn)},
	{"市县合计", strconv.Itoa(CountCounty)}}

func readCap(r *row, out []any) {
	counter, _ := strconv.Atoi(r.choice(capCounter, capCounters, "本机关"))
	if r.cell(capMax) == "" {
		r.fail(capMax, "", "不能为空", "不设上限的，不写这一行")
	}
	out[0], out[1] = r.identifier(capItem), counter
	out[2], out[3] = r.capClass(), r.count(capMax, 0, 1_000_000_000, 0)
}

// capClass gives the class of a cap: a class, `-` unrated, empty for everybody.
func (r *row) capClass() string {
	switch class := r.ruleClass(capClass); {
	case class != "*":
		return class
	case r.cell(capClass) == "其他":
		r.fail(capClass, "其他", "上限只能按一个分类设定，或对全部对象设定", "对全部对象的留空")
	}
	return ""
}

func readGiven(r *row, out []any) {
	out[0], out[1] = r.identifier(givenBatch), r.identifier(givenUnit)
	out[2], out[3] = r.entityID(givenEntity), r.area(givenArea)
	items := r.codes(givenItems)
	if len(items) == 0 {
		r.fail(givenItems, "", "不能为空", "多个事项编码用；分隔")
	}
	from := r.cell(givenFrom)
	if from != "" && (len(from) != 64 || strings.Trim(from, "0123456789abcdef") != "") {
		r.fail(givenFrom, from, "不是 64 位小写十六进制的抽取记录摘要", "照上级公布的原样填写，没有的留空")
	}
	out[4], out[5] = items, from
}

// fewTasks is from how many tasks on a list cannot be guessed from its digest, which is public from
// the commit on: the lists of 8 out of 1,000 firms number 2^64.
const fewTasks = 8

// warnGiven says which batches are so small that their list can be guessed, and how many entities
// we do not know.
func (s *staging) warnGiven(ctx context.Context) error {
	var strangers int64
	var small *string
	err := s.q.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM import_row r
			WHERE NOT EXISTS (SELECT FROM entity e WHERE e.id = r.entity_id)),
		(SELECT string_agg(g, '、' ORDER BY g) FROM (
			SELECT batch || ' / ' || unit_id AS g FROM given_task
			WHERE batch IN (SELECT batch FROM import_row)
			GROUP BY batch, unit_id HAVING count(*) < $1) AS few)`, fewTasks).Scan(&strangers, &small)
	if err != nil {
		return fmt.Errorf("looking at the given tasks: %w", err)
	}
	if strangers > 0 {
		s.imp.report.Warnings = append(s.imp.report.Warnings, fmt.Sprintf(
			"检查对象名录库中没有的 %d 户：已导入，任务单只显示编码", strangers))
	}
	if small != nil {
		s.imp.report.Warnings = append(s.imp.report.Warnings, fmt.Sprintf(
			"不足 %d 户的批次：%s。名单摘要随方案公开，户数太少可被逐一试出，宜合并后再抽取",
			fewTasks, *small))
	}
	return nil
}
