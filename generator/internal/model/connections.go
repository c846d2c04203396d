package model

import (
	"cmp"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// internetName is the keyword of connectsTo for the internet.
const internetName = "internet"

// internetPort is the port of a connection to the internet that names none.
const internetPort = 443

// client is an application or a job that opens connections.
type client struct {
	*Instance
	// job is the name of the job that connects; empty when the application does.
	job    Name
	egress *[]NetworkRule
}

// name of the client, for the reader.
func (c client) name() Path {
	if c.job != "" {
		return Path(jobName(c.App.Name, c.job))
	}
	return Path(c.App.Name)
}

// seenBy selects the client's pods as seen from a namespace.
func (c client) seenBy(from *Namespace) yamltree.Ordered {
	if c.job == "" {
		return podsOf(c.Instance, from)
	}
	return selectedFrom(jobSelector(c.App.Name, c.job), c.Namespace, from)
}

// connections derives the rules for the connections of an instance and its jobs.
func (r *resolver) connections(in *Instance) {
	r.connectAll(client{in, "", &in.AllEgress}, in.Workload.ConnectsTo, "connectsTo")
	for _, run := range in.Runs {
		to, path := in.connectsTo(run)
		r.connectAll(client{in, run.short, &run.AllEgress}, to, path...)
	}
}

// connectAll allows the connections of a client. path is their place in the workload.
func (r *resolver) connectAll(from client, to map[string]*schema.Connection, path ...any) {
	for _, name := range sortedKeys(to) {
		c, at := to[name], r.keyPlace(from.Workload.Node, append(path[:len(path):len(path)], name)...)
		switch {
		case name == string(from.App.Name) && from.job == "" && !from.Workload.amongThemselves(), len(c.PodLabels) > 0 && c.Namespace == "": // connectionCheck reports these
		case c.CIDR != "" || c.Namespace != "" || name == internetName:
			r.outside(from, name, c, at)
		default:
			r.inside(from, name, c, append(path[:len(path):len(path)], name))
		}
	}
}

// ends is a declared port, or several, of the other end of a connection.
type ends struct {
	// name of the port of an application; empty when the connection states numbers.
	name        string
	first, last int
	// protocol is empty when the connection does not state one.
	protocol string
}

var endsSyntax = lazyregexp.New(`^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(TCP|UDP|SCTP))?$`)

// parseEnds reads a port, a range of them or a name.
func parseEnds(text schema.PortRange) (ends, bool) {
	if portName.MatchString(string(text)) {
		return ends{name: string(text)}, true
	}
	m := endsSyntax.FindStringSubmatch(string(text))
	if m == nil {
		return ends{}, false
	}
	first, _ := strconv.Atoi(m[1])
	last, err := strconv.Atoi(m[2])
	if err != nil {
		last = first
	}
	return ends{first: first, last: last, protocol: m[3]}, first > 0 && first <= last && last <= 65535
}

// has reports whether a port of a Service is meant.
func (e ends) has(port Port) bool {
	if e.name != "" {
		return e.name == string(port.Name)
	}
	return e.first <= port.Port.Port && port.Port.Port <= e.last && (e.protocol == "" || e.protocol == port.Protocol)
}

// endsOf lists the declared ports of a connection.
func endsOf(c *schema.Connection) []schema.PortRange {
	if c.Port != "" {
		return []schema.PortRange{c.Port}
	}
	return c.Ports
}

// placeOfEnd is where the spec states one of the declared ports of a connection at a path.
func placeOfEnd(c *schema.Connection, i int, path []any) []any {
	if c.Port != "" {
		return append(path[:len(path):len(path)], "port")
	}
	return append(path[:len(path):len(path)], "ports", i)
}

// policyPort is a port of a rule, or all from first to last.
func policyPort(first, last int, protocol string) yamltree.Ordered {
	out := yamltree.Ordered{pair("port", first)}
	if last > first {
		out = append(out, pair("endPort", last))
	}
	return append(out, pair("protocol", cmp.Or(protocol, "TCP")))
}

// privateNetworks are no part of the internet: private and shared addresses, and the
// link-local ones, where clouds offer credentials.
func privateNetworks() []string {
	return []string{"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"}
}

// internet is everything outside private networks, those of the cluster and those that
// a connection excepts, in both address families.
func (c *Cluster) internet(except []string) []yamltree.Ordered {
	without := prefixes(slices.Concat(privateNetworks(), c.Networks, except))
	return []yamltree.Ordered{network(netip.MustParsePrefix("0.0.0.0/0"), without), network(netip.MustParsePrefix("::/0"), without)}
}

// prefixes lists networks by address, a network before its parts. What is none was
// reported where it stands.
func prefixes(texts []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b netip.Prefix) int { return cmp.Or(a.Addr().Compare(b.Addr()), a.Bits()-b.Bits()) })
	return out
}

