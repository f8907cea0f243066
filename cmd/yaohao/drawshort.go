package main

import (
	"bytes"
	"os"
	"path/filepath"

	"yaohao/sampling"
)

// printShortages says every shortage (人员缺口, draw/1 §7) of a draw in words. The draw of entities
// stands, so it is no error; who looks at the screen must not have to open the transcript to learn
// that a unit has no teams.
func printShortages(t *terminal, plan *sampling.Plan, dir string, result *sampling.Result) {
	for i := range result.Transcript.Staffing {
		s := &result.Transcript.Staffing[i]
		if s.Shortage == nil {
			continue
		}
		u := &plan.Units[i]
		t.printf("%s：人员缺口，本次不派员。%s任务与人员的编号见 transcript.json\n", u.ID,
			s.Shortage.Words(u, rosterIn(dir, u.ID)))
	}
}

// rosterIn reads a roster that the draw has read; nil if it is gone by now, and the words then say
// less.
func rosterIn(dir string, unit sampling.UnitID) []sampling.RosterLine {
	text, err := os.ReadFile(filepath.Join(dir, sampling.NameRoster(unit)))
	if err != nil {
		return nil
	}
	var roster []sampling.RosterLine
	for line := range bytes.Lines(text) {
		l, err := sampling.ParseRosterLine(bytes.TrimSuffix(line, []byte{'\n'}))
		if err != nil {
			return nil
		}
		roster = append(roster, l)
	}
	return roster
}
