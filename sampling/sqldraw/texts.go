package sqldraw

import (
	_ "embed" // the SQL stands in files, as docs/SPEC.md prints it
	"strings"
)

// The selections of draw/1 §6 in SQL; docs/SPEC.md says what their parameters and columns are.
var (
	//go:embed definition.sql
	definitionSQL string
	//go:embed fast.sql
	fastSQL string
	//go:embed pareto.sql
	paretoSQL string
)

// on puts a table in the place of `population`.
func on(text string, t Table) string {
	return strings.ReplaceAll(text, "FROM population\n", "FROM "+t.quoted()+" AS population\n")
}

// copySQL prints the bytes of population.<item>.tsv: identifiers, strata and weights have nothing
// that COPY escapes, and what has is refused when it is read.
func copySQL(t Table, weighted bool) string {
	columns := "id, stratum"
	if weighted {
		columns += ", weight"
	}
	return "COPY (SELECT " + columns + " FROM " + t.quoted() +
		` ORDER BY id COLLATE "C") TO STDOUT`
}

// countSQL counts the rows of each stratum of $1, and of all others (s is null), and those without
// a weight that a population may have.
func countSQL(t Table, weighted bool) string {
	light := "false"
	if weighted {
		light = "weight IS NULL OR weight NOT BETWEEN 1 AND 2147483647"
	}
	return `SELECT array_position($1::text[], stratum::text) AS s, count(*),
		count(*) FILTER (WHERE ` + light + `) FROM ` + t.quoted() + ` GROUP BY s`
}
