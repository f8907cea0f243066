package registry

import (
	"io"
	"runtime"
	"strings"
	"testing"
)

// TestImportMemory streams 100,000 rows, every tenth of them bad, and looks at the heap on the way:
// it must not grow with the file. It does not run beside other tests, which would show.
func TestImportMemory(t *testing.T) {
	db := newDB(t)
	const n, limit = 100_000, 24 << 20
	var calls int
	var least, most uint64
	req := request(KindEntities, "")
	req.Body = io.MultiReader(strings.NewReader(entityHeader), &entityRows{n: n},
		&entityRows{n: n / 10}) // the same firms again: duplicates
	req.Progress = func(rows, bytes int64) {
		calls++
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		if least == 0 {
			least = m.HeapAlloc
		}
		most = max(most, m.HeapAlloc)
	}
	r := tryLoad(t, db, req)
	if r.Inserted != n || r.Bad != n/10 || len(r.Errors) != maxReported {
		t.Errorf("report: %d inserted, %d bad, %d errors shown", r.Inserted, r.Bad, len(r.Errors))
	}
	if calls != 1+(n+n/10)/progressStep {
		t.Errorf("progress was told %d times", calls)
	}
	if most > least+limit {
		t.Errorf("the heap grew from %d to %d bytes", least, most)
	}
	if r = tryLoad(t, db, ImportRequest{Kind: KindEntities, Actor: registrar, Now: now,
		Body: io.MultiReader(strings.NewReader(entityHeader), &entityRows{n: n})}); r.Unchanged != n {
		t.Errorf("second import: %d unchanged", r.Unchanged)
	}
}

// TestImportAllBad writes errors away while it reads: 20,000 bad rows among a few good ones.
func TestImportAllBad(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	text := "统一社会信用代码,企业名称\n" + strings.Repeat("x,甲\n", 12_000) + code(1) + ",甲\n" +
		strings.Repeat(",甲\n", 8_000) + code(2) + ",乙\n"
	r := tryLoad(t, db, request(KindEntities, text))
	if r.Inserted != 2 || r.Bad != 20_000 || count(t, db, "import_error") != 20_000 {
		t.Errorf("report %+v, %d errors kept", r.Inserted, count(t, db, "import_error"))
	}
	last, err := RowErrors(t.Context(), db, r.ID, Page{Number: 400, Size: 50})
	if err != nil || last.Pages() != 400 || last.Rows[49].Line != 20_002 {
		t.Errorf("last page: %v %+v", err, last)
	}
}
