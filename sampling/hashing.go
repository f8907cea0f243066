package sampling

// This file computes many short hashes: tickets, leaves and nodes. A hash of the standard library
// spends most of the time on them with copies: Sum works on a copy of everything, pads it piece by
// piece and spells the result. Here the message is padded by the caller, as FIPS 180-4 §5.1.1 and
// GB/T 32905-2016 §5.2 say (both alike): a bit 1, zeros, the length in bits as 64 bits. Then it is
// whole blocks, and the state after them is the digest, which can be read where a hash writes its
// state. That this is so is tried out for each suite when the program starts; a hash that writes
// its state in another way is asked for its sum.

import (
	"encoding"
	"encoding/binary"
	"hash"
)

// blockSize is the size in bytes of a block of both suites.
const blockSize = 64

// stateAt is where both suites write their eight words: behind four bytes that say whose they are.
const stateAt = 4

// shortHasher computes hashes of short messages that start with the same whole blocks, or with
// nothing. It is for one worker.
type shortHasher struct {
	hash    hash.Hash
	restore encoding.BinaryUnmarshaler
	state   encoding.BinaryAppender
	// start: state after the blocks that all messages start with; nil for the beginning.
	start []byte
	// before: length of those blocks in bytes.
	before uint64
	// padded: its state is the digest (see above).
	padded bool
	// message: memory for the next message.
	message []byte
	// out: the state or the sum, in memory of its own: nothing moves.
	out [128]byte
}

// newShortHasher makes a hasher for messages that start with some whole blocks, or with nothing.
func newShortHasher(s *suite, start string) *shortHasher {
	if len(start)%blockSize != 0 {
		panic("sampling: messages that start within a block")
	}
	h := rawShortHasher(s.new(), start)
	h.padded = s.padded
	return h
}

// rawShortHasher makes a hasher that is not known to give its digest away.
func rawShortHasher(in hash.Hash, start string) *shortHasher {
	h := &shortHasher{hash: in, before: uint64(len(start)),
		restore: in.(encoding.BinaryUnmarshaler), state: in.(encoding.BinaryAppender)}
	if start != "" {
		h.hash.Write([]byte(start))
		h.start = h.append(nil)
	}
	return h
}

// spellsDigest tries out whether the state after a padded message is its digest.
func spellsDigest(new func() hash.Hash) bool {
	h := rawShortHasher(new(), "")
	h.padded = true
	plain := new()
	plain.Write([]byte("abc"))
	return string(h.of([]byte("abc"))[:]) == string(plain.Sum(nil))
}

// of hashes a message, which comes after the blocks that all start with. The message may lie in
// h.message[:0]; the hash is valid until the next call.
func (h *shortHasher) of(message []byte) *[hashSize]byte {
	// The state is restored rather than the hash copied: copies are what this file avoids.
	if h.start == nil {
		h.hash.Reset()
	} else if err := h.restore.UnmarshalBinary(h.start); err != nil {
		panic("sampling: restoring the state of a hash: " + err.Error())
	}
	if !h.padded {
		h.hash.Write(message)
		return (*[hashSize]byte)(h.hash.Sum(h.out[:0]))
	}
	h.message = pad(message, h.before)
	h.hash.Write(h.message)
	return (*[hashSize]byte)(h.append(h.out[:0])[stateAt:])
}

// append appends the state.
func (h *shortHasher) append(b []byte) []byte {
	b, err := h.state.AppendBinary(b)
	if err != nil {
		panic("sampling: reading the state of a hash: " + err.Error())
	}
	return b
}

// pad pads a message that comes after before bytes, in its own memory if that is large enough.
func pad(message []byte, before uint64) []byte {
	n := len(message)
	// The bit and the length take 9 bytes at the least.
	end := (n + 9 + blockSize - 1) / blockSize * blockSize
	if end > cap(message) {
		message = append(make([]byte, 0, 2*end), message...)
	}
	message = message[:end]
	message[n] = 0x80
	clear(message[n+1 : end-8])
	binary.BigEndian.PutUint64(message[end-8:], (before+uint64(n))*8)
	return message
}
