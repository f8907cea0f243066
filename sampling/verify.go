package sampling

// This file is the public's side. Verify runs the checks of draw/1 §9 in their order:
//
//	canonical   the bytes of both documents; plan.json is the plan of the transcript
//	plan        every rule of §3 to §5
//	commit      commit is the hash of plan.json, and the one that was published
//	entropy     names and values as planned; seals open their commits
//	seed        seed.txt byte for byte; seed is its hash
//	grade       who could have steered the seed
//	files       every frozen file is well formed and has the hash, root and N of the plan
//	population  it is what §3 makes of the candidates
//	size        N and n of every stratum
//	selection   selected, reserve and cut
//	staffing    families, pool; tasks, inspectors and legal teams, or a shortage that adds up
//	optimal     the potentials prove that no staffing is better
//	unique      and that no other is as good
//	roles       the order of every team
//
// A check that fails does not stop the later ones as long as there is something to compute from:
// the plan must have all its values, the transcript all its keys. A damaged frozen file fails the
// checks that need it, with a word about why.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// A verdict must not depend on what the checked office says about itself. So the order of
// computation is fixed: plan.json gives the commit; the commit and the entropy values give the
// seed; the seed and the frozen files give the selection; selection and rosters give the tasks. The
// transcript is only ever the right-hand side of a comparison, with one exception that §9 allows:
// its entropy values, which seed.txt repeats and the public event confirms. A staffing is checked
// by its certificate, whose every number is compared with costs computed here.
//
// Nor must it depend on how the files are made up. Whatever they say, every check ends in ok or
// FAIL: lists may be of any length and in any order, ids may be any text, numbers any integer. Time
// and memory grow with what was published, never faster.

// verifier walks through the checks of draw/1 §9. Everything is computed from plan.json, the
// frozen files and the entropy values; commit, seed, grade and selection are never taken from the
// transcript.
type verifier struct {
	files  fs.FS
	out    io.Writer
	report Report

	// planBytes is plan.json as it is, plan and t what was read from the documents.
	planBytes []byte
	plan      *Plan
	t         *Transcript
	// seedText and seed are computed from planBytes and the values of the transcript.
	seedText []byte
	seed     string
	// scans is parallel to the plan's items.
	scans []itemScan
}

// Verify repeats a published draw from the files of its bundle and writes one line per check to
// out. wantCommit is the published commit in hex; empty skips that comparison. Errors of out are
// ignored: the report holds every line.
func Verify(files fs.FS, wantCommit string, out io.Writer) Report {
	v := &verifier{files: files, out: out}
	if v.canonical() && v.checkPlan() {
		v.checkCommit(wantCommit)
		v.checkEntropy()
		v.checkSeed()
		v.checkGrade()
		units := v.checkFiles()
		v.checkPopulation()
		v.checkSize()
		v.checkSelection()
		v.checkStaffing(units)
	} else {
		v.lookForFiles()
	}
	return v.report
}

// tell records and prints one check.
func (v *verifier) tell(name string, f findings, detail string) {
	c := Check{Name: name, OK: len(f.list) == 0, Detail: detail}
	if !c.OK {
		c.Detail = f.text()
	}
	v.report.Missing = v.report.Missing || f.missing
	v.report.Checks = append(v.report.Checks, c)
	// The report holds the line; a reader who closed the pipe has seen enough.
	_, _ = fmt.Fprintln(v.out, c)
}

// read gives a whole file of the bundle.
func (v *verifier) read(name string, f *findings) []byte {
	b, err := fs.ReadFile(v.files, name)
	if err != nil {
		f.add(&MissingError{name, err})
	}
	return b
}

