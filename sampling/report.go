package sampling

// This file is what Verify says: lines for a reader, names and exit codes for a program. A line may
// gain words behind those it has; its first two words and the exit code are what scripts read.

import (
	"errors"
	"strings"
)

// Check is the outcome of one check of draw/1 §9.
type Check struct {
	// Name: CheckCanonical … CheckRoles.
	Name string
	OK   bool
	// Detail: what was found; one line.
	Detail string
}

// String gives the line that yaohao-verify prints: `ok name detail` or `FAIL name detail`.
func (c Check) String() string {
	word := "ok"
	if !c.OK {
		word = "FAIL"
	}
	if c.Detail == "" {
		return word + " " + c.Name
	}
	return word + " " + c.Name + " " + c.Detail
}

// Report is what Verify found, in the order of the checks. Checks that could not be run because an
// earlier one left nothing to compute from are not in it.
type Report struct {
	Checks []Check
	// Missing: a file that must be read is missing or cannot be opened.
	Missing bool
}

// Exit codes of yaohao-verify (draw/1 §9).
const (
	// ExitOK: every check holds.
	ExitOK = 0
	// ExitFailed: a check fails.
	ExitFailed = 1
	// ExitMissing: a file that must be read is missing; wins over ExitFailed.
	ExitMissing = 2
)

// ExitCode gives ExitOK, ExitFailed or ExitMissing.
func (r Report) ExitCode() int {
	if r.Missing {
		return ExitMissing
	}
	for _, c := range r.Checks {
		if !c.OK {
			return ExitFailed
		}
	}
	if len(r.Checks) == 0 {
		return ExitFailed
	}
	return ExitOK
}

// Failed gives the names of the checks that do not hold.
func (r Report) Failed() []string {
	var names []string
	for _, c := range r.Checks {
		if !c.OK {
			names = append(names, c.Name)
		}
	}
	return names
}

// maxFindings is how many findings a line repeats; their number is always given.
const maxFindings = 3

// findings collects what is wrong within one check.
type findings struct {
	list    []string
	missing bool
}

// add records an error; nil is none.
func (f *findings) add(err error) {
	if err == nil {
		return
	}
	var missing *MissingError
	f.missing = f.missing || errors.As(err, &missing)
	f.list = append(f.list, strings.ReplaceAll(err.Error(), "\n", " "))
}

// text joins the findings into one line.
func (f *findings) text() string {
	if len(f.list) <= maxFindings {
		return strings.Join(f.list, "; ")
	}
	return strings.Join(f.list[:maxFindings], "; ") + "; …"
}
