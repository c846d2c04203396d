package generator

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/guard"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/merge"
	"github.com/wavewright/wavewright/generator/internal/rename"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema/diag"
)

// Plan is what writing a tree would do to the folder: the state of each path on disk, the
// action on it, and the effects on Applications.
type Plan struct {
	Findings
	// Plan is nil with errors among the diagnostics.
	*tree.Plan
	// Migrations are the steps that bring the spec and the state to the formats of this
	// version.
	Migrations []Migration
	// Impact lists the Applications that something happens to, by environment and name.
	Impact []Impact
	// Hazards are changes of objects that the cluster does not carry out as they are written, by
	// environment.
	Hazards []Hazard
	// Unknown are Applications whose objects could not be compared with those that run.
	Unknown []Unknown
	// Origins says where in the spec the instances of files in conflict are declared.
	Origins map[string]diag.Range
	// Guards are what was probably not meant; while there is one, nothing is written.
	Guards []Guard
	// Report is what verify makes of the folder as it will be; nil unless everything was to be judged.
	Report *VerifyReport
	// Pins is the file of pins that a promotion or a rollback writes before the generated
	// files; nil of every other plan.
	Pins *Change

	files tree.Tree // that are wanted
}

// Holds reports whether a wanted file, or one that changes, is at a path or below it. The folder of
// the spec is ".".
func (p *Plan) Holds(name string) bool {
	return p.knows(p.files, name) || holds(p.files, name) ||
		slices.ContainsFunc(p.Changes(), func(c Change) bool { return name == "." || within(c.Path, name) })
}

// Changes returns every path that is not simply unchanged, sorted by path, with the pins.
func (p *Plan) Changes() []Change {
	changes := p.Plan.Changes()
	if p.Pins == nil {
		return changes
	}
	at, _ := slices.BinarySearchFunc(changes, p.Pins.Path, func(c Change, path string) int { return strings.Compare(c.Path, path) })
	return slices.Insert(changes, at, *p.Pins)
}

// Counts returns how many files are in each state, the unchanged and the pins included.
func (p *Plan) Counts() map[State]int {
	counts := p.Plan.Counts()
	if p.Pins != nil {
		counts[p.Pins.State]++
	}
	return counts
}

// Pending reports whether the plan writes something.
func (p *Plan) Pending() bool { return p.Plan.Pending() || p.Pins != nil && !p.Stopped() }

// Conflict is one place that both sides changed.
type Conflict = merge.Conflict

// renamed returns the ID that a file of the state has now; nil when nothing was renamed.
func (p *Platform) renamed() func(id string) string {
	if p.renames.Empty() {
		return nil
	}
	return p.renames.ID
}

// formerly returns the paths that a file had under names that the spec renames; nil when it renames
// none.
func (p *Platform) formerly() func(id string) []string {
	if len(p.spec.Moved) == 0 {
		return nil
	}
	return p.renames.Formerly
}

func (p *Platform) scanOptions(o *WriteOptions) tree.Options {
	return tree.Options{
		Version: build.Read().Version, Policy: p.rules.Decides(), Accept: o.accept, Markers: o.Markers, Renamed: p.renamed(),
		Formerly: p.formerly(), Adopt: o.adopt, Restore: o.restore, Drop: o.drop, Rewrites: p.rewrites, LeftOut: p.leftOut,
		Swaps: p.renames.Swaps(), Swap: rename.Swapped, Place: rename.Place,
	}
}

// Change is one path of a plan.
type Change = tree.Change

// State says how a file's three versions relate.
type State = tree.State

