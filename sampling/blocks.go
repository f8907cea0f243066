package sampling

// This file reads the large frozen files in blocks of whole lines, for a pass that several workers
// make together: while they hash and look at one block, the next one is read into another buffer.

import (
	"bytes"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
)

const (
	ruleNoFinalLF = "no final LF"
	ruleTooLong   = "the line is too long"
)

// blockReader gives the lines of a frozen file in blocks and hashes the file on the way. It holds
// two blocks, whatever the size of the file.
type blockReader struct {
	name string
	file fs.File
	hash hash.Hash

	// block: what was read and not yet dropped; whole[:] of it are whole lines.
	// What stands before fresh was already hashed with the block before.
	block        []byte
	whole, fresh int
	// next, nextWhole, nextFresh: the same, of the block after it.
	next                 []byte
	nextWhole, nextFresh int
	// aim: how many bytes the next block shall have; it grows up to limit, so that a small file
	// costs little memory.
	aim, limit int

	// nextEnded: nothing comes after the next block; ended: nothing comes after the present one.
	nextEnded, ended bool
	// cause: why the file ends, if not as it should: a *MissingError, or an *Error without place,
	// about the line after the last one given.
	cause error
	// idle: reads in a row that gave nothing.
	idle int
}

// openBlocks opens a frozen file and reads its first block, of at most limit bytes unless a line is
// longer; Close must be called.
func openBlocks(files fs.FS, name string, s *suite, limit int) (*blockReader, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, &MissingError{name, err}
	}
	r := &blockReader{name: name, file: f, hash: s.new(), aim: min(readSize, limit), limit: limit}
	r.fill(0)
	r.turn()
	return r, nil
}

// Close releases the file.
func (r *blockReader) Close() {
	// A file that was only read has nothing to lose at Close.
	_ = r.file.Close()
}

// lines gives the whole lines of the present block, each with its LF; there is none only at the
// end of the file. They are valid until turn.
func (r *blockReader) lines() []byte { return r.block[:r.whole] }

// fill makes the next block: what the present one has behind its first used bytes, and what the
// file gives after that. The present block is not touched: others may read it meanwhile.
func (r *blockReader) fill(used int) {
	r.nextEnded = r.ended
	r.next = append(r.next[:0], r.block[used:]...)
	r.nextWhole, r.nextFresh = r.whole-used, len(r.next)
	// At the least there is one whole line, however long it is, so that every round gets on. What is
	// left may be enough by itself: then nothing is read.
	for !r.nextEnded && (len(r.next) < r.aim || r.nextWhole == 0) {
		if len(r.next) == cap(r.next) {
			r.next = append(make([]byte, 0, max(r.aim, 2*cap(r.next))), r.next...)
		}
		r.read()
	}
	r.aim = min(2*r.aim, r.limit)
}

// read reads once, behind what the next block has.
func (r *blockReader) read() {
	old := len(r.next)
	n, err := r.file.Read(r.next[old:cap(r.next)])
	r.next = r.next[:old+n]
	if n > 0 {
		r.idle = 0
	} else if r.idle++; r.idle > maxIdle && err == nil {
		err = io.ErrNoProgress
	}
	if i := bytes.LastIndexByte(r.next[old:], '\n'); i >= 0 {
		r.nextWhole = old + i + 1
	}
	// The lines before a bad end are given all the same: a mistake in them comes first.
	tail := len(r.next) - r.nextWhole
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		r.nextEnded, r.cause = true, &MissingError{r.name, err}
	case tail > maxFrozenLine:
		r.nextEnded, r.cause = true, &Error{Rule: ruleTooLong}
	case err != nil && tail > 0:
		r.nextEnded, r.cause = true, &Error{Rule: ruleNoFinalLF}
	case err != nil:
		r.nextEnded = true
	}
}

// turn makes the next block the present one.
func (r *blockReader) turn() {
	r.block, r.next = r.next, r.block
	r.whole, r.fresh, r.ended = r.nextWhole, r.nextFresh, r.nextEnded
}

// hashFresh hashes what the present block has that the one before did not. It must be called once
// for each block; a hash takes whatever it is given.
func (r *blockReader) hashFresh() { _, _ = r.hash.Write(r.block[r.fresh:]) }

// abandon gives up what is left of the file.
func (r *blockReader) abandon() {
	r.block, r.whole, r.fresh, r.ended, r.cause = r.block[:0], 0, 0, true, nil
}

// done reports whether all lines were given, and hashed if hashFresh was called for each block.
func (r *blockReader) done() bool { return r.ended && r.whole == 0 }

// sum gives the hash of the file in hex, once done.
func (r *blockReader) sum() string { return hex.EncodeToString(r.hash.Sum(nil)) }

// firstColumn gives the first column of the line at the start of text.
func firstColumn(text []byte) []byte {
	if i := bytes.IndexAny(text, "\t\n"); i >= 0 {
		return text[:i]
	}
	return text
}

// lastLine gives where the last of some whole lines starts.
func lastLine(lines []byte) int { return bytes.LastIndexByte(lines[:len(lines)-1], '\n') + 1 }

// seek gives where the first of some whole lines starts whose first column is at least id, or the
// length of all. Lines that do not ascend give some line's start.
func seek(lines, id []byte) int {
	low, high := 0, len(lines)
	for low < high {
		// A line starts at low and at high, so the one around the middle lies between them.
		middle := (low + high) / 2
		start := low + bytes.LastIndexByte(lines[low:middle], '\n') + 1
		if bytes.Compare(firstColumn(lines[start:]), id) < 0 {
			low = middle + bytes.IndexByte(lines[middle:], '\n') + 1
		} else {
			high = start
		}
	}
	return low
}
