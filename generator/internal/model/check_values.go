package model

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// valueRule says what the API server, or a rule of kube-score that generated pipelines have, refuses in the value of a
// field.
type valueRule struct {
	// path within the pod or the container, as in ownedField.
	path string
	// faults of the value; none when it is accepted.
	faults func(value any) []string
}

// ruledOfPod are the rules for fields of a pod.
func ruledOfPod() []valueRule {
	return []valueRule{
		{"activeDeadlineSeconds", atLeast(1)},
		{"dnsConfig.nameservers", nameServers},
		{"hostAliases[].ip", text(validIP)},
		{"hostname", text(validation.IsDNS1123Label)},
		{"hostnameOverride", text(validation.IsDNS1123Subdomain)},
		{"nodeName", text(validation.IsDNS1123Subdomain)},
		{"os.name", text(notWindows)},
		{"readinessGates[].conditionType", text(validation.IsQualifiedName)},
		{"runtimeClassName", text(validation.IsDNS1123Subdomain)},
		{"schedulingGates[].name", text(validation.IsQualifiedName)},
		{"subdomain", text(validation.IsDNS1123Label)},
		{"terminationGracePeriodSeconds", atLeast(0)},
		{topology + "[].maxSkew", atLeast(1)},
		{topology + "[].minDomains", atLeast(1)},
		{"volumes[].name", text(validation.IsDNS1123Label)},
	}
}

// ruledOfContainer are the rules for fields of a container.
func ruledOfContainer() []valueRule {
	return []valueRule{
		{"ports[].containerPort", validPort},
		{"ports[].hostPort", validPort},
		{"ports[].name", text(validation.IsValidPortName)},
		{"volumeMounts[].mountPath", text(validMount)},
	}
}

// text is a rule for texts.
func text(faults func(string) []string) func(any) []string {
	return func(value any) []string {
		s, _ := value.(string) // another type was reported
		return faults(s)
	}
}

func atLeast(least int) func(any) []string {
	return func(value any) []string {
		if n, ok := value.(int); ok && n < least {
			return []string{fmt.Sprintf("must be at least %d", least)}
		}
		return nil
	}
}

func validPort(value any) []string {
	n, _ := value.(int) // another type was reported
	return validation.IsValidPortNum(n)
}

func validIP(s string) []string {
	if faults := validation.IsValidIP(nil, s); len(faults) > 0 {
		return []string{"must be an address such as 10.0.0.1"}
	}
	return nil
}

func notWindows(s string) []string {
	if s == "windows" {
		return []string{"must be linux: Kubernetes refuses the security settings that wavewright writes for pods of Windows"}
	}
	return nil
}

func validMount(s string) []string {
	if strings.Contains(s, ":") {
		return []string{"must not contain ':'"}
	}
	return nil
}

// nameServers are at most three addresses.
func nameServers(value any) []string {
	servers, _ := value.([]string)
	if len(servers) > 3 {
		return []string{"must not have more than three name servers"}
	}
	for _, server := range servers {
		if faults := validIP(server); faults != nil {
			return faults
		}
	}
	return nil
}

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
		if rule.path != path {
			continue
		}
		if faults := rule.faults(value); len(faults) > 0 {
			d := p.errorAt(place, "pod/value", "Kubernetes refuses this %s", readable(path))
			d.Detail = fmt.Sprintf("It is %v, and %s.", value, strings.TrimSuffix(faults[0], "."))
			d.Hint = "Correct it, or take it out."
		}
	}
}

// needed are the fields without which Kubernetes refuses an object, although its type has them as optional, by the path
// of the object.
func needed() map[string]string {
	return map[string]string{
		"volumes[].configMap": "name", "volumes[].secret": "secretName", "volumes[].projected.sources[].configMap": "name",
		"volumes[].projected.sources[].secret": "name", "env[].valueFrom.configMapKeyRef": "name", "env[].valueFrom.secretKeyRef": "name",
		"lifecycle.postStart.exec": "command", "lifecycle.preStop.exec": "command",
	}
}

// oneSource are the objects that have exactly one of their fields, besides a name.
func oneSource() []string {
	return []string{"volumes[]", "volumes[].projected.sources[]", "env[].valueFrom", "lifecycle.postStart", "lifecycle.preStop"}
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
	var sources []string
	for _, entry := range object {
		if entry.Key != "name" {
			sources = append(sources, entry.Key)
		}
	}
	if slices.Contains(oneSource(), path) && len(sources) != 1 {
		d := p.errorAt(place, "pod/value", "Kubernetes wants one source of %s", readable(path))
		d.Detail = "There is none."
		if len(sources) > 0 {
			d.Detail = "There are " + strings.Join(sources, ", ") + "."
		}
		d.Hint = "Keep one."
		if len(sources) == 0 {
			d.Hint = "State one, for example configMap of a volume, resourceFieldRef of a variable, or exec of a hook."
		}
	}
}

// localhost is the type of a profile that the node has.
const localhost = "Localhost"

func empty(value any) bool {
	list, isList := value.([]string)
	return value == nil || value == "" || isList && len(list) == 0
}

// listKeys are the keys that no two items of a list share, by the name of the list.
func listKeys(list string) []string {
	switch list {
	case "ports":
		return []string{"containerPort", "protocol"}
	case topology:
		return []string{"topologyKey", "whenUnsatisfiable"}
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
