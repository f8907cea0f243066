package inspection

import (
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
)

// givenWorld is the world with a second drawn draw, D5, whose tasks were drawn elsewhere: SPJ visits
// R.2 and R.77, which our banks do not know; a panel of experts (EXP) judges R.3.
func givenWorld(t *testing.T) *world {
	t.Helper()
	w := dispatchedWorld(t)
	w.exec(`INSERT INTO unit (id, name, kind, area, seats, import_id, updated_at)
		VALUES ('EXP', '专家库', 'experts', '130534', 1, 1, now())`)
	w.exec(`INSERT INTO inspector (id, name, unit_id, area, cert_no, cert_until, import_id,
		updated_at) VALUES ('E1', '专家', 'EXP', '130534', 'Q1', '2027-12-31', 1, now())`)
	w.account("P0020", "EXP", "E1", "inspector")
	w.exec(`INSERT INTO draw (id, plan_id, period, state, due_at, created_at, frozen_at,
			committed_at, cutoff_at, event_at, drawn_at, plan_json, commit_hash, seed_txt, seed,
			grade, transcript, transcript_hash)
		VALUES ('D5', 'M', 'D5', 'drawn', $1, $1, $1, $1, $1, $1, $1, $2, 'c', 's', $3, 'public',
			't', 'h')`, drawnAt, []byte(`{"items":[],"units":[`+
		`{"unit":"EXP","kind":"experts","visit_by":"2026-12-01","tasks_sha":"x"},`+
		`{"unit":"SPJ","kind":"inspectors","visit_by":"2026-12-01","tasks_sha":"x"}]}`),
		strings.Repeat("5e", 32))
	w.frozen("D5", "tasks.EXP.tsv", "R.3\t130534\tB01\n")
	w.frozen("D5", "tasks.SPJ.tsv", "R.2\t130534\tA01\nR.77\t130535001\tA01,A02\n")
	w.team("D5", "EXP", "R.3", "E1")
	w.team("D5", "SPJ", "R.2", "I1", "I2")
	w.team("D5", "SPJ", "R.77", "I3", "I4")
	if _, err := w.s.Advance(t.Context(), drawnAt); err != nil {
		t.Fatal(err)
	}
	return w
}

// frozen writes a frozen file of one piece.
func (w *world) frozen(draw, name, text string) {
	w.t.Helper()
	w.exec(`INSERT INTO frozen_file (draw_id, name, digest, root, lines, bytes)
		VALUES ($1, $2, $3, '', $4, $5)`, draw, name, digest(text), strings.Count(text, "\n"),
		len(text))
	w.exec(`INSERT INTO frozen_chunk (draw_id, name, seq, data) VALUES ($1, $2, 0, $3)`, draw, name,
		[]byte(text))
}

func TestGivenTasks(t *testing.T) {
	t.Parallel()
	w := givenWorld(t)
	list, err := Tasks(t.Context(), w.db.Querier(), supervisor, TaskFilter{Draw: "D5"}, drawnAt)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range list.Rows {
		line := task.ID + " " + task.EntityName + " " + string(task.State)
		for _, it := range task.Items {
			line += " " + string(it.Item) + "@" + it.Area
		}
		got = append(got, line)
	}
	want := "D5.EXP.0001 清河丙制品厂 assigned B01@130534\n" +
		"D5.SPJ.0001 清河乙百货_50%店 dispatched A01@130534\n" +
		"D5.SPJ.0002 R.77 dispatched A01@130535001 A02@130535001"
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("tasks:\n%s\nwant:\n%s", text, want)
	}
	leaf := w.leaves(audit.KindDispatch, "D5")
	text := "yaohao dispatch/1\ndraw D5\nseed " + strings.Repeat("5e", 32) +
		"\nD5.EXP.0001 R.3 B01 E1\nD5.SPJ.0001 R.2 A01 I1,I2\nD5.SPJ.0002 R.77 A01,A02 I3,I4\n"
	if len(leaf) != 1 || leaf[0].Fact("sha256") != digest(text) {
		t.Errorf("leaf %+v", leaf)
	}
}

