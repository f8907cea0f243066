package sampling

// This file reads text files of a bundle as streams. Frozen files may have hundreds of millions of
// lines: they are read once, in blocks, hashed as they pass, and no line is kept. A line ends in
// LF, the last one too; CR is no part of a line's end and fails the rule of the last column.

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
)

// readSize is how much of a file is read and hashed at a time.
const readSize = 64 << 10

// maxFrozenLine bounds a line of a roster (scopes may be many); the other frozen files have
// shorter lines by their grammar. It keeps a damaged file from filling the memory.
const maxFrozenLine = 4 << 20

// maxIdle is how often a file may give nothing, without an error, before reading stops.
const maxIdle = 100

// MissingError says that a file which must be read cannot be: it is absent, cannot be opened, or
// reading it fails half-way. yaohao-verify answers it with exit code 2 (draw/1 §9).
type MissingError struct {
	File  string
	Cause error
}

// Error names the file and what the file system said.
func (e *MissingError) Error() string {
	return fmt.Sprintf("%s cannot be read: %v", e.File, e.Cause)
}

// Unwrap gives what the file system said.
func (e *MissingError) Unwrap() error { return e.Cause }

// lineReader gives the lines of a frozen file one by one and hashes the file on the way. Its
// memory does not grow with the file.
type lineReader struct {
	name string
	file fs.File
	hash hash.Hash
	// buf: buf[at:] is read but not yet given out.
	buf []byte
	at  int
	eof bool
	// idle: reads in a row that gave nothing.
	idle int
	// number: of the line given out last, from 1.
	number int
}

// openLines opens a frozen file; Close must be called.
func openLines(files fs.FS, name string, s *suite) (*lineReader, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, &MissingError{name, err}
	}
	return &lineReader{name: name, file: f, hash: s.new(),
		buf: make([]byte, 0, readSize)}, nil
}

// Close releases the file.
func (r *lineReader) Close() {
	// A file that was only read has nothing to lose at Close.
	_ = r.file.Close()
}

// next gives the next line without its LF, valid until the following call, or io.EOF after the
// last. A last line without LF is an *Error.
func (r *lineReader) next() ([]byte, error) {
	// searched counts the bytes of the unfinished line that hold no LF, so that a long line is not
	// searched again and again as it arrives.
	searched := 0
	for {
		if i := bytes.IndexByte(r.buf[r.at+searched:], '\n'); i >= 0 {
			line := r.buf[r.at : r.at+searched+i]
			r.at += searched + i + 1
			r.number++
			return line, nil
		}
		searched = len(r.buf) - r.at
		if searched > maxFrozenLine {
			r.number++
			return nil, r.errorf(ruleTooLong)
		}
		if r.eof {
			if searched == 0 {
				return nil, io.EOF
			}
			r.number++
			return nil, r.errorf(ruleNoFinalLF)
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// fill moves what is left to the front and reads more behind it.
func (r *lineReader) fill() error {
	// A line that does not fit doubles the buffer; all usual files stay within readSize.
	left := copy(r.buf[:cap(r.buf)], r.buf[r.at:])
	r.buf, r.at = r.buf[:left], 0
	if left == cap(r.buf) {
		r.buf = append(make([]byte, 0, 2*cap(r.buf)), r.buf...)
	}
	n, err := r.file.Read(r.buf[left:cap(r.buf)])
	r.buf = r.buf[:left+n]
	if n > 0 {
		r.idle = 0
	} else if r.idle++; r.idle > maxIdle && err == nil {
		err = io.ErrNoProgress
	}
	r.hash.Write(r.buf[left:])
	if errors.Is(err, io.EOF) {
		r.eof = true
	} else if err != nil {
		return &MissingError{r.name, err}
	}
	return nil
}

// sum gives the hash of the file in hex, once next has given io.EOF.
func (r *lineReader) sum() string { return hex.EncodeToString(r.hash.Sum(nil)) }

// errorf makes an error about the line given out last.
func (r *lineReader) errorf(format string, args ...any) *Error {
	return &Error{Check: CheckFiles, File: r.name, Line: r.number,
		Rule: fmt.Sprintf(format, args...)}
}

// placed adds file and line to an error of a line's reader.
func (r *lineReader) placed(err *Error) *Error {
	err.Check, err.File, err.Line = CheckFiles, r.name, r.number
	return err
}

// splitColumns cuts a line at its TABs into cols. It reports the number of columns.
func splitColumns(line []byte, cols [][]byte) int {
	n, start := 0, 0
	// Columns are so short that looking at each byte beats a search for each TAB.
	for i, c := range line {
		if c == '\t' {
			if n < len(cols) {
				cols[n] = line[start:i]
			}
			n, start = n+1, i+1
		}
	}
	if n < len(cols) {
		cols[n] = line[start:]
	}
	return n + 1
}

// classed is a column with the classes of bytes that occur in it.
type classed struct {
	text    []byte
	classes uint8
}

// isArea is ValidArea.
func (c *classed) isArea() bool {
	return len(c.text) >= minArea && len(c.text) <= maxArea && c.classes == digits
}

// isWord is ValidWord.
func (c *classed) isWord() bool {
	return len(c.text) > 0 && len(c.text) <= maxWord &&
		c.classes&^(digits|uppers|lowers|marks) == 0 && !isMark(c.text[0])
}

// splitClassed is splitColumns that looks at the classes on the way, for files of many million
// lines.
//
// Which classes occur is all that areas, words and counts ask of their bytes; so their columns are
// read once, here.
func splitClassed(line []byte, cols []classed) int {
	n, start, classes := 0, 0, uint8(0)
	for i, c := range line {
		if c != '\t' {
			classes |= classOf[c]
			continue
		}
		if n < len(cols) {
			cols[n] = classed{line[start:i], classes}
		}
		n, start, classes = n+1, i+1, 0
	}
	if n < len(cols) {
		cols[n] = classed{line[start:], classes}
	}
	return n + 1
}

// wrongColumns says that a line has another number of columns than its file.
func wrongColumns(have, want int) *Error {
	return &Error{Rule: fmt.Sprintf("%d columns, expected %d", have, want)}
}

// badColumn says that a column (from 1) breaks its rule.
func badColumn(column int, value []byte, rule string) *Error {
	return &Error{Column: column, Value: shown(string(value)), Rule: rule}
}

const ruleNotAscending = "not strictly ascending"
