package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/guard"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
)

// PromoteRequest says what is to be promoted where.
type PromoteRequest = release.Request

// RollbackRequest says which pins are to go back.
type RollbackRequest = release.RollbackRequest

// Move is what happens to one pin.
type Move = release.Move

// MoveUnchanged is the action of a pin that stays as it is.
const MoveUnchanged = release.Unchanged

// Refusal is a reason why pins do not move.
type Refusal = release.Refusal

// When says how pins are moved.
type When struct {
	// At is the time that moved pins record.
	At time.Time
	// DryRun decides and writes nothing.
	DryRun bool
	// AllowReplace are patterns of objects whose change a person has decided about although
	// Kubernetes refuses it or leaves data behind. The pins record the objects.
	AllowReplace []string
}

// Moved is the outcome of a promotion or a rollback.
type Moved struct {
	// Findings are those in the spec. With errors nothing was decided.
	Findings
	// Refusals are the reasons against it; then nothing was written.
	Refusals []Refusal
	// Environment whose pins move, and the file that they are in.
	Environment string
	File        string
	Moves       []Move
	// Subject says in one line what was moved, for a commit.
	Subject string
	// Plan is what the moves change in generated files; nil when no pin moves. A
	// blocked plan was not applied, and no pin was moved.
	Plan *Plan
	// Written says that pins and generated files were written.
	Written bool
}

// Promote moves pins of an environment to what the environment before it runs.
func Promote(dir string, req PromoteRequest, when When) (*Moved, error) {
	subject := "Promote " + subjects(req.Applications) + " to " + req.To
	return move(dir, subject, when, func(m *mover) (*release.Result, release.Refusals, error) {
		in, list, err := release.Load(m.repo, m.options(), req)
		if err != nil || m.findings(list, in) {
			return nil, nil, err
		}
		res, refused := release.Promote(in, req)
		return res, refused, nil
	})
}

// Rollback moves pins of an environment back to what they were before.
func Rollback(dir string, req RollbackRequest, when When) (*Moved, error) {
	names := slices.Concat(req.Namespaces, req.Applications)
	if req.Cluster {
		names = append([]string{"the cluster"}, names...)
	}
	subject := "Roll back " + subjects(names) + " in " + req.In
	return move(dir, subject, when, func(m *mover) (*release.Result, release.Refusals, error) {
		in, list, err := release.LoadRollback(m.repo, m.options(), req)
		if err != nil || m.findings(list, in) {
			return nil, nil, err
		}
		res, refused := release.Rollback(in, req)
		return res, refused, nil
	})
}

// subjects names a few applications, or says how many they are.
func subjects(names []string) string {
	const shown = 3
	switch {
	case len(names) == 0:
		return "everything"
	case len(names) > shown:
		return fmt.Sprintf("%d applications", len(names))
	}
	return strings.Join(names, ", ")
}

// mover carries one promotion or rollback.
type mover struct {
	when   When
	before *Platform
	repo   *git.Repo
	folder *tree.Repository
	out    Moved
}

func move(dir, subject string, when When, decide func(*mover) (*release.Result, release.Refusals, error)) (*Moved, error) {
	folder, err := tree.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open the repository: %w", err)
	}
	defer folder.Close()
	m := &mover{when: when, folder: folder, out: Moved{Subject: subject}}
	if !when.DryRun {
		unlock, err := folder.Lock()
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	if ready, err := m.prepare(dir); err != nil || !ready {
		return &m.out, err
	}
	res, refused, err := decide(m)
	if err != nil || m.out.Diagnostics.HasErrors() {
		return &m.out, err
	}
	if m.out.Refusals = refused; len(refused) > 0 {
		return &m.out, nil
	}
	return &m.out, m.carryOut(res)
}

// prepare reads what a move starts from.
func (m *mover) prepare(dir string) (bool, error) {
	before, err := Load(dir)
	if err != nil {
		return false, err
	}
	if ready, err := m.ready(before); err != nil || !ready {
		return false, err
	}
	m.repo, err = git.Open(dir)
	return err == nil, err
}

// ready checks that generated files are up to date: only then is what the plan changes
// the work of the moves alone. A spec or a state of an older format is not up to date.
func (m *mover) ready(before *Platform) (bool, error) {
	m.before = before
	plan, err := m.plan(before, compareNothing)
	if err != nil || plan == nil {
		return false, err
	}
	if plan.Pending() || plan.Stopped() {
		m.out.Refusals = []Refusal{{
			Code: "generate/pending", Text: "generated files are not up to date",
			Hint: "Run `wavewright generate`, commit and push, then try again.",
		}}
		return false, nil
	}
	return true, nil
}

