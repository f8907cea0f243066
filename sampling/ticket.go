package sampling

import (
	"encoding"
	"hash"
)

// Ticket gives an entity's ticket T = H(seed + "|" + label + "|" + id) (draw/1 §6) with the suite
// sha256. The seed is 64 hex characters. Anybody repeats it with
//
//	printf '%s|%s|%s' "$SEED" "$LABEL" "$ID" | sha256sum
func Ticket(hash, seed, label string, id EntityID) [32]byte {
	return *newTicketer(suiteNamed(hash), seed, label).of([]byte(id))
}

// ticketer computes the tickets of one label. The 64 characters of the seed fill the first block
// of the hash exactly, so the state after them is computed once and restored for each ticket.
type ticketer struct {
	hash hash.Hash
	// restore: the same hash.
	restore encoding.BinaryUnmarshaler
	// state: after the seed.
	state []byte
	// text: "|" label "|", then the id.
	text []byte
	// prefix: length of text before the id.
	prefix int
	out    [hashSize]byte
}

// newTicketer hashes the seed and keeps the state after it. Both suites can give their state away.
func newTicketer(s *suite, seed, label string) *ticketer {
	h := s.new()
	h.Write([]byte(seed))
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic("sampling: state of " + s.name + ": " + err.Error())
	}
	t := &ticketer{hash: h, restore: h.(encoding.BinaryUnmarshaler), state: state,
		text: []byte("|" + label + "|")}
	t.prefix = len(t.text)
	return t
}

// of gives the ticket of an id, valid until the next call.
func (t *ticketer) of(id []byte) *[hashSize]byte {
	if err := t.restore.UnmarshalBinary(t.state); err != nil {
		panic("sampling: restoring a state: " + err.Error())
	}
	t.text = append(t.text[:t.prefix], id...)
	t.hash.Write(t.text)
	t.hash.Sum(t.out[:0])
	return &t.out
}
