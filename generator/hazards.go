package generator

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/guard"
	"github.com/wavewright/wavewright/generator/internal/impact"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/running"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Hazard is what a change does to an object in a cluster and nobody would notice: an update that
// the API server refuses, or data that stays behind.
type Hazard = running.Hazard

// Unknown is an Application whose objects could not be compared with those that run.
type Unknown = running.Unknown

// pushedWorld is what Git knows of what runs.
type pushedWorld struct {
	repo *git.Repo // nil where nothing runs
	// tip of the pushed branch, empty when nothing is pushed.
	tip string
	// edited are the paths at which files differ from the commit that is checked out.
	edited []string
	err    error
}

// ask asks Git, while the caller does something else until it needs the answer.
func (p *Platform) ask(o *WriteOptions) func() pushedWorld {
	if o.compare == compareNothing {
		return func() pushedWorld { return pushedWorld{} }
	}
	answer := sync.OnceValue(p.pushed)
	go answer()
	return answer
}

// pushed finds what was pushed. Where nothing was, and no pin is there, nothing runs.
func (p *Platform) pushed() (w pushedWorld) {
	repo, err := git.Find(p.folder.dir)
	switch {
	case errors.Is(err, git.ErrNoRepository), errors.Is(err, git.ErrNotInstalled), err == nil && repo.Head() == "":
		return w
	case err != nil:
		return pushedWorld{err: err}
	}
	ref, err := repo.Pushed(p.model.Repository.Branch, string(p.model.Repository.URL))
	if _, none := errors.AsType[*git.NotPushedError](err); err != nil && !none {
		return pushedWorld{err: err}
	}
	if w.tip = ref.Commit; w.tip == "" && len(p.pins) == 0 {
		return w
	}
	w.repo = repo
	w.edited, w.err = repo.ChangedSince(repo.Head())
	return w
}

// hazards compares what runs with what will run: the pushed branch with the files that the plan
// leaves, pushed pins with those of the working tree, and these with the files again, which wait
// for a promotion.
func (p *Platform) hazards(rendered tree.Tree, plan *Plan, w pushedWorld, o *WriteOptions) error {
	if w.err != nil {
		plan.Unknown = []Unknown{{Reason: w.err.Error()}}
		return nil
	}
	if w.repo == nil {
		return nil
	}
	root, err := os.OpenRoot(p.folder.dir)
	if err != nil {
		return fmt.Errorf("compare with what runs: %w", err)
	}
	defer root.Close()
	c := p.comparison(plan.Plan, rendered, w, root, o.merging)
	defer c.Close()
	later := future{
		runs:       func(env string) (impact.Applications, error) { return p.deployed(rendered, env), nil },
		candidates: func(env string) (impact.Applications, error) { return p.upcoming(env), nil },
	}
	if err := p.compare(c, w.tip, later, o.compare); err != nil {
		return fmt.Errorf("compare with what runs: %w", err)
	}
	p.settleHazards(c.Hazards, o)
	plan.Hazards, plan.Unknown = c.Hazards, c.Unknown
	return nil
}

// compareNothing is for plans that only have to be free of changes.
const compareNothing = "-"

// comparison reads files as they are and as the plan leaves them.
func (p *Platform) comparison(plan *tree.Plan, rendered tree.Tree, w pushedWorld, root *os.Root, merging bool) *running.Comparison {
	edited, disk := slices.Clone(w.edited), p.onDisk(root)
	var edits map[string]bool
	if !merging {
		edits = byHand(w.edited, rendered, plan.Changes())
	}
	planned, along := outcome(plan.Changes())
	for path := range planned {
		edited = append(edited, path)
	}
	return &running.Comparison{
		Repo: w.repo, Prefix: p.model.Repository.Prefix, Edited: edited, Pending: len(planned)+len(edits) > 0,
		Now: decided(w, edits, disk),
		After: func(path string) ([]byte, error) {
			if text, changes := planned[path]; changes {
				return text, nil
			}
			if now, there := formerPath(along, path); there {
				return disk(now)
			}
			return nil, nil
		},
		Renamed: p.renamed(), Swapped: p.swapped, Users: p.users,
	}
}

// swapped returns the applications that have changed places in what is read, with their new names;
// with nil, all that the spec declares.
func (p *Platform) swapped(read kustomize.Read) map[string]string {
	names := map[string]string{}
	for _, w := range p.renames.Swaps() {
		if read != nil {
			if text, err := read(w.File()); err != nil || !w.Done(text) {
				continue
			}
		}
		for from, to := range w.Names {
			if name, ok := strings.CutPrefix(from, "applications/"); ok {
				names[name] = strings.TrimPrefix(to, "applications/")
			}
		}
	}
	return names
}

// outcome is what becomes of generated files, nil for those that are gone, with the files of a
// person's that go along.
func outcome(changes []tree.Change) (planned map[string][]byte, along []tree.Change) {
	planned = map[string][]byte{}
	for _, c := range changes {
		switch {
		case c.Yours:
			along = append(along, c)
		case c.Action == tree.ActionDelete:
			planned[c.Path] = nil
		case c.From != "" && c.Action != tree.ActionNone && c.Action != tree.ActionRecord:
			planned[c.From] = nil
		}
	}
	for _, c := range changes { // also where something else was
		switch c.Action {
		case tree.ActionCreate, tree.ActionUpdate, tree.ActionMove:
			if !c.Yours {
				planned[c.Path] = c.New
			}
		}
	}
	return planned, along
}

