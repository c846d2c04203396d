package model

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// passage checks one map of fields that the spec passes through to Kubernetes.
type passage struct {
	*checker
	// w is the workload of the pod.
	w *Workload
	// place of the map in the spec.
	place []any
	// ours is what wavewright writes there, and root the map of the spec laid over it.
	ours, root yamltree.Ordered
	owned      []ownedField
	// since are the versions of Kubernetes that have a field.
	since map[string]int
	// ruled are the rules for values, and relations those for objects.
	ruled     []valueRule
	relations []relation
	// main is set for the main container.
	main bool
}

func (c *checker) podPassage(w *Workload, ours yamltree.Ordered, place []any) passage {
	return passage{checker: c, w: w, place: place, ours: ours, owned: ownedOfPod(), since: sinceOfPod(), ruled: ruledOfPod(), relations: relationsOfPod()}
}

func (c *checker) containerPassage(w *Workload, ours yamltree.Ordered, place []any) passage {
	return passage{checker: c, w: w, place: place, ours: ours, owned: ownedOfContainer(), since: sinceOfContainer(), ruled: ruledOfContainer(), relations: relationsOfContainer()}
}

// all checks all fields of the map.
func (p passage) all(values yamltree.Ordered) {
	p.root = laidOver(p.ours, values)
	p.fields(values, p.ours, "")
	p.related("", p.object(values, p.ours), nil)
}

// passed checks what the application and its jobs pass through.
func (c *checker) passed() {
	c.passedOf(c.w)
	for _, run := range c.in.Runs {
		c.passedOf(run.workload, "jobs", string(run.short))
	}
}

// passedOf checks what a workload passes through at a place.
func (c *checker) passedOf(w *Workload, place ...any) {
	if !w.passes() {
		return
	}
	at := func(path ...any) []any { return append(place[:len(place):len(place)], path...) }
	before := len(*c.list)
	plain := w.withoutPassed().pod(c.in.App.Name)
	plain.Volumes = append(plain.Volumes, w.claimNames()...)
	pod, container := plain.parts()
	if w.Pod != nil {
		p := c.podPassage(w, pod, at("pod"))
		p.all(w.Pod.Values)
		p.nameServed(w.Pod.Values)
	}
	if w.Container != nil {
		p := c.containerPassage(w, container, at("container"))
		p.main = true
		p.all(w.Container.Values)
	}
	if len(place) == 0 {
		for i, beside := range w.containers() {
			if passed := beside.Container.Container; passed != nil {
				c.containerPassage(w, plain.InitContainers[i], []any{beside.group, beside.name, "container"}).all(passed.Values)
			}
		}
	}
	if len(*c.list) == before && !c.unclear(place...) { // what is refused is not worth a judgement
		c.mounted(w, place...)
		c.claimed(w, place...)
		c.stops(w, place...)
		c.permitted(w, place...)
	}
}

// unclear reports faults of fields that say together what a pod is.
func (c *checker) unclear(place ...any) bool {
	at := func(key string) []any { return append(place[:len(place):len(place)], key) }
	return slices.ContainsFunc([]string{sidecars, initGroup, "volumes", "kind", "priorityClass", "rollout"}, func(key string) bool { return c.faulty(key) }) ||
		c.faulty(at("pod")...) || c.faulty(at("container")...)
}

// passes reports whether the workload passes anything through.
func (w *Workload) passes() bool {
	return w.Pod != nil || w.Container != nil || w.annotated() ||
		slices.ContainsFunc(w.containers(), func(c container) bool { return c.Container.Container != nil })
}

// annotated reports whether annotations of the pods choose profiles of AppArmor, as they did before there was a field.
func (w *Workload) annotated() bool {
	for key := range w.PodAnnotations {
		if strings.HasPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix) {
			return true
		}
	}
	return false
}

// withoutPassed is the workload without what it passes through, on the network that it has.
func (w *Workload) withoutPassed() *Workload {
	plain := *w
	plain.Pod, plain.Container, plain.PodAnnotations = nil, nil, nil
	if w.onHostNetwork() {
		plain.Pod = &schema.PodFields{Spec: corev1.PodSpec{HostNetwork: true}}
	}
	plain.Init, plain.Sidecars = withoutContainerFields(w.Init), withoutContainerFields(w.Sidecars)
	return &plain
}

func withoutContainerFields(containers map[string]schema.Container) map[string]schema.Container {
	out := map[string]schema.Container{}
	for name, c := range containers {
		c.Container = nil
		out[name] = c
	}
	return out
}

// fields refuses what wavewright writes itself, below a path within the object.
func (p passage) fields(theirs, ours yamltree.Ordered, path string, place ...any) {
	for _, entry := range theirs {
		at, within := append(place[:len(place):len(place)], entry.Key), strings.TrimPrefix(path+"."+entry.Key, ".")
		old, exists := lookup(ours, entry.Key)
		if !p.refused(within, exists, nil, at) {
			p.version(within, entry.Value, at)
			p.valid(within, entry.Value, at)
			p.initial(within, entry.Value, at)
			p.value(entry.Key, entry.Value, old, within, at)
		}
	}
}

