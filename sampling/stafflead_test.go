package sampling

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"slices"
	"testing"
	"testing/fstest"
)

// A unit without tasks still names the lead family's potentials, as an empty list (§8): a transcript
// without that key is another one, and one plan has one transcript (§10).
func TestLeadPotentialsOfNoTasks(t *testing.T) {
	dir := os.DirFS("testdata/vectors/nothing-drawn")
	files := fstest.MapFS{}
	names, err := fs.Glob(dir, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	if r := Verify(files, "", io.Discard); r.ExitCode() != 0 {
		t.Fatalf("the vector as it is: %v", r.Failed())
	}
	was := files[TranscriptFile].Data
	changed := bytes.Replace(was, []byte(`"lead":[],`), nil, 1)
	if bytes.Equal(was, changed) {
		t.Fatal("the vector has no empty list for the lead family")
	}
	files[TranscriptFile].Data = changed
	if r := Verify(files, "", io.Discard); !slices.Contains(r.Failed(), CheckOptimal) {
		t.Errorf("without the key: %v fail, want optimal", r.Failed())
	}
}