// formerPath is where a file is now that goes along with files that move; one whose own place is
// free then is nowhere.
func formerPath(along []tree.Change, path string) (now string, there bool) {
	for _, c := range along {
		if within(path, c.Path) {
			return c.From + strings.TrimPrefix(path, c.Path), true
		}
	}
	return path, !slices.ContainsFunc(along, func(c tree.Change) bool { return within(path, c.From) })
}

// future is what environments run after a change, and what they could run after a promotion.
type future struct {
	runs, candidates func(env string) (impact.Applications, error)
}

// compare adds every environment to a comparison with a commit, or only the pins of one. Without a
// commit nothing ran, but pins do.
func (p *Platform) compare(c *running.Comparison, base string, later future, only string) error {
	for _, env := range p.model.Environments {
		name := string(env.Name)
		if only != "" && only != name {
			continue
		}
		runs := sync.OnceValues(func() (impact.Applications, error) { return later.runs(name) })
		if base != "" && !c.Equal(name, base, env.Follows()) {
			if err := p.since(c, env, base, runs); err != nil {
				return err
			}
		}
		if env.Follows() || only != "" {
			continue
		}
		if err := p.waiting(c, name, runs, later); err != nil {
			return err
		}
	}
	return nil
}

// since adds what an environment runs since a commit.
func (p *Platform) since(c *running.Comparison, env *model.Environment, base string, runs func() (impact.Applications, error)) error {
	name := string(env.Name)
	before, err := p.ran(c, name, base)
	if err != nil {
		return err
	}
	after, err := runs()
	if err != nil {
		return err
	}
	if !env.Follows() {
		before, after = pinned(before), pinned(after)
	}
	c.Add(running.Environment{
		Name: name, Before: before, After: after, Base: base,
		Now: sync.OnceValues(func() (impact.Applications, error) { return parsed(name, c.Now) }),
	})
	return nil
}

// ran are the Applications of an environment in a commit, which may have it under a former name.
func (p *Platform) ran(c *running.Comparison, env, base string) (impact.Applications, error) {
	read := func(path string) ([]byte, error) { text, _, err := c.Repo.ReadAt(base, path); return text, err }
	all, err := parsed(env, read)
	for _, move := range p.spec.Moved {
		if err != nil || len(all) > 0 {
			break
		}
		from, was := strings.CutPrefix(move.From, "environments/")
		if was && move.To == "environments/"+env {
			all, err = p.ran(c, from, base)
		}
	}
	return all, err
}

// waiting adds what an environment could run after a promotion.
func (p *Platform) waiting(c *running.Comparison, env string, runs func() (impact.Applications, error), later future) error {
	before, err := runs()
	if err != nil || len(before) == 0 {
		return err
	}
	after, err := later.candidates(env)
	if err != nil {
		return err
	}
	c.Add(running.Environment{
		Name: env, Before: pinned(before), After: after, Waits: true,
		Now: sync.OnceValues(func() (impact.Applications, error) { return candidatesIn(env, p.model.Repository.Prefix, c.Now) }),
	})
	return nil
}

// pinned are the Applications that run a commit.
func pinned(all impact.Applications) impact.Applications {
	found := impact.Applications{}
	for name, app := range all {
		if app.Pin() != "" {
			found[name] = app
		}
	}
	return found
}

// upcoming are the Applications that an environment would run after a promotion.
func (p *Platform) upcoming(env string) impact.Applications {
	all := impact.Applications{}
	for _, target := range p.model.Environment(env).Targets {
		for _, c := range target.Candidates() {
			all.Add("", elementOf(c.Fields, p.model.Repository.Prefix))
		}
	}
	return all
}

// candidatesIn are those of a file.
func candidatesIn(env, prefix string, read kustomize.Read) (impact.Applications, error) {
	text, err := read(layout.Candidates(env))
	if text == nil || err != nil {
		return nil, err
	}
	all := impact.Applications{}
	found, _ := release.ParseCandidates(layout.Candidates(env), text) // what is wrong is said by promote
	for _, c := range found.All() {
		all.Add("", elementOf(c.Element, prefix))
	}
	return all, nil
}

func elementOf(fields release.Element, prefix string) yamltree.Ordered {
	var out yamltree.Ordered
	for _, f := range fields {
		if f.Name == "path" {
			f.Value = prefix + f.Value
		}
		out = append(out, yamltree.Pair{Key: f.Name, Value: f.Value})
	}
	return out
}

// users names the applications that connect to the one with an overlay.
func (p *Platform) users(env, overlay string) []string {
	var users []string
	for _, target := range p.model.Environment(env).Targets {
		for _, callee := range target.Instances {
			if layout.Application(string(target.Name), string(callee.App.Name)) != overlay {
				continue
			}
			for _, in := range target.Instances {
				if in != callee && in.Workload.ConnectsTo[string(callee.App.Name)] != nil {
					users = append(users, string(in.App.Name))
				}
			}
		}
	}
	return users
}

// settleHazards marks what a person has decided about: with a flag, or in the pin of a promotion.
func (p *Platform) settleHazards(hazards []Hazard, o *WriteOptions) {
	for i, h := range hazards {
		hazards[i].Allowed = guard.Allowed(o.AllowReplace, h.Object) || !h.Waits && p.recorded(h)
	}
}

// recorded reports whether the pin of an Application holds the decision about one of its objects.
func (p *Platform) recorded(h Hazard) bool {
	return slices.ContainsFunc(p.pins[h.Environment].All(), func(pin release.Pin) bool {
		return strings.TrimPrefix(pin.Element.Get("path"), p.model.Repository.Prefix) == h.Path && slices.Contains(pin.Replaces, h.Object)
	})
}
