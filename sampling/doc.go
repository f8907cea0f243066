// Package sampling draws: whom to inspect and who inspects them, as a pure function of files that
// were frozen and committed to before the randomness existed. It is draw/1 (docs/SPEC.md, cited
// here by section), the part of yaohao that anybody can repeat in another language with a hash
// (SHA-256 or SM3) and integers. It knows no clock, no random generator, no floating point, no
// operating system and no map order.
//
// # The pair
//
// Everything stands in two functions that share their code:
//
//	Draw(plan, files, values)       makes transcript.json and seed.txt
//	Verify(files, commit, out)      repeats them from a published bundle, one line per check
//
// DrawPicked is Draw with the selection made elsewhere, inside a database say. Verify has no such
// sibling: whoever checks a draw repeats the selection from the frozen files.
//
// Parsing and printing are pairs too: ParsePlan and Plan.Marshal, ParseTranscript and
// Transcript.Marshal, ParseSeedText and SeedText, ParseCandidate and Candidate.AppendLine and so
// on. Each parser takes exactly the bytes that its printer writes, and no others.
//
// # The bytes
//
// A bundle (§9) is a directory of
//
//	plan.json               J(plan); its hash is the commit
//	candidates.<item>.tsv   id area class status visits last_visit hold_until weight
//	population.<item>.tsv   id stratum [weight]
//	roster.<unit>.tsv       id area scopes lead gated cert_until carry cap
//	conflicts.<unit>.tsv    inspector entity reason
//	tasks.<unit>.tsv        entity area items: only of a unit whose tasks were drawn elsewhere
//	seed.txt                the commit and the values that arrived later
//	transcript.json         J(transcript)
//
// .json files are canonical JSON (§1, a profile of RFC 8785) without a final LF, so that sha256sum
// prints the commit. The .tsv files have TABs between columns and LF after every line, no header,
// and ascend strictly by the bytes of the first column, conflicts by the first two. Every line of a
// population has a weight if some stratum of its item is drawn by pareto, else none has.
//
// seed.txt holds
//
//	draw/1 seed
//	commit=<64 hex characters>
//	<name>=<value>          one line per entropy entry, in plan order
//
// and the seed is its hash in hex. The ticket of an entity is H(seed "|" label "|" id): those with
// the smallest tickets of a stratum are selected (§6), the next are the reserve.
//
// H is the suite that the plan names: sha256 (FIPS 180-4) or sm3 (GB/T 32905-2016). It is the hash
// of files, commit, seed and transcript, of tickets, pair numbers, roles and Merkle trees alike, so
// with sm3 no SHA-256 is left anywhere. Keys such as candidates_sha keep their names.
//
// # Identifiers and words
//
// All of them are compared as bytes and never mended (§1):
//
//	identifier   [0-9A-Z][0-9A-Z._-]{0,63}      draws, items, units, inspectors
//	entity id    a 统一社会信用代码 with the right check character (GB 32100-2015),
//	             or KIND.local with KIND = [A-Z][0-9A-Z]*: R.330102000123456, P.XM-2026_00001;
//	             R. before a valid code is none, it would give one firm two tickets
//	label        [0-9a-z][0-9a-z._-]{0,31}      tickets, pair numbers, entropy names, reasons
//	word         [0-9A-Za-z][0-9A-Za-z._-]{0,31} classes, statuses
//	count        0 … 10^9, decimal, no sign, no leading zeros
//	area         6 to 12 digits, GB/T 2260 first
//	date         YYYY-MM-DD, 1900 to 9999, Asia/Shanghai; dates compare as bytes
//	line         1 to 1000 bytes of NFC, no space at the ends, nothing invisible in it
//
// # The plan
//
// Plan says everything that can be decided before the event, and its hash is published then (§4).
// What it says about files is a hash of them; what it says about numbers is compared with them:
//
//	items    frame, exclusions, hashes, root, N; strata with N, method and a size rule
//	units    seats, roster and conflicts hashes, area rule, visit_by, label, perhaps a gate and a
//	         pool; the hash of given tasks
//	entropy  what will happen, where it is published, until when, and how it is written
//	prev     the hash of the office's transcript before: a chain that the log keeps
//
// The keys of plan.json, sorted as they stand there; a ? marks those that may be absent:
//
//	date       day of the freeze
//	draw       identifier, unique for ever
//	entropy[]  bits     0…1024, as the office states it
//	           by?      line: who outside the office holds the value (seal, chain)
//	           commit   hex hash of the value as written (seal, chain only)
//	           event    line, unique
//	           kind     public, beacon, witness, seal, chain
//	           name     label, unique, not "commit"
//	hash       sha256, sm3
//	items[]    N                lines of the population
//	           basis            line: document and article
//	           candidates_sha   hex hash of the file
//	           excluded         {"capped","held","inactive"}: counts
//	           frame            {"caps"?: [{"class"?,"counter","max"}], "cooldown_from"?,
//	                             "date", "strata_by"}
//	           item             identifier
//	           kind             key, seasonal, risk, routine
//	           label            of the tickets
//	           population_root  hex Merkle root
//	           population_sha   hex hash of the file
//	           reserve          substitutes per stratum
//	           strata[]         {"N","id","method","cap"?,"min"?} and exactly one of
//	                            "all": true, "pace": {…}, "ratio": {"den","num"};
//	                            method is srs or pareto, a census (all) is srs
//	           unit             who inspects
//	note?      line
//	prev       hex hash of the office's previous transcript, or 64 zeros
//	units[]    area_rule      any, same2, same4, same6
//	           conflicts_sha  hex hash of the file
//	           from?          hex hash of the transcript that given tasks come from
//	           gate?          {"max"}: most of the gated family in a team, 0…seats−1
//	           kind           inspectors, experts, labs
//	           label          of the pair numbers
//	           pool?          {"den","num"}: least share that is not gated
//	           roster_sha     hex hash of the file
//	           seats          2…99, for experts and labs 1…99
//	           tasks_sha?     hex hash of the file of given tasks; then no item names the unit
//	           unit           identifier
//	           visit_by       day by which visits end
//	v          draw/1
//
// A size is computed in integers and rounded up once, over the whole product (§4.1):
//
//	floor = max(0, ceil(base·num·part / (den·of)) − done)
//	n     = min(N, max(min or 0, floor))
//
// so 3 % of 116 is 4, 3 % of 33 is 1, and 7 % of 100 is 7. A ceiling (`cap`) makes the plan invalid
// if the floor's ratio exceeds it or if `min` puts n above it; n is never clipped.
//
// # The seed
//
// The kinds of an entropy entry say who can know its value when (§5):
//
//	public   a lottery issue, dice at a ceremony         nobody before the event
//	beacon   a drand round, its signature in hex         nobody before the round
//	witness  a line read out before the public event     the witness
//	seal     64 hex characters, hash in the plan         the office: keeps the list secret
//	chain    the link before `commit` in a hash chain    whoever holds the chain
//
// The grade of a draw is public if the public events have at least 60 bits as stated, sealed if a
// witness or somebody outside the office holds a part, self if the office stood alone.
//
// With the seed of vector srs-two-strata anybody finds the first firm that it selected:
//
//	$ SEED=5a05197ab71b16639040f3ca0862b454198b0e427e5c50579821fbd2abcabc84
//	$ printf '%s|%s|%s' $SEED sel-sx-001 92330105HYNWETT3MX | sha256sum
//
// The seed fills the first block of the hash exactly, so a ticket costs one block.
//
// # Selection
//
// Each stratum is drawn on its own, by its method (§6). srs orders its lines by (T, id) and selects
// the first n: every set of n has the same chance. pareto selects with probability proportional to
// weight x. X is the sum of the weights in play and m = n; while some x has m·x ≥ X, the largest
// (of equals the smallest id) is certain, and m and X are reduced by it. The others are ordered by
//
//	Q = floor( t·(X − m·x)·2^128 / ((2^257 − t)·m·x) )      t = 2·int(T) + 1
//
// with the final m and X, then by id; the first m are selected. With m = 0 they are ordered by
// (T, id) and serve as reserve only. All of it is integers.
//
// # The way through a draw
//
//	Candidate ──Frame──▶ PopulationLine ──tickets──▶ selected, reserve ──▶ Task ──staff──▶ teams
//	 (§2)       (§3)                       (§5, §6)                        (§7)
//
// PopulationBuilder makes the first two files when a frame is frozen; Draw and Verify read them
// side by side as streams, so memory grows with what is selected and held in reserve, not with the
// population. Stratum.Size gives how many, in integers rounded once. Files staff*.go hold §7.
//
// # Staffing
//
// A task is an entity that at least one item of the unit selected, or a line of its given tasks:
// with tasks_sha the unit staffs what another office, or an earlier draw, selected. Such a plan may
// have no items at all; its draw decides nothing but who inspects.
//
// Each task needs exactly k different eligible inspectors, at least one of whom may lead. With a
// gate, no team has more than its limit of the gated family, say the insiders of a panel that needs
// outside experts. Among all legal staffings the one is taken that keeps the year's work most even
// and then has the smallest sum of pair numbers, 48-bit hashes of seed, label, entity and inspector
// (§7). The transcript carries dual potentials, a proof of optimality that is checked without a
// solver. If there is no legal staffing the draw of entities stands, and the transcript names the
// shortage: which tasks, which inspectors, how many seats. Rules are never relaxed.
//
// # The checks
//
// Verify prints one line per check, `ok` or `FAIL`, in this order: canonical, plan, commit,
// entropy, seed, grade, files, population, size, selection, staffing, optimal, unique, roles.
// Commit, seed, grade and selection are computed from plan.json, the frozen files and the entropy
// values, never taken from the transcript. Report.ExitCode is 0 if every check holds, 1 if one
// fails, and 2, which wins over 1, if a file that has to be read is missing.
//
// # The transcript
//
// transcript.json repeats the plan and says what it led to (§8):
//
//	commit     hex hash of plan.json
//	entropy[]  {"name","value"}
//	grade      public, sealed, self
//	items[]    {"item", "strata": [{"N","cut","id","n","reserve","selected"}]}
//	plan       plan.json
//	seed       hex hash of seed.txt
//	staffing[] {"R","duals","inspectors","tasks","teams","unit","tied"?}
//	           or {"infeasible": {"available","full","inspectors","needed","tasks"}, "unit"}
//	duals      {"gated"?,"inspector","lead"?,"task"}: pairs of decimal strings
//	tied[]     {"duals","teams"}
//
// Selected and reserve are in the order of the draw; cut is the ticket of the last one selected, so
// that whoever was not drawn can see by how much; of pareto it is that one's Q, or `certain`. The
// potentials lead and gated stand there only where the family has members. A team is [lead,
// member…], tasks and teams are parallel. The hash of these bytes is what the log keeps when the
// draw is drawn; the bytes themselves are published after the visits, since they name whom to
// visit.
//
// Whatever else follows from these keys has no key of its own. Transcript.Visits counts how many
// visits items with one label save by selecting the same entities; Plan.Trial tells a trial run,
// whose every label is `test` (§10).
//
// # By hand
//
// Nobody has to trust this program. With the files of a bundle and the tools of any Unix:
//
//	sha256sum plan.json                          the commit; compare it with what was published
//	sha256sum seed.txt                           the seed; compare seed.txt with the announced event
//	sha256sum candidates.*.tsv population.*.tsv  the hashes in the plan
//
// All tickets of a stratum in their order, for the item SX-001 with label sel-sx-001:
//
//	awk -F'\t' '$2 == "A" {print $1}' population.SX-001.tsv | while read -r id
//	do
//	    t=$(printf '%s|%s|%s' "$SEED" sel-sx-001 "$id" | sha256sum)
//	    echo "${t%% *} $id"
//	done | sort
//
// The first n lines are the selected, the next are the reserve, the n-th begins with the cut. sort
// must compare bytes: LC_ALL=C.
//
// # Promises
//
// The functions of this package give the same bytes for the same arguments, on every machine and in
// every later version: draw/1 is frozen, a change of a rule is another draw/N with another value of
// the key `v`. Types and functions may gain fields and siblings. Text of errors may change; their
// fields Check, File, Line and Column are for programs.
//
// No function keeps anything between calls, and different goroutines may call them at the same
// time. PopulationBuilder and MerkleTree are values with a state, for one goroutine each. Work on
// large files is forked to a fixed number of goroutines that end before the call returns
// (parallel.go); no result depends on their order.
//
// Draw and Verify need memory for the rows selected and held in reserve (about 120 bytes each), for
// rosters, conflicts, given tasks and one unit's staffing, and some MiB to read an item's two
// files. Time is linear in the lines of the files, one hash of a block for each ticket, and two or
// three for each line's part in file hash and Merkle root. A plan or transcript takes time in
// proportion to its length, whoever wrote it.
//
// # Room for what comes
//
// A suite is a value in suite.go; every function that hashes is given it. A method is an order of
// the rows that a picker keeps. A family is an entry in the list of families that staffing keeps
// per unit. Where a unit's tasks come from is decided in one place, unitFiles.tasksOf.
//
// # Mistakes
//
// What comes from outside and breaks a rule is an *Error with the check, file, line, column, value
// and rule; a value that was given by hand has the path of its entropy entry for a file. A file
// that cannot be read is a *MissingError. A broken invariant of our own panics.
//
// # What a bundle cannot show
//
// That status, classes, dates, weights, flags and conflicts are true, that prev, done, base, carry,
// visits, from and given tasks are those of the log and of earlier bundles, that public values are
// what the event gave, and that two identifiers are two firms or two people (§4.2). Verify says
// that the published draw is the one that the published files decide, no more.
package sampling
