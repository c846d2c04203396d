package tree

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// Recorded is a file as an archive of the state knows it.
type Recorded struct {
	Path, ID string
	// Base is the last rendering.
	Base []byte
}

// Recorded returns the files of one archive of the state, sorted by path; none when
// there is no such archive.
func (r *Repository) Recorded(archive, version string) ([]Recorded, error) {
	entries, err := r.readArchive(archive, version)
	var out []Recorded
	for _, e := range entries {
		out = append(out, Recorded{e.path, e.id, e.base})
	}
	return out, err
}

func (r *Repository) readArchive(archive, version string) ([]entry, error) {
	name := archivePath(archive)
	src, err := r.root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	return decodeArchive(name, withoutCRLF(src), version)
}

// Remember enters files into an archive of the state as if they had been written by a
// run: later renderings are merged into them. The files themselves are the caller's
// to write.
func (r *Repository) Remember(archive string, files []Recorded, version string) error {
	unlock, err := r.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	entries, err := r.readArchive(archive, version)
	if err != nil {
		return err
	}
	for _, f := range files {
		entries = slices.DeleteFunc(entries, func(e entry) bool { return e.path == f.Path })
		entries = append(entries, entry{path: f.Path, id: f.ID, state: managed, base: f.Base})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
	return r.replaceArchive(archive, appendArchive(nil, version, entries))
}

// replaceArchive gives an archive a new text, all at once.
func (r *Repository) replaceArchive(archive string, text []byte) error {
	name := archivePath(archive)
	temp := path.Join(path.Dir(name), tempPrefix+"remember")
	if err := r.root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return wrap("create", path.Dir(name), err)
	}
	if err := r.root.WriteFile(temp, text, 0o644); err != nil {
		return errors.Join(wrap("write", name, err), r.root.Remove(temp))
	}
	return wrap("write", name, r.root.Rename(temp, name))
}
