package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

const (
	county   = "339921" // no such area exists in GB/T 2260
	entities = 3000
)

// officers is the number of inspectors 执法检查人员 in each unit.
const officers = 20

// unitIDs are the departments that inspect.
var unitIDs = []string{"SPSC", "CYLT", "CPZL", "XYJG"}

// County gives every file of the sample county by name, header row first.
func County() map[string][][]string {
	g := &generator{rng: rand.New(rand.NewPCG(20261102, 58)), seen: map[string]bool{}}
	firms := g.firms()
	people := g.inspectors()
	files := map[string][][]string{
		"units.csv":     units(),
		"items.csv":     items(),
		"ratios.csv":    ratios(),
		"caps.csv":      caps(),
		"conflicts.csv": g.conflicts(people, firms),
		"checks.csv":    g.checks(firms),
	}
	// A stream of its own: banks came later, and the firms and inspectors stay as they were.
	b := &generator{rng: rand.New(rand.NewPCG(20261103, 59)), seen: map[string]bool{}}
	b.weigh(firms)
	files["entities.csv"] = firmRows(firms)
	files["inspectors.csv"] = append(people, b.banks()...)
	files["given.csv"] = b.given(firms)
	return files
}

// generator draws everything from one stream of fixed seed; seen keeps codes and names unique.
type generator struct {
	rng  *rand.Rand
	seen map[string]bool
}

func (g *generator) pick(from []string) string { return from[g.rng.IntN(len(from))] }

// chance is true in num of den cases.
func (g *generator) chance(num, den int) bool { return g.rng.IntN(den) < num }

func (g *generator) date(year, span int) string {
	return fmt.Sprintf("%d-%02d-%02d", year+g.rng.IntN(span), 1+g.rng.IntN(12), 1+g.rng.IntN(28))
}

const (
	usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	orgAlphabet  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// uscc makes a new 统一社会信用代码 (GB 32100-2015) with that two-character prefix, its
// organisation code (GB 11714-1997) valid too.
func (g *generator) uscc(prefix string) string {
	for {
		code := prefix + county
		org := make([]byte, 8)
		for i := range org {
			org[i] = usccAlphabet[g.rng.IntN(len(usccAlphabet))]
		}
		code += string(org) + orgCheck(string(org))
		code += usccCheck(code)
		if !g.seen[code] {
			g.seen[code] = true
			return code
		}
	}
}

// orgCheck is the check character of an organisation code (GB 11714-1997).
func orgCheck(org string) string {
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * strings.IndexByte(orgAlphabet, org[i])
	}
	return string("0123456789X0"[(11-sum%11)%12])
}

// usccCheck is the check character of a 17-character code body (GB 32100-2015).
func usccCheck(body string) string {
	sum, w := 0, 1
	for i := range len(body) {
		sum += w * strings.IndexByte(usccAlphabet, body[i])
		w = w * 3 % 31
	}
	return string(usccAlphabet[(31-sum%31)%31])
}

// firm is one 检查对象.
type firm struct {
	code, regNo, name, kind, area, address, legalRep, phone, industry, founded string
	status, class, holdUntil, holdReason                                       string
	banks                                                                      []string
	weight                                                                     int
}

// id is how the registry will know the firm (draw/1 §1).
func (f firm) id() string {
	if f.code != "" {
		return f.code
	}
	return "R." + f.regNo
}

func (g *generator) firms() []firm {
	all := make([]firm, 0, entities)
	for i := range entities {
		all = append(all, g.firm(i))
	}
	return all
}

func (g *generator) firm(i int) firm {
	t := trades[g.rng.IntN(len(trades))]
	town := g.rng.IntN(len(towns))
	f := firm{
		kind: t.kind, industry: t.industry, founded: g.date(1998, 27),
		area:     fmt.Sprintf("%s%03d", county, town+1),
		address:  fmt.Sprintf("临溪县%s%s%d号", towns[town], g.pick(streets), 1+g.rng.IntN(399)),
		legalRep: g.person(), phone: fmt.Sprintf("0579-8%06d", g.rng.IntN(1000000)),
		status: "存续", class: g.class(), banks: slices.Clone(t.banks),
	}
	f.name = g.firmName(t, towns[town])
	switch {
	case i%97 == 11: // old licences without a unified code
		f.regNo = fmt.Sprintf("%s6%08d", county, g.rng.IntN(100000000))
	default:
		f.code = g.uscc(map[string]string{"企业": "91", "个体工商户": "92", "农民专业合作社": "93"}[t.kind])
	}
	if g.chance(4, 100) {
		f.status = g.pick([]string{"注销", "吊销", "迁出"})
	}
	if g.chance(1, 150) {
		f.holdUntil, f.holdReason = "2027-01-31", "上级机关三个月内已检查"
	}
	if g.chance(1, 12) {
		f.banks = append(f.banks, "网络经营")
	}
	slices.Sort(f.banks)
	return f
}

