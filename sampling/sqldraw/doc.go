// Package sqldraw makes a draw whose selection runs inside a PostgreSQL server, or inside any
// database that speaks its language, distributed ones included: the population stays where it is,
// and only the rows drawn travel. Everything else of the draw (sizes, seed, staffing, transcript)
// is package sampling's, so the transcript has the same bytes as a draw from files (draw/1 §9).
//
// # The table of an item
//
// A table, view, partitioned or foreign table with the columns
//
//	id       text or varchar, any deterministic collation; COLLATE "C" is the fast one
//	stratum  text or varchar, as population.<item>.tsv has it (draw/1 §2)
//	area     text or varchar, 6 to 12 digits: the area in the item's candidates
//	weight   smallint, integer or bigint; only if a stratum of the item is drawn by pareto
//
// Any other columns are ignored. Nothing is written: the session is read-only, and all that is
// looked at for one draw is looked at in one snapshot (REPEATABLE READ; postgres_fdw takes one on
// every server that it asks).
//
// # What is checked
//
// Before an item is drawn its table must be the population of the plan: the rows in the order of
// their ids, as COPY prints them, are the bytes of population.<item>.tsv. They are read once as a
// stream, in flat memory, and must have the hash, the Merkle root, N and the strata of the plan.
// Options.Trust leaves hash, root and order out and counts the strata only.
//
// Areas are not part of the population's hash, and candidates are not read here: what §3 makes of
// them, and the areas, are for whoever verifies the bundle with its files.
//
// # The SQL
//
// The texts are those of docs/SPEC.md, appendix "The selection in SQL", which explains them; a test
// holds them equal. `FROM population` becomes the caller's table, a quoted identifier; all else
// that varies is a parameter. Two things in them are there for distributed tables: a text becomes
// bytes by decode(…, 'escape'), because convert_to is not immutable, so postgres_fdw would fetch
// every row instead of sending the filter to the other server; and strata are found by
// array_position instead of a join, for the same reason. (decode leaves everything but backslashes
// as it is; seed, labels and identifiers have none.)
//
// PostgreSQL has no SM3: a plan of that suite is refused.
package sqldraw
