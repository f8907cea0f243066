package sampling

import (
	"errors"
	"strings"
	"testing"
)

// wholePlan is a plan that uses every key of §3 to §5: two items, of which one has nobody, a unit of
// inspectors, one of experts and one with given tasks, all kinds of entropy. Line breaks
// and tabs stand here for the reader; planBytes takes them out.
const wholePlan = `{"date":"2026-11-01","draw":"2026-11-M","entropy":[
{"bits":256,"by":"公证处","commit":"` + hexZeros + `","event":"信封","kind":"seal","name":"seal"},
{"bits":0,"commit":"` + hexZeros + `","event":"链","kind":"chain","name":"chain"},
{"bits":0,"event":"监督员宣读","kind":"witness","name":"witness"},
{"bits":61,"event":"快乐8","kind":"public","name":"happy8"},
{"bits":256,"event":"quicknet","kind":"beacon","name":"drand"}],
"hash":"sha256","items":[{"N":35,"basis":"清单第1项","candidates_sha":"` + hexZeros + `",
"excluded":{"capped":1,"held":2,"inactive":3},
"frame":{"caps":[{"counter":0,"max":2},{"class":"A","counter":0,"max":1}],
"cooldown_from":"2026-06-01","date":"2026-10-31","strata_by":["area2","class"]},
"item":"SX-001","kind":"routine","label":"sel-1","population_root":"` + hexZeros + `",
"population_sha":"` + hexZeros + `","reserve":2,"strata":[
{"N":10,"cap":{"den":2,"num":1},"id":"33/A","method":"srs","min":1,
"pace":{"base":100,"den":10,"done":9,"num":1,"of":12,"part":11}},
{"N":20,"id":"33/A~","method":"srs","ratio":{"den":10,"num":1}},
{"N":5,"all":true,"id":"33/B","method":"srs"}],"unit":"HJBH"},
{"N":0,"basis":"清单第2项","candidates_sha":"` + hexZeros + `",
"excluded":{"capped":0,"held":0,"inactive":0},"frame":{"date":"2026-11-01","strata_by":[]},
"item":"SX-002","kind":"key","label":"sel-2","population_root":"` + hexZeros + `",
"population_sha":"` + hexZeros + `","reserve":0,"strata":[],"unit":"ZJ"}],
"note":"一次抽、一次查","prev":"` + hexZeros + `","units":[
{"area_rule":"any","conflicts_sha":"` + hexZeros + `","kind":"inspectors","label":"asg-1",
"pool":{"den":3,"num":1},"roster_sha":"` + hexZeros + `","seats":2,"unit":"HJBH",
"visit_by":"2026-12-31"},
{"area_rule":"same4","conflicts_sha":"` + hexZeros + `","kind":"experts","label":"asg-2",
"roster_sha":"` + hexZeros + `","seats":1,"unit":"ZJ","visit_by":"2026-11-01"},
{"area_rule":"same6","conflicts_sha":"` + hexZeros + `","from":"` + hexZeros + `",
"gate":{"max":2},"kind":"labs","label":"asg-3","roster_sha":"` + hexZeros + `","seats":3,
"tasks_sha":"` + hexZeros + `","unit":"ZZZ","visit_by":"2026-11-30"}],"v":"draw/1"}`

// planBytes is wholePlan as plan.json with some values changed: set holds paths and values in turn.
func planBytes(t *testing.T, set ...any) []byte {
	t.Helper()
	b := []byte(strings.ReplaceAll(wholePlan, "\n", ""))
	for i := 0; i < len(set); i += 2 {
		b = edit(t, b, set[i].(string), set[i+1])
	}
	return b
}

// errorPath writes a path of edit as an Error does: items.0.frame is items[0]: frame.
func errorPath(path string) string {
	var b strings.Builder
	for i, step := range strings.Split(path, ".") {
		switch {
		case isDigit(step[0]):
			b.WriteString("[" + step + "]")
		case i > 0:
			b.WriteString(": " + step)
		default:
			b.WriteString(step)
		}
	}
	return b.String()
}

// refusedPlan holds ParsePlan to refusing b at a path, for a rule.
func refusedPlan(t *testing.T, b []byte, path, rule, what string) {
	t.Helper()
	p, err := ParsePlan(b)
	var e *Error
	if p != nil || !errors.As(err, &e) {
		t.Errorf("%s: %v, %v", what, p, err)
		return
	}
	if e.Check != CheckPlan || e.File != PlanFile || e.Path != path ||
		!strings.Contains(e.Rule, rule) {
		t.Errorf("%s: check %s, %s, want %s: %s", what, e.Check, err, path, rule)
	}
}

// planKeys lists every key below an element: its type, and ? if it may be left out alone.
var planKeys = []struct{ object, keys string }{
	{"", "v:text draw:text hash:text prev:text date:text items:list units:list entropy:list " +
		"note:text?"},
	{"items.0", "item:text basis:text kind:text unit:text label:text frame:object excluded:object " +
		"candidates_sha:text population_sha:text population_root:text N:integer reserve:integer " +
		"strata:list"},
	{"items.0.excluded", "inactive:integer held:integer capped:integer"},
	{"items.0.frame", "date:text cooldown_from:text? strata_by:list caps:list?"},
	{"items.0.frame.caps.1", "counter:integer max:integer class:text"},
	{"items.0.strata.0", "id:text N:integer method:text min:integer? cap:object?"},
	{"items.0.strata.0.pace", "num:integer den:integer part:integer of:integer base:integer " +
		"done:integer"},
	{"items.0.strata.0.cap", "num:integer den:integer"},
	{"items.0.strata.1.ratio", "num:integer den:integer"},
	{"units.0", "unit:text kind:text seats:integer pool:object? label:text visit_by:text " +
		"roster_sha:text conflicts_sha:text area_rule:text"},
	{"units.0.pool", "num:integer den:integer"},
	{"units.2", "gate:object? from:text?"},
	{"units.2.gate", "max:integer"},
	{"entropy.0", "name:text kind:text event:text bits:integer commit:text by:text?"},
	{"entropy.1", "commit:text"},
	{"entropy.3", "name:text kind:text event:text bits:integer"},
}

