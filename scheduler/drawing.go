package scheduler

import (
	"errors"
	"slices"
	"strings"

	"yaohao/audit"
	"yaohao/registry"
	"yaohao/sampling"
)

// draw computes the result (抽取) as soon as every value is there, and writes it down.
//
// Holds before: the draw is awaiting; every value that is not the office's own counts; the time
// of the public event has come, whatever was typed before. Otherwise the draw waits.
// Holds after: seed.txt, transcript, selections, teams and shortages are in the tables and the leaf
// `transcript` holds the transcript's digest, all together. Nobody saw a result earlier: it did
// not exist.
// A crash before COMMIT leaves no trace; the next Advance computes the same result, because it is a
// function of the frozen files, the plan and the values. A crash after COMMIT leaves a drawn draw
// whose tasks the inspection part makes when it next advances.
func (t *stepTx) draw() (bool, error) {
	missing, err := missingValues(t.ctx, t.q, t.d.ID)
	if err != nil || len(missing) > 0 {
		return false, err
	}
	plan, err := sampling.ParsePlan(t.d.PlanJSON)
	if err != nil {
		return false, err
	}
	if waitsForEvent(plan) && t.now.Before(*t.d.EventAt) {
		return false, nil
	}
	values, err := t.values(plan)
	if err != nil {
		return false, err
	}
	// Read inside this transaction: a second connection for each step could exhaust the pool.
	result, err := sampling.Draw(plan, registry.FrozenFS(t.q, t.ctx, t.d.ID), values)
	if err != nil {
		return false, err
	}
	tr := result.Transcript
	if err := insertResult(t.ctx, t.q, t.d.ID, tr); err != nil {
		return false, err
	}
	if err := setDrawn(t.ctx, t.q, t.d.ID, t.now, result); err != nil {
		return false, err
	}
	if err := lockChain(t.ctx, t.q); err != nil {
		return false, err
	}
	return true, t.append(audit.KindTranscript,
		hashFact(plan.Hash),
		audit.Fact{Key: "transcript", Value: tr.Sum()},
		audit.Fact{Key: "commit", Value: tr.Commit},
		audit.Fact{Key: "grade", Value: tr.Grade})
}

// waitsForEvent reports whether the plan has a source whose value exists only after its event.
func waitsForEvent(plan *sampling.Plan) bool {
	for i := range plan.Entropy {
		switch plan.Entropy[i].Kind {
		case sampling.EntropyPublic, sampling.EntropyBeacon:
			return true
		}
	}
	return false
}

// values gives every value of the plan's entropy in plan order: those that were typed or fetched
// and count, and the office's own seals and links, opened. Of a seal or link whose key file is lost
// the value may have been typed from the hand-over file.
func (t *stepTx) values(plan *sampling.Plan) ([]sampling.EntropyValue, error) {
	typed, err := agreedValues(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, err
	}
	seals, err := sealsOf(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, err
	}
	links, err := linksOf(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, err
	}
	var out []sampling.EntropyValue
	for i := range plan.Entropy {
		e := &plan.Entropy[i]
		value, ok := typed[e.Name]
		if !ok && own(e) {
			l, linked := links[e.Name]
			if linked {
				value, err = t.svc.Seals.openLink(&l)
			} else {
				value, err = t.svc.Seals.open(t.d.ID, e.Name, seals[e.Name].sealed)
			}
			if err != nil {
				return nil, err
			}
		}
		if err := sampling.CheckValue(plan, e, value); err != nil {
			return nil, err
		}
		out = append(out, sampling.EntropyValue{Name: e.Name, Value: value})
	}
	return out, nil
}

// publish makes the record public once the visits are over: from then on BundleFS gives all of it.
//
// Holds before: the draw is drawn, and every team's task is published. A draw with a shortage
// waits for the end of the visits as well: its unstaffed entities may still be visited by
// borrowed inspectors, and their names must not get out; so does one with tasks of experts or
// laboratories. A draw that takes over the list of another waits for that one. A draw that selected
// nobody is published at once.
// Holds after: the leaf `published` holds the digest of every file of the bundle by the plan's
// suite, seals opened, records of refills among them.
// A crash before COMMIT leaves a sealed draw that the next Advance publishes; after COMMIT
// everything is read from the record, nothing else was to be written.
func (t *stepTx) publish() (bool, error) {
	open, err := stillOpen(t.ctx, t.q, t.d.ID, dateOf(t.now))
	if err != nil || open {
		return false, err
	}
	rec, err := recordOf(t.ctx, t.q, t.d.ID)
	if err != nil {
		return false, err
	}
	plan, err := sampling.ParsePlan(rec.plan)
	if err != nil {
		return false, err
	}
	files, err := t.fileFacts()
	if err != nil {
		return false, err
	}
	refills, err := t.refillFacts(plan.Hash)
	if err != nil {
		return false, err
	}
	own := []audit.Fact{hashFact(plan.Hash),
		{Key: sampling.PlanFile, Value: sampling.Digest(plan.Hash, rec.plan)},
		{Key: sampling.SeedFile, Value: sampling.Digest(plan.Hash, rec.seed)},
		{Key: sampling.TranscriptFile, Value: sampling.Digest(plan.Hash, rec.transcript)}}
	if err := t.revealLinks(seedValues(rec.seed)); err != nil {
		return false, err
	}
	if err := setPublished(t.ctx, t.q, t.d.ID, t.now); err != nil {
		return false, err
	}
	return true, t.append(audit.KindPublished, slices.Concat(own, files, refills)...)
}

// seedValues reads the values of seed.txt, by name.
func seedValues(seedText []byte) map[string]string {
	values := map[string]string{}
	for _, line := range strings.Split(string(seedText), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok {
			values[name] = value
		}
	}
	return values
}

// fileFacts states the digests of the draw's frozen files, by the suite of its plan. A fact's key
// has at most 64 bytes; a longer file name is cut and told apart by its own SHA-256.
func (t *stepTx) fileFacts() ([]audit.Fact, error) {
	files, err := registry.FrozenFiles(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, err
	}
	var facts []audit.Fact
	for _, f := range files {
		key := f.Name
		if len(key) > 64 {
			key = key[:47] + "-" + digestOf([]byte(key))[:16]
		}
		facts = append(facts, audit.Fact{Key: key, Value: f.Digest})
	}
	return facts, nil
}

// valueFault turns the sampling package's refusal of a typed value into a message for the person.
func valueFault(name string, err error) error {
	var e *sampling.Error
	if !errors.As(err, &e) {
		return err
	}
	return invalid("value", "“%s”的数值不合规则：%s", name, ruleText(e)).
		WithHint("请按公布的原样录入，首尾不留空格").Wrap(err)
}
