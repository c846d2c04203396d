package tree

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"sync"
)

// Decide finds out what has to be done to bring the repository to want, and writes nothing.
// Conflicts and refusals are in the plan. An error means that a path of want cannot be written,
// that a file could not be read, or that the state is damaged.
func (s *Scan) Decide(want Tree) (*Plan, error) {
	paths := want.paths()
	var fault error
	var checked sync.WaitGroup
	checked.Go(func() { fault = checkInput(want, paths) })
	j, err := s.join(want, paths)
	if err == nil {
		err = s.read(j.unknown)
	}
	var left map[string]string
	if err == nil {
		left, err = s.leftBehind(want, paths)
	}
	checked.Wait()
	if err := cmp.Or(fault, err); err != nil {
		return nil, err
	}
	refused := s.refuse(slices.Concat(j.records, s.rewritten))
	records := s.journal.recall(j.records, &s.options)
	archives, healed := s.journal.healed(records, s.archives)
	plan := &Plan{
		repository: s.repository, format: s.format, migrations: s.migrations, stale: s.journal.seen(), healed: healed,
		changes: append(refused, s.disk.leftovers...), shift: s.shift,
	}
	if s.stale.there {
		plan.stale, plan.healed = s.stale, s.healed
	}
	c := comparison{options: &s.options, plan: plan, leftOut: s.leftOut, final: map[string][]entry{}}
	if err := c.rewrites(s.rewritten); err != nil {
		return nil, err
	}
	c.decide(records, archives, left, s.disk.listed)
	if s.shift == nil {
		plan.archives = append(plan.archives, s.swapRecords()...)
	}
	plan.follow()
	plan.sort()
	return plan, nil
}

func checkInput(want Tree, paths []string) error {
	var errs []error
	for _, p := range want.check(paths) {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// decide makes a plan of everything that was read. From here on nothing is read, but folders of a
// person's that move along.
func (c *comparison) decide(records []*record, archives []*archive, left map[string]string, listed map[string][]string) {
	moves := findMoves(records)
	for _, m := range moves {
		c.move(m)
	}
	c.companions(moves, records, left, listed)
	for _, r := range records {
		if !r.settled && r.disk.kind != hidden {
			c.add(c.change(r, r.decide(c.options)))
		}
		if r.entry != nil && r.disk.kind == regular {
			c.plan.owned++
		}
	}
	c.archives(archives)
}

// comparison collects decisions into a plan.
type comparison struct {
	options *Options
	plan    *Plan
	leftOut map[string]bool    // paths that cannot be written
	final   map[string][]entry // the archives afterwards
}

// add takes a change into the plan.
func (c *comparison) add(change Change) {
	if c.leftOut[change.Path] && change.Action != ActionNone && change.Action != ActionRecord || c.leftOut[change.From] {
		change = Change{Path: change.Path, ID: change.ID, State: StateObstructed, Action: ActionNone,
			Reason: leftOutReason(cmp.Or(change.From, change.Path))}
	}
	if (change.State == StateUnchanged || change.source && change.State == StateUserModified) && change.Action == ActionNone {
		c.plan.unchanged++
		return
	}
	c.plan.changes = append(c.plan.changes, change)
}

// leftOutReason says what to do about a file that a sparse checkout leaves out.
func leftOutReason(path string) string {
	return "a sparse checkout leaves this file out, and it would change: git sparse-checkout add " + parent(path) + " (or git sparse-checkout disable) brings it here"
}

// change makes a verdict about r's path into a change, and enters what the state
// keeps of it.
func (c *comparison) change(r *record, v verdict) Change {
	recorded := c.keep(r, v.keep)
	change := Change{
		Path: r.path, ID: r.id(), State: v.state, Action: v.action(r.disk), Reason: v.reason,
		Executable: v.exec, Conflicts: v.conflicts, Behind: v.behind, absent: r.disk.kind == absent, source: r.source(), perm: permissions(r.disk.stamp, v.exec), seen: r.disk.stamp,
	}
	if change.Action == ActionNone && !recorded {
		change.Action = ActionRecord
	}
	change.contents(r, v)
	switch {
	case change.Action == ActionDelete:
		c.enterLeaving(r)
	case change.Action == ActionCreate || change.Action == ActionUpdate || v.state == StateMarked || r.changesArchive(v):
		c.enter(r, v)
	}
	return change
}

// keep enters an entry into the archive that it belongs to. It reports whether the
// state holds it already, at the same place.
func (c *comparison) keep(r *record, e *entry) bool {
	if e == nil {
		return r.entry == nil
	}
	archive := r.archive
	if r.want != nil {
		archive = r.want.Archive
	}
	c.final[archive] = append(c.final[archive], *e)
	return r.entry != nil && archive == r.archive && e.equal(r.entry)
}

func (r *record) id() string {
	if r.want != nil {
		return r.want.ID
	}
	return r.entry.id
}

// action is what a verdict means for the file.
func (v verdict) action(d disk) Action {
	switch v.state {
	case StateNew:
		return ActionCreate
	case StateMarked:
		if bytes.Equal(v.data, d.data) {
			return ActionNone // a run that was interrupted wrote it
		}
		return ActionUpdate
	case StateUpdate, StateMerged, StateOverwritten:
		return ActionUpdate
	case StateOrphan:
		return ActionDelete
	}
	return ActionNone
}

// contents keeps the versions that a reader of the plan may want to see.
func (c *Change) contents(r *record, v verdict) {
	switch c.State {
	case StateNew:
		c.New = v.data
	case StateUpdate, StateMerged, StateMarked, StateOverwritten:
		c.New, c.Disk, c.Base = v.data, r.disk.data, r.base()
	case StateForeign:
		c.New, c.Disk = r.want.Content, r.disk.data
	case StateConflict, StateUnresolved:
		c.New, c.Disk, c.Base = r.want.Content, r.disk.data, r.entry.base
	case StateUserModified, StateOrphanEdited, StateOrphan, StateKept, StateDropped:
		c.Disk, c.Base = r.disk.data, r.base()
	}
}

// source reports whether people are to edit the file.
func (r *record) source() bool {
	return r.archive == SourceArchive || r.want != nil && r.want.Archive == SourceArchive
}

// base is the last rendering of a file that the state knows.
func (r *record) base() []byte {
	if r.entry == nil {
		return nil
	}
	return r.entry.base
}

// permissions returns the mode of a file that Apply writes: of a file that is there,
// all bits but the execute bits are kept.
func permissions(old stamp, exec bool) fs.FileMode {
	perm := fs.FileMode(0o644)
	if old.there {
		perm = old.mode.Perm()
	}
	switch {
	case exec && perm&0o100 == 0:
		return perm | perm&0o444>>2
	case !exec:
		return perm &^ 0o111
	}
	return perm
}

// archives finds the archives that change. Entries below hidden paths are missing
// from final, which does no harm: such a plan is blocked.
func (c *comparison) archives(before []*archive) {
	for _, a := range before {
		c.archive(a)
		delete(c.final, a.name)
	}
	for name := range c.final {
		c.archive(&archive{name: name})
	}
}

func (c *comparison) archive(a *archive) {
	final := c.final[a.name]
	slices.SortFunc(final, func(x, y entry) int { return cmp.Compare(x.path, y.path) })
	if equalEntries(a.entries, final) && len(final) > 0 && a.outdated == 0 {
		return
	}
	c.plan.archives = append(c.plan.archives, archiveChange{name: a.name, old: a.entries, final: final, seen: a.seen, again: a.again})
}
