package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Value is one value of a workload with its origin.
type Value struct {
	// Field is the path of the value, with dots.
	Field string
	// Text is the value in one line, with placeholders expanded, as wavewright renders it; empty
	// when Removed or Unused.
	Text string
	// Removed is set when a layer removed the value with null.
	Removed bool
	// Unused is set when layers state the value and wavewright renders nothing of it.
	Unused bool
	// Layer is the layer that sets the value, At its position. A default of wavewright has none.
	Layer string
	At    diag.Range
	// Note says in words what wavewright makes of the value; may be empty.
	Note string
	// Overridden lists the values of earlier layers, the last layer first.
	Overridden []Override

	path []string
}

// Override is a value that a later layer overrides.
type Override struct {
	Text, Layer string
	At          diag.Range
}

// Explain lists the values of an instance in the order of the merged tree, with the layer
// that sets each, and what wavewright decides beyond the layers. A field limits the list to
// the values at or below it.
func Explain(in *model.Instance, field string) []Value {
	e := explainer{in: in, layers: slices.Concat(in.Target.Env.WorkloadLayers, in.Layers)}
	e.walk(in.Workload.Node, nil)
	for _, decision := range model.Decisions(in) {
		e.decide(decision)
	}
	for i, v := range e.values {
		e.values[i] = e.throughMirror(v)
	}
	return slices.DeleteFunc(e.values, func(v Value) bool {
		return field != "" && v.Field != field && !strings.HasPrefix(v.Field, field+".")
	})
}

type explainer struct {
	in     *model.Instance
	layers []model.Layer
	values []Value
}

func (e *explainer) walk(n *yamltree.Node, path []string) {
	for _, entry := range n.Entries {
		at := append(path[:len(path):len(path)], entry.Key)
		if entry.Value.Kind == yamltree.Map && len(entry.Value.Entries) > 0 {
			e.walk(entry.Value, at)
			continue
		}
		e.values = append(e.values, e.value(at))
	}
}

// decide changes the values of a field, or adds one.
func (e *explainer) decide(d model.Decision) {
	found := false
	for i, v := range e.values {
		if len(v.path) < len(d.Path) || !slices.Equal(v.path[:len(d.Path)], d.Path) {
			continue
		}
		found = true
		e.values[i] = decided(v, d)
	}
	if found || d.Stands || d.Value == nil {
		return
	}
	v := decided(Value{Field: strings.Join(d.Path, "."), path: d.Path}, d)
	e.values = slices.Insert(e.values, e.beside(d.Path), v)
}

// decided is a value after a decision about it.
func decided(v Value, d model.Decision) Value {
	if v.Removed && d.Value == nil {
		return v
	}
	if v.Note = d.Note; d.Stands {
		return v
	}
	if v.Text != "" {
		v.Overridden = slices.Insert(v.Overridden, 0, Override{v.Text, v.Layer, v.At})
	}
	v.Removed, v.Unused, v.Text, v.Layer, v.At = false, d.Value == nil, "", d.By, d.At
	if !v.Unused {
		v.Text = yamltree.EncodeFlow(d.Value)
	}
	return v
}

// beside is the place of a value in the list: after those that have the most of its path.
func (e *explainer) beside(path []string) int {
	place, most := len(e.values), 0
	for i, v := range e.values {
		same := 0
		for same < min(len(v.path), len(path)) && v.path[same] == path[same] {
			same++
		}
		if same > 0 && same >= most {
			place, most = i+1, same
		}
	}
	return place
}

// value finds the layers that set a path; the last one prevails.
func (e *explainer) value(path []string) Value {
	v := Value{Field: strings.Join(path, "."), path: path}
	for _, layer := range slices.Backward(e.layers) {
		entry, ok := layer.Node.Find(path)
		if !ok {
			continue
		}
		text := yamltree.EncodeFlow(expanded(entry.Value, func(s string) string { return e.in.ExpandSetting(path, s) }))
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

// expanded is a copy of a value whose texts have no placeholders, because only what they become decides whether YAML
// quotes them, and no credentials of URLs.
func expanded(n *yamltree.Node, expand func(string) string) *yamltree.Node {
	out := *n
	if n.Kind == yamltree.String {
		out.Text = diag.RedactValue(expand(n.Text))
	}
	out.Entries, out.Items = slices.Clone(n.Entries), slices.Clone(n.Items)
	for i := range out.Entries {
		out.Entries[i].Value = expanded(out.Entries[i].Value, expand)
	}
	for i, item := range out.Items {
		out.Items[i] = expanded(item, expand)
	}
	return &out
}

// throughMirror replaces an image that a registry mirror serves: the mirror overrides the
// value of the layers.
func (e *explainer) throughMirror(v Value) Value {
	if v.path[len(v.path)-1] != "image" || v.Text == "" {
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
