package registry

import (
	"bytes"
	"io"
	"strings"
)

// Limits of a row.
const (
	maxRecord      = 1 << 20 // bytes: a longer row is refused and skipped
	maxRecordLines = 1000    // lines inside one row: more is a quote that nobody closed
)

// scanner reads the records of a CSV text (RFC 4180) one by one. Its memory is bounded by the
// longest allowed record, whatever the file holds.
type scanner struct {
	r    io.Reader
	buf  []byte // buf[at:] is read but not yet given out
	at   int
	eof  bool
	line int64 // number of the line that begins at buf[at], from 1
	want int   // cells of every record; 0 until the header is known

	record
}

// record is one record as the scanner gives it, valid until the next one.
type record struct {
	start int64    // line where it begins
	text  string   // the whole record; of a refused one, its first line
	cells []string // unquoted; nil if refused, unless for bytes that are no character
	rule  string   // why it was refused, in Chinese; empty if it was not
}

// newScanner reads from r, which gives UTF-8.
func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 0, 64<<10), line: 1}
}

// What trying to cut a record can come to.
type outcome int

const (
	complete outcome = iota // a record
	partial                 // the record goes on behind what was read
	unclosed                // a quote that is not closed within the limits
	trailing                // text between a closing quote and the next comma
)

// next reads the next record that is not empty into s.record. At the end it gives io.EOF.
func (s *scanner) next() error {
	for {
		if s.at == len(s.buf) {
			if s.eof {
				return io.EOF
			}
			if err := s.fill(); err != nil {
				return err
			}
			continue
		}
		size, result := s.cut()
		if result == partial {
			if err := s.more(); err != nil {
				return err
			}
			if s.rule != "" {
				return nil
			}
			continue
		}
		if s.take(size, result) {
			return nil
		}
	}
}

