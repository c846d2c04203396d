package repo

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// scope learns which kinds have no namespace: those whose definitions in the repository say so,
// beside those that are known.
func (d *discovery) scope() {
	d.clusterWide = map[string]bool{}
	for _, o := range d.Given {
		d.define(o)
	}
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		for _, o := range d.files[name].objects {
			d.define(o)
			if o.Kind == "CustomResourceDefinition" {
				d.Definitions = append(d.Definitions, o)
			}
		}
	}
}

// define learns the scope of the kind that a CustomResourceDefinition defines.
func (d *discovery) define(o *Object) {
	if o.Kind != "CustomResourceDefinition" {
		return
	}
	var definition struct {
		Spec struct {
			Group, Scope string
			Names        struct{ Kind string }
		}
	}
	if json.Unmarshal(o.JSON, &definition) == nil {
		d.clusterWide[definition.Spec.Group+"/"+definition.Spec.Names.Kind] = definition.Spec.Scope == "Cluster"
	}
}

// namespaced reports whether objects of a kind have a namespace. A kind that nobody defines
// here is taken for one that has.
func (d *discovery) namespaced(group, kind string) bool {
	if wide, known := d.clusterWide[group+"/"+kind]; known {
		return !wide
	}
	namespaced, known := schema.Namespaced(group, kind)
	return namespaced || !known
}

// placed is an object as an Application deploys it: in its namespace unless the object names
// another or has none.
func (d *discovery) placed(deployed *Deployed, o *Object) *Object {
	placed := *o
	namespace := o.Namespace
	switch {
	case !d.namespaced(o.Group(), o.Kind):
		namespace = ""
	case namespace == "":
		namespace = deployed.Spec.Destination.Namespace
	}
	if namespace != o.Namespace {
		if moved := inside(o, namespace); moved != nil {
			placed = *moved
		}
	}
	placed.Application, placed.ClusterWide = deployed, !d.namespaced(o.Group(), o.Kind)
	return &placed
}

// inside is an object in another namespace; nil when it cannot be read.
func inside(o *Object, namespace string) *Object {
	var fields map[string]any
	if json.Unmarshal(o.JSON, &fields) != nil {
		return nil
	}
	metadata, ok := fields["metadata"].(map[string]any)
	if !ok {
		return nil
	}
	metadata["namespace"] = namespace
	if namespace == "" {
		delete(metadata, "namespace")
	}
	encoded, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	moved, err := NewObject(encoded, o.Origin)
	if err != nil {
		return nil
	}
	if o.Encrypted { // JSON shows it no longer.
		moved.Encrypted = true
		if errors.Is(o.Malformed, errHidden) {
			moved.Malformed = o.Malformed
		}
	}
	return moved
}
