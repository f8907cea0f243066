package sampling

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

// refusedDraw holds Draw to giving an error and nothing else.
func refusedDraw(t *testing.T, what string, plan *Plan, files fs.FS, values []EntropyValue) error {
	t.Helper()
	res, err := Draw(plan, files, values)
	if err == nil || res != nil {
		t.Errorf("%s: %+v, %v", what, res, err)
		return errors.New("none")
	}
	if text := err.Error(); text == "" || strings.Contains(text, "\n") {
		t.Errorf("%s: %q is not one line", what, text)
	}
	return err
}

// TestRefusePlanValues: a plan built as a struct is held to the same rules as one that is read, so
// no caller can draw from what Verify would refuse.
func TestRefusePlanValues(t *testing.T) {
	for what, bend := range map[string]func(p *Plan){
		"nothing at all":        func(p *Plan) { *p = Plan{} },
		"no suite":              func(p *Plan) { p.Hash = "" },
		"no prev":               func(p *Plan) { p.Prev = "" },
		"no date":               func(p *Plan) { p.Date = "" },
		"no entropy":            func(p *Plan) { p.Entropy = nil },
		"no units":              func(p *Plan) { p.Units = nil },
		"no items":              func(p *Plan) { p.Items = nil },
		"no size":               func(p *Plan) { p.Items[0].Strata[0].Ratio = nil },
		"two sizes":             func(p *Plan) { p.Items[0].Strata[0].All = true },
		"a zero ratio":          func(p *Plan) { p.Items[0].Strata[0].Ratio = &Ratio{} },
		"a zero pace":           func(p *Plan) { p.Items[0].Strata[0].Pace = &Pace{} },
		"a negative reserve":    func(p *Plan) { p.Items[0].Reserve = -1 },
		"a reserve above 10^9":  func(p *Plan) { p.Items[0].Reserve = maxCount + 1 },
		"no method":             func(p *Plan) { p.Items[0].Strata[0].Method = "" },
		"a path as item":        func(p *Plan) { p.Items[0].ID = "../X" },
		"a path as unit":        func(p *Plan) { p.Units[0].ID, p.Items[0].Unit = "/X", "/X" },
		"a line of two lines":   func(p *Plan) { p.Note = "a\nb" },
		"damaged UTF-8":         func(p *Plan) { p.Note = "\xff" },
		"an unknown area rule":  func(p *Plan) { p.Units[0].AreaRule = "same5" },
		"a commit on public":    func(p *Plan) { p.Entropy[0].Commit = hexZeros },
		"a frame of later":      func(p *Plan) { p.Items[0].Frame.Date = "2026-11-02" },
		"a counter of none":     func(p *Plan) { p.Items[0].Frame.Caps = []Cap{{4, 1, ""}} },
		"a counter below none":  func(p *Plan) { p.Items[0].Frame.Caps = []Cap{{-1, 1, ""}} },
		"an integer above 2^53": func(p *Plan) { p.Items[0].N = 1 << 60 },
	} {
		files, plan, values := smallOffice().freeze(t)
		bend(plan)
		err := refusedDraw(t, what, plan, files, values)
		var e *Error
		if !errors.As(err, &e) || e.File != PlanFile ||
			e.Check != CheckPlan && e.Check != CheckCanonical {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestRefuseValues: values that §5 does not allow, by the kind of the entry.
func TestRefuseValues(t *testing.T) {
	const secret = "32d1c16afd22f9488c1b5e69807f91164e8a0d5bf8d0e9628a1ff7d228b399da"
	good := []EntropyValue{{"seal", secret}, {"chain", secret}, {"w", "春江 = 1 | 2"},
		{"p", "09,18,20"}, {"b", "00ff"}}
	sum := sha256Suite.hex([]byte(secret))
	entropy := []EntropySpec{{Name: "seal", Kind: EntropySeal, Event: "1", Bits: 1024, Commit: sum},
		{Name: "chain", Kind: EntropyChain, Event: "2", Commit: sum},
		{Name: "w", Kind: EntropyWitness, Event: "3", Bits: 1024},
		{Name: "p", Kind: EntropyPublic, Event: "4", Bits: 57},
		{Name: "b", Kind: EntropyBeacon, Event: "5", Bits: 30}}
	files, plan, _ := smallOffice().freeze(t)
	plan.Entropy = entropy
	if _, err := Draw(plan, files, good); err != nil {
		t.Fatal(err)
	}
	change := func(i int, name, value string) []EntropyValue {
		v := slices.Clone(good)
		v[i] = EntropyValue{name, value}
		return v
	}
	for _, c := range []struct {
		values []EntropyValue
		rule   string
	}{
		{nil, "missing"},
		{good[1:], "missing"},
		{good[:4], "missing"},
		{append(slices.Clone(good), good[2]), "given twice"},
		{change(0, "chain", secret), "given twice"},
		{change(0, "Seal", secret), "no entropy entry of that name"},
		{change(0, "", secret), "no entropy entry of that name"},
		{change(0, "seal", strings.ToUpper(secret)), "64 lower-case hex"},
		{change(0, "seal", secret[1:]), "64 lower-case hex"},
		{change(0, "seal", secret+"0"), "64 lower-case hex"},
		{change(0, "seal", sum), "does not open its commit"},
		{change(1, "chain", sum), "does not open its commit"},
		{change(1, "chain", "x"), "64 lower-case hex"},
		{change(2, "w", ""), "not a line"},
		{change(2, "w", "x "), "not a line"},
		{change(2, "w", "x\ny=z"), "not a line"},
		{change(2, "w", "\xff"), "not a line"},
		{change(2, "w", strings.Repeat("x", 1001)), "not a line"},
		{change(3, "p", "1234567"), "does not hold 57 bits"},
		{change(3, "p", "中国"), "does not hold 57 bits"},
		{change(4, "b", "00f"), "hex of even length"},
		{change(4, "b", "00FF"), "hex of even length"},
		{change(4, "b", "0x00ff"), "hex of even length"},
		{change(4, "b", "ff"), "does not hold 30 bits"},
	} {
		err := refusedDraw(t, c.rule, plan, files, c.values)
		var e *Error
		if !errors.As(err, &e) || e.Check != CheckEntropy || !strings.Contains(e.Rule, c.rule) {
			t.Errorf("%v: %v, want %s", c.values, err, c.rule)
		}
	}
	for _, v := range [][]EntropyValue{change(3, "p", "12345678"), change(4, "b", "00ffee"),
		change(2, "w", strings.Repeat("x", 1000))} {
		if _, err := Draw(plan, files, v); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
}

// breaking is a file system in which one file breaks off after some bytes.
type breaking struct {
	fs.FS
	name  string
	after int64
}

func (b breaking) Open(name string) (fs.File, error) {
	f, err := b.FS.Open(name)
	if err != nil || name != b.name {
		return f, err
	}
	return readerFile{io.MultiReader(io.LimitReader(f, b.after), iotest.ErrReader(fs.ErrClosed))},
		nil
}

// TestRefuseBrokenDisk: a file that breaks off half-way, or gives nothing for ever, is a file that
// cannot be read: no draw, and exit code 2, whatever the first half said.
func TestRefuseBrokenDisk(t *testing.T) {
	files, plan, values := smallOffice().freeze(t)
	frozen := []string{candFile, popFile, rostFile, confFile}
	bundle(t, files, plan, values)
	for name, f := range files {
		for _, after := range []int64{0, 1, int64(len(f.Data) / 2), int64(len(f.Data))} {
			torn := breaking{files, name, after}
			if slices.Contains(frozen, name) {
				var missing *MissingError
				err := refusedDraw(t, name, plan, torn, values)
				if !errors.As(err, &missing) || missing.File != name ||
					!errors.Is(err, fs.ErrClosed) {
					t.Errorf("%s after %d bytes: %v", name, after, err)
				}
			}
			if v := Verify(torn, "", io.Discard); v.ExitCode() != ExitMissing {
				t.Errorf("%s after %d bytes: %v", name, after, v)
			}
		}
	}
	_, _, err := allLines(t, silent{})
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that says nothing: %v", err)
	}
}

// silent gives no bytes and no error.
type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

// TestRefuseDirectories: a directory where a file should be is missing as a file.
func TestRefuseDirectories(t *testing.T) {
	good, _ := smallBundle(t)
	for name := range good {
		files := with(good, name+"/x", []byte("x"))
		delete(files, name)
		if v := Verify(files, "", io.Discard); v.ExitCode() != ExitMissing {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// TestRefuseAnyBit: one bit of any frozen file, or of any hash in the plan, stops the draw.
func TestRefuseAnyBit(t *testing.T) {
	t.Parallel()
	files, plan, values := smallOffice().freeze(t)
	for name, f := range files {
		for i := range f.Data {
			data := slices.Clone(f.Data)
			data[i] ^= 1 << (i % 8)
			err := refusedDraw(t, name, plan, with(files, name, data), values)
			var e *Error
			if !errors.As(err, &e) || e.Check != CheckFiles && e.Check != CheckPopulation {
				t.Errorf("%s with byte %d changed: %v", name, i, err)
			}
		}
	}
	for what, sum := range map[string]func(p *Plan) *string{
		candFile: func(p *Plan) *string { return &p.Items[0].CandidatesSHA },
		popFile:  func(p *Plan) *string { return &p.Items[0].PopulationSHA },
		"":       func(p *Plan) *string { return &p.Items[0].PopulationRoot },
		rostFile: func(p *Plan) *string { return &p.Units[0].RosterSHA },
		confFile: func(p *Plan) *string { return &p.Units[0].ConflictsSHA },
	} {
		bent := plan.clone(t)
		hash := sum(bent)
		flip := map[bool]string{true: "1", false: "0"}[(*hash)[63] == '0']
		*hash = (*hash)[:63] + flip
		err := refusedDraw(t, what, bent, files, values)
		var e *Error
		if !errors.As(err, &e) || e.Check != CheckFiles || e.Line != 0 ||
			!strings.HasSuffix(e.Rule, *hash) || what != "" && e.File != what {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// clone gives a plan of its own with the same bytes.
func (p *Plan) clone(t *testing.T) *Plan {
	t.Helper()
	c, err := ParsePlan(p.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRefuseGreed: a plan may claim 10^9 lines and a reserve of as many; its files are small, and
// so is the memory that is made. Draw refuses, and the claims are named.
func TestRefuseGreed(t *testing.T) {
	files, plan, values := smallOffice().freeze(t)
	it := &plan.Items[0]
	it.N, it.Reserve = maxCount, maxCount
	rest := int64(0)
	for _, s := range it.Strata[1:] {
		rest += s.N
	}
	it.Strata[0].N = maxCount - rest
	it.Strata[0].Ratio = &Ratio{1, 1}
	var e *Error
	err := refusedDraw(t, "greed", plan, files, values)
	if !errors.As(err, &e) || e.Check != CheckFiles || !strings.Contains(e.Rule, "1000000000") {
		t.Error(err)
	}
	_, err = Draw(plan.clone(t), fstest.MapFS{}, values)
	var missing *MissingError
	if !errors.As(err, &missing) || missing.File != candFile {
		t.Errorf("without files: %v", err)
	}
}
