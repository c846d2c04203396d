package tree

import (
	"os"
)

// removal is a file that is deleted or was gone already; its folders follow when
// they are empty.
type removal struct {
	path string
	seen stamp // what is deleted; none when there is nothing to delete

	again bool // it deletes what this very run wrote
}

// deletes reports whether there is something to delete.
func (d removal) deletes() bool { return d.seen.there || d.again }

// unchanged checks that what d deletes is as Scan found it.
func (d removal) unchanged(root *os.Root) error {
	if !d.seen.there || d.again {
		return nil
	}
	return wrap("delete", d.path, d.seen.unchanged(root, base(d.path)))
}

// remove deletes files.
func (a *applier) remove() error { return a.delete(a.removals) }

func plantRemovals(removals []removal) *folder[removal] {
	return plant(removals, func(d removal) string { return d.path })
}

// delete deletes files and then the folders that became empty.
func (a *applier) delete(removals []removal) error {
	w := walker[removal]{enter: enterRemoval, visit: a.deleteFolder, leave: a.prune}
	return w.run(a.root, plantRemovals(removals))
}

// enterRemoval enters a folder; where nothing is to be deleted, it need not be there.
func enterRemoval(parent *os.Root, f *folder[removal]) (*os.Root, error) {
	root, err := enter(parent, f.name)
	if err == nil {
		return root, nil
	}
	needed := false
	f.all(func(d removal) { needed = needed || d.deletes() })
	if !needed {
		return nil, nil
	}
	return nil, wrap("open", f.path, err)
}

func (a *applier) deleteFolder(root *os.Root, f *folder[removal]) error {
	for _, d := range f.items {
		if !d.deletes() {
			continue
		}
		if err := d.unchanged(root); err != nil {
			return err
		}
		if err := a.begin("remove", d.path); err != nil {
			return wrap("delete", d.path, err)
		}
		if err := root.Remove(base(d.path)); err != nil {
			return wrap("delete", d.path, err)
		}
	}
	return syncFolder(root)
}

// prune deletes a folder if it is empty. That it is not, or cannot be deleted, is no
// fault: an empty folder does no harm.
func (a *applier) prune(parent *os.Root, f *folder[removal]) error {
	if err := a.begin("rmdir", f.path); err != nil {
		return wrap("delete", f.path, err)
	}
	_ = parent.Remove(f.name)
	return nil
}
