package web

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"yaohao/inspection"
)

// bank tells whether a route shows the banks as they are, drawn or not.
func bank(path string) bool {
	return strings.HasPrefix(path, "/staff/entities") || strings.HasPrefix(path, "/staff/inspectors")
}

// everything reads each GET route as a person, page and API, with the queries of lists.
func (w *world) everything(token string, visit func(path string, r *reply)) {
	w.Helper()
	for _, a := range access {
		if a.method != http.MethodGet || bank(a.path) || a.path == "/metrics" {
			continue
		}
		paths := []string{w.address(a.path)}
		if a.path == "/draws/{draw}/files/{file}" {
			for _, name := range []string{"seed.txt", "transcript.json", "population.A01.tsv",
				"candidates.A01.tsv", "roster.SPJ.tsv", "conflicts.SPJ.tsv"} {
				paths = append(paths, "/draws/"+november+"/files/"+name)
			}
		}
		if !filesOnly(a.path) {
			paths = append(paths, "/api/v1"+paths[0])
		}
		for _, path := range paths {
			queries := []string{""}
			if !strings.Contains(a.path, "{") {
				queries = append(queries, "?q=13053400&draw="+november, "?state=dispatched",
					"?state=entered", "?q=%E6%B8%85%E6%B2%B3", "?page=2") // 清河
			}
			for _, query := range queries {
				visit(path+query, w.get(token, path+query))
			}
		}
	}
}

// firms are the drawn firms of tasks by their numbers and names.
func firms(tasks []inspection.Task) []string {
	var words []string
	for _, t := range tasks {
		words = append(words, string(t.Entity), t.EntityName, t.ID)
	}
	return words
}

// Between the draw and the publication no page, answer or file tells who was drawn, but for the
// team and the supervisor; from the first entry on reviewer and publisher see that task.
func TestSealed(t *testing.T) {
	w := newWorld(t, drawn)
	tasks := w.tasks()
	// The address of a task is guessed, which the bodies repeat: look at other tasks than that one.
	secret := slices.DeleteFunc(firms(tasks[1:]), func(word string) bool {
		return word == string(tasks[0].Entity) || word == tasks[0].EntityName // drawn by both units
	})
	var values []string // of the record: the seed and the tickets would give the list away
	for _, name := range []string{"seed", "cut"} {
		values = append(values, w.column(map[string]string{"seed": `SELECT seed FROM draw`,
			"cut": `SELECT cut FROM draw_stratum WHERE cut IS NOT NULL`}[name])...)
	}
	for _, login := range append([]string{""}, strings.Fields(desks)...) {
		if login == "supervisor" {
			continue
		}
		w.everything(w.session(login), func(path string, r *reply) {
			r.lacks(secret...).lacks(values...)
			if strings.Contains(path, "bundle.zip") {
				w.sealedZip(r)
			}
		})
	}
	w.get(w.session("supervisor"), "/staff/tasks").is(200, secret[1])

	// An inspector sees the tasks of their own teams only.
	me := lead(tasks[0])
	mine := func(task inspection.Task) bool {
		return slices.ContainsFunc(task.Members, func(m inspection.Member) bool {
			return strings.EqualFold(string(m.Inspector), me)
		})
	}
	foreign := slices.DeleteFunc(slices.Clone(tasks), mine)
	own := slices.DeleteFunc(slices.Clone(tasks), func(t inspection.Task) bool { return !mine(t) })
	foreign = slices.DeleteFunc(foreign, func(task inspection.Task) bool { // one firm, two units
		return slices.ContainsFunc(own, func(t inspection.Task) bool { return t.Entity == task.Entity })
	})
	if len(own) < 3 || len(foreign) < 3 {
		t.Fatalf("%d own and %d foreign tasks", len(own), len(foreign))
	}
	token := w.session(me)
	w.get(token, "/my").is(200, tasks[0].EntityName)
	w.everything(token, func(_ string, r *reply) { r.lacks(firms(foreign)...).lacks(values...) })
	w.get(token, "/my/tasks/"+foreign[0].ID).is(403)

	w.set("2026-11-06 16:00")
	w.enterTask(tasks[0])
	reviewer := w.session("reviewer")
	w.get(reviewer, "/staff/tasks").is(200, tasks[0].EntityName)
	w.everything(reviewer, func(_ string, r *reply) { r.lacks(secret...).lacks(values...) })
	w.everything("", func(_ string, r *reply) { r.lacks(secret...).lacks(tasks[0].EntityName) })
}

func (w *world) column(sql string) []string {
	w.Helper()
	rows, err := w.db.Query(w.Context(), sql)
	w.ok(err)
	var out []string
	for rows.Next() {
		var s string
		w.ok(rows.Scan(&s))
		out = append(out, s)
	}
	w.ok(rows.Err())
	if len(out) == 0 {
		w.Fatalf("nothing from %s", sql)
	}
	return out
}

