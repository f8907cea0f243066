package main

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"yaohao/sampling"
)

// refilled is a published vector with two records: a seat of its first task, then its entity.
func refilled(t *testing.T) (fstest.MapFS, []*sampling.RefillRecord) {
	t.Helper()
	files := fstest.MapFS{}
	dir := os.DirFS("../../sampling/testdata/vectors/srs-two-strata")
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := fs.ReadFile(dir, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = &fstest.MapFile{Data: data}
	}
	tr, err := sampling.ParseTranscript(files[sampling.TranscriptFile].Data)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := sampling.ParsePlan(tr.Plan)
	if err != nil {
		t.Fatal(err)
	}
	s := &tr.Staffing[0]
	const event = "快乐8 第2026310期，2026-11-16T21:30+08:00"
	first, err := sampling.Refill(plan, files, tr, nil, sampling.RefillRequest{Unit: s.Unit,
		Entity: s.Tasks[0], Left: s.Teams[0][1], Reason: "illness", Event: event, Value: "1"})
	if err != nil {
		t.Fatal(err)
	}
	second, err := sampling.Replace(plan, files, tr, []sampling.RefillRecord{*first},
		sampling.ReplaceRequest{Unit: s.Unit, Item: plan.Items[0].ID, Replaces: s.Tasks[0],
			Reason: "closed", Event: event + "之后", Value: "2"})
	if err != nil {
		t.Fatal(err)
	}
	files["refills/1.json"] = &fstest.MapFile{Data: first.Marshal()}
	files["refills/2.json"] = &fstest.MapFile{Data: second.Marshal()}
	return files, []*sampling.RefillRecord{first, second}
}

func TestRepeatRefills(t *testing.T) {
	files, records := refilled(t)
	check := func(name string, code int, lines ...string) {
		t.Helper()
		var out bytes.Buffer
		if got := repeatRefills(files, &out); got != code {
			t.Errorf("%s: exit code %d, want %d", name, got, code)
		}
		got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		for i, line := range lines {
			if i >= len(got) || !strings.HasPrefix(got[i], line) {
				t.Errorf("%s: %q, want line %d to begin %q", name, out.String(), i+1, line)
			}
		}
		if len(got) != len(lines) {
			t.Errorf("%s: %q, want %d lines", name, out.String(), len(lines))
		}
	}
	check("good", 0, "ok refill 1 HJBH "+string(records[0].Entity)+": "+string(records[0].Left)+
		" left (illness), n=1 "+string(records[0].Seats[0].Inspector),
		"ok refill 2 HJBH "+string(records[1].Entity)+": replaces "+string(records[0].Entity))
	good := files["refills/1.json"].Data

	files["refills/1.json"].Data = bytes.Replace(good, []byte(`"value":"1"`), []byte(`"value":"3"`), 1)
	check("value", 1, "FAIL refill 1 ")
	files["refills/1.json"].Data = good[1:]
	check("torn", 1, "FAIL refill 1 ")
	files["refills/1.json"].Data = good
	files["refills/2.json"].Data = good
	check("twice", 1, "ok refill 1 ", "FAIL refill 2 ")
	delete(files, "refills/1.json")
	check("gap", 2, "FAIL refill 1 ")
	delete(files, "refills/2.json")
	var out bytes.Buffer
	if code := repeatRefills(files, &out); code != 0 || out.Len() != 0 {
		t.Errorf("without records: %d, %q", code, out.String())
	}
}
