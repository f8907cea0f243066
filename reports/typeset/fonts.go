package typeset

import (
	"fmt"
	"os"
	"sync"

	"yaohao/internal/fault"
	"yaohao/reports/fonts"
)

// Role says which of the official typefaces a piece of text is set in.
type Role int

// The roles of GB/T 9704-2012.
const (
	Song     Role = iota // 宋体: tables, page numbers
	Title                // 小标宋体: titles
	Hei                  // 黑体: headings of the first level, heads of tables
	Kai                  // 楷体: headings of the second level, notes
	FangSong             // 仿宋: body text
	roles
)

// String gives the Chinese name of the role.
func (r Role) String() string {
	if r < 0 || r >= roles {
		return fmt.Sprintf("Role(%d)", int(r))
	}
	return [roles]string{"宋体", "小标宋体", "黑体", "楷体", "仿宋"}[r]
}

// Fonts chooses a font for each rune: for every role a chain of faces, the first that has the
// rune wins. It is immutable and safe for concurrent use; faces load when first needed.
type Fonts struct {
	faces  []*face
	chains [roles][]int // indexes into faces
}

type face struct {
	name string
	load func() (*Font, error)
}

// newFace makes a face that is opened and parsed once, when first needed.
func newFace(name string, open func() ([]byte, error)) *face {
	return &face{name: name, load: sync.OnceValues(func() (*Font, error) {
		data, err := open()
		if err != nil {
			return nil, err
		}
		return ParseFont(name, data)
	})}
}

// shippedFaces are parsed once for the whole program.
var shippedFaces = sync.OnceValue(func() []*face {
	var all []*face
	for _, name := range []string{fonts.SerifRegular, fonts.SerifBold, fonts.SansMedium, fonts.Kai} {
		all = append(all, newFace(name, func() ([]byte, error) { return fonts.Open(name) }))
	}
	return all
})

// shippedChains are indexes into shippedFaces. 仿宋 falls back to 宋: no free 仿宋 has all of the
// 通用规范汉字表.
var shippedChains = [roles][]int{
	Song:     {0, 2, 3, 1},
	Title:    {1, 0, 2, 3},
	Hei:      {2, 0, 3, 1},
	Kai:      {3, 0, 2, 1},
	FangSong: {0, 3, 2, 1},
}

// NewFonts gives the shipped fonts, with the office's own .ttf files (files: role → path) first in
// the chains of their roles. Every configured file is read and checked here; a file that cannot
// be used is a *fault.Error that names the role and the file.
func NewFonts(files map[Role]string) (*Fonts, error) {
	f := &Fonts{faces: append([]*face(nil), shippedFaces()...)}
	f.chains = shippedChains
	for role := range roles {
		path := files[role]
		if path == "" {
			continue
		}
		own := newFace(path, func() ([]byte, error) { return os.ReadFile(path) })
		if _, err := own.load(); err != nil {
			if e, ok := fault.As(err); ok {
				return nil, e.WithField(role.String())
			}
			return nil, fault.New(fault.Invalid, "%s字体文件 %s 无法读取", role, path).
				WithField(role.String()).WithHint("请检查路径和读取权限").Wrap(err)
		}
		f.faces = append(f.faces, own)
		f.chains[role] = append([]int{len(f.faces) - 1}, f.chains[role]...)
		if role == Song && files[FangSong] == "" {
			f.chains[FangSong] = append([]int{len(f.faces) - 1}, f.chains[FangSong]...)
		}
	}
	return f, nil
}

// find gives the first face of the role's chain that has the rune, and its glyph. ok is false
// where none has. A shipped font that does not load is an error.
func (f *Fonts) find(role Role, r rune) (index int, gid uint16, ok bool, err error) {
	for _, index := range f.chains[role] {
		font, err := f.faces[index].load()
		if err != nil {
			return 0, 0, false, fmt.Errorf("font %s: %w", f.faces[index].name, err)
		}
		if gid, ok := font.glyphOf(r); ok {
			return index, gid, true, nil
		}
	}
	return 0, 0, false, nil
}
