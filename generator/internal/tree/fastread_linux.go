package tree

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// fastRead reads the files of records that the state knows, by openat2 on their whole
// paths, and returns the records where that found no regular file. As with os.Root, no
// link is followed and nothing outside is reached; but folders are neither opened nor
// listed. Only a list of names shows temporary files, of which there are none unless a
// note says that a run was interrupted, and names in other letters, which only matter
// where nothing has the exact name.
func fastRead(root *os.Root, records []*record) []*record {
	handle, err := root.Open(".")
	if err != nil || foldsNames(root) {
		return records
	}
	defer handle.Close()
	var next atomic.Int64
	work := func() {
		f := newFastReader(descriptor(handle.Fd()))
		for end := int(next.Add(batch)); end-batch < len(records); end = int(next.Add(batch)) {
			for _, r := range records[end-batch : min(end, len(records))] {
				f.read(r)
			}
		}
	}
	// What is read is mostly in memory: more goroutines than processors only get in
	// each other's way.
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0)-1, len(records)/batch) {
		group.Go(work)
	}
	work()
	group.Wait()
	return slices.DeleteFunc(slices.Clone(records), func(r *record) bool { return r.disk.kind == regular })
}

// batch is the number of neighbouring files that a goroutine takes at a time.
const batch = 64

// foldsNames reports whether the state's folder is found under a name in other letters.
func foldsNames(root *os.Root) bool {
	_, err := root.Lstat(strings.ToUpper(parent(stateFolder)))
	return err == nil
}

// fastReader is what a goroutine uses for one file after another.
type fastReader struct {
	root   descriptor
	how    unix.OpenHow
	buffer []byte
	stat   unix.Stat_t
}

func newFastReader(root descriptor) *fastReader {
	return &fastReader{root: root, buffer: make([]byte, 16<<10), how: unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unpolled,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
	}}
}

// read reads a regular file into its record. Whatever goes wrong is for the common way to
// find out about.
func (f *fastReader) read(r *record) {
	if r.entry == nil {
		return
	}
	file, err := retried(func() (descriptor, error) {
		fd, err := unix.Openat2(int(f.root), r.path, &f.how)
		return descriptor(fd), err
	})
	if err != nil {
		return
	}
	defer file.Close()
	const special = unix.S_ISUID | unix.S_ISGID | unix.S_ISVTX
	if unix.Fstat(int(file), &f.stat) != nil || f.stat.Mode&(unix.S_IFMT|special) != unix.S_IFREG {
		return
	}
	size := int(f.stat.Size)
	f.buffer = slices.Grow(f.buffer[:0], size+1)
	n, err := file.Read(f.buffer[:cap(f.buffer)])
	if err != nil && !errors.Is(err, io.EOF) || n != size {
		return
	}
	r.disk = disk{kind: regular, data: r.share(f.buffer[:n]), exec: f.stat.Mode&0o100 != 0, stamp: stamp{
		identity: identity{uint64(f.stat.Dev), f.stat.Ino}, there: true, mode: fs.FileMode(f.stat.Mode & 0o777), //nolint:unconvert // Dev is 32 bits wide on mips
		size: f.stat.Size, modified: f.stat.Mtim.Nano(),
	}}
}
