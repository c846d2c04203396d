package tree

import (
	"errors"
	"io/fs"
	"os"
)

// stamp is what tells one version of a file from another one without reading it. The zero
// value stands for no file.
type stamp struct {
	identity
	there    bool
	mode     fs.FileMode
	size     int64
	modified int64 // in nanoseconds since 1970
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{identity: identify(info), there: true, mode: info.Mode(), size: info.Size(), modified: info.ModTime().UnixNano()}
}

// same reports whether two stamps are of one version of one file.
func (s stamp) same(o stamp) bool {
	return s.there == o.there && s.size == o.size && s.mode == o.mode && s.modified == o.modified && s.identity.same(o.identity)
}

// errChanged says that somebody wrote to a file while we were at work.
var errChanged = errors.New("changed since it was scanned; nothing of it was overwritten, run again")

// unchanged checks that a name is as it was scanned.
func (s stamp) unchanged(root *os.Root, name string) error {
	var now stamp
	info, err := root.Lstat(name)
	switch {
	case err == nil:
		now = stampOf(info)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if !s.same(now) {
		return errChanged
	}
	return nil
}
