package model

import (
	"cmp"
	"maps"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The forms in which an application brings its own manifests.
const (
	kustomizeSource = "kustomize source"
	helmSource      = "helm source"
)

// applicationLabel is on all pods of a kustomization of the user's, so that network
// policies can select them. It is none that hand-written selectors have, and
// changes nothing that they select.
const applicationLabel = "wavewright.dev/application"

// instanceLabel is the label with the release name that most charts set on their pods.
const instanceLabel = "app.kubernetes.io/instance"

// Chart is the chart that an overlay wraps.
type Chart struct {
	// Name in its repository, which is the key of its values in the wrapper chart.
	Name    Path
	Version string
	// Repository as Helm names it in a dependency.
	Repository string
	// Values of the chart; nil without any.
	Values *yamltree.Node
	// Nulls is set when a null among the values removes a default of the chart.
	Nulls bool
}

// form is what an application runs as: the kind of its workload, or the way in which
// it brings its own.
func (w *Workload) form() string {
	switch {
	case w.Source == nil:
		return cmp.Or(w.Kind, deployment)
	case w.Source.Helm != nil:
		return helmSource
	}
	return kustomizeSource
}

// sourced keeps of the layers what an application that brings its own manifests can
// state. What profiles say of pods is nothing that can be done to them.
func sourced(w schema.Workload) schema.Workload {
	return schema.Workload{
		Node: w.Node, Deploy: w.Deploy, Source: w.Source, Footprint: w.Footprint,
		Ports: w.Ports, PodLabels: w.PodLabels, ConnectsTo: w.ConnectsTo, Labels: w.Labels,
		Expose: w.Expose, Metrics: w.Metrics,
		IgnoreDifferences: w.IgnoreDifferences, Kinds: w.Kinds,
	}
}

// brings derives the folder or the chart of an instance with a source.
func (in *Instance) brings() {
	source := in.Workload.Source
	if source == nil {
		return
	}
	if source.Helm == nil {
		in.Folder = Path(source.Kustomize)
		return
	}
	in.Chart = &Chart{Name: Path(source.Helm.Chart), Version: source.Helm.Version, Repository: source.Helm.Repository}
	values := chartValues{scopeOf(in.App, in.Target, string(in.Namespace.Name)), []*yamltree.Node{in.Target.Env.node}, in.Chart}
	for _, layer := range in.Layers {
		values.layers = append(values.layers, layer.Node)
	}
	if out := values.of(source.Helm.Values, valuesPath()); out != nil && len(out.Entries) > 0 {
		in.Chart.Values = out
	}
}

// valuesPath is where a workload states the values of a chart.
func valuesPath() []string { return []string{"source", "helm", "values"} }

// chartValues makes the values of a chart from merged ones.
type chartValues struct {
	scope expander
	// layers are all layers of the application.
	layers []*yamltree.Node
	chart  *Chart
}

// of copies a value with placeholders expanded, and without what a layer took away from
// another. A null that takes nothing away here is one for Helm: the chart has a default.
func (c chartValues) of(n *yamltree.Node, path []string) *yamltree.Node {
	if n == nil {
		return nil
	}
	out := *n
	out.Entries, out.Items = nil, nil
	for _, entry := range n.Entries {
		at := append(path[:len(path):len(path)], entry.Key)
		null := entry.Value.Kind == yamltree.Null
		if null && stated(c.layers, at) {
			continue
		}
		c.chart.Nulls = c.chart.Nulls || null
		entry.Value = c.of(entry.Value, at)
		out.Entries = append(out.Entries, entry)
	}
	for _, item := range n.Items {
		out.Items = append(out.Items, c.of(item, path))
	}
	if n.Kind == yamltree.String {
		out.Text = c.scope.expand(n.Text)
	}
	return &out
}

// Selector selects the pods of the instance in network policies.
func (in *Instance) Selector() map[string]string {
	w := in.Workload
	switch {
	case w.Source == nil:
		return in.App.selector
	case len(w.PodLabels) > 0:
		return w.PodLabels
	}
	return in.labelled()
}

// labelled is the common label of its objects, independent of the labels of its pods.
func (in *Instance) labelled() map[string]string {
	switch {
	case in.Workload.Source == nil:
		return map[string]string{instanceLabel: string(in.App.Name)}
	case in.Workload.Source.Helm != nil:
		return map[string]string{instanceLabel: in.release()}
	}
	return map[string]string{applicationLabel: string(in.App.Name)}
}

// ownManifests completes an application that brings its own: it has no base, so all
// of its rules belong to the overlays.
func (a *Application) ownManifests() {
	a.Base = &Base{Pod: &Pod{}, Kind: a.kind}
	for _, in := range a.Instances {
		in.Ingress, in.Egress = in.AllIngress, in.AllEgress
		in.Labels, in.Monitor = in.Workload.Labels, in.monitor()
	}
}

// PodLabels are the labels that the overlay of a source adds to all objects and pods.
func (in *Instance) PodLabels() map[string]string {
	labels := map[string]string{applicationLabel: string(in.App.Name)}
	maps.Copy(labels, in.Labels)
	return labels
}

// ObjectLabels are the labels that the overlay of a source adds to objects, but not to
// pods, whose selectors may use these keys.
func (in *Instance) ObjectLabels() map[string]string {
	labels := map[string]string{"env": string(in.Target.Env.Name)}
	if in.App.Team != nil {
		labels["owner"] = string(in.App.Team.Name)
	}
	return labels
}

// SourceFolder is a folder of manifests that an application brings, and where the
// spec says so.
type SourceFolder struct {
	Path string
	At   diag.Range
}

// SourceFolders lists the folders that applications bring, each once.
func (p *Platform) SourceFolders() []SourceFolder {
	var out []SourceFolder
	for _, app := range p.Applications {
		for _, in := range app.Instances {
			folder := string(in.Folder)
			if folder == "" || slices.ContainsFunc(out, func(f SourceFolder) bool { return f.Path == folder }) {
				continue
			}
			out = append(out, SourceFolder{folder, in.Workload.Node.At("source", "kustomize")})
		}
	}
	return out
}

// addFootprint notes what a source of the user's needs, which only the user knows.
func (d demands) addFootprint(app Name, f *schema.Footprint) {
	if f == nil {
		return
	}
	note := func(resource string, amount Quantity) {
		d[resource] = append(d[resource], demand{app, f.Pods, amount})
	}
	note("pods", Quantity(f.Pods))
	for _, kind := range []string{"cpu", "memory", "ephemeral-storage"} {
		note("requests."+kind, quantityOf(kind, f.Requests))
		note("limits."+kind, quantityOf(kind, f.Limits))
	}
	note("persistentvolumeclaims", Quantity(f.Volumes))
	note("requests.storage", quantityOf("storage", f.Requests))
}