// object is a map of the spec as it is rendered, laid over one of ours.
func (p passage) object(theirs, ours yamltree.Ordered) object {
	return object{laidOver(ours, theirs), theirs, p.root, p.w}
}

func (p passage) value(key string, theirs, ours any, path string, place []any) {
	switch theirs := theirs.(type) {
	case yamltree.Ordered:
		mine, _ := ours.(yamltree.Ordered)
		p.fields(theirs, mine, path, place...)
		p.whole(path, theirs, place)
		p.related(path, p.object(theirs, mine), place)
	case []yamltree.Ordered:
		mine, _ := ours.([]yamltree.Ordered)
		p.unique(key, theirs, mine, place)
		for i, item := range theirs {
			p.item(mergeKeys()[key], item, mine, path+"[]", append(place[:len(place):len(place)], i))
		}
	case []string, []any:
		p.each(path+"[]", theirs, place)
	}
}

// extendable lists the lists whose items of ours take further fields: a port of ours has no hostPort, and a mount no subPath.
// An item of another list is whole, such as a volume with its source.
func extendable() []string { return []string{"ports[]", "volumeMounts[]"} }

// item refuses an item of a list that is one of ours, unless it adds fields to it.
func (p passage) item(mergeKey string, item yamltree.Ordered, ours []yamltree.Ordered, path string, place []any) {
	var mine yamltree.Ordered
	if i := indexOf(ours, mergeKey, item); mergeKey != "" && i >= 0 {
		mine = ours[i]
	}
	restated := mine != nil && !slices.Contains(extendable(), path) || slices.ContainsFunc(item, func(entry yamltree.Pair) bool {
		old, exists := lookup(mine, entry.Key)
		return exists && !equal(old, entry.Value)
	})
	protocol, _ := lookup(item, "protocol")
	foreign := path == "ports[]" && mine == nil && protocol != "SCTP"
	if !p.refused(path, restated || foreign, item, place) {
		p.fields(item, nil, path, place...)
		if mine == nil {
			p.whole(path, item, place)
		}
		p.related(path, p.object(item, mine), place)
	}
}

// errorAt reports a field within the map.
func (p passage) errorAt(place []any, code, format string, args ...any) *diag.Diagnostic {
	return p.error(p.key(append(p.place[:len(p.place):len(p.place)], place...)...), code, format, args...)
}

// refused reports a field that is ours.
func (p passage) refused(path string, exists bool, item yamltree.Ordered, place []any) bool {
	if slices.Contains(extended(), path) {
		p.probed(path, place)
		return false
	}
	i := slices.IndexFunc(p.owned, func(o ownedField) bool {
		return (o.path == path || strings.HasPrefix(path, o.path+".") && !strings.Contains(o.path, "[]")) && (p.main || !o.main)
	})
	if i < 0 || extends(path) || !p.ownedNow(p.owned[i], exists, item) {
		return false
	}
	d := p.errorAt(place, "pod/owned", "wavewright writes %s itself", readable(path))
	if name, _ := lookup(item, "name"); path == "volumes[]" {
		d.Detail = fmt.Sprintf("%s has this name.", p.w.volumeField(fmt.Sprint(name)))
	}
	d.Hint = p.owned[i].write
	return true
}

// readable is a path as people read it.
func readable(path string) string {
	if list, item := strings.CutSuffix(path, "[]"); item {
		return "this entry of " + strings.ReplaceAll(list, "[]", "")
	}
	return strings.ReplaceAll(path, "[]", "")
}

// extends reports whether a field below the path may be added.
func extends(path string) bool {
	return slices.ContainsFunc(extended(), func(e string) bool { return strings.HasPrefix(e, path+".") })
}

// ownedNow reports whether the field is refused here.
func (p passage) ownedNow(o ownedField, exists bool, item yamltree.Ordered) bool {
	switch o.when {
	case rendered:
		return exists
	case running:
		return !p.w.ends()
	case spreads:
		kept := p.w.replicated() && spread(p.w.AntiAffinity) != ""
		key, _ := lookup(item, "topologyKey")
		return kept && (item == nil || p.w.AntiAffinity == "required" && key == "topology.kubernetes.io/zone")
	}
	return true
}

// probed reports a field of a probe that is not there.
func (p passage) probed(path string, place []any) {
	handler := place[:len(place)-1]
	var ours any = p.ours
	for _, key := range handler {
		m, _ := ours.(yamltree.Ordered)
		ours, _ = lookup(m, key.(string))
	}
	if ours == nil {
		probe, _, _ := strings.Cut(path, "Probe.")
		p.errorAt(place, "probe/handler", "there is no %s probe to which this belongs", probe).Hint =
			fmt.Sprintf("State it first: probes: {%s: …}.", probe)
	}
}

