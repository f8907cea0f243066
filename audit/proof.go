package audit

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// First lines of the two proof texts; a change of a form changes its number.
const (
	proofHeader  = "yaohao proof/1"
	growthHeader = "yaohao growth/1"
)

// maxPath bounds a path: a tree of 2^63 leaves has no longer one, a growth proof one hash more.
const maxPath = 64

// LeafProof shows that a leaf stands in a log: the leaf, its place, the path to the root (RFC 6962
// §2.1.1), and the signed checkpoint with that root.
type LeafProof struct {
	// Index is the leaf's place in the log, from 0.
	Index int64
	// Path has the hashes beside the way from the leaf to the root, lowest first.
	Path []Hash
	// Body is the leaf as Marshal wrote it.
	Body []byte
	// Checkpoint is the signed note as SignCheckpoint wrote it; its size is that of the tree.
	Checkpoint []byte
}

// ProveLeaf gives the path of leaf index in a tree of size leaves. r reads stored hashes, about as
// many as the size has binary digits. A leaf that the tree does not have is an error.
func ProveLeaf(size, index int64, r tlog.HashReader) ([]Hash, error) {
	if index < 0 || index >= size {
		return nil, errIndex
	}
	return tlog.ProveRecord(size, index, r)
}

// FormatProof writes a leaf proof as the text of the package comment; CheckProof reads it. The
// parts are not checked: a proof of something false is a text like any other, and does not pass.
func FormatProof(p LeafProof) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHeader, p.Index)
	writePath(&b, p.Path)
	fmt.Fprintf(&b, "\n%s\n%s", p.Body, p.Checkpoint)
	return []byte(b.String())
}

// ParseProof reads the text of a leaf proof without checking what it claims, for those who want to
// look at a proof that does not hold. FormatProof(ParseProof(text)) = text.
func ParseProof(text []byte) (LeafProof, error) {
	head, rest, ok1 := strings.Cut(string(text), "\n\n")
	body, checkpoint, ok2 := strings.Cut(rest, "\n\n")
	if !ok1 || !ok2 || checkpoint == "" {
		return LeafProof{}, fmt.Errorf("audit: a proof has head, leaf and checkpoint")
	}
	r := &lineReader{lines: strings.Split(head, "\n")}
	if line := r.next(); line != proofHeader {
		return LeafProof{}, fmt.Errorf("audit: proof line 1 is %q, not %q", line, proofHeader)
	}
	digits := r.field("index")
	if r.err != nil {
		return LeafProof{}, r.err
	}
	index, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || index < 0 || strconv.FormatInt(index, 10) != digits {
		return LeafProof{}, fmt.Errorf("audit: proof index %q is no count", digits)
	}
	path, err := readPath(r)
	if err != nil {
		return LeafProof{}, err
	}
	return LeafProof{index, path, []byte(body + "\n"), []byte(checkpoint)}, nil
}

// CheckProof is a stranger's whole work: it reads a proof, opens its checkpoint with the public
// keys that the stranger trusts, and follows the path from the leaf to the signed root. It gives
// the leaf and the checkpoint only if all of that holds.
func CheckProof(text []byte, known note.Verifiers) (Leaf, Checkpoint, error) {
	p, err := ParseProof(text)
	if err != nil {
		return Leaf{}, Checkpoint{}, err
	}
	leaf, err := ParseLeaf(p.Body)
	if err != nil {
		return Leaf{}, Checkpoint{}, err
	}
	c, err := OpenCheckpoint(p.Checkpoint, known)
	if err != nil {
		return Leaf{}, Checkpoint{}, err
	}
	if p.Index >= c.Size {
		return Leaf{}, Checkpoint{}, fmt.Errorf("%w: leaf %d of %d", errIndex, p.Index, c.Size)
	}
	err = tlog.CheckRecord(p.Path, c.Size, c.Root, p.Index, LeafHash(p.Body))
	if err != nil {
		return Leaf{}, Checkpoint{}, fmt.Errorf(
			"audit: leaf %d is not in the tree of %d leaves: %w", p.Index, c.Size, err)
	}
	return leaf, c, nil
}

// GrowthProof shows that the log of an old checkpoint is the beginning of that of a new one.
type GrowthProof struct {
	// Path is that of RFC 6962 §2.1.2; nil if the sizes are equal or the old tree is empty.
	Path []Hash
	// Old and New are signed notes as SignCheckpoint wrote them.
	Old, New []byte
}