// wrongTypes holds a value of each type of canonical JSON, under the words for "none of these".
var wrongTypes = map[string][]any{
	"text":    {int64(1), true, []any{"x"}, object{}},
	"integer": {"1", true, false, []any{int64(1)}, object{}},
	"list":    {"x", int64(0), false, object{}},
	"object":  {"x", int64(0), true, []any{}},
}

// typeRules says what a value of the wrong type is refused for.
var typeRules = map[string]string{"text": "not a string", "integer": "not an integer",
	"list": "not a list", "object": "not an object"}

// TestPlanKeys leaves every key out, gives every value each wrong type, and adds a key to every
// object. The error names the very place; what may be left out may.
func TestPlanKeys(t *testing.T) {
	if _, err := ParsePlan(planBytes(t)); err != nil {
		t.Fatal(err)
	}
	for _, o := range planKeys {
		for _, key := range strings.Fields(o.keys) {
			name, kind, _ := strings.Cut(key, ":")
			kind, optional := strings.CutSuffix(kind, "?")
			path := strings.TrimPrefix(o.object+"."+name, ".")
			without := planBytes(t, path, gone{})
			_, err := ParsePlan(without)
			switch {
			case optional && err != nil:
				t.Errorf("without %s: %v", path, err)
			case path == "items.0.frame.caps.1.class":
				// Without class it is the entry before it, a second time.
				refusedPlan(t, without, "items[0]: frame: caps[1]", "not strictly sorted", path)
			case !optional:
				parent := ""
				if o.object != "" {
					parent = errorPath(o.object)
				}
				refusedPlan(t, without, parent, "key is missing", "without "+path)
			}
			for _, v := range wrongTypes[kind] {
				refusedPlan(t, planBytes(t, path, v), errorPath(path), typeRules[kind], path)
			}
		}
		extra := strings.TrimPrefix(o.object+".zz", ".")
		parent := strings.TrimSuffix(strings.TrimSuffix(errorPath(extra), "zz"), ": ")
		refusedPlan(t, planBytes(t, extra, int64(0)), parent, "unknown key", extra)
	}
}

// TestPlanElements gives lists elements of the wrong type.
func TestPlanElements(t *testing.T) {
	for path, rule := range map[string]string{
		"items.1": "not an object", "units.1": "not an object", "entropy.4": "not an object",
		"items.0.strata.2": "not an object", "items.0.frame.caps.0": "not an object",
		"items.0.frame.strata_by.0": "not a string",
	} {
		for _, v := range []any{int64(1), true, []any{}} {
			refusedPlan(t, planBytes(t, path, v), errorPath(path), rule, path)
		}
	}
	for _, v := range []any{false, int64(1), "true"} {
		refusedPlan(t, planBytes(t, "items.0.strata.2.all", v), "items[0]: strata[2]: all",
			"not true", "all")
	}
}

// TestPlanForm: the one form of the bytes. A plan with the same meaning in other bytes would have
// another commit, so it is refused before it is read.
func TestPlanForm(t *testing.T) {
	good := string(planBytes(t))
	for name, bent := range map[string]string{
		"a final LF":        good + "\n",
		"a BOM":             "\ufeff" + good,
		"a space":           strings.Replace(good, `,"draw"`, `, "draw"`, 1),
		"a key twice":       strings.Replace(good, `{"date"`, `{"date":"2026-11-01","date"`, 1),
		"an escaped letter": strings.Replace(good, `"srs"`, `"sr\u0073"`, 1),
		"a float":           strings.Replace(good, `"N":10,`, `"N":10.0,`, 1),
		"an exponent":       strings.Replace(good, `"N":10,`, `"N":1e1,`, 1),
		"null":              strings.Replace(good, `"一次抽、一次查"`, "null", 1),
		"not NFC":           strings.Replace(good, "一次抽", "e\u0301", 1),
		"not UTF-8":         strings.Replace(good, "一次抽", "\xff", 1),
		"beyond 2^53-1":     strings.Replace(good, `"N":10,`, `"N":9007199254740992,`, 1),
		"the first half":    good[:len(good)/2],
		"nothing":           "",
	} {
		p, err := ParsePlan([]byte(bent))
		var e *Error
		if bent == good || p != nil || !errors.As(err, &e) || e.Check != CheckCanonical ||
			e.File != PlanFile || !strings.HasPrefix(e.Path, "byte ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, document := range []string{"[]", "{}", `"draw/1"`, "1", "true"} {
		_, err := ParsePlan([]byte(document))
		var e *Error
		if !errors.As(err, &e) || e.Check != CheckPlan {
			t.Errorf("%s: %v", document, err)
		}
	}
}
