package registry

import (
	"fmt"
	"slices"

	"yaohao/sampling"
)

// Words of the files and what the tables hold.
var (
	unitKinds = [][2]string{{"机关", UnitOffice}, {"科室", UnitDepartment}, {"所", UnitStation},
		{"专家库", UnitExperts}, {"检验机构库", UnitLabs}}
	areaRules = [][2]string{{"不限", "any"}, {"同省", "same2"}, {"同市", "same4"}, {"同县", "same6"}}
	itemKinds = [][2]string{
		{"重点产品日常抽查", sampling.KindKey}, {"节令产品专项抽查", sampling.KindSeasonal},
		{"风险产品随机抽查", sampling.KindRisk}, {"常规抽查", sampling.KindRoutine}}
	itemGrades = [][2]string{{"重点", "重点"}, {"一般", "一般"},
		{"重点检查事项", "重点"}, {"一般检查事项", "一般"}}
	ratioSizes      = [][2]string{{"比例", SizeRatio}, {"分期", SizePace}, {"全查", SizeAll}}
	ratioMethods    = [][2]string{{"等概率", sampling.MethodSRS}, {"按权重", sampling.MethodPareto}}
	conflictReasons = [][2]string{{"本人申报", "declared"}, {"近亲属", "kin"}, {"持股", "share"},
		{"曾任职", "employed"}, {"轮换", "rotation"}, {"当事人申请", "objected"}}
	checkLevels = [][2]string{{"本机关", LevelOwn}, {"市级", LevelCity}, {"上级", LevelSuperior},
		{"其他", LevelOther}}
	checkKinds = [][2]string{{CheckRoutine, CheckRoutine}, {CheckCase, CheckCase},
		{CheckSpecial, CheckSpecial}}
)

func readItem(r *row, out []any) {
	out[0], out[1] = r.identifier(itemID), r.required(itemName)
	out[2] = r.textOr(itemCategory, "行政检查")
	out[3] = r.choice(itemKind, itemKinds, "")
	out[4] = r.choice(itemGrade, itemGrades, "一般")
	out[5], out[6] = r.identifier(itemUnit), r.planLine(itemBasis)
	out[7], out[8] = r.text(itemContent), r.textOr(itemMethod, "现场检查")
	out[9], out[10] = splitList(r.cell(itemChecklist)), r.oneLine(itemBank)
	out[11], out[12] = r.strata(itemStrata), r.optionalCount(itemYearlyCap)
	out[13], out[14] = r.count(itemCooldown, 0, 60, 0), r.count(itemReserve, 0, 1_000_000, 3)
	out[15] = r.yes(itemPublished, true)
}

// strata reads the words by which an item stratifies; an empty cell is class, 不分层 is none.
func (r *row) strata(column int) []string {
	s := r.cell(column)
	if s == "" {
		return []string{"class"}
	}
	if s == "不分层" || s == "无" || s == "all" {
		return []string{}
	}
	words := map[string]string{"class": "class", "信用风险分类": "class", "area2": "area2",
		"省": "area2", "area4": "area4", "市": "area4", "area6": "area6", "县": "area6"}
	var list []string
	for _, p := range splitList(s) {
		w, ok := words[p]
		if !ok || slices.Contains(list, w) {
			r.fail(column, s, "应为 class、area2、area4、area6 中不同的几个，用；分隔", "不分层写“不分层”")
			return nil
		}
		list = append(list, w)
	}
	return list
}