// network is a peer: addresses without those of other networks, which are sorted, as
// far as they lie within.
func network(cidr netip.Prefix, without []netip.Prefix) yamltree.Ordered {
	var except []string
	var last netip.Prefix
	for _, p := range without {
		if within(p, cidr) && !(last.IsValid() && within(p, last)) {
			last, except = p, append(except, p.String())
		}
	}
	block := yamltree.Ordered{pair("cidr", cidr.String())}
	if len(except) > 0 {
		block = append(block, pair("except", except))
	}
	return yamltree.Ordered{pair("ipBlock", block)}
}

// within reports whether a network is a part of another.
func within(part, whole netip.Prefix) bool {
	return whole.Contains(part.Addr()) && part.Bits() >= whole.Bits()
}

// outside allows a connection to an end that wavewright does not deploy.
func (r *resolver) outside(from client, name string, c *schema.Connection, at diag.Range) {
	var peers []yamltree.Ordered
	switch {
	case c.CIDR != "" && c.Namespace != "":
		r.list.Error(at, "connection/peer", "cidr and namespace exclude each other").Hint =
			"Declare two connections with names of their own."
		return
	case c.Namespace != "":
		if r.managed(from.Instance, c.Namespace, at) {
			return
		}
		peers = []yamltree.Ordered{{namespaceNamed(Name(c.Namespace))}}
		if len(c.PodLabels) > 0 {
			peers = []yamltree.Ordered{PodSet{Name(c.Namespace), c.PodLabels}.Peer()}
		}
	case c.CIDR != "":
		for _, cidr := range prefixes([]string{c.CIDR}) {
			peers = []yamltree.Ordered{network(cidr, prefixes(c.Except))}
		}
	default:
		peers = from.Target.Cluster.internet(c.Except)
	}
	if ports := r.outsidePorts(name, c, at); len(ports) > 0 {
		*from.egress = append(*from.egress, NetworkRule{from.name(), Path(name), peers, ports})
	}
}

// managed reports a connection to a namespace that has applications of the platform:
// their own policies would not let it in.
func (r *resolver) managed(in *Instance, namespace string, at diag.Range) bool {
	for _, ns := range namespacesOn(r.p.Targets()) {
		if ns.Target.Cluster == in.Target.Cluster && string(ns.Name) == namespace && ns.Exception == nil {
			d := r.list.Error(at, "connection/peer", fmt.Sprintf("namespace %s belongs to %s of this platform", namespace, ns.Target.Name))
			d.Detail = "The network policies of its pods allow connections only from applications that name them."
			d.Hint = "Name the application instead: connectsTo: {APPLICATION: {}}. Applications reach each other within one target."
			return true
		}
	}
	return false
}

// outsidePorts lists the ports of an end that wavewright does not deploy.
func (r *resolver) outsidePorts(name string, c *schema.Connection, at diag.Range) []yamltree.Ordered {
	declared := endsOf(c)
	if len(declared) == 0 && name == internetName {
		declared = []schema.PortRange{schema.PortRange(strconv.Itoa(internetPort))}
	}
	if len(declared) == 0 {
		r.list.Error(at, "connection/port", "this connection needs a port").Hint = "Write port: NUMBER."
	}
	var ports []yamltree.Ordered
	for _, text := range declared {
		e, ok := parseEnds(text)
		if e.name != "" {
			r.list.Error(at, "connection/port", fmt.Sprintf("%q is not the number of a port", e.name)).Hint = "wavewright knows the names of ports only of applications in the spec: write the number."
		}
		if ok && e.name == "" {
			ports = append(ports, policyPort(e.first, e.last, e.protocol))
		}
	}
	return ports
}

