package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"yaohao/internal/pg"
	"yaohao/sampling"
)

// load fills a table (id, stratum, area) with the population of a bundle's item:
// load TABLE BUNDLE ITEM. Areas come from the candidates.
func load(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: load TABLE BUNDLE ITEM")
	}
	item := sampling.ItemID(args[2])
	read := func(name string) []string {
		text, err := os.ReadFile(filepath.Join(args[1], name))
		ts.Check(err)
		return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	areas := map[string]string{}
	for _, line := range read(sampling.NameCandidates(item)) {
		c, err := sampling.ParseCandidate([]byte(line))
		ts.Check(err)
		areas[string(c.ID)] = c.Area
	}
	var rows [][]any
	for _, line := range read(sampling.NamePopulation(item)) {
		id, stratum, _ := strings.Cut(line, "\t")
		rows = append(rows, []any{id, stratum, areas[id]})
	}
	db, err := pg.OpenOwner(context.Background(), ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	defer db.Close()
	_, err = db.CopyFrom(context.Background(), pgx.Identifier{args[0]},
		[]string{"id", "stratum", "area"}, pgx.CopyFromRows(rows))
	ts.Check(err)
}
