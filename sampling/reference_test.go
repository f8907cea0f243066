package sampling

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/emmansun/gmsm/sm3"
)

// This file is draw/1 §3 to §6 a second time, written from the text of the specification alone, in
// the slow and obvious way: maps, whole files, package encoding/json, big integers, a full sort.
// Random offices are frozen and drawn by the package and compared with it.

// slowHash is H of §1.
func slowHash(suite, text string) string {
	h := map[string]func([]byte) [32]byte{"sha256": sha256.Sum256, "sm3": sm3.Sum}[suite]([]byte(text))
	return hex.EncodeToString(h[:])
}

// slowPlan is the part of a plan that selection reads.
type slowPlan struct {
	Hash  string
	Date  string
	Items []struct {
		Item, Label string
		Reserve     int
		Frame       struct {
			Date         string
			CooldownFrom string   `json:"cooldown_from"`
			StrataBy     []string `json:"strata_by"`
			Caps         []struct {
				Counter int
				Max     int
				Class   string
			}
		}
		Strata []struct {
			ID     string
			N      int64
			Method string
			Ratio  *slowRatio
			Pace   *slowRatio
			All    bool
			Min    int64
			Cap    *slowRatio
		}
	}
	Entropy []struct{ Name string }
}

// slowRatio is a ratio or a pace; part = of = 1 for a ratio.
type slowRatio struct{ Num, Den, Part, Of, Base, Done int64 }

// slowTranscript gives commit, seed and items of the transcript, and seed.txt.
func slowTranscript(t *testing.T, files fs.FS, values map[string]string) (
	doc map[string]any, seedText string) {
	t.Helper()
	raw := string(mustRead(t, files, PlanFile))
	var plan slowPlan
	if err := json.Unmarshal([]byte(raw), &plan); err != nil {
		t.Fatal(err)
	}
	commit := slowHash(plan.Hash, raw)
	seedText = "draw/1 seed\ncommit=" + commit + "\n"
	for _, e := range plan.Entropy {
		seedText += e.Name + "=" + values[e.Name] + "\n"
	}
	seed := slowHash(plan.Hash, seedText)
	items := []any{}
	for i, it := range plan.Items {
		strata := map[string][]slowUnit{} // by id
		text := string(mustRead(t, files, "candidates."+it.Item+".tsv"))
		for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			column := strings.Split(line, "\t")
			if stratum := slowPlace(plan, i, column); stratum != "" {
				ticket := slowHash(plan.Hash, seed+"|"+it.Label+"|"+column[0])
				weight, _ := strconv.ParseInt(column[7], 10, 64)
				strata[stratum] = append(strata[stratum],
					slowUnit{id: column[0], ticket: ticket, weight: weight})
			}
		}
		list := []any{}
		for k, s := range it.Strata {
			order := strata[s.ID]
			sort.Slice(order, func(i, j int) bool {
				return order[i].ticket+order[i].id < order[j].ticket+order[j].id
			})
			n := slowSize(plan, i, k)
			selected, reserve, cut := []string{}, []string{}, strings.Repeat("0", 64)
			if s.Method == "pareto" {
				order, _ = slowPareto(order, int64(n))
			}
			for place, u := range order {
				if place < n {
					selected, cut = append(selected, u.id), u.ticket
				} else if place < n+it.Reserve {
					reserve = append(reserve, u.id)
				}
			}
			if s.Method == "pareto" {
				cut = slowCut(order, int64(n))
			}
			list = append(list, map[string]any{"id": s.ID, "N": len(order), "n": n, "cut": cut,
				"selected": selected, "reserve": reserve})
		}
		items = append(items, map[string]any{"item": it.Item, "strata": list})
	}
	return map[string]any{"commit": commit, "seed": seed, "items": items}, seedText
}

