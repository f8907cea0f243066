package sqldraw

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

// TestSpec holds the program's SQL to the document's.
func TestSpec(t *testing.T) {
	definition, fast, _, pareto := specTexts(t)
	for _, c := range []struct{ name, have, want string }{
		{"definition", definitionSQL, definition}, {"fast", fastSQL, fast},
		{"pareto", paretoSQL, pareto},
	} {
		if c.have != c.want {
			t.Errorf("%s.sql is not the text of docs/SPEC.md:\n%s\nwant\n%s", c.name, c.have, c.want)
		}
		if on(c.have, Table{"a", "b"}) == c.have {
			t.Errorf("%s.sql has no place for a table", c.name)
		}
	}
}

// sessions are populations that have made mistakes visible somewhere.
var sessions = []struct {
	name    string
	reserve int64
	strata  []stratumSpec
}{
	{"one", 0, []stratumSpec{{id: "A", size: 1, num: 100}}},
	{"nothing of one", 2, []stratumSpec{{id: "A", size: 1, num: 0}}},
	{"ratios", 3, []stratumSpec{{id: "A", size: 300, num: 3}, {id: "B", size: 77, num: 10},
		{id: "C", size: 5, num: 50}, {id: "-", size: 60, num: 1}}},
	{"nothing, everything, census", 4, []stratumSpec{{id: "A", size: 40, num: 0},
		{id: "B", size: 40, num: 100}, {id: "C", size: 40, all: true}}},
	{"reserve beyond the end", 50, []stratumSpec{{id: "A", size: 20, num: 90},
		{id: "B", size: 3, num: 1}}},
	{"many", 10, []stratumSpec{{id: "A", size: 6000, num: 1}, {id: "B", size: 900, num: 5}}},
	{"pareto", 5, []stratumSpec{{id: "A", size: 400, num: 5, pareto: true}}},
	{"pareto at its ends", 5, []stratumSpec{{id: "A", size: 30, num: 0, pareto: true},
		{id: "B", size: 30, num: 100, pareto: true}, {id: "C", size: 1, num: 100, pareto: true},
		{id: "D", size: 12, num: 92, pareto: true}}},
	{"both methods", 2, []stratumSpec{{id: "A", size: 200, num: 5}, {id: "B", size: 30, num: 60,
		pareto: true}, {id: "C", size: 9, all: true}, {id: "D", size: 50, num: 30, pareto: true}}},
}

// TestTexts draws random populations with the texts of docs/SPEC.md and with the engine, and wants
// what sampling.Draw gives.
func TestTexts(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	conn, db := connect(t, url), open(t, url)
	for k, session := range sessions {
		t.Run(session.name, func(t *testing.T) {
			for round := range 3 {
				files, plan, values := randomDraw(t, uint64(10*k+round), session.reserve,
					session.strata)
				want, err := sampling.Draw(plan, files, values)
				if err != nil {
					t.Fatal(err)
				}
				o := loadAll(t, conn, fmt.Sprint(session.name, round), plan, files)
				have, err := db.Draw(t.Context(), plan, bare(t, files), values, o)
				if err != nil {
					t.Fatal(err)
				}
				sameBytes(t, have, want)
				checkTexts(t, conn, plan, o.Tables["SX-001"], want.Transcript)
			}
		})
	}
}

// checkTexts runs the texts of docs/SPEC.md over the table of a plan's only item.
func checkTexts(t *testing.T, conn *pgx.Conn, plan *sampling.Plan, table Table,
	want *sampling.Transcript) {
	t.Helper()
	definition, fast, audit, pareto := specTexts(t)
	item, strata := &plan.Items[0], want.Items[0].Strata
	for _, method := range []string{sampling.MethodSRS, sampling.MethodPareto} {
		q, err := newQuery(item, want.Seed, table, method)
		if err != nil {
			t.Fatal(err)
		}
		if len(q.ids) == 0 {
			continue
		}
		if method == sampling.MethodPareto {
			drawnBy(t, conn, q, strata, pareto, q.prefix, q.ids, q.n, q.reserve)
			continue
		}
		drawnBy(t, conn, q, strata, definition, q.prefix, q.ids, q.n, q.reserve)
		drawnBy(t, conn, q, strata, fast, q.prefix, q.ids, q.n, q.reserve, q.all)
		audited(t, conn, q, strata, audit)
	}
}