// ProveGrowth gives the path that leads from a tree of old leaves to one of size leaves; old is at
// most size. Between equal sizes and from the empty tree there is nothing to show: the path is nil.
func ProveGrowth(size, old int64, r tlog.HashReader) ([]Hash, error) {
	if old < 0 || old > size {
		return nil, fmt.Errorf("audit: a tree of %d leaves does not begin with %d", size, old)
	}
	if old == 0 || old == size {
		return nil, nil
	}
	return tlog.ProveTree(size, old, r)
}

// FormatGrowth writes a growth proof; CheckGrowth reads it.
func FormatGrowth(p GrowthProof) []byte {
	var b strings.Builder
	fmt.Fprintln(&b, growthHeader)
	writePath(&b, p.Path)
	fmt.Fprintf(&b, "\n%s\n%s", p.Old, p.New)
	return []byte(b.String())
}

// ParseGrowth reads the text of a growth proof without checking what it claims.
func ParseGrowth(text []byte) (GrowthProof, error) {
	// A note is two blocks, text and signatures; none of the five blocks has an empty line.
	blocks := strings.Split(string(text), "\n\n")
	if len(blocks) != 5 {
		return GrowthProof{}, fmt.Errorf("audit: a growth proof has a head and two checkpoints")
	}
	r := &lineReader{lines: strings.Split(blocks[0], "\n")}
	if line := r.next(); line != growthHeader {
		return GrowthProof{}, fmt.Errorf("audit: proof line 1 is %q, not %q", line, growthHeader)
	}
	path, err := readPath(r)
	if err != nil {
		return GrowthProof{}, err
	}
	return GrowthProof{path, []byte(blocks[1] + "\n\n" + blocks[2] + "\n"),
		[]byte(blocks[3] + "\n\n" + blocks[4])}, nil
}

// CheckGrowth opens both checkpoints of a growth proof with the known keys and checks that one log
// grew from the first to the second: nothing that the first one covered was changed, removed or
// put in between. It gives both checkpoints only if that holds. Whoever keeps the checkpoint of an
// old notice (公告) needs this, not the log's owner.
func CheckGrowth(text []byte, known note.Verifiers) (old, present Checkpoint, err error) {
	p, err := ParseGrowth(text)
	if err != nil {
		return old, present, err
	}
	a, err := OpenCheckpoint(p.Old, known)
	if err != nil {
		return old, present, err
	}
	b, err := OpenCheckpoint(p.New, known)
	if err != nil {
		return old, present, err
	}
	if a.Origin != b.Origin {
		return old, present, fmt.Errorf("audit: checkpoints of two logs, %q and %q",
			a.Origin, b.Origin)
	}
	if err := checkGrowth(p.Path, a.Head, b.Head); err != nil {
		return old, present, err
	}
	return a, b, nil
}

// checkGrowth is RFC 6962 §2.1.2 with the cases for which tlog has no proof.
func checkGrowth(path []Hash, old, present Head) error {
	switch {
	case old.Size > present.Size:
		return fmt.Errorf("audit: the log shrank from %d to %d leaves", old.Size, present.Size)
	case old.Size == 0 || old.Size == present.Size:
		// tlog proves nothing here; an empty tree begins every tree, equal sizes have equal roots.
		empty := (&Frontier{}).Head()
		if len(path) != 0 || old.Size == 0 && old != empty || old.Size != 0 && old != present {
			return fmt.Errorf("audit: two roots for the log of %d leaves", old.Size)
		}
		if present.Size == 0 && present != empty {
			return fmt.Errorf("audit: wrong root for an empty log")
		}
		return nil
	}
	err := tlog.CheckTree(path, present.Size, present.Root, old.Size, old.Root)
	if err != nil {
		return fmt.Errorf("audit: the log of %d leaves is not the beginning of that of %d: %w",
			old.Size, present.Size, err)
	}
	return nil
}

// writePath writes one line for each hash.
func writePath(b *strings.Builder, path []Hash) {
	for _, h := range path {
		fmt.Fprintf(b, "path %s\n", h)
	}
}

// readPath reads the path lines that end a head block; without any the path is nil. Hashes have one
// form only, so that a proof has one text.
func readPath(r *lineReader) ([]Hash, error) {
	var path []Hash
	for !r.done() {
		h, err := parseHash(r.field("path"))
		if r.err != nil {
			return nil, r.err
		}
		if err != nil {
			return nil, fmt.Errorf("audit: proof line %d: %w", r.n, err)
		}
		if path = append(path, h); len(path) > maxPath {
			return nil, fmt.Errorf("audit: a path has at most %d hashes", maxPath)
		}
	}
	return path, nil
}
