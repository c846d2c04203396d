package model

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Base holds the values that an application sets itself and that are equal on every target.
type Base struct {
	*Pod
	// Kind of the workload.
	Kind string
	// Claims are the persistent volumes.
	Claims []Claim
	// Config holds the files that are the same on every target.
	Config []ConfigFile
	// Labels of all objects and pods that the application states.
	Labels map[string]string
	// SecurityPatch holds the deviations from the hardening component.
	SecurityPatch yamltree.Ordered
	// Annotations of the workload that the application states.
	Annotations map[string]string
	// ExceptionAnnotations are the reasons of the deviations, by annotation.
	ExceptionAnnotations map[string]string
	// ServiceAccountAnnotations, for example a cloud identity.
	ServiceAccountAnnotations map[string]string
	// Recreate is set for a singleton.
	Recreate string
	// Ingress and Egress rules that are the same on every target.
	Ingress, Egress []NetworkRule
	// Monitor is the ServiceMonitor, when it is equal on every target.
	Monitor *Monitor
	// Permissions are the application's rights in the Kubernetes API, when they are equal on every
	// target.
	Permissions *Permissions

	service *Service // nil when nothing listens, or targets differ
}

// bases derives the base of each application and the rest for its overlays.
func (r *resolver) bases() {
	for _, env := range r.p.Environments {
		env.inherited = env.Defaults.environmentPod()
		env.inherited.PriorityClass = env.className(env.Defaults.PriorityClass)
	}
	r.p.Hardening = (&Workload{}).pod("")
	r.each(len(r.p.Applications), func(r *resolver, i int) {
		app := r.p.Applications[i]
		if app.Sourced {
			app.ownManifests()
			return
		}
		app.Base = r.base(app)
		app.shareTexts()
		for _, in := range app.Instances {
			in.overlay()
		}
		app.share()
		app.shareConfig()
		app.sharePolicies()
		r.nameJobs(app)
		r.jobs(app)
	})
}

// base resolves what the application has in all environments, as long as no profile or environment says otherwise.
func (r *resolver) base(app *Application) *Base {
	w, node := &Workload{}, app.layer
	if r.spec.Workload != nil {
		node = ownFirst(merge([]Layer{{Node: r.spec.Workload}, {Node: node}}), "ports", node)
	}
	d := r.decoder.With(yamltree.DecodeOptions{Partial: true, Expand: baseScope(app).expandAt})
	d.Decode(node, &w.Workload)
	w.Workload.Node = node
	w.ports = w.listPorts()
	w.Kind = app.kind
	if r.p.declaresClass(w.PriorityClass) {
		w.PriorityClass = "" // the name of the PriorityClass differs between targets
	}
	w.onNodes(0, Layer{Node: app.layer})
	w.dropVarying()
	w.Failover, w.Tolerations = "", nil // the overlay states failover and tolerations together
	pod := w.pod(app.Name)
	pod.Readiness, pod.Liveness = withoutVarying(pod.Readiness), withoutVarying(pod.Liveness)
	for i, c := range pod.InitContainers {
		pod.InitContainers[i] = withoutVarying(c)
	}
	base := &Base{Pod: pod, Kind: app.kind, Labels: w.Labels, Annotations: w.Annotations, ServiceAccountAnnotations: w.ServiceAccount.Annotations}
	base.SecurityPatch = diff(pod.hardening(app.kind), r.p.Hardening.hardening(""), app.Name)
	base.ExceptionAnnotations = w.exceptionAnnotations()
	if w.ends() {
		pod.Resources, pod.Tolerations = nil, nil
		return base
	}
	if w.Singleton != nil {
		base.Recreate = w.Singleton.Reason
	}
	// Replicas, resources and the rollout come from the environment.
	pod.Resources, pod.MinReadySeconds, pod.ProgressDeadlineSeconds = nil, 0, 0
	pod.Lifecycle, pod.Grace, pod.Startup = nil, 0, nil
	if w.Singleton == nil {
		pod.Replicas, pod.Strategy = 0, nil
	}
	return base
}

