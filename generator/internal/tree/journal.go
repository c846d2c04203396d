package tree

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"slices"
)

// A run that was interrupted left some files as they were and others as they were to
// be, and the state does not say which. A next run of the same rendering recognises
// most by their text; but not a merge, and of another rendering, which has to follow
// when the spec was changed in between, it would recognise nothing. So before anything
// else is written, a journal goes to the state. It has the coming entry of each file that
// is written, and the SHA-256 of its mode and bytes: a file with this hash is done. It has the
// present entry of each file that is deleted, or moves, as an orphan: such a file, if it
// is gone, was not deleted by the user. The next run first brings the state up to date
// by the journal; then it goes on as if nothing had happened, with a journal of its own. The
// journal is deleted last. It also keeps the old texts of files that people write, while they
// are rewritten (rewrite.go).

// journalName is the archive of the journal. No tree may use it.
const journalName = "next"

// journal is what a run that was interrupted was about to do.
type journal struct{ archive *archive }

// takeJournal takes the journal out of the archives. What it says about files that people write
// is for Recall.
func takeJournal(archives []*archive) ([]*archive, journal) {
	i := slices.IndexFunc(archives, func(a *archive) bool { return a.name == journalName })
	if i < 0 {
		return archives, journal{}
	}
	ours := *archives[i]
	ours.entries = slices.DeleteFunc(slices.Clone(ours.entries), func(e entry) bool { return e.handwritten() })
	return slices.Delete(slices.Clone(archives), i, i+1), journal{&ours}
}

func (n journal) seen() stamp {
	if n.archive == nil {
		return stamp{}
	}
	return n.archive.seen
}

// homes are the archives to which files were about to go, by path.
func (n journal) homes() map[string]string {
	if n.archive == nil {
		return nil
	}
	homes := map[string]string{}
	for _, e := range n.archive.entries {
		if e.state != orphan {
			homes[e.path] = e.next.home
		}
	}
	return homes
}

// expect adds records of files that only the journal knows: they may have been written, and
// there may be temporary files beside them.
func (n journal) expect(records []*record) []*record {
	if n.archive == nil {
		return records
	}
	known := len(records)
	for _, e := range n.archive.entries {
		if e.state != orphan && findRecord(records[:known], e.path) == nil {
			records = append(records, &record{path: e.path})
		}
	}
	slices.SortFunc(records, func(a, b *record) int { return cmp.Compare(a.path, b.path) })
	return records
}

func findRecord(records []*record, path string) *record {
	i, found := slices.BinarySearchFunc(records, path, func(r *record, path string) int { return cmp.Compare(r.path, path) })
	if !found {
		return nil
	}
	return records[i]
}

// recall gives the files that were written or deleted before the interruption the
// entries that they have since.
func (n journal) recall(records []*record, o *Options) []*record {
	if n.archive == nil {
		return records
	}
	done := map[string]*record{} // by ID
	for _, e := range n.archive.entries {
		if r := findRecord(records, e.path); e.state != orphan && r != nil && r.holds(e) {
			r.recall(e, o)
			done[r.entry.id] = r
		}
	}
	for _, e := range n.archive.entries {
		if r := findRecord(records, e.path); e.state == orphan && r != nil && r.entry != nil {
			r.left(e, done[r.entry.id])
		}
	}
	return slices.DeleteFunc(records, func(r *record) bool { return r.want == nil && r.entry == nil })
}

// holds reports whether a file is as the journal says.
func (r *record) holds(e entry) bool {
	return r.disk.kind == regular && hash(r.disk.data, r.disk.exec) == e.next.sum
}

// recall is about a file that was written.
func (r *record) recall(e entry, o *Options) {
	r.archive, r.recalled = e.next.home, true
	if e.next.pure {
		e.base = r.disk.data
	}
	e.next = coming{}
	r.entry = &e
	o.rename([]*record{r})
}

