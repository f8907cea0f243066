// Command generate writes the sample county: the files that an office would really have.
//
//	go run ./examples/county/generate examples/county
//
// Everything is invented: 临溪县 and its area code 339921 do not exist, and neither do its firms
// and people. The codes are well formed (GB 32100-2015, GB 11714-1997). The same seed gives the
// same bytes, so the committed files can be made again at any time.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate DIR")
		os.Exit(2)
	}
	for name, rows := range County() {
		path := filepath.Join(os.Args[1], name)
		if err := os.WriteFile(path, CSV(rows), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// CSV gives rows as RFC 4180 text with LF line ends.
func CSV(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		panic(err) // a bytes.Buffer never fails
	}
	return b.Bytes()
}
