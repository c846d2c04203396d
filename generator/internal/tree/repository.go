package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrLocked says that another run holds the repository.
var ErrLocked = errors.New("another wavewright run holds this repository; wait for it to end")

// ErrNewer says that the state was written by a newer wavewright.
var ErrNewer = errors.New("written by a newer wavewright; use that version or a later one")

// ErrBlocked says that a plan has conflicts or refusals and was not applied.
var ErrBlocked = errors.New("the plan is blocked; nothing was written")

// Repository is a folder that wavewright writes to. Everything below it is reached
// through os.Root. It is not safe for concurrent use.
type Repository struct {
	root       *os.Root
	locked     bool
	migrations []migration // of the state; tests have others than Open

	// step, when set by a test, is called before each operation that changes the
	// disk; an error takes the operation's place.
	step func(op, path string) error
	// volatile, when set by a test, leaves out waiting for the disk.
	volatile bool
}

// Open opens the folder dir, which must exist. Close the repository after use.
func Open(dir string) (*Repository, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, cause(err))
	}
	return &Repository{root: root, migrations: migrations()}, nil
}

// Close releases the folder.
func (r *Repository) Close() error { return r.root.Close() }

// Lock takes the repository for this run, without waiting: when another process has
// it, the error is ErrLocked. The lock lies on the folder's own handle, leaves
// nothing behind, and is released by unlock or by the end of the process. Comparing
// needs no lock; Apply takes it when the caller has not.
func (r *Repository) Lock() (unlock func(), err error) {
	folder, err := r.root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("lock: %w", cause(err))
	}
	if err := lockHandle(folder); err != nil {
		folder.Close()
		return nil, fmt.Errorf("lock: %w", err)
	}
	r.locked = true
	return func() {
		r.locked = false
		unlockHandle(folder)
		folder.Close()
	}, nil
}

// begin is called before each operation that changes the disk.
func (r *Repository) begin(op, path string) error {
	if r.step == nil {
		return nil
	}
	return r.step(op, path)
}

// cause strips the operation and path that package os adds: callers name the path
// that the user knows, not that of a temporary file.
func cause(err error) error {
	var pathError *fs.PathError
	var linkError *os.LinkError
	switch {
	case errors.As(err, &pathError):
		return pathError.Err
	case errors.As(err, &linkError):
		return linkError.Err
	}
	return err
}

// enter opens the folder name of parent. It refuses everything but a real folder:
// os.Root alone would follow a symbolic link that stays inside the repository.
func enter(parent *os.Root, name string) (*os.Root, error) {
	info, err := parent.Lstat(name)
	if err != nil {
		return nil, cause(err)
	}
	if !info.IsDir() {
		return nil, obstruction(kindOf(info.Mode()))
	}
	root, err := parent.OpenRoot(name)
	if err != nil {
		return nil, cause(err)
	}
	return root, nil
}

// obstruction is the error for something that is no folder where one is needed.
type obstruction string

func (o obstruction) Error() string { return string(o) + " is in the place of a folder" }

// kindOf names what is at a path, with its article.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "a special file"
}