// inside allows a connection to another application of the target, on both ends.
func (r *resolver) inside(from client, name string, c *schema.Connection, path []any) {
	at := r.keyPlace(from.Workload.Node, path...)
	callee := from.Target.Instance(Name(name))
	if callee == nil {
		r.unknownCallee(from.Instance, name, at)
		return
	}
	if callee.Workload.ends() {
		r.list.Error(at, "connection/cronjob", name+" is a "+callee.Workload.Kind+", and nobody can connect to it").Hint =
			"Let it connect to " + string(from.App.Name) + ", or take the connection out."
		return
	}
	ports := r.insidePorts(from, callee, c, path)
	if len(ports) == 0 {
		return
	}
	from.declare(callee, ports, at)
	caller, called := from.name(), Path(callee.App.Name)
	*from.egress = append(*from.egress, NetworkRule{caller, called, []yamltree.Ordered{podsOf(callee, from.Namespace)}, ports})
	callee.AllIngress = append(callee.AllIngress, NetworkRule{caller, called, []yamltree.Ordered{from.seenBy(callee.Namespace)}, ports})
}

// Connection is a port of another application that an application declares to connect to.
type Connection struct {
	To Name
	// Port that the pods of To listen on, and its Protocol.
	Port     int
	Protocol string
	At       diag.Range
}

// declare notes the ports of a connection. Those of jobs are not noted: their pods are others.
func (c client) declare(callee *Instance, ports []yamltree.Ordered, at diag.Range) {
	if c.job != "" {
		return
	}
	for _, port := range callee.Workload.PortList() {
		if slices.ContainsFunc(ports, func(open yamltree.Ordered) bool {
			return reflect.DeepEqual(open, policyPort(port.Container, 0, port.Protocol))
		}) {
			c.Connections = append(c.Connections, Connection{callee.App.Name, port.Container, port.Protocol, at})
		}
	}
}

// insidePorts lists the container ports behind the ports of an application's Service
// that a connection names; all of them when it names none.
func (r *resolver) insidePorts(from client, callee *Instance, c *schema.Connection, path []any) []yamltree.Ordered {
	if r.faulty(callee.Workload.Node, "ports") || r.faulty(callee.Workload.Node, sidecars) {
		return nil
	}
	declared := endsOf(c)
	open := map[Name]bool{}
	for i, text := range declared {
		e, ok := parseEnds(text)
		met := !ok // connectionCheck reports what cannot be parsed
		for _, port := range callee.Workload.PortList() {
			if e.has(port) {
				open[port.Name], met = true, true
			}
		}
		if !met {
			r.noSuchPort(r.place(from.Workload.Node, placeOfEnd(c, i, path)...), callee, text, e)
		}
	}
	var ports []yamltree.Ordered
	for _, port := range callee.Workload.PortList() {
		if len(declared) == 0 || open[port.Name] {
			ports = append(ports, policyPort(port.Container, 0, port.Protocol))
		}
	}
	if len(ports) == 0 && len(declared) == 0 {
		r.list.Error(r.keyPlace(from.Workload.Node, path...), "connection/port", string(callee.App.Name)+" listens on no port at all").Hint =
			"Declare ports there, or take the connection out."
	}
	return ports
}

// noSuchPort reports a port of a connection that the Service of the other end does not have, and
// tells the port of a container from that of its Service.
func (r *resolver) noSuchPort(at diag.Range, callee *Instance, text schema.PortRange, e ends) {
	ports := callee.Workload.PortList()
	d := r.list.Error(at, "connection/port", fmt.Sprintf("%s has no port %s", callee.App.Name, text))
	d.Detail = "Its Service has " + portNames(ports) + "."
	d.Hint = "Name one of these, or no port at all to mean each of them."
	for _, port := range ports {
		if e.name == "" && e.first == port.Container && e.last == e.first && (e.protocol == "" || e.protocol == port.Protocol) {
			d.Detail = fmt.Sprintf("%d is the port of the container; the port of the Service is %d.", port.Container, port.Port.Port)
			d.Hint = fmt.Sprintf("Write %d, or its name, %s.", port.Port.Port, port.Name)
		}
	}
}

// portNames lists ports of a Service, with the ports of containers that differ from them.
func portNames(ports []Port) string {
	var names []string
	for _, port := range ports {
		text := fmt.Sprintf("%s (%d)", port.Name, port.Port.Port)
		if port.Container != port.Port.Port {
			text = fmt.Sprintf("%s (%d, in the container %d)", port.Name, port.Port.Port, port.Container)
		}
		names = append(names, text)
	}
	return cmp.Or(strings.Join(names, ", "), "no port at all")
}

func (r *resolver) unknownCallee(in *Instance, name string, at diag.Range) {
	if in.Target.faulty[Name(name)] || r.spec.Faults.Application(name) || r.misnamed(name) {
		return
	}
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
