package tree

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// Names that change places, two or more of them in a circle, have no free path to which their files
// could move one after the other. So everything that has such a name goes to its new place before
// anything else is decided: files with their entries, and what people have beside them. Scan shows
// the repository as if that had been done, and Decide compares from there. Apply does it first
// (circleapply.go).
//
// Nothing in a repository tells names that have changed places from names that are about to. So an
// archive of the state says which circles are done; one that the state knows has no effect.

// Swap is a circle of names: what has one of them gets the next one.
type Swap struct {
	// Name is that of the archive that says that the circle is done, below moved/.
	Name string
	// Names leads from every address, as in applications/web, to the new one.
	Names map[string]string
	// Also are addresses that are made of these, and follow them.
	Also map[string]string
}

// swapArchives are the archives of circles that are done. Each block has an address in the place of
// the path, and the new address in that of the ID.
const swapArchives = "moved/"

// States of the blocks of a circle.
const (
	swapDone  = managed
	swapBegun = orphan // entries get their marks
)

// entries are what the state says about a circle.
func (w *Swap) entries(state entryState) []entry {
	all := maps.Clone(w.Names)
	maps.Copy(all, w.Also)
	var entries []entry
	for _, from := range slices.Sorted(maps.Keys(all)) {
		entries = append(entries, entry{path: from, id: all[from], state: state})
	}
	return entries
}

// takeSwapped takes the archives of circles out of the others.
func takeSwapped(archives []*archive) (rest, swapped []*archive) {
	for _, a := range archives {
		if strings.HasPrefix(a.name, swapArchives) {
			swapped = append(swapped, a)
		} else {
			rest = append(rest, a)
		}
	}
	return rest, swapped
}

// namesOf returns what archives of circles in a state say.
func namesOf(swapped []*archive, state entryState) map[string]string {
	names := map[string]string{}
	for _, a := range swapped {
		for _, e := range a.entries {
			if e.state == state {
				names[e.path] = e.id
			}
		}
	}
	return names
}

// is reports whether the state knows a circle in a state. What follows it depends on the rest of
// the spec, and has no say.
func (s *Scan) is(w Swap, state entryState) bool {
	names := namesOf([]*archive{s.swapArchive(w.Name)}, state)
	for from, to := range w.Names {
		if names[from] != to {
			return false
		}
	}
	return true
}

// pending are the circles that are to be done. Once entries have marks, those are finished that were
// begun, whatever the user declares since; then fresh ones have to wait.
func (s *Scan) pending(marked bool) (names []map[string]string, fresh bool) {
	for _, w := range s.options.Swaps {
		switch {
		case s.is(w, swapDone):
		case !marked:
			names = append(names, namesOf([]*archive{{entries: w.entries(swapBegun)}}, swapBegun))
		case !s.is(w, swapBegun):
			fresh = true
		}
	}
	if begun := namesOf(s.swapped, swapBegun); marked && len(begun) > 0 {
		names = append(names, begun)
	}
	return names, fresh
}

// swapsBegun are the changes of the state that make it say which circles are begun.
func (s *Scan) swapsBegun() []archiveChange {
	var changes []archiveChange
	for _, w := range s.options.Swaps {
		if !s.is(w, swapDone) {
			a := s.swapArchive(w.Name)
			changes = append(changes, archiveChange{name: a.name, final: w.entries(swapBegun), seen: a.seen})
		}
	}
	return changes
}

// swapArchive returns the archive of a circle, as it is on disk.
func (s *Scan) swapArchive(name string) *archive {
	name = swapArchives + name
	for _, a := range s.swapped {
		if a.name == name {
			return a
		}
	}
	return &archive{name: name}
}

// swapRecords are the changes of the state that make it say which circles are done.
func (s *Scan) swapRecords() []archiveChange {
	wanted := map[string]bool{}
	var changes []archiveChange
	for _, w := range s.options.Swaps {
		a, final := s.swapArchive(w.Name), w.entries(swapDone)
		if wanted[a.name] = true; s.is(w, swapDone) {
			final = a.entries
		}
		if !equalEntries(a.entries, final) || a.outdated != 0 {
			changes = append(changes, archiveChange{name: a.name, old: a.entries, final: final, seen: a.seen})
		}
	}
	for _, a := range s.swapped {
		if !wanted[a.name] {
			changes = append(changes, archiveChange{name: a.name, old: a.entries, seen: a.seen})
		}
	}
	return changes
}

