package registry

import "fmt"

// warning is something that is imported and deserves a look.
type warning int

const (
	warnExpired warning = iota
	warnEstablished
	warnArea
	warnOldNumber
	warningKinds
)

// warnings counts them with the line of the first.
type warnings struct {
	n, first [warningKinds]int64
}

func (w *warnings) count(k warning, line int64) {
	if w.n[k]++; w.n[k] == 1 {
		w.first[k] = line
	}
}

// texts gives one Chinese sentence for each warning that occurred.
func (w *warnings) texts() []string {
	formats := [warningKinds]string{
		warnExpired:     "执法证已过期的 %d 人（首见第 %d 行）：已导入，抽取时不会入选",
		warnEstablished: "成立日期无法识别的 %d 行（首见第 %d 行）：已导入，原文保存在附加列",
		warnArea:        "没有行政区划的 %d 行（首见第 %d 行）：采用代码中登记机关的行政区划",
		warnOldNumber:   "以 15 位旧注册号导入的 %d 行（首见第 %d 行）：编号为 R.注册号",
	}
	var list []string
	for k, n := range w.n {
		if n > 0 {
			list = append(list, fmt.Sprintf(formats[k], n, w.first[k]))
		}
	}
	return list
}
