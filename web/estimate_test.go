package web

import (
	"encoding/json"
	"testing"
)

// What results tell about the whole stands on the draw's pages from its publication on, not before.
func TestEstimatePages(t *testing.T) {
	w := newWorld(t, approved)
	supervisor := w.session("supervisor")
	w.get("", "/draws/"+november).is(200).lacks("推断总体")
	w.get("", "/api/v1/draws/"+november).is(200).lacks(`"inferred"`)
	w.get(supervisor, "/staff/draws/"+november).is(200).lacks("推断总体")
	w.set("2026-11-10 10:00")
	w.form(w.session("publisher"), "/staff/draws/"+november+"/publish").
		leads("/staff/draws/" + november)
	w.move("2026-11-10 10:01")

	w.get("", "/draws/"+november).is(200, "推断总体", "95% 置信区间", "0.0%",
		"假定抽中的每一户都已检查", `href="/method#infer"`)
	w.get(supervisor, "/staff/draws/"+november).is(200, "推断总体", "0.0%")
	w.get("", "/method").is(200, `id="infer"`, "霍维茨–汤普森估计")
	r := w.get("", "/api/v1/draws/"+november).is(200, `"inferred"`, `"ratePerMille":0`)
	var d struct {
		Items []struct {
			Item    string
			N, Size int64
		}
		Inferred inferred
	}
	w.ok(json.Unmarshal([]byte(r.body), &d))
	if len(d.Items) != 2 || len(d.Inferred.Items) != 2 || len(d.Inferred.Notes) < 2 {
		t.Fatalf("%+v", d)
	}
	for i, e := range d.Inferred.Items {
		if string(e.Item) != d.Items[i].Item || e.Population != d.Items[i].N || e.Drawn != d.Items[i].Size ||
			e.Found != 0 || e.Why != "" || e.Low != 0 || e.High > e.Population-e.Drawn ||
			(e.Drawn < e.Population) != (e.High > 0) {
			t.Errorf("item %+v of %+v", e, d.Items[i])
		}
	}
}

// A planner reads what a size would find.
func TestDetectionOnPlan(t *testing.T) {
	w := newWorld(t, stocked)
	planner := w.session("planner")
	w.get(planner, "/staff/plans/M").is(200, "食品销售监督检查，22 户：若有 1%（1 户）的对象存在问题，抽 21 户能以 95% 的把握至少发现一户。")
	w.get(planner, "/api/v1/staff/plans/M").is(200, `{"item":"A01","population":22,"bad":1,"draw":21}`)
}
