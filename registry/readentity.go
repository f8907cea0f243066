package registry

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"yaohao/sampling"
)

// maxWeight is the largest weight of a candidate (draw/1 §2).
const maxWeight = 1<<31 - 1

func readEntity(r *row, out []any) {
	id, code := r.identity()
	regNo := r.oneLine(entityRegNo)
	if old, ok := strings.CutPrefix(id, "R."); ok && regNo == "" {
		regNo = old
	}
	var uscc, established any
	if code != "" {
		uscc = code
	}
	aside := ""
	if s := r.cell(entityEstablished); s != "" {
		if t, ok := parseDate(s); ok {
			established = t
		} else {
			// Nothing is decided by this date: the firm is imported, the text is kept aside.
			aside = s
			r.opts.warn.count(warnEstablished, r.line)
		}
	}
	out[0], out[1], out[2], out[3] = id, uscc, regNo, r.required(entityName)
	kind := r.oneLine(entityKind)
	if kind == "" {
		kind = "企业"
	}
	out[4], out[5] = kind, r.entityArea(id, code, regNo)
	out[6], out[7] = r.oneLine(entityAddress), r.oneLine(entityLegalRep)
	out[8], out[9], out[10] = r.oneLine(entityPhone), r.oneLine(entityIndustry), established
	out[11], out[12] = r.status(entityStatus), r.class(entityClass)
	out[13], out[14] = r.lines(entityBanks), r.date(entityHoldUntil)
	out[15] = r.oneLine(entityHoldReason)
	out[16] = r.weight(entityWeight)
	out[17] = r.extra(r.head.name(r.kind, entityEstablished), aside)
}

