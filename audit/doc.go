// Package audit is the tamper-evident log (防篡改日志) without its storage: the bytes of a leaf, the
// tree over the leaves, signed checkpoints, and proofs that a stranger can check with this package
// or by hand. yaohao-verify and the server use the same code. The package is pure: no clock, no
// I/O, no randomness but in GenerateKey, which is given its source.
//
// # Leaf
//
// A leaf is what somebody did, as UTF-8 text of lines that each end in LF (U+000A):
//
//	yaohao leaf/1
//	kind plan
//	subject 2026-11-M
//	at 2026-11-02T09:00:00+08:00
//	person P0007
//	post operator
//	unit SCJG
//	fact commit 6a1f…
//	fact items 10
//
// The first seven lines stand in this order, `unit` is left out when there is none, then come zero
// or more facts, strictly ascending by the bytes of their keys. One space stands between a word and
// its value. A fact with an empty value is `fact KEY` without a space after it.
//
//   - kind: a label [0-9a-z][0-9a-z._-]{0,31}; the kinds in use are constants here.
//   - subject, fact values: lines as in draw/1 §1 (docs/SPEC.md), 1 to 1000 bytes of UTF-8 that
//     neither start nor end with a space and have none of U+0000–1F, 7F–9F, AD, 061C, 180E,
//     200B–200F, 2028–202E, 2060–206F, FEFF, E0000–E007F, and not U+FFFD, which is what is left
//     of text that was damaged. A subject has no space at all. Unicode form is not changed.
//   - at: RFC 3339 in whole seconds, always with +08:00 (China Standard Time, GB/T 7408).
//   - person, post, unit: words [0-9A-Za-z][0-9A-Za-z._-]{0,63}. A person is an account id.
//   - fact keys: [0-9A-Za-z][0-9A-Za-z._/-]{0,63}.
//
// A parser refuses every other byte sequence, so Marshal(ParseLeaf(b)) = b and
// ParseLeaf(Marshal(l)) = l: one meaning has one form, and one form has one hash.
//
// Leaves are for ever and become public one day. They hold no personal data: no name of a person,
// no telephone, no identity number. Names of people cannot be written as actors (words are ASCII);
// for facts it is the caller's duty, and audittest.CheckLog looks for offences in tests.
//
// # Tree
//
// The tree is RFC 6962 §2.1 with SHA-256: leaf hash = SHA-256(00 ‖ body), node = SHA-256(01 ‖ left
// ‖ right), empty tree = SHA-256 of nothing. Hashes of complete subtrees are stored at the index
// tlog.StoredHashIndex(level, n) of golang.org/x/mod/sumdb/tlog.
//
// # Checkpoint
//
// A checkpoint (检查点) is the text of C2SP tlog-checkpoint, without extension lines, signed as a
// C2SP signed-note with Ed25519:
//
//	yaohao.example/county
//	12
//	nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=
//
//	— yaohao.example/county Az3grlg…
//
// Lines: origin, number of leaves in decimal, root in base64 (RFC 4648 §4, padded), an empty line,
// signatures. The origin names this log among all logs and is the name of the key; it has no
// spaces and no plus sign. tlog.FormatTree is not used: it writes "go.sum database tree".
//
// # Proofs
//
// A leaf proof is one text that holds all a stranger needs besides the log's public key:
//
//	yaohao proof/1
//	index 3
//	path 2wRt…=
//	path k8Xb…=
//
//	yaohao leaf/1
//	…
//
//	yaohao.example/county
//	12
//	nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=
//
//	— yaohao.example/county Az3grlg…
//
// The path is that of RFC 6962 §2.1.1, from the leaf to the root, each hash in base64. A growth
// proof says that the log of an old checkpoint is the beginning of the log of a new one
// (RFC 6962 §2.1.2): the first block is `yaohao growth/1` and the path lines, then come the old
// and the new checkpoint, each after an empty line.
//
// # Checking by hand
//
// A leaf proof needs no program of ours. Cut the text at its empty lines into four blocks: head,
// leaf, checkpoint text, signature line; the text of leaf and checkpoint ends in one LF.
//
//  1. Signature: the last word of the signature line is base64 of 4 bytes, which are the key's
//     HASH, and 64 bytes, the Ed25519 signature over the checkpoint text. The public key is the 32
//     bytes after the first in the base64 of NAME+HASH+KEY.
//  2. Leaf: r = SHA-256(00 ‖ leaf text). With coreutils: (printf '\0'; cat leaf) | sha256sum
//  3. Path: with fn = index and sn = size − 1, for each path hash p in turn: if fn is odd or
//     fn = sn, r = SHA-256(01 ‖ p ‖ r) and, as long as fn is even and not 0, halve fn and sn; else
//     r = SHA-256(01 ‖ r ‖ p). Then halve fn and sn (RFC 9162 §2.1.3.2).
//  4. At the end sn is 0 and r is the root in the third line of the checkpoint.
//
// second_test.go is that procedure as a program; testdata has a proof and its key for readers in
// other languages.
//
// # What it does not promise
//
// A log shows that history was rewritten, to those who kept a checkpoint; it does not stop an owner
// of the database from rewriting all of it and signing anew with a stolen key. Checkpoints must
// leave the house (be printed on notices, be mailed, be cosigned).
package audit
