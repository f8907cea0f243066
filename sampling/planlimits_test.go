package sampling

import (
	"slices"
	"strings"
	"testing"
)

// planLimit is one rule on one value: the last values that are legal and the first that are not.
type planLimit struct {
	path    string
	legal   []any
	illegal []any
	rule    string
}

// integers gives a list of values of canonical JSON.
func integers(n ...int64) (list []any) {
	for _, i := range n {
		list = append(list, i)
	}
	return list
}

// words gives a list of texts.
func words(s ...string) (list []any) {
	for _, w := range s {
		list = append(list, w)
	}
	return list
}

// check holds ParsePlan to the limit, with other values set before.
func (l planLimit) check(t *testing.T, set ...any) {
	t.Helper()
	for _, v := range l.legal {
		b := planBytes(t, append(slices.Clone(set), l.path, v)...)
		if p, err := ParsePlan(b); err != nil || string(p.Marshal()) != string(b) {
			t.Errorf("%s = %v: %v", l.path, v, err)
		}
	}
	for _, v := range l.illegal {
		b := planBytes(t, append(slices.Clone(set), l.path, v)...)
		refusedPlan(t, b, errorPath(l.path), l.rule, l.path)
	}
}

// TestPlanTexts has the borders of every text of a plan (§1): lengths, first and other characters.
func TestPlanTexts(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	digest := strings.Repeat("0a", 32)
	identifiers := words("", "-A", "_", ".A", "a", "Aa", "A B", "A/B", "Ａ", "A\n",
		strings.Repeat("A", 65))
	for _, path := range []string{"draw", "items.0.item", "items.0.unit", "units.0.unit",
		"units.2.unit"} {
		planLimit{path: path, illegal: identifiers, rule: "not an identifier"}.check(t)
	}
	planLimit{path: "draw", legal: words("0", "A._-", strings.Repeat("Z", 64))}.check(t)
	for _, path := range []string{"items.0.label", "units.0.label", "entropy.2.name"} {
		planLimit{path, words("0", "a._-", x(32)),
			words("", "-a", ".", "A", "aB", "a b", "签", x(33)), "not a label"}.check(t)
	}
	for _, path := range []string{"prev", "items.0.candidates_sha", "items.0.population_sha",
		"items.0.population_root", "units.0.roster_sha", "units.0.conflicts_sha",
		"units.2.tasks_sha", "units.2.from",
		"entropy.0.commit", "entropy.1.commit"} {
		planLimit{path, words(digest, hexZeros), words("", digest[1:], digest+"0",
			strings.ToUpper(digest), digest[:63]+"g", digest[:63]+" "), ruleDigest}.check(t)
	}
	for _, path := range []string{"items.0.basis", "note", "entropy.3.event", "entropy.0.by"} {
		planLimit{path: path, legal: words("x", x(1000), strings.Repeat("中", 333), "a b\u007e",
			"《法》第1条　甲")}.check(t)
		planLimit{path: path, illegal: words(""), rule: "not empty"}.check(t)
		planLimit{path: path, illegal: words(x(1001), strings.Repeat("中", 334)),
			rule: "at most 1000 bytes"}.check(t)
		planLimit{path: path, illegal: words(" x", "x ", " "), rule: "with a space"}.check(t)
		planLimit{path: path, illegal: words("a\tb", "a\nb", "\x00", "\x7f", "\u0085", "\u00ad",
			"\u061c", "\u180e", "\u200b", "\u200f", "\u2028", "\u202e", "\u2060", "\u206f",
			"\ufeff", "\U000e0001", "\U000e007f"), rule: "must not contain"}.check(t)
	}
	planLimit{"items.0.frame.caps.1.class", words("-", "Z", "a", "0", x(32)),
		words("", "--", "A~", "A B", "级", x(33)), "not a class"}.check(t)
	planLimit{"items.0.strata.2.id", words("a", "B/C/D/E~", "B/-", "Z"+x(31)), words("", "~", "a~~",
		"A//B", "a/", "a/b/c/d/e", "Z"+x(32), "中"), "not a stratum"}.check(t)
}

// TestPlanDates has the calendar's borders in every date of a plan.
func TestPlanDates(t *testing.T) {
	bad := words("", "2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-01",
		"2026-12-00", "1899-12-31", "10000-01-01", "2026-1-01", "2026-12-31 ", "20261231", "明天")
	for _, path := range []string{"date", "units.0.visit_by", "items.0.frame.date",
		"items.0.frame.cooldown_from"} {
		planLimit{path: path, illegal: bad, rule: "not a date"}.check(t)
	}
	planLimit{path: "units.0.visit_by", legal: words("2028-02-29", "9999-12-31")}.check(t)
	planLimit{path: "items.0.frame.cooldown_from",
		legal: words("1900-01-01", "2000-02-29")}.check(t)
}