// weight gives a weight; an empty cell is 1.
func (r *row) weight(column int) int64 {
	s := r.cell(column)
	if s == "" {
		return 1
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || !allDigits(s) || n < 1 || n > maxWeight {
		r.fail(column, s, fmt.Sprintf("应为 1 至 %d 的整数", maxWeight), "没有权重的留空，即为 1")
	}
	return n
}

// lines gives the set of entries of a cell, which hold nothing invisible.
func (r *row) lines(column int) []string {
	list := splitSet(r.cell(column))
	for _, s := range list {
		if rule := ruleInvisible(s); rule != "" {
			r.fail(column, s, rule, hintInvisible)
			break
		}
	}
	return list
}

// identity gives an entity's id and its 统一社会信用代码, which is empty for one that has only a
// 注册号. Codes are taken as they are or refused, never mended.
func (r *row) identity() (id, code string) {
	code, regNo := r.cell(entityCode), r.cell(entityRegNo)
	switch {
	case code == "" && regNo == "":
		column := entityCode
		if !r.head.has(entityCode) {
			column = entityRegNo
		}
		r.fail(column, "", "统一社会信用代码和注册号都为空", "至少填写一个")
		return "", ""
	case code == "":
		return r.oldNumber(entityRegNo, regNo), ""
	case sampling.CheckUSCC(code) == nil:
		return code, code
	case r.opts.oldNumbers && len(code) == 15 && allDigits(code):
		if regNo != "" && regNo != code {
			r.fail(entityCode, code, "与“注册号”列的 "+shown(regNo)+" 不同", "核对后只保留一个")
		}
		r.opts.warn.count(warnOldNumber, r.line)
		return r.oldNumber(entityCode, code), ""
	}
	r.fail(entityCode, code, ruleCode(code), hintCode(code))
	return "", ""
}

// ruleCode says which rule a code breaks.
func ruleCode(code string) string {
	if len(code) == 18 && strings.Trim(code, usccAlphabet) == "" {
		return "统一社会信用代码校验位错误（GB 32100-2015）"
	}
	return "不是统一社会信用代码（GB 32100-2015）"
}

// oldNumber gives the id of an entity that has only a 注册号.
func (r *row) oldNumber(column int, number string) string {
	if sampling.CheckUSCC(number) == nil {
		r.fail(column, number, "这是统一社会信用代码，不是注册号", "移到“统一社会信用代码”列")
		return ""
	}
	id, err := sampling.ParseEntityID("R." + number)
	if err != nil {
		r.fail(column, number, "注册号为 1 至 62 个数字、大写字母或 . _ -", hintCode(number))
	}
	return string(id)
}

// entityID gives the id that a file of conflicts or checks names: a 统一社会信用代码, an id such as
// R.<number> as this service shows it, or with the option a 15-digit number.
func (r *row) entityID(column int) string {
	s := r.cell(column)
	if s == "" {
		r.fail(column, s, "不能为空", "")
		return ""
	}
	if id, err := sampling.ParseEntityID(s); err == nil {
		return string(id)
	}
	if r.opts.oldNumbers && len(s) == 15 && allDigits(s) {
		return "R." + s
	}
	r.fail(column, s, ruleCode(s), hintCode(s))
	return s
}

// entityArea gives 行政区划, or the area of the authority that registered the entity: characters 3
// to 8 of its code (GB 32100-2015), the first six of a 15-digit number.
func (r *row) entityArea(id, code, regNo string) string {
	if s := r.area(entityArea); s != "" || id == "" {
		return s
	}
	area := ""
	switch {
	case code != "":
		area = code[2:8]
	case len(regNo) == 15:
		area = regNo[:6]
	}
	if !sampling.ValidArea(area) {
		r.fail(entityArea, "", "不能为空：代码中也没有登记机关的行政区划", "")
		return ""
	}
	r.opts.warn.count(warnArea, r.line)
	return area
}

// statuses are what offices write for 登记状态, in the order in which they are looked for.
var statuses = []struct{ part, word string }{
	{"吊销", "revoked"}, {"注销", "cancelled"}, {"撤销", "annulled"}, {"迁出", "moved"},
	{"停业", "suspended"}, {"歇业", "suspended"}, {"清算", "liquidation"},
	{"存续", sampling.StatusActive}, {"在业", sampling.StatusActive},
	{"在营", sampling.StatusActive}, {"开业", sampling.StatusActive},
	{"正常", sampling.StatusActive}, {"在册", sampling.StatusActive},
	{"登记成立", sampling.StatusActive}, {"有效", sampling.StatusActive},
}

// status gives the draw/1 word of a 登记状态. An empty one is active: nobody is left out of a draw
// because a cell is empty.
func (r *row) status(column int) string {
	s := r.cell(column)
	if s == "" || s == "存续" {
		return sampling.StatusActive
	}
	if sampling.ValidWord(s) {
		return strings.ToLower(s)
	}
	for _, known := range statuses {
		if strings.Contains(s, known.part) {
			return known.word
		}
	}
	r.fail(column, s, "不认识的登记状态", "写作 存续、在业、注销、吊销、撤销、迁出、停业、歇业 等")
	return ""
}

// class gives a 信用风险分类: A…D or another word, `-` for unrated.
func (r *row) class(column int) string {
	s := r.cell(column)
	for _, tail := range []string{"企业", "类", "级"} {
		s = strings.TrimSuffix(s, tail)
	}
	switch s {
	case "", "未分类", "未评级", "未评", "无":
		return "-"
	case "a", "b", "c", "d":
		return strings.ToUpper(s)
	}
	if !sampling.ValidWord(s) {
		r.fail(column, r.cell(column), "分类为 A、B、C、D 或其他由字母数字组成的词", "未分类的留空")
	}
	return s
}

// ruleClass gives the class of a ratio rule: a class, `-` unrated, `*` or empty for any other.
func (r *row) ruleClass(column int) string {
	if i := r.head.at[column]; i >= 0 {
		switch strings.TrimSpace(r.cells[i]) {
		case "-", "未分类":
			return "-" // cleanCell takes it for an empty cell
		}
	}
	if s := r.cell(column); s == "" || s == "*" || s == "其他" {
		return "*"
	}
	return r.class(column)
}

// parsedDate gives the date of a column if it can be read.
func (r *row) parsedDate(column int) (time.Time, bool) { return parseDate(r.cell(column)) }
