package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// NetworkTable lists what the clusters offer to applications, by target.
func (p *Platform) NetworkTable() *Table {
	t := &Table{Head: []string{"target", "name server", "gateway", "ingress controller", "Prometheus"}}
	for _, target := range p.Targets() {
		cluster, gateway, ingress, scraper := target.Cluster, none, none, none
		if g := cluster.Gateway; g != nil {
			gateway = fmt.Sprintf("%s, pods %s in %s", g.Name, labelsText(g.PodLabels), g.Namespace)
		}
		if i := cluster.Ingress; i != nil {
			ingress = fmt.Sprintf("class %s, pods %s in %s", i.Class, labelsText(i.PodLabels), i.Namespace)
		}
		if s := cluster.Metrics; s != nil {
			scraper = fmt.Sprintf("pods %s in %s", labelsText(s.PodLabels), s.Namespace)
		}
		dns := fmt.Sprintf("pods %s in %s", labelsText(cluster.DNS.PodLabels), cluster.DNS.Namespace)
		t.Rows = append(t.Rows, []string{string(target.Name), dns, gateway, ingress, scraper})
	}
	return t
}

func labelsText(labels map[string]string) string {
	var out []string
	for _, key := range sortedKeys(labels) {
		out = append(out, key+"="+labels[key])
	}
	return strings.Join(out, ",")
}

// RouteTable lists what is reachable from outside, by application.
func (p *Platform) RouteTable() *Table {
	t := &Table{Head: []string{"application", "route", "through", "hosts", "path", "port of the Service", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		var rows [][]string
		add := func(through string, routes []Route) {
			for _, r := range routes {
				path := r.Path
				if r.PathType == "Exact" {
					path += ", exactly"
				}
				rows = append(rows, []string{string(r.Name), through, strings.Join(r.Hosts, ", "), path, fmt.Sprint(r.Port)})
			}
		}
		add(throughGateway, in.Routes())
		add(throughIngress, in.Ingresses())
		return rows
	})
	return t
}

// FlowTable lists every connection that network policies allow, by application:
// what an application may open, and what may reach it from outside of the
// applications. It is read from the policies themselves.
func (p *Platform) FlowTable() *Table {
	t := &Table{Head: []string{"application", "", "other end", "ports of the pod", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		var rows [][]string
		for _, f := range distinctFlows(in.flows()) {
			direction := "→"
			if f.in {
				direction = "←"
			}
			rows = append(rows, []string{direction, f.text, f.ports})
		}
		return rows
	})
	return t
}

