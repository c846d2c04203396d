package generator

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/render"
	"github.com/wavewright/wavewright/generator/internal/report"
	"github.com/wavewright/wavewright/generator/internal/source"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/templates"
)

// Tree is a platform as files. With errors among the diagnostics it holds none.
type Tree struct {
	Findings

	files tree.Tree
}

// Files returns the content of each file by path.
func (t *Tree) Files() map[string][]byte {
	files := make(map[string][]byte, len(t.files))
	for path, file := range t.files {
		files[path] = file.Content
	}
	return files
}

// Render renders a platform as if nothing had been generated before: it is what a fresh
// folder would hold.
func (p *Platform) Render() (*Tree, error) { return p.render(nil) }

// render runs the line from the platform to the tree. A scan, which may be nil, knows what is
// in the folder already.
func (p *Platform) render(scan *tree.Scan) (*Tree, error) {
	t := &Tree{Findings: Findings{slices.Clone(p.Diagnostics), maps.Clone(p.Sources)}}
	if p.model == nil {
		return t, nil
	}
	var exported tree.Tree
	in := p.folder
	if scan != nil {
		var err error
		if exported, err = p.exported(scan); err != nil {
			return nil, err
		}
		texts, err := scan.Texts(exported)
		if err != nil {
			return nil, err
		}
		in = in.with(texts)
	}
	err := in.read(func(fsys fs.FS) error { return p.fill(t, fsys, scan, exported) })
	return t, err
}

// fill renders the templates into a tree.
func (p *Platform) fill(t *Tree, fsys fs.FS, scan *tree.Scan, exported tree.Tree) error {
	in := p.layers(fsys)
	in.Moved, in.Gone = p.renames.Templates, p.renames.Gone
	var omitted []string
	in.Omit, in.Omitted = p.rules.Omits, func(path string) { omitted = append(omitted, path) }
	if in.Fleets = p.model.Fleets(); in.Fleets {
		share(p.model, in)
	}
	words := report.New(p.model)
	in.Scopes = func(placeholders []string) ([]render.Scope, error) { return scopes(p.model, words, placeholders) }
	in.Exists = func(name, _ string) bool { return isFolder(fsys, name) }
	if scan != nil {
		former := scan.Former()
		in.Exists, in.Last = exists(fsys, scan, former, p.formerly()), former.Content
	}
	var fault error
	if scan != nil && scan.MayMiss() {
		in.Missing = func(rendered tree.Tree) (missing map[string]bool) {
			missing, fault = scan.Missing(rendered)
			return missing
		}
	}
	files, list := render.Render(in)
	t.Diagnostics = append(t.Diagnostics, list...)
	if list.HasErrors() {
		maps.Copy(t.Sources, render.Sources(in))
	}
	if fault != nil || list.HasErrors() {
		return fault
	}
	if scan != nil && scan.Swaps() {
		p.rules.Swapped(p.renames.SwappedPath, slices.Values(slices.AppendSeq(slices.Clone(omitted), maps.Keys(files))), p.spec, &t.Diagnostics)
	}
	p.complete(t, fsys, files, exported, append(omitted, layout.SpecSchema))
	return nil
}

// exists finds the folders of a user's beside generated files, where these are now or where they
// move from.
func exists(fsys fs.FS, scan *tree.Scan, former *tree.Former, before func(id string) []string) func(path, id string) bool {
	there := func(name string) bool {
		now, somewhere := scan.Locate(name)
		return somewhere && scan.MayExist(name) && isFolder(fsys, now)
	}
	return func(name, id string) bool {
		places := []string{former.Path(id, path.Join(path.Dir(name), layout.Kustomization))}
		if before != nil {
			places = append(places, before(id)...)
		}
		return there(name) || slices.ContainsFunc(places, func(was string) bool {
			return was != "" && there(path.Join(path.Dir(was), path.Base(name)))
		})
	}
}