// mounted checks that each mount of the workload has a volume, and each volume that it passes through a mount.
func (c *checker) mounted(w *Workload, place ...any) {
	at := func(path ...any) []any { return append(place[:len(place):len(place)], path...) }
	names := w.volumeNames(c.in.App.Name)
	used := map[string]bool{}
	check := func(fields *schema.ContainerFields, path ...any) {
		if fields == nil {
			return
		}
		for i, m := range fields.Spec.VolumeMounts {
			used[m.Name] = true
			c.volume(m.Name, names, at(append(path, "volumeMounts", i, "name")...)...)
		}
		for i, m := range fields.Spec.VolumeDevices {
			used[m.Name] = true
			c.volume(m.Name, names, at(append(path, "volumeDevices", i, "name")...)...)
		}
	}
	c.bounded(w, place...)
	check(w.Container, "container")
	for _, beside := range w.containers() {
		if len(place) == 0 {
			check(beside.Container.Container, beside.group, beside.name, "container")
		}
	}
	if w.Pod == nil {
		return
	}
	for i, v := range w.Pod.Spec.Volumes {
		if _, ours := w.Volumes[v.Name]; !ours && !used[v.Name] {
			c.list.Warning(c.key(at("pod", "volumes", i)...), "volume/unused", fmt.Sprintf("volume %s is mounted nowhere", v.Name)).Hint =
				"Mount it: container: {volumeMounts: [{name: " + v.Name + ", mountPath: /PATH}]}. Or take it out."
		}
	}
}

// volumeNames are the volumes that a container of the workload can mount.
func (w *Workload) volumeNames(app Name) []string {
	names := []string{}
	for _, v := range w.pod(app).Volumes {
		name, _ := lookup(v, "name")
		names = append(names, fmt.Sprint(name))
	}
	if w.Stateful() {
		names = append(names, sortedKeys(w.Volumes)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// bounded wants a limit for each empty folder, as ours have.
func (c *checker) bounded(w *Workload, place ...any) {
	if w.Pod == nil {
		return
	}
	for i, v := range w.Pod.Spec.Volumes {
		if v.EmptyDir != nil && v.EmptyDir.SizeLimit == nil {
			c.error(c.key(append(place[:len(place):len(place)], "pod", "volumes", i)...), "volume/source", "an empty folder needs a limit").Hint =
				"Write emptyDir: {sizeLimit: 64Mi}, or volumes: {" + v.Name + ": {scratch: 64Mi, mount: …}} of the application."
		}
	}
}

func (c *checker) volume(name string, names []string, path ...any) {
	if name == "" || slices.Contains(names, name) {
		return
	}
	d := c.error(c.at(path...), "reference/unknown", "there is no volume %q", name)
	d.Detail = "The pods have no volumes."
	if len(names) > 0 {
		d.Detail = "The pods have " + strings.Join(names, ", ") + "."
	}
	d.Hint = "Declare it: volumes: {" + name + ": {mount: …}} of the application, or pod: {volumes: [{name: " + name + "}]}."
	if near := yamltree.Suggest(name, names); near != "" {
		d.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
}

// claimed checks that each claim of a container is one of its pod.
func (c *checker) claimed(w *Workload, place ...any) {
	var names []string
	if w.Pod != nil {
		for _, claim := range w.Pod.Spec.ResourceClaims {
			names = append(names, claim.Name)
		}
	}
	check := func(fields *schema.ContainerFields, path ...any) {
		if fields == nil {
			return
		}
		for i, claim := range fields.Spec.Resources.Claims {
			if !slices.Contains(names, claim.Name) {
				at := append(append(place[:len(place):len(place)], path...), "resources", "claims", i, "name")
				c.error(c.at(at...), "reference/unknown", "the pod has no resource claim %q", claim.Name).Hint =
					"Declare it: pod: {resourceClaims: [{name: " + claim.Name + ", resourceClaimTemplateName: …}]}."
			}
		}
	}
	check(w.Container, "container")
	for _, beside := range w.containers() {
		if len(place) == 0 {
			check(beside.Container.Container, beside.group, beside.name, "container")
		}
	}
}

// stops checks that the time to stop is longer than the pause before.
func (c *checker) stops(w *Workload, place ...any) {
	pause := w.Rollout.PreStopSeconds
	if w.Pod == nil || w.Pod.Spec.TerminationGracePeriodSeconds == nil || w.ends() {
		return
	}
	seconds := *w.Pod.Spec.TerminationGracePeriodSeconds
	if pause > 0 && seconds <= int64(pause) {
		d := c.error(c.at(append(place[:len(place):len(place)], "pod", "terminationGracePeriodSeconds")...), "spec/value", "pods have no time to stop")
		d.Detail = fmt.Sprintf("In %s they keep serving for %s first, which rollout.preStopSeconds states.", c.in.Target.Env.Name, Count(pause, "second"))
		d.Hint = fmt.Sprintf("Write more than %d.", pause)
	}
}
