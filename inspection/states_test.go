package inspection

import (
	"os"
	"regexp"
	"testing"
)

// The diagram of the package comment has exactly the moves of the table.
func TestDiagramIsTable(t *testing.T) {
	src, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[move]State{}
	line := regexp.MustCompile(`(?m)^//\t(\w+) +--(\w+)--> +(\w+)`)
	for _, m := range line.FindAllStringSubmatch(string(src), -1) {
		drawn[move{State(m[1]), Step(m[2])}] = State(m[3])
	}
	for m, to := range moves {
		if drawn[m] != to {
			t.Errorf("%s --%s--> %s is in the table, the diagram has %q", m.from, m.step, to,
				drawn[m])
		}
	}
	for m, to := range drawn {
		if moves[m] != to {
			t.Errorf("%s --%s--> %s is in the diagram only", m.from, m.step, to)
		}
	}
}

// Every state can be reached and has a name; published is the only end, beside replaced, and
// assigned, in which a task of experts or a laboratory begins and stays.
func TestStatesReachable(t *testing.T) {
	reached := map[State]bool{Dispatched: true, Assigned: true}
	leaves := map[State]bool{}
	for range moves {
		for m, to := range moves {
			leaves[m.from] = true
			if reached[m.from] {
				reached[to] = true
			}
		}
	}
	for _, s := range States() {
		if !reached[s] || s.Name() == "" ||
			leaves[s] == (s == Published || s == Assigned || s == Replaced) {
			t.Errorf("state %s: reached %v, name %q, has a way out %v", s, reached[s], s.Name(),
				leaves[s])
		}
	}
}

// The database lets a task move as the table says and refuses every other change of state.
func TestDatabaseMovesAsTable(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	allowed := map[[2]State]bool{}
	for m, to := range moves {
		allowed[[2]State{m.from, to}] = true
	}
	n := 0
	for _, from := range States() {
		for _, to := range States() {
			n++
			w.exec(`INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, visit_by,
					state, version, dispatched_at, completed_on, publish_due, published_at)
				SELECT $1::text, 'D1', 'SPJ', $1, '某', '2026-11-30', $2,
					($2 NOT IN ('dispatched', 'assigned', 'replaced'))::int, now(), '2026-11-05', '2026-12-03',
					CASE WHEN $2 = 'published' THEN now() END`,
				"D1.X."+string(rune('A'+n/26))+string(rune('A'+n%26)), string(from))
			_, err := w.db.Exec(t.Context(), `UPDATE task SET state = $2,
					version = version + ($2 = 'entered')::int,
					published_at = CASE WHEN $2 = 'published' THEN now() END
				WHERE id LIKE 'D1.X.%' AND id = $1`,
				"D1.X."+string(rune('A'+n/26))+string(rune('A'+n%26)), string(to))
			if (err == nil) != allowed[[2]State{from, to}] {
				t.Errorf("%s → %s: error %v, allowed by the table: %v", from, to, err,
					allowed[[2]State{from, to}])
			}
		}
	}
}
