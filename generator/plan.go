package generator

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/tree"
)

// Plan is what writing a result would do to the folder: every path with what was
// found and what is to be done.
type Plan = tree.Plan

// Change is one path of a plan.
type Change = tree.Change

// State says how a file's three versions relate.
type State = tree.State

// States of files that differ from what wavewright would write, and stay so.
const (
	StateUserModified = tree.StateUserModified
	StateUserDeleted  = tree.StateUserDeleted
	StateOrphanEdited = tree.StateOrphanEdited
	StateForeign      = tree.StateForeign
)

// Action says what is done about a file.
type Action = tree.Action

// ActionNone marks a change about which nothing is done.
const ActionNone = tree.ActionNone

// Errors that commands turn into exit codes.
var (
	// ErrLocked says that another run is writing to the folder.
	ErrLocked = tree.ErrLocked
	// ErrNewer says that a newer version wrote the folder's state.
	ErrNewer = tree.ErrNewer
	// ErrInvalid says that the spec has errors; they are among the diagnostics.
	ErrInvalid = errors.New("the spec has errors")
)

// Plan compares the rendered tree with the folder. Nothing is written.
func (r *Result) Plan() (*Plan, error) {
	var plan *Plan
	r.forget()
	err := r.with(func(repository *tree.Repository) (err error) {
		plan, err = r.compare(repository)
		return err
	})
	return plan, err
}

// Write compares and, unless something blocks the plan, applies it. The plan is
// returned in any case; the caller asks it whether it was blocked.
func (r *Result) Write() (*Plan, error) {
	var plan *Plan
	r.forget()
	err := r.with(func(repository *tree.Repository) error {
		unlock, err := repository.Lock()
		if err != nil {
			return err
		}
		defer unlock()
		plan, err = r.compare(repository)
		if err != nil || blocked(plan) || !plan.Pending() {
			return err
		}
		return repository.Apply(plan)
	})
	return plan, err
}

// forget gives up what the tree was made from, which is most of the memory: a result
// that is planned or written answers no questions about the spec any more.
func (r *Result) forget() { r.spec, r.pins, r.platform = nil, nil, nil }

// compare is the tree against the folder. Files that the user deleted are known only
// now; kustomizations that would list them are rendered again without them.
func (r *Result) compare(repository *tree.Repository) (*Plan, error) {
	plan, err := repository.Compare(r.tree, Version)
	if err != nil {
		return nil, err
	}
	deleted := map[string]bool{}
	var needed []string
	for _, change := range plan.Changes() {
		if change.State == StateUserDeleted {
			deleted[change.Path] = true
			if others(change.Path) {
				needed = append(needed, change.Path)
			}
		}
	}
	if len(needed) > 0 {
		return nil, &NeededError{Paths: needed}
	}
	if maps.Equal(deleted, r.deleted) {
		return plan, nil
	}
	if err := r.renderAgain(deleted); err != nil {
		return nil, err
	}
	return repository.Compare(r.tree, Version)
}

// NeededError says that the user deleted files which other generated files name, so
// that nothing could be built any more.
type NeededError struct{ Paths []string }

// Error lists the files.
func (e *NeededError) Error() string {
	return "other generated files need what was deleted: " + strings.Join(e.Paths, ", ")
}

// others reports whether generated files of other folders name a path: a
// kustomization stands for its folder, and components name their files themselves.
func others(file string) bool {
	return path.Base(file) == "kustomization.yaml" || strings.HasPrefix(file, "components/")
}

// renderAgain renders with other files known to be deleted.
func (r *Result) renderAgain(deleted map[string]bool) error {
	again, err := read(&Result{dir: r.dir, replaced: r.replaced, deleted: deleted}, true)
	if err != nil {
		return err
	}
	if again.tree == nil {
		return ErrInvalid // somebody changed the spec in between
	}
	r.tree, r.deleted = again.tree, deleted
	return nil
}

// with opens the folder for one step. A result with errors has no tree.
func (r *Result) with(step func(*tree.Repository) error) error {
	if r.tree == nil {
		return ErrInvalid
	}
	repository, err := tree.Open(r.dir)
	if err != nil {
		return fmt.Errorf("open the repository: %w", err)
	}
	defer repository.Close()
	return step(repository)
}

// Files returns the rendered tree: the content of each file by path. It is what a
// fresh folder would hold.
func (r *Result) Files() map[string][]byte {
	files := make(map[string][]byte, len(r.tree))
	for path, file := range r.tree {
		files[path] = file.Content
	}
	return files
}

// blocked reports whether a plan cannot be applied.
func blocked(plan *Plan) bool {
	conflicts, refusals := plan.Blocked()
	return len(conflicts)+len(refusals) > 0
}
