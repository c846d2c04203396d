package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Differences lists every setting that differs between environments, with its value in
// each and the layer that sets it. A value of the built-in profile has no layer.
func (r *Report) Differences() *Table {
	t := r.table("setting", nil)
	for _, path := range r.settingPaths() {
		row, differs := []string{strings.Join(path, ".")}, false
		for _, env := range r.p.Environments {
			row = append(row, noted(settingText(env.Node, path), lastLayer(env.SettingLayers, path)))
			differs = differs || settingText(env.Node, path) != settingText(r.p.Environments[0].Node, path)
		}
		if differs {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// settingPaths lists, sorted, the paths of the scalars and lists of all environments.
func (r *Report) settingPaths() [][]string {
	var paths [][]string
	for _, env := range r.p.Environments {
		paths = leaves(env.Node.Without("validation"), nil, paths) // has a table of its own
	}
	return unique(paths)
}

func unique(paths [][]string) [][]string {
	slices.SortFunc(paths, slices.Compare)
	return slices.CompactFunc(paths, slices.Equal)
}

// leaves appends the paths of all values below n; an empty map is one, but a whole layer.
func leaves(n *yamltree.Node, path []string, found [][]string) [][]string {
	if len(path) > 0 && len(n.Entries) == 0 {
		return append(found, path)
	}
	for _, entry := range n.Entries {
		found = leaves(entry.Value, append(path[:len(path):len(path)], entry.Key), found)
	}
	return found
}

// settingText is the value at a path in one line.
func settingText(n *yamltree.Node, path []string) string {
	entry, ok := n.Find(path)
	if !ok {
		return none
	}
	return nodeText(entry.Value)
}

func nodeText(n *yamltree.Node) string {
	switch n.Kind {
	case yamltree.Null:
		return "removed"
	case yamltree.Map:
		if len(n.Entries) > 0 {
			return "see its fields"
		}
		return "{}"
	case yamltree.List:
		return listText(n)
	}
	return cmp.Or(n.Text, `""`)
}

// maxBrief is the length at which a table cuts a text.
const maxBrief = 60

// brief cuts a text that is long or has several lines.
func brief(text string) string {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(line); len(runes) > maxBrief {
		line, more = string(runes[:maxBrief]), true
	}
	if more {
		return line + " …"
	}
	return line
}

func listText(n *yamltree.Node) string {
	var items []string
	for _, item := range n.Items {
		if item.Kind == yamltree.Map || item.Kind == yamltree.List {
			items = append(items, yamltree.EncodeFlow(item))
			continue
		}
		items = append(items, item.Text)
	}
	return cmp.Or(strings.Join(items, ", "), "[]")
}

// lastLayer names the layer that sets a path; empty when none does.
func lastLayer(layers []model.Layer, path []string) string {
	for _, layer := range slices.Backward(layers) {
		if _, ok := layer.Node.Find(path); ok {
			return layer.Name
		}
	}
	return ""
}

// noted is a value with the layer that sets it.
func noted(text, layer string) string {
	text = brief(text)
	if text == none || layer == "" || strings.HasPrefix(layer, "built-in ") {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, layer)
}

// ApplicationDifferences lists every value that an application sets differently for some
// targets, with the layer that sets it. Differences has those of the environments.
func (r *Report) ApplicationDifferences() *Table {
	t, targets := r.byTarget("application", "setting"), r.p.Targets()
	for _, app := range r.p.Applications {
		instances := on(app, targets)
		if row := presence(app, instances); row != nil {
			t.Rows = append(t.Rows, row)
		}
		for _, path := range differing(app) {
			if row := differenceRow(app, path, instances); row != nil {
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// presence is the row of an application that does not run on every target.
func presence(a *model.Application, instances []*model.Instance) []string {
	if !slices.Contains(instances, nil) {
		return nil
	}
	row := []string{string(a.Name), "deploy"}
	for _, in := range instances {
		row = append(row, yes(in != nil))
	}
	return row
}

// differing lists the paths that may differ: those that a layer of the application for a
// profile, an environment or a cluster sets, and texts with placeholders.
func differing(a *model.Application) [][]string {
	same := func(path []string) bool { return !model.HasPlaceholder(settingText(a.Layer(), path)) }
	paths := slices.DeleteFunc(leaves(a.Layer(), nil, nil), same)
	for _, in := range a.Instances {
		for _, layer := range in.Overrides() {
			paths = leaves(layer.Node, nil, paths)
		}
	}
	return unique(paths)
}

func differenceRow(a *model.Application, path []string, instances []*model.Instance) []string {
	row := []string{string(a.Name), strings.Join(path, ".")}
	first, differs := "", false
	for _, in := range instances {
		if in == nil {
			row = append(row, none)
			continue
		}
		text, layer := in.ExpandSetting(path, settingText(in.Workload.Node, path)), layerOf(in, path)
		if !in.Uses(path) {
			text = none
		}
		if first == "" {
			first = text
		}
		differs = differs || text != first
		row = append(row, noted(text, layer))
	}
	if !differs {
		return nil
	}
	return row
}

// layerOf names the layer that sets a path, without the name of the application.
func layerOf(in *model.Instance, path []string) string {
	if layer := lastLayer(in.Layers, path); layer != "" {
		short := strings.TrimPrefix(layer, "application "+string(in.App.Name))
		return cmp.Or(strings.TrimSpace(short), "application")
	}
	return lastLayer(in.Target.Env.WorkloadLayers, path)
}
