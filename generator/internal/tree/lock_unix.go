//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package tree

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockHandle takes an advisory lock on the folder itself, so that no lock file is
// left in the repository; the kernel releases it when the process ends.
func lockHandle(folder *os.File) error {
	err := unix.Flock(int(folder.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

// unlockHandle releases the lock also where a process that is just being started, such as git, has
// a copy of the handle.
func unlockHandle(folder *os.File) { _ = unix.Flock(int(folder.Fd()), unix.LOCK_UN) }
