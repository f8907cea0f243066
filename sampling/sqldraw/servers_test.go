package sqldraw

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/internal/pg/pgtest"
	"yaohao/sampling"
)

// provinces are the servers of TestServers, by the first two digits of area (GB/T 2260).
var provinces = []string{"33", "35", "44"}

// server starts a private cluster and gives the address of an empty database in it.
func server(t *testing.T, dir string) (*url.URL, error) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := pg.StartCluster(ctx, pg.ClusterOptions{Dir: dir, Temporary: true})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(c.URL())
	if err != nil {
		return nil, err
	}
	u.Path = "/postgres"
	return u, nil
}

// servers starts one cluster for each province at a time.
func servers(t *testing.T) []*url.URL {
	t.Helper()
	dir, err := os.MkdirTemp("", "yaohao-sql")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })  // a keeper may still be leaving it
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user has to walk through
		t.Fatal(err)
	}
	list, errs := make([]*url.URL, len(provinces)), make([]error, len(provinces))
	var started sync.WaitGroup
	for i, p := range provinces {
		started.Go(func() { list[i], errs[i] = server(t, filepath.Join(dir, p)) })
	}
	started.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// spread puts the rows of each province on its server, and makes on conn one table of all.
func spread(t *testing.T, conn *pgx.Conn, addresses []*url.URL, list []person) {
	t.Helper()
	run(t, conn, `CREATE EXTENSION postgres_fdw;
		CREATE TABLE national (id text COLLATE "C" NOT NULL, stratum text COLLATE "C" NOT NULL,
			area text NOT NULL, weight bigint) PARTITION BY LIST (left(area, 2))`)
	for i, province := range provinces {
		var local []person
		for _, p := range list {
			if strings.HasPrefix(p.area, province) {
				local = append(local, p)
			}
		}
		u := addresses[i]
		load(t, connect(t, u.String()), "population", local)
		q := u.Query()
		run(t, conn, fmt.Sprintf(`CREATE SERVER s%[1]s FOREIGN DATA WRAPPER postgres_fdw
				OPTIONS (host '%[2]s', port '%[3]s', dbname 'postgres', async_capable 'true');
			CREATE USER MAPPING FOR CURRENT_USER SERVER s%[1]s OPTIONS (user '%[4]s');
			CREATE FOREIGN TABLE national_%[1]s PARTITION OF national FOR VALUES IN ('%[1]s')
				SERVER s%[1]s OPTIONS (table_name 'population')`,
			province, q.Get("host"), q.Get("port"), q.Get("user")))
	}
}

// national is a population over the provinces: srs strata, and perhaps one drawn by weights.
func national(t *testing.T, pareto bool) ([]person, []stratumSpec) {
	t.Helper()
	specs := []stratumSpec{{id: "A", size: 1500, num: 2}, {id: "B", size: 600, num: 10},
		{id: "C", size: 90, num: 30, pareto: pareto}}
	files, plan, _ := randomDraw(t, 42, 3, specs)
	list := rowsOf(t, files, &plan.Items[0])
	for i := range list {
		list[i].area = provinces[i*i%7%3] + list[i].area[2:]
	}
	return list, specs
}

// TestServers draws from a population that three PostgreSQL servers hold, each a province: the
// bytes are those of a draw from files. The filters of the fast form and of the audit form run on
// the servers, and no row travels that the audit does not want.
func TestServers(t *testing.T) {
	t.Parallel()
	addresses := servers(t)
	coordinator := pgtest.Empty(t)
	conn := connect(t, coordinator)
	list, specs := national(t, true)
	spread(t, conn, addresses, list)
	o := Options{Tables: map[sampling.ItemID]Table{"SX-001": {"public", "national"}}}

	files, plan, values := freeze(t, list, 3, specs)
	want, err := sampling.Draw(plan, files, values)
	if err != nil {
		t.Fatal(err)
	}
	for _, o.Trust = range []bool{false, true} {
		have, err := open(t, coordinator).Draw(t.Context(), plan, bare(t, files), values, o)
		if err != nil {
			t.Fatal(err)
		}
		sameBytes(t, have, want)
	}

	_, fast, auditSQL, _ := specTexts(t)
	q, err := newQuery(&plan.Items[0], want.Transcript.Seed, o.Tables["SX-001"],
		sampling.MethodSRS)
	if err != nil {
		t.Fatal(err)
	}
	strata := want.Transcript.Items[0].Strata
	audited(t, conn, q, strata, auditSQL)
	cuts := cutsOf(t, q, strata)
	selected := q.n[0] + q.n[1]
	if rows := travelled(t, conn, on(auditSQL, q.table), q.prefix, q.ids, cuts); rows != selected {
		t.Errorf("%d rows travelled to the audit, want %d", rows, selected)
	}
	rows := travelled(t, conn, on(fast, q.table), q.prefix, q.ids, q.n, q.reserve, q.all)
	if rows < selected || rows > 5*selected {
		t.Errorf("%d rows travelled to the fast form, which selects %d", rows, selected)
	}
}

