package registry

import (
	"fmt"
	"slices"
	"strings"

	"yaohao/internal/fault"
)

// column is a column of a file that we know: the header that we write, and what others call it.
type column struct {
	name     string
	aliases  []string
	required bool // the header must have it
}

// The columns of each kind of file, in the order of the constants below. Headers are compared
// after normalHeader; where a file has several aliases of one column the first listed here counts
// and the others are kept aside as unknown.
var columnsOf = map[Kind][]column{
	KindUnits: {
		{"机构编码", []string{"单位编码", "部门编码"}, true},
		{"机构名称", []string{"单位名称", "部门名称", "名称"}, true},
		{"机关代字", []string{"发文代字", "代字"}, false},
		{"机构类型", []string{"单位类型", "类型"}, false},
		{"上级机构", []string{"上级机构编码", "上级单位"}, false},
		{"行政区划", areaAliases, true},
		{"每组人数", []string{"检查组人数", "席位", "席位数", "专家组人数"}, false},
		{"区域规则", []string{"回避区域规则", "属地规则"}, false},
		{"门槛", []string{"本系统人员上限", "每组本系统人员上限"}, false},
		{"组外比例", []string{"系统外比例", "外部专家比例", "本系统以外比例"}, false},
	},
	KindItems: {
		{"事项编码", []string{"抽查事项编码", "编码"}, true},
		{"抽查事项名称", []string{"抽查事项", "事项名称", "名称"}, true},
		{"职权类别", []string{"职权类型", "事项类型"}, false},
		{"任务类型", []string{"抽查类型"}, true},
		{"事项类别", []string{"检查事项类别", "重点/一般"}, false},
		{"责任单位", []string{"责任机构", "检查主体", "责任科室"}, true},
		{"抽查依据", []string{"检查依据", "法律依据", "依据"}, true},
		{"抽查内容", []string{"检查内容"}, false},
		{"抽查方式", []string{"检查方式"}, false},
		{"检查要点", []string{"抽查工作指引", "检查指引"}, false},
		{"专项库", []string{"检查对象库", "专项检查对象库"}, false},
		{"分层", []string{"分层方式", "分层依据"}, false},
		{"年度频次上限", []string{"频次上限"}, false},
		{"冷却月数", []string{"冷却期"}, false},
		{"候补数", []string{"候补户数", "备选数"}, false},
		{"公布", []string{"是否公布", "已公布"}, false},
	},
	KindRatios: {
		{"事项编码", []string{"抽查事项编码"}, true},
		{"分类", []string{"信用风险分类", "风险分类"}, false},
		{"冷却层", []string{"是否冷却层"}, false},
		{"方式", []string{"抽取方式"}, true},
		{"比例下限", []string{"抽查比例", "比例", "下限"}, false},
		{"比例上限", []string{"上限"}, false},
		{"最少数", []string{"最少户数"}, false},
		{"生效日期", []string{"生效日"}, true},
		{"失效日期", []string{"失效日"}, false},
		{"抽样方法", []string{"抽签方法", "概率方式"}, false},
	},
	KindCaps: {
		{"抽查事项", []string{"事项编码", "抽查事项编码"}, true},
		{"计数口径", []string{"口径"}, false},
		{"信用分类", []string{"信用风险分类", "风险分类", "分类"}, false},
		{"上限", []string{"年度频次上限", "频次上限", "年度上限"}, true},
	},
	KindEntities: {
		{"统一社会信用代码", codeAliases, false},
		{"注册号", []string{"工商注册号", "营业执照注册号", "注册号码", "执照注册号"}, false},
		{"企业名称", []string{"主体名称", "市场主体名称", "经营主体名称", "单位名称", "公司名称",
			"商户名称", "检查对象名称", "企业机构名称", "字号名称", "名称"}, true},
		{"主体类型", []string{"市场主体类型", "经营主体类型", "企业类型", "主体类型大类",
			"企业机构类型", "类型"}, false},
		{"行政区划", areaAliases, false},
		{"住所", []string{"注册地址", "经营场所", "企业地址", "经营地址", "生产经营地址",
			"主要经营场所", "地址"}, false},
		{"法定代表人", []string{"法人代表", "法定代表人姓名", "负责人", "经营者", "法人"}, false},
		{"联系电话", []string{"电话", "手机", "手机号", "联系方式"}, false},
		{"行业代码", []string{"国民经济行业代码", "行业门类", "所属行业", "行业"}, false},
		{"成立日期", []string{"注册日期", "登记日期", "成立时间", "设立日期"}, false},
		{"登记状态", []string{"经营状态", "主体状态", "企业状态", "登记状况", "状态"}, false},
		{"信用风险分类", []string{"企业信用风险分类", "信用风险等级", "风险分类", "信用分类"}, false},
		{"专项库", []string{"专项检查对象库", "检查对象库"}, false},
		{"暂缓至", []string{"暂缓截止日期", "暂缓日期"}, false},
		{"暂缓原因", []string{"暂缓理由"}, false},
		{"风险权重", []string{"权重", "抽查权重"}, false},
	},
	KindInspectors: {
		{"人员编号", []string{"内部编号", "工号", "单位工号", "专家编号", "检验机构编号"}, true},
		{"姓名", []string{"人员姓名", "执法人员姓名", "专家姓名", "检验机构名称"}, true},
		{"所属机构", []string{"工作单位", "所属单位", "所属部门", "机构编码", "所属名录库"}, true},
		{"行政区划", areaAliases, false},
		{"执法证编号", []string{"执法证号", "行政执法证号", "证件编号", "聘书编号", "资质证书编号",
			"资质认定证书编号", "CMA证书编号", "CMA编号"}, true},
		{"证件有效期至", []string{"执法证有效期至", "有效期至", "证件有效期", "聘书有效期至", "聘期至",
			"资质证书有效期至", "资质认定有效期至", "CMA有效期至"}, true},
		{"可任主办", []string{"主办", "是否主办", "可任组长"}, false},
		{"单次任务上限", []string{"任务上限"}, false},
		{"执法事项", []string{"执法事项范围", "抽查事项", "评审事项", "承检事项"}, false},
		{"在岗", []string{"是否在岗", "人员状态"}, false},
		{"联系电话", []string{"电话", "手机", "手机号"}, false},
		{"本系统人员", []string{"是否本系统人员", "本单位人员", "是否本单位", "系统内"}, false},
	},
	KindConflicts: {
		{"人员编号", []string{"内部编号", "工号"}, true},
		{"统一社会信用代码", append([]string{"检查对象编号"}, codeAliases...), true},
		{"回避原因", []string{"回避情形", "原因"}, true},
		{"有效至", []string{"有效期至", "截止日期"}, false},
	},
	KindChecks: {
		{"统一社会信用代码", append([]string{"检查对象编号"}, codeAliases...), true},
		{"检查日期", []string{"抽查日期", "日期"}, true},
		{"检查层级", []string{"层级", "检查机关层级"}, true},
		{"检查类型", []string{"检查类别"}, false},
		{"事项编码", []string{"抽查事项编码"}, false},
	},
	KindGiven: {
		{"批次", []string{"交办批次", "任务批次"}, true},
		{"执法机构", []string{"承办机构", "机构编码", "检查主体"}, true},
		{"检查对象", append([]string{"检查对象编号"}, codeNames...), true},
		{"行政区划", append([]string{"区划"}, areaAliases...), false},
		{"抽查事项", []string{"事项编码", "抽查事项编码"}, true},
		{"上级抽取摘要", []string{"抽取记录摘要", "抽取摘要"}, false},
	},
}

