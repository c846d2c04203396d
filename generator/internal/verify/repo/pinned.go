package repo

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// Pin is what an environment runs of another commit.
type Pin struct {
	// Target is where it runs, Path its folder in the commit, and Element what the ApplicationSet gets.
	Target, Path string
	Element      map[string]any
	// At is where the pin stands.
	At Origin
	// Commit names Files, which are those of the commit; nil when they are not known.
	Commit string
	Files  fs.FS
}

// Run puts what the pins of an environment run in the place of what a promotion would run. Its objects stand
// where their pins do. prefix is the folder of the repository that wavewright's own folders are in.
func (r *Repository) Run(environment, prefix string, pins []Pin, o Options) {
	at := slices.IndexFunc(r.Environments, func(e *Environment) bool { return e.Name == environment })
	if at < 0 {
		return
	}
	e, builds := r.Environments[at], pinnedBuilds(pins, o)
	for _, t := range e.Targets {
		r.forget(t)
		t.Applications = nil
		for _, p := range pins {
			if p.Target == t.Name && p.Files != nil {
				r.run(e, t, prefix, p, builds[p.Commit+" "+p.Path])
			}
		}
	}
}

// pinnedBuilds builds the folders of pins, by commit and path.
func pinnedBuilds(pins []Pin, o Options) map[string]*Build {
	folders, files := map[string][]string{}, map[string]fs.FS{}
	for _, p := range pins {
		if p.Files != nil {
			folders[p.Commit], files[p.Commit] = append(folders[p.Commit], p.Path), p.Files
		}
	}
	builds := map[string]*Build{}
	for _, commit := range slices.Sorted(maps.Keys(folders)) {
		then := &Repository{files: files[commit], Builds: map[string]*Build{}}
		beyond := newElsewhere(files[commit], o.Fetcher)
		then.buildAll(beyond.reader(beyond), folders[commit], o)
		for folder, build := range then.Builds {
			builds[commit+" "+folder] = build
		}
	}
	return builds
}

// forget drops what was said of the candidates of a target.
func (r *Repository) forget(t *Target) {
	named := func(name string) bool {
		return slices.ContainsFunc(t.Applications, func(d *Deployed) bool { return d.Name == name })
	}
	r.Problems = slices.DeleteFunc(r.Problems, func(p Problem) bool { return named(p.Application) })
	r.Skipped = slices.DeleteFunc(r.Skipped, func(s Skipped) bool { return named(s.Application) })
}

// run adds the Application of a pin.
func (r *Repository) run(e *Environment, t *Target, prefix string, p Pin, build *Build) {
	element := maps.Clone(p.Element)
	element["path"], element["revision"] = path.Join(prefix, p.Path), p.Commit
	if _, namespaced := element["namespace"]; !namespaced {
		element = clusterWide(element)
	}
	name := fmt.Sprint(element["name"])
	application, err := e.application(element)
	if err == nil && build != nil {
		err = build.Err
	}
	if beyond, is := errors.AsType[*kustomize.OutsideError](err); is && beyond.Why != nil {
		r.lacking(&Deployed{Application: application}, outside(p.At, beyond))
		return
	}
	if err != nil {
		r.Problems = append(r.Problems, Problem{p.At, name, "build/failed", fmt.Sprintf("%s at commit %.12s: %v", p.Path, p.Commit, err)})
		return
	}
	d := &Deployed{Application: application, Overlay: p.Path, Element: element, Made: p.At, Chart: build.Chart}
	if d.Chart {
		r.Skipped = append(r.Skipped, Skipped{p.At, name, "the chart is not in the repository"})
	}
	for _, o := range build.Objects {
		there := *o
		there.Application, there.Origin = d, p.At
		d.Objects = append(d.Objects, &there)
	}
	t.Cluster = cmp.Or(t.Cluster, d.Spec.Destination.Name, d.Spec.Destination.Server)
	t.Applications = append(t.Applications, d)
}

// MissingCommit is the problem of a pin whose commit is not there.
func MissingCommit(at Origin, commit string) Problem {
	return Problem{at, at.Original, "pins/missing-commit", fmt.Sprintf("the repository does not have commit %s, which the pin runs", commit)}
}

// OffBranch is the problem of a pin whose commit is not one of the branch itself; merged says that the branch has
// it in its history.
func OffBranch(at Origin, commit string, merged bool) Problem {
	message := fmt.Sprintf("commit %.12s is in no history of the pushed branch: Git servers delete it once no branch or tag has it", commit)
	if merged {
		message = fmt.Sprintf("commit %.12s is not one of the pushed branch itself, but of a branch that was merged into it", commit)
	}
	return Problem{at, at.Original, "pins/off-branch", message}
}
