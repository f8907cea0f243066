// Package county embeds the sample county, so that `yaohao demo` needs nothing but the program.
// The files are written by the generator in generate; the plans are written by hand.
package county

import "embed"

// Files holds units.csv, items.csv, ratios.csv, caps.csv, entities.csv, inspectors.csv,
// conflicts.csv, checks.csv, given.csv, plan-2026-11.json and plan-2026-11-given.json.
//
//go:embed *.csv *.json
var Files embed.FS
