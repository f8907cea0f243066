package scheduler

import (
	"fmt"
	"strings"
	"time"

	"yaohao/calendar"
	"yaohao/internal/drand"
	"yaohao/sampling"
)

// events holds what the placeholders of a source stand for in one draw.
type events struct {
	period        string
	date          sampling.Date // of the freeze
	cutoff, event time.Time
	links         map[string]link // the links that the draw has taken, by source
}

// round is the first round of the beacon at the public event or later: nobody can know it before.
func (e events) round() uint64 { return drand.RoundFrom(e.event) }

// spec expands a source for the draw, without its commit.
func (e events) spec(s Source) sampling.EntropySpec {
	pairs := []string{"{period}", e.period, "{date}", string(e.date),
		"{cutoff}", clock(e.cutoff), "{event}", clock(e.event)}
	switch s.Kind {
	case sampling.EntropyBeacon:
		pairs = append(pairs, "{round}", fmt.Sprintf("drand %s（链 %s）第 %d 轮",
			drand.Network, drand.ChainHash, e.round()))
	case sampling.EntropyChain:
		pairs = append(pairs, "{chain}", e.links[s.Name].words(s.Chain))
	}
	spec := sampling.EntropySpec{Name: s.Name, Kind: s.Kind, Bits: s.Bits, By: s.By,
		Event: strings.NewReplacer(pairs...).Replace(s.Event)}
	return spec
}

// rounds gives the round that each beacon of the plan names. A plan of an earlier version names
// none; its value is what two people typed.
func (e events) rounds(sources []Source) map[string]uint64 {
	out := map[string]uint64{}
	for _, s := range sources {
		if s.Kind == sampling.EntropyBeacon && strings.Contains(s.Event, "{round}") {
			out[s.Name] = e.round()
		}
	}
	return out
}

// clock writes a time with its zone, as an event line must name its cutoff (draw/1 §5).
func clock(t time.Time) string {
	return t.In(calendar.Shanghai).Format("2006-01-02 15:04") + "（北京时间，UTC+8）"
}
