package scheduler

import (
	"log/slog"
	"path/filepath"
	"testing"

	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
)

// BenchmarkNothingDue compares Advance with nothing due with the cheapest query that could tell,
// at 10,000 approved plans (design: at most twice).
func BenchmarkNothingDue(b *testing.B) {
	url := pgtest.URL(b)
	db, err := pg.Open(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	fill(b, db)
	seals, _, err := OpenSealBox(filepath.Join(b.TempDir(), "seal.key"), "")
	if err != nil {
		b.Fatal(err)
	}
	s := &Service{DB: db, Seals: seals, Log: slog.New(slog.DiscardHandler)}
	for _, sql := range []string{
		`INSERT INTO plan (id, name, year, cron, starts_on, ends_on, cutoff_hours, event_hours,
			visit_days, entropy, state, author, approver, created_at, approved_at, next_due)
		SELECT 'M' || i, 'x', 2026, '0 9 2 * *', '2026-01-01', '2026-12-31', 2, 36, 20, '[]',
			'approved', 'a', 'b', now(), now(),
			timestamptz '2026-11-02 09:00+08' + i * interval '1 second'
		FROM generate_series(1, 10000) i`,
		`INSERT INTO draw (id, plan_id, period, state, due_at, created_at, frozen_at, committed_at,
			cutoff_at, event_at, plan_json, commit_hash, wake_at)
		SELECT '2026-10-' || id, id, '2026-10', 'committed', now(), now(), now(), now(),
			timestamptz '2027-01-01 00:00+08', timestamptz '2027-01-01 00:00+08', '', '',
			timestamptz '2027-01-01 00:00+08' FROM plan`,
	} {
		if _, err := db.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	owner, err := pg.OpenOwner(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.Exec(b.Context(), `VACUUM ANALYZE`); err != nil { // as autovacuum does
		b.Fatal(err)
	}
	now := at("2026-11-01 00:00")
	b.Run("advance", func(b *testing.B) {
		for b.Loop() {
			if sum, err := s.Advance(b.Context(), now); err != nil || sum.Steps != nil {
				b.Fatal(sum, err)
			}
		}
	})
	b.Run("query", func(b *testing.B) {
		for b.Loop() {
			var n int
			if err := db.QueryRow(b.Context(), `SELECT count(*) FROM plan WHERE state = 'approved'
				AND next_due <= $1`, now).Scan(&n); err != nil || n != 0 {
				b.Fatal(n, err)
			}
		}
	})
}
