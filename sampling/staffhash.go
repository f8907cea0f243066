package sampling

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
)

// weights gives w(i,j) of every eligible pair for this R:
//
//	int(first 12 hex digits of H(seed + "|" + label + "|" + R + "|" + entity + "|" + inspector))
//
// with R in decimal, in the order of g.who. On a command line, with any seed:
//
//	printf '%s|asg|0|91350100M000100Y43|I00000' "$SEED" | sha256sum | cut -c 1-12
//
// Twelve hex digits are the first 48 bits of the digest, read as a number with the highest digit
// first; a sum over 10 000 inspectors stays below 2^62. The seed fills the first block of the hash,
// so one block is left for most pairs. Tasks are hashed at the same time where there are
// processors.
func (p *staffProblem) weights(g *seating, r int64) []int64 {
	w := make([]int64, len(g.who))
	head := "|" + p.Label + "|" + strconv.FormatInt(r, 10) + "|"
	// As many tasks at a time as make a piece of work worth handing out.
	step := 1 + hashPairs*g.tasks/(1+len(g.who))
	parallel((g.tasks+step-1)/step, func(n int) {
		h := newShortHasher(p.Suite, p.Seed)
		for i := n * step; i < min((n+1)*step, g.tasks); i++ {
			p.taskWeights(g, i, r, head, h, w)
		}
	})
	return w
}

// hashPairs is about how many pair numbers one piece of work hashes: long enough that handing it
// out costs nothing beside it, short enough that processors end at the same time.
const hashPairs = 1 << 14

// taskWeights gives the pair numbers of task i. All pairs share the text up to R, those of a task
// the text up to the entity.
func (p *staffProblem) taskWeights(g *seating, i int, r int64, head string, h *shortHasher,
	w []int64) {
	e := p.Tasks[i].Entity
	text := []byte(head + string(e) + "|")
	for q := g.first[i]; q < g.first[i+1]; q++ {
		id := p.Roster[g.who[q]].ID
		if p.pairNumber != nil {
			w[q] = int64(p.pairNumber(r, e, id))
			continue
		}
		sum := h.of(append(append(h.message[:0], text...), id...))
		w[q] = int64(binary.BigEndian.Uint64(sum[:8]) >> 16)
	}
}

// role is the hash that orders a team: H(seed + "|role|" + unit + "|" + entity + "|" + inspector).
// It is compared as bytes, which is the order of its hex text and of the number.
func (p *staffProblem) role(e EntityID, j InspectorID) [hashSize]byte {
	text := p.Seed + "|role|" + string(p.Unit) + "|" + string(e) + "|" + string(j)
	return p.Suite.sum([]byte(text))
}

// roles orders a team (§7): first the lead (主办), of those with lead = 1 the one with the smallest
// role hash, then the members (协办) by the same hash. The result is a new list; the team itself is
// not changed, and its order does not matter. A legal team has a lead, since the lead family keeps
// one seat free of those with lead = 0. Of any other list this makes the best it can: without a
// lead all are members, and ids that are not in the roster are members too.
func (p *staffProblem) roles(e EntityID, team []InspectorID) []InspectorID {
	type seat struct {
		id   InspectorID
		hash [hashSize]byte
	}
	seats := make([]seat, len(team))
	for i, id := range team {
		seats[i] = seat{id, p.role(e, id)}
	}
	slices.SortFunc(seats, func(a, b seat) int {
		return strings.Compare(string(a.hash[:]), string(b.hash[:]))
	})
	leads := func(s seat) bool {
		j, ok := p.find(s.id)
		return ok && p.Roster[j].Lead
	}
	// The lead moves to the front past those with smaller hashes, who keep their order.
	if i := slices.IndexFunc(seats, leads); i > 0 {
		lead := seats[i]
		copy(seats[1:i+1], seats[:i])
		seats[0] = lead
	}
	ids := make([]InspectorID, len(seats))
	for i := range seats {
		ids[i] = seats[i].id
	}
	return ids
}
