package repo

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// follower puts what Argo CD runs of this very commit in the place of the candidates. They differ where a
// person edited one of the two.
type follower struct {
	*Repository
	read *kustomize.Files
	// named are the candidates of the environment at hand, by name.
	named map[string][]*Deployed
	// taken are the candidates whose Application was found.
	taken map[*Deployed]bool
}

// follow judges Applications that follow the branch by what their ApplicationSets hold. What runs a pin is not
// in this commit.
func (r *Repository) follow(read *kustomize.Files) {
	for _, e := range r.Environments {
		f := &follower{r, read, map[string][]*Deployed{}, map[*Deployed]bool{}}
		for _, d := range e.Deployed() {
			f.named[d.Name] = append(f.named[d.Name], d)
		}
		for i, live := range e.Live {
			f.application(e, e.made[i], live)
		}
		f.drop(e)
	}
}

// drop forgets the candidates of an environment that follows the branch which Argo CD does not run: nothing is
// promoted into it.
func (f *follower) drop(e *Environment) {
	runs := func(d *Deployed) bool { return f.taken[d] }
	if !slices.ContainsFunc(e.Deployed(), runs) {
		return
	}
	for _, t := range e.Targets {
		t.Applications = slices.DeleteFunc(t.Applications, func(d *Deployed) bool { return !runs(d) })
	}
}

// application compares an Application of Argo CD with its candidate.
func (f *follower) application(e *Environment, from elementOf, live *Application) {
	if git.IsID(live.Spec.Source.TargetRevision) {
		return
	}
	of := f.candidate(live)
	if of != nil && alike(of.Application, live) {
		return
	}
	if of == nil {
		of = &Deployed{}
		target := e.target(live)
		target.Applications = append(target.Applications, of)
		f.taken[of] = true
	}
	at := from.object.Origin
	if from.element != nil {
		at = linesIn(f.read, from.object).element(from.element)
	}
	overlay := strings.TrimPrefix(path.Clean(live.Spec.Source.Path), e.prefix)
	*of = Deployed{Application: live, Overlay: overlay, Element: from.element, Made: at}
}

// candidate is what the environment has of an Application and no other was found to be; nil for nothing.
func (f *follower) candidate(live *Application) *Deployed {
	for _, d := range f.named[live.Name] {
		if !f.taken[d] {
			f.taken[d] = true
			return d
		}
	}
	return nil
}

// alike reports whether two Applications deploy one thing to one place.
func alike(a, b *Application) bool {
	one, other := a.Spec, b.Spec
	one.Source.TargetRevision = other.Source.TargetRevision
	return reflect.DeepEqual(one, other)
}

// target is that of an Application's cluster: the one that other Applications of the cluster are in, or a new one.
func (e *Environment) target(a *Application) *Target {
	cluster := func(a *Application) string { return a.Spec.Destination.Name + a.Spec.Destination.Server }
	for _, t := range e.Targets {
		for _, d := range t.Applications {
			if cluster(d.Application) == cluster(a) {
				return t
			}
		}
	}
	t := &Target{Name: e.Name + " " + cluster(a)}
	e.Targets = append(e.Targets, t)
	return t
}

// broken reports what Argo CD itself cannot read: a root whose folder holds such a file does not sync.
func (r *Repository) broken(folders []string) {
	for _, folder := range folders {
		if !strings.HasPrefix(folder, "argocd/") && !strings.HasPrefix(folder, "bootstrap/") {
			continue
		}
		for _, err := range separate(r.Builds[folder].Err) {
			problem := Problem{Origin{File: folder + "/kustomization.yaml"}, "", "build/failed", err.Error()}
			if placed, ok := errors.AsType[*placedError](err); ok {
				problem = Problem{placed.at, "", "build/unreadable", placed.what.Error()}
			}
			r.Problems = append(r.Problems, problem)
		}
	}
}

// placedError is what is wrong with a manifest.
type placedError struct {
	at   Origin
	what error
}

func (e *placedError) Error() string { return fmt.Sprintf("%s:%d: %v", e.at.File, e.at.Line, e.what) }

// separate are the errors that were joined into one.
func separate(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
