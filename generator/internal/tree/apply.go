package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"sync"
)

// Apply carries out a plan. It refuses a blocked plan with ErrBlocked, and stops
// when a file is not as Compare saw it.
//
// All new contents are written to temporary files first, so that a full disk leaves
// the tree as it was; then files are replaced one by one, each atomically, in sorted
// order; then deletions; the state comes last. When Apply fails or is killed between
// two files, the next run finishes the work.
func (r *Repository) Apply(p *Plan) error {
	switch {
	case p.repository != r:
		return errors.New("the plan belongs to another repository")
	case p.blocked():
		return ErrBlocked
	case !p.Pending():
		return nil
	}
	if !r.locked {
		unlock, err := r.Lock()
		if err != nil {
			return err
		}
		defer unlock()
	}
	a := newApplier(r, p)
	for _, phase := range []func() error{a.sweep, a.stage, a.sync, a.verify, a.replace, a.remove, a.sync, a.record} {
		if err := phase(); err != nil {
			a.undo()
			return err
		}
	}
	return nil
}

// write is a file that gets a new content.
type write struct {
	path string
	temp string      // its name until it takes its place
	seen fs.FileInfo // what must be there still, nil for nothing
	perm fs.FileMode

	content []byte
	entries []entry // of an archive, which is encoded when it is written: none is held twice

	again bool // it replaces what this very run wrote

	staged, done bool
}

// unchanged checks that what w replaces is as Compare saw it.
func (w *write) unchanged(root *os.Root) error {
	if w.again {
		return nil
	}
	return wrap("write", w.path, unchanged(root, base(w.path), w.seen))
}

// removal is a file that is deleted or was gone already; its folders follow when
// they are empty.
type removal struct {
	path string
	seen fs.FileInfo // nil when there is nothing to delete
}

// unchanged checks that what d deletes is as Compare saw it.
func (d removal) unchanged(root *os.Root) error {
	if d.seen == nil {
		return nil
	}
	return wrap("delete", d.path, unchanged(root, base(d.path), d.seen))
}

type applier struct {
	*Repository
	version   string
	leftovers []removal
	files     []*write
	removals  []removal
	state     stateWrites

	mu      sync.Mutex
	folders []string // created by this run
}

func newApplier(r *Repository, p *Plan) *applier {
	a := &applier{Repository: r, version: p.version, state: planState(p.archives)}
	for i := range p.changes {
		a.add(&p.changes[i])
	}
	return a
}

func (a *applier) add(c *Change) {
	switch {
	case c.State == StateLeftover:
		a.leftovers = append(a.leftovers, removal{path: c.Path, seen: c.seen})
	case c.State == StateForgotten:
		a.removals = append(a.removals, removal{path: c.Path})
	case c.Action == ActionDelete:
		a.removals = append(a.removals, removal{path: c.Path, seen: c.seen})
	case c.Action == ActionCreate, c.Action == ActionUpdate, c.Action == ActionMove:
		a.files = append(a.files, &write{path: c.Path, seen: c.seen, perm: c.perm, content: c.New})
	}
	if c.From != "" {
		a.removals = append(a.removals, removal{path: c.From, seen: c.seenFrom})
	}
}

// sweep deletes what a killed run left.
func (a *applier) sweep() error { return a.delete(a.leftovers) }

// stage writes all temporary files, each in the folder of its file.
func (a *applier) stage() error {
	w := walker[*write]{enter: a.create, visit: a.stageFolder, spare: make(chan struct{}, parallel())}
	return w.run(a.root, plantWrites(append(slices.Clone(a.files), a.state.all()...)))
}

func plantWrites(writes []*write) *folder[*write] {
	return plant(writes, func(w *write) string { return w.path })
}

// create enters a folder and makes it when it is missing.
func (a *applier) create(parent *os.Root, f *folder[*write]) (*os.Root, error) {
	root, err := enter(parent, f.name)
	if !errors.Is(err, fs.ErrNotExist) {
		return root, wrap("open", f.path, err)
	}
	if err := a.begin("mkdir", f.path); err != nil {
		return nil, wrap("create", f.path, err)
	}
	if err := parent.Mkdir(f.name, 0o777); err != nil {
		return nil, wrap("create", f.path, err)
	}
	a.mu.Lock()
	a.folders = append(a.folders, f.path)
	a.mu.Unlock()
	root, err = enter(parent, f.name)
	return root, wrap("open", f.path, err)
}

func wrap(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", op, path, cause(err))
}

func (a *applier) stageFolder(root *os.Root, f *folder[*write], buffer *[]byte) error {
	for i, w := range f.items {
		w.temp = tempPrefix + strconv.Itoa(i)
		content := w.content
		if w.entries != nil {
			*buffer = appendArchive((*buffer)[:0], a.version, w.entries)
			content = *buffer
		}
		if err := a.writeTemp(root, w, content); err != nil {
			return wrap("write", w.path, err)
		}
	}
	return nil
}