// slowPlace is §3: the stratum of a candidate, "" if it is excluded.
func slowPlace(plan slowPlan, item int, column []string) string {
	frame := plan.Items[item].Frame
	area, class, visits := column[1], column[2], strings.Split(column[4], ",")
	if column[3] != "active" || column[6] != "-" && column[6] > frame.Date {
		return ""
	}
	for _, c := range frame.Caps {
		n, _ := strconv.Atoi(visits[c.Counter])
		if (c.Class == "" || c.Class == class) && n >= c.Max {
			return ""
		}
	}
	parts := []string{}
	for _, by := range frame.StrataBy {
		parts = append(parts, map[string]string{"area2": area[:2], "area4": area[:4],
			"area6": area[:6], "class": class}[by])
	}
	stratum := strings.Join(parts, "/")
	if len(parts) == 0 {
		stratum = "all"
	}
	if frame.CooldownFrom != "" && column[5] != "-" && column[5] >= frame.CooldownFrom {
		stratum += "~"
	}
	return stratum
}

// slowSize is §4.1 in rational numbers.
func slowSize(plan slowPlan, item, stratum int) int {
	s := plan.Items[item].Strata[stratum]
	r := s.Pace
	switch {
	case s.All:
		return int(s.N)
	case s.Ratio != nil:
		r = &slowRatio{s.Ratio.Num, s.Ratio.Den, 1, 1, s.N, 0}
	}
	share := big.NewRat(r.Num*r.Part, r.Den*r.Of)
	share.Mul(share, new(big.Rat).SetInt64(r.Base))
	floor := new(big.Int).Div(share.Num(), share.Denom())
	if !share.IsInt() {
		floor.Add(floor, big.NewInt(1))
	}
	return int(min(s.N, max(s.Min, floor.Int64()-r.Done)))
}

// randomOffice freezes one to three items of two units with everything that a plan can ask for.
func randomOffice(t *testing.T, r *rand.Rand) (fstest.MapFS, *Plan) {
	t.Helper()
	plan := &Plan{Draw: "2026-11-R", Hash: []string{HashSHA256, HashSM3}[r.IntN(2)], Prev: PrevNone, Date: "2026-11-01",
		Entropy: []EntropySpec{{Name: "w", Kind: EntropyWitness, Event: "监督员宣读"},
			{Name: "d", Kind: EntropyBeacon, Event: "quicknet", Bits: 64}}}
	files := fstest.MapFS{}
	for i := range 1 + r.IntN(3) {
		item := ItemID("SX-" + strconv.Itoa(i))
		frame := randomFrame(r)
		weighted := r.IntN(2) == 0
		b, err := NewPopulationBuilder(plan.Hash, item, frame, weighted)
		if err != nil {
			t.Fatal(err)
		}
		var candidates, population []byte
		for k := range 20 + r.IntN(80) {
			c := randomCandidate(r, k)
			placed, err := b.Add(&c)
			if err != nil {
				t.Fatal(err)
			}
			candidates = append(candidates, placed.CandidateLine...)
			population = append(population, placed.PopulationLine...)
		}
		files[NameCandidates(item)] = &fstest.MapFile{Data: candidates}
		files[NamePopulation(item)] = &fstest.MapFile{Data: population}
		it := (&office{frame: frame, reserve: r.Int64N(4)}).plan(b.Totals()).Items[0]
		it.ID, it.Unit = item, UnitID("U"+strconv.Itoa(min(i, 1)))
		it.Label = []string{"shared", "own-" + strconv.Itoa(i)}[r.IntN(2)]
		for k := range it.Strata {
			randomSize(r, &it.Strata[k])
		}
		// With weights in the file at least one stratum has to read them.
		for k := range it.Strata {
			if s := &it.Strata[k]; weighted && (k == 0 || r.IntN(2) == 0) {
				s.Method = MethodPareto
				if s.All {
					s.All, s.Ratio = false, &Ratio{1 + r.Int64N(4), 5}
				}
			}
		}
		plan.Items = append(plan.Items, it)
	}
	for u := range min(2, len(plan.Items)) {
		unit := Unit{ID: UnitID("U" + strconv.Itoa(u)), Kind: UnitInspectors, Seats: 2,
			Label: "asg", VisitBy: "2026-12-31", AreaRule: "any"}
		roster := randomRoster(r)
		files[NameRoster(unit.ID)] = &fstest.MapFile{Data: roster}
		files[NameConflicts(unit.ID)] = &fstest.MapFile{}
		unit.RosterSHA = slowHash(plan.Hash, string(roster))
		unit.ConflictsSHA = slowHash(plan.Hash, "")
		plan.Units = append(plan.Units, unit)
	}
	files[PlanFile] = &fstest.MapFile{Data: plan.Marshal()}
	return files, plan
}