// plan plans and takes what was found; with errors in the spec there is no plan. compare is the
// environment whose pins are compared with those that run.
func (m *mover) plan(p *Platform, compare string) (*Plan, error) {
	m.out.Findings = p.Findings
	if p.model == nil {
		return nil, nil
	}
	_, plan, err := p.plan(m.folder, m.asked(compare))
	if m.out.Findings = plan.Findings; m.out.Diagnostics.HasErrors() {
		return nil, nil
	}
	return plan, err
}

// findings takes what was found in the files of other revisions.
func (m *mover) findings(list diag.List, in *release.Input) bool {
	m.out.Diagnostics = append(m.out.Diagnostics, list...)
	if in != nil {
		maps.Copy(m.out.Sources, in.Sources)
	}
	return list.HasErrors()
}

// carryOut renders with the moved pins and writes both, unless the plan is blocked.
//
// The pins are written first and the generated files after them. Pins are what the
// tree is rendered from: when the run dies in between, the next generate renders
// the new pins and completes the promotion, as it completes any interrupted run. In
// the other order it would find new files that no pin explains and take them for
// hand edits, which it keeps.
func (m *mover) carryOut(res *release.Result) error {
	m.out.Environment, m.out.File, m.out.Moves = res.Environment, res.File, res.Moves
	if !res.Changed() {
		return nil
	}
	after, err := load(m.before.folder.with(map[string][]byte{res.File: res.Source}))
	if err != nil {
		return err
	}
	m.out.Plan, err = m.plan(after, res.Environment)
	if err != nil || m.out.Plan == nil {
		return err
	}
	if m.out.Plan.Pins, err = m.pins(res); err != nil || m.out.Plan.Stopped() || m.when.DryRun {
		return err
	}
	source, err := m.decided(res)
	if err != nil {
		return err
	}
	if err := m.folder.Replace(res.File, source); err != nil {
		return err
	}
	if err := m.folder.Apply(m.out.Plan.Plan); err != nil {
		return fmt.Errorf("%s is written, generated files are not; run wavewright generate to finish: %w", res.File, err)
	}
	m.out.Written = true
	return nil
}

// pins is the change of the file of pins.
func (m *mover) pins(res *release.Result) (*Change, error) {
	change := &Change{Path: res.File, State: StateNew, Action: tree.ActionCreate, New: res.Source}
	err := m.before.folder.read(func(files fs.FS) error {
		if _, err := fs.Stat(files, res.File); err == nil {
			change.State, change.Action = tree.StateUpdate, tree.ActionUpdate
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	return change, err
}

// decided is the file of pins with the objects whose change the flag allows. Later runs, in a
// pipeline too, read there that a person has decided.
func (m *mover) decided(res *release.Result) ([]byte, error) {
	objects := map[string][]string{}
	for _, h := range m.out.Plan.Hazards {
		if h.Allowed && guard.NeedsDecision(h, m.before.protected(h.Environment)) {
			objects[h.Path] = append(objects[h.Path], h.Object)
		}
	}
	return release.Record(res.File, res.Source, objects)
}

// asked are the options of a command that says itself what is to change.
func (m *mover) asked(compare string) *WriteOptions {
	return &WriteOptions{AllowDelete: true, AllowDirty: true, AllowReplace: m.when.AllowReplace, compare: compare}
}

func (m *mover) options() release.Options {
	p := m.before
	return release.Options{
		Environments: p.releaseEnvironments(), Branch: p.model.Repository.Branch,
		URL: string(p.model.Repository.URL), At: m.when.At, IgnoreDirty: p.movedByPins,
	}
}

// movedByPins holds for the files that promotions write, so that several can be
// made before one commit. They do not decide what a promotion takes: that is read
// from commits.
func (p *Platform) movedByPins(path string) bool {
	for _, env := range p.model.Environments {
		if !env.Follows() && (path == layout.Pins(string(env.Name)) || strings.HasPrefix(path, layout.ArgoCD(string(env.Name))+"/")) {
			return true
		}
	}
	return strings.HasPrefix(path, layout.State+"/") || tree.IsTemporary(path)
}

// releaseEnvironments is the platform as package release sees it.
func (p *Platform) releaseEnvironments() []release.Environment {
	var out []release.Environment
	for _, env := range p.model.Environments {
		e := release.Environment{Name: string(env.Name), Targets: targetNames(env)}
		if env.From != nil {
			e.From = string(env.From.Name)
		}
		out = append(out, e)
	}
	return out
}

func targetNames(env *model.Environment) []string {
	var names []string
	for _, target := range env.Targets {
		names = append(names, string(target.Name))
	}
	return names
}
