package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Settle writes what Remerge decided, and returns the paths that are settled, sorted, with those
// among them that somebody has resolved without telling Git: they stay as they are.
func (r *Repository) Settle(unmerged []Unmerged, resolution *Resolution) (settled, byHand []string, err error) {
	unlock, err := r.Lock()
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	resolved, known := map[string]bool{}, map[string]bool{}
	for _, u := range unmerged {
		known[u.Path] = true
		if resolved[u.Path], err = resolvedByHand(r.root, u); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", u.Path, err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(resolution.Files)) {
		there, err := readVersion(r.root, path)
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", path, err)
		}
		version := resolution.Files[path]
		if version == nil && there == nil && !known[path] {
			continue // Git does not know it, and there is nothing to delete
		}
		settled = append(settled, path)
		switch {
		case resolved[path] && !version.is(there):
			byHand = append(byHand, path)
		case resolved[path]:
		default:
			if err := version.write(r.root, path); err != nil {
				return nil, nil, fmt.Errorf("write %s: %w", path, err)
			}
		}
	}
	return settled, byHand, nil
}

// is reports whether a version is what is there, whose execute bit is not known.
func (v *Version) is(there *Version) bool {
	return v == there || v != nil && there != nil && !there.Special && bytes.Equal(normal(v.Content), normal(there.Content))
}

// resolvedByHand reports whether somebody has resolved a file without telling Git: where both
// sides have a text Git leaves one with markers, and where one side has it Git leaves that one.
func resolvedByHand(root *os.Root, u Unmerged) (bool, error) {
	if strings.HasPrefix(u.Path, stateFolder+"/") {
		return false, nil
	}
	disk, err := readVersion(root, u.Path)
	if err != nil || disk == nil {
		return !u.Absent && (u.Ours != nil || u.Theirs != nil), err
	}
	if bytes.Contains(append([]byte("\n"), disk.Content...), []byte("\n<<<<<<< ")) {
		return false, nil
	}
	of := func(v *Version) bool { return v != nil && bytes.Equal(normal(v.Content), normal(disk.Content)) }
	if u.Ours != nil && u.Theirs != nil && isText(u.Ours.Content) && isText(u.Theirs.Content) {
		return true, nil
	}
	return !of(u.Base) && !of(u.Ours) && !of(u.Theirs), nil
}

// readVersion reads a file that Git merged; nil when there is none. A link is not followed.
func readVersion(root *os.Root, path string) (*Version, error) {
	name := filepath.FromSlash(path)
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return &Version{Special: true}, nil
	}
	content, err := root.ReadFile(name)
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
	if info, err := root.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return errors.New(kindOf(info.Mode()) + " is in the place of this file")
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

// Known returns the paths of the files that archives of the state list. Those that cannot be read
// list none.
func (r *Repository) Known(archives map[string][]byte, version string) map[string]bool {
	known := map[string]bool{}
	for name, text := range archives {
		entries, _, err := r.format(version).decode(name, withoutCRLF(text))
		if err != nil {
			continue
		}
		for _, e := range entries {
			known[e.path] = true
		}
	}
	return known
}

// IDs returns the IDs of the files that the state lists.
func (r *Repository) IDs(version string) ([]string, error) {
	entries, err := r.entries(version)
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.id)
	}
	return ids, err
}

// Knows returns the paths of the files that the state lists now.
func (r *Repository) Knows(version string) (map[string]bool, error) {
	entries, err := r.entries(version)
	known := map[string]bool{}
	for _, e := range entries {
		known[e.path] = true
	}
	return known, err
}

// entries returns everything that the state lists.
func (r *Repository) entries(version string) ([]entry, error) {
	archives, err := r.readState(r.format(version), &scanner{})
	var entries []entry
	for _, a := range archives {
		entries = append(entries, a.entries...)
	}
	return entries, err
}

// UnreadableError says that what Git merges of the state cannot be read, so that nothing can be
// decided about.
type UnreadableError struct {
	// Side is base, ours, theirs or working tree.
	Side string
	// Known says that it was read from a commit: the state is broken there. Otherwise Git has
	// merged parts of it, with markers, into what it keeps of that side.
	Known bool
	Err   error
}

// Error says where, and names the place.
func (e *UnreadableError) Error() string {
	if !e.Known {
		return "git has left conflict markers in what it keeps of both sides of the state, and does not know the commits they come from"
	}
	return "the state of the " + e.Side + " side cannot be read: " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *UnreadableError) Unwrap() error { return e.Err }
