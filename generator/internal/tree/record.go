package tree

import (
	"cmp"
	"slices"
)

// record is everything known about one path.
type record struct {
	path    string
	want    *File  // nil: not generated
	entry   *entry // nil: not in the state
	archive string // where entry is
	disk    disk
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