var (
	codeAliases = []string{"统一代码", "社会信用代码", "统一信用代码", "信用代码",
		"统一社会信用代码/注册号", "统一社会信用代码证号"}
	codeNames   = append([]string{"统一社会信用代码"}, codeAliases...)
	areaAliases = []string{"行政区划代码", "区划代码", "所属行政区划", "管辖区划", "所属区划"}
)

// Positions in columnsOf.
const (
	unitID = iota
	unitName
	unitShort
	unitKind
	unitParent
	unitArea
	unitSeats
	unitAreaRule
	unitGate
	unitPool
)

const (
	itemID = iota
	itemName
	itemCategory
	itemKind
	itemGrade
	itemUnit
	itemBasis
	itemContent
	itemMethod
	itemChecklist
	itemBank
	itemStrata
	itemYearlyCap
	itemCooldown
	itemReserve
	itemPublished
)

const (
	ratioItem = iota
	ratioClass
	ratioCooled
	ratioSize
	ratioFloor
	ratioCap
	ratioMin
	ratioFrom
	ratioTo
	ratioMethod
)

const (
	capItem = iota
	capCounter
	capClass
	capMax
)

const (
	entityCode = iota
	entityRegNo
	entityName
	entityKind
	entityArea
	entityAddress
	entityLegalRep
	entityPhone
	entityIndustry
	entityEstablished
	entityStatus
	entityClass
	entityBanks
	entityHoldUntil
	entityHoldReason
	entityWeight
)