func readRatio(r *row, out []any) {
	size := r.choice(ratioSize, ratioSizes, "")
	floor := sampling.Ratio{Num: 1, Den: 1}
	if s := r.cell(ratioFloor); s != "" {
		floor = r.ratio(ratioFloor, s)
	} else if size != SizeAll {
		r.fail(ratioFloor, s, "不能为空", hintRatio)
	}
	if size == SizeAll && floor.Num != floor.Den {
		r.fail(ratioFloor, r.cell(ratioFloor), "全查的比例只能是 1/1", "留空，或把方式改为“比例”")
	}
	cooled := r.yes(ratioCooled, false)
	if cooled && floor.Num == 0 {
		r.fail(ratioFloor, r.cell(ratioFloor), "冷却层的比例下限不能为 0（draw/1 §4.1）", "")
	}
	var capNum, capDen any
	if s := r.cell(ratioCap); s != "" {
		limit := r.ratio(ratioCap, s)
		capNum, capDen = limit.Num, limit.Den
		if limit.Den > 0 && floor.Den > 0 && floor.Num*limit.Den > limit.Num*floor.Den {
			r.fail(ratioFloor, r.textOr(ratioFloor, "1/1"),
				fmt.Sprintf("比例下限 %s 高于比例上限 %s", r.textOr(ratioFloor, "1/1"), s),
				"核对两个比例各自的依据")
		}
	}
	from, to := r.requiredDate(ratioFrom), r.date(ratioTo)
	if d, ok := r.parsedDate(ratioTo); ok && d.Before(from) {
		r.fail(ratioTo, r.cell(ratioTo), "失效日期早于生效日期", "")
	}
	out[0], out[1], out[2] = r.identifier(ratioItem), r.ruleClass(ratioClass), cooled
	out[3], out[4], out[5] = size, floor.Num, floor.Den
	out[6], out[7], out[8] = capNum, capDen, r.optionalCount(ratioMin)
	out[9], out[10], out[11] = from, to, r.choice(ratioMethod, ratioMethods, "等概率")
	if size == SizeAll && out[11] == sampling.MethodPareto {
		r.fail(ratioMethod, r.cell(ratioMethod), "全查不按权重抽取（draw/1 §4.1）", "留空，或把方式改为“比例”")
	}
}

const hintRatio = "写作 3/100、3% 或 0.03"

// ratio reads a fraction.
func (r *row) ratio(column int, s string) sampling.Ratio {
	v, ok := parseRatio(s)
	if !ok {
		r.fail(column, s, "不是 0 至 1 之间的比例，或分母超过 10^6", hintRatio)
		return sampling.Ratio{}
	}
	return v
}

func readInspector(r *row, out []any) {
	var until any
	if r.cell(inspectorCertUntil) == "长期" {
		until, _ = day("9999", "12", "31")
	} else {
		t := r.requiredDate(inspectorCertUntil)
		if d := dateOf(t); d != "" && d < r.opts.today {
			r.opts.warn.count(warnExpired, r.line)
		}
		until = t
	}
	scopes := r.codes(inspectorScopes)
	out[0], out[1] = r.identifier(inspectorID), r.required(inspectorName)
	out[2], out[3] = r.identifier(inspectorUnit), r.area(inspectorArea)
	out[4], out[5] = r.required(inspectorCert), until
	out[6], out[7] = r.optionalYes(inspectorLead), r.optionalCount(inspectorMax)
	out[8], out[9] = scopes, r.yes(inspectorActive, true)
	out[10], out[11] = r.oneLine(inspectorPhone), r.optionalYes(inspectorGated)
	out[12] = r.extra()
}

// codes gives the set of item codes of a cell.
func (r *row) codes(column int) []string {
	codes := splitSet(r.cell(column))
	for _, s := range codes {
		if !sampling.ValidIdentifier(s) {
			r.fail(column, s, "不是事项编码", "多个事项编码用；分隔")
		}
	}
	return codes
}

func readConflict(r *row, out []any) {
	reason := r.textOr(conflictReason, "")
	if !sampling.ValidLabel(reason) {
		reason = r.choice(conflictReason, conflictReasons, "")
	}
	out[0], out[1] = r.identifier(conflictInspector), r.entityID(conflictEntity)
	out[2], out[3] = reason, r.date(conflictUntil)
}

func readCheck(r *row, out []any) {
	item := r.cell(checkItem)
	if item != "" {
		item = r.identifier(checkItem)
	}
	on := r.requiredDate(checkOn)
	if d := dateOf(on); d > r.opts.today {
		r.fail(checkOn, r.cell(checkOn), "检查日期晚于今天", "")
	}
	out[0], out[1] = r.entityID(checkEntity), on
	out[2], out[3] = r.choice(checkLevel, checkLevels, ""),
		r.choice(checkKind, checkKinds, CheckRoutine)
	out[4] = item
}
