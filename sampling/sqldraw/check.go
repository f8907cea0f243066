package sqldraw

// This file holds a table against the plan: whoever draws from a table that is not the population
// of the plan draws something that nobody committed to.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/sampling"
)

// maxWeight is the largest weight of a line (draw/1 §2).
const maxWeight = 1<<31 - 1

// maxRow bounds a line that COPY prints; those of a population are far shorter by their grammar.
const maxRow = 4 << 10

// populationReader takes what COPY prints of a table, in pieces of any size, and holds it against
// the plan. Its memory does not grow with the table.
type populationReader struct {
	item     *sampling.Item
	table    Table
	weighted bool
	progress func(rows int64)

	hash   hash.Hash
	tree   *sampling.MerkleTree
	strata map[string]int // id → its place in item.Strata
	counts []int64        // parallel to item.Strata
	last   []byte         // id of the row before
	rest   []byte         // a row that has not come whole yet
}

func newPopulationReader(item *sampling.Item, t Table, progress func(int64)) *populationReader {
	r := &populationReader{item: item, table: t, weighted: weighted(item), progress: progress,
		hash: sha256.New(), tree: sampling.NewMerkleTree(sampling.HashSHA256),
		strata: map[string]int{}, counts: make([]int64, len(item.Strata))}
	for i := range item.Strata {
		r.strata[item.Strata[i].ID] = i
	}
	return r
}

// checkRows reads the whole table in the order of its ids.
func (db *DB) checkRows(ctx context.Context, item *sampling.Item, t Table,
	progress func(int64)) error {
	r := newPopulationReader(item, t, progress)
	if _, err := db.conn.PgConn().CopyTo(ctx, r, copySQL(t, r.weighted)); err != nil {
		return sqlFault(t, fmt.Errorf("reading the population: %w", err))
	}
	return r.finish()
}

// Write takes a piece of the table. Its error is the first row that no population may have.
func (r *populationReader) Write(b []byte) (int, error) {
	r.hash.Write(b)
	size := len(b)
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		line := b[:i]
		if len(r.rest) > 0 {
			r.rest = append(r.rest, line...)
			line = r.rest
		}
		if err := r.row(line); err != nil {
			return 0, err
		}
		r.rest, b = r.rest[:0], b[i+1:]
	}
	if r.rest = append(r.rest, b...); len(r.rest) > maxRow {
		return 0, r.broken("一行超过 %d 字节", maxRow)
	}
	return size, nil
}

// row checks a row and counts it.
func (r *populationReader) row(line []byte) error {
	id, rest, _ := bytes.Cut(line, []byte{'\t'})
	stratum, weight, _ := bytes.Cut(rest, []byte{'\t'})
	if _, err := sampling.ParseEntityID(string(id)); err != nil {
		return r.broken("%q 不是检查对象的代码", shown(id))
	}
	if r.last != nil && bytes.Compare(id, r.last) <= 0 {
		return r.broken("代码 %q 重复，或没有按字节排序", shown(id))
	}
	i, known := r.strata[string(stratum)]
	if !known {
		return r.broken("方案里没有层 %q", shown(stratum))
	}
	if r.weighted && !validWeight(weight) {
		return r.broken("权重 %q 不是 1 至 %d 的整数", shown(weight), maxWeight)
	}
	r.counts[i]++
	r.last = append(r.last[:0], id...)
	r.tree.Add(line)
	if r.progress != nil {
		r.progress(r.tree.N())
	}
	return nil
}

func validWeight(text []byte) bool {
	w, err := strconv.ParseInt(string(text), 10, 64)
	return err == nil && 1 <= w && w <= maxWeight
}

// broken is a fault at the next row.
func (r *populationReader) broken(format string, args ...any) error {
	return different(r.item, r.table, "按代码排序的第 %d 行：%s", r.tree.N()+1,
		fmt.Sprintf(format, args...)).
		WithHint(`更正该行；若行本身无误而次序不对，外部表在远端的列也须是 COLLATE "C"`)
}

// finish compares the whole with the plan.
func (r *populationReader) finish() error {
	if len(r.rest) > 0 {
		return fmt.Errorf("table %s: the last row has no end", r.table)
	}
	if err := checkCounts(r.item, r.table, r.counts); err != nil {
		return err
	}
	sum := hex.EncodeToString(r.hash.Sum(nil))
	if sum != r.item.PopulationSHA {
		return different(r.item, r.table, "各层行数相符而内容不同，哈希为 %s，方案为 %s", sum,
			r.item.PopulationSHA)
	}
	if root := r.tree.Root(); root != r.item.PopulationRoot {
		return different(r.item, r.table, "Merkle 根为 %s，方案为 %s", root, r.item.PopulationRoot)
	}
	return nil
}

// checkStrata counts the rows of each stratum, and looks at nothing else but the weights.
func checkStrata(ctx context.Context, tx pgx.Tx, item *sampling.Item, t Table) error {
	rows, err := tx.Query(ctx, countSQL(t, weighted(item)), strataIDs(item))
	if err != nil {
		return sqlFault(t, err)
	}
	counts := make([]int64, len(item.Strata))
	var s *int32
	var n, light, strays, lights int64
	_, err = pgx.ForEachRow(rows, []any{&s, &n, &light}, func() error {
		lights += light
		if s == nil {
			strays = n
		} else {
			counts[*s-1] = n
		}
		return nil
	})
	switch {
	case err != nil:
		return sqlFault(t, err)
	case strays > 0:
		return different(item, t, "有 %d 行的层不在方案里", strays)
	case lights > 0:
		return different(item, t, "有 %d 行的权重不是 1 至 %d 的整数", lights, maxWeight)
	}
	return checkCounts(item, t, counts)
}

// checkCounts compares the rows of each stratum with the plan.
func checkCounts(item *sampling.Item, t Table, counts []int64) error {
	for i := range item.Strata {
		if s := &item.Strata[i]; counts[i] != s.N {
			return different(item, t, "层 %s 有 %d 行，方案为 %d 行", s.ID, counts[i], s.N)
		}
	}
	return nil
}

// different says that a table is not the population of the plan.
func different(item *sampling.Item, t Table, format string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, "拒绝抽取：表 %s 不是方案里事项 %s 的总体：%s", t, item.ID,
		fmt.Sprintf(format, args...)).
		WithHint("--population 应指向冻结时的总体；表若在冻结之后有改动，请从冻结的名单重新装入")
}

// shown shortens what a message repeats.
func shown(b []byte) string {
	const most = 80
	if len(b) > most {
		return string(bytes.ToValidUTF8(b[:most], nil)) + "…"
	}
	return string(b)
}

// weighted reports whether the item's population has the column of weights (draw/1 §2).
func weighted(item *sampling.Item) bool {
	for i := range item.Strata {
		if item.Strata[i].Method == sampling.MethodPareto {
			return true
		}
	}
	return false
}

func strataIDs(item *sampling.Item) []string {
	ids := make([]string, len(item.Strata))
	for i := range item.Strata {
		ids[i] = item.Strata[i].ID
	}
	return ids
}
