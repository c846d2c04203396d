package tree

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
)

// readArchive reads one archive; without entries when there is none.
func (r *Repository) readArchive(name, version string) (*archive, error) {
	top, err := r.stateRoot()
	if errors.Is(err, fs.ErrNotExist) {
		return &archive{name: name}, nil
	}
	if err != nil {
		return nil, err
	}
	defer top.Close()
	s := stateReader{format: r.format(version)}
	a, err := s.archive(&archiveFile{folder: top, name: name, base: name + archiveEnding})
	if errors.Is(err, fs.ErrNotExist) {
		return &archive{name: name}, nil
	}
	return a, err
}

// Remember enters files into an archive of the state as if they had been written by a
// run: later renderings are merged into them. The files themselves are the caller's
// to write.
func (r *Repository) Remember(name string, files []Recorded, version string) error {
	unlock, err := r.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	before, err := r.readArchive(name, version)
	if err != nil {
		return err
	}
	final := slices.Clone(before.entries)
	for _, f := range files {
		final = slices.DeleteFunc(final, func(e entry) bool { return e.path == f.Path })
		final = append(final, entry{path: f.Path, id: f.ID, state: managed, base: f.Base})
	}
	slices.SortFunc(final, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
	change := archiveChange{name: name, old: before.entries, final: final, seen: before.seen}
	return r.Apply(&Plan{repository: r, format: r.format(version), archives: []archiveChange{change}})
}
