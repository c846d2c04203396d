package generator

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/generator/internal/merge"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
)

// Plan is what writing a result would do to the folder: every path with what was
// found and what is to be done, and what that means for Applications.
type Plan struct {
	*tree.Plan
	// Migrations are the steps that bring the spec and the state to the formats of this
	// version.
	Migrations []Migration
	// Impact lists the Applications that something happens to, by environment and name.
	Impact []Impact
	// Origins says where in the spec the instances of files in conflict are declared.
	Origins map[string]diag.Range
	// Guards are what was probably not meant; while there is one, nothing is written.
	Guards []Guard
}

// Conflict is one place that both sides changed.
type Conflict = merge.Conflict

// Side is whose lines win where both changed the same ones.
type Side = merge.Side

// Sides of a conflict.
const (
	Mine   = merge.Mine
	Theirs = merge.Theirs
)

// Accepted answers conflicts in advance: at paths that match, a side wins.
type Accepted struct {
	Side Side
	// Pattern of paths; empty for all.
	Pattern string
}

// WriteOptions say how a plan deals with conflicts and doubts.
type WriteOptions struct {
	// Accept answers conflicts; of several that match a path, the last wins.
	Accept []Accepted
	// Markers writes conflicts into the files, to be resolved there.
	Markers bool
	// AllowDelete and AllowDirty answer guards.
	AllowDelete, AllowDirty bool
	// DryRun is for commands that plan or write by themselves.
	DryRun bool

	adopt, restore, drop map[string]bool
	// check, when set, refuses a plan before anything is written.
	check func(*Plan) error
}

// ParseAccepted reads SIDE or SIDE=GLOB, where SIDE is mine or theirs.
func ParseAccepted(text string) (Accepted, error) {
	side, pattern, _ := strings.Cut(text, "=")
	a := Accepted{Pattern: pattern}
	switch side {
	case "mine":
		a.Side = Mine
	case "theirs":
		a.Side = Theirs
	default:
		return a, fmt.Errorf("%s: it is mine or theirs, or one of them with =GLOB", side)
	}
	if !doublestar.ValidatePattern(pattern) {
		return a, fmt.Errorf("%s: this is not a pattern of paths", pattern)
	}
	return a, nil
}

// accept returns the side that wins at a path.
func (o *WriteOptions) accept(path string) Side {
	for _, a := range slices.Backward(o.Accept) {
		if a.Pattern == "" || doublestar.MatchUnvalidated(a.Pattern, path) {
			return a.Side
		}
	}
	return merge.Neither
}

func (r *Result) treeOptions(o *WriteOptions) tree.Options {
	options := tree.Options{
		Version: ReadBuild().Version, Policy: r.policy, Accept: o.accept, Markers: o.Markers, Renamed: r.renamed,
		Adopt: o.adopt, Restore: o.restore, Drop: o.drop,
	}
	if r.migrated != nil {
		options.Rewrites = r.migrated.rewrites
	}
	return options
}

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
	StateUnresolved   = tree.StateUnresolved
	StateMarked       = tree.StateMarked
	StateKept         = tree.StateKept
	StateMigrated     = tree.StateMigrated
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
func (r *Result) Plan(o WriteOptions) (*Plan, error) {
	var plan *Plan
	r.forget()
	err := r.with(func(repository *tree.Repository) (err error) {
		plan, err = r.compare(repository, &o)
		return err
	})
	return plan, err
}

// Write compares and, unless something blocks the plan, applies it. The plan is
// returned in any case; the caller asks it whether it was blocked.
func (r *Result) Write(o WriteOptions) (*Plan, error) {
	var plan *Plan
	r.forget()
	err := r.with(func(repository *tree.Repository) error {
		unlock, err := repository.Lock()
		if err != nil {
			return err
		}
		defer unlock()
		plan, err = r.compare(repository, &o)
		if err != nil || plan.Stopped() || !plan.Pending() {
			return err
		}
		return repository.Apply(plan.Plan)
	})
	return plan, err
}

// Stopped reports whether conflicts, refusals or guards keep the plan from being
// written.
func (p *Plan) Stopped() bool {
	conflicts, refusals := p.Blocked()
	return len(conflicts)+len(refusals)+len(p.Guards) > 0
}

// forget gives up what the tree was made from, which is most of the memory: a result
// that is planned or written answers no questions about the spec any more.
func (r *Result) forget() { r.spec, r.pins, r.platform = nil, nil, nil }

// compare is the tree against the folder. Files that the user deleted, and templates of
// his that merge with a new built-in one, are known only now; what depends on them is
// rendered again.
func (r *Result) compare(repository *tree.Repository, o *WriteOptions) (*Plan, error) {
	found, err := r.compareTree(repository, o)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Plan: found, Migrations: r.migrations(found)}
	if found.Pending() || len(found.Changes()) > 0 {
		plan.Impact = r.impact(found)
		r.origins(plan)
		plan.Guards = r.guards(found, plan.Impact, *o)
	}
	if o.check != nil {
		if err := o.check(plan); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func (r *Result) compareTree(repository *tree.Repository, o *WriteOptions) (*tree.Plan, error) {
	if err := frozen(repository, r.tree); err != nil {
		return nil, err
	}
	plan, err := repository.Compare(r.tree, r.treeOptions(o))
	if err != nil {
		return nil, err
	}
	deleted := map[string]bool{}
	var needed []string
	for _, change := range plan.Changes() {
		if change.Missing() {
			deleted[change.Path] = true
			if others(change.Path) {
				needed = append(needed, change.Path)
			}
		}
	}
	if len(needed) > 0 {
		return nil, &NeededError{Paths: needed}
	}
	texts := r.upgraded(plan)
	if maps.Equal(deleted, r.deleted) && texts == nil {
		return plan, nil
	}
	if texts == nil {
		texts = r.replaced
	}
	if err := r.renderAgain(deleted, texts); err != nil {
		return nil, err
	}
	return repository.Compare(r.tree, r.treeOptions(o))
}

// NeededError says that the user deleted files which other generated files name, so
// that nothing could be built any more.
type NeededError struct{ Paths []string }

// Error lists the files.
func (e *NeededError) Error() string {
	return "other generated files need what is not there: " + strings.Join(e.Paths, ", ")
}

// others reports whether generated files of other folders name a path: a
// kustomization stands for its folder, and components name their files themselves.
func others(file string) bool {
	return path.Base(file) == "kustomization.yaml" || strings.HasPrefix(file, "components/")
}

// renderAgain renders with other files known to be deleted, and with templates as they
// are going to be.
func (r *Result) renderAgain(deleted map[string]bool, texts map[string][]byte) error {
	again, err := read(&Result{dir: r.dir, steps: r.steps, replaced: texts, deleted: deleted}, true)
	if err != nil {
		return err
	}
	if again.tree == nil {
		return ErrInvalid // somebody changed the spec in between
	}
	r.tree, r.deleted, r.policy, r.renamed = again.tree, deleted, again.policy, again.renamed
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
