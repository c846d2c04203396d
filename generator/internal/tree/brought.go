package tree

import (
	"bytes"
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

// followed reports whether Git has brought into a file that nobody edited what the other side only
// rendered at the path that the file was renamed from. There it may be another one since: names
// change places.
func (m *remerge) followed(e owned, file, disk *Version, side, other int) (bool, error) {
	if file == nil || disk == nil || disk.Special || edited(e, file) || bytes.Equal(normal(disk.Content), normal(file.Content)) {
		return false, nil
	}
	for path, was := range m.sides[0] {
		now, stays := m.sides[other][path]
		if _, here := m.sides[side][path]; here || !stays || base(path) != base(e.path) || bytes.Equal(was.base, now.base) {
			continue
		}
		brought, err := m.Merge(was.base, e.base, now.base)
		if err != nil || bytes.Equal(normal(brought), normal(disk.Content)) {
			return err == nil, err
		}
	}
	return false, nil
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
