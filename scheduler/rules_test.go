package scheduler

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// english finds words of two letters and more that belong to no name that a person knows.
var english = regexp.MustCompile(`[A-Za-z]{2,}`)

// chinese fails if a text is the answer to an unknown rule or has English in it.
func chinese(t *testing.T, name, text string) {
	t.Helper()
	known := strings.NewReplacer("Unicode", "", "NFC", "", "UTF-8", "", "commit", "", "plan.json", "")
	if found := english.FindString(known.Replace(text)); found != "" {
		t.Errorf("%s: English %q in %q", name, found, text)
	}
	if strings.Contains(text, "不符合 draw/1") {
		t.Errorf("%s: the rule is not translated", name)
	}
}

// What the sampling package refuses as a line reaches the person in Chinese.
func TestLineRules(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"empty", "", "不能为空"},
		{"long", strings.Repeat("x", 1001), "至多 1000 字节（一个汉字占三字节），现有 1001 字节"},
		{"not UTF-8", "a\xff", "不是 UTF-8 文字"},
		{"starts with a space", " 理由", "首尾不能有空格"},
		{"ends with a space", "理由 ", "首尾不能有空格"},
		{"two lines", "两\n行", "含有不允许的字符 U+000A（换行、制表等控制字符或不可见字符）"},
		{"invisible", "理\u200b由", "含有不允许的字符 U+200B（换行、制表等控制字符或不可见字符）"},
		{"not NFC", "e\u0301", "文字不是 Unicode 规范形式 NFC，请重新录入而不要粘贴"},
	} {
		err := sampling.CheckLine(c.line)
		if err == nil {
			t.Fatalf("%s: taken", c.name)
		}
		if got := ruleText(err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := ruleText(errors.New("else")); english.MatchString(strings.ReplaceAll(got, "draw/1", "")) {
		t.Errorf("an unknown rule reads %q", got)
	}
}

// What CheckValue refuses reaches the person in Chinese, with the English as the cause.
func TestValueRules(t *testing.T) {
	plan := &sampling.Plan{Hash: "sha256"}
	for _, c := range []struct {
		name, kind, value, want string
	}{
		{"line", sampling.EntropyPublic, " 12", "首尾不能有空格"},
		{"bits", sampling.EntropyPublic, "12", "不足方案写明的 24 位"},
		{"seal", sampling.EntropySeal, "12", "64 位小写十六进制"},
		{"other seal", sampling.EntropySeal, strings.Repeat("0", 64), "与方案中承诺的密封值不符"},
		{"beacon", sampling.EntropyBeacon, "0F", "小写十六进制"},
	} {
		spec := &sampling.EntropySpec{Name: "x", Kind: c.kind, Bits: 24}
		cause := sampling.CheckValue(plan, spec, c.value)
		if cause == nil {
			t.Fatalf("%s: taken", c.name)
		}
		err := valueFault("值", cause)
		if e, ok := fault.As(err); !ok || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%s: the cause is lost", c.name)
		}
		chinese(t, c.name, err.Error())
	}
}

// What a planner can get wrong in a source is named in Chinese with the number of the source.
func TestSourceRules(t *testing.T) {
	witness := Source{Name: "w", Kind: sampling.EntropyWitness, Event: "宣读，{cutoff} 前"}
	for _, c := range []struct {
		name   string
		change func(p *PlanSpec)
		want   string
	}{
		{"label", func(p *PlanSpec) { p.Entropy[1].Name = "彩票" }, "第 2 个随机源“彩票”名称应以"},
		{"commit", func(p *PlanSpec) { p.Entropy[0].Name = "commit" }, "第 1 个随机源"},
		{"name", func(p *PlanSpec) { p.Entropy[1].Name = p.Entropy[0].Name }, "名称重复"},
		{"event", func(p *PlanSpec) {
			second := p.Entropy[1]
			second.Name = "b2"
			p.Entropy = append(p.Entropy, second)
		}, "公共事件的说明重复"},
		{"bits", func(p *PlanSpec) { p.Entropy[1].Bits = 1025 }, "应在 0 至 1024 之间"},
		{"witness", func(p *PlanSpec) { p.Entropy = append(p.Entropy, witness) }, "见证语要排在"},
		{"empty line", func(p *PlanSpec) { p.Entropy[0].Event = "" }, "不能为空"},
		{"not NFC", func(p *PlanSpec) { p.Entropy[0].Event = "e\u0301" }, "NFC"},
	} {
		spec := monthly()
		c.change(&spec)
		err := spec.checkSources()
		if e, ok := fault.As(err); !ok || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
			continue
		}
		message := strings.ReplaceAll(err.Error(), spec.Entropy[0].Name, "")
		message = strings.NewReplacer(spec.Entropy[1].Event, "", "双色球", "").Replace(message)
		if c.name != "event" { // it repeats the source's own words
			chinese(t, c.name, message)
		}
	}
}
