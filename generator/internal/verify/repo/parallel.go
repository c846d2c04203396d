package repo

import (
	"runtime"
	"sync"
)

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
