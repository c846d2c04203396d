package model

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// flattened warns about a scalar that an application sets for all environments
// although their profiles are made to differ in it.
func (r *resolver) flattened() {
	for _, app := range r.p.Applications {
		r.flattenedBelow(app.spec.Layer, nil)
	}
}

func (r *resolver) flattenedBelow(n *yamltree.Node, path []any) {
	for _, entry := range n.Entries {
		at := append(path[:len(path):len(path)], entry.Key)
		switch entry.Value.Kind {
		case yamltree.Map:
			r.flattenedBelow(entry.Value, at)
		case yamltree.List, yamltree.Null:
		default:
			if entry.Value.Faulty {
				continue
			}
			r.flattenedScalar(entry, at)
		}
	}
}

func (r *resolver) flattenedScalar(entry yamltree.Entry, path []any) {
	var values []string
	for _, env := range r.p.Environments {
		n := env.node
		for _, key := range path {
			n = n.Get(key.(string))
		}
		if n != nil && n.Kind != yamltree.Null && !n.Faulty {
			values = append(values, fmt.Sprintf("%s: %s", env.Name, n.Text))
			if n.Text != valueOf(values[0]) {
				d := r.list.Warning(entry.KeyRange, "layers/flattened", fmt.Sprintf("%s becomes the same in every environment", dotted(path)))
				d.Detail = fmt.Sprintf("The profiles differ in it (%s, %s).", values[0], values[len(values)-1])
				d.Hint = "Write it under environments: or profiles: if they are to stay different."
				return
			}
		}
	}
}

// dotted writes a path with dots.
func dotted(path []any) string {
	words := make([]string, len(path))
	for i, key := range path {
		words[i] = key.(string)
	}
	return strings.Join(words, ".")
}

// valueOf returns what follows the name of the environment.
func valueOf(text string) string {
	_, value, _ := strings.Cut(text, " ")
	return value
}
