// Package fault holds the errors that a person may see.
//
// yaohao knows three kinds of failure and keeps them apart:
//
//   - A person's mistake (bad input, missing right, a step out of order) is a *fault.Error: it has
//     a kind, a Chinese message that names what was wrong, and a hint that says what to do.
//   - Our fault (a lost connection, a full disk) is an ordinary wrapped error. It is logged whole
//     and shown as "internal".
//   - A broken invariant panics.
//
// The edges translate once: web turns a kind into an HTTP status, cmd into an exit code.
package fault

import (
	"errors"
	"fmt"
)

// Kind classifies a person's mistake; every kind maps to one HTTP status in web.
type Kind int

// The kinds, from most to least common.
const (
	Invalid      Kind = iota + 1 // the input breaks a rule (400)
	Unauthorized                 // nobody is signed in (401)
	Forbidden                    // this person may not do this (403)
	NotFound                     // there is no such thing (404)
	Conflict                     // the state does not allow it now (409)
	TooLarge                     // the input exceeds a limit (413)
)

// Error is a mistake that the person who made it can mend. Message and Hint are Chinese and safe
// to show: they carry no personal data beyond what the person typed.
type Error struct {
	Kind    Kind
	Field   string // the form field or column that is wrong; empty if none
	Message string // what is wrong, with the value and the rule
	Hint    string // what to do; may be empty
	cause   error
}

// Error gives the message, and the hint in brackets.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "（" + e.Hint + "）"
}

// Unwrap gives the error that led to this one, or nil.
func (e *Error) Unwrap() error { return e.cause }

// New makes a fault of a kind; format and args give the Chinese message.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// WithHint adds what the person should do and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithField names the form field or column at fault and returns e.
func (e *Error) WithField(field string) *Error {
	e.Field = field
	return e
}

// Wrap keeps the technical cause for the log and returns e.
func (e *Error) Wrap(cause error) *Error {
	e.cause = cause
	return e
}

// As finds the *Error in err's chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Is reports whether err's chain holds a fault of that kind.
func Is(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}
