package typeset

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
)

var (
	body  = Style{Role: FangSong, Size: Size3}
	small = Style{Role: Song, Size: 10 * PT}
)

func shipped(t testing.TB) *Fonts {
	t.Helper()
	f, err := NewFonts(nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newDoc(t testing.TB) *Doc {
	t.Helper()
	return NewDoc(shipped(t), Meta{Title: "测试", Date: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)})
}

// finish renders d and fails the test if anything is wrong or missing.
func finish(t testing.TB, d *Doc) []byte {
	t.Helper()
	pdf, missing, err := d.PDF()
	if err != nil {
		t.Fatal(err)
	}
	if len(missing) > 0 {
		t.Fatalf("missing glyphs: %v", missing)
	}
	return pdf
}

// run runs a program on a PDF; a machine without the program skips the test.
func runTool(t testing.TB, pdf []byte, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (Debian: poppler-utils, zbar-tools)", name)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "PDF", file)
	}
	cmd := exec.Command(path, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, errs.String())
	}
	return out.String()
}

// textOf is the text of a PDF as pdftotext reads it, pages ended by form feeds.
func textOf(t testing.TB, pdf []byte) string {
	t.Helper()
	return runTool(t, pdf, "pdftotext", "-enc", "UTF-8", "PDF", "-")
}

// solid is s without white space.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// compareRunes fails at the first rune that differs.
func compareRunes(t testing.TB, got, want string) {
	t.Helper()
	g, w := []rune(solid(got)), []rune(solid(want))
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			from := max(0, i-10)
			t.Fatalf("rune %d: got %q, want %q", i, string(g[from:min(len(g), i+10)]),
				string(w[from:min(len(w), i+10)]))
		}
	}
	if len(g) != len(w) {
		t.Fatalf("%d runes, want %d", len(g), len(w))
	}
}