// TestPlanChoices: of a list of words each is legal, and nothing else, not even in upper case.
func TestPlanChoices(t *testing.T) {
	for path, legal := range map[string]string{
		"v":                         "draw/1",
		"hash":                      "sha256 sm3",
		"items.0.kind":              "key seasonal risk routine",
		"items.0.strata.0.method":   "srs pareto",
		"items.0.frame.strata_by.0": "area2 area4 area6",
		"units.0.kind":              "inspectors experts labs",
		"units.0.area_rule":         "any same2 same4 same6",
		"entropy.3.kind":            "public beacon",
		"entropy.0.kind":            "seal chain",
	} {
		planLimit{path: path, illegal: words("", "x"), rule: "not"}.check(t)
		for _, w := range strings.Fields(legal) {
			planLimit{path, words(w), words(strings.ToUpper(w), w+" ", w+"0"), "not"}.check(t)
		}
	}
	planLimit{path: "entropy.2.kind", legal: words("public", "beacon")}.check(t)
}

// TestPlanIntegers has both ends of every range. Where a value is tied to others, these are set
// first so that its own range is what decides.
func TestPlanIntegers(t *testing.T) {
	const most = maxCount
	for _, path := range []string{"items.0.excluded.inactive", "items.0.excluded.held",
		"items.0.excluded.capped", "items.0.reserve", "items.0.frame.caps.1.max"} {
		planLimit{path, integers(0, most), integers(-1, most+1, maxInteger, -maxInteger),
			"not in 0…1000000000"}.check(t)
	}
	for _, path := range []string{"items.0.strata.0.pace.base", "items.0.strata.0.pace.done",
		"items.0.strata.0.min"} {
		planLimit{path, integers(0, most), integers(-1, most+1),
			"not in 0…1000000000"}.check(t, "items.0.strata.0.cap", gone{})
	}
	planLimit{"items.0.frame.caps.1.counter", integers(0, 3), integers(-1, 4), "not in 0…3"}.check(t)
	planLimit{"items.0.N", integers(35), integers(-1, most+1), "not in 0…1000000000"}.check(t)
	planLimit{"items.0.strata.0.N", integers(1), integers(0, -1, most+1),
		"not in 1…1000000000"}.check(t, "items.0.N", int64(26))
	planLimit{path: "items.1.N", illegal: integers(-1, most+1), rule: "not in 0"}.check(t)
	planLimit{"units.0.seats", integers(2, 99), integers(1, 0, -1, 100), "not in 2…99"}.check(t)
	for _, kind := range []string{UnitExperts, UnitLabs} {
		planLimit{"units.1.seats", integers(1, 99), integers(0, -1, 100),
			"not in 1…99"}.check(t, "units.1.kind", kind)
	}
	planLimit{"units.2.gate.max", integers(0, 2), integers(-1, 3, 99), "not in 0…2"}.check(t)
	planLimit{"entropy.3.bits", integers(0, 1024), integers(-1, 1025), "not in 0…1024"}.check(t)
	// The office's own value may claim what it likes: bits of a seal count for nothing.
	planLimit{"entropy.0.bits", integers(0, 1024), integers(-1, 1025), "not in 0…1024"}.check(t)
}

// TestPlanRatios has the ranges of num, den, part and of, wherever a ratio stands.
func TestPlanRatios(t *testing.T) {
	for _, path := range []string{"items.0.strata.1.ratio", "items.0.strata.0.cap",
		"items.0.strata.0.pace", "units.0.pool"} {
		num, den := path+".num", path+".den"
		planLimit{num, integers(1), integers(-1, 1_000_001), "not in 0…1000000"}.check(t)
		planLimit{den, nil, integers(0, -1, 1_000_001), "not in 1…1000000"}.check(t)
		over := planBytes(t, num, int64(6), den, int64(5))
		refusedPlan(t, over, errorPath(path), "num > den", path)
		if _, err := ParsePlan(planBytes(t, num, int64(5), den, int64(5))); err != nil &&
			path != "items.0.strata.0.pace" {
			t.Errorf("%s = 5/5: %v", path, err)
		}
	}
	million := int64(1_000_000)
	planLimit{path: "items.0.strata.1.ratio.den", legal: integers(1, million)}.check(t)
	planLimit{path: "items.0.strata.1.ratio.num", legal: integers(1, million)}.check(t,
		"items.0.strata.1.ratio.den", million)
	planLimit{path: "units.0.pool.num", legal: integers(0, million)}.check(t,
		"units.0.pool.den", million)
	pace := "items.0.strata.0.pace."
	planLimit{pace + "part", integers(1, 12), integers(0, -1, 1001), "not in 1…1000"}.check(t)
	planLimit{pace + "of", integers(11, 1000), integers(0, 1001), "not in 1…1000"}.check(t)
	refusedPlan(t, planBytes(t, pace+"part", int64(13)), "items[0]: strata[0]: pace",
		"part > of", "part 13 of 12")
	refusedPlan(t, planBytes(t, pace+"of", int64(10)), "items[0]: strata[0]: pace",
		"part > of", "part 11 of 10")
}
