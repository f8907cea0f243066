package inspection

import (
	"slices"
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// ids gives the tasks that the actor finds.
func (w *world) ids(a audit.Actor, f TaskFilter) []string {
	w.t.Helper()
	list, err := Tasks(w.t.Context(), w.db.Querier(), a, f, publishedAt)
	if err != nil {
		w.t.Fatalf("%s: %v", a.Post, err)
	}
	var out []string
	for _, t := range list.Rows {
		out = append(out, t.ID)
	}
	if int64(len(out)) != list.Total && list.Total <= int64(list.Page.Size) {
		w.t.Errorf("%s: %d rows, total %d", a.Post, len(out), list.Total)
	}
	return out
}

// Lists are sealed: the team from dispatch on, reviewers after the entry, the supervisor always.
func TestSealedLists(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	q := w.db.Querier()
	see := func(a audit.Actor, want ...string) {
		t.Helper()
		if got := w.ids(a, TaskFilter{}); !slices.Equal(got, want) {
			t.Errorf("%s %s sees %v, want %v", a.Person, a.Post, got, want)
		}
	}
	see(i1, task1)
	see(i3, task2)
	see(j1, task3, task4)
	see(reviewer)
	see(publisher)
	see(supervisor, task1, task2, task3, task4)
	_, err := Tasks(t.Context(), q, planner, TaskFilter{}, drawnAt)
	wantFault(t, err, fault.Forbidden)
	_, err = TasksOf(t.Context(), q, supervisor, TaskFilter{}, drawnAt)
	wantFault(t, err, fault.Forbidden)
	// A post that the account does not hold opens nothing.
	_, err = Tasks(t.Context(), q, audit.Actor{Person: "P0010", Post: "supervisor"}, TaskFilter{},
		drawnAt)
	wantFault(t, err, fault.Forbidden)

	for _, a := range []audit.Actor{i3, j1, reviewer, publisher} {
		_, err := TaskByID(t.Context(), q, a, task1, drawnAt)
		wantFault(t, err, fault.Forbidden, task1)
		if strings.Contains(err.Error(), "甲食品") {
			t.Errorf("the refusal names the firm: %v", err)
		}
	}
	w.enter(i1, task1, clean("A01", "A02"))
	see(reviewer, task1)
	see(publisher, task1)
	if _, err := TaskByID(t.Context(), q, reviewer, task1, drawnAt); err != nil {
		t.Errorf("reviewer after the entry: %v", err)
	}
	_, err = TaskByID(t.Context(), q, supervisor, "D1.SPJ.9", drawnAt)
	wantFault(t, err, fault.NotFound)
}

// Every reading of a sealed list is recorded; what is public is not.
func TestListAccess(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	q := w.db.Querier()
	w.ids(i1, TaskFilter{})
	w.ids(reviewer, TaskFilter{}) // sees nothing, so nothing to record
	if _, err := TaskByID(t.Context(), q, i1, task1, publishedAt); err != nil {
		t.Fatal(err)
	}
	if err := RecordAccess(t.Context(), q, i1, "D1", "pdf", publishedAt); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Overdue(t.Context(), supervisor, TaskFilter{}, at("2026-12-01 09:00")); err != nil {
		t.Fatal(err)
	}
	list, err := Accesses(t.Context(), q, supervisor, "D1", Page{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range list.Rows {
		got = append(got, a.Person+" "+a.What)
	}
	want := []string{"P0009 overdue", "P0001 pdf", "P0001 task " + task1, "P0001 tasks"}
	if !slices.Equal(got, want) || list.Total != 4 {
		t.Errorf("accesses = %v of %d, want %v", got, list.Total, want)
	}
	_, err = Accesses(t.Context(), q, planner, "D1", Page{})
	wantFault(t, err, fault.Forbidden)

	w.allApproved()
	w.publish(publishedAt)
	w.ids(supervisor, TaskFilter{})
	if _, err := TaskByID(t.Context(), q, i3, task1, publishedAt); err != nil {
		t.Errorf("another inspector reads a public task: %v", err)
	}
	if n := w.text(`SELECT count(*)::text FROM list_access`); n != "4" {
		t.Errorf("%s accesses after reading what is public, want 4", n)
	}
}

func TestTaskFilter(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02"))
	for _, c := range []struct {
		name string
		f    TaskFilter
		want []string
	}{
		{"unit", TaskFilter{Unit: "ZJK"}, []string{task3, task4}},
		{"draw", TaskFilter{Draw: "D2"}, nil},
		{"state", TaskFilter{State: Entered}, []string{task1}},
		{"part of a name", TaskFilter{Query: "甲食品"}, []string{task1, task3}},
		{"code in lower case", TaskFilter{Query: " r.3 "}, []string{task4}},
		{"number", TaskFilter{Query: "D1.ZJK"}, []string{task3, task4}},
		{"percent is itself", TaskFilter{Query: "0%店"}, []string{task2}},
		{"percent is no wildcard", TaskFilter{Query: "清%厂"}, nil},
		{"underscore is itself", TaskFilter{Query: "货_5"}, []string{task2}},
		{"quote", TaskFilter{Query: `' OR true --`}, nil},
		{"backslash", TaskFilter{Query: `\`}, nil},
		{"page", TaskFilter{Page: Page{Number: 2, Size: 3}}, []string{task4}},
		{"page behind the end", TaskFilter{Page: Page{Number: 9}}, nil},
		{"page before the start", TaskFilter{Page: Page{Number: -1, Size: 1}}, []string{task1}},
	} {
		list, err := Tasks(t.Context(), w.db.Querier(), supervisor, c.f, drawnAt)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, task := range list.Rows {
			got = append(got, task.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	list := List[Task]{Total: 41, Page: Page{Size: 20}}
	if list.Pages() != 3 || (List[Task]{Page: Page{Size: 20}}).Pages() != 1 {
		t.Errorf("pages = %d", list.Pages())
	}
	if p := (Page{Size: 100000}).normal(); p.Size != largestPage {
		t.Errorf("page size = %d", p.Size)
	}
}

func TestOverdue(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.enter(i1, task1, clean("A01", "A02")) // due 2026-12-03
	for _, c := range []struct {
		now  string
		a    audit.Actor
		want []string
	}{
		{"2026-11-25 09:00", supervisor, nil},
		{"2026-11-26 09:00", supervisor, []string{task1 + " publish-soon"}},
		{"2026-12-01 09:00", supervisor, []string{task1 + " publish-soon", task2 + " visit-passed",
			task3 + " visit-passed", task4 + " visit-passed"}},
		{"2026-12-03 23:00", reviewer, []string{task1 + " publish-soon"}},
		{"2026-12-04 00:00", reviewer, []string{task1 + " publish-passed"}},
		{"2026-12-04 00:00", i3, []string{task2 + " visit-passed"}},
	} {
		list, err := w.s.Overdue(t.Context(), c.a, TaskFilter{}, at(c.now))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range list.Rows {
			got = append(got, o.ID+" "+string(o.Alarm))
			if o.Alarm.Name() == "" {
				t.Errorf("alarm %s has no name", o.Alarm)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: %v, want %v", c.now, c.a.Post, got, c.want)
		}
	}
}

// States add up to 应检查; a firm with two labels counts in both.
func TestStats(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	e := clean("A01", "A02")
	e.Items[0] = ItemEntry{Item: "A01", Checked: true, Category: "2", Finding: "未公示年报"}
	e.Items[1] = ItemEntry{Item: "A02", Checked: true, Category: "5", Finding: "缺标签",
		Disposal: "已补"}
	w.enter(i1, task1, e)
	w.enter(i3, task2, clean("A01"))
	w.approve(task2, 1)
	w.enter(j1, task3, clean("B01"))
	err := w.s.Review(t.Context(), reviewer, task3,
		Decision{Version: 1, Verdict: Return, Opinion: "补充"}, reviewedAt)
	if err != nil {
		t.Fatal(err)
	}
	s, err := StatsOf(t.Context(), w.db.Querier(), "D1")
	if err != nil {
		t.Fatal(err)
	}
	want := map[State]int64{Dispatched: 1, Entered: 1, Returned: 1, Rejected: 0, Approved: 1,
		Published: 0}
	var sum int64
	for _, state := range States() {
		sum += s.ByState[state]
		if s.ByState[state] != want[state] {
			t.Errorf("%s = %d, want %d", state, s.ByState[state], want[state])
		}
	}
	if s.Expected != 4 || sum != 4 {
		t.Errorf("expected %d, states add up to %d; want 4", s.Expected, sum)
	}
	var counts []int64
	for _, c := range s.Categories {
		counts = append(counts, c.Tasks)
	}
	if !slices.Equal(counts, []int64{2, 1, 0, 0, 1, 0, 0, 0}) {
		t.Errorf("categories 1 to 8 = %v", counts)
	}
}

// Only published results are public, and they name nobody.
func TestPublicResults(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	q := w.db.Querier()
	find := func(s Search) []PublicResult {
		t.Helper()
		list, err := PublicResults(t.Context(), q, s)
		if err != nil {
			t.Fatal(err)
		}
		return list.Rows
	}
	w.allApproved()
	if n := len(find(Search{})); n != 0 {
		t.Errorf("%d results before publication", n)
	}
	_, err := PublicResultOf(t.Context(), q, task3)
	wantFault(t, err, fault.NotFound)
	w.publish(publishedAt)
	if n := len(find(Search{})); n != 4 {
		t.Errorf("%d results, want 4", n)
	}
	found := find(Search{Query: "甲食品", Draw: "D1"})
	if len(found) != 2 || found[0].Task != task1 || found[1].Task != task3 {
		t.Fatalf("甲食品: %+v", found)
	}
	r := found[1]
	if r.EntityName != "清河甲食品有限公司" || r.UnitName != "质监科" || r.CompletedOn != "2026-11-05" ||
		!slices.Equal(r.Labels, []string{"发现问题已责令改正"}) || r.Late {
		t.Errorf("result = %+v", r)
	}
	item := PublicItem{Item: "B01", Name: "工业产品质量检查", Checked: true,
		Label: "发现问题已责令改正", Finding: "标识不全", Disposal: "当场改正"}
	if len(r.Items) != 1 || r.Items[0] != item {
		t.Errorf("items = %+v", r.Items)
	}
	if n := len(find(Search{Query: "R.3"})); n != 1 {
		t.Errorf("R.3: %d results, want 1", n)
	}
	if n := len(find(Search{Page: Page{Number: 2, Size: 3}})); n != 1 {
		t.Errorf("second page of three: %d results, want 1", n)
	}
	one, err := PublicResultOf(t.Context(), q, task3)
	if err != nil || one.Task != task3 {
		t.Errorf("result of %s: %+v, %v", task3, one, err)
	}
}

// History tables refuse UPDATE, DELETE and TRUNCATE of the running program and of the owner.
func TestHistoryRefusesChange(t *testing.T) {
	t.Parallel()
	w := dispatchedWorld(t)
	w.allApproved()
	w.publish(publishedAt)
	w.ids(supervisor, TaskFilter{})
	_, err := w.s.IssueNotice(t.Context(), audit.System, "D1", publishedAt,
		func(int, int) ([]byte, error) { return []byte("x"), nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := RecordAccess(t.Context(), w.db.Querier(), i1, "D1", "pdf", publishedAt); err != nil {
		t.Fatal(err)
	}
	owner, err := pg.OpenOwner(t.Context(), w.db.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	for table, column := range map[string]string{
		"dispatch": "at", "task_item": "item_name", "task_member": "inspector_id",
		"result": "remark", "result_item": "finding", "review": "opinion", "publication": "at",
		"notice": "pdf", "list_access": "at", "result_category": "label", "task": "entity_name",
	} {
		for _, sql := range []string{
			"UPDATE " + table + " SET " + column + " = " + column, "DELETE FROM " + table,
			"TRUNCATE " + table + " CASCADE",
		} {
			for who, db := range map[string]*pg.DB{"yh_app": w.db, "owner": owner} {
				if tag, err := db.Exec(t.Context(), sql); err == nil {
					t.Errorf("%s: %s changed %d rows", who, sql, tag.RowsAffected())
				}
			}
		}
	}
}