// more reads on for a record that does not end within the buffer. A line that has become too long
// is refused and dropped up to its end, which may be far away.
func (s *scanner) more() error {
	s.rule = ""
	if len(s.buf)-s.at <= maxRecord {
		return s.fill()
	}
	s.start = s.line
	s.text = string(s.buf[s.at : s.at+maxShown*4])
	s.cells = nil
	s.rule = ruleTooLong
	for {
		if i := bytes.IndexByte(s.buf[s.at:], '\n'); i >= 0 {
			s.at += i + 1
			s.line++
			return nil
		}
		s.at = len(s.buf)
		if s.eof {
			return nil
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// fill moves what is left to the front and reads more behind it.
func (s *scanner) fill() error {
	left := copy(s.buf[:cap(s.buf)], s.buf[s.at:])
	s.buf, s.at = s.buf[:left], 0
	if left == cap(s.buf) {
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	n, err := s.r.Read(s.buf[left:cap(s.buf)])
	s.buf = s.buf[:left+n]
	if err == io.EOF {
		s.eof = true
		return nil
	}
	return err
}

// take turns the first size bytes into s.record. It reports false for an empty record. A record of
// several lines that is not well formed is refused as its first line only, and reading goes on at
// the second: one forgotten quote costs one line, not all that follow. Bytes that are no character
// are the rule that is named first: where a file is cut off, its last record is short as well.
func (s *scanner) take(size int, result outcome) bool {
	text := s.buf[s.at : s.at+size]
	lines := bytes.Count(text, newline)
	s.start, s.rule = s.line, ""
	ragged := result == complete && s.want > 0 && !s.fits()
	if result != complete || ragged && lines > 1 {
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			size, lines = i+1, 1
		}
		s.text = string(text[:min(size, maxShown*4)])
	}
	harm := ""
	if result != complete || ragged {
		harm = damage(string(text[:size]))
	}
	s.at += size
	s.line += int64(lines)
	switch {
	case result == unclosed:
		s.cells, s.rule = nil, textOr(harm, ruleUnclosed)
	case result == trailing:
		s.cells, s.rule = nil, textOr(harm, ruleTrailing)
	case blank(s.cells):
		return false
	case ragged:
		if s.rule = harm; harm == "" {
			s.rule = ruleRagged(s.want, len(s.cells))
			s.cells = nil
		}
	}
	return true
}

var newline = []byte{'\n'}

// fits reports whether the record has as many cells as the header, apart from empty ones behind
// the last, which spreadsheets add. It cuts those off.
func (s *scanner) fits() bool {
	if len(s.cells) <= s.want {
		return len(s.cells) == s.want || blank(s.cells)
	}
	if !blank(s.cells[s.want:]) {
		return false
	}
	s.cells = s.cells[:s.want]
	return true
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// cut looks for the end of the record at buf[at] and fills s.text and s.cells. It gives the size
// of the record in bytes with its line end.
func (s *scanner) cut() (int, outcome) {
	b := s.buf[s.at:]
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		if !s.eof {
			return 0, partial
		}
		end = len(b) - 1
	}
	if bytes.IndexByte(b[:end+1], '"') < 0 {
		s.text = string(trimEnd(b[:end+1]))
		s.split()
		return end + 1, complete
	}
	return s.cutQuoted(b)
}

// split cuts a line without quotes at its commas.
func (s *scanner) split() {
	s.cells = s.cells[:0]
	rest := s.text
	for {
		i := strings.IndexByte(rest, ',')
		if i < 0 {
			s.cells = append(s.cells, rest)
			return
		}
		s.cells = append(s.cells, rest[:i])
		rest = rest[i+1:]
	}
}

// trimEnd takes LF or CR LF off the end.
func trimEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, newline)
	return bytes.TrimSuffix(b, []byte{'\r'})
}

// cutQuoted is cut for a record with quotes. A quote counts only at the beginning of a cell; in
// the middle of an unquoted cell it is a character like others.
func (s *scanner) cutQuoted(b []byte) (int, outcome) {
	s.cells = s.cells[:0]
	lines := 0
	for p := 0; ; {
		var cell string
		if p < len(b) && b[p] == '"' {
			size, result := s.quoted(b[p+1:], &lines, &cell)
			if result != complete {
				return s.broken(b, result)
			}
			p += 1 + size
			for p < len(b) && b[p] == ' ' {
				p++
			}
			if p < len(b) && b[p] == '\r' && (p+1 == len(b) || b[p+1] == '\n') {
				p++
			}
			if p < len(b) && b[p] != ',' && b[p] != '\n' {
				return s.broken(b, trailing)
			}
		} else {
			q := p + len(b[p:])
			if i := bytes.IndexAny(b[p:], ",\n"); i >= 0 {
				q = p + i
			} else if !s.eof {
				return 0, partial
			}
			cell = string(b[p:q])
			if q == len(b) || b[q] == '\n' {
				cell = strings.TrimSuffix(cell, "\r")
			}
			p = q
		}
		s.cells = append(s.cells, cell)
		switch {
		case p == len(b) && !s.eof:
			return 0, partial
		case p == len(b) || b[p] == '\n':
			size := min(p+1, len(b))
			s.text = string(trimEnd(b[:size]))
			return size, complete
		}
		p++ // the comma
	}
}

// broken gives up a record whose quotes are wrong, once the end of its first line is known: take
// goes on behind that.
func (s *scanner) broken(b []byte, result outcome) (int, outcome) {
	if !s.eof && bytes.IndexByte(b, '\n') < 0 {
		return 0, partial
	}
	return len(b), result
}

// quoted reads a cell behind its opening quote. It gives the bytes up to and with the closing one.
func (s *scanner) quoted(b []byte, lines *int, cell *string) (int, outcome) {
	doubled := false
	for p := 0; ; {
		i := bytes.IndexByte(b[p:], '"')
		end := len(b)
		if i >= 0 {
			end = p + i
		}
		*lines += bytes.Count(b[p:end], newline)
		switch {
		case end > maxRecord || *lines > maxRecordLines:
			return 0, unclosed
		case i < 0 && !s.eof, end+1 == len(b) && !s.eof:
			return 0, partial
		case i < 0:
			return 0, unclosed
		case end+1 < len(b) && b[end+1] == '"':
			doubled = true
			p = end + 2
			continue
		}
		*cell = string(b[:end])
		if doubled {
			*cell = strings.ReplaceAll(*cell, `""`, `"`)
		}
		return end + 1, complete
	}
}
