package registry

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Every digest of a freeze under SM3 is the SM3 of the file's bytes, in the table as in the plan;
// the bytes themselves do not depend on the suite.
func TestFreezeSM3(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	smallCounty(t, db)
	file, _ := firms()
	load(t, db, KindEntities, firmsHeader+strings.Join(file, "\n"))
	s := spec()
	plain := mustFreeze(t, db, s)
	s.Draw, s.Hash = "2026-12-M", sampling.HashSM3
	frozen := mustFreeze(t, db, s)
	files := readAll(t, db, s.Draw)
	stored, err := FrozenFiles(t.Context(), db, s.Draw)
	if err != nil || len(stored) != len(files) || len(files) < 4 {
		t.Fatalf("%d files, %d rows, %v", len(files), len(stored), err)
	}
	digests := map[string]string{}
	for i, f := range stored {
		d := sm3.Sum([]byte(files[f.Name]))
		digests[f.Name] = hex.EncodeToString(d[:])
		if f.Digest != digests[f.Name] || frozen.Files[i] != f || f.Digest == plain.Files[i].Digest ||
			f.Bytes != plain.Files[i].Bytes {
			t.Errorf("%+v, want digest %s; under SHA-256 %+v", f, digests[f.Name], plain.Files[i])
		}
	}
	for i, item := range frozen.Items {
		if item.CandidatesSHA != digests[sampling.NameCandidates(item.ID)] ||
			item.PopulationSHA != digests[sampling.NamePopulation(item.ID)] ||
			item.PopulationRoot == plain.Items[i].PopulationRoot || item.N != plain.Items[i].N {
			t.Errorf("item %+v, under SHA-256 %+v", item, plain.Items[i])
		}
	}
	for _, unit := range frozen.Units {
		if unit.RosterSHA != digests[sampling.NameRoster(unit.ID)] ||
			unit.ConflictsSHA != digests[sampling.NameConflicts(unit.ID)] {
			t.Errorf("unit %+v", unit)
		}
	}
	s.Draw, s.Hash = "2027-01-M", "md5"
	if err := db.InSnapshot(t.Context(), func(q pg.Querier) error {
		_, err := Freeze(t.Context(), q, s)
		return err
	}); err == nil || !strings.Contains(err.Error(), "md5") {
		t.Errorf("a suite that draw/1 does not know: %v", err)
	}
}
