package tree

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// folder is a node of the folders that a run has to enter. Walking them from the top
// opens each one by its own name, once, so that no path is resolved twice and no
// symbolic link can slip in between.
type folder[T any] struct {
	path  string // "" for the repository itself
	name  string
	items []T // what is to be done in this folder, in the order given
	sub   []*folder[T]
}

// plant arranges items by the folders that their paths lie in, folders by name.
func plant[T any](items []T, path func(T) string) *folder[T] {
	top := &folder[T]{}
	known := map[string]*folder[T]{"": top}
	var find func(dir string) *folder[T]
	find = func(dir string) *folder[T] {
		if f, ok := known[dir]; ok {
			return f
		}
		f := &folder[T]{path: dir, name: base(dir)}
		known[dir] = f
		up := find(parent(dir))
		up.sub = append(up.sub, f)
		return f
	}
	for _, item := range items {
		f := find(parent(path(item)))
		f.items = append(f.items, item)
	}
	for _, f := range known {
		slices.SortFunc(f.sub, func(a, b *folder[T]) int { return cmp.Compare(a.name, b.name) })
	}
	return top
}

// all visits the items of f and of everything below it.
func (f *folder[T]) all(visit func(T)) {
	for _, item := range f.items {
		visit(item)
	}
	for _, sub := range f.sub {
		sub.all(visit)
	}
}

// walker runs a walk over folders. With spare goroutines, folders are entered side
// by side; without, in order.
type walker[T any] struct {
	// enter opens sub within parent; a nil root skips it and what is below it.
	enter func(parent *os.Root, sub *folder[T]) (*os.Root, error)
	// visit does the work of one folder before its sub-folders are entered.
	visit func(root *os.Root, f *folder[T]) error
	// leave, when set, is called after the sub-folders are done; only for walks in
	// order.
	leave func(parent *os.Root, f *folder[T]) error

	spare  chan struct{} // nil: in order
	failed atomic.Bool
	mu     sync.Mutex
	errs   []error
}

// parallel is how many folders are worked on at once: more than there are processors,
// because some wait for the disk.
func parallel() int { return min(4+runtime.GOMAXPROCS(0), 16) }

// run walks and returns the errors. A walk in order stops at the first error, one
// side by side soon after it.
func (w *walker[T]) run(root *os.Root, top *folder[T]) error {
	w.walk(root, top)
	return joinSorted(w.errs)
}

func (w *walker[T]) walk(root *os.Root, f *folder[T]) {
	if !w.failedWith(w.visit(root, f)) {
		return
	}
	var group sync.WaitGroup
	for _, sub := range f.sub {
		select {
		case w.spare <- struct{}{}: // never chosen when spare is nil
			group.Go(func() {
				defer func() { <-w.spare }()
				w.into(root, sub)
			})
		default:
			w.into(root, sub)
		}
	}
	group.Wait()
}

func (w *walker[T]) into(parent *os.Root, sub *folder[T]) {
	if w.failed.Load() {
		return
	}
	root, err := w.enter(parent, sub)
	if !w.failedWith(err) || root == nil {
		return
	}
	w.walk(root, sub)
	root.Close()
	if w.leave != nil && !w.failed.Load() {
		w.failedWith(w.leave(parent, sub))
	}
}

// failedWith keeps an error and reports whether to go on.
func (w *walker[T]) failedWith(err error) bool {
	if err == nil {
		return true
	}
	w.failed.Store(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errs = append(w.errs, err)
	return false
}

// enterReal is the common way to enter: the folder must be there and be real.
func enterReal[T any](parent *os.Root, sub *folder[T]) (*os.Root, error) {
	root, err := enter(parent, sub.name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", sub.path, err)
	}
	return root, nil
}

// joinSorted joins errors in an order that does not depend on scheduling.
func joinSorted(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}
