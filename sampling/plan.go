package sampling

// Version is the value of the key `v` of a plan.
const Version = "draw/1"

// The kinds of an item (draw/1 §4.1): 重点, 节令, 风险 and 一般 抽查.
const (
	KindKey      = "key"
	KindSeasonal = "seasonal"
	KindRisk     = "risk"
	KindRoutine  = "routine"
)

// The kinds of a unit (draw/1 §4.2): who stands on its roster.
const (
	UnitInspectors = "inspectors"
	UnitExperts    = "experts"
	UnitLabs       = "labs"
)

// The methods of a stratum (draw/1 §6).
const (
	// MethodSRS is simple random sampling without replacement.
	MethodSRS = "srs"
	// MethodPareto gives larger weights larger inclusion probabilities (Rosén's Pareto sampling).
	MethodPareto = "pareto"
)

// The kinds of an entropy entry (draw/1 §5).
const (
	// A lottery issue, dice at a ceremony.
	EntropyPublic = "public"
	// A drand round: its signature in hex.
	EntropyBeacon = "beacon"
	// A line read out before the public event.
	EntropyWitness = "witness"
	// 64 hex characters, committed to, opened after the visits.
	EntropySeal = "seal"
	// The link before `commit` in a published hash chain.
	EntropyChain = "chain"
)

// Plan 抽查计划 is what an office commits to before any randomness exists (draw/1 §4). Its JSON form
// has one key for every field below, under the name that the comment gives.
type Plan struct {
	// Draw (`draw`) identifies the draw for ever, e.g. 2026-11-M. A new draw is a new identifier.
	Draw string
	// Hash (`hash`) names the suite of every hash of the draw: HashSHA256 or HashSM3.
	Hash string
	// Prev (`prev`) is what the log stores for this office's previous transcript: Transcript.Sum,
	// or PrevNone for its first. It makes the draws of an office a chain. No bundle can show that
	// it is true, only the log can.
	Prev string
	// Date (`date`) is the day of the freeze. No frame may be dated later, no visit end earlier.
	Date Date
	// Items (`items`) ascend strictly by ID; there are none where tasks drawn elsewhere are staffed.
	Items []Item
	// Units (`units`) ascend strictly by ID and are exactly those that Items name and those with
	// TasksSHA; none is both.
	Units []Unit
	// Entropy (`entropy`) is in the order in which the values enter the seed.
	Entropy []EntropySpec
	// Note (`note`) is a line for whatever else the office wants committed; empty for none.
	Note string
}

// PrevNone is the Prev of an office's first plan: 64 zeros.
const PrevNone = hexZeros

// Item 抽查事项 is one row of 抽查事项清单 with its frame and sizes (draw/1 §4.1). What is said here
// about its files is compared with the files by Draw and by Verify.
type Item struct {
	// ID (`item`) is an identifier; it is part of the names of the item's files.
	ID ItemID
	// Basis (`basis`) is a line: the document and article that oblige or allow to inspect.
	Basis string
	// Kind (`kind`) is KindKey, KindSeasonal, KindRisk or KindRoutine. It decides nothing.
	Kind string
	// Unit (`unit`) is the department that inspects what this item selects.
	Unit UnitID
	// Label (`label`) enters the tickets. Items with equal labels share the ticket of an entity:
	// each sample stays exactly random in its own population, and the union of the samples is as
	// small as it can be, so one visit serves several items.
	Label string
	// Frame (`frame`) says who of the candidates can be drawn, and in which strata.
	Frame Frame
	// Excluded (`excluded`) counts whom the frame leaves out.
	Excluded Excluded
	// CandidatesSHA (`candidates_sha`) is the hex H of candidates.<item>.tsv, in either suite.
	CandidatesSHA string
	// PopulationSHA (`population_sha`) is the hex H of population.<item>.tsv, in either suite.
	PopulationSHA string
	// PopulationRoot (`population_root`) is the hex Merkle root of the population, by which one
	// firm can be shown to have stood in it without publishing the others.
	PopulationRoot string
	// N (`N`) is the number of lines of the population, the sum of the strata's.
	N int64
	// Reserve (`reserve`) is how many substitutes are drawn in every stratum, as far as they go.
	Reserve int64
	// Strata (`strata`) ascend strictly by ID and are exactly those that occur in the population;
	// there are none if nobody is eligible.
	Strata []Stratum
}

// Frame says who of the candidates can be drawn, and in which strata (draw/1 §3).
type Frame struct {
	// Date (`date`) is the day D on which hold_until is read: held are those with a later date.
	Date Date
	// CooldownFrom (`cooldown_from`): who was visited on this day or later stands in the cool-down
	// cell of its stratum, whose id ends in `~` and which has a ratio of its own above 0. Empty
	// for a frame without such cells.
	CooldownFrom Date
	// StrataBy (`strata_by`) holds different words out of area2, area4, area6 (leading digits of
	// the area) and class, in the order in which their values form the stratum's id. Without any,
	// the one stratum is `all`.
	StrataBy []string
	// Caps (`caps`) ascend strictly by Counter, then by Class, without class first; nil for none.
	Caps []Cap
}

// Cap is an entry of a frame's caps: most checks a year. Candidates with visits[Counter] ≥ Max are
// excluded as capped.
type Cap struct {
	// Counter (`counter`) is the number 0…3 of a count in visits, say 0 the checks by this office
	// and 1 those by city and county together. Every line of the file must have that count.
	Counter int64
	// Max (`max`) is the count that excludes.
	Max int64
	// Class (`class`) restricts the entry to candidates of this class, a word or `-`; empty is all.
	Class string
}

// Excluded counts the candidates that the frame leaves out, by the first rule of §3 that did so.
type Excluded struct {
	Inactive int64 `json:"inactive"`
	Held     int64 `json:"held"`
	Capped   int64 `json:"capped"`
}