const (
	inspectorID = iota
	inspectorName
	inspectorUnit
	inspectorArea
	inspectorCert
	inspectorCertUntil
	inspectorLead
	inspectorMax
	inspectorScopes
	inspectorActive
	inspectorPhone
	inspectorGated
)

const (
	conflictInspector = iota
	conflictEntity
	conflictReason
	conflictUntil
)

const (
	checkEntity = iota
	checkOn
	checkLevel
	checkKind
	checkItem
)

const (
	givenBatch = iota
	givenUnit
	givenEntity
	givenArea
	givenItems
	givenFrom
)

// header is the first line of a file, understood.
type header struct {
	names   []string // as written
	at      []int    // position in columnsOf → cell; -1 for a column that the file does not have
	unknown []int    // cells that no alias names
	aside   []string // headers of those, where there is one
}

// has reports whether the file has a known column.
func (h *header) has(column int) bool { return h.at[column] >= 0 }

// name gives the header of a known column as the file writes it.
func (h *header) name(kind Kind, column int) string {
	if i := h.at[column]; i >= 0 {
		return h.names[i]
	}
	return columnsOf[kind][column].name
}

// keptAside gives the keys of `extra` that the file speaks of: those that it does not give for a
// row have gone.
func (h *header) keptAside(kind Kind) []string {
	var keys []string
	for _, i := range h.unknown {
		keys = append(keys, h.names[i])
	}
	if kind == KindEntities && h.has(entityEstablished) {
		keys = append(keys, h.name(kind, entityEstablished))
	}
	return list(keys)
}

// readHeader finds the known columns among the cells of a file's first line. A line without the
// columns that the kind must have is a *fault.Error: it names file, expected and found columns.
func readHeader(file string, kind Kind, cells []string) (*header, error) {
	h := &header{names: make([]string, len(cells))}
	byName := map[string]int{}
	for i, c := range cells {
		h.names[i] = headerName(cells, i)
		if n := normalHeader(c); n != "" {
			if _, twice := byName[n]; !twice {
				byName[n] = i
			}
		}
	}
	known := map[int]bool{}
	for _, c := range columnsOf[kind] {
		h.at = append(h.at, -1)
		for _, n := range append([]string{c.name}, c.aliases...) {
			if i, ok := byName[n]; ok && !known[i] {
				h.at[len(h.at)-1] = i
				known[i] = true
				break
			}
		}
	}
	for i, c := range cells {
		if known[i] {
			continue
		}
		h.unknown = append(h.unknown, i)
		if normalHeader(c) != "" {
			h.aside = append(h.aside, h.names[i])
		}
	}
	return h, h.check(file, kind)
}

// headerName gives the name of a column: its header, with its number added where the header is
// empty or stands twice, so that no column kept aside hides another.
func headerName(cells []string, i int) string {
	name := strings.TrimSpace(strings.TrimPrefix(cells[i], "\uFEFF"))
	if name == "" {
		return fmt.Sprintf("第%d列", i+1)
	}
	if slices.Contains(cells[:i], cells[i]) {
		return fmt.Sprintf("%s（第%d列）", name, i+1)
	}
	return name
}

func (h *header) check(file string, kind Kind) error {
	var missing, expected []string
	for i, c := range columnsOf[kind] {
		expected = append(expected, c.name)
		if c.required && !h.has(i) {
			missing = append(missing, c.name)
		}
	}
	if kind == KindEntities && !h.has(entityCode) && !h.has(entityRegNo) {
		missing = append(missing, "统一社会信用代码（或注册号）")
	}
	if len(missing) == 0 {
		return nil
	}
	found := make([]string, len(h.names))
	for i, n := range h.names {
		found[i] = shown(n)
	}
	if len(found) > 40 {
		found = append(slices.Clone(found[:40]), "…")
	}
	return fault.New(fault.Invalid, "文件“%s”的第一行缺少列：%s；第一行现有：%s",
		shown(file), strings.Join(missing, "、"), strings.Join(found, "、")).
		WithField("file").
		WithHint("第一行应为列名，%s文件的列：%s", kind.Label(), strings.Join(expected, "、"))
}

// normalHeader brings a header into the form of columnsOf: without blanks, marks of required
// columns, and brackets, but with what stands in 企业(机构)名称; notes at the end such as
// 住所（经营场所） go.
func normalHeader(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\u3000', '\u00A0', '\uFEFF', '\u200B', '\n', '\r', '*', '＊', '"', '\'':
			return -1
		case '（':
			return '('
		case '）':
			return ')'
		case '／':
			return '/'
		}
		return r
	}, s)
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		s = s[:i]
	}
	return strings.NewReplacer("(", "", ")", "").Replace(s)
}
