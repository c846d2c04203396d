//go:build unix

package tree

import (
	"errors"
	"io"
	"syscall"

	"golang.org/x/sys/unix"
)

// unpolled is added to the flags of every file that is opened. It means nothing for
// regular files, but it spares four system calls a file in which package os tries out
// polling; and should a pipe take a file's place, opening it does not hang.
const unpolled = syscall.O_NONBLOCK

// open opens a file of the folder for reading, and never a link. It asks the system
// itself: a file of package os costs as much again, and a run reads many thousands.
func (l *listing) open(name string) (descriptor, error) {
	return descriptor(l.handle.Fd()).open(name)
}

// descriptor is an open file or folder.
type descriptor int

// open opens a file of a folder for reading, and never a link.
func (d descriptor) open(name string) (descriptor, error) {
	return retried(func() (descriptor, error) {
		fd, err := unix.Openat(int(d), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unpolled, 0)
		return descriptor(fd), err
	})
}

// Read implements [io.Reader].
func (d descriptor) Read(b []byte) (int, error) {
	n, err := retried(func() (int, error) { return unix.Read(int(d), b) })
	switch {
	case err != nil:
		return 0, err
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// Close implements [io.Closer].
func (d descriptor) Close() error { return unix.Close(int(d)) }

// retried repeats a system call for as long as signals interrupt it.
func retried[T any](call func() (T, error)) (T, error) {
	for {
		result, err := call()
		if !errors.Is(err, unix.EINTR) {
			return result, err
		}
	}
}
