package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// ResourceMatrix compares the requests, limits and bounds of a container by environment.
func (r *Report) ResourceMatrix() *Table {
	return r.table("", []aspect{
		{"requests", func(e *model.Environment) string { return amountsText(e.Defaults.Resources.Requests) }},
		{"limits", func(e *model.Environment) string { return amountsText(e.Defaults.Resources.Limits) }},
		{"replicas", func(e *model.Environment) string { return replicasText(e.Defaults) }},
		{"minimum of a container", func(e *model.Environment) string { return amountsText(e.Settings.LimitRange.Min) }},
		{"maximum of a container", func(e *model.Environment) string { return amountsText(e.Settings.LimitRange.Max) }},
		{"default requests of a container", func(e *model.Environment) string { return amountsText(e.Settings.LimitRange.DefaultRequest) }},
		{"default limits of a container", func(e *model.Environment) string { return amountsText(e.Settings.LimitRange.Default) }},
	})
}

// QuotaTable lists the quota of every namespace.
func (r *Report) QuotaTable() *Table {
	var resources []string
	for _, target := range r.p.Targets() {
		for _, ns := range target.Namespaces {
			for _, amount := range ns.Quota {
				if !slices.Contains(resources, amount.Key) {
					resources = append(resources, amount.Key)
				}
			}
		}
	}
	t := &Table{Head: append([]string{"target", "namespace", "amounts"}, resources...)}
	for _, target := range r.p.Targets() {
		for _, ns := range target.Namespaces {
			t.Rows = append(t.Rows, append([]string{string(target.Name), string(ns.Name), quotaText(ns)}, quotaCells(ns, resources)...))
		}
	}
	return t
}

func quotaText(ns *model.Namespace) string { return either(ns.AutomaticQuota, "auto", "stated") }

func quotaCells(ns *model.Namespace, resources []string) []string {
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

// OwnResources lists the applications whose replicas, requests or limits differ from the
// defaults of their environments.
func (r *Report) OwnResources() *Table {
	t, targets := r.byTarget("application"), r.p.Targets()
	for _, app := range r.p.Applications {
		row, own := []string{string(app.Name)}, false
		for _, in := range on(app, targets) {
			text := none
			if in != nil {
				text = sizeText(in.Workload, in.Target.Env.Defaults)
				own = own || text != asDefault
			}
			row = append(row, text)
		}
		if own {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// asDefault is the size of an application that has the defaults of its environment.
const asDefault = "default"

// sizeText lists the differences in size between a workload and its environment's defaults.
func sizeText(w *model.Workload, defaults *model.Workload) string {
	if w.Source != nil {
		return footprintText(w)
	}
	var out []string
	if text := replicasText(w); text != replicasText(defaults) {
		out = append(out, "replicas "+text)
	}
	if own := w.Resources.Requests; !maps.Equal(own, defaults.Resources.Requests) {
		out = append(out, "requests "+cmp.Or(amountsText(own), "none"))
	}
	if own := w.Resources.Limits; !maps.Equal(own, defaults.Resources.Limits) {
		out = append(out, "limits "+cmp.Or(amountsText(own), "none"))
	}
	return cmp.Or(strings.Join(out, "; "), asDefault)
}

// footprintText is the declared demand of a source.
func footprintText(w *model.Workload) string {
	f := w.Footprint
	if f == nil {
		return "not declared"
	}
	text := "at most " + model.Count(f.Pods, "pod")
	if amounts := amountsText(f.Requests); amounts != "" {
		text += "; requests " + amounts + " in all"
	}
	if amounts := amountsText(f.Limits); amounts != "" {
		text += "; limits " + amounts + " in all"
	}
	return text
}