// canonical runs the first check. It reports whether both documents can be computed with.
func (v *verifier) canonical() bool {
	var f findings
	v.planBytes = v.read(PlanFile, &f)
	transcript := v.read(TranscriptFile, &f)
	if f.missing {
		v.tell(CheckCanonical, f, "")
		return false
	}
	// The plan's keys are the business of the next check; here only its bytes count.
	_, planErr := parseDocument(PlanFile, v.planBytes)
	f.add(planErr)
	t, usable, err := readTranscript(transcript)
	f.add(err)
	// Otherwise an office could publish one plan and draw from another that it shows only inside.
	if planErr == nil && usable && !bytes.Equal(t.Plan, v.planBytes) {
		f.add(errors.New("plan.json is not the plan of the transcript"))
	}
	v.t = t
	v.tell(CheckCanonical, f, "")
	return planErr == nil && usable
}

// checkPlan runs the check `plan`. It reports whether the plan can be computed with.
func (v *verifier) checkPlan() bool {
	var f findings
	plan, usable, err := readPlan(v.planBytes)
	f.add(err)
	v.plan = plan
	detail := ""
	if usable {
		detail = "draw " + plan.Draw
		if plan.Trial() {
			detail += "; a trial run: every label is " + TrialLabel
		}
	}
	v.tell(CheckPlan, f, detail)
	return usable
}

// lookForFiles notes which files are missing when the bundle cannot be computed with, so that the
// exit code does not depend on where checking stopped.
func (v *verifier) lookForFiles() {
	// plan.json and transcript.json have been read by now; the first check says if they are missing.
	names := []string{SeedFile}
	if p, usable, _ := readPlan(v.planBytes); usable {
		for i := range p.Items {
			names = append(names, NameCandidates(p.Items[i].ID), NamePopulation(p.Items[i].ID))
		}
		for i := range p.Units {
			names = append(names, NameRoster(p.Units[i].ID), NameConflicts(p.Units[i].ID))
			if p.Units[i].TasksSHA != "" {
				names = append(names, NameTasks(p.Units[i].ID))
			}
		}
	}
	for _, name := range names {
		file, err := v.files.Open(name)
		if err != nil {
			v.report.Missing = true
			continue
		}
		_ = file.Close() // opened only to see that it can be
	}
}

// checkCommit compares the hash of plan.json with the transcript and with what was published, and
// computes the seed from it for all later checks.
func (v *verifier) checkCommit(want string) {
	var f findings
	commit := suiteOf(v.plan).hex(v.planBytes)
	if v.t.Commit != commit {
		f.add(broken(v.t.Commit, "commit is not the hash of plan.json, %s", commit))
	}
	if want != "" && want != commit {
		f.add(broken(want, "the published commit is not the hash of plan.json, %s", commit))
	}
	v.tell(CheckCommit, f, commit)
	v.seedText = SeedText(commit, v.t.Entropy)
	v.seed = suiteOf(v.plan).hex(v.seedText)
}

// checkEntropy compares the transcript's values with what the plan announced.
func (v *verifier) checkEntropy() {
	var f findings
	f.add(checkValues(v.plan, v.t.Entropy))
	v.tell(CheckEntropy, f, fmt.Sprintf("%d values", len(v.t.Entropy)))
}

// checkSeed compares seed.txt and the seed with what commit and values give.
func (v *verifier) checkSeed() {
	var f findings
	f.add(v.compareSeedFile())
	if v.t.Seed != v.seed {
		f.add(broken(v.t.Seed, "seed is not the hash of seed.txt, %s", v.seed))
	}
	v.tell(CheckSeed, f, v.seed)
}

// compareSeedFile compares seed.txt byte for byte, without reading more than it should hold.
func (v *verifier) compareSeedFile() error {
	file, err := v.files.Open(SeedFile)
	if err != nil {
		return &MissingError{SeedFile, err}
	}
	// One byte more than expected tells a longer file; how much longer does not matter.
	have, err := io.ReadAll(io.LimitReader(file, int64(len(v.seedText))+1))
	_ = file.Close() // only read
	if err != nil {
		return &MissingError{SeedFile, err}
	}
	if !bytes.Equal(have, v.seedText) {
		return &Error{Check: CheckSeed, File: SeedFile,
			Rule: "not the commit and the values of the transcript in plan order"}
	}
	return nil
}

