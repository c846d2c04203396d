package model

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// The kinds of workloads that run on and on. The replicas of a StatefulSet have names and
// storage of their own; a DaemonSet has a pod on each node.
const (
	deployment = "Deployment"
	stateful   = "StatefulSet"
	perNode    = "DaemonSet"
)

// onDelete is the update strategy that leaves pods alone until somebody deletes them.
const onDelete = "OnDelete"

// Stateful reports whether each replica has a name and storage of its own. Kubernetes
// replaces such replicas one at a time, in place: no surge, no deadline.
func (w *Workload) Stateful() bool { return w.Kind == stateful }

// amongThemselves reports whether the pods of one application may talk to each other.
func (w *Workload) amongThemselves() bool { return w.Source != nil || !w.ends() }

// keepState adds the fields of a StatefulSet.
func (w *Workload) keepState(p *Pod) {
	p.ClaimTemplates, p.Strategy, p.ProgressDeadlineSeconds = w.claimTemplates(), nil, 0
	p.PodManagementPolicy = w.PodManagementPolicy
	switch {
	case w.Rollout.UpdateStrategy == onDelete:
		p.UpdateStrategy = yamltree.Ordered{pair("type", onDelete)}
	case w.Rollout.Partition > 0:
		p.UpdateStrategy = yamltree.Ordered{pair("type", "RollingUpdate"), pair("rollingUpdate", yamltree.Ordered{pair("partition", w.Rollout.Partition)})}
	}
	if len(p.ClaimTemplates) > 0 {
		retention := w.PersistentVolumeClaimRetentionPolicy
		p.ClaimRetention = yamltree.Ordered{
			pair("whenDeleted", cmp.Or(retention.WhenDeleted, "Retain")), pair("whenScaled", cmp.Or(retention.WhenScaled, "Retain")),
		}
	}
}

// claimTemplates are the volumes that every replica has for itself.
func (w *Workload) claimTemplates() []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, name := range sortedKeys(w.Volumes) {
		v := w.Volumes[name]
		if !w.Stateful() || v.Size == "" {
			continue
		}
		spec := with(yamltree.Ordered{pair("accessModes", []string{accessMode(v)})}, "storageClassName", v.StorageClass)
		requests := yamltree.Ordered{pair("requests", yamltree.Ordered{pair("storage", string(v.Size))})}
		out = append(out, yamltree.Ordered{
			pair("apiVersion", "v1"), pair("kind", "PersistentVolumeClaim"),
			pair("metadata", yamltree.Ordered{pair("name", name)}),
			pair("spec", append(spec, pair("resources", requests))),
		})
	}
	return out
}

// mountsOnce reports whether never more than one pod mounts a volume, or each its own.
func (w *Workload) mountsOnce() bool {
	return w.Singleton != nil || w.Stateful() || w.Scheduled() && w.pods() == 1 || w.Once()
}

// Stateful reports whether the application is a StatefulSet, everywhere.
func (b *Base) Stateful() bool { return b.Kind == stateful }

// Stateful lists the applications whose replicas have names, by name.
func (p *Platform) Stateful() []*Application {
	return slices.DeleteFunc(slices.Clone(p.Applications), func(a *Application) bool { return a.kind != stateful })
}

// Headless is the name of the Service that gives each replica a name.
func (a *Application) Headless() Name { return a.Name + "-headless" }

// kind is the kind of the application on all targets.
func (r *resolver) kind(app *Application) {
	app.kind = deployment
	known := false
	for _, in := range app.Instances {
		if r.faulty(in.Workload.Node, "kind") || r.faulty(in.Workload.Node, "source") {
			continue
		}
		kind := in.Workload.form()
		if known && kind != app.kind {
			at := in.Workload.Node.At("kind")
			if in.Workload.Node.Get("kind") == nil {
				at = app.At
			}
			d := r.list.Error(at, "workload/kind", fmt.Sprintf("%s is a %s on %s", app.Name, kind, in.Target.Name))
			d.Detail = fmt.Sprintf("The same application is a %s on %s. A promotion needs the same kind in every environment.", app.kind, app.Instances[0].Target.Name)
			d.Hint = "State the kind once, in the application."
			return
		}
		app.kind, known = kind, true
	}
	app.Charted = app.kind == helmSource
	app.Sourced = app.Charted || app.kind == kustomizeSource
}

// replicaFields checks the fields that only a StatefulSet has.
func (c *checker) replicaFields() {
	retention := c.w.PersistentVolumeClaimRetentionPolicy
	for _, field := range []struct {
		stated bool
		path   []any
	}{
		{c.w.PodManagementPolicy != "", []any{"podManagementPolicy"}},
		{retention.WhenDeleted+retention.WhenScaled != "", []any{"persistentVolumeClaimRetentionPolicy"}},
		{c.w.Rollout.UpdateStrategy != "" && !c.w.PerNode(), []any{"rollout", "updateStrategy"}},
		{c.w.Rollout.Partition != 0, []any{"rollout", "partition"}},
	} {
		if field.stated && !c.w.Stateful() && !c.faulty("kind") {
			c.error(c.key(field.path...), "stateful/field", "only a StatefulSet has %s", field.path[len(field.path)-1]).Hint =
				"Write kind: StatefulSet, or take it out."
		}
	}
	if c.w.Rollout.UpdateStrategy == onDelete && c.w.Rollout.Partition > 0 {
		c.error(c.key("rollout", "partition"), "stateful/field", "a partition has no effect with updateStrategy OnDelete").Hint =
			"Take one of the two out, for example with partition: null."
	}
	c.value(c.w.Rollout.Partition < 0, "partition is the ordinal of a replica, which is 0 or more",
		"Write the ordinal of the first replica that gets the new version; 0 means all replicas.", "rollout", "partition")
}
