package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// NetworkTable lists name server, gateways, ingress controllers and Prometheus by target.
func (r *Report) NetworkTable() *Table {
	t := &Table{Head: []string{"target", "name server", "gateways", "ingress controllers", "Prometheus"}}
	for _, target := range r.p.Targets() {
		cluster, scraper := target.Cluster, none
		gateway, ingress := waysText(cluster)
		if s := cluster.Metrics; s != nil {
			scraper = fmt.Sprintf("pods %s in %s", labelsText(s.PodLabels), s.Namespace)
		}
		dns := strings.Join(append([]string{fmt.Sprintf("pods %s in %s", labelsText(cluster.DNS.PodLabels), cluster.DNS.Namespace)}, cluster.DNS.CIDRs...), ", ")
		t.Rows = append(t.Rows, []string{string(target.Name), dns, gateway, ingress, scraper})
	}
	return t
}

// waysText describes the gateways and the ingress controllers of a cluster, by name those that have one.
func waysText(cluster *model.Cluster) (gateways, ingresses string) {
	var texts [2][]string
	for _, way := range cluster.Ways {
		kind := 0
		var object string
		if way.Gateway != nil {
			object = way.Gateway.Name
		} else {
			kind, object = 1, "class "+way.Ingress.Class
		}
		pods := way.Pods()
		text := fmt.Sprintf("%s, pods %s in %s", object, labelsText(pods.PodLabels), pods.Namespace)
		if !way.Unnamed() {
			text = way.Name + ": " + text
		}
		texts[kind] = append(texts[kind], text)
	}
	return cmp.Or(strings.Join(texts[0], "; "), none), cmp.Or(strings.Join(texts[1], "; "), none)
}

func labelsText(labels map[string]string) string { return entries(labels, "=", ",") }

// RouteTable lists the routes by application.
func (r *Report) RouteTable() *Table {
	return r.perApplication([]string{"application", "route", "through", "hosts", "path", "port of the Service", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, r := range slices.Concat(in.Routes(), in.Ingresses()) {
			path := r.Path + either(r.PathType == "Exact", ", exactly", "")
			rows = append(rows, []string{string(r.Name), r.Through, strings.Join(r.Hosts, ", "), path, fmt.Sprint(r.Port)})
		}
		return rows
	})
}

// LoadBalancerTable lists the Services with a load balancer by application.
func (r *Report) LoadBalancerTable() *Table {
	return r.perApplication([]string{"application", "Service", "ports", "clients in", "class", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, l := range in.LoadBalancers() {
			rows = append(rows, []string{string(l.Name), joined(l.Ports, ", ", balancedPortText), strings.Join(l.SourceRanges, ", "), cmp.Or(l.Class, none)})
		}
		return rows
	})
}

func balancedPortText(port yamltree.Ordered) string {
	protocol, _ := get(port, "protocol").(string)
	return fmt.Sprintf("%s %v", cmp.Or(protocol, "TCP"), get(port, "port"))
}

// FlowTable lists every connection that network policies allow, by application. FlowTable
// reads the rules of the policies, not the declarations of the spec.
func (r *Report) FlowTable() *Table {
	return r.perApplication([]string{"application", "", "other end", "ports of the pod", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, f := range flows(in) {
			rows = append(rows, []string{either(f.in, "←", "→"), f.text, f.ports})
		}
		return rows
	})
}

// flow is one peer of one rule.
type flow struct {
	in          bool
	text, ports string
	// node is the identifier of the peer in the diagram, name its label.
	node, name model.Path
}

// Edge is one line of the diagram of allowed connections.
type Edge struct {
	// From and To are identifiers of nodes, FromName and ToName their labels.
	From, FromName, To, ToName model.Path
}

// maxEdges limits the connections of the diagram; renderers stop at 500.
const maxEdges = 120

