// Package fonts carries the OFL TrueType fonts that reports are set in when an office configures
// none of its own. README.md beside this file names the source and the sha256 of each.
//
// The fonts are embedded gzip-compressed (33 MB instead of 56 MB) and unpacked once, on first use.
package fonts

import (
	"compress/gzip"
	_ "embed" // the fonts
	"fmt"
	"io"
	"strings"
	"sync"
)

//go:embed NotoSerifSC-Regular.ttf.gz
var serifRegular string

//go:embed NotoSerifSC-Bold.ttf.gz
var serifBold string

//go:embed NotoSansSC-Medium.ttf.gz
var sansMedium string

//go:embed LXGWWenKai-Regular.ttf.gz
var kai string

// The shipped fonts, by the name to give to Open.
const (
	SerifRegular = "NotoSerifSC-Regular" // 宋体
	SerifBold    = "NotoSerifSC-Bold"    // stands for 小标宋
	SansMedium   = "NotoSansSC-Medium"   // 黑体
	Kai          = "LXGWWenKai-Regular"  // 楷体
)

var (
	mu       sync.Mutex
	unpacked = map[string][]byte{}
)

// Open gives the bytes of a shipped .ttf; the caller must not change them. An unknown name or
// damaged data is an error.
func Open(name string) ([]byte, error) {
	mu.Lock()
	defer mu.Unlock()
	if data, ok := unpacked[name]; ok {
		return data, nil
	}
	packed, ok := map[string]string{SerifRegular: serifRegular, SerifBold: serifBold,
		SansMedium: sansMedium, Kai: kai}[name]
	if !ok {
		return nil, fmt.Errorf("no shipped font is called %s", name)
	}
	data, err := unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("shipped font %s: %w", name, err)
	}
	unpacked[name] = data
	return data, nil
}

func unpack(packed string) ([]byte, error) {
	zr, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		return nil, err
	}
	// The last four bytes of a gzip file are its unpacked size: one allocation instead of many.
	tail := packed[len(packed)-4:]
	size := int(tail[0]) | int(tail[1])<<8 | int(tail[2])<<16 | int(tail[3])<<24
	data := make([]byte, size)
	if _, err := io.ReadFull(zr, data); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(zr, make([]byte, 1)); err != io.EOF {
		return nil, fmt.Errorf("longer than the %d bytes its tail gives", size)
	}
	return data, zr.Close()
}
