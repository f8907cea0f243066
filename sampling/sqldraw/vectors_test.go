package sqldraw

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yaohao/internal/fault"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

const vectors = "../testdata/vectors"

// TestVectors draws every published bundle inside the database. One suite does not exist there.
func TestVectors(t *testing.T) {
	t.Parallel()
	plans, err := filepath.Glob(filepath.Join(vectors, "*", sampling.PlanFile))
	if err != nil || len(plans) != 22 {
		t.Fatalf("%d bundles, %v", len(plans), err)
	}
	url := pgtest.Empty(t)
	conn, db := connect(t, url), open(t, url)
	for _, path := range plans {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			files := os.DirFS(filepath.Dir(path))
			plan, values := bundle(t, files)
			o := loadAll(t, conn, name, plan, files)
			for _, o.Trust = range []bool{false, true} {
				res, err := db.Draw(t.Context(), plan, bare(t, files), values, o)
				if name == "sm3" {
					refused(t, err, fault.Invalid, "plan.json: hash: \"sm3\"", "--engine files")
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for file, have := range map[string][]byte{sampling.SeedFile: res.SeedText,
					sampling.TranscriptFile: res.Transcript.Marshal()} {
					want, err := fs.ReadFile(files, file)
					if err != nil || !bytes.Equal(have, want) {
						t.Errorf("%s, %v:\n%s\nwant\n%s", file, err, have, want)
					}
				}
			}
		})
	}
}

// bundle reads the plan and the values of a bundle.
func bundle(t testing.TB, files fs.FS) (*sampling.Plan, []sampling.EntropyValue) {
	t.Helper()
	data, err := fs.ReadFile(files, sampling.PlanFile)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := sampling.ParsePlan(data)
	if err != nil {
		t.Fatal(err)
	}
	if data, err = fs.ReadFile(files, sampling.TranscriptFile); err != nil {
		t.Fatal(err)
	}
	transcript, err := sampling.ParseTranscript(data)
	if err != nil {
		t.Fatal(err)
	}
	return plan, transcript.Entropy
}

// refused wants a fault of a kind whose message and hint hold all of texts.
func refused(t testing.TB, err error, kind fault.Kind, texts ...string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind {
		t.Fatalf("%v: no fault of kind %d", err, kind)
	}
	for _, text := range texts {
		if !strings.Contains(f.Error(), text) {
			t.Errorf("%q does not say %q", f.Error(), text)
		}
	}
	if f.Hint == "" {
		t.Errorf("%q has no hint", f.Error())
	}
}
