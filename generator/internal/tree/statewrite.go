package tree

import (
	"cmp"
	"slices"
)

// stateWrites is how the state is brought up to date: first, second, removals.
//
// An entry may go from one archive to another. It must arrive before it leaves, or
// an interruption in between would make the file a stranger's. So archives that gain
// an entry are written first; one that also loses an entry to another archive keeps
// that entry in its first writing and drops it in a second one. For a moment an entry
// is then in two archives; join knows which is right.
type stateWrites struct {
	first, second []*write
	removals      []removal
}

func (s *stateWrites) all() []*write { return append(slices.Clone(s.first), s.second...) }

func planState(changes []archiveChange) stateWrites {
	var s stateWrites
	arrivals := arrivals(changes)
	for i := range changes {
		c := &changes[i]
		path := archivePath(c.name)
		if len(c.final) == 0 {
			s.removals = append(s.removals, removal{path: path, seen: c.seen, again: c.again})
			continue
		}
		w := &write{path: path, seen: c.seen, perm: permissions(c.seen, false), entries: c.final, again: c.again}
		if len(missingFrom(c.old, c.final)) == 0 {
			s.second = append(s.second, w) // nothing arrives here
			continue
		}
		s.first = append(s.first, w)
		if staying := c.departures(arrivals); len(staying) > 0 {
			w.entries = merged(c.final, staying)
			s.second = append(s.second, &write{path: path, perm: w.perm, entries: c.final, again: true})
		}
	}
	return s
}

// missingFrom returns the entries of list whose path is not in reference. Both are
// sorted by path.
func missingFrom(reference, list []entry) []entry {
	var missing []entry
	for _, e := range list {
		_, found := slices.BinarySearchFunc(reference, e.path, func(r entry, path string) int { return cmp.Compare(r.path, path) })
		if !found {
			missing = append(missing, e)
		}
	}
	return missing
}

// arrivals returns the archive to which each new path and each new ID goes.
func arrivals(changes []archiveChange) map[string]string {
	to := map[string]string{}
	for i := range changes {
		c := &changes[i]
		for _, e := range missingFrom(c.old, c.final) {
			to[e.path], to[e.id] = c.name, c.name
		}
	}
	return to
}

// departures returns the entries that leave for another archive.
func (c *archiveChange) departures(arrivals map[string]string) []entry {
	var leaving []entry
	for _, e := range missingFrom(c.final, c.old) {
		for _, key := range []string{e.path, e.id} {
			if to, ok := arrivals[key]; ok && to != c.name {
				leaving = append(leaving, e)
				break
			}
		}
	}
	return leaving
}

func merged(a, b []entry) []entry {
	all := append(slices.Clone(a), b...)
	slices.SortFunc(all, func(x, y entry) int { return cmp.Compare(x.path, y.path) })
	return all
}