// drawnBy runs a text that gives rows in the order of the draw.
func drawnBy(t *testing.T, conn *pgx.Conn, q *query, strata []sampling.StratumResult, text string,
	args ...any) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	drawn, err := q.rows(t.Context(), tx, text, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for k, at := range q.places {
		want := slices.Concat(strata[at].Selected, strata[at].Reserve)
		var have []sampling.EntityID
		for _, r := range drawn[k] {
			have = append(have, sampling.EntityID(r.id))
		}
		if !slices.Equal(have, want) {
			t.Errorf("stratum %s: drawn %v, want %v by\n%s", strata[at].ID, have, want, text)
		}
		if cut := q.cut(k, drawn[k]); cut != strata[at].Cut {
			t.Errorf("stratum %s: cut %s, want %s", strata[at].ID, cut, strata[at].Cut)
		}
	}
}

// audited runs the audit form with the published cuts.
func audited(t *testing.T, conn *pgx.Conn, q *query, strata []sampling.StratumResult,
	text string) {
	t.Helper()
	selected := audit(t, conn, on(text, q.table), q, cutsOf(t, q, strata))
	for k, at := range q.places {
		want := slices.Sorted(slices.Values(strata[at].Selected))
		if !slices.Equal(selected[k], want) {
			t.Errorf("stratum %s: the audit finds %v, want %v", strata[at].ID, selected[k], want)
		}
	}
}

// cutsOf gives the published cuts of a query's strata as bytes.
func cutsOf(t testing.TB, q *query, strata []sampling.StratumResult) [][]byte {
	t.Helper()
	cuts := make([][]byte, len(q.places))
	for k, at := range q.places {
		var err error
		if cuts[k], err = hex.DecodeString(strata[at].Cut); err != nil {
			t.Fatal(err)
		}
	}
	return cuts
}

// audit gives the ids that the audit form finds in each stratum, sorted.
func audit(t testing.TB, conn *pgx.Conn, sql string, q *query, cuts [][]byte) [][]sampling.EntityID {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, q.prefix, q.ids, cuts)
	if err != nil {
		t.Fatal(err)
	}
	found := make([][]sampling.EntityID, len(q.ids))
	var s int
	var id, area string
	if _, err := pgx.ForEachRow(rows, []any{&s, &id, &area}, func() error {
		found[s-1] = append(found[s-1], sampling.EntityID(id))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for k := range found {
		slices.Sort(found[k])
	}
	return found
}

// TestLowGuess makes the guess of the fast form too low: the definition answers then.
func TestLowGuess(t *testing.T) {
	t.Parallel()
	files, plan, values := randomDraw(t, 5, 3, []stratumSpec{{id: "A", size: 500, num: 40}})
	want, err := sampling.Draw(plan, files, values)
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, pgtest.Empty(t))
	o := loadAll(t, conn, "low", plan, files)
	q, err := newQuery(&plan.Items[0], want.Transcript.Seed, o.Tables["SX-001"],
		sampling.MethodSRS)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	q.all[0] = 100_000_000 // so few of so many would lie very low
	low, err := q.rows(t.Context(), tx, fastSQL, q.prefix, q.ids, q.n, q.reserve, q.all)
	if err != nil || !q.short(low) {
		t.Fatalf("%d rows below the guess, %v", len(low[0]), err)
	}
	drawn, err := q.run(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	s := want.Transcript.Items[0].Strata[0]
	if cut := q.cut(0, drawn[0]); len(drawn[0]) != 203 || cut != s.Cut {
		t.Errorf("%d rows, cut %s; want 203, %s", len(drawn[0]), cut, s.Cut)
	}
}

// TestTickets compares the order of tickets in SQL with the function that everybody can call.
func TestTickets(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Empty(t))
	random := rand.New(rand.NewPCG(3, 4))
	seed := strings.Repeat("0123456789abcdef", 4)
	for range 200 {
		id := fmt.Sprintf("R.%X._-%d", random.Uint64(), random.IntN(1000))
		var have string
		err := conn.QueryRow(t.Context(),
			`SELECT encode(sha256(decode($1::text || $2, 'escape')), 'hex')`,
			seed+"|a.b_c-1|", id).Scan(&have)
		want := sampling.Ticket(sampling.HashSHA256, seed, "a.b_c-1", sampling.EntityID(id))
		if err != nil || have != hex.EncodeToString(want[:]) {
			t.Fatalf("%s: %s, %v; want %x", id, have, err, want)
		}
	}
}
