package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// nameServed reports pods that no name server answers.
func (p passage) nameServed(pod yamltree.Ordered) {
	policy, _ := lookup(pod, "dnsPolicy")
	config, _ := lookup(pod, "dnsConfig")
	settings, _ := config.(yamltree.Ordered)
	if servers, _ := lookup(settings, "nameservers"); policy == "None" && empty(servers) {
		p.errorAt([]any{"dnsPolicy"}, "pod/value", "Kubernetes refuses dnsPolicy None without a name server").Hint =
			"State dnsConfig: {nameservers: [ADDRESS]}, or take dnsPolicy out."
	}
}

// valid reports a value that its rule refuses.
func (p passage) valid(path string, value any, place []any) {
	for _, rule := range p.ruled {
		if !concerns(rule.path, path) {
			continue
		}
		if faults := rule.faults(value); len(faults) > 0 && !absent(path, value) {
			p.refuses("pod/value", path, place, fmt.Sprintf("It %s, and %s.", found(value), strings.TrimSuffix(faults[0], ".")))
			return
		}
	}
}

// absent reports whether a value is as good as none in a field that must have one, which whole reports.
func absent(path string, value any) bool {
	i := strings.LastIndexByte(path, '.')
	return i >= 0 && empty(value) && needed()[path[:i]] == path[i+1:]
}

// found says what a value is, or how many entries a list has.
func found(value any) string {
	switch n := length(value); {
	case n >= 0:
		return fmt.Sprintf("has %d entries", n)
	case value == "":
		return `is ""`
	}
	return fmt.Sprintf("is %v", value)
}

// each checks the items of a list that are no maps.
func (p passage) each(path string, items any, place []any) {
	list := reflect.ValueOf(items)
	for i := range list.Len() {
		p.valid(path, list.Index(i).Interface(), append(place[:len(place):len(place)], i))
	}
}

// related reports fields of an object that Kubernetes refuses together, or without each other.
func (p passage) related(path string, stated object, place []any) {
	for _, rule := range p.relations {
		if !concerns(rule.path, path) {
			continue
		}
		key, fault := rule.fault(stated)
		if fault == "" || p.unclear(p.workload()...) {
			continue
		}
		at := place
		if _, exists := lookup(stated.theirs, key); exists {
			at = append(place[:len(place):len(place)], key)
		}
		p.refuses("pod/related", strings.Trim(path+"."+key, "."), at, fault)
	}
}

// workload is the place of the workload: the application, or one of its jobs.
func (p passage) workload() []any {
	if p.place[0] == "jobs" {
		return p.place[:2]
	}
	return nil
}

func (p passage) refuses(code, path string, place []any, detail string) {
	d := p.errorAt(place, code, "Kubernetes refuses this %s", strings.TrimPrefix(readable(path), "this "))
	d.Detail, d.Hint = detail, "Correct it, or take it out."
}

// concerns reports whether a rule holds for a path: the rule's own path, or one that ends as the rule says after a *.
func concerns(rule, path string) bool {
	end, anywhere := strings.CutPrefix(rule, "*")
	return rule == path || anywhere && strings.HasSuffix("."+path, end)
}

// needed are the fields without which Kubernetes refuses an object, although its type has them as optional, by the path
// of the object.
func needed() map[string]string {
	return map[string]string{
		"dnsConfig.options[]": "name", "volumes[].ephemeral": "volumeClaimTemplate", "volumes[].image": "reference", "restartPolicyRules[]": "exitCodes",
		"volumes[].configMap": "name", "volumes[].secret": "secretName", "volumes[].projected.sources[].configMap": "name",
		"volumes[].projected.sources[].secret": "name", "env[].valueFrom.configMapKeyRef": "name", "env[].valueFrom.secretKeyRef": "name",
		"lifecycle.postStart.exec": "command", "lifecycle.preStop.exec": "command",
	}
}

// oneSource are the objects that have exactly one of their fields, besides a name.
func oneSource() []string {
	return []string{"volumes[]", "volumes[].projected.sources[]", "env[].valueFrom", "lifecycle.postStart", "lifecycle.preStop", "resourceClaims[]"}
}

// whole reports an object that lacks a field, or has two that exclude each other.
func (p passage) whole(path string, object yamltree.Ordered, place []any) {
	key := needed()[path]
	if value, exists := lookup(object, key); key != "" && (!exists || empty(value)) {
		p.errorAt(place, "pod/value", "Kubernetes refuses %s without %s", readable(path), key).Hint = "State " + key + "."
	}
	if _, exists := lookup(object, "labelSelector"); path == topology+"[]" && !exists {
		d := p.errorAt(place, "pod/value", "a spread without labelSelector counts no pods")
		d.Detail = "The rule pod-topology-spread-constraints of kube-score, which pipelines check in production, refuses it."
		d.Hint = "State labelSelector: {matchLabels: {app.kubernetes.io/name: " + string(p.in.App.Name) + "}}."
	}
	if kind, _ := lookup(object, "type"); kind == localhost {
		if _, exists := lookup(object, "localhostProfile"); !exists {
			p.errorAt(place, "pod/value", "Kubernetes refuses a profile of the node without its name").Hint = "State localhostProfile."
		}
	}
	p.sources(path, object, place)
}

