package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// star reports whether a pattern permits all.
func star(pattern string) bool { return pattern == "*" || pattern == "**" }

// reach is what a project permits without limit, and what its Applications use of it.
type reach struct{ permits, uses string }

// projectTooWide reports projects that permit much more than their Applications use.
func projectTooWide(w *world, out *judge) {
	for _, p := range w.projects() {
		used := usersOf(w, p)
		if len(used) == 0 {
			continue
		}
		found := reaches(p, used)
		if len(found) == 0 {
			continue
		}
		f := out.object(nil, p.object, "spec", "it permits %s, and its Applications here, %d in number, use less", permittedBy(found), len(used))
		for _, r := range found {
			f.Sum = append(f.Sum, fmt.Sprintf("permitted: %s; used: %s", r.permits, r.uses))
		}
		f.Hint = "Whoever can write an Application of the project can use all of it. Permit what is used."
		if len(found) < 3 {
			f.Severity = Note
		}
	}
}

func permittedBy(found []reach) string {
	var all []string
	for _, r := range found {
		all = append(all, r.permits)
	}
	return strings.Join(all, ", ")
}

// usersOf are the Applications of a project whose objects are known.
func usersOf(w *world, p *argoProject) []*repo.Deployed {
	all := w.roots()
	w.eachDeployed(func(_ *target, d *repo.Deployed) { all = append(all, d) })
	return slices.DeleteFunc(all, func(d *repo.Deployed) bool { return d.Spec.Project != p.object.Name || len(d.Objects) == 0 })
}

func reaches(p *argoProject, used []*repo.Deployed) []reach {
	var sources, destinations, cluster []string
	known := newKindScopes(nil)
	for _, d := range used {
		for _, source := range d.Repositories() {
			sources = append(sources, source.Address)
		}
		destinations = append(destinations, place(d.Spec.Destination))
		for _, o := range d.Objects {
			if namespaced, certain := known.namespaced(o); certain && !namespaced {
				cluster = append(cluster, groupKind(o))
			}
		}
	}
	var found []reach
	if slices.ContainsFunc(p.Spec.SourceRepos, star) {
		found = append(found, reach{"every repository", distinct(sources)})
	}
	if slices.ContainsFunc(p.Spec.Destinations, func(d repo.Destination) bool { return star(d.Namespace) && (star(d.Server) || star(d.Name)) }) {
		found = append(found, reach{"every namespace of every cluster", distinct(destinations)})
	}
	if slices.ContainsFunc(p.Spec.ClusterResourceWhitelist, func(k repo.GroupKind) bool { return k.Group == "*" && k.Kind == "*" && k.Name == "" }) {
		found = append(found, reach{"every kind of the cluster", distinct(cluster)})
	}
	return found
}

func distinct(items []string) string {
	slices.Sort(items)
	return list(slices.Compact(items))
}
