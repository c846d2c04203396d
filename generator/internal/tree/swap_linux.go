package tree

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// swap gives a staged file the name of a file that is there, or of none. Between the last stat
// and a rename, an editor may save: so the two change places first, and if what comes out is not
// what was seen, they change back.
func (w *write) swap(root *os.Root, folder *os.File) error {
	fd, temp, name := int(folder.Fd()), w.temp, base(w.path)
	if !w.seen.there {
		err := unix.Renameat2(fd, temp, fd, name, unix.RENAME_NOREPLACE)
		switch {
		case errors.Is(err, unix.EEXIST):
			return errChanged
		case unsupported(err):
			return root.Rename(temp, name)
		}
		return err
	}
	if err := unix.Renameat2(fd, temp, fd, name, unix.RENAME_EXCHANGE); err != nil {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return errChanged
		case unsupported(err):
			return root.Rename(temp, name)
		}
		return err
	}
	changed := w.seen.unchanged(root, temp) // or the reason why nobody can tell
	if changed == nil {
		return root.Remove(temp)
	}
	if err := unix.Renameat2(fd, temp, fd, name, unix.RENAME_EXCHANGE); err != nil {
		return errors.Join(changed, err)
	}
	if now, err := root.Lstat(temp); err == nil && !os.SameFile(now, w.ours) {
		return errors.Join(changed, root.Rename(temp, name)) // it was saved once more in between
	}
	return changed
}

// unsupported reports whether a file system cannot exchange files.
func unsupported(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP)
}
