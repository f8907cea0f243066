package sampling

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// jsonPaths lists the paths of all values below v, for edit.
func jsonPaths(v any, path string, list []string) []string {
	step := func(s string) string { return strings.TrimPrefix(path+"."+s, ".") }
	switch v := v.(type) {
	case []any:
		for i := range v {
			list = jsonPaths(v[i], step(strconv.Itoa(i)), append(list, step(strconv.Itoa(i))))
		}
	case object:
		for _, m := range v {
			list = jsonPaths(m.value, step(m.key), append(list, step(m.key)))
		}
	}
	return list
}

// otherValue is a value that a forger might write.
func otherValue(r *rand.Rand) any {
	values := []any{int64(0), int64(1), int64(-1), int64(maxCount), int64(maxInteger), "", "0", "A",
		"-", "srs", "2026-11-01", hexZeros, "P.01", "I0", true, false, []any{}, []any{"0", "0"},
		[]any{int64(1)}, object{}, object{{"num", int64(1)}, {"den", int64(2)}},
		object{{"name", "x"}, {"value", "y"}}}
	return values[r.IntN(len(values))]
}

// mutated changes, removes or adds one to three values of a document and prints it canonically.
func mutated(t *testing.T, r *rand.Rand, document []byte) []byte {
	t.Helper()
	for range 1 + r.IntN(3) {
		v, err := parseJSON(document)
		if err != nil {
			t.Fatal(err)
		}
		paths := jsonPaths(v, "", nil)
		path := paths[r.IntN(len(paths))]
		last := path[strings.LastIndexByte(path, '.')+1:]
		switch isKey := !isDigit(last[0]); {
		case isKey && r.IntN(4) == 0:
			document = edit(t, document, path, gone{})
		case isKey && r.IntN(6) == 0:
			document = edit(t, document, path+"x", otherValue(r))
		default:
			document = edit(t, document, path, otherValue(r))
		}
	}
	return document
}

// TestMutatedTranscript: what the reader accepts prints to the same bytes, and what is printed is
// read back; mutations of both kinds occur.
func TestMutatedTranscript(t *testing.T) {
	t.Parallel()
	files, res := smallBundle(t)
	documents := [][]byte{fullTranscript().Marshal(), files[TranscriptFile].Data}
	accepted, refused := 0, 0
	for seed := range uint64(1500) {
		b := mutated(t, rng(seed), documents[seed%2])
		tr, err := ParseTranscript(b)
		if err != nil {
			refused++
			continue
		}
		accepted++
		if have := tr.Marshal(); !bytes.Equal(have, b) {
			t.Errorf("%s\nprints as\n%s", b, have)
		}
	}
	if accepted < 150 || refused < 150 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
	again, err := ParseTranscript(res.Transcript.Marshal())
	if err != nil || again.Sum() != res.Transcript.Sum() {
		t.Errorf("the transcript itself: %v", err)
	}
}

// TestMutatedPlan: the same for plans; what ParsePlan accepts, Check accepts as a struct, and the
// commit is the hash of the bytes.
func TestMutatedPlan(t *testing.T) {
	t.Parallel()
	accepted, refused := 0, 0
	for seed := range uint64(1500) {
		b := mutated(t, rng(seed), planBytes(t))
		p, err := ParsePlan(b)
		if err != nil {
			refused++
			continue
		}
		accepted++
		if !bytes.Equal(p.Marshal(), b) || p.Commit() != sha256Suite.hex(b) || p.Check() != nil {
			t.Errorf("%s\nprints as\n%s: %v", b, p.Marshal(), p.Check())
		}
	}
	if accepted < 25 || refused < 150 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
}

// TestMutatedBundle forges plan or transcript in canonical form, the plan in both documents with
// the commit and the seed recomputed, as somebody would who knows the format. Verify always ends
// with a verdict, and never with ok.
func TestMutatedBundle(t *testing.T) {
	t.Parallel()
	good, res := smallBundle(t)
	for seed := range uint64(900) {
		r := rng(seed)
		files := with(good, TranscriptFile, mutated(t, r, good[TranscriptFile].Data))
		if seed%2 == 0 {
			b := mutated(t, r, good[PlanFile].Data)
			tr := *res.Transcript
			tr.Plan, tr.Commit = b, sha256Suite.hex(b)
			text := SeedText(tr.Commit, tr.Entropy)
			tr.Seed = sha256Suite.hex(text)
			files = with(with(good, PlanFile, b), SeedFile, text)
			files[TranscriptFile] = &fstest.MapFile{Data: tr.Marshal()}
		}
		same := true
		for name, f := range files {
			same = same && bytes.Equal(f.Data, good[name].Data)
		}
		var out bytes.Buffer
		v := Verify(files, "", &out)
		if (v.ExitCode() == ExitOK) != same {
			t.Errorf("case %d: exit %d\n%s", seed, v.ExitCode(), out.String())
		}
		if lines := strings.Count(out.String(), "\n"); lines != len(v.Checks) || lines == 0 {
			t.Errorf("case %d: %d lines for %d checks", seed, lines, len(v.Checks))
		}
	}
}

