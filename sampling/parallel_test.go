package sampling

import (
	"slices"
	"sync"
	"testing"
)

// TestParallel: every piece is done once, whatever the number of workers, and all are done when
// the call returns.
func TestParallel(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 7, 8, 9, 1000} {
		for _, workers := range []int{0, 1, 2, 3, 8, 100} {
			did := make([]int, max(n, 0))
			parallelOn(workers, n, func(i int) { did[i]++ })
			for i, times := range did {
				if times != 1 {
					t.Fatalf("%d workers: piece %d of %d is done %d times", workers, i, n, times)
				}
			}
		}
	}
}

// TestParallelTogether: as many pieces as there are workers run at the same time. Each of them
// waits for all others, so fewer workers would never come to an end.
func TestParallelTogether(t *testing.T) {
	var all sync.WaitGroup
	all.Add(workers)
	parallel(workers, func(int) {
		all.Done()
		all.Wait()
	})
}

// TestParallelInPlace: a single piece runs where the caller runs, so it may use what the caller
// has locked.
func TestParallelInPlace(t *testing.T) {
	var order []int
	parallel(1, func(i int) { order = append(order, i) })
	parallelOn(1, 4, func(i int) { order = append(order, i) })
	if !slices.Equal(order, []int{0, 0, 1, 2, 3}) {
		t.Errorf("order %v", order)
	}
}

// TestParallelPanic: the caller gets the panic of the first piece that had one, after all workers
// have ended; no piece starts that nobody will wait for.
func TestParallelPanic(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		for range 50 {
			running := 0
			var mu sync.Mutex
			cause := func() (cause any) {
				defer func() { cause = recover() }()
				var both sync.WaitGroup
				both.Add(min(workers, 2))
				parallelOn(workers, 100, func(i int) {
					mu.Lock()
					running++
					mu.Unlock()
					defer func() {
						mu.Lock()
						running--
						mu.Unlock()
					}()
					if i < 2 && workers > 1 { // pieces 0 and 1 both fail, in any order
						both.Done()
						both.Wait()
					}
					if i < 2 {
						panic(i)
					}
				})
				return nil
			}()
			if cause != 0 || running != 0 {
				t.Fatalf("%d workers: panic %v, %d still running", workers, cause, running)
			}
		}
	}
}
