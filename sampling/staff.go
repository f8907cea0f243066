package sampling

import "slices"

// This file and its neighbours staff*.go are draw/1 §7: who inspects what. They read in this order:
//
//	staffelig.go   who may take which task: eligible pairs
//	staffgate.go   the limited families and how their gates are nested
//	staffparts.go  pieces that share nobody, solved at the same time
//	staffeven.go   stage 1: all seats filled, the year as even as possible
//	staffhash.go   pair numbers w(i,j) and the order of roles
//	staffsolve.go  stage 2: of those lineups the one with the least sum of pair numbers
//	staffbid.go    an auction that brings stage 2 near its end
//	staffprice.go  the pass over all pairs that proves stage 2 to have ended
//	staffdual.go   the largest potentials of the optimum
//	staffcert.go   the certificate: residual arcs, validity, largest, uniqueness
//	staffshort.go  what is missing when no legal staffing exists
//	staffcheck.go  the verifier's side, which trusts nothing of the above but the certificate
//
// What people ask afterwards is beside it: staffwords.go (a shortage in words), staffwhy.go (why
// not this inspector), staffrefill.go and staffreplace.go (seats that become empty later).
//
// The network of one unit, with k seats per task, m = min(cap, tasks) and costs as pairs:
//
//	                w(i,j)
//	task i ───────────────────────▶ inspector j ─── (2(carry+1)−1, 0) ──▶ sink
//	supplies k        capacity 1       (lead = 1)    ⋮  capacity 1 each
//	   │                                          ─── (2(carry+m)−1, 0) ──▶
//	   │ (0,0)                w(i,j)
//	   └─────────▶ gate L̄i ─────────▶ inspector j ─── as above
//	   capacity k−1     capacity 1     (lead = 0)
//
// The gated family, if the unit has a gate, has gates Gi of the same kind; staffgate.go shows how
// the two lie beside or inside each other.
//
// A flow that serves every task is a legal staffing, and the other way round; its cost is the pair
// that §7 minimises. The first part makes the work of the year even, the second decides by lot.
//
// A small example, which TestStaffExample repeats. Two tasks with two seats each, three inspectors
// who may take both, of whom only A may lead; nobody has carried anything, no caps, and w is
//
//	         A  B  C
//	task 1   5  1  2
//	task 2   4  7  3
//
// A has to be in both teams, since a gate lets in one of B and C. Loads are then 2, 1, 1, at a cost
// of (1 + 3) + 1 + 1 = 6, or 8 where B or C serves twice. Of the two staffings with 6 the pairs
// choose {A, B} and {A, C}, at 5 + 1 + 4 + 3 = 13 against 5 + 2 + 4 + 7. The largest potentials are
//
//	inspectors   A (−3,0)  B (−1,0)  C (−1,0)      minus the cost of the last arc filled
//	gates        1 (−1,−1)  2 (−1,−3)              full: lowered by their members B and C alone
//	tasks        1 (−3,−5)  2 (−3,−4)              lowered by A
//
// and no tight arcs form a cycle: the staffing is unique with R = 0.
//
// Nothing here depends on how the optimum is found. §7 makes it unique, the potentials are the
// one largest set, and the verifier checks both without a solver. Another solver may replace the
// two stages without a byte of any transcript changing (only `tied` is free, and it needs equal
// 48-bit sums to occur at all). That is also why the result is the same on one processor and on
// many.

// staffProblem is everything §7 needs to staff one unit. Its lists are those of the frozen files:
// roster sorted strictly by id, tasks strictly by entity, identifiers well formed, counts in range.
// Those who read the files have checked that; nothing below checks it again. Conflicts may come in
// any order. The families of the roster are disjoint or nested (checkFamilies).
type staffProblem struct {
	// Unit is in the role hashes, Label in the pair numbers. Units with one label share pair
	// numbers for an inspector on both rosters, which is harmless: they are staffed apart.
	Unit  UnitID
	Label string
	// Seats is k, the inspectors per task, at least 1.
	Seats int
	// Gate is the most members of the gated family in a team, below Seats; nil for no gate, and
	// then the flag Gated of the roster says nothing.
	Gate *int
	// VisitBy is the day on which certificates must still be valid.
	VisitBy Date
	// AreaRule is any, same2, same4 or same6.
	AreaRule string
	// Seed has 64 hex characters; a verifier passes the one that it computed itself.
	Seed string
	// Suite is H of the plan.
	Suite     *suite
	Roster    []RosterLine
	Conflicts []ConflictLine
	Tasks     []Task

	// pairNumber replaces w(i,j) of §7; nil is the hash of the specification. Tests inject
	// numbers of two bits, because 48 bits hardly ever tie. Results are below 2^48.
	pairNumber func(r int64, e EntityID, j InspectorID) uint64
}