// hardening holds the fields that the hardening component sets on the pod.
func (p *Pod) hardening(kind string) *Pod {
	return &Pod{
		Kind: kind, Automount: p.Automount, ServiceLinks: p.ServiceLinks, PullPolicy: p.PullPolicy,
		Security: p.Security, ContainerSecurity: p.ContainerSecurity,
	}
}

// dropVarying removes fields that depend on the target: the overlays set them.
func (w *Workload) dropVarying() {
	for _, m := range []map[string]string{w.EnvFields, w.Labels, w.NodeSelector, w.Annotations, w.PodAnnotations, w.ServiceAnnotations, w.ServiceAccount.Annotations} {
		dropEntries(m)
	}
	dropFromContainer(&w.Image, &w.Command, &w.Args, w.Env)
	for _, containers := range []map[string]schema.Container{w.Init, w.Sidecars} {
		for name, c := range containers {
			dropFromContainer(&c.Image, &c.Command, &c.Args, c.Env)
			dropEntries(c.EnvFields)
			dropSources(c.EnvFrom)
			maps.DeleteFunc(c.Secrets, func(_ string, secret schema.SecretRef) bool { return varies(secret.Existing) || varies(secret.Prefix) })
			containers[name] = c
		}
	}
	maps.DeleteFunc(w.Config, func(_ string, file schema.ConfigFile) bool { return varies(file.Mount) })
	maps.DeleteFunc(w.Secrets, func(_ string, secret schema.Secret) bool {
		return varies(secret.Existing) || varies(secret.Mount) || varies(secret.Prefix)
	})
	dropSources(w.EnvFrom)
	w.dropPassed()
}

// dropSources leaves the whole list to the overlays when one of its objects depends on the target:
// Kubernetes replaces the list as a whole.
func dropSources(sources map[string]schema.EnvSource) {
	for _, source := range sources {
		if varies(source.ConfigMap) || varies(source.Secret) || varies(source.Prefix) {
			clear(sources)
			return
		}
	}
}

// varies reports whether a text depends on the target.
func varies(text string) bool { return strings.Contains(text, varying) }

// withoutVarying returns a map without what depends on the target, and without maps that are empty then.
func withoutVarying(m yamltree.Ordered) yamltree.Ordered {
	var out yamltree.Ordered
	for _, entry := range m {
		switch value := entry.Value.(type) {
		case yamltree.Ordered:
			if inner := withoutVarying(value); len(inner) > 0 || len(value) == 0 {
				out = append(out, pair(entry.Key, inner))
			}
			continue
		case []yamltree.Ordered:
			if slices.ContainsFunc(value, func(item yamltree.Ordered) bool { return !equal(withoutVarying(item), item) }) {
				continue
			}
		case []string:
			if slices.ContainsFunc(value, varies) {
				continue
			}
		case string:
			if varies(value) {
				continue
			}
		}
		out = append(out, entry)
	}
	return out
}

func dropEntries(m map[string]string) {
	maps.DeleteFunc(m, func(_, value string) bool { return varies(value) })
}

// dropFromContainer removes fields of a container that depend on the target.
func dropFromContainer(image *string, command, args *[]string, env map[string]string) {
	if varies(*image) {
		*image = ""
	}
	for _, words := range []*[]string{command, args} {
		if slices.ContainsFunc(*words, varies) {
			*words = nil
		}
	}
	dropEntries(env)
}

// environmentPod holds the fields that the components of an environment set: those in which
// profiles differ.
func (w *Workload) environmentPod() *Pod {
	p := &Pod{
		Resources: resources(w.Resources), Tolerations: w.tolerations(), Lifecycle: w.lifecycle(), Grace: w.grace(),
		MinReadySeconds: w.Rollout.MinReadySeconds, ProgressDeadlineSeconds: w.Rollout.ProgressDeadlineSeconds,
		Strategy: w.strategy(),
	}
	if low, high := w.Replicas(); low == high {
		p.Replicas = low
	}
	return p
}

