package sqldraw

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"yaohao/sampling"
)

// specTexts reads the SQL blocks of docs/SPEC.md, without their final semicolons: the definition,
// the fast form, the audit form, pareto.
func specTexts(t testing.TB) (definition, fast, audit, pareto string) {
	t.Helper()
	spec, err := os.ReadFile("../../docs/SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)\n```sql\n(.*?);\n```\n").FindAllSubmatch(spec, -1)
	if len(blocks) != 4 {
		t.Fatalf("docs/SPEC.md has %d blocks of SQL, want 4", len(blocks))
	}
	text := func(i int) string { return string(blocks[i][1]) + "\n" }
	return text(0), text(1), text(2), text(3)
}

// connect opens a connection that may write, beside the engine's.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the database goes anyway
	return conn
}

func open(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return db
}

func run(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// person is a row of a population with its area.
type person struct {
	id, stratum, area string
	weight            int64
}

// rowsOf joins the population of an item with the areas of its candidates.
func rowsOf(t testing.TB, files fs.FS, item *sampling.Item) []person {
	t.Helper()
	candidates := map[string]sampling.Candidate{}
	for _, line := range lines(t, files, sampling.NameCandidates(item.ID)) {
		c, err := sampling.ParseCandidate([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		candidates[string(c.ID)] = c
	}
	var list []person
	for _, line := range lines(t, files, sampling.NamePopulation(item.ID)) {
		columns := strings.Split(line, "\t")
		c := candidates[columns[0]]
		list = append(list, person{columns[0], columns[1], c.Area, c.Weight})
	}
	return list
}

func lines(t testing.TB, files fs.FS, name string) []string {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(func(yield func(string) bool) {
		for line := range strings.Lines(string(text)) {
			if !yield(strings.TrimSuffix(line, "\n")) {
				return
			}
		}
	})
}

// load makes a table of a population, in an order that has nothing to do with the ids.
func load(t testing.TB, conn *pgx.Conn, table string, list []person) {
	t.Helper()
	run(t, conn, "CREATE TABLE "+table+` (stratum varchar(80) NOT NULL, weight integer,
		id text COLLATE "C" PRIMARY KEY, area text NOT NULL)`)
	list = slices.Clone(list)
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	_, err := conn.CopyFrom(t.Context(), pgx.Identifier{table},
		[]string{"id", "stratum", "area", "weight"},
		pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
			return []any{list[i].id, list[i].stratum, list[i].area, list[i].weight}, nil
		}))
	if err != nil {
		t.Fatal(err)
	}
}

// tableOf is the name that the tests give the table of an item.
func tableOf(item *sampling.Item) string {
	return "p_" + strings.ToLower(strings.NewReplacer("-", "_", ".", "_").Replace(string(item.ID)))
}

// loadAll makes the tables of all items in a schema of their own, which conn uses from then on,
// and gives the options that name them. A schema costs a hundredth of a database.
func loadAll(t testing.TB, conn *pgx.Conn, schema string, plan *sampling.Plan,
	files fs.FS) Options {
	t.Helper()
	schema = strings.ReplaceAll(schema, " ", "_")
	name := pgx.Identifier{schema}.Sanitize()
	run(t, conn, `CREATE SCHEMA `+name+`; SET search_path = `+name)
	o := Options{Tables: map[sampling.ItemID]Table{}}
	for i := range plan.Items {
		item := &plan.Items[i]
		load(t, conn, tableOf(item), rowsOf(t, files, item))
		o.Tables[item.ID] = Table{schema, tableOf(item)}
	}
	return o
}

// bare gives files without candidates and populations: the engine must not need them.
func bare(t testing.TB, files fs.FS) fs.FS {
	t.Helper()
	left := fstest.MapFS{}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, "candidates.") || strings.HasPrefix(name, "population.") {
			continue
		}
		if data, err := fs.ReadFile(files, name); err == nil {
			left[name] = &fstest.MapFile{Data: data}
		}
	}
	return left
}

// stratumSpec says how a stratum of a random population is drawn.
type stratumSpec struct {
	id     string
	size   int
	num    int64 // of 100
	pareto bool
	all    bool
}

// randomDraw makes a plan of one item whose population has the strata of specs.
func randomDraw(t testing.TB, seed uint64, reserve int64, specs []stratumSpec) (
	fstest.MapFS, *sampling.Plan, []sampling.EntropyValue) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	var list []person
	for _, s := range specs {
		for range s.size {
			weight := 1 + random.Int64N(20)
			if random.IntN(10) == 0 {
				weight = 1 + random.Int64N(1<<31-1)>>random.IntN(30)
			}
			list = append(list, person{id: fmt.Sprintf("R.%X-%d", random.Uint32(), len(list)),
				stratum: s.id, area: fmt.Sprintf("35%04d", random.IntN(3)), weight: weight})
		}
	}
	return freeze(t, sorted(list), reserve, specs)
}

