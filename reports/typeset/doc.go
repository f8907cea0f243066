// Package typeset sets Chinese text on PDF pages; it is the text layer over gofpdf.
//
// gofpdf alone loses one Chinese character at every line it breaks, panics on runes above U+FFFF
// and prints an empty box where a font has no glyph. So this package does the text itself and
// leaves to gofpdf what it does well: pages, streams, fonts embedded as TrueType.
//
// # What holds
//
//   - No rune is lost. The text extracted from a page is the text that was put in, rune by rune,
//     also above U+FFFF: every character code has its own entry in the font's ToUnicode map.
//   - A rune for which no font of the chain has a glyph is drawn as 〓 (U+3013) and reported by
//     Doc.PDF; the caller decides what that means. It is never left out silently.
//   - Same input, same bytes: lengths are integers (Unit), dates come from the caller, no map is
//     ranged over on the way to a byte.
//   - Nothing a text contains makes a render panic out of PDF.
//
// # Lines (禁则, 避头尾)
//
// A line does not begin with a closing mark (、。，；：？！）》」』】〉” and their kin) nor end
// with an opening one (（《「『【〈“); it does not break inside a word or number of ASCII
// characters, nor inside —— or ……. Where a mark would have to begin the next line, the line is
// tightened by at most one character width if that makes room (推入), else the character before
// the mark goes down with it (推出). A word longer than the line is broken where it must be: to
// lose nothing comes before every other rule.
//
// # Pages (GB/T 9704-2012)
//
// A4, 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm: 22 lines of 28 characters, so a line is
// 225/22 = 10.227 mm and a character 156/28 = 5.571 mm, although a 3号 (16 pt) glyph advances
// 5.644 mm. Page numbers: 4号 宋体 half-width digits between two 一字线, 7 mm below the 版心, odd
// pages right, even pages left, one character in.
//
// # How a document is made
//
// A Doc collects placed runs of text and lines page by page. PDF then knows every glyph in use,
// builds one small TrueType font per face with codes of its own (every second one from 0x0100,
// in order of first use), lets gofpdf write the file, and rewrites the objects in which gofpdf
// names the fonts and their ToUnicode maps (see finish.go). A Fonts value is safe for concurrent
// use; a Doc belongs to one goroutine.
package typeset
