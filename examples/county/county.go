// Package county embeds the sample county, so that `yaohao demo` needs nothing but the program.
// The files are written by the generator in generate; the plan is written by hand.
package county

import "embed"

// Files holds units.csv, items.csv, ratios.csv, entities.csv, inspectors.csv, conflicts.csv,
// checks.csv and plan-2026-11.json.
//
//go:embed *.csv *.json
var Files embed.FS
