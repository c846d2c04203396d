package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// removals reports a null that removes nothing. Most often somebody wrote a name
// with nothing after it and meant an empty map.
func (r *resolver) removals() {
	if environments := r.spec.Node.Get("environments"); len(r.p.Environments) < len(r.spec.Environments) || environments != nil && environments.Faulty {
		return // what the missing ones state may be what is removed
	}
	var below []*yamltree.Node
	for _, env := range r.p.Environments {
		below = append(below, env.node)
	}
	for _, app := range r.p.Applications {
		own := append(below[:len(below):len(below)], app.spec.Layer)
		r.removalsIn(app.spec.Layer, nil, below)
		for _, overrides := range []map[string]*yamltree.Node{app.spec.Profiles, app.spec.Environments, app.spec.Clusters} {
			for _, name := range sortedKeys(overrides) {
				r.removalsIn(overrides[name], nil, own)
			}
			for _, name := range sortedKeys(overrides) {
				own = append(own, overrides[name])
			}
		}
	}
}

func (r *resolver) removalsIn(n *yamltree.Node, path []string, below []*yamltree.Node) {
	for _, entry := range n.Entries {
		at := append(path[:len(path):len(path)], entry.Key)
		switch {
		case entry.Value.Faulty:
		case at[0] == "probes": // a null there removes a default probe
		case entry.Value.Kind == yamltree.Map && slices.Equal(at, valuesPath()): // and in there one of a chart
		case entry.Value.Kind == yamltree.Map:
			r.removalsIn(entry.Value, at, below)
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
