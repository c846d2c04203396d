package model

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// Fleet reports whether the environment runs on several clusters.
func (e *Environment) Fleet() bool { return len(e.Targets) > 1 }

// Fleets reports whether any environment runs on several clusters.
func (p *Platform) Fleets() bool { return slices.ContainsFunc(p.Environments, (*Environment).Fleet) }

// fleet holds the common parts of an environment's clusters, which are in the environment's
// folder.
type fleet struct {
	instances   []*Instance
	namespaces  []*Namespace
	clusterWide bool
}

// part is what one folder says of an instance whose environment runs on several
// clusters: the folder of the environment, or that of a target.
type part struct {
	// own is set when the folder is that of a target, and not that of the environment.
	own bool
	// clusters counts the clusters of the environment that run the application.
	clusters int
	// listed are the jobs whose bases the folder lists, named those that it names.
	listed, named []*Run
	// policies and routes that the folder holds; nil when it holds all of the instance.
	policies []*NetworkPolicy
	routes   []Route
	// adjustments are the changes that the folder makes to objects of the environment's folder.
	adjustments []Adjustment
}

// Sharing selects the parts that may be shared: whole folders, and objects within folders
// of applications.
type Sharing struct{ Applications, Namespaces, ClusterWide, Patches, Policies, Routes bool }

// Share moves the common parts of an environment's clusters to the environment's folder and
// leaves the rest to the folders of targets. Resolve does not call it, because the possible
// sharing depends on the templates, which may be the user's.
func (p *Platform) Share(what Sharing) {
	for _, env := range p.Environments {
		if !env.Fleet() {
			continue
		}
		if what.Applications {
			env.shareApplications(p, what)
		}
		if what.Namespaces {
			env.shareNamespaces()
		}
		env.fleet.clusterWide = what.ClusterWide && env.ClusterWide()
	}
}

func (e *Environment) shareApplications(p *Platform, what Sharing) {
	for _, app := range p.Applications {
		instances := slices.DeleteFunc(slices.Clone(app.Instances), func(in *Instance) bool { return in.Target.Env != e })
		if len(instances) > 1 && alike(instances) {
			e.fleet.instances = append(e.fleet.instances, shareInstance(instances, what))
		}
	}
}

// alike reports whether instances are made of the same things, so that one folder can
// hold what they have in common. A chart is rendered from its own folder alone, and
// Kustomize adds files to a ConfigMap of a component before the component is there.
func alike(instances []*Instance) bool {
	first, start := instances[0], commonStart(instances)
	return !slices.ContainsFunc(instances, func(in *Instance) bool {
		if in.App.Sourced {
			return in.App.Charted || in.Folder != first.Folder || !maps.Equal(in.Labels, first.Labels)
		}
		return !slices.Equal(in.Config, first.Config) || slices.ContainsFunc(in.Components[len(start):], in.Target.Env.owns)
	})
}

// owns reports whether a component is one of the environment's, which come first and
// which the patch of a workload relies on.
func (e *Environment) owns(component Path) bool {
	return strings.HasPrefix(string(component), string(e.Name)+"/")
}

// commonStart lists the components that all instances begin with. Those that come after
// stand in the folders of targets: the order of components counts.
func commonStart(instances []*Instance) []Path {
	start := instances[0].Components
	for _, in := range instances[1:] {
		same := 0
		for same < min(len(start), len(in.Components)) && start[same] == in.Components[same] {
			same++
		}
		start = start[:same]
	}
	return start
}

