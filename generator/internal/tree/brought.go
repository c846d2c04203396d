package tree

import (
	"path/filepath"
	"slices"
)

// brought decides about a path that neither side has: both renamed its file, or Git brought one
// here, because the other side renamed its folder. A generated file is decided about at its own
// path, and goes from here; one of a person's own is only here, in the working tree.
func (m *remerge) brought(u Unmerged, generated bool) error {
	for i, v := range []*Version{u.Ours, u.Theirs} {
		if v == nil || generated {
			continue
		}
		ours, err := m.isGenerated(i, u.Path, v)
		if err != nil {
			return err
		}
		if !ours {
			m.out.Left = append(m.out.Left, u.Path)
			return nil
		}
	}
	m.out.Files[u.Path] = nil
	return nil
}

// isGenerated reports whether a text is that of a generated file of a side, 0 for ours and 1 for
// theirs, with the same name.
func (m *remerge) isGenerated(side int, path string, v *Version) (bool, error) {
	var named []string
	for known := range m.sides[side+1] {
		if base(known) == base(path) {
			named = append(named, known)
		}
	}
	files, err := []*Commit{m.Ours, m.Theirs}[side].Read(named)
	for _, file := range files {
		if sameVersion(file, v) {
			return true, err
		}
	}
	return false, err
}

// special reports whether one side has no file there, but something else.
func (u Unmerged) special() bool {
	return slices.ContainsFunc([]*Version{u.Base, u.Ours, u.Theirs}, func(v *Version) bool { return v != nil && v.Special })
}

// hidden reports whether something that is no folder is in the place of one above a path.
func (m *remerge) hidden(path string) bool {
	for folder := parent(path); folder != ""; folder = parent(folder) {
		if info, err := m.root.Lstat(filepath.FromSlash(folder)); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}
