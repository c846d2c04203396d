package tree

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Version is one side's version of a file in a Git merge; nil when that side has no
// such file.
type Version struct {
	Content    []byte
	Executable bool
}

// Unmerged is a path that Git could not merge, with the three versions that it
// keeps in its index.
type Unmerged struct {
	Path               string
	Base, Ours, Theirs *Version
}

// MergeInput is what Remerge decides about.
type MergeInput struct {
	Unmerged []Unmerged
	// Merge merges three texts line by line, as Git did.
	Merge func(base, ours, theirs []byte) ([]byte, error)
	// Version of wavewright.
	Version string
}

// Resolution says how generated files and the state come out of a Git merge.
type Resolution struct {
	// Files to write by path; nil means that the file is deleted.
	Files map[string]*Version
	// Left are paths that a person has to resolve, sorted: files that are not
	// generated, and generated files that both sides edited by hand.
	Left []string
}

// Remerge decides about what Git could not merge of generated files and of the state, so
// that a following run can generate them anew. For every file it takes one side, file
// and state entry together: a side that a person edited wins over one that only the
// generator changed. What remains for a person is what both edited. Nothing is written.
func (r *Repository) Remerge(in MergeInput) (*Resolution, error) {
	m := &remerge{MergeInput: in, root: r.root, format: r.format(in.Version), unmerged: map[string]Unmerged{}, out: &Resolution{Files: map[string]*Version{}}, archives: map[string][]entry{}}
	if err := m.load(); err != nil {
		return nil, err
	}
	for _, path := range m.paths() {
		if err := m.decide(path); err != nil {
			return nil, err
		}
	}
	for name, entries := range m.archives {
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
		text := &Version{Content: m.format.encode(entries)}
		if len(entries) == 0 {
			text = nil
		}
		m.out.Files[name] = text
	}
	slices.Sort(m.out.Left)
	return m.out, nil
}

// remerge carries one run of Remerge.
type remerge struct {
	MergeInput
	root     *os.Root
	format   format
	unmerged map[string]Unmerged // generated candidates by path
	// sides hold the entries of unmerged archives by path: base, ours, theirs.
	sides    [3]map[string]owned
	archives map[string][]entry // by path of the archive
	out      *Resolution
}

// owned is an entry and the archive that it stands in.
type owned struct {
	entry
	archive string
}

func (m *remerge) load() error {
	for i := range m.sides {
		m.sides[i] = map[string]owned{}
	}
	for _, u := range m.Unmerged {
		if !strings.HasPrefix(u.Path, stateFolder+"/") {
			m.unmerged[u.Path] = u
			continue
		}
		m.archives[u.Path] = nil
		if u.Path == archivePath(journalName) {
			continue // it is about a run on one side, which is over
		}
		for i, version := range []*Version{u.Base, u.Ours, u.Theirs} {
			if version == nil {
				continue
			}
			entries, _, err := m.format.decode(u.Path, version.Content)
			if err != nil {
				return err
			}
			for _, e := range entries {
				m.sides[i][e.path] = owned{e, u.Path}
			}
		}
	}
	return nil
}

