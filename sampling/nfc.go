package sampling

// Lines and JSON strings are in NFC (draw/1 §1), so that a text which looks the same has the same
// bytes, and a commit that somebody typed again from paper can be found again. Nothing is ever
// normalised here: other forms are refused. The tables are those of the Unicode version that
// package norm holds; §1 allows any from 14.0 on, since NFC of assigned characters never changes.

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// streamSafe is the longest run of non-starters that package norm leaves alone. In longer runs it
// inserts U+034F as the Stream-Safe Text Format of UAX #15 §13 does, which is not NFC.
const streamSafe = 30

// isNFC reports whether s, which is UTF-8, is in Unicode Normalization Form C (UAX #15 §1.2).
func isNFC(s string) bool {
	if norm.NFC.IsNormalString(s) {
		return true
	}
	// Package norm alone would refuse long runs of marks that are NFC, and two verifiers would then
	// disagree about one plan. A hostile line could be made so, hence the slow path for those only.
	run, longest := 0, 0
	for _, r := range s {
		run++
		if combining(r) == 0 {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest > streamSafe && string(compose(decompose(s))) == s
}

// combining gives a character's canonical combining class.
func combining(r rune) uint8 {
	if r < utf8.RuneSelf {
		return 0
	}
	return norm.NFD.PropertiesString(string(r)).CCC()
}

// decompose gives the full canonical decomposition in canonical order (Unicode 3.11, D68, D109).
func decompose(s string) []rune {
	var out []rune
	for _, r := range s {
		out = append(out, []rune(norm.NFD.String(string(r)))...)
	}
	for start := 0; start < len(out); {
		end := start + 1
		for end < len(out) && combining(out[end]) != 0 {
			end++
		}
		if combining(out[start]) != 0 { // only at the very beginning of s
			start--
		}
		// Marks of one class keep their order: they are told apart by it. Sorting must be stable.
		slices.SortStableFunc(out[start+1:end], func(a, b rune) int {
			return int(combining(a)) - int(combining(b))
		})
		start = end
	}
	return out
}

// compose applies the canonical composition algorithm (Unicode 3.11, D117) to what decompose gave.
func compose(in []rune) []rune {
	var out []rune
	starter := -1   // place in out of the last starter
	var last uint16 // class of what was kept behind it
	for _, r := range in {
		class := uint16(combining(r))
		adjacent := starter == len(out)-1
		// A mark is blocked from the starter by one of its own or a higher class in between.
		if starter >= 0 && (adjacent || last < class) {
			pair := []rune(norm.NFC.String(string([]rune{out[starter], r})))
			if len(pair) == 1 {
				out[starter] = pair[0]
				continue
			}
		}
		out = append(out, r)
		if class == 0 {
			starter, last = len(out)-1, 0
		} else {
			last = class
		}
	}
	return out
}
