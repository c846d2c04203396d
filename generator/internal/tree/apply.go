package tree

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
)

// Apply carries out a plan. It refuses a blocked plan with ErrBlocked, and stops
// when a file is not as Scan found it.
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
	if p.stale.there {
		h := newHealer(r, p)
		if err := h.run(h.sweep, h.stage, h.sync, h.verify, h.record); err != nil {
			return err
		}
	}
	if p.shift != nil {
		var err error
		if p, err = r.swap(p); err != nil {
			return err
		}
	}
	a := newApplier(r, p)
	return a.run(a.sweep, a.announce, a.stage, a.sync, a.verify, a.accompany, a.replace, a.remove, a.sync, a.record, a.closeJournal)
}

// run goes through phases, up to one that fails.
func (a *applier) run(phases ...func() error) error {
	for _, phase := range phases {
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
	ours fs.FileInfo // of the staged file
	seen stamp       // what must be there still
	perm fs.FileMode

	content []byte
	entries []entry // of an archive, which is encoded when it is written: none is held twice

	again bool // it replaces what this very run wrote

	staged, done bool
}

// unchanged checks that what w replaces is as Scan found it.
func (w *write) unchanged(root *os.Root) error {
	if w.again {
		return nil
	}
	return wrap("write", w.path, w.seen.unchanged(root, base(w.path)))
}

// place gives a staged file its name.
func (w *write) place(root *os.Root, folder *os.File) error {
	if w.entries != nil || w.again {
		return root.Rename(w.temp, base(w.path)) // nobody edits the state
	}
	return w.swap(root, folder)
}

type applier struct {
	*Repository
	format     format
	leftovers  []removal
	rewrites   []*write // of files that people write
	files      []*write
	companions []companion
	removals   []removal
	journal    *write // nil when no file is written or deleted
	journals   []removal
	announced  bool // the journal stays even if this run fails
	state      stateWrites

	mu      sync.Mutex
	folders []string // created by this run
}

func newApplier(r *Repository, p *Plan) *applier {
	a := &applier{Repository: r, format: p.format, state: planState(p.archives)}
	if !p.stale.there {
		a.leftovers = leftovers(p)
	}
	for i := range p.changes {
		a.add(&p.changes[i])
	}
	for _, c := range p.rewrites() {
		a.rewrites = append(a.rewrites, newWrite(&c))
	}
	path := archivePath(journalName)
	if p.stale.there {
		a.journals = []removal{{path: path, seen: p.stale}}
	}
	if len(p.next) > 0 {
		a.journal = &write{path: path, seen: p.stale, perm: permissions(p.stale, false), entries: journalEntries(p.next)}
		a.journals = []removal{{path: path, seen: p.stale, again: true}}
		a.announced = p.stale.there
	}
	return a
}

// newHealer returns an applier that brings the state up to date by the journal of a run
// that was interrupted, which from then on says nothing new.
func newHealer(r *Repository, p *Plan) *applier {
	return &applier{Repository: r, format: p.format, state: planState(p.healed), leftovers: leftovers(p)}
}

// writes are all files that get a new content, the state's included.
func (a *applier) writes() []*write {
	return slices.Concat(a.rewrites, a.files, a.state.all())
}

func (a *applier) add(c *Change) {
	from := c.From
	if c.at != "" {
		from = c.at
	}
	switch {
	case c.Yours && c.swapped:
		return
	case c.Yours:
		a.companions = append(a.companions, companion{from, c.Path})
		return
	case c.swapped && c.same:
	case c.State == StateLeftover: // swept
	case c.State == StateMigrated: // rewritten
	case c.State == StateForgotten && !c.source:
		a.removals = append(a.removals, removal{path: c.Path})
	case c.Action == ActionDelete:
		a.removals = append(a.removals, removal{path: cmp.Or(c.at, c.Path), seen: c.seen})
	case c.Action == ActionCreate, c.Action == ActionUpdate, c.Action == ActionMove:
		a.files = append(a.files, newWrite(c))
	}
	if c.From != "" && !c.swapped {
		a.removals = append(a.removals, removal{path: from, seen: c.seenFrom})
	}
}

func newWrite(c *Change) *write {
	return &write{path: c.Path, seen: c.seen, perm: c.perm, content: c.New}
}

// leftovers are what a killed run left.
func leftovers(p *Plan) []removal {
	var left []removal
	for i := range p.changes {
		if c := &p.changes[i]; c.State == StateLeftover {
			left = append(left, removal{path: c.Path, seen: c.seen})
		}
	}
	return left
}

// sweep deletes what a killed run left.
func (a *applier) sweep() error { return a.delete(a.leftovers) }

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

// verify looks at everything once more before the first file is replaced.
func (a *applier) verify() error {
	writes := walker[*write]{enter: enterReal[*write], visit: verifyFolder[*write], spare: make(chan struct{}, parallel())}
	removals := walker[removal]{enter: enterRemoval, visit: verifyFolder[removal], spare: make(chan struct{}, parallel())}
	return errors.Join(
		writes.run(a.root, plantWrites(a.writes())),
		removals.run(a.root, plantRemovals(slices.Concat(a.removals, a.state.removals, a.journals))),
	)
}

// verifyFolder checks that what is replaced or deleted in a folder is as Scan found it.
func verifyFolder[T interface{ unchanged(root *os.Root) error }](root *os.Root, f *folder[T]) error {
	for _, item := range f.items {
		if err := item.unchanged(root); err != nil {
			return err
		}
	}
	return nil
}

// announce writes down what is about to be written and deleted, where the next run finds it.
func (a *applier) announce() error {
	if a.journal == nil {
		return nil
	}
	if err := a.stageAll([]*write{a.journal}); err != nil {
		return err
	}
	return a.rename([]*write{a.journal})
}

// replace gives the new files their names.
func (a *applier) replace() error {
	a.announced = true
	if err := a.rewrite(); err != nil {
		return err
	}
	return a.rename(a.files)
}

// rename gives staged files their names, folder by folder in sorted order.
func (a *applier) rename(writes []*write) error {
	w := walker[*write]{enter: enterReal[*write], visit: a.renameFolder}
	return w.run(a.root, plantWrites(writes))
}

func (a *applier) renameFolder(root *os.Root, f *folder[*write]) error {
	if len(f.items) == 0 {
		return nil
	}
	folder, err := root.Open(".")
	if err != nil {
		return wrap("open", f.label(), err)
	}
	defer folder.Close()
	for _, w := range f.items {
		if err := w.unchanged(root); err != nil {
			return err
		}
		if err := a.begin("rename", w.path); err != nil {
			return wrap("write", w.path, err)
		}
		if err := w.place(root, folder); err != nil {
			return wrap("write", w.path, err)
		}
		w.done = true
	}
	return syncFolder(root)
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

// closeJournal deletes the journal, when the state says all that it says.
func (a *applier) closeJournal() error { return a.delete(a.journals) }

// undo deletes, as far as possible, what was prepared and not used.
func (a *applier) undo() {
	w := walker[*write]{
		enter: func(parent *os.Root, f *folder[*write]) (*os.Root, error) {
			root, _ := enter(parent, f.name)
			return root, nil
		},
		visit: func(root *os.Root, f *folder[*write]) error {
			for _, w := range f.items {
				name := w.temp
				if w == a.journal && w.done {
					name = base(w.path)
				}
				if w.staged && (!w.done || w == a.journal && !a.announced) && a.begin("remove", w.path) == nil {
					_ = root.Remove(name)
				}
			}
			return nil
		},
	}
	all := a.writes()
	if a.journal != nil {
		all = append(all, a.journal)
	}
	_ = w.run(a.root, plantWrites(all))
	slices.Sort(a.folders)
	for _, path := range slices.Backward(a.folders) {
		if a.begin("rmdir", path) == nil {
			_ = a.root.Remove(path)
		}
	}
}