// sources reports an object that has none of its sources, or several.
func (p passage) sources(path string, object yamltree.Ordered, place []any) {
	var sources []string
	for _, entry := range object {
		if entry.Key != "name" {
			sources = append(sources, entry.Key)
		}
	}
	if i := slices.IndexFunc(oneSource(), func(o string) bool { return concerns(o, path) }); i >= 0 && len(sources) != 1 {
		d := p.errorAt(place, "pod/value", "Kubernetes wants one source of %s", readable(path))
		d.Detail = "There is none."
		if len(sources) > 0 {
			d.Detail = "There are " + strings.Join(sources, ", ") + "."
		}
		d.Hint = "Keep one."
		if len(sources) == 0 {
			d.Hint = "State one, for example configMap of a volume, resourceFieldRef of a variable, exec of a hook, or resourceClaimTemplateName of a claim."
		}
	}
}

// localhost is the type of a profile that the node has.
const localhost = "Localhost"

func empty(value any) bool { return value == nil || value == "" || length(value) == 0 }

// length of a list; -1 of what is none.
func length(value any) int {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice && v.Type() != reflect.TypeFor[yamltree.Ordered]() {
		return v.Len()
	}
	return -1
}

// listKeys are the keys that no two items of a list share, by the name of the list.
func listKeys(list string) []string {
	switch list {
	case "ports":
		return []string{"containerPort", "protocol"}
	case topology:
		return []string{"topologyKey", "whenUnsatisfiable"}
	case "sysctls":
		return []string{"name"}
	case "resizePolicy":
		return []string{"resourceName"}
	case "claims":
		return []string{"name", "request"}
	}
	if key := mergeKeys()[list]; key != "" {
		return []string{key}
	}
	return nil
}

// unique reports items of a list that Kubernetes takes for one, and ports with one name.
func (p passage) unique(list string, items, ours []yamltree.Ordered, place []any) {
	keys := listKeys(list)
	if keys == nil {
		return
	}
	p.repeated(keys, items, nil, place)
	if list == "volumeDevices" {
		p.repeated([]string{"name"}, items, nil, place)
	}
	if list == "ports" {
		p.repeated([]string{"name"}, items, ours, place)
	}
}

// repeated reports items that have the same values of keys as an earlier item, or as one of ours that is another port.
func (p passage) repeated(keys []string, items, ours []yamltree.Ordered, place []any) {
	seen := map[string]bool{}
	for _, item := range ours {
		if indexOf(items, "containerPort", item) < 0 {
			seen[identity(item, keys)] = true
		}
	}
	for i, item := range items {
		id := identity(item, keys)
		if id == "" || !seen[id] {
			seen[id] = true
			continue
		}
		d := p.errorAt(append(place[:len(place):len(place)], i), "pod/value", "this entry is there twice")
		d.Detail = "Kubernetes takes entries for one that have the same " + strings.Join(keys, " and ") + ": " + id + "."
		d.Hint = "Take one of them out, or give it another " + keys[0] + "."
	}
}

// identity is the values of keys of an item; empty when it has none of them.
func identity(item yamltree.Ordered, keys []string) string {
	var out []string
	for _, key := range keys {
		if value, exists := lookup(item, key); exists {
			out = append(out, fmt.Sprint(value))
		}
	}
	return strings.Join(out, " ")
}

// initial reports what Kubernetes refuses of init containers, or what makes another kind of container of them.
func (p passage) initial(path string, value any, place []any) {
	if p.place[0] != initGroup {
		return
	}
	switch {
	case path == "restartPolicy" && value == "Always":
		p.errorAt(place, "pod/value", "an init container that restarts always is a sidecar").Hint =
			"Write sidecars: {NAME: {image: …}} instead: the quota counts it beside the application."
	case path == "lifecycle":
		p.errorAt(place, "pod/value", "Kubernetes refuses hooks of init containers").Hint =
			"Take them out, or write sidecars: {NAME: {image: …}} instead."
	case path == "ports":
		p.errorAt(place, "pod/value", "nothing can connect to an init container").Hint =
			"Take the ports out: the container ends before the application starts. A sidecar has ports."
	}
}
