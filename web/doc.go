// Package web is the face of the service: public pages, the staff's desk, the inspectors' phone
// pages, and a JSON API for the same actions. It decides nothing: a handler decodes, makes one
// domain call and renders.
//
//	/verify           a draw checked in the browser; /verify/offline: the same as one file
//	/                 public: home, draws, one draw, files, results, items, notices, the log
//	/login            sign in and out
//	/staff/…          planner, operator, approver, reviewer, publisher, registrar, supervisor
//	/my/…             inspectors: my tasks, one task, entering a result
//	/api/v1/…         the twin of each of these, as JSON, with the same session cookie (docs/API.md)
//	/healthz /readyz /metrics
//
// # Actions
//
// Every route is an action served twice (action.go); errors become HTTP in one place (fail.go). A
// form that is refused comes back with what was typed and the reason above it. Pages work without
// JavaScript, and the content security policy allows none. The one exception is /verify, the third
// independent verifier of draw/1: plain scripts of this site that check a bundle in the visitor's
// browser (verify.go, static/verify-*.js), also as one file for use without a network.
//
// # What a request may do
//
// GET and HEAD change nothing but the record of who read a sealed list. What changes something is
// a POST, and one from another origin is refused before anything looks at it
// (net/http.CrossOriginProtection), so forms need no token. A session is a random cookie
// (HttpOnly, SameSite=Lax, Secure where the public address is https) that lasts a working day,
// begins under a new token at the sign-in, and is worth nothing for a disabled account.
//
// # Who sees what
//
// need says which posts open a page; the domain functions check the post of their actor again, and
// that two people are two. The public sees no person's name or telephone, nor what went wrong
// inside. Between a draw and its publication nobody sees who was drawn but the team, the
// supervisor and, from the first entry on, reviewers and publishers. Names of people appear to
// those who signed in only (names.go).
//
// Text that PostgreSQL cannot hold (NUL, bytes that are not UTF-8) is refused at the edge.
package web
