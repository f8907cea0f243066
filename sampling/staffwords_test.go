package sampling

import (
	"slices"
	"strings"
	"testing"
)

// unitOf is the unit of the plan that a problem comes from.
func unitOf(p *staffProblem) *Unit {
	u := &Unit{ID: p.Unit, Kind: UnitInspectors, Seats: int64(p.Seats)}
	if p.Gate != nil {
		u.Gate = &Gate{int64(*p.Gate)}
	}
	return u
}

// TestShortageWords has a sentence for every kind of shortage.
func TestShortageWords(t *testing.T) {
	one := 1
	for _, x := range []struct {
		name                 string
		tasks, people, seats int
		set                  func(p *staffProblem)
		words                string
	}{
		{"all at one cap", 25, 11, 2, func(p *staffProblem) {
			for j := range p.Roster {
				p.Roster[j].Cap = 4
			}
		}, "这 25 个任务共需 50 个席位；持证、具备资格且不需回避的只有这 11 人，" +
			"每人至多 4 个任务，可用 44 席，尚缺 6 席。"},
		{"caps differ", 3, 3, 2, func(p *staffProblem) {
			p.Roster[0].Cap, p.Roster[1].Cap, p.Roster[2].Cap = 2, 2, 1
		}, "这 3 个任务共需 6 个席位；持证、具备资格且不需回避的只有这 3 人，" +
			"每人至多 1 至 2 个任务（上限不一），可用 5 席，尚缺 1 席。"},
		{"nobody", 1, 2, 2, func(p *staffProblem) {
			p.VisitBy = "2027-01-01"
		}, "这 1 个任务共需 2 个席位；持证、具备资格且不需回避的一人也没有，可用 0 席，尚缺 2 席。"},
		{"too few", 1, 1, 2, func(*staffProblem) {}, "这 1 个任务共需 2 个席位；" +
			"持证、具备资格且不需回避的只有这 1 人，每个任务每人只占一席，可用 1 席，尚缺 1 席。"},
		{"nobody leads", 2, 3, 2, func(p *staffProblem) {
			for j := range p.Roster {
				p.Roster[j].Lead = false
			}
		}, "这 2 个任务共需 4 个席位；持证、具备资格且不需回避的只有这 3 人，" +
			"每个任务每人只占一席、一组中不能主办的至多 1 人，可用 2 席，尚缺 2 席。"},
		{"nobody leads alone", 1, 2, 1, func(p *staffProblem) {
			p.Roster[0].Lead, p.Roster[1].Lead = false, false
		}, "这 1 个任务共需 1 个席位；持证、具备资格且不需回避的只有这 2 人，" +
			"每个任务每人只占一席、不能主办的不得单独承担，可用 0 席，尚缺 1 席。"},
		{"insiders", 1, 4, 3, func(p *staffProblem) {
			p.Gate = &one
			p.Roster[0].Gated, p.Roster[1].Gated, p.Roster[2].Gated = true, true, true
		}, "这 1 个任务共需 3 个席位；持证、具备资格且不需回避的只有这 4 人，" +
			"每个任务每人只占一席、一组中限额人员至多 1 人，可用 2 席，尚缺 1 席。"},
		{"some at their caps", 2, 3, 2, func(p *staffProblem) {
			p.Roster[0].Cap, p.Roster[1].Cap = 0, 1
		}, "这 2 个任务共需 4 个席位；持证、具备资格且不需回避的只有这 3 人：" +
			"其中 2 人每人至多 0 至 1 个任务（上限不一），共 1 席；" +
			"其余 1 人每个任务每人只占一席，至多 2 席，可用 3 席，尚缺 1 席。"},
	} {
		p := blankProblem(x.tasks, x.people, x.seats)
		x.set(p)
		s := staff(p)
		if s.Shortage == nil {
			t.Fatalf("%s: no shortage", x.name)
		}
		if got := s.Shortage.Words(unitOf(p), p.Roster); got != x.words {
			t.Errorf("%s:\n%s\n%s", x.name, got, x.words)
		}
		if got := s.Shortage.Words(unitOf(p), nil); strings.Contains(got, "-1") ||
			!strings.HasSuffix(got, x.words[strings.LastIndex(x.words, "，尚缺"):]) {
			t.Errorf("%s without a roster: %s", x.name, got)
		}
		if n := len(s.Shortage.Others()) + len(s.Shortage.Full); n != len(s.Shortage.Inspectors) {
			t.Errorf("%s: %d full or other of %d", x.name, n, len(s.Shortage.Inspectors))
		}
	}
}

// TestShortageWordsKinds says 家 of laboratories, and 专长 of experts.
func TestShortageWordsKinds(t *testing.T) {
	p := blankProblem(2, 1, 2)
	s := staff(p).Shortage
	u := unitOf(p)
	u.Kind = UnitLabs
	if got := s.Words(u, p.Roster); !strings.Contains(got, "只有这 1 家，每个任务每家只占一席") {
		t.Error(got)
	}
	u.Kind = UnitExperts
	if got := s.Words(u, p.Roster); !strings.Contains(got, "具备专长") {
		t.Error(got)
	}
	// Without the roster nothing is said of caps and families that nobody knows.
	if got := s.Words(u, nil); !strings.Contains(got, "尚缺 2 席。") {
		t.Error(got)
	}
	if s.Lacking() != 2 || !slices.Equal(s.Others(), ids(p, 0)) {
		t.Errorf("lacking %d, others %v", s.Lacking(), s.Others())
	}
}

// TestRoomNested counts how many the gates let into one team: with one gate inside the other, and
// side by side.
func TestRoomNested(t *testing.T) {
	one := 1
	for _, x := range []struct {
		name   string
		seats  int
		follow []int
		gated  []int
		room   int64
	}{
		// 6 people. L̄ lets in 2 of k = 3, G lets in 1.
		{"gated inside lead", 3, []int{0, 1, 2, 3}, []int{0, 1, 2}, 2 + 2},
		{"gated inside, lead short", 3, []int{0, 1, 2}, []int{0, 1, 2}, 3 + 1},
		{"lead inside gated", 3, []int{0, 1}, []int{0, 1, 2, 3}, 2 + 1},
		{"side by side", 3, []int{0, 1, 2}, []int{3, 4}, 1 + 2 + 1},
		{"gated fills lead", 4, []int{0, 1, 2, 3}, []int{0, 1}, 2 + 3},
	} {
		p := blankProblem(1, 6, x.seats)
		p.Gate = &one
		for _, j := range x.follow {
			p.Roster[j].Lead = false
		}
		for _, j := range x.gated {
			p.Roster[j].Gated = true
		}
		if got := newSeating(p).letIn(0, make([]bool, 6)); got != x.room {
			t.Errorf("%s: %d, want %d", x.name, got, x.room)
		}
	}
}
