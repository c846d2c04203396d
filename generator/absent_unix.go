//go:build unix

package generator

import (
	"os"

	"golang.org/x/sys/unix"
)

// absent reports whether nothing at all is at a path below a folder, for which one system
// call is enough. It is the usual answer for the folders that users may add.
func absent(folder *os.File, name string) bool {
	var info unix.Stat_t
	err := unix.Fstatat(int(folder.Fd()), name, &info, unix.AT_SYMLINK_NOFOLLOW)
	return err == unix.ENOENT || err == unix.ENOTDIR
}
