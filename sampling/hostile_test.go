package sampling

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestHostilePlan: lists as long as somebody cares to write them are read in time that grows with
// their length, and the last element is still held against all before it. With time that grows by
// the square this test would take minutes.
func TestHostilePlan(t *testing.T) {
	t.Parallel()
	const many = 30_000
	list := func(n int, element func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = element(i)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	entropy := func(name, event string) string {
		return `{"bits":0,"event":"` + event + `","kind":"public","name":"` + name + `"}`
	}
	good := string(planBytes(t))
	replaced := func(key, list string) string {
		v, err := parseJSON([]byte(list))
		if err != nil {
			t.Fatal(err)
		}
		return string(edit(t, []byte(good), key, v))
	}
	for _, c := range []struct{ what, plan, rule string }{
		{"entropy", replaced("entropy", list(many, func(i int) string {
			return entropy(strconv.Itoa(i), "event "+strconv.Itoa(i))
		})), ""},
		{"entropy with a name twice", replaced("entropy", list(many, func(i int) string {
			return entropy(strconv.Itoa(i%(many-1)), "event "+strconv.Itoa(i))
		})), "entropy name repeated"},
		{"entropy with an event twice", replaced("entropy", list(many, func(i int) string {
			return entropy(strconv.Itoa(i), "event "+strconv.Itoa(i%(many-1)))
		})), "entropy event repeated"},
		{"strata_by", replaced("items.0.frame.strata_by", list(many, func(int) string {
			return `"class"`
		})), "repeated"},
		{"caps", replaced("items.0.frame.caps", list(many, func(i int) string {
			return fmt.Sprintf(`{"class":"A%06d","counter":0,"max":1}`, i)
		})), ""},
		{"units", replaced("units", list(many/5, func(i int) string {
			return fmt.Sprintf(`{"area_rule":"any","conflicts_sha":"%s","kind":"labs","label":"a",`+
				`"roster_sha":"%s","seats":1,"tasks_sha":"%s","unit":"A%06d","visit_by":"2026-12-31"}`,
				hexZeros, hexZeros, hexZeros, i)
		})), "not among the units"},
	} {
		_, err := ParsePlan([]byte(c.plan))
		switch {
		case c.rule == "" && err != nil:
			t.Errorf("%s: %v", c.what, err)
		case c.rule != "" && (err == nil || !strings.Contains(err.Error(), c.rule)):
			t.Errorf("%s: %v, want %s", c.what, err, c.rule)
		}
	}
}

// TestHostileUnits: many items in many units are joined in one pass over the items.
func TestHostileUnits(t *testing.T) {
	t.Parallel()
	p, err := ParsePlan(planBytes(t))
	if err != nil {
		t.Fatal(err)
	}
	const many = 2_000
	item, unit := p.Items[1], p.Units[1]
	p.Items, p.Units = nil, nil
	for i := range many {
		item.ID, item.Unit = ItemID(fmt.Sprintf("I%05d", i)), UnitID(fmt.Sprintf("U%05d", i))
		unit.ID = item.Unit
		p.Items, p.Units = append(p.Items, item), append(p.Units, unit)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	of := p.itemsOfUnits()
	if len(of) != many || of["U00007"][0] != 7 {
		t.Errorf("%d units", len(of))
	}
	p.Items[many-1].Unit = "U99999"
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "no item names this unit") {
		t.Error(err)
	}
}

// TestHostileValues: as many values as entries, in the worst order.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	const many = 30_000
	p := &Plan{Hash: HashSHA256}
	var values []EntropyValue
	for i := range many {
		p.Entropy = append(p.Entropy, EntropySpec{Name: strconv.Itoa(i), Kind: EntropyPublic})
		values = append(values, EntropyValue{strconv.Itoa(many - 1 - i), "x"})
	}
	ordered, err := OrderValues(p, values)
	if err != nil || ordered[0].Name != "0" || ordered[many-1].Name != strconv.Itoa(many-1) {
		t.Errorf("%v", err)
	}
	if _, err := OrderValues(p, append(values, values[many-1])); err == nil {
		t.Error("a value twice is accepted")
	}
}
