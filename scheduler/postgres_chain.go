package scheduler

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// The SQL of hash chains: lanes, links taken, links revealed.

func insertChain(ctx context.Context, q pg.Querier, c *Chain, sealed [][]byte) error {
	for i, l := range c.Lanes {
		_, err := q.Exec(ctx, `INSERT INTO chain (id, lane, links, tip, held_by, sealed, made_by,
			made_at, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			c.ID, l.Lane, c.Links, l.Tip, null(c.By), sealed[i], c.MadeBy, c.MadeAt, c.Hash)
		if isUnique(err) {
			return fault.New(fault.Conflict, "哈希链代号“%s”或链端已经登记过", c.ID).WithField("id").
				WithHint("请换一个代号；一个链端只能登记一次")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// laneRow is a lane with what taking a link needs.
type laneRow struct {
	Lane
	chain  string
	hash   string
	links  int
	by     string
	sealed []byte
	turns  int // draws that took the lane so far
	madeBy string
	madeAt time.Time
}

// laneSelect reads lanes with how far they are: one statement, so one moment.
const laneSelect = `SELECT c.id, c.hash, c.lane, c.links, c.tip, coalesce(c.held_by, ''), c.sealed,
	c.made_by, c.made_at, coalesce(r.seq, 0), coalesce(r.value, c.tip),
	(SELECT count(*) FROM chain_link l WHERE l.chain_id = c.id AND l.lane = c.lane),
	coalesce((SELECT min(l.draw_id) FROM chain_link l JOIN draw d ON d.id = l.draw_id
		WHERE l.chain_id = c.id AND l.lane = c.lane AND d.state NOT IN ('published', 'void')), '')
	FROM chain c LEFT JOIN LATERAL (SELECT seq, value FROM chain_reveal r
		WHERE r.chain_id = c.id AND r.lane = c.lane ORDER BY seq DESC LIMIT 1) r ON true
	WHERE $1 = '' OR c.id = $1 ORDER BY c.id, c.lane`

// lanesOf gives the lanes of a chain, or of all for "".
func lanesOf(ctx context.Context, q pg.Querier, chain string) ([]laneRow, error) {
	rows, err := q.Query(ctx, laneSelect, chain)
	if err != nil {
		return nil, fmt.Errorf("reading chains: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l laneRow, err error) {
		err = row.Scan(&l.chain, &l.hash, &l.Lane.Lane, &l.links, &l.Tip, &l.by, &l.sealed,
			&l.madeBy, &l.madeAt, &l.Used, &l.Last, &l.turns, &l.Draw)
		return l, err
	})
}

// Chains gives every hash chain, by code.
func Chains(ctx context.Context, q pg.Querier) ([]Chain, error) {
	return chainsOf(ctx, q, "")
}

// ChainByID gives a hash chain, or fault.NotFound.
func ChainByID(ctx context.Context, q pg.Querier, id string) (*Chain, error) {
	if id == "" {
		return nil, fault.New(fault.NotFound, "没有写哈希链的代号")
	}
	chains, err := chainsOf(ctx, q, id)
	if err != nil {
		return nil, err
	}
	if len(chains) == 0 {
		return nil, fault.New(fault.NotFound, "没有哈希链“%s”", id)
	}
	return &chains[0], nil
}

func chainsOf(ctx context.Context, q pg.Querier, id string) ([]Chain, error) {
	lanes, err := lanesOf(ctx, q, id)
	if err != nil {
		return nil, err
	}
	chains := []Chain{}
	for _, l := range lanes {
		if n := len(chains); n == 0 || chains[n-1].ID != l.chain {
			chains = append(chains, Chain{ID: l.chain, Hash: l.hash, By: l.by, Links: l.links,
				MadeBy: l.madeBy, MadeAt: l.madeAt})
		}
		c := &chains[len(chains)-1]
		c.Lanes = append(c.Lanes, l.Lane)
	}
	return chains, nil
}

func insertLink(ctx context.Context, q pg.Querier, draw, name string, l *link, turn int) error {
	_, err := q.Exec(ctx, `INSERT INTO chain_link (draw_id, name, chain_id, lane, turn, seq,
		commit_hash) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		draw, name, l.chain, l.lane, turn, l.seq, l.commit)
	return err
}

// linksOf gives the links that a draw has taken, by source.
func linksOf(ctx context.Context, q pg.Querier, draw string) (map[string]link, error) {
	rows, err := q.Query(ctx, `SELECT l.name, c.id, c.hash, c.lane, l.seq, c.links, c.tip,
		l.commit_hash, coalesce(c.held_by, ''), c.sealed FROM chain_link l
		JOIN chain c ON c.id = l.chain_id AND c.lane = l.lane WHERE l.draw_id = $1`, draw)
	if err != nil {
		return nil, err
	}
	out := map[string]link{}
	var name string
	var l link
	_, err = pgx.ForEachRow(rows, []any{&name, &l.chain, &l.hash, &l.lane, &l.seq, &l.links,
		&l.tip, &l.commit, &l.by, &l.sealed}, func() error {
		out[name] = l
		return nil
	})
	return out, err
}

func insertReveal(ctx context.Context, q pg.Querier, l *link, value, draw string,
	now time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO chain_reveal (chain_id, lane, seq, value, draw_id, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, l.chain, l.lane, l.seq, value, draw, now)
	return err
}
