package model

import (
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// NameLabel is the label that selects the pods of an application. Selectors never
// change, so it is the only one in them.
const NameLabel = "app.kubernetes.io/name"

// namespaceLabel is set by Kubernetes itself and cannot be forged.
const namespaceLabel = "kubernetes.io/metadata.name"

// Rule is one rule of a NetworkPolicy, ready to print.
type Rule struct {
	// From and To say who connects to whom, for the reader.
	From, To Path
	// Peers are the other end, Ports those of the pods that are connected to.
	Peers, Ports []yamltree.Ordered
}

// network derives, on every target, the rules that the declared connections need,
// on both of their ends.
func (r *resolver) network() {
	for _, env := range r.p.Environments {
		for _, target := range env.Targets {
			for _, in := range target.Instances {
				in.fromGateway()
			}
			for _, in := range target.Instances {
				r.connections(in)
			}
		}
	}
}

func matchLabels(labels map[string]string) yamltree.Ordered {
	return yamltree.Ordered{pair("matchLabels", labels)}
}

// podsOf selects the pods of an application as seen from a namespace.
func podsOf(in *Instance, from *Namespace) yamltree.Ordered {
	pods := pair("podSelector", matchLabels(in.Selector()))
	if in.Namespace == from {
		return yamltree.Ordered{pods}
	}
	return yamltree.Ordered{namespaceNamed(in.Namespace.Name), pods}
}

func namespaceNamed(name Name) yamltree.Pair {
	return pair("namespaceSelector", matchLabels(map[string]string{namespaceLabel: string(name)}))
}

// Peer selects the pods of a set in another namespace, as a NetworkPolicy names them.
func (s PodSet) Peer() yamltree.Ordered {
	return yamltree.Ordered{namespaceNamed(s.Namespace), pair("podSelector", matchLabels(s.PodLabels))}
}

func policyPort(number int, protocol string) yamltree.Ordered {
	return yamltree.Ordered{pair("port", number), pair("protocol", protocol)}
}

// fromGateway lets the gateway's pods reach the exposed ports.
func (in *Instance) fromGateway() {
	gateway := in.Target.Cluster.Gateway
	if gateway == nil || len(in.Workload.Expose) == 0 {
		return
	}
	var ports []yamltree.Ordered
	for _, port := range in.Workload.PortList() {
		if in.Workload.exposes(port) {
			ports = append(ports, policyPort(port.Container, port.Protocol))
		}
	}
	peer := PodSet{Name(gateway.Namespace), gateway.PodLabels}.Peer()
	in.ingress = append(in.ingress, Rule{"gateway", Path(in.App.Name), []yamltree.Ordered{peer}, ports})
}

func (w *Workload) exposes(port Port) bool {
	for _, route := range w.Expose {
		if exposed, ok := w.port(route.Port); ok && exposed.Name == port.Name {
			return true
		}
	}
	return false
}

// connections derives the rules of everything that an instance talks to.
func (r *resolver) connections(in *Instance) {
	w := in.Workload
	for _, name := range sortedKeys(w.ConnectsTo) {
		c, at := w.ConnectsTo[name], w.Node.KeyAt("connectsTo", name)
		switch {
		case name == string(in.App.Name) && !w.amongThemselves(): // reported with the instance
		case c.CIDR != "" || c.Namespace != "" || name == "internet":
			r.outside(in, name, c, at)
		default:
			r.inside(in, name, c, at)
		}
	}
}

// internet is everything outside private networks and link-local addresses, where
// clouds offer credentials.
func internet() yamltree.Ordered {
	return yamltree.Ordered{pair("ipBlock", yamltree.Ordered{
		pair("cidr", "0.0.0.0/0"),
		pair("except", []string{"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}),
	})}
}

// outside allows a connection to what wavewright does not deploy.
func (r *resolver) outside(in *Instance, name string, c schema.Connection, at diag.Range) {
	peer := internet()
	switch {
	case c.CIDR != "" && c.Namespace != "":
		r.list.Error(at, "connection/peer", "cidr and namespace exclude each other")
		return
	case c.CIDR != "":
		peer = yamltree.Ordered{pair("ipBlock", yamltree.Ordered{pair("cidr", c.CIDR)})}
	case c.Namespace != "":
		peer = yamltree.Ordered{namespaceNamed(Name(c.Namespace))}
		if len(c.PodLabels) > 0 {
			peer = PodSet{Name(c.Namespace), c.PodLabels}.Peer()
		}
	}
	port := c.Port
	if port == 0 && name == "internet" {
		port = 443
	}
	if port == 0 {
		r.list.Error(at, "connection/port", "this connection needs a port").Hint = "Write port: NUMBER."
		return
	}
	in.egress = append(in.egress, Rule{Path(in.App.Name), Path(name), []yamltree.Ordered{peer}, []yamltree.Ordered{policyPort(port, "TCP")}})
}

// inside allows a connection to another application of the target, on both ends.
func (r *resolver) inside(in *Instance, name string, c schema.Connection, at diag.Range) {
	callee := in.Target.Instance(Name(name))
	if callee == nil {
		r.unknownCallee(in, name, at)
		return
	}
	if callee.Workload.Scheduled() {
		r.list.Error(at, "connection/cronjob", name+" is a CronJob, and nobody can connect to it").Hint =
			"Let it connect to " + string(in.App.Name) + ", or take the connection out."
		return
	}
	var ports []yamltree.Ordered
	for _, port := range callee.Workload.PortList() {
		if c.Port == 0 || c.Port == port.Port.Port {
			ports = append(ports, policyPort(port.Container, port.Protocol))
		}
	}
	if len(ports) == 0 {
		d := r.list.Error(at, "connection/port", name+" has no such port")
		d.Detail = "It listens on " + portNames(callee.Workload) + "."
		return
	}
	caller, called := Path(in.App.Name), Path(callee.App.Name)
	in.egress = append(in.egress, Rule{caller, called, []yamltree.Ordered{podsOf(callee, in.Namespace)}, ports})
	callee.ingress = append(callee.ingress, Rule{caller, called, []yamltree.Ordered{podsOf(in, callee.Namespace)}, ports})
}

func portNames(w *Workload) string {
	text := ""
	for i, port := range w.PortList() {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s (%d)", port.Name, port.Port.Port)
	}
	return orDefault(text, "no port at all")
}

func (r *resolver) unknownCallee(in *Instance, name string, at diag.Range) {
	if r.p.Application(name) != nil {
		d := r.list.Error(at, "connection/absent", fmt.Sprintf("%s does not run in %s", name, in.Target.Name))
		d.Detail = fmt.Sprintf("%s runs there and connects to it.", in.App.Name)
		d.Hint = "Deploy it there too, or remove the connection there with connectsTo: {" + name + ": null}."
		return
	}
	d := r.list.Error(at, "connection/unknown", fmt.Sprintf("there is no application %q", name))
	d.Hint = "Name an application, or say what it is: {cidr: …, port: …}, {namespace: …, port: …}, or call it internet."
	if near := yamltree.Suggest(name, r.applicationNames()); near != "" {
		d.Hint = "Did you mean " + near + "? " + d.Hint
	}
}

func (r *resolver) applicationNames() []string { return sortedKeys(r.spec.Applications) }

// Instance returns the instance of an application on the target, or nil.
func (t *Target) Instance(app Name) *Instance {
	i, found := slices.BinarySearchFunc(t.Instances, app, func(in *Instance, name Name) int {
		switch {
		case in.App.Name < name:
			return -1
		case in.App.Name > name:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return t.Instances[i]
}

// sharePolicies gives the base the rules that hold on every target and leaves the
// others to the overlays: policies add up.
func (a *Application) sharePolicies() {
	var ingress, egress [][]Rule
	for _, in := range a.Instances {
		ingress, egress = append(ingress, in.ingress), append(egress, in.egress)
	}
	commonIn, commonOut := common(ingress), common(egress)
	a.Base.Ingress, a.Base.Egress = commonIn, commonOut
	for _, in := range a.Instances {
		in.Ingress, in.Egress = without(in.ingress, commonIn), without(in.egress, commonOut)
	}
}

// common returns the rules that all lists have.
func common(lists [][]Rule) []Rule {
	var out []Rule
	if len(lists) == 0 {
		return nil
	}
	for _, candidate := range lists[0] {
		everywhere := true
		for _, list := range lists[1:] {
			everywhere = everywhere && contains(list, candidate)
		}
		if everywhere {
			out = append(out, candidate)
		}
	}
	return out
}

func contains(list []Rule, wanted Rule) bool {
	return slices.ContainsFunc(list, func(r Rule) bool { return equal(r.Peers, wanted.Peers) && equal(r.Ports, wanted.Ports) })
}

// without returns the rules of a list that are not among others.
func without(list, others []Rule) []Rule {
	return slices.DeleteFunc(slices.Clone(list), func(r Rule) bool { return contains(others, r) })
}