// staff gives the staffing of a unit (§7): teams in the order of their roles, R with the tied
// staffings before it, the largest potentials, or the Shortage if no legal staffing exists.
// It is a function of p alone. A certificate that does not hold is a broken invariant: panic.
//
// Whether a legal staffing exists does not depend on R, so a shortage shows with R = 0. Each R that
// ties leaves one of its optimal staffings in Tied, in the order of R; which one is free (§7), here
// it is the one that the solver meets. Each R draws new numbers, so the loop ends; with 48 bits it
// ends at R = 0, and only tests with shorter numbers see more.
func staff(p *staffProblem) UnitStaffing {
	g := newSeating(p)
	parts := g.parts()
	evens := make([]*even, len(parts))
	parallel(len(parts), func(n int) { evens[n] = newEven(parts[n].g) })
	res := UnitStaffing{Unit: p.Unit}
	if res.Shortage = p.short(g, parts, evens); res.Shortage != nil {
		return res
	}
	for r := int64(0); ; r++ {
		w := p.weights(g, r)
		l := g.emptyLineup()
		duals := g.optimum(&l, w, parts, evens)
		cert := certify(g, &l, w, duals)
		if cert.invalid != nil {
			panic("sampling: staffing certificate: " + cert.invalid.Error())
		}
		if cert.unique {
			res.R, res.Duals = r, duals
			res.Tasks, res.Inspectors = p.entities(), p.inspectors()
			res.Teams = p.teams(g, &l)
			for i, team := range res.Teams {
				res.Teams[i] = p.roles(p.Tasks[i].Entity, team)
			}
			return res
		}
		res.Tied = append(res.Tied, Tied{Teams: p.teams(g, &l), Duals: duals})
	}
}

// short gives the shortage of the unit, nil if every part can fill all its seats.
func (p *staffProblem) short(g *seating, parts []part, evens []*even) *Shortage {
	l := g.emptyLineup()
	var empty []int
	for n := range parts {
		for _, i := range evens[n].empty {
			empty = append(empty, parts[n].task(i))
		}
		parts[n].join(g, &l, &evens[n].lineup)
	}
	if len(empty) == 0 {
		return nil
	}
	return shortage(p, g, &l, empty)
}

// optimum solves the parts for pair numbers w, puts the lineup into l, which is empty before, and
// gives its largest potentials. Who is in no part has nothing to do and keeps (0,0).
func (g *seating) optimum(l *lineup, w []int64, parts []part, evens []*even) Duals {
	solved := make([]*solver, len(parts))
	pi := make([][]Dual, len(parts))
	parallel(len(parts), func(n int) {
		s := newSolver(evens[n], parts[n].numbers(g, w))
		s.solve()
		solved[n], pi[n] = s, s.largest()
	})
	inspector := make([]Dual, g.people)
	for n := range parts {
		parts[n].join(g, l, &solved[n].lineup)
		for j, d := range pi[n] {
			inspector[parts[n].person(j)] = d
		}
	}
	return g.extend(l, w, inspector)
}

// entities lists the tasks' entities in their order, never nil: an empty list is written `[]` (§8).
func (p *staffProblem) entities() []EntityID {
	ids := make([]EntityID, len(p.Tasks))
	for i := range p.Tasks {
		ids[i] = p.Tasks[i].Entity
	}
	return ids
}

// inspectors lists the whole roster in its order, also those who are eligible for nothing; never
// nil.
func (p *staffProblem) inspectors() []InspectorID {
	ids := make([]InspectorID, len(p.Roster))
	for j := range p.Roster {
		ids[j] = p.Roster[j].ID
	}
	return ids
}

// teams reads the chosen pairs of every task; members are sorted by id, because the roster is.
// That is the order of `tied`; the order of the published teams comes from roles.
func (p *staffProblem) teams(g *seating, l *lineup) [][]InspectorID {
	teams := make([][]InspectorID, g.tasks)
	for i := range teams {
		team := make([]InspectorID, 0, g.k)
		for q := g.first[i]; q < g.first[i+1]; q++ {
			if l.used[q] {
				team = append(team, p.Roster[g.who[q]].ID)
			}
		}
		teams[i] = team
	}
	return teams
}

// find gives the number of an inspector on the roster. Any text may be asked for.
func (p *staffProblem) find(id InspectorID) (int, bool) {
	return slices.BinarySearchFunc(p.Roster, id, func(l RosterLine, id InspectorID) int {
		switch {
		case l.ID < id:
			return -1
		case l.ID > id:
			return 1
		}
		return 0
	})
}
