package tree

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Files that people write are none of ours, and never come into the state. When their
// format changes they get another text as a whole, all of them in one run. A run that is
// interrupted in between leaves some in the old format and some in the new one, which
// nobody can tell from each other. So the journal about it (journal.go) has the old text of each
// of them, and the SHA-256 of the new one: Recall gives back the texts as they all were,
// and whoever made the new ones makes them once more.

// Rewrite is a file that people write, which gets another text.
type Rewrite struct {
	Path string
	// Old is the text that the new one is made from, as it was before any run. Read is
	// what was read from the file: the same, but after a run that was interrupted.
	Old, Read []byte
	New       []byte
}

// errRead says that somebody wrote to a file between two looks at it.
var errRead = errors.New("changed since it was read; nothing of it was overwritten, run again")

// rewritten are the files to be rewritten, as something that is looked for on disk.
func (o *Options) rewritten() []*record {
	var records []*record
	for _, w := range o.Rewrites {
		records = append(records, &record{path: w.Path, want: &File{Content: w.New}})
	}
	return records
}

// rewrites enters the files that are rewritten, with what was found on disk.
func (c *comparison) rewrites(found []*record) error {
	for i, w := range c.options.Rewrites {
		d := found[i].disk
		switch reason := unfit(w.Path, d); {
		case d.kind == hidden: // its folder is refused
		case reason != "":
			c.plan.changes = append(c.plan.changes, Change{Path: w.Path, State: StateObstructed, Action: ActionNone, Reason: reason})
		case d.kind == absent || !bytes.Equal(d.data, w.Read) && !bytes.Equal(d.data, w.New):
			return fmt.Errorf("%s: %w", w.Path, errRead)
		default:
			c.rewrite(i, w, d)
		}
	}
	return nil
}

// unfit says why a file cannot be rewritten, or "".
func unfit(path string, d disk) string {
	if d.kind == obstructed {
		return kindOf(d.mode) + " is in the place of this file, whose format has changed; it is never followed or replaced"
	}
	if reason := pathProblem(path); reason != "" {
		return "its format has changed, but its name " + reason + "; rename it"
	}
	return ""
}

// rewrite enters a file. One that a run has rewritten before it was interrupted is entered
// once more, as long as others are not.
func (c *comparison) rewrite(turn int, w Rewrite, d disk) {
	e := entry{path: w.Path, id: w.Path, state: managed, base: w.Old, next: coming{home: journalName}}
	c.plan.next = append(c.plan.next, intent{entry: e, data: w.New})
	if bytes.Equal(d.data, w.New) {
		return
	}
	c.plan.changes = append(c.plan.changes, Change{
		Path: w.Path, State: StateMigrated, Action: ActionUpdate, Reason: "its format has changed",
		Disk: d.data, New: w.New, Executable: d.exec, perm: d.mode.Perm(), seen: d.stamp, turn: turn + 1,
	})
}

// rewrites returns the changes of files that people write, in the order of the options.
func (p *Plan) rewrites() []Change {
	var found []Change
	for _, c := range p.changes {
		if c.turn > 0 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b Change) int { return cmp.Compare(a.turn, b.turn) })
	return found
}

// rewrite gives the new texts of files that people write their names. The last one says to
// which format all belong, and waits until the others are there to stay.
func (a *applier) rewrite() error {
	for i, w := range a.rewrites {
		if i > 0 && i == len(a.rewrites)-1 {
			if err := a.sync(); err != nil {
				return err
			}
		}
		if err := a.rename([]*write{w}); err != nil {
			return err
		}
	}
	return nil
}

// Replace gives one file that people write another text: whoever reads it, or comes after a
// crash, finds the old text or the new one. The caller holds the lock.
func (r *Repository) Replace(path string, content []byte) error {
	var seen stamp
	info, err := r.root.Lstat(path)
	switch {
	case err == nil:
		seen = stampOf(info)
	case !errors.Is(err, fs.ErrNotExist):
		return wrap("write", path, err)
	}
	// What a killed run left is in the way, and no scan looks into this folder.
	temp := join2(parent(path), tempPrefix+"0")
	if err := r.root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wrap("delete", temp, err)
	}
	a := &applier{Repository: r, rewrites: []*write{{path: path, seen: seen, perm: permissions(seen, false), content: content}}}
	return a.run(a.stage, a.sync, a.rewrite)
}

// IsTemporary reports whether a path is that of a temporary file, which a killed run leaves.
func IsTemporary(path string) bool { return isTemp(base(path)) }

// Recall returns texts of files that people write as they were before a run rewrote some
// of them and was interrupted; without such a run, as they are.
func (r *Repository) Recall(texts map[string][]byte, version string) (map[string][]byte, error) {
	journal, err := r.readArchive(journalName, version)
	if err != nil {
		return nil, err
	}
	recalled := maps.Clone(texts)
	for _, e := range journal.entries {
		text, known := texts[e.path]
		switch {
		case !e.handwritten() || !known || bytes.Equal(text, e.base):
		case hash(text, false) == e.next.sum:
			recalled[e.path] = e.base
		default:
			return nil, fmt.Errorf("%s was edited after a run had been interrupted that changed its format, and nobody can tell in which format it is now; "+
				"take it back to what git has and run again, or delete %s if it is in the old one", e.path, archivePath(journalName))
		}
	}
	return recalled, nil
}

// handwritten reports whether an entry of the journal is about a file that people write.
func (e *entry) handwritten() bool { return e.next.home == journalName }
