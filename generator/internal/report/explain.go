package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Value is one value of a merged workload with its origin.
type Value struct {
	// Field is the path of the value, with dots.
	Field string
	// Text is the value in one line, with placeholders expanded; empty when Removed.
	Text string
	// Removed is set when a layer removed the value with null.
	Removed bool
	// Layer is the layer that sets the value, At its position.
	Layer string
	At    diag.Range
	// Overridden lists the values of earlier layers, the last layer first.
	Overridden []Override
}

// Override is a value that a later layer overrides.
type Override struct {
	Text, Layer string
	At          diag.Range
}

// Explain lists the values of an instance in the order of the merged tree, with
// the layer that sets each. A field limits the list to the values at or below it.
func Explain(in *model.Instance, field string) []Value {
	e := explainer{in: in, layers: slices.Concat(in.Target.Env.WorkloadLayers, in.Layers), field: field}
	e.walk(in.Workload.Node, nil)
	return e.values
}

type explainer struct {
	in     *model.Instance
	layers []model.Layer
	field  string
	values []Value
}

func (e *explainer) walk(n *yamltree.Node, path []string) {
	for _, entry := range n.Entries {
		at := append(path[:len(path):len(path)], entry.Key)
		if entry.Value.Kind == yamltree.Map && len(entry.Value.Entries) > 0 {
			e.walk(entry.Value, at)
			continue
		}
		if name := strings.Join(at, "."); e.wanted(name) {
			e.values = append(e.values, e.throughMirror(e.value(name, at), at))
		}
	}
}

func (e *explainer) wanted(name string) bool {
	return e.field == "" || name == e.field || strings.HasPrefix(name, e.field+".")
}

// value finds the layers that set a path; the last one prevails.
func (e *explainer) value(name string, path []string) Value {
	v := Value{Field: name}
	for _, layer := range slices.Backward(e.layers) {
		entry, ok := layer.Node.Find(path)
		if !ok {
			continue
		}
		text := e.in.ExpandSetting(path, yamltree.EncodeFlow(entry.Value))
		if v.Layer != "" {
			v.Overridden = append(v.Overridden, Override{text, layer.Name, entry.Value.Range})
			continue
		}
		v.Layer, v.At, v.Text = layer.Name, entry.Value.Range, text
		if entry.Value.Kind == yamltree.Null {
			v.Removed, v.At, v.Text = true, entry.KeyRange, ""
		}
	}
	return v
}

// throughMirror replaces an image that a registry mirror serves: the mirror overrides the
// value of the layers.
func (e *explainer) throughMirror(v Value, path []string) Value {
	if path[len(path)-1] != "image" || v.Removed {
		return v
	}
	mirrored, ok := e.in.MirroredImage(v.Text)
	if !ok {
		return v
	}
	cluster := e.in.Target.Cluster
	v.Overridden = append([]Override{{v.Text, v.Layer, v.At}}, v.Overridden...)
	v.Text = mirrored
	v.Layer, v.At = fmt.Sprintf("registry mirror of cluster %s", cluster.Name), cluster.MirrorAt
	return v
}
