package sampling

// This file holds the only goroutines of the package. Work is forked and joined within one call:
// when it returns, nothing is running. What the pieces of work compute never depends on the order
// in which they run, so a draw is the same on one processor and on many.

import "sync"

// workers is how many pieces of work run at a time. The number is fixed, because nothing here may
// ask the machine how many processors it has; Go's scheduler spreads the workers over them.
const workers = 8

// parallel calls work(0) … work(n−1), workers at a time, and returns when all have ended. Pieces
// are started in their order, so the longest come first. With n ≤ 1 the work is done in place.
//
// A piece that panics ends the others at their next piece; the caller gets the panic of the first
// piece, by its number, that had one.
func parallel(n int, work func(i int)) { parallelOn(workers, n, work) }

// parallelOn is parallel with another number of workers, for the tests that compare them.
func parallelOn(workers, n int, work func(i int)) {
	if n <= 1 || workers <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	// All pieces are known beforehand, so a number that only grows hands them out.
	f := &fork{n: n, failed: n, work: work}
	var done sync.WaitGroup
	for range min(workers, n) - 1 {
		done.Add(1)
		go func() {
			defer done.Done()
			f.run()
		}()
	}
	// The caller is a worker too.
	f.run()
	done.Wait()
	if f.failed < n {
		panic(f.cause)
	}
}

// fork is the state of one call of parallel.
type fork struct {
	work func(i int)
	n    int

	mu sync.Mutex
	// next: the piece to start next.
	next int
	// failed: number of the first piece that panicked, with its cause; n for none.
	failed int
	cause  any
}

// run does one piece after the other until none is left. It never panics.
func (f *fork) run() {
	for i := f.take(); i < f.n; i = f.take() {
		f.piece(i)
	}
}

// take gives the next piece, or n.
func (f *fork) take() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed < f.n {
		return f.n // pieces with smaller numbers than the failed one were all started before it
	}
	i := min(f.next, f.n)
	f.next++
	return i
}

// piece does one piece and keeps its panic.
func (f *fork) piece(i int) {
	// Not recover()'s result tells that it panicked: runtime.Goexit and panic(nil) give none.
	returned := false
	defer func() {
		if returned {
			return
		}
		cause := recover()
		f.mu.Lock()
		defer f.mu.Unlock()
		if i < f.failed {
			f.failed, f.cause = i, cause
		}
	}()
	f.work(i)
	returned = true
}
