package schema

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"sort"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Load reads the spec called name and everything it includes from fsys. The
// returned sources hold the bytes of all files read, for the printer. The spec is
// usable only when the list holds no errors. An error is returned when a file
// cannot be read for a reason other than the user's text.
func Load(fsys fs.FS, name string) (*Spec, diag.Sources, diag.List, error) {
	strict := yamltree.NewDecoder(yamltree.DecodeOptions{})
	l := loader{
		fsys: fsys, sources: diag.Sources{}, strict: strict,
		partial: strict.With(yamltree.DecodeOptions{Partial: true}),
	}
	spec, err := l.load(name)
	return spec, l.sources, l.list, err
}

// loader carries one run of Load.
type loader struct {
	fsys    fs.FS
	sources diag.Sources
	// strict decodes what must be complete, partial what layers complete.
	strict, partial *yamltree.Decoder
	list            diag.List
}

func (l *loader) load(name string) (*Spec, error) {
	node, err := l.parse(name)
	if err != nil || node == nil {
		return nil, err
	}
	spec := &Spec{Applications: map[string]Application{}}
	l.decode(l.strict, node, spec)
	l.settings(spec)
	l.applications(spec, node, spec.ApplicationNodes, "")
	files, err := l.includes(spec)
	for _, file := range files {
		if err := l.include(spec, file); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	l.list = append(l.list, validate(spec)...)
	return spec, nil
}

// parse reads one file; a nil node means that its faults are in the list.
func (l *loader) parse(name string) (*yamltree.Node, error) {
	src, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, err
	}
	l.sources[name] = src
	node, faults := yamltree.Parse(name, src)
	l.list = append(l.list, faults...)
	if faults.HasErrors() {
		return nil, nil
	}
	return node, nil
}

func (l *loader) decode(d *yamltree.Decoder, node *yamltree.Node, into any) {
	d.Decode(node, into)
	l.list = append(l.list, d.Findings()...)
}

// includes expands the include patterns, each file once, in sorted order.
func (l *loader) includes(spec *Spec) ([]string, error) {
	var files []string
	for i, pattern := range spec.Include {
		at := spec.Node.At("include", i)
		matches, err := fs.Glob(l.fsys, pattern)
		switch {
		case errors.Is(err, path.ErrBadPattern), !fs.ValidPath(pattern):
			l.list.Error(at, "include/pattern", "not a pattern of files below this one").Hint =
				"Write a relative path such as teams/*.yaml; it cannot leave the folder."
		case err != nil:
			return nil, err
		case len(matches) == 0:
			l.list.Error(at, "include/empty", "this pattern matches no file").Hint =
				"Create the file or take the pattern out."
		}
		files = append(files, matches...)
	}
	sort.Strings(files)
	return slices.Compact(files), nil
}

// include adds the applications of one team's file.
func (l *loader) include(spec *Spec, name string) error {
	node, err := l.parse(name)
	if err != nil || node == nil {
		return err
	}
	var file TeamFile
	l.decode(l.strict, node, &file)
	l.applications(spec, node, file.ApplicationNodes, file.Team)
	return nil
}

// applications adds the applications of one file, which may name their team.
func (l *loader) applications(spec *Spec, root *yamltree.Node, nodes map[string]*yamltree.Node, team string) {
	for _, name := range sortedKeys(nodes) {
		app := l.application(nodes[name])
		app.Name = root.KeyAt("applications", name)
		if team != "" {
			l.refuseTeam(&app, team)
		}
		l.add(spec, name, app)
	}
}

// application checks one application and each of its layers. What a layer leaves
// out, another may state: only the merged workload has to be complete.
func (l *loader) application(node *yamltree.Node) Application {
	var app Application
	l.decode(l.partial, node, &app)
	app.Node = node
	app.Layer = node.Without("team", "profiles", "environments", "clusters")
	for _, overrides := range []map[string]*yamltree.Node{app.Profiles, app.Environments, app.Clusters} {
		for _, name := range sortedKeys(overrides) {
			l.layer(overrides[name])
		}
	}
	return app
}

func (l *loader) refuseTeam(app *Application, team string) {
	if app.Team != "" {
		l.list.Error(app.Node.KeyAt("team"), "team/twice", "the file already says the team").Hint =
			"Take this line out: all applications of this file belong to " + team + "."
	}
	app.Team = team
}

func (l *loader) add(spec *Spec, name string, app Application) {
	if other, ok := spec.Applications[name]; ok {
		d := l.list.Error(app.Name, "name/duplicate", "another application has this name")
		d.Detail = "It is also declared in " + other.Name.File + "; application names are global."
		d.Hint = "Rename one of them."
		return
	}
	spec.Applications[name] = app
}

// settings checks the workload layers of profiles and environments.
func (l *loader) settings(spec *Spec) {
	for _, name := range sortedKeys(spec.Profiles) {
		l.layer(spec.Profiles[name].Workload)
	}
	for _, env := range spec.Environments {
		l.layer(env.Workload)
	}
}

func (l *loader) layer(node *yamltree.Node) {
	if node != nil {
		l.decode(l.partial, node, &Workload{})
	}
}
