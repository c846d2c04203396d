package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/network"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Connectivity is what NetworkPolicies leave of the connections in each cluster. The order of
// everything in it is stable.
type Connectivity struct {
	Clusters []checks.Connected `json:"clusters"`
}

// Connections evaluates the policies of a repository.
func Connections(r *repo.Repository) *Connectivity {
	return &Connectivity{Clusters: checks.Connections(r)}
}

// WriteJSON writes the matrices as one object.
func (c *Connectivity) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(c)
}

// WriteText writes a paragraph for each workload: what reaches it, and what it reaches.
func (c *Connectivity) WriteText(w io.Writer) error {
	var out strings.Builder
	for i, cluster := range c.Clusters {
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintln(&out, title(cluster))
		for _, warning := range caveats(cluster) {
			fmt.Fprintf(&out, "  %s\n", warning)
		}
		lines := linesOf(cluster.Matrix)
		for _, end := range cluster.Ends {
			paragraph(&out, end, lines[end.Name])
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func title(c checks.Connected) string {
	if len(c.Targets) == 0 {
		return "cluster " + c.Cluster
	}
	return fmt.Sprintf("cluster %s: %s", c.Cluster, strings.Join(c.Targets, ", "))
}

// caveats are what limits a matrix.
func caveats(c checks.Connected) []string {
	var all []string
	if c.OtherPolicies {
		all = append(all, "Policies of other kinds are in force, which were not evaluated: they may allow and deny more.")
	}
	if len(c.Unseen) > 0 {
		all = append(all, "Applications that were not built may bring pods and policies to namespaces "+strings.Join(c.Unseen, ", ")+".")
	}
	return all
}

// line is one thing that a workload receives or sends.
type line struct {
	direction            network.Direction
	ports, peer, comment string
}

// linesOf groups a matrix by workload: what comes in first.
func linesOf(m *network.Matrix) map[string][]line {
	in, out := map[string][]line{}, map[string][]line{}
	for _, l := range m.Links {
		comment := declaredness(l)
		in[l.To] = append(in[l.To], line{networkingv1.PolicyTypeIngress, l.Ports, l.From, comment})
		out[l.From] = append(out[l.From], line{networkingv1.PolicyTypeEgress, l.Ports, l.To, comment})
	}
	for _, f := range m.Foreign {
		lines := in
		if f.Direction == networkingv1.PolicyTypeEgress {
			lines = out
		}
		lines[f.Workload] = append(lines[f.Workload], line{f.Direction, f.Ports, f.Peer, ""})
	}
	for name, lines := range out {
		in[name] = append(in[name], lines...)
	}
	return in
}

func declaredness(l network.Link) string {
	switch {
	case l.Declared == nil:
		return ""
	case *l.Declared:
		return "declared"
	}
	return "not declared"
}

func paragraph(out *strings.Builder, end network.Reach, lines []line) {
	fmt.Fprintf(out, "\n%s\n", end.Name)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if end.HostNetwork {
		fmt.Fprintln(table, "  uses the network of its node: what policies do to it is not defined")
	}
	if !end.IngressIsolated && !end.HostNetwork {
		fmt.Fprintln(table, "  in\tall ports\tfrom everybody who may send: no policy restricts it")
	}
	if !end.EgressIsolated && !end.HostNetwork {
		fmt.Fprintln(table, "  out\tall ports\tto everybody who lets it in: no policy restricts it")
	}
	for _, l := range lines {
		words := "  in\t" + l.ports + "\tfrom " + l.peer
		if l.direction == networkingv1.PolicyTypeEgress {
			words = "  out\t" + l.ports + "\tto " + l.peer
		}
		if l.comment != "" {
			words += "\t" + l.comment
		}
		fmt.Fprintln(table, words)
	}
	if err := table.Flush(); err != nil {
		panic("connections: a strings.Builder returns no error: " + err.Error())
	}
	if end.IngressIsolated && end.EgressIsolated && len(lines) == 0 {
		out.WriteString("  nothing comes in or goes out\n")
	}
}

// WriteDot writes a graph for Graphviz: an edge for each connection, and boxes for what is not in
// the repository. Workloads that no policy restricts have a dashed line.
func (c *Connectivity) WriteDot(w io.Writer) error {
	var out strings.Builder
	out.WriteString("digraph connections {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n")
	for i, cluster := range c.Clusters {
		graph(&out, i, cluster)
	}
	out.WriteString("}\n")
	_, err := io.WriteString(w, out.String())
	return err
}

func graph(out *strings.Builder, number int, c checks.Connected) {
	node := func(name string) string { return fmt.Sprintf("%q", fmt.Sprintf("%d %s", number, name)) }
	fmt.Fprintf(out, "  subgraph cluster_%d {\n    label=%q;\n", number, title(c))
	for _, end := range c.Ends {
		style := "rounded"
		if !end.IngressIsolated {
			style = `rounded,dashed`
		}
		fmt.Fprintf(out, "    %s [label=%q, style=%q];\n", node(end.Name), end.Name, style)
	}
	out.WriteString("  }\n")
	for _, l := range c.Links {
		color := ""
		if l.Declared != nil && !*l.Declared {
			color = ", color=red"
		}
		fmt.Fprintf(out, "  %s -> %s [label=%q%s];\n", node(l.From), node(l.To), l.Ports, color)
	}
	known := map[string]bool{}
	for _, f := range c.Foreign {
		if !known[f.Peer] {
			known[f.Peer] = true
			fmt.Fprintf(out, "  %s [label=%q, style=filled];\n", node(f.Peer), f.Peer)
		}
		from, to := f.Peer, f.Workload
		if f.Direction == networkingv1.PolicyTypeEgress {
			from, to = f.Workload, f.Peer
		}
		fmt.Fprintf(out, "  %s -> %s [label=%q];\n", node(from), node(to), f.Ports)
	}
}
