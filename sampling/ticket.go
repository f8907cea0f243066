package sampling

// Ticket gives an entity's ticket T = H(seed + "|" + label + "|" + id) (draw/1 §6) with the suite
// HashSHA256 or HashSM3. The seed is 64 hex characters. Anybody repeats it with
//
//	printf '%s|%s|%s' "$SEED" "$LABEL" "$ID" | sha256sum
func Ticket(hash, seed, label string, id EntityID) [32]byte {
	return *newTicketer(suiteNamed(hash), seed, label).of([]byte(id))
}

// ticketer computes the tickets of one label. The 64 characters of the seed fill the first block
// of the hash exactly, so the state after them is computed once and restored for each ticket.
type ticketer struct {
	hasher *shortHasher
	// head: "|" label "|".
	head []byte
}

// newTicketer hashes the seed and keeps the state after it.
func newTicketer(s *suite, seed, label string) *ticketer {
	return &ticketer{newShortHasher(s, seed), []byte("|" + label + "|")}
}

// of gives the ticket of an id, valid until the next call.
func (t *ticketer) of(id []byte) *[hashSize]byte {
	return t.hasher.of(append(append(t.hasher.message[:0], t.head...), id...))
}
