package repo

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Shard is the share of a repository that one of several machines judges: Number of Of, from 1. The zero
// value is the whole.
//
// A repository is divided into parts that nothing is judged across: all that goes to one cluster is in one
// part, and so are clusters whose Applications share a project that permits something without limit,
// because that is compared with all that they use. The parts are dealt out by their numbers of
// Applications, which every machine counts alike. What belongs to no cluster, such as an Application's
// own spec, is for the machine of its cluster, or for the first one.
//
// Every machine reads all files, and builds what leads to Applications or holds what other clusters are
// judged by, such as CustomResourceDefinitions. All else it builds only for its own parts.
type Shard struct {
	Number, Of int
	// Clusters replace the numbers when another version of the repository was divided: those of its
	// share are wanted, and whatever is in a part with one of them.
	Clusters []string
}

// As is the share of the same machine in another version of the repository, in which the parts may be dealt
// out otherwise: what has to do with the clusters of its share.
func (s Shard) As(clusters []string) Shard {
	if s.Of > 1 {
		s.Clusters = append([]string{}, clusters...)
	}
	return s
}

// whole reports whether nothing is divided.
func (s Shard) whole() bool { return s.Of < 2 && s.Clusters == nil }

// share is what of a divided repository is judged here.
type share struct {
	own     map[*Deployed]bool
	targets map[string]bool
	// first says that what belongs to no part is judged here.
	first bool
	// clusters are the names that the own parts have in common with no other.
	clusters []string
	parts    int
}

// Owns reports whether an Application is judged here.
func (r *Repository) Owns(d *Deployed) bool { return r.share == nil || r.share.own[d] }

// Reports reports whether findings are reported here: about an Application, or without one about a target,
// or about neither.
func (r *Repository) Reports(d *Deployed, target string) bool {
	switch {
	case r.share == nil:
		return true
	case d != nil && r.known(d):
		return r.share.own[d]
	case target != "":
		return r.share.targets[target]
	}
	return r.share.first
}

// known reports whether an Application is one of those that were dealt out.
func (r *Repository) known(d *Deployed) bool {
	_, known := r.share.own[d]
	return known
}

// Share names the clusters that are judged here, and says into how many parts the repository falls; nil for
// one that was not divided.
func (r *Repository) Share() (clusters []string, parts int) {
	if r.share == nil {
		return nil, 0
	}
	return r.share.clusters, r.share.parts
}

// divide deals out the Applications.
func (r *Repository) divide(s Shard) {
	if s.whole() {
		return
	}
	r.share = &share{own: map[*Deployed]bool{}, targets: map[string]bool{}, first: s.Number == 1 || s.Clusters != nil}
	parts := r.parts()
	r.share.parts = len(parts)
	mine := s.choose(parts)
	for i, p := range parts {
		for _, d := range p.applications {
			r.share.own[d] = mine[i]
		}
		for _, name := range p.targets {
			r.share.targets[name] = mine[i]
		}
		if mine[i] {
			r.share.clusters = append(r.share.clusters, p.names...)
		}
	}
	slices.Sort(r.share.clusters)
}

// choose says which parts are those of the shard: the largest part goes to whoever has least, and so on.
func (s Shard) choose(parts []*part) []bool {
	mine := make([]bool, len(parts))
	load := make([]int, s.Of)
	for i, p := range parts {
		if s.Clusters != nil {
			mine[i] = slices.ContainsFunc(p.names, func(name string) bool { return slices.Contains(s.Clusters, name) })
			continue
		}
		least := slices.Index(load, slices.Min(load))
		load[least] += len(p.applications)
		mine[i] = least == s.Number-1
	}
	return mine
}

// part is what is judged together.
type part struct {
	names        []string
	targets      []string
	applications []*Deployed
}

// parts are those of the repository, the largest first.
func (r *Repository) parts() []*part {
	joined := circles{}
	endless := r.endless()
	for _, t := range r.AllTargets() {
		for _, d := range t.Applications {
			joined.join(t.names(d, endless))
		}
	}
	byName := map[string]*part{}
	for _, t := range r.AllTargets() {
		for i, d := range t.Applications {
			names := t.names(d, endless)
			p := byName[joined.of(names[0])]
			if p == nil {
				p = &part{}
				byName[joined.of(names[0])] = p
			}
			p.names, p.applications = append(p.names, names...), append(p.applications, d)
			if i == 0 {
				p.targets = append(p.targets, t.Name)
			}
		}
	}
	all := slices.Collect(maps.Values(byName))
	for _, p := range all {
		slices.Sort(p.names)
		p.names = slices.Compact(p.names)
	}
	slices.SortFunc(all, func(a, b *part) int {
		return cmp.Or(cmp.Compare(len(b.applications), len(a.applications)), cmp.Compare(a.names[0], b.names[0]))
	})
	return all
}

// names are those by which rules put an Application together with others: its target, its cluster in all
// forms, a project without limits. All folders that stand for Applications are judged together.
func (t *Target) names(d *Deployed, endless map[string]bool) []string {
	if d.Application == nil || d.Spec.Destination == (Destination{}) {
		return []string{"target " + t.Name, "folders"}
	}
	names := []string{"target " + t.Name, "cluster " + clusterOf(d.Spec.Destination)}
	if stated := cmp.Or(d.Spec.Destination.Name, strings.TrimRight(d.Spec.Destination.Server, "/")); clusterOf(d.Spec.Destination) != inCluster {
		names = append(names, "cluster "+stated)
	}
	if t.Cluster != "" {
		names = append(names, "target of cluster "+t.Cluster)
	}
	if endless[d.Spec.Project] {
		names = append(names, "project "+d.Spec.Project)
	}
	return names
}

// endless are the projects that permit something without limit.
func (r *Repository) endless() map[string]bool {
	found := map[string]bool{}
	for _, p := range Typed[AppProject](r.argoObjects()) {
		star := func(pattern string) bool { return pattern == "*" || pattern == "**" }
		if slices.ContainsFunc(p.Spec.SourceRepos, star) ||
			slices.ContainsFunc(p.Spec.Destinations, func(d Destination) bool { return star(d.Namespace) && (star(d.Server) || star(d.Name)) }) ||
			slices.ContainsFunc(p.Spec.ClusterResourceWhitelist, func(k GroupKind) bool { return star(k.Kind) }) {
			found[p.Name] = true
		}
	}
	return found
}

// argoObjects are the objects that may be for Argo CD itself.
func (r *Repository) argoObjects() []*Object {
	all := append(slices.Clone(r.Management), r.Granted...)
	for _, e := range r.Roots() {
		all = append(append(all, e.Root...), e.Argo...)
	}
	for _, t := range r.AllTargets() {
		all = append(all, t.Objects()...)
	}
	return all
}

// circles put names together.
type circles map[string]string

// of is the name that stands for all of a circle.
func (c circles) of(name string) string {
	for c[name] != "" && c[name] != name {
		name = c[name]
	}
	return name
}

func (c circles) join(names []string) {
	for _, name := range names[1:] {
		if a, b := c.of(names[0]), c.of(name); a != b {
			c[max(a, b)] = min(a, b)
		}
	}
}
