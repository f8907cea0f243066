package reports

import (
	"fmt"
	"testing"
	"time"

	"yaohao/sampling"
)

// nationalCategories are the eight national result categories.
var nationalCategories = []Category{
	{"1", "未发现问题"}, {"2", "未按规定公示应当公示的信息"}, {"3", "公示信息隐瞒真实情况弄虚作假"},
	{"4", "通过登记的住所（经营场所）无法联系"}, {"5", "发现问题已责令改正"}, {"6", "不配合检查情节严重"},
	{"7", "未发现开展本次抽查涉及的经营活动"}, {"8", "发现问题待后续处理"},
}

const hex64 = "9f2c4b7d0e1a58336c7e91d2b4f60a8c5e3d7f1209b8a6c4d2e0f1a3b5c7d9e8"

// sampleAnnouncement is an announcement with n results.
func sampleAnnouncement(n int) AnnouncementView {
	v := AnnouncementView{
		Office: "青山县市场监督管理局", Year: 2026, Number: 11,
		PlanNo: "36082620260011", PlanName: "2026年度青山县市场监管领域不定向抽查工作计划",
		TaskNo: "360826202611030011", TaskName: "2026年11月食品销售和特种设备使用单位随机抽查",
		Units: []string{"食品安全监督管理股", "特种设备安全监察股"},
		Draw: DrawView{ID: "2026-11-M", Committed: "2026-11-03", Drawn: "2026-11-05", Commit: hex64,
			Seed: hex64, TranscriptHash: hex64, Grade: "self", Entropy: []EntropyView{
				{"office", "seal", "本机关2026年10月30日生成并封存的32字节随机数，11月20日启封", hex64, 256},
				{"lottery", "public", "中国体育彩票排列5第26294期开奖号码，2026年11月4日21时30分公布", "3 8 0 5 1", 16}}},
		Items: []ItemSize{
			{"食品销售经营监督检查", "《中华人民共和国食品安全法》第一百一十条；《食品生产经营监督检查管理办法》第十一条", 1840, 56},
			{"特种设备使用单位监督检查", "《中华人民共和国特种设备安全法》第五十七条", 260, 13}},
		Classes: nationalCategories, Date: "2026-11-20",
		At:  time.Date(2026, 11, 20, 9, 0, 0, 0, time.FixedZone("", 8*3600)),
		URL: "https://yh.qingshan.example.gov.cn/draws/2026-11-M",
		Verify: []string{"curl -fO https://yh.qingshan.example.gov.cn/draws/2026-11-M/bundle.zip",
			"unzip bundle.zip -d 2026-11-M", "yaohao-verify 2026-11-M"},
	}
	names := []string{"青山县东门镇老街口第一粮油食品商行（个体工商户）", "江西青山𠮷祥食品有限公司", "青山县城关镇㐂来便利店",
		"青山县王䶮超市", "中石化江西石油分公司青山县第三加油站"}
	codes := [][]string{{"1"}, {"1"}, {"1"}, {"5"}, {"4"}, {"2", "5"}, {"7"}}
	for i := range n {
		v.Results = append(v.Results, ResultRow{Name: names[i%len(names)],
			Code:      fmt.Sprintf("91360826MA%08d", i),
			CheckedOn: sampling.Date(fmt.Sprintf("2026-11-%02d", 6+i%12)), Categories: codes[i%len(codes)]})
	}
	return v
}

func mustRender(t testing.TB, v AnnouncementView) *Document {
	t.Helper()
	doc, err := RenderAnnouncement(v, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// sampleTasks is a task list of n visits.
func sampleTasks(n int) TaskListView {
	v := TaskListView{Office: "青山县市场监督管理局", Draw: "2026-11-M", PlanName: "2026年度青山县市场监管领域不定向抽查工作计划",
		Grade: "self", Bits: 16,
		Unit: "食品安全监督管理股", Inspector: "欧阳𠮷", InspectorID: "QS-0017",
		At: time.Date(2026, 11, 5, 9, 30, 0, 0, time.FixedZone("", 8*3600))}
	for i := range n {
		t := TaskView{ID: fmt.Sprintf("2026-11-M.SPJ.%04d", i+1), Name: "江西青山𠮷祥食品有限公司",
			Code:    fmt.Sprintf("91360826MA%08d", i),
			Address: "江西省吉安市青山县城关镇解放路128号（老粮站院内）1栋", VisitBy: "2026-11-30",
			Items: []TaskItemView{{"食品销售经营监督检查", []string{"核对食品经营许可证或者备案信息，经营地址、项目与许可一致",
				"查验进货查验记录和供货者资质，抽查不少于三个品种", "检查贮存条件、保质期和标签标识；散装食品标明名称、生产日期"}}},
			Team: []Member{{"欧阳𠮷", true}, {"李晓梅", false}}}
		if i%2 == 1 {
			t.Items = append(t.Items, TaskItemView{"公示信息检查", []string{"核对即时公示信息和年度报告", "联系登记的住所（经营场所）"}})
		}
		v.Tasks = append(v.Tasks, t)
	}
	return v
}