// distinctFlows drops what reads the same, such as the internet in both address families.
func distinctFlows(flows []flow) []flow {
	var out []flow
	for _, f := range flows {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// flow is one peer of one rule.
type flow struct {
	in          bool
	text, ports string
	// node is the peer in a picture, and its name there.
	node, name Path
}

// Edge is one line of the picture of allowed connections.
type Edge struct {
	// From and To are the nodes, FromName and ToName what stands in them.
	From, FromName, To, ToName Path
}

// maxEdges is how many connections a picture still shows; renderers stop at 500.
const maxEdges = 120

// Edges are the allowed connections between applications and with everything else,
// without repetitions; none when there are too many for a picture.
func (p *Platform) Edges() []Edge {
	var edges []Edge
	seen := map[Edge]bool{}
	for _, app := range p.Applications {
		own, name := appNode(string(app.Name)), Path(app.Name)
		for _, in := range app.Instances {
			for _, f := range in.flows() {
				edge := Edge{own, name, f.node, f.name}
				if f.in {
					edge = Edge{f.node, f.name, own, name}
				}
				if !seen[edge] {
					seen[edge], edges = true, append(edges, edge)
				}
			}
		}
		if len(edges) > maxEdges {
			return nil
		}
	}
	slices.SortFunc(edges, func(a, b Edge) int { return strings.Compare(string(a.From+" "+a.To), string(b.From+" "+b.To)) })
	return edges
}

// appNode is the identifier of an application in a picture. Names have hyphens, which
// would draw lines, and no underscores.
func appNode(app string) Path { return "app_" + identifier(app) }

func identifier(name string) Path { return Path(strings.ReplaceAll(name, "-", "_")) }

// flows reads the rules of an instance. A connection between two applications stands
// in both of their policies and is listed where it begins.
func (in *Instance) flows() []flow {
	var out []flow
	for _, r := range in.egress {
		out = append(out, in.peers(r)...)
	}
	for _, run := range in.Runs {
		for _, r := range run.egress {
			for _, f := range in.peers(r) {
				f.text = fmt.Sprintf("%s, from job %s", f.text, run.short)
				out = append(out, f)
			}
		}
	}
	for _, r := range in.ingress {
		for _, f := range in.peers(r) {
			if !strings.HasPrefix(string(f.node), "app_") {
				f.in = true
				out = append(out, f)
			}
		}
	}
	return out
}

func (in *Instance) peers(r Rule) []flow {
	var ports []string
	for _, port := range r.Ports {
		ports = append(ports, portText(port))
	}
	var out []flow
	for _, peer := range r.Peers {
		f := in.peer(peer)
		if in.apiServer(r) {
			f.text, f.node, f.name = "the API server at "+f.text, "api_server", apiServerName
		}
		f.ports = orDefault(strings.Join(ports, ", "), "all")
		out = append(out, f)
	}
	return out
}

func portText(port yamltree.Ordered) string {
	text := fmt.Sprintf("%v %v", get(port, "protocol"), get(port, "port"))
	if last := get(port, "endPort"); last != nil {
		text += fmt.Sprintf(" to %v", last)
	}
	return text
}

// peer names one end of a rule.
func (in *Instance) peer(peer yamltree.Ordered) flow {
	if block, ok := get(peer, "ipBlock").(yamltree.Ordered); ok {
		return addressFlow(block)
	}
	pods, namespace := selected(peer, "podSelector"), selected(peer, "namespaceSelector")[namespaceLabel]
	if other := in.selectedInstance(pods, orDefault(namespace, string(in.Namespace.Name))); other != nil {
		return flow{text: string(other.App.Name), node: appNode(string(other.App.Name)), name: Path(other.App.Name)}
	}
	if g := in.Target.Cluster.Gateway; g != nil && equal(peer, PodSet{Name(g.Namespace), g.PodLabels}.Peer()) {
		return flow{text: "gateway " + g.Name, node: "gateway", name: "gateway"}
	}
	if i := in.Target.Cluster.Ingress; i != nil && equal(peer, PodSet{Name(i.Namespace), i.PodLabels}.Peer()) {
		return flow{text: "ingress controller of class " + i.Class, node: "ingress", name: "ingress"}
	}
	if s := in.Target.Cluster.Metrics; s != nil && equal(peer, PodSet{Name(s.Namespace), s.PodLabels}.Peer()) {
		return flow{text: "Prometheus, for metrics", node: "prometheus", name: "prometheus"}
	}
	f := flow{text: "namespace " + namespace, node: "elsewhere", name: "elsewhere"}
	if id := Path(namespace); id.Valid() {
		f.node, f.name = "ns_"+identifier(namespace), id
	}
	if len(pods) > 0 {
		f.text = fmt.Sprintf("pods %s in namespace %s", labelsText(pods), namespace)
	}
	return f
}

// selectedInstance returns the application of the target that labels select, or nil.
func (in *Instance) selectedInstance(pods map[string]string, namespace string) *Instance {
	if other := in.Target.owner(Name(pods[NameLabel])); other != nil && !other.App.Sourced && string(other.Namespace.Name) == namespace {
		return other
	}
	for _, other := range in.Target.Instances {
		if other.App.Sourced && string(other.Namespace.Name) == namespace && maps.Equal(other.Selector(), pods) {
			return other
		}
	}
	return nil
}

// owner is the instance that the pods with a name belong to, or nil.
func (t *Target) owner(pods Name) *Instance {
	if in := t.Instance(pods); in != nil {
		return in
	}
	for _, in := range t.Instances {
		if slices.ContainsFunc(in.Runs, func(run *Run) bool { return jobName(in.App.Name, run.short) == pods }) {
			return in
		}
	}
	return nil
}

// addressFlow names a network outside of the cluster.
func addressFlow(block yamltree.Ordered) flow {
	cidr := fmt.Sprint(get(block, "cidr"))
	except, _ := get(block, "except").([]string)
	if cidr == "0.0.0.0/0" || cidr == "::/0" {
		return flow{text: "the internet", node: "internet", name: "internet"}
	}
	if len(except) > 0 {
		cidr += " without " + strings.Join(except, ", ")
	}
	return flow{text: cidr, node: "networks", name: "networks"}
}

// apiServer reports whether a rule leads to the API server.
func (in *Instance) apiServer(r Rule) bool {
	return r.To == apiServerName && string(r.From) == string(in.App.Name)
}

// selected returns the labels that a selector of a peer matches.
func selected(peer yamltree.Ordered, key string) map[string]string {
	selector, _ := get(peer, key).(yamltree.Ordered)
	labels, _ := get(selector, "matchLabels").(map[string]string)
	return labels
}

// get returns the value of a key, or nil.
func get(m yamltree.Ordered, key string) any {
	for _, entry := range m {
		if entry.Key == key {
			return entry.Value
		}
	}
	return nil
}
