package sampling

// The question is the one that enterprises and inspectors ask, and that an office has to answer
// without showing anything that is not published. This file answers "why not inspector X for
// entity Y" (为什么不是他) from a finished draw. No solver runs: the files say who is eligible, the
// potentials of the transcript say what it would have cost.

import (
	"io/fs"
	"slices"
)

// The verdicts of an Answer.
const (
	WhyLead       = "lead"       // he leads the team
	WhyMember     = "member"     // he is a member of the team
	WhyIneligible = "ineligible" // Reasons say why he is not eligible (§7)
	WhyGate       = "gate"       // eligible, but the limit of his family lets nobody of it in
	WhyNotChosen  = "not-chosen" // eligible; Even and Pair say what it would have cost
	WhyShortage   = "shortage"   // the unit has a shortage: nobody was staffed
)

// The kinds of a Reason, in the order in which they are given.
const (
	ReasonCertificate = "certificate" // the certificate ends on Date, before visits end on Other
	ReasonConflict    = "conflict"    // recused: Text is the reason in conflicts
	ReasonScope       = "scope"       // scopes lack Item
	ReasonArea        = "area"        // his Text and the entity's Other in Item break the area rule
)

// Reason is one thing that makes an inspector not eligible for a task (§7).
type Reason struct {
	Kind  string
	Item  ItemID
	Date  Date
	Text  string
	Other string
}

// Answer says why an inspector is or is not on the team of an entity.
type Answer struct {
	Unit      UnitID
	Entity    EntityID
	Inspector InspectorID
	Verdict   string
	// Reasons: all that stand against him, for WhyIneligible.
	Reasons []Reason
	// Family: "lead" or "gated", for WhyGate.
	Family string
	// Even and Pair, for WhyNotChosen, are the reduced cost c + π(u) − π(v) of the arc to him, with u
	// the task or the gate that he hangs from: never below (0,0). Every legal staffing that has him
	// in this team costs at least (Even, Pair) more than the published one, compared
	// lexicographically (§7). It may cost more than that: the number is a bound that anyone can
	// compute from the transcript, not the cost of the best staffing with him.
	//
	// Why: with valid potentials two staffings differ in cost by the sum, over the arcs on which
	// they differ, of reduced costs on residual arcs, none of which is below (0,0); the arc to him
	// is one of them. Even is thus the least growth of Σ over inspectors of (tasks of the year)²,
	// and with Even = 0 Pair is the least growth of the sum of pair numbers. (0,0) says that the
	// potentials alone do not tell the two apart; since the staffing is unique, one with him is
	// dearer nevertheless.
	Even, Pair int64
	// Load and Cap are his tasks in this draw and their limit (NoCap for none).
	Load, Cap int64
	// own: the unit's kind and rule, for Words.
	unit *Unit
}

// Why answers for one inspector on the unit's roster and one of its tasks. Plan, files and
// transcript are those of a bundle that Verify accepts; a forged one gives a forged answer.
// Errors are *Error for what is not in the draw, *MissingError for files.
func Why(plan *Plan, files fs.FS, t *Transcript, unit UnitID, entity EntityID,
	inspector InspectorID) (*Answer, error) {
	d, err := openDrawn(plan, files, t, unit)
	if err != nil {
		return nil, err
	}
	l := lineOf(d.read.roster, inspector)
	if l == nil {
		return nil, unknown(string(inspector), "not on the roster of the unit")
	}
	task, err := d.task(entity)
	if err != nil {
		return nil, err
	}
	a := &Answer{Unit: unit, Entity: entity, Inspector: inspector, Cap: l.Cap, unit: d.unit}
	p := d.problem(task, t.Seed)
	if a.Reasons = p.objections(l, &task); len(a.Reasons) > 0 {
		a.Verdict = WhyIneligible
		return a, nil
	}
	g := newSeating(p)
	j, _ := p.find(inspector)
	for f := int(g.class[j]) - 1; f >= 0; f = g.fams[f].outer {
		if g.fams[f].limit == 0 {
			a.Verdict, a.Family = WhyGate, g.fams[f].name
			return a, nil
		}
	}
	if d.staffing.Shortage != nil {
		a.Verdict = WhyShortage
		return a, nil
	}
	return a, a.fromTeams(d, p, g, j)
}

// objections lists what makes an inspector not eligible for a task, in the order of §7.
func (p *staffProblem) objections(l *RosterLine, t *Task) []Reason {
	var list []Reason
	if l.CertUntil < p.VisitBy {
		list = append(list, Reason{Kind: ReasonCertificate, Date: l.CertUntil,
			Other: string(p.VisitBy)})
	}
	for _, c := range p.Conflicts {
		if c.Inspector == l.ID && c.Entity == t.Entity {
			list = append(list, Reason{Kind: ReasonConflict, Text: c.Reason})
		}
	}
	for _, it := range t.Items {
		if !slices.Contains(l.Scopes, it.Item) {
			list = append(list, Reason{Kind: ReasonScope, Item: it.Item})
		}
		if areaPrefix(p.AreaRule, l.Area) != areaPrefix(p.AreaRule, it.Area) {
			list = append(list, Reason{Kind: ReasonArea, Item: it.Item, Text: l.Area,
				Other: it.Area})
		}
	}
	return list
}

// fromTeams fills in the answer from the teams and potentials of the transcript. g is the seating
// of the one task, j the inspector's number on the roster.
func (a *Answer) fromTeams(d *drawnUnit, p *staffProblem, g *seating, j int) error {
	s := d.staffing
	i, ok := slices.BinarySearch(s.Tasks, a.Entity)
	if !ok || i >= len(s.Teams) {
		return unknown(string(a.Entity), "not staffed in the transcript")
	}
	for _, team := range s.Teams {
		if slices.Contains(team, a.Inspector) {
			a.Load++
		}
	}
	switch slices.Index(s.Teams[i], a.Inspector) {
	case -1:
		a.Verdict = WhyNotChosen
	case 0:
		a.Verdict = WhyLead
		return nil
	default:
		a.Verdict = WhyMember
		return nil
	}
	q, eligible := p.pair(g, 0, a.Inspector)
	if !eligible {
		return unknown(string(a.Inspector), "not eligible")
	}
	cost, ok := s.Duals.reduced(g, i, j, p.weights(g, s.R)[q])
	if !ok {
		return unknown(string(a.Entity), "no potentials of the task in the transcript")
	}
	a.Even, a.Pair = cost.Even, cost.Pair
	return nil
}

// reduced gives the reduced cost of the arc into inspector j in the team of task i, whose pair
// number is w: c + π(u) − π(v). Of g the families are read. ok is false if a list is too short.
func (d *Duals) reduced(g *seating, i, j int, w int64) (cost Dual, ok bool) {
	from := d.Task
	if f := int(g.class[j]) - 1; f >= 0 {
		from = *d.family(g.fams[f].name)
	}
	if i >= len(from) || j >= len(d.Inspector) {
		return Dual{}, false
	}
	return Dual{from[i].Even - d.Inspector[j].Even, w + from[i].Pair - d.Inspector[j].Pair}, true
}
