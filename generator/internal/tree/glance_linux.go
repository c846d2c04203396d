package tree

import (
	"bytes"
	"cmp"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// glance looks for folders that are just as they were written, which on most runs are
// all. It reads their files into the records and returns the folders that need a
// closer look, nil when there are none. As with os.Root, each folder is opened by its
// own name within the one above and no link is followed; but the system is asked for
// nothing beyond what proves that there is nothing to do.
func glance(root *os.Root, top *folder[*record]) *folder[*record] {
	handle, err := root.Open(".")
	if err != nil {
		return top
	}
	defer handle.Close()
	g := glancer{spare: make(chan struct{}, runtime.GOMAXPROCS(0))}
	g.walk(descriptor(handle.Fd()), top, newGlass())
	return top.unsettled()
}

// unsettled takes out of f what is settled; nil when nothing is left.
func (f *folder[T]) unsettled() *folder[T] {
	f.sub = slices.DeleteFunc(f.sub, func(sub *folder[T]) bool { return sub.unsettled() == nil })
	if !f.settled {
		return f
	}
	f.items = nil
	if len(f.sub) == 0 {
		return nil
	}
	return f
}

// glancer is a walk of glances, side by side. What it reads is mostly in memory: more
// goroutines than processors only get in each other's way.
type glancer struct{ spare chan struct{} }

// glanced is the number of neighbouring folders that a goroutine takes at a time.
const glanced = 16

func (g *glancer) walk(handle descriptor, f *folder[*record], own *glass) {
	if !own.look(handle, f) {
		return
	}
	var next atomic.Int64
	work := func(own *glass) {
		for end := int(next.Add(glanced)); end-glanced < len(f.sub); end = int(next.Add(glanced)) {
			for _, sub := range f.sub[end-glanced : min(end, len(f.sub))] {
				g.into(handle, sub, own)
			}
		}
	}
	var group sync.WaitGroup
	for range len(f.sub) / glanced {
		select {
		case g.spare <- struct{}{}:
			group.Go(func() {
				defer func() { <-g.spare }()
				work(newGlass())
			})
		default:
		}
	}
	work(own)
	group.Wait()
}

// into looks at a folder unless it is plain that its files need a closer look.
func (g *glancer) into(parent descriptor, f *folder[*record], own *glass) {
	if len(f.sub) == 0 && !slices.ContainsFunc(f.items, (*record).settles) {
		return
	}
	handle, err := parent.open(f.name, unix.O_DIRECTORY)
	if err != nil {
		return // the closer look says why
	}
	g.walk(handle, f, own)
	handle.Close()
}

// settles reports whether a file needs nothing if it is on disk as it is wanted.
func (r *record) settles() bool {
	return r.want != nil && r.entry != nil && bytes.Equal(r.entry.base, r.want.Content)
}

// glass is what a goroutine looks through: memory that is used for one after another.
type glass struct {
	text  []byte
	names []string
	info  unix.Stat_t
}

func newGlass() *glass { return &glass{text: make([]byte, 16<<10)} }

// look settles a folder whose files are all as they are wanted. It is false when the
// folders below must not be looked at before this one.
func (g *glass) look(handle descriptor, f *folder[*record]) bool {
	if !g.list(handle) {
		return false
	}
	f.settled = true
	var folded map[string]bool
	for _, name := range g.names {
		if needed(f, name) {
			continue
		}
		if folded == nil {
			folded = foldedNames(f)
		}
		if folded[fold(name)] {
			f.settled = false
			return false
		}
		f.settled = f.settled && !isTemp(name)
	}
	for _, r := range f.items {
		f.settled = g.file(handle, r) && f.settled
	}
	return true
}

// needed reports whether a folder has to have an entry of this name.
func needed(f *folder[*record], name string) bool {
	_, file := slices.BinarySearchFunc(f.items, name, func(r *record, name string) int { return cmp.Compare(base(r.path), name) })
	_, sub := slices.BinarySearchFunc(f.sub, name, func(f *folder[*record], name string) int { return cmp.Compare(f.name, name) })
	return file || sub
}

func foldedNames(f *folder[*record]) map[string]bool {
	folded := make(map[string]bool, len(f.items)+len(f.sub))
	for _, r := range f.items {
		folded[fold(base(r.path))] = true
	}
	for _, sub := range f.sub {
		folded[fold(sub.name)] = true
	}
	return folded
}

// list reads the names of a folder.
func (g *glass) list(handle descriptor) bool {
	g.names = g.names[:0]
	for {
		n, err := retried(func() (int, error) { return syscall.ReadDirent(int(handle), g.text) })
		if err != nil || n == 0 {
			return err == nil
		}
		_, _, g.names = syscall.ParseDirent(g.text[:n], -1, g.names)
	}
}

// file settles a file; it is false when it differs in any way.
func (g *glass) file(folder descriptor, r *record) bool {
	if !r.settles() {
		return false
	}
	handle, err := folder.open(base(r.path), 0)
	if err != nil {
		return false
	}
	defer handle.Close()
	want := r.want.Content
	if unix.Fstat(int(handle), &g.info) != nil || g.info.Mode&unix.S_IFMT != unix.S_IFREG || g.info.Size != int64(len(want)) {
		return false
	}
	g.text = slices.Grow(g.text, max(len(want)+1-len(g.text), 0))
	g.text = g.text[:cap(g.text)]
	n, err := handle.Read(g.text)
	if exec := g.info.Mode&0o100 != 0; err != nil || exec != r.want.Executable || !bytes.Equal(g.text[:n], want) {
		return false
	}
	r.disk = disk{kind: regular, data: want, exec: r.want.Executable}
	return true
}
