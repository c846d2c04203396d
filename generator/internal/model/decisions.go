package model

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// DefaultLayer is the name of what is rendered although no layer states it.
const DefaultLayer = "default of wavewright"

// Decision is what wavewright renders of a field of a workload that no layer states, or other
// than the layers state it.
type Decision struct {
	// Path of the field. A value that is not rendered stands for all fields below, too.
	Path []string
	// Value that is rendered; nil when none is.
	Value any
	// Stands is set when the value is that of the layers and Note says what it makes.
	Stands bool
	// By says who decides, At where: a default has no place.
	By string
	At diag.Range
	// Note says in words what is rendered; may be empty.
	Note string
}

// Decisions lists what wavewright decides about an instance. Where several say the same of a field, the
// last one counts.
func Decisions(in *Instance) []Decision {
	d := &decisions{in: in, w: in.Workload}
	d.connections(in.Workload.ConnectsTo, "connectsTo")
	d.routes()
	d.collection()
	if in.Workload.Source != nil {
		d.manifests()
		return d.list
	}
	d.fallback(in.Workload.form(), "kind")
	d.class()
	d.security()
	d.ports(d.w.Ports, "ports")
	d.storage()
	d.beside()
	d.jobs()
	if in.Workload.ends() {
		d.run()
		return d.list
	}
	d.probes(d.w.filledProbes(), "probes")
	d.replicas()
	d.rollout()
	return d.list
}

type decisions struct {
	in   *Instance
	w    *Workload
	list []Decision
}

// missing reports whether the layers leave a field out.
func (d *decisions) missing(path []string) bool {
	entry, ok := d.w.Node.Find(path)
	return !ok || entry.Value.Kind == yamltree.Null
}

// fallback is the value of a field that no layer states.
func (d *decisions) fallback(value any, path ...string) {
	if d.missing(path) {
		d.list = append(d.list, Decision{Path: path, Value: value, By: DefaultLayer})
	}
}

// inherited is the value of a field of a job that states none.
func (d *decisions) inherited(value any, path ...string) {
	if d.missing(path) {
		d.list = append(d.list, Decision{Path: path, Value: value, By: DefaultLayer, Note: "as the application"})
	}
}

// because makes a value of something that a layer states elsewhere.
func (d *decisions) because(by string, at diag.Range, note string, value any, path ...string) {
	d.list = append(d.list, Decision{Path: path, Value: value, By: by, At: at, Note: note})
}

// without says why the values at or below the paths have no effect.
func (d *decisions) without(by string, at diag.Range, note string, paths ...[]string) {
	for _, path := range paths {
		d.because(by, at, note, nil, path...)
	}
}

// note says what the value of a field makes.
func (d *decisions) note(text string, path ...string) {
	d.list = append(d.list, Decision{Path: path, Stands: true, Note: text})
}

// at is the place of a value of the layers.
func (d *decisions) at(path ...any) diag.Range { return d.w.Node.KeyAt(path...) }

// below are fields of one field.
func below(top string, fields ...string) [][]string {
	paths := make([][]string, len(fields))
	for i, field := range fields {
		paths[i] = []string{top, field}
	}
	return paths
}

const (
	noAutoscaler = "no HorizontalPodAutoscaler"
	noBudget     = "no PodDisruptionBudget"
)

// replicas says how many there are, and which objects exist for them.
func (d *decisions) replicas() {
	low, _ := d.w.Replicas()
	if d.w.PerNode() {
		d.onNodes()
		return
	}
	if d.w.Singleton != nil {
		d.singleton()
		return
	}
	if !d.w.Autoscaled() {
		d.note(noAutoscaler, "scale", "max")
		d.without("scale.min and scale.max are equal", d.at("scale", "max"), noAutoscaler, below("scale", "cpu", "memory", "behavior")...)
	} else {
		d.autoscaler()
	}
	switch {
	case d.w.DisruptionBudget.MaxUnavailable == 0:
		d.note(noBudget, "disruptionBudget", "maxUnavailable")
	case low == 1:
		d.without("one replica", d.at("scale", "min"), noBudget, []string{"disruptionBudget"})
	}
}

// onNodes has a pod on each node and nothing that is for replicas.
func (d *decisions) onNodes() {
	const by = "kind DaemonSet"
	at := d.at("kind")
	d.without(by, at, "a pod on each node, "+noAutoscaler, []string{"scale"})
	d.without(by, at, noBudget, []string{"disruptionBudget"})
	d.without(by, at, "no anti-affinity", []string{"antiAffinity"})
	d.without(by, at, "a pod stays with its node", []string{"failover"})
	d.without(by, at, "", []string{"rollout", "progressDeadlineSeconds"})
	for field, amount := range map[string]schema.Amount{"maxUnavailable": d.w.Rollout.MaxUnavailable, "maxSurge": d.w.Rollout.MaxSurge} {
		if amount == "" {
			d.without(by, at, "Kubernetes replaces one pod at a time", []string{"rollout", field})
		}
	}
}

// singleton has one replica and nothing that is for several.
func (d *decisions) singleton() {
	const by = "singleton"
	at := d.at("singleton")
	d.because(by, at, noAutoscaler+", "+noBudget, 1, "scale", "min")
	d.because(by, at, noAutoscaler+", "+noBudget, 1, "scale", "max")
	d.without(by, at, noAutoscaler, below("scale", "cpu", "memory", "behavior")...)
	d.without(by, at, noBudget, []string{"disruptionBudget"})
	d.without(by, at, "no anti-affinity", []string{"antiAffinity"})
	if !d.w.Stateful() {
		d.without(by, at, "strategy Recreate", below("rollout", "maxUnavailable", "maxSurge")...)
	}
}

