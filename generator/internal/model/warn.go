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
		if n != nil && n.Kind != yamltree.Null {
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
	for i := range text {
		if text[i] == ' ' {
			return text[i+1:]
		}
	}
	return text
}

// routes reports two routes of one cluster that answer to the same host and path.
func (r *resolver) routes() {
	seen := map[string]string{}
	for _, env := range r.p.Environments {
		for _, target := range env.Targets {
			for _, in := range target.Instances {
				r.routesOf(in, seen)
			}
		}
	}
}

func (r *resolver) routesOf(in *Instance, seen map[string]string) {
	for _, name := range sortedKeys(in.Workload.Expose) {
		route := in.Workload.Expose[name]
		if !isHost(route.Host) || in.Target.Cluster.Gateway == nil {
			continue
		}
		key := fmt.Sprintf("%s %s %s", in.Target.Cluster.Name, route.Host, orDefault(route.Path, "/"))
		mine := fmt.Sprintf("%s in %s", in.App.Name, in.Target.Name)
		if other, ok := seen[key]; ok {
			d := r.list.Error(in.Workload.Node.At("expose", name, "host"), "expose/duplicate", fmt.Sprintf("%s is taken", route.Host))
			d.Detail = fmt.Sprintf("%s and %s would answer to %s%s on cluster %s.", other, mine, route.Host, orDefault(route.Path, "/"), in.Target.Cluster.Name)
			d.Hint = "Let the host contain {env} or {target}, or give the routes different paths."
		}
		seen[key] = mine
	}
}
