package typeset

import "math"

// Unit is a length in 1/1000 pt (1 pt = 1/72 inch). Layout is done in integers so that the same
// record gives the same bytes on every machine.
type Unit int64

// PT is one point, the unit of type sizes.
const PT Unit = 1000

// MM gives a length in millimetres as a Unit, rounded to the nearest.
func MM(mm float64) Unit { return Unit(math.Round(mm * (72000 / 25.4))) }

// Points gives u in points, for gofpdf.
func (u Unit) Points() float64 { return float64(u) / 1000 }

// Type sizes 字号 in points (GB/T 9704 names them; domain values of Chinese typesetting).
const (
	Size2      = 22 * PT         // 二号
	Size3      = 16 * PT         // 三号
	Size3Small = 15 * PT         // 小三
	Size4      = 14 * PT         // 四号
	Size4Small = 12 * PT         // 小四
	Size5      = 10500 * Unit(1) // 五号, 10.5 pt
	Size5Small = 9 * PT          // 小五
)

// The page of GB/T 9704-2012 §5: A4, 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm.
var (
	PageWidth   = MM(210)
	PageHeight  = MM(297)
	BlockLeft   = MM(28)
	BlockTop    = MM(37)
	BlockWidth  = MM(156)
	BlockHeight = MM(225)
)

// The grid of GB/T 9704-2012: 28 characters by 22 lines fill the block.
var (
	CharPitch = BlockWidth / 28
	LinePitch = BlockHeight / 22
)
