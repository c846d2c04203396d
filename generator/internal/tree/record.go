package tree

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// record is everything known about one path.
type record struct {
	path    string
	want    *File  // nil: not generated
	entry   *entry // nil: not in the state
	archive string // where entry is
	disk    disk
	current bool // the entry is in its archive just as it will be once the file is written
	settled bool // decided with the record that it moved to or from

	recalled bool // a run that was interrupted wrote just what is on disk
}

// managed returns the entry of a wanted file that has been written.
func (r *record) managed() entry {
	return entry{
		path: r.path, id: r.want.ID, exec: r.want.Executable, state: managed, base: r.want.Content,
	}
}

func sortArchives(archives []*archive) {
	slices.SortFunc(archives, func(a, b *archive) int { return cmp.Compare(a.name, b.name) })
}

// wantedRecords returns a record for each file of a tree, whose sorted paths are paths.
func wantedRecords(want Tree, paths []string) []*record {
	records := make([]record, len(want))
	files := make([]File, len(want))
	pointers := make([]*record, len(want))
	for i, path := range paths {
		files[i] = want[path]
		records[i] = record{path: path, want: &files[i]}
		pointers[i] = &records[i]
	}
	return pointers
}

func byArchive(records []*record) map[string][]*record {
	groups := map[string][]*record{}
	for _, r := range records {
		groups[r.want.Archive] = append(groups[r.want.Archive], r)
	}
	return groups
}

// join adds the state to the wanted records and returns all records by path.
func join(records []*record, wanted map[string][]*record, archives []*archive, n note) ([]*record, error) {
	j := joiner{records: records, homes: n.homes()}
	for _, a := range archives {
		if a.asWanted {
			for i, r := range wanted[a.name] {
				r.entry, r.archive, r.current = &a.entries[i], a.name, true
			}
		}
	}
	for _, a := range archives {
		if a.asWanted {
			continue
		}
		for i := range a.entries {
			if err := j.add(a, &a.entries[i]); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(j.records, func(a, b *record) int { return cmp.Compare(a.path, b.path) })
	return j.records, nil
}

type joiner struct {
	records []*record
	index   map[string]*record // built when first needed
	homes   map[string]string  // path → archive, of files that a run was about to move there
}

func (j *joiner) add(a *archive, e *entry) error {
	if j.index == nil {
		j.index = make(map[string]*record, len(j.records))
		for _, r := range j.records {
			j.index[r.path] = r
		}
	}
	r := j.index[e.path]
	switch {
	case r == nil:
		r = &record{path: e.path}
		j.records, j.index[e.path] = append(j.records, r), r
	case r.entry == nil, j.homes[e.path] == a.name:
	case j.homes[e.path] == r.archive:
		return nil // the entry has arrived there already
	case r.want != nil && r.want.Archive == r.archive:
		return nil // a run that moved the file to its archive was interrupted: the old entry is dead
	case r.want == nil || r.want.Archive != a.name:
		return fmt.Errorf("%s: %s is in %s too; delete its block in one of the two", archivePath(a.name), e.path, archivePath(r.archive))
	}
	if r.want != nil && bytes.Equal(e.base, r.want.Content) {
		e.base = r.want.Content // one copy is enough
	}
	r.entry, r.archive = e, a.name
	return nil
}
