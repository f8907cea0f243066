package reports

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"yaohao/sampling"
)

// zhDate writes a date as official papers do (GB/T 9704-2012 §7.3.5.4): Arabic figures, no
// leading zeros, 2026年11月5日. What is no date is given back as it is.
func zhDate(d sampling.Date) string {
	parts := strings.Split(string(d), "-")
	if len(parts) != 3 {
		return string(d)
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil {
			return string(d)
		}
		n[i] = v
	}
	return fmt.Sprintf("%d年%d月%d日", n[0], n[1], n[2])
}

// percent writes n/total with two decimals, rounded half up, in integers.
func percent(n, total int64) string {
	if total <= 0 {
		return "—"
	}
	scaled := new(big.Int).Mul(big.NewInt(n), big.NewInt(20000))
	scaled.Add(scaled, big.NewInt(total))
	v := scaled.Div(scaled, big.NewInt(2*total)).Int64()
	return fmt.Sprintf("%d.%02d%%", v/100, v%100)
}

// enoughBits is what public entropy must add up to for grade `public` (draw/1 §5).
const enoughBits = 60

// gradeWords says what the grade of a draw means (draw/1 §5), for people who never read that
// document: words to be set strongly, and the rest of the sentence. The weakness of a grade is
// part of the sentence.
func gradeWords(d DrawView) (strong, rest string) {
	bits := d.publicBits()
	switch {
	case d.Grade == "public":
		return "有公共随机源。", fmt.Sprintf("随机数取自本机关以外公开产生的事件（合计%d比特）；事件发生之前，"+
			"名单和规则已经锁定并公布校验值，本机关事先不能知晓抽取结果。", bits)
	case d.Grade == "sealed":
		return "有外部见证或者保管的随机源，没有足够的公共随机源。", fmt.Sprintf("公共随机源合计%d比特，"+
			"不足%d比特；随机数中有本机关以外的见证人或者保管人提供的部分，如本机关与其串通，"+
			"不能排除操纵的可能。", bits, enoughBits)
	case d.Grade == "self" && bits > 0:
		return "自证，公共随机源不足，本次抽取不能排除机关自行操纵的可能。", fmt.Sprintf(
			"公共随机源合计%d比特，不足%d比特，其余随机数仅由本机关提供。", bits, enoughBits)
	case d.Grade == "self":
		return "自证，仅由本机关提供随机数，本次抽取不能排除机关自行操纵的可能。", fmt.Sprintf(
			"公共随机源合计0比特，不足%d比特。", enoughBits)
	}
	return "随机性等级不明（" + d.Grade + "），", "不能据此认定抽取的公正性。"
}

// gradeLine is the grade in one line for the head of a paper, with the bits; empty where the draw
// has none yet.
func gradeLine(grade string, bits int64) string {
	name := map[string]string{"public": "公开", "sealed": "见证", "self": "自证"}[grade]
	if name == "" {
		return grade
	}
	if bits < enoughBits {
		return fmt.Sprintf("%s（公共随机源合计%d比特，不足%d比特）", name, bits, enoughBits)
	}
	return fmt.Sprintf("%s（公共随机源合计%d比特）", name, bits)
}

// publicBits adds up the stated bits of the public entropy.
func (d DrawView) publicBits() int64 {
	var bits int64
	for _, e := range d.Entropy {
		if e.Kind == "public" || e.Kind == "beacon" {
			bits += e.Bits
		}
	}
	return bits
}

// entropyKind names a kind of randomness (draw/1 §5).
func entropyKind(kind string) string {
	switch kind {
	case "public":
		return "公共事件"
	case "beacon":
		return "公共随机信标"
	case "witness":
		return "见证人当场提供"
	case "seal":
		return "事先封存的随机数"
	case "chain":
		return "事先公布的哈希链"
	}
	return kind
}