// shareInstance returns the common parts of instances, and leaves the rest in each.
func shareInstance(instances []*Instance, what Sharing) *Instance {
	first := instances[0]
	shared := *first
	shared.part = &part{clusters: len(instances)}
	shared.Components = commonStart(instances)
	shared.Labels, shared.Annotations, shared.ExceptionAnnotations = maps.Clone(first.Labels), maps.Clone(first.Annotations), maps.Clone(first.ExceptionAnnotations)
	if slices.ContainsFunc(instances, func(in *Instance) bool { return in.JobName != first.JobName }) {
		shared.JobName = ""
	}
	shared.part.listed, shared.part.named = slices.Clone(first.Runs), slices.Clone(first.Runs)
	for _, in := range instances[1:] {
		keepCommon(shared.Labels, in.Labels)
		keepCommon(shared.Annotations, in.Annotations)
		keepCommon(shared.ExceptionAnnotations, in.ExceptionAnnotations)
		shared.Images = inBoth(shared.Images, in.Images)
		shared.part.listed = slices.DeleteFunc(shared.part.listed, func(run *Run) bool { return in.runOf(run, (*Run).sameJob) == nil })
		shared.part.named = slices.DeleteFunc(shared.part.named, func(run *Run) bool { return in.runOf(run, (*Run).sameName) == nil })
	}
	owns := make([]*Instance, len(instances))
	for i, in := range instances {
		own := *in
		own.part = &part{own: true, clusters: len(instances)}
		own.Components = in.Components[len(shared.Components):]
		own.Labels, own.Annotations = changed(in.Labels, shared.Labels), changed(in.Annotations, shared.Annotations)
		own.ExceptionAnnotations = changed(in.ExceptionAnnotations, shared.ExceptionAnnotations)
		if shared.JobName != "" {
			own.JobName = ""
		}
		own.Images = slices.DeleteFunc(slices.Clone(in.Images), func(swap ImageSwap) bool { return slices.Contains(shared.Images, swap) })
		own.part.listed, own.part.named = in.except(shared.part.listed, (*Run).sameJob), in.except(shared.part.named, (*Run).sameName)
		in.own, owns[i] = &own, &own
	}
	shared.shareObjects(instances, owns, what)
	return &shared
}

// shareObjects splits objects into the common parts of the clusters and the rest.
func (in *Instance) shareObjects(instances, owns []*Instance, what Sharing) {
	in.part.policies, in.part.routes = []*NetworkPolicy{}, []Route{}
	if what.Policies {
		in.sharePolicies(instances, owns)
	}
	if what.Routes {
		in.shareRoutes(instances, owns)
	}
	switch {
	case !what.Patches:
		in.Patch, in.Annotations, in.ExceptionAnnotations = nil, nil, nil
		for i := range owns {
			owns[i].Annotations, owns[i].ExceptionAnnotations = instances[i].Annotations, instances[i].ExceptionAnnotations
		}
	case !in.App.Sourced:
		in.sharePatch(instances, owns)
	}
}

// inBoth lists the items of both lists.
func inBoth[T comparable](list, other []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(item T) bool { return !slices.Contains(other, item) })
}

func (r *Run) sameJob(other *Run) bool { return r.Job == other.Job }

func (r *Run) sameName(other *Run) bool {
	return r.Job == other.Job && r.Object == other.Object && r.Counts == other.Counts
}

// runOf finds the run of the instance that is the same as another's.
func (in *Instance) runOf(other *Run, same func(a, b *Run) bool) *Run {
	i := slices.IndexFunc(in.Runs, func(run *Run) bool { return same(run, other) })
	if i < 0 {
		return nil
	}
	return in.Runs[i]
}

// except lists the runs that are the same as none of others.
func (in *Instance) except(others []*Run, same func(a, b *Run) bool) []*Run {
	return slices.DeleteFunc(slices.Clone(in.Runs), func(run *Run) bool {
		return slices.ContainsFunc(others, func(other *Run) bool { return same(run, other) })
	})
}

// sharePatch returns the patch with the common changes of all instances, and leaves the
// other changes in each.
func (in *Instance) sharePatch(instances, owns []*Instance) {
	var have *Pod
	wants := make([]*Pod, len(instances))
	for i, other := range instances {
		wants[i], have, _ = other.pods()
	}
	agreed := agreement(wants, have)
	in.Patch = diff(agreed, have, in.App.Name)
	for i := range owns {
		owns[i].Patch = diff(wants[i], agreed, in.App.Name)
	}
}

// agreement is a pod with the fields that all pods want alike, and with what have says
// where they do not; variables are compared one by one.
func agreement(wants []*Pod, have *Pod) *Pod {
	agreed := *wants[0]
	v, before := reflect.ValueOf(&agreed).Elem(), reflect.ValueOf(have).Elem()
	for _, field := range podFields {
		mine, old := v.Field(field.index), before.Field(field.index)
		differs := slices.ContainsFunc(wants[1:], func(want *Pod) bool {
			return !equal(mine.Interface(), reflect.ValueOf(want).Elem().Field(field.index).Interface())
		})
		switch {
		case !differs:
		case field.key == rest:
			mine.Set(reflect.ValueOf(agreedFields(wants, field, old.Interface().(yamltree.Ordered))))
		case field.list == "named":
			mine.Set(reflect.ValueOf(agreedVariables(wants, old.Interface().([]yamltree.Ordered))))
		default:
			mine.Set(old)
		}
	}
	return &agreed
}

