package repo

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// early reports whether every machine of a divided repository builds an Application: what stands for a
// folder, what costs nothing, and what may lead to further Applications or to definitions.
func (d *discovery) early(n *node) bool {
	if d.options.Shard.whole() || n.stands() {
		return true
	}
	orders, _ := d.orders(n, false)
	for _, o := range orders {
		if d.isMarked(o) {
			return true
		}
	}
	return len(orders) == 0
}

// earlyOf are those of a wave that every machine builds. The others wait.
func (d *discovery) earlyOf(wave []*node) []*node {
	return slices.DeleteFunc(slices.Clone(wave), func(n *node) bool {
		early := d.early(n)
		if !early {
			d.late = append(d.late, n)
		}
		return !early
	})
}

// isMarked reports whether the files of a source hold a mark.
func (d *discovery) isMarked(o order) bool {
	stated, err := json.Marshal(o.source)
	if err != nil || d.marked.text(stated) {
		return true
	}
	by, found, err := o.source.explicit()
	if !found {
		by = d.tool(o.source.Path)
	}
	switch {
	case err != nil || d.fileExists(path.Join(o.source.Path, ".argocd-source.yaml")):
		return true
	case by == kustomized:
		return d.markedKustomization(o)
	case by == helmed:
		return d.markedChart(o)
	}
	return true // manifests have been parsed, and plugins are not called
}

// markedKustomization looks at the kustomization, and at the components that Argo CD adds to it.
func (d *discovery) markedKustomization(o order) bool {
	folders := []string{o.source.Path}
	if o.source.Kustomize != nil {
		for _, component := range o.source.Kustomize.Components {
			folders = append(folders, path.Join(o.source.Path, component))
		}
	}
	for _, folder := range folders {
		if d.marked.kustomization(folder, map[string]bool{}) {
			return true
		}
	}
	return false
}

// markedChart looks at all files of a chart. Archives in it, and value files elsewhere, are not looked into:
// they may hold anything.
func (d *discovery) markedChart(o order) bool {
	if !d.isOwn(o.source.Path) {
		return true
	}
	if h := o.source.Helm; h != nil && (len(h.FileParameters) > 0 || strings.ContainsAny(strings.Join(h.ValueFiles, " "), "$*?[/")) {
		return true
	}
	for _, name := range d.names {
		if within(name, o.source.Path) && (path.Ext(name) == ".tgz" || d.marked.file(name)) {
			return true
		}
	}
	return false
}

// buildLate builds what was left for the end: the Applications that are judged here. Of the others only what they
// cover is noted.
func (d *discovery) buildLate() {
	var own []*node
	for _, n := range d.late {
		if d.Owns(n.Deployed) {
			own = append(own, n)
			continue
		}
		orders, _ := d.orders(n, false)
		for _, o := range orders {
			d.cover(o.source.Path)
		}
	}
	d.build(own)
	for _, n := range own {
		d.complete(n)
	}
}

// cover notes what a source is made of without building it.
func (d *discovery) cover(folder string) {
	d.deployed[folder], d.covered[folder] = true, true
	for _, part := range d.closure(folder) {
		d.covered[part] = true
		if k := d.named[part]; k != nil {
			for _, name := range k.files {
				d.covered[name], d.covered[path.Dir(name)] = true, true
			}
		}
	}
}

// settleFaults passes on what was found wrong with sources of the Applications that are judged here.
func (d *discovery) settleFaults() {
	for _, p := range d.pending {
		if d.Reports(p.node.Deployed, "") {
			d.fault(p.node, p.fault)
		}
	}
}

// pending is a fault of an Application of a divided repository: whose it is, is known at the end.
type pending struct {
	node  *node
	fault fault
}

// blame passes a fault on, or keeps it until it is known who reports it.
func (d *discovery) blame(n *node, f fault) {
	if d.options.Shard.whole() {
		d.fault(n, f)
		return
	}
	d.pending = append(d.pending, pending{n, f})
}
