package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// NetworkException takes the network policies of a namespace out of force. The others
// stay where they are, beside one that allows everything, so that its end is one line.
type NetworkException struct {
	schema.NetworkException
	// At is the place of its namespace in the spec.
	At diag.Range
}

// Annotations say why there is the exception, and for how long.
func (e *NetworkException) Annotations() yamltree.Ordered {
	return yamltree.Ordered{pair("wavewright.dev/reason", e.Reason), pair("wavewright.dev/expires", e.Expires)}
}

// networkExceptions hands the exceptions of an environment to its namespaces.
func (r *resolver) networkExceptions() {
	for _, env := range r.p.Environments {
		declared := env.declared
		for _, name := range sortedKeys(declared.Network) {
			at := declared.Node.KeyAt("network", name)
			var known []string
			found := false
			for _, ns := range namespacesOn(env.Targets) {
				known = append(known, string(ns.Name))
				if string(ns.Name) == name {
					ns.Exception, found = &NetworkException{declared.Network[name], at}, true
				}
			}
			if !found && !r.faultyNamespaces(env) {
				r.unknownNamespace(env, name, known, at)
			}
		}
	}
}

func (r *resolver) unknownNamespace(env *Environment, name string, known []string, at diag.Range) {
	slices.Sort(known)
	d := r.list.Error(at, "reference/unknown", fmt.Sprintf("%s has no namespace %q", env.Name, name))
	d.Detail = "Its namespaces: " + cmp.Or(strings.Join(slices.Compact(known), ", "), "none") + "."
	if near := yamltree.Suggest(name, known); near != "" {
		d.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
}

// NetworkExceptions lists the exceptions from network policies, by target and namespace.
func (p *Platform) NetworkExceptions() []*NetworkException {
	var out []*NetworkException
	for _, ns := range namespacesOn(p.Targets()) {
		if ns.Exception != nil && !slices.ContainsFunc(out, func(e *NetworkException) bool { return e.At == ns.Exception.At }) {
			out = append(out, ns.Exception)
		}
	}
	return out
}
