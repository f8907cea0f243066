package registry

import (
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"2026-11-02": "2026-11-02", "2026/11/2": "2026-11-02", "2026年11月2日": "2026-11-02",
		"20261102": "2026-11-02", "2026.11.2": "2026-11-02", "2026-1-2": "2026-01-02",
		"2024-02-29": "2024-02-29", "2026-11-02 00:00:00": "2026-11-02",
		"2026-11-02T09:05:00.000+08:00": "2026-11-02", "2026/11/2 9:05": "2026-11-02",
		"1900-01-01": "1900-01-01", "9999-12-31": "9999-12-31",
		// not dates
		"2026-02-29": "", "2026-13-01": "", "2026-11-31": "", "2026-00-10": "", "1899-12-31": "",
		"26-11-02": "", "2026-11": "", "2026年11月": "", "2026年11月2": "", "2026/11-02": "",
		"45963": "", "２０２６-11-02": "", "2026-11-02x": "", "2026-11-02 noon": "", "": "",
		"2026年11月2日x": "", "20260230": "", "2026-11-02 x9:00": "",
	} {
		d, ok := parseDate(s)
		got := ""
		if ok {
			got = string(dateOf(d))
		}
		if got != want {
			t.Errorf("parseDate(%q) = %q, want %q", s, got, want)
		}
	}
}

// FuzzParseDate: what is read is a date of draw/1, and each of its spellings is read as the same.
func FuzzParseDate(f *testing.F) {
	f.Add("2026年11月2日")
	f.Add("2026-11-02 00:00:00")
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDate(s)
		if !ok {
			return
		}
		if _, err := sampling.ParseDate(string(dateOf(d))); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		for _, layout := range []string{time.DateOnly, "2006/1/2", "2006年1月2日", "20060102",
			"2006.01.02", time.DateTime} {
			if again, ok := parseDate(d.Format(layout)); !ok || !again.Equal(d) {
				t.Fatalf("%q, then %q: %v %v", s, d.Format(layout), again, ok)
			}
		}
	})
}

func TestParseRatio(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]sampling.Ratio{
		"3/100": {Num: 3, Den: 100}, "3%": {Num: 3, Den: 100}, "3％": {Num: 3, Den: 100},
		"3.5%": {Num: 35, Den: 1000}, "0.03": {Num: 3, Den: 100}, "5‰": {Num: 5, Den: 1000},
		"1": {Num: 1, Den: 1}, "0": {Num: 0, Den: 1}, "100%": {Num: 100, Den: 100},
		"1 / 3": {Num: 1, Den: 3}, "1/1000000": {Num: 1, Den: 1_000_000},
	} {
		if got, ok := parseRatio(s); !ok || got != want {
			t.Errorf("parseRatio(%q) = %v %v, want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "5/3", "101%", "1.5", "-1%", "1/0", "1/1000001", "0.0000001",
		".5", "3/", "/3", "三分之一", "1e-2", "%"} {
		if got, ok := parseRatio(s); ok {
			t.Errorf("parseRatio(%q) = %v, want none", s, got)
		}
	}
}

// TestHintCode: the hint names the code as it should be, or what the check character should be.
func TestHintCode(t *testing.T) {
	t.Parallel()
	const good = "91350100M000100Y43" // GB 32100-2015, example
	if c := checkCharacter(good); c != '3' {
		t.Fatalf("check character %c", c)
	}
	for s, want := range map[string]string{
		"91350100m000100y43": "规范写法为 " + good,
		"９１３５０１００Ｍ０００１００Ｙ４３": "规范写法为 " + good,
		"91350100 M000100Y43": "规范写法为 " + good,
		"91350100M000100Y44":  "校验位应为 3",
		"350100100012345":     "--old-numbers",
		"91350100M000100Y4":   "现为 17 位",
		"91350100M000100I43":  "不含 I、O、S、V、Z",
	} {
		if got := hintCode(s); !strings.Contains(got, want) {
			t.Errorf("hintCode(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestCleanCell(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{" a ": "a", "　甲　": "甲", "\u00a0x\u3000": "x", "x\ufeff": "x\ufeff", "N/A": "",
		" - ": "", `\N`: "", "NA": "NA", "甲 乙": "甲 乙", "——": "", "": "", " ": "", "«»": "«»"} {
		if got := cleanCell(s); got != want {
			t.Errorf("cleanCell(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const text = "企业名称,住所\n甲公司,某县一号\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text + "㐀公司,𠀀路\n")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("甲乙丙丁戊己庚辛,某县\n", 5000)
	for name, c := range map[string]struct{ in, out, encoding string }{
		"plain":            {text, text, encodingUTF8},
		"BOM":              {"\ufeff" + text, text, encodingBOM},
		"GB18030":          {gb, text + "㐀公司,𠀀路\n", encodingGB18030},
		"ASCII":            {"name,code\na,b\n", "name,code\na,b\n", encodingUTF8},
		"truncated":        {text[:len(text)-2], text[:len(text)-2], encodingUTF8},
		"long":             {long, long, encodingUTF8},
		"long and no line": {strings.ReplaceAll(long, "\n", ""), strings.ReplaceAll(long, "\n", ""), encodingUTF8},
		"a damaged line":   {text + "\xff\xfe甲,乙\n" + text, text + "\xff\xfe甲,乙\n" + text, encodingUTF8},
	} {
		r, encoding, err := decode("f.csv", strings.NewReader(c.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		out, err := io.ReadAll(r)
		if err != nil || string(out) != c.out || encoding != c.encoding {
			t.Errorf("%s: %v %s %.100q", name, err, encoding, out)
		}
	}
	for name, in := range map[string]string{"empty": "", "blank": " \n\n", "UTF-16": "\xff\xfea\x00",
		"xlsx": "PK\x03\x04aaaa", "xls": "\xd0\xcf\x11\xe0aaaa"} {
		if _, _, err := decode("f.csv", strings.NewReader(in)); !fault.Is(err, fault.Invalid) ||
			!strings.Contains(err.Error(), "f.csv") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