// Resources of the environment's workloads, as its component prints them.
func (e *Environment) Resources() yamltree.Ordered { return e.inherited.Resources }

// Pod holds the fields that the environment's components set.
func (e *Environment) Pod() *Pod { return e.inherited }

// Replicated reports whether the environment sets anti-affinity and rollout; development
// leaves them to Kubernetes.
func (e *Environment) Replicated() bool {
	low, _ := e.Defaults.Replicas()
	return low > 1 || e.Spread() != ""
}

// Spread is the component that keeps replicas apart; none when it is empty.
func (e *Environment) Spread() Name { return spread(e.Defaults.AntiAffinity) }

func spread(antiAffinity string) Name {
	if antiAffinity == "" || antiAffinity == "none" {
		return ""
	}
	return Name("spread-" + antiAffinity)
}

// FastFailover reports whether the shared component sets fast failover. Tolerations of the
// environment itself need one list with it.
func (e *Environment) FastFailover() bool {
	return e.Defaults.Failover == "fast" && len(e.Defaults.Tolerations) == 0
}

// Tolerations are those that the environment's own component sets.
func (e *Environment) Tolerations() []yamltree.Ordered {
	if e.FastFailover() {
		return nil
	}
	return e.inherited.Tolerations
}

// StartupNumbers are the numbers that the environment sets on startup probes; empty without
// them.
func (e *Environment) StartupNumbers() yamltree.Ordered {
	if e.Defaults.Probes.Startup == nil {
		return nil
	}
	return numbers(e.Defaults.Probes.Startup)
}

// component returns the name of one of the environment's components.
func (e *Environment) component(name Path) Path { return Path(e.Name) + "/" + name }

// parts lists the environment's components for a workload.
func (e *Environment) parts(probed, replicated bool) []Path {
	parts := []Path{e.component("workload")}
	if probed && len(e.StartupNumbers()) > 0 {
		parts = append(parts, e.component("startup"))
	}
	if replicated && e.Replicated() {
		parts = append(parts, e.component("replicated"))
	}
	return parts
}

// overlay chooses the components of an instance and patches the fields that they and the
// base leave different.
func (in *Instance) overlay() {
	want, have, components := in.pods()
	in.Components, in.Patch = components, diff(want, have, in.App.Name)
	w, base := in.Workload, in.App.Base
	in.Labels, in.Annotations = changed(w.Labels, base.Labels), changed(w.Annotations, base.Annotations)
	in.ExceptionAnnotations = changed(w.exceptionAnnotations(), base.ExceptionAnnotations)
	in.ServiceAccountAnnotations = changed(w.ServiceAccount.Annotations, base.ServiceAccountAnnotations)
}

// pods are the pod that the instance wants, what the base and the components of the
// instance make, and these components.
func (in *Instance) pods() (want, have *Pod, components []Path) {
	env, w, base := in.Target.Env, in.Workload, in.App.Base
	want = w.pod(in.App.Name)
	probed := base.Liveness != nil && want.Startup != nil && len(env.StartupNumbers()) > 0
	replicated := w.replicated() && env.Replicated() && w.AntiAffinity == env.Defaults.AntiAffinity
	components = env.parts(probed, replicated)
	if own := spread(w.AntiAffinity); !replicated && w.replicated() && own != "" {
		components = append(components, Path(own))
	}
	if in.strictZones() {
		components = append(components, "spread-zones")
	}
	have = in.inherit(probed, replicated)
	if in.fillsDefaultStrategy(want, have) {
		want.Strategy = have.Strategy
	}
	return want, have, components
}

// replicated reports whether the workload has replicas that belong on different nodes.
func (w *Workload) replicated() bool { return w.Singleton == nil && !w.ends() && !w.PerNode() }

