package typeset

import (
	"encoding/binary"
	"sort"
)

// charMap maps runes to glyphs: a table for the Basic Multilingual Plane, groups above it.
type charMap struct {
	bmp    []uint16 // 65536 entries
	groups []cmapGroup
}

// cmapGroup is one sequential map group of a format 12 subtable (OpenType, cmap).
type cmapGroup struct{ first, last, glyph uint32 }

func (m *charMap) lookup(r rune) uint16 {
	if r < 0 {
		return 0
	}
	if r <= 0xFFFF {
		return m.bmp[r]
	}
	c := uint32(r)
	i := sort.Search(len(m.groups), func(i int) bool { return m.groups[i].last >= c })
	if i == len(m.groups) || c < m.groups[i].first {
		return 0
	}
	return uint16(m.groups[i].glyph + c - m.groups[i].first)
}

// readCmap reads the Unicode subtables: format 12 where there is one, else format 4. Glyphs that
// the font does not have count as absent.
func (f *Font) readCmap() error {
	table := f.tables["cmap"]
	f.cmap.bmp = make([]uint16, 0x10000)
	n := int(binary.BigEndian.Uint16(table[2:]))
	var format4, format12 []byte
	for i := range n {
		if 4+8*i+8 > len(table) {
			return f.bad("字符映射表（cmap）不完整")
		}
		record := table[4+8*i:]
		platform := binary.BigEndian.Uint16(record)
		encoding := binary.BigEndian.Uint16(record[2:])
		off := uint64(binary.BigEndian.Uint32(record[4:]))
		if off+2 > uint64(len(table)) {
			return f.bad("字符映射表（cmap）不完整")
		}
		unicode := platform == 0 || platform == 3 && (encoding == 1 || encoding == 10)
		switch format := binary.BigEndian.Uint16(table[off:]); {
		case unicode && format == 4:
			format4 = table[off:]
		case unicode && format == 12:
			format12 = table[off:]
		}
	}
	switch {
	case format12 != nil:
		return f.readFormat12(format12)
	case format4 != nil:
		return f.readFormat4(format4)
	}
	return f.bad("没有 Unicode 字符映射（cmap 格式 4 或 12）")
}

func (f *Font) readFormat12(sub []byte) error {
	if len(sub) < 16 {
		return f.bad("字符映射（cmap 格式 12）不完整")
	}
	n := uint64(binary.BigEndian.Uint32(sub[12:]))
	if 16+12*n > uint64(len(sub)) {
		return f.bad("字符映射（cmap 格式 12）不完整")
	}
	last := int64(-1)
	for i := range n {
		g := cmapGroup{
			first: binary.BigEndian.Uint32(sub[16+12*i:]),
			last:  binary.BigEndian.Uint32(sub[20+12*i:]),
			glyph: binary.BigEndian.Uint32(sub[24+12*i:]),
		}
		if int64(g.first) <= last || g.last < g.first || g.last > 0x10FFFF ||
			uint64(g.glyph)+uint64(g.last-g.first) >= uint64(f.numGlyphs) {
			return f.bad("字符映射（cmap 格式 12）第 %d 组不合法", i+1)
		}
		last = int64(g.last)
		for c := g.first; c <= g.last && c <= 0xFFFF; c++ {
			f.cmap.bmp[c] = uint16(g.glyph + c - g.first)
		}
		if g.last > 0xFFFF {
			f.cmap.groups = append(f.cmap.groups, g)
		}
	}
	return nil
}

func (f *Font) readFormat4(sub []byte) error {
	if len(sub) < 14 {
		return f.bad("字符映射（cmap 格式 4）不完整")
	}
	segs := int(binary.BigEndian.Uint16(sub[6:])) / 2
	if len(sub) < 16+8*segs {
		return f.bad("字符映射（cmap 格式 4）不完整")
	}
	ends, starts := sub[14:], sub[16+2*segs:]
	deltas, offsets := sub[16+4*segs:], sub[16+6*segs:]
	next := 0 // segments ascend; what one repeats of those before it is passed over
	for s := range segs {
		first := int(binary.BigEndian.Uint16(starts[2*s:]))
		last := int(binary.BigEndian.Uint16(ends[2*s:]))
		delta := binary.BigEndian.Uint16(deltas[2*s:])
		off := int(binary.BigEndian.Uint16(offsets[2*s:]))
		for c := max(first, next); c <= last && c != 0xFFFF; c++ {
			gid := uint16(c) + delta
			if off != 0 {
				at := 2*s + off + 2*(c-first)
				if at+2 > len(offsets) {
					return f.bad("字符映射（cmap 格式 4）第 %d 段不合法", s+1)
				}
				if gid = binary.BigEndian.Uint16(offsets[at:]); gid != 0 {
					gid += delta
				}
			}
			if int(gid) < f.numGlyphs {
				f.cmap.bmp[c] = gid
			}
		}
		next = max(next, last+1)
	}
	return nil
}
