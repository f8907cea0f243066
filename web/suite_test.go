package web

import (
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"yaohao/inspection"
	"yaohao/internal/account"
)

// From the form to the public page: a plan under SM3 says so, its chain is of the same suite, and
// its ticket is the SM3 that anybody computes from the page.
func TestSuitePages(t *testing.T) {
	w := newWorld(t, stocked)
	planner, operator := w.session("planner"), w.session("operator")
	w.form(operator, "/staff/chains", "id", "S", "links", "3", "lanes", "1", "hash", "sm3").
		leads("/staff/chains")
	w.get(operator, "/staff/chains").is(200, "本机关保管，剩余 3 环，国密 SM3")
	w.form(operator, "/staff/chains", "id", "T", "links", "3", "hash", "md5").is(400, "不认识")
	w.get(planner, "/staff/plans/new").is(200, "杂凑算法", "国密 SM3（GB/T 32905-2016）",
		"哈希链 S（本机关，剩余 3 环，国密 SM3）")
	w.form(planner, "/staff/plans", typed("items", "A01", "hash", "md5")...).
		is(400, "杂凑算法“md5”不认识", `name="hash" aria-invalid="true"`)
	w.form(planner, "/staff/plans", typed("items", "A01", "secret", "S")...).
		is(400, "哈希链“S”用的是 SM3，计划用的是 SHA-256")
	w.form(planner, "/staff/plans", typed("items", "A01", "secret", "S", "hash", "sm3")...).
		leads("/staff/plans/Q")
	w.get(planner, "/staff/plans/Q").is(200, "杂凑算法", "国密 SM3")
	w.get(planner, "/api/v1/staff/plans/Q").is(200, `"hash":"sm3"`)
	w.form(w.session("approver"), "/staff/plans/Q/approve").leads("/staff/plans/Q")

	w.move("2026-11-16 10:00")
	const id = "2026-11-Q"
	w.get("", "/draws/"+id).is(200, "国密 SM3", "openssl dgst -sm3 plan.json").lacks("sha256sum")
	w.get("", "/draws/"+november).is(200, "SHA-256", "sha256sum plan.json").lacks("sm3")
	w.move("2026-11-16 12:00")
	w.set("2026-11-16 14:00")
	for _, who := range []string{"operator", "operator2"} {
		w.form(w.session(who), "/staff/draws/"+id+"/entropy", "name", "event", "value", balls).
			leads("/staff/draws/" + id)
	}
	w.move("2026-11-16 14:01")
	w.publishAll(id)

	r := w.get("", "/api/v1/draws/"+id).is(200, `"state":"published"`)
	var d struct {
		Example ticketExample
		Files   []struct{ Name, Digest string }
	}
	w.ok(json.Unmarshal([]byte(r.body), &d))
	e := d.Example
	ticket := sm3.Sum([]byte(e.Seed + "|" + e.Label + "|" + string(e.Entity)))
	if e.Hash != "sm3" || e.Ticket != hex.EncodeToString(ticket[:]) {
		t.Errorf("ticket %+v, want %x", e, ticket)
	}
	for _, f := range d.Files {
		sum := sm3.Sum([]byte(w.get("", "/draws/"+id+"/files/"+f.Name).is(200).body))
		if f.Digest != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: %s, want %x", f.Name, f.Digest, sum)
		}
	}
	w.get("", "/draws/"+id).is(200, string(e.Entity)+" | openssl dgst -sm3", e.Ticket)
	w.get("", "/method").is(200, "openssl dgst -sm3")
}

// publishAll takes the tasks of a drawn draw to their publication, three hours after the draw.
func (w *world) publishAll(draw string) {
	w.Helper()
	when := "2026-11-16 17:00"
	w.set(when)
	list, err := inspection.Tasks(w.Context(), w.db.Querier(),
		w.actor("supervisor", account.Supervisor),
		inspection.TaskFilter{Draw: draw, Page: inspection.Page{Size: 200}}, w.clock())
	w.ok(err)
	if len(list.Rows) == 0 {
		w.Fatalf("draw %s has no tasks", draw)
	}
	for _, task := range list.Rows {
		w.enterOn(task, "2026-11-16", "1")
		w.ok(w.server.Inspection.Review(w.Context(), w.actor("reviewer", account.Reviewer),
			task.ID, inspection.Decision{Version: 1, Verdict: inspection.Approve}, w.clock()))
	}
	_, err = w.server.Inspection.Publish(w.Context(), w.actor("publisher", account.Publisher), draw,
		w.clock())
	w.ok(err)
	w.move(when)
}
