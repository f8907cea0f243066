package registry

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yaohao/internal/fault"
)

// The encodings that a file may have.
const (
	encodingUTF8    = "UTF-8"
	encodingBOM     = "UTF-8 BOM"
	encodingGB18030 = "GB18030"
)

// sniffed is how much of a file's head decides on its encoding.
const sniffed = 64 << 10

// meter hashes and counts the bytes of a file as they pass.
type meter struct {
	r    io.Reader
	hash hash.Hash
	n    int64
}

func newMeter(r io.Reader) *meter { return &meter{r: r, hash: sha256.New()} }

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.hash.Write(p[:n])
	m.n += int64(n)
	return n, err
}

func (m *meter) sum() string { return hex.EncodeToString(m.hash.Sum(nil)) }

// decode gives the text of a file as UTF-8, with damaged characters as they are (UTF-8) or as
// U+FFFD (GB18030), and the name of its encoding. What is no text is a *fault.Error.
func decode(file string, r io.Reader) (io.Reader, string, error) {
	b := bufio.NewReaderSize(r, sniffed)
	head, err := b.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, "", fmt.Errorf("reading the head of the file: %w", err)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		if _, err := b.Discard(3); err != nil {
			return nil, "", err
		}
		return b, encodingBOM, nil
	}
	if err := refuseOther(file, head); err != nil {
		return nil, "", err
	}
	if looksLikeGB18030(head) {
		return simplifiedchinese.GB18030.NewDecoder().Reader(b), encodingGB18030, nil
	}
	return b, encodingUTF8, nil
}

// refuseOther names the kinds of files that are often taken for CSV.
func refuseOther(file string, head []byte) error {
	const hint = "在 WPS 或 Excel 中另存为“CSV UTF-8（逗号分隔）”后重新导入"
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return fault.New(fault.Invalid, "文件“%s”是空的", file).
			WithHint("第一行应为列名，其下每行一条记录")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")),
		bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return fault.New(fault.Invalid, "文件“%s”是电子表格，不是 CSV", file).WithHint(hint)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return fault.New(fault.Invalid, "文件“%s”的编码是 UTF-16，只接受 UTF-8 和 GB18030", file).
			WithHint(hint)
	}
	return nil
}

// looksLikeGB18030 lets the lines of the head vote: text in GB18030 is hardly ever valid UTF-8, and
// a few damaged lines do not decide.
func looksLikeGB18030(head []byte) bool {
	whole, utf, gb := len(head) < sniffed, 0, 0
	for len(head) > 0 {
		i := bytes.IndexByte(head, '\n')
		if i < 0 && !whole && utf+gb > 0 {
			break // the last line is cut off
		}
		line := head
		if i >= 0 {
			line, head = head[:i], head[i+1:]
		} else {
			head = nil
		}
		switch {
		case isASCII(line):
		case validUTF8Prefix(line):
			utf++
		default:
			gb++
		}
	}
	return gb > utf
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// validUTF8Prefix reports whether b is UTF-8, apart from a character that its end cuts off.
func validUTF8Prefix(b []byte) bool {
	for i := range min(utf8.UTFMax, len(b)) {
		if utf8.Valid(b[:len(b)-i]) {
			tail := b[len(b)-i:]
			return i == 0 || !utf8.FullRune(tail)
		}
	}
	return len(b) == 0
}

// maxShown is how many characters of a value a report repeats.
const maxShown = 200

// shown makes a value of a file fit for a report: at most maxShown characters, one line, damaged
// bytes as U+FFFD, nothing invisible.
func shown(v string) string {
	v = strings.ToValidUTF8(v, "\uFFFD")
	var b strings.Builder
	n := 0
	for _, r := range v {
		if n++; n > maxShown {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n', r == '\t', r == '\r':
			b.WriteByte(' ')
		case isInvisible(r):
			b.WriteString("\uFFFD")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
