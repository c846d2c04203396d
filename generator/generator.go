package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/render"
	"github.com/wavewright/wavewright/generator/internal/report"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/templates"
)

// schemaPath is where editors find the schema of the spec.
const schemaPath = ".wavewright/environments.schema.json"

// ErrNoSpec says that neither a folder nor any above it has a spec.
var ErrNoSpec = errors.New("there is no " + schema.FileName + " here or in a folder above")

// Find returns the folder of the spec: start or the nearest folder above it that
// has one.
func Find(start string) (string, error) {
	dir, err := filepath.Abs(start)
	if err != nil {
		return "", fmt.Errorf("find the spec: %w", err)
	}
	for {
		info, err := os.Stat(filepath.Join(dir, schema.FileName))
		if err == nil && !info.IsDir() {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNoSpec
		}
		dir = parent
	}
}

// Result is what the spec of one folder means: the resolved platform and, after
// Generate, the rendered tree. With errors among the diagnostics it holds nothing
// else.
type Result struct {
	// Diagnostics are all findings, errors and warnings.
	Diagnostics diag.List
	// Sources are the texts that the diagnostics point at.
	Sources diag.Sources

	dir      string
	steps    []schema.Migration // of the spec; tests have others than this version
	migrated *migrated          // nil when the spec is of the format of today
	replaced map[string][]byte  // texts that a command is about to write
	deleted  map[string]bool    // generated files that the user deleted
	spec     *schema.Spec
	pins     map[string]*release.Releases // by environment
	platform *model.Platform
	tree     tree.Tree
	policy   func(path string) tree.Policy // nil when the spec has no rules
	renamed  func(id string) string        // nil when nothing was renamed

	environments []string // in promotion order
	protected    []string // environments whose Applications must not vanish by mistake
}

// Generate reads the spec in dir and renders the repository in memory. Nothing is
// written. Faults of the user's files are diagnostics of the result; an error means
// that the world failed.
func Generate(dir string) (*Result, error) { return generate(dir, nil) }

// Load is Generate without the rendering: enough for the commands that only ask
// what the spec means.
func Load(dir string) (*Result, error) {
	return read(&Result{dir: dir, steps: schema.Migrations()}, false)
}

// generate is Generate with the text of some files replaced, by path: what a
// command is about to write.
func generate(dir string, replaced map[string][]byte) (*Result, error) {
	return read(&Result{dir: dir, steps: schema.Migrations(), replaced: replaced}, true)
}

// read completes a result that knows its folder and what is to be different in it.
func read(r *Result, rendered bool) (*Result, error) {
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", r.dir, err)
	}
	defer root.Close()
	fsys, err := r.load(root.FS())
	if err == nil && rendered && r.spec != nil {
		err = r.render(fsys)
	}
	if err != nil {
		return nil, fmt.Errorf("read the spec: %w", err)
	}
	return r, nil
}

// load runs the line from the spec to the platform, as far as there are no errors. It
// returns the folder with what is replaced in it.
func (r *Result) load(disk fs.FS) (fs.FS, error) {
	fsys, err := r.readSpec(disk)
	if err != nil || r.spec == nil {
		return fsys, err
	}
	return fsys, r.resolve(fsys)
}

func (r *Result) resolve(fsys fs.FS) error {
	if err := r.readPins(fsys); err != nil {
		return err
	}
	platform, more := model.Resolve(model.Input{Spec: r.spec, Version: ReadBuild().installable(), Pins: r.pins, ArgoCD: argocd(), Sources: r.Sources})
	r.Diagnostics = append(r.Diagnostics, more...)
	if !r.Diagnostics.HasErrors() {
		r.checkMoved(platform)
	}
	if r.Diagnostics.HasErrors() {
		return nil
	}
	r.platform = platform
	for i, env := range platform.Environments {
		r.environments = append(r.environments, string(env.Name))
		if i > 0 || env.Builtin() != "development" {
			r.protected = append(r.protected, string(env.Name))
		}
	}
	return nil
}