// paths lists what has to be decided.
func (m *remerge) paths() []string {
	var paths []string
	for path := range m.unmerged {
		paths = append(paths, path)
	}
	for _, side := range m.sides[1:] {
		for path := range side {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// decide takes a side for one path.
func (m *remerge) decide(path string) error {
	ours, inOurs := m.sides[1][path]
	theirs, inTheirs := m.sides[2][path]
	u, conflicted := m.unmerged[path]
	switch {
	case !inOurs && !inTheirs:
		m.out.Left = append(m.out.Left, path)
		return nil
	case !conflicted:
		return m.merged(path, ours, inOurs, theirs, inTheirs)
	case !inTheirs:
		m.take(ours, u.Ours)
	case !inOurs:
		m.take(theirs, u.Theirs)
	case !edited(theirs, u.Theirs):
		m.take(ours, u.Ours)
	case !edited(ours, u.Ours) || sameVersion(u.Ours, u.Theirs):
		m.take(theirs, u.Theirs)
	default:
		m.out.Left = append(m.out.Left, path)
		m.keep(ours)
	}
	return nil
}

// merged settles a file that Git merged although its state entry was not: the text
// on disk is compared with what Git made of the pure renderings.
func (m *remerge) merged(path string, ours owned, inOurs bool, theirs owned, inTheirs bool) error {
	chosen := ours
	if !inOurs {
		chosen = theirs
	}
	disk, err := readVersion(m.root, path)
	if err != nil || !inOurs || !inTheirs || ours.equal(&theirs.entry) {
		m.keep(chosen)
		return err
	}
	pure, err := m.Merge(m.sides[0][path].base, ours.base, theirs.base)
	if err != nil {
		return err
	}
	switch {
	case disk == nil:
		m.keep(ours)
	case bytes.Equal(normal(disk.Content), normal(theirs.base)):
		m.keep(theirs)
	case bytes.Equal(normal(disk.Content), normal(pure)):
		m.take(ours, &Version{Content: ours.base, Executable: ours.exec})
	default:
		m.keep(ours)
	}
	return nil
}

// take keeps an entry and writes its file, or deletes it when that side had none.
func (m *remerge) take(e owned, file *Version) {
	m.out.Files[e.path] = file
	m.keep(e)
}

// keep keeps an entry; the file stays as it is.
func (m *remerge) keep(e owned) {
	m.archives[e.archive] = append(m.archives[e.archive], e.entry)
}

// edited reports whether a person changed a side's file.
func edited(e owned, file *Version) bool {
	return file == nil || e.state != managed || e.exec != file.Executable || !bytes.Equal(normal(e.base), normal(file.Content))
}

func sameVersion(a, b *Version) bool {
	return a == b || a != nil && b != nil && a.Executable == b.Executable && bytes.Equal(a.Content, b.Content)
}

// Settle writes what Remerge decided, and returns the paths that are settled, sorted. A file
// that somebody has resolved without telling Git stays as it is.
func (r *Repository) Settle(unmerged []Unmerged, resolution *Resolution) ([]string, error) {
	unlock, err := r.Lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	byHand := map[string]bool{}
	for _, u := range unmerged {
		if byHand[u.Path], err = resolvedByHand(r.root, u); err != nil {
			return nil, fmt.Errorf("read %s: %w", u.Path, err)
		}
	}
	paths := slices.Sorted(maps.Keys(resolution.Files))
	for _, path := range paths {
		if byHand[path] {
			continue
		}
		if err := resolution.Files[path].write(r.root, path); err != nil {
			return nil, fmt.Errorf("write %s: %w", path, err)
		}
	}
	return paths, nil
}

// resolvedByHand reports whether somebody has resolved a file without telling Git: it has no
// markers, and a text that no side has.
func resolvedByHand(root *os.Root, u Unmerged) (bool, error) {
	if strings.HasPrefix(u.Path, stateFolder+"/") {
		return false, nil
	}
	disk, err := readVersion(root, u.Path)
	if err != nil || disk == nil || bytes.Contains(append([]byte("\n"), disk.Content...), []byte("\n<<<<<<< ")) {
		return false, err
	}
	of := func(v *Version) bool { return v != nil && bytes.Equal(normal(v.Content), normal(disk.Content)) }
	return !of(u.Base) && !of(u.Ours) && !of(u.Theirs), nil
}

// readVersion reads a file that Git merged; nil when there is none.
func readVersion(root *os.Root, path string) (*Version, error) {
	content, err := root.ReadFile(filepath.FromSlash(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &Version{Content: content}, err
}

// write writes one side's version, or deletes the file. What it replaces is in Git's index, so
// that git checkout --merge brings the conflict back.
func (v *Version) write(root *os.Root, path string) error {
	name := filepath.FromSlash(path)
	if v == nil {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	mode := fs.FileMode(0o644)
	if v.Executable {
		mode = 0o755
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return errors.Join(root.WriteFile(name, v.Content, mode), root.Chmod(name, mode))
}
