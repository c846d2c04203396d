package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Layer is one of the trees that a workload is merged from.
type Layer struct {
	// Name of the layer in messages.
	Name string
	Node *yamltree.Node
}

// add appends a layer that says something.
func add(layers []Layer, name string, node *yamltree.Node) []Layer {
	if node == nil {
		return layers
	}
	return append(layers, Layer{name, node})
}

// merge returns the tree that the layers make together.
func merge(layers []Layer) *yamltree.Node {
	nodes := make([]*yamltree.Node, 0, len(layers))
	for _, layer := range layers {
		nodes = append(nodes, layer.Node)
	}
	return yamltree.Merge(nodes...)
}

// profileChain returns the settings of a profile and of those that it extends, the built-in
// profile first.
func (r *resolver) profileChain(name string) []Layer {
	return r.chain(name, len(r.spec.Profiles))
}

// chain follows at most that many profiles of the user's: a circle ends, too.
func (r *resolver) chain(name string, most int) []Layer {
	if node, ok := r.builtin(name); ok {
		return []Layer{{"built-in profile " + name, node}}
	}
	profile, ok := r.spec.Profiles[name]
	if !ok || most == 0 {
		return nil
	}
	return append(r.chain(profile.Extends, most-1), Layer{"profile " + name, profile.Node.Without("extends")})
}

func (r *resolver) builtin(name string) (*yamltree.Node, bool) {
	if node, ok := r.builtins[name]; ok {
		return node, node != nil
	}
	node := schema.BuiltinProfile(name, r.sources)
	r.builtins[name] = node
	return node, node != nil
}

// workloads picks the workload block of each layer of settings.
func workloads(settings []Layer) []Layer {
	var layers []Layer
	for _, s := range settings {
		layers = add(layers, s.Name, s.Node.Get("workload"))
	}
	return layers
}

// applicationLayers returns the layers of an application on a target, in merge order.
func applicationLayers(app *Application, target *Target, profiles []Layer) []Layer {
	layers := add(app.groups(), "application "+string(app.Name), app.spec.Layer)
	narrow := func(word, name string, overrides map[string]*yamltree.Node) {
		if node := overrides[name]; node != nil {
			layers = append(layers, Layer{"application " + string(app.Name) + word + name, node})
		}
	}
	for _, profile := range profiles {
		narrow(" in profile ", profile.Profile(), app.spec.Profiles)
	}
	narrow(" in environment ", string(target.Env.Name), app.spec.Environments)
	narrow(" on cluster ", string(target.Cluster.Name), app.spec.Clusters)
	return layers
}

// groups are the layers that the application shares with others, below its own.
func (a *Application) groups() []Layer {
	var layers []Layer
	for _, group := range a.spec.Groups {
		layers = append(layers, Layer{"group " + group.Name, group.Node})
	}
	return layers
}

// own is the tree of what the application states for all targets, with its groups: entries of its own come
// before theirs, because the first port is the default.
func (a *Application) own() *yamltree.Node {
	return ownFirst(merge(append(a.groups(), Layer{Node: a.spec.Layer})), "ports", a.spec.Layer)
}

// Profile returns the name of the profile whose layer this is.
func (l Layer) Profile() string { return l.Name[strings.LastIndexByte(l.Name, ' ')+1:] }

// Overrides are the layers of the application for a profile, an environment or a cluster.
func (in *Instance) Overrides() []Layer { return in.Layers[len(in.App.spec.Groups)+1:] }

// Layer holds the values that the application sets for every target, with its groups.
func (a *Application) Layer() *yamltree.Node { return a.layer }

// ownFirst reorders the map at a key: entries of the application come before those of its
// environment, because the first port is the default.
func ownFirst(n *yamltree.Node, key string, own *yamltree.Node) *yamltree.Node {
	i := slices.IndexFunc(n.Entries, func(e yamltree.Entry) bool { return e.Key == key })
	stated := own.Get(key)
	if i < 0 || stated == nil || n.Entries[i].Value.Kind != yamltree.Map {
		return n
	}
	inner := *n.Entries[i].Value
	inner.Entries = slices.Clone(inner.Entries)
	rank := func(e yamltree.Entry) int {
		at := slices.IndexFunc(stated.Entries, func(s yamltree.Entry) bool { return s.Key == e.Key })
		if at < 0 {
			return len(stated.Entries)
		}
		return at
	}
	if slices.IsSortedFunc(inner.Entries, func(a, b yamltree.Entry) int { return rank(a) - rank(b) }) {
		return n
	}
	slices.SortStableFunc(inner.Entries, func(a, b yamltree.Entry) int { return rank(a) - rank(b) })
	out := *n
	out.Entries = slices.Clone(n.Entries)
	out.Entries[i].Value = &inner
	return &out
}

// removals reports a null that removes nothing. Most often somebody wrote a name
// with nothing after it and meant an empty map.
func (r *resolver) removals() {
	if environments := r.spec.Node.Get("environments"); len(r.p.Environments) < len(r.spec.Environments) || environments != nil && environments.Faulty {
		return // a null may remove what an environment with an error states
	}
	var below []*yamltree.Node
	for _, env := range r.p.Environments {
		below = append(below, env.node)
	}
	for _, app := range r.p.Applications {
		if app.spec.UsesUnclear {
			continue
		}
		own := below[:len(below):len(below)]
		for _, layer := range add(app.groups(), "", app.spec.Layer) {
			r.removalsIn(layer.Node, nil, own, app.Name)
			own = append(own, layer.Node)
		}
		for _, overrides := range []map[string]*yamltree.Node{app.spec.Profiles, app.spec.Environments, app.spec.Clusters} {
			for _, name := range sortedKeys(overrides) {
				r.removalsIn(overrides[name], nil, own, app.Name)
			}
			for _, name := range sortedKeys(overrides) {
				own = append(own, overrides[name])
			}
		}
	}
}

func (r *resolver) removalsIn(n *yamltree.Node, path []string, below []*yamltree.Node, app Name) {
	for _, entry := range n.Entries {
		at := append(path[:len(path):len(path)], entry.Key)
		switch {
		case entry.Value.Faulty:
		case at[0] == "probes": // a null among the probes removes a default probe
		case slices.Equal(at, []string{"connectsTo", string(app)}): // a null there says that replicas do not connect to each other
		case entry.Value.Kind == yamltree.Map && slices.Equal(at, valuesPath()): // a null among the values of a chart removes a default of the chart
		case entry.Value.Kind == yamltree.Map:
			r.removalsIn(entry.Value, at, below, app)
		case entry.Value.Kind == yamltree.Null && !stated(below, at):
			r.list.Error(entry.KeyRange, "layers/null", entry.Key+" has no value, and there is nothing to remove").Hint =
				"Give it a value, {} when it needs none, or take the line out."
		}
	}
}

// stated reports whether a layer states a value at the path.
func stated(layers []*yamltree.Node, path []string) bool {
	for _, layer := range layers {
		if entry, ok := layer.Find(path); ok && entry.Value.Kind != yamltree.Null || layer.FaultyAt(keys(path)...) {
			return true
		}
	}
	return false
}

// keys is a path of keys as trees take it.
func keys(path []string) []any {
	out := make([]any, len(path))
	for i, key := range path {
		out[i] = key
	}
	return out
}
