package sampling

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchProblem is a unit of realistic shape: a city office with eight districts, four scopes of
// which an inspector holds two or three, one in three may lead, some conflicts, carry of the
// months before. With open everybody may take every task, which is the largest network.
func benchProblem(tasks, people int, open bool) *staffProblem {
	g := rand.New(rand.NewPCG(uint64(tasks), uint64(people)))
	p := blankProblem(tasks, people, 2)
	for j := range p.Roster {
		p.Roster[j].Lead = g.IntN(3) == 0
		p.Roster[j].Carry = int64(g.IntN(6))
	}
	if open {
		return p
	}
	for j := range p.Roster {
		var scopes []ItemID
		for x := range 4 {
			if g.IntN(3) > 0 {
				scopes = append(scopes, ItemID(fmt.Sprintf("SX-00%d", x)))
			}
		}
		p.Roster[j].Scopes = scopes
		p.bar(g.IntN(tasks), j)
	}
	for i := range p.Tasks {
		p.Tasks[i].Items[0].Item = ItemID(fmt.Sprintf("SX-00%d", g.IntN(4)))
	}
	return p
}

// BenchmarkStaff staffs 500 × 100 and 2,000 × 300, everybody eligible ("open") or by scopes.
func BenchmarkStaff(b *testing.B) {
	for _, size := range []struct{ tasks, people int }{{500, 100}, {2000, 300}} {
		for _, open := range []bool{true, false} {
			p := benchProblem(size.tasks, size.people, open)
			b.Run(fmt.Sprintf("%dx%d/open=%v", size.tasks, size.people, open), func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					if s := staff(p); s.Shortage != nil {
						b.Fatal("shortage")
					}
				}
			})
		}
	}
}

// BenchmarkCheckStaffing checks 2,000 × 300 from the certificate alone, everybody eligible.
func BenchmarkCheckStaffing(b *testing.B) {
	p := benchProblem(2000, 300, true)
	s := staff(p)
	b.ResetTimer()
	for range b.N {
		if c := checkStaffing(p, &s); c.Optimal != nil || c.Unique != nil {
			b.Fatal(c.Optimal, c.Unique)
		}
	}
}

// BenchmarkWeights hashes the 600,000 pair numbers of 2,000 × 300.
func BenchmarkWeights(b *testing.B) {
	p := benchProblem(2000, 300, true)
	g := newSeating(p)
	b.ResetTimer()
	for range b.N {
		p.weights(g, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(g.who)), "ns/pair")
}