// Swapped returns the names that have changed places, with the new ones, as the state knows them.
func (r *Repository) Swapped(version string) (map[string]string, error) {
	archives, err := r.readState(r.format(version), &scanner{})
	_, swapped := takeSwapped(archives)
	return namesOf(swapped, swapDone), err
}

// What is on its way has a mark before its new ID in the state, and the path that it had.
const (
	markOut = "out:" // it is at its old path, or parked
	markIn  = "in:"  // it is parked, or at its new path
)

// cutMark splits the ID of an entry.
func cutMark(id string) (mark, rest string) {
	for _, mark := range []string{markOut, markIn} {
		if rest, ok := strings.CutPrefix(id, mark); ok {
			return mark, rest
		}
	}
	return "", id
}

// parked is where a file waits for its new path to become free.
func parked(path string) string { return layout.Parked + path }

// item is a file or a folder that gets the place of another one.
type item struct {
	origin, dest string
	place        string // where it is: origin, parked or dest; empty when it is nowhere
	mark         string
	id           string // the new one; empty of what is a person's
	file         *record
}

// yours reports whether an item is a person's.
func (i *item) yours() bool { return i.id == "" }

// shift is everything that gets another place.
type shift struct {
	root     *os.Root
	items    []*item          // sorted by origin
	arrivals map[string]*item // by new path, of what is somewhere
	away     map[string]bool  // paths that become free
	archives []*archive       // as they are on disk
	members  []member         // of those archives that change, by path
	begun    []archiveChange  // of the circles, before any mark
	records  []archiveChange  // of the circles, once everything is marked
	refused  []Change
}

// member is an entry of an archive that changes.
type member struct {
	entry
	archive string
	item    *item // nil of what stays
}

// locate returns where something is now that is at a path once everything has its new place.
func (x *shift) locate(path string) (string, bool) {
	if x == nil {
		return path, true
	}
	for folder := path; folder != ""; folder = parent(folder) {
		if i := x.arrivals[folder]; i != nil {
			return i.place + strings.TrimPrefix(path, folder), true
		}
		if x.away[folder] {
			return "", false
		}
	}
	return path, true
}

// leaves reports whether what is at a path now goes away from it.
func (x *shift) leaves(path string) bool {
	for folder := path; x != nil && folder != ""; folder = parent(folder) {
		if x.away[folder] {
			return true
		}
	}
	return false
}

// listing returns the names of a folder that the state does not know, as they are afterwards.
func (x *shift) listing(folder string, names []string) []string {
	if x == nil {
		return names
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return x.leaves(join2(folder, name)) })
	for dest, i := range x.arrivals {
		if i.yours() && parent(dest) == folder && !slices.Contains(names, base(dest)) {
			names = append(names, base(dest))
		}
	}
	slices.Sort(names)
	return names
}

// look returns what will be at a path.
func (x *shift) look(root *os.Root, path string) (fs.FileInfo, error) {
	now, there := x.locate(path)
	if !there {
		return nil, fs.ErrNotExist
	}
	return root.Lstat(filepath.FromSlash(now))
}

// Locate returns where something is on disk that is at a path once names have changed places.
func (s *Scan) Locate(path string) (string, bool) { return s.shift.locate(path) }

// Swaps reports whether names change places.
func (s *Scan) Swaps() bool { return s.shift != nil }

// File is the archive that says that the circle is done.
func (w *Swap) File() string { return archivePath(swapArchives + w.Name) }

// Done reports whether the text of that archive says so.
func (w *Swap) Done(text []byte) bool {
	declared := Swap{Names: w.Names}
	return !slices.ContainsFunc(declared.entries(swapDone), func(e entry) bool { return !bytes.Contains(withoutCRLF(text), e.append(nil)) })
}