// States of files that differ from what wavewright would write, and stay so.
const (
	StateNew          = tree.StateNew
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

// Plan finds out what writing would do. Nothing is written. With errors among its
// diagnostics a plan is nothing else, and the error is ErrInvalid.
func (p *Platform) Plan(o WriteOptions) (*Plan, error) {
	return p.in(func(repository *tree.Repository) (*Plan, error) {
		_, plan, err := p.plan(repository, &o)
		return plan, err
	})
}

// Write plans and, unless something blocks the plan, carries it out. The plan is
// returned in any case; the caller asks it whether it was blocked.
func (p *Platform) Write(o WriteOptions) (*Plan, error) {
	return p.locked(func(repository *tree.Repository) (*Plan, error) {
		_, plan, err := p.plan(repository, &o)
		if err != nil {
			return plan, err
		}
		return plan, plan.apply(repository)
	})
}

// locked opens the folder for one step that writes.
func (p *Platform) locked(step func(*tree.Repository) (*Plan, error)) (*Plan, error) {
	return p.in(func(repository *tree.Repository) (*Plan, error) {
		unlock, err := repository.Lock()
		if err != nil {
			return p.unplanned(), err
		}
		defer unlock()
		return step(repository)
	})
}

// apply carries out a plan that nothing blocks.
func (p *Plan) apply(repository *tree.Repository) error {
	if p.Stopped() || !p.Pending() {
		return nil
	}
	return repository.Apply(p.Plan)
}

// in opens the folder for one step.
func (p *Platform) in(step func(*tree.Repository) (*Plan, error)) (*Plan, error) {
	if p.model == nil {
		return p.unplanned(), ErrInvalid
	}
	repository, err := tree.Open(p.folder.dir)
	if err != nil {
		return p.unplanned(), fmt.Errorf("open the repository: %w", err)
	}
	defer repository.Close()
	return step(repository)
}

// unplanned is the plan of a platform whose files have errors.
func (p *Platform) unplanned() *Plan { return &Plan{Findings: p.Findings, Migrations: p.Migrations} }

// Stopped reports whether conflicts, refusals, guards or errors that verify finds keep the plan from
// being written.
func (p *Plan) Stopped() bool {
	conflicts, refusals := p.Blocked()
	return len(conflicts)+len(refusals)+len(p.Guards) > 0 || p.Report != nil && p.Report.Count(VerifyError) > 0
}

// plan is the line from the platform to the plan, with the files that it is about: a scan
// finds out what is in the folder before anything is rendered, and a decision follows.
func (p *Platform) plan(repository *tree.Repository, o *WriteOptions) (tree.Tree, *Plan, error) {
	plan := p.unplanned()
	if err := p.checkSparse(); err != nil {
		return nil, plan, err
	}
	world := p.ask(o)
	defer world() // no git outlives the plan
	scan, err := repository.Scan(p.scanOptions(o))
	if err != nil {
		return nil, plan, err
	}
	if err := frozen(scan, string(p.model.Prefix)); err != nil {
		return nil, plan, err
	}
	rendered, err := p.render(scan)
	if err != nil {
		return nil, plan, err
	}
	if plan.Findings = rendered.Findings; rendered.files == nil {
		return nil, plan, ErrInvalid
	}
	plan.files = rendered.files
	if plan.Plan, err = scan.Decide(rendered.files); err != nil {
		return nil, plan, err
	}
	if err := p.judge(rendered.files, plan, world(), o); err != nil {
		return nil, plan, err
	}
	return rendered.files, plan, p.prove(plan, o.Judge)
}

// judge completes a plan with what it means, and with what speaks against it.
func (p *Platform) judge(files tree.Tree, plan *Plan, world pushedWorld, o *WriteOptions) error {
	if needed := needed(plan.Changes()); len(needed) > 0 {
		return &NeededError{Paths: needed}
	}
	for _, step := range plan.Plan.Migrations() {
		plan.Migrations = append(slices.Clip(plan.Migrations), Migration{"state", strconv.Itoa(step.From), strconv.Itoa(step.To), step.Does})
	}
	if err := p.hazards(files, plan, world, o); err != nil {
		return err
	}
	plan.Guards = guard.Replacements(plan.Hazards, o.AllowReplace, p.protected)
	if plan.Pending() || len(plan.Changes()) > 0 {
		var err error
		if plan.Impact, err = p.impact(files, plan.Plan); err != nil {
			return fmt.Errorf("compare Applications: %w", err)
		}
		plan.Guards = append(p.guards(files, plan, o), plan.Guards...)
	}
	if err := p.checkRevivedPins(files, plan, world, o); err != nil {
		return err
	}
	if err := p.checkMentions(files, plan); err != nil {
		return err
	}
	if conflicts, _ := plan.Blocked(); len(conflicts) > 0 {
		plan.Origins = p.origins(conflicts)
	}
	return nil
}

// Guard is a reason not to write a plan that nothing else blocks.
type Guard = guard.Guard

// guards looks for what is probably not meant.
func (p *Platform) guards(files tree.Tree, plan *Plan, o *WriteOptions) []Guard {
	var out []Guard
	if !o.AllowDelete {
		out = append(out, guard.Deletions(plan.Plan, plan.Impact, p.protected)...)
	}
	if !o.AllowDirty {
		out = append(out, guard.Unsaved(p.folder.dir, plan.Plan)...)
		out = append(out, guard.Returns(p.folder.dir, plan.Plan, func(path string) bool { return files[path].Exact })...)
	}
	return out
}

// NeededError says that the user deleted files which other generated files name, so
// that nothing could be built any more.
type NeededError struct{ Paths []string }

// Error lists the files.
func (e *NeededError) Error() string {
	return "other generated files need what is not there: " + strings.Join(e.Paths, ", ")
}

// needed are the files that are not there although generated files of other folders name
// them: a kustomization stands for its folder, and components name their files themselves.
func needed(changes []Change) []string {
	var paths []string
	for i := range changes {
		file := changes[i].Path
		if changes[i].Missing() && (path.Base(file) == layout.Kustomization || strings.HasPrefix(file, layout.Components)) {
			paths = append(paths, file)
		}
	}
	return paths
}

// origins finds the places of the spec that conflicts go back to: where the application
// or the environment of a file is declared.
func (p *Platform) origins(conflicts []Change) map[string]diag.Range {
	origins := map[string]diag.Range{}
	for _, change := range conflicts {
		if at, ok := p.origin(change.ID); ok {
			origins[change.Path] = at
		}
	}
	return origins
}

// origin is where the instance is declared that the ID of a file names.
func (p *Platform) origin(id string) (diag.Range, bool) {
	_, values, _ := strings.Cut(id, "?")
	var at diag.Range
	for pair := range strings.SplitSeq(values, "&") {
		placeholder, value, _ := strings.Cut(pair, "=")
		for _, app := range p.model.Applications {
			if placeholder == "app" && string(app.Name) == value {
				return app.At, true
			}
		}
		for _, env := range p.model.Environments {
			for _, target := range env.Targets {
				if (placeholder == "env" || placeholder == "fleet") && string(env.Name) == value || placeholder == "target" && string(target.Name) == value {
					at = env.Place()
				}
			}
		}
	}
	return at, at.File != ""
}

// FrozenError says that the spec gives the platform another prefix than it has had.
type FrozenError struct{ Old, New string }

// Error says what would happen.
func (e *FrozenError) Error() string {
	return "the prefix of this platform is " + e.Old + " and would become " + e.New +
		": Argo CD would delete every Application, with what it deployed, and create it anew under another name"
}

// Hint says how the prefix stays.
func (e *FrozenError) Hint() string {
	return "write prefix: " + e.Old + " in environments.yaml; the name of the platform may be another one beside it"
}

// frozen compares the prefix of a platform with the recorded one.
func frozen(scan *tree.Scan, prefix string) error {
	for _, file := range scan.Recorded("repository") {
		if was := strings.TrimSpace(string(file.Base)); file.Path == layout.Prefix && was != prefix {
			return &FrozenError{was, prefix}
		}
	}
	return nil
}