// readPins reads releases/<env>.yaml of every environment but the first.
func (r *Result) readPins(fsys fs.FS) error {
	r.pins = map[string]*release.Releases{}
	for i := 1; i < len(r.spec.Environments); i++ {
		name := r.spec.Environments[i].Name
		if !schema.IsName(name) {
			continue // which was reported
		}
		file := release.File(name)
		src, err := fs.ReadFile(fsys, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		r.Sources[file] = src
		parsed, list := release.Parse(file, src)
		for i := range list {
			if list[i].Hint == "" {
				list[i].Hint = "wavewright promote writes this file: restore it from Git, or correct it to what it was."
			}
		}
		r.Diagnostics = append(r.Diagnostics, list...)
		if !list.HasErrors() {
			r.pins[name] = parsed
		}
	}
	return nil
}

// render runs the line from the platform to the tree. What the spec says of templates
// and files is checked even when there are errors already.
func (r *Result) render(fsys fs.FS) error {
	in := r.templates(fsys)
	rules := newFileRules(r.spec, &r.Diagnostics)
	r.checkMovedTemplates(in)
	if r.Diagnostics.HasErrors() {
		return nil
	}
	in.Deleted = r.deleted
	moved := r.newRenames(layerFolders(in))
	in.Moved = moved.templates
	if len(rules.omit) > 0 {
		in.Omit, in.Omitted = rules.omits, rules.omitted
	}
	if in.Fleets = r.platform.Fleets(); in.Fleets {
		r.share(in)
	}
	words := report.New(r.platform)
	in.Scopes = func(placeholders []string) ([]render.Scope, error) { return scopes(r.platform, words, placeholders) }
	if folder, err := os.Open(r.dir); err == nil { // init renders before there is a folder
		defer folder.Close()
		in.Exists = func(name string) bool { return !absent(folder, name) && isFolder(fsys, name) }
	}
	rendered, list := render.Render(in)
	r.Diagnostics = append(r.Diagnostics, list...)
	if list.HasErrors() {
		for name, src := range render.Sources(in) {
			r.Sources[name] = src
		}
		return nil
	}
	rules.omitted(schemaPath)
	if !rules.omits(schemaPath) {
		rendered[schemaPath] = tree.File{ID: schemaPath, Archive: "repository", Content: schema.JSON()}
	}
	rendered[prefixPath] = tree.File{ID: prefixPath, Archive: "repository", Content: []byte(r.platform.Prefix + "\n")}
	setApart(rendered)
	r.reserve(rendered)
	r.sources(fsys, rendered)
	if err := r.exported(fsys, rendered, moved.templates); err != nil {
		return err
	}
	rules.idle(rendered, r.spec, &r.Diagnostics)
	if len(rules.policies) > 0 {
		r.policy = rules.policy
	}
	if !moved.empty() {
		r.renamed = moved.id
	}
	if !r.Diagnostics.HasErrors() {
		r.tree = rendered
	}
	return nil
}

// isFolder reports whether there is a folder, to which no link leads from the outside.
func isFolder(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// templates is the built-in templates with the user's folder over them.
func (r *Result) templates(fsys fs.FS) render.Input {
	in := render.Input{Builtin: templates.FS()}
	name := r.spec.Templates
	if name == "" || !schema.IsFolder(name) {
		return in
	}
	if info, err := fs.Stat(fsys, name); err != nil || !info.IsDir() {
		r.Diagnostics.Error(r.spec.Node.At("templates"), "templates/path", "there is no such folder").Hint =
			"Create it, or take this line out. wavewright templates export copies a template to start from."
		return in
	}
	layer, err := fs.Sub(fsys, name)
	if err != nil {
		panic("templates: a checked path is not valid: " + name)
	}
	in.Layers = []render.Layer{{Name: name, FS: layer}}
	return in
}

// layerFolders are the user's folders of templates.
func layerFolders(in render.Input) []fs.FS {
	var folders []fs.FS
	for _, layer := range in.Layers {
		folders = append(folders, layer.FS)
	}
	return folders
}

// scopes lists what a template is rendered for, each time with the report beside it.
func scopes(platform *model.Platform, words *report.Report, placeholders []string) ([]render.Scope, error) {
	found, err := platform.Scopes(placeholders)
	out := make([]render.Scope, len(found))
	for i, scope := range found {
		out[i] = render.Scope{Values: scope.Values, Data: &report.Data{Data: scope.Data, Report: words}, Archive: scope.Archive, Fleet: scope.Fleet, Clusters: scope.Clusters}
	}
	return out, err
}