var (
	remoteSQL  = regexp.MustCompile(`Remote SQL: (.*)`)
	actualRows = regexp.MustCompile(`Foreign Scan on .*actual rows=(\d+)`)
)

// travelled runs a text, wants to see that every server is sent the filter, and gives how many
// rows came from the servers.
func travelled(t *testing.T, conn *pgx.Conn, sql string, args ...any) (rows int64) {
	t.Helper()
	result, err := conn.Query(t.Context(),
		"EXPLAIN (ANALYZE, VERBOSE, COSTS off, TIMING off) "+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(result, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	plan := strings.Join(list, "\n")
	remote := remoteSQL.FindAllStringSubmatch(plan, -1)
	if len(remote) != len(provinces) {
		t.Errorf("%d foreign scans, want %d\n%s", len(remote), len(provinces), plan)
	}
	for _, r := range remote {
		if !strings.Contains(r[1], "WHERE ((sha256(decode((") {
			t.Errorf("the filter is not sent: %s", r[1])
		}
	}
	for _, m := range actualRows.FindAllStringSubmatch(plan, -1) {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		rows += n
	}
	return rows
}

// TestRemoteOrder: a server that sorts ids by another collation than the coordinator believes is
// found out before anything is drawn.
func TestRemoteOrder(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	conn := connect(t, url)
	list, specs := national(t, false)
	for i := range list {
		list[i].id = fmt.Sprintf("R.A%s%d", []string{"-", "_", "."}[i%3], i)
	}
	files, plan, values := freeze(t, sorted(list), 3, specs)
	load(t, conn, "population", list)
	u := conn.Config()
	run(t, conn, fmt.Sprintf(`ALTER TABLE population ALTER id TYPE text COLLATE "und-x-icu";
		ALTER DATABASE %[3]s SET enable_sort = off; -- sort there, if at all possible
		CREATE EXTENSION postgres_fdw;
		CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw
			OPTIONS (host '%[1]s', port '%[2]d', dbname '%[3]s', use_remote_estimate 'true');
		CREATE USER MAPPING FOR CURRENT_USER SERVER here OPTIONS (user '%[4]s');
		CREATE FOREIGN TABLE believed (id text COLLATE "C", stratum text, area text) SERVER here
			OPTIONS (table_name 'population')`, u.Host, u.Port, u.Database, u.User))
	o := Options{Tables: map[sampling.ItemID]Table{"SX-001": {"public", "believed"}}}
	_, err := open(t, url).Draw(t.Context(), plan, bare(t, files), values, o)
	refused(t, err, fault.Conflict, "没有按字节排序", `COLLATE "C"`)
	run(t, conn, `ALTER TABLE population ALTER id TYPE text COLLATE "C"`)
	if _, err := open(t, url).Draw(t.Context(), plan, bare(t, files), values, o); err != nil {
		t.Error(err)
	}
}

// TestLostServer: a server that is gone is a fault of nobody here.
func TestLostServer(t *testing.T) {
	t.Parallel()
	s := newSmall(t)
	run(t, s.conn, `ALTER TABLE p_sx_001 RENAME TO old; CREATE EXTENSION postgres_fdw;
		CREATE SERVER gone FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nowhere');
		CREATE USER MAPPING FOR CURRENT_USER SERVER gone;
		CREATE FOREIGN TABLE p_sx_001 (id text COLLATE "C", stratum text, area text) SERVER gone`)
	refused(t, s.draw(t), fault.Conflict, "外部服务器不可用", "gone")
}