// left is about a file that was to be deleted; to is where it has arrived, nil for
// nowhere.
func (r *record) left(e entry, to *record) {
	gone := *r.entry
	gone.state = orphan
	switch {
	case r.disk.kind == absent && r.want != nil:
		r.entry = nil // that it is gone is our doing
	case r.disk.kind == absent:
		r.entry = &gone // the same, and the next journal will not say so; its folders may be left
	case to == nil:
	case r.want == nil && r.holds(e):
		gone.base, gone.exec = r.disk.data, r.disk.exec // it can go
		r.entry = &gone
	case r.want != nil && to.want == nil && r.holds(e):
		to.entry.base, to.entry.exec = to.disk.data, to.disk.exec // it is to stay here now: the other can go
	}
}

// healed returns the archives as they are once the state is brought up to date by the
// journal, and the changes that this takes.
func (n journal) healed(records []*record, archives []*archive) ([]*archive, []archiveChange) {
	if n.archive == nil {
		return archives, nil
	}
	entries := map[string][]entry{}
	for _, r := range records {
		if r.entry != nil {
			entries[r.archive] = append(entries[r.archive], *r.entry)
		}
	}
	var after []*archive
	var changes []archiveChange
	for _, a := range archives {
		now := entries[a.name]
		delete(entries, a.name)
		if equalEntries(a.entries, now) {
			after = append(after, a)
			continue
		}
		changes = append(changes, archiveChange{name: a.name, old: a.entries, final: now, seen: a.seen})
		if len(now) > 0 {
			after = append(after, &archive{name: a.name, seen: a.seen, entries: now, again: true})
		}
	}
	for name, now := range entries {
		changes = append(changes, archiveChange{name: name, final: now})
		after = append(after, &archive{name: name, entries: now, again: true})
	}
	sortArchives(after)
	slices.SortFunc(changes, func(a, b archiveChange) int { return cmp.Compare(a.name, b.name) })
	return after, changes
}

func equalEntries(a, b []entry) bool {
	return slices.EqualFunc(a, b, func(x, y entry) bool { return x.equal(&y) })
}

// intent is an entry of the journal to be, and the file that it is about.
type intent struct {
	entry
	data []byte
	mode bool // executable
}

// changesArchive reports whether the entry of a file goes to another archive. For a
// moment it is in both, and the journal says which one is right.
func (r *record) changesArchive(v verdict) bool {
	return r.want != nil && r.entry != nil && v.keep != nil && r.want.Archive != r.archive
}

// enter enters a file that is written, or whose entry goes to another archive.
func (c *comparison) enter(r *record, v verdict) {
	n := intent{entry: *v.keep, data: v.data, mode: v.exec}
	n.next.home = r.want.Archive
	if bytes.Equal(n.base, v.data) {
		n.base, n.next.pure = nil, true
	}
	if last := len(c.plan.next) - 1; last >= 0 && c.plan.next[last].path == r.path {
		return // it is entered
	}
	c.plan.next = append(c.plan.next, n)
}

// enterLeaving enters a file that is deleted, or moves.
func (c *comparison) enterLeaving(r *record) {
	n := intent{entry: *r.entry, data: r.disk.data, mode: r.disk.exec}
	n.base, n.state, n.next = nil, orphan, coming{pure: true, home: r.archive}
	c.plan.next = append(c.plan.next, n)
}

// journalEntries are the entries of the journal.
func journalEntries(next []intent) []entry {
	entries := make([]entry, len(next))
	for i, n := range next {
		entries[i] = n.entry
		entries[i].next.sum = hash(n.data, n.mode)
	}
	return entries
}

// hash returns the SHA-256 of a file: of its mode, as far as there is one, and its bytes.
func hash(data []byte, exec bool) string {
	mode := "644 "
	if exec && runtime.GOOS != "windows" {
		mode = "755 "
	}
	h := sha256.New()
	h.Write([]byte(mode))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}
