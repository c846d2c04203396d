//go:build unix

package generator

import "syscall"

// umask sets the mask of modes of new files, and returns the one before.
func umask(mask int) int { return syscall.Umask(mask) }
