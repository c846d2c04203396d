package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// byTarget is an empty table with a column for each target behind the given ones.
func (p *Platform) byTarget(first ...string) *Table {
	t := &Table{Head: first}
	for _, target := range p.Targets() {
		t.Head = append(t.Head, string(target.Name))
	}
	return t
}

// on returns the application's instance on each target, nil where it does not run.
func (a *Application) on(targets []*Target) []*Instance {
	out := make([]*Instance, len(targets))
	for _, in := range a.Instances {
		out[slices.Index(targets, in.Target)] = in
	}
	return out
}

// ApplicationDifferences lists every value of an application that is not the same
// on all targets because the application says so, by application, with the layer
// that says it. What follows from its environment alone is in Differences.
func (p *Platform) ApplicationDifferences() *Table {
	t, targets := p.byTarget("application", "setting"), p.Targets()
	for _, app := range p.Applications {
		instances := app.on(targets)
		if row := app.presence(instances); row != nil {
			t.Rows = append(t.Rows, row)
		}
		for _, path := range app.differing() {
			if row := app.differenceRow(path, instances); row != nil {
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// presence is the row of an application that does not run on every target.
func (a *Application) presence(instances []*Instance) []string {
	if !slices.Contains(instances, nil) {
		return nil
	}
	row := []string{string(a.Name), "deploy"}
	for _, in := range instances {
		if in == nil {
			row = append(row, "no")
			continue
		}
		row = append(row, "yes")
	}
	return row
}

// differing lists the paths that may differ: what a narrow layer of the application
// states, and texts with placeholders.
func (a *Application) differing() [][]string {
	paths := placed(a.spec.Layer, nil, nil)
	for _, in := range a.Instances {
		for _, layer := range in.layers {
			if layer.Node != a.spec.Layer {
				paths = leaves(layer.Node, nil, paths)
			}
		}
	}
	return unique(paths)
}

// placed appends the paths of values that contain a placeholder.
func placed(n *yamltree.Node, path []string, found [][]string) [][]string {
	if n.Kind == yamltree.Map {
		for _, entry := range n.Entries {
			found = placed(entry.Value, append(path[:len(path):len(path)], entry.Key), found)
		}
		return found
	}
	if text := nodeText(n); known(text) != text {
		return append(found, path)
	}
	return found
}

func (a *Application) differenceRow(path []string, instances []*Instance) []string {
	row := []string{string(a.Name), strings.Join(path, ".")}
	first, differs := "", false
	for _, in := range instances {
		if in == nil {
			row = append(row, none)
			continue
		}
		text := scopeOf(a, in.Target, string(in.Namespace.Name)).expand(settingText(in.Workload.Node, path))
		if first == "" {
			first = text
		}
		differs = differs || text != first
		row = append(row, noted(text, in.layerOf(path)))
	}
	if !differs {
		return nil
	}
	return row
}

// layerOf names the layer that decided a path, without the name of the application.
func (in *Instance) layerOf(path []string) string {
	if layer := lastLayer(in.layers, path); layer != "" {
		short := strings.TrimPrefix(layer, "application "+string(in.App.Name))
		return orDefault(strings.TrimSpace(short), "application")
	}
	return lastLayer(in.Target.Env.layers, path)
}

// ResourceMatrix compares what a container gets in each environment.
func (p *Platform) ResourceMatrix() *Table {
	return p.table("", []aspect{
		{"requests", func(e *Environment) string { return amountsText(e.Defaults.Resources.Requests) }},
		{"limits", func(e *Environment) string { return amountsText(e.Defaults.Resources.Limits) }},
		{"replicas", func(e *Environment) string { return e.Defaults.replicasText() }},
		{"least of a container", func(e *Environment) string { return amountsText(e.Settings.LimitRange.Min) }},
		{"most of a container", func(e *Environment) string { return amountsText(e.Settings.LimitRange.Max) }},
		{"requests of a container that states none", func(e *Environment) string { return amountsText(e.Settings.LimitRange.DefaultRequest) }},
		{"limits of a container that states none", func(e *Environment) string { return amountsText(e.Settings.LimitRange.Default) }},
	})
}

// QuotaTable lists the quota of every namespace.
func (p *Platform) QuotaTable() *Table {
	var resources []string
	for _, target := range p.Targets() {
		for _, ns := range target.Namespaces {
			for _, amount := range ns.Quota {
				if !slices.Contains(resources, amount.Key) {
					resources = append(resources, amount.Key)
				}
			}
		}
	}
	t := &Table{Head: append([]string{"target", "namespace", "how"}, resources...)}
	for _, target := range p.Targets() {
		for _, ns := range target.Namespaces {
			t.Rows = append(t.Rows, append([]string{string(target.Name), string(ns.Name), ns.quotaText()}, ns.quotaCells(resources)...))
		}
	}
	return t
}

func (ns *Namespace) quotaText() string {
	if ns.Room == 0 {
		return "stated"
	}
	return "auto"
}

func (ns *Namespace) quotaCells(resources []string) []string {
	cells := make([]string, len(resources))
	for i, resource := range resources {
		cells[i] = none
		for _, amount := range ns.Quota {
			if text, ok := amount.Value.(string); ok && amount.Key == resource {
				cells[i] = text
			}
		}
	}
	return cells
}

// OwnResources lists the applications that do not take replicas, requests and
// limits as their environments give them, with what they have instead.
func (p *Platform) OwnResources() *Table {
	t, targets := p.byTarget("application"), p.Targets()
	for _, app := range p.Applications {
		row, own := []string{string(app.Name)}, false
		for _, in := range app.on(targets) {
			text := none
			if in != nil {
				text = in.Workload.sizeText(in.Target.Env.Defaults)
				own = own || text != asUsual
			}
			row = append(row, text)
		}
		if own {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// asUsual stands where an application takes what its environment gives.
const asUsual = "as usual"

// sizeText says in what a workload differs in size from the environment's defaults.
func (w *Workload) sizeText(usual *Workload) string {
	if w.Source != nil {
		return w.footprintText()
	}
	var out []string
	if text := w.replicasText(); text != usual.replicasText() {
		out = append(out, "replicas "+text)
	}
	if own := w.Resources.Requests; !maps.Equal(own, usual.Resources.Requests) {
		out = append(out, "requests "+orDefault(amountsText(own), "none"))
	}
	if own := w.Resources.Limits; !maps.Equal(own, usual.Resources.Limits) {
		out = append(out, "limits "+orDefault(amountsText(own), "none"))
	}
	return orDefault(strings.Join(out, "; "), asUsual)
}

// footprintText is what a source needs in all, as far as the spec says.
func (w *Workload) footprintText() string {
	f := w.Footprint
	if f == nil {
		return "its own"
	}
	text := fmt.Sprintf("at most %d pods", f.Pods)
	if amounts := amountsText(f.Requests); amounts != "" {
		text += "; requests " + amounts + " in all"
	}
	if amounts := amountsText(f.Limits); amounts != "" {
		text += "; limits " + amounts + " in all"
	}
	return text
}