func (a *applier) writeTemp(root *os.Root, w *write, content []byte) (err error) {
	if err := a.begin("create", w.path); err != nil {
		return err
	}
	file, err := root.OpenFile(w.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unpolled, w.perm)
	if err != nil {
		return err
	}
	w.staged = true
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := a.begin("write", w.path); err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	if err := setMode(file, w.perm); err != nil {
		return err
	}
	if syncsOneByOne {
		return file.Sync()
	}
	return nil
}

// setMode undoes the umask: modes are the same on every machine. Looking is much
// cheaper than a change that changes nothing.
func setMode(file *os.File, perm fs.FileMode) error {
	info, err := file.Stat()
	if err != nil || info.Mode().Perm() == perm {
		return err
	}
	return file.Chmod(perm)
}

// sync makes everything so far durable.
func (a *applier) sync() error {
	if err := a.begin("sync", ""); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	if a.volatile {
		return nil
	}
	top, err := a.root.Open(".")
	if err != nil {
		return fmt.Errorf("sync: %w", cause(err))
	}
	defer top.Close()
	if err := syncAll(top); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}

// errChanged says that somebody wrote to a file while we were at work.
var errChanged = errors.New("changed since it was compared; nothing of it was overwritten, run again")

// unchanged checks that a name is as Compare saw it.
func unchanged(root *os.Root, name string, seen fs.FileInfo) error {
	now, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if seen == nil {
			return nil
		}
		return errChanged
	case err != nil:
		return err
	case seen == nil || !os.SameFile(seen, now) || seen.Size() != now.Size() ||
		seen.Mode() != now.Mode() || !seen.ModTime().Equal(now.ModTime()):
		return errChanged
	}
	return nil
}

// verify looks at everything once more before the first file is replaced.
func (a *applier) verify() error {
	writes := walker[*write]{
		enter: enterReal[*write],
		visit: func(root *os.Root, f *folder[*write], _ *[]byte) error {
			for _, w := range f.items {
				if err := w.unchanged(root); err != nil {
					return err
				}
			}
			return nil
		},
		spare: make(chan struct{}, parallel()),
	}
	removals := walker[removal]{
		enter: enterRemoval,
		visit: func(root *os.Root, f *folder[removal], _ *[]byte) error {
			for _, d := range f.items {
				if err := d.unchanged(root); err != nil {
					return err
				}
			}
			return nil
		},
		spare: make(chan struct{}, parallel()),
	}
	return errors.Join(
		writes.run(a.root, plantWrites(append(slices.Clone(a.files), a.state.all()...))),
		removals.run(a.root, plantRemovals(append(slices.Clone(a.removals), a.state.removals...))),
	)
}

// replace gives the new files their names.
func (a *applier) replace() error { return a.rename(a.files) }

// rename gives staged files their names, folder by folder in sorted order.
func (a *applier) rename(writes []*write) error {
	w := walker[*write]{enter: enterReal[*write], visit: a.renameFolder}
	return w.run(a.root, plantWrites(writes))
}

func (a *applier) renameFolder(root *os.Root, f *folder[*write], _ *[]byte) error {
	for _, w := range f.items {
		if err := w.unchanged(root); err != nil {
			return err
		}
		if err := a.begin("rename", w.path); err != nil {
			return wrap("write", w.path, err)
		}
		if err := root.Rename(w.temp, base(w.path)); err != nil {
			return wrap("write", w.path, err)
		}
		w.done = true
	}
	return syncFolder(root)
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
	f.all(func(d removal) { needed = needed || d.seen != nil })
	if !needed {
		return nil, nil
	}
	return nil, wrap("open", f.path, err)
}

func (a *applier) deleteFolder(root *os.Root, f *folder[removal], _ *[]byte) error {
	for _, d := range f.items {
		if d.seen == nil {
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

// record brings the state up to date, in an order in which no entry is missing at
// any time.
func (a *applier) record() error {
	for _, writes := range [][]*write{a.state.first, a.state.second} {
		if err := a.rename(writes); err != nil {
			return err
		}
	}
	return a.delete(a.state.removals)
}

// undo deletes, as far as possible, what was prepared and not used.
func (a *applier) undo() {
	w := walker[*write]{
		enter: func(parent *os.Root, f *folder[*write]) (*os.Root, error) {
			root, _ := enter(parent, f.name)
			return root, nil
		},
		visit: func(root *os.Root, f *folder[*write], _ *[]byte) error {
			for _, w := range f.items {
				if w.staged && !w.done && a.begin("remove", w.path) == nil {
					_ = root.Remove(w.temp)
				}
			}
			return nil
		},
	}
	_ = w.run(a.root, plantWrites(append(slices.Clone(a.files), a.state.all()...)))
	slices.Sort(a.folders)
	for _, path := range slices.Backward(a.folders) {
		if a.begin("rmdir", path) == nil {
			_ = a.root.Remove(path)
		}
	}
}
