package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// NameLabel is the label that selects the pods of an application. Selectors never
// change, so it is the only one in them.
const NameLabel = "app.kubernetes.io/name"

// NamespaceLabel is set by Kubernetes itself and cannot be forged.
const NamespaceLabel = "kubernetes.io/metadata.name"

// NetworkRule is one rule of a NetworkPolicy, ready to print.
type NetworkRule struct {
	// From and To name both ends of the connection in the comment.
	From, To Path
	// Peers are the other end, Ports those of the pods that are connected to.
	Peers, Ports []yamltree.Ordered
}

// network derives, on every target, the rules that the declared connections need,
// on both of their ends.
func (r *resolver) network() {
	instances := instancesOn(r.p.Targets())
	for _, in := range instances {
		in.fromOutside()
		in.fromBalancers()
		in.toAPIServer()
		in.fromScraper()
	}
	for _, in := range instances {
		r.connections(in)
	}
	for _, app := range r.p.Applications {
		r.replicas(app)
	}
}

func matchLabels(labels map[string]string) yamltree.Ordered {
	return yamltree.Ordered{pair("matchLabels", labels)}
}

// podsOf selects the pods of an application as seen from a namespace.
func podsOf(in *Instance, from *Namespace) yamltree.Ordered {
	return selectedFrom(in.Selector(), in.Namespace, from)
}

// selectedFrom selects the pods with these labels in a namespace, as seen from another.
func selectedFrom(labels map[string]string, in, from *Namespace) yamltree.Ordered {
	pods := pair("podSelector", matchLabels(labels))
	if in == from {
		return yamltree.Ordered{pods}
	}
	return yamltree.Ordered{namespaceNamed(in.Name), pods}
}

func namespaceNamed(name Name) yamltree.Pair {
	return pair("namespaceSelector", matchLabels(map[string]string{NamespaceLabel: string(name)}))
}

// Peer selects the pods of a set in another namespace, as a NetworkPolicy names them.
func (s PodSet) Peer() yamltree.Ordered {
	return yamltree.Ordered{namespaceNamed(s.Namespace), pair("podSelector", matchLabels(s.PodLabels))}
}

// fromOutside lets the pods of each gateway and ingress controller reach the ports that are
// exposed through it.
func (in *Instance) fromOutside() {
	for _, way := range in.Target.Cluster.Ways {
		in.admit(way.source(), way.Pods(), in.exposed(way))
	}
}

// admit lets pods of another namespace reach ports.
func (in *Instance) admit(from Path, peer PodSet, ports []Port) {
	var open []yamltree.Ordered
	for _, port := range ports {
		open = append(open, policyPort(port.Container, 0, port.Protocol))
	}
	rule := NetworkRule{from, Path(in.App.Name), []yamltree.Ordered{peer.Peer()}, open}
	if len(open) > 0 && !contains(in.AllIngress, rule) {
		in.AllIngress = append(in.AllIngress, rule)
	}
}

// exposed lists the ports of routes through a gateway or an ingress controller.
func (in *Instance) exposed(through *Way) []Port {
	var ports []Port
	for _, port := range in.Workload.PortList() {
		for _, route := range in.Workload.Expose {
			exposed, ok := in.Workload.port(route.Port)
			if ok && exposed.Name == port.Name && in.Target.Cluster.through(route) == through {
				ports = append(ports, port)
				break
			}
		}
	}
	return ports
}

// Instance returns the instance of an application on the target, or nil.
func (t *Target) Instance(app Name) *Instance {
	i, found := slices.BinarySearchFunc(t.Instances, app, func(in *Instance, name Name) int { return cmp.Compare(in.App.Name, name) })
	if !found {
		return nil
	}
	return t.Instances[i]
}

// sharePolicies gives the base the rules that hold on every target and leaves the
// others to the overlays: policies add up.
func (a *Application) sharePolicies() {
	var ingress, egress [][]NetworkRule
	for _, in := range a.Instances {
		ingress, egress = append(ingress, in.AllIngress), append(egress, in.AllEgress)
	}
	commonIn, commonOut := common(ingress), common(egress)
	a.Base.Ingress, a.Base.Egress = commonIn, commonOut
	for _, in := range a.Instances {
		in.Ingress, in.Egress = without(in.AllIngress, commonIn), without(in.AllEgress, commonOut)
	}
}

// common returns the rules that all lists have.
func common(lists [][]NetworkRule) []NetworkRule {
	var out []NetworkRule
	if len(lists) == 0 {
		return nil
	}
	for _, candidate := range lists[0] {
		if !slices.ContainsFunc(lists[1:], func(list []NetworkRule) bool { return !contains(list, candidate) }) {
			out = append(out, candidate)
		}
	}
	return out
}

func contains(list []NetworkRule, wanted NetworkRule) bool {
	return slices.ContainsFunc(list, func(r NetworkRule) bool { return equal(r.Peers, wanted.Peers) && equal(r.Ports, wanted.Ports) })
}

// without returns the rules of a list that are not among others.
func without(list, others []NetworkRule) []NetworkRule {
	return slices.DeleteFunc(slices.Clone(list), func(r NetworkRule) bool { return contains(others, r) })
}

// NetworkException takes the network policies of a namespace out of force. The others
// stay where they are, beside one that allows everything, so that its end is one line.
type NetworkException struct {
	schema.NetworkException
	// At is the place of its namespace in the spec.
	At diag.Range
}

// Annotations hold the reason of the exception and its expiry date.
func (e *NetworkException) Annotations() yamltree.Ordered {
	return yamltree.Ordered{pair("wavewright.dev/reason", e.Reason), pair("wavewright.dev/expires", e.Expires)}
}

// networkExceptions hands the exceptions of an environment to its namespaces.
func (r *resolver) networkExceptions() {
	for _, env := range r.p.Environments {
		declared := env.declared
		for _, name := range sortedKeys(declared.Network) {
			at := declared.Node.KeyAt("network", name)
			var known []string
			found := false
			for _, ns := range namespacesOn(env.Targets) {
				known = append(known, string(ns.Name))
				if string(ns.Name) == name {
					ns.Exception, found = &NetworkException{declared.Network[name], at}, true
				}
			}
			if !found && !r.faultyNamespaces(env) {
				r.unknownNamespace(env, name, known, at)
			}
		}
	}
}

func (r *resolver) unknownNamespace(env *Environment, name string, known []string, at diag.Range) {
	slices.Sort(known)
	d := r.list.Error(at, "reference/unknown", fmt.Sprintf("%s has no namespace %q", env.Name, name))
	d.Detail = "Its namespaces: " + cmp.Or(strings.Join(slices.Compact(known), ", "), "none") + "."
	if near := yamltree.Suggest(name, known); near != "" {
		d.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
}

// NetworkExceptions lists the exceptions from network policies, by target and namespace.
func (p *Platform) NetworkExceptions() []*NetworkException {
	var out []*NetworkException
	for _, ns := range namespacesOn(p.Targets()) {
		if ns.Exception != nil && !slices.ContainsFunc(out, func(e *NetworkException) bool { return e.At == ns.Exception.At }) {
			out = append(out, ns.Exception)
		}
	}
	return out
}