// agreedFields are those that all pods have alike, and of have those about which they do not agree.
func agreedFields(wants []*Pod, field podField, have yamltree.Ordered) yamltree.Ordered {
	of := func(p *Pod) []yamltree.Pair {
		return reflect.ValueOf(p).Elem().Field(field.index).Interface().(yamltree.Ordered)
	}
	return agreedItems(wants, of, have, func(entry yamltree.Pair) any { return entry.Key }, func(a, b yamltree.Pair) bool { return equal(a.Value, b.Value) })
}

// agreedVariables are the same of variables.
func agreedVariables(wants []*Pod, have []yamltree.Ordered) []yamltree.Ordered {
	of := func(p *Pod) []yamltree.Ordered { return p.Env }
	return agreedItems(wants, of, have, func(item yamltree.Ordered) any { return item[0].Value }, func(a, b yamltree.Ordered) bool { return equal(a, b) })
}

// agreedItems are the items that all pods have alike, and of have those that some pod has, and about which they do not
// agree. Items with one key are one.
func agreedItems[T any](wants []*Pod, of func(*Pod) []T, have []T, key func(T) any, same func(a, b T) bool) []T {
	find := func(items []T, like T) int {
		return slices.IndexFunc(items, func(item T) bool { return key(item) == key(like) })
	}
	out := []T{}
	for _, item := range of(wants[0]) {
		differs := slices.ContainsFunc(wants[1:], func(want *Pod) bool {
			i := find(of(want), item)
			return i < 0 || !same(item, of(want)[i])
		})
		if !differs {
			out = append(out, item)
		}
	}
	for _, item := range have {
		wanted := slices.ContainsFunc(wants, func(want *Pod) bool { return find(of(want), item) >= 0 })
		if wanted && find(out, item) < 0 {
			out = append(out, item)
		}
	}
	return out
}

func (e *Environment) shareNamespaces() {
	for _, first := range namespacesOn(e.Targets) {
		same := slices.DeleteFunc(namespacesOn(e.Targets), func(ns *Namespace) bool { return !ns.like(first) })
		if len(same) < 2 || first != same[0] {
			continue
		}
		for _, ns := range same {
			ns.clusters = len(same)
		}
		e.fleet.namespaces = append(e.fleet.namespaces, first)
	}
}

// like reports whether a namespace has the same name and is open to the same people.
func (ns *Namespace) like(other *Namespace) bool {
	return ns.Name == other.Name && slices.Equal(ns.Roles(), other.Roles())
}

// Fleet reports whether the folder of the environment holds the common parts of the
// clusters, and the folder of the target the rest.
func (in *Instance) Fleet() bool { return in.part != nil && in.part.own }

// Rest reports whether the kustomization of a target has more than its files.
func (in *Instance) Rest() bool {
	return in.JobName != "" || len(in.ListedRuns())+len(in.NamedRuns())+len(in.Adjustments())+len(in.Images)+len(in.Labels) > 0
}

// ListedRuns are the jobs whose bases the folder lists, where there are two folders.
func (in *Instance) ListedRuns() []*Run { return in.part.listed }

// NamedRuns are the jobs that the folder gives their names, where there are two folders.
func (in *Instance) NamedRuns() []*Run { return in.part.named }

// SharesClusterWide reports whether a folder holds the cluster-scoped objects of all
// clusters of the environment.
func (e *Environment) SharesClusterWide() bool { return e.fleet.clusterWide }

// Fleet reports whether the folder of the environment holds the namespace's objects of all
// clusters.
func (ns *Namespace) Fleet() bool { return ns.clusters > 0 }

// AlertCluster is the cluster that the alerts still have to name; empty when they do.
func (ns *Namespace) AlertCluster(p *Platform) Name {
	if !ns.Fleet() || len(ns.Alerts(p)) == 0 {
		return ""
	}
	return ns.Target.Cluster.Name
}