func randomFrame(r *rand.Rand) Frame {
	f := Frame{Date: "2026-10-31"}
	by := []string{"area2", "area4", "area6", "class"}
	r.Shuffle(len(by), func(i, j int) { by[i], by[j] = by[j], by[i] })
	f.StrataBy = by[:r.IntN(3)]
	if r.IntN(2) == 0 {
		f.CooldownFrom = "2026-03-15"
	}
	if r.IntN(2) == 0 {
		f.Caps = []Cap{{0, 3, ""}, {0, 2, "-"}, {0, 1, "D"}, {1, 4, ""}}[r.IntN(3):]
	}
	return f
}

func randomCandidate(r *rand.Rand, k int) Candidate {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	return Candidate{ID: EntityID(fmt.Sprintf("R.%05d", 3*k)),
		Area: pick("330102", "330105001", "340207"), Class: pick("A", "B", "D", "-"),
		Status:    pick("active", "active", "active", "active", "revoked"),
		Visits:    []int64{r.Int64N(4), r.Int64N(6)},
		Weight:    1 + []int64{0, r.Int64N(9), r.Int64N(1000)}[r.IntN(3)],
		LastVisit: Date(pick("", "", "2026-03-14", "2026-03-15", "2026-10-01")),
		HoldUntil: Date(pick("", "", "", "2026-10-31", "2026-11-01"))}
}

// randomSize gives a stratum one of the four ways to say how many.
func randomSize(r *rand.Rand, s *Stratum) {
	switch r.IntN(4) {
	case 0:
		s.Ratio = nil
		s.All = true
	case 1:
		s.Ratio = nil
		s.Pace = &Pace{1 + r.Int64N(3), 30, 1 + r.Int64N(12), 12, r.Int64N(400), r.Int64N(9)}
	case 2:
		least := r.Int64N(5)
		s.Ratio, s.Min = &Ratio{1, 1 + r.Int64N(20)}, &least
	default:
		s.Ratio = &Ratio{1 + r.Int64N(3), 7}
		s.Cap = &Ratio{s.Ratio.Num, 7}
	}
}

func randomRoster(r *rand.Rand) (data []byte) {
	for j := range 8 + r.IntN(20) {
		data = RosterLine{ID: InspectorID(fmt.Sprintf("I%03d", j)), Area: "330102",
			Scopes: []ItemID{"SX-0", "SX-1", "SX-2"}, Lead: j%3 > 0, CertUntil: "2026-12-31",
			Carry: r.Int64N(4), Cap: NoCap}.AppendLine(data)
	}
	return data
}

// TestReference draws 80 random offices both ways and verifies the bundles.
func TestReference(t *testing.T) {
	for seed := range uint64(80) {
		r := rand.New(rand.NewPCG(1, seed))
		files, plan := randomOffice(t, r)
		values := map[string]string{"w": "风 = " + strconv.Itoa(r.Int()),
			"d": hex.EncodeToString(fmt.Appendf(nil, "%08d", r.IntN(1e8)))}
		res, err := Draw(plan, files, []EntropyValue{{"d", values["d"]}, {"w", values["w"]}})
		if err != nil {
			t.Fatalf("office %d: %v", seed, err)
		}
		want, seedText := slowTranscript(t, files, values)
		files[SeedFile] = &fstest.MapFile{Data: res.SeedText}
		files[TranscriptFile] = &fstest.MapFile{Data: res.Transcript.Marshal()}
		if string(res.SeedText) != seedText {
			t.Errorf("office %d: %q, want %q", seed, res.SeedText, seedText)
		}
		var have map[string]json.RawMessage
		if err := json.Unmarshal(res.Transcript.Marshal(), &have); err != nil {
			t.Fatal(err)
		}
		for key, value := range want {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(value); err != nil {
				t.Fatal(err)
			}
			if got := append(slices.Clone(have[key]), '\n'); !bytes.Equal(got, b.Bytes()) {
				t.Errorf("office %d: %s is\n%s\nwant\n%s", seed, key, got, b.Bytes())
			}
		}
		if report := Verify(files, plan.Commit(), io.Discard); report.ExitCode() != ExitOK {
			t.Errorf("office %d: %v", seed, report)
		}
	}
}
