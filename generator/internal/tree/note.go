package tree

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"
)

// Most files of a run that was interrupted are recognised by their text: they hold
// their new rendering. A merge does not. So before the first file is replaced, a note
// goes to the state: an archive with the coming entry of each merge and the SHA-256 of
// the bytes about to be written. A file that has this hash is done; of all others the
// note says nothing, for their old entries are in their archives still. Of a merge that
// moves, the note has the old path too: a file with that hash there has moved. The note
// is deleted last.

// noteName is the archive of the note. No tree may use it.
const noteName = "next"

// note is what a run that was interrupted was about to write.
type note struct{ archive *archive }

// takeNote takes the note out of the archives.
func takeNote(archives []*archive) ([]*archive, note) {
	i := slices.IndexFunc(archives, func(a *archive) bool { return a.name == noteName })
	if i < 0 {
		return archives, note{}
	}
	return slices.Delete(slices.Clone(archives), i, i+1), note{archives[i]}
}

func (n note) seen() fs.FileInfo {
	if n.archive == nil {
		return nil
	}
	return n.archive.seen
}

// expect adds records of files that only the note knows.
func (n note) expect(records []*record) []*record {
	if n.archive == nil {
		return records
	}
	for _, e := range n.archive.entries {
		if e.state != orphan && findRecord(records, e.path) == nil {
			records = append(records, &record{path: e.path})
			slices.SortFunc(records, func(a, b *record) int { return cmp.Compare(a.path, b.path) })
		}
	}
	return records
}

func findRecord(records []*record, path string) *record {
	i, found := slices.BinarySearchFunc(records, path, func(r *record, path string) int { return cmp.Compare(r.path, path) })
	if !found {
		return nil
	}
	return records[i]
}

// recall gives the files that were written before the interruption the entries that
// they have since.
func (n note) recall(records []*record) []*record {
	if n.archive == nil {
		return records
	}
	for _, e := range n.archive.entries {
		if r := findRecord(records, e.path); r != nil && r.disk.kind == regular && hash(r.disk.data) == e.next {
			r.recall(e)
		}
	}
	return slices.DeleteFunc(records, func(r *record) bool { return r.want == nil && r.entry == nil })
}

func (r *record) recall(e entry) {
	r.current = false
	switch e.next = ""; {
	case e.state != orphan:
		r.entry = &e
	case r.want == nil:
		gone := *r.entry
		gone.base, gone.exec = r.disk.data, r.disk.exec
		r.entry = &gone
	}
}

// note enters a file whose bytes alone do not tell that it was written.
func (c *comparison) note(r *record, v verdict) {
	if same(v.data, r.want.Content) || v.keep == nil {
		return
	}
	coming := *v.keep
	coming.next = hash(v.data)
	c.plan.next = append(c.plan.next, coming)
}

// noteLeaving enters the old path of a file that moves and changes.
func (c *comparison) noteLeaving(r *record, v verdict) {
	if same(v.data, v.keep.base) {
		return
	}
	leaving := *r.entry
	leaving.state, leaving.next = orphan, hash(r.disk.data)
	c.plan.next = append(c.plan.next, leaving)
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
