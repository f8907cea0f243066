package typeset

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yaohao/internal/fault"
	"yaohao/reports/fonts"
)

// tiny is a small valid font with the glyphs of text.
func tiny(t testing.TB, face int, text string) []byte {
	t.Helper()
	font, err := shipped(t).faces[face].load()
	if err != nil {
		t.Fatal(err)
	}
	var gids []uint16
	for _, r := range text {
		gid, ok := font.glyphOf(r)
		if !ok {
			t.Fatalf("no glyph for %q", r)
		}
		gids = append(gids, gid)
	}
	data, err := font.subset(gids)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A subset has the outlines and widths of its original, at codes of its own (format 4).
func TestSubset(t *testing.T) {
	for face := range shippedFaces() {
		original, err := shipped(t).faces[face].load()
		if err != nil {
			t.Fatal(err)
		}
		text := "检。Ä½一检"
		if groups := original.cmap.groups; len(groups) > 0 {
			text += string(rune(groups[len(groups)-1].first)) // above U+FFFF
		}
		data := tiny(t, face, text)
		small, err := ParseFont("subset", data)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range []rune(text) {
			old, _ := original.glyphOf(r)
			gid, ok := small.glyphOf(rune(codeOf(i)))
			if !ok {
				t.Fatalf("no glyph at code %d", codeOf(i))
			}
			if small.advance(gid, Size3) != original.advance(old, Size3) ||
				small.bearing(gid) != original.bearing(old) {
				t.Errorf("%s: other metrics for %q", original.name, r)
			}
			a, b := original.outline(old), small.outline(gid)
			if len(componentsAt(a)) == 0 && !bytes.HasPrefix(b, a) {
				t.Errorf("%s: other outline for %q", original.name, r)
			}
			if len(componentsAt(a)) != len(componentsAt(b)) {
				t.Errorf("%s: other parts for %q", original.name, r)
			}
		}
		if len(data) > 20000 {
			t.Errorf("%s: %d bytes for %d glyphs", original.name, len(data), len([]rune(text)))
		}
	}
}

func TestSubsetOfTooMany(t *testing.T) {
	font, _ := shipped(t).faces[0].load()
	if _, err := font.subset(make([]uint16, maxCodes+1)); err == nil {
		t.Error("more glyphs than codes were taken")
	}
	if _, err := font.subset([]uint16{65535}); err == nil {
		t.Error("a glyph that is not there was taken")
	}
}

// patched gives a copy of font data with the bytes of a table changed.
func patched(t testing.TB, data []byte, tag string, at int, value ...byte) []byte {
	t.Helper()
	data = bytes.Clone(data)
	n := int(binary.BigEndian.Uint16(data[4:]))
	for i := range n {
		record := data[12+16*i:]
		if string(record[:4]) == tag {
			copy(data[int(binary.BigEndian.Uint32(record[8:]))+at:], value)
			return data
		}
	}
	t.Fatalf("no table %s", tag)
	return nil
}

func TestUnusableFonts(t *testing.T) {
	good := tiny(t, 0, "检查")
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":       {nil, "不是字体"},
		"collection":  {append([]byte("ttcf"), good[4:]...), "字体集合（TTC）"},
		"cff":         {append([]byte("OTTO"), good[4:]...), "CFF 轮廓"},
		"other":       {[]byte("%PDF-1.5 nothing of the kind"), "不是 TrueType"},
		"cut":         {good[:len(good)/2], "超出文件末尾"},
		"directory":   {append([]byte("\x00\x01\x00\x00\x00\x09"), make([]byte, 10)...), "表目录不完整"},
		"no table":    {bytes.Replace(good, []byte("hmtx"), []byte("xxxx"), 1), "hmtx"},
		"restricted":  {patched(t, good, "OS/2", 8, 0, 2), "不允许嵌入"},
		"no subset":   {patched(t, good, "OS/2", 8, 1, 0), "不允许嵌入"},
		"em":          {patched(t, good, "head", 18, 0, 0), "em 单位数"},
		"no glyphs":   {patched(t, good, "maxp", 4, 0, 0), "没有字形"},
		"metrics":     {patched(t, good, "hhea", 34, 0, 0), "hmtx"},
		"locations":   {patched(t, good, "loca", 4, 0xFF, 0xFF, 0xFF, 0xFF), "位置不合法"},
		"no unicode":  {patched(t, good, "cmap", 4, 0, 1, 0, 0), "没有 Unicode"},
		"cmap length": {patched(t, good, "cmap", 2, 0xFF, 0xFF), "cmap"},
	} {
		_, err := ParseFont("某字体", c.data)
		e, ok := fault.As(err)
		if !ok || e.Kind != fault.Invalid || !strings.Contains(e.Message, c.want) ||
			!strings.Contains(e.Message, "某字体") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := ParseFont("good", good); err != nil {
		t.Error(err)
	}
}

// An office's own file comes first for its role; a bad one is refused when the fonts are made.
func TestConfiguredFonts(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "own.ttf")
	data, err := fonts.Open(fonts.Kai)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := NewFonts(map[Role]string{Song: path})
	if err != nil {
		t.Fatal(err)
	}
	for role, own := range map[Role]bool{Song: true, FangSong: true, Hei: false, Kai: false,
		Title: false} {
		index, _, ok, err := f.find(role, '检')
		if err != nil || !ok || (index == len(shippedFaces())) != own {
			t.Errorf("%s: face %d, %v", role, index, err)
		}
	}
	bad := filepath.Join(dir, "bad.ttc")
	if err := os.WriteFile(bad, []byte("ttcf and more than twelve bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{bad, filepath.Join(dir, "absent.ttf")} {
		_, err := NewFonts(map[Role]string{Hei: file})
		if e, ok := fault.As(err); !ok || e.Field != "黑体" || !strings.Contains(e.Message, file) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// All 8,105 characters of the 通用规范汉字表 lie in ranges that the shipped fonts cover; here
// every character of the two common blocks is looked up in the chain of the body.
func TestCoverage(t *testing.T) {
	f := shipped(t)
	missing := 0
	for r := rune(0x4E00); r <= 0x9FA5; r++ {
		if _, _, ok, err := f.find(FangSong, r); err != nil {
			t.Fatal(err)
		} else if !ok {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d characters of U+4E00–9FA5 have no glyph", missing)
	}
	for _, r := range "𠮷㐂䶮𣲘𬬻〓□〔〕①—…·“”" {
		if _, _, ok, _ := f.find(FangSong, r); !ok {
			t.Errorf("no glyph for %q", r)
		}
	}
}

// Whatever bytes a font has, it parses or is refused with a reason; what parses can be subset.
func FuzzParseFont(f *testing.F) {
	f.Add(tiny(f, 0, "检查Ä"))
	f.Add(tiny(f, 3, "楷"))
	f.Add([]byte("ttcf"))
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := ParseFont("fuzz", data)
		if err != nil {
			if _, ok := fault.As(err); !ok {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		var gids []uint16
		for g := range min(font.numGlyphs, 200) {
			gids = append(gids, uint16(g))
		}
		_, _ = font.subset(gids) // an error is fine, a panic is not
	})
}
