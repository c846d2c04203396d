package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// A spec with errors is resolved all the same, so that one run shows everything. What
// would be said only because of something that was reported already is kept back:
// its place is nowhere, and findings without a place are dropped at the end. Where the
// consequence shows at another place than the cause, the rule asks for itself.

// doubtful reports whether something was found wrong with the value under path.
func (r *resolver) doubtful(n *yamltree.Node, path ...any) bool {
	return r.spec.Doubt.Any && n.Doubtful(path...)
}

// place is the place of a value, or nowhere when it is doubtful.
func (r *resolver) place(n *yamltree.Node, path ...any) diag.Range {
	if r.doubtful(n, path...) {
		return diag.Range{}
	}
	return n.At(path...)
}

// keyPlace is the place of a key, or nowhere when its value is doubtful.
func (r *resolver) keyPlace(n *yamltree.Node, path ...any) diag.Range {
	if r.doubtful(n, path...) {
		return diag.Range{}
	}
	return n.KeyAt(path...)
}

// withPlace returns the findings that have a place.
func withPlace(list diag.List) diag.List {
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Subject.File == "" })
}

// doubtful reports whether something was found wrong with a part of the workload.
func (c *checker) doubtful(path ...any) bool { return c.doubt && c.node.Doubtful(path...) }

// resolvable reports whether enough is known of an environment: its own name, which no
// other has, and a profile that comes from a built-in one.
func (r *resolver) resolvable(env *schema.Environment) bool {
	chain := r.profileChain(env.Profile)
	return env.Name != "" && r.p.Environment(env.Name) == nil && len(chain) > 0 && schema.IsBuiltin(chain[0].Node.At().File)
}

// clusterOf returns the cluster of a target. One that was reported as unknown has
// nothing that anybody could miss.
func (r *resolver) clusterOf(target schema.Target) *Cluster {
	if cluster := r.clusters[target.Cluster]; cluster != nil {
		return cluster
	}
	return &Cluster{Name: Name(target.Cluster), unknown: true}
}

// teamOf returns the team of an application. One that was reported as unknown stands
// for itself.
func (r *resolver) teamOf(app schema.Application) *Team {
	team := r.teams[app.Team]
	if team == nil && len(r.p.Teams) > 0 {
		return &Team{Name: Name(app.Team), unknown: true}
	}
	return team
}

// doubtfulNamespace reports whether the name of an application's namespace is made of
// something that was reported.
func (r *resolver) doubtfulNamespace(app *Application, target *Target) bool {
	doubt, declared := &r.spec.Doubt, target.Env.declared
	return doubt.Any && (doubt.Name(app.At) || doubt.Name(target.Env.at) || doubt.Name(r.spec.Node.At("metadata", "name")) ||
		doubt.Name(r.spec.Node.KeyAt("clusters", string(target.Cluster.Name))) ||
		r.spec.Node.Doubtful("metadata", "name") || declared.Node.Doubtful("namespace") ||
		target.Cluster.unknown || app.Team != nil && app.Team.unknown || app.Team == nil && r.spec.Node.Doubtful("teams"))
}

// doubtfulPrefix reports whether it is not known how composed names begin.
func (r *resolver) doubtfulPrefix() bool {
	root, doubt := r.spec.Node, &r.spec.Doubt
	return doubt.Any && (root.Doubtful("prefix") || root.Doubtful("metadata", "name") ||
		doubt.Name(root.At("prefix")) || doubt.Name(root.At("metadata", "name")))
}

// doubtfulSum reports whether it is not known which applications share a namespace.
func (r *resolver) doubtfulSum(ns *Namespace) bool {
	return r.doubtful(ns.Target.Env.declared.Node, "namespace")
}

// unoffered reports whether nothing was found wrong with a fact of the instance's
// cluster, so that its absence is one.
func (c *checker) unoffered(fact string) bool {
	return !c.doubt || c.in.Target.Cluster.known(c.facts, fact)
}

// known reports whether nothing was found wrong with a fact of the cluster in a spec.
func (c *Cluster) known(spec *yamltree.Node, fact string) bool {
	return !c.unknown && !spec.Doubtful("platform", fact) && !spec.Doubtful("clusters", string(c.Name), fact)
}

// undeclared reports whether nothing was found wrong with a setting of the instance's
// environment, so that what it does not declare is not there.
func (c *checker) undeclared(path ...any) bool {
	return !c.doubt || !c.in.Target.Env.Node.Doubtful(path...)
}

// overridesFaulty reports whether an application has layers that cannot be told apart.
func (r *resolver) overridesFaulty(app *Application) bool {
	return r.spec.Doubt.Any && slices.ContainsFunc([]string{"profiles", "environments", "clusters"}, func(field string) bool {
		n := app.spec.Node.Get(field)
		return n != nil && n.Faulty
	})
}

// illegible reports whether a key, or one that looks like it, has a value of which not
// even the parts are known.
func (r *resolver) illegible(n *yamltree.Node, key string) bool {
	if entry, ok := n.Entry(key); ok {
		return entry.Value.Faulty
	}
	return r.doubtful(n, key)
}

// doubtfulNamespaces reports whether it is not known which namespaces an environment has.
func (r *resolver) doubtfulNamespaces(env *Environment) bool {
	doubt := &r.spec.Doubt
	return doubt.Undeclared || len(doubt.Applications) > 0 || slices.ContainsFunc(env.Targets, func(target *Target) bool {
		return len(target.doubtful) > 0 || target.Cluster.unknown || slices.ContainsFunc(target.Namespaces, func(ns *Namespace) bool { return ns.doubtful })
	})
}

// misnamed reports whether an application whose name was reported is probably the one
// that is meant.
func (r *resolver) misnamed(name string) bool {
	for _, app := range r.p.Applications {
		if r.spec.Doubt.Name(app.At) && yamltree.Suggest(name, []string{string(app.Name)}) != "" {
			return true
		}
	}
	return false
}
