package typeset

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// firstCode is the lowest character code that a document gives to a glyph. gofpdf puts the codes
// below 57 into every font by itself, and treats those up to 255 specially.
const firstCode = 0x0100

// codeStep keeps codes apart: gofpdf's table of widths takes quadratic time for neighbours (20 s
// for 5,000 characters), and linear time without any.
const codeStep = 2

// maxCodes keeps the codes below the surrogates (U+D800) and the cmap below 64 KiB.
const maxCodes = 16000

// codeOf is the character code of the i-th character of a face.
func codeOf(i int) uint16 { return uint16(firstCode + codeStep*i) }

// subset makes a TrueType font that has, at codeOf(i), the glyph gids[i]. Only those
// glyphs and the parts of composite ones are kept, with their side bearings (renderers shift an
// outline by them) and the font's instructions.
func (f *Font) subset(gids []uint16) ([]byte, error) {
	if len(gids) > maxCodes {
		return nil, fmt.Errorf("font %s: %d glyphs in one document, at most %d",
			f.name, len(gids), maxCodes)
	}
	keep, err := f.closure(gids)
	if err != nil {
		return nil, err
	}
	place := make(map[uint16]uint16, len(keep))
	for i, g := range keep {
		place[g] = uint16(i)
	}
	var glyf, loca, hmtx []byte
	for _, g := range keep {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, f.advances[g])
		hmtx = binary.BigEndian.AppendUint16(hmtx, f.bearing(g))
		data := slices.Clone(f.outline(g))
		for _, at := range componentsAt(data) {
			old := binary.BigEndian.Uint16(data[at:])
			binary.BigEndian.PutUint16(data[at:], place[old])
		}
		glyf = append(glyf, data...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head := slices.Clone(f.tables["head"][:54])
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets in loca
	hhea := slices.Clone(f.tables["hhea"][:36])
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(keep)))
	maxp := slices.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(keep)))
	codes := make([]uint16, len(gids))
	for i, g := range gids {
		codes[i] = place[g]
	}
	post := append([]byte{0, 3, 0, 0}, f.tables["post"][4:32]...)
	return assemble([]table{
		{"OS/2", f.tables["OS/2"]}, {"cmap", codeMap(codes)}, {"cvt ", f.tables["cvt "]},
		{"fpgm", f.tables["fpgm"]}, {"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx},
		{"loca", loca}, {"maxp", maxp}, {"name", []byte{0, 0, 0, 0, 0, 6}}, {"post", post},
		{"prep", f.tables["prep"]},
	}), nil
}

// closure gives glyph 0, gids and every part they are composed of, ascending.
func (f *Font) closure(gids []uint16) ([]uint16, error) {
	seen := map[uint16]bool{0: true}
	keep := []uint16{0}
	queue := slices.Clone(gids)
	for len(queue) > 0 {
		g := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if int(g) >= f.numGlyphs {
			return nil, fmt.Errorf("font %s: glyph %d of %d", f.name, g, f.numGlyphs)
		}
		if seen[g] {
			continue
		}
		seen[g] = true
		keep = append(keep, g)
		data := f.outline(g)
		for _, at := range componentsAt(data) {
			queue = append(queue, binary.BigEndian.Uint16(data[at:]))
		}
	}
	slices.Sort(keep)
	return keep, nil
}

// Flags of a composite glyph's parts (OpenType, glyf).
const (
	argsAreWords  = 0x0001
	hasScale      = 0x0008
	moreParts     = 0x0020
	hasXYScale    = 0x0040
	hasTwoByTwo   = 0x0080
	partHeaderLen = 4 // flags and glyph index
)

// componentsAt gives the positions in data of the glyph indexes of a composite glyph; none for a
// simple or blank one. Truncated data ends the list.
func componentsAt(data []byte) []int {
	if len(data) < 10 || int16(binary.BigEndian.Uint16(data)) >= 0 {
		return nil
	}
	var at []int
	for p := 10; p+partHeaderLen <= len(data); {
		flags := binary.BigEndian.Uint16(data[p:])
		at = append(at, p+2)
		p += partHeaderLen + 2
		if flags&argsAreWords != 0 {
			p += 2
		}
		switch {
		case flags&hasScale != 0:
			p += 2
		case flags&hasXYScale != 0:
			p += 4
		case flags&hasTwoByTwo != 0:
			p += 8
		}
		if flags&moreParts == 0 {
			break
		}
	}
	return at
}

// codeMap writes a cmap with one format 4 subtable: codeOf(i) has glyph glyphs[i].
func codeMap(glyphs []uint16) []byte {
	var b []byte
	u16 := func(values ...int) {
		for _, v := range values {
			b = binary.BigEndian.AppendUint16(b, uint16(v))
		}
	}
	u16(0, 1, 3, 1, 0, 12) // version, one subtable: Windows, Unicode BMP, at offset 12
	const segments = 2
	span := codeStep * len(glyphs)
	u16(4, 16+8*segments+2*span, 0, 2*segments, 4, 1, 0)
	u16(firstCode+span-1, 0xFFFF, 0) // ends, padding
	u16(firstCode, 0xFFFF, 0, 1)     // starts, deltas
	u16(2*segments, 0)               // the first segment's glyphs follow this array
	for _, g := range glyphs {
		u16(int(g))
		u16(make([]int, codeStep-1)...)
	}
	return b
}

type table struct {
	tag  string
	data []byte
}

// assemble writes an sfnt file of those tables that have data; tables are sorted by tag.
// Checksums are left 0: gofpdf does not read them and writes its own.
func assemble(tables []table) []byte {
	tables = slices.DeleteFunc(tables, func(t table) bool { return t.data == nil })
	b := []byte{0, 1, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(len(tables)))
	b = append(b, make([]byte, 6)...)
	off := 12 + 16*len(tables)
	for _, t := range tables {
		b = append(b, t.tag...)
		b = binary.BigEndian.AppendUint32(b, 0)
		b = binary.BigEndian.AppendUint32(b, uint32(off))
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.data)))
		off += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		b = append(b, t.data...)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
	}
	return b
}
