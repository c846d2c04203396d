package tree

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
)

// follow finds where a side has the texts that Git took from it for unmerged paths which the side does not
// have: Git saw that the other side renamed a file. A person's edit is then at the old path only, whose
// archive Git may have merged, so that all of its entries are decided about.
func (m *remerge) follow(i int, side *Commit) error {
	there, err := side.Read(slices.Collect(maps.Keys(m.unmerged)))
	if err != nil {
		return err
	}
	renamed := map[string]*Version{}
	for path, u := range m.unmerged {
		if staged := [...]*Version{u.Base, u.Ours, u.Theirs}[i]; staged != nil && !staged.Special && there[path] == nil {
			renamed[path] = staged
		}
	}
	if len(renamed) == 0 {
		return nil
	}
	var gone []string
	for path := range m.sides[i] {
		if _, unmerged := m.unmerged[path]; !unmerged && m.vanished(path) {
			gone = append(gone, path)
		}
	}
	texts, err := side.Read(gone)
	for from, text := range texts {
		for path, staged := range renamed {
			if text != nil && bytes.Equal(text.Content, staged.Content) {
				m.traced[path] = true
				archive := m.sides[i][from].archive
				m.merging[archive], m.archives[archive] = true, nil
			}
		}
	}
	return err
}

// vanished reports whether nothing is at a path.
func (m *remerge) vanished(path string) bool {
	_, err := m.root.Lstat(filepath.FromSlash(path))
	return errors.Is(err, fs.ErrNotExist)
}