// checkGrade counts the grade again. Its line lets a reader judge the bits that the office states.
func (v *verifier) checkGrade() {
	var f findings
	grade := Grade(v.plan)
	if v.t.Grade != grade {
		f.add(broken(v.t.Grade, "grade is %s", grade))
	}
	detail := grade
	for i := range v.plan.Entropy {
		if e := &v.plan.Entropy[i]; e.public() {
			detail += fmt.Sprintf("; %s: %s, %d bits", e.Name, e.Event, e.Bits)
		}
	}
	if len(v.plan.Items) == 0 {
		detail += "; staffing only"
	}
	v.tell(CheckGrade, f, detail)
}

// checkFiles reads every frozen file and runs the check `files`.
func (v *verifier) checkFiles() []unitFiles {
	var f findings
	s := suiteOf(v.plan)
	lines := int64(0)
	for i := range v.plan.Items {
		scan := scanItem(v.files, s, &v.plan.Items[i], v.seed)
		f.add(scan.files)
		v.scans = append(v.scans, scan)
		lines += v.plan.Items[i].N
	}
	units := make([]unitFiles, len(v.plan.Units))
	for i := range v.plan.Units {
		units[i] = readUnit(v.files, s, &v.plan.Units[i])
		for _, err := range units[i].errs {
			f.add(err)
		}
	}
	v.tell(CheckFiles, f, fmt.Sprintf("%d items with %d lines of population, %d units",
		len(v.plan.Items), lines, len(units)))
	return units
}

// notRun is the finding of a check that a damaged file left without anything to compute from.
func notRun(what string) error { return errors.New(what + ": not run, its files cannot be used") }

// checkPopulation reports what the scans of checkFiles found out about the frames.
func (v *verifier) checkPopulation() {
	var f findings
	for i := range v.scans {
		if v.scans[i].complete {
			f.add(v.scans[i].population)
		} else {
			f.add(notRun("item " + string(v.plan.Items[i].ID)))
		}
	}
	v.tell(CheckPopulation, f, "")
}

// eachStratum gives every stratum of the plan with what the transcript says about it, nil if that
// has another shape.
func (v *verifier) eachStratum(use func(item, k int, r *StratumResult)) {
	for i := range v.plan.Items {
		it := &v.plan.Items[i]
		for k := range it.Strata {
			var r *StratumResult
			if i < len(v.t.Items) && k < len(v.t.Items[i].Strata) {
				r = &v.t.Items[i].Strata[k]
			}
			use(i, k, r)
		}
	}
}

// checkSize compares the shape of the transcript's items, and N and n of every stratum.
func (v *verifier) checkSize() {
	var f findings
	if len(v.t.Items) != len(v.plan.Items) {
		f.add(errors.New("items of the transcript are not those of the plan"))
	}
	for i := range min(len(v.t.Items), len(v.plan.Items)) {
		it, r := &v.plan.Items[i], &v.t.Items[i]
		if r.Item != it.ID || len(r.Strata) != len(it.Strata) {
			f.add(fmt.Errorf("item %s: item or strata", it.ID))
		}
	}
	// Size cannot fail here unless the check `plan` already has; its n is then what the formula
	// gives, so that a forged n still shows.
	total := int64(0)
	v.eachStratum(func(i, k int, r *StratumResult) {
		it := &v.plan.Items[i]
		s := &it.Strata[k]
		n, _ := s.Size()
		total += n
		if r != nil && (r.ID != s.ID || r.N != s.N || r.Size != n) {
			f.add(fmt.Errorf("item %s stratum %q: strata, N or n; expected N %d, n %d",
				it.ID, s.ID, s.N, n))
		}
	})
	v.tell(CheckSize, f, fmt.Sprintf("%d selected", total))
}

