package tree

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

// State says how a file's three versions relate: B, the base that the state keeps,
// D, the file on disk, and N, the new rendering.
type State string

const (
	// StateNew is a file that is neither in the state nor on disk: it is created.
	StateNew State = "new"
	// StateAdopted is a file that is not in the state but on disk with the text of
	// N: only the state learns of it.
	StateAdopted State = "adopted"
	// StateForeign is a file of somebody else's at a wanted path: a refusal.
	StateForeign State = "foreign"
	// StateUnchanged has D=B and N=B: nothing to do.
	StateUnchanged State = "unchanged"
	// StateUpdate is rewritten: N differs from B in text or mode, and what the user
	// changed, if anything, is kept.
	StateUpdate State = "update"
	// StateConverged has D=N: only the state moves. This heals interrupted runs.
	StateConverged State = "converged"
	// StateUserModified has D≠B and N=B: the user's version is kept. It is no drift.
	StateUserModified State = "user-modified"
	// StateMerged has D≠B and N≠B, in different places: what both changed is written.
	StateMerged State = "merge"
	// StateConflict was changed by the user and by the generator, in the same places.
	StateConflict State = "conflict"
	// StateMarked is a conflict that is written into the file, with markers around
	// what a person has to decide.
	StateMarked State = "marked"
	// StateKept stays as it is by a rule of the user's.
	StateKept State = "kept"
	// StateOverwritten gives way to N by a rule of the user's, or because he said so.
	StateOverwritten State = "overwritten"
	// StateDropped is no longer generated and the user's own from now on: only the
	// state changes.
	StateDropped State = "dropped"
	// StateUserDeleted is in the state and wanted, but not on disk: it stays deleted.
	StateUserDeleted State = "user-deleted"
	// StateOrphan is no longer generated and unedited: it is deleted.
	StateOrphan State = "orphan"
	// StateOrphanEdited is no longer generated but was edited: it is kept, and said
	// on every run.
	StateOrphanEdited State = "orphan-edited"
	// StateMoved is generated at another path now: the file goes from Change.From to
	// Change.Path, with the user's edits.
	StateMoved State = "moved"
	// StateUnresolved holds git conflict markers: a refusal.
	StateUnresolved State = "unresolved"
	// StateObstructed is a path at which no file can be kept, for example because a
	// symbolic link is there: a refusal.
	StateObstructed State = "obstructed"
	// StateForgotten is in the state, no longer generated and gone from disk: only
	// the state changes.
	StateForgotten State = "forgotten"
	// StateMigrated is a file that people write, whose format has changed: it is written in
	// the new one.
	StateMigrated State = "migrated"
	// StateLeftover is a temporary file of a run that was killed: it is deleted.
	StateLeftover State = "leftover"
)

// Action is what Apply does about a change.
type Action string

const (
	// ActionNone leaves the file and its state entry as they are.
	ActionNone Action = "none"
	// ActionRecord changes the state and not the file.
	ActionRecord Action = "record"
	// ActionCreate writes a file where none is.
	ActionCreate Action = "create"
	// ActionUpdate replaces a file.
	ActionUpdate Action = "update"
	// ActionMove writes the file at Path and deletes the one at From.
	ActionMove Action = "move"
	// ActionDelete deletes a file, and its folders when they become empty.
	ActionDelete Action = "delete"
)

// Change is what Decide says about one path.
type Change struct {
	// Path is the file's path. For an obstructed folder it is the folder's.
	Path string
	// From is the file's old path when it is generated at another path now.
	From string
	// ID is the identity of the file; empty for a file that is not ours.
	ID string

	State  State
	Action Action
	// Reason says in words what was found, and what to do where that is not plain:
	// lower case, no full stop.
	Reason string

	// Base is B, set when D or N differs from it.
	Base []byte
	// Disk is D, set when it differs from what is wanted. Of a file that moves it is
	// what was found at From.
	Disk []byte
	// New is what Apply writes; of a conflict or a foreign file, what it would have
	// written.
	New []byte
	// Executable is the execute bit that goes with New.
	Executable bool
	// Conflicts are the places that both sides changed, of a file in conflict and of a
	// marked one.
	Conflicts []merge.Conflict
	// Behind marks a kept file whose rendering has changed since.
	Behind bool
	// Yours marks a file or folder of a person's that moves with the generated files beside it. It
	// has no texts.
	Yours bool

	at       string      // where Apply finds what it takes away, when that is not at From or, to be deleted, at Path
	swapped  bool        // Apply finds the file at Path, to where it comes from From before anything else is done
	same     bool        // such a file is not written
	absent   bool        // nothing is at Path
	source   bool        // people are to edit it
	turn     int         // counts the files that people write, from 1, in the order of writing
	perm     fs.FileMode // of the new file
	seen     stamp       // what the scan found at Path
	seenFrom stamp       // likewise at From, when it is to be deleted
}

