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

// faulty reports whether something was found wrong with the value under path.
func (r *resolver) faulty(n *yamltree.Node, path ...any) bool {
	return r.spec.Faults.Any && n.FaultyAt(path...)
}

// place is the place of a value, or nowhere when it is faulty.
func (r *resolver) place(n *yamltree.Node, path ...any) diag.Range {
	if r.faulty(n, path...) {
		return diag.Range{}
	}
	return n.At(path...)
}

// keyPlace is the place of a key, or nowhere when its value is faulty.
func (r *resolver) keyPlace(n *yamltree.Node, path ...any) diag.Range {
	if r.faulty(n, path...) {
		return diag.Range{}
	}
	return n.KeyAt(path...)
}

// withPlace returns the findings that have a place.
func withPlace(list diag.List) diag.List {
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Subject.File == "" })
}

// faulty reports whether something was found wrong with a part of the workload.
func (c *checker) faulty(path ...any) bool { return c.faults && c.node.FaultyAt(path...) }

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

// teamOf returns the team of an application. An unknown team, which has a finding, is
// returned as such.
func (r *resolver) teamOf(app schema.Application) *Team {
	team := r.teams[app.Team]
	if team == nil && len(r.p.Teams) > 0 {
		return &Team{Name: Name(app.Team), unknown: true}
	}
	return team
}

// faultyNamespace reports whether the name of an application's namespace is made of
// something that was reported.
func (r *resolver) faultyNamespace(app *Application, target *Target) bool {
	faults, declared := &r.spec.Faults, target.Env.declared
	return faults.Any && (faults.Name(app.At) || faults.Name(target.Env.at) || faults.Name(r.spec.Node.At("metadata", "name")) ||
		faults.Name(r.spec.Node.KeyAt("clusters", string(target.Cluster.Name))) ||
		r.spec.Node.FaultyAt("metadata", "name") || declared.Node.FaultyAt("namespace") ||
		target.Cluster.unknown || app.Team != nil && app.Team.unknown || app.Team == nil && r.spec.Node.FaultyAt("teams"))
}

// faultyPrefix reports whether it is not known how composed names begin.
func (r *resolver) faultyPrefix() bool {
	root, faults := r.spec.Node, &r.spec.Faults
	return faults.Any && (root.FaultyAt("prefix") || root.FaultyAt("metadata", "name") ||
		faults.Name(root.At("prefix")) || faults.Name(root.At("metadata", "name")))
}

// faultySum reports whether it is not known which applications share a namespace.
func (r *resolver) faultySum(ns *Namespace) bool {
	return r.faulty(ns.Target.Env.declared.Node, "namespace")
}

// unoffered reports whether nothing was found wrong with a fact of the instance's
// cluster, so that its absence is one.
func (c *checker) unoffered(fact string) bool {
	return !c.faults || c.in.Target.Cluster.known(c.facts, fact)
}

// known reports whether nothing was found wrong with a fact of the cluster in a spec.
func (c *Cluster) known(spec *yamltree.Node, fact string) bool {
	return !c.unknown && !spec.FaultyAt("platform", fact) && !spec.FaultyAt("clusters", string(c.Name), fact)
}

// undeclared reports whether a setting of the instance's environment has no error, so that
// an undeclared value is absent.
func (c *checker) undeclared(path ...any) bool {
	return !c.faults || !c.in.Target.Env.Node.FaultyAt(path...)
}

// overridesFaulty reports whether an application has layers that cannot be told apart.
func (r *resolver) overridesFaulty(app *Application) bool {
	return app.spec.UsesUnclear || r.spec.Faults.Any && slices.ContainsFunc([]string{"profiles", "environments", "clusters"}, func(field string) bool {
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
	return r.faulty(n, key)
}

// faultyNamespaces reports whether it is not known which namespaces an environment has.
func (r *resolver) faultyNamespaces(env *Environment) bool {
	faults := &r.spec.Faults
	return faults.Undeclared || len(faults.Applications) > 0 || slices.ContainsFunc(env.Targets, func(target *Target) bool {
		return len(target.faulty) > 0 || target.Cluster.unknown || slices.ContainsFunc(target.Namespaces, func(ns *Namespace) bool { return ns.faulty })
	})
}

// misnamed reports whether an application whose name was reported is probably the one
// that is meant.
func (r *resolver) misnamed(name string) bool {
	for _, app := range r.p.Applications {
		if r.spec.Faults.Name(app.At) && yamltree.Suggest(name, []string{string(app.Name)}) != "" {
			return true
		}
	}
	return false
}
