package repo

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// argo reports whether an object is one that Argo CD itself reads and that leads to objects.
func argo(o *Object) bool {
	return strings.HasPrefix(o.APIVersion, "argoproj.io/") && (o.Kind == "Application" || o.Kind == "ApplicationSet")
}

// holdsApplications reports whether any entry has an Application or an ApplicationSet.
func (d *discovery) holdsApplications(entries []*entry) bool {
	return slices.ContainsFunc(entries, func(e *entry) bool { return slices.ContainsFunc(e.objects, argo) })
}

// entries are where Argo CD is told to begin: Applications, ApplicationSets and AppProjects in
// files that no kustomization names, and what kustomizations that no other uses, and charts,
// make of such files. What was patched thereby counts as patched.
func (d *discovery) entries() []*entry {
	var all []*entry
	for _, folder := range d.roots() {
		if d.hasArgo(folder) && !d.aside(folder) {
			all = append(all, &entry{name: folder, at: Origin{File: d.kustomizations[folder], Line: 1}, source: &Source{Path: folder}})
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(d.charts)) {
		if d.isOwn(folder) && d.chartAround(folder) == folder && d.chartAround(path.Dir(folder)) == "" && d.chartMakesArgo(folder) {
			all = append(all, &entry{name: folder, at: Origin{File: path.Join(folder, "Chart.yaml"), Line: 1}, source: &Source{Path: folder}})
		}
	}
	d.buildEntries(all)
	return append(all, d.loose()...)
}

// roots are the kustomizations that no other uses.
func (d *discovery) roots() []string {
	var all []string
	for _, folder := range slices.Sorted(maps.Keys(d.kustomizations)) {
		if k := d.named[folder]; d.isOwn(folder) && !d.used[folder] && !k.component && d.chartAround(folder) == "" {
			all = append(all, folder)
		}
	}
	return all
}

// hasArgo reports whether a kustomization uses a file with an Application or an ApplicationSet.
func (d *discovery) hasArgo(folder string) bool {
	for _, part := range d.closure(folder) {
		k := d.named[part]
		if k == nil {
			continue
		}
		for _, name := range k.files {
			if f := d.files[name]; f != nil && slices.ContainsFunc(f.objects, argo) {
				return true
			}
		}
	}
	return false
}

// chartMakesArgo reports whether a template of a chart mentions an Application of Argo CD.
func (d *discovery) chartMakesArgo(chart string) bool {
	for _, name := range d.names {
		if !within(name, path.Join(chart, "templates")) {
			continue
		}
		text, err := d.reader.Text(name)
		if err == nil && bytes.Contains(text, []byte("argoproj.io/")) && bytes.Contains(text, []byte("kind: Application")) {
			return true
		}
	}
	return false
}

// loose are the entries in files that no kustomization names, a folder at a time.
func (d *discovery) loose() []*entry {
	var all []*entry
	byFolder, left := map[string]*entry{}, map[string][]string{}
	var kustomizations []string
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		f, folder := d.files[name], path.Dir(name)
		if d.used[name] || f.skipped {
			continue
		}
		for _, o := range f.objects {
			_, project := o.Typed.(*AppProject)
			_, config := configuration(o)
			if !argo(o) && !project && !config && ownSettings(o) == nil || d.aside(folder) {
				continue
			}
			if other := d.overlooked(name); other != "" && argo(o) {
				if left[other] = append(left[other], o.Name); len(left[other]) == 1 {
					kustomizations = append(kustomizations, other)
				}
				continue
			}
			if byFolder[folder] == nil {
				byFolder[folder] = &entry{name: folder, at: o.Origin}
				all = append(all, byFolder[folder])
			}
			byFolder[folder].objects = append(byFolder[folder].objects, o)
		}
	}
	for _, name := range kustomizations {
		d.skip(Origin{File: name, Line: 1}, "", "the kustomization does not name the files of these Applications, so nothing deploys them: "+few(left[name]))
	}
	return all
}

// few are the first of some names.
func few(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}

// overlooked is the kustomization that one would expect to name a file: the one beside it, or
// one above that has its name in a comment.
func (d *discovery) overlooked(name string) string {
	folder := path.Dir(name)
	if kustomization := d.kustomizations[folder]; kustomization != "" {
		return kustomization
	}
	for above := path.Dir(folder); folder != "."; folder, above = above, path.Dir(above) {
		kustomization := d.kustomizations[above]
		if kustomization == "" {
			if above == "." {
				break
			}
			continue
		}
		text, err := d.reader.Text(kustomization)
		if err == nil && bytes.Contains(text, []byte(strings.TrimPrefix(strings.TrimPrefix(name, above), "/"))) {
			return kustomization
		}
		return ""
	}
	return ""
}