// Conflict reports whether the change blocks the plan as a conflict.
func (c Change) Conflict() bool { return c.State == StateConflict }

// TakesEdits reports whether Apply replaces, moves or deletes a file that a person has edited, also
// where nothing of the edits stays.
func (c Change) TakesEdits() bool {
	switch c.State {
	case StateMerged, StateMarked, StateOverwritten, StateMigrated:
		return true
	}
	takes := c.Action == ActionUpdate || c.Action == ActionMove || c.Action == ActionDelete
	return takes && !c.Yours && c.EditedByHand()
}

// EditedByHand reports whether the file on disk is not what wavewright rendered last.
func (c Change) EditedByHand() bool {
	return c.Yours || c.Base != nil && len(c.Disk) > 0 && !same(c.Disk, c.Base)
}

// Missing reports whether a wanted file is not on disk and stays so.
func (c Change) Missing() bool {
	return c.State == StateUserDeleted || c.State == StateKept && c.absent
}

// Refusal reports whether the change blocks the plan as a refusal.
func (c Change) Refusal() bool {
	return c.State == StateForeign || c.State == StateUnresolved || c.State == StateObstructed
}

// Plan is the outcome of Decide: what Apply would do, and why.
type Plan struct {
	repository *Repository
	format     format // of what is written to the state
	migrations []Migration
	changes    []Change
	unchanged  int
	archives   []archiveChange // only those that change, sorted by name
	healed     []archiveChange // what the journal of an interrupted run changes first, sorted by name
	next       []intent        // what the journal says before the first file is replaced
	stale      stamp           // the journal of a run that was interrupted
	owned      int             // files that are in the state and on disk
	shift      *shift          // what changes places first; nil for nothing
}

// archiveChange is one archive to rewrite, or to remove when nothing is left in it.
type archiveChange struct {
	name       string
	old, final []entry
	seen       stamp // as it was found
	again      bool  // it was healed before
}

// Changes returns every path that is not simply unchanged, sorted by path. They are
// the plan's own, of which there may be very many, and must not be modified.
func (p *Plan) Changes() []Change { return slices.Clip(p.changes) }

// Migrations returns the steps that bring the state, as far as it is older, to the format
// of today. Archives that only differ in it are written anew.
func (p *Plan) Migrations() []Migration { return p.migrations }

// Counts returns how many files are in each state, the unchanged included.
func (p *Plan) Counts() map[State]int {
	counts := map[State]int{}
	if p.unchanged > 0 {
		counts[StateUnchanged] = p.unchanged
	}
	for i := range p.changes {
		counts[p.changes[i].State]++
	}
	return counts
}

// Owned returns how many files the state knows that are on disk.
func (p *Plan) Owned() int { return p.owned }

// Marked reports whether the plan writes conflict markers.
func (p *Plan) Marked() bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool { return c.State == StateMarked })
}

// Blocked returns the conflicts and the refusals. While there is one, Apply refuses
// the whole plan.
func (p *Plan) Blocked() (conflicts, refusals []Change) {
	for _, c := range p.changes {
		switch {
		case c.Conflict():
			conflicts = append(conflicts, c)
		case c.Refusal():
			refusals = append(refusals, c)
		}
	}
	return conflicts, refusals
}

func (p *Plan) blocked() bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool { return c.Conflict() || c.Refusal() })
}

// Pending reports whether Apply would change a byte, in a file or in the state. A
// blocked plan changes nothing.
func (p *Plan) Pending() bool {
	if p.blocked() {
		return false
	}
	return len(p.archives) > 0 || p.stale.there || p.shift != nil || slices.ContainsFunc(p.changes, Change.touchesDisk)
}

func (c Change) touchesDisk() bool {
	switch c.Action {
	case ActionCreate, ActionUpdate, ActionMove, ActionDelete:
		return true
	}
	return false
}

func (p *Plan) sort() {
	slices.SortFunc(p.changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(p.next, func(a, b intent) int { return strings.Compare(a.path, b.path) })
	slices.SortFunc(p.archives, func(a, b archiveChange) int { return strings.Compare(a.name, b.name) })
}
