package report

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Value is one value of a merged workload and where it comes from.
type Value struct {
	// Field is the path of the value, with dots.
	Field string
	// Text is the value in one line, with placeholders expanded; empty when Removed.
	Text string
	// Removed says that a layer took the value out with null.
	Removed bool
	// Layer that decided, and its place.
	Layer string
	At    diag.Range
	// Overridden lists what earlier layers said, the last one first.
	Overridden []Override
}

// Override is a value that did not win.
type Override struct {
	Text, Layer string
	At          diag.Range
}

// Explain lists the values of an instance in the order of the merged tree, with
// the layer that decided each. Only fields at or below field are listed; all when
// it is empty.
func Explain(in *model.Instance, field string) []Value {
	e := explainer{in: in, layers: append(in.Target.Env.WorkloadLayers[:len(in.Target.Env.WorkloadLayers):len(in.Target.Env.WorkloadLayers)], in.Layers...), field: field}
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

// value finds the layers that state a path; the last one decides.
func (e *explainer) value(name string, path []string) Value {
	v := Value{Field: name}
	for i := len(e.layers) - 1; i >= 0; i-- {
		entry, ok := e.layers[i].Node.Find(path)
		if !ok {
			continue
		}
		text := e.text(entry.Value)
		if v.Layer != "" {
			v.Overridden = append(v.Overridden, Override{text, e.layers[i].Name, entry.Value.Range})
			continue
		}
		v.Layer, v.At, v.Text = e.layers[i].Name, entry.Value.Range, text
		if entry.Value.Kind == yamltree.Null {
			v.Removed, v.At, v.Text = true, entry.KeyRange, ""
		}
	}
	return v
}

func (e *explainer) text(n *yamltree.Node) string {
	return e.in.Expand(yamltree.EncodeFlow(n))
}

// throughMirror changes the explanation of an image that a mirror serves: what the
// layers say is then what was replaced.
func (e *explainer) throughMirror(v Value, path []string) Value {
	if path[len(path)-1] != "image" || v.Removed {
		return v
	}
	mirrored, ok := e.in.MirroredImage(v.Text)
	if !ok {
		return v
	}
	cluster := e.in.Target.Cluster
	said := Override{v.Text, v.Layer, v.At}
	v.Overridden = append([]Override{said}, v.Overridden...)
	v.Text = mirrored
	v.Layer, v.At = fmt.Sprintf("registry mirror of cluster %s", cluster.Name), cluster.MirrorAt
	return v
}