// checkSelection compares who was drawn with who has the smallest tickets.
func (v *verifier) checkSelection() {
	var f findings
	for i := range v.scans {
		if !v.scans[i].complete {
			f.add(notRun("item " + string(v.plan.Items[i].ID)))
		}
	}
	v.eachStratum(func(i, k int, r *StratumResult) {
		it := &v.plan.Items[i]
		s := &it.Strata[k]
		if r == nil {
			f.add(fmt.Errorf("item %s stratum %q: not in the transcript", it.ID, s.ID))
			return
		}
		if !v.scans[i].complete {
			return
		}
		want := v.scans[i].drawn[k].result(s)
		for _, c := range []struct {
			part string
			same bool
		}{
			{"selected", slices.Equal(r.Selected, want.Selected)},
			{"reserve", slices.Equal(r.Reserve, want.Reserve)},
			{"cut", r.Cut == want.Cut},
		} {
			if !c.same {
				f.add(fmt.Errorf("item %s stratum %q: %s", it.ID, s.ID, c.part))
			}
		}
	})
	v.tell(CheckSelection, f, "")
}

// checkStaffing runs the last four checks, each over all units.
func (v *verifier) checkStaffing(units []unitFiles) {
	var staffing, optimal, unique, roles findings
	certificate := func(err error) {
		optimal.add(err)
		unique.add(err)
		roles.add(err)
	}
	var numbers []string
	if len(v.t.Staffing) != len(v.plan.Units) {
		staffing.add(errors.New("staffing is not that of the units of the plan"))
	}
	selected := make([]selectedRows, len(v.scans))
	for i := range v.scans {
		selected[i] = v.scans[i].selected()
	}
	of := v.plan.itemsOfUnits()
	// A transcript with too few units fails above; those it has are checked all the same.
	for i := range min(len(v.t.Staffing), len(units)) {
		u, s := &v.plan.Units[i], &v.t.Staffing[i]
		if !units[i].complete() || !repeated(of[u.ID], selected) {
			err := notRun("unit " + string(u.ID))
			staffing.add(err)
			certificate(err)
			continue
		}
		// The tasks are those of our own selection: a task too many or too few is seen here even
		// if the office made its staffing fit the list it published.
		staffing.add(checkPool(u, units[i].roster))
		if err := checkFamilies(u, units[i].roster); err != nil {
			// Without a network there is nothing that potentials could be about.
			staffing.add(err)
			certificate(notRun("unit " + string(u.ID)))
			continue
		}
		p := newStaffProblem(v.plan, u, &units[i],
			units[i].tasksOf(v.plan, of[u.ID], selected), v.seed)
		c := checkStaffing(p, s)
		staffing.add(ofUnit(u, c.Staffing))
		optimal.add(ofUnit(u, c.Optimal))
		unique.add(ofUnit(u, c.Unique))
		roles.add(ofUnit(u, c.Roles))
		line := fmt.Sprintf("%s: %d tasks, %d inspectors, %d tasks with exactly "+
			"%d eligible inspectors, %d lines of conflicts",
			u.ID, c.Tasks, c.Inspectors, c.Tight, u.Seats, c.Conflicts)
		if n := visitsOf(u.ID, p.Tasks).Saved(); n > 0 {
			line += fmt.Sprintf(", %d visits saved by items that selected the same", n)
		}
		if short := s.Shortage; short != nil {
			line += fmt.Sprintf(", shortage: needed %d, available %d", short.Needed, short.Available)
		}
		numbers = append(numbers, line)
	}
	v.tell(CheckStaffing, staffing, strings.Join(numbers, "; "))
	v.tell(CheckOptimal, optimal, "")
	v.tell(CheckUnique, unique, "")
	v.tell(CheckRoles, roles, "")
}

// repeated reports whether all items of a unit could be repeated. Without one of them the list of
// tasks would be short, and every team look wrong.
func repeated(items []int, selected []selectedRows) bool {
	for _, i := range items {
		if selected[i] == nil {
			return false
		}
	}
	return true
}

// ofUnit adds the unit to an error; nil stays nil.
func ofUnit(u *Unit, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unit %s: %w", u.ID, err)
}
