package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"yaohao/internal/fault"
)

// unreadable says in Chinese why a file that a person named cannot be read.
func unreadable(path string, err error) error {
	return fault.New(fault.Invalid, "读不了 %s：%s", path, fileProblem(err)).Wrap(err)
}

// unwritable says in Chinese why a file cannot be written.
func unwritable(path string, err error) error {
	return fault.New(fault.Invalid, "写不了 %s：%s", path, fileProblem(err)).Wrap(err)
}

func fileProblem(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "没有这个文件或目录"
	case errors.Is(err, fs.ErrPermission):
		return "没有权限"
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// openFile opens a file for reading; a folder is refused.
func openFile(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, unreadable(path, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("这是一个目录")
	}
	if err != nil {
		return nil, 0, errors.Join(unreadable(path, err), f.Close())
	}
	return f, info.Size(), nil
}

// writeWhole replaces a file through a temporary one beside it: a crash leaves the old file or
// the new one, never half of it.
func writeWhole(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".yaohao-*")
	if err != nil {
		return unwritable(path, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it may not be there any more
		return unwritable(path, err)
	}
	return nil
}
