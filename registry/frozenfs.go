package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
)

// FrozenFS gives the frozen files of a draw as a file system with one flat folder. Files are read
// piece by piece, so memory does not grow with them. A file is not found if the draw is not frozen.
// ctx holds for everything that is read through the file system.
//
//nolint:revive // ctx is not first: it is kept, because io/fs has no place for it
func FrozenFS(q pg.Querier, ctx context.Context, draw string) fs.FS {
	return frozenFS{q: q, ctx: ctx, draw: draw}
}

// FrozenFiles lists the frozen files of a draw, ascending by name.
func FrozenFiles(ctx context.Context, q pg.Querier, draw string) ([]FrozenFile, error) {
	return all(ctx, q, pgx.RowToStructByPos[FrozenFile], `SELECT name, digest, root, lines, bytes
		FROM frozen_file WHERE draw_id = $1 ORDER BY name COLLATE "C"`, draw)
}

type frozenFS struct {
	q    pg.Querier
	ctx  context.Context // of the request that reads; io/fs has no place for it
	draw string
}

// Open opens a frozen file, or the folder ".".
func (f frozenFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name == "." {
		entries, err := f.ReadDir(name)
		if err != nil {
			return nil, err
		}
		return &frozenDir{entries: entries}, nil
	}
	file := &frozenFile{fs: f, info: frozenInfo{name: name}}
	err := f.q.QueryRow(f.ctx, `SELECT bytes FROM frozen_file WHERE draw_id = $1 AND name = $2`,
		f.draw, name).Scan(&file.info.size)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return file, nil
}

// ReadDir lists the folder ".", ascending by name.
func (f frozenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	files, err := FrozenFiles(f.ctx, f.q, f.draw)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	entries := make([]fs.DirEntry, len(files))
	for i, file := range files {
		entries[i] = fs.FileInfoToDirEntry(frozenInfo{name: file.Name, size: file.Bytes})
	}
	return entries, nil
}

// frozenFile reads one file, a piece at a time.
type frozenFile struct {
	fs   frozenFS
	info frozenInfo
	seq  int    // of the next piece
	read int64  // bytes given out
	left []byte // of the present piece
}

func (f *frozenFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *frozenFile) Close() error               { return nil }

// Read gives the next bytes. A piece that is missing is an error, never a shorter file.
func (f *frozenFile) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(f.left) == 0 {
		if f.read == f.info.size {
			return 0, io.EOF
		}
		err := f.fs.q.QueryRow(f.fs.ctx, `SELECT data FROM frozen_chunk
			WHERE draw_id = $1 AND name = $2 AND seq = $3`, f.fs.draw, f.info.name, f.seq).
			Scan(&f.left)
		if err == nil && (len(f.left) == 0 || f.read+int64(len(f.left)) > f.info.size) {
			err = errors.New("its size is wrong")
		}
		if err != nil {
			return 0, &fs.PathError{Op: "read", Path: f.info.name,
				Err: fmt.Errorf("piece %d: %w", f.seq, err)}
		}
		f.seq++
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	f.read += int64(n)
	return n, nil
}

// frozenDir is the open folder.
type frozenDir struct {
	entries []fs.DirEntry
}

func (d *frozenDir) Stat() (fs.FileInfo, error) { return frozenInfo{name: "."}, nil }
func (d *frozenDir) Close() error               { return nil }
func (d *frozenDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: errors.New("is a folder")}
}

// ReadDir gives the next n entries, or the rest if n ≤ 0.
func (d *frozenDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	list := d.entries[:n]
	d.entries = d.entries[n:]
	return list, nil
}

// frozenInfo describes a file, or the folder.
type frozenInfo struct {
	name string
	size int64
}

func (i frozenInfo) Name() string       { return i.name }
func (i frozenInfo) Size() int64        { return i.size }
func (i frozenInfo) ModTime() time.Time { return time.Time{} }
func (i frozenInfo) IsDir() bool        { return i.name == "." }
func (i frozenInfo) Sys() any           { return nil }

func (i frozenInfo) Mode() fs.FileMode {
	if i.IsDir() {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