// sorted gives people in the order of the frozen files.
func sorted(list []person) []person {
	return slices.SortedFunc(slices.Values(list), func(a, b person) int {
		return cmp.Compare(a.id, b.id)
	})
}

// freeze writes the frozen files and the plan. The stratum of a candidate is its class.
func freeze(t testing.TB, list []person, reserve int64, specs []stratumSpec) (
	fstest.MapFS, *sampling.Plan, []sampling.EntropyValue) {
	t.Helper()
	item := sampling.Item{ID: "SX-001", Basis: "双随机抽查事项清单 第1项",
		Kind: sampling.KindRoutine, Unit: "HJBH", Label: "sel", Reserve: reserve,
		N:     int64(len(list)),
		Frame: sampling.Frame{Date: "2026-11-01", StrataBy: []string{"class"}}}
	for _, s := range specs {
		if s.size > 0 {
			item.Strata = append(item.Strata, s.stratum())
		}
	}
	slices.SortFunc(item.Strata, func(a, b sampling.Stratum) int { return cmp.Compare(a.ID, b.ID) })
	var candidates, population bytes.Buffer
	tree := sampling.NewMerkleTree(sampling.HashSHA256)
	for _, p := range list {
		fmt.Fprintf(&candidates, "%s\t%s\t%s\tactive\t0\t-\t-\t%d\n", p.id, p.area, p.stratum,
			p.weight)
		line := p.id + "\t" + p.stratum
		if weighted(&item) {
			line += "\t" + strconv.FormatInt(p.weight, 10)
		}
		tree.Add([]byte(line))
		population.WriteString(line + "\n")
	}
	var roster []byte
	for i := range 6 {
		roster = sampling.RosterLine{ID: sampling.InspectorID(fmt.Sprintf("J-%d", i)),
			Area: fmt.Sprintf("35%04d", i%3), Scopes: []sampling.ItemID{"SX-001"}, Lead: true,
			CertUntil: "2027-12-31", Cap: sampling.NoCap}.AppendLine(roster)
	}
	item.CandidatesSHA, item.PopulationSHA = sum(candidates.Bytes()), sum(population.Bytes())
	item.PopulationRoot = tree.Root()
	plan := &sampling.Plan{Draw: "2026-11-M", Hash: sampling.HashSHA256, Prev: sampling.PrevNone,
		Date: "2026-11-01", Items: []sampling.Item{item},
		Units: []sampling.Unit{{ID: "HJBH", Kind: sampling.UnitInspectors, Seats: 2, Label: "asg",
			VisitBy: "2026-12-31", RosterSHA: sum(roster), ConflictsSHA: sum(nil),
			AreaRule: "same6"}},
		Entropy: []sampling.EntropySpec{{Name: "dice", Kind: sampling.EntropyPublic,
			Event: "掷骰子", Bits: 20}}}
	files := fstest.MapFS{
		sampling.NameCandidates("SX-001"): {Data: candidates.Bytes()},
		sampling.NamePopulation("SX-001"): {Data: population.Bytes()},
		sampling.NameRoster("HJBH"):       {Data: roster},
		sampling.NameConflicts("HJBH"):    {Data: nil},
	}
	return files, plan, []sampling.EntropyValue{{Name: "dice", Value: "3 1 4 1 5 9 2 6"}}
}

// stratum gives the stratum of the plan.
func (s stratumSpec) stratum() sampling.Stratum {
	st := sampling.Stratum{ID: s.id, N: int64(s.size), Method: sampling.MethodSRS}
	if s.all {
		st.All = true
		return st
	}
	if s.pareto {
		st.Method = sampling.MethodPareto
	}
	st.Ratio = &sampling.Ratio{Num: s.num, Den: 100}
	return st
}

func sum(b []byte) string {
	digest := sha256.Sum256(b)
	return hex.EncodeToString(digest[:])
}

// sameBytes compares two draws as they are published.
func sameBytes(t testing.TB, have, want *sampling.Result) {
	t.Helper()
	if !bytes.Equal(have.SeedText, want.SeedText) {
		t.Errorf("seed.txt:\n%s\nwant\n%s", have.SeedText, want.SeedText)
	}
	if h, w := have.Transcript.Marshal(), want.Transcript.Marshal(); !bytes.Equal(h, w) {
		t.Errorf("transcript.json:\n%s\nwant\n%s", h, w)
	}
}
