package typeset

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// gofpdf writes a ToUnicode map that says "every code is its own code point". Ours are not: so
// the objects are copied one by one into a new file, with these put right:
//
//   - ToUnicode: the real code points, in surrogate pairs above U+FFFF
//   - the font's name: /utf8faceN becomes a subset tag and the real name
//   - CIDSystemInfo: Adobe-Identity, which is what an Identity-H font has
//   - page contents: compressed here, because gofpdf makes a compressor for each page
//   - the catalog: the language of the document
//   - the trailer: an /ID, the hash of the file
//
// facePatch is what one face needs.
type facePatch struct {
	index   int
	name    string
	unicode []byte // the ToUnicode map
}

func (d *Doc) patches() []facePatch {
	var out []facePatch
	for i, u := range d.used {
		if u != nil {
			out = append(out, facePatch{i, baseFont(i, d.fonts.faces[i].name), unicodeMap(u.runes)})
		}
	}
	return out
}

// baseFont makes the PDF name of a subset (PDF 32000-1 §9.6.4: six capitals, +, name). Of a
// path only the file's own name is kept, and of that letters, digits and hyphens.
func baseFont(index int, name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimSuffix(name, ".ttf")
	name = strings.Map(func(r rune) rune {
		if r == '-' || r < 0x80 && wordRune(r) && !strings.ContainsRune("()<>[]{}/%#+", r) {
			return r
		}
		return -1
	}, name)
	return fmt.Sprintf("YAOHA%c+%s", 'A'+index, name)
}

// unicodeMap is the ToUnicode CMap (PDF 32000-1 §9.10.3) in which codeOf(i) is runes[i].
func unicodeMap(runes []rune) []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	i := 0
	for block := range slices.Chunk(runes, 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, r := range block {
			fmt.Fprintf(&b, "<%04X> <", codeOf(i))
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "%04X", unit)
			}
			b.WriteString(">\n")
			i++
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.Bytes()
}

var errLayout = errors.New("gofpdf wrote a file of an unknown form")

// object is one indirect object with everything up to the next.
type object struct {
	number, offset int
	body           []byte
	stream         []byte // replaces the body if not nil
}

// rewrite copies a file that gofpdf wrote, with the patches applied.
func rewrite(pdf []byte, patches []facePatch) ([]byte, error) {
	objects, xref, err := split(pdf)
	if err != nil {
		return nil, err
	}
	if err := patch(objects, patches); err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, len(pdf)+4096))
	out.WriteString("%PDF-1.5\n%\xE6\x91\x87\xE5\x8F\xB7\n") // bytes above 127: a binary file
	offsets := make([]int, len(objects)+1)
	packer := packer{zw: zlib.NewWriter(io.Discard)}
	for _, o := range objects {
		offsets[o.number] = out.Len()
		if data, ok := plainStream(o); ok {
			packer.object(out, o.number, data)
		} else {
			out.Write(o.body)
		}
	}
	start := out.Len()
	id := sha256.Sum256(out.Bytes())
	fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets))
	for _, off := range offsets[1:] {
		fmt.Fprintf(out, "%010d 00000 n \n", off)
	}
	trailer := pdf[xref:]
	from := bytes.Index(trailer, []byte("trailer\n<<\n"))
	to := bytes.Index(trailer, []byte(">>\nstartxref"))
	if from < 0 || to < from {
		return nil, errLayout
	}
	out.Write(trailer[from:to])
	fmt.Fprintf(out, "/ID [<%x> <%x>]\n>>\nstartxref\n%d\n%%%%EOF\n", id[:16], id[:16], start)
	return out.Bytes(), nil
}

