package sampling

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg/pgtest"
)

// BenchmarkPeers draws from the same population in five ways and reports the shortest time of
// each as a multiple of the bare loop of SHA-256 over its ids: Draw and Verify, which also read, hash and check both files
// and staff the tasks; PostgreSQL, which sorts a table by the ticket; Python's hashlib.
func BenchmarkPeers(b *testing.B) {
	const n, selected = 300_000, 300
	files, plan, values := benchBundle(b, n)
	seed := bundle(b, files, plan, values).Transcript.Seed
	population := files[NamePopulation("SX-001")].Data
	var ids [][]byte
	for lines := population; len(lines) > 0; {
		ids = append(ids, firstColumn(nextLine(&lines)))
	}
	query := postgresPeer(b, ids, seed, selected)
	names := []string{"draw", "verify", "postgresql", "python"}
	bare, took := time.Duration(math.MaxInt64), slices.Repeat([]time.Duration{math.MaxInt64}, len(names))
	for b.Loop() {
		start := time.Now()
		bareLoop(ids)
		bare = min(bare, time.Since(start))
		for i, work := range []func(){
			func() {
				if _, err := Draw(plan, files, values); err != nil {
					b.Fatal(err)
				}
			},
			func() {
				if r := Verify(files, "", io.Discard); r.ExitCode() != ExitOK {
					b.Fatal(r)
				}
			},
			query,
		} {
			start := time.Now()
			work()
			took[i] = min(took[i], time.Since(start))
		}
		took[3] = min(took[3], pythonPeer(b, population, seed, selected))
	}
	for i, name := range names {
		b.ReportMetric(float64(took[i])/float64(bare), name+"/bare")
	}
}

// postgresPeer gives a query that selects in SQL from a table of the ids, as an office might that
// has nothing but a database.
func postgresPeer(b *testing.B, ids [][]byte, seed string, selected int) func() {
	b.Helper()
	ctx := b.Context()
	conn, err := pgx.ConnectConfig(ctx, pgtest.New(b).Config().ConnConfig.Copy())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(b.Context()) })
	var rows bytes.Buffer
	for _, id := range ids {
		rows.Write(append(id[:len(id):len(id)], '\n'))
	}
	if _, err := conn.Exec(ctx, `CREATE TEMP TABLE peer (id text COLLATE "C" PRIMARY KEY)`); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.PgConn().CopyFrom(ctx, &rows, `COPY peer FROM STDIN`); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(ctx, `ANALYZE peer`); err != nil {
		b.Fatal(err)
	}
	const query = `SELECT id FROM peer
		ORDER BY sha256(convert_to($1::text || '|sel-sx-001|' || id, 'UTF8')), id LIMIT $2`
	return func() {
		rows, err := conn.Query(ctx, query, seed, selected)
		if err != nil {
			b.Fatal(err)
		}
		drawn, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(drawn) != selected {
			b.Fatal(len(drawn), err)
		}
	}
}

// pythonPeerText computes tickets of the lines that come in and prints the seconds.
const pythonPeerText = `
import hashlib, heapq, sys, time
seed, n = sys.argv[1].encode(), int(sys.argv[2])
ids = [line.split(b"\t", 1)[0] for line in sys.stdin.buffer]
start = time.perf_counter()
first = hashlib.sha256(seed)
def ticket(id):
    h = first.copy()
    h.update(b"|sel-sx-001|" + id)
    return h.digest(), id
drawn = heapq.nsmallest(n, map(ticket, ids))
print(len(drawn), time.perf_counter() - start)
`

// pythonPeer gives the time of Python for the same tickets; reading is not counted.
func pythonPeer(b *testing.B, population []byte, seed string, selected int) time.Duration {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), "python3", "-c", pythonPeerText, seed,
		strconv.Itoa(selected))
	cmd.Stdin = bytes.NewReader(population)
	out, err := cmd.Output()
	if err != nil {
		b.Skip("no python3: ", err)
	}
	var drawn int
	var seconds float64
	if _, err := fmt.Fscan(strings.NewReader(string(out)), &drawn, &seconds); err != nil ||
		drawn != selected {
		b.Fatalf("%q: %v", out, err)
	}
	return time.Duration(seconds * float64(time.Second))
}
