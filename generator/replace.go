package generator

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// newPrefix begins the name of a file until it takes its place. A killed run leaves
// one behind, and the next write of the same file takes it away.
const newPrefix = ".wavewright-new-"

// replaceFile writes a file below dir so that a reader, or a run that comes after a
// crash, sees the old text or the new one and nothing between.
func replaceFile(dir, name string, content []byte) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	perm := fs.FileMode(0o644)
	if info, err := root.Stat(name); err == nil {
		perm = info.Mode().Perm()
	}
	temp := path.Join(path.Dir(name), newPrefix+path.Base(name))
	if err := writeNew(root, temp, content, perm); err != nil {
		return errors.Join(err, root.Remove(temp))
	}
	return root.Rename(temp, name)
}

// writeNew writes a file durably; what a killed run left under the name goes.
func writeNew(root *os.Root, name string, content []byte, perm fs.FileMode) error {
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}
