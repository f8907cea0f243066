package sampling

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// This file forges transcripts in small ways that keep every type: a number one off, a text with
// another last character, two neighbours of a list exchanged, an element dropped or written twice.
// TestEveryKeyCounts replaces whole values; these are the changes that an office would try.

// smallLies gives every document that differs from the given one by one such change outside
// `plan`, with a word about the change.
func smallLies(t *testing.T, document []byte, use func(what string, forged []byte)) {
	t.Helper()
	root, err := parseJSON(document)
	if err != nil {
		t.Fatal(err)
	}
	lie := func(path, what string, value any) {
		if b := edit(t, document, path, value); !bytes.Equal(b, document) {
			use(path+" "+what, b)
		}
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case int64:
			lie(path, "one more", v+1)
			lie(path, "one less", v-1)
		case string:
			lie(path, "other end", otherEnd(v))
		case []any:
			for i := range v {
				walk(path+"."+strconv.Itoa(i), v[i])
				lie(path, "dropped "+strconv.Itoa(i), slices.Delete(slices.Clone(v), i, i+1))
				lie(path, "twice "+strconv.Itoa(i), slices.Insert(slices.Clone(v), i, v[i]))
				if i > 0 {
					swapped := slices.Clone(v)
					swapped[i-1], swapped[i] = v[i], v[i-1]
					lie(path, "exchanged "+strconv.Itoa(i), swapped)
				}
			}
		case object:
			for _, m := range v {
				walk(path+"."+m.key, m.value)
			}
		}
	}
	for _, m := range root.(object) {
		if m.key != "plan" {
			walk(m.key, m.value)
		}
	}
}

// otherEnd changes the last character of a text, to one of the same kind.
func otherEnd(s string) string {
	if s == "" {
		return "0"
	}
	last := map[byte]byte{'0': '1', '9': '8', 'f': 'e', 'a': 'b'}[s[len(s)-1]]
	if last == 0 {
		last = s[len(s)-1] ^ 1
	}
	return s[:len(s)-1] + string(last)
}

// TestSmallLies tells every small lie about draws of all kinds: gates of each shape, weights,
// given tasks, shortages, several items and units.
func TestSmallLies(t *testing.T) {
	t.Parallel()
	told := 0
	bundles := map[string]fstest.MapFS{}
	for _, name := range []string{"given-tasks", "equal-families", "infeasible"} {
		source, plan, _ := vector(t, name)
		bundles[name] = fstest.MapFS{}
		files := bundleFiles(plan)
		for i := range plan.Units {
			if plan.Units[i].TasksSHA != "" {
				files = append(files, NameTasks(plan.Units[i].ID))
			}
		}
		for _, file := range files {
			bundles[name][file] = &fstest.MapFile{Data: mustRead(t, source, file)}
		}
	}
	for seed := range uint64(5) {
		files, plan, values := givenUnits(rng(5000+seed), 4, 6)
		bundle(t, files, plan, values)
		bundles["units "+strconv.FormatUint(seed, 10)] = files
	}
	o := smallOffice()
	o.weighted = true
	for i := range o.candidates {
		o.candidates[i].Weight = int64(1 + i*i%11)
	}
	files, plan, values := o.freeze(t)
	for k := range plan.Items[0].Strata {
		plan.Items[0].Strata[k].Method = MethodPareto
	}
	bundle(t, files, plan, values)
	bundles["pareto"] = files

	for name, good := range bundles {
		if v := Verify(good, "", io.Discard); v.ExitCode() != ExitOK {
			t.Fatalf("%s: %v", name, v)
		}
		n := 0
		smallLies(t, good[TranscriptFile].Data, func(what string, forged []byte) {
			if n++; n%(1+len(good[TranscriptFile].Data)/1000) > 0 {
				return // of the long ones a part: their lists are many of a kind
			}
			told++
			v := Verify(with(good, TranscriptFile, forged), "", io.Discard)
			if v.ExitCode() != ExitFailed {
				t.Errorf("%s: %s: %v", name, what, v)
			}
		})
	}
	if told < 600 {
		t.Errorf("%d lies", told)
	}
}

// TestSmallLiesTied does the same to a staffing with ties, which 48 bits never make, through the
// bytes of its record. `tied` may be any optimal staffing of its R, and of two that tie the
// certificate of one is not that of the other: what is accepted leaves the result alone.
func TestSmallLiesTied(t *testing.T) {
	t.Parallel()
	p, good := tiedProblem(t)
	if v := verdict(checkStaffing(p, &good)); v != "" {
		t.Fatal(v)
	}
	refused, unread, n := 0, 0, 0
	smallLies(t, appendJSON(nil, good.tree()), func(what string, forged []byte) {
		if n++; n%4 > 0 {
			return
		}
		v, err := parseJSON(forged)
		if err != nil {
			t.Fatal(err)
		}
		d := &decoder{file: TranscriptFile, check: CheckCanonical}
		s := d.staffing("", v)
		if d.err != nil {
			unread++
			return
		}
		if verdict(checkStaffing(p, &s)) != "" {
			refused++
		} else if !equivalent(&s, &good) || !strings.HasPrefix(what, "tied.") ||
			!strings.Contains(what, ".teams exchanged") {
			t.Errorf("%s: accepted", what)
		}
	})
	if refused < 150 {
		t.Errorf("%d refused, %d not read", refused, unread)
	}
}