// complete adds the files that no template renders, and checks the whole tree.
func (p *Platform) complete(t *Tree, fsys fs.FS, files, exported tree.Tree, omitted []string) {
	if !p.rules.Omits(layout.SpecSchema) {
		files[layout.SpecSchema] = tree.File{ID: layout.SpecSchema, Archive: "repository", Content: schema.JSON()}
	}
	files[layout.Prefix] = tree.File{ID: layout.Prefix, Archive: "repository", Content: []byte(p.model.Prefix + "\n")}
	setApart(files)
	p.reserve(files, &t.Diagnostics)
	source.Check(p.model.SourceFolders(), p.spec.Repository.Path, fsys, files, &t.Diagnostics)
	maps.Copy(files, exported)
	p.rules.Idle(files, omitted, p.spec, &t.Diagnostics)
	if !t.Diagnostics.HasErrors() {
		t.files = files
	}
}

// scopes lists what a template is rendered for, each time with the report beside it.
func scopes(platform *model.Platform, words *report.Report, placeholders []string) ([]render.Scope, error) {
	found, err := platform.Scopes(placeholders)
	out := make([]render.Scope, len(found))
	for i, scope := range found {
		scope.Data.Report = words
		out[i] = render.Scope{Values: scope.Values, Data: scope.Data, Archive: scope.Archive, Fleet: scope.Fleet, Clusters: scope.Clusters}
	}
	return out, err
}

// share lets the folders of environments on several clusters hold what these have in
// common, where the templates know about such folders.
func share(platform *model.Platform, in render.Input) {
	replaced := map[string]bool{}
	entries, _ := render.List(in) // whose faults are those of the rendering
	for _, entry := range entries {
		replaced[strings.TrimSuffix(entry.Path, ".tmpl")] = entry.Replaces != ""
	}
	// Who replaces a template of targets gets all of its data there, unless that of
	// environments is replaced as well.
	knows := func(folder, name, file string) bool {
		file = folder + "/" + name + "/" + file
		return !replaced[layout.TargetOverlays+file] || replaced[layout.FleetOverlays+file]
	}
	platform.Share(model.Sharing{
		Applications: knows(layout.Apps, "{app}", layout.Kustomization),
		Namespaces:   knows(layout.Namespaces, "{namespace}", layout.Kustomization),
		ClusterWide:  knows(layout.Namespaces, layout.Cluster, layout.Kustomization),
		Patches:      knows(layout.Apps, "{app}", "workload.patch.yaml"),
		Policies:     knows(layout.Apps, "{app}", "network.yaml"),
		Routes:       knows(layout.Apps, "{app}", "route.yaml"),
	})
}

// argocd is the release of Argo CD that comes with this version.
func argocd() model.ArgoCDRelease {
	return model.ArgoCDRelease{Version: templates.ArgoCDVersion, Manifests: templates.ArgoCD, License: templates.ArgoCDLicense}
}

// setApart gives the manifests of Argo CD an archive of their own: they are large and
// change with the version only, while most changes of a spec touch the repository's archive.
func setApart(rendered tree.Tree) {
	for name, file := range rendered {
		if strings.HasPrefix(name, layout.ArgoCDUpstream) {
			file.Archive = "argocd"
			rendered[name] = file
		}
	}
}

// reserve reports generated files that would be read as input by the next run: a
// template of the user's may not write the spec, pins or templates.
func (p *Platform) reserve(rendered tree.Tree, list *diag.List) {
	var taken []string
	for name := range rendered {
		if p.input(name) {
			taken = append(taken, name)
		}
	}
	slices.Sort(taken)
	for _, name := range taken {
		d := list.Error(diag.Range{File: p.spec.Templates}, "template/reserved", "a template writes "+name)
		d.Detail = "That file is read by wavewright: the next run would read its own output."
		d.Hint = "Give the template another path."
	}
}

// input reports whether wavewright reads a path as hand-written input.
func (p *Platform) input(name string) bool {
	if name == schema.FileName || strings.HasPrefix(name, layout.Releases) {
		return true
	}
	if folder := p.spec.Templates; folder != "" && strings.HasPrefix(name, folder+"/") {
		return true
	}
	return slices.ContainsFunc(p.spec.Include, func(pattern string) bool {
		matched, err := path.Match(pattern, name)
		return err == nil && matched
	})
}