// Stratum is a part of a population that is drawn on its own (draw/1 §4.1). Exactly one of Ratio,
// Pace and All says how many; Size computes it.
type Stratum struct {
	// ID (`id`) is what the frame's StrataBy makes of area and class; a cool-down cell ends in `~`.
	ID string
	// N (`N`) is the number of lines of the population in this stratum, at least 1.
	N int64
	// Method (`method`) is MethodSRS or MethodPareto.
	Method string
	// Ratio (`ratio`) is a legal floor on N.
	Ratio *Ratio
	// Pace (`pace`) is an annual floor, carried out in parts.
	Pace *Pace
	// All (`all`, always true) makes a census: everybody is selected, and the tickets give the
	// order in which batches are visited.
	All bool
	// Min (`min`) is the least size, as far as N reaches; nil for none.
	Min *int64
	// Cap (`cap`) is a legal ceiling on the same base as the floor; nil for none. Where only
	// rounding separates floor and ceiling, the floor wins.
	Cap *Ratio
}

// Ratio is Num/Den (`num`, `den`) with 0 ≤ Num ≤ Den and 1 ≤ Den ≤ 10^6. Ratios are never decimal
// fractions: 7 % is 7/100, and nothing is rounded before a size is computed.
type Ratio struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Pace is the annual floor Num/Den of Base, carried out in Of parts of which this is number Part
// (from 1), after Done were drawn in earlier parts (`num`, `den`, `part`, `of`, `base`, `done`).
// The log and the earlier bundles show whether Base and Done are true; a bundle cannot.
type Pace struct{ Num, Den, Part, Of, Base, Done int64 }

// Unit 执法机构 is a department with its roster (draw/1 §4.2).
type Unit struct {
	// ID (`unit`) is an identifier; it is part of the names of the unit's files and of the hashes
	// that order its teams.
	ID UnitID
	// Kind (`kind`) is UnitInspectors, UnitExperts or UnitLabs.
	Kind string
	// Seats (`seats`) is k, how many inspectors a task gets: 2…99 for inspectors, because nobody
	// inspects alone, else 1…99.
	Seats int64
	// Gate (`gate`) limits how many of a team may be of the gated family; nil for no gate (§7).
	Gate *Gate
	// Pool (`pool`) is the least share of roster lines that are not gated; nil for none.
	Pool *Ratio
	// Label (`label`) enters the pair numbers of §7.
	Label string
	// VisitBy (`visit_by`) is the day by which visits end; a certificate must last that long.
	VisitBy Date
	// RosterSHA (`roster_sha`) is the hex H of roster.<unit>.tsv.
	RosterSHA string
	// ConflictsSHA (`conflicts_sha`) is the hex H of conflicts.<unit>.tsv.
	ConflictsSHA string
	// AreaRule (`area_rule`) is any, same2, same4 or same6: how many leading digits of the areas
	// of an inspector and an entity must agree.
	AreaRule string
	// TasksSHA (`tasks_sha`) is the hex H of tasks.<unit>.tsv, for a unit whose tasks were drawn
	// elsewhere (a superior's draw, or an earlier one of this office); empty for all others.
	TasksSHA string
	// From (`from`) may stand with TasksSHA only: what the log stores for the transcript that the
	// tasks come from; empty for none.
	From string
}

// Gate is the limit of the gated family (draw/1 §4.2): at most Max (`max`) of a team, 0 ≤ Max <
// Seats, may have gated = 1 on the roster.
type Gate struct{ Max int64 }

// EntropySpec announces one value of the seed (draw/1 §5).
type EntropySpec struct {
	// Name (`name`) is a label, unique in the plan, and not "commit".
	Name string `json:"name"`
	// Kind (`kind`) is EntropyPublic, EntropyBeacon, EntropyWitness, EntropySeal or EntropyChain.
	Kind string `json:"kind"`
	// Event (`event`) is a line, unique in the plan: what will happen, where it is published, the
	// cutoff with its time zone, and how the value is written.
	Event string `json:"event"`
	// Bits (`bits`), 0…1024, is how much entropy the office says the event has.
	Bits int64 `json:"bits"`
	// Commit (`commit`) stands with seal and chain only: hex H(value as written).
	Commit string `json:"commit"`
	// By (`by`) may stand with seal and chain: a line that says who outside the office holds the
	// value; empty for nobody.
	By string `json:"by"`
}

// EntropyValue is a value that arrived after the commit.
type EntropyValue struct{ Name, Value string }

// Marshal gives J(plan), the bytes of plan.json. A plan that Check refuses may give bytes that
// ParsePlan refuses.
func (p *Plan) Marshal() []byte { return appendJSON(nil, p.tree()) }

// Commit gives H(J(plan)) in hex: what is published before the event.
func (p *Plan) Commit() string { return suiteOf(p).hex(p.Marshal()) }

// TrialLabel is the label of every item and unit of a trial run (draw/1 §10).
const TrialLabel = "test"

// Trial reports whether the plan is a trial run 试抽 (draw/1 §10): every item and unit has the label
// TrialLabel, so its tickets and pair numbers are those of no real draw. What is printed about a
// trial run says so.
func (p *Plan) Trial() bool {
	for i := range p.Items {
		if p.Items[i].Label != TrialLabel {
			return false
		}
	}
	for i := range p.Units {
		if p.Units[i].Label != TrialLabel {
			return false
		}
	}
	return true
}

// Check applies every rule of draw/1 §3 to §5 that needs no file. It gives the *Error
// that ParsePlan(p.Marshal()) would give.
func (p *Plan) Check() error {
	_, err := ParsePlan(p.Marshal())
	return err
}
