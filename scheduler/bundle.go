package scheduler

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// BundleFS gives the files of a draw that are public now, by their names in a bundle (draw/1 §9):
//
//	before the commit            nothing
//	committed, awaiting, drawn   plan.json
//	published                    plan.json, seed.txt, transcript.json and the frozen files; the
//	                             records of refills as refills/1.json, refills/2.json, …
//	void                         what was public; with seed.txt, if there is one, the frozen files
//
// The files of a draw do not change once they are public, so a BundleFS may be read at leisure; a
// later call gives what has become public meanwhile. An unknown draw is fault.NotFound.
func BundleFS(ctx context.Context, q pg.Querier, draw string) (fs.FS, error) {
	r, err := recordOf(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	b := &bundle{own: map[string][]byte{}}
	if r.plan != nil {
		b.own[sampling.PlanFile] = r.plan
	}
	if r.state != Published && (r.state != Void || r.seed == nil) {
		return b, nil
	}
	b.own[sampling.SeedFile] = r.seed
	if r.state == Published {
		b.own[sampling.TranscriptFile] = r.transcript
		if err := b.addRefills(ctx, q, draw); err != nil {
			return nil, err
		}
	}
	b.frozen = registry.FrozenFS(q, ctx, draw)
	return b, nil
}

// bundle joins a draw's own files with its frozen files.
type bundle struct {
	own    map[string][]byte
	frozen fs.FS // nil while they are not public
	// refills holds the records of refills, in their order: refills/<number from 1>.json.
	refills [][]byte
}

// Open opens a file, or "." for the list of files.
func (b *bundle) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name == "." {
		list, err := b.ReadDir(".")
		return &bundleDir{list: list}, err
	}
	if data, ok := b.own[name]; ok {
		info := ownInfo{name, int64(len(data))}
		return &ownFile{Reader: bytes.NewReader(data), ownInfo: info}, nil
	}
	if len(b.refills) > 0 && path.Dir(name) == refillDir || name == refillDir {
		return b.openRefill(name)
	}
	if b.frozen != nil {
		return b.frozen.Open(name)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists the files by name. The only folder in a bundle is that of its refills.
func (b *bundle) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == refillDir && len(b.refills) > 0 {
		return b.listRefills(), nil
	}
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	var list []fs.DirEntry
	if b.frozen != nil {
		frozen, err := fs.ReadDir(b.frozen, ".")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		list = frozen
	}
	for name, data := range b.own {
		list = append(list, fs.FileInfoToDirEntry(ownInfo{name, int64(len(data))}))
	}
	if len(b.refills) > 0 {
		list = append(list, fs.FileInfoToDirEntry(&bundleDir{name: refillDir}))
	}
	slices.SortFunc(list, func(x, y fs.DirEntry) int {
		return bytes.Compare([]byte(x.Name()), []byte(y.Name()))
	})
	return list, nil
}

// ownInfo describes a file held in memory: read-only, without a date.
type ownInfo struct {
	name string
	size int64
}

func (i ownInfo) Name() string     { return i.name }
func (i ownInfo) Size() int64      { return i.size }
func (ownInfo) Mode() fs.FileMode  { return 0o444 }
func (ownInfo) ModTime() time.Time { return time.Time{} }
func (ownInfo) IsDir() bool        { return false }
func (ownInfo) Sys() any           { return nil }

type ownFile struct {
	*bytes.Reader
	ownInfo
}

func (f *ownFile) Stat() (fs.FileInfo, error) { return f.ownInfo, nil }
func (f *ownFile) Size() int64                { return f.ownInfo.size }
func (f *ownFile) Close() error               { return nil }

// bundleDir is "." opened as a file.
type bundleDir struct {
	ownInfo
	name string // empty for "."
	list []fs.DirEntry
}

func (d *bundleDir) Stat() (fs.FileInfo, error) { return d, nil }
func (d *bundleDir) Name() string               { return cmp.Or(d.name, ".") }
func (d *bundleDir) Mode() fs.FileMode          { return fs.ModeDir | 0o555 }
func (d *bundleDir) IsDir() bool                { return true }
func (d *bundleDir) Close() error               { return nil }
func (d *bundleDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: fs.ErrInvalid}
}

// ReadDir gives the next n entries, or all that are left if n ≤ 0.
func (d *bundleDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.list)
	} else if len(d.list) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.list))
	out := d.list[:n]
	d.list = d.list[n:]
	return out, nil
}
