package tree

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// swap gives everything its new place, and returns what is left of a plan: a plan for the
// repository as it is then. In whatever moment a run is interrupted, the state says with the marks
// of its entries where a file can be, and the next run goes on:
//
//   - The circles are recorded as begun; entries get their new IDs, with the first mark; the circles are
//     recorded as done.
//   - Files are parked, and all entries get the second mark.
//   - Files go from there to their new paths, and all entries lose their marks.
func (r *Repository) swap(p *Plan) (*Plan, error) {
	a := &applier{Repository: r, format: p.format}
	before := leftovers(p)
	if p.stale.there { // then they are swept
		before = []removal{{path: archivePath(journalName), seen: p.stale}}
	}
	x := p.shift
	steps := []func() error{
		func() error { return a.delete(before) },
		func() error { return a.recordSwaps(x.begun, false) },
		func() error { return a.mark(x, markOut) },
		func() error { return a.recordSwaps(x.records, len(x.begun) > 0) },
		func() error { return a.shiftAll(x.parking()) },
		func() error { return a.mark(x, markIn) },
		func() error { return a.shiftAll(x.arriving()) },
		func() error { return a.tidyAll(x) },
		func() error { return a.mark(x, "") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
		if err := a.sync(); err != nil {
			return nil, err
		}
	}
	return p.afterSwap(), nil
}

// afterSwap is a plan whose files have their new places, and in which no interrupted run is left.
func (p *Plan) afterSwap() *Plan {
	rest := *p
	rest.shift, rest.stale, rest.healed = nil, stamp{}, nil
	rest.changes = slices.DeleteFunc(slices.Clone(p.changes), func(c Change) bool { return c.State == StateLeftover })
	return &rest
}

// mark writes the archives that change, with a mark at everything that gets another place; without
// one, with the new paths.
func (a *applier) mark(x *shift, mark string) error {
	entries := map[string][]entry{}
	for _, m := range x.members {
		entries[m.archive] = append(entries[m.archive], m.marked(mark))
	}
	var writes []*write
	for _, old := range x.archives {
		final := entries[old.name]
		if final == nil {
			continue
		}
		slices.SortFunc(final, func(x, y entry) int { return cmp.Compare(x.path, y.path) })
		w := &write{path: archivePath(old.name), seen: old.seen, perm: permissions(old.seen, false), entries: final, again: old.again || mark != markOut}
		writes = append(writes, w)
	}
	if err := a.stageAll(writes); err != nil {
		return err
	}
	return a.rename(writes)
}

// marked is an entry as it is in one of the steps. What has the second mark does not get the first
// one any more.
func (m member) marked(mark string) entry {
	e := m.entry
	switch {
	case m.item == nil:
	case mark == "":
		e.path, e.id = m.item.dest, m.item.id
	case m.item.mark == markIn:
	default:
		e.id = mark + m.item.id
	}
	return e
}

// recordSwaps makes the state say which circles are begun or done.
func (a *applier) recordSwaps(changes []archiveChange, again bool) error {
	writes := planState(changes)
	all := writes.all()
	for _, w := range all {
		w.again = w.again || again
	}
	if err := a.stageAll(all); err != nil {
		return err
	}
	if err := a.rename(all); err != nil {
		return err
	}
	return a.delete(writes.removals)
}

// parking is what has to be parked.
func (x *shift) parking() []companion {
	var out []companion
	for _, i := range x.items {
		if i.place != "" && i.place == i.origin && i.mark != markIn {
			out = append(out, companion{i.origin, parked(i.origin)})
		}
	}
	return out
}

// arriving is what goes to its new path.
func (x *shift) arriving() []companion {
	var out []companion
	for _, i := range x.items {
		if i.place != "" && (i.place != i.dest || i.mark != markIn) {
			out = append(out, companion{parked(i.origin), i.dest})
		}
	}
	return out
}

// shiftAll gives files and folders other names.
func (a *applier) shiftAll(all []companion) error {
	for _, c := range all {
		if err := a.folder(parent(c.to)); err != nil {
			return wrap("create", parent(c.to), err)
		}
		if err := a.carry(c.from, c.to); err != nil {
			return err
		}
	}
	return nil
}

// folder makes a folder and those above it, as far as they are missing.
func (a *applier) folder(path string) error {
	root := a.root
	for name := range strings.SplitSeq(path, "/") {
		next, err := enter(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			if err = cmp.Or(a.begin("mkdir", path), root.Mkdir(name, 0o777)); err == nil {
				next, err = enter(root, name)
			}
		}
		if root != a.root {
			root.Close()
		}
		if err != nil {
			return err
		}
		root = next
	}
	root.Close()
	return nil
}

// tidyAll deletes the folders that nothing is in any more.
func (a *applier) tidyAll(x *shift) error {
	var folders []string
	_ = fs.WalkDir(a.root.FS(), strings.TrimSuffix(layout.Parked, "/"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			folders = append(folders, path)
		}
		return nil
	})
	for _, folder := range slices.Backward(folders) {
		_ = a.root.Remove(filepath.FromSlash(folder))
	}
	for _, i := range x.items {
		a.tidy(parent(i.origin))
	}
	return nil
}