// TestCorruptedBundle damages the raw bytes of vectors in several places and files at once: bits,
// missing and repeated stretches, exchanged and emptied files. Verify never panics or says ok.
func TestCorruptedBundle(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"srs-two-strata", "infeasible", "lead-family",
		"shared-label-two-items"} {
		source, plan, _ := vector(t, name)
		good := fstest.MapFS{}
		for _, file := range bundleFiles(plan) {
			good[file] = &fstest.MapFile{Data: mustRead(t, source, file)}
		}
		names := bundleFiles(plan)
		for seed := range uint64(250) {
			r := rng(uint64(i)<<32 | seed)
			files, changed := good, false
			for range 1 + r.IntN(4) {
				victim := names[r.IntN(len(names))]
				data := corrupted(r, files[victim].Data, files[names[r.IntN(len(names))]].Data)
				files = with(files, victim, data)
			}
			for _, file := range names {
				changed = changed || !bytes.Equal(files[file].Data, good[file].Data)
			}
			v := Verify(files, plan.Commit(), io.Discard)
			if (v.ExitCode() == ExitOK) == changed {
				t.Errorf("%s case %d: %v", name, seed, v)
			}
		}
	}
}

// bundleFiles lists the files of a bundle in the order of the plan.
func bundleFiles(p *Plan) []string {
	names := []string{PlanFile, SeedFile, TranscriptFile}
	for i := range p.Items {
		names = append(names, NameCandidates(p.Items[i].ID), NamePopulation(p.Items[i].ID))
	}
	for i := range p.Units {
		names = append(names, NameRoster(p.Units[i].ID), NameConflicts(p.Units[i].ID))
	}
	return names
}

// corrupted gives data damaged in one way; other is another file of the bundle.
func corrupted(r *rand.Rand, data, other []byte) []byte {
	from := r.IntN(len(data) + 1)
	to := from + r.IntN(len(data)-from+1)
	switch r.IntN(6) {
	case 0:
		return slices.Concat(data[:from], data[to:])
	case 1:
		return slices.Concat(data[:to], data[from:])
	case 2:
		return slices.Concat(data[:from], []byte{byte(r.IntN(256))}, data[from:])
	case 3:
		return other
	case 4:
		return nil
	}
	data = slices.Clone(data)
	for range min(len(data), 3) {
		data[r.IntN(len(data))] ^= 1 << r.IntN(8)
	}
	return data
}

// TestEveryKeyCounts: of a transcript no key can be left out, no list be longer or empty and no
// text or number be another one without a check that fails, also where there is nothing to staff:
// one plan with its values has one transcript (§10).
func TestEveryKeyCounts(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nothing-drawn", "nobody-eligible", "infeasible", "lead-family"} {
		source, plan, _ := vector(t, name)
		good := fstest.MapFS{}
		for _, file := range bundleFiles(plan) {
			good[file] = &fstest.MapFile{Data: mustRead(t, source, file)}
		}
		text := good[TranscriptFile].Data
		refuse := func(path, what string, value any) {
			forged := edit(t, text, path, value)
			v := Verify(with(good, TranscriptFile, forged), "", io.Discard)
			if v.ExitCode() != ExitFailed && !bytes.Equal(forged, text) {
				t.Errorf("%s: %s %s: %v", name, path, what, v)
			}
		}
		document, err := parseJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range document.(object) {
			if m.key == "plan" {
				continue // plan.json shows every change of it
			}
			for _, path := range append(jsonPaths(m.value, m.key, nil), m.key) {
				last := path[strings.LastIndexByte(path, '.')+1:]
				if !isDigit(last[0]) {
					refuse(path, "left out", gone{})
				}
				refuse(path, "as an empty list", []any{})
				refuse(path, "as an empty object", object{})
				refuse(path, "as an empty text", "")
				refuse(path, "as 0", int64(0))
				refuse(path, "as another number", int64(7))
			}
		}
		for _, list := range listPaths(document, "", nil) {
			if !strings.HasPrefix(list, "plan.") {
				refuse(list, "longer by a text", "0")
				refuse(list, "longer by a list", []any{})
				refuse(list, "longer by a pair", []any{"0", "0"})
			}
		}
	}
}

// listPaths lists, for every list below v, the path of an element behind its last.
func listPaths(v any, path string, list []string) []string {
	switch v := v.(type) {
	case []any:
		list = append(list, path+"."+strconv.Itoa(len(v)))
		for i := range v {
			list = listPaths(v[i], path+"."+strconv.Itoa(i), list)
		}
	case object:
		for _, m := range v {
			list = listPaths(m.value, strings.TrimPrefix(path+"."+m.key, "."), list)
		}
	}
	return list
}
