package sampling_test

import (
	"encoding/hex"
	"fmt"
	"os"

	"yaohao/sampling"
)

// The whole of a verifier: the same that yaohao-verify does.
func ExampleVerify() {
	bundle := os.DirFS("testdata/vectors/srs-two-strata")
	published := "2ec154149c67c3123553dc0915d0acc5e3fbb9ca9ea50abad9dc74a061b44e20"
	report := sampling.Verify(bundle, published, os.Stdout)
	fmt.Println("exit", report.ExitCode())
	// Output:
	// ok canonical
	// ok plan draw 2026-11-T101
	// ok commit 2ec154149c67c3123553dc0915d0acc5e3fbb9ca9ea50abad9dc74a061b44e20
	// ok entropy 3 values
	// ok seed 5a05197ab71b16639040f3ca0862b454198b0e427e5c50579821fbd2abcabc84
	// ok grade public; happy8: 中国福利彩票快乐8 第2026296期，2026-11-02T21:30+08:00，20个号码升序、两位、逗号, 61 bits
	// ok files 1 items with 37 lines of population, 1 units
	// ok population
	// ok size 5 selected
	// ok selection
	// ok staffing HJBH: 5 tasks, 8 inspectors, 0 tasks with exactly 2 eligible inspectors, 3 lines of conflicts
	// ok optimal
	// ok unique
	// ok roles
	// exit 0
}

// A draw from files alone: plan.json, the frozen files, and the values that arrived after the plan
// was committed to.
func ExampleDraw() {
	files := os.DirFS("testdata/vectors/srs-two-strata")
	text, err := os.ReadFile("testdata/vectors/srs-two-strata/plan.json")
	if err != nil {
		panic(err)
	}
	plan, err := sampling.ParsePlan(text)
	if err != nil {
		panic(err)
	}
	result, err := sampling.Draw(plan, files, []sampling.EntropyValue{
		{Name: "happy8", Value: "09,18,20,22,23,29,30,32,36,38,39,41,45,48,53,54,59,62,64,68"},
		{Name: "witness-1", Value: "春江水暖鸭先知 = 4711 | ok"},
		{Name: "office-seal",
			Value: "32d1c16afd22f9488c1b5e69807f91164e8a0d5bf8d0e9628a1ff7d228b399da"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(string(result.SeedText))
	for _, s := range result.Transcript.Items[0].Strata {
		fmt.Println(s.ID, s.N, s.Size, s.Selected, s.Reserve)
	}
	for i, task := range result.Tasks[0] {
		fmt.Println(task.Entity, result.Transcript.Staffing[0].Teams[i])
	}
	// Output:
	// draw/1 seed
	// commit=2ec154149c67c3123553dc0915d0acc5e3fbb9ca9ea50abad9dc74a061b44e20
	// office-seal=32d1c16afd22f9488c1b5e69807f91164e8a0d5bf8d0e9628a1ff7d228b399da
	// witness-1=春江水暖鸭先知 = 4711 | ok
	// happy8=09,18,20,22,23,29,30,32,36,38,39,41,45,48,53,54,59,62,64,68
	// A 23 3 [92330105HYNWETT3MX 93330302D62DE963LQ 913402074FND3807B8] [913301061NU8KL3N26 9133030252EQHB6FR4]
	// B 14 2 [91330106EKJNUKK28F 913302039G81QWC48A] [913303028E6D3GRWYH R.3301024599203]
	// 91330106EKJNUKK28F [I00031 I00024]
	// 913302039G81QWC48A [I00003 I00010]
	// 913402074FND3807B8 [I00003 I00017]
	// 92330105HYNWETT3MX [I00024 I00017]
	// 93330302D62DE963LQ [I00045 I00038]
}

// A firm that wants to know "why me" hashes its own ticket and compares it with the cut.
func ExampleTicket() {
	const seed = "5a05197ab71b16639040f3ca0862b454198b0e427e5c50579821fbd2abcabc84"
	ticket := sampling.Ticket(sampling.HashSHA256, seed, "sel-sx-001", "913402074FND3807B8")
	fmt.Println(hex.EncodeToString(ticket[:]))
	// Output:
	// 322f9612d70f80f3a3747d039028a97707da1933ca05f949142be22308aa14b8
}

// A freeze: candidates in the order of their ids become two files and what the plan says of them.
func ExamplePopulationBuilder() {
	frame := sampling.Frame{Date: "2026-11-01", CooldownFrom: "2026-06-01",
		StrataBy: []string{"class"}, Caps: []sampling.Cap{{Counter: 0, Max: 2}}}
	b, err := sampling.NewPopulationBuilder(sampling.HashSHA256, "SX-001", frame, false)
	if err != nil {
		panic(err)
	}
	candidate := func(id, status string, visits int64, last, hold sampling.Date) {
		placed, err := b.Add(&sampling.Candidate{ID: sampling.EntityID(id), Area: "330102",
			Class: "A", Status: status, Visits: []int64{visits}, LastVisit: last,
			HoldUntil: hold, Weight: 1})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(id, placed.Excluded+placed.Stratum)
	}
	candidate("R.1", "active", 1, "2026-05-31", "")
	candidate("R.2", "active", 1, "2026-06-01", "")
	candidate("R.3", "active", 2, "2026-06-01", "")
	candidate("R.4", "active", 0, "", "2026-11-02")
	candidate("R.5", "revoked", 0, "", "")
	candidate("R.4", "active", 0, "", "")
	totals := b.Totals()
	fmt.Println(totals.N, totals.Strata, totals.Excluded)
	// Output:
	// R.1 A
	// R.2 A~
	// R.3 capped
	// R.4 held
	// R.5 inactive
	// candidates.SX-001.tsv:6: column 1: "R.4": not strictly ascending
	// 2 [{A 1} {A~ 1}] {1 1 1}
}

// Sizes are rounded up once, in integers; a ceiling never clips, it refuses.
func ExampleStratum_Size() {
	show := func(s sampling.Stratum) {
		n, err := s.Size()
		fmt.Println(n, err)
	}
	few := int64(2)
	show(sampling.Stratum{ID: "A", N: 116, Ratio: &sampling.Ratio{Num: 3, Den: 100}})
	show(sampling.Stratum{ID: "A", N: 1000, Pace: &sampling.Pace{Num: 1, Den: 30, Part: 11,
		Of: 12, Base: 1000, Done: 28}})
	show(sampling.Stratum{ID: "A", N: 10, Ratio: &sampling.Ratio{Num: 3, Den: 100},
		Cap: &sampling.Ratio{Num: 5, Den: 100}})
	show(sampling.Stratum{ID: "A", N: 10, Ratio: &sampling.Ratio{Num: 3, Den: 100}, Min: &few,
		Cap: &sampling.Ratio{Num: 5, Den: 100}})
	// Output:
	// 4 <nil>
	// 3 <nil>
	// 1 <nil>
	// 2 "A": n is above its limit
}
