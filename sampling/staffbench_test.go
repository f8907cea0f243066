package sampling

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchProblem is a unit of realistic shape: a city office with four scopes of which an inspector
// holds two or three, one in three may lead, some conflicts, carry of the months before. With open
// everybody may take every task, which is the largest network.
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

// benchSizes are the sizes of the budget, in one component with k = 2: 0.2 s and 5 s on one core.
var benchSizes = []struct{ tasks, people int }{{2000, 300}, {10000, 1500}}

// BenchmarkStaff staffs the sizes of the budget with everybody eligible for everything, pair numbers
// and certificate included, and the same sizes by scopes.
func BenchmarkStaff(b *testing.B) {
	for _, size := range benchSizes {
		for _, open := range []bool{true, false} {
			name := fmt.Sprintf("%dx%d", size.tasks, size.people)
			if !open {
				name += "/scopes"
			}
			b.Run(name, func(b *testing.B) {
				p := benchProblem(size.tasks, size.people, open)
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					if s := staff(p); s.Shortage != nil {
						b.Fatal("shortage")
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/op")
			})
		}
	}
}

// BenchmarkCheckStaffing checks a staffing from its certificate alone, everybody eligible.
func BenchmarkCheckStaffing(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("%dx%d", size.tasks, size.people), func(b *testing.B) {
			p := benchProblem(size.tasks, size.people, true)
			s := staff(p)
			b.ResetTimer()
			for range b.N {
				if c := checkStaffing(p, &s); c.Optimal != nil || c.Unique != nil {
					b.Fatal(c.Optimal, c.Unique)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/op")
		})
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
