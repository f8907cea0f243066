package sampling

// This file says a shortage in Chinese (人员缺口), so that an office knows whom to borrow. Names of
// people never occur: counts and, through the lists of Shortage, identifiers.
//
// A shortage (§7) names tasks A that cannot all be staffed, whatever is exchanged, the inspectors B
// who are eligible for some of them and have reached their caps, and how many seats B's caps and
// the gates can fill. The sentence repeats exactly that. It is true of every fullest partial
// staffing, since A and B are the same for all of them; and it is the least that has to change: a
// place more for anybody in B, or somebody new who is eligible for a task of A, fills a seat more.

import (
	"slices"
	"strconv"
	"strings"
)

// Lacking is how many seats nobody can fill, at least 1.
func (s *Shortage) Lacking() int64 { return s.Needed - s.Available }

// Others lists the inspectors who are eligible for at least one of the tasks and are not in Full:
// each of them can sit in any of these teams he is eligible for, as far as the gates let him, and
// more of his time would not help. Sorted, never nil.
func (s *Shortage) Others() []InspectorID {
	others := []InspectorID{}
	for _, id := range s.Inspectors {
		if _, full := slices.BinarySearch(s.Full, id); !full {
			others = append(others, id)
		}
	}
	return others
}

// Words says the shortage in one Chinese sentence, without a final line break. u is the unit of the
// plan and roster its frozen roster, which the caps and families come from; without a roster the
// sentence says less of them. With B for Full:
//
//	everybody eligible is full:  … 只有这 11 人，每人至多 4 个任务，可用 44 席，尚缺 6 席。
//	nobody is full:              … 只有这 3 人，…，可用 2 席，尚缺 2 席。
//	some are:                    … 只有这 8 人：其中 3 人…共 12 席；其余 5 人…至多 14 席；可用 26 席，…
//
// What the sentence says of others than B is a limit and not a sum that the reader could repeat:
// each of them once per task, and the families' limits where some of them belong to one.
func (s *Shortage) Words(u *Unit, roster []RosterLine) string {
	of := func(n int) string { return strconv.Itoa(n) + " " + counter(u) }
	b := "这 " + strconv.Itoa(len(s.Tasks)) + " 个任务共需 " + strconv.FormatInt(s.Needed, 10) +
		" 个席位；"
	end := "，尚缺 " + strconv.FormatInt(s.Lacking(), 10) + " 席。"
	if len(s.Inspectors) == 0 {
		return b + qualifiedWords(u) + "一" + counter(u) + "也没有，可用 0 席" + end
	}
	b += qualifiedWords(u) + "只有这 " + of(len(s.Inspectors))
	end = "，可用 " + strconv.FormatInt(s.Available, 10) + " 席" + end
	others := s.Others()
	caps, sum := capWords(u, roster, s.Full)
	switch {
	case len(others) == 0:
		return b + "，" + caps + end
	case len(s.Full) == 0:
		return b + "，" + otherWords(u, roster, others) + end
	}
	if sum < 0 {
		return b + "：其中 " + of(len(s.Full)) + caps + "，其余 " + of(len(others)) +
			otherWords(u, roster, others) + end
	}
	return b + "：其中 " + of(len(s.Full)) + caps + "，共 " + strconv.FormatInt(sum, 10) + " 席；其余 " +
		of(len(others)) + otherWords(u, roster, others) + "，至多 " +
		strconv.FormatInt(s.Available-sum, 10) + " 席" + end
}

// counter is the Chinese measure word for those on the unit's roster: laboratories are 家.
func counter(u *Unit) string {
	if u.Kind == UnitLabs {
		return "家"
	}
	return "人"
}

// qualifiedWords says what eligible means (§7) for those on the unit's roster: certificate, scopes
// with the area rule, and no conflict.
func qualifiedWords(u *Unit) string {
	switch u.Kind {
	case UnitLabs:
		return "资质在有效期内、具备能力且不需回避的"
	case UnitExperts:
		return "聘期内、具备专长且不需回避的"
	}
	return "持证、具备资格且不需回避的"
}

// capWords says the caps of the inspectors in full, and gives their sum, −1 if the roster lacks one
// of them. Nobody in full is without a cap (§7).
func capWords(u *Unit, roster []RosterLine, full []InspectorID) (words string, sum int64) {
	least, most := int64(-1), int64(-1)
	for _, id := range full {
		l := lineOf(roster, id)
		if l == nil {
			return "均已达任务上限", -1
		}
		sum += l.Cap
		if least < 0 || l.Cap < least {
			least = l.Cap
		}
		most = max(most, l.Cap)
	}
	each := "每" + counter(u) + "至多 "
	if least == most {
		return each + strconv.FormatInt(most, 10) + " 个任务", sum
	}
	return each + strconv.FormatInt(least, 10) + " 至 " + strconv.FormatInt(most, 10) +
		" 个任务（上限不一）", sum
}

// otherWords says what limits inspectors outside B: nobody sits twice in one team, and those of a
// family are limited within a team. A family is mentioned only if one of them belongs to it.
func otherWords(u *Unit, roster []RosterLine, others []InspectorID) string {
	words := []string{"每个任务每" + counter(u) + "只占一席"}
	follow, gated := false, false
	for _, id := range others {
		if l := lineOf(roster, id); l != nil {
			follow = follow || !l.Lead
			gated = gated || l.Gated
		}
	}
	if follow && u.Seats == 1 {
		words = append(words, "不能主办的不得单独承担")
	} else if follow {
		words = append(words, "一组中不能主办的至多 "+strconv.FormatInt(u.Seats-1, 10)+" "+counter(u))
	}
	if gated && u.Gate != nil {
		words = append(words,
			"一组中限额人员至多 "+strconv.FormatInt(u.Gate.Max, 10)+" "+counter(u))
	}
	return strings.Join(words, "、")
}

// lineOf finds an inspector on a roster, nil if he is not on it.
func lineOf(roster []RosterLine, id InspectorID) *RosterLine {
	p := staffProblem{Roster: roster}
	if j, ok := p.find(id); ok {
		return &roster[j]
	}
	return nil
}