// class draws 信用风险分类 in the proportions 65/25/8/2 (丹东 2023); a few firms are unrated.
func (g *generator) class() string {
	switch n := g.rng.IntN(1000); {
	case n < 10:
		return "-"
	case n < 654:
		return "A"
	case n < 901:
		return "B"
	case n < 980:
		return "C"
	default:
		return "D"
	}
}

func (g *generator) firmName(t trade, town string) string {
	for {
		brand := g.pick(brands) + g.pick(brands)
		name := "临溪县" + brand + t.word + t.suffix
		if t.kind == "个体工商户" {
			name = "临溪县" + strings.TrimRight(town, "镇乡街道") + brand + t.word + t.suffix
		}
		if !g.seen[name] {
			g.seen[name] = true
			return name
		}
	}
}

func (g *generator) person() string {
	name := g.pick(surnames) + g.pick(given)
	if g.chance(3, 5) {
		name += g.pick(given)
	}
	return name
}

func firmRows(firms []firm) [][]string {
	rows := [][]string{{"统一社会信用代码", "注册号", "企业名称", "主体类型", "行政区划", "住所", "法定代表人",
		"联系电话", "行业代码", "成立日期", "登记状态", "信用风险分类", "专项库", "暂缓至", "暂缓原因",
		"风险权重"}}
	for _, f := range firms {
		rows = append(rows, []string{f.code, f.regNo, f.name, f.kind, f.area, f.address, f.legalRep,
			f.phone, f.industry, f.founded, f.status, f.class, strings.Join(f.banks, "；"),
			f.holdUntil, f.holdReason, fmt.Sprint(f.weight)})
	}
	return rows
}

// scopes are the items that each unit's inspectors may check; the last one needs a speciality that
// only half of them have.
var scopes = map[string][]string{
	"SPSC": {"JL-002", "SP-001", "SP-002"},
	"CYLT": {"FX-001", "FX-002"},
	"CPZL": {"CP-001", "CP-002", "JL-001", "TS-001"},
	"XYJG": {"GS-001"},
}

func (g *generator) inspectors() [][]string {
	rows := [][]string{{"人员编号", "姓名", "所属机构", "行政区划", "执法证编号", "证件有效期至", "可任主办",
		"单次任务上限", "执法事项", "在岗", "联系电话", "本系统人员"}}
	for u, unit := range unitIDs {
		for i := range officers {
			n := u*officers + i + 1
			until := g.date(2027, 3)
			if i == officers-1 || (u == 1 && i == 3) {
				until = g.date(2024, 2) // expired: leaves the pool by itself
			}
			own := scopes[unit]
			if i%5 == 4 && len(own) > 2 {
				own = own[:len(own)-1]
			}
			limit := ""
			if i%6 == 5 {
				limit = "10"
			}
			rows = append(rows, []string{fmt.Sprintf("I%05d", n), g.person(), unit,
				fmt.Sprintf("%s%03d", county, 1+g.rng.IntN(len(towns))),
				fmt.Sprintf("33992100%04d", n), until, yes(i%5 < 3), limit,
				strings.Join(own, "；"), yes(i != 7 || u != 2), fmt.Sprintf("0579-8%06d", 900000+n), ""})
		}
	}
	return rows
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

func (g *generator) conflicts(people [][]string, firms []firm) [][]string {
	rows := [][]string{{"人员编号", "统一社会信用代码", "回避原因", "有效至"}}
	seen := map[string]bool{}
	for len(rows) <= 60 {
		p, f := people[1+g.rng.IntN(len(people)-1)][0], firms[g.rng.IntN(len(firms))].id()
		if seen[p+f] {
			continue
		}
		seen[p+f] = true
		reason := g.pick([]string{"本人申报", "近亲属", "持股", "曾任职", "轮换", "当事人申请"})
		until := ""
		if reason == "曾任职" || reason == "轮换" {
			until = "2027-12-31"
		}
		rows = append(rows, []string{p, f, reason, until})
	}
	return rows
}

// checks are the visits of the year so far: they count towards caps and cool-down.
func (g *generator) checks(firms []firm) [][]string {
	rows := [][]string{{"统一社会信用代码", "检查日期", "检查层级", "检查类型", "事项编码"}}
	for _, f := range firms {
		for range 3 {
			if !g.chance(1, 18) {
				break
			}
			day := fmt.Sprintf("2026-%02d-%02d", 1+g.rng.IntN(10), 1+g.rng.IntN(28))
			level := g.pick([]string{"本机关", "本机关", "市级", "上级"})
			kind := g.pick([]string{"日常检查", "日常检查", "个案检查", "专项检查"})
			rows = append(rows, []string{f.id(), day, level, kind, ""})
		}
	}
	return rows
}
