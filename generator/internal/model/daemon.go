package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// PerNode reports whether each node of the cluster has one pod of the workload: nothing scales
// it, spreads it, or moves it to another node.
func (w *Workload) PerNode() bool { return w.Kind == perNode }

// PerNode reports whether the application is a DaemonSet, everywhere.
func (b *Base) PerNode() bool { return b.Kind == perNode }

// PerNode reports whether the environment runs a DaemonSet.
func (e *Environment) PerNode() bool {
	return slices.ContainsFunc(instancesOn(e.Targets), func(in *Instance) bool { return in.Workload.PerNode() })
}

// PerNode reports whether an application is a DaemonSet.
func (p *Platform) PerNode() bool {
	return slices.ContainsFunc(p.Applications, func(app *Application) bool { return app.Base != nil && app.Base.PerNode() })
}

// onNodes counts the pods of a DaemonSet, and leaves it the rollout that its own layers state:
// that of environments is for replicas, and more than a DaemonSet can have.
func (w *Workload) onNodes(nodes int, own ...Layer) {
	if !w.PerNode() {
		return
	}
	w.nodes, w.own = nodes, merge(own)
	if !w.usesOnNodes([]string{"rollout", "maxUnavailable"}) {
		w.Rollout.MaxUnavailable = ""
	}
	if !w.usesOnNodes([]string{"rollout", "maxSurge"}) {
		w.Rollout.MaxSurge = ""
	}
}

// usesOnNodes reports whether a value of the layers has an effect on a DaemonSet.
func (w *Workload) usesOnNodes(path []string) bool {
	if isBound(path) {
		return stated([]*yamltree.Node{w.own}, path)
	}
	return !slices.Contains(append(ofReplicas(), "failover"), path[0])
}

// isBound reports whether a path is of a bound on the pods that a rollout replaces at once.
func isBound(path []string) bool {
	return len(path) == 2 && path[0] == "rollout" && slices.Contains([]string{"maxUnavailable", "maxSurge"}, path[1])
}

// keepOnNodes adds the fields of a DaemonSet, whose pods stay with their nodes, whatever happens
// to them.
func (w *Workload) keepOnNodes(p *Pod) {
	p.Replicas, p.Strategy, p.ProgressDeadlineSeconds, p.Tolerations = 0, nil, 0, w.statedTolerations()
	p.UpdateStrategy = w.strategy()
	if w.Rollout.UpdateStrategy == onDelete {
		p.UpdateStrategy = yamltree.Ordered{pair("type", onDelete)}
	}
}

// nodes checks what a DaemonSet needs of its cluster, and that nothing asks for what it is not.
func (c *checker) nodes() {
	if !c.w.PerNode() || c.faulty("kind") {
		return
	}
	c.absent("nodes/field", "a DaemonSet", []absence{
		{"scale", "Each node has one pod of a DaemonSet; nodeSelector says which nodes."},
		{"singleton", "Each node has one pod of a DaemonSet; a Deployment can have a single replica."},
		{"disruptionBudget", "A drain leaves the pods of a DaemonSet alone: another node has its own."},
		{"antiAffinity", "A node never has two pods of a DaemonSet."},
		{"failover", "A pod of a DaemonSet stays with its node, and no other node takes it over."},
	})
	c.rolloutOnNodes()
	cluster := c.in.Target.Cluster
	if cluster.Nodes > 0 || cluster.unknown || c.facts.FaultyAt("clusters", string(cluster.Name), "nodes") {
		return
	}
	d := c.error(c.at("kind"), "nodes/missing", "nobody says how many nodes cluster %s has", cluster.Name)
	d.Detail = "A DaemonSet runs a pod on each node, and the quota has to count them."
	d.Hint = "Write clusters: {" + string(cluster.Name) + ": {nodes: NUMBER}}, with the most nodes that it will have."
}

// rolloutOnNodes checks that a rollout of a DaemonSet can move, by the rules of Kubernetes.
func (c *checker) rolloutOnNodes() {
	r := c.w.Rollout
	surges, takes := r.MaxSurge != "" && !isZero(r.MaxSurge), r.MaxUnavailable != "" && !isZero(r.MaxUnavailable)
	switch {
	case surges && (takes || r.MaxUnavailable == "" && !c.faulty("rollout", "maxUnavailable")):
		c.error(c.at("rollout", "maxSurge"), "rollout/stuck", "a DaemonSet has maxSurge or maxUnavailable, and not both").Hint =
			"With maxSurge, write maxUnavailable: 0; or take maxSurge out."
	case !takes && !surges && r.MaxUnavailable != "":
		c.error(c.at("rollout"), "rollout/stuck", "a rollout with maxSurge 0 and maxUnavailable 0 cannot replace any pod").Hint =
			"Let one of them be at least 1."
	}
	c.value(r.MinReadySeconds < 0, "seconds are not negative", zeroHint, "rollout", "minReadySeconds")
}
