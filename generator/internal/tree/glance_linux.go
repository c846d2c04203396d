package tree

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// glance looks for files that are just as they were written, which on most runs are
// all. It reads them into their records and returns the records that need a closer
// look. As with os.Root, no link is followed and nothing outside is reached; but the
// system is asked for nothing beyond what proves that there is nothing to do: folders
// are neither opened nor listed. What only a list of names shows are temporary files,
// of which there are none unless a note says that a run was interrupted, and names in
// other letters, which only matter where the system takes them for ours.
func glance(root *os.Root, records []*record) []*record {
	handle, err := root.Open(".")
	if err != nil || foldsNames(root) {
		return records
	}
	defer handle.Close()
	var next atomic.Int64
	work := func() {
		g := newGlass(descriptor(handle.Fd()))
		for end := int(next.Add(glanced)); end-glanced < len(records); end = int(next.Add(glanced)) {
			for _, r := range records[end-glanced : min(end, len(records))] {
				g.file(r)
			}
		}
	}
	// What is read is mostly in memory: more goroutines than processors only get in
	// each other's way.
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0)-1, len(records)/glanced) {
		group.Go(work)
	}
	work()
	group.Wait()
	return slices.DeleteFunc(slices.Clone(records), func(r *record) bool { return r.disk.kind == regular })
}

// glanced is the number of neighbouring files that a goroutine takes at a time.
const glanced = 64

// foldsNames reports whether the state's folder is found under a name in other letters.
func foldsNames(root *os.Root) bool {
	_, err := root.Lstat(strings.ToUpper(parent(stateFolder)))
	return err == nil
}

// settles reports whether a file needs nothing if it is on disk as it is wanted.
func (r *record) settles() bool {
	return r.want != nil && r.entry != nil && bytes.Equal(r.entry.base, r.want.Content)
}

// glass is what a goroutine looks through: memory that is used for one file after another.
type glass struct {
	root descriptor
	how  unix.OpenHow
	text []byte
	info unix.Stat_t
}

func newGlass(root descriptor) *glass {
	return &glass{root: root, text: make([]byte, 16<<10), how: unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unpolled,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
	}}
}

// open opens a file below the root. A system that does not know the call gives an
// error, as for a file that is not there.
func (g *glass) open(path string) (descriptor, bool) {
	for {
		fd, err := unix.Openat2(int(g.root), path, &g.how)
		if err != unix.EINTR {
			return descriptor(fd), err == nil
		}
	}
}

// file reads a file into its record when it is just as it is wanted.
func (g *glass) file(r *record) {
	if !r.settles() {
		return
	}
	handle, ok := g.open(r.path)
	if !ok {
		return
	}
	defer handle.Close()
	want := r.want.Content
	if unix.Fstat(int(handle), &g.info) != nil || g.info.Mode&unix.S_IFMT != unix.S_IFREG || g.info.Size != int64(len(want)) {
		return
	}
	g.text = slices.Grow(g.text, max(len(want)+1-len(g.text), 0))
	g.text = g.text[:cap(g.text)]
	n, err := handle.Read(g.text)
	if exec := g.info.Mode&0o100 != 0; err == nil && exec == r.want.Executable && bytes.Equal(g.text[:n], want) {
		r.disk = disk{kind: regular, data: want, exec: exec}
	}
}
