package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// stage writes all temporary files, each in the folder of its file.
func (a *applier) stage() error { return a.stageAll(a.writes()) }

func (a *applier) stageAll(writes []*write) error {
	w := walker[*write]{enter: a.create, visit: a.stageFolder, spare: make(chan struct{}, parallel())}
	return w.run(a.root, plantWrites(writes))
}

func plantWrites(writes []*write) *folder[*write] {
	return plant(writes, func(w *write) string { return w.path })
}

// create enters a folder and makes it when it is missing.
func (a *applier) create(parent *os.Root, f *folder[*write]) (*os.Root, error) {
	root, err := enter(parent, f.name)
	if !errors.Is(err, fs.ErrNotExist) {
		return root, wrap("open", f.path, err)
	}
	if err := a.begin("mkdir", f.path); err != nil {
		return nil, wrap("create", f.path, err)
	}
	if err := parent.Mkdir(f.name, 0o777); err != nil {
		return nil, wrap("create", f.path, err)
	}
	a.mu.Lock()
	a.folders = append(a.folders, f.path)
	a.mu.Unlock()
	root, err = enter(parent, f.name)
	return root, wrap("open", f.path, err)
}

func wrap(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", op, path, cause(err))
}

func (a *applier) stageFolder(root *os.Root, f *folder[*write]) error {
	for i, w := range f.items {
		w.temp = tempPrefix + strconv.Itoa(i)
		content := w.content
		if w.entries != nil {
			content = a.format.encode(w.entries)
		}
		if err := a.writeTemp(root, w, content); err != nil {
			return wrap("write", w.path, err)
		}
	}
	return nil
}

func (a *applier) writeTemp(root *os.Root, w *write, content []byte) (err error) {
	if err := a.begin("create", w.path); err != nil {
		return err
	}
	file, err := root.OpenFile(w.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, w.perm)
	if err != nil {
		return err
	}
	w.staged = true
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := a.begin("write", w.path); err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	if w.ours, err = setMode(file, w.perm); err != nil {
		return err
	}
	if syncsOneByOne || w == a.journal && !a.volatile {
		return file.Sync()
	}
	return nil
}

// setMode undoes the umask: modes are the same on every machine. Looking is much
// cheaper than a change that changes nothing.
func setMode(file *os.File, perm fs.FileMode) (fs.FileInfo, error) {
	info, err := file.Stat()
	if err != nil || info.Mode().Perm() == perm {
		return info, err
	}
	return info, file.Chmod(perm)
}
