package pg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"yaohao/internal/fault"
)

// pollEvery is the pause between two looks at a lock or at a server that is starting.
const pollEvery = 10 * time.Millisecond

// openLock opens a lock file. The lock itself lives as long as this open file: closing it, or the
// end of the process, gives it back.
func openLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil, fault.New(fault.Conflict, "没有权限使用数据库目录里的 %s", path).Wrap(err).
				WithHint("该目录属于另一个用户：换回那个用户运行，或用 YAOHAO_STATE 指定另一个状态目录")
		}
		return nil, fmt.Errorf("opening the lock file: %w", err)
	}
	return f, nil
}

// tryLock takes the lock how (LOCK_EX or LOCK_SH) if it is free now.
func tryLock(f *os.File, how int) (bool, error) {
	err := flock(f, how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// waitLock takes the lock how, waiting until it is free or ctx ends.
func waitLock(ctx context.Context, f *os.File, how int) error {
	for {
		if ok, err := tryLock(f, how); ok || err != nil {
			return err
		}
		if err := pause(ctx); err != nil {
			return fmt.Errorf("waiting for %s: %w", f.Name(), err)
		}
	}
}

// lockFree reports whether nobody holds a lock on the file at path.
func lockFree(path string) (bool, error) {
	f, err := openLock(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	return tryLock(f, syscall.LOCK_EX)
}

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// pause waits pollEvery, or less if ctx ends.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pollEvery):
		return nil
	}
}
