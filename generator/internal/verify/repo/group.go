package repo

import (
	"cmp"
	"slices"
)

// instance is one Argo CD: the entries that belong together.
type instance struct {
	name string
	// nodes are its Applications, in order; keys are their keys by their names.
	nodes []*node
	keys  map[string]string
	seen  map[string]bool
	// owned are the objects of what stands for Applications.
	owned map[string]bool
}

// group puts the Applications to the clusters that they go to. Entries whose Applications have
// equal names and differ, such as the overlays of several environments, are those of several
// Argo CDs, each with clusters of its own.
func (d *discovery) group(entries []*entry) {
	var instances []*instance
	for _, e := range d.uncovered(entries) {
		reached := reach(e.nodes)
		home := slices.IndexFunc(instances, func(i *instance) bool { return i.fits(e, reached) })
		if home < 0 {
			instances, home = append(instances, &instance{name: e.name, keys: map[string]string{}, seen: map[string]bool{}, owned: map[string]bool{}}), len(instances)
		}
		instances[home].take(reached)
	}
	for _, i := range instances {
		for _, n := range i.nodes {
			d.place(i, len(instances) > 1, n.Deployed)
		}
	}
}

// uncovered are the entries that are no part of what another deploys.
func (d *discovery) uncovered(entries []*entry) []*entry {
	var all []*entry
	deploys := make(map[*entry]map[string]bool, len(entries))
	for _, e := range entries {
		deploys[e] = d.deployedBy(e)
	}
	leads := func(e, other *entry) bool { return other.source != nil && deploys[e][other.source.Path] }
	entries = slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool {
		return slices.ContainsFunc(entries, func(other *entry) bool { return other != e && leads(other, e) && !leads(e, other) })
	})
	for i, e := range entries {
		if len(e.nodes) == 0 {
			continue
		}
		covered := false
		for j, other := range entries {
			if i == j || covered {
				continue
			}
			covered = contains(deep(other.nodes), e.nodes) && !(j > i && contains(deep(e.nodes), other.nodes))
		}
		if !covered {
			all = append(all, e)
		}
	}
	return all
}

// deployedBy are the folders that the Applications to which an entry leads deploy: nobody begins there, whatever else
// their kustomizations would make of it.
func (d *discovery) deployedBy(e *entry) map[string]bool {
	found := map[string]bool{}
	for _, n := range reach(e.nodes) {
		if n.stands() {
			continue
		}
		orders, _ := d.ordersOf(n)
		for _, o := range orders {
			found[o.source.Path] = true
		}
	}
	return found
}

// reach are nodes with all that they lead to, each once.
func reach(nodes []*node) []*node {
	var all []*node
	seen := map[*node]bool{}
	for queue := slices.Clone(nodes); len(queue) > 0; queue = queue[1:] {
		if n := queue[0]; !seen[n] {
			seen[n] = true
			all, queue = append(all, n), append(queue, n.children...)
		}
	}
	return all
}

// deep are the nodes that an Application among nodes deploys.
func deep(nodes []*node) map[*node]bool {
	found := map[*node]bool{}
	for _, n := range nodes {
		for _, child := range reach(n.children) {
			found[child] = true
		}
	}
	return found
}

func contains(found map[*node]bool, nodes []*node) bool {
	return !slices.ContainsFunc(nodes, func(n *node) bool { return !found[n] })
}

// fits reports whether an Argo CD can have further Applications beside its own.
func (i *instance) fits(e *entry, nodes []*node) bool {
	for _, n := range nodes {
		if key, there := i.keys[n.Name]; there && key != n.key {
			return false
		}
		if e.stand && slices.ContainsFunc(n.Objects, func(o *Object) bool { return i.owned[identity(o)] }) {
			return false
		}
	}
	return true
}

// identity is what no two objects of a cluster have in common.
func identity(o *Object) string {
	return o.Group() + " " + o.Kind + " " + o.Namespace + " " + o.Name
}

func (i *instance) take(nodes []*node) {
	for _, n := range nodes {
		if i.seen[n.key] {
			continue
		}
		i.seen[n.key], i.keys[n.Name] = true, n.key
		i.nodes = append(i.nodes, n)
		if n.stands() {
			for _, o := range n.Objects {
				i.owned[identity(o)] = true
			}
		}
	}
}

// place puts an Application to those that go to the same cluster.
func (d *discovery) place(i *instance, several bool, deployed *Deployed) {
	cluster := clusterOf(deployed.Spec.Destination)
	if several {
		cluster = cmp.Or(i.name+": "+cluster, i.name)
		if clusterOf(deployed.Spec.Destination) == "" {
			cluster = i.name
		}
	}
	for _, t := range d.Targets {
		if t.Cluster == cluster {
			t.Applications = append(t.Applications, deployed)
			return
		}
	}
	t := &Target{Name: cluster, Cluster: cluster, Applications: []*Deployed{deployed}}
	if d.Standing {
		t.Name = "" // nobody has named what the folder goes to
	}
	if several {
		t.Instance = i.name
	}
	d.Targets = append(d.Targets, t)
}