// Edges are the distinct allowed connections; none when there are more than a diagram
// shows.
func (r *Report) Edges() []Edge {
	var edges []Edge
	seen := map[Edge]bool{}
	for _, app := range r.p.Applications {
		own, name := appNode(string(app.Name)), model.Path(app.Name)
		for _, in := range app.Instances {
			for _, f := range flows(in) {
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

// appNode is the identifier of an application in the diagram. Hyphens, which Mermaid reads
// as lines, become underscores, which no name contains.
func appNode(app string) model.Path { return "app_" + identifier(app) }

func identifier(name string) model.Path { return model.Path(strings.ReplaceAll(name, "-", "_")) }

// flows reads the rules of an instance. A connection between two applications is in the
// policies of both; flows lists it at the application that opens it.
func flows(in *model.Instance) []flow {
	var out []flow
	for _, r := range in.AllEgress {
		out = append(out, peers(in, r)...)
	}
	for _, run := range in.Runs {
		for _, r := range run.AllEgress {
			for _, f := range peers(in, r) {
				f.text = fmt.Sprintf("%s, from job %s", f.text, run.Short)
				out = append(out, f)
			}
		}
	}
	for _, r := range in.AllIngress {
		for _, f := range peers(in, r) {
			if !strings.HasPrefix(string(f.node), "app_") {
				f.in = true
				out = append(out, f)
			}
		}
	}
	return out
}

func peers(in *model.Instance, r model.NetworkRule) []flow {
	ports := joined(r.Ports, ", ", portText)
	var out []flow
	for _, p := range r.Peers {
		f := peer(in, p)
		if apiServer(in, r) {
			f.text, f.node, f.name = "the API server at "+f.text, "api_server", model.APIServerName
		}
		f.ports = cmp.Or(ports, "all")
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
func peer(in *model.Instance, peer yamltree.Ordered) flow {
	if block, ok := get(peer, "ipBlock").(yamltree.Ordered); ok {
		return addressFlow(block)
	}
	pods, namespace := selected(peer, "podSelector"), selected(peer, "namespaceSelector")[model.NamespaceLabel]
	if other := selectedInstance(in, pods, cmp.Or(namespace, string(in.Namespace.Name))); other != nil {
		return flow{text: string(other.App.Name), node: appNode(string(other.App.Name)), name: model.Path(other.App.Name)}
	}
	for _, way := range in.Target.Cluster.Ways {
		if pods := way.Pods(); isPods(peer, string(pods.Namespace), pods.PodLabels) {
			return wayFlow(way)
		}
	}
	if s := in.Target.Cluster.Metrics; s != nil && isPods(peer, s.Namespace, s.PodLabels) {
		return flow{text: "Prometheus, for metrics", node: "prometheus", name: "prometheus"}
	}
	f := flow{text: "namespace " + namespace, node: "elsewhere", name: "elsewhere"}
	if id := model.Path(namespace); id.Valid() {
		f.node, f.name = "ns_"+identifier(namespace), id
	}
	if len(pods) > 0 {
		f.text = fmt.Sprintf("pods %s in namespace %s", labelsText(pods), namespace)
	}
	return f
}

// wayFlow names a way in as one end of a connection.
func wayFlow(way *model.Way) flow {
	f := flow{node: identifier(way.Name), name: model.Path(way.Name)}
	if !way.Unnamed() {
		f.node = "way_" + f.node
	}
	if way.Gateway != nil {
		f.text = "gateway " + way.Gateway.Name
	} else {
		f.text = "ingress controller of class " + way.Ingress.Class
	}
	return f
}

// isPods reports whether a peer selects the pods with these labels in a namespace.
func isPods(peer yamltree.Ordered, namespace string, labels map[string]string) bool {
	return selected(peer, "namespaceSelector")[model.NamespaceLabel] == namespace && maps.Equal(selected(peer, "podSelector"), labels)
}

// selectedInstance returns the application of the target that labels select, or nil.
func selectedInstance(in *model.Instance, pods map[string]string, namespace string) *model.Instance {
	if other := owner(in.Target, model.Name(pods[model.NameLabel])); other != nil && !other.App.Sourced && string(other.Namespace.Name) == namespace {
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
func owner(t *model.Target, pods model.Name) *model.Instance {
	if in := t.Instance(pods); in != nil {
		return in
	}
	for _, in := range t.Instances {
		if slices.ContainsFunc(in.Runs, func(run *model.Run) bool { return run.Name == pods }) {
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
func apiServer(in *model.Instance, r model.NetworkRule) bool {
	return r.To == model.APIServerName && string(r.From) == string(in.App.Name)
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

// NetworkExceptionTable lists the namespaces whose policies an exception suspends.
func (r *Report) NetworkExceptionTable() *Table {
	t := &Table{Head: []string{"target", "namespace", "reason", "until"}}
	for _, target := range r.p.Targets() {
		for _, ns := range target.Namespaces {
			if e := ns.Exception; e != nil {
				t.Rows = append(t.Rows, []string{string(target.Name), string(ns.Name), e.Reason, e.Expires})
			}
		}
	}
	return t
}
