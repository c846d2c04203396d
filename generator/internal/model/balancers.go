package model

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// loadBalancerQuota is the resource by which a quota counts load balancers.
const loadBalancerQuota = "services.loadbalancers"

// balancerLabel is on Services with a load balancer, so that nobody takes them for the Service
// of the application.
const balancerLabel = "wavewright.dev/load-balancer"

// LoadBalancer is a Service with an address outside of the cluster, ready to print.
type LoadBalancer struct {
	Name        Name
	Annotations map[string]string
	// Class of its controller; empty when the cluster decides.
	Class string
	// Families and FamilyPolicy of its addresses; empty for those that the cluster prefers.
	Families     []string
	FamilyPolicy string
	// SourceRanges are the networks of its clients.
	SourceRanges []string
	// Selector of the pods, and the ports that lead to them.
	Selector map[string]string
	Ports    []yamltree.Ordered
}

// Metadata is the name of the Service, its label, and its annotations when there are any.
func (l LoadBalancer) Metadata() yamltree.Ordered {
	return append(namedAnnotated(l.Name, l.Annotations), pair("labels", map[string]string{balancerLabel: "true"}))
}

// LoadBalancers lists the instance's Services with a load balancer by name.
func (in *Instance) LoadBalancers() []LoadBalancer {
	var out []LoadBalancer
	for _, name := range sortedKeys(in.Workload.Expose) {
		if declared := in.Workload.Expose[name]; declared.LoadBalancer != nil {
			out = append(out, in.loadBalancer(name, declared))
		}
	}
	return out
}

func (in *Instance) loadBalancer(name string, declared schema.Expose) LoadBalancer {
	l := LoadBalancer{
		Name:        in.App.Name + "-" + Name(name),
		Annotations: joined(in.Target.Cluster.LoadBalancers.Annotations, declared.Annotations), Class: in.balancerClass(declared),
		SourceRanges: declared.LoadBalancer.SourceRanges, Selector: in.Selector(),
	}
	for _, port := range in.Workload.balanced(declared) {
		l.Ports = append(l.Ports, in.balancedPort(port))
	}
	l.Families, l.FamilyPolicy = families(l.SourceRanges)
	return l
}

// balancerClass is the class that a load balancer names, or that of the cluster's facts.
func (in *Instance) balancerClass(declared schema.Expose) string {
	return cmp.Or(declared.LoadBalancer.Class, in.Target.Cluster.LoadBalancers.Class)
}

// balanced lists the ports that a load balancer leads to.
func (w *Workload) balanced(declared schema.Expose) []Port {
	names := declared.Ports
	if len(names) == 0 {
		names = []string{declared.Port}
	}
	var out []Port
	for _, name := range names {
		port, _ := w.port(name)
		out = append(out, port)
	}
	return out
}

// balancedPort is a port of the Service. The pods of a source may not name their ports.
func (in *Instance) balancedPort(port Port) yamltree.Ordered {
	out := servicePort(port)
	if in.App.Sourced {
		return overlay(out, yamltree.Ordered{pair("targetPort", port.Container)})
	}
	return out
}

// families are the families of addresses that clients from these networks need. Those with
// IPv4 addresses alone need nothing special.
func families(ranges []string) (families []string, policy string) {
	four, six := false, false
	for _, prefix := range prefixes(ranges) {
		four, six = four || prefix.Addr().Is4(), six || !prefix.Addr().Is4()
	}
	switch {
	case four && six:
		return nil, "PreferDualStack"
	case six:
		return []string{"IPv6"}, ""
	}
	return nil, ""
}

// fromBalancers lets the clients of load balancers reach their ports. A load balancer keeps
// the address of the client, or connects from an address that the facts of the cluster state.
func (in *Instance) fromBalancers() {
	for _, name := range sortedKeys(in.Workload.Expose) {
		declared := in.Workload.Expose[name]
		if declared.LoadBalancer == nil {
			continue
		}
		var ports []yamltree.Ordered
		for _, port := range in.Workload.balanced(declared) {
			ports = append(ports, policyPort(port.Container, 0, port.Protocol))
		}
		in.AllIngress = append(in.AllIngress, NetworkRule{"load-balancer", Path(in.App.Name), in.Target.Cluster.clients(declared.LoadBalancer), ports})
	}
}

// clients are the peers that connect through a load balancer. All addresses of a family stand
// for the internet.
func (c *Cluster) clients(l *schema.LoadBalancer) []yamltree.Ordered {
	var peers []yamltree.Ordered
	for _, prefix := range prefixes(distinct(slices.Concat(l.SourceRanges, c.LoadBalancers.CIDRs))) {
		var without []netip.Prefix
		if prefix.Bits() == 0 {
			without = prefixes(slices.Concat(privateNetworks(), c.Networks))
		}
		peers = append(peers, network(prefix, without))
	}
	return peers
}

// addBalancers notes the load balancers of an instance.
func (d demands) addBalancers(in *Instance) {
	if count := len(in.LoadBalancers()); count > 0 {
		d[loadBalancerQuota] = append(d[loadBalancerQuota], demand{in.App.Name, 0, Quantity(count)})
	}
}

// DeclaredLoadBalancers lists, as an expression, the Services with a load balancer that the
// environment's policy for types of Services lets pass, by namespace and name; empty without any.
func (e *Environment) DeclaredLoadBalancers() string {
	var names []string
	for _, in := range instancesOn(e.Targets) {
		for _, l := range in.LoadBalancers() {
			names = append(names, string(in.Namespace.Name+"/"+l.Name))
		}
	}
	if len(names) == 0 || !e.hasPolicy("service-types") {
		return ""
	}
	slices.Sort(names)
	return celList(slices.Compact(names))
}
