package checks

import (
	"slices"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// elsewhereHeld is an object that another repository holds.
type elsewhereHeld struct {
	other  *repo.Other
	target *repo.Target
	by     *repo.Deployed
	object *repo.Object
}

// heldElsewhere are the objects of other repositories by what they are in their cluster.
func (w *world) heldElsewhere(known *kindScopes) map[identity]elsewhereHeld {
	found := map[identity]elsewhereHeld{}
	w.eachElsewhere(func(other *repo.Other, t *repo.Target, d *repo.Deployed) {
		for _, o := range d.Objects {
			key := identify(known, d, o)
			if _, there := found[key]; !there && o.Name != "" && o.Group() != argoGroup {
				found[key] = elsewhereHeld{other, t, d, o}
			}
		}
	})
	return found
}

// argoGroup is the group of the objects that Argo CD itself reads. Rules about their names judge them.
const argoGroup = "argoproj.io"

// eachElsewhere visits the Applications of other repositories.
func (w *world) eachElsewhere(visit func(*repo.Other, *repo.Target, *repo.Deployed)) {
	for _, other := range w.Others {
		for _, t := range other.AllTargets() {
			for _, d := range t.Applications {
				if d.Application != nil && !standsIn(d) {
					visit(other, t, d)
				}
			}
		}
	}
}

// sharedElsewhere reports objects that an Application of another repository holds too. It reports two
// Applications once, with what they share.
func sharedElsewhere(w *world, out *judge) {
	if len(w.Others) == 0 {
		return
	}
	var order []*sharedElsewherePair
	pairs := map[[2]*repo.Deployed]*sharedElsewherePair{}
	elsewhere := w.heldElsewhere(newKindScopes(slices.Concat(w.Given, w.allObjects())))
	holders, keys := w.holders()
	for _, key := range keys {
		second, there := elsewhere[key]
		if !there {
			continue
		}
		both := [2]*repo.Deployed{holders[key][0].by, second.by}
		if pairs[both] == nil {
			pairs[both] = &sharedElsewherePair{own: holders[key][0], elsewhere: second}
			order = append(order, pairs[both])
		}
		pairs[both].objects = append(pairs[both].objects, key.String())
	}
	for _, pair := range order {
		pair.report(out)
	}
}

// sharedElsewherePair are two Applications of two repositories that hold the same objects.
type sharedElsewherePair struct {
	own       held
	elsewhere elsewhereHeld
	objects   []string
}

func (p *sharedElsewherePair) report(out *judge) {
	own, second := p.own, p.elsewhere
	f := out.object(own.target, own.object, "metadata.name", "Application %s of this repository and %s of %s both hold %s of cluster %s",
		own.by.Name, second.by.Name, second.other.Name, p.objects[0], clusterOf(own.by))
	f.hold(p.objects)
	f.Hint = "Let one Application hold it. The other one stands in " + second.other.Place(second.object.Origin) + "."
	if own.target.Instance != "" || second.target.Instance != "" {
		f.Severity = Note
		f.Hint += " Nothing is wrong when two Argo CDs of two clusters read these Applications."
	}
}

// argoName is what no two Applications, and no two projects, of an Argo CD have in common.
type argoName struct{ namespace, name string }

// sharedName reports Applications whose name another repository uses too.
func sharedName(w *world, out *judge) {
	elsewhere := map[argoName]string{}
	note := func(name argoName, place string) {
		if _, there := elsewhere[name]; !there && name.name != "" {
			elsewhere[name] = place
		}
	}
	w.eachElsewhere(func(other *repo.Other, _ *repo.Target, d *repo.Deployed) {
		note(argoName{d.Namespace, d.Name}, other.Place(d.Made))
	})
	for _, other := range w.Others {
		for _, o := range argoManaged(other.Repository, "Application") {
			note(argoName{o.Namespace, o.Name}, other.Place(o.Origin))
		}
	}
	reported := map[argoName]bool{}
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		name := argoName{d.Namespace, d.Name}
		if place, there := elsewhere[name]; there && !reported[name] {
			reported[name] = true
			out.application(t, d, "Applications of two repositories are called %s: this one and that of %s", d.Name, place).warnOfName()
		}
	})
	for _, o := range argoManaged(w.Repository, "Application") {
		name := argoName{o.Namespace, o.Name}
		if place, there := elsewhere[name]; there && !reported[name] {
			reported[name] = true
			out.object(nil, o, "metadata.name", "Applications of two repositories are called %s: this one and that of %s", o.Name, place).warnOfName()
		}
	}
}

// sharedProject reports projects whose name another repository uses too.
func sharedProject(w *world, out *judge) {
	elsewhere := map[argoName]string{}
	for _, other := range w.Others {
		for _, o := range argoManaged(other.Repository, "AppProject") {
			if name := (argoName{o.Namespace, o.Name}); elsewhere[name] == "" {
				elsewhere[name] = other.Place(o.Origin)
			}
		}
	}
	reported := map[argoName]bool{}
	for _, o := range argoManaged(w.Repository, "AppProject") {
		name := argoName{o.Namespace, o.Name}
		if place := elsewhere[name]; place != "" && !reported[name] {
			reported[name] = true
			out.object(nil, o, "metadata.name", "AppProjects of two repositories are called %s: this one and that of %s", o.Name, place).warnOfName()
		}
	}
}

// warnOfName makes a warning of a finding about names: whether one Argo CD reads both repositories, they do not say.
func (f *Finding) warnOfName() {
	f.Severity = Warning
	f.Hint = "An Argo CD that reads both repositories knows one of a name in a namespace: whatever is applied last replaces the other. Give each a name of its own. Nothing is wrong when each repository has an Argo CD of its own."
}

// argoManaged are the objects of a kind that Argo CD itself reads in a repository, those that
// Applications deploy included.
func argoManaged(r *repo.Repository, kind string) []*repo.Object {
	all := management(r)
	for _, t := range r.AllTargets() {
		all = append(all, t.Objects()...)
	}
	return slices.DeleteFunc(all, func(o *repo.Object) bool { return o.Group() != argoGroup || o.Kind != kind || o.Name == "" })
}