// A task of experts is seen by its panel, takes no result, and does not keep the others from being
// published.
func TestAssignedTask(t *testing.T) {
	t.Parallel()
	w := givenWorld(t)
	expert := audit.Actor{Person: "P0020", Post: "inspector", Unit: "EXP"}
	if d, err := TaskByID(t.Context(), w.db.Querier(), expert, "D5.EXP.0001", drawnAt); err != nil ||
		d.State != Assigned {
		t.Errorf("the panel's own task: %+v, %v", d, err)
	}
	if _, err := TaskByID(t.Context(), w.db.Querier(), i1, "D5.EXP.0001", drawnAt); !fault.Is(err,
		fault.Forbidden) {
		t.Errorf("an inspector sees the panel's task: %v", err)
	}
	_, err := w.s.EnterResult(t.Context(), expert, "D5.EXP.0001", clean("B01"),
		at("2026-11-05 10:00"))
	wantFault(t, err, fault.Conflict, "D5.EXP.0001", "不录入检查结果")
	_, err = w.s.Publish(t.Context(), publisher, "D5", at("2026-11-06 10:00"))
	wantFault(t, err, fault.Conflict, "有 2 个任务")
	w.enter(i1, "D5.SPJ.0001", clean("A01"))
	w.enter(i3, "D5.SPJ.0002", clean("A01", "A02"))
	w.approve("D5.SPJ.0001", 1)
	w.approve("D5.SPJ.0002", 1)
	n, err := w.s.Publish(t.Context(), publisher, "D5", at("2026-11-06 10:00"))
	if err != nil || n != 2 || w.state("D5.EXP.0001") != Assigned {
		t.Errorf("published %d, %v; the panel's task is %s", n, err, w.state("D5.EXP.0001"))
	}
	stats, err := StatsOf(t.Context(), w.db.Querier(), "D5")
	if err != nil || stats.Expected != 2 || stats.Assigned != 1 || stats.ByState[Published] != 2 {
		t.Errorf("stats %+v, %v", stats, err)
	}
	if got := w.text(`SELECT string_agg(entity_id, ' ' ORDER BY entity_id) FROM entity_check
		WHERE source LIKE 'D5.%'`); got != "R.2 R.77 R.77" {
		t.Errorf("checks of %s", got)
	}
	w.exec(`UPDATE draw SET state = 'published', published_at = now() WHERE id = 'D5'`)
	if draws, err := MissingNotices(t.Context(), w.db.Querier()); err != nil || len(draws) != 1 {
		t.Errorf("missing notices %v, %v", draws, err)
	}
	_, err = w.s.IssueNotice(t.Context(), audit.System, "D5", at("2026-11-06 11:00"),
		func(int, int) ([]byte, error) { return []byte("pdf"), nil })
	if err != nil {
		t.Errorf("notice: %v", err)
	}
}

// A draw with nothing but panels has nothing to publish and no notice.
func TestOnlyAssigned(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.draw("D6", "2026-11-30")
	w.exec(`INSERT INTO task (id, draw_id, unit_id, entity_id, entity_name, visit_by, state,
		dispatched_at) VALUES ('D6.SPJ.0001', 'D6', 'SPJ', 'R.1', '某', '2026-11-30', 'assigned',
		now())`)
	_, err := w.s.Publish(t.Context(), publisher, "D6", drawnAt)
	wantFault(t, err, fault.Conflict, "只有专家或检验机构的任务")
	w.exec(`UPDATE draw SET state = 'published', published_at = now() WHERE id = 'D6'`)
	if draws, err := MissingNotices(t.Context(), w.db.Querier()); err != nil || len(draws) != 0 {
		t.Errorf("missing notices %v, %v", draws, err)
	}
}