// sealedZip wants nothing but the plan in a bundle.
func (w *world) sealedZip(r *reply) {
	w.Helper()
	names := w.unzip(r)
	if len(names) != 1 || names["plan.json"] == "" {
		w.Errorf("the sealed bundle has %d files", len(names))
	}
}

func (w *world) unzip(r *reply) map[string]string {
	w.Helper()
	z, err := zip.NewReader(strings.NewReader(r.body), int64(len(r.body)))
	w.ok(err)
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		w.ok(err)
		data, err := io.ReadAll(in)
		w.ok(err)
		files[f.Name] = string(data)
	}
	return files
}

// A bank's page of a firm is the same before and after the firm is drawn.
func TestBanksDoNotTell(t *testing.T) {
	w := newWorld(t, committed)
	token := w.session("registrar")
	paths := []string{"/staff/entities", "/staff/entities?q=13053400001", "/staff/inspectors/I1",
		"/api/v1/staff/entities/R.13053400001", "/staff/inspectors"}
	for i := 1; i <= 30; i++ {
		paths = append(paths, strings.ReplaceAll("/staff/entities/R.130534000NN", "NN",
			string([]byte{byte('0' + i/10), byte('0' + i%10)})))
	}
	before := map[string]string{}
	for _, p := range paths {
		before[p] = w.get(token, p).is(200).body
	}
	w.reachDrawn()
	for _, p := range paths {
		if w.get(token, p).body != before[p] {
			t.Errorf("%s changed with the draw", p)
		}
	}
}

// personal finds what the files of the world hold as personal data.
var personal = regexp.MustCompile(`某某|0310-`)

// No public page, answer or file names a person or a telephone, before or after publication.
func TestNoPersonalData(t *testing.T) {
	w := newWorld(t, published)
	w.everything("", func(path string, r *reply) {
		text := r.body
		if strings.Contains(path, "bundle.zip") {
			for name, data := range w.unzip(r) {
				text += name + data
			}
		}
		if found := personal.FindString(text); found != "" {
			t.Errorf("%s shows %q", path, found)
		}
	})
	// Staff see who did what by name.
	task := w.tasks()[0]
	w.get(w.session("supervisor"), "/staff/tasks/"+task.ID).is(200, "某某", "工作某某reviewer")
	w.get(w.session("planner"), "/staff/entities/R.13053400001").is(200, "法人某某1", "0310-8800001")
	// The log of requests holds neither names nor what was looked for.
	w.get("", "/results?q=%E6%9F%90%E6%9F%90secretquery")
	w.get(w.session("supervisor"), "/staff/inspectors/I1")
	if text := w.log.String(); strings.Contains(text, "inspectors/I1") ||
		!strings.Contains(text, "/staff/inspectors/{inspector}") {
		t.Error("the log names an inspector instead of the route")
	}
	if text := w.log.String(); personal.MatchString(text) || strings.Contains(text, "secretquery") {
		t.Error("personal data in the log of the service")
	}
}

// What is published can be downloaded whole, byte for byte the same each time.
func TestPublishedFiles(t *testing.T) {
	w := newWorld(t, published)
	bundle := w.get("", "/draws/"+november+"/bundle.zip").is(200)
	got := w.unzip(bundle)
	for _, name := range []string{"plan.json", "seed.txt", "transcript.json", "population.A01.tsv",
		"candidates.B01.tsv", "roster.SPJ.tsv", "conflicts.SPJ.tsv"} {
		if got[name] == "" {
			t.Errorf("no %s in the bundle", name)
		}
		one := w.get("", "/draws/"+november+"/files/"+name).is(200)
		if one.body != got[name] {
			t.Errorf("%s differs between the bundle and its own address", name)
		}
	}
	again := w.get("", "/draws/"+november+"/bundle.zip")
	if !bytes.Equal([]byte(again.body), []byte(bundle.body)) {
		t.Error("the bundle has other bytes the second time")
	}
	if r := w.get("", "/draws/"+november+"/files/..%2f..%2fetc%2fpasswd"); r.StatusCode == 200 {
		t.Error("a path leads out of the bundle")
	}
	w.get("", "/draws/"+november+"/files/passwd").is(404, "没有公开的文件")
	w.get("", "/draws/2026-12-M/bundle.zip").is(404)
	r := w.get("", "/draws/"+november+"/notice.pdf").is(200, "%PDF-1.4")
	if r.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the notice is %s", r.Header.Get("Content-Type"))
	}
	w.get("", "/log/leaves/0").is(200)
	w.get("", "/log/leaves/99999").is(404)
	w.get("", "/log/leaves/99999999999999999999").is(404)
}