// within reports whether a path is a folder or lies in it.
func within(name, folder string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

// standIns are what is taken for Applications in a repository without any.
func (d *discovery) standIns() []*entry {
	var all []*entry
	for _, folder := range d.roots() {
		all = append(all, &entry{name: folder, at: Origin{File: d.kustomizations[folder], Line: 1}, source: &Source{Path: folder}, stand: true})
	}
	for _, folder := range slices.Sorted(maps.Keys(d.charts)) {
		if d.isOwn(folder) && d.chartAround(folder) == folder && d.chartAround(path.Dir(folder)) == "" && !d.used[folder] {
			all = append(all, &entry{name: folder, at: Origin{File: path.Join(folder, "Chart.yaml"), Line: 1}, source: &Source{Path: folder}, stand: true})
		}
	}
	for _, folder := range d.manifestFolders() {
		all = append(all, &entry{name: folder, at: Origin{File: folder, Line: 1}, source: &Source{Path: folder, Directory: &DirectorySource{}}, stand: true})
	}
	all = slices.DeleteFunc(all, func(e *entry) bool { return d.aside(e.name) })
	slices.SortStableFunc(all, func(a, b *entry) int { return strings.Compare(a.name, b.name) })
	return all
}

// aside notes folders that nobody deploys, by their names: input of tests, which is often wrong on purpose,
// examples of documentation, and what was put away.
func (d *discovery) aside(folder string) bool {
	for name := range strings.SplitSeq(folder, "/") {
		switch strings.TrimPrefix(name, ".") {
		case "testdata", "fixtures", "__fixtures__", "test-fixtures", "test_fixtures":
			return d.setAside(folder, "input of tests, in ")
		case "archive", "archived", "attic":
			return d.setAside(folder, "put away, in ")
		case "docs":
			return d.setAside(folder, "documentation, in ")
		}
	}
	return path.Base(folder) == "patches" && d.kustomizations[folder] == "" && d.setAside(folder, "patches that no kustomization names, in ")
}

func (d *discovery) setAside(folder, reason string) bool {
	d.covered[folder] = true
	d.skip(Origin{File: folder}, "", reason+folder)
	return true
}

// manifestFolders are the folders that hold manifests and no kustomization, neither beside nor
// above them.
func (d *discovery) manifestFolders() []string {
	found := map[string]bool{}
	for name, f := range d.files {
		if len(f.objects) > 0 && !d.used[name] && slices.ContainsFunc(f.objects, manifest) && !d.belowKustomization(path.Dir(name)) {
			found[path.Dir(name)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func (d *discovery) belowKustomization(folder string) bool {
	for ; folder != "."; folder = path.Dir(folder) {
		if d.kustomizations[folder] != "" {
			return true
		}
	}
	return d.kustomizations["."] != ""
}

// tools are the groups whose files look like manifests and are the configuration of a tool.
var tools = []string{"backstage.io", "skaffold", "kind.x-k8s.io", "kubeadm.k8s.io", "kubelet.config.k8s.io", "audit.k8s.io", "apiserver.config.k8s.io", "kustomize.config.k8s.io", "config.kubernetes.io", "builtin", "kubescheduler.config.k8s.io", "kubeproxy.config.k8s.io", "k3d.io", "ctlptl.dev", "eksctl.io"}

// manifest reports whether an object is one for an API server.
func manifest(o *Object) bool {
	return o.Name != "" && !slices.ContainsFunc(tools, func(group string) bool { return strings.HasPrefix(o.APIVersion, group+"/") })
}

// standIn is the Application that an entry stands for.
func (d *discovery) standIn(e *entry) *node {
	a := &Application{}
	a.Name, a.Spec.Source = e.name, *e.source
	n := &node{Deployed: &Deployed{Application: a, Overlay: e.name, Made: e.at}, key: "folder " + e.name}
	d.nodes[n.key] = n
	return n
}

// leftovers notes what no Application deploys.
func (d *discovery) leftovers() {
	if len(d.assumed) > 0 {
		d.skip(d.assumed[0], "", fmt.Sprintf("%d Applications were made for clusters that elements of lists, folders or selectors of labels name: which ones the clusters generators choose, only Argo CD knows, or a file that --values names", len(d.assumed)))
	}
	for _, folder := range d.roots() {
		if !d.covered[folder] {
			d.skip(Origin{File: d.kustomizations[folder], Line: 1}, "", "no Application deploys this kustomization")
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(d.charts)) {
		if d.isOwn(folder) && d.chartAround(folder) == folder && d.chartAround(path.Dir(folder)) == "" && !d.covered[folder] {
			d.skip(Origin{File: path.Join(folder, "Chart.yaml"), Line: 1}, "", "no Application deploys this chart")
		}
	}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		f, folder := d.files[name], path.Dir(name)
		if seen[folder] || d.covered[name] || d.used[name] || d.covered[folder] || !slices.ContainsFunc(f.objects, deployable) {
			continue
		}
		seen[folder] = true
		d.skip(Origin{File: name, Line: 1}, "", "no Application deploys the manifests of "+folder)
	}
}

// deployable reports whether an object is a manifest that somebody may expect to be judged.
func deployable(o *Object) bool {
	return manifest(o) && !strings.HasPrefix(o.APIVersion, "argoproj.io/")
}
