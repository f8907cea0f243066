package sampling

import (
	"testing"
	"testing/fstest"
)

// office is a small office whose frozen files tests bend before they are frozen.
type office struct {
	candidates []Candidate
	roster     []RosterLine
	conflicts  []ConflictLine
	frame      Frame
	ratio      Ratio
	reserve    int64
	value      string // of the public event
	hash       string // the suite
	weighted   bool   // the population has weights
}

// newOffice is an office without candidates and inspectors.
func newOffice() *office {
	return &office{
		frame:   Frame{Date: "2026-11-01", StrataBy: []string{"class"}},
		ratio:   Ratio{1, 10},
		reserve: 2,
		hash:    HashSHA256,
		value:   "09,18,20,22,23,29,30,32,36,38,39,41,45,48,53,54,59,62,64,68",
	}
}

// freeze writes the frozen files and the plan of the office.
func (o *office) freeze(tb testing.TB) (fstest.MapFS, *Plan, []EntropyValue) {
	tb.Helper()
	builder, err := NewPopulationBuilder(o.hash, "SX-001", o.frame, o.weighted)
	if err != nil {
		tb.Fatal(err)
	}
	var candidates, population, roster, conflicts []byte
	for i := range o.candidates {
		placed, err := builder.Add(&o.candidates[i])
		if err != nil {
			tb.Fatal(err)
		}
		candidates = append(candidates, placed.CandidateLine...)
		population = append(population, placed.PopulationLine...)
	}
	for _, l := range o.roster {
		roster = l.AppendLine(roster)
	}
	for _, l := range o.conflicts {
		conflicts = l.AppendLine(conflicts)
	}
	files := fstest.MapFS{
		NameCandidates("SX-001"): {Data: candidates},
		NamePopulation("SX-001"): {Data: population},
		NameRoster("HJBH"):       {Data: roster},
		NameConflicts("HJBH"):    {Data: conflicts},
	}
	plan := o.plan(builder.Totals())
	plan.Units[0].RosterSHA = suiteOf(plan).hex(roster)
	plan.Units[0].ConflictsSHA = suiteOf(plan).hex(conflicts)
	return files, plan, []EntropyValue{{"happy8", o.value}}
}

func (o *office) plan(totals PopulationTotals) *Plan {
	item := Item{ID: "SX-001", Basis: "双随机抽查事项清单（2026） 第1项", Kind: KindRoutine,
		Unit: "HJBH", Label: "sel-sx-001", Frame: o.frame, Excluded: totals.Excluded,
		CandidatesSHA: totals.CandidatesSHA, PopulationSHA: totals.PopulationSHA,
		PopulationRoot: totals.PopulationRoot, N: totals.N, Reserve: o.reserve}
	for _, s := range totals.Strata {
		ratio := o.ratio
		item.Strata = append(item.Strata, Stratum{ID: s.ID, N: s.N, Method: MethodSRS,
			Ratio: &ratio})
	}
	return &Plan{Draw: "2026-11-T1", Hash: o.hash, Prev: PrevNone, Date: "2026-11-01",
		Items: []Item{item},
		Units: []Unit{{ID: "HJBH", Kind: UnitInspectors, Seats: 2, Label: "asg-hjbh",
			VisitBy: "2026-12-31", AreaRule: "any"}},
		Entropy: []EntropySpec{{Name: "happy8", Kind: EntropyPublic, Event: "快乐8 第2026296期",
			Bits: 61}}}
}

// bundle draws and adds plan.json, seed.txt and transcript.json to the files.
func bundle(tb testing.TB, files fstest.MapFS, plan *Plan, values []EntropyValue) *Result {
	tb.Helper()
	res, err := Draw(plan, files, values)
	if err != nil {
		tb.Fatal(err)
	}
	files[PlanFile] = &fstest.MapFile{Data: plan.Marshal()}
	files[SeedFile] = &fstest.MapFile{Data: res.SeedText}
	files[TranscriptFile] = &fstest.MapFile{Data: res.Transcript.Marshal()}
	return res
}
