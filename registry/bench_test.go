package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

// benchRows is how many entities the benchmarks take: YAOHAO_BENCH_ROWS, or 50,000.
func benchRows(b *testing.B) int {
	b.Helper()
	text := os.Getenv("YAOHAO_BENCH_ROWS")
	if text == "" {
		return 50_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("YAOHAO_BENCH_ROWS=%q", text)
	}
	return n
}

// entityRows makes n rows of an entities file without its header, in an order that is not the
// order of the ids.
type entityRows struct {
	n, next int
	buf     bytes.Buffer
}

const entityHeader = "统一社会信用代码,企业名称,主体类型,行政区划,住所,法定代表人,行业代码,成立日期," +
	"登记状态,信用风险分类,专项库\n"

// spread visits 0…2^32−1 in an order that looks random, each once.
func spread(i int) int { return int(uint32(i) * 2654435761) }

func (r *entityRows) Read(p []byte) (int, error) {
	for r.buf.Len() < len(p) && r.next < r.n {
		i := r.next
		r.next++
		fmt.Fprintf(&r.buf, "%s,示例县第%d号食品贸易有限公司,有限责任公司,350181%03d,示例县解放街%d号,"+
			"林某某,5227,20%02d-0%d-1%d,存续,%c,食品经营；计量\n", code(spread(i)), i, i%20, i%900,
			i%24, i%9+1, i%9, "ABCD"[i%4])
	}
	if r.buf.Len() == 0 {
		return 0, io.EOF
	}
	return r.buf.Read(p)
}

// importRows imports n entities.
func importRows(ctx context.Context, b testing.TB, db *pg.DB, n int) *ImportReport {
	b.Helper()
	var text bytes.Buffer
	text.WriteString(entityHeader)
	if _, err := io.Copy(&text, &entityRows{n: n}); err != nil {
		b.Fatal(err)
	}
	req := request(KindEntities, "")
	req.Body = &text
	r, err := Import(ctx, db, req)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkImport imports entities from CSV and gives the ratio to a bare COPY of the same rows
// into the same table, as psql does it. The budget for 1,000,000 rows is 2.
func BenchmarkImport(b *testing.B) {
	n := benchRows(b)
	var text bytes.Buffer
	text.WriteString(entityHeader)
	if _, err := io.Copy(&text, &entityRows{n: n}); err != nil {
		b.Fatal(err)
	}
	var imported, copied time.Duration
	for b.Loop() {
		db := pgtest.New(b)
		req := request(KindEntities, "")
		req.Body = bytes.NewReader(text.Bytes())
		start := time.Now()
		r, err := Import(b.Context(), db, req)
		if err != nil || r.Inserted != int64(n) {
			b.Fatal(err, r)
		}
		imported += time.Since(start)
		copied += copyAgain(b, db)
	}
	b.ReportMetric(float64(n)*float64(b.N)/imported.Seconds(), "rows/s")
	b.ReportMetric(imported.Seconds()/copied.Seconds(), "import/copy")
}

// copyAgain empties the table and copies its rows back, in the order of the file; it gives the
// time of the COPY.
func copyAgain(b *testing.B, db *pg.DB) time.Duration {
	b.Helper()
	ctx := b.Context()
	var rows bytes.Buffer
	conn, err := db.Acquire(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	wire := conn.Conn().PgConn()
	// Names end in the number of the line: that is the order of the file.
	const inOrder = `COPY (SELECT * FROM entity ORDER BY length(name), name COLLATE "C") TO STDOUT`
	if _, err := wire.CopyTo(ctx, &rows, inOrder); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(ctx, `DELETE FROM entity`); err != nil {
		b.Fatal(err)
	}
	if err := vacuum(ctx, db); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if _, err := wire.CopyFrom(ctx, &rows, `COPY entity FROM STDIN`); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// vacuum gives the space of deleted rows back, as the login role, which owns everything in tests.
func vacuum(ctx context.Context, db *pg.DB) error {
	conn, err := pgx.ConnectConfig(ctx, db.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // a test's connection
	_, err = conn.Exec(ctx, `VACUUM FULL entity`)
	return err
}

// BenchmarkFreeze freezes one item over all entities and gives the ratio to reading the same table
// once from end to end with a sort. The budget for 1,000,000 rows is 2.
func BenchmarkFreeze(b *testing.B) {
	n := benchRows(b)
	db := pgtest.New(b)
	smallCounty(b, db)
	importRows(b.Context(), b, db, n)
	var frozen, sorted time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, err := freeze(b, db, FreezeSpec{Draw: fmt.Sprintf("D-%d", i), Date: "2026-11-02",
			VisitBy: "2026-11-30", Items: []ItemFrame{{Item: "SX-001", Label: "m"}}}); err != nil {
			b.Fatal(err)
		}
		frozen += time.Since(start)
		start = time.Now()
		if got := scanSorted(b, db); got != n {
			b.Fatalf("%d rows", got)
		}
		sorted += time.Since(start)
	}
	b.ReportMetric(float64(n)*float64(b.N)/frozen.Seconds(), "rows/s")
	b.ReportMetric(frozen.Seconds()/sorted.Seconds(), "freeze/scan+sort")
}

// freeze runs Freeze in a transaction of its own.
func freeze(t testing.TB, db *pg.DB, spec FreezeSpec) (frozen *Frozen, err error) {
	t.Helper()
	err = db.InSnapshot(t.Context(), func(q pg.Querier) (err error) {
		frozen, err = Freeze(t.Context(), q, spec)
		return err
	})
	return frozen, err
}

// scanSorted reads the columns that a candidate has from a sequential scan with a sort.
func scanSorted(b *testing.B, db *pg.DB) (n int) {
	b.Helper()
	err := db.InSnapshot(b.Context(), func(q pg.Querier) error {
		n = scanSortedQ(b, q)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func scanSortedQ(b testing.TB, q pg.Querier) (n int) {
	b.Helper()
	_, err := q.Exec(b.Context(), `SELECT set_config('enable_indexscan', 'off', true),
		set_config('enable_indexonlyscan', 'off', true),
		set_config('enable_bitmapscan', 'off', true), set_config('work_mem', '128MB', true)`)
	if err != nil {
		b.Fatal(err)
	}
	rows, err := q.Query(b.Context(), `SELECT id, area, class, status, hold_until::text
		FROM entity ORDER BY id COLLATE "C"`)
	if err != nil {
		b.Fatal(err)
	}
	var id, area, class, status string
	var hold *sampling.Date
	_, err = pgx.ForEachRow(rows, []any{&id, &area, &class, &status, &hold},
		func() error { n++; return nil })
	if err != nil {
		b.Fatal(err)
	}
	return n
}
