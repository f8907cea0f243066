package main

import (
	"fmt"
	"slices"
	"strings"
)

// weigh gives firms that sell drugs and medical devices a risk weight 风险权重: what they sell and to
// how many. Others have 1.
func (g *generator) weigh(firms []firm) {
	for i := range firms {
		firms[i].weight = 1
		if slices.Contains(firms[i].banks, "药品经营") {
			firms[i].weight += g.rng.IntN(3) * (1 + g.rng.IntN(9))
		}
	}
}

const (
	experts = 12
	labs    = 5
)

// banks are the experts 专家 and laboratories 检验机构: rows of inspectors.csv. Five experts of twelve
// come from outside the system, more than the third that the bank needs.
func (g *generator) banks() [][]string {
	var rows [][]string
	for i := range experts {
		rows = append(rows, []string{fmt.Sprintf("E%05d", i+1), g.person(), "ZJK", "",
			fmt.Sprintf("临专聘%03d", i+1), g.date(2027, 3), "是", "", "SP-001；SP-002", "是",
			fmt.Sprintf("0579-8%06d", 910001+i), yes(i%12 < 7)})
	}
	names := []string{"临溪县质量检验检测所", "浙南产品质量检验中心", "清源检测技术有限公司", "恒信标准检测有限公司",
		"云朗轻工产品检测院"}
	for i := range labs {
		own := []string{"CP-001", "CP-002", "JL-001"}
		if i == labs-1 {
			own = own[1:]
		}
		rows = append(rows, []string{fmt.Sprintf("L%05d", i+1), names[i], "JYJG", "",
			fmt.Sprintf("CMA2633%06d", 17*(i+1)), g.date(2028, 3), "是", "", strings.Join(own, "；"),
			"是", fmt.Sprintf("0579-8%06d", 920001+i), yes(i == 0)})
	}
	return rows
}

// givenTasks is how many firms the city's office drew and gave to the county.
const givenTasks = 12

// given are the tasks of one batch: firms that the city's office drew among those who sell food
// online.
func (g *generator) given(firms []firm) [][]string {
	rows := [][]string{{"批次", "执法机构", "检查对象", "行政区划", "抽查事项", "上级抽取摘要"}}
	seen := map[string]bool{}
	for len(rows) <= givenTasks {
		f := firms[g.rng.IntN(len(firms))]
		if seen[f.id()] || f.status != "存续" || !slices.Contains(f.banks, "餐饮服务") {
			continue
		}
		seen[f.id()] = true
		rows = append(rows, []string{"SJ-2026-11", "CYLT", f.id(), f.area, "FX-001",
			strings.Repeat("5a", 32)})
	}
	return rows
}
