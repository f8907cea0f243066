package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"yaohao/sampling"
)

// repeatRefills repeats the records refills/1.json, refills/2.json, … of a bundle (draw/1 §10), in
// their order, and prints one line for each: `ok refill <n> …` with n from the record's name, or
// `FAIL refill <n> …`. After the first that fails the others cannot be repeated. A file in the
// folder that is not the next record fails too: records have no gap. It gives an exit code.
func repeatRefills(files fs.FS, w io.Writer) int {
	entries, err := fs.ReadDir(files, "refills")
	if errors.Is(err, fs.ErrNotExist) {
		return sampling.ExitOK // nobody had to be replaced
	}
	if err != nil {
		fmt.Fprintf(w, "FAIL refill %v\n", err)
		return sampling.ExitMissing
	}
	text, err := fs.ReadFile(files, sampling.TranscriptFile)
	if err != nil {
		fmt.Fprintf(w, "FAIL refill %v\n", err)
		return sampling.ExitMissing
	}
	transcript, err := sampling.ParseTranscript(text)
	if err != nil {
		fmt.Fprintf(w, "FAIL refill %s\n", oneLine(err))
		return sampling.ExitFailed
	}
	var records []sampling.RefillRecord
	for n := 1; n <= len(entries); n++ {
		rec, err := readRefill(files, n)
		if err == nil {
			records = append(records, *rec)
			err = sampling.VerifyRefills(files, transcript, records)
		}
		if err != nil {
			fmt.Fprintf(w, "FAIL refill %d %s\n", n, oneLine(err))
			return refillCode(err)
		}
		fmt.Fprintf(w, "ok refill %d %s\n", n, refillWords(rec))
	}
	return sampling.ExitOK
}

func readRefill(files fs.FS, n int) (*sampling.RefillRecord, error) {
	b, err := fs.ReadFile(files, sampling.NameRefill(n))
	if err != nil {
		return nil, err
	}
	return sampling.ParseRefillRecord(b)
}

// refillCode is ExitMissing if a file could not be read, else ExitFailed.
func refillCode(err error) int {
	var missing *sampling.MissingError
	var path *fs.PathError
	if errors.As(err, &missing) || errors.As(err, &path) {
		return sampling.ExitMissing
	}
	return sampling.ExitFailed
}

// refillWords says what a record did: numbers of the seats, who left, who came.
func refillWords(r *sampling.RefillRecord) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s:", r.Unit, r.Entity)
	if r.Left != "" {
		fmt.Fprintf(&b, " %s left (%s)", r.Left, r.Reason)
	} else {
		fmt.Fprintf(&b, " replaces %s for %s (%s)", r.Replaces, r.Item, r.Reason)
	}
	for i, s := range r.Seats {
		fmt.Fprintf(&b, ", n=%d %s", r.N+int64(i), s.Inspector)
	}
	return b.String()
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", " ") }
