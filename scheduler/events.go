package scheduler

import (
	"strings"
	"time"

	"yaohao/calendar"
	"yaohao/sampling"
)

// events holds what the placeholders of a source stand for in one draw.
type events struct {
	period        string
	date          sampling.Date // of the freeze
	cutoff, event time.Time
}

// spec expands a source for the draw.
func (e events) spec(s Source) sampling.EntropySpec {
	line := strings.NewReplacer("{period}", e.period, "{date}", string(e.date),
		"{cutoff}", clock(e.cutoff), "{event}", clock(e.event)).Replace(s.Event)
	return sampling.EntropySpec{Name: s.Name, Kind: s.Kind, Event: line, Bits: s.Bits}
}

// clock writes a time with its zone, as an event line must name its cutoff (draw/1 §5).
func clock(t time.Time) string {
	return t.In(calendar.Shanghai).Format("2006-01-02 15:04") + "（北京时间，UTC+8）"
}
