package model

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// Adjustment is a JSON patch that completes, for one cluster, an object that stands in the
// folder of the environment.
type Adjustment struct {
	Kind string
	Name Name
	Text string
}

// sharePolicies leaves in each instance the policies that some do not have, and of the
// others the rules.
func (in *Instance) sharePolicies(instances, owns []*Instance) {
	all := make([][]*NetworkPolicy, len(instances))
	for i, other := range instances {
		all[i] = other.NetworkPolicies()
	}
	for i := range owns {
		owns[i].part.policies = all[i]
	}
	for _, first := range all[0] {
		same := everywhere(all, func(p *NetworkPolicy) bool { return p.Name == first.Name && maps.Equal(p.Pods, first.Pods) })
		if same == nil {
			continue
		}
		var ingress, egress [][]NetworkRule
		for _, policy := range same {
			ingress, egress = append(ingress, policy.Ingress), append(egress, policy.Egress)
		}
		shared := &NetworkPolicy{first.Name, first.Pods, common(ingress), common(egress)}
		in.part.policies = append(in.part.policies, shared)
		for i, own := range owns {
			own.part.policies = slices.DeleteFunc(slices.Clone(own.part.policies), func(p *NetworkPolicy) bool { return p == same[i] })
			if text := added("ingress", "from", same[i].Ingress, shared.Ingress) + added("egress", "to", same[i].Egress, shared.Egress); text != "" {
				own.adjust("NetworkPolicy", first.Name, text)
			}
		}
	}
}

// everywhere returns of each list the item that fits; nil when one of them has none.
func everywhere[T any](lists [][]T, fits func(T) bool) []T {
	var found []T
	for _, list := range lists {
		i := slices.IndexFunc(list, fits)
		if i < 0 {
			return nil
		}
		found = append(found, list[i])
	}
	return found
}

// added are the operations that make the rules of a policy of those that clusters share.
func added(direction, peers string, wanted, shared []NetworkRule) string {
	var text strings.Builder
	for i, rule := range wanted {
		if contains(shared, rule) {
			continue
		}
		path, value := fmt.Sprintf("/spec/%s/%d", direction, i), any(yamltree.Ordered{pair(peers, rule.Peers), pair("ports", rule.Ports)})
		if i == 0 && len(shared) == 0 { // the shared policy has no list of this direction
			path, value = "/spec/"+direction, []any{value}
		}
		fmt.Fprintf(&text, "# %s → %s\n%s", rule.From, rule.To, operation(path, value))
	}
	return text.String()
}

func operation(path string, value any) string {
	return "- " + yamltree.EncodeFlow(yamltree.Ordered{pair("op", "add"), pair("path", path), pair("value", value)}) + "\n"
}

func (in *Instance) adjust(kind string, name Name, text string) {
	in.part.adjustments = append(in.part.adjustments, Adjustment{kind, name, strings.TrimSuffix(text, "\n")})
}

// shareRoutes leaves in each instance the routes that some have otherwise, and of those
// that differ in gateway or hosts alone these.
func (in *Instance) shareRoutes(instances, owns []*Instance) {
	all := make([][]Route, len(instances))
	for i, other := range instances {
		all[i] = other.Routes()
		owns[i].part.routes = all[i]
	}
	for _, first := range all[0] {
		same := everywhere(all, func(r Route) bool {
			r.Gateways, r.Hosts = first.Gateways, first.Hosts
			return reflect.DeepEqual(r, first)
		})
		if same == nil {
			continue
		}
		shared := first
		if slices.ContainsFunc(same, func(r Route) bool { return !equal(r.Gateways, first.Gateways) }) {
			shared.Gateways = nil
		}
		if slices.ContainsFunc(same, func(r Route) bool { return !slices.Equal(r.Hosts, first.Hosts) }) {
			shared.Hosts = nil
		}
		in.part.routes = append(in.part.routes, shared)
		for i, own := range owns {
			own.part.routes = slices.DeleteFunc(slices.Clone(own.part.routes), func(r Route) bool { return r.Name == first.Name })
			own.leads(same[i], shared)
		}
	}
}

// leads adjusts a route that clusters share to the gateway and the hosts of one.
func (in *Instance) leads(route, shared Route) {
	text := ""
	if len(shared.Gateways) == 0 {
		text += operation("/spec/parentRefs", route.Gateways)
	}
	if len(shared.Hosts) == 0 {
		text += operation("/spec/hostnames", route.Hosts)
	}
	if text != "" {
		in.adjust("HTTPRoute", route.Name, fmt.Sprintf("# The way in on cluster %s.\n", in.Target.Cluster.Name)+text)
	}
}

// Adjustments complete objects of the environment's folder for the cluster.
func (in *Instance) Adjustments() []Adjustment { return in.part.adjustments }
