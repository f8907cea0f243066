package scheduler

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/sampling"
)

// sm3Hex is the oracle: GB/T 32905-2016 without the package under test.
func sm3Hex(b []byte) string {
	d := sm3.Sum(b)
	return hex.EncodeToString(d[:])
}

// national is the monthly plan under SM3, with a seal, a link of chain K and the lottery.
func national() PlanSpec {
	spec := monthly()
	spec.Hash = sampling.HashSM3
	spec.Entropy = append([]Source{{Name: "link", Kind: sampling.EntropyChain, Chain: "K",
		Event: "{chain}，公示后公开，64 位十六进制"}}, spec.Entropy...)
	return spec
}

func (w *world) leaf(kind, subject string) audit.Leaf {
	w.t.Helper()
	leaves, err := auditdb.Leaves(w.t.Context(), w.db.Querier(),
		auditdb.Filter{Kind: kind, Subject: subject, Limit: 10})
	w.ok(err)
	if len(leaves) != 1 {
		w.t.Fatalf("%d leaves %s of %s", len(leaves), kind, subject)
	}
	return leaves[0].Leaf
}

// A draw under SM3 goes from its plan to its publication; every digest that draw/1 defines is SM3,
// those of the log itself stay SHA-256, and the next plan, under SHA-256, follows it.
func TestSM3Draw(t *testing.T) {
	w := newWorld(t)
	w.ok(w.s.NewChain(t.Context(), op1, ChainSpec{ID: "K", Hash: sampling.HashSM3, Links: 3}, 1,
		at(approvedAt)))
	w.plan(national(), approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.advance(eventAt)
	drawn := w.state(november, Drawn)
	w.visited(november)
	w.advance(visitedAt)
	d := w.state(november, Published)
	w.verify(november)
	if d.Plan.Hash != sampling.HashSM3 || w.planOf(november).Hash != sampling.HashSM3 {
		t.Errorf("plan %q, plan.json %q", d.Plan.Hash, w.planOf(november).Hash)
	}
	files, err := BundleFS(t.Context(), w.db.Querier(), november)
	w.ok(err)
	published := w.leaf(audit.KindPublished, november)
	freeze := w.leaf(audit.KindFreeze, november)
	for _, name := range w.files(november) {
		data, err := fs.ReadFile(files, name)
		w.ok(err)
		sum := sm3Hex(data)
		if published.Fact(name) != sum {
			t.Errorf("leaf published: %s is %s, SM3 %s", name, published.Fact(name), sum)
		}
		if got := freeze.Fact(name); got != "" && got != sum {
			t.Errorf("leaf freeze: %s is %s, SM3 %s", name, got, sum)
		}
		if want := map[string]string{sampling.PlanFile: d.Commit, sampling.SeedFile: d.Seed,
			sampling.TranscriptFile: d.TranscriptHash}[name]; want != "" && want != sum {
			t.Errorf("%s: the draw says %s, SM3 %s", name, want, sum)
		}
	}
	for _, e := range d.Entropy[:2] { // the link and the seal
		if sm3Hex([]byte(e.Value)) != e.Commit {
			t.Errorf("%s %s does not open %s", e.Kind, e.Value, e.Commit)
		}
	}
	for _, leaf := range []audit.Leaf{published, freeze, w.leaf(audit.KindSeal, november),
		w.leaf(audit.KindSeal, "chain/K"), w.leaf(audit.KindTranscript, november)} {
		if leaf.Fact("hash") != sampling.HashSM3 {
			t.Errorf("leaf %s of %s does not say its suite", leaf.Kind, leaf.Subject)
		}
	}

	// The same record under the name of the other suite is refused.
	plan := w.planOf(november)
	plan.Hash = sampling.HashSHA256
	if plan.Commit() == d.Commit || drawn.TranscriptHash != d.TranscriptHash {
		t.Error("the suite is not part of the commitment")
	}
	other := monthly()
	other.ID, other.Items = "N", other.Items[:1]
	other.Entropy[1].Event = strings.Replace(other.Entropy[1].Event, "双色球", "快乐8", 1)
	w.plan(other, visitedAt)
	w.advance("2026-12-02 09:00")
	next := w.planOf("2026-12-N")
	if next.Hash != sampling.HashSHA256 || next.Prev != d.TranscriptHash {
		t.Errorf("the next plan is of %s after %s, want %s", next.Hash, next.Prev, d.TranscriptHash)
	}
}

// What a void draw throws away is hashed as its plan says.
func TestSM3Void(t *testing.T) {
	w := newWorld(t)
	spec := national()
	spec.Entropy = spec.Entropy[1:]
	w.plan(spec, approvedAt)
	w.advance(dueAt)
	w.advance(cutoffAt)
	w.enter(november, eventAt)
	w.ok(w.s.RequestVoid(t.Context(), op1, november, "演练", at(eventAt)))
	w.ok(w.s.ConfirmVoid(t.Context(), approver, november, at(eventAt)))
	files, err := BundleFS(t.Context(), w.db.Querier(), november)
	w.ok(err)
	text, err := fs.ReadFile(files, sampling.SeedFile)
	w.ok(err)
	d := w.state(november, Void)
	leaf := w.leaf(audit.KindVoid, november)
	if d.Seed != sm3Hex(text) || leaf.Fact("seed") != d.Seed || leaf.Fact("hash") != "sm3" {
		t.Errorf("seed %s, leaf %+v, want %s", d.Seed, leaf, sm3Hex(text))
	}
}

// A plan names a suite of draw/1 and chains of the same; both are for ever.
func TestSuiteRefused(t *testing.T) {
	w := newWorld(t)
	for hash, id := range map[string]string{sampling.HashSHA256: "K", sampling.HashSM3: "S"} {
		w.ok(w.s.NewChain(t.Context(), op1, ChainSpec{ID: id, Hash: hash, Links: 3}, 1, at(approvedAt)))
	}
	w.refused(w.s.NewChain(t.Context(), op1, ChainSpec{ID: "X", Hash: "md5", Links: 3}, 1,
		at(approvedAt)), fault.Invalid)
	for _, c := range []struct{ hash, chain, want string }{
		{"sha1", "K", "杂凑算法“sha1”不认识"},
		{sampling.HashSM3, "K", "哈希链“K”用的是 SHA-256，计划用的是 SM3"},
		{"", "S", "哈希链“S”用的是 SM3，计划用的是 SHA-256"},
	} {
		spec := national()
		spec.Hash, spec.Entropy[0].Chain = c.hash, c.chain
		err := w.s.CreatePlan(t.Context(), planner, spec, at(approvedAt))
		w.refused(err, fault.Invalid)
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("suite %q, chain %s: %v", c.hash, c.chain, err)
		}
	}
	spec := national()
	spec.Entropy[0].Chain = "S"
	w.plan(spec, approvedAt)
	for _, sql := range []string{`UPDATE plan SET hash = 'sha256'`, `UPDATE chain SET hash = 'sha256'`} {
		if _, err := w.db.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is possible", sql)
		}
	}
}

// The default suite is not in a plan's digest: a draft that was written before plans named one is
// approved under the digest with which it was created.
func TestDigestOfDefaultSuite(t *testing.T) {
	spec := monthly().normal()
	b, err := json.Marshal(spec)
	if err != nil || !bytes.Contains(b, []byte(`"hash":"sha256",`)) {
		t.Fatalf("%s, %v", b, err)
	}
	old := bytes.Replace(b, []byte(`"hash":"sha256",`), nil, 1)
	if spec.digest() != digestOf(old) {
		t.Error("the digest of a plan under SHA-256 has changed")
	}
	spec.Hash = sampling.HashSM3
	if spec.digest() == digestOf(old) {
		t.Error("the suite is not in the digest")
	}
}