// split finds the objects of a file by its cross-reference table, in the order of the file, and
// the offset of that table.
func split(pdf []byte) ([]object, int, error) {
	at := bytes.LastIndex(pdf, []byte("startxref\n"))
	if at < 0 {
		return nil, 0, errLayout
	}
	number, _, _ := bytes.Cut(pdf[at+len("startxref\n"):], []byte("\n"))
	xref, err := strconv.Atoi(string(number))
	if err != nil || xref < 0 || xref >= at || !bytes.HasPrefix(pdf[xref:], []byte("xref\n0 ")) {
		return nil, 0, errLayout
	}
	count, entries, _ := bytes.Cut(pdf[xref+len("xref\n0 "):], []byte("\n"))
	n, err := strconv.Atoi(string(count))
	const entry = 20 // bytes, PDF 32000-1 §7.5.4
	if err != nil || n < 1 || len(entries) < n*entry {
		return nil, 0, errLayout
	}
	var objects []object
	for i := 1; i < n; i++ {
		off, err := strconv.Atoi(string(entries[i*entry : i*entry+10]))
		if err != nil || off <= 0 || off >= xref {
			return nil, 0, errLayout
		}
		objects = append(objects, object{number: i, offset: off})
	}
	slices.SortFunc(objects, func(a, b object) int { return a.offset - b.offset })
	for i := range objects {
		end := xref
		if i+1 < len(objects) {
			end = objects[i+1].offset
		}
		objects[i].body = pdf[objects[i].offset:end]
	}
	return objects, xref, nil
}

// patch replaces the bodies of the objects that must change.
func patch(objects []object, patches []facePatch) error {
	byNumber := make(map[int]*object, len(objects))
	for i := range objects {
		byNumber[objects[i].number] = &objects[i]
	}
	done := 0
	for i := range objects {
		o := &objects[i]
		if bytes.Contains(o.body, []byte("\nstream\n")) {
			continue
		}
		switch {
		case bytes.Contains(o.body, []byte("/Type /Font")):
			for _, p := range patches {
				old := "/utf8" + family(p.index) + "\n"
				if !bytes.Contains(o.body, []byte(old)) {
					continue
				}
				if number, ok := reference(o.body, "/ToUnicode "); ok && byNumber[number] != nil {
					byNumber[number].stream = p.unicode
					done++
				}
				o.body = bytes.ReplaceAll(o.body, []byte(old), []byte("/"+p.name+"\n"))
			}
		case bytes.Contains(o.body, []byte("/Ordering (UCS)")):
			o.body = bytes.Replace(o.body, []byte("(UCS)"), []byte("(Identity)"), 1)
		case bytes.Contains(o.body, []byte("/Type /Catalog\n")):
			o.body = bytes.Replace(o.body, []byte("/Type /Catalog\n"),
				[]byte("/Type /Catalog\n/Lang (zh-CN)\n/ViewerPreferences <</DisplayDocTitle true>>\n"), 1)
		}
	}
	if done != len(patches) {
		return fmt.Errorf("%w: %d of %d fonts have a ToUnicode map", errLayout, done, len(patches))
	}
	return nil
}

// reference reads the object number in "key N 0 R".
func reference(body []byte, key string) (int, bool) {
	_, after, ok := bytes.Cut(body, []byte(key))
	if !ok {
		return 0, false
	}
	number, _, _ := bytes.Cut(after, []byte(" "))
	n, err := strconv.Atoi(string(number))
	return n, err == nil
}

// plainStream gives what an uncompressed stream object holds; ok is false for any other object.
func plainStream(o object) (data []byte, ok bool) {
	if o.stream != nil {
		return o.stream, true
	}
	head, rest, ok := bytes.Cut(o.body, []byte("\nstream\n"))
	if !ok {
		return nil, false
	}
	length, ok := bytes.CutPrefix(head, fmt.Appendf(nil, "%d 0 obj\n<</Length ", o.number))
	if !ok || !bytes.HasSuffix(length, []byte(">>")) {
		return nil, false
	}
	n, err := strconv.Atoi(string(length[:len(length)-2]))
	if err != nil || n < 0 || n > len(rest) {
		return nil, false
	}
	return rest[:n], true
}

// packer writes compressed stream objects.
type packer struct {
	zw  *zlib.Writer
	buf bytes.Buffer
}

func (p *packer) object(out *bytes.Buffer, number int, data []byte) {
	p.buf.Reset()
	p.zw.Reset(&p.buf)
	_, _ = p.zw.Write(data) // a bytes.Buffer takes everything
	_ = p.zw.Close()
	fmt.Fprintf(out, "%d 0 obj\n<</Filter /FlateDecode /Length %d>>\nstream\n", number, p.buf.Len())
	out.Write(p.buf.Bytes())
	out.WriteString("\nendstream\nendobj\n")
}
