package typeset

import (
	"encoding/binary"

	"yaohao/internal/fault"
)

// Font is a TrueType font in memory, parsed once. It is immutable and safe for concurrent use.
type Font struct {
	name      string
	tables    map[string][]byte
	upem      int
	numGlyphs int
	advances  []uint16 // by glyph, in font units
	loca      []uint32 // numGlyphs+1 offsets into glyf
	cmap      charMap
}

// ParseFont reads a TrueType font whose outlines are in a glyf table. name appears in messages.
// A TrueType collection (.ttc), a CFF font (.otf), a font that forbids embedding and damaged
// data give a *fault.Error that says so. data must not change afterwards.
func ParseFont(name string, data []byte) (*Font, error) {
	f := &Font{name: name}
	if err := f.readTables(data); err != nil {
		return nil, err
	}
	steps := []func() error{f.readHead, f.readAdvances, f.readLoca, f.checkEmbedding, f.readCmap}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// bad makes the error of a font that cannot be used.
func (f *Font) bad(format string, args ...any) *fault.Error {
	e := fault.New(fault.Invalid, format, args...)
	e.Message = "字体 " + f.name + "：" + e.Message
	return e.WithHint("请换用 TrueType 轮廓（glyf）的 .ttf 字体文件")
}

func (f *Font) readTables(data []byte) error {
	if len(data) < 12 {
		return f.bad("文件只有 %d 字节，不是字体", len(data))
	}
	switch tag := string(data[:4]); tag {
	case "ttcf":
		return f.bad("是字体集合（TTC），不支持")
	case "OTTO":
		return f.bad("是 CFF 轮廓（OTF），不支持")
	case "\x00\x01\x00\x00", "true":
	default:
		return f.bad("开头四字节为 %q，不是 TrueType 字体", tag)
	}
	n := int(binary.BigEndian.Uint16(data[4:]))
	f.tables = make(map[string][]byte, n)
	for i := range n {
		at := 12 + 16*i
		if at+16 > len(data) {
			return f.bad("表目录不完整")
		}
		tag := string(data[at : at+4])
		off := uint64(binary.BigEndian.Uint32(data[at+8:]))
		size := uint64(binary.BigEndian.Uint32(data[at+12:]))
		if off+size > uint64(len(data)) {
			return f.bad("表 %q 超出文件末尾", tag)
		}
		f.tables[tag] = data[off : off+size : off+size]
	}
	if f.tables["CFF "] != nil || f.tables["CFF2"] != nil {
		return f.bad("是 CFF 轮廓，不支持")
	}
	for tag, min := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4,
		"loca": 4, "glyf": 0, "cmap": 4, "name": 6, "post": 32, "OS/2": 72} {
		if t, ok := f.tables[tag]; !ok || len(t) < min {
			return f.bad("缺少必需的表或表不完整（%s）", tag)
		}
	}
	return nil
}

func (f *Font) readHead() error {
	f.upem = int(binary.BigEndian.Uint16(f.tables["head"][18:]))
	f.numGlyphs = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	if f.upem < 16 || f.upem > 16384 {
		return f.bad("每 em 单位数为 %d，应在 16 到 16384 之间", f.upem)
	}
	if f.numGlyphs == 0 {
		return f.bad("没有字形")
	}
	return nil
}

// readAdvances expands hmtx: glyphs after the last full metric share its advance.
func (f *Font) readAdvances() error {
	full := int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	hmtx := f.tables["hmtx"]
	if full == 0 || full > f.numGlyphs || len(hmtx) < 4*full {
		return f.bad("水平度量表（hmtx）不完整")
	}
	f.advances = make([]uint16, f.numGlyphs)
	for g := range f.advances {
		f.advances[g] = binary.BigEndian.Uint16(hmtx[4*min(g, full-1):])
	}
	return nil
}

func (f *Font) readLoca() error {
	loca, glyf := f.tables["loca"], uint32(len(f.tables["glyf"]))
	long := binary.BigEndian.Uint16(f.tables["head"][50:]) == 1
	width := 2
	if long {
		width = 4
	}
	if len(loca) < width*(f.numGlyphs+1) {
		return f.bad("字形位置表（loca）不完整")
	}
	f.loca = make([]uint32, f.numGlyphs+1)
	for g := range f.loca {
		if long {
			f.loca[g] = binary.BigEndian.Uint32(loca[4*g:])
		} else {
			f.loca[g] = 2 * uint32(binary.BigEndian.Uint16(loca[2*g:]))
		}
		if f.loca[g] > glyf || g > 0 && f.loca[g] < f.loca[g-1] {
			return f.bad("第 %d 个字形的位置不合法", g)
		}
	}
	return nil
}

// checkEmbedding honours OS/2 fsType: bit 1 forbids embedding, bit 8 subsetting, bit 9 outlines.
func (f *Font) checkEmbedding() error {
	if t := binary.BigEndian.Uint16(f.tables["OS/2"][8:]); t&0x000F == 2 || t&0x0300 != 0 {
		return f.bad("字体的许可位（fsType=%#04x）不允许嵌入文档", t)
	}
	return nil
}

// glyphOf gives the glyph of a rune; ok is false where the font has none.
func (f *Font) glyphOf(r rune) (gid uint16, ok bool) {
	gid = f.cmap.lookup(r)
	return gid, gid != 0
}

// advance gives the width of a glyph at a type size.
func (f *Font) advance(gid uint16, size Unit) Unit {
	return (Unit(f.advances[gid])*size + Unit(f.upem)/2) / Unit(f.upem)
}

// bearing gives the left side bearing of a glyph as hmtx has it; 0 where hmtx ends too early.
func (f *Font) bearing(gid uint16) uint16 {
	full := int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	at := 4*int(gid) + 2
	if int(gid) >= full {
		at = 4*full + 2*(int(gid)-full)
	}
	if hmtx := f.tables["hmtx"]; at+2 <= len(hmtx) {
		return binary.BigEndian.Uint16(hmtx[at:])
	}
	return 0
}

// outline gives the glyf data of a glyph, empty for a blank one.
func (f *Font) outline(gid uint16) []byte {
	return f.tables["glyf"][f.loca[gid]:f.loca[int(gid)+1]]
}
