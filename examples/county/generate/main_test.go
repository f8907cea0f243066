package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The committed files are what the generator writes.
func TestFilesAreCurrent(t *testing.T) {
	for name, rows := range County() {
		have, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if want := CSV(rows); !bytes.Equal(have, want) {
			t.Errorf("%s is not what the generator writes: go run . ..", name)
		}
	}
}

// Published codes that are valid under both standards (GB 32100-2015, GB 11714-1997).
func TestCheckCharacters(t *testing.T) {
	for _, code := range []string{
		"91330100716105852F", "9144030071526726XG", "914403001922038216", "91110000802100433B",
	} {
		if got := usccCheck(code[:17]); got != code[17:] {
			t.Errorf("%s: check character %s", code, got)
		}
		if got := orgCheck(code[8:16]); got != code[16:17] {
			t.Errorf("%s: organisation check %s", code, got)
		}
	}
}

// The county keeps what the documents promise of it.
func TestProportions(t *testing.T) {
	files := County()
	classes, codes := map[string]int{}, map[string]bool{}
	for _, row := range files["entities.csv"][1:] {
		classes[row[11]]++
		key := row[0] + row[1]
		if codes[key] {
			t.Fatalf("%s stands twice", key)
		}
		codes[key] = true
	}
	if n := len(codes); n != entities {
		t.Fatalf("%d entities", n)
	}
	for class, percent := range map[string]int{"A": 65, "B": 25, "C": 8, "D": 2} {
		if got := classes[class] * 100 / entities; got < percent-2 || got > percent+2 {
			t.Errorf("class %s: %d %%, want about %d %%", class, got, percent)
		}
	}
	if n := len(files["inspectors.csv"]) - 1; n != 80+experts+labs {
		t.Errorf("%d inspectors, experts and laboratories", n)
	}
	if n := len(files["given.csv"]) - 1; n != givenTasks {
		t.Errorf("%d given tasks", n)
	}
	if n := len(files["items.csv"]) - 1; n != 10 {
		t.Errorf("%d items", n)
	}
}
