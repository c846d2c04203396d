package model

import (
	"runtime"
	"sync"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// each runs step for 0 … n-1 on all cores. Each core works with a resolver of its
// own that shares the spec and the platform but nothing that step may write;
// findings are joined afterwards, and their order does not matter because they are
// sorted when they are printed.
func (r *resolver) each(n int, step func(r *resolver, i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	forks := make([]*resolver, workers)
	var group sync.WaitGroup
	for w := range workers {
		forks[w] = r.fork()
		group.Go(func() {
			for i := w; i < n; i += workers {
				step(forks[w], i)
			}
		})
	}
	group.Wait()
	for _, fork := range forks {
		r.list = append(r.list, fork.list...)
	}
}

// fork returns a resolver with a decoder and findings of its own.
func (r *resolver) fork() *resolver {
	fork := *r
	fork.decoder = yamltree.NewDecoder(yamltree.DecodeOptions{})
	fork.list = nil
	return &fork
}