// inherit is the pod as the base and the chosen components leave it.
func (in *Instance) inherit(probed, replicated bool) *Pod {
	env, have := in.Target.Env.inherited, *in.App.Base.Pod
	if in.App.Base.ends() {
		have.Resources, have.Tolerations = env.Resources, in.Target.Env.JobTolerations()
		return &have
	}
	have.Resources, have.Tolerations = env.Resources, env.Tolerations
	have.Replicas = cmp.Or(env.Replicas, have.Replicas)
	have.PriorityClass = cmp.Or(env.PriorityClass, have.PriorityClass)
	have.Lifecycle, have.Grace = env.Lifecycle, env.Grace
	have.MinReadySeconds, have.ProgressDeadlineSeconds = env.MinReadySeconds, env.ProgressDeadlineSeconds
	if replicated {
		have.Strategy = env.Strategy
	}
	if in.App.Base.Stateful() {
		have.Strategy, have.ProgressDeadlineSeconds = nil, 0
	}
	if in.App.Base.PerNode() {
		have.Replicas, have.Strategy, have.ProgressDeadlineSeconds, have.Tolerations = 0, nil, 0, in.Target.Env.JobTolerations()
	}
	if probed {
		have.Startup = overlay(have.Liveness, in.Target.Env.StartupNumbers())
	}
	return &have
}

// fillsDefaultStrategy reports that nothing states a strategy and that the wanted
// one is what Kubernetes does by itself.
func (in *Instance) fillsDefaultStrategy(want, have *Pod) bool {
	byItself := yamltree.Ordered{pair("type", "RollingUpdate"), pair("rollingUpdate",
		yamltree.Ordered{pair("maxUnavailable", "25%"), pair("maxSurge", "25%")})}
	return len(have.Strategy) == 0 && equal(want.Strategy, byItself)
}

// shareTexts keeps in the base only labels and annotations of every target, because an
// overlay cannot remove them.
func (a *Application) shareTexts() {
	for _, in := range a.Instances {
		keepCommon(a.Base.Labels, in.Workload.Labels)
		keepCommon(a.Base.Annotations, in.Workload.Annotations)
		keepCommon(a.Base.ServiceAccountAnnotations, in.Workload.ServiceAccount.Annotations)
		keepCommonExceptions(a.Base.ExceptionAnnotations, in.Workload.exceptionAnnotations())
	}
}

// keepCommon deletes entries from base that other does not have.
func keepCommon(base, other map[string]string) {
	maps.DeleteFunc(base, func(key, value string) bool {
		theirs, ok := other[key]
		return !ok || theirs != value
	})
}

// share gives the base the objects that are the same on every target.
func (a *Application) share() {
	for _, in := range a.Instances {
		in.service, in.Claims = in.Workload.service(a.Name), in.Workload.Claims(a.Name)
		in.Permissions, in.Monitor = permissions(a.Name, in.Workload.ServiceAccount.Rules), in.monitor()
	}
	shareOne(a, &a.Base.service, func(in *Instance) **Service { return &in.service })
	shareOne(a, &a.Base.Claims, func(in *Instance) *[]Claim { return &in.Claims })
	shareOne(a, &a.Base.Permissions, func(in *Instance) **Permissions { return &in.Permissions })
	shareOne(a, &a.Base.Monitor, func(in *Instance) **Monitor { return &in.Monitor })
}

// shareOne gives the base one of the instances' objects, and leaves it to the overlays when
// a single one differs.
func shareOne[T any](a *Application, base *T, of func(*Instance) *T) {
	var none T
	differs := func(in *Instance) bool { return !reflect.DeepEqual(*of(in), *of(a.Instances[0])) }
	if len(a.Instances) == 0 || slices.ContainsFunc(a.Instances, differs) {
		return
	}
	*base = *of(a.Instances[0])
	for _, in := range a.Instances {
		*of(in) = none
	}
}

// changed returns the entries of want that have does not have.
func changed(want, have map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range want {
		if old, ok := have[key]; !ok || old != value {
			out[key] = value
		}
	}
	return out
}
