package checks

import (
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Connected is the matrix of the connections of a cluster.
type Connected struct {
	// Cluster is its name or address, or the folder that stands for one.
	Cluster string `json:"cluster"`
	// Targets are what the repository deploys there.
	Targets []string `json:"targets,omitempty"`
	// OtherPolicies says that policies of other kinds are in force, which may allow and deny more.
	OtherPolicies bool `json:"otherPolicies,omitempty"`
	// Unseen are the namespaces in which pods and policies may be that were not built.
	Unseen []string `json:"notJudged,omitempty"`
	*network.Matrix
}

// Connections are the matrices of the clusters that pods go to, in the order of their names.
func Connections(r *repo.Repository) []Connected {
	all := []Connected{}
	for _, t := range networks(clustersOf(targets(r), nil)) {
		if len(t.pods) > 0 {
			all = append(all, t.connected())
		}
	}
	return all
}

func (t *traffic) connected() Connected {
	c := Connected{Cluster: strings.TrimSpace(strings.TrimPrefix(t.name, "folder ")), OtherPolicies: t.others, Matrix: t.net.Matrix()}
	for _, d := range t.deployed {
		if t.name != "" && destination(d) == t.name && d.Spec.Destination.Name == "" && d.Spec.Destination.Server == "" {
			c.Cluster = d.Overlay
		}
	}
	for _, home := range t.homes() {
		if home.Name != "" && home.Name != c.Cluster {
			c.Targets = append(c.Targets, home.Name)
		}
	}
	for namespace := range t.unseen {
		c.Unseen = append(c.Unseen, namespace)
	}
	slices.Sort(c.Targets)
	slices.Sort(c.Unseen)
	t.mark(c.Links)
	return c
}

// mark says of connections within a target that declares some whether all that is open is
// declared.
func (t *traffic) mark(links []network.Link) {
	for i, l := range links {
		from, to := t.workload[l.Sender], t.workload[l.Receiver]
		home := t.home[from.object]
		if len(home.Declared) == 0 || t.home[to.object] != home {
			continue
		}
		var declared []network.Range
		for _, c := range home.Declared {
			if from.isOf(c.From) && to.isOf(c.To) {
				declared = append(declared, network.Range{Protocol: orTCP(c.Protocol), From: c.Port, To: c.Port})
			}
		}
		links[i].Declared = new(slices.Equal(network.Intersect(l.Open, declared), network.Intersect(l.Open, l.Open)))
	}
}

// isOf reports whether a workload belongs to an application by its name in the spec or in Argo
// CD.
func (w *workload) isOf(name string) bool {
	d := w.object.Application
	return d != nil && (d.Name == name || path.Base(d.Overlay) == name)
}
