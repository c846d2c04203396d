package model

import (
	"reflect"
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// topology is the field of a pod to which a component adds the spread over zones.
const topology = "topologySpreadConstraints"

// mergeKeys are the keys by which Kubernetes merges the items of lists, by the name of the list.
func mergeKeys() map[string]string {
	return map[string]string{
		"env": "name", "evictionResponders": "name", "hostAliases": "ip", "imagePullSecrets": "name", "initContainers": "name", "ports": "containerPort",
		"resourceClaims": "name", "schedulingGates": "name", topology: "topologyKey",
		"volumeDevices": "devicePath", "volumeMounts": "mountPath", "volumes": "name",
	}
}

// passThrough lays the fields that the spec passes through over a pod.
func (w *Workload) passThrough(p *Pod) {
	if w.Pod != nil {
		p.lay(w.Pod.Values, &p.PodRest, "pod", "volumes")
	}
	if w.Container != nil {
		p.lay(w.Container.Values, &p.ContainerRest, "container")
	}
}

// lay lays values over the fields of parts of the pod, and adds what is none of these to the rest.
func (p *Pod) lay(values yamltree.Ordered, further *yamltree.Ordered, parts ...string) {
	v := reflect.ValueOf(p).Elem()
	for _, entry := range values {
		i := slices.IndexFunc(podFields, func(f podField) bool { return f.key == entry.Key && slices.Contains(parts, f.in) })
		if i < 0 {
			*further = append(*further, entry)
			continue
		}
		field := v.Field(podFields[i].index)
		laid := reflect.ValueOf(laidValue(entry.Key, field.Interface(), entry.Value))
		if laid.IsValid() && laid.Type().AssignableTo(field.Type()) {
			field.Set(laid)
		}
	}
}

// laidValue lays a value over one of ours: maps merge, lists of maps merge by the keys of Kubernetes, and
// everything else replaces.
func laidValue(key string, ours, theirs any) any {
	switch theirs := theirs.(type) {
	case yamltree.Ordered:
		if ours, ok := ours.(yamltree.Ordered); ok {
			return laidOver(ours, theirs)
		}
	case []yamltree.Ordered:
		if ours, ok := ours.([]yamltree.Ordered); ok && mergeKeys()[key] != "" {
			return laidItems(mergeKeys()[key], ours, theirs)
		}
	}
	return theirs
}

// laidOver lays a map over one of ours.
func laidOver(ours, theirs yamltree.Ordered) yamltree.Ordered {
	out := slices.Clone(ours)
	for _, entry := range theirs {
		i := slices.IndexFunc(out, func(p yamltree.Pair) bool { return p.Key == entry.Key })
		if i < 0 {
			out = append(out, entry)
			continue
		}
		out[i].Value = laidValue(entry.Key, out[i].Value, entry.Value)
	}
	return out
}

// laidItems adds items to a list of ours, and lays those that are there over ours.
func laidItems(mergeKey string, ours, theirs []yamltree.Ordered) []yamltree.Ordered {
	out := slices.Clone(ours)
	for _, item := range theirs {
		if i := indexOf(out, mergeKey, item); i >= 0 {
			out[i] = laidOver(out[i], item)
			continue
		}
		out = append(out, item)
	}
	return out
}

// indexOf finds the item with the same merge key; -1 without one.
func indexOf(items []yamltree.Ordered, mergeKey string, like yamltree.Ordered) int {
	value, _ := lookup(like, mergeKey)
	return slices.IndexFunc(items, func(item yamltree.Ordered) bool {
		other, ok := lookup(item, mergeKey)
		return ok && equal(other, value)
	})
}

// ephemeralClaims are the sizes of the volumes that each pod makes and that end with it.
func (w *Workload) ephemeralClaims() []Quantity {
	var out []Quantity
	if w.Pod == nil {
		return nil
	}
	for _, v := range w.Pod.Spec.Volumes {
		if v.Ephemeral != nil && v.Ephemeral.VolumeClaimTemplate != nil {
			size, _ := ParseQuantity("storage", v.Ephemeral.VolumeClaimTemplate.Spec.Resources.Requests.Storage().String())
			out = append(out, size)
		}
	}
	return out
}

// dropPassed leaves to the overlays what depends on the target, and the spread to which a component adds.
func (w *Workload) dropPassed() {
	if w.Pod != nil {
		pod := *w.Pod
		pod.Values = slices.DeleteFunc(withoutVarying(pod.Values), func(p yamltree.Pair) bool { return p.Key == topology })
		w.Pod = &pod
	}
	if w.Container != nil {
		container := *w.Container
		container.Values = withoutVarying(container.Values)
		w.Container = &container
	}
}

// fieldsOfMap are the entries of a map as fields of an object.
func fieldsOfMap(m yamltree.Ordered) []Field {
	out := make([]Field, len(m))
	for i, entry := range m {
		out[i] = Field{Path(entry.Key), entry.Value}
	}
	return out
}

// FurtherPodFields are the fields of the pod that the spec passes through.
func (p *Pod) FurtherPodFields() []Field { return fieldsOfMap(p.PodRest) }

// FurtherContainerFields are the fields of the container that the spec passes through.
func (p *Pod) FurtherContainerFields() []Field { return fieldsOfMap(p.ContainerRest) }

// parts are the pod and its main container as maps, without the containers of the pod.
func (p *Pod) parts() (pod, container yamltree.Ordered) {
	v := reflect.ValueOf(p).Elem()
	for _, field := range podFields {
		into, value := &pod, v.Field(field.index)
		switch {
		case field.in == "container":
			into = &container
		case field.in != "pod" && field.in != "volumes":
			continue
		}
		switch {
		case value.IsZero():
		case field.key == rest:
			*into = append(*into, value.Interface().(yamltree.Ordered)...)
		default:
			*into = append(*into, pair(field.key, value.Interface()))
		}
	}
	return pod, container
}
