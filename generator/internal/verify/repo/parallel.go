package repo

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Progress is told how many parts of a step are done, by several goroutines at once. It may be nil.
type Progress func(step string, done, total int)

// Tell passes the progress on to somebody who wants it.
func (p Progress) Tell(step string, done, total int) {
	if p != nil {
		p(step, done, total)
	}
}

// parallel is a step of n parts, done in parallel.
func (p Progress) parallel(step string, n int, work func(i int)) {
	var done atomic.Int64
	parallel(n, func(i int) {
		work(i)
		p.Tell(step, int(done.Add(1)), n)
	})
}

// parallel calls work with 0 to n-1, on two processors or more.
func parallel(n int, work func(i int)) {
	next := make(chan int)
	var running sync.WaitGroup
	for range min(n, max(2, runtime.GOMAXPROCS(0))) {
		running.Go(func() {
			for i := range next {
				work(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	running.Wait()
}
