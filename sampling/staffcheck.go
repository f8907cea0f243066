package sampling

// This file checks a published staffing of a unit: what it says about the files, about itself, and
// about being the best. It shares with the drawing side the rules of eligibility and the numbers,
// both of which a second program computes on its own, and of the solver only stage 1 for a
// shortage. The four checks are run one after the other on the same lineup; what an earlier one
// refused is not judged by the later ones.

import (
	"errors"
	"fmt"
	"slices"
)

// staffingChecks is what §9 says about the staffing of one unit: four checks, nil where one holds,
// and the numbers that the line of `staffing` prints. Messages name the task, inspector or node;
// the caller adds the unit. A shortage has no teams: then the last three have nothing to check.
type staffingChecks struct {
	// Staffing: tasks, inspectors, legal teams; or the shortage adds up.
	Staffing error
	// Optimal: the potentials are valid and the largest, with w of R.
	Optimal error
	// Unique: no tight cycle; one tied staffing for every earlier R, each with a cycle.
	Unique error
	// Roles: the order of every team.
	Roles error

	Tasks, Inspectors int

	// Tight counts the tasks with exactly as many eligible inspectors as seats. Their teams are
	// settled before any seed, so many of them in a unit are a reason to look at its frozen files.
	Tight int
	// Conflicts counts the lines of conflicts.
	Conflicts int
}

// errNotRun is the result of a check that could not be run because an earlier one failed.
var errNotRun = errors.New("not run: the staffing is not legal")

// checkStaffing checks a published staffing against the frozen files (§9 `staffing`, `optimal`,
// `unique`, `roles`). It computes from p alone and trusts nothing in s, which may hold anything;
// it needs no solver except for a shortage, which it counts on a partial staffing of its own.
//
// What an attacker who writes s can reach is time in proportion to the length of s: one pass over
// the eligible pairs for the staffing and one for every element of `tied`. R may be any number; it
// is hashed as it stands and must equal the length of `tied`.
func checkStaffing(p *staffProblem, s *UnitStaffing) staffingChecks {
	g := newSeating(p)
	c := staffingChecks{
		Tasks: len(p.Tasks), Inspectors: len(p.Roster), Conflicts: len(p.Conflicts),
	}
	for i := range g.tasks {
		if g.first[i+1]-g.first[i] == g.k {
			c.Tight++
		}
	}
	// Which form s has is for s to say; whether it is the right one comes out in the check: nobody
	// can name legal teams where none exist, nor a shortage where every seat can be filled.
	if s.Shortage != nil {
		c.Staffing = p.checkShortage(g, s)
		return c
	}
	l, err := p.checkTeams(g, s)
	if err != nil {
		// Potentials and roles are about legal teams. R and `tied` stand by themselves (§9: later
		// checks are still run where they can be).
		c.Staffing, c.Optimal, c.Roles = err, errNotRun, errNotRun
		if c.Unique = p.checkTied(g, s); c.Unique == nil {
			c.Unique = errNotRun
		}
		return c
	}
	cert := certify(g, l, p.weights(g, s.R), s.Duals)
	c.Optimal = cert.invalid
	c.Unique = p.checkTied(g, s)
	switch {
	case c.Unique != nil:
	case cert.invalid != nil:
		c.Unique = errors.New("not run: the potentials are not those of an optimum")
	case !cert.unique:
		c.Unique = fmt.Errorf("a tight cycle with R = %d", s.R)
	}
	// Legal teams are known from here on, whatever the potentials are.
	c.Roles = p.checkRoles(s)
	return c
}

// Here and in Draw the roster and its families have been checked before (checkFamilies, checkPool).

// checkTeams checks that s is a legal full staffing of this very unit and gives its lineup. Tasks
// and inspectors are held against the files, in order, before teams are read as parallel to them.
func (p *staffProblem) checkTeams(g *seating, s *UnitStaffing) (*lineup, error) {
	switch {
	case s.Unit != p.Unit:
		return nil, fmt.Errorf("unit %q", s.Unit)
	case !slices.Equal(s.Tasks, p.entities()):
		return nil, errors.New("tasks")
	case !slices.Equal(s.Inspectors, p.inspectors()):
		return nil, errors.New("inspectors are not the roster")
	}
	return p.seat(g, s.Teams)
}

