package scheduler

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The transition table, the package comment and the guard in the database say the same.
func TestTransitionsAgree(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	arrow := regexp.MustCompile(`(?m)^//\t([a-z]+(?: plan)?) +→ ([a-z]+) +([a-z]+) `)
	var written []string
	for _, m := range arrow.FindAllStringSubmatch(string(doc), -1) {
		written = append(written, m[1]+" "+m[2]+" "+m[3])
	}
	want := []string{"due plan planned fire"}
	for _, tr := range transitions {
		want = append(want, fmt.Sprintf("%s %s %s", tr.from, tr.to, tr.step))
	}
	slices.Sort(want)
	slices.Sort(written)
	if !slices.Equal(written, want) {
		t.Errorf("doc.go has\n%q\nthe table has\n%q", written, want)
	}
	for _, s := range states {
		if s.Name() == "" {
			t.Errorf("state %s has no name", s)
		}
		if auto := onward(s); (auto == nil) != s.Ended() {
			t.Errorf("state %s: ended %v, onward %v", s, s.Ended(), auto)
		}
	}
}

// The database refuses every move that the table does not have.
func TestGuardAgrees(t *testing.T) {
	w := newWorld(t)
	w.plan(monthly(), approvedAt)
	known := map[[2]State]bool{}
	for _, tr := range transitions {
		known[[2]State{tr.from, tr.to}] = true
	}
	for i, from := range states {
		id := fmt.Sprintf("D%d", i)
		w.exec(`INSERT INTO draw (id, plan_id, period, state, due_at, created_at, frozen_at, draft,
				visit_by, committed_at, cutoff_at, event_at, plan_json, commit_hash, seed, seed_txt,
				grade, transcript, transcript_hash, drawn_at, published_at, voided_at, void_reason)
			VALUES ($1, 'M', $1, $2, now(), now(), now(), '', now(), now(), now(), now(), '', 'c',
				's', '', 'self', '', 'h', now(), $3, $4, 'x')`, id, string(from),
			whenState(from, Published), whenState(from, Void))
		for _, to := range states {
			if from == to {
				continue
			}
			err := pgx.BeginFunc(t.Context(), w.db.Pool, func(tx pgx.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE draw SET state = $2, published_at = $3,
					voided_at = $4 WHERE id = $1`, id, string(to), whenState(to, Published),
					whenState(to, Void))
				if err != nil {
					return err
				}
				return errRollback
			})
			if allowed := err == errRollback; allowed != known[[2]State{from, to}] {
				t.Errorf("%s → %s: the database says %v, the table %v", from, to, err, !allowed)
			}
		}
	}
}

var errRollback = fmt.Errorf("roll back")

// whenState gives a time if the state is s, for the columns that exist in one state only.
func whenState(state, s State) any {
	if state == s {
		return at(dueAt)
	}
	return nil
}
