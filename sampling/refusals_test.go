package sampling

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// refusal is one kind of thing that `yaohao draw` refuses (§9), with the whole line that it says:
// the file, the line or the place in it, the value where there is one, and the rule.
type refusal struct {
	what string
	// bend spoils the plan, the files or the values of the small office; it may give new values.
	bend func(f fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue
	line string
}

// onPlan spoils the plan alone.
func onPlan(bend func(p *Plan)) func(fstest.MapFS, *Plan, []EntropyValue) []EntropyValue {
	return func(_ fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue {
		bend(p)
		return v
	}
}

// onFile replaces a part of a file alone; its hash in the plan stays what it was.
func onFile(name, old, with string) func(fstest.MapFS, *Plan, []EntropyValue) []EntropyValue {
	return func(f fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
		data := bytes.Replace(f[name].Data, []byte(old), []byte(with), 1)
		if bytes.Equal(data, f[name].Data) {
			panic(name + " has no " + old)
		}
		f[name] = &fstest.MapFile{Data: data}
		return v
	}
}

// onValue replaces the value of the public event.
func onValue(value string) func(fstest.MapFS, *Plan, []EntropyValue) []EntropyValue {
	return func(fstest.MapFS, *Plan, []EntropyValue) []EntropyValue {
		return []EntropyValue{{"happy8", value}}
	}
}

// entropyOf replaces the entropy of the plan by one entry of a kind, and its value.
func entropyOf(kind, commit, value string) func(fstest.MapFS, *Plan, []EntropyValue) []EntropyValue {
	return func(_ fstest.MapFS, p *Plan, _ []EntropyValue) []EntropyValue {
		p.Entropy = []EntropySpec{{Name: "e", Kind: kind, Event: "x", Commit: commit}}
		return []EntropyValue{{"e", value}}
	}
}

// planRefusals: a plan that is invalid. The plan is read before anything else.
var planRefusals = []refusal{
	{"bytes that are no canonical JSON", onPlan(func(p *Plan) { p.Note = "e\u0301" }),
		`plan.json: byte 964: "\"` + "e\u0301" +
			`\",\"prev\"": string is not UTF-8 in Unicode form NFC`},
	{"a key's value of no such pattern", onPlan(func(p *Plan) { p.Draw = "m" }),
		`plan.json: draw: "m": not an identifier`},
	{"a value out of its range", onPlan(func(p *Plan) { p.Units[0].Seats = 100 }),
		`plan.json: units[0]: seats: "100": not in 2…99`},
	{"a word of no meaning", onPlan(func(p *Plan) { p.Hash = "md5" }),
		`plan.json: hash: "md5": not one of [sha256 sm3]`},
	{"no date", onPlan(func(p *Plan) { p.Date = "2026-02-30" }),
		`plan.json: date: "2026-02-30": not a date YYYY-MM-DD of the years 1900 to 9999`},
	{"a list in another order", onPlan(func(p *Plan) { p.Units = append(p.Units, p.Units[0]) }),
		`plan.json: units: "HJBH": not strictly sorted by unit`},
	{"a reference to nothing", onPlan(func(p *Plan) { p.Items[0].Unit = "X"; p.Units = nil }),
		`plan.json: units: an empty list`},
	{"a day before another", onPlan(func(p *Plan) { p.Units[0].VisitBy = "2026-10-31" }),
		`plan.json: units[0]: visit_by: "2026-10-31": before the freeze`},
	{"a sum that is none", onPlan(func(p *Plan) { p.Items[0].N++ }),
		`plan.json: items[0]: N: N is 17, not the sum 16 over the strata`},
	{"a size above its limit", onPlan(func(p *Plan) {
		least := int64(9)
		p.Items[0].Strata[0].Min, p.Items[0].Strata[0].Cap = &least, &Ratio{1, 4}
	}), `plan.json: items[0]: strata[0]: "A": n is above its limit`},
	{"a census by weight", onPlan(func(p *Plan) {
		s := &p.Items[0].Strata[0]
		s.Ratio, s.All, s.Method = nil, true, MethodPareto
	}), `plan.json: items[0]: strata[0]: "pareto": a census (all) is srs`},
	{"a gate for the whole team", onPlan(func(p *Plan) { p.Units[0].Gate = &Gate{2} }),
		`plan.json: units[0]: gate: max: "2": not in 0…1`},
	{"tasks both given and drawn", onPlan(func(p *Plan) { p.Units[0].TasksSHA = hexZeros }),
		`plan.json: units[0]: "HJBH": an item names this unit although its tasks are given`},
	{"an event twice", onPlan(func(p *Plan) {
		e := p.Entropy[0]
		e.Name = "again"
		p.Entropy = append(p.Entropy, e)
	}), `plan.json: entropy[1]: event: "快乐8 第2026296期": entropy event repeated`},
	{"a witness that speaks last", onPlan(func(p *Plan) {
		p.Entropy = append(p.Entropy, EntropySpec{Name: "w", Kind: EntropyWitness, Event: "x"})
	}), `plan.json: entropy[1]: "w": a witness line after the last public event`},
}

// valueRefusals: values that §5 does not allow. They come from the command line, not from a file,
// so the line names the entry.
var valueRefusals = []refusal{
	{"no value", func(fstest.MapFS, *Plan, []EntropyValue) []EntropyValue { return nil },
		`entropy: happy8: the value is missing`},
	{"a value twice", func(_ fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
		return append(v, v...)
	}, `entropy: happy8: the value is given twice`},
	{"a value of nothing", func(_ fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
		return append(v, EntropyValue{"dice", "6"})
	}, `entropy: dice: the plan has no entropy entry of that name`},
	{"no line", onValue("1,2,3 "),
		`entropy: happy8: "1,2,3 ": not a line: a line neither starts nor ends with a space`},
	{"fewer bits than stated", onValue("1,2,3"),
		`entropy: happy8: "1,2,3": the value does not hold 61 bits`},
	{"a seal of no 64 characters", entropyOf(EntropySeal, hexZeros, "00"),
		`entropy: e: "00": not the 64 lower-case hex characters of a seal`},
	{"a chain that is another", entropyOf(EntropyChain, hexZeros, hexZeros),
		`entropy: e: "` + hexZeros + `": the value does not open its commit`},
	{"a beacon of half a byte", entropyOf(EntropyBeacon, "", "0af"),
		`entropy: e: "0af": not hex of even length`},
}

// fileRefusals: frozen files that are malformed, or not those of the plan. %s is the hash of the
// file as it is, %p the one of the plan.
var fileRefusals = []refusal{
	{"a column of no such pattern", onFile(candFile, "P.02\t330102", "P.02\t33010x"),
		candFile + `:3: column 2: "33010x": not an area of 6 to 12 digits`},
	{"a column too few", onFile(rostFile, "I1\t330105\t", "I1\t"),
		rostFile + `:2: 7 columns, expected 8`},
	{"a line out of order", onFile(rostFile, "I1\t", "I2\t"),
		rostFile + `:3: not strictly ascending`},
	{"no last LF", func(f fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
		f[confFile].Data = f[confFile].Data[:len(f[confFile].Data)-1]
		return v
	}, confFile + `:2: no final LF`},
	{"a visit counted twice", onFile(candFile, "P.02\t330102\tA\tactive\t2",
		"P.02\t330102\tA\tactive\t2,0"),
		candFile + `:3: column 5: not as many counts as in the line above`},
	{"a counter that is missing", onPlan(func(p *Plan) { p.Items[0].Frame.Caps[0].Counter = 1 }),
		candFile + `:1: column 5: counter 1 of caps is missing`},
	{"another reason", onFile(confFile, "kin", "share"),
		confFile + `: "%s": the file does not have the hash of the plan, %p`},
	{"another certificate", onFile(rostFile, "2026-12-31", "2027-12-31"),
		rostFile + `: "%s": the file does not have the hash of the plan, %p`},
	{"another root", onPlan(func(p *Plan) { p.Items[0].PopulationRoot = hexZeros }),
		popFile + `: "%r": the file does not have the root of the plan, ` + hexZeros},
	{"another N", onPlan(func(p *Plan) { p.Items[0].N++; p.Items[0].Strata[0].N++ }),
		popFile + `: the file has 16 lines, N of the plan is 17`},
	{"other exclusions", onPlan(func(p *Plan) { p.Items[0].Excluded.Held++ }),
		popFile + `: excluded are {Inactive:1 Held:1 Capped:6}, the plan says ` +
			`{Inactive:1 Held:2 Capped:6}`},
	{"strata of other sizes", onPlan(func(p *Plan) {
		p.Items[0].Strata[0].N++
		p.Items[0].Strata[1].N--
	}), popFile + `: "A": the stratum has 8 lines, N of the plan is 9`},
	{"too few outsiders", onPlan(func(p *Plan) {
		p.Units[0].Gate, p.Units[0].Pool = &Gate{0}, &Ratio{1, 1}
	}), rostFile + `: pool: 5 of 6 are not gated, the plan wants 1/1`},
	{"families that overlap", func(f fstest.MapFS, p *Plan, v []EntropyValue) []EntropyValue {
		p.Units[0].Gate = &Gate{1}
		onFile(rostFile, "I2\t330105\tSX-001\t1\t0", "I2\t330105\tSX-001\t1\t1")(f, p, v)
		p.Units[0].RosterSHA = suiteOf(p).hex(f[rostFile].Data)
		return v
	}, rostFile + `: families overlap: lead = 0 and gated = 1 are neither disjoint nor nested, ` +
		`as lines 3, 5, 6 show`},
	{"no such file", func(f fstest.MapFS, _ *Plan, v []EntropyValue) []EntropyValue {
		delete(f, confFile)
		return v
	}, confFile + ` cannot be read: open ` + confFile + `: file does not exist`},
}

// gatedOffice is the small office with one insider among its inspectors.
func gatedOffice() *office {
	o := smallOffice()
	o.roster[5].Gated = true
	return o
}

// TestRefusals: for every kind of refusal the whole line, which names the place and the rule, and
// nothing drawn.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(planRefusals, valueRefusals, fileRefusals) {
		files, plan, values := gatedOffice().freeze(t)
		root := plan.Items[0].PopulationRoot
		values = c.bend(files, plan, values)
		err := refusedDraw(t, c.what, plan, files, values)
		name, _, _ := strings.Cut(c.line, ":")
		want := c.line
		if f := files[name]; f != nil {
			sums := map[string]string{candFile: plan.Items[0].CandidatesSHA,
				popFile: plan.Items[0].PopulationSHA, rostFile: plan.Units[0].RosterSHA,
				confFile: plan.Units[0].ConflictsSHA}
			want = strings.NewReplacer("%s", suiteOf(plan).hex(f.Data), "%p", sums[name],
				"%r", root).Replace(want)
		}
		if err.Error() != want {
			t.Errorf("%s:\n%s\nwant\n%s", c.what, err, want)
		}
		var e *Error
		if errors.As(err, &e) && (e.Rule == "" || e.File == "" && e.Path == "") {
			t.Errorf("%s: %+v names no place or no rule", c.what, e)
		}
	}
}

// TestRefusalsAreComplete: every check that a draw can fail before it is made stands in the table.
func TestRefusalsAreComplete(t *testing.T) {
	found := map[string]bool{}
	for _, c := range slices.Concat(planRefusals, valueRefusals, fileRefusals) {
		files, plan, values := gatedOffice().freeze(t)
		_, err := Draw(plan, files, c.bend(files, plan, values))
		var e *Error
		var missing *MissingError
		switch {
		case errors.As(err, &missing):
			found["missing"] = true
		case errors.As(err, &e):
			found[e.Check] = true
		}
	}
	for _, check := range []string{CheckCanonical, CheckPlan, CheckEntropy, CheckFiles,
		CheckPopulation, CheckStaffing, "missing"} {
		if !found[check] {
			t.Errorf("no refusal of the kind %s", check)
		}
	}
}