// seat puts teams into a lineup. It refuses them unless every task has k different eligible
// inspectors, no more of a family than its gate lets in, and nobody is above his cap. The order
// within a team does not matter here. An id that is not on the roster is not eligible.
func (p *staffProblem) seat(g *seating, teams [][]InspectorID) (*lineup, error) {
	if len(teams) != g.tasks {
		return nil, fmt.Errorf("%d teams for %d tasks", len(teams), g.tasks)
	}
	l := g.emptyLineup()
	for i, team := range teams {
		e := p.Tasks[i].Entity
		if len(team) != g.k {
			return nil, fmt.Errorf("%s: %d different inspectors wanted", e, g.k)
		}
		for _, id := range team {
			q, ok := p.pair(g, i, id)
			switch {
			case !ok:
				return nil, fmt.Errorf("%s: %q is not eligible", e, id)
			case l.used[q]:
				return nil, fmt.Errorf("%s: %d different inspectors wanted", e, g.k)
			}
			l.choose(g, i, q, +1)
		}
		for f := range g.fams {
			if l.in[f][i] > g.fams[f].limit {
				return nil, fmt.Errorf("%s: too many of family %s", e, g.fams[f].name)
			}
		}
	}
	// A cap at or above the number of tasks cannot be exceeded by teams of different people.
	for j := range p.Roster {
		if l.load[j] > g.room[j] {
			return nil, fmt.Errorf("%s: above his cap", p.Roster[j].ID)
		}
	}
	return &l, nil
}

// pair finds the number of the eligible pair of task i and an inspector; ok is false if the two are
// not eligible for each other, for whatever reason, or if nobody on the roster has that id.
func (p *staffProblem) pair(g *seating, i int, id InspectorID) (q int, ok bool) {
	j, ok := p.find(id)
	if !ok {
		return 0, false
	}
	q, ok = slices.BinarySearch(g.who[g.first[i]:g.first[i+1]], int32(j))
	return g.first[i] + q, ok
}

// checkTied checks that there is exactly one tied staffing for every earlier R: legal, optimal
// with w of that R, and not unique. Its teams are sorted by id (§8). Any such staffing will do, so
// this does not ask which one the drawing program met. With R = 0 the key must be absent, which a
// reader gives as nil.
//
// Without this check an office could raise R until a staffing pleased it: each R is another lot.
func (p *staffProblem) checkTied(g *seating, s *UnitStaffing) error {
	if s.R != int64(len(s.Tied)) || s.R == 0 && s.Tied != nil {
		return fmt.Errorf("an R without ties: R = %d, %d tied", s.R, len(s.Tied))
	}
	for r := range s.Tied {
		t := &s.Tied[r]
		l, err := p.seat(g, t.Teams)
		if err != nil {
			return fmt.Errorf("tied with R = %d: %w", r, err)
		}
		for i, team := range t.Teams {
			if !slices.IsSorted(team) {
				return fmt.Errorf("tied with R = %d: %s: team is not sorted", r, p.Tasks[i].Entity)
			}
		}
		cert := certify(g, l, p.weights(g, int64(r)), t.Duals)
		switch {
		case cert.invalid != nil:
			return fmt.Errorf("tied with R = %d: %w", r, cert.invalid)
		case cert.unique:
			return fmt.Errorf("tied with R = %d: it is unique", r)
		}
	}
	return nil
}

// checkRoles checks the order of legal teams against the hashes of §7.
func (p *staffProblem) checkRoles(s *UnitStaffing) error {
	for i, team := range s.Teams {
		if e := p.Tasks[i].Entity; !slices.Equal(team, p.roles(e, team)) {
			return fmt.Errorf("%s: order of roles", e)
		}
	}
	return nil
}

// checkShortage recomputes the shortage from a maximum partial staffing of its own. The weights are
// irrelevant to how many seats can be filled, so none are hashed. It wants the very sets A and B:
// a smaller set of tasks that also lacks seats would be true, but would hide who else is affected.
func (p *staffProblem) checkShortage(g *seating, s *UnitStaffing) error {
	d := &s.Duals
	// The transcript has one form or the other (§8), so a shortage comes alone.
	switch {
	case s.Unit != p.Unit:
		return fmt.Errorf("unit %q", s.Unit)
	case s.R != 0 || s.Tasks != nil || s.Inspectors != nil || s.Teams != nil || s.Tied != nil ||
		d.Task != nil || d.Lead != nil || d.Gated != nil || d.Inspector != nil:
		return errors.New("a shortage beside a staffing")
	}
	// The same fill as in staff; only its count of seats matters, which no solver can overstate.
	own := newEven(g)
	if len(own.empty) == 0 {
		return errors.New("a shortage, but every seat can be filled")
	}
	want := shortage(p, g, &own.lineup, own.empty)
	switch {
	case !slices.Equal(s.Shortage.Tasks, want.Tasks) || !slices.Equal(s.Shortage.Full, want.Full):
		return errors.New(
			"tasks and full of the shortage are not those of a maximum partial staffing")
	case !slices.Equal(s.Shortage.Inspectors, want.Inspectors):
		return errors.New("inspectors of the shortage")
	case s.Shortage.Needed != want.Needed || s.Shortage.Available != want.Available:
		return fmt.Errorf("shortage: needed %d, available %d, but they are %d, %d",
			s.Shortage.Needed, s.Shortage.Available, want.Needed, want.Available)
	}
	return nil
}