// autoscaler completes the settings of a HorizontalPodAutoscaler.
func (d *decisions) autoscaler() {
	d.fallback(d.w.TargetCPU(), "scale", "cpu")
	for direction, s := range map[string]schema.Scaling{"scaleUp": d.w.Scale.Behavior.ScaleUp, "scaleDown": d.w.Scale.Behavior.ScaleDown} {
		period := []string{"scale", "behavior", direction, "periodSeconds"}
		switch {
		case s.Pods > 0 || s.Percent > 0:
			d.fallback(scalingPeriod, period...)
		case s.PeriodSeconds > 0:
			d.without("no pods and no percent", d.at(keys(period)...), "", period)
		}
	}
}

// rollout says what a StatefulSet does not have, and what a pause before the stop makes.
func (d *decisions) rollout() {
	if d.w.Stateful() {
		d.without("kind StatefulSet", d.at("kind"), "Kubernetes replaces one replica at a time",
			below("rollout", "maxUnavailable", "maxSurge", "progressDeadlineSeconds")...)
	}
	if d.w.Rollout.PreStopSeconds > 0 {
		d.note("terminationGracePeriodSeconds "+strconv.Itoa(d.w.stopSeconds()), "rollout", "preStopSeconds")
	}
}

// run says what a workload that ends does not have, and how long it may take.
func (d *decisions) run() {
	d.without("kind "+d.w.Kind, d.at("kind"), "it has no replicas that go on",
		[]string{"scale"}, []string{"antiAffinity"}, []string{"failover"}, []string{"disruptionBudget"}, []string{"rollout"}, []string{"probes"})
	if d.w.Once() {
		d.attempts(d.w.Attempts, "attempts")
	}
	if s := d.w.Schedule; s != nil {
		d.attempts(s.Attempts, "schedule")
		d.fallback(d.w.concurrencyPolicy(), "schedule", "concurrencyPolicy")
		d.fallback(cmp.Or(s.StartingDeadlineSeconds, startingDeadline), "schedule", "startingDeadlineSeconds")
	}
}

// attempts limits a run at a path.
func (d *decisions) attempts(a schema.Attempts, path ...string) {
	p := &Pod{BackoffLimit: backoffLimit, ActiveDeadline: activeDeadline}
	p.attempts(a)
	d.fallback(p.BackoffLimit, append(path[:len(path):len(path)], "backoffLimit")...)
	d.fallback(p.ActiveDeadline, append(path[:len(path):len(path)], "activeDeadlineSeconds")...)
}

// class is the PriorityClass by its name in the cluster.
func (d *decisions) class() {
	entry, ok := d.w.Node.Find([]string{"priorityClass"})
	if name := d.w.PriorityClass; ok && name != "" && name != entry.Value.Text {
		d.because("priorityClasses of "+string(d.in.Target.Env.Name), d.in.Target.Env.Node.KeyAt("priorityClasses", entry.Value.Text), "", name, "priorityClass")
	}
}

// security is the user of the pods.
func (d *decisions) security() {
	user, group := d.w.user()
	d.fallback(user, "security", "runAsUser")
	d.fallback(group, "security", "runAsGroup")
}

// ports are those of a container at a path.
func (d *decisions) ports(declared map[string]schema.Port, path ...string) {
	for _, name := range sortedKeys(declared) {
		at := append(slices.Clone(path), name)
		if entry, ok := d.w.Node.Find(at); ok && entry.Value.Kind == yamltree.Map {
			d.fallback(declared[name].Container, append(at, "container")...)
		}
	}
}

// storage completes volumes, and says what happens to those of a StatefulSet.
func (d *decisions) storage() {
	for _, name := range sortedKeys(d.w.Volumes) {
		if v := d.w.Volumes[name]; v.Size != "" {
			d.fallback(accessMode(v), "volumes", name, "accessMode")
		}
	}
	if len(d.w.claimTemplates()) > 0 {
		retention := d.w.PersistentVolumeClaimRetentionPolicy
		d.fallback(cmp.Or(retention.WhenDeleted, "Retain"), "persistentVolumeClaimRetentionPolicy", "whenDeleted")
		d.fallback(cmp.Or(retention.WhenScaled, "Retain"), "persistentVolumeClaimRetentionPolicy", "whenScaled")
	} else {
		d.without("no volume with a size", d.in.App.At, "", []string{"persistentVolumeClaimRetentionPolicy"})
	}
}

// beside completes the containers beside the main one.
func (d *decisions) beside() {
	for _, c := range d.w.containers() {
		d.ports(c.Ports, c.group, c.name, "ports")
		d.amounts(d.fallback, c.Resources, c.group, c.name, "resources")
		if c.group == sidecars && c.Probes != (schema.Probes{}) {
			d.probes(d.w.asMain(c).filledProbes(), c.group, c.name, "probes")
		}
	}
}

// amounts are the resources of a container at a path.
func (d *decisions) amounts(decide func(any, ...string), r schema.Resources, path ...string) {
	for _, kind := range sortedKeys(r.Requests) {
		decide(string(r.Requests[kind]), append(slices.Clone(path), "requests", kind)...)
	}
	for _, kind := range sortedKeys(r.Limits) {
		decide(string(r.Limits[kind]), append(slices.Clone(path), "limits", kind)...)
	}
}

// jobs completes the jobs by what they have of the application.
func (d *decisions) jobs() {
	for _, run := range d.in.Runs {
		name := string(run.short)
		d.inherited(run.workload.Image, "jobs", name, "image")
		d.attempts(d.w.Jobs[name].Attempts, "jobs", name)
		decide := d.inherited
		if run.ownResources {
			decide = d.fallback
		}
		d.amounts(decide, run.workload.Resources, "jobs", name, "resources")
		d.connected(run)
	}
}
